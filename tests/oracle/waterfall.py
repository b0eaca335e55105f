"""A second waterfall in exact rationals: slow, plain, and sharing nothing with the engine but the deal itself.

Written from the meanings of the deal language alone, so that where the two differ, one of them misreads a term. Amounts
are Fractions of the major currency unit; a rounding term makes every amount a multiple of its unit. Books are dicts of
names, every rule is applied where it is stated, and nothing is prepared, merged or vectorized.
"""

from collections import defaultdict
from fractions import Fraction
from math import floor
from typing import Any

from ipabs.cashflow.collections import Collections
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.deal import Deal
from ipabs.structure.terms import FEN
from ipabs.structure.waterfall import placed_lines
from tests.oracle.accruals import accrue
from tests.oracle.lines import act, turn_into_balance
from tests.oracle.measures import amount, due, measure
from tests.oracle.numbers import Books, Money, exact
from tests.oracle.triggers import note_margin, phase_in_force, read_test


def run(
    deal: Deal, collections: Collections, *, path: int = 0, indices: Any = (), observables: Any = ()
) -> list[dict[str, Any]]:
    """What happens on each payment date of one path: a list of plain dicts."""
    books = OneRun(deal.filled(), collections, path, indices, dict(observables))
    return [books.payment_date(t) for t in range(books.periods)]


