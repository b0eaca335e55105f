"""What a case reads about rights: its patent tape, held against the firm tape; its IPC map; the filings of a field."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from ipabs.case.case import CaseFile
from ipabs.case.firms import COUNTED, name_column
from ipabs.case.inputs import of_tape
from ipabs.errors import DataError, Finding, finding
from ipabs.io.columns import TypedColumns, read_columns
from ipabs.io.table import Table
from ipabs.patents.industry import IpcMap, ipc_map, read_ipc_map
from ipabs.patents.landscape import Filing, read_filings
from ipabs.patents.portfolio import Portfolio, pledge_findings
from ipabs.patents.tape import COLUMNS, owners_of, read_portfolio


def read_rights(
    table: Table,
    firms: Table | None,
    as_of: date | None,
    valued: IpcMap | None,
    found: list[Finding],
    mapping: Mapping[str, str],
) -> Portfolio | None:
    """The rights of a patent tape; what is wrong with them, or between the two tapes, is added to `found`.

    Where the rights are `valued`, their classes must be known to the map.
    """
    read = read_columns(table, COLUMNS, mapping=mapping)
    found += owner_findings(read, firms)
    try:
        portfolio = read_portfolio(table, mapping=mapping, as_of=as_of)
    except DataError as error:
        found.extend(of_tape("patents", error.findings))
        return None
    if as_of is not None:
        rows = {right.number: row for row, right in enumerate(portfolio.rights)}
        unknown = valued.findings(portfolio.alive(as_of), as_of) if valued else ()
        faults = (*pledge_findings(portfolio, as_of), *unknown)
        found += [read.at(rows[str(one.place.path[0])], one) for one in faults]
    return portfolio


def read_industries(table: Table | None, mapping: Mapping[str, str], found: list[Finding]) -> IpcMap:
    """The case's own IPC map, or the package's; what is wrong with it is added to `found`."""
    if table is not None:
        try:
            return read_ipc_map(table, mapping=mapping)
        except DataError as error:
            found.extend(of_tape("ipc_map", error.findings))
    return ipc_map()


def read_field(
    table: Table | None, mapping: Mapping[str, str], file: CaseFile | None, found: list[Finding]
) -> tuple[Filing, ...]:
    """The filings of the field, for its landscape; what is wrong with them is added to `found`."""
    if table is None:
        return ()
    try:
        return read_filings(table, mapping=mapping, as_of=file.as_of if file else None)
    except DataError as error:
        found.extend(of_tape("filings", error.findings))
        return ()


def owner_findings(read: TypedColumns, firms: Table | None) -> Iterator[Finding]:
    """Rights of no firm of the firm tape, and counts that differ between the two tapes."""
    if "owner" not in read.values:
        template = "no column says whose each right is; add the column firm"
        yield finding("case.patent_columns", template, place=read.table.heading_place())
        return
    if firms is None:
        return
    owners = np.array([next(iter(owners_of(cell or "")), "") for cell in read.values["owner"]], dtype=object)
    kinds = np.array(read.values.get("kind", [""] * len(owners)), dtype=object)
    unclear = set(owners[kinds == None])  # noqa: E711  # elementwise: rows whose kind could not be read
    names = firms.column(name_column(firms))
    known = set(names)
    for row, owner in enumerate(owners):
        if owner not in known:
            fault = finding("case.patent_owner", "no firm {got!r}; {hint}", got=owner, allowed=names)
            yield read.at(row, fault, field="owner")
    for kind in COUNTED:
        column = f"{kind}s"
        for row, firm in enumerate(names if column in firms.columns else ()):
            listed = int(((owners == firm) & (kinds == kind)).sum())
            if firm not in unclear and firms.column(column)[row] not in ("", str(listed)):
                yield finding(
                    "case.patent_count",
                    "{firm} has {got} here, {listed} in the patent tape",
                    place=firms.place(row, column),
                    got=firms.column(column)[row],
                    firm=firm,
                    listed=listed,
                )
