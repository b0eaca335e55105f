"""Strategies for priorities of payments: every claim is paid, nothing is taken from what a support was drawn for."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as data_field
from typing import Any

from hypothesis import strategies as st

from ipabs.basics.party import Party
from ipabs.structure.account import Account
from ipabs.structure.fee import Fee
from ipabs.structure.support import Support
from ipabs.structure.terms import Call
from ipabs.structure.tranche import Amount, Tranche
from ipabs.structure.trigger_tests import Phase, Trigger
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Group,
    Line,
    Movement,
    Pay,
    Priority,
    Release,
    Residual,
    TopUp,
    Transfer,
    Verb,
    WriteDown,
)
from ipabs.testing.deal_terms import Drawn, named
from ipabs.testing.known_measures import MONEY_AT_ANY_TIME

Chunks = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Plan:
    """What the lists of one deal have to pay and may use."""

    d: Drawn
    chunks: Chunks  # the claims, as the lines of every list pay them at first
    covered: int  # how many of the chunks the undertaking covers
    tranches: tuple[Tranche, ...]
    fees: tuple[Fee, ...]
    accounts: tuple[Account, ...]
    parties: tuple[Party, ...]
    undertaking: Support | None
    guarantee: Support | None
    tests: tuple[Trigger, ...]
    phases: tuple[Phase, ...]
    calls: tuple[Call, ...]
    revenue: bool  # interest is collected apart
    made: list[str] = data_field(default_factory=list)  # measures that lines so far have made

    @property
    def lists(self) -> tuple[str, ...]:
        """Every phase that needs a list."""
        return ("normal", *named(self.phases), *(("called",) if self.calls else ()))

    @property
    def supports(self) -> tuple[Support, ...]:
        """The promises there are."""
        return tuple(one for one in (self.undertaking, self.guarantee) if one is not None)

    @property
    def capped(self) -> tuple[str, ...]:
        """Fees whose excess over a cap a later line may pay."""
        covered = self.undertaking.covers if self.undertaking else ()
        return tuple(one.name for one in self.fees if one.cap and one.name not in covered)

    @property
    def payee(self) -> str:
        """Who takes the residual."""
        return next((one.name for one in self.tranches if one.residual), "holder")


def chunked(d: Drawn, claims: Sequence[str]) -> Chunks:
    """The claims cut into lines."""
    chunks: list[tuple[str, ...]] = []
    for claim in claims:
        if chunks and d.chance(2):
            chunks[-1] = (*chunks[-1], claim)
        else:
            chunks.append((claim,))
    return tuple(chunks)


def priority(plan: Plan, phase: str) -> Priority:
    """The list of one phase."""
    d = plan.d
    plan.made = []
    head: list[Line] = []
    if plan.undertaking is not None and (phase == "normal" or not d.chance(3)):
        head.append(Draw(target=plan.undertaking.name, up_to=bound(plan) if d.chance(8) else None))
        plan.made.append(f"{plan.undertaking.name}.unfunded")
    elif d.chance(8) and plan.accounts:
        head.append(Transfer(target=Movement(source=plan.accounts[0].name, to="collections")))
    first = [pay(plan, chunk) for chunk in plan.chunks[: plan.covered]]
    rest = [pay(plan, chunk) for chunk in reshuffled(plan, phase)]
    if plan.revenue:
        cut = max(plan.covered, d.draw(st.integers(1, len(plan.chunks))))
        lines = [*first, *rest]
        apart = Group(source="revenue", lines=tuple(lines[:cut]), clause=d.pick("", "8.2"))
        over = Transfer(target=Movement(source="revenue", to="collections"))
        body: list[Line] = [apart, over, *lines[cut:]]
    else:
        body = [*first, *rest]
    lines_after = [*further(plan), *top_ups(plan)]
    return Priority(phase=phase, lines=(*head, *body, *lines_after, Residual(target=plan.payee)))


def reshuffled(plan: Plan, phase: str) -> Chunks:
    """The chunks that no undertaking covers; another phase may pay them in another order."""
    rest = plan.chunks[plan.covered :]
    if phase != "normal" and len(rest) > 1 and plan.d.chance(2):
        return tuple(plan.d.draw(st.permutations(rest)))
    return rest


def gate(plan: Plan) -> dict[str, Any]:
    """Tests that a line asks, on few lines."""
    d = plan.d
    if not plan.tests or not d.chance(4):
        return {}
    test = d.pick(*named(plan.tests))
    if d.chance(4) and len(plan.tests) > 1:
        others = [one for one in named(plan.tests) if one != test]
        return {"if_passing": (test,), "if_failing": (d.pick(*others),)}
    return {"if_passing": (test,)} if d.chance(2) else {"if_failing": (test,)}


def bound(plan: Plan) -> Amount:
    """How far a line goes: an amount that follows what is known at it."""
    of = [*MONEY_AT_ANY_TIME, "available", "uncovered", "net_cash", "collections.balance", "sales", *plan.made]
    for tranche in plan.tranches:
        of += [f"{tranche.name}.{part}" for part in ("balance", "opening", "original")]
        of += [f"{tranche.name}.principal.due"] if tranche.amortization else []
        of += [f"{tranche.name}.interest.due"] if tranche.coupon else []
    of += [f"{account.name}.balance" for account in plan.accounts]
    of += [f"{account.name}.{part}" for account in plan.accounts if account.target for part in ("target", "excess")]
    of += [f"{one.name}.{part}" for one in plan.supports for part in ("drawn", "outstanding")]
    likely = ("principal_collections", "principal_distribution", "available", "interest_collections")
    return plan.d.amount(*likely, *likely, *of)


def splitting(plan: Plan, targets: tuple[str, ...], *, fees: bool) -> dict[str, Any]:
    """How several targets share a line."""
    d = plan.d
    if len(targets) < 2 or d.chance(2):
        return {}
    by = d.pick(None, "due", "weights") if fees else d.pick(None, "due", "balance", "original", "weights")
    weights = tuple(d.pick(1.0, 2.0, 0.5, 3.0) for _ in targets) if by == "weights" else ()
    return {"split": "pro_rata", "by": by, "weights": weights}


def pay(plan: Plan, claims: tuple[str, ...]) -> Pay:
    """A line that pays these claims."""
    d = plan.d
    fees = any(not claim.endswith((".interest", ".principal")) for claim in claims)
    up_to = bound(plan) if d.chance(6) else None
    line = Pay(target=claims, up_to=up_to, **splitting(plan, claims, fees=fees), **gate(plan), clause=d.pick("", "8.3"))
    plan.made += [f"{claim}.paid" for claim in claims]
    return line


def further(plan: Plan) -> list[Line]:
    """Guarantee, reimbursement, fees above their caps, write-down, capitalization, cash kept aside."""
    d, lines = plan.d, list[Line]()
    if plan.guarantee is not None:
        lines.append(Draw(target=plan.guarantee.name, up_to=bound(plan) if d.chance(8) else None, **gate(plan)))
        plan.made.append(f"{plan.guarantee.name}.unfunded")
    back = tuple(f"{one.name}.reimbursement" for one in plan.supports if one.reimbursed == "by_line")
    if back:
        lines.append(pay(plan, back))
    if plan.capped and d.chance(2):
        lines.append(pay(plan, plan.capped))
    if d.chance(5):
        lines.append(write_down(plan))
    with_coupon = named(tuple(one for one in plan.tranches if one.coupon))
    if with_coupon and d.chance(6):
        lines.append(Capitalize(target=with_coupon, up_to=bound(plan) if d.chance(2) else None, **gate(plan)))
    spare = [account.name for account in plan.accounts if account.target is None]
    if spare:
        lines.append(Transfer(target=Movement(source="collections", to=spare[0], up_to=bound(plan)), **gate(plan)))
        lines.append(Transfer(target=Movement(source=spare[0], to="collections", up_to=bound(plan)), **gate(plan)))
    if d.chance(12) and plan.tests:
        lines.append(Residual(target=plan.payee, **(gate(plan) or {"if_failing": (plan.tests[0].name,)})))
    return list(d.draw(st.permutations(lines))) if not plan.made and d.chance(3) else lines


def write_down(plan: Plan) -> WriteDown:
    """Balances written down by what was lost."""
    notes = named(tuple(reversed(plan.tranches)))
    options = splitting(plan, notes, fees=False)
    amount = plan.d.pick(Amount(of=("defaulted",)), Amount(of=("uncovered",)), bound(plan))
    return WriteDown(target=notes, up_to=amount, **options, **gate(plan))


def top_ups(plan: Plan) -> list[Verb]:
    """Accounts with a target filled, and their excess released."""
    d, lines = plan.d, list[Verb]()
    with_target = named(tuple(account for account in plan.accounts if account.target is not None))
    if with_target:
        up_to = bound(plan) if d.chance(6) else None
        options = splitting(plan, with_target, fees=True)
        lines.append(TopUp(target=with_target, up_to=up_to, **options, **gate(plan)))
        lines += [Release(target=name, **gate(plan)) for name in with_target]
    return lines
