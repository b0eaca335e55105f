"""Histories of reference rates: what an index stood at on a date.

A history is kept by the days on which the value changed. After `known_until` a value is a projection, and says so: the
last value goes on, or the forward rates of a curve.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics import tables
from ipabs.basics.curve import Curve
from ipabs.basics.days import Dates, whole_days
from ipabs.basics.schedule import add_months
from ipabs.basics.units import RATE_UNIT, check_rate
from ipabs.errors import DataError, Finding, KeyPath, SpecError, finding, refuse

IndexName = Literal["LPR1Y", "LPR5Y"]
INDICES: tuple[IndexName, ...] = get_args(IndexName)

# The fixing of 20 May 2025 is the last one checked; it holds until the day before the next, 20 June 2025.
LPR_KNOWN_UNTIL = date(2025, 6, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHistory:
    """A reference rate by the days of its changes.

    Attributes
    ----------
    name : str
    dates : tuple of date
        Days on which a value took effect, rising.
    rates : tuple of float
        The values, decimals per year.
    known_until : date
        The last day for which the value is known; not before the last change.
    tenor_months : int
        Length of the loan the index stands for: the period of the forward rates that project it.
    source : str
    projection : Curve, optional
        Gives the values after `known_until`; without it the last value goes on.

    Raises
    ------
    DataError
        All faults: no rows, lengths that differ, dates that do not rise, rates out of range, a horizon before the last
        change.

    Examples
    --------
    >>> base = IndexHistory(name="BASE", dates=(date(2024, 1, 2), date(2024, 7, 1)), rates=(0.0325, 0.031),
    ...                     known_until=date(2024, 12, 31))
    >>> base.at(date(2024, 6, 30)), base.at(date(2024, 7, 1))
    (0.0325, 0.031)
    """

    name: str
    dates: tuple[date, ...]
    rates: tuple[float, ...]
    known_until: date
    tenor_months: int = 12
    source: str = ""
    projection: Curve | None = None

    def __post_init__(self) -> None:
        refuse(DataError, self._faults())

    def at(self, day: date) -> float:
        """The value in force on `day`: that of the last change on or before it.

        >>> index_history("LPR1Y").at(date(2024, 7, 21)), index_history("LPR1Y").at(date(2024, 7, 22))
        (0.0345, 0.0335)
        """
        return float(self.rates_at(day))

    def rates_at(self, dates: Dates) -> FloatArray:
        """The value in force on each date, in the shape of `dates`; a date before the first change is a `DataError`.

        After `known_until`, with a projection: the annually compounded forward rate of the curve over the tenor.
        """
        days = whole_days(dates)
        found = np.searchsorted(whole_days(self.dates), days, side="right") - 1
        refuse(DataError, self._too_early(days))
        values = np.asarray(np.asarray(self.rates, dtype=np.float64)[found])
        late = days > np.datetime64(self.known_until)
        if self.projection is not None and late.any():
            values[late] = self._projected(self.projection, days[late].tolist())
        return values

    def projected_with(self, curve: Curve) -> "IndexHistory":
        """The same history with the forward rates of `curve` after `known_until`.

        >>> curve = Curve.flat(0.02, date(2025, 6, 19))
        >>> round(index_history("LPR1Y").projected_with(curve).at(date(2026, 1, 5)), 6)
        0.02
        """
        return replace(self, projection=curve)

    def findings(self, dates: Dates, *, path: KeyPath = ()) -> Iterator[Finding]:
        """A fault when some of `dates` lie before the first value, a warning when some lie after `known_until`.

        The warning says what stands there instead.
        """
        days = np.atleast_1d(whole_days(dates))
        yield from self._too_early(days, path=path)
        late = days[days > np.datetime64(self.known_until)]
        if not late.size:
            return
        head = "index {index} is known until {known_until}; {count} of the dates, the first {got}, lie after it and"
        if self.projection is None:
            code, text, basis = "index.carried", f"{head} take the last value, {{basis}}", f"{self.rates[-1]:.2%}"
        else:
            code, text = "index.forward", f"{head} take forward rates of the curve of {{basis}}"
            basis = str(self.projection.as_of)
        yield finding(
            code,
            text,
            path=path,
            severity="warning",
            got=late.min(),
            index=self.name,
            count=late.size,
            known_until=self.known_until,
            basis=basis,
        )

    def _too_early(self, days: DateArray, *, path: KeyPath = ()) -> Iterator[Finding]:
        if days.size and days.min() < np.datetime64(self.dates[0]):
            template = "index {index} starts on {first}; it has no value on {got}"
            yield finding(
                "index.before_first", template, path=path, got=days.min(), index=self.name, first=self.dates[0]
            )

    def _projected(self, curve: Curve, days: list[date]) -> FloatArray:
        return curve.forward_rates(days, [add_months(day, self.tenor_months) for day in days], compounding="annual")

    def _faults(self) -> Iterator[Finding]:
        if not self.dates or len(self.dates) != len(self.rates):
            text = "index {index} needs as many rates as dates, at least one; it has {got} rates and {dates} dates"
            yield finding("index.lengths", text, got=len(self.rates), index=self.name, dates=len(self.dates))
            return
        for row, (before, day) in enumerate(pairwise(self.dates), start=1):
            if day <= before:
                yield finding("index.order", "{got} is not after {before}", path=("dates", row), got=day, before=before)
        for row, rate in enumerate(self.rates):
            if fault := check_rate(rate):
                yield replace(fault, place=replace(fault.place, path=("rates", row)))
        if self.known_until < self.dates[-1]:
            text = "index {index} changed on {last}, after {got}, until when it is said to be known"
            yield finding(
                "index.horizon", text, path=("known_until",), got=self.known_until, index=self.name, last=self.dates[-1]
            )


def index_history(name: IndexName) -> IndexHistory:
    """The loan prime rate of one year or of five years and more, from the package data.

    The National Interbank Funding Center publishes it for the People's Bank of China on the 20th of each month, moved
    past holidays; history from 20 August 2019.

    >>> history = index_history("LPR5Y")
    >>> history.rates_at(["2022-05-19", "2022-05-20", "2024-10-21"])
    array([0.046 , 0.0445, 0.036 ])
    """
    return history_of(name)


def history_of(name: str, given: Sequence[IndexHistory] = ()) -> IndexHistory:
    """The history `given` under a name, or the published one; an unknown name is a `SpecError` listing the known ones.

    >>> own = parse_history("date,rate\\n2024-01-02,3.25%\\n", name="BASE")
    >>> history_of("BASE", [own]).rates, history_of("LPR1Y", [own]).name
    ((0.0325,), 'LPR1Y')
    """
    for history in given:
        if history.name == name:
            return history
    for published in INDICES:
        if published == name:
            return _loan_prime_rate(published)
    known = [*(history.name for history in given), *INDICES]
    raise SpecError(finding("index.unknown", "no index {got!r}; {hint}", got=name, allowed=known))


@lru_cache(maxsize=len(INDICES))
def _loan_prime_rate(name: IndexName) -> IndexHistory:
    months = 12 if name == "LPR1Y" else 60
    table = tables.read_csv("indices/lpr.csv")
    return _history(table, column=name, name=name, known_until=LPR_KNOWN_UNTIL, tenor_months=months)


def parse_history(
    text: str, *, name: str, file: str = "", known_until: date | None = None, tenor_months: int = 12
) -> IndexHistory:
    """A user's history from lines ``date,rate``; lines with ``#`` at the head are its source.

    Parameters
    ----------
    file : str
        What findings call the text; `name`, if silent.
    known_until : date, optional
        Default: the day of the last row.

    Raises
    ------
    DataError
        All bad cells; a rate such as ``3.25`` without a unit is one of them.

    Examples
    --------
    >>> parse_history("# my bank\\ndate,rate\\n2024-01-02,3.25%\\n2024-07-01,310bp\\n", name="BASE").rates
    (0.0325, 0.031)
    """
    table = tables.parse_table(text, name=file or name)
    return _history(table, column="rate", name=name, known_until=known_until, tenor_months=tenor_months)


def _history(
    table: tables.Table, *, column: str, name: str, known_until: date | None, tenor_months: int
) -> IndexHistory:
    dates, rates = table.dates("date"), table.read(column, RATE_UNIT.read)
    try:
        return IndexHistory(
            name=name,
            dates=dates,
            rates=rates,
            known_until=known_until or max(dates, default=date.min),
            tenor_months=tenor_months,
            source=table.source,
        )
    except DataError as error:
        columns = {"dates": "date", "rates": column}
        raise DataError(*(_in_table(table, columns, fault) for fault in error.findings)) from error


def _in_table(table: tables.Table, columns: Mapping[str, str], fault: Finding) -> Finding:
    """A fault of a history, placed at the cell of its table."""
    match fault.place.path:
        case (str(name), int(row)):
            return replace(fault, place=table.place(row, columns[name]))
    return fault.at(file=table.name)
