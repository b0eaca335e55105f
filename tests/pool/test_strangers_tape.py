"""Tapes as strangers bring them: each is read by a stated rule or told what to do."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter

from ipabs.errors import DataError
from ipabs.io import table as tables
from ipabs.io.table import parse_table
from ipabs.pool import TapeMapping, check_tape, read_tape
from ipabs.pool.tape_columns import Heading

HEAD = ["contract", "firm", "kind", "amount", "start", "maturity", "rate", "amortization"]
GOOD = ["C1", "F1", "pledged_loan", 9_000_000, "2024-03-28", "2025-03-28", "3.8%", "bullet"]
EMPTY: list[object] = [""] * 8
START, MATURITY = date(2024, 3, 28), date(2025, 3, 28)


def workbook(
    *rows: list[object], number_format: str = "General", merged: tuple[int, ...] = (), **options: bool
) -> bytes:
    """A workbook; `merged` are the columns of the first row whose cell spans to the next."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options}) as book:
        sheet, style = book.add_worksheet("Tape"), book.add_format({"num_format": number_format})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, float):
                    sheet.write_number(r, c, value, style)
                elif value != "":
                    sheet.write(r, c, value)
        for c in merged:
            sheet.merge_range(0, c, 0, c + 1, rows[0][c])
    return stream.getvalue()


def text(*rows: list[object]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def faults(raw: bytes) -> list[str]:
    try:
        return [str(found) for found in check_tape(parse_table(raw, file="t"))]
    except DataError as error:
        return [str(found) for found in error.findings]


def changed(**cells: object) -> list[object]:
    return [cells.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def test_percent_cell_of_excel_is_the_number_it_keeps() -> None:
    raw = workbook(list(HEAD), changed(rate=0.052), number_format="0.0%")
    assert read_tape(parse_table(raw, file="t")).obligations[0].contract_rate == 0.052  # type: ignore[attr-defined]  # a loan


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_date_cells_are_dates_in_both_systems_of_excel(epoch_1904: bool) -> None:
    row = changed(start=datetime(2024, 3, 28), maturity=datetime(2025, 3, 28))
    (loan,) = read_tape(parse_table(workbook(list(HEAD), row, date_1904=epoch_1904), file="t")).obligations
    assert (loan.start, loan.maturity) == (START, MATURITY)  # type: ignore[attr-defined]  # a loan


@pytest.mark.parametrize(
    "written", ["2024-03-28", "2024/3/28", "2024.3.28", "2024年3月28日", "20240328", "2024-03-28 00:00:00"]
)
def test_dates_as_text_with_the_year_first_are_read(written: str) -> None:
    (loan,) = read_tape(parse_table(text(list(HEAD), changed(start=written)), file="t")).obligations
    assert loan.start == START


def test_bare_serial_number_says_which_day_it_may_be() -> None:
    # Excel: 45379 days after 30 December 1899 are 28 March 2024.
    assert faults(workbook(list(HEAD), changed(start=45379))) == [
        "t:2:5 Tape!E2.start: '45379' is how Excel keeps a date; format the cells as dates: 2024-03-28, "
        "in a 1904 workbook 4 years on"
    ]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("金额(万元)", "900"),
        ("金额（万元）", "900"),
        ("本金 (元)*", "9000000"),
        ('"融资金额\n[亿元]"', "0.09"),
        ("本金(万元)", "900万元"),
    ],
)
def test_unit_in_a_heading_is_put_behind_its_numbers(heading: str, cell: str) -> None:
    head = [heading if name == "amount" else name for name in HEAD]
    (loan,) = read_tape(parse_table(text(head, changed(amount=cell)), file="t")).obligations
    assert loan.principal == 9e6


def test_rate_under_a_heading_in_percent() -> None:
    head = ["年利率(%)" if name == "rate" else name for name in HEAD]
    (loan,) = read_tape(parse_table(text(head, changed(rate="3.8")), file="t")).obligations
    assert loan.contract_rate == 0.038  # type: ignore[attr-defined]  # a loan
    assert faults(text(head, changed(rate="0.038"))) == [
        "t:2:7 G2.年利率(%): 0.038 under a heading in % is 0.038% a year; write 3.8%, or take the % out of the heading"
    ]


