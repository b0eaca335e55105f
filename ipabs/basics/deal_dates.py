"""When a deal pays and what it collects until then: the rules, and the time line they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, get_args

from ipabs.basics.calendar import Calendar, CalendarName, Roll, get_calendar
from ipabs.basics.notice import Notice
from ipabs.basics.schedule import Frequency, add_months, day_in_month, month_end, months_of
from ipabs.basics.timeline import Timeline
from ipabs.errors import Finding, SpecError, finding, refuse

MonthOfEnd = Literal["payment_month", "previous_month", "month_end"]


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
    of: Annotated[MonthOfEnd, "the month meant"]

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
        if self.of not in get_args(MonthOfEnd):
            yield finding(
                "collection.of", "no {got!r}; {hint}", path=("of",), got=self.of, allowed=get_args(MonthOfEnd)
            )
        elif self.of == "month_end":
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
