"""What bad input gets, through the command line: file, place, field, value, and what would be valid."""

from datetime import date
from pathlib import Path

import pytest

from ipabs import cli
from ipabs.case.load import load_case
from ipabs.cli.starter import starter
from tests.case.conftest import Spoiled

COUPON = "coupon: 2.80%"
AT_COUPON = "abs.yaml:16:37 tranches.A.coupon: "


def test_the_example_is_clean(yuhang: Spoiled) -> None:
    assert yuhang.check() == (0, [])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("coupon: 3.25", "'3.25' without a unit looks like a percentage; write 3.25%"),
        ("coupon: 130%", "1.3 is outside -100% to 100% a year"),
        ("coupon: NO", "'NO' is no rate; write 3.25%, 325bp or 0.0325"),
        ("coupon: 1:30", "'1:30' is no rate; write 3.25%, 325bp or 0.0325"),
        ("coupon: 1e400", "'1e400' has an exponent beyond 30"),
        ("coupon: .nan", "'.nan' is no rate; write 3.25%, 325bp or 0.0325"),
        ("coupon: .inf", "'.inf' is no rate; write 3.25%, 325bp or 0.0325"),
        ("coupon: &a 2.80%", "anchor &a is not read; write the value out where it is needed"),
        ("coupon: !!float 2.80%", "tag tag:yaml.org,2002:float is not read; leave it out"),
        ("coupon: *a", "alias *a is not read; write the value out"),
    ],
)
def test_a_coupon_that_is_no_rate(yuhang: Spoiled, written: str, said: str) -> None:
    status, lines = yuhang.replace("abs.yaml", COUPON, written).check()
    assert status == 2
    assert lines[0] == AT_COUPON + said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("abs.yaml", COUPON, f"{COUPON}, coupon: 3%", "abs.yaml:16:44 tranches.A.coupon: 'coupon' stands twice; "),
        ("abs.yaml", COUPON, "cupon: 2.80%", "abs.yaml:16:29 tranches.A.cupon: unknown key 'cupon'; did you mean "),
        (
            "abs.yaml",
            "principal: 136000000",
            "principal: -1",
            "abs.yaml:16:18 tranches.A.principal: -1.0 is negative; an amount is 0 or more",
        ),
        (
            "abs.yaml",
            "rounding: fen",
            "<<: {rounding: fen}",
            "abs.yaml:32:1: merge key << is not read; write the entries out",
        ),
        (
            "abs.yaml",
            "closing: 2022-12-20",
            "closing: 2022-12-19",
            "abs.yaml:8:12 dates.closing: closing 2022-12-19 is not after cut_off 2022-12-20",
        ),
        (
            "abs.yaml",
            "legal_final: 2026-12-28",
            "legal_final: 2023-12-28",
            "abs.yaml:12:16 dates.legal_final: legal_final 2023-12-28 is not after expected_maturity 2024-12-28",
        ),
        (
            "abs.yaml",
            "- pay: [A.interest",
            "- pay: [A.intrest",
            "abs.yaml:38:7 waterfall.normal[2]: no claim 'A.intrest'; did you mean 'A.interest'?",
        ),
        ("firms.csv", "4500000", "-4500000", "firms.csv:3:7 G3.amount: -4500000.0 is negative; an amount is 0 or more"),
        (
            "firms.csv",
            "4500000",
            "NaN",
            "firms.csv:3:7 G3.amount: 'NaN' is no amount; write 95000000, 9500万元 or 0.95亿元",
        ),
        ("firms.csv", "4500000", "1e400", "firms.csv:3:7 G3.amount: '1e400' has an exponent beyond 30"),
        (
            "firms.csv",
            "2023-12-20",
            "2021-12-20",
            "firms.csv:3:9 I3.maturity: maturity 2021-12-20 is not after the start 2022-12-20",
        ),
        (
            "firms.csv",
            "3.80%",
            "3.8",
            "firms.csv:3:11 K3.contract_rate: '3.8' without a unit looks like a percentage; write 3.8%",
        ),
        (
            "firms.csv",
            "market_average",
            "average",
            "firms.csv:3:22 V3.comparator_status: no word 'average'; did you mean 'market_average'?",
        ),
        (
            "case.yaml",
            "as_of: 2022-12-20",
            "as_of: 20.12.2022",
            "case.yaml:6:8 as_of: '20.12.2022' is no date; write 2024-03-28",
        ),
        (
            "case.yaml",
            "against: quoted_loan",
            "against: qouted_loan",
            "case.yaml:27:10 against: no comparator 'qouted_loan'; did you mean 'quoted_loan'?",
        ),
        (
            "case.yaml",
            "  guarantee: {rate: 1%, timing: yearly_in_advance, allocate",
            "  vat: {rate: 1%, timing: yearly_in_advance, allocate",
            "case.yaml:29:8 costs.vat: vat is paid by the deal and stands among the costs outside the contract ",
        ),
    ],
)
def test_one_fault_in_one_file(yuhang: Spoiled, file: str, old: str, new: str, said: str) -> None:
    status, lines = yuhang.replace(file, old, new).check()
    assert status == 2
    assert any(line.startswith(said) for line in lines), lines


