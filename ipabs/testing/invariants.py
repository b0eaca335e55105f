"""What every run keeps by itself: cash, debts and rows add up."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ipabs._typing import FloatArray
from ipabs.engine import Ledger
from ipabs.errors import Finding
from ipabs.structure.deal import Deal
from ipabs.testing.trial import Trial, broken


def cash_is_conserved(trial: Trial) -> Iterator[Finding]:
    """Opening cash + collections + support + call price = paid out + closing cash, on every path and date."""
    ledger = trial.ledger
    collected = np.atleast_3d(ledger.major(ledger.collected).T).sum(axis=2)
    received = collected + summed(ledger.called(one) for one in ledger.supports)
    paid = summed(ledger.paid(one) for one in ledger.claims)
    held = summed(ledger.held(one) for one in ledger.accounts)
    opening = np.concatenate([np.full((ledger.paths, 1), opening_cash(trial.deal)), held[:, :-1]], axis=1)
    direct = summed(paid_directly(ledger))
    yield from broken("cash in = cash out + cash held", "all accounts", opening + received, paid + held, trial.slack)
    yield from broken("support pays what was called", "to claims", np.minimum(direct, paid), direct, trial.slack)


def summed(series: Iterable[FloatArray]) -> FloatArray:
    """Series added up in order; 0 for none."""
    total: Any = 0.0
    for one in series:
        total = total + one
    return np.asarray(total)


def paid_directly(ledger: Ledger) -> Iterator[FloatArray]:
    """What each draw row of a support to claims paid."""
    supports = {one.name for one in ledger.deal.support if one.mode == "to_claims"}
    for i, label in enumerate(ledger.labels):
        if label.verb == "draw" and label.source in supports:
            yield ledger.major(ledger.granted[i]).T


def opening_cash(deal: Deal) -> float:
    """What the accounts hold before period 0."""
    if deal.state is not None:
        return float(sum(one.held for one in deal.state.accounts))
    return float(sum(one.amount for one in deal.closing.uses.accounts)) if deal.closing else 0.0


def balances_roll_forward(trial: Trial) -> Iterator[Finding]:
    """Opening + accrued - paid - removed = closing, for each claim; balances are what principal claims are owed."""
    ledger = trial.ledger
    for claim in (one for one in ledger.claims if not one.endswith(".income")):
        owed = ledger.owed(claim)
        moved = ledger.accruals(claim) - ledger.paid(claim) - ledger.removals(claim)
        yield from broken(
            "opening + accrued - paid = closing", claim, owed[:, :-1] + moved[:, 1:], owed[:, 1:], trial.slack
        )


def nothing_is_negative(trial: Trial) -> Iterator[Finding]:
    """No payment, debt or cash is below 0."""
    ledger = trial.ledger
    series = {one: np.minimum(ledger.paid(one), ledger.owed(one)) for one in ledger.claims}
    series |= {one: ledger.held(one) for one in ledger.accounts}
    series |= {one: ledger.called(one) for one in ledger.supports}
    for what, amounts in series.items():
        yield from broken("no amount is negative", what, np.maximum(amounts, 0.0), amounts, trial.slack)


def nobody_receives_too_much(trial: Trial) -> Iterator[Finding]:
    """Each line pays at most what is payable and at most what is available."""
    ledger = trial.ledger
    most = np.minimum(ledger.payable, ledger.available) if len(ledger.labels) else ledger.payable
    for i, label in enumerate(ledger.labels):
        if label.verb == "pay":
            granted, limit = ledger.major(ledger.granted[i]).T, ledger.major(most[i]).T
            yield from broken("paid is at most payable", label.target, np.minimum(granted, limit), granted, trial.slack)


def trace_adds_up(trial: Trial) -> Iterator[Finding]:
    """On the last date the paid column of the trace adds up to what each claim was paid."""
    ledger, last = trial.ledger, trial.ledger.timeline.periods - 1
    trace = ledger.trace(last)
    cash = trace[trace["verb"].isin(("pay", "residual")) | (trace["verb"] == "draw")]
    for claim in ledger.claims:
        total = np.array([[float(cash.loc[cash["target"] == claim, "paid"].sum())]])
        yield from broken("the trace adds up", claim, ledger.paid(claim)[:1, last:], total, trial.slack)


INVARIANTS = (
    cash_is_conserved,
    balances_roll_forward,
    nothing_is_negative,
    nobody_receives_too_much,
    trace_adds_up,
)
