"""A tape of contracts: its cells are read column by column and every fault is found in one look.

A column is read once for each different text in it, not once for each row; plain numbers are read all at once. Whether
the terms of a contract fit each other is said by the contract itself: simple comparisons of columns decide which rows
have to be asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd

from ipabs._typing import BoolArray, IntArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.errors import DataError, Finding, Place, finding, refuse
from ipabs.io.columns import match_headings, missing_column
from ipabs.io.table import Table, TextColumn
from ipabs.pool.contract import Contract
from ipabs.pool.kinds import KINDS
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import index_findings, yield_findings
from ipabs.pool.tape_columns import Field, TapeMapping, constant_findings, tape_fields
from ipabs.pool.tape_reader import PLAIN_NUMBERS, Column, TapeReader
from ipabs.pool.tape_words import HEADINGS, PARTY_COLUMNS, TOTALS, folded, plain_heading, synonyms

# Fields whose rules simple comparisons check; a row that uses any other is asked itself.
COMPARED = {"id", "obligor", "kind", "principal", "start", "maturity", "contract_rate", "amortization", "frequency",
            "payment_day", "day_count", "deal", "guarantor", "calendar", "roll", "rounding", "lender", "licence",
            "seasoning", "prepayment_fee", "end_of_month", "accrual"}  # fmt: skip

# Terms whose faults follow from dates alone, whatever else is wrong in a row.
DATES = ("maturity", "first_payment", "first_principal", "capitalized_until", "first_reset")
STAND_INS = MappingProxyType({"id": "-", "obligor": "-", "principal": 1.0})
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """The typed columns of a tape that has passed its rules.

    Attributes
    ----------
    kind : IntArray
        Which of the kinds each row is.
    values : dict
        Field to column: one value a row, None where the cell is empty.
    parties : dict
        Party column to texts.
    details : dict
        Further columns: numbers where every cell is one, else text.
    """

    table: Table
    kind: IntArray
    values: dict[str, Column]
    parties: dict[str, TextColumn]
    details: dict[str, Column]


def read_tape(
    table: Table,
    kinds: tuple[type[Obligation], ...] = KINDS,
    mapping: TapeMapping | None = None,
    *,
    indices: Sequence[IndexHistory] = (),
) -> Pool:
    """The pool that a tape describes, one contract a row.

    Parameters
    ----------
    table : Table
        From `ipabs.io.table.read_table`. Headings are field names, their Chinese or English synonyms, or what `mapping`
        says; without a column of contract ids the obligor names the contract.
    kinds : tuple of types
        The kinds of obligation that the column ``kind`` may name.
    mapping : TapeMapping, optional
    indices : sequence
        Index histories beside the published ones that floating contracts may name.

    Returns
    -------
    Pool
        Columns that are neither terms nor facts about the firm stand in ``pool.details``.

    Raises
    ------
    DataError
        With every fault of the tape, each at its cell.

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> heading = "合同编号,企业,业务类型,金额,起始日,到期日,利率,还款方式"
    >>> contract = "C1,F1,质押贷款,900万元,2024-03-28,2025-03-28,3.8%,先息后本"
    >>> pool = read_tape(parse_table(f"{heading}\\n{contract}\\n".encode(), file="tape.csv"))
    >>> pool.obligations[0].principal, pool.obligations[0].amortization
    (9000000.0, 'bullet')
    """
    tape, found = look_at(table, kinds, mapping, indices)
    refuse(DataError, found)
    contracts = tuple(_contract(tape, kinds, row) for row in range(len(table)))
    details = pd.DataFrame(tape.details, index=pd.Index([one.id for one in contracts], name="id"))
    return Pool(contracts, tuple(_parties(tape)), details)


def check_tape(
    table: Table,
    kinds: tuple[type[Obligation], ...] = KINDS,
    mapping: TapeMapping | None = None,
    *,
    indices: Sequence[IndexHistory] = (),
) -> tuple[Finding, ...]:
    """Every fault of a tape, in the order of its rows; empty when `read_tape` accepts it.

    >>> from ipabs.io.table import parse_table
    >>> tape = "id,obligor,kind,principal,start,maturity,rate\\nC1,F1,pledged_loan,9e6,2024-03-28,2025-03-28,3.8\\n"
    >>> print(*check_tape(parse_table(tape.encode(), file="tape.csv")))
    tape.csv:2:7 G2.rate: '3.8' without a unit looks like a percentage; write 3.8%
    """
    _, found = look_at(table, kinds, mapping, indices)
    return found


def look_at(
    table: Table, kinds: tuple[type[Obligation], ...], mapping: TapeMapping | None, indices: Sequence[IndexHistory]
) -> tuple[Tape, tuple[Finding, ...]]:
    """The typed columns of a tape and everything that is wrong with it."""
    mapping = mapping or TapeMapping()
    known = tape_fields(kinds)
    mapped = {one.heading: one.field for one in mapping.columns}
    words = synonyms({*known, "kind", *PARTY_COLUMNS})
    headings, found = match_headings(
        table, lambda text: mapped.get(text) or words.get(folded(plain_heading(text)[0]), text), mapped
    )
    if "obligor" not in headings and "obligor_name" in headings:
        headings["obligor"] = headings["obligor_name"]
    found += constant_findings(mapping, headings, {*known, "kind", *PARTY_COLUMNS})
    reader = TapeReader(table, mapping, headings)
    kind = reader.kinds(kinds)
    values = {name: reader.column(known[name]) for name in known if reader.has(name)}
    if "id" not in values and "obligor" in values:
        values["id"] = values["obligor"]
    parties = {name: reader.texts(name) for name in PARTY_COLUMNS if reader.has(name)}
    others = [name for name in headings if name not in known and name not in (*PARTY_COLUMNS, "kind")]
    tape = Tape(table, kind, values, parties, {name: _detail(reader.texts(name)) for name in others})
    found += reader.found
    found += [*_needed(tape, kinds, known, reader), *_ids_twice(tape, reader), *_parties_differ(tape, reader)]
    if all(values.keys() >= {name for name, field in known.items() if n in field.needed_by} for n in np.unique(kind)):
        faulty = {one.place.line - table.first_row for one in found}
        found += _terms(tape, kinds, known, reader, faulty, indices)
    found = list(_no_contracts(tape, found, reader))
    return tape, tuple(sorted(found, key=lambda one: (one.place.line, one.place.column)))


def _no_contracts(tape: Tape, found: list[Finding], reader: TapeReader) -> Iterator[Finding]:
    """The findings, with a single one for each row that adds up the others, or is a remark."""
    table = tape.table
    ids = tape.values["id"].tolist() if reader.has("id") else []
    rows = {row for row, text in enumerate(ids) if text and folded(text) in TOTALS}
    rows |= {one.place.line - table.first_row for one in found if one.place.line >= table.first_row}
    lines: set[int] = set()
    for row in sorted(rows):
        texts = [column[row] for column in table.cells if column[row]]
        place = Place(file=table.file, line=table.first_row + row)
        if word := next((text.rstrip(":：") for text in texts if folded(text) in TOTALS), ""):
            template = "the row adds up the others ({got}); delete it, the tape holds contracts alone"
            yield finding("tape.total_row", template, place=place, got=word)
        elif len(texts) == 1 and len(table.cells) > 2:
            template = "the row holds one remark ({got}); delete it, the tape holds contracts alone"
            yield finding("tape.remark_row", template, place=place, got=texts[0])
        else:
            continue
        lines.add(place.line)
    yield from (one for one in found if one.place.line not in lines)


def _needed(
    tape: Tape, kinds: tuple[type[Obligation], ...], known: dict[str, Field], reader: TapeReader
) -> Iterator[Finding]:
    """Columns and cells that the kinds of the rows need and the tape does not have."""
    if not reader.has("kind") and reader.several_kinds:
        yield missing_column(tape.table, "kind", HEADINGS["kind"])
    present = set(np.unique(tape.kind).tolist())
    names = [str(vars(kind)["KIND"]) for kind in kinds]
    for name, field in known.items():
        if not present & set(field.needed_by):
            continue
        needing = np.isin(tape.kind, field.needed_by)
        if name in tape.values and name not in reader.empty:
            continue
        if name in tape.values:
            for row in np.flatnonzero(needing & reader.empty[name]):
                yield finding(
                    "tape.empty_cell",
                    "{field} is empty; a {kind} needs it",
                    place=reader.place(int(row), name),
                    field=name,
                    kind=names[tape.kind[row]],
                )
        elif name != "id":
            yield missing_column(tape.table, name, HEADINGS.get(name, ()))


def _ids_twice(tape: Tape, reader: TapeReader) -> Iterator[Finding]:
    ids = tape.values.get("id", np.array([]))
    if len(set(ids)) == len(ids):
        return
    code, unique = pd.factorize(ids)
    first = np.full(len(unique), -1)
    name = "id" if reader.has("id") else "obligor"
    for row, n in enumerate(code):
        if n < 0:
            continue
        if first[n] < 0:
            first[n] = row
        else:
            yield finding(
                "tape.id_twice",
                "contract {got!r} stands in row {row} already; give each contract its own id",
                place=reader.place(row, name),
                got=ids[row],
                row=tape.table.first_row + int(first[n]),
            )


def _parties_differ(tape: Tape, reader: TapeReader) -> Iterator[Finding]:
    """Rows that say something else about a firm than the firm's first row."""
    if "obligor" not in tape.values or not tape.parties:
        return
    code, unique = pd.factorize(tape.values["obligor"])
    first = np.zeros(len(unique), dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    for name, texts in tape.parties.items():
        for row in np.flatnonzero(texts != texts[first[code]]):
            yield finding(
                "tape.party_differs",
                "{field} of {firm} is {got!r} here and {first!r} in row {row}; one firm is one party",
                place=reader.place(int(row), name),
                got=texts[row],
                field=name,
                firm=tape.values["obligor"][row],
                first=texts[first[code[row]]],
                row=tape.table.first_row + int(first[code[row]]),
            )


def _terms(
    tape: Tape,
    kinds: tuple[type[Obligation], ...],
    known: dict[str, Field],
    reader: TapeReader,
    faulty: set[int],
    indices: Sequence[IndexHistory],
) -> Iterator[Finding]:
    """What the contracts themselves say about their terms; in rows with wrong cells, what they say about dates."""
    needed = [[name for name, field in known.items() if n in field.needed_by] for n in range(len(kinds))]
    for row in np.flatnonzero(_to_be_asked(tape, kinds)).tolist():
        missing = {name for name in needed[tape.kind[row]] if row in faulty and tape.values[name][row] is None}
        if missing - STAND_INS.keys():
            continue
        contract = _contract(tape, kinds, row, {name: STAND_INS[name] for name in missing})
        found = list(getattr(contract, "findings", tuple)())
        if isinstance(contract, Contract):
            found += [*index_findings(contract, indices), *yield_findings(contract)]
        for one in found:
            name = str(one.place.path[0]) if one.place.path else "id"
            if row not in faulty or name in DATES:
                yield replace(one, place=reader.place(row, name))


def _to_be_asked(tape: Tape, kinds: tuple[type[Obligation], ...]) -> BoolArray:
    """Rows of other kinds than loans, with terms that are wrong, or with terms that comparisons do not see."""
    values = tape.values
    asked = ~np.array([issubclass(kind, Contract) for kind in kinds])[tape.kind]
    if asked.all():
        return asked
    start, maturity, principal = (values[name] for name in ("start", "maturity", "principal"))
    dated, paid = (start != None) & (maturity != None), principal != None  # noqa: E711 - elementwise
    asked[dated] |= maturity[dated] <= start[dated]
    asked[paid] |= principal[paid] <= 0
    asked |= np.array([rate is None for rate in values.get("contract_rate", [None] * len(asked))], dtype=bool)
    if "payment_day" in values:
        asked |= np.array([(day or 0) > 31 for day in values["payment_day"]], dtype=bool)
    words = values.get("amortization")
    if words is not None:
        asked |= (words == "custom") | (words == "negative")
    for name in values.keys() - COMPARED:
        asked |= np.array([value is not None for value in values[name]], dtype=bool)
    return np.asarray(asked, dtype=np.bool_)


def _contract(
    tape: Tape, kinds: tuple[type[Obligation], ...], row: int, stand_ins: Mapping[str, object] = NOTHING
) -> Obligation:
    kind: Any = kinds[int(tape.kind[row])]
    names = {one.name for one in fields(kind)}
    given = {name: _plain(column[row]) for name, column in tape.values.items() if name in names}
    return cast(Obligation, kind(**stand_ins, **{name: value for name, value in given.items() if value is not None}))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _parties(tape: Tape) -> Iterable[Party]:
    """The obligors in the order of the tape, then the guarantors that are none of them."""
    names = {"obligor_name": "name"}
    seen: dict[str, Party] = {}
    for row, obligor in enumerate(tape.values["obligor"]):
        if obligor not in seen:
            facts = {names.get(name, name): texts[row] for name, texts in tape.parties.items()}
            seen[obligor] = Party(id=obligor, **facts)
    for guarantor in tape.values.get("guarantor", ()):
        if guarantor and guarantor not in seen:
            seen[guarantor] = Party(id=guarantor)
    return seen.values()


def _detail(texts: TextColumn) -> Column:
    """Numbers where every cell is a plain one, else the texts."""
    if PLAIN_NUMBERS.fullmatch("\n".join(texts) + "\n"):
        return np.array(list(map(float, texts)))
    return texts
