"""The landscape of a field, from a list of filings by all owners: patent navigation, for what it says about money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ipabs.basics.concentration import effective_number
from ipabs.basics.units import TEXT_UNIT
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.io.columns import Column, read_columns, read_date
from ipabs.io.table import Table
from ipabs.patents.statute import years_between

RECENT_YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One filing of the field: its class, whose it is, and when it was made.

    >>> Filing(field="speech", owner="A", filing=date(2022, 3, 1)).filing.year
    2022
    """

    field: str
    owner: str
    filing: date


COLUMNS = (
    Column(
        name="field",
        read=TEXT_UNIT.read,
        needed=True,
        headings=("class", "ipc", "IPC", "IPC分类号", "分类号", "技术分支", "领域"),
    ),
    Column(
        name="owner", read=TEXT_UNIT.read, needed=True, headings=("applicant", "申请人", "专利权人", "权利人", "企业")
    ),
    Column(name="filing", read=read_date, needed=True, headings=("filing_date", "申请日")),
)


def read_filings(
    table: Table, *, mapping: Mapping[str, str] | None = None, as_of: date | None = None
) -> tuple[Filing, ...]:
    """The filings of a table, one a row: columns field (or class, IPC), owner and filing.

    Parameters
    ----------
    mapping : heading to field, for headings of somebody else
    as_of : date, optional
        Also refuse filings after this day.

    Raises
    ------
    DataError
        With every fault at its cell.

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> text = "技术分支,申请人,申请日\\n语音识别,甲公司,2022-03-01\\n语音识别,乙大学,2019-07-15\\n"
    >>> filings = read_filings(parse_table(text.encode(), file="field.csv"))
    >>> filings[1].owner, landscape(filings, as_of=date(2024, 1, 1))["median_age_years"].round(2).to_dict()
    ('乙大学', {'语音识别': 3.15})
    """
    read = read_columns(table, COLUMNS, mapping=mapping)
    refuse(DataError, read.findings)
    filings = tuple(Filing(**read.row(row)) for row in range(len(table)))
    refuse(DataError, [read.at(row, fault) for row, one in enumerate(filings) for fault in _late(one, as_of)])
    return filings


def _late(one: Filing, as_of: date | None) -> Iterator[Finding]:
    if as_of is not None and one.filing > as_of:
        template = "filed on {got}, after {as_of}"
        yield finding("landscape.late", template, path=("filing",), got=one.filing, as_of=as_of)


def landscape(filings: Iterable[Filing], *, as_of: date) -> pd.DataFrame:
    """Share of the leader, crowding and age of each class of a field, largest class first.

    ``effective_owners`` is one over the Herfindahl index of owners: how crowded the class is. Many owners and a low
    leader's share make licences hard to enforce and substitutes easy to find; an old class with few recent filings is
    one whose technology decays.

    Returns
    -------
    DataFrame
        Indexed by class: patents, owners, leader, leader_share, effective_owners, median_age_years,
        share_of_last_three_years.

    Raises
    ------
    DataError
        A filing after `as_of`.

    Examples
    --------
    >>> field = [Filing(field="speech", owner=owner, filing=date(2022, 1, 1)) for owner in "AAB"]
    >>> landscape(field, as_of=date(2024, 1, 1))[["patents", "leader_share", "effective_owners"]].round(2)
            patents  leader_share  effective_owners
    class
    speech        3          0.67               1.8
    """
    listed = tuple(filings)
    late = ((row, fault) for row, one in enumerate(listed, 1) for fault in _late(one, as_of))
    refuse(DataError, [fault.under(row) for row, fault in late])
    groups: dict[str, list[Filing]] = {}
    for one in listed:
        groups.setdefault(one.field, []).append(one)
    rows = {field: _class_row(group, as_of) for field, group in groups.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(HEADINGS))
    frame.index.name = "class"
    return frame.sort_values("patents", ascending=False, kind="stable")


HEADINGS = (
    "patents",
    "owners",
    "leader",
    "leader_share",
    "effective_owners",
    "median_age_years",
    "share_of_last_three_years",
)


def _class_row(group: list[Filing], as_of: date) -> dict[str, object]:
    owners = pd.Series([one.owner for one in group]).value_counts()
    ages = np.array([years_between(one.filing, as_of) for one in group])
    figures = (
        len(group),
        len(owners),
        owners.index[0],
        float(owners.iloc[0]) / len(group),
        effective_number(owners.to_numpy(dtype=float)),
        float(np.median(ages)),
        float((ages <= RECENT_YEARS).mean()),
    )
    return dict(zip(HEADINGS, figures, strict=True))
