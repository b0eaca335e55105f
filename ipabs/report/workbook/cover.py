"""The cover: what the workbook is, how to read it, whether it ties out."""

from collections.abc import Sequence
from typing import Any

from ipabs.basics.words import Language, label
from ipabs.report.workbook.deal_sheets import DealSheets
from ipabs.report.workbook.sheet import A4
from ipabs.report.workbook.style import RED, Styles


def write_cover(
    sheet: Any,
    styles: Styles,
    book: Any,
    deals: Sequence[DealSheets],
    status: str,
    title: str,
    banner: str,
    lang: Language,
) -> None:
    """Title, status, legend, sheets, notes."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 110)
    sheet.set_row(1, 30)
    sheet.write_string(
        1, 1, title or label("workbook.title", lang), styles.of(bold=True, font_size=20, font_color="#0b5a8a")
    )
    row = 2
    if banner:
        sheet.write_string(row, 1, banner, styles.banner)
        row += 1
    row += 1
    sheet.write_string(row, 1, label("workbook.status", lang), styles.of(bold=True, font_size=11))
    sheet.write_formula(row, 2, status, styles.of(bold=True, font_size=14), "OK")
    rule = {"type": "cell", "criteria": "==", "value": '"DIFF"', "format": styles.of(bold=True, font_color=RED)}
    sheet.conditional_format(row, 2, row, 2, rule)
    sheet.write_string(row + 1, 2, label("workbook.status_note", lang), styles.note)
    row = write_legend(sheet, styles, row + 3, lang)
    row = write_index(sheet, styles, book, row + 1, lang)
    sheet.write_string(row + 1, 1, label("workbook.notes", lang), styles.block)
    sheet.write_blank(row + 1, 2, None, styles.block)
    row += 2
    wrapped = styles.of(text_wrap=True, valign="top")
    for text in notes(deals, lang):
        sheet.write_string(row, 2, text, wrapped)
        sheet.set_row(row, 13 * (1 + sum(2 if ord(c) > 255 else 1 for c in text) // 125))
        row += 1
    sheet.activate()


def write_legend(sheet: Any, styles: Styles, row: int, lang: Language) -> int:
    """What blue, black and grey mean."""
    sheet.write_string(row, 1, label("workbook.legend", lang), styles.block)
    sheet.write_blank(row, 2, None, styles.block)
    for at, role in enumerate(("input", "formula", "value"), start=1):
        sheet.write_number(row + at, 1, 1234.56, styles.number("#,##0.00", role, align="left"))  # type: ignore[arg-type]  # the roles
        sheet.write_string(row + at, 2, label(f"workbook.legend_{role}", lang), styles.label)
    return row + 4


def write_index(sheet: Any, styles: Styles, book: Any, row: int, lang: Language) -> int:
    """Every sheet with a link."""
    sheet.write_string(row, 1, label("workbook.sheets", lang), styles.block)
    sheet.write_blank(row, 2, None, styles.block)
    link = styles.of(font_color="#0b5a8a", underline=1)
    for other in book.worksheets():
        if other is sheet:
            continue
        row += 1
        name = other.get_name()
        quoted = name.replace("'", "''")
        sheet.write_url(row, 1, f"internal:'{quoted}'!A1", link, string=name)
        kind = next((kind for kind in KINDS if name.endswith(label(f"workbook.{kind}", lang))), "")
        if kind:
            sheet.write_string(row, 2, label(f"workbook.about_{kind}", lang), styles.label)
    return row + 1


KINDS = ("inputs", "pool", "waterfall", "engine", "tranches", "savings", "firms", "checks")


def notes(deals: Sequence[DealSheets], lang: Language) -> list[str]:
    """How exact the formulas are, and what has none."""
    said = [label("workbook.note_exact", lang), label("workbook.note_working", lang)]
    said += [label("workbook.note_savings", lang), label("workbook.note_schedule", lang)]
    for deal in deals:
        if deal.formulas is None:
            said.append(f"{deal.name}: {label('workbook.no_formula', lang)}")
    return said