class OneRun:
    """Everything that is remembered between two lines."""

    def __init__(self, deal: Deal, collections: Collections, path: int, indices: Any, observables: Any) -> None:
        self.deal, self.path = deal, path
        self.line = deal.timeline()
        self.periods = self.line.periods
        self.offset = deal.dates.timeline().periods - self.periods
        self.whole_line = deal.dates.timeline()
        self.indices = {index.name: index for index in indices}
        self.observables = observables
        rounding = deal.rounding
        assert rounding is not None
        self.rounding = {"fen": FEN, "none": None, None: rounding}[rounding.preset]
        self.unit = exact(self.rounding.unit) if self.rounding else None
        self.per_face = exact(rounding.per_face) if rounding.per_face else None
        self.tranches = {tranche.name: tranche for tranche in deal.tranches}
        self.fees = {fee.name: fee for fee in deal.fees}
        self.account_terms = {account.name: account for account in deal.accounts}
        self.supports = {support.name: support for support in deal.support}
        self.parties = {party.id: party for party in deal.parties}
        self.tests = {test.name: test for test in deal.tests}
        self.outside_names = {one.name for one in deal.observables}
        self.declared = {measure.name: measure for measure in deal.measures}
        self.priorities = {priority.phase: placed_lines(priority.lines) for priority in deal.waterfall}
        self.read_collections(collections)
        self.open_books()

    def money(self, number: float) -> Money:
        """An amount of the deal or the pool, to the nearest unit."""
        value = exact(number)
        return value if self.unit is None else floor(value / self.unit + Fraction(1, 2)) * self.unit

    def rounded(self, value: Fraction) -> Money:
        """A product, rounded as the deal says."""
        if self.unit is None:
            return value
        units = value / self.unit
        down = floor(units)
        rest = units - down
        assert self.rounding is not None
        up = {
            "down": False,
            "half_up": rest >= Fraction(1, 2),
            "half_even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and down % 2 == 1),
        }[str(self.rounding.mode)]
        return (down + up) * self.unit

    def read_collections(self, collections: Collections) -> None:
        names = ("interest", "principal", "prepayment", "recovery", "guarantee", "other")
        names = (*names, "defaulted", "performing", "delinquent")
        self.flows = [
            {name: self.money(collections.series(name)[self.path, t]) for name in names} for t in range(self.periods)
        ]
        self.cut_off_performing = self.money(collections.opening[self.path])
        self.cut_off_delinquent = self.money(collections.opening_delinquent[self.path])

    def open_books(self) -> None:
        deal, state = self.deal, self.deal.state
        self.balance: Books = {name: self.money(one.principal) for name, one in self.tranches.items()}
        self.original: Books = dict(self.balance)
        self.notes_issued = sum(self.original.values(), Fraction(0))
        self.written_down: Books = dict.fromkeys(self.tranches, Fraction(0))
        self.capitalized: Books = dict.fromkeys(self.tranches, Fraction(0))
        self.owed: Books = {name: Fraction(0) for name in self.fees}
        self.owed |= {f"{name}.interest": Fraction(0) for name, one in self.tranches.items() if one.coupon}
        self.owed |= {f"{name}.reimbursement": Fraction(0) for name in self.supports}
        self.held: Books = {COLLECTIONS: Fraction(0)} | {name: Fraction(0) for name in self.account_terms}
        self.drawn: Books = dict.fromkeys(self.supports, Fraction(0))
        self.outstanding: Books = dict.fromkeys(self.supports, Fraction(0))
        self.fee_year: Books = dict.fromkeys(self.fees, Fraction(0))
        self.fee_life: Books = dict.fromkeys(self.fees, Fraction(0))
        self.fee_year_of = 0
        self.failed = dict.fromkeys(self.tests, False)
        self.outside = dict.fromkeys(self.tests, 0)
        self.inside = dict.fromkeys(self.tests, 0)
        self.called, self.phase = False, "normal"
        self.pool_original = self.cut_off_performing
        self.cumulative_defaulted = Fraction(0)
        if state is None:
            assert deal.closing is not None
            for deposit in deal.closing.uses.accounts:
                self.held[deposit.account] += self.money(deposit.amount)
            return
        self.pool_original = self.money(state.pool_original)
        self.cumulative_defaulted = self.money(state.cumulative_defaulted)
        self.fee_year_of = state.as_of.year
        for note in state.tranches:
            self.balance[note.name] = self.money(note.balance)
            self.written_down[note.name] = self.money(note.written_down)
            self.capitalized[note.name] = self.money(note.capitalized)
            if note.owed_interest:
                self.owed[f"{note.name}.interest"] = self.money(note.owed_interest)
        for fee in state.fees:
            self.owed[fee.name] = self.money(fee.owed)
            self.fee_year[fee.name] = self.money(fee.paid_this_year)
            self.fee_life[fee.name] = self.money(fee.paid_life)
        for account in state.accounts:
            self.held[account.name] = self.money(account.held)
        for support in state.support:
            self.drawn[support.name] = self.money(support.drawn)
            self.outstanding[support.name] = self.money(support.outstanding)
            self.owed[f"{support.name}.reimbursement"] = self.money(support.outstanding)
        for test in state.tests:
            self.failed[test.name] = test.failed
            self.outside[test.name], self.inside[test.name] = test.outside, test.inside

    def payment_date(self, t: int) -> dict[str, Any]:
        self.t = t
        self.at_end = False
        self.margins: list[Fraction] = []
        self.rows: list[dict[str, Any]] = []
        self.paid: dict[str, Money] = defaultdict(Fraction)
        self.accrued: dict[str, Money] = defaultdict(Fraction)
        self.removed: dict[str, Money] = defaultdict(Fraction)
        self.entered: dict[str, Money] = defaultdict(Fraction)
        self.unfunded: dict[str, Money] = defaultdict(Fraction)
        self.asked_today: dict[str, tuple[int, int, bool]] = {}
        self.opening = dict(self.balance)
        self.collect()  # until the tests at collection are read, the phase of the date before is in force
        self.exercise_call()
        accrue(self)
        notes = [one for one in self.deal.tranches if not one.residual]
        self.interest_due = sum((self.owed[f"{one.name}.interest"] for one in notes if one.coupon), Fraction(0))
        self.principal_due = sum((due(self, f"{one.name}.principal") for one in notes if one.amortization), Fraction(0))
        for name, test in self.tests.items():
            if test.at == "collection":
                read_test(self, name)
        self.phase = phase_in_force(self)
        self.sweep_at_the_end()
        self.seen_fees: set[str] = set()
        for number, placed in enumerate(self.priorities[self.phase], start=1):
            act(self, number, placed)
        self.at_end = True
        self.close()
        return {
            "phase": self.phase,
            "failed": dict(self.failed),
            "paid": dict(self.paid),
            "accrued": dict(self.accrued),
            "removed": dict(self.removed),
            "owed": self.closing_owed(),
            "held": dict(self.held),
            "entered": dict(self.entered),
            "rows": self.rows,
            "margin": min(self.margins, default=Fraction(1)),
        }

    def closing_owed(self) -> Books:
        owed = dict(self.owed)
        for name in self.tranches:
            owed[f"{name}.principal"] = self.balance[name]
        return owed

    def collect(self) -> None:
        self.sold = self.called  # from the date after the call there is no pool
        if self.sold:
            self.flows[self.t] = dict.fromkeys(self.flows[self.t], Fraction(0))
        flows, where = self.flows[self.t], self.deal.collect
        self.cumulative_defaulted += flows["defaulted"]
        for kind in ("interest", "principal", "prepayment", "recovery", "guarantee", "other"):
            self.held[getattr(where, kind)] += flows[kind]

    def exercise_call(self) -> None:
        for call in self.deal.calls:
            pool, bound = measure(self, "pool_closing"), exact(call.pool_percent or 0.0) * self.pool_original
            small = pool <= bound
            note_margin(self, pool, bound, self.notes_issued)
            if small and call.exercise == "when_allowed" and not self.called:
                assert call.price is not None
                price = amount(self, call.price)
                self.called = True
                self.held[call.into] += price
                self.entered["call"] += price

    def add(self, claim: str, amount: Money) -> None:
        self.owed[claim] += amount
        self.accrued[claim] += amount

    @property
    def is_final(self) -> bool:
        return self.t == self.periods - 1

    @property
    def is_accelerated(self) -> bool:
        """All principal is due by the phase."""
        return self.phase == "called" or any(
            phase.name == self.phase and phase.principal_due == "all" for phase in self.deal.phases
        )

    def sweep_at_the_end(self) -> None:
        if not (self.is_final or self.phase == "called"):
            return
        emptied: set[str] = set()
        waiting = [account for account in self.deal.accounts if account.sweep_to]
        while waiting:
            receiving = {account.sweep_to for account in waiting}
            first = next(account for account in waiting if account.name not in receiving)
            waiting.remove(first)
            emptied.add(first.name)
            moved = self.held[first.name]
            self.held[first.name] -= moved
            self.held[first.sweep_to] += moved

    def settle(self, claim: str, amount: Money) -> None:
        """A claim receives cash."""
        name, _, part = claim.rpartition(".")
        self.paid[claim] += amount
        if name and part == "principal":
            self.balance[name] -= amount
        else:
            self.owed[claim] -= amount
        if part == "reimbursement":
            self.outstanding[name] -= amount

    def close(self) -> None:
        """Tests at the end see the date as the last line left it; then unpaid interest takes its course."""
        for name, test in self.tests.items():
            if test.at == "end":
                read_test(self, name)
        for name, tranche in self.tranches.items():
            claim = f"{name}.interest"
            if tranche.coupon is None:
                continue
            if tranche.unpaid_interest == "forgive":
                self.removed[claim] += self.owed[claim]
                self.owed[claim] = Fraction(0)
            elif tranche.unpaid_interest == "capitalize":
                turn_into_balance(self, name, self.owed[claim])
