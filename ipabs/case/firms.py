"""The firms of a case: what the firm tape says of each beyond its contract."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from ipabs.basics.units import parse_money, parse_rate
from ipabs.errors import Finding, finding
from ipabs.financing.facility import ComparatorStatus, FirmFacts, Stage
from ipabs.io.table import Table

FIRM = ("obligor", "firm", "企业", "企业编号", "债务人")
COUNTED = ("invention", "utility_model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The loan a firm was offered, or could have had: annual rate and yearly guarantee fee."""

    rate: float
    fees: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """Facts and quotes by firm, and where each row's figures come from."""

    facts: tuple[FirmFacts, ...]
    quotes: tuple[tuple[str, Quote], ...]
    provenance: tuple[tuple[str, str], ...]


def word(allowed: tuple[str, ...]) -> Callable[[str], Any]:
    """Reads one of a closed set of words."""

    def read(text: str) -> Any:
        return text if text in allowed else finding("case.word", "no word {got!r}; {hint}", got=text, allowed=allowed)

    return read


COLUMNS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("revenue", parse_money),
    ("tax_rate", parse_rate),
    ("stage", word(get_args(Stage))),
    ("comparator_status", word(get_args(ComparatorStatus))),
    ("comparator_rate", parse_rate),
    ("comparator_fees", parse_rate),
)


def name_column(table: Table) -> str:
    """The column that names the firm."""
    return next((heading for heading in table.columns if heading in FIRM), table.columns[0])


def read_firms(table: Table, found: list[Finding]) -> Firms:
    """The firms of a firm tape; what is wrong with a cell is added to `found`."""
    read = {name: read_column(table, name, reader, found) for name, reader in COLUMNS if name in table.columns}
    facts: dict[str, FirmFacts] = {}
    quotes: dict[str, Quote] = {}
    provenance = []
    for row, firm in enumerate(table.column(name_column(table))):
        given = {name: values[row] for name, values in read.items() if values[row] is not None}
        rate, fees = given.pop("comparator_rate", None), given.pop("comparator_fees", 0.0)
        facts.setdefault(firm, FirmFacts(firm=firm, **given))
        if rate is not None:
            quotes.setdefault(firm, Quote(rate=rate, fees=fees))
        if "provenance" in table.columns:
            provenance.append((firm, str(table.column("provenance")[row])))
    return Firms(facts=tuple(facts.values()), quotes=tuple(quotes.items()), provenance=tuple(provenance))


def read_column(table: Table, name: str, reader: Callable[[str], Any], found: list[Finding]) -> list[Any]:
    """The values of a column; None where the cell is empty or wrong."""
    values: list[Any] = []
    for row, text in enumerate(table.column(name)):
        value = reader(text) if text else None
        if isinstance(value, Finding):
            found.append(replace(value, place=table.place(row, name)))
            value = None
        values.append(value)
    return values


def patent_findings(firms: Table, patents: Table) -> Iterator[Finding]:
    """Rights of unknown firms, and counts that differ between the two tapes."""
    if not {"firm", "kind"} <= set(patents.columns):
        yield finding(
            "case.patent_columns",
            "the patent tape needs the columns {allowed}",
            place=patents.heading_place(),
            allowed=("firm", "kind"),
        )
        return
    owners = patents.column("firm")
    kinds = patents.column("kind")
    names = firms.column(name_column(firms))
    for row, owner in enumerate(owners):
        if owner not in set(names):
            place = patents.place(row, "firm")
            yield finding("case.patent_owner", "no firm {got!r}; {hint}", place=place, got=owner, allowed=names)
    for row, firm in enumerate(names):
        for kind in COUNTED:
            column = f"{kind}s"
            listed = int(((owners == firm) & (kinds == kind)).sum())
            if column in firms.columns and firms.column(column)[row] != str(listed):
                yield finding(
                    "case.patent_count",
                    "{firm} has {got} here, {listed} in the patent tape",
                    place=firms.place(row, column),
                    got=firms.column(column)[row],
                    firm=firm,
                    listed=listed,
                )
