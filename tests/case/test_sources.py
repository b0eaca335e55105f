"""Files beside tapes and deals: mappings, trustees' tables, index histories, published subsidies, vectors of a deal."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ipabs import cli
from ipabs.case.load import load_case
from ipabs.case.result import Result
from ipabs.case.run import run
from ipabs.case.savings_exhibits import PROGRAMME
from tests.case.conftest import Spoiled

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang"
FEN = 0.01
AGAINST = "against: quoted_loan"


@pytest.fixture(scope="module")
def usual() -> Result:
    return run(bare(load_case(YUHANG / "case.yaml")))


def bare(case):  # type: ignore[no-untyped-def]  # a case as it stands, without variants and valuations
    return replace(case, variants=(), file=replace(case.file, valuations=()))


def with_line(yuhang: Spoiled, line: str) -> Spoiled:
    """The example with one more line at the end of its terms."""
    return yuhang.replace("case.yaml", AGAINST, f"{AGAINST}\n{line}")


def test_a_tape_in_the_words_of_somebody_else_gives_the_same_result(yuhang: Spoiled, usual: Result) -> None:
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8")
    for own, theirs in (
        ("revenue", "年收入"),
        ("amount", "借款额"),
        (",deal,", ",计划,"),
        ("comparator_rate", "同期贷款利率"),
    ):
        text = text.replace(own, theirs, 1)
    yuhang.write("firms.csv", text.replace("bullet", "到期还").encode())
    yuhang.write(
        "mapping.yaml",
        (
            "columns: {年收入: revenue, 借款额: principal, 计划: deal, 同期贷款利率: comparator_rate}\n"
            "words: {到期还: bullet}\n"
        ).encode(),
    )
    yuhang.replace("case.yaml", "firms: firms.csv", "firms: {file: firms.csv, mapping: mapping.yaml}")
    text = yuhang.case.read_text(encoding="utf-8")
    head, tail = text.split("variants:\n")
    yuhang.write("case.yaml", (head + "valuations:" + tail.split("valuations:", 1)[1]).encode())
    theirs_result = run(bare(load_case(yuhang.case)))
    np.testing.assert_array_equal(
        theirs_result.savings["net"].to_numpy(dtype=float), usual.savings["net"].to_numpy(dtype=float)
    )
    assert "mapping.yaml" in theirs_result.manifest["inputs"]  # type: ignore[operator]  # a table of hashes


def test_a_fault_of_a_mapping_is_placed_in_its_file(yuhang: Spoiled) -> None:
    yuhang.write("mapping.yaml", b"colums: {a: b}\n")
    _, lines = yuhang.replace(
        "case.yaml", "firms: firms.csv", "firms: {file: firms.csv, mapping: mapping.yaml}"
    ).check()
    assert lines == ["mapping.yaml:1:1 colums: unknown key 'colums'; did you mean 'columns'?"]


def test_what_a_mapping_says_in_vain_is_placed_in_its_file(yuhang: Spoiled) -> None:
    yuhang.write(
        "mapping.yaml",
        b"columns: {amuont: principal}\nconstants:\n  day_cuont: ACT/360\n  start: 2024-03-28\n",
    )
    _, lines = yuhang.replace(
        "case.yaml", "firms: firms.csv", "firms: {file: firms.csv, mapping: mapping.yaml}"
    ).check()
    assert [line for line in lines if line.startswith("mapping.yaml")] == [
        "mapping.yaml:1:19 columns.amuont: the mapping names a heading 'amuont' that firms.csv does not have; "
        "did you mean 'amount'?",
        "mapping.yaml:3:14 constants.day_cuont: a constant is given for 'day_cuont', which is no field of a contract; "
        "did you mean 'day_count'?",
        "mapping.yaml:4:10 constants.start: start is a constant of the mapping, and column 'start' gives it too; "
        "leave one of them out",
    ]


def test_the_mapping_of_a_tape_of_rights_has_columns_alone(yuhang: Spoiled) -> None:
    yuhang.write("mapping.yaml", b"columns: {frim: ownr}\nconstants: {kind: invention}\n")
    _, lines = yuhang.replace(
        "case.yaml", "patents: patents.csv", "patents: {file: patents.csv, mapping: mapping.yaml}"
    ).check()
    assert [line for line in lines if line.startswith("mapping.yaml")] == [
        "mapping.yaml:1:17 columns.frim: the mapping names a heading 'frim' that patents.csv does not have; "
        "did you mean 'firm'?",
        "mapping.yaml:1:17 columns.frim: the mapping names a field 'ownr' that no column gives; did you mean 'owner'?",
        "mapping.yaml:2:12 constants: only the mapping of the firm tape has constants; "
        "patents is read by columns alone",
    ]


def trustee_table(result: Result, deal: str) -> str:
    flows = result.deals[deal].collections
    rows = [
        f"{day},{interest:.2f},{principal:.2f}"
        for day, interest, principal in zip(flows.timeline.payments, flows.interest[0], flows.principal[0], strict=True)
    ]
    return "\n".join(["date,利息,principal [CNY]", *rows, ""])


def test_what_a_trustee_reports_runs_instead_of_a_projection(yuhang: Spoiled, usual: Result) -> None:
    yuhang.write("trustee.csv", trustee_table(usual, "abs").encode())
    with_line(yuhang, "collections: {abs: {file: trustee.csv, columns: {利息: interest}}}")
    text = yuhang.case.read_text(encoding="utf-8")
    head, tail = text.split("variants:\n")
    yuhang.write("case.yaml", (head + "valuations:" + tail.split("valuations:", 1)[1]).encode())
    result = run(bare(load_case(yuhang.case)))
    ours, theirs = usual.deals["abs"].tranches, result.deals["abs"].tranches
    np.testing.assert_allclose(
        theirs["interest_paid"].to_numpy(dtype=float), ours["interest_paid"].to_numpy(dtype=float), atol=0.05
    )
    assert (theirs["shortfall"] == 0).all()


def test_a_deal_with_a_trustees_table_needs_no_contracts(yuhang: Spoiled, usual: Result, tmp_path: Path) -> None:
    yuhang.write("trustee.csv", trustee_table(usual, "abs").encode())
    lines = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if ",abs," not in line]
    yuhang.write("firms.csv", "\n".join(kept).encode())
    owners = {line.split(",")[0] for line in kept[2:]}
    rights = (yuhang.folder / "patents.csv").read_text(encoding="utf-8").splitlines()
    rights = [*rights[:2], *(line for line in rights[2:] if line.split(",")[1] in owners)]
    yuhang.write("patents.csv", "\n".join(rights).encode())
    with_line(yuhang, "collections: {abs: {file: trustee.csv, columns: {利息: interest}}}")
    text = yuhang.case.read_text(encoding="utf-8")
    head, tail = text.split("variants:\n")
    yuhang.write("case.yaml", (head + "provenance:" + tail.split("provenance:", 1)[1]).encode())
    result = run(load_case(yuhang.case))
    assert result.deals["abs"].pool is None
    assert result.savings.loc[PROGRAMME, "principal"] == 43e6
    assert result.deals["abs"].tranches.loc["A", "principal_paid"] == 136e6
    assert (result.save(tmp_path / "out") / "abs_payments.csv").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("date,interest\n2023-03-28,x\n", "trustee.csv:2:2 B2.interest: 'x' is no amount"),
        ("date,interest,interest [CNY]\n2023-03-28,1,2\n", "column 'interest' stands twice"),
        ("period,other\n1,1\n", "trustee.csv:1: no column gives date: the collection end or payment date of each row"),
        ("date,intrest\n2023-03-28,1\n", "no series 'intrest'; did you mean 'interest'?"),
        ("date,interest\n2023-03-29,1\n", "the collections do not fit the timeline: row 1 is 2023-03-29"),
    ],
)
def test_a_trustees_table_with_faults(yuhang: Spoiled, table: str, said: str) -> None:
    yuhang.write("trustee.csv", table.encode())
    status, lines = with_line(yuhang, "collections: {abs: trustee.csv}").check()
    assert status == 2
    assert any(line.startswith("trustee.csv") and said in line for line in lines), lines


def test_vectors_of_one_deal_leave_the_other_alone(yuhang: Spoiled, usual: Result) -> None:
    with_line(yuhang, "deal_vectors: {abs: {cdr: 20%, severity: 75%, recovery_lag: 18 months}}")
    result = run(bare(load_case(yuhang.case)))
    assert result.deals["abs"].collections.defaulted.sum() > 0
    assert result.deals["abn"].collections.defaulted.sum() == 0
    np.testing.assert_array_equal(result.deals["abn"].collections.interest, usual.deals["abn"].collections.interest)


def test_an_index_of_ones_own_drives_floating_contracts(yuhang: Spoiled) -> None:
    """Firm 01 pays BASE + 30bp = 3.80 % on 4.5 million for 90 days to 2023-03-20, as before at its fixed rate."""
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    text[1] += ",index,margin"
    text[2:] = [f"{line},," for line in text[2:]]
    text[2] = text[2][:-2].replace("bullet,3.80%", "bullet,") + ",BASE,0.30%"
    yuhang.write("firms.csv", "\n".join(text).encode())
    yuhang.write("base.csv", b"# our bank\ndate,rate\n2022-01-01,3.50%\n")
    with_line(yuhang, "indices: {BASE: {file: base.csv, known_until: 2026-12-31}}")
    case = bare(load_case(yuhang.case))
    flows = dict(case.pools)["abs"].obligations[0].contract_flows(case.indices)
    assert flows.interest[0] == pytest.approx(4.5e6 * 0.038 * 90 / 365)
    spread = 4.5e6 * (0.0485 * 365 / 360 - 0.038)
    assert run(case).savings.loc["Firm 01", "spread"] == pytest.approx(spread, abs=FEN)


def test_comparators_and_subsidies_read_the_same_history(yuhang: Spoiled) -> None:
    """A bank's BASE of 3.50 % + 175bp is the plain loan of 5.25 %; a tenth of BASE on the balance is 0.35 % a year."""
    yuhang.replace(
        "case.yaml",
        "average_loan: {kind: bank_loan, rate: 5.25%,",
        "average_loan: {kind: bank_loan, index: BASE, margin: 175bp,",
    )
    yuhang.write("base.csv", b"# our bank\ndate,rate\n2022-01-01,3.50%\n")
    with_line(yuhang, "indices: {BASE: {file: base.csv, known_until: 2026-12-31}}")
    support = "{on: balance, index: BASE, index_share: 10%, timing: at_maturity}"
    case = load_case(with_line(yuhang, f"subsidies: {{support: {support}}}").case)
    result, usual = run(bare(case)), run(bare(load_case(YUHANG / "case.yaml")))
    ours, theirs = (one.comparison["average_loan"] for one in (result, usual))
    assert ours.all_in == pytest.approx(theirs.all_in, abs=1e-12)
    taken = result.comparison["programme"]
    assert taken.nominal.subsidy == pytest.approx(0.0035 * taken.principal * taken.life_years, abs=FEN)