def test_a_deal_that_buys_other_assets_than_the_tape_assigns(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("firms.csv", ",abs,", ",abx,").check()
    assert status == 2
    assert lines == [
        "abs.yaml:31:18 closing.uses.assets: abs buys assets of 200,000,000.00, the firm tape assigns "
        "195,500,000.00 to it",
        "firms.csv:3:5 E3.deal: no deal 'abx'; did you mean 'abs'?",
    ]


def test_a_right_of_an_unknown_firm(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("patents.csv", "Firm 01", "Firm 99").check()
    assert status == 2
    assert lines == [
        "firms.csv:3:12 L3.inventions: Firm 01 has 8 here, 7 in the patent tape",
        "patents.csv:3:2 B3.firm: no firm 'Firm 99'; did you mean 'Firm 19'?",
    ]


def test_faults_of_all_files_come_at_once(yuhang: Spoiled) -> None:
    yuhang.replace("abs.yaml", COUPON, "coupon: 3.25").replace("abn.yaml", "rounding: fen", "rounding: fan")
    yuhang.replace("firms.csv", "3.80%", "3.8").replace("case.yaml", "discount_rate: 3.65%", "discount_rate: high")
    status, lines = yuhang.check()
    assert status == 2
    assert [line.split(" ")[0] for line in lines] == [
        "abn.yaml:26:11",
        "abs.yaml:16:37",
        "case.yaml:32:16",
        "firms.csv:3:11",
    ]


@pytest.mark.parametrize(
    ("file", "raw", "status", "said"),
    [
        ("abs.yaml", b"", 2, "abs.yaml: the file is empty; a Deal is expected"),
        ("abs.yaml", b"[" * 100_000, 5, "abs.yaml:1:51: nested deeper than 50 levels; that is the limit"),
        ("abs.yaml", b"a: " + b"x" * 4_000_001, 5, "abs.yaml"),
        (
            "abs.yaml",
            "name: x".encode("utf-16"),
            2,
            "abs.yaml:1: the text is UTF-16; save the file in UTF-8 or GB18030",
        ),
        (
            "firms.csv",
            b"",
            2,
            "firms.csv: the table is empty; the first row holds the headings, the next ones the data",
        ),
        ("firms.csv", b"firm,amount\n", 2, "firms.csv:1: there are headings but no row below them"),
        ("firms.csv", b"firm,amount\n\x00,1\n", 2, "firms.csv:2"),
        ("case.yaml", b"", 2, "case.yaml: the file is empty; a "),
        ("case.yaml", b'{"tapes": {}, "seed": NaN}', 2, "case.yaml:1:1: the key 'ipabs' is missing"),
    ],
)
def test_a_file_that_is_no_such_file(yuhang: Spoiled, file: str, raw: bytes, status: int, said: str) -> None:
    got, lines = yuhang.write(file, raw).check()
    assert got == status
    assert any(line.startswith(said) for line in lines), lines


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_in_other_encodings_are_read(yuhang: Spoiled, encoding: str) -> None:
    for file in ("firms.csv", "abs.yaml", "case.yaml"):
        text = (yuhang.folder / file).read_text(encoding="utf-8").replace("Illustration", "示例 Illustration")
        yuhang.write(file, text.encode(encoding))
    assert yuhang.check() == (0, [])


def test_a_missing_file_is_a_fault_of_files(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("case.yaml", "abs: abs.yaml", "abs: nothing.yaml").check()
    assert status == 6
    assert lines == ["case.yaml:9:14 deals.abs.file: the file nothing.yaml cannot be read: No such file or directory"]


def test_files_that_cannot_be_read_are_told_at_once_where_the_case_names_them(yuhang: Spoiled) -> None:
    (yuhang.folder / "abn.yaml").unlink()
    (yuhang.folder / "abn.yaml").mkdir()
    (yuhang.folder / "loop.csv").symlink_to("loop.csv")
    status, lines = yuhang.replace("case.yaml", "patents: patents.csv", "patents: {file: loop.csv}").check()
    assert status == 6
    assert lines == [
        "case.yaml:8:43 tapes.patents.file: the file loop.csv cannot be read: Too many levels of symbolic links",
        "case.yaml:9:29 deals.abn.file: the file abn.yaml cannot be read: it is a folder",
    ]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("firms.csv", "firms.csv: firms.csv is a tape; name the case file that names it"),
        ("abs.yaml", "abs.yaml:3:1: this is a deal; name the case file that names it under deals"),
    ],
)
def test_another_file_than_a_case_is_not_run(yuhang: Spoiled, file: str, said: str) -> None:
    assert cli.main(["run", str(yuhang.folder / file)]) == 2
    assert yuhang.output() == ("", f"{said}\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "deals.abs.tranches.B.principal: 51516000",
            "deals.abs.tranches.B.principl: 51516000",
            "case.yaml:45:38 variants.R1.deals.abs.tranches.B.principl: unknown key 'principl'; did you mean ",
        ),
        (
            "tapes.firms.*.kind: pledged_loan",
            "tapes.firms.*.knd: pledged_loan",
            "case.yaml:40:26 variants.R1.tapes.firms.*.knd: no 'knd' stands there to be changed",
        ),
        (
            "tapes.firms.Firm 02.deal: abn",
            "tapes.firms.Firm 77.deal: abn",
            "case.yaml:73:33 variants.split_143_100.tapes.firms.Firm 77.deal: no 'Firm 77' stands there to be changed",
        ),
        (
            "deals.abs.closing.uses.assets: 143000000",
            "deals.abs.closing.uses.assets: 144000000",
            "case.yaml:81:38 variants.split_143_100.deals.abs.closing",
        ),
        (
            "      against: average_loan",
            "      against: mean_loan",
            "case.yaml:54:16 variants.R2.against: no comparator 'mean_loan'",
        ),
        (
            "tapes.firms.*.maturity: 2024-12-20",
            "tapes.firms.*.maturity: 2021-12-20",
            "case.yaml:42:31 variants.R1.tapes.firms.Firm 01.maturity: maturity 2021-12-20 is not after the start",
        ),
        (
            "deals.abn.tranches.A.principal: 46170000",
            "deals.abc.tranches.A.principal: 46170000",
            "case.yaml:48:39 variants.R1.deals.abc.tranches.A.principal: no 'abc' stands there to be changed",
        ),
        (
            "      against: guaranteed_loan",
            "      tapes.firms: other.csv",
            "case.yaml:38:20 variants.R1.tapes.firms: a variant changes values, not which files are read",
        ),
    ],
)
def test_a_variant_that_cannot_be_is_placed_at_its_change(yuhang: Spoiled, old: str, new: str, said: str) -> None:
    status, lines = yuhang.replace("case.yaml", old, new).check()
    assert status == 2
    assert any(line.startswith(said) for line in lines), lines


