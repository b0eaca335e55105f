"""Bond mathematics: average life, price and yield, duration, convexity, accrued interest, discount margin.

Dates become years from the settlement date under a day count; a present value uses a compounding convention:
a whole number of compoundings a year, ``"continuous"`` or ``"simple"``. Prices are present values of all flows after
settlement, so they contain accrued interest (dirty); `accrued_interest` takes it out.

Sources: Fabozzi, *Fixed Income Mathematics*, chapters on price, yield and price volatility; SIFMA, *Uniform Practices*,
chapter SF, for average life.
"""

from collections.abc import Callable
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.daycount import DayCount, year_fraction, year_fractions
from ipabs.basics.days import Dates, whole_days
from ipabs.cashflow.discounting import Values, flows_on, numbers, value_or_array
from ipabs.errors import DataError, NumericError, finding

Compounding: TypeAlias = int | Literal["continuous", "simple"]

# Yields and margins are sought between these.
YIELD_RANGE = (-0.99, 100.0)


def weighted_average_life(
    start: date, dates: Dates, principal: ArrayLike, *, day_count: DayCount = "ACT/365F"
) -> Values:
    """Average years until principal is paid, ``sum(principal * years) / sum(principal)`` (SIFMA SF-4).

    Parameters
    ----------
    start : date
        Years count from here: closing or settlement.
    dates : array_like of date
        ``(period,)`` payment dates.
    principal : array_like
        ``(period,)`` or ``(path, period)`` principal paid, ≥ 0.
    day_count : str, default "ACT/365F"
        How dates become years.

    Raises
    ------
    DataError
        No principal is paid (which path first), a negative or missing amount, a date before `start`.

    Examples
    --------
    >>> weighted_average_life(date(2023, 1, 1), [date(2024, 1, 1), date(2025, 12, 31)], [60.0, 40.0])
    1.8
    """
    paid = flows_on(dates, principal)
    if not (paid >= 0).all():
        raise DataError(finding("bond.negative_principal", "principal of {got}; wanted 0 or more", got=paid.min()))
    total = paid.sum(axis=-1)
    if not (total > 0).all():
        first = int(np.argmin(np.atleast_1d(total) > 0))
        raise DataError(
            finding("bond.no_principal", "no principal is paid on path {number}: it has no life", number=first)
        )
    return value_or_array((paid * _years(start, dates, day_count)).sum(axis=-1) / total)


def price_from_yield(
    yield_rate: float,
    settlement: date,
    dates: Dates,
    amounts: ArrayLike,
    *,
    compounding: Compounding = 1,
    day_count: DayCount = "ACT/365F",
) -> float:
    """Present value of flows at a yield: ``sum(amount * (1 + y / m) ** (-m * years))`` for m compoundings a year.

    ``exp(-y * years)`` when continuous, ``1 / (1 + y * years)`` when simple. A dirty price, in money.

    >>> round(price_from_yield(0.03, date(2023, 1, 1), ["2024-01-01", "2024-12-31"], [4.0, 104.0]), 6)
    101.91347
    """
    discounts = _discounts(yield_rate, _years(settlement, dates, day_count), compounding)
    return float((flows_on(dates, amounts) * discounts).sum())


def yield_from_price(
    price: float,
    settlement: date,
    dates: Dates,
    amounts: ArrayLike,
    *,
    compounding: Compounding = 1,
    day_count: DayCount = "ACT/365F",
) -> float:
    """Yield at which flows are worth `price` (dirty, in money); the inverse of `price_from_yield`.

    Raises
    ------
    DataError, NumericError
        A price of 0 or less; no yield between -99 % and 10,000 %.

    Examples
    --------
    >>> round(yield_from_price(101.913470, date(2023, 1, 1), ["2024-01-01", "2024-12-31"], [4.0, 104.0]), 8)
    0.03
    """
    years, flows, worth = _years(settlement, dates, day_count), flows_on(dates, amounts), _checked_price(price)

    def excess(yield_rate: float) -> float:
        return float((flows * _discounts(yield_rate, years, compounding)).sum()) / worth - 1

    low, high = YIELD_RANGE
    if compounding == "simple":
        low = max(low, -0.99 / float(years.max()))  # below, a simple discount factor changes sign
    return _solved(excess, low, high, "yield")


