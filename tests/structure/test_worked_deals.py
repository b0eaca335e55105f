"""Deals of the trade, written in the language: each loads without findings and comes back from its own text."""

from dataclasses import replace
from pathlib import Path

import pytest

from ipabs import spec
from ipabs.basics.words import labels
from ipabs.errors import SpecError
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings
from ipabs.structure.measures import MEASURES
from ipabs.structure.samples import DEMO, small
from ipabs.structure.waterfall import placed_lines

FOLDER = Path(__file__).resolve().parents[1] / "deals"
DEALS = {"demo": DEMO} | {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.yaml"))}


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_deal_has_no_findings(text: str) -> None:
    assert findings(spec.load(Deal, text)) == ()


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_deal_comes_back_from_its_own_text(text: str) -> None:
    deal = spec.load(Deal, text)
    dumped = spec.dump(deal)
    assert spec.load(Deal, dumped) == deal
    assert spec.dump(spec.load(Deal, dumped)) == dumped


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_filled_deal_has_no_findings_and_nothing_more_to_fill(text: str) -> None:
    filled = spec.load(Deal, text).filled()
    assert findings(filled) == ()
    assert filled.filled() == filled


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_deal_is_said_in_words_line_by_line(text: str, lang: str) -> None:
    deal = spec.load(Deal, text)
    said = deal.explain("zh" if lang == "zh" else "en")
    stop = "。" if lang == "zh" else "."
    numbered = [line for line in said.splitlines() if line[:1].isdigit()]
    assert len(numbered) == sum(len(placed_lines(one.lines)) for one in deal.waterfall)
    assert all(line.endswith(stop) and "{" not in line for line in numbered)


def test_tests_and_targets_are_said_in_the_words_of_the_trade() -> None:
    deal = spec.load(Deal, DEMO)
    assert "- losses: fails with the cumulative default ratio above 8%, and then for good" in deal.explain()
    assert "- losses：累计违约率高于 8%即不通过，此后不再恢复" in deal.explain("zh")
    assert "补足reserve（A余额的 1%，不低于 200,000.00）至目标余额" in deal.explain("zh")


TESTED = small(
    observables="\n  leverage: debt / EBITDA",
    measures="\n  adjusted: {of: [performing, delinquent], less: recoveries}\n"
    "  cover: {of: adjusted, to: A.balance, at_zero: infinite}",
    tests="""
  arrears: {measure: delinquency_ratio, maximum: 10%, run: 2, cure: 3}
  losses: {measure: cumulative_defaulted, maximum: 5, steps: [{since: 2026-01-01, limit: 8}]}
  geared: {measure: leverage, maximum: 4.5, cure: 1, at: end}
  covered: {measure: cover, minimum: 130%, at: line}""",
    phases="\n  either: {enter_if_failing: [arrears, losses], principal_due: all}\n"
    "  both: {enter_if_failing: {all: [arrears, geared]}}",
    waterfall="".join(
        f"\n  {phase}:\n    - pay: A.interest\n    - pay: A.principal\n      if_failing: covered\n    - residual: sub"
        for phase in ("normal", "either", "both")
    ),
)


def test_measures_and_tests_are_defined_in_words() -> None:
    said = spec.load(Deal, TESTED).explain()
    assert said.endswith("""
Measures of the deal:
- adjusted: the sum of the performing pool and the delinquent pool, less recoveries
- cover: adjusted, divided by the balance of A

Tests:
- arrears: fails with the delinquency ratio above 10% on 2 payment dates in a row, until 3 payment dates in a row \
within the limit
- losses: fails with defaults since cut-off above 5.00, 8.00 from 2026-01-01, and then for good
- geared: fails with leverage above 4.5 after the last line, until the next payment date within the limit
- covered: fails with cover below 130% when a line asks, and then for good""")
    assert "In force while failing: arrears or losses. All principal is due." in said
    assert "In force while failing: arrears and geared.\n" in said
    assert "2. Pay principal of A, while failing: covered." in said


def test_measures_and_tests_are_defined_in_chinese() -> None:
    said = spec.load(Deal, TESTED).explain("zh")
    assert said.endswith("""
本交易自定指标：
- adjusted：正常资产余额和逾期资产余额之和，减去本期违约资产回收款
- cover：adjusted，除以A余额

测试：
- arrears：逾期率高于 10%且连续 2 个支付日如此即不通过，其后连续 3 个支付日符合限额则恢复通过
- losses：累计违约金额高于 5.00（自 2026-01-01 起为 8.00）即不通过，此后不再恢复
- geared：leverage高于 4.5（于全部分配完成后检验）即不通过，其后首个符合限额的支付日恢复通过
- covered：cover低于 130%（于分配至该项时检验）即不通过，此后不再恢复""")
    assert "arrears或losses不通过时适用。全部本金到期应付。" in said


def test_every_measure_has_words_in_both_languages() -> None:
    parts = {measure.name.rpartition(".")[2] for measure in MEASURES}
    assert {f"measure.{part}" for part in parts} <= labels().keys()


def test_deal_with_errors_has_no_words() -> None:
    deal = replace(spec.load(Deal, DEMO), phases=())
    with pytest.raises(SpecError, match="no phase 'accelerated'"):
        deal.explain()


def test_demo_pays_every_quarter_until_legal_final() -> None:
    timeline = spec.load(Deal, DEMO).timeline()
    assert timeline.periods == 20
    assert timeline.payments[1].isoformat() == "2024-09-30"  # 28 September 2024 is a Saturday


def test_account_is_checked_five_business_days_before_payment() -> None:
    deal = spec.load(Deal, DEALS["abn_bullet"])
    # 20 March 2023 is a Monday; the inter-bank market worked the week before in full
    assert deal.dates.check_dates()[0].isoformat() == "2023-03-13"


def test_mid_life_deal_starts_with_the_next_payment() -> None:
    deal = spec.load(Deal, DEALS["mid_life"])
    timeline = deal.timeline()
    assert [day.isoformat() for day in timeline.accrual_ends] == [
        "2023-09-20",
        "2023-12-20",
        "2024-03-20",
        "2024-06-20",
    ]
    assert timeline.closing.isoformat() == "2023-06-20"
    assert timeline.cut_off.isoformat() == "2023-06-10"