def test_a_fault_that_a_variant_brings_to_an_unchanged_cell_stands_there_and_names_the_variant(yuhang: Spoiled) -> None:
    """Reading R1 without its guarantors' column is sound; with a criterion on the maturity, no contract passes."""
    changes = "      pool_rules.abs.eligibility.guaranteed.among[0]: somebody_else\n      against: guaranteed_loan"
    status, lines = yuhang.replace("case.yaml", "      against: guaranteed_loan", changes).check()
    assert status == 2
    assert lines[0] == "firms.csv:3:1 variants.R1.A3.firm: contract Firm 01 stands in abs and fails guaranteed"


def test_faults_of_a_base_and_of_its_variants_come_at_once(yuhang: Spoiled) -> None:
    yuhang.replace("firms.csv", "3.80%", "3.8").replace("case.yaml", "*.kind: pledged_loan", "*.knd: pledged_loan")
    status, lines = yuhang.check()
    assert status == 2
    assert lines == [
        "case.yaml:40:26 variants.R1.tapes.firms.*.knd: no 'knd' stands there to be changed",
        "firms.csv:3:11 K3.contract_rate: '3.8' without a unit looks like a percentage; write 3.8%",
    ]


def test_an_ipc_symbol_that_no_valuation_knows_is_found_before_the_run(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("patents.csv", "fast_track,H04L", "fast_track,9999").check()
    assert status == 2
    assert lines == ["patents.csv:3:8 H3.ipc: '9999' begins no IPC symbol; write G06N 3/08"]


def test_a_kind_of_right_that_cannot_be_read_is_told_once(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("patents.csv", "CN,invention", "CN,inventoin").check()
    assert status == 2
    assert [line.split(";")[0] for line in lines] == ["patents.csv:3:4 D3.kind: no word 'inventoin'"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "firms.csv",
            "appraised_value",
            "Apraised_value",
            "firms.csv:2:14: nothing reads the column 'Apraised_value'; did you mean 'appraised_value'?",
        ),
        (
            "patents.csv",
            "citations",
            "CITATIONS",
            "patents.csv:2:10: nothing reads the column 'CITATIONS'; did you mean 'citations'?",
        ),
    ],
)
def test_a_misspelt_heading_is_a_warning(yuhang: Spoiled, file: str, old: str, new: str, said: str) -> None:
    status, lines = yuhang.replace(file, old, new).check()
    assert (status, lines) == (0, [f"warning: {said}"])


