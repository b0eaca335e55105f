"""Schedules: regular dates between a start and an end, with stubs.

Every date is counted in whole months from the anchor, never from its neighbour, so a day lost to a short month comes
back: 31 January, 28 February, 31 March.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

from ipabs.errors import Finding, SpecError, finding, refuse

Frequency = Literal["monthly", "quarterly", "semiannual", "annual"]
Stub = Literal["short_first", "long_first", "short_last", "long_last"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
STUBS: tuple[Stub, ...] = get_args(Stub)


def months_of(frequency: Frequency) -> int:
    """Months between two dates of that frequency.

    >>> months_of("quarterly")
    3
    """
    match frequency:
        case "monthly":
            return 1
        case "quarterly":
            return 3
        case "semiannual":
            return 6
        case "annual":
            return 12
    raise SpecError(finding("schedule.frequency", "no frequency {got!r}; {hint}", got=frequency, allowed=FREQUENCIES))


def month_end(day: date) -> date:
    """The last day of the month of `day`.

    >>> month_end(date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return day.replace(day=monthrange(day.year, day.month)[1])


def day_in_month(day: date, number: int) -> date:
    """Day `number` of the month of `day`, or the month's last day where it is shorter.

    >>> day_in_month(date(2023, 2, 3), 31)
    datetime.date(2023, 2, 28)
    """
    return day.replace(day=min(number, monthrange(day.year, day.month)[1]))


def add_months(day: date, months: int, *, end_of_month: bool = False) -> date:
    """The same day `months` later, or the last day of a shorter month.

    With `end_of_month` a date that is its month's last stays at months' ends; other dates are not changed by it.

    >>> add_months(date(2024, 2, 29), 1), add_months(date(2024, 2, 29), 1, end_of_month=True)
    (datetime.date(2024, 3, 29), datetime.date(2024, 3, 31))
    """
    index = day.year * 12 + day.month - 1 + months
    if not 12 <= index < 120_000:
        raise SpecError(
            finding("schedule.range", "{got} and {months} months leave the years 1 to 9999", got=day, months=months)
        )
    moved = date(index // 12, index % 12 + 1, 1)
    return month_end(moved) if end_of_month and day == month_end(day) else day_in_month(moved, day.day)


def regular_dates(
    start: date, end: date, *, months: int, stub: Stub = "short_first", end_of_month: bool = False
) -> tuple[date, ...]:
    """The dates from `start` to `end`, both included, `months` apart, not moved to business days.

    A stub at the start counts the regular dates backwards from `end`, one at the end forwards from `start`. When the
    months do not fit, `short` keeps the odd period and `long` joins it to its neighbour.

    Parameters
    ----------
    start, end : date
        ``start < end``.
    months : int
        At least 1.
    end_of_month : bool
        If the anchor is the last day of its month, all regular dates are.

    Returns
    -------
    tuple of date
        Rising; T periods give T + 1 dates.

    Raises
    ------
    SpecError
        `end` is not after `start`, or `months` is below 1.

    Examples
    --------
    >>> [day.isoformat() for day in regular_dates(date(2024, 1, 10), date(2024, 8, 31), months=3, stub="long_first")]
    ['2024-01-10', '2024-05-31', '2024-08-31']
    >>> [day.isoformat() for day in regular_dates(date(2024, 1, 31), date(2024, 4, 10), months=1, stub="short_last")]
    ['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-10']
    """
    refuse(SpecError, _faults(start, end, months))
    if stub not in STUBS:
        raise SpecError(finding("schedule.stub", "no stub {got!r}; {hint}", got=stub, allowed=STUBS))
    from_end = stub in ("short_first", "long_first")
    anchor, far, step = (end, start, -months) if from_end else (start, end, months)
    inner, fits = _counted(anchor, far, step, end_of_month)
    if not fits and stub in ("long_first", "long_last"):
        inner = inner[:-1]
    return (start, *(inner[::-1] if from_end else inner), end)


def _counted(anchor: date, far: date, step: int, end_of_month: bool) -> tuple[list[date], bool]:
    """The dates strictly between `anchor` and `far`, and whether the next one is `far` itself."""
    inner: list[date] = []
    while True:
        day = add_months(anchor, step * (len(inner) + 1), end_of_month=end_of_month)
        if (day - far).days * step >= 0:
            return inner, day == far
        inner.append(day)


def _faults(start: date, end: date, months: int) -> Iterator[Finding]:
    if months < 1:
        yield finding("schedule.months", "a period has {got} months; it needs at least 1", path=("months",), got=months)
    if end <= start:
        yield finding(
            "schedule.order", "the end {got} is not after the start {start}", path=("end",), got=end, start=start
        )
