"""Tranches: what each class of notes is owed, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.daycount import DayCount
from ipabs.basics.units import Key, Money, Rate, Share
from ipabs.errors import Finding, finding

Amortization = Literal["pass_through", "scheduled", "bullet", "target", "planned", "accrual"]
HALF_A_CENT = 0.005
UnpaidInterest = Literal["carry", "carry_with_interest", "capitalize", "forgive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount that follows measures: hi(floor, percent x (sum of `of`) + amount), at most `cap`.

    A bare name stands for the whole of that measure; an amount alone is fixed.

    >>> from ipabs import spec
    >>> print(spec.dump(Amount(of=("A.balance",), percent=0.01, floor=200_000.0)), end="")
    of: A.balance
    percent: 1%
    floor: 200000
    >>> spec.load(Amount, "pool_closing").of, spec.load(Amount, "pool_closing").percent
    (('pool_closing',), 1.0)
    """

    SHORT: ClassVar[str] = "of"

    of: Annotated[tuple[str, ...], "the measures that are added up"] = ()
    percent: Annotated[Share, "the part of their sum that counts"] = 1.0
    amount: Annotated[Money, "a fixed amount, added"] = 0.0
    floor: Annotated[Money, "never less than this"] = 0.0
    cap: Annotated[Money | None, "never more than this"] = None

    def findings(self) -> Iterator[Finding]:
        """An amount of nothing, a part of nothing, a floor above the cap."""
        if not self.of and self == Amount():
            yield finding("amount.empty", "state a measure (`of`), an amount or a floor")
        if not self.of and self.percent != 1.0:
            yield finding("amount.part_of_nothing", "percent {got} is stated, but no measure (`of`)", got=self.percent)
        if self.cap is not None and self.cap < self.floor:
            yield finding("amount.cap", "cap {got} is below the floor {floor}", got=self.cap, floor=self.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """The annual rate of a tranche: fixed, or an index plus a margin between a floor and a cap.

    >>> from ipabs import spec
    >>> spec.load(Coupon, "3.25%").rate
    0.0325
    >>> print(spec.dump(Coupon(index="LPR1Y", margin=0.0015, floor=0.03)), end="")
    index: LPR1Y
    margin: 0.15%
    floor: 3%
    """

    SHORT: ClassVar[str] = "rate"

    rate: Annotated[Rate | None, "fixed annual rate"] = None
    index: Annotated[str, "name of the index of a floating rate, fixed at the start of each interest period"] = ""
    margin: Annotated[Rate, "added to the index"] = 0.0
    floor: Annotated[Rate | None, "the rate is never below this"] = None
    cap: Annotated[Rate | None, "the rate is never above this"] = None

    def findings(self) -> Iterator[Finding]:
        """Neither or both of rate and index, negative rates, floating terms on a fixed rate, a floor above the cap."""
        if (self.rate is None) == (not self.index):
            yield finding("coupon.kind", "state either a fixed rate or an index")
        for word in ("rate", "floor", "cap"):
            stated = getattr(self, word)
            if stated is not None and stated < 0:
                template = "{got} is negative; investors pay no interest, so a coupon is 0 or more"
                yield finding("coupon.negative", template, path=(word,), got=f"{stated:.4%}")
        floating = {"margin": self.margin or None, "floor": self.floor, "cap": self.cap}
        unfit = [word for word, value in floating.items() if value is not None]
        if self.rate is not None and unfit:
            yield finding("coupon.fixed", "a fixed rate has no {got}", got=" and ".join(unfit))
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            yield finding("coupon.cap", "cap {got} is below the floor {floor}", got=self.cap, floor=self.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledPrincipal:
    """Principal that falls due at the first payment date on or after a date.

    >>> from ipabs import spec
    >>> print(spec.dump(ScheduledPrincipal(due=date(2024, 6, 28), percent=0.25)), end="")
    date: 2024-06-28
    percent: 25%
    """

    due: Annotated[date, Key("date"), "when it falls due"]
    amount: Annotated[Money | None, "the amount, or"] = None
    percent: Annotated[Share | None, "the part of the original principal, rounded like any product"] = None

    def findings(self) -> Iterator[Finding]:
        """Neither or both of amount and percent."""
        if (self.amount is None) == (self.percent is None):
            yield finding("amortization.kind", "state either an amount or a percent of the original principal")


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

    >>> from ipabs import spec
    >>> note = Tranche(name="A", principal=95e6, coupon=Coupon(rate=0.0325), amortization="pass_through")
    >>> print(spec.dump(note), end="")
    name: A
    principal: 95000000
    coupon: 3.25%
    amortization: pass_through
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    principal: Annotated[Money, "amount issued, in the deal's currency"]
    coupon: Annotated[Coupon | None, "annual rate; without one the tranche bears no interest"] = None
    day_count: Annotated[DayCount | None, "day count of its interest; the market's, if silent"] = None
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

    def findings(self) -> Iterator[Finding]:
        """Terms that do not fit the kind of amortization, and a schedule that does not fit the principal."""
        if self.amortization is None and not self.residual and self.notional is None:
            yield finding("tranche.amortization", "state the amortization, or mark the tranche residual")
        if self.coupon is None and self.notional is not None:
            yield finding("tranche.notional", "a notional balance without a coupon earns nothing")
        fitting = {"schedule": ("scheduled", bool(self.schedule)), "target": ("target", self.target is not None)}
        for term, (kind, stated) in fitting.items():
            if stated and self.amortization != kind:
                yield finding(
                    "tranche.term_unused", "{got} has no effect: amortization is not {kind}", got=term, kind=kind
                )
            if not stated and self.amortization == kind:
                yield finding("tranche.term_missing", "amortization {kind} needs {got}", got=term, kind=kind)
        yield from self._schedule_findings()

    def _schedule_findings(self) -> Iterator[Finding]:
        days = [entry.due for entry in self.schedule]
        if days != sorted(set(days)):
            yield finding("amortization.order", "the dates of the schedule do not rise", path=("schedule",))
        total = sum(self.scheduled(entry) for entry in self.schedule)
        if total > self.principal + HALF_A_CENT:
            template = "the schedule adds up to {got}, more than the principal {principal}"
            yield finding("amortization.total", template, path=("schedule",), got=total, principal=self.principal)

    def scheduled(self, entry: ScheduledPrincipal) -> float:
        """The amount of one entry of the schedule.

        >>> note = Tranche(name="A", principal=200.0)
        >>> note.scheduled(ScheduledPrincipal(due=date(2024, 6, 28), percent=0.25))
        50.0
        """
        if entry.amount is not None:
            return entry.amount
        return self.principal * (entry.percent or 0.0)
