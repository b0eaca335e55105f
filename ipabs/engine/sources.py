"""Where a line's money comes from: an account, a support, or nowhere, where no cash moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, after, total
from ipabs.engine.books import Books, Quantity, add

Row: TypeAlias = tuple[Amount, Amount, Amount, Amount]  # available, due, payable, paid
UNBOUNDED = 10**18  # above any amount


class Source(Protocol):
    """Says what is available, and books what was given."""

    def available(self, books: Books, m: Arithmetic) -> Amount | None:
        """The most that can be given; ``None`` where nothing bounds it."""

    def give(self, books: Books, m: Arithmetic, rows: Sequence[Row], left: Amount | None) -> None:
        """Book what the rows were paid; `left` is what remains of the available."""


@dataclass(frozen=True, slots=True)
class FromAccount:
    """Cash held in an account of the vehicle."""

    account: str

    def available(self, books: Books, m: Arithmetic) -> Amount | None:
        """All it holds."""
        return books.held[self.account]

    def give(self, books: Books, m: Arithmetic, rows: Sequence[Row], left: Amount | None) -> None:
        """What is left stays."""
        books.held[self.account] = left


@dataclass(frozen=True, slots=True)
class FromSupport:
    """A party's promise; `capacities` names the limits that bound it, its own and that of the party it shares."""

    support: str
    claim: str
    capacities: tuple[str, ...]
    performing: str = ""  # the observable that is 0 once the party has defaulted
    up_to: Quantity | None = None  # the most that one draw to claims moves

    @property
    def drawn(self) -> str:
        """The running total that a measure may ask for."""
        return f"{self.support}.drawn"

    def available(self, books: Books, m: Arithmetic) -> Amount | None:
        """The smallest limit left, and nothing from a party in default."""
        bound = self.callable(books, m)
        if not self.performing:
            return bound
        return m.pick(books.flows[self.performing] > 0, UNBOUNDED if bound is None else bound, 0)

    def callable(self, books: Books, m: Arithmetic) -> Amount | None:
        """The most that can be called; ``None`` where nothing bounds it."""
        bound = None if self.up_to is None else self.up_to(books, m)
        for name in self.capacities:
            bound = books.capacity[name] if bound is None else m.lo(bound, books.capacity[name])
        return bound

    def give(self, books: Books, m: Arithmetic, rows: Sequence[Row], left: Amount | None) -> None:
        """A call enters the vehicle, uses up the promise, and is owed back; what its party fails to pay is noted."""
        if self.performing:
            asked, bound = total([row[2] for row in rows]), self.callable(books, m)
            called = asked if bound is None else m.lo(asked, bound)
            add(books.unfunded, self.support, m.pick(books.flows[self.performing] > 0, 0, called))
        paid = [row[3] for row in rows]
        given = total(paid)
        for name in self.capacities:  # in turn, as it was granted: a limit used up is exactly 0
            books.capacity[name] = after(books.capacity[name], paid)
        books.accrue(self.claim, given)
        add(books.entered, self.support, given)
        if self.drawn in books.totals:
            books.totals[self.drawn] = books.totals[self.drawn] + given


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No cash moves: a write-down, interest turned into balance."""

    def available(self, books: Books, m: Arithmetic) -> Amount | None:
        """Nothing bounds it."""
        return None

    def give(self, books: Books, m: Arithmetic, rows: Sequence[Row], left: Amount | None) -> None:
        """Nothing is taken from anywhere."""