def test_issues_add_up_to_the_programme_and_say_how_long_they_take(yuhang: Spoiled) -> None:
    """36 days in the fastest published deal, thirteen months in the slowest; 2,180 firms could take part."""
    yuhang.replace(
        "case.yaml",
        "deals: {abs: abs.yaml, abn: abn.yaml}",
        "deals: {abs: {file: abs.yaml, days_to_money: 395}, abn: {file: abn.yaml, days_to_money: 36, "
        "certainty: indicative, contingent_cost: 258000}}",
    )
    result = run(bare(load_case(with_line(yuhang, "eligible_firms: 2180").case)))
    table, programme = result.to_frame("issues").set_index("issue"), result.comparison["programme"]
    assert table["saving [CNY]"].sum() == pytest.approx(programme.nominal.programme().net[0], abs=FEN)
    assert table["cumulative_firms"].iloc[-1] == 25
    assert table["penetration [decimal]"].iloc[-1] == pytest.approx(25 / 2180)
    assert table.loc["abn", "contingent_cost [CNY]"] == 258_000
    # The programme has its money when the slower deal has it.
    facilities = result.to_frame("facilities").set_index("facility")
    assert facilities.loc["programme", "days_to_money"] == 395


def test_an_index_that_nobody_gave_is_named_with_its_place(yuhang: Spoiled) -> None:
    yuhang.replace("case.yaml", "index: LPR1Y", "index: LPR1")
    status, lines = yuhang.check()
    assert status == 2
    assert lines == ["case.yaml:20:12 comparators.guaranteed_loan.index: no index 'LPR1'; did you mean 'LPR1Y'?"]


