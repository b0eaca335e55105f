"""The sheet of a deal's waterfall: every line of every payment date as a formula."""

from ipabs.basics.words import Language, label
from ipabs.engine.ledger import source_name
from ipabs.engine.steps import Step
from ipabs.report.titles import spoken
from ipabs.report.workbook.deal_sheets import DealSheets, head, write_engine
from ipabs.report.workbook.formula import Formula, value_of
from ipabs.report.workbook.grid import FIRST_DATE, content
from ipabs.report.workbook.lines import Key, Line, named
from ipabs.report.workbook.pool_sheet import write_pool
from ipabs.report.workbook.style import NUMBERS, Role, Styles, unit_format


def write_deal(styles: Styles, deal: DealSheets, lang: Language) -> None:
    """Every sheet of a deal."""
    write_engine(styles, deal, lang)
    if deal.formulas is None or deal.grid is None:
        return
    write_pool(styles, deal, lang)
    sheet = deal.waterfall
    units = label("workbook.in_fen" if deal.per_major == 100 else "workbook.in_units", lang)
    head(styles, deal, sheet, units.format(currency=deal.ledger.deal.currency, units=f"{deal.per_major:g}"), lang)
    for key, lines in deal.grid.blocks:
        top = lines[0].row - 1
        text = block_title(deal, key, lang)
        for column in range(FIRST_DATE + deal.dates):
            sheet.write_blank(top, column, None, styles.block)
        sheet.write_string(top, 0, text, styles.block)
        for line in lines:
            write_line(styles, deal, line, "input" if line.put_in else "formula")
            write_opening(styles, deal, line)
            for one in line.working:
                write_line(styles, deal, one, "working")
                sheet.write_string(one.row, 0, label("workbook.working", lang), styles.soft)
                sheet.set_row(one.row, None, None, {"level": 1, "hidden": True})


def write_line(styles: Styles, deal: DealSheets, line: Line, role: Role) -> None:
    """The cells of one line."""
    sheet = deal.waterfall
    strong = line.label.endswith((label("workbook.paid", "en"), label("workbook.paid", "zh")))
    sheet.write_string(line.row, 0, line.label, styles.of(bold=True) if strong else styles.label)
    look = unit_format(deal.per_major) if line.unit == "money" else NUMBERS[line.unit]
    if role == "working":
        look = "General"
    style = styles.number(look, role, bold=True) if strong else styles.number(look, role)
    for t in line.values:
        formula, value = content(line, t)
        shown = float(value) if value is not None else 0.0
        if formula is not None:
            sheet.write_formula(line.row, FIRST_DATE + t, formula, style, shown)
        else:
            sheet.write_number(line.row, FIRST_DATE + t, shown, style)


def write_opening(styles: Styles, deal: DealSheets, line: Line) -> None:
    """What was owed and held before the first date."""
    assert deal.formulas is not None
    opening = deal.formulas.program.opening
    for kind, amounts in (("owed", opening.owed), ("held", opening.held)):
        for name, amount in amounts.items():
            if deal.line("after", kind, name) is line:
                style = styles.number(unit_format(deal.per_major), "formula")
                if isinstance(amount, Formula) and amount.cell is not None:
                    deal.waterfall.write_formula(line.row, 1, f"={amount.cell()}", style, amount.value)
                else:
                    deal.waterfall.write_number(line.row, 1, float(value_of(amount)), style)


def block_title(deal: DealSheets, key: Key, lang: Language) -> str:
    """The heading of a block: for a step its verb, its account and its place in each phase's list."""
    if key[0] != "step":
        return label(f"workbook.block_{key[0]}", lang).format(currency=deal.ledger.deal.currency)
    step = deal.ledger.program.steps[int(key[1])]
    return step_title(step, lang)


def step_title(step: Step, lang: Language) -> str:
    """A line of the priority of payments in words."""
    places = "; ".join(
        f"{spoken(phase, lang)} {number}{f' [{clause}]' if clause else ''}" for phase, number, clause in step.places
    )
    split = label("workbook.side_by_side", lang) if step.side_by_side else ""
    words = [label(f"word.{step.verb}", lang), named(source_name(step), lang), split, f"({places})" if places else ""]
    return " · ".join(word for word in words if word)
