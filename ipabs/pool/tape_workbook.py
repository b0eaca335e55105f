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
from ipabs.pool.tape_columns import tape_fields
from ipabs.pool.tape_words import HEADINGS, PARTY_COLUMNS, WORDS

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
HEAD = {"bold": True, "bg_color": "#DDE6F0"}
MOST_MARKS = 10_000
A4 = 9
# Rows whose texts decide how wide a column is, and how wide it gets at most.
SHOWN = 200
WIDEST = 40


def tape_template(kinds: tuple[type[Obligation], ...] = KINDS, *, lang: Language = "en") -> bytes:
    """A workbook with a sheet to fill in, one row a contract, and a sheet that explains every column.

    Headings and words are those of the fields in English and their Chinese synonyms in Chinese; `ipabs.pool.read_tape`
    knows both. The sheet has one example, which a user overwrites; cells with a closed set of words offer them.

    >>> from ipabs.io.table import parse_table
    >>> parse_table(tape_template(lang="zh"), file="template.xlsx").columns[:8]
    ('合同编号', '企业编号', '企业名称', '行业', '债权类型', '本金', '起始日', '到期日')
    """
    fields = tape_fields(kinds)
    others = [name for name in fields if name not in FIRST]
    names = [name for name in (*FIRST, *others) if name in fields or name in ("kind", *PARTY_COLUMNS)]
    stream = io.BytesIO()
    with _workbook(stream) as book:
        head = book.add_format(HEAD | {"border": 1})
        tape = book.add_worksheet(label("tape.sheet", lang))
        for column, name in enumerate(names):
            tape.write_string(0, column, heading(name, lang), head)
            tape.set_column(column, column, 16)
            if name in EXAMPLE:
                example = EXAMPLE[name]
                tape.write(1, column, word(example, lang) if isinstance(example, str) else example)
            words = [word(one, lang) for one in words_of(kinds, name)]
            if words:
                tape.data_validation(1, column, 1_000, column, {"validate": "list", "source": words})
        tape.freeze_panes(1, 2)
        _guide_sheet(book, kinds, names, lang)
    return stream.getvalue()


