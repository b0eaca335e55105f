"""Internal rates of return, of one series or of thousands at once.

The unknown is ``x = log(1 + rate)``: a present value is then ``sum(amount * exp(-x * years))``. Series whose payments
all come before their receipts (or all after) have exactly one rate, found by Newton steps on the log of the ratio of
both present values, which is nearly a straight line in x. Any other series goes through `log_roots`, which brackets
every root between roots of a derivative, so none is missed.
"""

from itertools import pairwise
from typing import Literal, get_args, overload

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, FloatArray
from ipabs.basics.daycount import DayCount
from ipabs.basics.days import Dates
from ipabs.cashflow.discounting import Values, dated_flows, numbers, value_or_array
from ipabs.errors import DataError, Finding, NumericError, finding, refuse

OnError = Literal["raise", "nan"]
Quote = Literal["effective", "nominal", "period"]

# log(1 + rate) is sought between these: rates from -99.9999998 % to 4.9e8 a year.
LOG_RATE_LIMIT = 20.0
# A step this small squares to less than one unit in the last place, so it is the last one.
LAST_STEP = 1e-8
NEWTON_STEPS = 15
# So many series at once stay in the processor's cache.
ROWS_AT_ONCE = 1024
# Relative size of a present value that is zero up to float rounding: a root where the value only touches zero.
TOUCH = 1e-14


@overload
def xirr(
    dates: Dates,
    amounts: ArrayLike,
    *,
    day_count: DayCount = ...,
    on_error: OnError = ...,
    all_roots: Literal[False] = ...,
) -> Values: ...
@overload
def xirr(
    dates: Dates,
    amounts: ArrayLike,
    *,
    day_count: DayCount = ...,
    on_error: OnError = ...,
    all_roots: Literal[True],
) -> FloatArray: ...
def xirr(
    dates: Dates,
    amounts: ArrayLike,
    *,
    day_count: DayCount = "ACT/365F",
    on_error: OnError = "raise",
    all_roots: bool = False,
) -> Values:
    """Effective annual rate at which dated flows are worth nothing, ``xnpv(rate, dates, amounts) = 0``.

    Parameters
    ----------
    dates : array_like of date
        ``(flow,)`` shared by all series, or ``(series, flow)``; a missing date stands for no flow.
    amounts : array_like
        ``(flow,)`` or ``(series, flow)``; + is received. The sign as a whole does not matter.
    day_count : str, default "ACT/365F"
        How dates become years.
    on_error : {"raise", "nan"}
        What becomes of a series without a rate.
    all_roots : bool
        Every rate of one series, rising; empty if it has none. Otherwise, of several rates the one nearest zero.

    Returns
    -------
    float or FloatArray
        A number for one series, ``(series,)`` for many, ``(root,)`` with `all_roots`.

    Raises
    ------
    NumericError
        The amounts never change sign or fall on one day, or no rate lies between -99.9999998 % and 4.9e8.
    DataError
        Shapes that do not fit, amounts that are not finite.

    Examples
    --------
    >>> round(xirr(["2024-01-01", "2024-12-31"], [-100.0, 103.5]), 12)
    0.035
    >>> xirr(["2023-01-01", "2024-01-01", "2024-12-31"], [-100.0, 230.0, -132.0], all_roots=True).round(9)
    array([0.1, 0.2])
    """
    years, flows = dated_flows(dates, amounts, day_count)
    if not all_roots:
        return value_or_array(np.expm1(_log_rates(years, flows, on_error)))
    if years.ndim > 1 or flows.ndim > 1:
        template = "all_roots wants one series, not shape {got}"
        raise DataError(finding("irr.one_series", template, got=np.broadcast_shapes(years.shape, flows.shape)))
    return np.expm1(log_roots(years, flows))


