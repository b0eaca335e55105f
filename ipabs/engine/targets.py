"""Where a line's money goes: claims, accounts, the residual. Each states what is due and payable, and takes."""

from dataclasses import dataclass
from typing import Final, Protocol

from ipabs.engine.arithmetic import Amount, Arithmetic, total
from ipabs.engine.books import EMPTY, Books, Quantity, add

EVERYTHING: Final = None  # payable of a target that takes all that is left


class Target(Protocol):
    """One target of a line."""

    @property
    def name(self) -> str:
        """As the trace shows it."""

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """What is due, and the most it may receive; `EVERYTHING` where only the source bounds it."""

    def take(self, books: Books, amount: Amount) -> None:
        """Book what it receives."""


class Claim(Target, Protocol):
    """A target that the vehicle owes, and that a support can cover."""

    def covered(self, books: Books, m: Arithmetic, accelerated: bool) -> Amount:
        """What a support must see paid today; with `accelerated`, a phase's acceleration counts."""


# Claims


@dataclass(frozen=True, slots=True)
class Owed:
    """A fee, interest or any claim of which all that is owed is due and payable."""

    name: str

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """All of it."""
        owed = books.owed[self.name]
        return owed, owed

    def covered(self, books: Books, m: Arithmetic, accelerated: bool) -> Amount:
        """All of it."""
        return books.owed[self.name]

    def take(self, books: Books, amount: Amount) -> None:
        """It is paid."""
        books.settle(self.name, amount)


@dataclass(frozen=True, slots=True)
class CappedFee:
    """A fee in the line that its cap limits: payable is what is owed, within what the caps leave."""

    name: str
    per_date: Amount | None
    counted: tuple[tuple[str, Amount], ...]  # (counter, cap)

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """All is due; the excess over a cap waits in the claim for a later line."""
        owed = books.owed[self.name]
        payable = owed if self.per_date is None else m.lo(owed, self.per_date)
        for counter, cap in self.counted:
            payable = m.lo(payable, m.hi(cap - books.spent[counter], 0))
        return owed, payable

    def take(self, books: Books, amount: Amount) -> None:
        """It is paid and counted."""
        books.settle(self.name, amount)
        for counter, _ in self.counted:
            books.spent[counter] = books.spent[counter] + amount


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """What a support paid and is owed back; a limit on what is outstanding is restored by it."""

    name: str
    restores: tuple[str, ...]

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """All of it."""
        owed = books.owed[self.name]
        return owed, owed

    def covered(self, books: Books, m: Arithmetic, accelerated: bool) -> Amount:
        """All of it."""
        return books.owed[self.name]

    def take(self, books: Books, amount: Amount) -> None:
        """It is paid back."""
        books.settle(self.name, amount)
        for capacity in self.restores:
            books.capacity[capacity] = books.capacity[capacity] + amount


@dataclass(frozen=True, slots=True)
class StillDue:
    """A claim as a support pays it: no more than is due."""

    claim: Claim
    accelerated: bool

    @property
    def name(self) -> str:
        """The claim's."""
        return self.claim.name

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """What is due and not yet paid."""
        due = self.claim.covered(books, m, self.accelerated)
        return due, due

    def take(self, books: Books, amount: Amount) -> None:
        """The claim is paid."""
        self.claim.take(books, amount)


# Accounts


@dataclass(frozen=True, slots=True)
class Into:
    """All that comes goes into an account: a transfer, a sweep."""

    name: str

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """Nothing is due, anything is welcome."""
        return 0, EVERYTHING

    def take(self, books: Books, amount: Amount) -> None:
        """The account receives it."""
        books.deposit(self.name, amount)


@dataclass(frozen=True, slots=True)
class Fill:
    """An account filled up to its target."""

    name: str
    target: Quantity

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """What is missing from the target."""
        target, held = self.target(books, m), books.held[self.name]
        missing = target if held is EMPTY else m.hi(target - held, 0)
        return missing, missing

    def take(self, books: Books, amount: Amount) -> None:
        """The account receives it."""
        books.deposit(self.name, amount)


@dataclass(frozen=True, slots=True)
class Excess:
    """What an account holds above its target, on its way into another."""

    name: str
    of: str
    target: Quantity

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """The excess may move."""
        return 0, m.hi(books.held[self.of] - self.target(books, m), 0)

    def take(self, books: Books, amount: Amount) -> None:
        """The other account receives it."""
        books.deposit(self.name, amount)


@dataclass(frozen=True, slots=True)
class Gap:
    """What an account lacks to pay the claims a support covers; the first target of a draw measures it."""

    name: str
    support: str
    claims: tuple[Claim, ...]
    accelerated: bool
    first: bool
    up_to: Quantity | None = None  # the most that the draw moves, from accounts and by call

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """The dues of the covered claims less what the account holds."""
        if self.first:
            dues = total([claim.covered(books, m, self.accelerated) for claim in self.claims])
            gap = m.hi(dues - books.held[self.name], 0)
            books.gaps[self.support] = gap if self.up_to is None else m.lo(gap, self.up_to(books, m))
        gap = books.gaps[self.support]
        return gap, gap

    def take(self, books: Books, amount: Amount) -> None:
        """The account receives it and the gap closes."""
        books.deposit(self.name, amount)
        books.gaps[self.support] = books.gaps[self.support] - amount


# The rest


@dataclass(frozen=True, slots=True)
class Repaid:
    """The principal of the residual tranche: what is left repays it, due or not."""

    name: str
    claim: Claim

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """Its due, and at most its balance."""
        return self.claim.covered(books, m, True), books.owed[self.name]

    def take(self, books: Books, amount: Amount) -> None:
        """The balance falls."""
        books.settle(self.name, amount)


@dataclass(frozen=True, slots=True)
class Income:
    """What is left goes to the holders of the residual, or to a party."""

    name: str

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """Nothing is due; all that is left."""
        return 0, EVERYTHING

    def take(self, books: Books, amount: Amount) -> None:
        """It leaves the vehicle."""
        add(books.paid, self.name, amount)


@dataclass(frozen=True, slots=True)
class Loss:
    """A balance that is written down."""

    name: str
    shifted: str

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """At most the balance."""
        return 0, books.owed[self.name]

    def take(self, books: Books, amount: Amount) -> None:
        """The balance falls without cash."""
        books.remove(self.name, amount)
        if self.shifted:
            books.totals[self.shifted] = books.totals[self.shifted] + amount


@dataclass(frozen=True, slots=True)
class Capitalization:
    """Interest that is owed turns into balance."""

    name: str
    principal: str
    shifted: str

    def wants(self, books: Books, m: Arithmetic) -> tuple[Amount, Amount | None]:
        """All the interest that is owed."""
        owed = books.owed[self.name]
        return 0, owed

    def take(self, books: Books, amount: Amount) -> None:
        """From one claim to the other, without cash."""
        books.remove(self.name, amount)
        books.accrue(self.principal, amount)
        if self.shifted:
            books.totals[self.shifted] = books.totals[self.shifted] - amount
