"""The books before the first payment date of a run: at closing, or in mid-life."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ipabs.engine.arithmetic import Amount
from ipabs.engine.books import Books
from ipabs.engine.units import Term, Units, decimal
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.deal import Deal
from ipabs.structure.support import Support


@dataclass(frozen=True, slots=True)
class Opening:
    """Numbers only: the same for every path."""

    held: Mapping[str, Amount]
    owed: Mapping[str, Amount]
    capacity: Mapping[str, Amount]
    spent: Mapping[str, Amount]
    totals: Mapping[str, Amount]
    failed: Mapping[str, bool]
    outside: Mapping[str, int]
    inside: Mapping[str, int]

    def books(self) -> Books:
        """Fresh books."""
        return Books(
            held=dict(self.held),
            owed=dict(self.owed),
            capacity=dict(self.capacity),
            spent=dict(self.spent),
            totals=dict(self.totals),
            failed=dict(self.failed),
            outside=dict(self.outside),
            inside=dict(self.inside),
        )


def opening(deal: Deal, units: Units, keeps: frozenset[str]) -> Opening:
    """What is held and owed, from the closing or from the state of a deal in mid-life."""
    state = deal.state
    tests = {one.name: one for one in (state.tests if state else ())}
    return Opening(
        held=held(deal, units),
        owed=owed(deal, units),
        capacity=capacity(deal, units),
        spent=spent(deal, units),
        totals=totals(deal, units, keeps),
        failed={test.name: tests[test.name].failed if test.name in tests else False for test in deal.tests},
        outside={test.name: tests[test.name].outside if test.name in tests else 0 for test in deal.tests},
        inside={test.name: tests[test.name].inside if test.name in tests else 0 for test in deal.tests},
    )


def held(deal: Deal, units: Units) -> dict[str, Amount]:
    """Cash in each account."""
    amounts = dict.fromkeys((COLLECTIONS, *(account.name for account in deal.accounts)), 0.0)
    deposits = deal.closing.uses.accounts if deal.closing is not None else ()
    if deal.state is not None:
        amounts.update({one.name: one.held for one in deal.state.accounts})
    else:
        amounts.update({one.account: one.amount for one in deposits})
    return {name: units.money(amount) for name, amount in amounts.items()}


def owed(deal: Deal, units: Units) -> dict[str, Amount]:
    """What each claim is owed: balances, arrears, reimbursements."""
    amounts = {fee.name: 0.0 for fee in deal.fees}
    amounts |= {f"{tranche.name}.interest": 0.0 for tranche in deal.tranches if tranche.coupon}
    amounts |= {f"{tranche.name}.principal": tranche.principal for tranche in deal.tranches}
    amounts |= {f"{support.name}.reimbursement": 0.0 for support in deal.support}
    if deal.state is not None:
        amounts |= {fee.name: fee.owed for fee in deal.state.fees}
        amounts |= {f"{one.name}.principal": one.balance for one in deal.state.tranches}
        amounts |= {
            f"{one.name}.interest": one.owed_interest
            for one in deal.state.tranches
            if f"{one.name}.interest" in amounts
        }
        amounts |= {f"{one.name}.reimbursement": one.outstanding for one in deal.state.support}
    return {name: units.money(amount) for name, amount in amounts.items()}


def capacity(deal: Deal, units: Units) -> dict[str, Amount]:
    """What each promise, and each party over all it supports, can still pay."""
    used = dict.fromkeys((support.name for support in deal.support), Fraction(0))
    basis = {support.name: support.limit_basis for support in deal.support}
    for one in deal.state.support if deal.state is not None else ():
        used[one.name] = decimal(one.outstanding if basis[one.name] == "outstanding" else one.drawn)
    limits = {one.name: one.limit for one in deal.support if isinstance(one.limit, float | int)}
    left = {name: units.money(rest(limit, used[name])) for name, limit in limits.items()}
    for party in deal.parties:
        supports = [support.name for support in deal.support if support.by == party.id]
        if party.limit is not None and supports:
            together = sum((used[name] for name in supports), Fraction(0))
            left[f"party {party.id}"] = units.money(rest(party.limit, together))
    return left


def rest(limit: float, used: Fraction) -> Term:
    """What a limit leaves; the limit itself where nothing is used."""
    return max(decimal(limit) - used, Fraction(0)) if used else limit


def bounded(support: Support) -> bool:
    """Whether the promise has a limit of its own."""
    return isinstance(support.limit, float | int)


def capacities(deal: Deal, support: Support) -> tuple[str, ...]:
    """The limits that bound a support: its own, and that of its party."""
    own = (support.name,) if bounded(support) else ()
    parties = tuple(f"party {party.id}" for party in deal.parties if party.id == support.by and party.limit is not None)
    return own + parties


def spent(deal: Deal, units: Units) -> dict[str, Amount]:
    """Counters of the caps of fees."""
    counters = {}
    states = {one.name: one for one in (deal.state.fees if deal.state else ())}
    for fee in deal.fees:
        if fee.cap is None:
            continue
        state = states.get(fee.name)
        if fee.cap.per_year is not None:
            counters[f"{fee.name}.year"] = state.paid_this_year if state else 0.0
        if fee.cap.life is not None:
            counters[f"{fee.name}.life"] = state.paid_life if state else 0.0
    return {name: units.money(amount) for name, amount in counters.items()}


def totals(deal: Deal, units: Units, keeps: frozenset[str]) -> dict[str, Amount]:
    """Running totals that the deal reads, and no others."""
    amounts: dict[str, Term] = {}
    if "cumulative_defaulted" in keeps:
        amounts["cumulative_defaulted"] = deal.state.cumulative_defaulted if deal.state else 0.0
    drawn = {one.name: one.drawn for one in (deal.state.support if deal.state else ())}
    written: dict[str, Term] = {
        one.name: decimal(one.written_down) - decimal(one.capitalized)
        for one in (deal.state.tranches if deal.state else ())
    }
    for support in deal.support:
        if f"{support.name}.drawn" in keeps:
            amounts[f"{support.name}.drawn"] = drawn.get(support.name, 0.0)
    for tranche in deal.tranches:
        if f"{tranche.name}.shifted" in keeps:
            amounts[f"{tranche.name}.shifted"] = written.get(tranche.name, 0.0)
    return {name: units.money(amount) for name, amount in amounts.items()}
