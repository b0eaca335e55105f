"""The ladder of all-in rates: how the gap between two facilities builds up, item by item.

In rates nothing is additive. Each rung is the gap r_B − r_S with the items so far on both sides (interest, then all
fees, then only the firm's own, then subsidy, then tax), and a step is the change of that gap. The steps depend on the
order; the Shapley steps are their average over all orders.
"""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.financing.rates import RUNGS, Convention, FlowTable, followed_rates, internal_rates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """All-in rates of both sides on each rung; arrays are (rung, firm).

    >>> ladder = Ladder(firms=("a",), comparator_rates=np.array([[0.0525], [0.0669], [0.0669], [0.0669], [0.0566]]),
    ...     facility_rates=np.array([[0.0380], [0.0538], [0.0457], [0.0380], [0.0320]]))
    >>> ladder.steps_bp[:, 0].round(1), ladder.gaps[-1].round(4)
    (array([145., -14.,  81.,  77., -43.]), array([0.0246]))
    """

    firms: tuple[str, ...]
    comparator_rates: FloatArray
    facility_rates: FloatArray

    @property
    def gaps(self) -> FloatArray:
        """(rung, firm) r_B − r_S."""
        return self.comparator_rates - self.facility_rates

    @property
    def steps_bp(self) -> FloatArray:
        """(rung, firm) change of the gap from the rung before, in basis points."""
        return np.diff(self.gaps, axis=0, prepend=0.0) * 1e4

    def table(self) -> pd.DataFrame:
        """One row a firm: both all-in rates and the steps in basis points."""
        steps = {f"{rung}_bp": self.steps_bp[at] for at, rung in enumerate(RUNGS)}
        rates = {"comparator_rate": self.comparator_rates[-1], "facility_rate": self.facility_rates[-1]}
        return pd.DataFrame(rates | steps, index=pd.Index(self.firms, name="firm"))


def shapley_steps_bp(comparator: FlowTable, facility: FlowTable, convention: Convention) -> FloatArray:
    """(rung, firm) each item's part of the final gap in basis points, averaged over all orders of the items.

    ``φ_i = Σ_{S ∌ i} |S|! (4 − |S|)! / 5! · [gap(S ∪ {i}) − gap(S)]``

    >>> from datetime import date
    >>> from ipabs.financing import loan, need, rates
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> lent = (loan.BankLoan(rate=rate, day_count="equal_periods").cash_items(year) for rate in (0.05, 0.04))
    >>> dear, cheap = (rates.flow_table(items) for items in lent)
    >>> shapley_steps_bp(dear, cheap, "equal_periods")[:, 0].round(6) + 0.0
    array([100.,   0.,   0.,   0.,   0.])
    """
    subsets = [frozenset(s) for size in range(6) for s in combinations(range(5), size)]
    gaps = dict(
        zip(
            subsets,
            _rates_of(comparator, subsets, convention) - _rates_of(facility, subsets, convention),
            strict=True,
        )
    )
    steps = np.zeros((5, len(comparator.dates)))
    for item in range(5):
        for subset in subsets:
            if item not in subset:
                weight = factorial(len(subset)) * factorial(4 - len(subset)) / factorial(5)
                steps[item] += weight * (gaps[subset | {item}] - gaps[subset])
    return steps * 1e4


def _rates_of(table: FlowTable, subsets: list[frozenset[int]], convention: Convention) -> FloatArray:
    items = (table.interest, table.fees + table.carried, -table.carried, table.subsidy, table.tax)
    flows = np.stack([table.principal + sum((items[at] for at in sorted(s)), np.zeros(1)) for s in subsets])
    contract = internal_rates(table, ("interest",), convention)[0]
    return followed_rates(table.years(convention), flows, contract)
