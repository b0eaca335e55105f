"""Day counts: what part of a year lies between two dates.

Libraries disagree on names, so each convention stands here by its rule. Every fraction is a ratio of integers: the
exact value is a `fractions.Fraction`, and the float is that ratio divided once. The formulas run unchanged on the
integers of one pair of dates and on integer arrays of a whole tape.

Source of the rules: 2006 ISDA Definitions, section 4.16; for 30/360 US, Securities Industry Association, *Standard
Securities Calculation Methods* (1993), volume 1, which ISDA's workbook of 30/360 conventions (2008) tabulates as "USA".
"""

from datetime import date
from fractions import Fraction
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.days import Dates, whole_days
from ipabs.errors import DataError, Finding, SpecError, finding, refuse

DayCount = Literal["ACT/365F", "ACT/360", "ACT/ACT ISDA", "30/360 US", "30E/360", "30E/360 ISDA"]
DAY_COUNTS: tuple[DayCount, ...] = get_args(DayCount)

# Conventions that count days and need nothing else of a date.
BY_NUMBER = ("ACT/365F", "ACT/360")

# Integers or integer arrays: the formulas use only + - * // %, comparisons, & and |, which mean the same on both.
Whole = Any


class Day(NamedTuple):
    """A date taken apart; `number` counts days from any fixed origin.

    >>> _taken_apart(date(2024, 2, 29))
    Day(year=2024, month=2, day=29, number=738945, day_of_year=59)
    """

    year: Whole
    month: Whole
    day: Whole
    number: Whole
    day_of_year: Whole  # 0 on 1 January


def accrual_fraction(start: date, end: date, day_count: DayCount, *, termination: date | None = None) -> Fraction:
    """The exact fraction of a year from `start` to `end`.

    ===============  ==========================================================================================
    ACT/365F         days / 365
    ACT/360          days / 360
    ACT/ACT ISDA     days in leap years / 366 + days in other years / 365; `start` counts, `end` does not
    30/360 US        (360 Δy + 30 Δm + Δd) / 360 after, in this order: both dates last of February: d2 = 30;
                     first date last of February: d1 = 30; d2 = 31 and d1 ≥ 30: d2 = 30; d1 = 31: d1 = 30
    30E/360          the same sum after d1 = 31: 30; d2 = 31: 30 (Eurobond basis)
    30E/360 ISDA     the same sum after: any last day of a month becomes 30, except a last of February in second
                     place that is the termination date
    ===============  ==========================================================================================

    Parameters
    ----------
    start, end : date
        ``start <= end``.
    termination : date, optional
        Only 30E/360 ISDA reads it. Without it `end` is not the termination date.

    Raises
    ------
    DataError
        `end` lies before `start`, or one of them is no date.
    SpecError
        An unknown day count.

    Examples
    --------
    >>> accrual_fraction(date(2024, 3, 28), date(2024, 6, 28), "ACT/365F")
    Fraction(92, 365)
    >>> accrual_fraction(date(2003, 11, 1), date(2004, 5, 1), "ACT/ACT ISDA")   # 61/365 + 121/366
    Fraction(66491, 133590)
    >>> [accrual_fraction(date(2008, 2, 29), date(2008, 8, 31), name) * 360
    ...  for name in ("30/360 US", "30E/360", "30E/360 ISDA")]
    [Fraction(180, 1), Fraction(181, 1), Fraction(180, 1)]
    """
    refuse(DataError, (_no_date(day) for day in (start, end) if type(day) is not date))
    if end < start:
        raise DataError(_reversed(start, end))
    numerator, denominator = _ratio(_taken_apart(start), _taken_apart(end), day_count, termination)
    return Fraction(numerator, denominator)


def year_fraction(start: date, end: date, day_count: DayCount, *, termination: date | None = None) -> float:
    """`accrual_fraction` as the nearest float.

    >>> year_fraction(date(2024, 3, 28), date(2024, 6, 28), "ACT/360")
    0.25555555555555554
    """
    return float(accrual_fraction(start, end, day_count, termination=termination))


