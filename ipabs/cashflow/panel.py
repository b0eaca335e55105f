"""A panel: named series over paths and periods, on the dates of a timeline."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, Finding, finding, refuse


def by_path_and_period(name: str, values: ArrayLike, timeline: Timeline) -> tuple[FloatArray, list[Finding]]:
    """`values` as an array ``(path, period)``, and what is wrong with it.

    A number stands for every period, a flat series is one path.

    >>> from datetime import date
    >>> days = (date(2024, 6, 20), date(2024, 9, 20))
    >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days, accrual_ends=days,
    ...                 payments=days)
    >>> by_path_and_period("interest", 4.5, line)
    (array([[4.5, 4.5]]), [])
    >>> print(*by_path_and_period("interest", ["much", "more"], line)[1])
    interest: interest is not a table of numbers (list)
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        got = type(values).__name__
        return np.zeros((1, timeline.periods)), [
            finding(
                "panel.not_numbers", "{series} is not a table of numbers ({got})", path=(name,), got=got, series=name
            )
        ]
    if array.ndim == 0:
        array = np.full((1, timeline.periods), array)
    if array.ndim == 1:
        array = array[np.newaxis, :]
    found = list(_shape_faults(name, array, timeline)) or list(_value_faults(name, array, timeline))
    return (np.zeros((1, timeline.periods)) if found else array), found


def _shape_faults(name: str, array: FloatArray, timeline: Timeline) -> Iterator[Finding]:
    if array.ndim != 2 or array.shape[0] == 0:
        yield finding(
            "panel.shape",
            "{series} has shape {got}; wanted (path, period) with {periods} periods",
            path=(name,),
            got=array.shape,
            series=name,
            periods=timeline.periods,
        )
    elif array.shape[1] != timeline.periods:
        first = min(array.shape[1], timeline.periods)
        yield finding(
            "panel.periods",
            "{series} has {got} periods, the timeline {periods}; the first that differs is period {period} ({date})",
            path=(name, first),
            got=array.shape[1],
            series=name,
            periods=timeline.periods,
            period=first,
            date=timeline.payments[first] if first < timeline.periods else "after the last payment date",
        )


def _value_faults(name: str, array: FloatArray, timeline: Timeline) -> Iterator[Finding]:
    faulty = np.argwhere(~np.isfinite(array))
    if len(faulty):
        path, period = (int(i) for i in min(faulty.tolist(), key=lambda at: (at[1], at[0])))
        yield finding(
            "panel.not_finite",
            "{series} is {got} in period {period} ({date}), path {number}",
            path=(name, period),
            got=array[path, period],
            series=name,
            period=period,
            date=timeline.payments[period],
            number=path,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One named series; `values` is ``(path, period)``, a flat series is one path, a number stands for every period.

    >>> Series(name="interest", values=[4.5, 3.0], unit="CNY").heading
    'interest [CNY]'
    """

    name: str
    values: ArrayLike
    unit: str = ""

    @property
    def heading(self) -> str:
        """Name and unit, as a column heading."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Named series over ``(path, period)`` on one timeline.

    Raises
    ------
    DataError
        Series of the wrong shape, with values that are not finite, of differing path counts, or with one name twice.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.basics.timeline import Timeline
    >>> days = (date(2024, 6, 20), date(2024, 9, 20))
    >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28),
    ...                 collection_ends=days, accrual_ends=days, payments=days)
    >>> panel = Panel(line, (Series(name="interest", values=[4.5, 3.0], unit="CNY"),))
    >>> panel["interest"]
    array([[4.5, 3. ]])
    >>> print(panel.to_frame())
                interest [CNY]
    payment
    2024-06-20             4.5
    2024-09-20             3.0
    """

    timeline: Timeline
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        found: list[Finding] = []
        arrays = []
        for one in self.series:
            array, faults = by_path_and_period(one.name, one.values, self.timeline)
            arrays.append(array)
            found += faults
        names = [one.name for one in self.series]
        for name in sorted({name for name in names if names.count(name) > 1}):
            found.append(finding("panel.twice", "series {got!r} stands twice", path=(name,), got=name))
        paths = max((len(array) for array in arrays), default=0)
        for name, array in zip(names, arrays, strict=True):
            found += path_count_faults(name, len(array), paths)
        refuse(DataError, found)
        object.__setattr__(self, "series", tuple(map(_frozen, self.series, arrays, [paths] * len(arrays))))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the series, in order."""
        return tuple(one.name for one in self.series)

    @property
    def paths(self) -> int:
        """How many paths the panel holds."""
        return len(np.asarray(self.series[0].values)) if self.series else 0

    def __getitem__(self, name: str) -> FloatArray:
        for one in self.series:
            if one.name == name:
                return np.asarray(one.values)
        raise DataError(finding("panel.no_series", "no series {got!r}; {hint}", got=name, allowed=self.names))

    def to_frame(self, path: int = 0) -> pd.DataFrame:
        """One path as a table: payment dates down, series across, units in the headings."""
        index = pd.DatetimeIndex(pd.to_datetime(list(self.timeline.payments)), name="payment")
        return pd.DataFrame({one.heading: np.asarray(one.values)[path] for one in self.series}, index=index)


def path_count_faults(name: str, count: int, paths: int) -> list[Finding]:
    """A series has one path (it stands for all) or as many as the largest.

    >>> print(*path_count_faults("interest", 3, 1000))
    interest: interest has 3 paths, another series 1000
    """
    if count in (1, paths):
        return []
    template = "{series} has {got} paths, another series {paths}"
    return [finding("panel.paths", template, path=(name,), got=count, series=name, paths=paths)]


def _frozen(one: Series, array: FloatArray, paths: int) -> Series:
    values = np.array(np.broadcast_to(array, (paths, array.shape[1])))
    values.flags.writeable = False
    return Series(name=one.name, values=values, unit=one.unit)
