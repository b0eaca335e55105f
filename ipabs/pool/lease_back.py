"""Sale and lease-back of patents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.daycount import DayCount, year_fraction, year_fractions
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.schedule import add_months
from ipabs.basics.units import Money, Months, Rate, Share
from ipabs.errors import Finding, finding
from ipabs.pool.contract import Contract, Cycle, cycle_months
from ipabs.pool.effective_yield import effective_rate, split_at
from ipabs.pool.obligation import ContractFlows, day_numbers
from ipabs.pool.repayment import PooledFlows, flows_of
from ipabs.pool.schedule import places


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseBack:
    """Sale and lease-back of patents: the firm sells them, pays rent, and buys them back for a nominal price.

    The lessor pays `price` and keeps `deposit`. Rents repay the price, down to the nominal price, at `lease_rate`; the
    deposit is netted in the last rents. So the lessor's outlay is price less deposit, its receipts are what is left of
    the rents and the nominal price, and its yield, above the lease rate, is solved from both.

    Rents `in_advance` fall due at the start of each period, the first with the sale itself; the nominal price then
    stands alone at maturity. Worth at the lease rate, rents and nominal price are the price in either case.

    Examples
    --------
    >>> lease = LeaseBack(id="Z1", obligor="F1", price=10_000_000, deposit=500_000, start=date(2024, 1, 1),
    ...                   maturity=date(2026, 1, 1), lease_rate=0.06, day_count="30E/360")
    >>> flows = lease.contract_flows()
    >>> lease.principal, flows.cash.round(2)[[0, -1]]
    (9500000, array([1335840.25,  835840.25]))
    >>> round(lease.effective_yield, 6)
    0.06563
    >>> early = LeaseBack(id="Z2", obligor="F1", price=10_000_000, nominal_price=100, start=date(2024, 1, 1),
    ...                   maturity=date(2026, 1, 1), lease_rate=0.06, day_count="30E/360", rents="in_advance")
    >>> early.contract_flows().cash.round(2)[:2]
    array([1316087.08, 1316087.08])
    """

    KIND: ClassVar[str] = "lease_back"

    id: Annotated[str, "contract number, unique in the tape"]
    obligor: Annotated[str, "id of the lessee"]
    price: Annotated[Money, "what the lessor pays for the patents"]
    start: Annotated[date, "rent accrues from this date"]
    maturity: Annotated[date, "last rent and nominal purchase"]
    lease_rate: Annotated[Rate, "rate of the rents a year"]
    deposit: Annotated[Money, "kept by the lessor, netted in the last rents"] = 0.0
    nominal_price: Annotated[Money, "paid with the last rent to buy the patents back"] = 0.0
    amortization: Annotated[Literal["level", "linear"], "equal rents, or equal parts of the price"] = "level"
    frequency: Annotated[Cycle, "how often rent is paid"] = "quarterly"
    rents: Annotated[Literal["in_arrears", "in_advance"], "at the end or at the start of each period"] = "in_arrears"
    day_count: Annotated[DayCount, "year fraction of the rents"] = "ACT/365F"
    prepayment_fee: Annotated[Share, "of principal repaid early"] = 0.0
    seasoning: Annotated[Months, "age in months at the start"] = 0
    deal: Annotated[str, "the deal that holds the contract"] = ""
    guarantor: Annotated[str, "id of the party that guarantees it"] = ""

    @property
    def principal(self) -> float:
        """The lessor's outlay: price less deposit."""
        return self.price - self.deposit

    @property
    def effective_yield(self) -> float:
        """The rate a year that the lessor earns on its outlay."""
        flows, price, years = _lease_payments((self,))
        return float(effective_rate(price, years, _dense(flows.row, flows.interest + flows.principal), (self.id,))[0])

    def findings(self) -> Iterator[Finding]:
        """Terms that do not fit each other."""
        if self.rents == "in_advance" and self._last_rent() <= self.start:
            template = "rents in advance need a second one before the maturity {maturity}; frequency is {got}"
            yield finding("lease.rents", template, path=("rents",), got=self.frequency, maturity=self.maturity)
            return
        if not self.lease_rate >= 0:
            template = "a lease rate of {got}; it must be 0 or more"
            yield finding("lease.rate", template, path=("lease_rate",), got=f"{self.lease_rate:.2%}")
        yield from self._rents().findings()
        if not self.principal > 0:
            template = "the deposit {got} is not below the price {price}"
            yield finding("lease.deposit", template, path=("deposit",), got=self.deposit, price=self.price)

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """Rents and nominal price less the deposit, split at the lessor's yield."""
        return self.pooled_flows((self,), indices).of(0)

    @staticmethod
    def pooled_flows(leases: "Sequence[LeaseBack]", indices: Sequence[IndexHistory] = ()) -> PooledFlows:
        """The flows of many leases at once."""
        flows, price, years = _lease_payments(leases)
        payments = _dense(flows.row, flows.interest + flows.principal)
        parts = split_at(effective_rate(price, years, payments, [one.id for one in leases]), price, years, payments)
        at = (flows.row, places(flows.row)[1])
        return PooledFlows(flows.row, flows.days, *(part[at] for part in parts))

    def _rents(self) -> Contract:
        """The rents as a loan of the price; in advance, up to the last rent and the worth of the purchase then."""
        early = self.rents == "in_advance"
        return Contract(
            id=self.id,
            obligor=self.obligor,
            principal=self.price,
            start=self.start,
            maturity=self._last_rent() if early else self.maturity,
            contract_rate=self.lease_rate,
            amortization=self.amortization,
            frequency=self.frequency,
            first_payment=self.start if early else None,
            day_count=self.day_count,
            balloon=self._balloon(),
        )

    def _last_rent(self) -> date:
        """The start of the last period."""
        months = cycle_months(self.frequency)
        if not months:
            return self.start
        periods = 0
        while add_months(self.start, (periods + 1) * months) < self.maturity:
            periods += 1
        return add_months(self.start, periods * months)

    def _balloon(self) -> float:
        """The nominal price, on the day of the last rent."""
        if self.rents == "in_arrears":
            return self.nominal_price
        return self.nominal_price / (
            1 + self.lease_rate * year_fraction(self._last_rent(), self.maturity, self.day_count)
        )


