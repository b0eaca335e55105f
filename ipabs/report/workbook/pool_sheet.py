"""The sheet of a deal's pool: what it pays, to be changed, and the same in the units that the waterfall reads."""

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import ROWS
from ipabs.report.workbook.deal_sheets import HEAD_ROW, DealSheets, head, pool_row, series_names
from ipabs.report.workbook.grid import FIRST_DATE, reference
from ipabs.report.workbook.style import NUMBERS, Styles, unit_format


def write_pool(styles: Styles, deal: DealSheets, lang: Language) -> None:
    """Collections to be changed; below, the same in engine units, as the waterfall reads them."""
    sheet, formulas = deal.pool, deal.formulas
    assert formulas is not None
    note = label("workbook.pool_note", lang)
    head(styles, deal, sheet, note, lang)
    sheet.write_string(HEAD_ROW + 1, 0, label("workbook.pool_in", lang), styles.block)
    names, scale = series_names(deal), deal.per_major
    follows = performing_follows(deal)
    for name in names:
        row = pool_row(deal, name, in_units=False)
        money = name in ROWS
        look = NUMBERS["money"] if money else "General"
        sheet.write_string(row, 0, label(f"workbook.series_{name}", lang) if money else name, styles.label)
        if name in ("performing", "delinquent"):
            start = formulas.opening[("performing", "delinquent").index(name)]
            sheet.write_number(row, 1, start.value / scale, styles.number(look, "input"))
        for t, cell in enumerate(formulas.pool[name]):
            value = cell.value / scale if money else cell.value
            if name == "performing" and follows:
                sheet.write_formula(row, FIRST_DATE + t, rolled(deal, t), styles.number(look, "formula"), value)
            else:
                sheet.write_number(row, FIRST_DATE + t, value, styles.number(look, "input"))
    if scale != 1:
        write_pool_units(styles, deal, lang)


def write_pool_units(styles: Styles, deal: DealSheets, lang: Language) -> None:
    """The same amounts in whole units."""
    sheet, formulas, scale = deal.pool, deal.formulas, deal.per_major
    assert formulas is not None
    first = pool_row(deal, "interest", in_units=True) - 1
    sheet.write_string(first, 0, label("workbook.pool_units", lang), styles.block)
    style = styles.number(unit_format(scale), "formula")
    for name in ROWS:
        row, source = pool_row(deal, name, in_units=True), pool_row(deal, name, in_units=False)
        sheet.write_string(row, 0, label(f"workbook.series_{name}", lang), styles.label)
        cells = [(FIRST_DATE + t, cell.value) for t, cell in enumerate(formulas.pool[name])]
        if name in ("performing", "delinquent"):
            cells.append((1, formulas.opening[("performing", "delinquent").index(name)].value))
        for column, value in cells:
            sheet.write_formula(row, column, f"=ROUND({reference(source, column)}*{scale:g},0)", style, value)


def balances(deal: DealSheets) -> tuple[FloatArray, FloatArray]:
    """Closing performing balance in engine units, as the engine has it and as it follows from the cells above."""
    formulas = deal.formulas
    assert formulas is not None
    values = {name: np.array([cell.value for cell in formulas.pool[name]]) for name in ROWS}
    gone = values["principal"] + values["prepayment"] + values["defaulted"] - values["capitalized"]
    start = formulas.opening[0].value + formulas.opening[1].value
    return values["performing"], start - np.cumsum(gone) - values["delinquent"]


def performing_follows(deal: DealSheets) -> bool:
    """Whether the balance follows from the rounded flows; otherwise it is put in."""
    theirs, followed = balances(deal)
    whole = deal.per_major != 1
    return bool(np.array_equal(theirs, followed) if whole else np.allclose(theirs, followed, rtol=1e-12, atol=1e-9))


def rolled(deal: DealSheets, t: int) -> str:
    """The performing balance: the balances before and capitalized interest, less what left or is delinquent."""
    column = FIRST_DATE + t

    def cell(name: str, at: int) -> str:
        return reference(pool_row(deal, name, in_units=False), at)

    before = 1 if t == 0 else column - 1
    flows = "-".join(cell(name, column) for name in ("principal", "prepayment", "defaulted", "delinquent"))
    text = f"{cell('performing', before)}+{cell('delinquent', before)}+{cell('capitalized', column)}-{flows}"
    digits = len(f"{deal.per_major:g}") - 1
    return f"=ROUND({text},{digits})" if deal.per_major in (10, 100, 1000) else f"={text}"
