"""Costs outside the contract rate: how much, when, and who bears them.

What the contract rate or the issue price already finances never stands here, or it would be counted twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.units import Factor, Money, Rate, Share
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import BEARERS, Bearer, CashItems, block
from ipabs.financing.need import Need
from ipabs.financing.periods import Accrual, accruals, loan_years
from ipabs.spec import check

Timing = Literal["upfront", "yearly_in_advance", "yearly_in_arrears", "each_payment", "at_maturity"]
Basis = Literal["balance", "principal", "undrawn", "interest"]
UNDRAWN_TIMINGS: tuple[Timing, ...] = ("yearly_in_advance", "yearly_in_arrears", "each_payment")
AllocateBy = Literal["principal", "risk", "equally", "shapley"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """One bearer's share of a cost.

    >>> Bearing(bearer="district", share=0.625)
    Bearing(bearer='district', share=0.625, imputed=False)
    """

    KEYED: ClassVar[str] = "bearer"
    SHORT: ClassVar[str] = "share"

    bearer: Bearer
    share: Annotated[Share, "share of the cost this bearer pays"]
    imputed: Annotated[bool, "no cash moves, for instance a waived fee"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A cost of a facility: a rate or an amount, its dates, its bearers.

    ==================  ======================================================================================
    upfront             rate × principal on the start date
    yearly_in_advance   rate × basis on the start and each anniversary; a last part-year counts its months
    yearly_in_arrears   the same at the end of each year, on the basis that stood at its beginning
    each_payment        rate × basis × accrual on each payment date
    at_maturity         rate × principal on the last date
    ==================  ======================================================================================

    With ``on: interest`` the rate is a share of each interest payment and falls due with it. With ``on: undrawn`` it is
    taken on `line` × principal less the balance: what a bank keeps ready and the firm has not drawn or has repaid.

    Examples
    --------
    A line of 1.5 million of which 1 million is drawn for a year costs 0.5 % on the other half million.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20))
    >>> ready = Charge(rate=0.005, on="undrawn", line=1.5, timing="each_payment", day_count="equal_periods")
    >>> float(charge_amounts(ready, need, interest=np.zeros((1, 4)))[1].sum())
    2500.0
    """

    rate: Annotated[Rate | None, "per year where the timing is yearly or each_payment, else once"] = None
    amount: Annotated[Money | None, "a fixed sum on each date the timing names, for each loan"] = None
    timing: Annotated[Timing, "when it is paid"] = "upfront"
    on: Annotated[Basis, "what the rate is taken on"] = "balance"
    line: Annotated[Factor, "committed amount as a multiple of the principal, for on: undrawn"] = 1.0
    day_count: Annotated[Accrual, "accrual of each_payment"] = "ACT/365F"
    borne_by: Annotated[Bearer | tuple[Bearing, ...], "who pays it"] = "firm"

    def findings(self) -> Iterator[Finding]:
        """Neither or both of rate and amount; shares that do not add up to one; a negative figure."""
        yield from _findings(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostItem(Charge):
    """A cost of a whole deal, shared among its firms, outside their contract rate.

    An amount is the deal's; a rate is taken on each firm's own basis. Timing as in `Charge`.

    In a case file: `issue_cost: {rate: 0.8%, borne_by: {firm: 37.5%, district: 62.5%}}`. The firm pays 0.3 %.

    >>> bearers = (Bearing(bearer="firm", share=0.375), Bearing(bearer="district", share=0.625))
    >>> issue_cost = CostItem(name="issue_cost", rate=0.008, borne_by=bearers)
    >>> first_day_share(issue_cost)
    0.003
    """

    KEYED: ClassVar[str] = "name"

    name: str
    minimum: Annotated[Money | None, "least sum of the whole deal over its life, for a rate"] = None
    allocate_by: Annotated[AllocateBy, "how the firms share it"] = "principal"


def _findings(cost: Charge) -> Iterator[Finding]:
    name = getattr(cost, "name", "") or "the cost"
    if (cost.rate is None) == (cost.amount is None):
        yield finding("cost.size", "{cost} states a rate or an amount, one of the two", cost=name)
    if cost.rate is not None and cost.rate < 0:
        yield finding(
            "cost.negative", "{cost}: {got} is not a cost; write 0 or more", path=("rate",), got=cost.rate, cost=name
        )
    if first_day_share(cost) >= 1:
        yield finding(
            "cost.whole_principal",
            "{cost}: {got} of the principal, paid before the firm can use it, leaves nothing; write less than 100%",
            path=("rate",),
            got=f"{cost.rate or 0:.0%}",
            cost=name,
        )
    if cost.on == "undrawn" and (cost.line < 1 or cost.timing not in UNDRAWN_TIMINGS):
        yield finding(
            "cost.undrawn",
            "{cost}: a line of {got} principals, charged {timing}; a line is at least the principal, and what is "
            "undrawn is charged {allowed}",
            path=("line",),
            got=f"{cost.line:g}",
            allowed=UNDRAWN_TIMINGS,
            cost=name,
            timing=cost.timing,
        )
    shares = bearings(cost.borne_by)
    total = sum(bearing.share for bearing in shares)
    if not shares:
        yield finding(
            "cost.unborne",
            "{cost} is borne by nobody; name a bearer: {allowed}",
            path=("borne_by",),
            allowed=BEARERS,
            cost=name,
        )
    elif abs(total - 1) > 1e-12:
        yield finding(
            "cost.shares",
            "{cost}: the bearers' shares add up to {got}, not to 1",
            path=("borne_by",),
            got=f"{total:g}",
            cost=name,
        )


def first_day_share(cost: Charge) -> float:
    """The part of what a firm borrows that it pays for this cost on the first day; 0 for a fixed sum.

    >>> first_day_share(Charge(rate=0.01)), first_day_share(Charge(rate=0.01, borne_by="district"))
    (0.01, 0.0)
    """
    on_first_day = cost.timing in ("upfront", "yearly_in_advance") and cost.on in ("balance", "principal")
    if cost.rate is None or not on_first_day:
        return 0.0
    return cost.rate * sum(one.share for one in bearings(cost.borne_by) if one.bearer == "firm" and not one.imputed)


def nothing_left(costs: Iterable[Charge], *, kept: float = 0.0) -> Iterator[Finding]:
    """Costs that each leave a firm something of what it borrows and together nothing: it would have no rate.

    Parameters
    ----------
    kept : float
        Share of the principal that a deposit keeps back.

    Examples
    --------
    >>> for found in nothing_left([Charge(rate=0.5), Charge(rate=0.3)], kept=0.2):
    ...     print(found)
    the costs of the first day take 100% of the principal together and leave nothing to use; write less than 100%
    """
    shares = [*(first_day_share(cost) for cost in costs), kept]
    if sum(shares) >= 1 and max(shares[:-1], default=0.0) < 1:
        yield finding(
            "cost.nothing_left",
            "the costs of the first day take {got} of the principal together and leave nothing to use; write less "
            "than 100%",
            got=f"{sum(shares):.0%}",
        )


def bearings(borne_by: Bearer | tuple[Bearing, ...]) -> tuple[Bearing, ...]:
    """The bearers with their shares; a bare word bears all of it.

    >>> bearings("district")
    (Bearing(bearer='district', share=1.0, imputed=False),)
    """
    return (Bearing(bearer=borne_by, share=1.0),) if isinstance(borne_by, str) else borne_by


def counted_twice(costs: Iterable[CostItem], financed: Iterable[str]) -> Iterator[Finding]:
    """A cost of the case that the deal's own fees or its issue price already pay.

    >>> for found in counted_twice([CostItem(name="rating", amount=250_000.0)], ["vat", "rating"]):
    ...     print(found.place)
    costs.rating
    """
    paid = set(financed)
    for cost in costs:
        if cost.name in paid:
            yield finding(
                "cost.counted_twice",
                "{got} is paid by the deal and stands among the costs outside the contract rate too; keep one",
                path=("costs", cost.name),
                got=cost.name,
            )


def stated_twice(costs: Iterable[CostItem]) -> Iterator[Finding]:
    """A cost of the deal that stands under one name twice: it would be borne twice.

    >>> [found.got for found in stated_twice([CostItem(name="legal", rate=0.001), CostItem(name="legal", rate=0.002)])]
    ['legal']
    """
    for name, count in Counter(cost.name for cost in costs).items():
        if count > 1:
            yield finding(
                "cost.stated_twice", "{got} stands {count} times among the costs; keep one", got=name, count=count
            )


def cost_table(items: CashItems) -> pd.DataFrame:
    """Nominal fees of a facility: one row a cost, one column a bearer, with what of it moves no cash.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.cash_items import join
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1_000_000.0, date(2022, 12, 20), date(2023, 12, 20))
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
