"""Tranches: what each class of notes is owed, and when."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.structure.stand_in import Key, Money, Rate, Share

Amortization = Literal["pass_through", "scheduled", "bullet", "target", "planned", "accrual"]
UnpaidInterest = Literal["carry", "carry_with_interest", "capitalize", "forgive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount that follows measures: hi(floor, percent x (sum of `of`) + amount), at most `cap`.

    A bare name stands for the whole of that measure; an amount alone is fixed.
    """

    SHORT: ClassVar[str] = "of"

    of: Annotated[tuple[str, ...], "the measures that are added up"] = ()
    percent: Annotated[Share, "the part of their sum that counts"] = 1.0
    amount: Annotated[Money, "a fixed amount, added"] = 0.0
    floor: Annotated[Money, "never less than this"] = 0.0
    cap: Annotated[Money | None, "never more than this"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """The annual rate of a tranche: fixed, or an index plus a margin between a floor and a cap."""

    SHORT: ClassVar[str] = "rate"

    rate: Annotated[Rate | None, "fixed annual rate"] = None
    index: Annotated[str, "name of the index of a floating rate, fixed at the start of each interest period"] = ""
    margin: Annotated[Rate, "added to the index"] = 0.0
    floor: Annotated[Rate | None, "the rate is never below this"] = None
    cap: Annotated[Rate | None, "the rate is never above this"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledPrincipal:
    """Principal that falls due at the first payment date on or after a date."""

    due: Annotated[date, Key("date"), "when it falls due"]
    amount: Annotated[Money | None, "the amount, or"] = None
    percent: Annotated[Share | None, "the part of the original principal"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmortizationCondition:
    """Scheduled principal that is due only while a test passes (planned)."""

    test: Annotated[str, "the test that must pass"]
    skipped: Annotated[Literal["forgiven", "carried"], "what becomes of principal that was not due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """A class of notes.

    Its claims are `<name>.interest` and `<name>.principal`; `<name>.balance` and `<name>.original` are measures. The
    tranche marked `residual` receives what the line `residual` pays: its principal first, then income.
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    principal: Annotated[Money, "amount issued, in the deal's currency"]
    coupon: Annotated[Coupon | None, "annual rate; without one the tranche bears no interest"] = None
    day_count: Annotated[str | None, "day count of its interest; the market's, if silent"] = None
    accrual: Annotated[
        Literal["unadjusted", "adjusted"] | None,
        "interest periods end on stated payment dates (unadjusted) or on moved ones; the market's, if silent",
    ] = None
    unpaid_interest: Annotated[UnpaidInterest | None, "what becomes of unpaid interest; the market's, if silent"] = None
    amortization: Annotated[Amortization | None, "when principal is due; a residual tranche may be silent"] = None
    schedule: Annotated[tuple[ScheduledPrincipal, ...], "principal by date, of a scheduled tranche"] = ()
    target: Annotated[Amount | None, "the balance that a target tranche is brought down to"] = None
    expected_maturity: Annotated[date | None, "when its principal is expected; the deal's, if silent"] = None
    rating: Annotated[str, "rating at issue, for reports"] = ""
    residual: Annotated[bool, "takes what is left"] = False
    notional: Annotated[Amount | None, "interest accrues on this instead of the tranche's own balance"] = None
    extra_interest: Annotated[Coupon | None, "planned: a second coupon leg"] = None
    amortization_if: Annotated[AmortizationCondition | None, "planned: principal due under a condition"] = None
