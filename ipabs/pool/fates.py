"""Who defaults in which period on which path, and in what order the defaults are added up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ipabs._typing import BoolArray, FloatArray, IntArray
from ipabs.errors import DataError, Finding, finding

NEVER = np.iinfo(np.int64).max


class Fates(Protocol):
    """Who defaults in which period on which path: one entry a default within the horizon.

    ``path[e]``, ``party[e]`` (a place in `parties`) and ``period[e]`` describe default e; a party that does not default
    on a path has no entry there.

    >>> fates: Fates = DefaultList(("F1", "F2"), 1000, path=[17], party=[1], period=[3])    # F2, on path 17
    >>> fates.paths, int(default_periods(fates, "F2")[17])
    (1000, 3)
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

    >>> DefaultList(("F1", "F2"), 2, path=[1], party=[0], period=[3]).period
    array([3])
    """

    parties: tuple[str, ...]
    paths: int
    path: IntArray
    party: IntArray
    period: IntArray

    def __post_init__(self) -> None:
        for name in ("path", "party", "period"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.int64))
        if not self.path.shape == self.party.shape == self.period.shape:
            sizes = ", ".join(str(np.size(values)) for values in (self.path, self.party, self.period))
            template = "paths, parties and periods of the defaults are {got}; wanted as many of each"
            raise DataError(finding("fates.length", template, got=sizes))


def default_periods(fates: Fates, party: str) -> IntArray:
    """The default period of a party on each path, `NEVER` where it has none.

    >>> fates = DefaultList(("F1", "F2"), 2, np.array([1]), np.array([0]), np.array([3]))
    >>> default_periods(fates, "F1") == [NEVER, 3]
    array([ True,  True])
    """
    stop = np.full(fates.paths, NEVER)
    if party in fates.parties:
        mine = fates.party == fates.parties.index(party)
        stop[fates.path[mine]] = fates.period[mine]
    return stop


@dataclass(frozen=True, slots=True, eq=False)
class Defaults:
    """The defaults of a pool's obligors, sorted by path and obligor.

    Sums run in this order, so neither the order of the entries nor that of the drawn parties changes a bit.

    Attributes
    ----------
    ends : IntArray
        ``(path + 1,)`` path p has the defaults from ``ends[p]`` up to below ``ends[p + 1]``.
    path : IntArray
        ``(defaults,)``
    cell : IntArray
        ``(defaults,)`` obligor · periods + period: a place in a flat table ``(obligor, period)``.
    """

    ends: IntArray
    path: IntArray
    cell: IntArray

    @classmethod
    def of(cls, fates: Fates, obligors: Sequence[str], periods: int) -> "Defaults":
        """Those of the `obligors`.

        >>> drawn = DefaultList(("G", "F2", "F1"), 2, np.array([1, 0, 1]), np.array([2, 1, 0]), np.array([3, 5, 4]))
        >>> some = Defaults.of(drawn, ("F1", "F2"), 10)
        >>> some.ends.tolist(), some.path.tolist(), some.cell.tolist()
        ([0, 1, 2], [0, 1], [15, 3])
        """
        place = {id: n for n, id in enumerate(obligors)}
        known = np.array([place.get(id, -1) for id in fates.parties], dtype=np.int64)
        path, who, period = fates.path, known[fates.party], fates.period
        if (known < 0).any():
            mine = who >= 0
            path, who, period = path[mine], who[mine], period[mine]
        number = who * fates.paths + path
        if (number[1:] <= number[:-1]).any():
            order = np.argsort(number, kind="stable")
            path, who, period, number = path[order], who[order], period[order], number[order]
            _refuse_two(number[1:] == number[:-1], obligors, who, path)
        # Small integers sort in linear time.
        order = np.argsort(path.astype(np.uint16 if fates.paths <= 1 << 16 else np.int64), kind="stable")
        count = np.bincount(path, minlength=fates.paths)
        cell = (who * periods + period)[order]
        return cls(np.concatenate([[0], np.cumsum(count)]), np.repeat(np.arange(fates.paths), count), cell)


def _refuse_two(again: BoolArray, obligors: Sequence[str], who: IntArray, path: IntArray) -> None:
    """Refuse a party that defaults a second time on one path."""
    if again.any():
        n = int(again.argmax())
        template = "{got} defaults twice on path {number}; a party has one default or none"
        raise DataError(finding("fates.twice", template, path=("party",), got=obligors[who[n]], number=path[n]))


def fate_faults(
    obligors: Sequence[str], periods: int, fates: Fates, collateral: Mapping[str, FloatArray]
) -> Iterator[Finding]:
    """Entries of the fates outside their ranges; collateral of nobody, or of another shape.

    >>> fates = DefaultList(("F1",), 2, path=[5], party=[0], period=[0])
    >>> print(*fate_faults(["F1"], 4, fates, {}))
    path: path runs from 5 to 5; the fates have 2
    """
    for name, values, size in (
        ("path", fates.path, fates.paths),
        ("party", fates.party, len(fates.parties)),
        ("period", fates.period, periods),
    ):
        if len(values) and (values.min() < 0 or values.max() >= size):
            template = "{field} runs from {low} to {high}; the fates have {size}"
            yield finding(
                "fates.range", template, path=(name,), field=name, low=values.min(), high=values.max(), size=size
            )
    known, drawn = set(obligors), set(fates.parties)
    for name, value in collateral.items():
        if name not in drawn or name not in known:
            template = "collateral of {got!r}, who is no drawn obligor; {hint}"
            yield finding("fates.collateral", template, got=name, allowed=sorted(known & drawn))
        elif np.shape(value) not in ((periods,), (1, periods), (fates.paths, periods)) or not np.min(value) >= 0:
            template = "collateral of {got} needs one value of 0 or more a period"
            yield finding("fates.collateral_values", template, path=(name,), got=name)
