"""What a tape or its mapping says that nothing reads: headings that look like known ones, parts of a mapping."""

from collections.abc import Iterable, Iterator

from ipabs.case import firms
from ipabs.case.inputs import Inputs
from ipabs.case.kinds import OpenKinds
from ipabs.errors import Finding, finding, nearest
from ipabs.io.columns import Column
from ipabs.io.table import Table
from ipabs.patents import industry, landscape, tape
from ipabs.pool.tape_columns import tape_fields
from ipabs.pool.tape_words import HEADINGS, PARTY_COLUMNS

MISSPELT = 0.85  # closer than a heading of the user's own such as revenue_2022 is to revenue


def heading_findings(inputs: Inputs) -> Iterator[Finding]:
    """Headings that differ from a known one by a letter or by capitals: warnings, for a detail may be called so."""
    known = {
        "firms": firm_headings(inputs.kinds),
        "patents": headings_of(tape.COLUMNS),
        "ipc_map": headings_of(industry.map_columns()),
        "filings": headings_of(landscape.COLUMNS),
    }
    for name, table in inputs.tapes:
        if name in known:
            mapped = {one.heading for one in inputs.mapping_of(name).columns}
            yield from misspelt(table, known[name] | mapped)


def unread_parts(inputs: Inputs) -> Iterator[Finding]:
    """Constants and words in the mapping of a tape of rights, which is read by its columns alone."""
    for name, _ in inputs.mappings:
        mapping = inputs.mapping_of(name)
        for part, given in (("constants", mapping.constants), ("words", mapping.words)):
            if given and name != "firms":
                template = "only the mapping of the firm tape has {got}; {tape} is read by columns alone"
                yield finding("case.mapping", template, path=("tapes", name, "mapping", part), got=part, tape=name)


def firm_headings(kinds: OpenKinds) -> set[str]:
    """What a column of the firm tape may be called to be read as a term, a party or a fact about the firm."""
    terms = {"kind", "deal", "provenance", *firms.FIRM, *PARTY_COLUMNS, *tape_fields(kinds.obligations)}
    facts = {*(name for name, _ in firms.COLUMNS), *(f"{kind}s" for kind in firms.COUNTED)}
    return terms | facts | {word for words in (*HEADINGS.values(), *firms.HEADINGS.values()) for word in words}


def headings_of(columns: Iterable[Column]) -> set[str]:
    """What a column of a tape about rights may be called to be read."""
    return {"provenance"} | {word for one in columns for word in (one.name, *one.headings)}


def misspelt(table: Table, known: set[str]) -> Iterator[Finding]:
    """A warning for each unknown heading that is nearly one of `known` which the table does not have."""
    for heading in table.columns:
        close = nearest(heading.casefold(), sorted(known - set(table.columns)), closeness=MISSPELT)
        if close and heading not in known:
            template = "nothing reads the column {got!r}; did you mean {close!r}?"
            place = table.heading_place(heading)
            yield finding("case.heading", template, place=place, severity="warning", got=heading, close=close)
