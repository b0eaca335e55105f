"""Tapes: every fault at once with its cell; headings, words and units of other people; workbooks there and back."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ipabs import spec
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.basics.words import label
from ipabs.errors import DataError
from ipabs.io.columns import read_date
from ipabs.io.table import parse_table, read_table
from ipabs.pool import KINDS, LeaseBack, PledgedLoan, Receivable, RoyaltyStream
from ipabs.pool.tape_columns import Constant, Heading, TapeMapping, Word, tape_fields
from ipabs.pool.tape_rules import check_tape, read_tape
from ipabs.pool.tape_words import HEADINGS, WORDS
from ipabs.pool.tape_workbook import heading, marked_workbook, tape_template, word, words_of

HEAD = "contract,firm,kind,amount,start,maturity,rate,amortization"
GOOD = "C1,F1,pledged_loan,9000000,2024-03-28,2025-03-28,3.8%,bullet"
YUHANG = Path(__file__).parents[2] / "examples" / "yuhang" / "firms.csv"


def faults(text: str, mapping: TapeMapping | None = None) -> list[str]:
    return [str(found) for found in check_tape(parse_table(text.encode(), file="t.csv"), KINDS, mapping)]


def test_tape_gives_contracts_parties_and_details() -> None:
    text = f"{HEAD},industry,district,appraised value,note\n{GOOD},AI,Yuhang,12000000,x\n"
    pool = read_tape(parse_table(text.encode(), file="t.csv"))
    assert pool.obligations == (
        PledgedLoan(
            id="C1", obligor="F1", principal=9e6, start=date(2024, 3, 28), maturity=date(2025, 3, 28),
            contract_rate=0.038, amortization="bullet",
        ),
    )  # fmt: skip
    assert pool.parties == (Party(id="F1", sector="AI", district="Yuhang"),)
    assert pool.details.loc["C1"].tolist() == [12e6, "x"]


def test_every_fault_is_found_in_one_look() -> None:
    assert faults(
        f"{HEAD},industry\n"
        "C1,F1,pledged,9000000,2024-03-28,2025-03-28,3.8%,bullet,AI\n"
        "C1,F1,pledged_loan,,2024-03-28,2025-02-30,3.8,blt,IT\n"
        ",,pledged_loan,-5,2026-03-28,2025-03-28,130%,level,AI\n"
        "C4,F4,pledged_loan,100,2026-03-28,2025-03-28,3%,level,AI\n"
        "C5,F5,pledged_loan,100,2024-03-28,2025-03-28,,level,AI\n"
    ) == [
        "t.csv:2:3 C2.kind: no word 'pledged'; did you mean 'pledged_loan'?",
        "t.csv:3:1 A3.contract: contract 'C1' stands in row 2 already; give each contract its own id",
        "t.csv:3:4 D3.amount: principal is empty; a pledged_loan needs it",
        "t.csv:3:6 F3.maturity: '2025-02-30' is no date; write 2024-03-28",
        "t.csv:3:7 G3.rate: '3.8' without a unit looks like a percentage; write 3.8%",
        "t.csv:3:8 H3.amortization: no word 'blt'; did you mean 'bullet'?",
        "t.csv:3:9 I3.industry: sector of F1 is 'IT' here and 'AI' in row 2; one firm is one party",
        "t.csv:4:1 A4.contract: id is empty; a pledged_loan needs it",
        "t.csv:4:2 B4.firm: obligor is empty; a pledged_loan needs it",
        "t.csv:4:4 D4.amount: -5.0 is negative; an amount is 0 or more",
        "t.csv:4:6 F4.maturity: maturity 2025-03-28 is not after the start 2026-03-28",
        "t.csv:4:7 G4.rate: 1.3 is outside -100% to 100% a year",
        "t.csv:5:6 F5.maturity: maturity 2025-03-28 is not after the start 2026-03-28",
        "t.csv:6:7 G6.rate: a contract states contract_rate, index or installment",
    ]


def test_read_tape_raises_all_findings() -> None:
    with pytest.raises(DataError) as caught:
        read_tape(parse_table(f"{HEAD}\nC1,F1,pledged,1,2,3,4,5\n".encode(), file="t.csv"))
    assert len(caught.value.findings) == 5


def test_missing_columns_name_the_headings_that_would_do() -> None:
    assert faults("contract,amount\nC1,100\n")[:2] == [
        "t.csv:1: no column gives kind; headings that do: kind, 债权类型, 业务类型, obligation",
        "t.csv:1: no column gives obligor; headings that do: obligor, 企业编号, 企业, 债务人, 借款人, 借款企业, "
        "融资企业, 承租人, firm, obligor_id, borrower, debtor, lessee, licensee",
    ]


def test_two_columns_for_one_field_are_a_finding() -> None:
    assert faults(f"{HEAD},principal\n{GOOD},5\n") == [
        "t.csv:1:9: column 'principal' gives principal, and so does column 'amount'"
    ]


def test_mapping_reads_other_headings_words_and_units() -> None:
    text = "借款编号,借款人名,放款额,放款,还清,利息,方式\nC1,F1,900,2024/3/28,2025年3月28日,3.8,气球\n"
    mapping = spec.load(
        TapeMapping,
        """