def test_an_index_file_with_faults(yuhang: Spoiled) -> None:
    yuhang.write("base.csv", b"date,rate\n2022-01-01,3.5\n")
    status, lines = with_line(yuhang, "indices: {BASE: base.csv}").check()
    assert status == 2
    assert lines == ["base.csv:2:2 rate: '3.5' without a unit looks like a percentage; write 3.5%"]


def with_notice(yuhang: Spoiled, text: str, stated: str = "my_days.csv") -> Spoiled:
    """The example with a notice for the exchange, from a file with a published source."""
    yuhang.write("my_days.csv", text.encode())
    yuhang.replace("case.yaml", "provenance:\n", "provenance:\n  calendars.*: {published: exchange notice}\n")
    return with_line(yuhang, f"calendars: {{SSE: {stated}}}")


def test_a_notice_moves_the_dates_of_deals_and_contracts_of_its_calendar_alone(yuhang: Spoiled) -> None:
    """2023-03-28, a Tuesday, is closed by the notice: the exchange deal pays on the 29th."""
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    text[1] += ",calendar,roll"
    text[2:] = [f"{line},," for line in text[2:]]
    text[2] = text[2][:-1] + "SSE,following"
    yuhang.write("firms.csv", "\n".join(text).encode())
    with_notice(yuhang, "# exchange\ndate,day,note\n2023-03-28,closed,storm\n2023-03-20,closed,storm\n")
    assert yuhang.check() == (0, [])
    result = run(bare(load_case(yuhang.case)))
    firsts = {name: deal.ledger.timeline.payments[0].isoformat() for name, deal in result.deals.items()}
    assert firsts == {"abs": "2023-03-29", "abn": "2023-03-28"}
    flows = dict(result.case.pools)["abs"].obligations[0].contract_flows()
    assert str(flows.dates[0]) == "2023-03-21"
    assert set(result.manifest["inputs"]) >= {"my_days.csv"}  # type: ignore[call-overload]  # a table of hashes


