"""The sheets of one deal: what its pool pays, the waterfall as formulas, and the engine's own figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import ROWS
from ipabs.engine.ledger import Ledger, source_name
from ipabs.engine.steps import Step
from ipabs.report.titles import spoken
from ipabs.report.workbook.deal_formulas import DealFormulas, closing_label
from ipabs.report.workbook.formula import Formula, value_of
from ipabs.report.workbook.grid import FIRST_DATE, Grid, content, place, reference
from ipabs.report.workbook.lines import Key, Line, named
from ipabs.report.workbook.sheet import set_up, sheet_name
from ipabs.report.workbook.style import NUMBERS, SOFT, Role, Styles, unit_format

HEAD_ROW = 4  # of the dates, below title and notes
DATES_SCALE = 55  # percent: the labels and a dozen dates stand on one page of A4
PAID_IN = ("interest", "principal", "prepayment", "recovery", "guarantee", "other", "defaulted", "capitalized",
           "delinquent")  # fmt: skip


@dataclass(slots=True, eq=False)
class DealSheets:
    """One deal and its sheets; without formulas where something they need is not at hand."""

    name: str
    ledger: Ledger
    formulas: DealFormulas | None
    grid: Grid | None
    pool: Any
    waterfall: Any
    engine: Any
    engine_rows: Mapping[Key, int]

    @property
    def dates(self) -> int:
        """How many payment dates there are."""
        return self.ledger.timeline.periods

    @property
    def per_major(self) -> float:
        """Engine units in the major unit."""
        return float(self.ledger.program.units.per_major)

    def span(self, row: int, sheet: Any) -> str:
        """The cells of a row on all payment dates."""
        last = reference(row, FIRST_DATE + self.dates - 1)
        return f"{reference(row, FIRST_DATE, sheet=sheet.get_name())}:{last}"

    def line(self, *key: str) -> Line | None:
        """A line of the waterfall."""
        return self.formulas.lines.by_key.get(key) if self.formulas is not None else None


def engine_series(ledger: Ledger) -> Iterator[tuple[Key, FloatArray]]:
    """What the engine found on path 0, in engine units, by the keys of the waterfall's lines."""
    kinds = (
        ("paid", ledger.claims, ledger.settled),
        ("owed", tuple(ledger.program.opening.owed), ledger.closing_owed),
        ("held", ledger.accounts, ledger.closing_held),
        ("entered", ledger.supports, ledger.entered),
    )
    for kind, names, numbers in kinds:
        for at, name in enumerate(names):
            yield ("after", kind, name), np.asarray(numbers[at, :, 0], dtype=np.float64)


def engine_rows(ledger: Ledger) -> dict[Key, int]:
    """The row of each series on the engine's sheet."""
    return {key: HEAD_ROW + 1 + at for at, (key, _) in enumerate(engine_series(ledger))}


def sheet_of(book: Any, name: str, what: str, lang: Language) -> Any:
    """A sheet of a deal."""
    taken = [one.get_name() for one in book.worksheets()]
    return book.add_worksheet(sheet_name(name, label(f"workbook.{what}", lang), taken))


def value_sheets(book: Any, name: str, ledger: Ledger, lang: Language) -> DealSheets:
    """A deal without formulas: the engine's figures alone."""
    engine = sheet_of(book, name, "engine", lang)
    return DealSheets(name, ledger, None, None, None, None, engine, engine_rows(ledger))


def place_deal(book: Any, formulas: DealFormulas, lang: Language) -> DealSheets:
    """Add the sheets of a deal and give every cell its place."""
    name, ledger = formulas.name, formulas.ledger
    pool, waterfall, engine = (sheet_of(book, name, what, lang) for what in ("pool", "waterfall", "engine"))
    deal = DealSheets(name, ledger, formulas, None, pool, waterfall, engine, engine_rows(ledger))
    for series, cells in formulas.pool.items():
        row = pool_row(deal, series, in_units=True)
        for t, cell in enumerate(cells):
            cell.cell = fixed_at(row, FIRST_DATE + t, pool.get_name())
    for at, cell in enumerate(formulas.opening):
        cell.cell = fixed_at(pool_row(deal, ("performing", "delinquent")[at], in_units=True), 1, pool.get_name())
    deal.grid = place(formulas.lines, HEAD_ROW + 1)
    return deal


def fixed_at(row: int, column: int, sheet: str) -> Any:
    """The reference of a cell that is known."""
    text = reference(row, column, sheet=sheet)
    return lambda: text


# The pool


def series_names(deal: DealSheets) -> list[str]:
    """Series in the order of the sheet: what is put in, then the balance that follows."""
    others = [name for name in deal.formulas.pool if name not in ROWS] if deal.formulas is not None else []
    return [*PAID_IN, "performing", *others]


def pool_row(deal: DealSheets, series: str, *, in_units: bool) -> int:
    """The row of a series, as put in or in engine units."""
    names = series_names(deal)
    at = names.index(series)
    second = in_units and deal.per_major != 1 and series in ROWS
    return HEAD_ROW + 2 + at + (len(names) + 2 if second else 0)


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


# The waterfall


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


def write_engine(styles: Styles, deal: DealSheets, lang: Language) -> None:
    """The engine's figures as plain values, for the checks."""
    sheet = deal.engine
    note = label("workbook.engine_note" if deal.formulas is not None else "workbook.no_formula", lang)
    head(styles, deal, sheet, note, lang)
    style = styles.number(unit_format(deal.per_major), "value")
    for key, series in engine_series(deal.ledger):
        row = deal.engine_rows[key]
        sheet.write_string(row, 0, closing_label(key[1], key[2], lang), styles.label)
        for t, value in enumerate(series.tolist()):
            sheet.write_number(row, FIRST_DATE + t, value, style)


def head(styles: Styles, deal: DealSheets, sheet: Any, note: str, lang: Language) -> None:
    """Title, note, and the dates over the columns."""
    set_up(sheet, f"{deal.name} · {deal.ledger.deal.name}", HEAD_ROW + 1, FIRST_DATE)
    sheet.set_print_scale(DATES_SCALE)
    sheet.repeat_columns(0, 0)
    zero = {"type": "cell", "criteria": "==", "value": 0, "format": styles.faint}
    sheet.conditional_format(HEAD_ROW + 1, 1, last_row(deal), FIRST_DATE + deal.dates - 1, zero)
    # Within the labels' column, which stands on every page across.
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, f"{deal.ledger.deal.name} · {sheet.get_name()}", styles.narrow_title)
    sheet.set_row(1, 36)
    sheet.write_string(1, 0, note, styles.narrow_note)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, FIRST_DATE + deal.dates - 1, 15.5)
    sheet.write_string(HEAD_ROW, 0, label("workbook.payment_date", lang), styles.head_left)
    sheet.write_string(HEAD_ROW - 1, 1, label("workbook.at_start", lang), styles.of(font_color=SOFT, align="right"))
    sheet.write_datetime(HEAD_ROW, 1, deal.ledger.timeline.closing, styles.head_date)
    for t, day in enumerate(deal.ledger.timeline.payments):
        sheet.write_datetime(HEAD_ROW, FIRST_DATE + t, day, styles.head_date)


def last_row(deal: DealSheets) -> int:
    """The last row that any sheet of the deal uses."""
    rows = [line.row for line in deal.grid.rows()] if deal.grid is not None else []
    return max(*rows, *deal.engine_rows.values(), HEAD_ROW + 2 * len(ROWS) + 6)
