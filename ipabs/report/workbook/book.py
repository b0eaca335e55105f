"""The workbook put together: cover, inputs, each deal's pool and waterfall, tranches, savings, checks."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.engine.ledger import Ledger
from ipabs.engine.sources import FromSupport
from ipabs.financing.compared import Compared
from ipabs.report.workbook.checks_sheet import write_checks
from ipabs.report.workbook.cover import write_cover
from ipabs.report.workbook.deal_formulas import deal_formulas
from ipabs.report.workbook.deal_sheets import DealSheets, place_deal, value_sheets
from ipabs.report.workbook.firms_sheet import write_firms
from ipabs.report.workbook.inputs_sheet import place_inputs, write_inputs
from ipabs.report.workbook.savings_sheet import write_savings
from ipabs.report.workbook.style import Styles
from ipabs.report.workbook.tranches_sheet import write_tranches
from ipabs.report.workbook.waterfall_sheet import write_deal

Observables = Mapping[str, Mapping[str, ArrayLike]]
WRITTEN = datetime(2000, 1, 1)  # the same contents give the same bytes


def workbook_bytes(
    ledgers: Sequence[tuple[str, Ledger]],
    compared: Compared | None = None,
    *,
    against: str = "",
    title: str = "",
    banner: str = "",
    observables: Observables | None = None,
    lang: Language = "en",
) -> bytes:
    """The live workbook of some deals and of what they save, as the bytes of an .xlsx file.

    Parameters
    ----------
    ledgers : sequence of (name, Ledger)
        Path 0 of each is shown.
    compared : Compared, optional
        The programme measured against its comparator.
    against : str
        Name of the comparator.
    title, banner : str
        Heading of the cover, and a line that must not be missed.
    observables : mapping of deal to series by name, optional
        Series from outside that were given to the run.
    lang : "en" or "zh"

    >>> from ipabs.engine.sample import small_ledger
    >>> raw = workbook_bytes([("small", small_ledger())])
    >>> raw[:2], raw == workbook_bytes([("small", small_ledger())])
    (b'PK', True)
    """
    import xlsxwriter

    raw = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(raw, options)
    book.worksheet_class = plain_worksheet()
    book.set_properties({"title": title, "created": WRITTEN})
    book.set_calc_mode("auto")
    styles = Styles(book, {})
    write_sheets(book, styles, ledgers, compared, against, title, banner, observables or {}, lang)
    book.close()
    return raw.getvalue()


def plain_worksheet() -> type:
    """A worksheet that takes formulas as they are: none uses a function newer than 2007, which would need a prefix.

    Looking for thirty of them by regular expression took a third of the time of a workbook.
    """
    from xlsxwriter.worksheet import Worksheet

    class Plain(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
        """Formulas without their equals sign."""

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return Plain


def write_sheets(
    book: Any,
    styles: Styles,
    ledgers: Sequence[tuple[str, Ledger]],
    compared: Compared | None,
    against: str,
    title: str,
    banner: str,
    observables: Observables,
    lang: Language,
) -> None:
    """Every sheet, in the order in which it is read."""
    cover = book.add_worksheet(label("workbook.cover", lang))
    inputs = book.add_worksheet(label("workbook.inputs", lang))
    deals: list[DealSheets] = []
    for name, ledger in ledgers:
        series = {key: series_of(values) for key, values in observables.get(name, {}).items()}
        if missing_series(ledger, series):
            deals.append(value_sheets(book, name, ledger, lang))
            continue
        formulas = deal_formulas(name, ledger, series, lang)
        deals.append(place_deal(book, formulas, lang))
    place_inputs(inputs.get_name(), [deal.formulas.inputs for deal in deals if deal.formulas is not None])
    write_inputs(book, inputs, styles, deals, lang)
    for deal in deals:
        write_deal(styles, deal, lang)
    tranches = book.add_worksheet(label("workbook.tranches", lang))
    write_tranches(tranches, styles, deals, lang)
    totals: list[tuple[str, float, str]] = []
    if compared is not None:
        savings = book.add_worksheet(label("workbook.savings", lang))
        firms = book.add_worksheet(label("workbook.firms", lang))
        sides = write_firms(firms, styles, compared, against, lang)
        totals = write_savings(savings, styles, compared, sides, lang)
    checks = book.add_worksheet(label("workbook.checks", lang))
    status = write_checks(checks, styles, deals, totals, lang)
    write_cover(cover, styles, book, deals, status, title, banner, lang)


def series_of(values: ArrayLike) -> FloatArray:
    """A series ``(path, period)``."""
    return np.atleast_2d(np.asarray(values, dtype=np.float64))


def missing_series(ledger: Ledger, given: Mapping[str, object]) -> bool:
    """Whether the run read series from outside that are not at hand."""
    sources = [step.source for step in ledger.program.steps]
    watched = [one.performing for one in sources if isinstance(one, FromSupport) and one.performing]
    needed = {*watched, *(one.name for one in ledger.deal.observables)}
    return bool(needed - set(given))
