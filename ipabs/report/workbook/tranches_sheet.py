"""The sheet of tranches: what each received, its life and what it is short of, read off the waterfall."""

from collections.abc import Sequence
from typing import Any

from ipabs.basics.words import Language, label
from ipabs.readings import tranche as of
from ipabs.report.workbook.deal_sheets import HEAD_ROW as DATES
from ipabs.report.workbook.deal_sheets import DealSheets
from ipabs.report.workbook.formula import Formula, value_of
from ipabs.report.workbook.grid import FIRST_DATE, reference
from ipabs.report.workbook.sheet import heading_rows, set_up
from ipabs.report.workbook.style import NUMBERS, Styles
from ipabs.structure.tranche import Tranche

HEAD_ROW = 3
COLUMNS = (
    "deal", "tranche", "rating", "principal", "coupon", "interest", "income", "principal_paid", "life", "short", "left",
    "price", "yield",
)  # fmt: skip
FIRST_GUESS = 0.05  # of a yield, where there is none yet
# A yield is stated where a part of the price comes back at least, and up to a limit: beyond, solvers differ.
LEAST_BACK, MOST = 0.1, 1000.0
PRICE, YIELD = COLUMNS.index("price"), COLUMNS.index("yield")


def write_tranches(sheet: Any, styles: Styles, deals: Sequence[DealSheets], lang: Language) -> None:
    """One row a tranche."""
    set_up(sheet, label("workbook.tranches", lang), HEAD_ROW + 1, 2)
    heading_rows(sheet, styles, label("workbook.tranches", lang), label("workbook.tranches_note", lang))
    for column, name in enumerate(COLUMNS):
        style = styles.head_left if column < 3 else styles.head
        sheet.write_string(HEAD_ROW, column, label(f"workbook.head_{name}", lang), style)
    for column, width in enumerate((14, 14, 9, 17, 10, 17, 17, 17, 9, 17, 17, 13, 13)):
        sheet.set_column(column, column, width)
    sheet.set_row(HEAD_ROW, 28)
    row = HEAD_ROW + 1
    for deal in deals:
        for tranche in deal.ledger.deal.tranches if deal.formulas is not None else ():
            write_tranche(sheet, styles, deal, tranche, row)
            row += 1
    if any(deal.formulas is None for deal in deals):
        sheet.write_string(row + 1, 0, label("workbook.no_formula", lang), styles.banner)


def write_tranche(sheet: Any, styles: Styles, deal: DealSheets, tranche: Tranche, row: int) -> None:
    """The figures of one tranche."""
    name, ledger, scale = tranche.name, deal.ledger, f"/{deal.per_major:g}" if deal.per_major != 1 else ""
    money = styles.number(NUMBERS["money"], "formula")
    for column, text in enumerate((deal.name, name, tranche.rating)):
        sheet.write_string(row, column, text, styles.label)
    assert deal.formulas is not None
    owed = deal.formulas.program.opening.owed[f"{name}.principal"]
    if isinstance(owed, Formula) and owed.cell is not None:
        sheet.write_formula(row, 3, f"={owed.cell()}{scale}", money, owed.value / deal.per_major)
    else:
        sheet.write_number(row, 3, float(value_of(owed)) / deal.per_major, money)
    coupon = next((one for (path, _), one in deal.formulas.inputs.by_path.items()
                   if path == ("tranches", name, "coupon")), None)  # fmt: skip
    if coupon is not None and coupon.numerator.cell is not None and coupon.denominator.cell is not None:
        text = f"={coupon.numerator.cell()}/{coupon.denominator.cell()}"
        sheet.write_formula(row, 4, text, styles.number(NUMBERS["rate"], "formula"), coupon.value)
    for column, claim in ((5, f"{name}.interest"), (6, f"{name}.income"), (7, f"{name}.principal")):
        line = deal.line("after", "paid", claim)
        if line is not None:
            span = deal.span(line.row, deal.waterfall)
            sheet.write_formula(row, column, f"=SUM({span}){scale}", money, float(ledger.paid(claim)[0].sum()))
    write_life(sheet, styles, deal, f"{name}.principal", row)
    write_yield(sheet, styles, deal, name, row)
    shorts = [
        (line, float(ledger.short(claim)[0].max()))
        for claim in (f"{name}.interest", f"{name}.principal")
        if (line := deal.line("after", "short", claim)) is not None
    ]
    spans = ",".join(deal.span(line.row, deal.waterfall) for line, _ in shorts)
    if spans:
        sheet.write_formula(row, 9, f"=MAX({spans}){scale}", money, max(short for _, short in shorts))
    owed_line = deal.line("after", "owed", f"{name}.principal")
    if owed_line is not None:
        last = reference(owed_line.row, FIRST_DATE + deal.dates - 1, sheet=deal.waterfall.get_name())
        sheet.write_formula(row, 10, f"={last}{scale}", money, float(ledger.balance(name)[0, -1]))


def write_life(sheet: Any, styles: Styles, deal: DealSheets, claim: str, row: int) -> None:
    """Average life: principal x days since closing / 365, over principal."""
    line, ledger = deal.line("after", "paid", claim), deal.ledger
    if line is None:
        return
    paid = ledger.paid(claim)[0]
    days = [(day - ledger.timeline.closing).days for day in ledger.timeline.payments]
    value = float(sum(p * d for p, d in zip(paid, days, strict=True)) / 365 / paid.sum()) if paid.sum() else 0.0
    span, dates = deal.span(line.row, deal.waterfall), deal.span(DATES, deal.waterfall)
    closing = reference(DATES, 1, sheet=deal.waterfall.get_name())
    text = f"=IF(SUM({span})=0,0,SUMPRODUCT({span},{dates}-{closing})/365/SUM({span}))"
    sheet.write_formula(row, 8, text, styles.number(NUMBERS["years"], "formula"), value)


def write_yield(sheet: Any, styles: Styles, deal: DealSheets, name: str, row: int) -> None:
    """Effective annual yield at the issue price, empty without one; what holders pay stands before their first date."""
    line, ledger, waterfall = deal.line("holders", name), deal.ledger, deal.waterfall
    if line is None:
        return
    price, rate = of.issue_price(ledger, name), float(of.yield_rate(ledger, name)[0])
    sheet.write_number(row, PRICE, price, styles.number(NUMBERS["price"], "input"))
    principal = reference(row, COLUMNS.index("principal"), sheet=sheet.get_name())
    outlay = f"=-{reference(row, PRICE, sheet=sheet.get_name())}/100*{principal}"
    paid = -price / 100 * float(ledger.opening_balance(name)[0, 0])
    waterfall.write_formula(line.row, 1, outlay, styles.number(NUMBERS["major"], "formula"), paid)
    last = FIRST_DATE + deal.dates - 1
    cash, days = (f"{reference(at, 1, sheet=waterfall.get_name())}:{reference(at, last)}" for at in (line.row, DATES))
    back = float(of.flows(ledger, name)[0].sum())
    known = rate < MOST and back >= LEAST_BACK * -paid
    received, first = deal.span(line.row, waterfall), cash.partition(":")[0]
    solved = f"XIRR({cash},{days},{rate if known else FIRST_GUESS!r})"
    text = f'=IF(SUM({received})<-{LEAST_BACK}*{first},"",IFERROR(IF({solved}<{MOST:g},{solved},""),""))'
    sheet.write_formula(row, YIELD, text, styles.number(NUMBERS["rate"], "formula"), rate if known else "")
