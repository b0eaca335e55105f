"""What is left of contracts under prepayment, default and delinquency, month by month.

Everything is linear in the contract's schedule, so contracts that share the same rates can be added up first: a cohort
is such a sum. Arrays are ``(cohort, step)``.
"""

from dataclasses import dataclass

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.errors import ModelError, finding
from ipabs.pool.cohorts import Cohorts, Steps
from ipabs.pool.vectors import Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """What cohorts pay, and their balances at the end of each step."""

    interest: FloatArray
    principal: FloatArray
    prepayment: FloatArray
    recovery: FloatArray
    other: FloatArray
    defaulted: FloatArray
    capitalized: FloatArray
    delinquent: FloatArray


def survive(cohorts: Cohorts, steps: Steps, vectors: Vectors, default: FloatArray) -> Survival:
    """What cohorts pay under the vectors, `default` being the share of the balance that defaults in each step.

    With D the defaulted share of each step, advances go on for a defaulted contract until its liquidation: principal
    from the month of default, interest from the month after. Liquidation then brings the scheduled balance less
    severity times the balance at default, and not less than nothing (SIFMA, *Standard Formulas*, SF-20).
    """
    smm = vectors.prepayment(steps.month, cohorts.age, steps.years)
    _at_most_one(smm, default, vectors)
    together = vectors.order == "sifma"
    left = (1 - default - smm) if together else (1 - default) * (1 - smm)
    alive = np.cumprod(np.concatenate([np.ones((len(left), 1)), left], axis=1), axis=1)[:, :-1]
    prepaying = alive * smm if together else alive * (1 - default) * smm
    defaulting = alive * default
    before = cohorts.before
    sold = steps.later(vectors.recovery_lag)
    if vectors.advances:
        at_sale = np.concatenate([before, np.zeros((len(before), 1))], axis=1)[:, sold]
        recovered = defaulting * (at_sale - np.minimum(vectors.severity * before, at_sale))
        advancing = np.cumsum(defaulting - moved(defaulting, sold), axis=1)
        advances = advancing * cohorts.principal + (advancing - defaulting) * cohorts.interest
    else:
        recovered, advances = (1 - vectors.severity) * defaulting * before, np.zeros(before.shape)
    paying = alive * (1 - default)
    late = _late(paying * cohorts.interest, paying * cohorts.principal, steps, vectors)
    return Survival(
        interest=late[0],
        principal=late[1],
        prepayment=prepaying * cohorts.after,
        recovery=moved(recovered, sold) + moved((1 - vectors.severity) * late[2], sold),
        other=advances + prepaying * cohorts.fee,
        defaulted=defaulting * before + late[2],
        capitalized=paying * cohorts.capitalized,
        delinquent=late[3],
    )


def moved(amounts: FloatArray, to: IntArray) -> FloatArray:
    """Amounts of each step put into the steps `to`; beyond the last they are lost from sight.

    >>> moved(np.array([[5.0, 6.0, 7.0]]), np.array([1, 2, 3]))
    array([[0., 5., 6.]])
    """
    result = np.zeros((amounts.shape[0], amounts.shape[1] + 1))
    np.add.at(result.T, to, amounts.T)
    return result[:, :-1]


def timed_default(cohorts: Cohorts, steps: Steps, vectors: Vectors) -> FloatArray:
    """Share of the whole balance that defaults in each step when the total and its timing are given.

    In year y, ``cumulative_default · timing_y · balance at cut-off`` defaults in equal months, and never more than is
    left.
    """
    smm = vectors.prepayment(steps.month, cohorts.age, steps.years)
    timing = np.append(vectors.default_timing, 0.0)[np.minimum(steps.month // 12, len(vectors.default_timing))]
    wanted = vectors.cumulative_default * timing * steps.years * cohorts.opening.sum()
    alive, shares = np.ones(len(smm)), np.zeros(len(steps))
    for k, balances in enumerate(cohorts.before.T):
        performing = float((alive * balances).sum())
        shares[k] = min(wanted[k] / performing, 1.0) if performing > 0 else 0.0
        together = vectors.order == "sifma"
        alive = alive * ((1 - shares[k] - smm[:, k]) if together else (1 - shares[k]) * (1 - smm[:, k]))
    return shares


def _late(
    interest: FloatArray, principal: FloatArray, steps: Steps, vectors: Vectors
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Interest and principal received, principal given up, principal overdue, when a share is missed at first."""
    if not vectors.delinquency:
        return interest, principal, np.zeros(principal.shape), np.zeros(principal.shape)
    due = steps.later(vectors.cure_lag)
    missed_interest, missed = vectors.delinquency * interest, vectors.delinquency * principal
    ended = moved(missed, due)
    return (
        interest - missed_interest + vectors.cure * moved(missed_interest, due),
        principal - missed + vectors.cure * ended,
        (1 - vectors.cure) * ended,
        np.cumsum(missed - ended, axis=1),
    )


def _at_most_one(smm: FloatArray, default: FloatArray, vectors: Vectors) -> None:
    if vectors.order == "sifma" and (over := float((smm + default).max(initial=0.0))) > 1:
        raise ModelError(
            finding(
                "projection.over_one",
                "defaults and prepayments of a month add up to {got} of the balance; order sifma needs at most 100%",
                got=f"{over:.2%}",
            )
        )
