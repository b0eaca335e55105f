"""Stratification: a pool by bands and groups, its largest names, its diversity."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from ipabs.basics.concentration import effective_number, herfindahl, top_share
from ipabs.errors import DataError, finding, refuse
from ipabs.pool.pool import Pool, column_faults


def stratify(
    pool: Pool,
    by: str,
    *,
    bands: Sequence[float] | None = None,
    then: str | None = None,
    then_bands: Sequence[float] | None = None,
    as_of: date | None = None,
) -> pd.DataFrame:
    """A pool by the values of a column, or by bands of it.

    Parameters
    ----------
    by, then : str
        Columns of ``pool.to_frame()``; `then` makes a second level within the first.
    bands, then_bands : sequence of float, optional
        Rising edges; a value lies in [edge, next edge). Values outside the edges have bands of their own.
    as_of : date, optional
        Adds ages and remaining terms in months to the columns.

    Returns
    -------
    DataFrame
        For each group: number of contracts, principal, share of the pool's principal, average rate weighted by
        principal (the average of the contracts that state one).

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loans = tuple(
    ...     PledgedLoan(id=f"C{k}", obligor="F1", principal=size, start=date(2024, 1, 1), maturity=date(2025, 1, 1),
    ...                 contract_rate=rate)
    ...     for k, (size, rate) in enumerate([(3e6, 0.04), (8e6, 0.05), (9e6, 0.06)]))
    >>> stratify(Pool(loans, (Party(id="F1"),)), "principal", bands=[0, 5e6, 10e6])
                            contracts   principal  share  average rate
    principal
    [0, 5000000)                    1   3000000.0   0.15      0.040000
    [5000000, 10000000)             2  17000000.0   0.85      0.055294
    """
    table = pool.to_frame(as_of=as_of)
    levels = [("by", by, bands is not None), *([("then", then, then_bands is not None)] if then else [])]
    refuse(DataError, column_faults(table, levels))
    keys = [_groups(table, by, bands)]
    if then is not None:
        keys.append(_groups(table, then, then_bands))
    rated = table["contract_rate"].notna()
    work = pd.DataFrame(
        {
            "contracts": 1,
            "principal": table["principal"],
            "weighted": (table["contract_rate"] * table["principal"]).where(rated, 0.0),
            "rated": table["principal"].where(rated, 0.0),
        }
    )
    sums = work.groupby(keys, observed=True, sort=True).sum()
    return pd.DataFrame(
        {
            "contracts": sums["contracts"],
            "principal": sums["principal"],
            "share": sums["principal"] / table["principal"].sum(),
            "average rate": sums["weighted"] / sums["rated"].where(sums["rated"] > 0),
        }
    )


def top_names(pool: Pool, by: str = "obligor", *, count: int = 10) -> pd.DataFrame:
    """The largest groups with principal, share and share together with those above them.

    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> top_names(pool, count=2)
             principal  share  together
    obligor
    F1       6000000.0    0.6       0.6
    F2       3000000.0    0.3       0.9
    """
    table = pool.to_frame()
    refuse(DataError, column_faults(table, [("by", by, False)]))
    held = table.groupby(by)["principal"].sum().sort_values(ascending=False, kind="stable")
    share = held / held.sum()
    return pd.DataFrame({"principal": held, "share": share, "together": share.cumsum()}).head(count)


def diversity(pool: Pool, columns: Sequence[str] = ("obligor", "sector")) -> pd.DataFrame:
    """For each column: number of groups, Herfindahl index, effective number, share of the largest one and five.

    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> diversity(pool).round(4)                    # 1 / (0.6² + 0.3² + 0.1²) = 2.1739
             groups  Herfindahl  effective number  largest  largest five
    obligor       3        0.46            2.1739      0.6           1.0
    sector        2        0.82            1.2195      0.9           1.0
    """
    table = pool.to_frame()
    refuse(DataError, column_faults(table, [("columns", column, False) for column in columns]))
    rows = {}
    for column in columns:
        held = table.groupby(column)["principal"].sum().to_numpy()
        rows[column] = {
            "groups": len(held),
            "Herfindahl": herfindahl(held),
            "effective number": effective_number(held),
            "largest": top_share(held, 1),
            "largest five": top_share(held, 5),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _groups(table: pd.DataFrame, column: str, bands: Sequence[float] | None) -> pd.Series:
    if bands is None:
        return table[column]
    if len(bands) < 2 or any(high <= low for low, high in pairwise(bands)):
        raise DataError(finding("stratify.bands", "bands need at least two rising edges; got {got}", got=list(bands)))
    edges = [-np.inf, *bands, np.inf]
    names = [
        f"below {bands[0]:g}",
        *(f"[{_edge(low)}, {_edge(high)})" for low, high in pairwise(bands)),
        f"{_edge(bands[-1])} and above",
    ]
    return pd.cut(table[column].astype(float), edges, right=False, labels=names).rename(column)


def _edge(value: float) -> str:
    return f"{value:.12g}"
