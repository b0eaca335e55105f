"""Value as collateral, revaluation, reconciliation, report and firms: figures add up, and nothing is left unsaid."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError, SpecError
from ipabs.patents.patent import Patent, Pledge
from ipabs.patents.portfolio import Portfolio
from ipabs.spec import dump, load
from ipabs.valuation.appraisal_report import AppraisalReport
from ipabs.valuation.checks import stated_findings
from ipabs.valuation.collateral import (
    LendingTerms,
    LiquidationTerms,
    collateral_values,
    lending_error,
    lending_value,
    liquidation_value,
)
from ipabs.valuation.cost import MultiplierCost
from ipabs.valuation.distributions import Pert
from ipabs.valuation.firm_appraisal import AppraisalTerms, PledgedFirm, appraisal_table, appraise_firms
from ipabs.valuation.life import economic_life
from ipabs.valuation.reconciliation import Weighted, reconcile, spread_findings
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revaluation import revaluations, rolled
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.stream_values import value_schedule
from ipabs.valuation.valuation import Valuation

CLOSED_FORM = 1e-12
AS_OF = date(2024, 1, 1)
DRAWN = Valuation(method="x", as_of=AS_OF, currency="CNY", value=np.arange(101.0))


def patent(number: str, years_left: int, owner: str = "F1", ipc: str = "G06N") -> Patent:
    filing = date(2024 + years_left - 20, 1, 1)
    grant = filing.replace(year=filing.year + 1)
    return Patent(number=number, kind="invention", owner=owner, filing=filing, grant=grant, ipc=(ipc,))


RIGHTS = Portfolio(rights=(patent("p1", 6), patent("p2", 9)))
RELIEF = ReliefFromRoyalty(
    streams=(RevenueStream(name="A", revenues=(100.0, 130.0), ramp=(0.4,), growth_rate=0.05, decay_rate=0.1),),
    royalty_rate=0.05,
    tax_rate=0.25,
    discount_rate=0.12,
)


def test_three_figures_of_a_distribution() -> None:
    liquidation = LiquidationTerms(forced_discount=0.6, discount_rate=0.1, lag_years=2.0, costs=5.0)
    lending = LendingTerms(advance_rate=0.5, quantile=0.25, prior_claims=2.5)
    values = collateral_values(DRAWN, liquidation=liquidation, lending=lending)
    assert np.asarray(values.liquidation)[100] == pytest.approx(100 * 0.4 / 1.21 - 5, rel=CLOSED_FORM)
    assert np.asarray(values.liquidation)[0] == 0.0
    assert values.lending == pytest.approx(0.5 * 25 - 2.5)
    assert values.coverage(20) == pytest.approx(0.5)
    frame = values.to_frame()
    assert frame.loc["market", "median"] == 50.0
    assert frame.loc["lending", "mean"] == 10.0
    assert np.isnan(frame.loc["lending", ["q05", "q05_error", "q95"]]).all()
    assert (frame["draws"] == 101).all()
    # 0 to 100 in steps of 1: s² = n (n + 1) / 12 with n = 101; a quantile moves by 101 - 1 times √(p (1 - p) / 101).
    assert frame.loc["market", "standard_error"] == pytest.approx((102 / 12) ** 0.5, rel=CLOSED_FORM)
    assert frame.loc["market", "median_error"] == pytest.approx(100 * (0.25 / 101) ** 0.5, rel=CLOSED_FORM)
    assert frame.loc["lending", "standard_error"] == pytest.approx(50 * (0.25 * 0.75 / 101) ** 0.5, rel=CLOSED_FORM)
    assert lending_error(DRAWN, replace(lending, cap=3.0)) == lending_error(DRAWN, replace(lending, cap=10.0)) == 0.0
    assert lending_error(DRAWN, replace(lending, prior_claims=12.5)) == 0.0
    assert frame.loc["liquidation", "standard_error"] > 0
    assert lending_value(DRAWN, replace(lending, cap=3.0)) == 3.0
    assert lending_value(DRAWN, replace(lending, prior_claims=100.0)) == 0.0


@given(st.floats(0, 1e9), st.floats(0, 1), st.floats(0, 10))
def test_liquidation_never_exceeds_market_value(market: float, discount: float, lag: float) -> None:
    terms = LiquidationTerms(forced_discount=discount, discount_rate=0.08, lag_years=lag)
    assert 0 <= float(liquidation_value(market, terms)) <= market * (1 + CLOSED_FORM)


def test_terms_out_of_range_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        liquidation_value(1.0, LiquidationTerms(forced_discount=1.1, discount_rate=-1.0, lag_years=-1.0, costs=-1.0))
    assert len(caught.value.findings) == 4
    with pytest.raises(DataError) as caught:
        lending_value(DRAWN, LendingTerms(advance_rate=1.1, quantile=-0.1, prior_claims=-1))
    assert len(caught.value.findings) == 3
    with pytest.raises(DataError):
        DRAWN.quantile(1.5)


@pytest.mark.parametrize("years", [1, 2, 5, 8])
def test_value_today_is_what_comes_until_then_and_the_value_then(years: int) -> None:
    now = RELIEF.value(RIGHTS, as_of=AS_OF).mean
    until = value_schedule(RELIEF, RIGHTS, as_of=AS_OF)["present_value"].iloc[:years].sum()
    day = AS_OF.replace(year=AS_OF.year + years)
    alive = RIGHTS.alive(day)
    then = rolled(RELIEF, alive, years=years).value(alive, as_of=day).mean
    assert until + then / 1.12**years == pytest.approx(now, rel=1e-9)


def test_revaluation_runs_to_nothing() -> None:
    table = revaluations(RELIEF, RIGHTS, as_of=AS_OF, years=range(10))
    assert table["rights"].tolist() == [2] * 6 + [1] * 3 + [0]
    assert table["mean"].iloc[0] == pytest.approx(RELIEF.value(RIGHTS, as_of=AS_OF).mean)
    assert table["mean"].iloc[9] == 0.0


def test_schedule_adds_up_to_the_value() -> None:
    table = value_schedule(RELIEF, RIGHTS, as_of=AS_OF)
    assert table["present_value"].sum() == pytest.approx(RELIEF.value(RIGHTS, as_of=AS_OF).mean, rel=CLOSED_FORM)
    by_hand = (table["revenue"] * table["contribution"] * table["rate"] * (1 - table["tax_rate"]) * table["protected"]
               * table["discount"])  # fmt: skip
    assert by_hand.tolist() == pytest.approx(table["present_value"].tolist(), rel=CLOSED_FORM)
    with pytest.raises(DataError, match="a schedule shows one figure a year"):
        value_schedule(replace(RELIEF, discount_rate=np.array([0.1, 0.2])), RIGHTS, as_of=AS_OF)


@given(st.floats(0, 30), st.floats(0, 30), st.floats(0, 30))
def test_economic_life_is_the_smallest_and_named(legal: float, contract: float, technical: float) -> None:
    found = economic_life(legal=legal, contract=contract, technical=technical)
    lives = {"legal": legal, "contract": contract, "technical": technical}
    assert found.years == min(lives.values()) == lives[found.binding]


COST = MultiplierCost(material_cost=10.0, labor_cost=4.0, labor_multiplier=1.5, failure_rate=0.2, profit_rate=0.3)


def two() -> tuple[Weighted, Weighted]:
    return (
        Weighted(valuation=RELIEF.value(RIGHTS, as_of=AS_OF), weight=0.7, reason="income is what a lender looks at"),
        Weighted(valuation=COST.value(RIGHTS, as_of=AS_OF), weight=0.3),
    )


def test_reconciliation_weighs_and_ranges() -> None:
    income, cost = two()
    found = reconcile(income, cost)
    assert found.value == pytest.approx(0.7 * income.valuation.mean + 0.3 * 26.0)
    assert found.range == (min(income.valuation.mean, 26.0), max(income.valuation.mean, 26.0))
    table = found.to_frame()
    assert table["weighted_value"].iloc[:2].sum() == pytest.approx(table.loc["conclusion", "value"])
    assert not spread_findings(found)
    wide = reconcile(replace(income, valuation=replace(income.valuation, value=5.0)), cost)
    assert [one.code for one in spread_findings(wide)] == ["reconciliation.wide"]


def test_weights_dates_and_currencies_must_fit() -> None:
    income, cost = two()
    other = replace(cost, weight=0.4, valuation=replace(cost.valuation, currency="USD", as_of=date(2023, 1, 1)))
    with pytest.raises(DataError) as caught:
        reconcile(income, other)
    assert [one.code for one in caught.value.findings] == [
        "valuation.weights", "reconciliation.differ", "reconciliation.differ",
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"weight of -0\.3 is outside \[0, inf\)"):
        reconcile(replace(income, weight=1.3), replace(cost, weight=-0.3))
    with pytest.raises(DataError, match="the weights sum to 0"):
        reconcile()


def test_a_stated_result_that_its_inputs_do_not_give_is_said() -> None:
    assert not stated_findings(455.42, 455.0, tolerance=0.5)
    assert "the source states 907, but its inputs give 455.42" in str(stated_findings(455.42, 907, tolerance=0.5)[0])


def report(**changes: object) -> AppraisalReport:
    pledged = replace(RIGHTS.rights[0], pledges=(Pledge(contract="C1"), Pledge(contract="C2")))
    terms: dict[str, object] = {
        "client": "District Investment",
        "users": ("Bank A", "Trust B"),
        "purpose": "Pledge for a loan",
        "object": "Two patents",
        "scope": "Title and income in China",
        "value_type": "Market value",
        "base_date": AS_OF,
        "portfolio": Portfolio(rights=(pledged, RIGHTS.rights[1])),
        "conclusion": reconcile(*two()),
        "assumptions": ("The firm goes on as planned.",),
        "rights_checked": "Register extract of 2 January 2024",
        "limits_of_use": "For the purpose stated only.",
        "valid_until": date(2024, 12, 31),
    }
    return AppraisalReport(**(terms | changes))  # type: ignore[arg-type]  # terms of a test


def test_report_says_everything_in_both_languages() -> None:
    english, chinese = report().markdown("en"), report().markdown("zh")
    headings = "Client and other users,Purpose,Object and scope,Type of value,Base date,Rights and pledges"
    for heading in f"{headings},Assumptions and inputs,Methods,Conclusion,Limits of use".split(","):
        assert f"## {heading}" in english
    assert "p1 is pledged to C1 and C2 at once" in english
    assert "Relief from royalty: income is what a lender looks at" in english
    assert "| Multiplier cost | 26.00 | 26.00 | 26.00 | 30% |" in english
    assert "## 评估方法" in chinese
    assert "p1 同时出质于" in chinese
    assert "有效期至：2024年12月31日" in chinese
    assert "报告使用人：Bank A、Trust B" in chinese
    assert report().text("zh").startswith("1. 委托人及其他报告使用人")


def test_report_may_leave_nothing_out() -> None:
    one = reconcile(replace(two()[0], weight=1.0))
    wrong = report(conclusion=one, client=" ", users=(), valid_until=date(2025, 1, 2), base_date=date(2023, 12, 31))
    assert [found.code for found in wrong.findings()] == [
        "report.one_method", "report.empty", "report.empty", "report.base_date", "report.validity",
    ]  # fmt: skip
    with pytest.raises(DataError, match="a report that uses one method says why"):
        wrong.markdown()
    assert not list(report(conclusion=one, reason_for_one_method="No comparable licences are disclosed.").findings())


FIRMS = (
    PledgedFirm(firm="F1", revenue=5e7, tax_rate=0.15, contract_amount=2e6, stated_value=4e6, stated_advance_rate=0.5),
    PledgedFirm(firm="F2", revenue=8e7, tax_rate=0.25, contract_amount=4e6),
)
BOTH = Portfolio(rights=(*RIGHTS.rights, patent("q1", 12, owner="F2", ipc="A61K")))
TERMS = AppraisalTerms(seed=11, draws=4000)


def test_firms_are_valued_with_a_distribution_and_coverage() -> None:
    first, second = appraise_firms(BOTH, FIRMS, TERMS, as_of=AS_OF)
    table = appraisal_table([first, second])
    assert (table["q05"] < table["median"]).all()
    assert (table["median"] < table["q95"]).all()
    assert table.loc["F1", "lending_value"] == pytest.approx(0.5 * table.loc["F1", "median"])
    assert table.loc["F1", "coverage"] == pytest.approx(table.loc["F1", "lending_value"] / 2e6)
    assert (table["liquidation_value"] < table["market_value"]).all()
    assert table["amount"].tolist() == [2e6, 4e6]
    whole = np.asarray(first.valuation.value) + np.asarray(second.valuation.value)
    assert whole.mean() == pytest.approx(table["market_value"].sum())


def test_firms_are_tied_by_common_factors() -> None:
    first, second = (one.valuation for one in appraise_firms(BOTH, FIRMS, TERMS, as_of=AS_OF))
    # Loadings 0.6 on rates and 0.3 on demand; the ranges bend a normal correlation only a little
    for left, right, expected in (
        ("discount_rate", "discount_rate", 0.36),
        ("streams.F1.level", "streams.F2.level", 0.09),
        ("royalty_rate", "royalty_rate", 0.0),
    ):
        found = np.corrcoef(np.asarray(first.input(left).value), np.asarray(second.input(right).value))[0, 1]
        assert found == pytest.approx(expected, abs=4 / np.sqrt(4000))


def test_a_firm_does_not_depend_on_its_neighbours() -> None:
    alone = appraise_firms(BOTH, FIRMS[1:], TERMS, as_of=AS_OF)[0]
    both = appraise_firms(BOTH, FIRMS, TERMS, as_of=AS_OF)[1]
    assert (np.asarray(alone.valuation.value) == np.asarray(both.valuation.value)).all()


def test_a_contract_is_cut_only_where_that_is_enforced() -> None:
    strict = replace(TERMS, enforce=True, lending=LendingTerms(advance_rate=0.01))
    one = appraise_firms(BOTH, FIRMS[:1], strict, as_of=AS_OF)[0]
    assert one.amount == one.values.lending < one.facts.contract_amount
    loose = appraise_firms(BOTH, FIRMS[:1], replace(strict, enforce=False), as_of=AS_OF)[0]
    assert loose.amount == loose.facts.contract_amount


def test_a_contract_that_is_not_what_the_deal_says_it_advances_is_told() -> None:
    wrong = replace(FIRMS[0], stated_advance_rate=0.6)
    found = appraise_firms(BOTH, (wrong,), TERMS, as_of=AS_OF)[0].findings
    assert [str(one) for one in found] == ["F1.stated_advance_rate: the source states 0.6, but its inputs give 0.5"]
    assert not appraise_firms(BOTH, FIRMS[:1], TERMS, as_of=AS_OF)[0].findings


def test_terms_of_an_appraisal_stand_in_a_file() -> None:
    text = """
