"""Amortization: how a contract's principal comes back, period by period, and the interest on what is left.

Every function takes one contract or many: principal, rate a period and number of periods are numbers or ``(contract,)``
arrays, and the `Schedule` is ``(contract, period)``, as wide as the longest contract. The last payment repays exactly
what is left, so principal adds up to the amount.

Annuity payments come from numpy-financial (`pmt` and `ppmt`), wrapped here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy_financial as npf
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray, IntArray
from ipabs.cashflow.discounting import Values, numbers, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse

# Custom percentages may miss 100 % by their printed digits.
PERCENT_SLACK = 1e-9
# A thousand years of months: more is a mistake, and would fill the memory.
MOST_PERIODS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """What contracts pay, ``(contract, period)``, each amount at the end of its period.

    `principal` is negative where a step-up payment does not cover the interest; `balance` is what is left after it.

    >>> plan = linear(900.0, 0.01, 3)
    >>> plan.payment, plan.balance
    (array([[309., 306., 303.]]), array([[600., 300.,   0.]]))
    """

    interest: FloatArray
    principal: FloatArray
    balance: FloatArray

    @property
    def payment(self) -> FloatArray:
        """Interest and principal together."""
        return self.interest + self.principal


def level_payment(
    principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike, *, balloon: ArrayLike = 0.0
) -> Values:
    """Payment that is the same each period, ``principal * i / (1 - (1 + i) ** -n)``; ``principal / n`` at a rate of 0.

    A `balloon` stays to be paid on top of the last payment. Fabozzi, *The Handbook of Fixed Income Securities*,
    "Mortgages and the mortgage market".

    >>> round(level_payment(100_000, 0.08125 / 12, 360), 2)
    742.5
    """
    amount, rate, count, end = _terms(principal, period_rate, periods, balloon=balloon)
    with np.errstate(divide="ignore", invalid="ignore"):  # numpy-financial computes both branches and picks at rate 0
        payment = -npf.pmt(rate, count, amount, -end)
    shape = np.broadcast_shapes(np.shape(principal), np.shape(period_rate), np.shape(periods), np.shape(balloon))
    return value_or_array(payment.reshape(shape))


def level(principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike) -> Schedule:
    """Equal payments (等额本息): interest on what is left, the rest of the payment is principal.

    >>> level(1000.0, 0.01, 3).principal.round(2)
    array([[330.02, 333.32, 336.66]])
    """
    return balloon(principal, period_rate, periods, 0.0)


def balloon(principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike, balloon: ArrayLike) -> Schedule:
    """Equal payments that leave `balloon`, paid with the last.

    >>> balloon(1000.0, 0.01, 3, 400.0).principal.round(2)
    array([[198.01, 199.99, 601.99]])
    """

    def paid(amount: FloatArray, rate: FloatArray, count: FloatArray, number: IntArray, left: FloatArray) -> FloatArray:
        at = np.minimum(number, count)  # numpy-financial has no meaning for a period after the last
        return _annuity_principal(rate, at, count, amount, left)

    end = numbers("balloon", balloon)
    faults = (
        [] if (end >= 0).all() else [finding("amortization.balloon", "a balloon is negative: {got}", got=end.min())]
    )
    return _schedule(principal, period_rate, periods, paid, faults, balloon=end)


def linear(principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike) -> Schedule:
    """Equal principal each period (等额本金).

    >>> linear(900.0, 0.01, 3).interest
    array([[9., 6., 3.]])
    """
    return _schedule(principal, period_rate, periods, lambda amount, rate, count, *_: amount / count)


def bullet(principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike) -> Schedule:
    """Interest each period, all principal at the end (先息后本).

    >>> bullet(900.0, 0.01, 3).payment
    array([[  9.,   9., 909.]])
    """
    return _schedule(principal, period_rate, periods, lambda amount, *_: 0.0 * amount)


def interest_only_then_level(
    principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike, *, interest_only: ArrayLike
) -> Schedule:
    """Interest alone for the first `interest_only` periods, equal payments for the rest of `periods`.

    >>> interest_only_then_level(1000.0, 0.01, 5, interest_only=2).principal.round(2)
    array([[  0.  ,   0.  , 330.02, 333.32, 336.66]])
    """

    def paid(
        amount: FloatArray, rate: FloatArray, count: FloatArray, number: IntArray, waiting: FloatArray
    ) -> FloatArray:
        left = np.maximum(count - waiting, 1)
        at = np.clip(number - waiting, 1, left)
        return np.where(number > waiting, _annuity_principal(rate, at, left, amount, np.zeros_like(amount)), 0.0)

    _, _, count, wait = _terms(principal, period_rate, periods, interest_only=interest_only)
    faults = []
    if not ((wait >= 0) & (wait < count) & (wait == np.round(wait))).all():
        template = "{got} interest-only periods; wanted 0 or more and fewer than all"
        faults.append(finding("amortization.interest_only", template, got=interest_only))
    return _schedule(principal, period_rate, periods, paid, faults, interest_only=wait)


def custom(principal: ArrayLike, period_rate: ArrayLike, percentages: ArrayLike) -> Schedule:
    """Stated shares of the principal, period by period, ``(period,)`` or ``(contract, period)``; they add up to 1.

    >>> custom(1000.0, 0.01, [0.2, 0.3, 0.5]).principal
    array([[200., 300., 500.]])
    """
    shares = np.atleast_2d(numbers("percentages", percentages))
    faults = []
    if not ((shares >= 0).all() and (np.abs(shares.sum(axis=1) - 1) <= PERCENT_SLACK).all()):
        template = "shares of principal add up to {got}; wanted 1, none negative"
        faults.append(finding("amortization.shares", template, got=shares.sum(axis=1).tolist()))
    rows = np.arange(len(shares))
    return _schedule(principal, period_rate, shares.shape[1], lambda amount, *_: amount * shares, faults, shares=rows)


def step_up(
    principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike, *, growth: float, every: int = 1
) -> Schedule:
    """Payments that grow by `growth` after every `every` periods (graduated payments).

    The first payment P makes the present value of all, ``P * sum((1 + growth) ** (k // every) / (1 + i) ** (k + 1))``,
    the principal. Early payments may fall short of the interest: the balance then grows.

    >>> step_up(1000.0, 0.01, 3, growth=0.10).payment.round(2)
    array([[308.37, 339.21, 373.13]])
    """

    def paid(amount: FloatArray, rate: FloatArray, count: FloatArray, number: IntArray) -> FloatArray:
        steps = np.where(number <= count, (1 + growth) ** ((number - 1) // every), 0.0)
        payment = steps * amount / (steps / (1 + rate) ** number).sum(axis=1, keepdims=True)
        left, shares = amount[:, 0], np.empty(payment.shape)
        for period in range(payment.shape[1]):
            shares[:, period] = payment[:, period] - rate[:, 0] * left
            left = left - shares[:, period]
        return shares

    rise, step = numbers("growth", growth), numbers("every", every)
    fits = rise.ndim == step.ndim == 0 and -1 < rise < np.inf and step >= 1 and step == np.round(step)
    template = "growth {got} every {every} periods; wanted growth above -1 after 1 or more periods"
    faults = [] if fits else [finding("amortization.step", template, got=growth, every=every)]
    return _schedule(principal, period_rate, periods, paid, faults)


def _annuity_principal(
    rate: FloatArray, at: FloatArray, count: FloatArray, amount: FloatArray, balloon: FloatArray
) -> FloatArray:
    """Principal in payment number `at` (from 1) of `count` equal payments that leave `balloon`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-npf.ppmt(rate, at, count, amount, -balloon), dtype=np.float64)


def _terms(principal: ArrayLike, period_rate: ArrayLike, periods: ArrayLike, **others: ArrayLike) -> list[FloatArray]:
    """Principal, rate, number of periods and other terms as ``(contract,)``."""
    named = {"principal": principal, "period_rate": period_rate, "periods": periods, **others}
    given = [numbers(name, values) for name, values in named.items()]
    try:
        terms = [np.atleast_1d(one) for one in np.broadcast_arrays(*given)]
    except ValueError as fault:
        template = "{names} have shapes {got}, which do not fit each other"
        got = ", ".join(str(one.shape) for one in given)
        raise DataError(finding("amortization.shapes", template, got=got, names=", ".join(named))) from fault
    found: list[Finding] = []
    amount, rate, count = terms[:3]
    for name, values, fits, wanted in (
        ("principal", amount, np.isfinite(amount) & (amount >= 0), "0 or more"),
        ("period_rate", rate, np.isfinite(rate) & (rate > -1), "above -1"),
        (
            "periods",
            count,
            (count >= 1) & (count <= MOST_PERIODS) & (count == np.round(count)),
            f"a whole number from 1 to {MOST_PERIODS}",
        ),
    ):
        if not fits.all():
            got, at = values[~fits][0], int(np.argmin(fits))
            template = "{name} of contract {contract} is {got}; wanted {wanted}"
            found.append(
                finding("amortization.terms", template, path=(name, at), got=got, name=name, contract=at, wanted=wanted)
            )
    refuse(DataError, found)
    return terms


def _schedule(
    principal: ArrayLike,
    period_rate: ArrayLike,
    periods: ArrayLike,
    paid: Callable[..., FloatArray],
    faults: list[Finding] | None = None,
    **others: ArrayLike,
) -> Schedule:
    """Run balances forward; the last period repays what is left.

    `paid` gives the principal of each period from amount, rate and number of periods ``(contract, 1)``, the number of
    the period ``(1, period)`` and the `others` ``(contract, 1)``.
    """
    refuse(DataError, faults or [])
    amount, rate, count, *more = (one[:, np.newaxis] for one in _terms(principal, period_rate, periods, **others))
    number = np.arange(1, int(count.max(initial=1)) + 1)[np.newaxis, :]
    repaid = np.where(number < count, paid(amount, rate, count, number, *more), 0.0)
    balance = np.where(number < count, amount - np.cumsum(repaid, axis=1), 0.0)
    opening = np.concatenate([amount, balance[:, :-1]], axis=1)
    return Schedule(interest=opening * rate, principal=np.where(number == count, opening, repaid), balance=balance)
