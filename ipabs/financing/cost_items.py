"""What firms pay and others pay for them under stated costs: dates and amounts, bearer by bearer."""

import numpy as np
import pandas as pd

from ipabs._typing import DateArray, FloatArray
from ipabs.errors import SpecError, refuse
from ipabs.financing.cash_items import BEARERS, CashItems, block
from ipabs.financing.costs import Charge, bearings
from ipabs.financing.need import Need
from ipabs.financing.periods import accruals, loan_years
from ipabs.spec import check


def cost_table(items: CashItems) -> pd.DataFrame:
    """Nominal fees of a facility: one row a cost, one column a bearer, with what of it moves no cash.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.cash_items import join
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1_000_000.0, date(2022, 12, 20), date(2023, 12, 20))
    >>> from ipabs.financing.costs import Bearing
    >>> halves = (Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5))
    >>> letter = charge_items(Charge(rate=0.01, borne_by=halves), need, "letter", interest=np.zeros((1, 4)))
    >>> print(cost_table(join(letter))[["firm", "district", "total", "imputed"]])
              firm  district    total  imputed
    label
    letter  5000.0    5000.0  10000.0      0.0
    """
    rows = items.where(items.is_kind("fee")).table().assign(amount=lambda table: -table["amount"])
    table = rows.pivot_table(index="label", columns="bearer", values="amount", aggfunc="sum", fill_value=0.0)
    table = table.reindex(columns=list(BEARERS), fill_value=0.0).rename_axis(columns=None)
    imputed = rows[rows["imputed"]].groupby("label")["amount"].sum()
    return table.assign(total=table.sum(axis=1), imputed=imputed.reindex(table.index).fillna(0.0))


def charge_items(
    cost: Charge, need: Need, label: str, *, interest: FloatArray, scale: FloatArray | float = 1.0
) -> tuple[CashItems, ...]:
    """The items of a cost for the loans of a need, one block for each bearer.

    Parameters
    ----------
    interest : FloatArray
        (loan, date) interest paid, positive; read by ``on: interest``.
    scale : FloatArray
        (loan,) factor: the part of a deal's fixed sum, or of its reallocated total, that falls on the loan.

    Examples
    --------
    A guarantee of 1 % a year in advance, half of it borne by the district:

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2022, 12, 20), date(2024, 12, 20))
    >>> from ipabs.financing.costs import Bearing
    >>> halves = (Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5))
    >>> yearly = Charge(rate=0.01, timing="yearly_in_advance", borne_by=halves)
    >>> [part.amounts.tolist() for part in charge_items(yearly, need, "guarantee", interest=np.zeros((1, 8)))]
    [[-5000.0, -5000.0], [-5000.0, -5000.0]]
    """
    refuse(SpecError, check(cost))
    dates, unscaled = charge_amounts(cost, need, interest=interest)
    amounts = np.atleast_1d(np.asarray(scale, dtype=np.float64))[:, None] * unscaled
    return tuple(
        block(
            need.firms,
            dates,
            -bearing.share * amounts,
            kind="fee",
            label=label,
            bearer=bearing.bearer,
            imputed=bearing.imputed,
            currency=need.currency,
        )
        for bearing in bearings(cost.borne_by)
        if bearing.share
    )


def charge_amounts(cost: Charge, need: Need, *, interest: FloatArray) -> tuple[DateArray, FloatArray]:
    """(loan, date) dates of a cost and its amounts, positive, as if each firm paid it alone; 0 on a missing date.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2022, 12, 20), date(2024, 6, 20))
    >>> charge_amounts(Charge(rate=0.01, timing="yearly_in_arrears"), need, interest=np.zeros((1, 6)))[1]
    array([[10000.,  5000.]])
    """
    if cost.on == "interest":
        return need.dates, (cost.rate or 0.0) * interest
    dates, per_yuan = charge_profile(cost, need)
    if cost.rate is not None:
        return dates, need.principal[:, None] * (cost.rate * per_yuan)
    return dates, np.where(np.isnat(dates), 0.0, float(cost.amount or 0))


def charge_profile(cost: Charge, need: Need) -> tuple[DateArray, FloatArray]:
    """(loan, date) dates of a cost and its basis per yuan of principal on each, before the rate.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1.0, date(2022, 12, 20), date(2024, 6, 20))
    >>> charge_profile(Charge(rate=0.01, timing="yearly_in_advance"), need)[1]
    array([[1. , 0.5]])
    """
    match cost.timing:
        case "upfront":
            return need.starts[:, None], np.ones((len(need), 1))
        case "at_maturity":
            return need.maturities[:, None], np.ones((len(need), 1))
        case "each_payment":
            return need.dates, _basis(cost, need.opening_shares) * need.accruals(cost.day_count)
        case "yearly_in_advance" | "yearly_in_arrears":
            begins, ends = loan_years(need.starts, need.maturities)
            part = np.minimum(accruals(begins, ends, "equal_periods"), 1.0)
            basis = _basis(cost, balance_shares(need, begins))
            return (begins if cost.timing == "yearly_in_advance" else ends), basis * part


def _basis(cost: Charge, balances: FloatArray) -> FloatArray | float:
    """What a rate is taken on, per yuan of principal, where these shares are outstanding."""
    match cost.on:
        case "balance":
            return balances
        case "undrawn":
            return cost.line - balances
        case _:
            return 1.0


def balance_shares(need: Need, days: DateArray) -> FloatArray:
    """(loan, day) share of the principal outstanding after any repayment on each day.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2022, 12, 20), date(2023, 12, 20))
    >>> balance_shares(need, np.array([["2023-12-19", "2023-12-20"]], "datetime64[D]"))
    array([[1., 0.]])
    """
    repaid = [np.where(need.dates <= day[:, None], need.shares, 0.0).sum(axis=1) for day in days.T]
    return np.asarray(1 - np.stack(repaid, axis=1))
