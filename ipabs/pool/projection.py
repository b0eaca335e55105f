"""From contracts to collections: what a pool pays in each collection period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.errors import SpecError, finding, refuse
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import PooledFlows
from ipabs.pool.royalty_paths import royalty_collections, simulated_streams, with_streams
from ipabs.pool.simulated import Fates, Healthy, simulated_collections
from ipabs.pool.survival import Cohorts, Steps, Survival, survive, timed_default
from ipabs.pool.vectors import DEFAULT, NO_STRESS, Vectors

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
        Vectors that exclude each other; default vectors beside fates.

    Examples
    --------
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
    refuse(SpecError, vectors.findings())
    if sales:
        streams = simulated_streams(pool.obligations, sales)
        others = [one.id for one in pool.obligations if one not in streams]
        rest = None
        if others:
            rest = project(pool.select(others), timeline, vectors, fates=fates, collateral=collateral, indices=indices)
        _refuse_default_vectors(vectors if fates else NO_STRESS)
        return with_streams(rest, royalty_collections(streams, timeline, sales, fates=fates, vectors=vectors))
    if fates is not None:
        return UnderFates.of(pool, timeline, vectors, indices=indices).collections(fates, collateral or {})
    flows = pool.contract_flows(indices)
    if vectors == replace(NO_STRESS, severity=vectors.severity, recovery_lag=vectors.recovery_lag, order=vectors.order):
        return _contractual(pool, flows, timeline)
    return _under_vectors(pool, flows, timeline, vectors)


def _contractual(pool: Pool, flows: PooledFlows, timeline: Timeline) -> Collections:
    period = timeline.period_of(flows.days)
    inside = (period >= 0) & (period < timeline.periods)
    return Collections(
        timeline,
        interest=sums(period[inside], flows.interest[inside], timeline.periods),
        principal=sums(period[inside], flows.principal[inside], timeline.periods),
        opening=pool.principal - float(flows.principal[period < 0].sum()),
    )


def _under_vectors(pool: Pool, flows: PooledFlows, timeline: Timeline, vectors: Vectors) -> Collections:
    steps = Steps.of(timeline)
    ages = _born(pool) if vectors.by_age else np.zeros(len(pool), dtype=np.int64)
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
        delinquent=steps.at_period_ends(whole.delinquent[0]),
        opening=opening,
    )


def _summed(paid: Survival) -> Survival:
    return Survival(*(getattr(paid, name).sum(axis=0, keepdims=True) for name in Survival.__slots__))


def _stacked(parts: Sequence[Survival]) -> Survival:
    return Survival(*(np.concatenate([getattr(part, name) for part in parts]) for name in Survival.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class UnderFates:
    """A pool made ready for many blocks of fates: what each obligation pays as long as nobody defaults.

    ``project(pool, timeline, vectors, fates=fates)`` makes it and uses it once; a simulation keeps it.
    """

    pool: Pool
    timeline: Timeline
    vectors: Vectors
    healthy: Healthy

    @classmethod
    def of(
        cls, pool: Pool, timeline: Timeline, vectors: Vectors = NO_STRESS, *, indices: Sequence[IndexHistory] = ()
    ) -> "UnderFates":
        """Make a pool ready; see `project` for the arguments."""
        _refuse_default_vectors(vectors)
        steps = Steps.of(timeline)
        # Sums run in the order of ids, so that the order of the tape changes no bit.
        pool = replace(pool, obligations=tuple(sorted(pool.obligations, key=lambda one: one.id)))
        flows = pool.contract_flows(indices)
        cohorts = cohorts_of(pool, flows, timeline, steps, np.arange(len(pool)), _born(pool))
        paid = survive(cohorts, steps, vectors, np.zeros(cohorts.age.shape))
        return cls(pool, timeline, vectors, Healthy.of(steps, cohorts.opening, paid))

    def collections(self, fates: Fates, collateral: Mapping[str, FloatArray] | None = None) -> Collections:
        """Collections on the paths of the fates."""
        return simulated_collections(self.pool, self.timeline, self.healthy, self.vectors, fates, collateral or {})


def _refuse_default_vectors(vectors: Vectors) -> None:
    given = [name for name in (*DEFAULT, "delinquency") if np.any(getattr(vectors, name))]
    if given:
        template = "{got} is given beside fates, which say who defaults; set it to 0"
        raise SpecError(finding("projection.fates", template, path=(given[0],), got=given[0]))


def _born(pool: Pool) -> IntArray:
    """Month of origination of each obligation, counted from year 0."""
    return np.array([_months(one.start) - getattr(one, "seasoning", 0) for one in pool.obligations], dtype=np.int64)


def _months(day: date) -> int:
    return 12 * day.year + day.month


def sums(at: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum of the amounts that belong to each of `size` places."""
    return np.asarray(np.bincount(at, amounts, size), dtype=np.float64)


def cohorts_of(
    pool: Pool, flows: PooledFlows, timeline: Timeline, steps: Steps, cohort: IntArray, born: IntArray
) -> Cohorts:
    """The contract flows of cohorts: ``cohort[i]`` is that of obligation i (-1: none), ``born[c]`` its first month."""
    count, size = len(steps), len(born)
    mine = cohort[flows.row] >= 0
    past = flows.days <= np.datetime64(timeline.cut_off)
    step = np.searchsorted(np.array(steps.ends, dtype="datetime64[D]"), flows.days)
    inside = mine & ~past & (step < count)
    at = cohort[flows.row[inside]] * count + step[inside]
    interest, principal = (
        sums(at, amounts[inside], size * count).reshape(size, count) for amounts in (flows.interest, flows.principal)
    )
    early = np.array([getattr(one, "prepayment_fee", 0.0) for one in pool.obligations])
    fee = np.zeros((size, count))
    has, gone = cohort >= 0, mine & past
    opening = sums(cohort[has], pool.principals()[has], size) - sums(
        cohort[flows.row[gone]], flows.principal[gone], size
    )
    if early.any():
        weight = early[flows.row]
        start = sums(cohort[has], (pool.principals() * early)[has], size)
        start -= sums(cohort[flows.row[gone]], (flows.principal * weight)[gone], size)
        repaid = sums(at, (flows.principal * weight)[inside], size * count).reshape(size, count)
        fee = start[:, None] - np.cumsum(repaid, axis=1)
    age = np.array([_months(end) for end in steps.ends])[None, :] - born[:, None]
    return Cohorts(interest, principal, opening, fee, age)