def macaulay_duration(
    yield_rate: float,
    settlement: date,
    dates: Dates,
    amounts: ArrayLike,
    *,
    compounding: Compounding = 1,
    day_count: DayCount = "ACT/365F",
) -> float:
    """Average years until money comes, weighted with present values.

    >>> round(macaulay_duration(0.03, date(2023, 1, 1), ["2024-01-01", "2024-12-31"], [4.0, 104.0]), 6)
    1.961894
    """
    years, weights = _present(yield_rate, settlement, dates, amounts, compounding, day_count)
    return float((weights * years).sum())


def modified_duration(
    yield_rate: float,
    settlement: date,
    dates: Dates,
    amounts: ArrayLike,
    *,
    compounding: Compounding = 1,
    day_count: DayCount = "ACT/365F",
) -> float:
    """Relative fall of the price for a rise of the yield, ``-(dP / dy) / P``, in years.

    >>> round(modified_duration(0.03, date(2023, 1, 1), ["2024-01-01", "2024-12-31"], [4.0, 104.0]), 6)
    1.904752
    """
    years, weights = _present(yield_rate, settlement, dates, amounts, compounding, day_count)
    slope, _ = _discount_slopes(yield_rate, years, compounding)
    return -float((weights * slope).sum())


def convexity(
    yield_rate: float,
    settlement: date,
    dates: Dates,
    amounts: ArrayLike,
    *,
    compounding: Compounding = 1,
    day_count: DayCount = "ACT/365F",
) -> float:
    """Relative curvature of the price in the yield, ``(d²P / dy²) / P``, in years squared.

    >>> round(convexity(0.03, date(2023, 1, 1), ["2024-01-01", "2024-12-31"], [4.0, 104.0]), 5)
    5.5119
    """
    years, weights = _present(yield_rate, settlement, dates, amounts, compounding, day_count)
    _, curvature = _discount_slopes(yield_rate, years, compounding)
    return float((weights * curvature).sum())


def effective_duration(price: float, price_down: float, price_up: float, shift: float) -> float:
    """Relative price change of a flow that itself moves with rates, ``(P₋ - P₊) / (2 * P * shift)``.

    `price_down` and `price_up` are repriced with the curve `shift` lower and higher, prepayments included.

    >>> round(effective_duration(100.0, 102.0, 98.4, 0.01), 6)
    1.8
    """
    return (price_down - price_up) / (2 * _checked_price(price) * _checked_shift(shift))


def effective_convexity(price: float, price_down: float, price_up: float, shift: float) -> float:
    """Curvature of a flow that itself moves with rates, ``(P₋ + P₊ - 2 * P) / (P * shift²)``.

    >>> round(effective_convexity(100.0, 102.0, 98.4, 0.01), 6)
    40.0
    """
    return (price_down + price_up - 2 * price) / (_checked_price(price) * _checked_shift(shift) ** 2)


def accrued_interest(balance: float, coupon_rate: float, start: date, settlement: date, day_count: DayCount) -> float:
    """Interest earned since the last payment date, ``balance * coupon * fraction(start, settlement)``.

    >>> accrued_interest(100.0, 0.05, date(2024, 3, 28), date(2024, 6, 9), "ACT/365F")
    1.0
    """
    return balance * coupon_rate * year_fraction(start, settlement, day_count)


