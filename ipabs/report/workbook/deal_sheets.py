"""The sheets of one deal: where they stand, what heads them, and the engine's own figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import ROWS
from ipabs.engine.ledger import Ledger
from ipabs.report.workbook.deal_formulas import DealFormulas, closing_label
from ipabs.report.workbook.grid import FIRST_DATE, Grid, place, reference
from ipabs.report.workbook.lines import Key, Line
from ipabs.report.workbook.sheet import set_up, sheet_name
from ipabs.report.workbook.style import SOFT, Styles, unit_format

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