def test_inputs_without_provenance_are_warnings(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace(
        "case.yaml", "  deals.abn.closing.*: {derived", "  deals.abn.closng.*: {derived"
    ).check()
    assert status == 0
    assert lines[0] == (
        "warning: abn.yaml:24:12 closing.sources: no provenance of A, sub; state published, derived or assumption"
    )
    assert "'deals.abn.closng.*' fits no input; did you mean 'deals.abn.dates.closing'?" in lines[-1]


def test_a_contract_that_outlives_its_deal(yuhang: Spoiled) -> None:
    _, lines = yuhang.replace("firms.csv", "2023-12-20,bullet", "2033-12-20,bullet").check()
    assert lines[0] == (
        "abs.yaml:12:16 dates.legal_final: contract Firm 01 matures on 2033-12-20, after the legal final of abs "
        "on 2026-12-28"
    )


def test_a_contract_that_starts_after_its_deal_closes(yuhang: Spoiled) -> None:
    _, lines = yuhang.replace("firms.csv", "2022-12-20", "2023-06-20").check()
    assert lines == [
        "abs.yaml:8:12 dates.closing: contract Firm 01 starts on 2023-06-20, after abs closes on 2022-12-20"
    ]


def test_a_contract_that_was_partly_repaid_counts_with_what_it_owes(yuhang: Spoiled) -> None:
    """Firm 02 repays 8 million in nine equal parts from a start a quarter earlier; the first falls on the cut-off."""
    yuhang.replace("firms.csv", "8000000,2022-12-20,2024-12-20,linear", "8000000,2022-09-20,2024-12-20,linear")
    status, lines = yuhang.check()
    assert status == 2
    assert lines[0].endswith("abs buys assets of 200,000,000.00, the firm tape assigns 199,111,111.11 to it")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "discount_rate: 3.65%",
            "discount_rate: -100%",
            "case.yaml:32:16 discount_rate: -100% has no present value; a discount rate is above -100%",
        ),
        (
            "principal: 243000000}",
            "principal: 0}",
            "case.yaml:33:38 claim.principal: the financing is 0.0; it is more than 0",
        ),
    ],
)
def test_figures_without_a_meaning(yuhang: Spoiled, old: str, new: str, said: str) -> None:
    assert yuhang.replace("case.yaml", old, new).check() == (2, [said])


def test_a_run_that_fails_writes_nothing(yuhang: Spoiled, tmp_path: Path) -> None:
    yuhang.replace("abs.yaml", COUPON, "coupon: 3.25")
    assert cli.main(["run", str(yuhang.case), "--out", str(tmp_path / "out")]) == 2
    assert yuhang.output()[1].startswith(AT_COUPON)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["yuhang"]