def discount_margin(price: float, amounts: ArrayLike, index_rates: ArrayLike, accruals: ArrayLike) -> float:
    """Margin over the index at which a floating-rate note's projected flows are worth `price`.

    ``price = sum(amount_k / product(1 + (index_j + margin) * accrual_j, j <= k))`` (Fabozzi, *Floating-Rate
    Securities*, "discount margin").

    Parameters
    ----------
    price : float
        Dirty, in money.
    amounts, index_rates, accruals : array_like
        ``(period,)`` projected interest and principal, the index assumed for the period, its year fraction.

    Raises
    ------
    DataError, NumericError
        Shapes that do not fit; no margin between -99 % and 10,000 %.

    Examples
    --------
    >>> round(discount_margin(100.0, [1.25, 101.25], [0.035, 0.035], [0.25, 0.25]), 9)
    0.015
    """
    given = {"amounts": amounts, "index_rates": index_rates, "accruals": accruals}
    flows, index, fractions = (numbers(name, values) for name, values in given.items())
    if not flows.shape == index.shape == fractions.shape:
        template = "amounts of shape {got}, index rates {index}, accruals {accruals}; wanted one shape"
        raise DataError(finding("bond.shapes", template, got=flows.shape, index=index.shape, accruals=fractions.shape))

    worth = _checked_price(price)

    def excess(margin: float) -> float:
        return float((flows / np.cumprod(1 + (index + margin) * fractions)).sum()) / worth - 1

    return _solved(excess, *YIELD_RANGE, "discount margin")


def _years(start: date, dates: Dates, day_count: DayCount) -> FloatArray:
    days, first = whole_days(dates), np.datetime64(start, "D")
    if (days < first).any():
        template = "{got} is before {start}, from which years count; leave out what is past"
        raise DataError(finding("bond.past", template, got=days.min(), start=start))
    return year_fractions(first, days, day_count)


def _discounts(yield_rate: float, years: FloatArray, compounding: Compounding) -> FloatArray:
    match compounding:
        case "continuous":
            return np.asarray(np.exp(-yield_rate * years), dtype=np.float64)
        case "simple":
            growth = np.asarray(1 + yield_rate * years, dtype=np.float64)
            if not (growth > 0).all():
                template = "a simple yield of {got} over {years} years leaves no discount factor"
                raise DataError(finding("bond.simple_yield", template, got=yield_rate, years=f"{years.max():g}"))
            return 1 / growth
        case int() if compounding >= 1:
            if not yield_rate > -compounding:
                template = "a yield of {got} compounded {times} times a year; wanted more than -{times}"
                raise DataError(finding("bond.yield", template, got=yield_rate, times=compounding))
            return np.asarray(np.exp(-compounding * years * np.log1p(yield_rate / compounding)), dtype=np.float64)
        case _:
            template = "compounding {got!r}; wanted a whole number a year, 'continuous' or 'simple'"
            raise DataError(finding("bond.compounding", template, got=compounding))


def _discount_slopes(yield_rate: float, years: FloatArray, compounding: Compounding) -> tuple[FloatArray, FloatArray]:
    """First and second derivative of the discount factors in the yield, as parts of the factors."""
    match compounding:
        case "continuous":
            return -years, years**2
        case "simple":
            shrink = years / (1 + yield_rate * years)
            return -shrink, 2 * shrink**2
        case _:
            growth = 1 + yield_rate / compounding
            return -years / growth, years * (years + 1 / compounding) / growth**2


def _present(
    yield_rate: float, settlement: date, dates: Dates, amounts: ArrayLike, compounding: Compounding, day_count: DayCount
) -> tuple[FloatArray, FloatArray]:
    """Years to each amount, and its part of the present value of all."""
    years = _years(settlement, dates, day_count)
    values = flows_on(dates, amounts) * _discounts(yield_rate, years, compounding)
    worth = float(values.sum())
    if not worth > 0:
        raise DataError(finding("bond.no_value", "flows worth {got} have no duration", got=worth))
    return years, values / worth


def _checked_price(price: float) -> float:
    if not (np.isfinite(price) and price > 0):
        raise DataError(finding("bond.no_price", "a price of {got}; wanted a number above 0", got=price))
    return price


def _solved(excess: Callable[[float], float], low: float, high: float, what: str) -> float:
    from scipy.optimize import brentq

    if not excess(low) > 0 > excess(high):
        template = "no {what} between {low} and {high} gives this price"
        raise NumericError(finding("bond.no_solution", template, what=what, low=f"{low:,.0%}", high=f"{high:,.0%}"))
    return float(brentq(excess, low, high, xtol=1e-15, rtol=1e-14))


def _checked_shift(shift: float) -> float:
    if not shift > 0:
        raise DataError(finding("bond.shift", "a rate shift of {got}; wanted a number above 0", got=shift))
    return shift