def test_a_notice_says_until_when_days_are_known(yuhang: Spoiled) -> None:
    late = ("legal_final: 2026-12-28", "legal_final: 2028-12-28")
    _, projected = yuhang.replace("abs.yaml", *late).check()
    assert any("calendar SSE: 8 of the dates, the first 2027-03-29, lie after 2026-12-31" in line for line in projected)
    stated = "{file: my_days.csv, known_until: 2028-12-31}"
    assert with_notice(yuhang, "date,day\n2027-03-29,closed\n", stated).check() == (0, [])
    payments = load_case(yuhang.case).deals[0][1].timeline().payments
    assert "2027-03-30" in map(str, payments)


def test_a_notice_without_provenance_is_a_warning(yuhang: Spoiled) -> None:
    yuhang.write("my_days.csv", b"date,day\n2023-03-28,closed\n")
    status, lines = with_line(yuhang, "calendars: {SSE: my_days.csv}").check()
    assert status == 0
    assert lines == [
        "warning: case.yaml:28:18 calendars.SSE: this input has no provenance; state published, derived or assumption"
    ]


@pytest.mark.parametrize(
    ("calendars", "text", "said"),
    [
        ("{SSE: my_days.csv}", "date,day\n2023-03-28,close\n", "my_days.csv:2:2 day: 'close' is not valid here; did "),
        ("{SSE: my_days.csv}", "date,state\n2023-03-28,open\n", "my_days.csv: no column 'day'; valid: date, state"),
        ("{SSE: my_days.csv}", "", "my_days.csv: there is no header row"),
        ("{SSX: my_days.csv}", "date,day\n", "case.yaml:28:18 calendars.SSX: 'SSX' is not valid here; did you mean "),
        (
            "{SSE: my_days.csv}",
            "date,day\n2099-03-28,open\n",
            "abs.yaml:9:12 dates.payment.notice: calendar SSE knows the days from 2008-01-01 to 2075-12-31; 2099-03-28",
        ),
    ],
)
def test_a_notice_with_faults(yuhang: Spoiled, calendars: str, text: str, said: str) -> None:
    yuhang.write("my_days.csv", text.encode())
    status, lines = with_line(yuhang, f"calendars: {calendars}").check()
    assert status == 2
    assert any(line.startswith(said) for line in lines), lines


