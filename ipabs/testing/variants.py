"""Deals that must behave like a given one: scaled, shifted, restarted, with a part added that is empty or ranks last.

Each function returns a new `Deal`; `relations` runs both and compares.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeAlias, get_args, get_type_hints

from ipabs._typing import FloatArray
from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.units import MONEY_UNIT, Unit
from ipabs.engine import Ledger
from ipabs.engine.units import decimal
from ipabs.structure.account import Account
from ipabs.structure.deal import Deal
from ipabs.structure.names import names_of
from ipabs.structure.support import Support
from ipabs.structure.terms import AccountState, FeeState, Rounding, State, SupportState, TrancheState, TriggerState
from ipabs.structure.tranche import Amount, Coupon, Tranche
from ipabs.structure.trigger_tests import LimitStep, Trigger
from ipabs.structure.waterfall import Draw, Group, Line, Pay, Priority, Release, TopUp

# The Gregorian calendar repeats its weekdays and leap years after 28 years, between 1901 and 2099.
CALENDAR_CYCLE_YEARS = 28


def mapped(value: Any, change: Callable[[Unit | None, Any], Any], unit: Unit | None = None) -> Any:
    """A record with every number and date in it changed; `change` is told the unit that the field's type states."""
    if isinstance(value, tuple):
        return tuple(mapped(one, change, unit) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return change(unit, value)
    hints = get_type_hints(type(value), include_extras=True)
    return replace(
        value, **{one.name: mapped(getattr(value, one.name), change, unit_in(hints[one.name])) for one in fields(value)}
    )


def unit_in(hint: Any) -> Unit | None:
    """The unit that a type hint carries, on whatever level of it."""
    stated = [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Unit)]
    if stated:
        return stated[0]
    inner = (unit_in(one) for one in get_args(hint) if one is not hint)
    return next((one for one in inner if one is not None), None)


def scaled(deal: Deal, factor: int) -> Deal:
    """The deal with every amount of money times `factor`, the rounding unit and limits in money among them.

    >>> from ipabs import spec
    >>> from ipabs.structure.samples import DEMO
    >>> scaled(spec.load(Deal, DEMO), 3).accounts[0].target.floor
    600000.0
    """
    filled = deal.filled()
    rounding = filled.rounding
    if rounding is not None and rounding.preset == "fen":
        rounding = Rounding(unit=0.01, mode="half_up", share="largest_remainder")
    measures = names_of(deal).measures

    def larger(unit: Unit | None, value: Any) -> Any:
        return float(decimal(value) * factor) if unit is MONEY_UNIT and isinstance(value, int | float) else value

    def larger_test(test: Trigger) -> Trigger:
        if measures[test.measure].unit != "money":
            return test
        steps = tuple(LimitStep(since=step.since, limit=step.limit * factor) for step in test.steps)
        highest, lowest = (None if one is None else one * factor for one in (test.maximum, test.minimum))
        return replace(test, steps=steps, maximum=highest, minimum=lowest)

    larger_deal: Deal = mapped(replace(filled, rounding=rounding), larger)
    return replace(larger_deal, tests=tuple(larger_test(test) for test in deal.tests))


def shifted(deal: Deal, years: int = CALENDAR_CYCLE_YEARS) -> Deal:
    """The deal with every date moved by whole years.

    >>> from ipabs import spec
    >>> from ipabs.structure.samples import DEMO
    >>> shifted(spec.load(Deal, DEMO)).dates.legal_final.isoformat()
    '2057-03-28'
    """

    def later(_: Unit | None, value: Any) -> Any:
        return add_months(value, 12 * years) if isinstance(value, date) else value

    moved: Deal = mapped(deal, later)
    return moved


def free_name(deal: Deal, name: str) -> str:
    """`name`, or the first of name_2, name_3, … that nothing in the deal has."""
    names = names_of(deal)
    taken = {*names.tranches, *names.fees, *names.accounts, *names.support, *names.parties, *names.tests, *names.phases}
    taken |= {*names.measures, *(call.name for call in deal.calls)}
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    return free


def with_lines(deal: Deal, *, first: tuple[Line, ...] = (), before_last: tuple[Line, ...] = ()) -> Deal:
    """The deal with lines put before line 1 and before the last line of every list."""
    lists = tuple(
        Priority(phase=one.phase, lines=(*first, *one.lines[:-1], *before_last, one.lines[-1]))
        for one in deal.waterfall
    )
    return replace(deal, waterfall=lists)


def with_empty_tranche(deal: Deal) -> Deal:
    """The deal with a tranche of size 0."""
    name = free_name(deal, "empty")
    tranche = Tranche(name=name, principal=0.0, amortization="bullet")
    state = deal.state and replace(deal.state, tranches=(*deal.state.tranches, TrancheState(name=name, balance=0.0)))
    wider = replace(deal, tranches=(*deal.tranches, tranche), state=state)
    return with_lines(wider, before_last=(Pay(target=(f"{name}.principal",)),))


def with_empty_reserve(deal: Deal) -> Deal:
    """The deal with a reserve whose target is 0."""
    name = free_name(deal, "nothing")
    account = Account(name=name, target=Amount(amount=1.0, cap=0.0), sweep_to="collections")
    wider = replace(deal, accounts=(*deal.accounts, account))
    return with_lines(wider, before_last=(TopUp(target=(name,)), Release(target=name)))


