"""One side of a comparison: its rates on every rung, its lives, its repayment profile."""

from dataclasses import dataclass

import numpy as np

from ipabs._typing import DateArray, FloatArray, IntArray
from ipabs.financing.cash_items import CashItems
from ipabs.financing.need import Need
from ipabs.financing.rates import RUNGS, Convention, as_one_firm, flow_table, internal_rates
from ipabs.financing.subsidy import drawn, yuan_years

# Principals that differ by less than this share are equal up to rounding.
SAME_AMOUNT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Items with what is read from them once.

    Attributes
    ----------
    items : CashItems
    rates : FloatArray
        (rung, firm) all-in rates on each rung of the ladder.
    programme_rates : FloatArray
        (rung, 1) the same of all firms' flows together.
    lives : FloatArray
        (firm,) average lives in years.
    """

    items: CashItems
    rates: FloatArray
    programme_rates: FloatArray
    lives: FloatArray

    @classmethod
    def of(cls, items: CashItems, convention: Convention) -> "Side":
        """Read the rates and lives of items."""
        tables = [flow_table(part) for part in (items, as_one_firm(items))]
        rates = [internal_rates(table, RUNGS, convention) for table in tables]
        return cls(items, rates[0], rates[1], average_lives(items))


def same_profile(one: CashItems, other: CashItems) -> bool:
    """Whether all firms draw and repay the same principal on the same dates."""
    (firm, dates, amounts), (firm_2, dates_2, amounts_2) = _principal(one), _principal(other)
    return (
        np.array_equal(firm, firm_2)
        and np.array_equal(dates, dates_2)
        and bool(np.allclose(amounts, amounts_2, rtol=SAME_AMOUNT, atol=0.005))
    )


def _principal(items: CashItems) -> tuple[IntArray, DateArray, FloatArray]:
    some = items.where(items.is_kind("principal") & (items.amounts != 0))
    order = np.lexsort((some.dates, some.firm))
    return some.firm[order], some.dates[order], some.amounts[order]


def average_lives(items: CashItems) -> FloatArray:
    """(firm,) weighted average life of the principal in days / 365."""
    firm, _, years = yuan_years(items)
    return np.asarray(np.bincount(firm, weights=years, minlength=len(items.firms)) / drawn(items))


def needs_of(items: CashItems) -> tuple[Need, ...] | None:
    """The needs that items meet, read from their principal and interest; None if a firm draws more than once."""
    money = items.where((items.is_kind("principal") | items.is_kind("interest")) & (items.amounts != 0))
    table = flow_table(money)
    if (table.principal[:, 1:] > 0).any():
        return None
    principal = table.principal[:, 0]
    shares = -table.principal[:, 1:] / principal[:, None]
    days = table.dates[:, 1:]
    groups: dict[bytes, list[int]] = {}
    for row in range(len(money.firms)):
        groups.setdefault(table.dates[row].tobytes() + shares[row].round(12).tobytes(), []).append(row)
    needs = []
    for rows in groups.values():
        first = rows[0]
        used = days[first] > table.dates[first, 0]
        needs.append(
            Need(
                firms=tuple(items.firms[row] for row in rows),
                principal=principal[rows],
                start=table.dates[first, 0].item(),
                dates=tuple(days[first][used].tolist()),
                shares=shares[first][used],
                currency=items.currency,
            )
        )
    return tuple(needs)
