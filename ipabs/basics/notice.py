"""Notices: days that a calendar moves, as the State Council announces them late in each year for the next.

A notice of a user's own brings a calendar up to date where the installed data end, or states a day on which a market
departs from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Literal, cast, get_args

from ipabs.basics import tables
from ipabs.errors import DataError, Finding, finding, refuse

DayState = Literal["open", "closed"]
STATES: tuple[DayState, ...] = get_args(DayState)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDay:
    """One day that is open or closed whatever the calendar says.

    >>> MovedDay(day=date(2027, 2, 5), state="closed", note="notice of 2026").state
    'closed'
    """

    KEYED: ClassVar[str] = "day"
    SHORT: ClassVar[str] = "state"

    day: Annotated[date, "the day"]
    state: Annotated[DayState, "whether the market works on it"]
    note: Annotated[str, "why, for instance the number of the notice"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Days that differ from a calendar, and until when its days are then known.

    >>> Notice(days=(MovedDay(day=date(2027, 2, 5), state="closed"),), known_until=date(2027, 12, 31)).known_until
    datetime.date(2027, 12, 31)
    """

    days: Annotated[tuple[MovedDay, ...], "days that differ from the calendar: {2027-02-05: closed}"]
    known_until: Annotated[date | None, "last announced day; that of the calendar itself, if silent"] = None

    def findings(self) -> Iterator[Finding]:
        """Days that stand twice; words for a day other than open and closed."""
        seen: set[date] = set()
        for k, one in enumerate(self.days):
            if one.state not in STATES:
                template = "{got!r} is not valid here; {hint}"
                yield finding("notice.state", template, path=("days", k, "state"), got=one.state, allowed=STATES)
            if one.day in seen:
                yield finding("notice.day_twice", "{got} stands twice", path=("days", k, "day"), got=one.day)
            seen.add(one.day)


def parse_notice(text: str, *, name: str = "notice", known_until: date | None = None) -> Notice:
    """Read lines ``date,day,note`` where `day` is ``open`` or ``closed``; lines with ``#`` at the head are comments.

    Raises
    ------
    DataError
        All bad dates, bad words and days that stand twice, each at its cell of the file `name`.

    Examples
    --------
    >>> parse_notice("date,day,note\\n2027-02-05,closed,notice of 2026\\n").days
    (MovedDay(day=datetime.date(2027, 2, 5), state='closed', note='notice of 2026'),)
    """
    return notice_of(tables.parse_table(text, name=name), known_until=known_until)


def notice_of(table: tables.Table, *, known_until: date | None = None) -> Notice:
    """The notice in a table with the columns ``date`` and ``day``, and perhaps ``note``.

    >>> notice_of(tables.read_csv("calendars/exchange.csv")).days[0].state
    'closed'
    """
    days = table.dates("date")
    notes = table.column("note") if "note" in table.columns else ("",) * len(days)
    moved = tuple(
        MovedDay(day=day, state=cast(DayState, state), note=note)
        for day, state, note in zip(days, table.column("day"), notes, strict=True)
    )
    notice = Notice(days=moved, known_until=known_until)
    columns = {"day": "date", "state": "day"}
    refuse(DataError, (_in_table(table, columns, one) for one in notice.findings()))
    return notice


def _in_table(table: tables.Table, columns: Mapping[str, str], fault: Finding) -> Finding:
    """A fault of a notice, placed at the cell of its table."""
    _, row, name = fault.place.path
    return replace(fault, place=table.place(int(row), columns[str(name)]))
