"""Business days of the interbank market and of the Shanghai and Shenzhen exchanges.

Both keep the holidays that the State Council announces late in each year for the next. On the weekend days that make up
for them the interbank market works; the exchanges are closed on every weekend. Days after the last announced year are
a projection from the statute: public holidays without the moved days around them.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from ipabs._typing import BoolArray, DateArray
from ipabs.basics import tables
from ipabs.basics.days import Dates, whole_days
from ipabs.basics.notice import Notice, notice_of
from ipabs.errors import DataError, Finding, KeyPath, SpecError, finding, refuse

CalendarName = Literal["CIBM", "SSE", "SZSE", "weekends", "every_day"]
Roll = Literal["following", "modified_following", "preceding", "modified_preceding", "none"]
CALENDARS: tuple[CalendarName, ...] = get_args(CalendarName)
ROLLS: tuple[Roll, ...] = get_args(Roll)

# Before 2008 the exchanges closed on days that no notice lists (19 to 21 January 2004, 26 and 27 January 2006).
FIRST_DAY, LAST_DAY = date(2008, 1, 1), date(2075, 12, 31)
FIRST_WEEKDAY, LAST_WEEKDAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """Business days between two dates.

    Attributes
    ----------
    name : str
    first, last : date
        The days the calendar knows; a date outside is a `DataError`.
    known_until : date or None
        Last day of the last announced year; later days are projected. None: every day follows from a rule.
    business_days : DateArray
        All business days, rising.

    Examples
    --------
    >>> sse = get_calendar("SSE")
    >>> sse.is_business_day(date(2024, 2, 12)), str(sse.first), str(sse.last)      # spring festival
    (False, '2008-01-01', '2075-12-31')
    """

    name: str
    first: date
    last: date
    known_until: date | None
    business_days: DateArray = field(repr=False)

    def is_business_day(self, day: date) -> bool:
        """Whether the market works on `day`.

        >>> get_calendar("SSE").is_business_day(date(2024, 2, 12))      # spring festival
        False
        """
        return bool(self.business_day_mask(day))

    def business_day_mask(self, dates: Dates) -> BoolArray:
        """Whether the market works on each date, in the shape of `dates`.

        >>> get_calendar("CIBM").business_day_mask(["2024-02-04", "2024-02-12"])       # a Sunday worked, a holiday
        array([ True, False])
        """
        days = self._within(dates)
        found = np.searchsorted(self.business_days, days)
        return np.asarray(self.business_days[np.minimum(found, self.business_days.size - 1)] == days, dtype=np.bool_)

    def roll(self, day: date, rule: Roll) -> date:
        """`day` moved to a business day; see `roll_dates`.

        >>> sse = get_calendar("SSE")
        >>> sse.roll(date(2024, 2, 9), "following"), sse.roll(date(2024, 6, 30), "modified_following")
        (datetime.date(2024, 2, 19), datetime.date(2024, 6, 28))
        """
        return _one(self.roll_dates(day, rule))

    def roll_dates(self, dates: Dates, rule: Roll) -> DateArray:
        """Dates moved to business days, in the shape of `dates`.

        `following` and `preceding` take the next or the last business day; their `modified` forms turn back at the end
        or the start of the month; `none` leaves the date.

        >>> get_calendar("SSE").roll_dates(["2024-02-09", "2024-03-31"], "modified_following").astype(str).tolist()
        ['2024-02-19', '2024-03-29']
        """
        days = self._within(dates)
        match rule:
            case "none":
                return days
            case "following":
                return self._following(days)
            case "preceding":
                return self._preceding(days)
            case "modified_following":
                return self._kept_in_month(days, self._following(days), self._preceding(days))
            case "modified_preceding":
                return self._kept_in_month(days, self._preceding(days), self._following(days))
        raise SpecError(finding("calendar.roll", "no roll rule {got!r}; {hint}", got=rule, allowed=ROLLS))

    def add_business_days(self, day: date, count: int) -> date:
        """The business day `count` business days after `day` (before it, if negative).

        A day that is no business day counts from the next business day, or from the last one when `count` is negative.

        >>> get_calendar("CIBM").add_business_days(date(2024, 9, 30), 1), get_calendar("SSE").add_business_days(
        ...     date(2024, 10, 8), -1)
        (datetime.date(2024, 10, 8), datetime.date(2024, 9, 30))
        """
        start = self._within(day)
        side: Literal["left", "right"] = "right" if count < 0 else "left"
        at = int(np.searchsorted(self.business_days, start, side=side)) - (count < 0) + count
        if not 0 <= at < self.business_days.size:
            raise DataError(self.outside(f"{day} {count:+d} business days"))
        return _one(self.business_days[at : at + 1])

    def findings(self, dates: Dates, *, path: KeyPath = ()) -> Iterator[Finding]:
        """A warning when some of `dates` lie after `known_until`.

        >>> print(*get_calendar("weekends").findings(["2050-01-01"]))
        """
        if self.known_until is None:
            return
        days = np.atleast_1d(whole_days(dates))
        late = days[days > np.datetime64(self.known_until)]
        if late.size:
            yield finding(
                "calendar.projected",
                "calendar {calendar}: {count} of the dates, the first {got}, lie after {known_until}; holidays are "
                "announced until then and projected beyond",
                path=path,
                severity="warning",
                got=late.min(),
                calendar=self.name,
                count=late.size,
                known_until=self.known_until,
            )

    def _following(self, days: DateArray) -> DateArray:
        at = np.searchsorted(self.business_days, days, side="left")
        self._check_room(days, at < self.business_days.size)
        return np.asarray(self.business_days[at])

    def _preceding(self, days: DateArray) -> DateArray:
        at = np.searchsorted(self.business_days, days, side="right") - 1
        self._check_room(days, at >= 0)
        return np.asarray(self.business_days[at])

    @staticmethod
    def _kept_in_month(days: DateArray, moved: DateArray, otherwise: DateArray) -> DateArray:
        return np.where(moved.astype("datetime64[M]") == days.astype("datetime64[M]"), moved, otherwise)

    def _within(self, dates: Dates) -> DateArray:
        days = whole_days(dates)
        self._check_room(days, (days >= np.datetime64(self.first)) & (days <= np.datetime64(self.last)))
        return days

    def _check_room(self, days: DateArray, inside: BoolArray) -> None:
        if not np.all(inside):
            raise DataError(self.outside(np.atleast_1d(days)[np.atleast_1d(~inside)][0]))

    def outside(self, day: object) -> Finding:
        """What to say of a day that the calendar does not know."""
        return finding(
            "calendar.range",
            "calendar {calendar} knows the days from {first} to {last}; {got} has no business day in it",
            got=day,
            calendar=self.name,
            first=self.first,
            last=self.last,
        )


def get_calendar(name: CalendarName, notice: Notice | None = None) -> Calendar:
    """A calendar by name.

    =========  ========================================================================================
    CIBM       interbank market: weekdays without holidays, and the weekend days that make up for them
    SSE, SZSE  Shanghai and Shenzhen exchanges: weekdays without holidays
    weekends   every day from Monday to Friday
    every_day  every day
    =========  ========================================================================================

    Parameters
    ----------
    notice : Notice, optional
        Days that differ, for instance from an announcement newer than the installed data.

    Raises
    ------
    SpecError
        No calendar of that name.
    DataError
        A day of the notice lies outside the calendar or stands twice.

    Examples
    --------
    >>> makeup = date(2024, 9, 29)          # a Sunday worked for the National Day week
    >>> get_calendar("CIBM").is_business_day(makeup), get_calendar("SSE").is_business_day(makeup)
    (True, False)
    """
    if name not in CALENDARS:
        raise SpecError(finding("calendar.unknown", "no calendar {got!r}; {hint}", got=name, allowed=CALENDARS))
    return _named(name) if notice is None else _with_notice(_named(name), notice)


@lru_cache(maxsize=len(CALENDARS))
def _named(name: CalendarName) -> Calendar:
    match name:
        case "every_day":
            return _calendar(name, _days(FIRST_WEEKDAY, LAST_WEEKDAY), None)
        case "weekends":
            days = _days(FIRST_WEEKDAY, LAST_WEEKDAY)
            return _calendar(name, days[np.is_busday(days)], None)
        case "CIBM":
            holidays, makeup_days, known_until = _state_council()
            return _calendar(name, np.union1d(_weekdays_without(holidays), makeup_days), known_until)
        case "SSE" | "SZSE":
            holidays, _, known_until = _state_council()
            departures = notice_of(tables.read_csv("calendars/exchange.csv"))
            return _with_notice(_calendar(name, _weekdays_without(holidays), known_until), departures)


@lru_cache(maxsize=1)
def _state_council() -> tuple[DateArray, DateArray, date]:
    """Holidays, make-up working days and the last day of the last year with a notice, from the package `holidays`."""
    with warnings.catch_warnings():
        # Version 0.60 warns on import that version 1 will differ.
        warnings.filterwarnings("ignore", message=r"\s*This is a future version incompatibility warning")
        import holidays

        # The year after the last is asked for too, because its notice may move days of the December before.
        china = holidays.country_holidays("CN", years=range(FIRST_DAY.year, LAST_DAY.year + 2))
    noticed = max(china.special_public_holidays)
    missed = notice_of(tables.read_csv("calendars/state_council.csv")).days
    closed = _between({*china.keys(), *(one.day for one in missed if one.state == "closed")})
    worked = _between({*china.weekend_workdays, *(one.day for one in missed if one.state == "open")})
    return closed, worked, date(noticed, 12, 31)


def _between(days: Iterable[date]) -> DateArray:
    """The days that the calendars cover, rising."""
    return np.array(sorted(day for day in days if FIRST_DAY <= day <= LAST_DAY), dtype="datetime64[D]")


def _one(days: DateArray) -> date:
    return date.fromisoformat(str(days.item()))


def _weekdays_without(holidays: DateArray) -> DateArray:
    days = _days(FIRST_DAY, LAST_DAY)
    return days[np.is_busday(days) & ~np.isin(days, holidays)]


def _days(first: date, last: date) -> DateArray:
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)


def _calendar(name: str, business_days: DateArray, known_until: date | None) -> Calendar:
    first, last = (FIRST_WEEKDAY, LAST_WEEKDAY) if known_until is None else (FIRST_DAY, LAST_DAY)
    business_days.flags.writeable = False
    return Calendar(name=name, first=first, last=last, known_until=known_until, business_days=business_days)


@lru_cache(maxsize=32)
def _with_notice(calendar: Calendar, notice: Notice) -> Calendar:
    """`calendar` with the days of a notice; one with equal names and notices is made once."""
    refuse(DataError, notice.findings())
    for one in notice.days:
        calendar._within(one.day)
    opened = np.array([one.day for one in notice.days if one.state == "open"], dtype="datetime64[D]")
    closed = np.array([one.day for one in notice.days if one.state == "closed"], dtype="datetime64[D]")
    business_days = np.setdiff1d(np.union1d(calendar.business_days, opened), closed)
    business_days.flags.writeable = False
    return replace(calendar, business_days=business_days, known_until=notice.known_until or calendar.known_until)
