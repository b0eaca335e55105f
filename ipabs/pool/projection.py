"""From contracts to collections: what a pool pays in each collection period."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROW, ROWS, Collections
from ipabs.errors import DataError, SpecError, finding, refuse
from ipabs.pool.cohorts import Steps, cohorts_of, months_of_origin, opening_balances, sums
from ipabs.pool.fates import Defaults, Fates, default_periods, fate_faults
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import PooledFlows
from ipabs.pool.royalty_paths import pay_on_sales, sales_faults, simulated_streams
from ipabs.pool.royalty_stream import RoyaltyStream
from ipabs.pool.simulated import Healthy, guaranteed_payments, pay_until_default, recover, recovery_periods
from ipabs.pool.survival import Survival, survive, timed_default
from ipabs.pool.vectors import DEFAULT, NO_STRESS, Vectors
from ipabs.spec import check

BLOCK = 2048


def project(
    pool: Pool,
    timeline: Timeline,
    vectors: Vectors = NO_STRESS,
    *,
    fates: Fates | None = None,
    collateral: Mapping[str, FloatArray] | None = None,
    sales: Mapping[str, FloatArray] | None = None,
    indices: Sequence[IndexHistory] = (),
) -> Collections:
    """What the pool pays in each collection period.

    Without vectors the contract schedules are put into the collection periods that hold their dates, exactly. Under
    vectors a share S of every contract survives; with B the contract balance, in each month

    ===========  ================================  ====================================
    \\            sifma                             sequential
    ===========  ================================  ====================================
    defaulted    S · MDR · B before                S · MDR · B before
    interest     S (1 - MDR) · contract interest   the same
    principal    S (1 - MDR) · contract principal  the same
    capitalized  S (1 - MDR) · added to balance    the same
    prepayment   S · SMM · B after                 S (1 - MDR) · SMM · B after
    S after      S (1 - MDR - SMM)                 S (1 - MDR) (1 - SMM)
    ===========  ================================  ====================================

    Under fates each obligor pays until its default period and nothing from it on; what it owed at the start of that
    period is defaulted, and the recovery comes after the lag.

    Parameters
    ----------
    pool : Pool
    timeline : Timeline
        Payments on or before the cut-off are past; the opening balance is what they leave.
    vectors : Vectors
        With fates: prepayment, severity and recovery lag; the defaults come from the fates.
    fates : Fates, optional
        Default periods of the parties on each path.
    collateral : mapping, optional
        With fates: obligor to the value of what it pledged, ``(period,)`` or ``(path, period)``. The recovery is that
        value, at most what is owed, in place of ``1 - severity`` of it.
    sales : mapping, optional
        Royalty stream to simulated sales up to each of its payment dates, ``(path, date)``, in place of the expected.
        With fates, a stream stops when its licensee defaults.
    indices : sequence
        Histories of floating rates that replace the published ones.

    Returns
    -------
    Collections
        One path, or the paths of the fates.

    Raises
    ------
    SpecError
        Vectors outside their ranges or that exclude each other; default vectors beside fates.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=9_000_000, start=date(2024, 2, 29),
    ...                    maturity=date(2024, 9, 20), contract_rate=0.038, amortization="bullet", payment_day=20)
    >>> days = (date(2024, 6, 20), date(2024, 9, 20))
    >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days,
    ...                 accrual_ends=days, payments=days)
    >>> paid = project(Pool((loan,), (Party(id="F1"),)), line)
    >>> paid.interest.round(2), paid.principal          # 112 and 92 days: two payments in the first period
    (array([[104942.47,  86202.74]]), array([[      0., 9000000.]]))
    """
    if fates is not None:
        ready = UnderFates.of(pool, timeline, vectors, indices=indices, simulated=tuple(sales or ()))
        return ready.collections(fates, collateral, sales)
    refuse(SpecError, check(vectors))
    if sales:
        return _on_sales(pool, timeline, vectors, sales, indices)
    flows = pool.contract_flows(indices)
    if vectors == replace(NO_STRESS, severity=vectors.severity, recovery_lag=vectors.recovery_lag, order=vectors.order):
        return _contractual(pool, flows, timeline)
    return _under_vectors(pool, flows, timeline, vectors)


def _contractual(pool: Pool, flows: PooledFlows, timeline: Timeline) -> Collections:
    period = timeline.period_of(flows.days)
    inside = (period >= 0) & (period < timeline.periods)
    added = flows.capitalized
    return Collections(
        timeline,
        interest=sums(period[inside], (flows.interest - added)[inside], timeline.periods),
        principal=sums(period[inside], (flows.principal + added)[inside], timeline.periods),
        capitalized=sums(period[inside], added[inside], timeline.periods),
        opening=float(opening_balances(pool, flows, timeline).sum()),
    )


def _under_vectors(pool: Pool, flows: PooledFlows, timeline: Timeline, vectors: Vectors) -> Collections:
    steps = Steps.of(timeline)
    ages = months_of_origin(pool.obligations) if vectors.by_age else np.zeros(len(pool), dtype=np.int64)
    born, cohort = np.unique(ages, return_inverse=True)
    cohorts = cohorts_of(pool, flows, timeline, steps, cohort, born)
    default = vectors.default(steps.month, cohorts.age, steps.years)
    if vectors.cumulative_default:
        default = default + timed_default(cohorts, steps, vectors)
    if not vectors.advances:
        return _collected(timeline, steps, survive(cohorts, steps, vectors, default), float(cohorts.opening.sum()))
    parts = []
    for lo in range(0, len(pool), BLOCK):  # liquidation proceeds are not linear: contract by contract
        mine = np.arange(lo, min(lo + BLOCK, len(pool)))
        place = np.full(len(pool), -1)
        place[mine] = np.arange(len(mine))
        single = cohorts_of(pool, flows, timeline, steps, place, ages[mine])
        parts.append(_summed(survive(single, steps, vectors, default[cohort[mine]])))
    return _collected(timeline, steps, _summed(_stacked(parts)), float(cohorts.opening.sum()))


def _collected(timeline: Timeline, steps: Steps, paid: Survival, opening: float) -> Collections:
    whole = _summed(paid)

    def in_periods(amounts: FloatArray) -> FloatArray:
        return steps.in_periods(amounts[0])

    return Collections(
        timeline,
        interest=in_periods(whole.interest),
        principal=in_periods(whole.principal),
        prepayment=in_periods(whole.prepayment),
        recovery=in_periods(whole.recovery),
        other=in_periods(whole.other),
        defaulted=in_periods(whole.defaulted),
        capitalized=in_periods(whole.capitalized),
        delinquent=steps.at_period_ends(whole.delinquent[0]),
        opening=opening,
    )


def _summed(paid: Survival) -> Survival:
    return Survival(*(getattr(paid, name).sum(axis=0, keepdims=True) for name in Survival.__slots__))


def _stacked(parts: Sequence[Survival]) -> Survival:
    return Survival(*(np.concatenate([getattr(part, name) for part in parts]) for name in Survival.__slots__))


def _on_sales(
    pool: Pool, timeline: Timeline, vectors: Vectors, sales: Mapping[str, FloatArray], indices: Sequence[IndexHistory]
) -> Collections:
    """Streams on simulated sales, and the rest of the pool under vectors, which is the same on every path."""
    streams = simulated_streams(pool.obligations, sales)
    refuse(DataError, sales_faults(streams, timeline, sales, None))
    block = np.zeros((len(ROWS), timeline.periods, max(len(sales[one.id]) for one in streams)))
    later = recovery_periods(timeline, vectors.recovery_lag)
    pay_on_sales(block, streams, timeline, sales, None, later, vectors.severity)
    paid = _closed(timeline, block, sum(one.principal for one in streams))
    others = [id for id in pool.ids if id not in sales]
    if not others:
        return paid
    rest = project(pool.select(others), timeline, vectors, indices=indices)
    return Collections.from_block(
        timeline,
        rest.block + paid.block,
        rest.opening + paid.opening,
        rest.opening_delinquent + paid.opening_delinquent,
    )


def _closed(timeline: Timeline, block: FloatArray, opening: float) -> Collections:
    """A block whose flows are all in, with the balances that they leave."""
    start = np.full(block.shape[2], float(opening))
    balance = start.copy()
    leaving = [block[ROW[name]] for name in ("principal", "prepayment", "defaulted")]
    added = block[ROW["capitalized"]]
    for t, performing in enumerate(block[ROW["performing"]]):
        balance += added[t]
        for row in leaving:
            balance -= row[t]
        np.maximum(balance, 0.0, out=performing)  # less than 0 only by float residue
    return Collections.from_block(timeline, block, start, np.zeros(len(start)))


@dataclass(frozen=True, slots=True, eq=False)
class UnderFates:
    """A pool made ready for many blocks of fates: what each obligor pays as long as nobody defaults.

    ``project(pool, timeline, vectors, fates=fates)`` makes it and uses it once; a simulation keeps it.

    >>> from datetime import date
    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.fates import DefaultList
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2024, 1, 1), maturity=date(2025,
    ...                                                                                                        1, 1),
    ...                    contract_rate=0.04, amortization="bullet", day_count="30E/360")
    >>> from ipabs.basics.timeline import Timeline
    >>> ends = (date(2024, 7, 1), date(2025, 1, 1))
    >>> line = Timeline(cut_off=date(2024, 1, 1), closing=date(2024, 1, 1), collection_ends=ends, accrual_ends=ends,
    ...                 payments=ends)
    >>> ready = UnderFates.of(Pool((loan,), (Party(id="F1"),)), line, Vectors(severity=0.6))
    >>> paid = ready.collections(DefaultList(("F1",), 2, path=[1], party=[0], period=[1]))      # path 1: in period 1
    >>> paid.principal, paid.defaulted, paid.recovery
    (array([[      0., 1000000.],
           [      0.,       0.]]), array([[      0.,       0.],
           [      0., 1000000.]]), array([[     0.,      0.],
           [     0., 400000.]]))
    """

    pool: Pool
    timeline: Timeline
    vectors: Vectors
    healthy: Healthy
    streams: tuple[RoyaltyStream, ...]
    later: IntArray

    @classmethod
    def of(
        cls,
        pool: Pool,
        timeline: Timeline,
        vectors: Vectors = NO_STRESS,
        *,
        indices: Sequence[IndexHistory] = (),
        simulated: Collection[str] = (),
    ) -> "UnderFates":
        """Make a pool ready; `simulated` are the streams whose sales come with each block, else see `project`."""
        refuse(SpecError, check(vectors))
        _refuse_default_vectors(vectors)
        steps = Steps.of(timeline)
        # Sums run in the order of ids, so that the order of the tape changes no bit.
        pool = replace(pool, obligations=tuple(sorted(pool.obligations, key=lambda one: one.id)))
        streams = simulated_streams(pool.obligations, simulated)
        rest = [one for one in pool.obligations if one.id not in simulated]
        place = {one.id: n for n, one in enumerate(rest)}
        cohort = np.array([place.get(id, -1) for id in pool.ids])
        cohorts = cohorts_of(pool, pool.contract_flows(indices), timeline, steps, cohort, months_of_origin(rest))
        paid = survive(cohorts, steps, vectors, np.zeros(cohorts.age.shape))
        healthy = Healthy.of(rest, steps, cohorts.opening, paid)
        return cls(pool, timeline, vectors, healthy, streams, recovery_periods(timeline, vectors.recovery_lag))

    def collections(
        self,
        fates: Fates,
        collateral: Mapping[str, FloatArray] | None = None,
        sales: Mapping[str, FloatArray] | None = None,
    ) -> Collections:
        """Collections on the paths of the fates."""
        pledged, sold, severity = collateral or {}, sales or {}, self.vectors.severity
        refuse(DataError, fate_faults(self.healthy.obligors, self.timeline.periods, fates, pledged))
        refuse(DataError, sales_faults(self.streams, self.timeline, sold, fates))
        defaults = Defaults.of(fates, self.healthy.obligors, self.timeline.periods)
        block = pay_until_default(self.healthy, defaults, fates.paths)
        due = recover(block, self.healthy, defaults, self.later, severity, pledged)
        for name, lost in pay_on_sales(block, self.streams, self.timeline, sold, fates, self.later, severity).items():
            due[name] = due.get(name, 0.0) + lost
        for name, called in due.items():
            limit = self.pool.party(name).limit
            block[ROW["guarantee"]] += guaranteed_payments(called, default_periods(fates, name), limit)
        opening = self.healthy.opening + sum(one.principal for one in self.streams)
        return _closed(self.timeline, block, opening)


def _refuse_default_vectors(vectors: Vectors) -> None:
    given = [name for name in (*DEFAULT, "delinquency") if np.any(getattr(vectors, name))]
    if given:
        template = "{got} is given beside fates, which say who defaults; set it to 0"
        raise SpecError(finding("projection.fates", template, path=(given[0],), got=given[0]))
