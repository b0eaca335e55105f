"""One side of a comparison: its rates on every rung, its lives, its repayment profile."""

from dataclasses import dataclass

import numpy as np

from ipabs._typing import DateArray, FloatArray, IntArray
from ipabs.financing.cash_items import CashItems, drawn
from ipabs.financing.need import Need
from ipabs.financing.rates import RUNGS, Convention, flow_table, internal_rates
from ipabs.financing.savings import Cost, cost

# Principals that differ by less than this share are equal up to rounding.
SAME_AMOUNT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Items with what is read from them once.

    Attributes
    ----------
    items : CashItems
    rates : FloatArray
        (rung, firm) all-in rates on each rung of the ladder.
    programme_rates : FloatArray
        (rung, 1) the same of all firms' flows together.
    lives : FloatArray
        (firm,) average lives in years.
    cost : Cost
        Nominal cost.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing import loan
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1e6, date(2022, 12, 20), date(2023, 12, 20), frequency="semiannual")
    >>> side = Side.of(loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year), "equal_periods")
    >>> side.rates[-1].round(4), side.lives, side.cost.total
    (array([0.0609]), array([1.]), array([60000.]))
    """

    items: CashItems
    rates: FloatArray
    programme_rates: FloatArray
    lives: FloatArray
    cost: Cost

    @classmethod
    def of(cls, items: CashItems, convention: Convention) -> "Side":
        """Read the rates, lives and nominal cost of items."""
        table = flow_table(items)
        rates = [internal_rates(one, RUNGS, convention) for one in (table, table.as_one_firm())]
        return cls(items, rates[0], rates[1], average_lives(items), cost(items))


def same_profile(one: CashItems, other: CashItems) -> bool:
    """Whether all firms draw and repay the same principal on the same dates.

    >>> from datetime import date
    >>> from ipabs.financing import loan
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1e6, date(2022, 12, 20), date(2023, 12, 20), frequency="semiannual")
    >>> bullet = loan.BankLoan(rate=0.06).cash_items(year)
    >>> linear = loan.BankLoan(rate=0.06, repayment="linear").cash_items(year)
    >>> same_profile(bullet, bullet), same_profile(bullet, linear)
    (True, False)
    """
    (firm, dates, amounts), (firm_2, dates_2, amounts_2) = _principal(one), _principal(other)
    return (
        np.array_equal(firm, firm_2)
        and np.array_equal(dates, dates_2)
        and bool(np.allclose(amounts, amounts_2, rtol=SAME_AMOUNT, atol=0.005))
    )


def _principal(items: CashItems) -> tuple[IntArray, DateArray, FloatArray]:
    some = items.where(items.is_kind("principal") & (items.amounts != 0))
    order = np.lexsort((some.dates, some.firm))
    return some.firm[order], some.dates[order], some.amounts[order]


def average_lives(items: CashItems) -> FloatArray:
    """(firm,) weighted average life of the principal: −Σ principal flow × days from the start / 365 / amount drawn.

    Half after 182 days, half after 365:

    >>> from datetime import date
    >>> from ipabs.financing import loan
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1e6, date(2022, 12, 20), date(2023, 12, 20), frequency="semiannual")
    >>> average_lives(loan.BankLoan(rate=0.06, repayment="linear").cash_items(year)).round(4)
    array([0.7493])
    """
    years = (items.dates - items.starts()[items.firm]).astype(np.float64) / 365
    return np.asarray(items.sums(items.is_kind("principal"), weights=-years) / drawn(items))


def need_of(items: CashItems) -> Need | None:
    """The need that items meet, read from their principal and interest; None if a firm draws more than once.

    >>> from datetime import date
    >>> from ipabs.financing import loan
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1e6, date(2022, 12, 20), date(2023, 12, 20), frequency="semiannual")
    >>> need_of(loan.BankLoan(rate=0.06, repayment="linear").cash_items(year)).shares
    array([[0.5, 0.5]])
    """
    money = items.where((items.is_kind("principal") | items.is_kind("interest")) & (items.amounts != 0))
    table = flow_table(money)
    if (table.principal[:, 1:] > 0).any():
        return None
    principal, days = table.principal[:, 0], table.dates[:, 1:]
    used = days > table.dates[:, :1]
    return Need(
        firms=items.firms,
        principal=principal,
        starts=table.dates[:, 0],
        dates=np.where(used, days, np.datetime64("NaT")),
        shares=-table.principal[:, 1:] / principal[:, None],
        currency=items.currency,
    )