columns:
  借款编号: id
  借款人名: obligor
  放款额: {field: principal, unit: 万元}
  放款: start
  还清: maturity
  利息: {field: contract_rate, unit: "%"}
  方式: amortization
constants: {kind: pledged_loan, day_count: ACT/360}
words: {气球: bullet}
""",
    )
    assert mapping == TapeMapping(
        columns=(
            Heading(heading="借款编号", field="id"), Heading(heading="借款人名", field="obligor"),
            Heading(heading="放款额", field="principal", unit="万元"), Heading(heading="放款", field="start"),
            Heading(heading="还清", field="maturity"), Heading(heading="利息", field="contract_rate", unit="%"),
            Heading(heading="方式", field="amortization"),
        ),
        constants=(Constant(field="kind", value="pledged_loan"), Constant(field="day_count", value="ACT/360")),
        words=(Word(word="气球", means="bullet"),),
    )  # fmt: skip
    (loan,) = read_tape(parse_table(text.encode("gb18030"), file="t.csv"), KINDS, mapping).obligations
    assert loan == PledgedLoan(
        id="C1", obligor="F1", principal=9e6, start=date(2024, 3, 28), maturity=date(2025, 3, 28),
        contract_rate=0.038, amortization="bullet", day_count="ACT/360",
    )  # fmt: skip
    assert faults(f"{HEAD}\n{GOOD}\n", TapeMapping(columns=(Heading(heading="frim", field="obligor"),))) == [
        "mapping.columns.frim: the mapping names a heading 'frim' that t.csv does not have; did you mean 'firm'?"
    ]


def test_a_constant_that_would_not_be_read_is_refused() -> None:
    given = {"day_cuont": "ACT/360", "principal": "5", "obligor": "F9", "sector": "AI", "deal": "abs"}
    mapping = TapeMapping(constants=tuple(Constant(field=field, value=value) for field, value in given.items()))
    assert faults(f"{HEAD}\n{GOOD}\n", mapping) == [
        "mapping.constants.day_cuont: a constant is given for 'day_cuont', which is no field of a contract; "
        "did you mean 'day_count'?",
        "mapping.constants.principal: principal is a constant of the mapping, and column 'amount' gives it too; "
        "leave one of them out",
        "mapping.constants.obligor: obligor is a constant of the mapping, and column 'firm' gives it too; "
        "leave one of them out",
    ]


def test_one_tape_holds_all_kinds() -> None:
    text = (
        "id,obligor,kind,principal,price,face,start,maturity,contract_rate,lease_rate,discount_rate,sales,royalty_rate\n"
        "C1,F1,pledged_loan,9000000,,,2024-03-28,2025-03-28,3.8%,,,,\n"
        "Z1,F1,lease_back,,10000000,,2024-03-28,2026-03-28,,6%,,,\n"
        "R1,F2,receivable,,,5000000,2024-03-28,2024-09-24,,,5%,,\n"
        "Y1,F2,royalty_stream,2000000,,,2023-12-31,,,,,2024-12-31 3000万元; 2025-12-31 3000万元,4%\n"
    )
    pool = read_tape(parse_table(text.encode(), file="t.csv"))
    assert [type(one) for one in pool.obligations] == [PledgedLoan, LeaseBack, Receivable, RoyaltyStream]
    assert pool.contract_flows().of(3).cash.tolist() == [1.2e6, 1.2e6]
    assert faults("id,obligor,kind,start,maturity\nR1,F2,receivable,2024-03-28,2024-09-24\n") == [
        "t.csv:1: no column gives face; headings that do: face, 票面金额",
        "t.csv:1: no column gives discount_rate; headings that do: discount_rate, 贴现率",
    ]


def test_custom_schedule_stands_in_one_cell() -> None:
    text = f"{HEAD},schedule\nC1,F1,pledged_loan,900万元,2024-03-28,2025-03-28,3.8%,custom,"
    (loan,) = read_tape(
        parse_table(f"{text}2024-09-28 400万元；2025-03-28 500万元\n".encode(), file="t.csv")
    ).obligations
    assert loan.contract_flows().principal.tolist()[-1] == 5e6
    assert faults(f"{text}2024-09-28 400万元\n") == [
        "t.csv:2:9 I2.schedule: the schedule repays 4000000.00 of 9000000.00"
    ]
    assert faults(f"{text}soon\n") == ["t.csv:2:9 I2.schedule: 'soon' is no date and amount; write 2024-06-20 500万元"]


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        (3, "1e400", "D2.amount: '1e400' has an exponent beyond 30"),
        (3, "NaN", "D2.amount: 'NaN' is no amount; write 95000000, 9500万元 or 0.95亿元"),
        (3, "９００", "D2.amount: '９００' has full-width characters; write 900"),
        (3, '"9,000,000"', "D2.amount: '9,000,000' has separators between digits; write 9000000"),
        (3, "1_000", "D2.amount: '1_000' has separators between digits; write 1000"),
        (4, "0001-01-01", "E2.start: 0001-01-01 is outside the years 1900 to 2199"),
        (4, "28/3/2024", "E2.start: '28/3/2024' is no date; write 2024-03-28"),
        (6, "inf", "G2.rate: 'inf' is no rate; write 3.25%, 325bp or 0.0325"),
        (6, "120%", "G2.rate: 1.2 is outside -100% to 100% a year"),
    ],
)
def test_hostile_cells_are_refused_with_what_to_write(column: int, cell: str, expected: str) -> None:
    cells = GOOD.split(",")
    cells[column] = cell
    assert faults(f"{HEAD}\n{','.join(cells)}\n") == [f"t.csv:2:{column + 1} {expected}"]


@pytest.mark.parametrize("text", ["2024-03-28", "2024/3/28", "2024.03.28", "2024年3月28日"])
def test_dates_with_the_year_first_are_read(text: str) -> None:
    assert read_date(text) == date(2024, 3, 28)


def test_illustrative_tape_adds_up() -> None:
    pool = read_tape(read_table(YUHANG))
    assert (len(pool), pool.principal, len(pool.of_deal("abs")), pool.of_deal("abn").principal) == (25, 243e6, 20, 43e6)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_template_is_a_tape_that_passes(lang: str) -> None:
    raw = tape_template(lang=lang)  # type: ignore[arg-type]  # one of the two languages
    assert raw == tape_template(lang=lang)  # type: ignore[arg-type]  # byte for byte the same each time
    table = parse_table(raw, file="template.xlsx")
    assert check_tape(table) == ()
    (loan,) = read_tape(table).obligations
    assert (loan.id, loan.principal) == ("C001", 9e6)


def test_guide_says_in_english_what_the_fields_say_and_everything_in_chinese_too() -> None:
    for name, field in tape_fields(KINDS).items():
        assert label(f"tape.says_{name}", "en") == field.says
        assert not heading(name, "zh").isascii()
        for one in [] if name == "day_count" else words_of(KINDS, name):
            assert not word(one, "zh").isascii(), (name, one)


def test_chinese_words_of_the_template_are_read_back() -> None:
    for name, field in tape_fields(KINDS).items():
        for one in words_of(KINDS, name):
            assert field.read(WORDS.get(word(one, "zh"), word(one, "zh"))) == one


def test_row_that_adds_up_is_marked_as_a_whole(tmp_path: Path) -> None:
    table = parse_table(f"{HEAD}\n{GOOD}\n合计,,,9000000,,,,\n".encode(), file="t.csv")
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked_workbook(table, check_tape(table)))
    assert {cell.fill.fgColor.rgb for cell in load_workbook(path).worksheets[0][3]} == {"FFF8CBAD"}


def test_marked_workbook_fills_and_comments_the_cells(tmp_path: Path) -> None:
    table = parse_table(
        f"# notice\n{HEAD}\n{GOOD}\n=1+1,F2,pledged,1,2024-03-28,2025-03-28,3%,level\n".encode(), file="t.csv"
    )
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked_workbook(table, check_tape(table), lang="zh"))
    book = load_workbook(path)
    cell = book.worksheets[0]["C4"]
    assert cell.comment.text == "没有“pledged”一词；是否指“pledged_loan”？"
    assert cell.fill.fgColor.rgb == "FFF8CBAD"
    assert (book.worksheets[0]["A4"].value, book.worksheets[0]["A4"].data_type) == ("=1+1", "s")
    assert [one.value for one in book.worksheets[1][2]][:3] == [4, "C4.kind", "pledged"]


def test_index_of_a_floating_contract_must_be_known_on_its_dates() -> None:
    head = HEAD.replace("rate", "index")
    known, late = "C1,F1,pledged_loan,9000000,2024-03-28,2025-03-28,LPR9Y", "C2,F1,pledged_loan,9000000,2018-03-28"
    rows = f"{known},level\n{late},2019-03-28,LPR1Y,level\n"
    assert faults(f"{head}\n{rows}") == [
        "t.csv:2:7 G2.index: no index 'LPR9Y'; did you mean 'LPR5Y'?",
        "t.csv:3:7 G3.index: index LPR1Y starts on 2019-08-20; the contract needs it on 2018-03-28",
    ]
    own = IndexHistory(name="LPR9Y", dates=(date(2020, 1, 1),), rates=(0.05,), known_until=date(2026, 1, 1))
    one = f"{head}\n{rows.splitlines()[0]}\n"
    pool = read_tape(parse_table(one.encode(), file="t.csv"), indices=(own,))
    assert pool.contract_flows((own,)).interest[0] > 0
    with pytest.raises(DataError, match=r"C1.index: no index 'LPR9Y'"):
        pool.contract_flows()


def test_dates_are_compared_in_rows_with_other_faults() -> None:
    text = "id,obligor,kind,principal,start,maturity,contract_rate,amortization\n"
    text += "C1,F1,pledged_loan,about 9m,2024-03-28,2023-03-28,5,equal\n"
    assert faults(text) == [
        "t.csv:2:4 D2.principal: 'about 9m' is no amount; write 95000000, 9500万元 or 0.95亿元",
        "t.csv:2:6 F2.maturity: maturity 2023-03-28 is not after the start 2024-03-28",
        "t.csv:2:7 G2.contract_rate: '5' without a unit looks like a percentage; write 5%",
        "t.csv:2:8 H2.amortization: no word 'equal'; valid: level, linear, bullet, negative, custom",
    ]


def test_no_heading_stands_for_two_fields() -> None:
    headings = [word for words in HEADINGS.values() for word in words]
    assert len(set(headings)) == len(headings)
    assert not set(headings) & HEADINGS.keys()
