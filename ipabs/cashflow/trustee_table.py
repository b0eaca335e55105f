"""A trustee's own table of collections: its columns by name, its rows by the dates of a timeline."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, Finding, finding, refuse


def table_series(
    timeline: Timeline, frame: pd.DataFrame, series: tuple[str, ...], columns: Mapping[str, str]
) -> dict[str, NDArray[np.generic]]:
    """The columns of a table by name of series, once its rows run through the timeline.

    A column ``date``, or the index, holds the collection ends or the payment dates; `columns` renames the table's own
    headings, and a unit in brackets (``interest [CNY]``) is passed over.

    Raises
    ------
    DataError
        Columns that are no series or stand twice; the first row whose date differs.

    Examples
    --------
    >>> days = (date(2024, 6, 20), date(2024, 9, 20))
    >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days, accrual_ends=days,
    ...                 payments=days)
    >>> frame = pd.DataFrame({"收款日": days, "利息": [4.5, 3.0]})
    >>> table_series(line, frame, ("interest", "principal"), {"收款日": "date", "利息": "interest"})
    {'interest': array([4.5, 3. ])}
    """
    named = frame.rename(columns=dict(columns)).rename(columns=lambda name: str(name).partition(" [")[0])
    dates = named["date"] if list(named.columns).count("date") == 1 else named.index.to_series()
    refuse(DataError, [*_column_faults(named, series), *_date_faults(timeline, dates)])
    return {str(name): named[name].to_numpy() for name in named.columns if name != "date"}


def _column_faults(frame: pd.DataFrame, series: tuple[str, ...]) -> list[Finding]:
    names = [str(name) for name in frame.columns]
    unknown = [
        finding("collections.column", "no series {got!r}; {hint}", path=(name,), got=name, allowed=("date", *series))
        for name in names
        if name not in ("date", *series)
    ]
    twice = [
        finding("collections.column_twice", "column {got!r} stands twice", path=(name,), got=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return unknown + twice


def _date_faults(timeline: Timeline, dates: pd.Series) -> list[Finding]:
    """The first row whose date is not the timeline's, by the closer of collection ends and payment dates."""
    got = [str(day)[:10] for day in dates]
    by_collection, by_payment = (_fitting_rows(got, wanted) for wanted in (timeline.collection_ends, timeline.payments))
    rows = max(by_collection, by_payment)
    if rows == len(got) == timeline.periods:
        return []
    wanted = timeline.collection_ends if rows == by_collection else timeline.payments
    return [
        finding(
            "collections.timeline",
            "the collections do not fit the timeline: row {row} is {got}, wanted {wanted}",
            path=("date", rows),
            row=rows + 1,
            got=got[rows] if rows < len(got) else "missing",
            wanted=wanted[rows] if rows < timeline.periods else "no further row",
        )
    ]


def _fitting_rows(got: list[str], wanted: tuple[date, ...]) -> int:
    """How many leading rows agree."""
    agree = [mine == theirs.isoformat() for mine, theirs in zip(got, wanted, strict=False)]
    return agree.index(False) if False in agree else len(agree)
