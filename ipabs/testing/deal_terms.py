"""Strategies for what a deal is made of: dates, classes of notes, fees, accounts."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from ipabs.basics.daycount import DAY_COUNTS
from ipabs.basics.deal_dates import CollectionRule, PaymentRule
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.structure.account import Account, Collect
from ipabs.structure.dates import Dates
from ipabs.structure.fee import Fee, FeeCap, Yearly
from ipabs.structure.tranche import Amount, Coupon, ScheduledPrincipal, Tranche
from ipabs.testing.known_measures import MONEY_AT_ANY_TIME
from ipabs.testing.money import Draws, Grain, Mode, chance, some

LONGEST_HOLIDAY = 12  # days; a payment that moves back over one still comes after closing
PARTS = (0.0, 0.01, 0.1, 0.25, 0.3333, 0.5, 0.8, 1.0)
RATES = (0.0, 0.0325, 0.05, 0.0301, 0.12, 0.19)
FLOATING = (Coupon(index="LPR1Y"), Coupon(index="LPR1Y", margin=0.015), Coupon(index="LPR5Y", margin=-0.01, floor=0.03))
FLOATING_CAPPED = Coupon(index="LPR1Y", margin=0.01, cap=0.04)


@st.composite
def dates(draw: Draws) -> Dates:
    """Dates of one to six payments."""
    months = draw(st.sampled_from((3, 1, 6, 12)))
    periods = draw(st.integers(1, 6))
    closing = date(2020, 1, 1) + timedelta(days=draw(st.integers(0, 1400)))
    first = add_months(closing.replace(day=1), draw(st.integers(1, months))).replace(day=draw(st.integers(1, 28)))
    closing = min(closing, first - timedelta(days=LONGEST_HOLIDAY))
    calendar: Any = draw(st.sampled_from(("every_day", "weekends", "SSE", "CIBM")))
    rolls = ("following", "modified_following", "preceding") if calendar != "every_day" else ("none",)
    roll: Any = draw(st.sampled_from(rolls))
    final = add_months(first, months * (periods - 1))
    expected = add_months(first, months * draw(st.integers(0, periods - 1)))
    collection_end = CollectionRule(day=draw(st.sampled_from((20, 5))), of="previous_month")
    if roll in ("none", "following") and draw(st.booleans()):
        collection_end = CollectionRule(of="month_end")
    cut_off = min(closing, collection_end.end(first)) - timedelta(days=draw(st.integers(1, 60)))
    return Dates(
        cut_off=cut_off,
        closing=closing,
        payment=PaymentRule(first=first, months=months, calendar=calendar, roll=roll),
        collection_end=collection_end,
        expected_maturity=expected,
        legal_final=final,
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the records of one deal share while they are drawn."""

    draw: Draws
    mode: Mode
    grain: Grain
    dates: Dates
    line: Timeline

    def pick(self, *choices: Any) -> Any:
        """One of the choices; a failing example shrinks to the first."""
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        """True once in about `one_in` draws."""
        return chance(self.draw, one_in)

    def money(self, most: int = 200_000) -> float:
        """An amount of up to `most` grains."""
        return self.grain.amount(self.draw(st.integers(0, most)))

    def day(self) -> date:
        """A payment date, moved or not, or a day about it."""
        t = self.draw(st.integers(0, self.line.periods - 1))
        day: date = self.pick(
            self.line.accrual_ends[t], self.line.payments[t], self.line.accrual_ends[t] - timedelta(days=9)
        )
        return min(max(day, self.dates.closing + timedelta(days=1)), self.dates.legal_final)

    def days(self) -> tuple[date, ...]:
        """A few such days, rising."""
        return tuple(sorted({self.day() for _ in range(self.draw(st.integers(1, 3)))}))

    def amount(self, *of: str) -> Amount:
        """An amount that follows some of these measures, or a fixed one."""
        if not of or self.chance(4):
            return Amount(amount=self.grain.amount(self.draw(st.integers(1, 50_000))))
        floor = self.money(20_000) if self.chance(4) else 0.0
        return Amount(
            of=tuple(dict.fromkeys(self.pick(*of) for _ in range(self.draw(st.integers(1, 2))))),
            percent=self.pick(1.0, *PARTS),
            amount=self.money(20_000) if self.chance(4) else 0.0,
            floor=floor,
            cap=floor + self.money(50_000) if self.chance(4) else None,
        )


