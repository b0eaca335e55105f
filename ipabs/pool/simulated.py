"""Collections under simulated default periods: one obligor after the other, one pass a period, no cube.

Each period's flow is that of the whole pool less the flows of those who have defaulted, and these are added up over
the list of defaults, which is far shorter than obligors times paths.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROWS, Collections
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.survival import Steps, Survival
from ipabs.pool.vectors import Vectors

NEVER = np.iinfo(np.int64).max
GONE = tuple(ROWS.index(name) for name in ("principal", "prepayment", "defaulted"))


class Fates(Protocol):
    """Who defaults in which period on which path: one entry a default within the horizon.

    ``path[e]``, ``party[e]`` (a place in `parties`) and ``period[e]`` describe default e; a party that does not default
    on a path has no entry there.
    """

    @property
    def parties(self) -> tuple[str, ...]:
        """Ids of the parties that were drawn."""

    @property
    def paths(self) -> int:
        """How many paths there are."""

    @property
    def path(self) -> IntArray:
        """``(defaults,)`` path of each default."""

    @property
    def party(self) -> IntArray:
        """``(defaults,)`` place of the party in `parties`."""

    @property
    def period(self) -> IntArray:
        """``(defaults,)`` period of each default."""


@dataclass(frozen=True, slots=True, eq=False)
class DefaultList:
    """Fates as plain arrays, for results of another simulator or a scenario by hand.

    >>> DefaultList(("F1", "F2"), 2, np.array([1]), np.array([0]), np.array([3])).paths
    2
    """

    parties: tuple[str, ...]
    paths: int
    path: IntArray
    party: IntArray
    period: IntArray


SERIES = ("interest", "principal", "prepayment", "other")


@dataclass(frozen=True, slots=True, eq=False)
class Healthy:
    """What each obligation pays and owes as long as nobody defaults, ``(period, obligation)``."""

    series: dict[str, FloatArray]
    opening: FloatArray
    before: FloatArray

    @classmethod
    def of(cls, steps: Steps, opening: FloatArray, paid: Survival) -> "Healthy":
        """From the obligations' survival without defaults."""
        series = {name: steps.in_periods(getattr(paid, name)).T for name in SERIES}
        repaid = np.cumsum(series["principal"] + series["prepayment"], axis=0)
        return cls(series, opening, np.concatenate([opening[None, :], opening - repaid[:-1]]))


def simulated_collections(
    pool: Pool,
    timeline: Timeline,
    healthy: Healthy,
    vectors: Vectors,
    fates: Fates,
    collateral: Mapping[str, FloatArray],
) -> Collections:
    """Collections on every path."""
    place = {id: n for n, id in enumerate(fates.parties)}
    refuse(DataError, fate_faults(pool.obligations, timeline, fates, collateral))
    who = np.array([place.get(one.obligor, len(place)) for one in pool.obligations])
    before, total = _by_obligor(healthy.before, who, len(place) + 1), float(healthy.opening.sum())
    block = np.zeros((len(ROWS), timeline.periods, fates.paths))
    events = _Events(fates, timeline.periods)
    for name, amounts in healthy.series.items():
        if amounts.any():
            _surviving(block[ROWS.index(name)], _by_obligor(amounts, who, len(place) + 1), events)
    _default(block, before, events)
    _recover(block, pool, timeline, before, healthy.opening, vectors, events, place, collateral)
    gone = np.zeros(fates.paths)
    for t in range(timeline.periods):
        for row in GONE:
            gone += block[row, t]
        np.maximum(total - gone, 0.0, out=block[ROWS.index("performing"), t])  # less than 0 only by float residue
    return Collections.from_block(timeline, block, np.full(fates.paths, total), np.zeros(fates.paths))


class _Events:
    """Defaults sorted by period, and by party within one; ``end[t]`` of them have happened before period t.

    A path's defaults are added up in this order, whatever the order of the entries, which so changes no bit.
    """

    def __init__(self, fates: Fates, periods: int) -> None:
        # Small integers sort in linear time.
        small = np.uint16 if len(fates.parties) < 1 << 16 else np.int64
        order = np.argsort(fates.party.astype(small), kind="stable")
        order = order[np.argsort(fates.period[order].astype(np.int16), kind="stable")]
        self.path, self.who, self.when = (values[order] for values in (fates.path, fates.party, fates.period))
        self.end = np.searchsorted(self.when, np.arange(periods + 1))
        self.paths = fates.paths

    def until(self, t: int) -> tuple[IntArray, IntArray]:
        """Path and party of the defaults up to and with period t."""
        return self.path[: self.end[t + 1]], self.who[: self.end[t + 1]]

    def of(self, t: int) -> slice:
        """The defaults of period t."""
        return slice(self.end[t], self.end[t + 1])


