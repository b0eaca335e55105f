"""Fees and taxes of the vehicle."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.daycount import DayCount
from ipabs.basics.units import Money, Rate
from ipabs.errors import Finding, finding

LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCap:
    """The most the first line that pays a fee may pay; a later line of the same list pays the excess.

    >>> from ipabs import spec
    >>> print(spec.dump(FeeCap(per_date=60_000.0, life=500_000.0)), end="")
    per_date: 60000
    life: 500000
    """

    per_date: Annotated[Money | None, "on one payment date"] = None
    per_year: Annotated[Money | None, "in one calendar year, by payment date"] = None
    life: Annotated[Money | None, "over the life of the deal"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly:
    """A fee date that comes back every year.

    >>> from ipabs import spec
    >>> print(spec.dump(Yearly(month=6, day=20)), end="")
    month: 6
    day: 20
    """

    month: Annotated[int, "month, 1 to 12"]
    day: Annotated[int, "day of the month; the last one where the month is shorter"]

    def findings(self) -> Iterator[Finding]:
        """A day that no year has."""
        if not 1 <= self.month <= 12:
            yield finding("fee.month", "{got} is no month; 1 to 12 is valid", path=("month",), got=self.month)
        elif not 1 <= self.day <= (longest := monthrange(LEAP_YEAR, self.month)[1]):
            template = "{got} is no day of that month; 1 to {longest} is valid"
            yield finding("fee.day", template, path=("day",), got=self.day, longest=longest)

    def in_year(self, year: int) -> date:
        """The day in one year.

        >>> Yearly(month=2, day=29).in_year(2023)
        datetime.date(2023, 2, 28)
        """
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee or tax: rate x measure (x year fraction of `over`) plus a fixed amount, on each of its dates.

    Its claim has its name. What is not paid stays owed. A fee of a market template that states neither rate nor
    amount takes the template's terms.

    >>> from ipabs import spec
    >>> custodian = Fee(name="custodian", rate=0.0001, on="pool_opening", over="interest_period", day_count="ACT/365F")
    >>> print(spec.dump(custodian), end="")
    name: custodian
    rate: 0.01%
    "on": pool_opening
    over: interest_period
    day_count: ACT/365F
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name; also the name of the claim"]
    rate: Annotated[Rate | None, "part of the measure `on`; per year if `over` is stated"] = None
    on: Annotated[str, "the measure that the rate applies to"] = ""
    over: Annotated[
        Literal["collection_period", "interest_period"] | None, "the period whose year fraction multiplies the rate"
    ] = None
    day_count: Annotated[DayCount | None, "day count of `over`"] = None
    amount: Annotated[Money | None, "fixed amount on each date"] = None
    dates: Annotated[
        tuple[date, ...], "due at the first payment date on or after each; silent: every payment date"
    ] = ()
    yearly: Annotated[Yearly | None, "due at the first payment date on or after this day of each year"] = None
    cap: Annotated[FeeCap | None, "the most that the first line paying it may pay"] = None

    def findings(self) -> Iterator[Finding]:
        """A negative rate, a rate without a period's day count, dates stated twice or out of order."""
        if self.rate is not None and self.rate < 0:
            yield finding(
                "fee.negative", "{got} is negative; a fee is paid, so 0 or more", path=("rate",), got=f"{self.rate:.4%}"
            )
        if self.over is not None and self.day_count is None:
            yield finding("fee.day_count", "a fee over the {got} needs a day_count", got=self.over)
        if self.over is None and self.day_count is not None and self.on:
            yield finding("fee.over", "day_count {got} has no effect: state `over`", got=self.day_count)
        if self.on and self.rate is None:
            yield finding("fee.rate", "the fee is on {got} but has no rate", got=self.on)
        if self.dates and self.yearly is not None:
            yield finding("fee.dates_twice", "state either dates or yearly")
        if list(self.dates) != sorted(set(self.dates)):
            yield finding("fee.dates_order", "the dates do not rise", path=("dates",))
