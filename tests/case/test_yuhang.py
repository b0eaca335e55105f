"""The Yuhang case end to end: frame, readings, identities, and what the result says of itself."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs.case.deal_exhibits import payments
from ipabs.case.load import load_case
from ipabs.case.result import Result
from ipabs.case.run import run
from tests.case.conftest import Spoiled

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml"
FEN = 0.01


@pytest.fixture(scope="module")
def result() -> Result:
    return run(load_case(YUHANG))


def reading(principal: float, days: int, loan_rate: float, contract_rate: float) -> float:
    """Interest on a loan counted ACT/360 less interest at the contract rate counted ACT/365F."""
    return principal * (loan_rate * days / 360 - contract_rate * days / 365)


def test_the_programme_is_what_was_published(result: Result) -> None:
    pools = result.exhibit("pool").rows
    assert [row[:2] + row[3:4] for row in pools] == [("abs", 20, 200e6), ("abn", 5, 43e6)]
    assert result.savings.loc["programme", "principal"] == 243e6
    assert len(result.savings) == 26


def test_first_reading_reaches_12_993_million(result: Result) -> None:
    """Two years from 2022-12-20 (731 days), LPR 3.65 % + 1.50 %, guarantee 1 % a year, appraisal 0.5 %."""
    row = dict(zip(result.exhibit("variants").header, result.exhibit("variants").rows[1], strict=True))
    spread = reading(243e6, 731, 0.0515, 0.038)
    assert row["variant"] == "R1"
    assert row["spread"] == pytest.approx(spread, abs=FEN)
    assert row["fees"] == pytest.approx(243e6 * (2 * 0.01 + 0.005 - 2 * 0.01 - 0.008), abs=FEN)
    assert row["carried"] == pytest.approx(243e6 * (2 * 0.01 + 0.008), abs=FEN)
    assert row["before_tax"] == pytest.approx(12.993e6, abs=500)
    assert row["life_years"] == pytest.approx(731 / 365)


def test_second_reading_reaches_15_125_million(result: Result) -> None:
    """Three years from 2022-12-20 (1096 days), a plain loan at 5.25 % against 3.25 %."""
    row = dict(zip(result.exhibit("variants").header, result.exhibit("variants").rows[2], strict=True))
    assert row["variant"] == "R2"
    assert row["spread"] == pytest.approx(reading(243e6, 1096, 0.0525, 0.0325), abs=FEN)
    assert row["fees"] == pytest.approx(-243e6 * (3 * 0.01 + 0.008), abs=FEN)
    assert row["before_tax"] == pytest.approx(15.125e6, abs=500)


def test_the_other_split_changes_no_firm(result: Result) -> None:
    variant, other = result.variants[2]
    assert variant.name == "split_143_100"
    assert [row[:2] + row[3:4] for row in other.exhibit("pool").rows] == [("abs", 15, 143e6), ("abn", 10, 100e6)]
    ours, theirs = result.savings["net"], other.savings["net"]
    np.testing.assert_allclose(theirs.loc[ours.index].to_numpy(dtype=float), ours.to_numpy(dtype=float), atol=FEN)


def test_implied_spreads_of_the_published_saving(result: Result) -> None:
    """15 / 243 of principal, spread over 1, 1.5, 2, 2.5 and 3 years."""
    rows = {row[0]: round(100 * row[1], 2) for row in result.exhibit("implied_spreads").rows if not row[2]}
    assert rows == {1.0: 6.17, 1.5: 4.12, 2.0: 3.09, 2.5: 2.47, 3.0: 2.06}


def test_savings_add_up_by_part_and_by_firm(result: Result) -> None:
    table = result.savings
    parts = table[["spread", "fees", "carried", "subsidy", "tax"]].astype(float).sum(axis=1)
    np.testing.assert_allclose(parts, table["net"].astype(float), atol=FEN)
    money = table.drop(columns=["deal", "comparator_status", "comparator_rate", "facility_rate", "life_years"])
    np.testing.assert_allclose(money.iloc[:-1].astype(float).sum(), money.loc["programme"].astype(float), atol=FEN)


def test_public_cost_is_what_the_market_does_not_save(result: Result) -> None:
    rows = {row[0]: row[1] for row in result.exhibit("savings_by_part").rows}
    assert rows["net"] - rows["public_cost"] == pytest.approx(rows["market"], abs=FEN)


def test_every_tranche_is_repaid_in_full_and_on_time(result: Result) -> None:
    for deal in result.deal_results:
        table = deal.tranches
        assert (table["principal_paid"] == table["principal"]).all()
        assert (table["shortfall"] == 0).all()
    assert result.deals["abs"].tranches.loc["A", "last_payment"] == date(2023, 12, 28)


def test_a_tranche_at_par_yields_its_coupon(result: Result) -> None:
    """Quarterly coupons: (1 + c/4)^4 - 1, within a basis point for days and moved payment dates."""
    table = result.deals["abs"].tranches
    for name, coupon in (("A", 0.028), ("B", 0.03)):
        assert table.loc[name, "yield_rate"] == pytest.approx((1 + coupon / 4) ** 4 - 1, abs=1e-4)


def test_first_vat_and_coupon_payment_by_hand(result: Result) -> None:
    """90 days of 3.80 % on 200 million to 2023-03-20; 98 days of 2.80 % on 136 million to 2023-03-28."""
    trace = result.deals["abs"].trace("2023-03-28").set_index("target")
    assert trace.loc["vat", "paid"] == pytest.approx(200e6 * 0.038 * 90 / 365 * 0.0326, abs=FEN)
    assert trace.loc["A.interest", "paid"] == pytest.approx(136e6 * 0.028 * 98 / 365, abs=FEN)
    assert (trace["short"] == 0).all()


def test_payments_end_when_everything_is_repaid(result: Result) -> None:
    rows = payments(result.deals["abs"].ledger).rows
    assert len(rows) == 8
    assert rows[-1][0] == date(2024, 12, 30)
    assert rows[-1][-3:] == (0.0, 0.0, 0.0)


def test_cash_of_every_deal_is_accounted_for(result: Result) -> None:
    assert (result.checks["result"] == "passed").all()
    for deal in result.deal_results:
        flows = deal.collections
        paid_in = float((flows.interest + flows.principal).sum())
        table = deal.tranches
        fees = sum(float(deal.ledger.paid(fee.name).sum()) for fee in deal.deal.fees)
        assert paid_in == pytest.approx(table["interest_paid"].sum() + table["principal_paid"].sum() + fees, abs=0.2)


def test_summary_says_that_it_is_an_illustration_and_names_the_readings(result: Result) -> None:
    text = str(result.summary())
    assert "Illustration: the firms, contracts and patents are drawn at random" in text
    assert "25 firms borrow 243.000 million yuan" in text
    assert "No figure is fitted to the published saving" in text
    assert "12.993" in text
    assert "15.125" in text


def test_summary_says_what_the_undertaking_pays_and_who_loses(yuhang: Spoiled) -> None:
    yuhang.replace("case.yaml", "cdr: 0%", "cdr: 20%")
    stressed = run(replace(load_case(yuhang.case), variants=()))
    lines = str(stressed.summary()).splitlines()
    called = stressed.deals["abs"].ledger.called("undertaking").sum()
    assert f"abs: undertaking pays {called / 1e6:,.3f} million." in lines
    assert "abs: tranche sub is left with 11.000 million of principal unpaid." in lines
    notes = stressed.deals["abs"].tranches.loc[["A", "B"]]
    assert (notes["principal_paid"] == notes["principal"]).all()


def test_summary_in_chinese(result: Result) -> None:
    text = str(result.summary("zh"))
    assert "25 家企业融资 2.43亿元" in text
    assert "没有任何数字为凑合公布的节约额而调整" in text
    assert "6.17 个百分点" not in text.split("公布的节约额")[0]


def test_every_input_says_where_it_comes_from(result: Result) -> None:
    assert result.findings == ()
    kinds = {row[1] for row in result.exhibit("provenance").rows}
    assert kinds == {"published", "derived", "assumption"}
    stated = {row[0]: row for row in result.exhibit("provenance").rows}
    assert stated["deals.abs.tranches.*.principal"][2].endswith(
        "(derived from a published plan; the issued split is not published)"
    )


def test_manifest_names_versions_inputs_and_seed(result: Result) -> None:
    manifest = result.manifest
    assert list(manifest["inputs"]) == ["case.yaml", "abs.yaml", "abn.yaml", "firms.csv", "patents.csv"]
    assert manifest["seed"] == 20221220
    assert json.loads(json.dumps(manifest)) == manifest


def test_explain_says_each_line_in_words_and_what_the_template_supplies(result: Result) -> None:
    page = result.deals["abs"].explain("2023-03-28")
    assert "From the template exchange_abs: vehicle: " in page.sections[0].text[1]
    assert page.sections[0].text[3].startswith("2. Pay vat from collections: available 15,061,472.60, due 61,091.51")
