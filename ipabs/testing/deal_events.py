"""Strategies for what may happen to a deal: support, tests and phases, the clean-up call, a start in mid-life."""

from typing import Any

from hypothesis import strategies as st

from ipabs.basics.party import Party
from ipabs.structure.support import Support
from ipabs.structure.terms import AccountState, Call, FeeState, State, SupportState, TrancheState, TriggerState
from ipabs.structure.tranche import Tranche
from ipabs.structure.trigger_tests import Failing, LimitStep, Phase, Trigger
from ipabs.testing.deal_terms import Drawn
from ipabs.testing.known_measures import RATIOS, SHARES
from ipabs.testing.money import some

LIMITS = (0.0, 0.02, 0.1, 0.5, 0.95, 1.0, 1.5, 3.0)
SMALL = 100  # grains; the most that a supporter pays in the mode tiny_guarantee


def party(d: Drawn, name: str) -> Party:
    """A supporter with a limit, or without one."""
    most = SMALL if d.mode == "tiny_guarantee" else 300_000
    return Party(id=name, limit=None if d.chance(4) else d.money(most))


def support(d: Drawn, name: str, parties: tuple[Party, ...], covers: tuple[str, ...], **terms: Any) -> Support:
    """A promise of one of the parties to pay `covers`."""
    by = d.pick(*parties)
    limit: Any = None
    if by.limit is not None and d.chance(2):
        limit = d.grain.amount(d.draw(st.integers(0, d.grain.count(by.limit))))
    elif by.limit is None:
        limit = "unlimited" if d.chance(3) else d.money(SMALL if d.mode == "tiny_guarantee" else 100_000)
    return Support(
        name=name,
        by=by.id,
        covers=covers,
        limit=limit,
        limit_basis=None if limit == "unlimited" else d.pick("cumulative", "outstanding"),
        on_acceleration=d.pick("all_due", "as_scheduled"),
        reimbursed=d.pick("by_line", "never"),
        **terms,
    )


def trigger(d: Drawn, name: str, money: tuple[str, ...], at_end: tuple[str, ...], outside: tuple[str, ...]) -> Trigger:
    """A test of a ratio or an amount, at any moment."""
    at = d.pick("collection", "line", "end")
    is_ratio = not d.chance(3)
    amounts = (*money, *at_end) if at == "end" else money
    measure = d.pick(*RATIOS, "cover", "lost_part", *outside) if is_ratio else d.pick(*amounts)

    def limit() -> float:
        if not is_ratio:
            return d.money(100_000)
        return float(d.pick(*(limit for limit in LIMITS if limit <= 1 or measure not in SHARES)))

    side = {"maximum": limit()} if d.chance(2) else {"minimum": limit()}
    steps = tuple(LimitStep(since=day, limit=limit()) for day in d.days()) if d.chance(4) else ()
    return Trigger(
        name=name,
        measure=measure,
        at=at,
        run=d.pick(1, 1, 2, 3),
        cure=d.pick(None, 1, 2),
        steps=steps,
        **side,
    )


def phase(d: Drawn, name: str, tests: tuple[Trigger, ...]) -> Phase:
    """A phase opened by tests that are read early enough."""
    readable = tuple(test.name for test in tests if test.at != "line")
    named = some(d.draw, *readable)
    failing = Failing(all=named) if d.chance(3) else Failing(any=named)
    return Phase(name=name, enter_if_failing=failing, principal_due=d.pick("as_scheduled", "all"))


def clean_up_call(d: Drawn, into: tuple[str, ...]) -> Call:
    """A clean-up call at some part of the pool."""
    return Call(
        name="clean_up",
        kind="clean_up",
        pool_percent=d.pick(0.1, 0.5, 0.9),
        price=d.amount("pool_closing", "performing", "notes_balance"),
        into=d.pick(*into),
        exercise="never" if d.chance(5) else "when_allowed",
    )


def state(d: Drawn, tranches: tuple[Tranche, ...], **nouns: tuple[Any, ...]) -> State:
    """Where the deal stands after one of its payment dates but the last."""

    def up_to(amount: float) -> float:
        return d.grain.amount(d.draw(st.integers(0, d.grain.count(amount))))

    t = d.draw(st.integers(0, d.line.periods - 2))
    return State(
        as_of=d.pick(d.line.accrual_ends[t], d.line.payments[t]),
        pool_original=d.money(800_000),
        cumulative_defaulted=d.money(50_000),
        tranches=tuple(note_state(d, one, up_to(one.principal)) for one in tranches),
        fees=tuple(
            FeeState(name=one.name, owed=d.money(2_000), paid_this_year=d.money(2_000), paid_life=d.money(2_000))
            for one in nouns["fees"]
            if d.chance(2)
        ),
        accounts=tuple(AccountState(name=one.name, held=d.money(20_000)) for one in nouns["accounts"] if d.chance(2)),
        support=tuple(
            SupportState(name=one.name, drawn=drawn, outstanding=drawn if one.reimbursed == "never" else up_to(drawn))
            for one, drawn in ((one, up_to(drawable(d, one, nouns["parties"]))) for one in nouns["support"])
        ),
        tests=tuple(state_of_test(d, one) for one in nouns["tests"] if not d.chance(4)),
    )


def drawable(d: Drawn, support: Support, parties: tuple[Party, ...]) -> float:
    """What a support can have called so far: within its limit, and half of its party's, which two may share."""
    limits = [d.grain.count(one.limit) // 2 for one in parties if one.id == support.by and one.limit is not None]
    limits += [d.grain.count(support.limit)] if isinstance(support.limit, int | float) else []
    return d.grain.amount(min([1_000, *limits]))


def note_state(d: Drawn, tranche: Tranche, balance: float) -> TrancheState:
    """A class of notes in mid-life, perhaps written down, capitalized or in arrears."""
    lost = d.grain.count(tranche.principal) - d.grain.count(balance)
    return TrancheState(
        name=tranche.name,
        balance=balance,
        written_down=d.grain.amount(d.draw(st.integers(0, lost))) if d.chance(4) else 0.0,
        capitalized=d.money(1_000) if tranche.coupon and d.chance(4) else 0.0,
        owed_interest=d.money(5_000) if tranche.coupon and d.chance(3) else 0.0,
    )


def state_of_test(d: Drawn, test: Trigger) -> TriggerState:
    """A test that has failed, or that has been outside its limit for fewer dates than it takes."""
    failed = d.chance(2)
    outside = test.run if failed else d.draw(st.integers(0, test.run - 1))
    return TriggerState(name=test.name, failed=failed, outside=outside)