def with_support(deal: Deal, claims: tuple[str, ...], *, limit: float | None) -> Deal:
    """The deal with one more supporter that pays `claims` before the last line; no limit: all of it."""
    party, name = free_name(deal, "helper"), free_name(deal, "help")
    support = Support(
        name=name,
        by=party,
        covers=claims,
        mode="to_claims",
        limit="unlimited" if limit is None else limit,
        limit_basis=None if limit is None else "cumulative",
        on_acceleration="all_due",
        reimbursed="never",
    )
    wider = replace(deal, parties=(*deal.parties, Party(id=party)), support=(*deal.support, support))
    return with_lines(wider, before_last=(Draw(target=name),))


def with_junior(deal: Deal, principal: float) -> Deal:
    """The deal with a class whose every claim ranks after all others but the last line."""
    name = free_name(deal, "junior")
    tranche = Tranche(
        name=name,
        principal=principal,
        coupon=Coupon(rate=0.08),
        day_count="ACT/365F",
        accrual="unadjusted",
        unpaid_interest="carry",
        amortization="pass_through",
    )
    closing = deal.closing
    if closing is not None:
        source = replace(closing.sources[0], name=name, price=1.0, by="", amount=None)
        uses = replace(closing.uses, assets=closing.uses.assets + principal)
        closing = replace(closing, sources=(*closing.sources, source), uses=uses)
    state = deal.state
    if state is not None:
        state = replace(state, tranches=(*state.tranches, TrancheState(name=name, balance=principal)))
    wider = replace(deal, tranches=(*deal.tranches, tranche), closing=closing, state=state)
    return with_lines(wider, before_last=(Pay(target=(f"{name}.interest", f"{name}.principal")),))


def with_pro_rata_lines_reversed(deal: Deal) -> Deal:
    """The deal with the targets of every pro-rata line in the opposite order."""

    def reversed_line(line: Any) -> Any:
        if isinstance(line, Group):
            return replace(line, lines=tuple(reversed_line(one) for one in line.lines))
        if isinstance(line, Pay | TopUp) and line.split == "pro_rata":
            return replace(line, target=line.target[::-1], weights=line.weights[::-1])
        return line

    lists = tuple(replace(one, lines=tuple(reversed_line(line) for line in one.lines)) for one in deal.waterfall)
    return replace(deal, waterfall=lists)


def can_restart(deal: Deal) -> bool:
    """Whether a ledger holds all that a state needs: no caps of fees, no tests that count dates, no call."""
    counting = any(test.run > 1 or test.cure not in (None, 1) for test in deal.tests)
    return not counting and not deal.calls and all(fee.cap is None for fee in deal.fees)


def restarted(
    deal: Deal, ledger: Ledger, period: int, *, path: int = 0, pool_original: float, defaulted: float
) -> Deal:
    """The deal in mid-life, as `ledger` left it after the payments of `period`; `defaulted` is the total so far."""

    def now(series: FloatArray) -> float:
        return float(series[path, period])

    def so_far(series: FloatArray) -> float:
        return float(series[path, : period + 1].sum())

    failed = {one.name: bool(ledger.failed(one.name)[path, period]) for one in deal.tests}
    state = State(
        as_of=ledger.timeline.accrual_ends[period],
        pool_original=pool_original,
        cumulative_defaulted=defaulted,
        tranches=tuple(tranche_state(one, deal.state, ledger, now, so_far) for one in deal.tranches),
        fees=tuple(FeeState(name=one.name, owed=now(ledger.owed(one.name))) for one in deal.fees),
        accounts=tuple(AccountState(name=name, held=now(ledger.held(name))) for name in ledger.accounts),
        support=tuple(support_state(one, deal.state, ledger, now, so_far) for one in deal.support),
        tests=tuple(TriggerState(name=name, failed=fails, outside=int(fails)) for name, fails in failed.items()),
    )
    return replace(deal, closing=None, state=state)


Reading: TypeAlias = Callable[[FloatArray], float]  # of a series (path, period)


def tranche_state(one: Tranche, before: State | None, ledger: Ledger, now: Reading, so_far: Reading) -> TrancheState:
    """A class of notes; what was written down and capitalized adds to what a state says already."""
    known = next((note for note in (before.tranches if before else ()) if note.name == one.name), None)
    claim = f"{one.name}.principal"
    return TrancheState(
        name=one.name,
        balance=now(ledger.balance(one.name)),
        owed_interest=now(ledger.owed(f"{one.name}.interest")) if one.coupon else 0.0,
        written_down=(known.written_down if known else 0.0) + so_far(ledger.removals(claim)),
        capitalized=(known.capitalized if known else 0.0) + so_far(ledger.accruals(claim)),
    )


def support_state(one: Support, before: State | None, ledger: Ledger, now: Reading, so_far: Reading) -> SupportState:
    """What was called, now and before, and what of it is outstanding."""
    known = next((call for call in (before.support if before else ()) if call.name == one.name), None)
    called = (known.drawn if known else 0.0) + so_far(ledger.called(one.name))
    owed = now(ledger.owed(f"{one.name}.reimbursement")) if one.reimbursed == "by_line" else called
    return SupportState(name=one.name, drawn=called, outstanding=owed)
