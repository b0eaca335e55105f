"""What trustees report: tables of collections, run instead of a projection of contracts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from ipabs.basics.units import parse_money
from ipabs.case.case import CaseFile
from ipabs.case.inputs import Inputs
from ipabs.case.named_files import TrusteeFile
from ipabs.cashflow.collections import Collections
from ipabs.errors import DataError, Finding, IpabsError, finding, refuse
from ipabs.io.table import Table
from ipabs.structure.deal import Deal


def read_collections(
    file: CaseFile, inputs: Inputs, deals: Mapping[str, Deal], found: list[Finding]
) -> dict[str, Collections]:
    """What trustees report, by deal."""
    tables = dict(inputs.trustees)
    read = {}
    for one in file.collections:
        if one.deal in deals and one.deal in tables:
            try:
                read[one.deal] = trustee_collections(one, deals[one.deal], tables[one.deal])
            except IpabsError as error:
                found += (at_table(fault, tables[one.deal]) for fault in error.findings)
    return read


def trustee_collections(stated: TrusteeFile, deal: Deal, table: Table) -> Collections:
    """The collections of a trustee's table, on the time line of its deal."""
    headings = {one.heading: one.series for one in stated.columns}
    names, columns = zip(*read_cells(table, headings), strict=True)
    opening = stated.opening
    if opening is None:
        opening = deal.closing.uses.assets if deal.closing else sum(tranche.principal for tranche in deal.tranches)
    frame = pd.DataFrame(dict(enumerate(columns))).set_axis(names, axis="columns")
    return Collections.from_frame(deal.timeline(), frame, opening=opening)


def read_cells(table: Table, headings: Mapping[str, str]) -> Iterator[tuple[str, list[object]]]:
    """Series and its values: dates as they stand, amounts as numbers; every cell that is none is a fault."""
    found: list[Finding] = []
    series = []
    for heading in table.columns:
        name = headings.get(heading, heading.partition(" [")[0])
        texts = [str(text) for text in table.column(heading)]
        if name == "date":
            series.append((name, list[object](texts)))
            continue
        values = [parse_money(text) if text else 0.0 for text in texts]
        found += (
            replace(value, place=table.place(row, heading))
            for row, value in enumerate(values)
            if isinstance(value, Finding)
        )
        series.append((name, list[object](values)))
    if "date" not in (name for name, _ in series):
        template = "no column gives date: the collection end or payment date of each row"
        found.append(finding("case.trustee_date", template, place=table.heading_place()))
    refuse(DataError, found)
    yield from series


def at_table(fault: Finding, table: Table) -> Finding:
    """A finding about a table, placed at its cell, or else at its headings."""
    match fault.place.path:
        case (str(name), int(row)) if name in table.columns and row < len(table):
            return replace(fault, place=table.place(row, name))
    return fault if fault.place.file else replace(fault, place=table.heading_place())
