"""Discount curves.

Between two nodes the logarithm of the discount factor is linear in time, which is a constant forward rate; beyond the
last node the last forward rate goes on. Time is the year fraction of the curve's own day count from its date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Literal, get_args

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.daycount import DayCount, accrual_fraction, year_fractions
from ipabs.basics.days import Dates, whole_days
from ipabs.basics.durations import check_date
from ipabs.basics.schedule import add_months
from ipabs.errors import DataError, Finding, SpecError, finding, refuse

Compounding = Literal["annual", "semiannual", "quarterly", "monthly", "continuous", "simple"]
COMPOUNDINGS: tuple[Compounding, ...] = get_args(Compounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Discount factors at dates.

    Attributes
    ----------
    as_of : date
        The date whose factor is 1.
    dates : tuple of date
        Nodes, rising, after `as_of`.
    factors : tuple of float
        Discount factors at the nodes, above 0.
    day_count : DayCount
        Measures the time in which the logarithm of the factor is linear.

    Raises
    ------
    SpecError
        All faults: no nodes, lengths that differ, dates that do not rise, factors that are not above 0.

    Examples
    --------
    >>> curve = Curve(as_of=date(2024, 1, 1), dates=(date(2025, 1, 1), date(2026, 1, 1)), factors=(0.97, 0.93))
    >>> curve.discount(["2024-01-01", "2025-01-01", "2026-01-01"])
    array([1.  , 0.97, 0.93])
    """

    as_of: date
    dates: tuple[date, ...]
    factors: tuple[float, ...]
    day_count: DayCount = "ACT/365F"

    def __post_init__(self) -> None:
        refuse(SpecError, self.findings())

    @classmethod
    def flat(
        cls, rate: float, as_of: date, *, compounding: Compounding = "annual", day_count: DayCount = "ACT/365F"
    ) -> "Curve":
        """One rate for every time; a simple rate is refused, because no constant forward rate gives it.

        >>> round(float(Curve.flat(0.05, date(2021, 1, 1)).discount("2023-01-01")), 6)   # 1.05 ** -2
        0.907029
        """
        if compounding == "simple":
            raise SpecError(finding("curve.flat_simple", "a flat curve needs a compounded rate, not a simple one"))
        return cls.from_zero_rates(as_of, [add_months(as_of, 12)], [rate], compounding=compounding, day_count=day_count)

    @classmethod
    def from_zero_rates(
        cls,
        as_of: date,
        dates: Sequence[date],
        rates: Sequence[float],
        *,
        compounding: Compounding = "annual",
        day_count: DayCount = "ACT/365F",
    ) -> "Curve":
        """The curve whose zero rate from `as_of` to each date is given.

        >>> Curve.from_zero_rates(date(2021, 1, 1), [date(2023, 1, 1)], [0.05]).factors
        (0.9070294784580498,)
        """
        refuse(SpecError, (*_rate_faults(dates, rates), *_date_faults((as_of, *dates))))
        times = year_fractions(as_of, whole_days(dates), day_count)
        factors = _factors(np.asarray(rates, dtype=np.float64), times, compounding)
        return cls(as_of=as_of, dates=tuple(dates), factors=tuple(factors.tolist()), day_count=day_count)

    @classmethod
    def from_forward_rates(
        cls,
        as_of: date,
        dates: Sequence[date],
        rates: Sequence[float],
        *,
        compounding: Compounding = "simple",
        day_count: DayCount = "ACT/365F",
    ) -> "Curve":
        """The curve whose rate between each date and the one before (first: `as_of`) is given.

        >>> Curve.from_forward_rates(date(2021, 1, 1), [date(2022, 1, 1), date(2023, 1, 1)], [0.04, 0.05]).factors[0]
        0.9615384615384615
        """
        refuse(SpecError, (*_rate_faults(dates, rates), *_date_faults((as_of, *dates))))
        ends = whole_days(dates)
        times = year_fractions(np.concatenate([whole_days([as_of]), ends[:-1]]), ends, day_count)
        factors = np.cumprod(_factors(np.asarray(rates, dtype=np.float64), times, compounding))
        return cls(as_of=as_of, dates=tuple(dates), factors=tuple(factors.tolist()), day_count=day_count)

    def discount(self, dates: Dates) -> FloatArray:
        """Discount factors from each date to `as_of`, in the shape of `dates`; a date before it is a `DataError`.

        >>> Curve.flat(0.05, date(2024, 1, 1)).discount(["2024-01-01", "2024-12-31"]).round(6)
        array([1.      , 0.952381])
        """
        days = whole_days(dates)
        self._refuse_past(days)
        node_times = np.concatenate([[0.0], year_fractions(self.as_of, whole_days(self.dates), self.day_count)])
        logs = np.concatenate([[0.0], np.log(self.factors)])
        times = year_fractions(self.as_of, days, self.day_count)
        # The interval whose line is read: the last one also serves what lies beyond it.
        at = np.clip(np.searchsorted(node_times, times, side="right") - 1, 0, len(self.dates) - 1)
        slopes = np.diff(logs) / np.diff(node_times)
        return np.asarray(np.exp(logs[at] + slopes[at] * (times - node_times[at])))

    def zero_rates(self, dates: Dates, *, compounding: Compounding = "annual") -> FloatArray:
        """Zero rates from `as_of` to dates after it.

        >>> curve = Curve.flat(0.05, date(2024, 1, 1))
        >>> round(float(curve.zero_rates("2030-01-01", compounding="continuous")), 6)      # ln 1.05
        0.04879
        """
        return self.forward_rates(self.as_of, dates, compounding=compounding)

    def forward_rates(self, starts: Dates, ends: Dates, *, compounding: Compounding = "simple") -> FloatArray:
        """Rates from each start to each end, in the day count of the curve; simple: (P(start) / P(end) − 1) / τ.

        >>> curve = Curve.flat(0.05, date(2023, 1, 1), day_count="30E/360")
        >>> round(float(curve.forward_rates("2023-01-01", "2023-07-01")), 6)   # (1.05 ** 0.5 - 1) / 0.5
        0.04939
        """
        times = year_fractions(starts, ends, self.day_count)
        if not np.all(times > 0):
            raise DataError(
                finding("curve.no_time", "a rate needs an end after its start in {got}", got=self.day_count)
            )
        growth = self.discount(starts) / self.discount(ends)
        match compounding:
            case "simple":
                return np.asarray((growth - 1) / times)
            case "continuous":
                return np.asarray(np.log(growth) / times)
        number = _times_a_year(compounding)
        return np.asarray(number * (growth ** (1 / (number * times)) - 1))

    def _refuse_past(self, days: DateArray) -> None:
        past = days[days < np.datetime64(self.as_of)]
        if past.size:
            text = "{got} is before the date of the curve, {as_of}"
            raise DataError(finding("curve.past", text, got=past.min(), as_of=self.as_of))

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong with the nodes."""
        if not self.dates or len(self.dates) != len(self.factors):
            text = "a curve needs as many factors as dates, at least one; it has {got} factors and {dates} dates"
            yield finding("curve.lengths", text, got=len(self.factors), dates=len(self.dates))
        disorder = tuple(_date_faults((self.as_of, *self.dates)))
        yield from disorder or self._stillness()
        for at, factor in enumerate(self.factors):
            if not (isfinite(factor) and factor > 0):
                yield finding(
                    "curve.factor",
                    "discount factor {got} is no finite number above 0",
                    path=("factors", at),
                    got=factor,
                )

    def _stillness(self) -> Iterator[Finding]:
        """Nodes between which no time passes in the curve's day count, such as 30 and 31 May in 30E/360."""
        times = [accrual_fraction(self.as_of, day, self.day_count) for day in (self.as_of, *self.dates)]
        for at, (before, time) in enumerate(pairwise(times)):
            if time <= before:
                text = "no time passes in {day_count} between {got} and the date before it"
                yield finding("curve.still", text, path=("dates", at), got=self.dates[at], day_count=self.day_count)


