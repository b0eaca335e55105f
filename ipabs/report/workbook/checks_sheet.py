"""The sheet of checks: the engine's figures against the formulas, and identities that hold whatever is changed."""

from collections.abc import Iterator, Sequence
from typing import Any

from ipabs.basics.words import Language, label
from ipabs.report.workbook.deal_formulas import closing_label
from ipabs.report.workbook.deal_sheets import DealSheets
from ipabs.report.workbook.grid import FIRST_DATE, reference
from ipabs.report.workbook.sheet import heading_rows, set_up
from ipabs.report.workbook.style import NUMBERS, RED, Styles

HEAD_ROW = 3
ENGINE, FORMULA, DIFFERENCE, ALLOWED, STATUS = range(2, 7)
TOLERANCE = 1e-9  # of the largest balance, where amounts are not rounded
HALF = 0.5  # of the smallest amount paid, where they are


def write_checks(
    sheet: Any, styles: Styles, deals: Sequence[DealSheets], totals: Sequence[tuple[str, float, str]], lang: Language
) -> str:
    """Every check with OK or DIFF; returns the formula of the whole."""
    set_up(sheet, label("workbook.checks", lang), HEAD_ROW + 1, 2)
    heading_rows(sheet, styles, label("workbook.checks", lang), label("workbook.checks_note", lang))
    for column, name in enumerate(("deal", "check", "engine", "formula", "difference", "allowed", "status")):
        style = styles.head_left if column < 2 else styles.head
        sheet.write_string(HEAD_ROW, column, label(f"workbook.head_{name}", lang), style)
    for column, width in enumerate((14, 50, 20, 20, 18, 14, 10)):
        sheet.set_column(column, column, width)
    row = HEAD_ROW + 1
    for deal in deals:
        for what, engine, formula, difference, figure in deal_checks(deal, lang):
            write_check(sheet, styles, row, deal.name, what, allowed(deal))
            money = styles.number(NUMBERS["money"], "formula")
            sheet.write_formula(row, ENGINE, engine, money, figure)
            sheet.write_formula(row, FORMULA, formula, money, figure)
            sheet.write_formula(row, DIFFERENCE, difference, styles.number("0.00######", "formula"), 0.0)
            row += 1
    for what, value, cell in totals:
        write_check(sheet, styles, row, label("workbook.savings", lang), what, 1e-6 * max(1.0, abs(value) / 1e6))
        sheet.write_number(row, ENGINE, value, styles.number(NUMBERS["money"], "value"))
        sheet.write_formula(row, FORMULA, f"={cell}", styles.number(NUMBERS["money"], "formula"), value)
        text = f"=ABS({reference(row, ENGINE)}-{reference(row, FORMULA)})"
        sheet.write_formula(row, DIFFERENCE, text, styles.number("0.00######", "formula"), 0.0)
        row += 1
    statuses = f"{reference(HEAD_ROW + 1, STATUS, fixed=True)}:{reference(row, STATUS, fixed=True)}"
    span = statuses.split(":")
    rule = {"type": "cell", "criteria": "==", "value": '"DIFF"', "format": styles.of(bold=True, font_color=RED)}
    sheet.conditional_format(f"{span[0]}:{span[1]}", rule)
    name = sheet.get_name().replace("'", "''")
    return f'=IF(COUNTIF(\'{name}\'!{statuses},"OK")={row - HEAD_ROW - 1},"OK","DIFF")'


def allowed(deal: DealSheets) -> float:
    """The largest difference that counts as none: half a unit, or 1e-9 of the largest balance."""
    if deal.per_major != 1 or deal.ledger.program.units.minor is not None:
        return HALF / deal.per_major
    return TOLERANCE * max(1.0, *(one.principal for one in deal.ledger.deal.tranches))


def write_check(sheet: Any, styles: Styles, row: int, deal: str, what: str, most: float) -> None:
    """Names, tolerance and status of one check."""
    sheet.write_string(row, 0, deal, styles.label)
    sheet.write_string(row, 1, what, styles.label)
    sheet.write_number(row, ALLOWED, most, styles.number("0.0######", "value"))
    text = f'=IF({reference(row, DIFFERENCE)}<={reference(row, ALLOWED)},"OK","DIFF")'
    sheet.write_formula(row, STATUS, text, styles.of(bold=True, align="right"), "OK")


def deal_checks(deal: DealSheets, lang: Language) -> Iterator[tuple[str, str, str, str, float]]:
    """What, engine's total, formula's total, sum of the differences by date, the total; then the cash identity."""
    if deal.formulas is None:
        return
    scale = f"/{deal.per_major:g}" if deal.per_major != 1 else ""
    for key, row in deal.engine_rows.items():
        line = deal.line(*key)
        if line is None:
            continue
        theirs, ours = deal.span(row, deal.engine), deal.span(line.row, deal.waterfall)
        numbers = sum(float(v) for v in values(deal, key[1], key[2]))
        yield (
            closing_label(key[1], key[2], lang),
            f"=SUM({theirs}){scale}",
            f"=SUM({ours}){scale}",
            f"=SUMPRODUCT(ABS({theirs}-{ours})){scale}",
            numbers,
        )
    yield cash_identity(deal, lang)


def values(deal: DealSheets, kind: str, name: str) -> Any:
    """The engine's series in the major unit."""
    ledger = deal.ledger
    read = {"paid": ledger.paid, "owed": ledger.owed, "held": ledger.held, "entered": ledger.called}[kind]
    return read(name)[0].tolist()


def cash_identity(deal: DealSheets, lang: Language) -> tuple[str, str, str, str, float]:
    """Opening cash, collections and support come to what was paid and what is held at the end."""
    assert deal.formulas is not None
    scale = f"/{deal.per_major:g}" if deal.per_major != 1 else ""
    received, spent, lines = [], [], deal.formulas.lines.by_key
    for key, line in lines.items():
        span = deal.span(line.row, deal.waterfall)
        if key[0] == "cash" or key[:2] == ("after", "entered"):
            received.append(f"SUM({span})")
        elif key[:2] == ("after", "paid"):
            spent.append(f"SUM({span})")
        elif key[:2] == ("after", "held"):
            received.append(reference(line.row, 1, sheet=deal.waterfall.get_name()))
            spent.append(reference(line.row, FIRST_DATE + deal.dates - 1, sheet=deal.waterfall.get_name()))
    into, out = "+".join(received), "+".join(spent)
    ledger = deal.ledger
    total = sum(float(ledger.paid(claim)[0].sum()) for claim in ledger.claims)
    total += sum(float(ledger.held(account)[0, -1]) for account in ledger.accounts)
    what = label("workbook.cash_identity", lang)
    return what, f"=({into}){scale}", f"=({out}){scale}", f"=ABS({into}-({out})){scale}", total
