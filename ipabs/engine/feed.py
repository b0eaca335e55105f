"""What comes from outside on each date: collections and observables, in engine units."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import CASH, ROW, Collections
from ipabs.cashflow.panel import by_path_and_period, path_count_faults
from ipabs.engine.arithmetic import Amount, Kind, total
from ipabs.engine.program import Program
from ipabs.engine.units import decimal
from ipabs.errors import DataError, Finding, finding, refuse

SERIES: Mapping[str, tuple[str, ...]] = {
    "interest_collections": ("interest",),
    "principal_collections": ("principal", "prepayment"),
    "recoveries": ("recovery",),
    "guarantee_collections": ("guarantee",),
    "other_collections": ("other",),
    "defaulted": ("defaulted",),
    "principal_distribution": ("principal", "prepayment", "defaulted"),
    "total_collections": CASH,
    "performing": ("performing",),
    "delinquent": ("delinquent",),
    "pool_closing": ("performing", "delinquent"),
}

Series: TypeAlias = Callable[[int], Amount]  # the amount of date t
Feed: TypeAlias = Callable[[int], dict[str, Amount]]  # the named amounts of date t
Observables: TypeAlias = Mapping[str, ArrayLike] | Iterable[tuple[str, ArrayLike]]


def into(account: str) -> str:
    """The name of what is paid into an account."""
    return f"into {account}"


def feed(program: Program, collections: Collections, observables: Mapping[str, FloatArray], kind: Kind) -> Feed:
    """The series that the program reads, date by date; floats and Fractions take path 0.

    Amounts enter to the nearest minor unit where the contract rounds. Rows that are 0 throughout are left out of
    sums, which changes no bit.
    """
    keeps, units = program.keeps, program.units

    def numbers(values: FloatArray, *, money: bool = True) -> list[Amount]:
        if money and units.minor is not None:
            values = np.rint(values * float(units.per_major))
        if kind == "array":
            return list(values)
        alone: list[float] = values[:, 0].tolist()
        return alone if kind == "float" else [decimal(value) for value in alone]

    read: dict[str, list[Amount]] = {}  # empty where a row is 0 throughout

    def sums(rows: tuple[str, ...]) -> Series:
        """The sum of some rows on a date."""
        for row in rows:
            if row not in read:
                values = collections.block[ROW[row]]
                read[row] = numbers(values) if values[:, 0].any() or values.any() else []
        parts = [read[row] for row in rows if read[row]]
        if len(parts) > 1:
            if kind == "array":  # date by date, so that a block stays in the cache
                return lambda t: total([part[t] for part in parts])
            parts = [[total(amounts) for amounts in zip(*parts, strict=True)]]
        return parts[0].__getitem__ if parts else lambda t: 0

    series = {into(account): sums(kinds) for account, kinds in program.entries.items()}
    series |= {name: sums(SERIES[name]) for name in SERIES if name in keeps}
    original, late = numbers(np.stack([collections.opening, collections.opening_delinquent]))
    start = original + late
    if program.deal.state is not None:
        original = units.money(program.deal.state.pool_original)
    if "pool_opening" in keeps:
        closing = sums(SERIES["pool_closing"])
        series["pool_opening"] = lambda t: closing(t - 1) if t else start
    if "pool_original" in keeps:
        series["pool_original"] = lambda t: original
    series |= {name: numbers(values.T, money=False).__getitem__ for name, values in observables.items()}
    return lambda t: {name: amount(t) for name, amount in series.items()}


def observed(program: Program, observables: Observables, timeline: Timeline) -> dict[str, FloatArray]:
    """Observables as arrays ``(path, period)``.

    Raises
    ------
    DataError
        Series that are missing, unknown or of the wrong shape.
    """
    given = dict(observables)
    declared = [one.name for one in program.deal.observables]
    allowed = (*declared, *(f"{support.by}.performing" for support in program.deal.support))
    found: list[Finding] = [
        finding("engine.observable", "the deal reads {got!r}, but no series of that name is given", got=name)
        for name in declared
        if name not in given
    ]
    arrays = {}
    for name, values in given.items():
        if name not in allowed:
            found.append(
                finding("engine.observable_unknown", "no observable {got!r}; {hint}", got=name, allowed=allowed)
            )
        arrays[name], faults = by_path_and_period(name, values, timeline)
        found += faults
    refuse(DataError, found)
    return arrays


def ensure_path(path: int, paths: int) -> None:
    """Refuse the number of a path that is not there; paths are numbered from 0."""
    if path not in range(paths):
        raise DataError(finding("engine.path", "there is no path {got}; the last is {last}", got=path, last=paths - 1))


def fitting(program: Program, collections: Collections, observables: Mapping[str, FloatArray]) -> None:
    """Refuse collections that are not on the deal's dates.

    Raises
    ------
    DataError
        The first row that differs, and series with another number of paths.
    """
    mine, theirs = program.timeline, collections.timeline
    found: list[Finding] = []
    kinds = (
        ("collection end", mine.collection_ends, theirs.collection_ends),
        ("payment date", mine.payments, theirs.payments),
    )
    for what, wanted, got in kinds:
        if wanted != got:
            at = next(
                (t for t, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b), min(len(wanted), len(got))
            )
            found.append(
                finding(
                    "engine.timeline",
                    "the collections do not fit the deal: {what} of period {period} is {got}, wanted {wanted}",
                    path=("collections", at),
                    got=got[at] if at < len(got) else "missing",
                    wanted=wanted[at] if at < len(wanted) else "no further period",
                    what=what,
                    period=at,
                )
            )
            break
    for name, values in observables.items():
        found += path_count_faults(name, len(values), collections.paths)
    refuse(DataError, found)
