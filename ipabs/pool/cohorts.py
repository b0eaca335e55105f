"""Contract flows by month: the steps of a timeline, and obligations added up in cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.schedule import add_months, month_end
from ipabs.basics.timeline import Timeline
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import PooledFlows


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

    def __len__(self) -> int:
        return len(self.ends)

    def step_of(self, days: Sequence[date]) -> IntArray:
        """The first step that ends on or after each day; the number of steps if none does."""
        return np.searchsorted(np.array(self.ends, dtype="datetime64[D]"), np.array(days, dtype="datetime64[D]"))

    def later(self, months: int) -> IntArray:
        """The step in which the day lies that is so many months after the end of each step."""
        return self.step_of([add_months(end, months) for end in self.ends])

    def in_periods(self, amounts: FloatArray) -> FloatArray:
        """Sums over the steps of each period, along the last axis."""
        first = np.flatnonzero(np.diff(self.period, prepend=-1))
        return np.add.reduceat(amounts, first, axis=-1)

    def at_period_ends(self, balances: FloatArray) -> FloatArray:
        """Balances at the last step of each period, along the last axis."""
        return balances[..., np.flatnonzero(np.diff(self.period, append=-1))]


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Contract flows of cohorts by step, with their balance at the cut-off.

    Interest and principal are what is paid, `capitalized` the interest added to the balance.
    `fee` is the sum of balances after each step times the contracts' prepayment fees; `age` the months since
    origination at the end of each step.
    """

    interest: FloatArray
    principal: FloatArray
    capitalized: FloatArray
    opening: FloatArray
    fee: FloatArray
    age: IntArray

    @property
    def after(self) -> FloatArray:
        """Contract balance after each step."""
        return self.opening[:, None] - np.cumsum(self.principal - self.capitalized, axis=1)

    @property
    def before(self) -> FloatArray:
        """Contract balance before each step."""
        return np.concatenate([self.opening[:, None], self.after[:, :-1]], axis=1)


def months_of_origin(obligations: Sequence[Obligation]) -> IntArray:
    """Month of origination of each obligation, counted from year 0.

    >>> from ipabs.pool.receivable import Receivable
    >>> bill = Receivable(id="R1", obligor="F1", face=1.0, start=date(2024, 3, 1), maturity=date(2025, 3, 1),
    ...                   discount_rate=0.05)
    >>> months_of_origin([bill]) == 12 * 2024 + 3
    array([ True])
    """
    return np.array([_months(one.start) - getattr(one, "seasoning", 0) for one in obligations], dtype=np.int64)


def _months(day: date) -> int:
    return 12 * day.year + day.month


def sums(at: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum of the amounts that belong to each of `size` places.

    >>> sums(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]), 3)
    array([3., 0., 5.])
    """
    return np.asarray(np.bincount(at, amounts, size), dtype=np.float64)


def opening_balances(pool: Pool, flows: PooledFlows, timeline: Timeline) -> FloatArray:
    """What each obligation owes at the cut-off: its balance after the last payment up to then, or its principal.

    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=100.0, start=date(2024, 1, 1), maturity=date(2025, 1, 1),
    ...                    contract_rate=0.04, amortization="linear")
    >>> days = (date(2024, 10, 1),)
    >>> line = Timeline(cut_off=date(2024, 7, 1), closing=date(2024, 7, 1), collection_ends=days, accrual_ends=days,
    ...                 payments=days)
    >>> pool = Pool((loan,), (Party(id="F1"),))
    >>> opening_balances(pool, pool.contract_flows(), line)
    array([50.])
    """
    owed = pool.principals()
    past = flows.days <= np.datetime64(timeline.cut_off)
    last = np.append(past[:-1] & ~(past[1:] & (flows.row[1:] == flows.row[:-1])), past[-1:])
    owed[flows.row[last]] = flows.balance[last]
    return owed


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
    added = flows.capitalized
    interest, principal, capitalized = (
        sums(at, amounts[inside], size * count).reshape(size, count)
        for amounts in (flows.interest - added, flows.principal + added, added)
    )
    early = np.array([getattr(one, "prepayment_fee", 0.0) for one in pool.obligations])
    fee = np.zeros((size, count))
    has = cohort >= 0
    owed = opening_balances(pool, flows, timeline)
    opening = sums(cohort[has], owed[has], size)
    if early.any():
        start = sums(cohort[has], (owed * early)[has], size)
        repaid = sums(at, (flows.principal * early[flows.row])[inside], size * count).reshape(size, count)
        fee = start[:, None] - np.cumsum(repaid, axis=1)
    age = np.array([_months(end) for end in steps.ends])[None, :] - born[:, None]
    return Cohorts(interest, principal, capitalized, opening, fee, age)
