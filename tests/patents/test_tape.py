"""The patent tape: Chinese headings, every fault at its cell, the example's tape."""

from datetime import date
from pathlib import Path

import pytest

from ipabs.errors import DataError
from ipabs.io.table import Table, parse_table, read_table
from ipabs.patents.indicators import high_value
from ipabs.patents.industry import all_industry_royalty_band, ipc_map
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import pledge_findings
from ipabs.patents.tape import check_patent_tape, read_portfolio

EXAMPLE = Path(__file__).parents[2] / "examples" / "yuhang" / "patents.csv"


def tape(*rows: str) -> Table:
    return parse_table("\n".join(rows).encode(), file="patents.csv")


def test_example_tape_is_read_whole() -> None:
    portfolio = read_portfolio(read_table(EXAMPLE), as_of=date(2022, 12, 20))
    assert len(portfolio.rights) == 144
    first = portfolio.patents[0]
    assert (first.number, first.owner, first.grant, first.ipc) == ("P01-01", "Firm 01", date(2019, 6, 18), ("H04L",))
    notes = check_patent_tape(read_table(EXAMPLE))
    assert [(one.code, one.got) for one in notes] == [
        ("patent_tape.unread", "route"),
        ("patent_tape.unread", "provenance"),
    ]


def test_chinese_headings_words_and_lists() -> None:
    table = tape(
        "专利号,专利权人,专利类型,法律状态,申请日,授权公告日,IPC分类号,共有人,共有人同意,质押合同",
        "ZL1,甲公司,发明专利,有效,2019年3月21日,2021/6/18,G06N 3/08；G06F 17/00,乙公司,是,C1、C2",
        "ZL2,甲公司,实用新型,审中,2022-01-05,,,,,",
        "T1,甲公司,注册商标,,,2020-01-01,,,,",
    )
    first, second, third = read_portfolio(table).rights
    assert isinstance(first, Patent)
    assert first.ipc == ("G06N 3/08", "G06F 17/00")
    assert (first.co_owners, first.co_owners_consent) == (("乙公司",), True)
    assert [pledge.contract for pledge in first.pledges] == ["C1", "C2"]
    assert (second.status, third.status, third.kind) == ("pending", "in_force", "trademark")


def test_headings_of_somebody_else_are_mapped() -> None:
    table = tape("编号,谁,kind,filing,grant", "ZL1,甲,invention,2019-01-01,2020-01-01")
    right = read_portfolio(table, mapping={"编号": "number", "谁": "owner"}).rights[0]
    assert (right.number, right.owner) == ("ZL1", "甲")
    with pytest.raises(DataError) as caught:
        read_portfolio(table, mapping={"编码": "number", "谁": "owners"})
    assert [one.code for one in caught.value.findings] == ["columns.mapped", "columns.field", "columns.missing"]


def test_every_fault_is_told_at_its_cell() -> None:
    table = tape(
        "number,kind,filing,grant,claims,status",
        "ZL1,invention,2020-01-01,2019-01-01,4,in_force",
        "ZL2,patent,2020-13-01,2021-01-01,-1,in_force",
        "ZL1,design,2020-01-01,2021-01-01,4,alive",
        ",invention,2020-01-01,2021-01-01,4,in_force",
        "ZL5,utility_model,2010-01-01,2011-01-01,4,in_force",
        "D1,data_right,,2023-01-01,,in_force",
    )
    with pytest.raises(DataError) as caught:
        read_portfolio(table, as_of=date(2024, 1, 1))
    assert [(str(one.place).split(" ")[0], one.code) for one in caught.value.findings] == [
        ("patents.csv:2:4", "right.grant"),
        ("patents.csv:3:2", "columns.word"),
        ("patents.csv:3:3", "unit.date"),
        ("patents.csv:3:5", "patent_tape.count"),
        ("patents.csv:4:1", "patent_tape.twice"),
        ("patents.csv:4:6", "columns.word"),
        ("patents.csv:5:1", "columns.empty"),
        ("patents.csv:6:6", "patent_tape.expired"),
        ("patents.csv:7:1", "right.no_term"),
    ]
    assert str(caught.value.findings[0]) == "patents.csv:2:4 D2.grant: grant 2019-01-01 is before filing 2020-01-01"


def test_missing_and_double_columns_are_named() -> None:
    with pytest.raises(DataError, match="no column gives kind; headings that do: kind, 类型"):
        read_portfolio(tape("number,filing", "ZL1,2020-01-01"))
    with pytest.raises(DataError, match="column 'patent' gives number, and so does column 'number'"):
        read_portfolio(tape("number,patent,kind", "ZL1,ZL1,design"))


@pytest.mark.parametrize(("text", "value"), [("是", True), ("无", False)])
def test_flags_are_yes_or_no(text: str, value: bool) -> None:
    table = tape("number,kind,filing,grant,open_licence", f"ZL1,invention,2020-01-01,2021-01-01,{text}")
    assert read_portfolio(table).patents[0].open_licence is value
    with pytest.raises(DataError, match="'maybe' is neither yes nor no"):
        read_portfolio(tape("number,kind,filing,grant,open_licence", "ZL1,invention,2020-01-01,2021-01-01,maybe"))