seed: 7
draws: 500
royalty_rate: {kind: pert, least: 0.02, likely: 0.04, most: 0.07}
protected_revenue: {kind: triangular, least: 0.3, likely: 0.5, most: 0.8}
discount_rate:
  kind: experts
  opinions:
    appraiser: {range: {kind: pert, least: 0.12, likely: 0.15, most: 0.2}}
    bank: {range: {kind: pert, least: 0.14, likely: 0.18, most: 0.25}}
liquidation: {forced_discount: 75%, discount_rate: 10%, lag_years: 1.5 years, costs: 10万元}
lending: {advance_rate: 40%, cap: 1000万元}
enforce: true
"""
    terms = load(AppraisalTerms, text)
    assert (terms.lending.cap, terms.liquidation.costs, terms.enforce) == (1e7, 1e5, True)
    assert load(AppraisalTerms, dump(terms)) == terms
    assert appraise_firms(BOTH, FIRMS[:1], terms, as_of=AS_OF)[0].valuation.draws == 500
    with pytest.raises(SpecError, match="least, likely and most must be finite and rise"):
        load(AppraisalTerms, text.replace("least: 0.02", "least: 0.05"))


def test_firms_without_rights_and_dead_rights_are_told() -> None:
    with pytest.raises(DataError) as caught:
        appraise_firms(RIGHTS, (*FIRMS, replace(FIRMS[0], firm="F3", contract_amount=0.0)), TERMS, as_of=AS_OF)
    assert [one.code for one in caught.value.findings] == [
        "appraisal.no_rights",
        "range.outside",
        "appraisal.no_rights",
    ]
    lapsed = Portfolio(rights=(RIGHTS.rights[0], replace(RIGHTS.rights[1], status="lapsed")))
    found = appraise_firms(lapsed, FIRMS[:1], TERMS, as_of=AS_OF)[0].findings
    assert [(one.code, one.severity) for one in found] == [("appraisal.left_out", "warning")]


def test_income_sharing_is_relief_from_royalty_where_the_rates_are_the_same() -> None:
    """R × K × (1 − T) × DF × S with K the royalty rate: one formula under two names (CAS guidelines 2017, IVS 210)."""
    certain = replace(TERMS, royalty_rate=Pert(least=0.04, likely=0.04, most=0.04))
    relief, sharing = (
        appraise_firms(BOTH, FIRMS[:1], replace(certain, approach=approach), as_of=AS_OF)[0].valuation
        for approach in ("relief_from_royalty", "income_sharing")
    )
    assert (relief.method, sharing.method) == ("relief from royalty", "income sharing")
    np.testing.assert_allclose(sharing.value, relief.value, rtol=1e-12)
