"""The yield of dated payments for a price, and payments split into interest and principal at that yield."""

from collections.abc import Sequence

import numpy as np

from ipabs._typing import FloatArray
from ipabs.errors import ModelError, finding

ITERATIONS = 60
SETTLED = 1e-13


def effective_rate(price: FloatArray, years: FloatArray, payments: FloatArray, names: Sequence[str]) -> FloatArray:
    """Rate y a year that makes the discounted payments equal the price, with interest compounded on each payment date.

    ``price = Σ_k payment_k / Π_{j ≤ k} (1 + y · years_j)``

    The right side falls and is convex in y, so Newton's steps from 0 never overshoot.

    Parameters
    ----------
    price : FloatArray
        ``(n,)`` paid at the start.
    years : FloatArray
        ``(n, k)`` year fraction of each period; 0 beyond the last payment.
    payments : FloatArray
        ``(n, k)`` amounts ≥ 0.
    names : sequence of str
        ``(n,)`` ids of the contracts, for what is wrong.

    Raises
    ------
    ModelError
        Payments that add up to less than the price: they do not repay it.

    Examples
    --------
    >>> effective_rate(np.array([100.0]), np.ones((1, 2)), np.array([[10.0, 110.0]]), ["C1"]).round(12)
    array([0.1])
    """
    total = payments.sum(axis=1)
    if (short := total < price * (1 - 1e-12)).any():
        n = int(short.argmax())
        raise ModelError(
            finding(
                "yield.not_repaid",
                "payments of {got} do not repay {price}",
                path=(names[n],),
                got=f"{total[n]:.2f}",
                price=f"{price[n]:.2f}",
            )
        )
    rate = np.zeros(len(price))
    for _ in range(ITERATIONS):
        growth = 1 + rate[:, None] * years
        present = payments / np.cumprod(growth, axis=1)
        slope = -(present * np.cumsum(years / growth, axis=1)).sum(axis=1)
        step = np.divide(present.sum(axis=1) - price, -slope, out=np.zeros(len(price)), where=slope < 0)
        rate = rate + step
        if (np.abs(step) < SETTLED).all():
            break
    return rate


def split_at(
    rate: FloatArray, price: FloatArray, years: FloatArray, payments: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Interest, principal and balance after each payment, ``(n, k)``; the last payment of each row clears the balance.

    >>> interest, principal, balance = split_at(
    ...     np.array([0.1]), np.array([100.0]), np.ones((1, 2)), np.array([[10.0, 110.0]]))
    >>> interest.round(9), principal.round(9), balance.round(9)
    (array([[10., 10.]]), array([[  0., 100.]]), array([[100.,   0.]]))
    """
    interest, balance = np.zeros(payments.shape), np.zeros(payments.shape)
    owed = price.copy()
    last = years.shape[1] - 1 - np.argmax(years[:, ::-1] > 0, axis=1)
    for k in range(payments.shape[1]):
        interest[:, k] = np.where(k == last, payments[:, k] - owed, owed * rate * years[:, k])
        owed = np.where(k < last, owed - (payments[:, k] - interest[:, k]), 0.0)
        balance[:, k] = owed
    carried = np.concatenate([price[:, None], balance[:, :-1]], axis=1)
    return interest, carried - balance, balance