def test_faults_in_chinese(yuhang: Spoiled) -> None:
    yuhang.replace("case.yaml", "against: quoted_loan", "against: qouted_loan")
    assert cli.main(["check", str(yuhang.case), "--lang", "zh"]) == 2
    assert yuhang.output()[1] == "case.yaml:27:10 against：没有名为“qouted_loan”的对比融资；是否指“quoted_loan”？\n"


def test_a_cost_of_the_whole_principal_is_placed_in_the_case(yuhang: Spoiled) -> None:
    text = yuhang.case.read_text(encoding="utf-8")
    text = text.replace("appraisal: {rate: 0.5%", "appraisal: {rate: 100%")
    text = text.replace("borne_by: {district: 100%}}", "borne_by: {district: 40%, firm: 60%}}")
    yuhang.write("case.yaml", text.replace("{rate: 0.8%, timing: upfront", "{rate: 100%, timing: upfront").encode())
    status, lines = yuhang.check()
    told = "100% of the principal, paid before the firm can use it, leaves nothing; write less than 100%"
    assert status == 2
    assert [line for line in lines if "leaves nothing" in line] == [
        f"case.yaml:17:23 comparators.quoted_loan.appraisal.rate: the cost: {told}",
        f"case.yaml:25:23 comparators.guaranteed_loan.appraisal.rate: the cost: {told}",
    ]


def test_costs_that_take_the_whole_principal_together_are_placed_in_the_case(yuhang: Spoiled) -> None:
    text = yuhang.case.read_text(encoding="utf-8")
    text = text.replace(
        "average_loan: {kind: bank_loan,",
        "average_loan: {kind: bank_loan, deposit: {share: 60%}, handling: {rate: 40%},",
    )
    text = text.replace(
        "{rate: 1%, timing: yearly_in_advance, allocate_by: principal, borne_by: {district: 100%}}",
        "{rate: 100%, timing: yearly_in_advance, borne_by: {district: 40%, firm: 60%}}",
    )
    text = text.replace(
        "{rate: 0.8%, timing: upfront, allocate_by: principal, borne_by: {district: 100%}}",
        "{rate: 80%, borne_by: {district: 50%, firm: 50%}}",
    )
    yuhang.write("case.yaml", text.encode())
    told = (
        "the costs of the first day take 100% of the principal together and leave nothing to use; write less than 100%"
    )
    assert yuhang.check() == (
        2,
        [
            f"case.yaml:26:17 comparators.average_loan: {told}",
            f"case.yaml:28:1 costs: {told}",
        ],
    )


