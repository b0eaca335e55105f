"""The clean-up call: once the pool is small enough the assets are sold, and the deal ends."""

from dataclasses import dataclass
from fractions import Fraction

from ipabs.engine.arithmetic import Arithmetic
from ipabs.engine.books import Books, Quantity, add
from ipabs.engine.measures import Reader
from ipabs.engine.units import decimal
from ipabs.structure.deal import Deal

PRICE = "call"  # where the price stands among the cash that enters


@dataclass(frozen=True, slots=True)
class CleanUp:
    """The call that is assumed to be exercised at the first date on which it is allowed.

    What comes from outside and is not the pool's `stays` as it is.
    """

    pool: Quantity
    original: Quantity
    part: Fraction  # a limit, not an amount: compared exactly, never rounded
    nothing: float  # what floats may err
    price: Quantity
    account: str
    stays: frozenset[str]

    def mute(self, books: Books, m: Arithmetic) -> None:
        """After the call there is no pool: nothing is collected, nothing performs."""
        books.flows = {
            name: amount if name in self.stays else m.pick(books.called, 0, amount)
            for name, amount in books.flows.items()
        }

    def exercise(self, books: Books, m: Arithmetic) -> None:
        """Called once the pool is at or below its part of the original; the price is paid that day."""
        pool = self.pool(books, m)
        if self.nothing:
            pool = pool - self.nothing
        small = pool * self.part.denominator <= self.original(books, m) * self.part.numerator
        new = small & m.invert(books.called)
        price = m.pick(new, self.price(books, m), 0)
        books.deposit(self.account, price)
        add(books.entered, PRICE, price)
        books.called = books.called | small


def clean_up(deal: Deal, reader: Reader) -> CleanUp | None:
    """The call that is assumed to be exercised, if there is one."""
    for call in deal.calls:
        if call.exercise == "when_allowed" and call.pool_percent is not None and call.price is not None:
            return CleanUp(
                pool=reader.measure("pool_closing"),
                original=reader.measure("pool_original"),
                part=decimal(call.pool_percent),
                nothing=reader.units.nothing,
                price=reader.amount(call.price, call.into),
                account=call.into,
                stays=frozenset(
                    (
                        "pool_original",
                        *(one.name for one in deal.observables),
                        *(f"{support.by}.performing" for support in deal.support),
                    )
                ),
            )
    return None


def can_be_called(deal: Deal) -> bool:
    """Whether the phase `called` can come into force."""
    return any(call.exercise == "when_allowed" for call in deal.calls)