def year_fractions(starts: Dates, ends: Dates, day_count: DayCount, *, termination: date | None = None) -> FloatArray:
    """`year_fraction` of whole arrays of dates, equal to it bit for bit.

    Parameters
    ----------
    starts, ends : dates or arrays of dates
        Of shapes that broadcast; each start on or before its end.

    Returns
    -------
    FloatArray
        The broadcast shape.

    Examples
    --------
    >>> year_fractions(["2024-02-29", "2024-03-31"], "2024-08-31", "30/360 US")
    array([0.5       , 0.41666667])
    """
    first, last = np.broadcast_arrays(whole_days(starts), whole_days(ends))
    if (last < first).any():
        at = int(np.argmax(last < first))
        raise DataError(_reversed(first.flat[at], last.flat[at]))
    apart = _numbered if day_count in BY_NUMBER else _taken_apart_all
    numerator, denominator = _ratio(apart(first), apart(last), day_count, termination)
    return np.asarray(numerator / denominator, dtype=np.float64)


def _ratio(start: Day, end: Day, day_count: DayCount, termination: date | None) -> tuple[Whole, int]:
    """Numerator and denominator of the fraction."""
    match day_count:
        case "ACT/365F":
            return end.number - start.number, 365
        case "ACT/360":
            return end.number - start.number, 360
        case "ACT/ACT ISDA":
            leap = _leap_days_before(end) - _leap_days_before(start)
            return leap * 365 + (end.number - start.number - leap) * 366, 365 * 366
        case "30/360 US":
            return _days_360(start, end, *_us_days(start, end)), 360
        case "30E/360":
            return _days_360(start, end, start.day - (start.day == 31), end.day - (end.day == 31)), 360
        case "30E/360 ISDA":
            is_termination = False if termination is None else end.number == _taken_apart(termination).number
            keeps = (end.month == 2) & is_termination
            first = _pick(_is_month_end(start), 30, start.day)
            return _days_360(start, end, first, _pick(_is_month_end(end) & (keeps == 0), 30, end.day)), 360
    raise SpecError(finding("daycount.unknown", "no day count {got!r}; {hint}", got=day_count, allowed=DAY_COUNTS))


def _us_days(start: Day, end: Day) -> tuple[Whole, Whole]:
    first_is_february = (start.month == 2) & _is_month_end(start)
    first, last = start.day, end.day
    last = _pick(first_is_february & (end.month == 2) & _is_month_end(end), 30, last)
    first = _pick(first_is_february, 30, first)
    last = _pick((last == 31) & (first >= 30), 30, last)
    return first - (first == 31), last


def _days_360(start: Day, end: Day, first: Whole, last: Whole) -> Whole:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _pick(condition: Whole, yes: Whole, no: Whole) -> Whole:
    return no + (yes - no) * condition


def _is_leap(year: Whole) -> Whole:
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


def _is_month_end(day: Day) -> Whole:
    long = (day.month % 2 == 1) ^ (day.month >= 8)
    return day.day == _pick(day.month == 2, 28 + _is_leap(day.year), 30 + long)


def _leap_days_before(day: Day) -> Whole:
    """How many days of leap years lie before the date."""
    past = day.year - 1
    return 366 * (past // 4 - past // 100 + past // 400) + day.day_of_year * _is_leap(day.year)


def _taken_apart(day: date) -> Day:
    number = day.toordinal()
    return Day(day.year, day.month, day.day, number, number - date(day.year, 1, 1).toordinal())


def _numbered(days: DateArray) -> Day:
    """Only the number of each day; the other parts stay 0."""
    return Day(0, 0, 0, days.astype(np.int64), 0)


def _taken_apart_all(days: DateArray) -> Day:
    years, months = days.astype("datetime64[Y]"), days.astype("datetime64[M]")
    return Day(
        year=years.astype(np.int64) + 1970,
        month=months.astype(np.int64) % 12 + 1,
        day=(days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        number=days.astype(np.int64) + date(1970, 1, 1).toordinal(),
        day_of_year=(days - years.astype("datetime64[D]")).astype(np.int64),
    )


def _no_date(day: object) -> Finding:
    return finding("unit.date_type", "{got!r} is no date but {type}", got=day, type=type(day).__name__)


def _reversed(start: object, end: object) -> Any:
    return finding("daycount.reversed", "the period ends on {got}, before its start {start}", got=end, start=start)