def irr(
    amounts: ArrayLike, *, periods_per_year: float = 1, quote: Quote = "effective", on_error: OnError = "raise"
) -> Values:
    """Rate of return of flows in equal periods, the first at once.

    With ``i`` the rate of one period and ``m`` periods a year: effective ``(1 + i) ** m - 1``, nominal ``m * i``, or
    the rate ``i`` of the period itself. All-in rates quoted over equal periods use it; dated flows want `xirr`.

    Parameters
    ----------
    amounts : array_like
        ``(flow,)`` or ``(series, flow)``; + is received.
    periods_per_year : float
        Periods in a year.
    quote : {"effective", "nominal", "period"}
        How the rate is stated.
    on_error : {"raise", "nan"}
        What becomes of a series without a rate.

    Raises
    ------
    NumericError, DataError
        As `xirr`.

    Examples
    --------
    >>> round(irr([-100.0, 1.0, 101.0], periods_per_year=4), 8)
    0.04060401
    >>> round(irr([-100.0, 1.0, 101.0], periods_per_year=4, quote="nominal"), 8)
    0.04
    """
    if quote not in get_args(Quote):
        raise DataError(finding("irr.quote", "no quote {got!r}; {hint}", got=quote, allowed=get_args(Quote)))
    if not 0 < periods_per_year < np.inf:
        template = "{got} periods a year; wanted a number above 0"
        raise DataError(finding("irr.periods_per_year", template, got=periods_per_year))
    flows = numbers("amounts", amounts)
    if flows.ndim not in (1, 2) or not flows.shape[-1] or not np.isfinite(flows).all():
        template = "amounts of shape {got}; wanted finite numbers (flow,) or (series, flow)"
        raise DataError(finding("irr.amounts", template, got=flows.shape))
    log_rate = _log_rates(np.arange(flows.shape[-1]) / periods_per_year, flows, on_error)
    match quote:
        case "effective":
            return value_or_array(np.expm1(log_rate))
        case "nominal":
            return value_or_array(periods_per_year * np.expm1(log_rate / periods_per_year))
        case "period":
            return value_or_array(np.expm1(log_rate / periods_per_year))


def _log_rates(years: FloatArray, flows: FloatArray, on_error: OnError) -> FloatArray:
    """log(1 + rate) of each series, ``(series,)``, or 0-d for one."""
    if on_error not in get_args(OnError):
        raise DataError(finding("irr.on_error", "no {got!r}; {hint}", got=on_error, allowed=get_args(OnError)))
    shape = np.broadcast_shapes(years.shape, flows.shape)
    rows = np.broadcast_to(flows, shape).reshape(-1, shape[-1])
    times = np.broadcast_to(years, rows.shape)
    changing = np.empty(len(rows), dtype=bool)
    log_rate = np.empty(len(rows))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        changing[part], unique = _sign_changes(times[part], rows[part])
        log_rate[part] = _newton(times[part], rows[part], unique)
    for row in np.flatnonzero(changing & np.isnan(log_rate)):
        roots = log_roots(times[row], rows[row])
        if len(roots):
            log_rate[row] = roots[np.argmin(np.abs(roots))]
    if on_error == "raise":
        refuse(NumericError, _faults(changing, np.isnan(log_rate), times.max(axis=1) == times.min(axis=1)))
    return log_rate.reshape(shape[:-1])


