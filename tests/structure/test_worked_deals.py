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
from ipabs.structure.samples import DEMO
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