def test_a_tape_under_a_name_that_no_tape_has(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("case.yaml", "{firms: firms.csv", "{frims: firms.csv").check()
    assert status == 2
    assert "case.yaml:8:9 tapes.frims: unknown key 'frims'; did you mean 'firms'?" in lines


def test_amounts_and_rates_of_the_firm_tape_have_their_range(yuhang: Spoiled) -> None:
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8")
    headings = text.splitlines()[1].split(",")
    row = text.splitlines()[2].split(",")
    for column, wrong in (("revenue", "-1"), ("tax_rate", "101%"), ("comparator_rate", "101%"), ("advance_rate", "-1")):
        row[headings.index(column)] = wrong
    yuhang.replace("firms.csv", text.splitlines()[2], ",".join(row))
    status, lines = yuhang.check()
    assert status == 2
    told = {line.split(" ")[1].split(".")[1].rstrip(":"): line.split(": ", 1)[1] for line in lines}
    assert told == {
        "revenue": "-1.0 is negative; an amount is 0 or more",
        "tax_rate": "1.01 is outside 0% to 100%",
        "comparator_rate": "1.01 is outside -100% to 100% a year",
        "advance_rate": "-1.0 is negative; 0 or more is valid",
    }


def test_two_contracts_of_a_firm_state_one_revenue_and_one_loan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second contract leaves the revenue open, and states another tax rate than the first."""
    for name, content in starter("abs").items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    tape = (tmp_path / "firms.csv").read_text(encoding="utf-8").replace("firm,", "id,firm,", 1)
    tape = tape.replace("F01,", "C1,F01,").replace("F02,biomedicine", "C2,F01,AI").replace("F03,", "C3,F03,")
    first, second, third = tape.splitlines()[2:]
    second = second.replace(",80000000,15%,", ",,25%,")
    heading = "\n".join(tape.splitlines()[:2])
    (tmp_path / "firms.csv").write_text("\n".join([heading, first, second, third, ""]), encoding="utf-8")
    assert cli.main(["check", str(tmp_path / "case.yaml")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "firms.csv:4:14 N4.tax_rate: tax_rate of F01 is '25%' here and '15%' in row 3; a firm has one"
    ]


def test_deals_of_a_case_are_in_yuan(yuhang: Spoiled) -> None:
    status, lines = yuhang.replace("abs.yaml", "market: exchange_abs", "market: exchange_abs\ncurrency: USD").check()
    assert status == 2
    assert lines == [
        "abs.yaml:6:11 currency: abs is in USD; tapes, loan indices and subsidies of a case are in CNY",
    ]


def test_a_tape_is_checked_by_itself_as_what_its_headings_say(yuhang: Spoiled) -> None:
    assert cli.main(["check", str(yuhang.folder / "patents.csv")]) == 0
    yuhang.replace("patents.csv", "P01-01,Firm 01,CN,invention,2019-03-21", "P01-01,Firm 01,CN,invention,21.3.2019")
    assert cli.main(["check", str(yuhang.folder / "patents.csv")]) == 2
    yuhang.replace("firms.csv", ",revenue,", ",Revenue,")
    assert cli.main(["check", str(yuhang.folder / "firms.csv")]) == 0
    yuhang.replace("firms.csv", "market_average", "average")
    assert cli.main(["check", str(yuhang.folder / "firms.csv")]) == 2
    heading = "warning: firms.csv:2:18: nothing reads the column 'Revenue'; did you mean 'revenue'?"
    assert yuhang.output()[1].splitlines() == [
        "patents.csv:3:5 E3.filing: '21.3.2019' is no date; write 2024-03-28",
        heading,
        "firms.csv:3:22 V3.comparator_status: no word 'average'; did you mean 'market_average'?",
        heading,
    ]


def test_a_variant_changes_every_contract_of_a_firm_by_its_name(tmp_path: Path) -> None:
    for name, content in starter("abs").items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    tape = (tmp_path / "firms.csv").read_text(encoding="utf-8").replace("firm,", "id,firm,", 1)
    tape = tape.replace("F01,AI", "C1,F01,AI").replace("F02,biomedicine", "C2,F01,AI").replace("F03,", "C3,F03,")
    (tmp_path / "firms.csv").write_text(tape, encoding="utf-8")
    changes = "{tapes.firms.F01.contract_rate: 4%, tapes.firms.C3.contract_rate: 5%}"
    case = tmp_path / "case.yaml"
    text = case.read_text(encoding="utf-8")
    case.write_text(f"{text}variants:\n  dear: {{note: x, changes: {changes}}}\n", encoding="utf-8")
    ((_, dear),) = load_case(case).variants
    assert [one.contract_rate for one in dear.pools[0][1].obligations] == [0.04, 0.04, 0.05]  # type: ignore[attr-defined]  # loans


def test_a_firm_that_makes_losses_says_so_on_the_tape(yuhang: Spoiled) -> None:
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    text[1:] = [f"{text[1]},loss_making,预计盈利日期", f"{text[2]},yes,2024-01-01", *(f"{line},," for line in text[3:])]
    yuhang.write("firms.csv", "\n".join(text).encode())
    facts = load_case(yuhang.case).firms.facts
    assert (facts[0].loss_making, facts[0].profitable_from) == (True, date(2024, 1, 1))
    assert not facts[1].loss_making
    yuhang.write("firms.csv", "\n".join([*text[:2], text[2].replace(",yes,", ",,"), *text[3:]]).encode())
    status, lines = yuhang.check()
    assert status == 2
    assert lines[0].endswith("Firm 01 is to be profitable from 2024-01-01, but is not loss_making")
    assert lines[0].startswith("firms.csv:3:")


def test_inputs_of_one_kind_without_provenance_are_one_warning(yuhang: Spoiled) -> None:
    rule = "subsidies: {park: {on: interest, share: 50%, timing: after_year, month: 3, day: 20}}"
    _, lines = yuhang.replace("case.yaml", "against: quoted_loan", f"against: quoted_loan\n{rule}").check()
    assert lines == [
        "warning: case.yaml:28:19 subsidies.park: no provenance of on, share, timing, month, day; "
        "state published, derived or assumption"
    ]
