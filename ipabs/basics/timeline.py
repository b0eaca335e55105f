"""The time line of a deal: what is collected in, accrued over and paid on which dates.

Period 0 is the first payment date. It collects from the cut-off date, so it may hold several months, and accrues from
closing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from ipabs._typing import IntArray
from ipabs.basics.calendar import Calendar, CalendarName, Roll, get_calendar
from ipabs.basics.daycount import DayCount, accrual_fraction
from ipabs.basics.days import Dates, whole_days
from ipabs.basics.notice import Notice
from ipabs.basics.schedule import Frequency, add_months, day_in_month, month_end, months_of
from ipabs.errors import Finding, SpecError, finding, refuse

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The dates of T periods.

    Attributes
    ----------
    cut_off : date
        Collections after this date belong to the deal.
    closing : date
        Interest of the first period accrues from this date.
    collection_ends : tuple of date
        Last day of each collection period.
    accrual_ends : tuple of date
        Unadjusted payment dates, at which interest periods end.
    payments : tuple of date
        Payment dates, moved to business days.

    Raises
    ------
    SpecError
        With every finding: no periods, tuples of different lengths, dates that do not rise, a cut-off after closing, a
        first date that is not after cut-off or closing, money paid before it is collected.

    Examples
    --------
    >>> line = Timeline(
    ...     cut_off=date(2024, 2, 29), closing=date(2024, 3, 28),
    ...     collection_ends=(date(2024, 6, 20), date(2024, 9, 20)),
    ...     accrual_ends=(date(2024, 6, 28), date(2024, 9, 28)),
    ...     payments=(date(2024, 6, 28), date(2024, 9, 30)))
    >>> line.periods, line.accrual_fractions("ACT/365F")
    (2, (Fraction(92, 365), Fraction(92, 365)))
    >>> line.period_of(["2024-02-29", "2024-03-01", "2024-06-20", "2024-06-21", "2024-09-21"])
    array([-1,  0,  0,  1,  2])
    """

    cut_off: date
    closing: date
    collection_ends: tuple[date, ...]
    accrual_ends: tuple[date, ...]
    payments: tuple[date, ...]

    def __post_init__(self) -> None:
        refuse(SpecError, self.findings())

    @property
    def periods(self) -> int:
        """T, the number of payment dates."""
        return len(self.payments)

    @property
    def collection_starts(self) -> tuple[date, ...]:
        """The day after which each collection period begins: cut-off, then the previous end."""
        return (self.cut_off, *self.collection_ends[:-1])

    @property
    def accrual_starts(self) -> tuple[date, ...]:
        """First day of each interest period: closing, then the previous unadjusted payment date."""
        return (self.closing, *self.accrual_ends[:-1])

    def accrual_period(self, t: int) -> tuple[date, date]:
        """Interest period `t` as [start, end)."""
        return self.accrual_starts[t], self.accrual_ends[t]

    def collection_period(self, t: int) -> tuple[date, date]:
        """Collection period `t` as (start, end]."""
        return self.collection_starts[t], self.collection_ends[t]

    def period_of(self, dates: Dates) -> IntArray:
        """The period whose collections hold each date: -1 on or before cut-off, T after the last end.

        Shape as `dates`.
        """
        days = whole_days(dates)
        ends = np.array(self.collection_ends, dtype="datetime64[D]")
        found = np.searchsorted(ends, days, side="left")
        return np.where(days <= np.datetime64(self.cut_off), -1, found).astype(np.int64)

    def period_on_or_after(self, day: date) -> int:
        """The first period that pays on or after `day`, T if none does.

        A date counts as reached by the unadjusted or by the moved payment date, so an expected maturity may be stated
        either way.
        """
        reached = (t for t in range(self.periods) if day <= max(self.accrual_ends[t], self.payments[t]))
        return next(reached, self.periods)

    def accrual_fractions(self, day_count: DayCount) -> tuple[Fraction, ...]:
        """Year fraction of each interest period, exact; the last accrual end is the termination date."""
        return self._fractions(self.accrual_starts, self.accrual_ends, day_count)

    def collection_fractions(self, day_count: DayCount) -> tuple[Fraction, ...]:
        """Year fraction of each collection period, exact, for fees stated over it."""
        return self._fractions(self.collection_starts, self.collection_ends, day_count)

    def _fractions(self, starts: tuple[date, ...], ends: tuple[date, ...], day_count: DayCount) -> tuple[Fraction, ...]:
        return tuple(
            accrual_fraction(start, end, day_count, termination=ends[-1])
            for start, end in zip(starts, ends, strict=True)
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row a period, with the five dates as columns."""
        import pandas as pd

        columns = {
            "collection_start": self.collection_starts,
            "collection_end": self.collection_ends,
            "accrual_start": self.accrual_starts,
            "accrual_end": self.accrual_ends,
            "payment": self.payments,
        }
        frame = pd.DataFrame({name: pd.to_datetime(pd.Series(dates)) for name, dates in columns.items()})
        return frame.rename_axis("period")

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong with the dates."""
        lists = {
            "collection_ends": self.collection_ends,
            "accrual_ends": self.accrual_ends,
            "payments": self.payments,
        }
        lengths = {name: len(dates) for name, dates in lists.items()}
        if not all(lengths.values()):
            yield finding("timeline.empty", "a time line needs at least one period", got=min(lengths.values()))
            return
        if len(set(lengths.values())) > 1:
            yield finding("timeline.lengths", "the lists of dates differ in length: {got}", got=lengths)
        if self.cut_off > self.closing:
            yield finding(
                "timeline.cut_off",
                "cut-off {got} is after closing {closing}",
                path=("cut_off",),
                got=self.cut_off,
                closing=self.closing,
            )
        yield from _not_rising("collection_ends", (self.cut_off, *self.collection_ends))
        yield from _not_rising("accrual_ends", (self.closing, *self.accrual_ends))
        yield from _not_rising("payments", (self.closing, *self.payments))
        for t, (end, payment) in enumerate(zip(self.collection_ends, self.payments, strict=False)):
            if end > payment:
                yield finding(
                    "timeline.uncollected",
                    "collections end on {got}, after the payment date {payment}",
                    path=("collection_ends", t),
                    got=end,
                    payment=payment,
                )


def _not_rising(name: str, dates: tuple[date, ...]) -> Iterator[Finding]:
    """Dates that are not after the one before; the first of `dates` is the start of the list."""
    for t, (before, day) in enumerate(pairwise(dates)):
        if day <= before:
            yield finding("timeline.order", "{got} is not after {before}", path=(name, t), got=day, before=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """When a deal pays.

    Payment dates are counted in months from `first`, on its day or on `then_day`, and moved by `roll`.

    Examples
    --------
    >>> rule = PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE", then_day=20)
    >>> [day.isoformat() for day in rule.unadjusted_dates(until=date(2025, 3, 20))]
    ['2024-06-28', '2024-09-20', '2024-12-20', '2025-03-20']
    """

    first: Annotated[date, "first payment date, before it is moved to a business day"]
    frequency: Annotated[Frequency | None, "how often; or state `months`"] = None
    months: Annotated[int | None, "months between two payments, where no frequency has a word for them"] = None
    calendar: Annotated[CalendarName, "whose business days count"]
    roll: Annotated[Roll, "where a payment date moves that is no business day"] = "following"
    end_of_month: Annotated[bool, "every payment is at the end of its month, as the first is"] = False
    then_day: Annotated[int | None, "day of the month of all payments after the first"] = None
    notice: Annotated[Notice | None, "days that differ from the calendar, as announced since"] = None

    def business_days(self) -> Calendar:
        """The calendar with the days of the notice; `DataError` if one of them lies outside it."""
        return get_calendar(self.calendar, self.notice)

    def unadjusted_dates(self, *, until: date) -> tuple[date, ...]:
        """The payment dates up to and including `until`, not moved; `SpecError` if the rule has findings."""
        refuse(SpecError, self.findings())
        dates = [self.first]
        while (day := self.unadjusted_date(len(dates))) <= until:
            dates.append(day)
        return tuple(dates)

    def unadjusted_date(self, period: int) -> date:
        """The payment date of a period, not moved."""
        step = months_of(self.frequency or "monthly") if self.months is None else self.months
        moved = add_months(self.first, step * period, end_of_month=self.end_of_month)
        return moved if self.then_day is None or not period else day_in_month(moved, self.then_day)

    def findings(self) -> Iterator[Finding]:
        """Fields that contradict each other or lack."""
        if (self.frequency is None) == (self.months is None):
            yield finding("payment.frequency", "state either frequency or months", path=("frequency",))
        if self.months is not None and self.months < 1:
            yield finding("payment.months", "{got} months; it must be 1 or more", path=("months",), got=self.months)
        if self.then_day is not None and not 1 <= self.then_day <= 31:
            yield finding("payment.day", "{got} is no day of a month", path=("then_day",), got=self.then_day)
        if self.end_of_month and self.then_day is not None:
            yield finding("payment.both", "end_of_month and then_day contradict each other", path=("then_day",))
        if self.end_of_month and self.first != month_end(self.first):
            text = "end_of_month is stated, but the first payment {got} is not at the end of its month"
            yield finding("payment.end_of_month", text, path=("end_of_month",), got=self.first)
        if self.notice is not None:
            calendar = get_calendar(self.calendar)
            outside = [one.day for one in self.notice.days if not calendar.first <= one.day <= calendar.last]
            yield from (calendar.outside(day).under("notice") for day in outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRule:
    """When a collection period ends, told from its unadjusted payment date.

    `payment_month` and `previous_month` take `day` of that month, or its last day where it is shorter; `month_end` is
    the last day of the month before the payment.

    Examples
    --------
    >>> CollectionRule(day=20, of="payment_month").end(date(2024, 6, 28)), CollectionRule(of="month_end").end(
    ...     date(2024, 6, 28))
    (datetime.date(2024, 6, 20), datetime.date(2024, 5, 31))
    """

    SHORT: ClassVar[str] = "of"

    day: Annotated[int | None, "day of the month on which collections end"] = None
    of: Annotated[Literal["payment_month", "previous_month", "month_end"], "the month meant"]

    def end(self, payment: date) -> date:
        """The last day collected for the unadjusted payment date."""
        match self.of:
            case "payment_month":
                return day_in_month(payment, self.day or 31)
            case "previous_month":
                return day_in_month(add_months(payment.replace(day=1), -1), self.day or 31)
            case "month_end":
                return month_end(add_months(payment.replace(day=1), -1))

    def findings(self) -> Iterator[Finding]:
        """A day that lacks, that no month has, or that month_end does not need."""
        if self.of == "month_end":
            if self.day is not None:
                yield finding("collection.month_end", "month_end takes no day", path=("day",), got=self.day)
        elif self.day is None:
            yield finding("collection.no_day", "state the day of the {got}", path=("day",), got=self.of)
        elif not 1 <= self.day <= 31:
            yield finding("collection.day", "{got} is no day of a month", path=("day",), got=self.day)


def make_timeline(
    cut_off: date,
    closing: date,
    payment: PaymentRule,
    collection_end: CollectionRule,
    legal_final: date,
) -> Timeline:
    """The time line from cut-off and closing to legal final.

    Parameters
    ----------
    legal_final : date
        The last unadjusted payment date; off the grid it is refused.

    Raises
    ------
    SpecError
        All faults, with paths from the table of dates: ``payment.…``, ``collection_end.…``, ``legal_final``.

    Examples
    --------
    >>> line = make_timeline(
    ...     cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), legal_final=date(2024, 12, 28),
    ...     payment=PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE", roll="following"),
    ...     collection_end=CollectionRule(day=20, of="payment_month"))
    >>> [day.isoformat() for day in line.payments]
    ['2024-06-28', '2024-09-30', '2024-12-30']
    """
    refuse(
        SpecError,
        (
            *(one.under("payment") for one in payment.findings()),
            *(one.under("collection_end") for one in collection_end.findings()),
        ),
    )
    unadjusted = payment.unadjusted_dates(until=legal_final)
    refuse(SpecError, _off_grid(payment, unadjusted, legal_final))
    calendar = payment.business_days()
    return Timeline(
        cut_off=cut_off,
        closing=closing,
        collection_ends=tuple(collection_end.end(day) for day in unadjusted),
        accrual_ends=unadjusted,
        payments=tuple(calendar.roll(day, payment.roll) for day in unadjusted),
    )


def _off_grid(payment: PaymentRule, unadjusted: tuple[date, ...], legal_final: date) -> Iterator[Finding]:
    if legal_final < payment.first:
        text = "legal final {got} is before the first payment date {first}"
        yield finding("payment.early_final", text, path=("legal_final",), got=legal_final, first=payment.first)
    elif unadjusted[-1] != legal_final:
        before, after = unadjusted[-1], payment.unadjusted_date(len(unadjusted))
        text = "legal final {got} is no payment date before rolling; the nearest are {before} and {after}"
        yield finding("payment.off_grid", text, path=("legal_final",), got=legal_final, before=before, after=after)
