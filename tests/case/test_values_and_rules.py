"""The rights behind the contracts, and the rules of each pool: what a case reports of them, and what it refuses."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs.basics.words import Language
from ipabs.case import charts
from ipabs.case.load import load_case
from ipabs.case.result import Result
from ipabs.case.run import run
from ipabs.errors import IpabsError
from tests.case.conftest import Spoiled

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml"
FEN = 0.01


@pytest.fixture(scope="module")
def result() -> Result:
    return run(load_case(YUHANG))


def alone(yuhang: Spoiled) -> Spoiled:
    """The example without its variants, which state amounts of their own."""
    text = yuhang.case.read_text(encoding="utf-8")
    head, rest = text.split("variants:\n")
    yuhang.write("case.yaml", (head + "valuations:" + rest.split("valuations:", 1)[1]).encode())
    return yuhang


def test_every_firm_is_valued_with_its_error_and_draws(result: Result) -> None:
    table = result.valuations.set_index("firm")
    assert len(table) == 26
    assert (table["draws"] == 4000).all()
    assert (table["standard_error"] > 0).all()
    assert (table["q05"] < table["median"]).all()
    assert (table["median"] < table["q95"]).all()
    whole, firms = table.loc["programme"], table.drop("programme")
    assert whole["market_value"] == pytest.approx(firms["market_value"].sum(), abs=FEN)
    assert whole["q95"] - whole["q05"] < (firms["q95"] - firms["q05"]).sum()


@pytest.mark.parametrize(
    ("lang", "section", "says"),
    [
        (
            "en",
            "The rights behind the contracts",
            ["Relief from royalty: value on 2022-12-20, 4,000 draws", "Expiry of the rights in force on 2022-12-20"],
        ),
        (
            "zh",
            "合同背后的知识产权",
            ["许可费节省法：2022-12-20 价值分布（4,000 次抽样）", "2022-12-20 有效权利的到期分布"],
        ),
    ],
)
def test_the_page_draws_the_value_and_the_expiry_side_by_side(
    result: Result, lang: Language, section: str, says: list[str]
) -> None:
    drawn = {one.heading: one.charts for one in result.page(lang).sections}[section]
    assert [chart.says for chart in drawn] == says
    assert all(said in chart.svg for said, chart in zip(says, drawn, strict=True))


def test_without_variants_and_claim_no_reading_of_a_published_saving_is_shown(result: Result) -> None:
    bare = replace(result.case, variants=(), file=replace(result.case.file, claim=None))
    shown, silent = (
        [section.heading for section in one.page("en").sections] for one in (result, replace(result, case=bare))
    )
    assert [heading for heading in shown if heading not in silent] == ["Readings of the published saving"]


def test_a_value_that_is_one_number_has_no_distribution_drawn(result: Result) -> None:
    appraised = result.appraisals[0]
    certain = [replace(one.values, market=replace(one.valuation, value=np.full(4000, 1e6))) for one in appraised.firms]
    firms = tuple(replace(one, values=values) for one, values in zip(appraised.firms, certain, strict=True))
    drawn = charts.values(result.case, [replace(appraised, firms=firms)], "en")
    assert [chart.says for chart in drawn] == ["Expiry of the rights in force on 2022-12-20"]


def test_the_value_scales_with_what_an_exact_royalty_earns(yuhang: Spoiled) -> None:
    """Without any uncertainty: mid-year discounting of revenue × share × royalty × (1 − tax), decayed each year."""
    alone(yuhang).replace("case.yaml", "royalty_rate: all_industries", certain("royalty_rate", 0.05))
    yuhang.replace("case.yaml", "protected_revenue: {kind: pert, least: 0.2, likely: 0.5, most: 0.9}",
                   certain("protected_revenue", 0.5))  # fmt: skip
    yuhang.replace("case.yaml", "discount_rate: {kind: pert, least: 0.12, likely: 0.16, most: 0.24}",
                   certain("discount_rate", 0.16))  # fmt: skip
    twice = run(load_case(yuhang.case)).valuations.set_index("firm")
    assert twice["standard_error"].to_numpy() == pytest.approx(np.zeros(26), abs=1e-6)
    yuhang.replace("case.yaml", certain("royalty_rate", 0.05), certain("royalty_rate", 0.025))
    once = run(load_case(yuhang.case)).valuations.set_index("firm")
    np.testing.assert_allclose(twice["market_value"], 2 * once["market_value"], rtol=1e-12)


def certain(name: str, value: float) -> str:
    return f"{name}: {{kind: pert, least: {value}, likely: {value}, most: {value}}}"


def test_coverage_is_lending_value_over_contract_and_cuts_nothing(result: Result) -> None:
    exhibit = result.exhibit("coverage")
    for row in exhibit.rows:
        cells = dict(zip(exhibit.header, row, strict=True))
        assert cells["coverage"] == pytest.approx(cells["lending_value"] / cells["principal"])  # type: ignore[operator]  # both are amounts
        assert cells["advance"] == "within"
        assert cells["standard_error"] > 0  # type: ignore[operator]  # an amount
    assert sum(row[3] for row in exhibit.rows) == 243e6  # type: ignore[misc]  # amounts
    assert "It is reported and cuts nothing." in str(result.summary())


def test_ladder_counts_every_right_and_every_yuan_once(result: Result) -> None:
    exhibit = result.exhibit("expiry_ladder")
    rows = [dict(zip(exhibit.header, row, strict=True)) for row in exhibit.rows]
    assert sum(row["rights"] for row in rows) == 144  # type: ignore[misc]  # counts
    assert sum(row["principal_due"] for row in rows) == pytest.approx(243e6)  # type: ignore[misc]  # amounts
    assert rows[-1]["rights_left"] == 0


def test_a_utility_model_that_ends_before_its_contract_is_counted(result: Result) -> None:
    """Ten years from filing; the contract of Firm 06 ends on 2024-12-20, its first right on 2024-07-01."""
    exhibit = result.exhibit("rights_and_contracts")
    row = next(dict(zip(exhibit.header, row, strict=True)) for row in exhibit.rows if row[0] == "Firm 06")
    assert (row["maturity"], row["first_expiry"], row["expiring_before"]) == (date(2024, 12, 20), date(2024, 7, 1), 1)


def test_variants_share_what_was_drawn(result: Result) -> None:
    """R1 changes amounts, not rights: the same values, another coverage."""
    first = result.variants[0][1]
    ours, theirs = result.appraisals[0].firms[0], first.appraisals[0].firms[0]
    assert theirs.valuation is ours.valuation
    assert theirs.coverage == pytest.approx(ours.coverage * 4_500_000 / 9_720_000)


def test_enforced_contracts_are_cut_to_what_would_be_lent(yuhang: Spoiled) -> None:
    alone(yuhang).replace("case.yaml", "    draws: 4000", "    draws: 4000\n    enforce: true")
    status, lines = yuhang.check()
    assert status == 2
    assert lines[0].startswith("abn.yaml:25:18 closing.uses.assets: abn buys assets of 43,000,000.00, the firm tape ")


def test_income_sharing_needs_its_own_rate(yuhang: Spoiled) -> None:
    yuhang.replace("case.yaml", "kind: relief_from_royalty", "kind: income_sharing")
    _, lines = yuhang.check()
    assert any("unknown key 'royalty_rate'" in line for line in lines)
    assert any("the key 'sharing_rate' is missing" in line for line in lines)


@pytest.mark.parametrize(
    ("file", "old", "new", "status", "said"),
    [
        (
            "firms.csv",
            "5800000,0.7759",
            "5800000,0.70",
            0,
            "warning: firms.csv:3:15 O3.advance_rate: the contract of 4,500,000.00 is above the stated advance of "
            "70.00% on the appraisal of 5,800,000.00",
        ),
        (
            "firms.csv",
            "38800000,15%",
            ",15%",
            2,
            "valuations.relief: relief reads the column revenue of the firm tape; it is empty or missing for Firm 01",
        ),
        (
            "case.yaml",
            "tapes: {firms: firms.csv, patents: patents.csv}",
            "tapes: {firms: firms.csv}",
            2,
            "valuations.relief: relief values the rights of a patent tape; name one under tapes.patents",
        ),
        ("case.yaml", "draws: 4000", "draws: 2", 2, "valuations.relief.draws: 2 draws; 100 to 1000000 are drawn"),
        (
            "case.yaml",
            "least: 0.2, likely: 0.5",
            "least: 0.6, likely: 0.5",
            2,
            "least, likely and most must be finite and rise",
        ),
        (
            "case.yaml",
            "forced_discount: 75%",
            "forced_discount: 175%",
            2,
            "valuations.relief.liquidation.forced_discount: 1.75 is outside 0% to 100%",
        ),
        (
            "patents.csv",
            "invention,2019-03-21,2019-06-18",
            "invention,2019-03-21,2019-03-18",
            2,
            "patents.csv:3:6 F3.grant",
        ),
        (
            "patents.csv",
            "utility_model,",
            "utility model,",
            0,
            "",
        ),
    ],
)
def test_what_a_valuation_needs(yuhang: Spoiled, file: str, old: str, new: str, status: int, said: str) -> None:
    got, lines = yuhang.replace(file, old, new).check()
    assert got == status, lines
    assert not said or any(said in line for line in lines), lines


def test_pledges_that_forbid_a_pledge_are_faults_at_their_cells(yuhang: Spoiled) -> None:
    text = (yuhang.folder / "patents.csv").read_text(encoding="utf-8").splitlines()
    text[1] += ",pledges,co_owners"
    text[2:] = [f"{line},," for line in text[2:]]
    text[2] = text[2][:-2] + ",C1、C2,"
    text[3] += "University"
    yuhang.write("patents.csv", "\n".join(text).encode())
    status, lines = yuhang.check()
    assert status == 2
    assert lines == [
        "patents.csv:3:12 L3.pledges: P01-01 is pledged to C1 and C2 at once",
        "patents.csv:4:1 A4.number: P01-02: consent of co-owner University is missing",
    ]


def test_a_right_of_a_firm_and_others_stands_under_the_firm_and_asks_for_their_consent(yuhang: Spoiled) -> None:
    text = (yuhang.folder / "patents.csv").read_text(encoding="utf-8")
    assert "P01-02,Firm 01" in text
    yuhang.replace("patents.csv", "P01-02,Firm 01", "P01-02,Firm 01；University")
    status, lines = yuhang.check()
    assert status == 2
    assert lines == ["patents.csv:4:1 A4.number: P01-02: consent of co-owner University is missing"]


def test_rules_are_held_against_each_pool(result: Result) -> None:
    exhibit = result.exhibit("pool_rules")
    rows = {(row[0], row[1]): dict(zip(exhibit.header, row, strict=True)) for row in exhibit.rows}
    assert rows["abs", "unrelated debtors"]["held"] == 20
    assert rows["abs", "largest debtor"]["held"] == pytest.approx(19.5 / 200)
    assert {row["result"] for row in rows.values()} == {"passed", "not applied"}
    assert "no rule of the inter-bank market" in str(rows["abn", ""]["remark"])


def test_five_names_fail_the_limits_of_the_exchange(yuhang: Spoiled) -> None:
    yuhang.replace("case.yaml", "    note: five firms", "    limits: exchange\n    note: five firms")
    status, lines = yuhang.check()
    assert status == 0
    assert sum("the 5 largest by obligor hold 100.00%; at most 70.00%" in line for line in lines) == 1
    assert sum("5 different by obligor; at least 10" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "among: [district_guarantee]",
            "among: [bank]",
            "firms.csv:3:1 A3.firm: contract Firm 01 stands in abs and fails guaranteed",
        ),
        (
            "column: inventions",
            "column: invention",
            "pool_rules.abs.eligibility.rights of its own: the pool's table has no column ",
        ),
        ("  abn:\n    eligibility", "  abm:\n    eligibility", "pool_rules.abm: the case has no deal 'abm'"),
        (
            "industry: {by: sector}",
            "industry: {by: sektor}",
            "stratification.industry: the pool's table has no column ",
        ),
    ],
)
def test_rules_that_do_not_fit(yuhang: Spoiled, old: str, new: str, said: str) -> None:
    status, lines = yuhang.replace("case.yaml", old, new).check()
    assert status == 2
    assert any(said in line for line in lines), lines


def test_strata_add_up_to_each_pool(result: Result) -> None:
    exhibit = result.exhibit("stratification")
    sums: dict[tuple[object, object], float] = {}
    for row in exhibit.rows:
        sums[row[0], row[1]] = sums.get((row[0], row[1]), 0.0) + float(str(row[4]))
    assert set(sums.values()) == {200e6, 43e6}
    assert len(sums) == 6


def test_findings_do_not_stop_at_the_first_room(yuhang: Spoiled) -> None:
    yuhang.replace("firms.csv", "38800000,15%", ",15%").replace(
        "case.yaml", "among: [district_guarantee]", "among: [b]"
    )
    with pytest.raises(IpabsError) as raised:
        load_case(yuhang.case)
    assert {"case.valuation_column", "case.not_eligible"} <= {one.code for one in raised.value.findings}
