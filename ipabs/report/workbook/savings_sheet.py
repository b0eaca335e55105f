"""The sheet of savings: five parts a firm as differences of its costs on either side, and their sums."""

from collections.abc import Callable, Sequence
from typing import Any

from ipabs.basics.words import Language, label
from ipabs.financing.compared import Compared
from ipabs.financing.savings import PARTS, SUMS
from ipabs.report.workbook.firms_sheet import Firm, write_cell
from ipabs.report.workbook.formula import Number
from ipabs.report.workbook.grid import column_name, reference
from ipabs.report.workbook.sheet import heading_rows, set_up
from ipabs.report.workbook.style import NUMBERS, RULE, Styles

HEAD_ROW = 3
FIRST_PART = 2
FIRST_SUM = FIRST_PART + len(PARTS)

# Of one firm: its cells under the comparator, and here.
SAVED: dict[str, Callable[[Firm, Firm], Number]] = {
    "principal": lambda loan, here: here["principal"],
    "spread": lambda loan, here: loan["interest"] - here["interest"],
    "fees": lambda loan, here: loan["fees"] - here["fees"],
    "carried": lambda loan, here: here["fees"] - here["own_fees"] - (loan["fees"] - loan["own_fees"]),
    "subsidy": lambda loan, here: here["subsidy"] - loan["subsidy"],
    "tax": lambda loan, here: here["tax"] - loan["tax"],
}


def write_savings(
    sheet: Any, styles: Styles, compared: Compared, sides: Sequence[Sequence[Firm]], lang: Language
) -> list[tuple[str, float, str]]:
    """One row a firm, the programme last; returns (figure, engine's value, cell) for the checks."""
    set_up(sheet, label("workbook.savings", lang), HEAD_ROW + 1, 1)
    heading_rows(sheet, styles, label("workbook.savings", lang), label("workbook.savings_note", lang))
    names = ("firm", "principal", *PARTS, *SUMS)
    for column, name in enumerate(names):
        style = styles.head if column else styles.head_left
        sheet.write_string(HEAD_ROW, column, label(f"column.{name}", lang), style)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(names) - 1, 15.5)
    savings = compared.nominal
    formula = styles.number(NUMBERS["money"], "formula")
    first = HEAD_ROW + 1
    for at, (firm, loan, here) in enumerate(zip(savings.firms, *sides, strict=True)):
        row = first + at
        sheet.write_string(row, 0, firm, styles.label)
        for column, name in enumerate(("principal", *PARTS), start=1):
            value = compared.principal[at] if name == "principal" else getattr(savings, name)[at]
            write_cell(sheet, styles, row, column, SAVED[name](loan, here), "formula", "money", float(value))
        for column, name in enumerate(SUMS, start=FIRST_SUM):
            sheet.write_formula(row, column, sum_of_parts(row, name), formula, float(getattr(savings, name)[at]))
    last = first + len(savings.firms) - 1
    total = styles.number(NUMBERS["money"], "formula", bold=True, top=1, top_color=RULE)
    sheet.write_string(last + 1, 0, label("workbook.total", lang), styles.of(bold=True, top=1, top_color=RULE))
    programme = savings.programme()
    totals = []
    for column, name in enumerate(names[1:], start=1):
        figure = float(compared.principal.sum()) if name == "principal" else float(getattr(programme, name)[0])
        span = f"{column_name(column)}{first + 1}:{column_name(column)}{last + 1}"
        sheet.write_formula(last + 1, column, f"=SUM({span})", total, figure)
        cell = reference(last + 1, column, sheet=sheet.get_name())
        totals.append((label(f"column.{name}", lang), figure, cell))
    return totals


def sum_of_parts(row: int, name: str) -> str:
    """Market A+B, before subsidy +C, before tax +D, net +E: the parts from left to right."""
    last = FIRST_PART + 1 + SUMS.index(name)
    return f"=SUM({reference(row, FIRST_PART)}:{reference(row, last)})"
