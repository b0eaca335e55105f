"""Checks that run on every result: residuals that must be zero."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ipabs.engine.arithmetic import total
from ipabs.engine.ledger import Ledger, Numbers
from ipabs.errors import Finding, NumericError, finding

TOLERANCE = 1e-9  # of the money in the deal, for amounts that are not whole units; whole units must be exact


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One identity: `residual` ``(row, period, path)`` in engine units must not exceed `allowed`."""

    name: str
    residual: Numbers
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether it holds everywhere."""
        return not self.residual.size or bool(np.max(self.residual) <= self.allowed)

    @property
    def worst(self) -> tuple[int, int, int]:
        """Row, period and path of the largest residual."""
        row, period, path = np.unravel_index(np.argmax(self.residual), self.residual.shape)
        return int(row), int(period), int(path)


def checks(ledger: Ledger) -> Iterator[Check]:
    """The identities of a ledger.

    - ``cash``: opening cash + collections + supports + call price = paid out + closing cash;
    - ``claims``: opening + accrued - paid - removed = closing, for balances too;
    - ``granted``: paid is at most payable, and at most what was available;
    - ``negative``: no amount is below 0.
    """
    opening = ledger.program.opening
    whole = ledger.program.units.minor is not None or ledger.closing_owed.dtype == object
    scale = float(max([*map(abs, opening.owed.values()), np.max(ledger.collected, initial=0), 1]))
    allowed = 0.0 if whole else TOLERANCE * scale
    before = roll(ledger.closing_held, [opening.held[name] for name in ledger.accounts])
    received = summed(ledger.collected) + summed(ledger.entered)
    spent = summed(ledger.settled) + summed(ledger.closing_held)
    yield Check("cash", abs(summed(before) + received - spent)[np.newaxis], allowed)
    claims = len(opening.owed)
    owed = ledger.closing_owed[:claims]
    moved = ledger.accrued[:claims] - ledger.settled[:claims] - ledger.removed[:claims]
    yield Check("claims", abs(roll(owed, list(opening.owed.values())) + moved - owed), allowed)
    over = np.maximum(ledger.granted - ledger.payable, ledger.granted - ledger.available)
    yield Check("granted", over, allowed)
    for name in ("available", "payable", "granted", "closing_owed", "closing_held", "accrued", "removed"):
        yield Check("negative", -getattr(ledger, name), allowed)


def summed(numbers: Numbers) -> Numbers:
    """Row after row; whole zeros for no row, because a float added to a Fraction is a float."""
    return total(list(numbers)) if len(numbers) else np.zeros(numbers.shape[1:], dtype=np.int64)


def roll(closing: Numbers, opening: list[object]) -> Numbers:
    """What each date opened with: the closing of the one before."""
    first = np.empty((len(opening), 1, closing.shape[2]), dtype=closing.dtype)
    first[:] = np.array(opening, dtype=closing.dtype)[:, np.newaxis, np.newaxis]
    return np.concatenate([first, closing[:, :-1]], axis=1)


def ensure(ledger: Ledger) -> Ledger:
    """The ledger itself, if every check holds.

    Raises
    ------
    NumericError
        Every identity that broke, with the date and path where it broke most.
    """
    broken = [check for check in checks(ledger) if not check.holds]
    if broken:
        raise NumericError(*(explain(check, ledger) for check in broken))
    return ledger


def explain(check: Check, ledger: Ledger) -> Finding:
    """A broken identity in words."""
    row, period, path = check.worst
    return finding(
        "engine.check",
        "the check {check} is off by {got} on {date}, path {number}, row {row}: the result is withheld",
        path=("checks", check.name),
        got=f"{float(ledger.major(check.residual[row, period, path])):.10g}",
        check=check.name,
        date=ledger.timeline.payments[period],
        number=path,
        row=row,
    )