def note(d: Drawn, name: str, others: tuple[str, ...], *, residual: bool = False) -> Tranche:
    """A class of notes; its target and notional follow `others`, which stand before it."""
    principal = 0.0 if d.chance(12) else d.grain.principal(d.draw(st.integers(1, 400_000)))
    coupon = None
    if d.chance(5 if residual else 2) or not residual:
        coupon = Coupon(rate=d.pick(*RATES)) if not d.chance(4) else d.pick(*FLOATING, FLOATING_CAPPED)
        coupon = None if d.chance(8) else coupon
    terms: dict[str, Any] = {"name": name, "principal": principal, "coupon": coupon, "residual": residual}
    if coupon is not None:
        terms |= {
            "day_count": d.pick(*DAY_COUNTS),
            "accrual": d.pick("unadjusted", "adjusted"),
            "unpaid_interest": d.pick("carry", "carry_with_interest", "capitalize", "forgive"),
        }
        if others and d.chance(8):
            terms["notional"] = d.amount(*(f"{other}.balance" for other in others), "performing")
    if residual or (terms.get("notional") is not None and d.chance(2)):
        kinds: tuple[str | None, ...] = (None, None, "pass_through")
    else:
        kinds = ("pass_through", "scheduled", "bullet", "target")
    terms["amortization"] = kind = d.pick(*kinds)
    if kind == "scheduled":
        terms["schedule"] = schedule(d, principal)
    if kind == "target":
        terms["target"] = d.amount("performing", "pool_closing", f"{name}.original", *(f"{o}.balance" for o in others))
    if kind is not None and d.chance(3):
        terms["expected_maturity"] = d.day()
    return Tranche(**terms)


def schedule(d: Drawn, principal: float) -> tuple[ScheduledPrincipal, ...]:
    """Principal by date, in amounts or percents, not more than all of it."""
    days = d.days()
    if d.chance(2):
        return tuple(ScheduledPrincipal(due=day, percent=d.pick(0.1, 0.25, 0.3333)) for day in days)
    each = d.grain.count(principal) // len(days)
    return tuple(ScheduledPrincipal(due=day, amount=d.grain.amount(d.draw(st.integers(0, each)))) for day in days)


def fee(d: Drawn, name: str, notes: tuple[str, ...], others: tuple[str, ...]) -> Fee:
    """A fee on collections, on a pool or note balance, on another fee, or a fixed one."""
    terms: dict[str, Any] = {"name": name}
    if not d.chance(3):
        balances = tuple(f"{one}.{part}" for one in notes for part in ("balance", "original"))
        terms["on"] = d.pick(
            "interest_collections", "pool_opening", *MONEY_AT_ANY_TIME, *balances, *(f"{o}.due" for o in others)
        )
        terms["rate"] = d.pick(0.0326, 0.001, 0.05, 0.19)
        if d.chance(2):
            terms |= {"over": d.pick("collection_period", "interest_period"), "day_count": d.pick(*DAY_COUNTS)}
    if "on" not in terms or d.chance(5):
        terms["amount"] = d.money(5_000)
    when = d.pick("always", "always", "dates", "yearly")
    if when == "dates":
        terms["dates"] = d.days()
    if when == "yearly":
        terms["yearly"] = Yearly(month=d.draw(st.integers(1, 12)), day=d.draw(st.integers(1, 29)))
    if d.chance(3):
        bounds = {part: d.money(3_000) for part in ("per_date", "per_year", "life") if d.chance(2)}
        terms["cap"] = FeeCap(**bounds) if bounds else FeeCap(per_year=d.money(3_000))
    return Fee(**terms)


def reserve(d: Drawn, name: str, notes: tuple[str, ...]) -> Account:
    """An account with a target, swept to collections."""
    of = (*(f"{one}.balance" for one in notes), *(f"{one}.original" for one in notes), "pool_closing")
    return Account(
        name=name,
        target=d.amount(*of),
        until=some(d.draw, *notes) if d.chance(2) else (),
        sweep_to="collections",
    )


def collect(d: Drawn, account: str) -> Collect:
    """Interest, and what else falls to it, into an account of its own."""
    kinds = ("principal", "recovery", "guarantee", "other", "prepayment")
    return Collect(interest=account, **{kind: account for kind in kinds if d.chance(3)})


def named(records: tuple[Any, ...]) -> tuple[str, ...]:
    """The names of records."""
    return tuple(record.name for record in records)
