"""Present values: of dated flows at one rate or on a curve, and of flows in equal periods."""

from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, DateArray, FloatArray
from ipabs.basics.daycount import DayCount, year_fractions
from ipabs.basics.days import Dates, whole_days
from ipabs.errors import DataError, Finding, finding, refuse

Values: TypeAlias = float | FloatArray
Timing = Literal["end", "mid", "start"]

# How much of its first period has gone when the first flow comes.
PERIOD_GONE = {"end": 1.0, "mid": 0.5, "start": 0.0}


class DiscountCurve(Protocol):
    """Anything that discounts dates to its own date, such as `ipabs.basics.curve.Curve`.

    >>> from datetime import date
    >>> from ipabs.basics.curve import Curve
    >>> present_value(["2025-01-01"], [105.0], Curve.flat(0.05, date(2024, 1, 2)))
    100.0
    """

    def discount(self, dates: Dates) -> FloatArray:
        """Discount factors of `dates`."""


def value_or_array(values: ArrayLike) -> Values:
    """A number for one series, an array for many.

    >>> value_or_array(np.float64(0.5)), value_or_array([0.5, 0.25])
    (0.5, array([0.5 , 0.25]))
    """
    array = np.asarray(values, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def numbers(name: str, values: ArrayLike) -> FloatArray:
    """The values as numbers; text, or rows of unequal length, are a `DataError` that names them.

    >>> numbers("amounts", [1, 2])
    array([1., 2.])
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as fault:
        template = "{name} is {got!r}; wanted a number, or an array of numbers"
        raise DataError(finding("cashflow.number", template, path=(name,), got=values, name=name)) from fault


def flows_on(dates: Dates, amounts: ArrayLike) -> FloatArray:
    """Amounts ``(flow,)`` or ``(series, flow)``: one finite number for each of the dates ``(flow,)``.

    >>> flows_on(["2024-06-20", "2024-12-20"], [50, 50])
    array([50., 50.])
    """
    flows, days = numbers("amounts", amounts), whole_days(dates)
    if flows.shape[-1:] != days.shape or not days.size or not np.isfinite(flows).all():
        template = "amounts of shape {got} for {dates} dates; wanted one finite amount a date"
        raise DataError(finding("flows.amounts", template, got=flows.shape, dates=days.size))
    return flows


def dated_flows(dates: Dates, amounts: ArrayLike, day_count: DayCount) -> tuple[FloatArray, FloatArray]:
    """Years since the first date of each series, and the amounts.

    Parameters
    ----------
    dates : array_like of date
        ``(flow,)`` shared by all series, or ``(series, flow)``. A missing date (NaT) stands for no flow, so series of
        different lengths fit one array; its amount is not read.
    amounts : array_like
        ``(flow,)`` or ``(series, flow)``; + is received.

    Raises
    ------
    DataError
        No flows, shapes that do not fit, amounts that are not finite.

    Examples
    --------
    >>> dated_flows(["2024-01-01", "2024-12-31", "NaT"], [-100.0, 103.0, 0.0], "ACT/365F")
    (array([0., 1., 0.]), array([-100.,  103.,    0.]))
    """
    days, flows = whole_days(dates, gaps=True), numbers("amounts", amounts)
    refuse(DataError, _shape_faults(days, flows))
    missing: BoolArray = np.isnat(days)
    first = np.fmin.reduce(days, axis=-1, keepdims=True)
    if missing.any():
        days = np.where(missing, first, days)
        flows = np.where(missing, 0.0, flows)
    if not np.isfinite(flows).all():
        at = tuple(np.argwhere(~np.isfinite(flows))[0].tolist())
        template = "the amount at position {position} is {got}; wanted a finite number"
        raise DataError(finding("flows.not_finite", template, got=flows[at], position=", ".join(map(str, at))))
    return _years_since(first, days, day_count), flows


def _years_since(first: DateArray, days: DateArray, day_count: DayCount) -> FloatArray:
    """`year_fractions`, without taking dates apart where a day count only counts days."""
    match day_count:
        case "ACT/365F":
            return (days - first).astype(np.float64) / 365
        case "ACT/360":
            return (days - first).astype(np.float64) / 360
        case _:
            return year_fractions(first, days, day_count)


def _shape_faults(days: DateArray, flows: FloatArray) -> list[Finding]:
    fits = days.ndim in (1, 2) and flows.ndim in (1, 2) and days.shape[-1] == flows.shape[-1] > 0
    if fits and (days.ndim == 1 or flows.ndim == 1 or len(days) == len(flows)):
        if not np.isnat(days).all(axis=-1).any():
            return []
        return [finding("flows.no_dates", "a series has no dates at all")]
    template = "amounts of shape {got} for dates of shape {dates}; wanted the same number of flows, at least one"
    return [finding("flows.shape", template, got=flows.shape, dates=days.shape)]


def xnpv(rate: ArrayLike, dates: Dates, amounts: ArrayLike, *, day_count: DayCount = "ACT/365F") -> Values:
    """Net present value of dated flows at their first date, ``sum(amount / (1 + rate) ** years)``.

    Parameters
    ----------
    rate : array_like
        Effective annual rate above -1: one, or one a series.
    dates, amounts : array_like
        ``(flow,)`` or ``(series, flow)``; a missing date stands for no flow; + is received.
    day_count : str, default "ACT/365F"
        How dates become years.

    Returns
    -------
    float or FloatArray
        A number for one series and one rate, else ``(series,)``.

    Raises
    ------
    DataError
        A rate of -1 or less, shapes that do not fit, amounts that are not finite.

    Examples
    --------
    >>> round(xnpv(0.03, ["2024-01-01", "2024-12-31"], [-100.0, 103.0]), 12)
    0.0
    """
    growth = np.log1p(_checked_rate(rate))[..., np.newaxis]
    years, flows = dated_flows(dates, amounts, day_count)
    series = np.broadcast_shapes(years.shape, flows.shape)[:-1]
    if growth.ndim > 1 and series and growth.shape[:-1] != series:
        template = "{got} rates for {series} series; wanted one, or one a series"
        raise DataError(finding("discounting.rates", template, got=len(growth), series=series[0]))
    return value_or_array((flows * np.exp(-growth * years)).sum(axis=-1))


def present_value(dates: Dates, amounts: ArrayLike, curve: DiscountCurve) -> Values:
    """Present value of dated flows on a curve, ``sum(amount * discount(date))``, at the curve's date.

    `dates` is ``(flow,)``; `amounts` is ``(flow,)`` or ``(series, flow)``.

    >>> class Flat:
    ...     def discount(self, dates):
    ...         return np.array([0.97, 0.94])
    >>> present_value(["2025-01-01", "2026-01-01"], [100.0, 100.0], Flat())
    191.0
    """
    return value_or_array((flows_on(dates, amounts) * curve.discount(dates)).sum(axis=-1))


def period_discounts(
    rate: ArrayLike, periods: int, *, periods_per_year: float = 1, timing: Timing = "end"
) -> FloatArray:
    """Discount factors of equal periods, ``(1 + rate) ** -((k + gone) / periods_per_year)`` for k = 0, 1, ….

    `timing` says where in its period a flow comes: at its end (gone = 1), in the middle (1/2; the convention for
    income that comes in evenly) or at its start (0). One rate gives ``(period,)``, several ``(rate, period)``.

    >>> period_discounts(0.10, 2).round(6)
    array([0.909091, 0.826446])
    >>> period_discounts(0.10, 2, timing="mid").round(6)
    array([0.953463, 0.866784])
    """
    if timing not in PERIOD_GONE:
        template = "no timing {got!r}; {hint}"
        raise DataError(finding("discounting.timing", template, got=timing, allowed=get_args(Timing)))
    if not (0 <= periods == int(periods) and 0 < periods_per_year < np.inf):
        template = "{got} periods, {times} a year; wanted a whole number of periods and a number a year above 0"
        raise DataError(finding("discounting.periods", template, got=periods, times=periods_per_year))
    years = (np.arange(periods) + PERIOD_GONE[timing]) / periods_per_year
    discounts: FloatArray = np.exp(-np.log1p(_checked_rate(rate))[..., np.newaxis] * years)
    return discounts


def period_present_value(
    rate: ArrayLike, amounts: ArrayLike, *, periods_per_year: float = 1, timing: Timing = "end"
) -> Values:
    """Present value of flows in equal periods, at the start of the first; see `period_discounts`.

    >>> round(period_present_value(0.10, [110.0, 121.0]), 9)
    200.0
    """
    flows = np.atleast_1d(numbers("amounts", amounts))
    discounts = period_discounts(rate, flows.shape[-1], periods_per_year=periods_per_year, timing=timing)
    return value_or_array((flows * discounts).sum(axis=-1))


def _checked_rate(rate: ArrayLike) -> FloatArray:
    rates = numbers("rate", rate)
    if not (np.isfinite(rates) & (rates > -1)).all():
        bad = rates[~(np.isfinite(rates) & (rates > -1))].flat[0]
        raise DataError(finding("discounting.rate", "a discount rate of {got}; wanted a number above -1", got=bad))
    return rates