def _lease_payments(leases: Sequence[LeaseBack]) -> tuple[PooledFlows, FloatArray, FloatArray]:
    """What the lessor receives on each date (as principal), its outlays, and the year fractions ``(lease, date)``."""
    rents = _with_purchase(leases, flows_of([lease._rents() for lease in leases]))
    cash = _dense(rents.row, rents.interest + rents.principal)
    left = np.array([lease.deposit for lease in leases], dtype=np.float64)
    for k in range(cash.shape[1] - 1, -1, -1):
        netted = np.minimum(left, cash[:, k])
        cash[:, k] -= netted
        left = left - netted
    outlay = np.array([lease.principal for lease in leases], dtype=np.float64)
    first, place = places(rents.row)
    start = day_numbers([lease.start for lease in leases])[rents.row]
    before = np.where(first, start, np.concatenate([start[:1], rents.days[:-1]]))
    years = np.zeros(len(place))
    names = [lease.day_count for lease in leases]
    for name in set(names):
        mine = np.array([other == name for other in names])[rents.row]
        years[mine] = year_fractions(before[mine], rents.days[mine], name)
    payments = cash[rents.row, place]
    flows = PooledFlows(rents.row, rents.days, np.zeros(len(place)), payments, np.zeros(len(place)))
    return flows, outlay, _dense(rents.row, years)


def _with_purchase(leases: Sequence[LeaseBack], rents: PooledFlows) -> PooledFlows:
    """The rents, with the purchase at maturity in place of its worth on the last rent where rents come in advance."""
    early = [n for n, lease in enumerate(leases) if lease.rents == "in_advance"]
    if not early:
        return rents
    at = np.searchsorted(rents.row, early, side="right")
    principal = rents.principal.copy()
    principal[at - 1] -= [leases[n]._balloon() for n in early]
    nothing = np.zeros(len(early))
    return PooledFlows(
        np.insert(rents.row, at, early),
        np.insert(rents.days, at, day_numbers([leases[n].maturity for n in early])),
        np.insert(rents.interest, at, nothing),
        np.insert(principal, at, [leases[n].nominal_price for n in early]),
        np.insert(rents.balance, at, nothing),
    )


def _dense(row: IntArray, values: FloatArray) -> FloatArray:
    _, place = places(row)
    matrix = np.zeros((int(row[-1]) + 1, int(place.max()) + 1))
    matrix[row, place] = values
    return matrix