def test_unit_of_a_mapping_stands_above_that_of_the_heading() -> None:
    head = ["金额(元)" if name == "amount" else name for name in HEAD]
    mapping = TapeMapping(columns=(Heading(heading="金额(元)", field="principal", unit="万元"),))
    (loan,) = read_tape(parse_table(text(head, changed(amount="900")), file="t"), mapping=mapping).obligations
    assert loan.principal == 9e6


def test_thousands_separators_say_what_to_write() -> None:
    assert faults(text(list(HEAD), changed(amount='"9,000,000.00"'))) == [
        "t:2:4 D2.amount: '9,000,000.00' has separators between digits; write 9000000.00"
    ]


@pytest.mark.parametrize("total", [["合计", "", "", 9e6, "", "", "", ""], ["", "", "Total:", 9e6, "", "", "", ""]])
def test_totals_row_is_one_finding(total: list[object]) -> None:
    word = "合计" if total[0] else "Total"
    expected = [f"t:4: the row adds up the others ({word}); delete it, the tape holds contracts alone"]
    rows = (list(HEAD), list(GOOD), changed(contract="C2"), total)
    assert faults(text(*rows)) == faults(workbook(*rows)) == expected


def test_firm_called_total_in_a_good_row_is_a_firm() -> None:
    assert faults(text(list(HEAD), changed(firm="Total"))) == []


def test_blank_row_inside_is_a_finding_and_at_the_end_is_nothing() -> None:
    rows = (list(HEAD), list(GOOD), EMPTY, changed(contract="C2"))
    expected = ["t:3: the row is empty but others follow; delete it"]
    assert faults(text(*rows)) == faults(workbook(*rows)) == expected
    assert faults(text(*rows[:3])) == faults(workbook(*rows[:3])) == []


def test_title_above_the_headings_says_what_to_do() -> None:
    title: list[object] = ["资产清单", *EMPTY[1:]]
    expected = ["t:1: the row is a title (资产清单), not the headings; delete it or begin it with #"]
    assert faults(workbook(title, list(HEAD), list(GOOD), merged=(0,))) == expected
    assert faults(text(title, list(HEAD), list(GOOD))) == expected
    assert faults(workbook(["# 资产清单", *EMPTY[1:]], list(HEAD), list(GOOD))) == []


def test_headings_in_two_rows_say_what_to_do() -> None:
    groups: list[object] = ["合同", "", "类型", "金额", "期限", "", "条件", ""]
    assert faults(workbook(groups, list(HEAD), list(GOOD), merged=(0, 4, 6))) == [
        "t:1: the headings take two rows, as merged cells do (合同, 类型, 金额, 期限, 条件); "
        "keep one row with a heading for each column"
    ]


