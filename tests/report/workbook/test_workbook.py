"""The workbook holds the engine's figures, its formulas find the same from nothing, and it moves when it is changed."""

import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from ipabs.case.load import load_case
from ipabs.case.result import Result
from ipabs.case.run import run
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.readings.tranche import yield_rate
from ipabs.report.plots.style import is_chinese
from ipabs.report.workbook import workbook_bytes
from ipabs.report.workbook.deal_sheets import HEAD_ROW, engine_series
from ipabs.report.workbook.grid import FIRST_DATE
from ipabs.testing.strategies import Run

YUHANG = Path(__file__).parents[3] / "examples" / "yuhang" / "case.yaml"
RELATIVE = 1e-9  # of an amount that is not rounded
EXACT = 2**50  # whole units that the engine holds exactly
KNOWN = {
    "ABS",
    "AND",
    "COUNTIF",
    "GCD",
    "IF",
    "IFERROR",
    "INT",
    "MAX",
    "MIN",
    "NOT",
    "OR",
    "ROUND",
    "SUM",
    "SUMPRODUCT",
    "XIRR",
}

Book = openpyxl.Workbook
Recalculate = Callable[..., Path]


@pytest.fixture(scope="session")
def yuhang() -> Result:
    return run(load_case(YUHANG))


@pytest.fixture(scope="session")
def book(yuhang: Result) -> bytes:
    return yuhang.workbook()


def opened(raw: bytes | Path, *, values: bool) -> Book:
    return openpyxl.load_workbook(io.BytesIO(raw) if isinstance(raw, bytes) else raw, data_only=values)


