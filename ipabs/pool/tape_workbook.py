"""Workbooks around a tape: a template to fill in, and a tape with its faults marked.

Both are returned as bytes; writing them to a file is the caller's.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ipabs.basics.words import Language, label, message
from ipabs.errors import Finding
from ipabs.io.table import Table
from ipabs.pool.kinds import KINDS
from ipabs.pool.obligation import Obligation
from ipabs.pool.tape_columns import HEADINGS, PARTY_COLUMNS, tape_fields

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# A workbook with a fixed date of creation is the same file each time it is made.
CREATED = datetime(2000, 1, 1)
EXAMPLE = {
    "id": "C001",
    "obligor": "F001",
    "kind": "pledged_loan",
    "principal": 9_000_000,
    "start": "2024-03-28",
    "maturity": "2026-03-28",
    "contract_rate": "3.8%",
    "amortization": "level",
    "frequency": "quarterly",
    "day_count": "ACT/365F",
    "sector": "AI",
}
FIRST = ("id", "obligor", "obligor_name", "sector", "kind", "principal", "start", "maturity", "contract_rate",
         "amortization", "frequency", "day_count", "deal", "guarantor")  # fmt: skip
MOST_MARKS = 10_000


def tape_template(kinds: tuple[type[Obligation], ...] = KINDS, *, lang: Language = "en") -> bytes:
    """A workbook with a sheet to fill in, one row a contract, and a sheet that explains every column.

    Headings are field names in English and their Chinese synonyms in Chinese; `ipabs.pool.read_tape` knows both. The
    sheet has one example, which a user overwrites; cells with a closed set of words offer them.
    """
    fields = tape_fields(kinds)
    others = [name for name in fields if name not in FIRST]
    names = [name for name in (*FIRST, *others) if name in fields or name in ("kind", *PARTY_COLUMNS)]
    stream = io.BytesIO()
    with _workbook(stream) as book:
        head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        tape = book.add_worksheet(label("tape.sheet", lang))
        for column, name in enumerate(names):
            tape.write_string(0, column, heading(name, lang), head)
            tape.set_column(column, column, 16)
            if name in EXAMPLE:
                tape.write(1, column, EXAMPLE[name])
            words = _words(kinds, name)
            if words:
                tape.data_validation(1, column, 1_000, column, {"validate": "list", "source": words})
        tape.freeze_panes(1, 2)
        guide = book.add_worksheet(label("tape.guide_sheet", lang))
        heads = [label(f"tape.guide_{part}", lang) for part in ("column", "needed", "meaning", "words", "names")]
        for column, title in enumerate(heads):
            guide.write_string(0, column, title, head)
            guide.set_column(column, column, (18, 12, 60, 40, 40)[column])
        for row, name in enumerate(names, start=1):
            needed = name in fields and len(fields[name].needed_by) > 0 and name != "id"
            always = needed and len(fields[name].needed_by) == len(kinds)
            word = "always" if always or name == "kind" else "some" if needed else "optional"
            says = fields[name].says if name in fields else label(f"tape.says_{name}", lang)
            cells = (heading(name, lang), label(f"tape.{word}", lang), says, ", ".join(_words(kinds, name)),
                     ", ".join((name, *HEADINGS.get(name, ()))))  # fmt: skip
            for column, cell in enumerate(cells):
                guide.write_string(row, column, cell, text)
    return stream.getvalue()


def heading(name: str, lang: Language) -> str:
    """The heading of a field in the template.

    >>> heading("principal", "zh"), heading("principal", "en")
    ('本金', 'principal')
    """
    return HEADINGS[name][0] if lang == "zh" and name in HEADINGS else name


def marked_workbook(table: Table, found: Iterable[Finding], *, lang: Language = "en") -> bytes:
    """The tape as a workbook: faulty cells filled and commented, and a sheet that lists all faults with their cells."""
    faults = tuple(found)
    marks: dict[tuple[int, int], list[str]] = {}
    for one in faults:
        marks.setdefault((one.place.line, one.place.column), []).append(message(one, lang))
    stream = io.BytesIO()
    with _workbook(stream) as book:
        wrong = book.add_format({"bg_color": "#F8CBAD"})
        head = book.add_format({"bold": True, "bg_color": "#DDE6F0"})
        tape = book.add_worksheet(table.sheet or label("tape.sheet", lang))
        for column, name in zip(table.positions, table.columns, strict=True):
            tape.write_string(table.first_row - 2, column - 1, name, head)
        for column, texts in zip(table.positions, table.cells, strict=True):
            for row, text in enumerate(texts, table.first_row):
                style = wrong if (row, column) in marks else None
                tape.write_string(row - 1, column - 1, text, style)
        for (row, column), notes in list(marks.items())[:MOST_MARKS]:
            if row:
                tape.write_comment(row - 1, max(column - 1, 0), "\n".join(notes))
        _fault_sheet(book.add_worksheet(label("tape.faults_sheet", lang)), book, faults, lang)
    return stream.getvalue()


def _fault_sheet(sheet: "Worksheet", book: "Workbook", faults: Sequence[Finding], lang: Language) -> None:
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0"})
    for column, part in enumerate(("row", "cell", "got", "what")):
        sheet.write_string(0, column, label(f"tape.fault_{part}", lang), head)
        sheet.set_column(column, column, (8, 18, 24, 100)[column])
    for row, one in enumerate(faults, start=1):
        sheet.write_number(row, 0, one.place.line)
        sheet.write_string(row, 1, ".".join(str(part) for part in one.place.path))
        sheet.write_string(row, 2, one.got)
        sheet.write_string(row, 3, message(one, lang))


def _workbook(stream: io.BytesIO) -> "Workbook":
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": CREATED})
    return book


def _words(kinds: tuple[type[Obligation], ...], name: str) -> list[str]:
    """The closed set of words of a column, if it has one."""
    if name == "kind":
        return [str(vars(kind)["KIND"]) for kind in kinds]
    field = tape_fields(kinds).get(name)
    refused = field.read("\x00") if field else None
    return list(refused.allowed) if isinstance(refused, Finding) else []
