"""How a loan repays: its own dates or the need's, equal parts, level payments, rates read on resets."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.index_history import IndexHistory, history_of
from ipabs.financing.need import Need, bullet_shares
from ipabs.financing.periods import (
    Accrual,
    PaymentFrequency,
    loan_years,
    months_later,
    payment_dates,
)

Repayment = Literal["like_obligation", "bullet", "linear", "level"]
Resets = Literal["never", "yearly", "each_payment"]


class Repaying(Protocol):
    """Terms of a loan, as far as its dates and rates need them.

    >>> from ipabs.financing.loan import BankLoan
    >>> terms: Repaying = BankLoan(index="LPR1Y", margin=0.015, resets="yearly")
    >>> terms.margin
    0.015
    """

    @property
    def rate(self) -> float | None: ...
    @property
    def index(self) -> str | None: ...
    @property
    def margin(self) -> float: ...
    @property
    def resets(self) -> Resets: ...
    @property
    def day_count(self) -> Accrual: ...
    @property
    def repayment(self) -> Repayment: ...
    @property
    def term_months(self) -> int | None: ...
    @property
    def frequency(self) -> PaymentFrequency | None: ...


def repayment_plan(terms: Repaying, need: Need, indices: Sequence[IndexHistory] = ()) -> Need:
    """The need on the loan's own dates and repayment.

    >>> from datetime import date
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> repayment_plan(BankLoan(rate=0.05, repayment="linear"), need).shares
    array([[0.5, 0.5]])
    """
    if terms.repayment == "like_obligation":
        return need
    dates = need.dates
    if terms.term_months or terms.frequency:
        own = terms.term_months
        maturities = need.maturities if own is None else months_later(need.starts, own)
        dates = payment_dates(need.starts, maturities, terms.frequency or "quarterly")
    used = ~np.isnat(dates)
    match terms.repayment:
        case "bullet":
            return need.on_dates(dates, bullet_shares(dates))
        case "linear":
            return need.on_dates(dates, used / used.sum(axis=1, keepdims=True))
        case "level":
            plan = need.on_dates(dates, bullet_shares(dates))
            first_rates = period_rates(terms, plan, indices)[:, :1]
            return need.on_dates(dates, level_shares(first_rates * plan.accruals(terms.day_count), used))


def level_shares(period_rates: FloatArray, used: FloatArray | bool = True) -> FloatArray:
    """(loan, date) shares of the principal in a level payment, X = 1 / Σ Π 1/(1 + i_k); share_k = X − i_k × balance.

    Parameters
    ----------
    period_rates : FloatArray
        (loan, date) i_k
    used : BoolArray
        (loan, date) false where a loan has no payment.

    Examples
    --------
    >>> level_shares(np.full((1, 2), 0.10)).round(6)
    array([[0.47619, 0.52381]])
    """
    paying = np.broadcast_to(np.asarray(used, dtype=np.float64), period_rates.shape)
    payment = 1 / (paying * np.cumprod(1 / (1 + period_rates), axis=1)).sum(axis=1)
    shares = np.empty(period_rates.shape)
    balance = np.ones(len(period_rates))
    for at in range(period_rates.shape[1]):
        shares[:, at] = paying[:, at] * (payment - period_rates[:, at] * balance)
        balance = balance - shares[:, at]
    last = paying.sum(axis=1).astype(np.int64) - 1
    shares[np.arange(len(shares)), last] += balance
    return shares


def period_rates(terms: Repaying, plan: Need, indices: Sequence[IndexHistory] = ()) -> FloatArray:
    """(loan, date) annual rate of the period that ends on each date.

    The one-year prime rate was 3.65 % in March 2023 and 3.45 % from August on.

    >>> from datetime import date
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> period_rates(BankLoan(index="LPR1Y", margin=0.015, resets="each_payment"), need).round(4)
    array([[0.0515, 0.0495]])
    """
    if terms.index is None:
        return np.full(plan.dates.shape, float(terms.rate or 0.0))
    days = reset_dates(terms.resets, plan)
    return np.asarray(history_of(terms.index, indices).rates_at(days) + terms.margin)


def reset_dates(resets: Resets, plan: Need) -> DateArray:
    """(loan, date) the day on which the rate of each period was read; the start where there is no payment.

    >>> from datetime import date
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> reset_dates("each_payment", need)
    array([['2023-03-20', '2023-09-20']], dtype='datetime64[D]')
    """
    starts = np.broadcast_to(plan.starts[:, None], plan.dates.shape)
    begins = np.where(np.isnat(plan.dates), starts, plan.begins())
    match resets:
        case "never":
            return starts
        case "each_payment":
            return begins
        case "yearly":
            days = starts
            for anniversary in loan_years(plan.starts, plan.maturities)[0].T:
                days = np.where(anniversary[:, None] <= begins, anniversary[:, None], days)
            return days
