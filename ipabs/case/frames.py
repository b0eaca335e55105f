"""Exhibits as tables to compute with."""

from collections.abc import Iterable

import pandas as pd

from ipabs.errors import DataError, finding
from ipabs.report.exhibit import Exhibit


def frame(exhibit: Exhibit) -> pd.DataFrame:
    """An exhibit as a table to compute with."""
    return pd.DataFrame(list(exhibit.rows), columns=list(exhibit.header))


def frame_with_units(exhibit: Exhibit, currency: str = "CNY") -> pd.DataFrame:
    """An exhibit as a table whose columns say their units; one that begins with dates is indexed by them."""
    units = {"money": currency, "rate": "decimal", "points": "decimal", "years": "years", "per_face": currency,
             "percent": "percent", "factor": "factor"}  # fmt: skip
    names = {one.name: f"{one.name} [{units[one.unit]}]" for one in exhibit.columns if one.unit in units}
    table = frame(exhibit).rename(columns=names)
    first = exhibit.columns[0]
    if first.unit == "date":
        table[first.name] = pd.to_datetime(table[first.name])
        return table.set_index(first.name)
    return table


def chosen_exhibit(exhibits: Iterable[Exhibit], name: str) -> Exhibit:
    """One exhibit by name; an unknown name is a `DataError` that lists them."""
    known = {one.name: one for one in exhibits}
    if name not in known:
        raise DataError(finding("result.table", "there is no table {got!r}; {hint}", got=name, allowed=known))
    return known[name]
