"""The sheet of inputs: what the contract states, to be changed, with units, exact ratios and names."""

from collections.abc import Sequence
from typing import Any

from ipabs.basics.words import Language, label
from ipabs.errors import key_path_text
from ipabs.report.workbook.deal_sheets import DealSheets, fixed_at
from ipabs.report.workbook.grid import reference
from ipabs.report.workbook.inputs import Input, Inputs
from ipabs.report.workbook.sheet import heading_rows, set_up
from ipabs.report.workbook.style import NUMBERS, Styles, unit_format

HEAD_ROW = 3
ITEM, VALUE, UNIT, UNITS, BELOW, NAME = range(6)


def place_inputs(sheet: str, chapters: Sequence[Inputs]) -> None:
    """A row for each input, a heading for each deal."""
    row = HEAD_ROW + 1
    for inputs in chapters:
        row += 1
        for one in inputs.listed():
            one.row = row
            one.units.cell = fixed_at(row, VALUE if one.kind == "ratio" else UNITS, sheet)
            one.numerator.cell = fixed_at(row, UNITS, sheet)
            one.denominator.cell = fixed_at(row, BELOW, sheet)
            row += 1
        row += 1


def write_inputs(book: Any, sheet: Any, styles: Styles, deals: Sequence[DealSheets], lang: Language) -> None:
    """Every input with its unit and its name."""
    set_up(sheet, label("workbook.inputs", lang), HEAD_ROW + 1, 1)
    heading_rows(sheet, styles, label("workbook.inputs", lang), label("workbook.inputs_note", lang))
    heads = ("item", "value", "unit", "engine_units", "engine_below", "name")
    for column, name in enumerate(heads):
        style = (
            styles.head
            if column in (VALUE, UNITS, BELOW)
            else styles.head_left
            if column == ITEM
            else styles.head_beside
        )
        sheet.write_string(HEAD_ROW, column, label(f"workbook.head_{name}", lang), style)
    for column, width in enumerate((52, 20, 16, 20, 20, 60)):
        sheet.set_column(column, column, width)
    sheet.set_row(HEAD_ROW, 26)
    taken: set[str] = set()
    for deal in deals:
        if deal.formulas is None:
            continue
        rows = list(deal.formulas.inputs.listed())
        if rows:
            for column in range(NAME + 1):
                sheet.write_blank(rows[0].row - 1, column, None, styles.block)
            sheet.write_string(rows[0].row - 1, 0, f"{deal.name} · {deal.ledger.deal.name}", styles.block)
        for one in rows:
            name = free_name(deal.formulas.inputs.name(one), taken)
            write_input(book, sheet, styles, deal, one, name, lang)


def free_name(name: str, taken: set[str]) -> str:
    """A name that no other cell has."""
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free.lower())
    return free


def write_input(book: Any, sheet: Any, styles: Styles, deal: DealSheets, one: Input, name: str, lang: Language) -> None:
    """One row: the blue cell, what the formulas read beside it, the name."""
    row, cell = one.row, reference(one.row, VALUE)
    look = {"money": NUMBERS["money"], "factor": NUMBERS["rate"], "ratio": "0.0000##"}[one.kind]
    sheet.write_string(row, ITEM, key_path_text(one.path), styles.label)
    sheet.write_number(row, VALUE, one.value, styles.number(look, "input"))
    unit = deal.ledger.deal.currency if one.kind == "money" else label(f"workbook.unit_{one.kind}", lang)
    sheet.write_string(row, UNIT, unit, styles.beside)
    if one.kind == "money":
        scale = deal.per_major
        text = f"=ROUND({cell}*{scale:g},0)" if scale != 1 else f"={cell}"
        sheet.write_formula(row, UNITS, text, styles.number(unit_format(scale), "formula"), one.units.value)
    elif one.kind == "factor":
        power = f"10^{one.decimals}"
        whole = f"ROUND({cell}*{power},0)"
        style = styles.number(NUMBERS["count"], "formula")
        sheet.write_formula(row, UNITS, f"={whole}/GCD({whole},{power})", style, one.numerator.value)
        sheet.write_formula(row, BELOW, f"={power}/GCD({whole},{power})", style, one.denominator.value)
    sheet.write_string(row, NAME, name, styles.beside)
    book.define_name(name, f"={reference(row, VALUE, sheet=sheet.get_name(), fixed=True)}")