def _date_faults(dates: tuple[date, ...]) -> Iterator[Finding]:
    """Dates that are none, or else that do not rise; the first is that of the curve."""
    wrong = [fault for day in dates if (fault := check_date(day))]
    if wrong:
        yield from wrong
        return
    for at, (before, day) in enumerate(pairwise(dates)):
        if day <= before:
            yield finding("curve.order", "{got} is not after {before}", path=("dates", at), got=day, before=before)


def _rate_faults(dates: Sequence[date], rates: Sequence[float]) -> Iterator[Finding]:
    if not dates or len(dates) != len(rates):
        text = "a curve needs as many rates as dates, at least one; it has {got} rates and {dates} dates"
        yield finding("curve.rate_lengths", text, got=len(rates), dates=len(dates))
    for at, rate in enumerate(rates):
        if not -1 < rate <= 1:
            yield finding("curve.rate", "{got} is outside -100% to 100% a year", path=("rates", at), got=rate)


def _factors(rates: FloatArray, times: FloatArray, compounding: Compounding) -> FloatArray:
    match compounding:
        case "simple":
            with np.errstate(divide="ignore"):  # a growth of 0 gives an infinite factor, which the curve refuses
                return np.asarray(1 / (1 + rates * times))
        case "continuous":
            return np.exp(-rates * times)
    number = _times_a_year(compounding)
    return np.asarray((1 + rates / number) ** (-number * times))


def _times_a_year(compounding: Compounding) -> int:
    match compounding:
        case "annual":
            return 1
        case "semiannual":
            return 2
        case "quarterly":
            return 4
        case "monthly":
            return 12
    raise SpecError(
        finding("curve.compounding", "no compounding {got!r}; {hint}", got=compounding, allowed=COMPOUNDINGS)
    )
