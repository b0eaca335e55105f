"""The periods of a forecast: when each ends, how it is discounted, how much of it lies within a life."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Timing, Values
from ipabs.errors import Finding, finding


def per_period(values: ArrayLike) -> FloatArray:
    """A number or draws ``(draw,)`` with an axis of periods behind: ``(1,)`` or ``(draw, 1)``.

    >>> per_period(0.1).shape, per_period([0.1, 0.2]).shape
    ((1,), (2, 1))
    """
    return np.asarray(values, dtype=np.float64)[..., np.newaxis]


def timing_findings(timing: str) -> Iterator[Finding]:
    """A word that does not say where in its period a flow stands.

    >>> print(next(timing_findings("middle")))
    timing: no timing 'middle'; did you mean 'mid'?
    """
    if timing not in get_args(Timing):
        yield finding("valuation.timing", "no timing {got!r}; {hint}", path=("timing",), got=timing,
                      allowed=get_args(Timing))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The years of a forecast, counted from the valuation date.

    Parameters
    ----------
    count : int
    timing : {"end", "mid", "start"}
        Where in its period a flow is discounted from.
    first_years : float
        Length of the first period in years: the stub from the valuation date to the end of the financial year.

    Examples
    --------
    >>> Periods(count=3, timing="mid", first_years=0.5).times
    array([0.25, 1.  , 2.  ])
    """

    count: int
    timing: Timing = "end"
    first_years: float = 1.0

    @property
    def ends(self) -> FloatArray:
        """Years from the valuation date to the end of each period."""
        return np.asarray(self.first_years + np.arange(self.count, dtype=np.float64))

    @property
    def starts(self) -> FloatArray:
        """Years from the valuation date to the start of each period."""
        return np.concatenate([[0.0], self.ends[:-1]])

    @property
    def times(self) -> FloatArray:
        """Years over which each period's flow is discounted."""
        match self.timing:
            case "end":
                return self.ends
            case "mid":
                return (self.starts + self.ends) / 2
            case "start":
                return self.starts

    def discounts(self, rate: Values) -> FloatArray:
        """``(1 + rate) ** -time``: ``(period,)``, or ``(draw, period)`` for draws of the rate."""
        factors: FloatArray = np.exp(-np.log1p(per_period(rate)) * self.times)
        return factors

    def share_within(self, life_years: Values) -> FloatArray:
        """Share of each period that lies within a life: ``(period,)`` or ``(draw, period)``.

        >>> Periods(count=3).share_within(1.25)
        array([1.  , 0.25, 0.  ])
        """
        shares: FloatArray = np.clip((per_period(life_years) - self.starts) / (self.ends - self.starts), 0.0, 1.0)
        return shares
