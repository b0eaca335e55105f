"""Costs outside the contract rate: how much, when, and who bears them.

What the contract rate or the issue price already finances never stands here, or it would be counted twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Factor, Money, Rate, Share
from ipabs.errors import Finding, finding
from ipabs.financing.cash_items import BEARERS, Bearer
from ipabs.financing.periods import Accrual

Timing = Literal["upfront", "yearly_in_advance", "yearly_in_arrears", "each_payment", "at_maturity"]
Basis = Literal["balance", "principal", "undrawn", "interest"]
# Shares of bearers add up to one within this.
WHOLE = 1e-12
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
    >>> from ipabs.financing.cost_items import charge_amounts
    >>> import numpy as np
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
        """Neither or both of rate and amount; a negative figure; all of the principal; shares that do not add up."""
        name = getattr(self, "name", "") or "the cost"
        yield from self._size_faults(name)
        yield from self._bearer_faults(name)

    def _size_faults(self, name: str) -> Iterator[Finding]:
        if (self.rate is None) == (self.amount is None):
            yield finding("cost.size", "{cost} states a rate or an amount, one of the two", cost=name)
        if self.rate is not None and self.rate < 0:
            template = "{cost}: {got} is not a cost; write 0 or more"
            yield finding("cost.negative", template, path=("rate",), got=self.rate, cost=name)
        if first_day_share(self) >= 1:
            yield finding(
                "cost.whole_principal",
                "{cost}: {got} of the principal, paid before the firm can use it, leaves nothing; write less than 100%",
                path=("rate",),
                got=f"{self.rate or 0:.0%}",
                cost=name,
            )
        if self.on == "undrawn" and (self.line < 1 or self.timing not in UNDRAWN_TIMINGS):
            yield finding(
                "cost.undrawn",
                "{cost}: a line of {got} principals, charged {timing}; a line is at least the principal, and what is "
                "undrawn is charged {allowed}",
                path=("line",),
                got=f"{self.line:g}",
                allowed=UNDRAWN_TIMINGS,
                cost=name,
                timing=self.timing,
            )

    def _bearer_faults(self, name: str) -> Iterator[Finding]:
        shares = bearings(self.borne_by)
        total = sum(bearing.share for bearing in shares)
        if not shares:
            template = "{cost} is borne by nobody; name a bearer: {allowed}"
            yield finding("cost.unborne", template, path=("borne_by",), allowed=BEARERS, cost=name)
        elif abs(total - 1) > WHOLE:
            template = "{cost}: the bearers' shares add up to {got}, not to 1"
            yield finding("cost.shares", template, path=("borne_by",), got=f"{total:g}", cost=name)


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