def test_one_lookup_gives_industry_decay_royalty_and_credit_sector() -> None:
    found = ipc_map().industry_of("C12N 15/09", date(2024, 1, 1))
    assert (found.industry, found.decay_rate, found.credit_sector) == ("biomedicine", 0.1182, "biomedicine")
    assert (found.royalty_low, found.royalty_high) == all_industry_royalty_band()


def test_one_number_written_in_several_ways_is_one_right() -> None:
    row = "invention,2020-01-01,2021-01-01"
    with pytest.raises(DataError) as caught:
        read_portfolio(tape("number,kind,filing,grant", f"ZL20191.X,{row}", f"ZL 20191X,{row}", f"ｚl20191x,{row}"))
    assert [str(one).split(" ", 1)[1] for one in caught.value.findings] == [
        "A3.number: right ZL 20191X stands in row 2 already",
        "A4.number: right ｚl20191x stands in row 2 already",
    ]


def test_an_application_is_one_right_with_and_without_prefix_and_check_digit() -> None:
    row = "invention,2020-01-01,2021-01-01"
    numbers = ("ZL201910000001.X", "CN201910000001.X", "201910000001", "ZL201910000002.4", "201910000001X")
    with pytest.raises(DataError) as caught:
        read_portfolio(tape("number,kind,filing,grant", *(f"{number},{row}" for number in numbers)))
    assert [one.place.line for one in caught.value.findings] == [3, 4, 6]


def test_symbols_of_inventions_are_checked_and_classes_of_designs_are_not() -> None:
    head, dates = "number,kind,filing,grant,ipc", "2022-01-01,2022-06-01"
    known = read_portfolio(tape(head, f"A,invention,{dates},G06N3/08(2006.01)I", f"B,design,{dates},14-02"))
    assert not list(ipc_map().findings(known, date(2024, 1, 1)))
    asked = {"as_of": date(2024, 1, 1), "pledged_amount": 0.0, "pledge_threshold": 5e6}
    assert [bool(high_value(one, **asked)) for one in known.patents] == [True, False]  # type: ignore[arg-type]  # typed above
    with pytest.raises(DataError, match=r"E2.ipc: '计算机' begins no IPC symbol; write G06N 3/08"):
        read_portfolio(tape(head, f"A,utility_model,{dates},计算机"))


def test_words_of_chinese_patent_databases_are_read() -> None:
    table = parse_table(
        "公开(公告)号,申请号,申请日,专利类型,授权日,申请(专利权)人,法律状态\n"
        "CN1B,CN201910000001.X,2019.03.21,授权发明,2021.06.18,甲公司 | 乙大学,专利权维持\n"
        "CN2A,CN202310000002.3,2023年3月21日,发明申请,,甲公司,等待实审提案\n"
        "CN3U,CN202320000003.4,20230321,实用新型专利,20231002,甲公司,等年费滞纳金\n"
        "CN4B,CN201010000004.5,2010/3/21,发明授权,2012/5/2,甲公司,未缴年费终止失效\n".encode("gb18030"),
        file="patents.csv",
    )
    rights = read_portfolio(table, as_of=date(2024, 1, 1)).rights
    assert [(one.kind, one.status) for one in rights] == [
        ("invention", "in_force"),
        ("invention", "pending"),
        ("utility_model", "in_force"),
        ("invention", "lapsed"),
    ]
    assert (rights[0].owner, rights[0].co_owners) == ("甲公司", ("乙大学",))


def test_co_owners_of_one_cell_must_consent_to_a_pledge() -> None:
    head, row = (
        "专利号,类型,申请日,授权公告日,专利权人,共有人,质押合同",
        "ZL1,发明,2020-01-01,2021-01-01,甲；乙；甲,丙、乙,C1",
    )
    portfolio = read_portfolio(tape(head, row))
    assert (portfolio.rights[0].owner, portfolio.rights[0].co_owners) == ("甲", ("乙", "丙"))
    found = pledge_findings(portfolio, date(2024, 1, 1))
    assert [str(one) for one in found] == ["ZL1.co_owners_consent: ZL1: consent of co-owner 乙, 丙 is missing"]


def test_right_filed_after_the_day_of_the_tape_is_told() -> None:
    table = tape("number,kind,filing,grant", "ZL1,invention,2042-03-21,2044-06-18", "ZL2,design,2024-01-01,2024-05-01")
    with pytest.raises(DataError) as caught:
        read_portfolio(table, as_of=date(2024, 1, 1))
    assert [str(one) for one in caught.value.findings] == [
        "patents.csv:2:3 C2.filing: ZL1 is called in_force on 2024-01-01, but was filed on 2042-03-21"
    ]
    assert len(read_portfolio(table).rights) == 2
