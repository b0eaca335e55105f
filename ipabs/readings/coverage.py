"""How well the notes are covered: by assets, by income, by what ranks after them; ``(path, period)``.

>>> from ipabs.engine.sample import small_ledger
>>> ledger = small_ledger()  # A: 100 at 5%, then a residual of 20; three yearly payments
>>> overcollateralization(ledger)[0, :2].round(4).tolist()  # 80 / 59, 40 / 15.95
[1.3559, 2.5078]
>>> interest_coverage(ledger)[0, :2].round(4).tolist()  # 6 / 5, 6 / 2.95
[1.2, 2.0339]
>>> round(float(attachment(ledger, "A")[0, 0]), 4), float(detachment(ledger, "A")[0, 0])  # 20 / 120, all of it
(0.1667, 1.0)
>>> round(float(credit_enhancement(ledger, "A")[0, 0]), 4)  # 1 - 59 / 80
0.2625
"""

import numpy as np

from ipabs._typing import FloatArray
from ipabs.engine.ledger import Ledger
from ipabs.readings.tranche import tranche_of


def notes(ledger: Ledger) -> tuple[str, ...]:
    """The tranches that are not residual, in the deal's order: the most senior first."""
    return tuple(tranche.name for tranche in ledger.deal.tranches if not tranche.residual)


def ratio(ledger: Ledger, above: FloatArray, below: FloatArray) -> FloatArray:
    """``above / below``, infinite where there is nothing to cover."""
    shape = np.broadcast(above, below).shape
    return np.asarray(np.divide(above, below, out=np.full(shape, np.inf), where=below > ledger.nothing))


def kept(ledger: Ledger, series: FloatArray) -> FloatArray:
    """A series of the pool ``(path, period)`` as the deal has it: 0 from the date after a call sold the pool."""
    called = ledger.is_called()
    sold = np.hstack([np.zeros((ledger.paths, 1), dtype=bool), called[:, :-1]])
    return np.where(sold, 0.0, series)


def overcollateralization(
    ledger: Ledger, tranches: tuple[str, ...] | None = None, *, recovery_value: float | FloatArray = 0.0
) -> FloatArray:
    """(performing balance + what defaulted assets are carried at) / balance of the notes, after each date.

    Parameters
    ----------
    tranches : tuple of str, optional
        The notes that are covered; all that are not residual.
    recovery_value : float or array (path, period)
        What defaulted assets count for; the excess of the par test of a CLO over a plain one.
    """
    covered = sum(
        (ledger.balance(name) for name in (notes(ledger) if tranches is None else tranches)), np.zeros((1, 1))
    )
    return ratio(ledger, kept(ledger, ledger.collections.performing) + recovery_value, covered)


def interest_due(ledger: Ledger) -> FloatArray:
    """Interest due on the notes on each date: this period's and arrears."""
    due = np.zeros((ledger.paths, ledger.timeline.periods))
    for name in notes(ledger):
        claim = f"{name}.interest"
        if claim in ledger.claims:
            due = due + ledger.owed(claim) + ledger.paid(claim) + ledger.removals(claim)
    return due


def interest_coverage(ledger: Ledger) -> FloatArray:
    """Interest collected / interest due on the notes, each date."""
    return ratio(ledger, kept(ledger, ledger.collections.interest), interest_due(ledger))


def debt_service_coverage(ledger: Ledger) -> FloatArray:
    """All cash collected / interest and principal due on the notes, each date.

    Principal counts as due at the first line in force that pays it; the measure of this name in a deal reads it before
    line 1.
    """
    due = interest_due(ledger)
    for name in notes(ledger):
        due = due + ledger.due_of(f"{name}.principal")
    return ratio(ledger, kept(ledger, ledger.collections.total), due)


def attachment(ledger: Ledger, tranche: str) -> FloatArray:
    """Part of all tranches that ranks after this one, before each date: the loss at which it is first hit.

    Tranches rank as the deal lists them.
    """
    names = [one.name for one in ledger.deal.tranches]
    after = names[names.index(tranche_of(ledger, tranche).name) + 1 :]
    return share_of_all(ledger, after)


def detachment(ledger: Ledger, tranche: str) -> FloatArray:
    """The loss at which it is wiped out: attachment plus its own part."""
    return attachment(ledger, tranche) + share_of_all(ledger, [tranche])


def share_of_all(ledger: Ledger, names: list[str]) -> FloatArray:
    """Opening balance of some tranches / that of all; 0 once all are repaid."""
    every = sum((ledger.opening_balance(one.name) for one in ledger.deal.tranches), np.zeros((1, 1)))
    some = sum((ledger.opening_balance(name) for name in names), np.zeros_like(every))
    return np.divide(some, every, out=np.zeros_like(every), where=every > ledger.nothing)


def credit_enhancement(ledger: Ledger, tranche: str) -> FloatArray:
    """1 - (balance of the tranche and of all before it) / (performing pool + cash in accounts), after each date."""
    names = [one.name for one in ledger.deal.tranches]
    through = names[: names.index(tranche_of(ledger, tranche).name) + 1]
    covered = sum((ledger.balance(name) for name in through), np.zeros((1, 1)))
    assets = kept(ledger, ledger.collections.performing) + sum(ledger.held(account) for account in ledger.accounts)
    return 1 - np.divide(
        covered, assets, out=np.where(covered > ledger.nothing, np.inf, 0.0), where=assets > ledger.nothing
    )
