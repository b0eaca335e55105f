"""Results say what they are in one line, show themselves in a notebook, and give tables with dates and units."""

from pathlib import Path

import pandas as pd
import pytest

import ipabs
from ipabs.errors import DataError

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml"


@pytest.fixture(scope="module")
def result() -> ipabs.Result:
    return ipabs.run(ipabs.load_case(YUHANG))


def test_every_result_says_what_it_is_in_one_line(result: ipabs.Result) -> None:
    deal = result.deals["abs"]
    assert repr(result) == (
        "Result(Yuhang IP securitization programme (illustration): 243,000,000 for 25 firms in abs, abn; "
        "saves 6,907,400.15 net against quoted_loan)"
    )
    assert repr(deal) == (
        "DealResult(abs: 200,000,000 of 20 firms; tranches A 136,000,000, B 53,000,000, sub 11,000,000)"
    )
    assert repr(deal.pool) == "Pool(20 obligations of 20 obligors, principal 200,000,000.00)"
    assert repr(deal.ledger).startswith("Ledger(Yuhang IP exchange ABS (illustration): 16 dates from 2023-03-28 to ")
    assert repr(result.comparison).startswith("Comparison(against quoted_loan: guaranteed_loan saves ")


def test_notebooks_get_tables_with_escaped_text(result: ipabs.Result) -> None:
    deal = result.deals["abs"]
    for shown in (result, deal, deal.pool, deal.ledger, result.comparison, result.summary()):
        html = shown._repr_html_()
        assert html.count("<table") == html.count("</table>") >= 1
        assert "<script" not in html
    assert "6,907,400.15" in result._repr_html_()


def test_tables_stand_on_payment_dates_with_units(result: ipabs.Result) -> None:
    table = result.to_frame("abs.waterfall")
    assert isinstance(table.index, pd.DatetimeIndex)
    assert table.index[0] == pd.Timestamp("2023-03-28")
    assert "A.principal [CNY]" in table.columns
    assert table["A.principal [CNY]"].sum() == pytest.approx(136e6)
    tranches = result.to_frame("tranches")
    assert {"principal [CNY]", "coupon [decimal]", "life_years [years]"} <= set(tranches.columns)
    factors = result.deals["abs"].to_frame("factors_by_date")
    assert factors["A.factor [factor]"].iloc[-1] == 0
    assert result.to_frame("savings_by_part")["nominal [CNY]"].iloc[0] == pytest.approx(4_060_719.23, abs=0.005)


def test_trace_of_a_date_covers_every_deal_that_pays(result: ipabs.Result) -> None:
    trace = result.trace("2023-03-28")
    assert list(trace["deal"].unique()) == ["abs", "abn"]
    with pytest.raises(DataError, match="2023-03-29 is no payment date"):
        result.trace("2023-03-29")


def test_an_unknown_table_is_named_with_the_nearest(result: ipabs.Result) -> None:
    with pytest.raises(DataError, match="no table 'savngs'; did you mean 'savings'"):
        result.to_frame("savngs")
    with pytest.raises(DataError, match="no table 'waterfal'; did you mean 'waterfall'"):
        result.to_frame("abs.waterfal")