@pytest.mark.parametrize("order", [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_two_encodings_in_one_file_are_told_apart(order: tuple[str, str]) -> None:
    raw = "合同编号,企业名称\n".encode(order[0]) + "C1,余杭某企业\n".encode(order[1])
    utf8, other = (1, 2) if order[0] == "utf-8" else (2, 1)
    assert faults(raw) == [f"t:{other}: line {utf8} is UTF-8, line {other} is not; save the whole file in one encoding"]


def test_more_rows_than_a_sheet_should_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tables.MOST_ROWS == 1_000_000
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    rows = [changed(contract=f"C{k}") for k in range(4)]
    assert faults(text(list(HEAD), *rows[:3])) == []
    expected = ["t: the table has 4 rows; at most 3 are read"]
    assert faults(text(list(HEAD), *rows)) == faults(workbook(list(HEAD), *rows)) == expected


@pytest.mark.parametrize("name", ["合计", "合 计", "Total:", "小计"])
def test_totals_row_with_every_cell_filled_is_no_contract(name: str) -> None:
    word = name.rstrip(":")
    assert faults(text(list(HEAD), list(GOOD), changed(contract=name))) == [
        f"t:3: the row adds up the others ({word}); delete it, the tape holds contracts alone"
    ]


def test_remark_below_the_contracts_is_one_finding() -> None:
    assert faults(text(list(HEAD), list(GOOD), ["注：金额单位为元", *EMPTY[1:]])) == [
        "t:3: the row holds one remark (注：金额单位为元); delete it, the tape holds contracts alone"
    ]


@pytest.mark.parametrize("title", ["资产清单", "资产清单,,,,,,,", "资产清单,,,,,,,\n截至,2024-03-31,,,,,,"])
def test_title_of_any_shape_above_text_says_what_to_do(title: str) -> None:
    raw = f"{title}\n".encode() + text(list(HEAD), list(GOOD))
    assert faults(raw) == ["t:1: the row is a title (资产清单), not the headings; delete it or begin it with #"]


def test_web_page_under_the_name_of_a_workbook_says_what_it_is() -> None:
    message = "t: the file is a web page or XML, whatever its name says; open it in Excel and save it as .xlsx"
    assert faults(b"\xef\xbb\xbf\r\n<html><table><tr><td>C1</td></tr></table></html>") == [message]


def test_headings_differ_in_case_blanks_points_and_width() -> None:
    head = [
        "Contract No.",
        "BORROWER",
        "Kind",
        "Loan Amount (CNY)",
        "Start Date",
        "ｍａｔｕｒｉｔｙ",
        "Interest Rate (%)",
        "Repayment",
    ]
    (loan,) = read_tape(parse_table(text([*head], changed(rate="3.8")), file="t")).obligations
    assert (loan.id, loan.obligor, loan.principal, loan.start) == ("C1", "F1", 9e6, START)
    assert loan.contract_rate == 0.038  # type: ignore[attr-defined]  # a loan


def test_name_of_the_firm_stands_for_a_missing_id() -> None:
    head = [name.replace("firm", "企业名称") for name in HEAD]
    pool = read_tape(parse_table(text([*head], changed(firm="甲公司")), file="t"))
    assert [(party.id, party.name) for party in pool.parties] == [("甲公司", "甲公司")]


@pytest.mark.parametrize("mark", ["-", "/", "无", "N/A", "—"])
def test_marks_for_no_value_are_refused_in_numbers_and_names(mark: str) -> None:
    # A guarantor called 无 would be a party that always pays.
    rows = ([*HEAD, "guarantor"], [*changed(rate=mark), mark])
    assert faults(text(*rows)) == [
        f"t:2:7 G2.rate: '{mark}' stands for no value; leave the cell empty",
        f"t:2:9 I2.guarantor: '{mark}' stands for no value; leave the cell empty",
    ]


def test_error_of_a_formula_that_a_text_has_kept_is_named() -> None:
    assert faults(text(list(HEAD), changed(amount="#REF!"))) == [
        "t:2:4 D2.amount: #REF! is the error of a formula; correct it or type the value"
    ]


def test_unknown_chinese_word_is_answered_in_chinese_words() -> None:
    assert faults(text(list(HEAD), changed(amortization="按月付息到期还本"))) == [
        "t:2:8 H2.amortization: no word '按月付息到期还本'; did you mean '到期还本'?"
    ]


def test_agreed_payments_that_do_not_repay_are_told_at_their_cell() -> None:
    head, row = [*HEAD, "installment"], [*changed(rate="", amortization="level"), "200万元"]
    assert faults(text(head, row)) == [
        "t:2:9 I2.installment: 4 payments of 2000000.00 do not repay the principal 9000000.00"
    ]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("900万元", 9e6), ("9000千元", 9e6), ("9百万元", 9e6), ("0.09亿元", 9e6), ("9000000元", 9e6)],
)
def test_amounts_in_every_usual_unit(written: str, amount: float) -> None:
    (loan,) = read_tape(parse_table(text(list(HEAD), changed(amount=written)), file="t")).obligations
    assert loan.principal == amount


def test_word_for_no_rounding_is_a_word() -> None:
    assert faults(text([*HEAD, "roll", "取整方式"], [*GOOD, "none", "不取整"])) == []