def test_a_notice_stated_by_deal_and_case_is_a_fault(yuhang: Spoiled) -> None:
    yuhang.replace("abs.yaml", "roll: following}", "roll: following, notice: {days: {2023-03-28: closed}}}")
    status, lines = with_notice(yuhang, "date,day\n2023-03-28,closed\n").check()
    assert status == 2
    assert lines[0] == (
        "abs.yaml:9:94 dates.payment.notice: abs states a notice, and the case names a file for calendar SSE; keep one"
    )


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (
            "{BASE: {file: base.csv, known_until: 2010-01-01}}",
            "case.yaml:28:47 indices.BASE.known_until: index BASE changed on 2024-01-01, after 2010-01-01, until when",
        ),
        (
            "{BASE: {file: base.csv, tenor_months: 0}}",
            "case.yaml:28:48 indices.BASE.tenor_months: a tenor of 0 months; it has at least 1",
        ),
        (
            "{LPR1Y: base.csv}",
            "case.yaml:20:12 comparators.guaranteed_loan.index: index LPR1Y starts on 2024-01-01; it has no ",
        ),
    ],
)
def test_an_index_that_does_not_serve_the_case(yuhang: Spoiled, stated: str, said: str) -> None:
    yuhang.write("base.csv", b"date,rate\n2024-01-01,3.5%\n")
    status, lines = with_line(yuhang, f"indices: {stated}").check()
    assert status == 2
    assert any(line.startswith(said) for line in lines), lines


def test_published_subsidies_by_name(yuhang: Spoiled, usual: Result) -> None:
    with_line(yuhang, "published_subsidies: [nanshan_2025]")
    result = run(bare(load_case(yuhang.case)))
    saved, before = result.savings.loc[PROGRAMME], usual.savings.loc[PROGRAMME]
    assert saved["subsidy"] > 0
    assert saved["spread"] == before["spread"]


def test_an_unknown_published_subsidy(yuhang: Spoiled) -> None:
    status, lines = with_line(yuhang, "published_subsidies: [nanshan]").check()
    assert status == 2
    assert lines[0].startswith("case.yaml:28:22 published_subsidies: no published subsidy 'nanshan'; did you mean ")


def test_a_subsidy_of_fees_that_nobody_pays_is_a_warning(yuhang: Spoiled) -> None:
    status, lines = with_line(yuhang, "published_subsidies: [hefei]").check()
    assert status == 0
    assert not any("pays nothing" in line for line in lines)  # hefei_fee subsidizes the guarantee, a cost of the case
    status, lines = with_line(yuhang, "subsidies: {letters: {on: fees, fees: [letter], share: 50%}}").check()
    assert status == 0
    said = "letters pays nothing: it subsidizes letter, and the costs of the case are guarantee, issue_cost"
    assert any(said in line for line in lines), lines


def test_present_values_are_at_the_comparators_own_rate_when_none_is_stated(yuhang: Spoiled) -> None:
    """Pre-tax, pre-subsidy all-in rate of each firm's comparator, from the case's date."""
    yuhang.replace("case.yaml", "discount_rate: 3.65%\n", "")
    text = yuhang.case.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("  discount_rate: {"))
    yuhang.write("case.yaml", text.replace(f"{line}\n", "").encode())
    assert yuhang.check() == (0, [])
    result = run(bare(load_case(yuhang.case)))
    one = result.comparison[PROGRAMME]
    np.testing.assert_allclose(one.discount_rates, one.ladder.comparator_rates[2], rtol=1e-12)
    assert "at each firm's own cost of the comparator before subsidy and tax" in str(result.summary())


def test_two_runs_from_two_folders_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = []
    for name in ("one", "two"):
        home = tmp_path / name
        shutil.copytree(YUHANG, home / "case", ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.chdir(home if name == "one" else home / "case")
        where = "case/case.yaml" if name == "one" else str(home / "case" / "case.yaml")
        assert cli.main(["run", where, "--out", str(home / "out")]) == 0
        saved.append({path.name: path.read_bytes() for path in (home / "out").iterdir()})
    assert saved[0].keys() == saved[1].keys()
    assert [name for name in saved[0] if saved[0][name] != saved[1][name]] == []
