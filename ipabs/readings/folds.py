"""Figures of a path's whole life as folds over its payment dates: over a stored ledger, or block by block.

A fold sees one `PaymentDate` after the other and keeps only what it needs, so a simulation of any size needs the memory
of one block.

>>> from ipabs.engine.sample import small_ledger
>>> ledger = small_ledger()  # A: 100 at 5%, then a residual of 20; three yearly payments
>>> [float(read(ledger, fold)[0]) for fold in (Paid("A.interest"), Loss("A"), Paid("sub.income"))]
[8.75, 0.0, 9.25]
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.daycount import year_fractions
from ipabs.cashflow.discounting import DiscountCurve
from ipabs.engine.arithmetic import Amount, total
from ipabs.engine.feed import into
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.run import PaymentDate
from ipabs.errors import DataError, finding


class Fold(Protocol):
    """A figure by path; money in the major unit once it is closed."""

    @property
    def name(self) -> str:
        """As results show it."""

    def start(self, program: Program) -> Any:
        """What is kept before the first date; made once for many blocks."""

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """Take in one payment date; what is kept then."""

    def close(self, kept: Any, program: Program) -> Amount:
        """The figure ``(path,)``."""


def known(reading: Fold, name: str, names: Collection[str]) -> str:
    """The name that a reading asks for, if the deal has it: a figure of nothing would be 0."""
    if name not in names:
        text = "{reading} reads {got!r}, which the deal does not have; {hint}"
        raise DataError(finding("readings.name", text, got=name, allowed=names, reading=reading.name))
    return name


def tranches(program: Program) -> tuple[str, ...]:
    """Every tranche of the deal."""
    return tuple(tranche.name for tranche in program.deal.tranches)


def read(ledger: Ledger, fold: Fold) -> FloatArray:
    """A fold over a stored ledger ``(path,)``."""
    kept = fold.start(ledger.program)
    for today in ledger.dates():
        kept = fold.add(kept, today)
    figure = np.asarray(fold.close(kept, ledger.program), dtype=np.float64)
    return np.array(np.broadcast_to(figure, ledger.paths))


@dataclass(frozen=True, slots=True)
class Paid:
    """All that is paid to a claim, or to ``<tranche>.income``."""

    claim: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.claim} paid"

    def start(self, program: Program) -> Any:
        """Nothing yet."""
        known(self, self.claim, program.payees)
        return 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """The sum so far."""
        return kept + today.paid[self.claim] if self.claim in today.paid else kept

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

    def start(self, program: Program) -> Any:
        """The claims of the holders, the discount factors, and nothing yet."""
        name = known(self, self.tranche, tranches(program))
        claims = tuple(f"{name}.{part}" for part in ("interest", "principal", "income"))
        return claims, self.curve.discount(program.timeline.payments).tolist(), 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """Discounted cash so far."""
        claims, factors, worth = kept
        cash: Amount = None
        for claim in claims:
            if claim in today.paid:
                cash = today.paid[claim] if cash is None else cash + today.paid[claim]
        return kept if cash is None else (claims, factors, worth + cash * factors[today.t])

    def close(self, kept: Any, program: Program) -> Amount:
        """The sum."""
        return kept[2] / program.units.per_major


@dataclass(frozen=True, slots=True)
class Loss:
    """Principal of a tranche that is never paid: written down, or outstanding after legal final."""

    tranche: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.tranche} loss"

    def start(self, program: Program) -> Any:
        """The claim, nothing written down, no balance seen."""
        return f"{known(self, self.tranche, tranches(program))}.principal", 0, 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """Written down so far, and the balance."""
        claim, written, _ = kept
        if claim in today.removed:
            written = written + today.removed[claim]
        return claim, written, today.owed[claim]

    def close(self, kept: Any, program: Program) -> Amount:
        """Both together."""
        _, written, balance = kept
        return (written + balance) / program.units.per_major


@dataclass(frozen=True, slots=True)
class Life:
    """Weighted average life from closing in years, ACT/365F; 0 where no principal is paid."""

    tranche: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.tranche} life"

    def start(self, program: Program) -> Any:
        """Years of the payment dates, no principal yet."""
        first: date = program.timeline.accrual_starts[0]
        years = year_fractions(first, program.timeline.payments, "ACT/365F").tolist()
        return f"{known(self, self.tranche, tranches(program))}.principal", years, 0, 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """Principal, and principal times years."""
        claim, years, principal, weighted = kept
        if claim not in today.paid:
            return kept
        paid = today.paid[claim]
        return claim, years, principal + paid, weighted + paid * years[today.t]

    def close(self, kept: Any, program: Program) -> Amount:
        """Their ratio."""
        _, _, principal, weighted = kept
        none = np.equal(principal, 0)
        return np.where(none, 0, weighted / np.where(none, 1, principal))


@dataclass(frozen=True, slots=True)
class Called:
    """All that a support paid."""

    support: str

    @property
    def name(self) -> str:
        """As results show it."""
        return f"{self.support} called"

    def start(self, program: Program) -> Any:
        """Nothing yet."""
        known(self, self.support, program.payers)
        return 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """The sum so far."""
        return kept + today.entered[self.support] if self.support in today.entered else kept

    def close(self, kept: Any, program: Program) -> Amount:
        """The sum."""
        return kept / program.units.per_major


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Cash that went astray: opening + received - paid - held at the end. Simulations always read it; it must be 0."""

    name: str = "unaccounted"

    def start(self, program: Program) -> Any:
        """What enters where, opening cash, nothing held."""
        return tuple(into(account) for account in program.entries), total([0, *program.opening.held.values()]), {}

    def add(self, kept: Any, today: PaymentDate) -> Any:
        """Received less paid so far, and what is held."""
        entries, net, _ = kept
        received = total([*(today.flows[name] for name in entries), *today.entered.values()])
        spent = total([0, *today.paid.values()])
        return entries, net + (received - spent), today.held

    def close(self, kept: Any, program: Program) -> Amount:
        """What is missing."""
        _, net, held = kept
        return (net - total([0, *held.values()])) / program.units.per_major
