"""What falls due before line 1 of a date: interest and fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ipabs.engine.arithmetic import Amount, Arithmetic, Factor
from ipabs.engine.books import Books, Quantity


class Accrual(Protocol):
    """Adds what falls due today to a claim."""

    def accrue(self, books: Books, m: Arithmetic) -> None:
        """Book it."""


@dataclass(frozen=True, slots=True)
class InterestAccrual:
    """Coupon x year fraction x balance at the opening of the date; on unpaid interest too, where stated.

    With `faces`, each product is rounded for one face value and multiplied by their number.
    """

    claim: str
    base: Quantity
    factors: Sequence[Factor]
    on_unpaid: bool
    faces: int = 1

    def accrue(self, books: Books, m: Arithmetic) -> None:
        """Opening balance x factor."""
        factor = self.factors[books.t]
        amount = m.rounded(self.base(books, m), factor)
        if self.on_unpaid:
            amount = amount + m.rounded(books.owed[self.claim], factor)
        if self.faces != 1:
            amount = amount * self.faces
        books.accrue(self.claim, amount)


@dataclass(frozen=True, slots=True)
class FeeAccrual:
    """Rate x measure (x year fraction) plus a fixed amount, on each of its dates; ``None``: not today."""

    claim: str
    base: Quantity | None
    factors: Sequence[Factor | None]
    fixed: Sequence[Amount]

    def accrue(self, books: Books, m: Arithmetic) -> None:
        """What falls due today, if anything does."""
        factor, fixed = self.factors[books.t], self.fixed[books.t]
        if self.base is not None and factor is not None:
            amount = m.rounded(self.base(books, m), factor)
            books.accrue(self.claim, amount + fixed if fixed else amount)
        elif fixed:
            books.accrue(self.claim, fixed)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What becomes of interest that is unpaid after the last line."""

    claim: str
    principal: str
    becomes: Literal["capitalize", "forgive"]
    shifted: str

    def settle(self, books: Books) -> None:
        """Nothing stays owed: forgiven, or turned into balance."""
        amount = books.owed[self.claim]
        books.remove(self.claim, amount)
        if self.becomes == "capitalize":
            books.accrue(self.principal, amount)
            if self.shifted:
                books.totals[self.shifted] = books.totals[self.shifted] - amount
