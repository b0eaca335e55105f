"""Trustee-style reports: what is reported is what the ledger holds; a tie-out finds what differs."""

from datetime import date

import pandas as pd
import pytest

import ipabs
from ipabs.basics.words import Language
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError
from ipabs.report import trustee
from ipabs.report.exhibit import Exhibit


@pytest.fixture
def ledger(yuhang: ipabs.Result) -> Ledger:
    return yuhang.deals["abs"].ledger


def column(exhibit: Exhibit, name: str) -> list[object]:
    return [row[exhibit.header.index(name)] for row in exhibit.rows]


def test_distribution_rolls_balances_forward(ledger: Ledger) -> None:
    report = trustee.distribution(ledger, "2023-03-28")
    assert column(report, "tranche") == ["A", "B", "sub", ""]
    assert column(report, "opening_balance") == [136e6, 53e6, 11e6, 200e6]
    for opening, principal, closing in zip(
        *(column(report, name) for name in ("opening_balance", "principal", "closing_balance")), strict=True
    ):
        assert closing == pytest.approx(float(str(opening)) - float(str(principal)), abs=0.005)


def test_factors_by_hand(ledger: Ledger) -> None:
    """2.80 % from 2022-12-20 to 2023-03-28: 98 days, 1,000 x 2.80 % x 98 / 365 = 7.517808."""
    report = trustee.factors(ledger, 0)
    assert column(report, "interest_per_1000")[0] == pytest.approx(1000 * 0.028 * 98 / 365, abs=1e-7)
    assert column(report, "interest_per_100")[0] == pytest.approx(100 * 0.028 * 98 / 365, abs=1e-8)
    paid = float(ledger.paid("A.principal")[0, 0])
    assert column(report, "factor")[0] == pytest.approx(1 - paid / 136e6)


def test_cash_of_a_date_sums_to_nothing(ledger: Ledger) -> None:
    report = trustee.cash(ledger, "2023-12-28")
    assert report.totals
    assert column(report, "amount")[-1] == 0


def test_tests_state_measure_limit_and_result(ledger: Ledger) -> None:
    assert trustee.trigger_tests(ledger).rows == (
        ("losses", "cumulative_default_ratio", "maximum", 0.1, 0, None, "passed"),
    )


def test_decrement_ends_with_the_life(ledger: Ledger) -> None:
    report = trustee.decrement({"base": ledger}, "A")
    assert report.rows[0][1] == pytest.approx(100 * (1 - float(ledger.paid("A.principal")[0, 0]) / 136e6))
    dates = [str(row[0]) for row in report.rows[:-1]]
    assert dates == ["2023-03-28", "2023-06-28", "2023-09-28", "2023-12-28"]  # the last one repays the rest
    assert report.rows[-2][1] == 0
    assert 0.8 < float(str(report.rows[-1][1])) < 1.0


def test_decrement_and_tie_out_speak_chinese(ledger: Ledger) -> None:
    assert trustee.decrement({"base": ledger}, "A", "zh").rows[-1][0] == "平均期限（年）"
    figures = pd.DataFrame([("2023-03-28", "A", "factor", 1)], columns=["date", "tranche", "item", "value"])
    assert trustee.tie_out(ledger, figures, lang="zh").notes == ("容许差异：0.005",)


def test_yield_at_par_is_the_coupon_compounded_quarterly(ledger: Ledger) -> None:
    report = trustee.price_yield({"base": ledger}, "A", (99.0, 100.0, 101.0))
    low, par, high = (float(str(row[1])) for row in report.rows)
    assert par == pytest.approx((1 + 0.028 / 4) ** 4 - 1, abs=2e-4)
    assert low > par > high


def test_stratification_covers_the_pool(yuhang: ipabs.Result) -> None:
    pool = yuhang.deals["abs"].pool
    for by, bands in (("sector", None), ("principal", (0.0, 5e6, 10e6, 20e6))):
        report = trustee.stratification(pool, by, bands=bands)
        assert sum(int(str(count)) for count in column(report, "contracts")[:-1]) == 20
        assert sum(float(str(part)) for part in column(report, "principal")[:-1]) == 200e6
        assert report.rows[-1][1:4] == (20, 200e6, 1.0)
    assert column(report, "group")[:2] == ["0 – < 5,000,000", "5,000,000 – < 10,000,000"]


def test_tie_out_agrees_to_the_fen_and_finds_a_difference(ledger: Ledger) -> None:
    paid = round(float(ledger.paid("A.principal")[0, 0]), 2)
    figures = pd.DataFrame(
        [("2023-03-28", "A", "principal", paid), ("2023-03-28", "A", "interest", "1022421.93"),
         ("2023-03-28", "B", "opening_balance", "53000000")],
        columns=["date", "tranche", "item", "value"],
    )  # fmt: skip
    report = trustee.tie_out(ledger, figures)
    assert column(report, "result") == ["agrees", "differs", "agrees"]
    assert column(report, "difference")[1] == pytest.approx(0.01)  # 136,000,000 x 2.80 % x 98 / 365 = 1,022,421.92
    assert column(trustee.tie_out(ledger, figures, tolerance=0.02), "result") == ["agrees"] * 3


def test_tie_out_says_every_fault_with_its_row(ledger: Ledger) -> None:
    figures = pd.DataFrame(
        [("2023-03-29", "A", "interest", 1), ("2023-03-28", "C", "intrest", "x")],
        columns=["date", "tranche", "item", "value"],
    )
    with pytest.raises(DataError) as told:
        trustee.tie_out(ledger, figures)
    assert [one.code for one in told.value.findings] == [
        "tie_out.date", "tie_out.tranche", "tie_out.item", "tie_out.value",
    ]  # fmt: skip
    assert "did you mean 'interest'?" in str(told.value)
    with pytest.raises(DataError, match="no column 'tranche'; did you mean 'tranch'"):
        trustee.tie_out(ledger, figures.rename(columns={"tranche": "tranch"}))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_payment_date_page_reads_as_text(ledger: Ledger, lang: Language) -> None:
    text = str(trustee.payment_date_page(ledger, date(2023, 3, 28), lang))
    assert "1,022,421.92" in text
    assert ("Factor" in text) == (lang == "en")
    assert ("余额系数" in text) == (lang == "zh")


@pytest.mark.parametrize("tolerance", [-0.01, float("nan"), float("inf")])
def test_a_tolerance_that_compares_nothing_is_refused(ledger: Ledger, tolerance: float) -> None:
    figures = pd.DataFrame(columns=list(trustee.TIE_OUT))
    with pytest.raises(DataError, match="agrees with nothing; state 0 or more"):
        trustee.tie_out(ledger, figures, tolerance=tolerance)


def test_yields_of_a_tranche_that_is_not_there_are_refused_by_name(ledger: Ledger) -> None:
    with pytest.raises(DataError, match="the deal has no tranche 'Z'"):
        trustee.price_yield({"base": ledger}, "Z", [100.0])
