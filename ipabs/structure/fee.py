"""Fees and taxes of the vehicle."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.structure.stand_in import Money, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCap:
    """The most the first line that pays a fee may pay; a later line of the same list pays the excess."""

    per_date: Annotated[Money | None, "on one payment date"] = None
    per_year: Annotated[Money | None, "in one calendar year, by payment date"] = None
    life: Annotated[Money | None, "over the life of the deal"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly:
    """A fee date that comes back every year."""

    month: Annotated[int, "month, 1 to 12"]
    day: Annotated[int, "day of the month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee or tax: rate x measure (x year fraction of `over`) plus a fixed amount, on each of its dates.

    Its claim has its name. What is not paid stays owed. A fee of a market template that states neither rate nor
    amount takes the template's terms.
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name; also the name of the claim"]
    rate: Annotated[Rate | None, "part of the measure `on`; per year if `over` is stated"] = None
    on: Annotated[str, "the measure that the rate applies to"] = ""
    over: Annotated[
        Literal["collection_period", "interest_period"] | None, "the period whose year fraction multiplies the rate"
    ] = None
    day_count: Annotated[str | None, "day count of `over`"] = None
    amount: Annotated[Money | None, "fixed amount on each date"] = None
    dates: Annotated[
        tuple[date, ...], "due at the first payment date on or after each; silent: every payment date"
    ] = ()
    yearly: Annotated[Yearly | None, "due at the first payment date on or after this day of each year"] = None
    cap: Annotated[FeeCap | None, "the most that the first line paying it may pay"] = None
