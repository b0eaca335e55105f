"""Figures of a path's whole life as folds over its payment dates: over a stored ledger, or block by block.

A fold sees one `PaymentDate` after the other and keeps only what it needs, so a simulation of any size needs the memory
of one block.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.daycount import year_fractions
from ipabs.cashflow.discounting import DiscountCurve
from ipabs.engine.arithmetic import Amount
from ipabs.engine.feed import into
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.run import PaymentDate


class Fold(Protocol):
    """A figure by path; `add` takes what is kept so far, `None` at first, and gives what to keep."""

    @property
    def name(self) -> str:
        """As results show it."""

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """Take in one payment date."""

    def close(self, kept: Any, program: Program) -> Amount:
        """The figure ``(path,)``, money in the major unit."""


def read(ledger: Ledger, fold: Fold) -> FloatArray:
    """A fold over a stored ledger ``(path,)``."""
    kept = None
    for today in ledger.dates():
        kept = fold.add(kept, today, ledger.program)
    figure = np.asarray(fold.close(kept, ledger.program), dtype=np.float64)
    return np.array(np.broadcast_to(figure, ledger.paths))


def cash(today: PaymentDate, tranche: str) -> Amount:
    """All cash of a date to the holders of a tranche."""
    paid: Amount = 0
    for claim in (f"{tranche}.interest", f"{tranche}.principal", f"{tranche}.income"):
        if claim in today.paid:
            paid = paid + today.paid[claim]
    return paid


@dataclass(frozen=True, slots=True)
class Paid:
    """All that is paid to a claim, or to ``<tranche>.income``."""

    claim: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.claim} paid"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """The sum so far."""
        return today.paid.get(self.claim, 0) if kept is None else kept + today.paid.get(self.claim, 0)

    def close(self, kept: Any, program: Program) -> Amount:
        """The sum."""
        return kept / program.units.per_major


@dataclass(frozen=True, slots=True)
class Value:
    """Present value of a tranche's cash on a curve."""

    tranche: str
    curve: DiscountCurve

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.tranche} value"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """Discounted cash so far; the discount factors are kept beside it."""
        factors, worth = (self.curve.discount(program.timeline.payments).tolist(), 0) if kept is None else kept
        return factors, worth + cash(today, self.tranche) * factors[today.t]

    def close(self, kept: Any, program: Program) -> Amount:
        """The sum."""
        return kept[1] / program.units.per_major


@dataclass(frozen=True, slots=True)
class Loss:
    """Principal of a tranche that is never paid: written down, or outstanding after legal final."""

    tranche: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.tranche} loss"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """Written down so far, and the balance."""
        claim = f"{self.tranche}.principal"
        written = 0 if kept is None else kept[0]
        if claim in today.removed:
            written = written + today.removed[claim]
        return written, today.owed[claim]

    def close(self, kept: Any, program: Program) -> Amount:
        """Both together."""
        written, balance = kept
        return (written + balance) / program.units.per_major


@dataclass(frozen=True, slots=True)
class Life:
    """Weighted average life from closing in years, ACT/365F; 0 where no principal is paid."""

    tranche: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.tranche} life"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """Principal, and principal times years."""
        if kept is None:
            first: date = program.timeline.accrual_starts[0]
            kept = (year_fractions(first, program.timeline.payments, "ACT/365F").tolist(), 0, 0)
        years, principal, weighted = kept
        paid = today.paid.get(f"{self.tranche}.principal", 0)
        return years, principal + paid, weighted + paid * years[today.t]

    def close(self, kept: Any, program: Program) -> Amount:
        """Their ratio."""
        _, principal, weighted = kept
        return np.where(np.equal(principal, 0), 0, weighted / np.where(np.equal(principal, 0), 1, principal))


@dataclass(frozen=True, slots=True)
class Called:
    """All that a support paid."""

    support: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.support} called"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """The sum so far."""
        return today.entered.get(self.support, 0) if kept is None else kept + today.entered.get(self.support, 0)

    def close(self, kept: Any, program: Program) -> Amount:
        """The sum."""
        return kept / program.units.per_major


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Cash that went astray: opening + received - paid - held at the end. Simulations always read it; it must be 0."""

    name: str = "unaccounted"

    def add(self, kept: Any, today: PaymentDate, program: Program) -> Any:
        """Received less paid so far, and what is held."""
        net = 0
        if kept is None:
            for amount in program.opening.held.values():
                net = net + amount
        else:
            net = kept[0]
        for account in program.entries:
            net = net + today.flows[into(account)]
        for amount in today.entered.values():
            net = net + amount
        for amount in today.paid.values():
            net = net - amount
        return net, today.held

    def close(self, kept: Any, program: Program) -> Amount:
        """What is missing."""
        net, held = kept
        for amount in held.values():
            net = net - amount
        return net / program.units.per_major
