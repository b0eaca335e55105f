"""From contracts to collections: what a pool pays in each collection period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.schedule import add_months, month_end
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.errors import ModelError, finding
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import PooledFlows
from ipabs.pool.vectors import Vectors

NO_STRESS = Vectors()


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The months of a timeline: each collection period cut into months counted back from its end.

    Speeds act once a step. A first piece shorter than a month acts in proportion.
    """

    ends: tuple[date, ...]
    period: IntArray
    years: FloatArray
    month: IntArray

    @classmethod
    def of(cls, timeline: Timeline) -> "Steps":
        """The steps of every period.

        >>> days = (date(2024, 6, 20), date(2024, 7, 20))
        >>> line = Timeline(cut_off=date(2024, 4, 10), closing=date(2024, 4, 10), collection_ends=days,
        ...                 accrual_ends=days, payments=days)
        >>> steps = Steps.of(line)
        >>> [str(day) for day in steps.ends], steps.period.tolist(), (12 * steps.years).round(4).tolist()
        (['2024-04-20', '2024-05-20', '2024-06-20', '2024-07-20'], [0, 0, 0, 1], [0.3226, 1.0, 1.0, 1.0])
        """
        ends: list[date] = []
        period: list[int] = []
        years: list[float] = []
        for t, (start, end) in enumerate(zip(timeline.collection_starts, timeline.collection_ends, strict=True)):
            backward = [end]
            at_end = end == month_end(end)
            while (before := add_months(end, -len(backward), end_of_month=at_end)) > start:
                backward.append(before)
            part = (backward[-1] - start).days / (backward[-1] - before).days
            ends += backward[::-1]
            period += [t] * len(backward)
            years += [part / 12, *[1 / 12] * (len(backward) - 1)]
        since = np.cumsum(years) * 12
        return cls(tuple(ends), np.array(period), np.array(years), np.ceil(np.round(since, 6)).astype(np.int64) - 1)

    def step_of(self, days: Sequence[date]) -> IntArray:
        """The first step that ends on or after each day; the number of steps if none does."""
        return np.searchsorted(np.array(self.ends, dtype="datetime64[D]"), np.array(days, dtype="datetime64[D]"))


