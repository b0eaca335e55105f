"""The patent tape of a case: a portfolio, held against the firm tape, with its pledges."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from ipabs.case.firms import COUNTED, name_column
from ipabs.errors import DataError, Finding, finding
from ipabs.io.columns import TypedColumns, read_columns
from ipabs.io.table import Table
from ipabs.patents.industry import ipc_map
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio, pledge_findings
from ipabs.patents.tape import COLUMNS, read_portfolio


def read_rights(
    table: Table,
    firms: Table | None,
    as_of: date | None,
    found: list[Finding],
    mapping: Mapping[str, str],
    *,
    valued: bool,
) -> Portfolio | None:
    """The rights of a patent tape; what is wrong with them, or between the two tapes, is added to `found`.

    Rights that are `valued` decay with their technology, so each of their IPC symbols has to be known.
    """
    read = read_columns(table, COLUMNS, mapping=mapping)
    found += owner_findings(read, firms)
    try:
        portfolio = read_portfolio(table, mapping=mapping, as_of=as_of)
    except DataError as error:
        found.extend(error.findings)
        return None
    if as_of is not None:
        rows = {right.number: row for row, right in enumerate(portfolio.rights)}
        pledged = pledge_findings(portfolio, as_of)
        found += [read.at(rows[str(one.place.path[0])], one) for one in pledged]
    if valued:
        found += class_findings(read, portfolio)
    return portfolio


def class_findings(read: TypedColumns, portfolio: Portfolio) -> Iterator[Finding]:
    """Patents whose IPC symbol belongs to no industry of the map."""
    industries = ipc_map()
    for row, right in enumerate(portfolio.rights):
        if isinstance(right, Patent) and right.ipc:
            try:
                industries.class_of(right)
            except DataError as error:
                yield from (read.at(row, fault, field="ipc") for fault in error.findings)


def owner_findings(read: TypedColumns, firms: Table | None) -> Iterator[Finding]:
    """Rights of no firm of the firm tape, and counts that differ between the two tapes."""
    if "owner" not in read.values:
        template = "no column says whose each right is; add the column firm"
        yield finding("case.patent_columns", template, place=read.table.heading_place())
        return
    if firms is None:
        return
    owners = np.array(read.values["owner"], dtype=object)
    kinds = np.array(read.values.get("kind", [""] * len(owners)), dtype=object)
    unclear = set(owners[kinds == None])  # noqa: E711  # elementwise: rows whose kind could not be read
    names = firms.column(name_column(firms))
    known = set(names)
    for row, owner in enumerate(owners):
        if owner not in known:
            fault = finding("case.patent_owner", "no firm {got!r}; {hint}", got=owner or "", allowed=names)
            yield read.at(row, fault, field="owner")
    for kind in COUNTED:
        column = f"{kind}s"
        for row, firm in enumerate(names if column in firms.columns else ()):
            listed = int(((owners == firm) & (kinds == kind)).sum())
            if firm not in unclear and firms.column(column)[row] != str(listed):
                yield finding(
                    "case.patent_count",
                    "{firm} has {got} here, {listed} in the patent tape",
                    place=firms.place(row, column),
                    got=firms.column(column)[row],
                    firm=firm,
                    listed=listed,
                )