def formulas(raw: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Sheet, cell, label of the row and text of every formula."""
    for sheet in opened(raw, values=False):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    yield sheet.title, cell.coordinate, str(row[0].value), cell.value


def lines(book: Book, name: str, ledger: Ledger) -> dict[str, list[float]]:
    """The lines of a waterfall after the last payment, by label."""
    found = {}
    for row in book[f"{name} waterfall"].iter_rows(min_row=HEAD_ROW + 2):
        cells = [cell.value for cell in row[FIRST_DATE : FIRST_DATE + ledger.timeline.periods]]
        found[str(row[0].value)] = cells
    return found


AFTER = {"paid": "{}: paid", "owed": "{}: still owed", "held": "{}: held", "entered": "{}: paid in"}


# Structure


def test_workbook_has_its_sheets_in_order(book: bytes) -> None:
    names = opened(book, values=False).sheetnames
    deals = [f"{deal} {what}" for deal in ("abs", "abn") for what in ("pool", "waterfall", "engine")]
    assert names == ["Cover", "Inputs", *deals, "Tranches", "Savings", "Firms", "Checks"]


def test_workbook_gives_the_same_bytes_twice(yuhang: Result, book: bytes) -> None:
    assert yuhang.workbook() == book


def test_every_function_is_known_to_excel_and_libreoffice(book: bytes) -> None:
    used = {name for _, _, _, text in formulas(book) for name in re.findall(r"([A-Z]+)\(", text)}
    assert used <= KNOWN


def test_every_line_that_moves_is_a_formula_on_every_date(yuhang: Result, book: bytes) -> None:
    ledger = yuhang.deals["abs"].ledger
    shown = lines(opened(book, values=False), "abs", ledger)
    for claim in ("vat", "A.interest", "B.interest", "A.principal", "B.principal", "sub.principal", "sub.income"):
        assert all(str(cell).startswith("=") for cell in shown[f"{claim}: paid"]), claim


def test_stored_values_are_the_ledgers(ledgers: dict[str, Ledger]) -> None:
    stored = opened(workbook_bytes(list(ledgers.items())), values=True)
    for name, ledger in ledgers.items():
        shown = lines(stored, name, ledger)
        for key, series in engine_series(ledger):
            kept = [float(cell) for cell in shown[AFTER[key[1]].format(key[2])]]
            assert kept == pytest.approx(series.tolist(), rel=RELATIVE, abs=1e-9), (name, key)
            if ledger.program.units.minor is not None:
                assert kept == series.tolist(), (name, key)


def test_inputs_have_names_that_point_at_blue_cells(book: bytes) -> None:
    whole = opened(book, values=True)
    place = whole.defined_names["in_abs_tranches_A_coupon"].attr_text
    sheet, cell = place.replace("$", "").replace("'", "").split("!")
    assert whole[sheet][cell].value == 0.028
    assert whole[sheet][cell].font.color.rgb == "FF0000C8"


def test_savings_are_sums_of_their_parts(yuhang: Result, book: bytes) -> None:
    sheet = opened(book, values=False)["Savings"]
    firms = len(yuhang.comparison["programme"].firms)
    assert sheet.cell(5, 11).value == "=SUM(C5:G5)"
    assert sheet.cell(5 + firms, 11).value == f"=SUM(K5:K{4 + firms})"
    assert opened(book, values=True)["Savings"].cell(5 + firms, 11).value == pytest.approx(
        float(yuhang.savings.loc["programme", "net"])
    )


def test_parts_of_a_saving_follow_from_the_costs_of_a_firm(yuhang: Result, book: bytes) -> None:
    sheet = opened(book, values=False)
    assert sheet["Savings"]["C5"].value == "='Firms'!E6-'Firms'!E33"
    assert sheet["Firms"]["E6"].value == "=B6*C6*D6"
    firm = opened(book, values=True)["Firms"]
    assert [firm.cell(6, column).value for column in (1, 2, 3)] == ["Firm 01", 4_500_000, 0.0485]
    assert firm["D6"].value == pytest.approx(365 / 360)  # one year, counted on the loan's ACT/360


def test_yield_stands_beside_its_price(yuhang: Result, book: bytes) -> None:
    sheet = opened(book, values=True)["Tranches"]
    assert [cell.value for cell in sheet[4]][-2:] == ["Issue price per 100", "Yield a year, effective"]
    for row, name in enumerate(("A", "B", "sub"), start=5):
        shown = yuhang.deals["abs"].tranches.loc[name, "yield_rate"]
        assert sheet.cell(row, 13).value == pytest.approx(shown, abs=1e-12)


def test_deals_of_one_name_get_sheets_of_their_own(ledgers: dict[str, Ledger]) -> None:
    ledger = next(iter(ledgers.values()))
    long = "余杭知识产权资产支持专项计划第一期优先级证券产品甲" * 2
    for pair in (("abs", "ABS"), (long, f"{long}乙"), ("abs", "abs")):
        raw = workbook_bytes([(name, ledger) for name in pair])
        assert len(opened(raw, values=True).sheetnames) == 10
        assert opened(raw, values=True)["Cover"]["C4"].value == "OK"


def test_text_that_looks_like_a_formula_is_text(ledgers: dict[str, Ledger]) -> None:
    name = "many fen calm"
    raw = workbook_bytes([(name, ledgers[name])], title="=1+1", banner="@SUM(1)")
    assert opened(raw, values=False)["Cover"]["B2"].data_type == "s"
    assert not any(text.startswith(("=8.2", "=1+1", "@")) for _, _, _, text in formulas(raw))


def test_chinese_workbook_has_no_english_heading(yuhang: Result) -> None:
    whole = opened(yuhang.workbook("zh"), values=True)
    assert whole.sheetnames[:4] == ["封面", "输入", "abs 资产池", "abs 分配"]
    labels = [str(row[0].value) for row in whole["abs 分配"].iter_rows(min_row=HEAD_ROW + 1) if row[0].value]
    assert [text for text in labels if not is_chinese(text)] == []
    assert not any(
        word in text for text in labels for word in ("interest", "principal", "normal", "collections", "paid")
    )


def test_title_of_a_deal_stays_in_the_column_of_labels(book: bytes) -> None:
    """The column stands on every page across; what runs over it would be cut on the second."""
    for sheet in (one for one in opened(book, values=True) if one.title.startswith(("abs", "abn"))):
        assert sheet.print_title_cols == "$A:$A"
        for cell in (sheet["A1"], sheet["A2"]):
            height = sheet.row_dimensions[cell.row].height
            lines = len(str(cell.value)) * 0.62 * cell.font.sz / (5.5 * sheet.column_dimensions["A"].width)
            assert cell.alignment.wrap_text
            assert height >= 1.25 * cell.font.sz * math.ceil(lines)


def test_deal_without_its_series_shows_values_and_says_so(watched: Ledger) -> None:
    whole = opened(workbook_bytes([("watched", watched)]), values=False)
    assert "watched waterfall" not in whole.sheetnames
    assert str(whole["watched engine"]["A2"].value).startswith("Value, no formula")
    said = [str(row[2].value) for row in whole["Cover"].iter_rows() if row[2].value]
    assert any(text.startswith("watched: Value, no formula") for text in said)


def test_deal_with_its_series_has_formulas(watched: Ledger) -> None:
    raw = workbook_bytes([("watched", watched)], observables={"watched": {"leverage": [3.0, 5.0, 5.0]}})
    shown = lines(opened(raw, values=True), "watched", watched)
    assert shown["turbo in force (1 = yes)"] == [0, 1, 1]


# Calculated anew


def is_whole(stored: float) -> bool:
    """Whether it counts units that the engine holds exactly."""
    return float(stored).is_integer() and abs(stored) <= EXACT


def differences(raw: bytes, calculated: Path, ledgers: dict[str, Ledger]) -> list[tuple[str, str, object, object]]:
    """Cells outside the working rows that differ from what was stored: to the unit where amounts are whole.

    Beyond `EXACT` stands only what is available from a support without a limit, 10^18 less what it gave.
    """
    before, after = opened(raw, values=True), opened(calculated, values=True)
    found = []
    for sheet, cell, label, _ in formulas(raw):
        if label == "working":
            continue
        stored, anew = before[sheet][cell].value, after[sheet][cell].value
        deal = sheet.removesuffix(" waterfall")
        whole = deal in ledgers and deal != sheet and ledgers[deal].program.units.minor is not None
        if stored is None:
            same = anew in (None, "")
        elif isinstance(stored, str) or not isinstance(anew, int | float) or (whole and is_whole(stored)):
            same = stored == anew
        else:
            same = abs(stored - anew) <= RELATIVE * max(1.0, abs(stored))
        if not same:
            found.append((sheet, cell, stored, anew))
    return found


@pytest.mark.office
def test_yuhang_ties_out_when_calculated_from_nothing(yuhang: Result, book: bytes, recalculate: Recalculate) -> None:
    anew = recalculate(book)
    assert differences(book, anew, dict(yuhang.ledgers)) == []
    assert opened(anew, values=True)["Cover"]["C5"].value == "OK"


@pytest.mark.office
def test_deals_tie_out_when_calculated_from_nothing(ledgers: dict[str, Ledger], recalculate: Recalculate) -> None:
    raw = workbook_bytes(list(ledgers.items()))
    anew = recalculate(raw)
    assert differences(raw, anew, ledgers) == []
    assert opened(anew, values=True)["Cover"]["C4"].value == "OK"


@pytest.mark.office
def test_generated_deals_tie_out_when_calculated_from_nothing(generated: list[Run], recalculate: Recalculate) -> None:
    ledgers = {f"deal {at}": run_waterfall(one.deal, one.collections, **one.given) for at, one in enumerate(generated)}
    series = {f"deal {at}": dict(one.observables) for at, one in enumerate(generated)}
    raw = workbook_bytes(list(ledgers.items()), observables=series)
    assert sum(name.endswith(" waterfall") for name in opened(raw, values=False).sheetnames) == len(ledgers)
    anew = recalculate(raw)
    assert differences(raw, anew, ledgers) == []
    assert opened(anew, values=True)["Cover"]["C4"].value == "OK"


@pytest.mark.office
def test_dearer_loan_of_one_firm_moves_its_saving(yuhang: Result, book: bytes, recalculate: Recalculate) -> None:
    """Firm 01 at 5.85 % instead of 4.85 %: 1 % of 4,500,000 over 365 / 360 years more, taxed at 15 %."""
    before = opened(book, values=True)["Savings"]
    after = opened(recalculate(book, {("Firms", "C6"): 0.0585}), values=True)["Savings"]
    more = 4_500_000 * 0.01 * 365 / 360
    assert after["C5"].value - before["C5"].value == pytest.approx(more, abs=1e-6)
    assert after["K5"].value - before["K5"].value == pytest.approx(0.85 * more, abs=1e-6)
    assert after["C6"].value == pytest.approx(before["C6"].value)


@pytest.mark.office
def test_a_default_and_a_dearer_fee_call_on_the_undertaking_as_the_engine_would(
    yuhang: Result, recalculate: Recalculate
) -> None:
    """VAT of 5 % instead of 3.26 %, and 60 million of the fourth date's principal defaulted instead of paid."""
    ledger, lost, t = yuhang.deals["abs"].ledger, 60e6, 3
    raw = workbook_bytes([("abs", ledger)])
    whole = opened(raw, values=True)
    fee = whole.defined_names["in_abs_fees_vat_rate"].attr_text.replace("$", "").split("!")[1]
    rows = {row[0].value: row[FIRST_DATE + t] for row in whole["abs pool"].iter_rows(max_row=HEAD_ROW + 11)}
    principal, defaulted = rows["Scheduled principal"], rows["Defaulted balance (no cash)"]
    changes = {("Inputs", fee): 0.05, ("abs pool", principal.coordinate): principal.value - lost}
    changes[("abs pool", defaulted.coordinate)] = lost
    after = opened(recalculate(raw, changes), values=True)

    deal, series = ledger.deal, ledger.collections.series
    flows = {name: series(name).copy() for name in ("interest", "principal", "prepayment", "defaulted")}
    flows["principal"][0, t] -= lost
    flows["defaulted"][0, t] += lost
    fees = tuple(replace(one, rate=0.05) if one.name == "vat" else one for one in deal.fees)
    pool = Collections(deal.timeline(), **flows, opening=ledger.collections.opening)
    moved = run_waterfall(replace(deal, fees=fees), pool)

    assert moved.called("undertaking").sum() > 0
    shown = lines(after, "abs", moved)
    for key, expected in engine_series(moved):
        assert [float(cell) for cell in shown[AFTER[key[1]].format(key[2])]] == expected.tolist(), key


@pytest.mark.office
def test_changed_inputs_move_the_waterfall_as_the_engine_would(yuhang: Result, recalculate: Recalculate) -> None:
    """A coupon of 4.1234 % instead of 2.8 %, and a first collection of interest cut to a tenth."""
    ledger = yuhang.deals["abs"].ledger
    raw = workbook_bytes([("abs", ledger)])
    whole = opened(raw, values=True)
    coupon = whole.defined_names["in_abs_tranches_A_coupon"].attr_text.replace("$", "").split("!")[1]
    first = whole["abs pool"].cell(HEAD_ROW + 3, FIRST_DATE + 1)
    less = round(float(first.value) / 10, 2)
    after = opened(recalculate(raw, {("Inputs", coupon): 0.041234, ("abs pool", first.coordinate): less}), values=True)

    deal = ledger.deal
    dear = replace(deal.tranches[0], coupon=replace(deal.tranches[0].coupon, rate=0.041234))  # type: ignore[type-var]  # A has a coupon
    flows = {name: ledger.collections.series(name) for name in ("interest", "principal", "prepayment", "defaulted")}
    interest = flows.pop("interest").copy()
    interest[0, 0] = less
    pool = Collections(deal.timeline(), interest=interest, **flows, opening=ledger.collections.opening)
    moved = run_waterfall(replace(deal, tranches=(dear, *deal.tranches[1:])), pool)

    assert after["Tranches"]["M5"].value == pytest.approx(float(yield_rate(moved, "A")[0]), abs=1e-9)
    shown = lines(after, "abs", moved)
    for key, series in engine_series(moved):
        assert [float(cell) for cell in shown[AFTER[key[1]].format(key[2])]] == series.tolist(), key
    assert after["Cover"]["C4"].value == "DIFF"
