"""The sheet of firms: what each pays under the comparator and here, from rates, fees, subsidy and tax to be changed."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.financing.cash_items import CashItems, drawn, yuan_years
from ipabs.financing.compared import Compared
from ipabs.financing.savings import cost
from ipabs.report.titles import spoken
from ipabs.report.workbook.deal_sheets import fixed_at
from ipabs.report.workbook.formula import Formula, Number, given, text
from ipabs.report.workbook.sheet import heading_rows, set_up
from ipabs.report.workbook.style import NUMBERS, Role, Styles

HEAD_ROW = 3
COLUMNS = {
    "principal": "money", "rate": "rate", "years": "long", "interest": "money", "fee_rate": "rate", "fees": "money",
    "own_fee_rate": "rate", "own_fees": "money", "subsidy": "money", "interest_relief": "rate", "fee_relief": "rate",
    "subsidy_tax": "rate", "tax": "money", "total": "money",
}  # fmt: skip
Firm = Mapping[str, Number]  # the cells of one firm on one side, by column
FOLLOWS: dict[str, Callable[[Firm], Number]] = {
    "interest": lambda firm: firm["principal"] * firm["rate"] * firm["years"],
    "fees": lambda firm: firm["principal"] * firm["fee_rate"],
    "own_fees": lambda firm: firm["principal"] * firm["own_fee_rate"],
    "tax": lambda firm: (
        firm["interest"] * firm["interest_relief"]
        + firm["own_fees"] * firm["fee_relief"]
        - firm["subsidy"] * firm["subsidy_tax"]
    ),
    "total": lambda firm: firm["interest"] + firm["own_fees"] - firm["subsidy"] - firm["tax"],
}
HALF_A_FEN = 0.005


def readings(items: CashItems) -> dict[str, FloatArray]:
    """The items of a facility column by column, each (firm,).

    Interest = principal × rate × years. The rate is the contract's where it states one, and the years then count on
    its own day count; else the years are those of the average life, and the rate is the average one.
    """
    paid, principal = cost(items), drawn(items)
    firm, _, balances = yuan_years(items)
    lives = np.bincount(firm, weights=balances, minlength=len(items.firms)) / principal
    stated = np.nan_to_num(items.contract_rates)

    def taxed(*names: str) -> FloatArray:
        return items.sums(items.is_kind("tax") & items.labelled(names))

    return {
        "principal": principal,
        "rate": np.where(stated > 0, stated, part(paid.interest, principal * lives)),
        "years": np.where(stated > 0, part(paid.interest, principal * stated), lives),
        "interest": paid.interest,
        "fee_rate": paid.fees / principal,
        "fees": paid.fees,
        "own_fee_rate": paid.own_fees / principal,
        "own_fees": paid.own_fees,
        "subsidy": paid.subsidy,
        "interest_relief": part(taxed("interest_relief"), paid.interest),
        "fee_relief": part(taxed("fee_relief", "vat_credit"), paid.own_fees),
        "subsidy_tax": part(-taxed("subsidy_tax"), paid.subsidy),
        "tax": paid.tax,
        "total": paid.interest + paid.own_fees - paid.subsidy - paid.tax,
    }


def part(amounts: FloatArray, of: FloatArray) -> FloatArray:
    """Amounts as parts of others; 0 where there is nothing to be a part of."""
    return np.divide(amounts, of, out=np.zeros(len(amounts)), where=of != 0)


def write_firms(sheet: Any, styles: Styles, one: Compared, against: str, lang: Language) -> tuple[list[Firm], ...]:
    """A row for each firm under the comparator, then here; returns the cells of both sides, firm by firm."""
    set_up(sheet, label("workbook.firms", lang), HEAD_ROW + 1, 1)
    heading_rows(sheet, styles, label("workbook.firms", lang), label("workbook.firms_note", lang))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(COLUMNS), 13.5)
    sheet.set_row(HEAD_ROW, 38)
    sheet.write_string(HEAD_ROW, 0, label("column.firm", lang), styles.head_left)
    for column, name in enumerate(COLUMNS, start=1):
        sheet.write_string(HEAD_ROW, column, label(f"workbook.firm_{name}", lang), styles.head)
    sides, row = [], HEAD_ROW + 1
    for title, items in ((against, one.comparator_items), (one.name, one.items)):
        for column in range(len(COLUMNS) + 1):
            sheet.write_blank(row, column, None, styles.block)
        sheet.write_string(row, 0, spoken(title, lang), styles.block)
        read = readings(items)
        sides.append(
            [
                write_firm(sheet, styles, firm, {name: float(read[name][at]) for name in COLUMNS}, row + 1 + at)
                for at, firm in enumerate(items.firms)
            ]
        )
        row += len(items.firms) + 2
    return tuple(sides)


def write_firm(sheet: Any, styles: Styles, firm: str, values: Mapping[str, float], row: int) -> Firm:
    """One row: what is put in is blue, what follows from it a formula; what would not follow stays a value."""
    sheet.write_string(row, 0, firm, styles.label)
    cells: dict[str, Formula] = {}
    for column, (name, unit) in enumerate(COLUMNS.items(), start=1):
        cell = given(values[name])
        role: Role = "value" if name in FOLLOWS else "input"
        if name in FOLLOWS:
            made = FOLLOWS[name](cells)
            if abs(made.value - values[name]) <= HALF_A_FEN:
                cell, role = made, "formula"
        write_cell(sheet, styles, row, column, cell, role, unit, values[name])
        cell.cell = fixed_at(row, column, "")
        cells[name] = cell
    for column, cell in enumerate(cells.values(), start=1):
        cell.cell = fixed_at(row, column, sheet.get_name())
    return cells


def write_cell(
    sheet: Any, styles: Styles, row: int, column: int, cell: Formula, role: Role, unit: str, value: float
) -> None:
    """A number, or a formula with its value."""
    style = styles.number(NUMBERS[unit], role)
    if role == "formula":
        sheet.write_formula(row, column, f"={text(cell)}", style, value)
    else:
        sheet.write_number(row, column, value, style)
