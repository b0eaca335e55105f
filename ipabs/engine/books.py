"""The books of the vehicle: what it holds, owes and has been promised, on every path."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition

EMPTY: Final = 0  # an account that gave all it held; nothing need be added to it


@dataclass(slots=True)
class Books:
    """State between payment dates, and the movements of the current one.

    Amounts are floats, Fractions or arrays over paths, in engine units. A claim's entry in `owed` is what is owed; that
    of ``A.principal`` is the balance of A.
    """

    held: dict[str, Amount]
    owed: dict[str, Amount]
    capacity: dict[str, Amount]  # what a support, and the party behind it, can still pay
    spent: dict[str, Amount]  # paid under a fee's cap
    totals: dict[str, Amount]  # running totals that some measure reads
    failed: dict[str, Condition]  # tests that failed and are not cured
    outside: dict[str, Amount]  # payment dates in a row outside a test's limit
    inside: dict[str, Amount]  # payment dates in a row inside it
    called: Condition = False  # the clean-up call was exercised
    all_due: Condition = False  # every balance is due
    t: int = 0
    flows: dict[str, Amount] = field(default_factory=dict)  # today's collections and observables
    paid: dict[str, Amount] = field(default_factory=dict)  # out of the vehicle, or by a support, to each claim
    accrued: dict[str, Amount] = field(default_factory=dict)  # added to each claim
    removed: dict[str, Amount] = field(default_factory=dict)  # taken off each claim without cash
    entered: dict[str, Amount] = field(default_factory=dict)  # cash from outside: collections, supports, the call
    gaps: dict[str, Amount] = field(default_factory=dict)  # what a support is still asked for
    unfunded: dict[str, Amount] = field(default_factory=dict)  # what a support was asked for and did not pay
    phases: dict[str, Condition] = field(default_factory=dict)  # which phase is in force
    counting: dict[str, tuple[Amount, Amount]] = field(default_factory=dict)  # counters of tests read at lines

    def open_date(self, t: int, flows: dict[str, Amount]) -> None:
        """A new payment date: no movements yet."""
        self.t, self.flows = t, flows
        self.paid, self.accrued, self.removed, self.entered = {}, {}, {}, {}
        self.gaps, self.unfunded, self.counting = {}, {}, {}

    def settle(self, claim: str, amount: Amount) -> None:
        """A claim is paid."""
        self.owed[claim] = self.owed[claim] - amount
        paid = self.paid
        paid[claim] = paid[claim] + amount if claim in paid else amount

    def accrue(self, claim: str, amount: Amount) -> None:
        """A claim grows."""
        self.owed[claim] = self.owed[claim] + amount
        accrued = self.accrued
        accrued[claim] = accrued[claim] + amount if claim in accrued else amount

    def remove(self, claim: str, amount: Amount) -> None:
        """A claim shrinks without cash: forgiven, turned into balance, written down."""
        self.owed[claim] = self.owed[claim] - amount
        add(self.removed, claim, amount)

    def deposit(self, account: str, amount: Amount) -> None:
        """An account receives cash."""
        before = self.held[account]
        self.held[account] = amount if before is EMPTY else before + amount


def add(entries: dict[str, Amount], name: str, amount: Amount) -> None:
    """Add to an entry, or open it."""
    entries[name] = entries[name] + amount if name in entries else amount


Quantity: TypeAlias = Callable[[Books, Arithmetic], Amount]