def _by_obligor(amounts: FloatArray, who: IntArray, size: int) -> FloatArray:
    """``(period, obligor)`` sums of the obligations' amounts; the last obligor is never drawn."""
    result = np.zeros((size, len(amounts)))
    np.add.at(result, who, amounts.T)
    return np.ascontiguousarray(result.T)


def _surviving(row: FloatArray, amounts: FloatArray, events: _Events) -> None:
    for t, flows in enumerate(amounts):
        path, who = events.until(t)
        np.subtract(flows.sum(), np.bincount(path, flows[who], events.paths), out=row[t])
        np.maximum(row[t], 0.0, out=row[t])  # less than 0 only by float residue


def _default(block: FloatArray, before: FloatArray, events: _Events) -> None:
    row = block[ROWS.index("defaulted")]
    for t, exposure in enumerate(before):
        now = events.of(t)
        row[t] = np.bincount(events.path[now], exposure[events.who[now]], events.paths)


def _recover(
    block: FloatArray,
    pool: Pool,
    timeline: Timeline,
    before: FloatArray,
    opening: FloatArray,
    vectors: Vectors,
    events: _Events,
    place: Mapping[str, int],
    collateral: Mapping[str, FloatArray],
) -> None:
    """Recoveries after the lag, and what guarantors pay of the rest in the same period."""
    later = timeline.period_of([add_months(end, vectors.recovery_lag) for end in timeline.collection_ends])
    rows = block[ROWS.index("recovery")], block[ROWS.index("guarantee")]
    guarantees = tuple(_guarantees(pool, opening, events, place))
    called = [np.zeros(events.paths) for _ in guarantees]
    for t in range(timeline.periods):
        now, to = events.of(t), int(later[t])
        if to >= timeline.periods or now.start == now.stop:
            continue
        path, who = events.path[now], events.who[now]
        owed = before[t, who]
        recovered = (1 - vectors.severity) * owed
        for obligor, value in collateral.items():
            mine = np.flatnonzero(who == place[obligor])
            worth = np.broadcast_to(value, (events.paths, timeline.periods))[path[mine], to]
            recovered[mine] = np.minimum(worth, owed[mine])
        rows[0][to] += np.bincount(path, recovered, events.paths)
        for n, (covered, defaults_in, limit) in enumerate(guarantees):
            due = np.bincount(path, covered[who] * (owed - recovered), events.paths)
            paid = np.where(defaults_in > to, np.minimum(due, limit - called[n]), 0.0)
            called[n] += paid
            rows[1][to] += paid


def _guarantees(
    pool: Pool, opening: FloatArray, events: _Events, place: Mapping[str, int]
) -> Iterator[tuple[FloatArray, IntArray, float]]:
    """Of each guarantor: the share of every obligor's debt it covers, its default period on each path, its limit."""
    size = len(place) + 1
    whole = np.zeros(size)
    who = np.array([place.get(one.obligor, size - 1) for one in pool.obligations])
    np.add.at(whole, who, opening)
    names = [getattr(one, "guarantor", "") for one in pool.obligations]
    for name in sorted(set(names) - {""}):
        covered = np.zeros(size)
        np.add.at(covered, who, np.where(np.array(names) == name, opening, 0.0))
        defaults_in = np.full(events.paths, NEVER)
        mine = events.who == place.get(name, -1)
        defaults_in[events.path[mine]] = events.when[mine]
        limit = pool.party(name).limit
        yield (
            np.divide(covered, whole, out=np.zeros(size), where=whole > 0),
            defaults_in,
            np.inf if limit is None else limit,
        )


def fate_faults(
    obligations: Sequence[Obligation], timeline: Timeline, fates: Fates, collateral: Mapping[str, FloatArray]
) -> Iterator[Finding]:
    """Entries of the fates outside their ranges; collateral of nobody, or of another shape."""
    for name, values, size in (
        ("path", fates.path, fates.paths),
        ("party", fates.party, len(fates.parties)),
        ("period", fates.period, timeline.periods),
    ):
        if len(values) and (values.min() < 0 or values.max() >= size):
            template = "{field} runs from {low} to {high}; the fates have {size}"
            yield finding(
                "fates.range", template, path=(name,), field=name, low=values.min(), high=values.max(), size=size
            )
    known, drawn = {one.obligor for one in obligations}, set(fates.parties)
    for name, value in collateral.items():
        if name not in drawn or name not in known:
            template = "collateral of {got!r}, who is no drawn obligor; {hint}"
            yield finding("fates.collateral", template, got=name, allowed=sorted(known & drawn))
        elif np.min(value) < 0 or np.shape(value)[-1:] != (timeline.periods,):
            template = "collateral of {got} needs one value of 0 or more a period"
            yield finding("fates.collateral_values", template, path=(name,), got=name)
