"""Reconciliation: the methods for one portfolio side by side, the weights given to them, one figure and a range."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.checks import weight_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.valuation import Valuation

# Methods further apart than this have no common answer; a weight hides the question.
WIDE_RATIO = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighted:
    """One valuation with the weight given to it and why.

    >>> from datetime import date
    >>> cost = Valuation(method="cost", as_of=date(2024, 1, 1), currency="CNY", value=3e6)
    >>> Weighted(valuation=cost, weight=0.25, reason="the research is recent").weight
    0.25
    """

    valuation: Valuation
    weight: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconciliation:
    """The concluded value of several methods.

    Attributes
    ----------
    entries : tuple of Weighted
    low_quantile, high_quantile : float
        Bounds of the range of a method that has draws.

    Examples
    --------
    >>> from datetime import date
    >>> income, cost = (Valuation(method=name, as_of=date(2024, 1, 1), currency="CNY", value=value)
    ...                 for name, value in (("income", 4e6), ("cost", 3e6)))
    >>> found = reconcile(Weighted(valuation=income, weight=0.75), Weighted(valuation=cost, weight=0.25))
    >>> found.to_frame()["weighted_value"].to_dict()
    {'income': 3000000.0, 'cost': 750000.0, 'conclusion': 3750000.0}
    """

    entries: tuple[Weighted, ...]
    low_quantile: float = 0.25
    high_quantile: float = 0.75

    @property
    def value(self) -> float:
        """``Σ weight × mean``."""
        return sum(entry.weight * entry.valuation.mean for entry in self.entries)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest of the methods' ranges, those without weight left out."""
        used = [entry.valuation for entry in self.entries if entry.weight > 0]
        return (
            min(one.quantile(self.low_quantile) for one in used),
            max(one.quantile(self.high_quantile) for one in used),
        )

    @property
    def standard_error(self) -> float:
        """Of the value, at most: ``Σ weight × standard error``, as if all methods shared their draws."""
        return sum(entry.weight * entry.valuation.standard_error for entry in self.entries)

    def to_frame(self) -> pd.DataFrame:
        """One row a method and one for the conclusion: value, low and high with standard errors, weight, draws."""
        rows = [self._row(entry) for entry in self.entries]
        used = [row for row in rows if row["weight"] > 0]
        lowest, highest = min(used, key=lambda row: row["low"]), max(used, key=lambda row: row["high"])
        conclusion = {
            "method": "conclusion",
            "value": self.value,
            "standard_error": self.standard_error,
            **{name: lowest[name] for name in ("low", "low_error")},
            **{name: highest[name] for name in ("high", "high_error")},
            "weight": 1.0,
            "weighted_value": self.value,
            "draws": max(row["draws"] for row in used),
        }
        return pd.DataFrame([*rows, conclusion]).set_index("method")

    def _row(self, entry: Weighted) -> dict[str, Any]:
        worth = entry.valuation
        return {
            "method": worth.method,
            "value": worth.mean,
            "standard_error": worth.standard_error,
            "low": worth.quantile(self.low_quantile),
            "low_error": worth.quantile_error(self.low_quantile),
            "high": worth.quantile(self.high_quantile),
            "high_error": worth.quantile_error(self.high_quantile),
            "weight": entry.weight,
            "weighted_value": entry.weight * worth.mean,
            "draws": worth.draws,
        }


def reconcile(*entries: Weighted, low_quantile: float = 0.25, high_quantile: float = 0.75) -> Reconciliation:
    """Put valuations of one portfolio side by side.

    Raises
    ------
    DataError
        No valuation, weights that do not sum to one, valuations of different dates or currencies.

    Examples
    --------
    >>> from datetime import date
    >>> income, cost = (Valuation(method=name, as_of=date(2024, 1, 1), currency="CNY", value=value)
    ...                 for name, value in (("income", 4e6), ("cost", 3e6)))
    >>> found = reconcile(Weighted(valuation=income, weight=0.75), Weighted(valuation=cost, weight=0.25))
    >>> found.value, found.range
    (3750000.0, (3000000.0, 4000000.0))
    """
    asked = (*outside("low_quantile", low_quantile, "[0, 1]"), *outside("high_quantile", high_quantile, "[0, 1]"))
    if not asked and low_quantile > high_quantile:
        template = "the low quantile {got} is above the high one {high}"
        asked = (finding("reconciliation.order", template, path=("low_quantile",), got=low_quantile,
                         high=high_quantile),)  # fmt: skip
    refuse(DataError, (*_mismatches(entries), *asked))
    return Reconciliation(entries=entries, low_quantile=low_quantile, high_quantile=high_quantile)


def _mismatches(entries: tuple[Weighted, ...]) -> Iterator[Finding]:
    yield from weight_findings(tuple(entry.weight for entry in entries), path=("weights",))
    for entry in entries:
        yield from outside("value", entry.valuation.value, "(-inf, inf)", path=(entry.valuation.method, "value"))
    for name in ("as_of", "currency"):
        stated = sorted({str(getattr(entry.valuation, name)) for entry in entries})
        if len(stated) > 1:
            template = "valuations of one portfolio differ in {name}: {got}"
            yield finding("reconciliation.differ", template, path=(name,), got=", ".join(stated), name=name)


def spread_findings(reconciliation: Reconciliation) -> tuple[Finding, ...]:
    """A warning when the highest weighted method is more than twice the lowest: explain it before weighting.

    >>> from datetime import date
    >>> income, cost = (Valuation(method=name, as_of=date(2024, 1, 1), currency="CNY", value=value)
    ...                 for name, value in (("income", 9e6), ("cost", 3e6)))
    >>> print(*spread_findings(reconcile(Weighted(valuation=income, weight=0.5), Weighted(valuation=cost, weight=0.5))))
    weights: the methods give 3,000,000.00 to 9,000,000.00; explain the difference before weighting it away
    """
    means = np.array([entry.valuation.mean for entry in reconciliation.entries if entry.weight > 0])
    if means.min() > 0 and means.max() / means.min() <= WIDE_RATIO:
        return ()
    template = "the methods give {low} to {high}; explain the difference before weighting it away"
    return (
        finding(
            "reconciliation.wide",
            template,
            path=("weights",),
            severity="warning",
            low=f"{means.min():,.2f}",
            high=f"{means.max():,.2f}",
        ),
    )