def _sign_changes(times: FloatArray, rows: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Whether there are both payments and receipts, and whether all of the one kind come before all of the other.

    The second makes the rate unique. Flows of one day count as their sum, so both kinds may share the day between.
    """
    paid, received = rows < 0, rows > 0
    last_paid = np.where(paid, times, -np.inf).max(axis=1)
    first_paid = np.where(paid, times, np.inf).min(axis=1)
    last_received = np.where(received, times, -np.inf).max(axis=1)
    first_received = np.where(received, times, np.inf).min(axis=1)
    changing = np.isfinite(last_paid) & np.isfinite(last_received)
    return changing, changing & ((last_paid <= first_received) | (last_received <= first_paid))


def _newton(times: FloatArray, rows: FloatArray, wanted: BoolArray) -> FloatArray:
    """Newton steps on ``log(PV received / PV paid)`` for the wanted rows; NaN for others and where they do not settle.

    Its slope in x is the difference of the two sides' mean times, so the first step from x = 0 is already close.
    A row stops at its own last step: its result does not depend on the rows beside it.
    """
    received, paid = np.maximum(rows, 0.0), np.maximum(-rows, 0.0)
    horizon = times.max(axis=1, initial=0.0)
    x = np.zeros(len(rows))
    settled = ~wanted
    with np.errstate(all="ignore"):  # a row that leaves the range ends as NaN
        received_times, paid_times = received * times, paid * times
        for _ in range(NEWTON_STEPS):
            # Both sides are scaled alike, so that no exponential overflows.
            scale = np.where(x < 0, x * horizon, 0.0)
            discount = np.exp(scale[:, np.newaxis] - x[:, np.newaxis] * times)
            pv_received = np.einsum("ij,ij->i", received, discount)
            pv_paid = np.einsum("ij,ij->i", paid, discount)
            mean_received = np.einsum("ij,ij->i", received_times, discount) / pv_received
            mean_paid = np.einsum("ij,ij->i", paid_times, discount) / pv_paid
            step = np.log(pv_received / pv_paid) / (mean_received - mean_paid)
            x = np.where(settled, x, x + step)
            settled |= np.abs(step) <= LAST_STEP
            if settled.all():
                break
    return np.where(wanted & settled & (np.abs(x) <= LOG_RATE_LIMIT), x, np.nan)


def log_roots(years: FloatArray, flows: FloatArray) -> FloatArray:
    """Every x with ``sum(flow * exp(-x * years)) = 0``, rising: log(1 + rate) of each rate of one series.

    Multiplied by ``exp(x * turn)`` the sum has the same roots, and for a `turn` between two times where the sign
    changes its derivative has one sign change less (the proof of Descartes' rule; Pólya and Szegő, *Problems and
    Theorems in Analysis* II, part V, no. 77). Between two roots of the derivative lies at most one root, so bracketing
    there finds them all.

    >>> np.expm1(log_roots(np.array([0.0, 1.0, 2.0]), np.array([-100.0, 230.0, -132.0]))).round(9)
    array([0.1, 0.2])
    """
    times, at = np.unique(years, return_inverse=True)
    net = np.bincount(at.ravel(), weights=flows / max(np.abs(flows).max(), np.finfo(float).tiny))
    return np.array(_roots(times[net != 0], net[net != 0]))


def _roots(times: FloatArray, net: FloatArray) -> list[float]:
    """`log_roots` of times that rise and amounts that are not zero."""
    from scipy.optimize import brentq

    changes = np.flatnonzero(np.sign(net[:-1]) != np.sign(net[1:]))
    if not len(changes):
        return []
    turn = times[changes[0] : changes[0] + 2].mean()
    turning_points = _roots(times, net * (turn - times))

    def relative_value(x: float) -> float:
        exponent = -x * times
        discounted = net * np.exp(exponent - exponent.max())
        value = float(discounted.sum() / np.abs(discounted).sum())
        return value if abs(value) > TOUCH else 0.0

    roots = [x for x in turning_points if relative_value(x) == 0]
    for low, high in pairwise([-LOG_RATE_LIMIT, *turning_points, LOG_RATE_LIMIT]):
        if relative_value(low) * relative_value(high) < 0:
            roots.append(float(brentq(relative_value, low, high, xtol=1e-15, rtol=1e-15, maxiter=200)))
    return sorted(roots)


def _faults(changing: BoolArray, unsolved: BoolArray, one_day: BoolArray) -> list[Finding]:
    """Why series have no rate: the first of each kind, and how many."""
    found = []
    for code, template, rows in (
        (
            "irr.no_sign_change",
            "no internal rate of return: the amounts never change sign (series {series}, {count} in all); "
            "wanted at least one payment and one receipt",
            ~changing,
        ),
        (
            "irr.one_day",
            "no internal rate of return: all amounts fall on one day (series {series}, {count} in all)",
            changing & unsolved & one_day,
        ),
        (
            "irr.no_root",
            "no internal rate of return between -99.9999998 % and 4.9e8 (series {series}, {count} in all)",
            changing & unsolved & ~one_day,
        ),
    ):
        if rows.any():
            found.append(finding(code, template, series=int(rows.argmax()), count=int(rows.sum())))
    return found
