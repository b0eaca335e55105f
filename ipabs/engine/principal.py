"""The principal of a tranche: its claim is the balance, and a plan says when it is due."""

from dataclasses import dataclass
from typing import Protocol

from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.books import Books, Quantity


class Plan(Protocol):
    """The amortization of a tranche; ``early`` says whether more than the due may be paid."""

    @property
    def early(self) -> bool:
        """Whether the whole balance is payable at any time."""

    def due(self, books: Books, m: Arithmetic, balance: Amount) -> Amount:
        """Principal due today by contract."""


@dataclass(frozen=True, slots=True)
class FromDate:
    """Nothing is due before `expected`, the balance from then on: pass-through (`early`), bullet, residual."""

    expected: int
    early: bool

    def due(self, books: Books, m: Arithmetic, balance: Amount) -> Amount:
        """0, then the balance."""
        return balance if books.t >= self.expected else 0


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The cumulative schedule less what was paid: the balance above what the schedule leaves outstanding."""

    remaining: tuple[Amount, ...]
    shifted: str = ""  # running total of principal written down less capitalized, where a deal does either
    early: bool = False

    def due(self, books: Books, m: Arithmetic, balance: Amount) -> Amount:
        """``cumulative schedule - paid``, never below 0 nor above the balance."""
        if not self.shifted:
            return m.hi(balance - self.remaining[books.t], 0)
        return m.lo(m.hi(balance + books.totals[self.shifted] - self.remaining[books.t], 0), balance)


@dataclass(frozen=True, slots=True)
class ToTarget:
    """The balance above a target read at the line."""

    target: Quantity
    early: bool = False

    def due(self, books: Books, m: Arithmetic, balance: Amount) -> Amount:
        """``balance - target``, never below 0."""
        return m.hi(balance - self.target(books, m), 0)


@dataclass(frozen=True, slots=True)
class Principal:
    """The principal of a tranche: its claim is the balance."""

    name: str
    plan: Plan
    final: int  # the period from which everything is due
    accelerates: bool  # some phase makes all principal due

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """Due by plan, all of it in an accelerating phase and at legal final."""
        due = self.covered(books, m, True)
        return due, books.owed[self.name] if self.plan.early else due

    def covered(self, books: Books, m: Arithmetic, accelerated: bool) -> Amount:
        """What is due, with or without a phase's acceleration."""
        balance = books.owed[self.name]
        if books.t >= self.final:
            return balance
        due = self.plan.due(books, m, balance)
        return m.pick(books.all_due, balance, due) if self.accelerates and accelerated else due

    def take(self, books: Books, amount: Amount) -> None:
        """The balance falls."""
        books.settle(self.name, amount)


@dataclass(frozen=True, slots=True)
class Dated:
    """Principal that no phase accelerates: nothing is due before a date, the balance from then on."""

    name: str
    due_from: int
    early: bool  # the whole balance is payable at any time

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """Nothing, then the balance; early, the balance is welcome at any time."""
        balance = books.owed[self.name]
        if books.t >= self.due_from:
            return balance, balance
        return 0, balance if self.early else 0

    def covered(self, books: Books, m: Arithmetic, accelerated: bool) -> Amount:
        """Nothing, then the balance."""
        return books.owed[self.name] if books.t >= self.due_from else 0

    def take(self, books: Books, amount: Amount) -> None:
        """The balance falls."""
        books.settle(self.name, amount)