def project(
    pool: Pool,
    timeline: Timeline,
    vectors: Vectors = NO_STRESS,
    *,
    indices: Sequence[IndexHistory] = (),
) -> Collections:
    """What the pool pays in each collection period.

    Without vectors the contract schedules are put into the collection periods that hold their dates, exactly. Under
    vectors a share S of every contract survives; with B the contract balance, in each month

    ===========  ===============================  ====================================
    \\            sifma                            sequential
    ===========  ===============================  ====================================
    defaulted    S · MDR · B before               S · MDR · B before
    interest     S (1 - MDR) · contract interest  the same
    principal    S (1 - MDR) · contract principal the same
    prepayment   S · SMM · B after                S (1 - MDR) · SMM · B after
    S after      S (1 - MDR - SMM)                S (1 - MDR) (1 - SMM)
    ===========  ===============================  ====================================

    Parameters
    ----------
    pool : Pool
    timeline : Timeline
        Payments on or before the cut-off are past; the opening balance is what they leave.
    vectors : Vectors
    indices : sequence
        Histories of floating rates that replace or extend the published ones.

    Returns
    -------
    Collections
        One path.

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
    flows = pool.contract_flows(indices)
    if vectors == NO_STRESS:
        return _contractual(pool, flows, timeline)
    return _under_vectors(pool, flows, timeline, vectors)


def _contractual(pool: Pool, flows: PooledFlows, timeline: Timeline) -> Collections:
    period = timeline.period_of(flows.days)
    inside = (period >= 0) & (period < timeline.periods)
    at, past = period[inside], period < 0
    return Collections(
        timeline,
        interest=sums(at, flows.interest[inside], timeline.periods),
        principal=sums(at, flows.principal[inside], timeline.periods),
        opening=pool.principal - float(flows.principal[past].sum()),
    )


def _under_vectors(pool: Pool, flows: PooledFlows, timeline: Timeline, vectors: Vectors) -> Collections:
    steps = Steps.of(timeline)
    cohorts, age = _cohorts(pool, steps, vectors, timeline.cut_off)
    interest, principal, opening = _by_step(pool, flows, timeline, steps, cohorts)
    smm = vectors.prepayment(steps.month, age, steps.years)
    mdr = vectors.default(steps.month, age, steps.years)
    if vectors.order == "sifma" and (over := (smm + mdr).max()) > 1:
        raise ModelError(
            finding(
                "projection.over_one",
                "defaults and prepayments of a month add up to {got} of the balance; order sifma needs at most 100%",
                got=f"{over:.2%}",
            )
        )
    survival = (1 - mdr - smm) if vectors.order == "sifma" else (1 - mdr) * (1 - smm)
    alive = np.cumprod(np.concatenate([np.ones((len(opening), 1)), survival], axis=1), axis=1)[:, :-1]
    after = opening[:, None] - np.cumsum(principal, axis=1)
    before = np.concatenate([opening[:, None], after[:, :-1]], axis=1)
    prepaid = alive * smm * after if vectors.order == "sifma" else alive * (1 - mdr) * smm * after
    defaulted = alive * mdr * before
    lag = steps.step_of([add_months(end, vectors.recovery_lag) for end in steps.ends])
    recovery = sums(lag, (1 - vectors.severity) * defaulted.sum(axis=0), len(steps.ends) + 1)[:-1]

    def in_periods(amounts: FloatArray) -> FloatArray:
        return sums(steps.period, amounts, timeline.periods)

    return Collections(
        timeline,
        interest=in_periods((alive * (1 - mdr) * interest).sum(axis=0)),
        principal=in_periods((alive * (1 - mdr) * principal).sum(axis=0)),
        prepayment=in_periods(prepaid.sum(axis=0)),
        recovery=in_periods(recovery),
        defaulted=in_periods(defaulted.sum(axis=0)),
        opening=float(opening.sum()),
    )


def _cohorts(pool: Pool, steps: Steps, vectors: Vectors, cut_off: date) -> tuple[IntArray, IntArray]:
    """The cohort of each obligation, and the age of each cohort at the end of each step, in months.

    Only the age tells contracts apart under vectors, so contracts of one age are projected as one.
    """
    if not vectors.by_age:
        return np.zeros(len(pool), dtype=np.int64), np.zeros((1, len(steps.ends)), dtype=np.int64)
    born = [_months(one.start) - getattr(one, "seasoning", 0) for one in pool.obligations]
    months, cohort = np.unique(born, return_inverse=True)
    return cohort, np.array([_months(end) for end in steps.ends])[None, :] - months[:, None]


def sums(at: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum of the amounts that belong to each of `size` places."""
    return np.asarray(np.bincount(at, amounts, size), dtype=np.float64)


def _months(day: date) -> int:
    return 12 * day.year + day.month


def _by_step(
    pool: Pool, flows: PooledFlows, timeline: Timeline, steps: Steps, cohort: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Contract interest and principal of each cohort and step, and the balance of each cohort at the cut-off."""
    cohorts, count = int(cohort.max()) + 1, len(steps.ends)
    past = flows.days <= np.datetime64(timeline.cut_off)
    step = np.searchsorted(np.array(steps.ends, dtype="datetime64[D]"), flows.days)
    inside = ~past & (step < count)
    at = cohort[flows.row[inside]] * count + step[inside]
    interest, principal = (
        sums(at, amounts[inside], cohorts * count).reshape(cohorts, count)
        for amounts in (flows.interest, flows.principal)
    )
    opening = sums(cohort, pool.principals(), cohorts)
    opening = opening - sums(cohort[flows.row[past]], flows.principal[past], cohorts)
    return interest, principal, opening