def _guide_sheet(book: "Workbook", kinds: tuple[type[Obligation], ...], names: Sequence[str], lang: Language) -> None:
    fields = tape_fields(kinds)
    head, text = book.add_format(HEAD | {"border": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    guide = book.add_worksheet(label("tape.guide_sheet", lang))
    _print_on_one_width(guide)
    for column, part in enumerate(("column", "needed", "meaning", "words", "names")):
        guide.write_string(0, column, label(f"tape.guide_{part}", lang), head)
        guide.set_column(column, column, (18, 14, 60, 40, 40)[column])
    for row, name in enumerate(names, start=1):
        needed = name in fields and len(fields[name].needed_by) > 0 and name != "id"
        always = needed and len(fields[name].needed_by) == len(kinds)
        how_often = "always" if always or name == "kind" else "some" if needed else "optional"
        cells = (
            heading(name, lang),
            label(f"tape.{how_often}", lang),
            label(f"tape.says_{name}", lang),
            ", ".join(word(one, lang) for one in words_of(kinds, name)),
            ", ".join((name, *HEADINGS.get(name, ()))),
        )
        for column, cell in enumerate(cells):
            guide.write_string(row, column, cell, text)


def heading(name: str, lang: Language) -> str:
    """The heading of a field in the template.

    >>> heading("principal", "zh"), heading("principal", "en")
    ('本金', 'principal')
    """
    return HEADINGS[name][0] if lang == "zh" and name in HEADINGS else name


def word(value: str, lang: Language) -> str:
    """A word of a closed set in the template.

    >>> word("level", "zh"), word("level", "en"), word("ACT/365F", "zh")
    ('等额本息', 'level', 'ACT/365F')
    """
    if lang == "en":
        return value
    return next((chinese for chinese, meant in WORDS.items() if meant == value and not chinese.isascii()), value)


def marked_workbook(table: Table, found: Iterable[Finding], *, lang: Language = "en") -> bytes:
    """The tape as a workbook: faulty cells filled and commented, and a sheet that lists all faults with their cells.

    >>> from ipabs.io.table import parse_table
    >>> from ipabs.pool.tape_rules import check_tape
    >>> tape = "id,obligor,kind,principal,start,maturity,rate\\nC1,F1,pledged_loan,9e6,2024-03-28,2025-03-28,3.8\\n"
    >>> table = parse_table(tape.encode(), file="tape.csv")
    >>> marked = marked_workbook(table, check_tape(table))
    >>> [str(column[0]) for column in parse_table(marked, file="marked.xlsx", sheet="Faults").cells]
    ['2', 'G2.rate', '3.8', "'3.8' without a unit looks like a percentage; write 3.8%"]
    """
    faults = tuple(found)
    marks: dict[tuple[int, int], list[str]] = {}
    for one in faults:
        marks.setdefault((one.place.line, one.place.column), []).append(message(one, lang))
    stream = io.BytesIO()
    with _workbook(stream) as book:
        wrong, head = book.add_format({"bg_color": "#F8CBAD"}), book.add_format(HEAD)
        tape = book.add_worksheet(table.sheet or label("tape.sheet", lang))
        _print_on_one_width(tape)
        for column, name, texts in zip(table.positions, table.columns, table.cells, strict=True):
            tape.write_string(table.first_row - 2, column - 1, name, head)
            tape.set_column(column - 1, column - 1, _width((name, *texts[:SHOWN])))
            for row, text in enumerate(texts, table.first_row):
                style = wrong if (row, column) in marks or (row, 0) in marks else None
                tape.write_string(row - 1, column - 1, text, style)
        for (row, column), notes in list(marks.items())[:MOST_MARKS]:
            if row:
                tape.write_comment(row - 1, max(column - 1, 0), "\n".join(notes))
        tape.freeze_panes(table.first_row - 1, 0)
        _fault_sheet(book, faults, lang)
    return stream.getvalue()


def _fault_sheet(book: "Workbook", faults: Sequence[Finding], lang: Language) -> None:
    sheet = book.add_worksheet(label("tape.faults_sheet", lang))
    _print_on_one_width(sheet)
    head, text = book.add_format(HEAD), book.add_format({"text_wrap": True, "valign": "top"})
    for column, part in enumerate(("row", "cell", "got", "what")):
        sheet.write_string(0, column, label(f"tape.fault_{part}", lang), head)
        sheet.set_column(column, column, (6, 30, 24, 90)[column])
    for row, one in enumerate(faults, start=1):
        sheet.write_number(row, 0, one.place.line, text)
        sheet.write_string(row, 1, ".".join(str(part) for part in one.place.path), text)
        sheet.write_string(row, 2, one.got, text)
        sheet.write_string(row, 3, message(one, lang), text)
    sheet.freeze_panes(1, 0)


def _print_on_one_width(sheet: "Worksheet") -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _width(texts: Iterable[str]) -> int:
    """Characters that a column needs; a Chinese one takes two places, as it takes two bytes in GB18030.

    >>> _width(["本金", "9000000"])
    9
    """
    return min(max(len(text.encode("gb18030")) for text in texts) + 2, WIDEST)


def _workbook(stream: io.BytesIO) -> "Workbook":
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": CREATED})
    return book


def words_of(kinds: tuple[type[Obligation], ...], name: str) -> list[str]:
    """The closed set of words of a column, if it has one.

    >>> words_of(KINDS, "amortization")
    ['level', 'linear', 'bullet', 'negative', 'custom']
    """
    if name == "kind":
        return [str(vars(kind)["KIND"]) for kind in kinds]
    field = tape_fields(kinds).get(name)
    refused = field.read("\x00") if field else None
    return [one for one in refused.allowed if one not in WORDS] if isinstance(refused, Finding) else []
