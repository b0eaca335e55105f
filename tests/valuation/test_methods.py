"""The other methods: closed forms, what moves what, and every fault."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError
from ipabs.patents.examination import ExaminationRoute
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.comparable_licences import Adjustment, ComparableLicences, Licence, royalty_range
from ipabs.valuation.cost import CostItem, MultiplierCost, ReplacementCost, remaining_life_ratio
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.discount_rate import (
    AssetClass,
    Risk,
    accumulated_rate,
    build_up,
    premiums_by_group,
    split_return,
    weighted_cost_of_capital,
)
from ipabs.valuation.excess_earnings import ContributoryCharge, ExcessEarnings, ReturningAsset, check_returns
from ipabs.valuation.income_sharing import IncomeSharing, ProfitSharing
from ipabs.valuation.pending import PendingApplications
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.sharing_rate import (
    ScoreFactor,
    ScoreGroup,
    SharingProfile,
    comprehensive_score,
    licensor_share_of_profit,
    royalty_from_profit,
    sharing_rate_by_range,
    technology_share,
)
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.with_and_without import WithAndWithout

CLOSED_FORM = 1e-12
AS_OF = date(2024, 1, 1)
NO_RIGHTS = Portfolio(rights=())
STREAM = RevenueStream(name="A", revenues=(1000.0, 1100.0, 900.0), decay_rate=0.15)


def codes(error: DataError) -> list[str]:
    return [found.code for found in error.findings]


def test_income_sharing_is_the_sum_of_its_formula() -> None:
    method = IncomeSharing(streams=(STREAM,), sharing_rate=0.03, tax_rate=0.15, discount_rate=0.2, timing="mid")
    expected = sum(
        revenue * 0.03 * 0.85**t * 0.85 / 1.2 ** (t + 0.5) for t, revenue in enumerate((1000.0, 1100.0, 900.0))
    )
    assert method.value(NO_RIGHTS, as_of=AS_OF).value == pytest.approx(expected, rel=CLOSED_FORM)


@given(st.floats(0, 1), st.floats(0, 1))
def test_profit_sharing_is_income_sharing_at_share_times_margin(share: float, margin: float) -> None:
    terms = {"streams": (STREAM,), "tax_rate": 0.15, "discount_rate": 0.2}
    profit = ProfitSharing(sharing_rate=share, profit_margin=margin, **terms)  # type: ignore[arg-type]  # terms above
    income = IncomeSharing(sharing_rate=share * margin, **terms)  # type: ignore[arg-type]  # terms above
    assert profit.value(NO_RIGHTS, as_of=AS_OF).mean == pytest.approx(income.value(NO_RIGHTS, as_of=AS_OF).mean)


def test_excess_earnings_without_charges_is_relief_at_the_margin() -> None:
    excess = ExcessEarnings(streams=(STREAM,), ebita_margin=0.2, tax_rate=0.25, discount_rate=0.15)
    relief = ReliefFromRoyalty(streams=(STREAM,), royalty_rate=0.2, tax_rate=0.25, discount_rate=0.15, timing="mid")
    expected = relief.value(NO_RIGHTS, as_of=AS_OF).mean
    assert excess.value(NO_RIGHTS, as_of=AS_OF).mean == pytest.approx(expected, rel=CLOSED_FORM)


def test_excess_earnings_find_what_is_wrong() -> None:
    charge = ContributoryCharge(name="plant", base_share=2.0, return_rate=0.2)
    poor = ExcessEarnings(streams=(STREAM,), ebita_margin=0.1, tax_rate=0.25, discount_rate=0.15, charges=(charge,))
    result = poor.value(NO_RIGHTS, as_of=AS_OF)
    assert result.mean < 0
    assert [found.code for found in result.findings] == ["excess.negative"]
    wrong = replace(
        poor,
        streams=(replace(STREAM, royalty_rate=0.1),),
        charges=(replace(charge, return_rate=1.5), replace(charge, base_share=-1.0)),
    )
    with pytest.raises(DataError) as caught:
        wrong.value(NO_RIGHTS, as_of=AS_OF)
    assert sorted(codes(caught.value)) == ["excess.stream_rate", "range.outside", "range.outside"]


def test_return_check_warns_of_cheap_and_negative_goodwill() -> None:
    plant = ReturningAsset(name="plant", value=80, return_rate=0.12)
    assert [f.code for f in check_returns([plant], price=100, wacc=0.11).findings] == ["wara.order"]
    assert [f.code for f in check_returns([plant], price=70, wacc=0.11).findings] == ["wara.goodwill"]
    assert check_returns([plant], price=80, wacc=0.12).goodwill == 0


def test_with_and_without_stops_at_expiry_and_parts_add_up() -> None:
    patent = Patent(number="p", kind="invention", filing=date(2005, 7, 1), grant=date(2007, 1, 1))
    method = WithAndWithout(
        earnings_with=(100.0, 100.0, 100.0), earnings_without=(40.0, 40.0, 40.0), tax_rate=0.2, discount_rate=0.1,
        probability=0.5, tax_amortization=TaxAmortization(years=10),
    )  # fmt: skip
    result = method.value(Portfolio(rights=(patent,)), as_of=AS_OF)
    half = 182 / 366
    before = 0.5 * 0.8 * 60 * (1 / 1.1 + half * 1 / 1.21)
    assert before == pytest.approx(result.part("with").mean + result.part("without").mean, rel=1e-2)
    life = result.part("with").life_years
    exact = 0.5 * 0.8 * 60 * (1 / 1.1 + (life - 1) / 1.21)
    assert result.part("with").mean + result.part("without").mean == pytest.approx(exact, rel=CLOSED_FORM)
    assert sum(part.mean for part in result.parts) == pytest.approx(result.mean, rel=CLOSED_FORM)
    with pytest.raises(DataError, match="3 periods with the right, 1 without it"):
        replace(method, earnings_without=(1.0,)).value(NO_RIGHTS, as_of=AS_OF)


def test_replacement_cost_is_the_product_of_its_steps() -> None:
    method = ReplacementCost(
        items=(CostItem(name="research", amount=np.array([100.0, 200.0]), years_ago=2, price_growth=0.05),),
        build_years=3, capital_rate=0.08, profit_rate=0.2, functional_obsolescence=0.3, economic_obsolescence=0.1,
        remaining_life_ratio=0.5,
    )  # fmt: skip
    expected = np.array([100.0, 200.0]) * 1.05**2 * 1.08**1.5 * 1.2 * 0.7 * 0.9 * 0.5
    result = method.value(NO_RIGHTS, as_of=AS_OF)
    assert result.value == pytest.approx(expected, rel=CLOSED_FORM)
    assert sum(part.mean for part in result.parts) == pytest.approx(result.mean, rel=CLOSED_FORM)
    with pytest.raises(DataError, match=r"functional_obsolescence of 1\.5 is outside \[0, 1\]"):
        replace(method, functional_obsolescence=1.5).value(NO_RIGHTS, as_of=AS_OF)
    with pytest.raises(DataError, match="both 0 or more"):
        remaining_life_ratio(remaining_years=0, elapsed_years=0)


def test_multiplier_cost_refuses_certain_failure() -> None:
    sure = MultiplierCost(material_cost=1.0, labor_cost=1.0, labor_multiplier=0.5, failure_rate=1.0, profit_rate=0.1)
    with pytest.raises(DataError) as caught:
        sure.value(NO_RIGHTS, as_of=AS_OF)
    assert codes(caught.value) == ["range.outside", "range.outside"]


RELIEF = ReliefFromRoyalty(streams=(STREAM,), royalty_rate=0.5, tax_rate=0.0, discount_rate=0.1)


def test_comparable_licences_value_at_the_median_of_adjusted_rates() -> None:
    licences = tuple(
        Licence(name=name, royalty_rate=rate, adjustments=(Adjustment(factor=1.1), Adjustment(factor=0.9)))
        for name, rate in (("a", 0.02), ("b", 0.04), ("c", 0.05), ("d", 0.06), ("e", 0.08), ("wild", 0.9))
    )
    found = royalty_range(licences)
    assert found.excluded == ("wild",)
    assert found.median == pytest.approx(0.05 * 0.99, rel=CLOSED_FORM)
    result = ComparableLicences(licences=licences, relief=RELIEF).value(NO_RIGHTS, as_of=AS_OF)
    at_median = replace(RELIEF, royalty_rate=found.median).value(NO_RIGHTS, as_of=AS_OF).mean
    assert result.mean == pytest.approx(at_median, rel=CLOSED_FORM)
    assert [one.code for one in result.findings] == ["licences.range", "licences.outlier"]
    few = ComparableLicences(licences=licences[:2], relief=RELIEF).value(NO_RIGHTS, as_of=AS_OF)
    assert "licences.few" in [one.code for one in few.findings]
    with pytest.raises(DataError, match="no licences to compare with"):
        royalty_range(())
    with pytest.raises(DataError) as caught:
        royalty_range((Licence(name="a", royalty_rate=1.2, adjustments=(Adjustment(factor=-1.0),)),))
    assert len(caught.value.findings) == 2
    with pytest.raises(DataError, match=r"a: adjusted_rate of 1\.2 is outside \[0, 1\]"):
        royalty_range((Licence(name="a", royalty_rate=0.6, adjustments=(Adjustment(factor=2.0),)),))


@given(st.lists(st.floats(0.001, 0.3), min_size=1, max_size=20))
def test_royalty_range_is_ordered_and_inside_the_sample(rates: list[float]) -> None:
    found = royalty_range(tuple(Licence(name=str(n), royalty_rate=rate) for n, rate in enumerate(rates)))
    assert min(rates) <= found.lower_quartile <= found.median <= found.upper_quartile <= max(rates)
    assert found.count + len(found.excluded) == len(rates)


PROFILE = SharingProfile(
    source="user",
    groups=(
        ScoreGroup(name="law", weight=0.3, factors=(ScoreFactor(name="scope", weight=0.6),
                                                    ScoreFactor(name="validity", weight=0.4))),
        ScoreGroup(name="technology", weight=0.7, factors=(ScoreFactor(name="maturity", weight=1.0),)),
    ),
)  # fmt: skip


def test_comprehensive_score_and_rate_by_range() -> None:
    score = comprehensive_score(PROFILE, {"scope": 0.8, "validity": 0.5, "maturity": 0.6})
    assert score == pytest.approx(0.3 * (0.6 * 0.8 + 0.4 * 0.5) + 0.7 * 0.6, rel=CLOSED_FORM)
    assert sharing_rate_by_range(low=0.01, high=0.03, score=score) == pytest.approx(0.01 + 0.02 * score)
    lame = replace(PROFILE, groups=PROFILE.groups[:1])
    with pytest.raises(DataError) as caught:
        comprehensive_score(lame, {"scope": 1.2, "maturity": 0.1})
    assert codes(caught.value) == ["valuation.weights", "range.outside", "sharing.missing", "sharing.unknown"]
    with pytest.raises(DataError, match=r"the low rate 0\.05 is above the high one"):
        sharing_rate_by_range(low=0.05, high=0.03, score=0.5)


def test_share_of_profit_by_three_and_four_factors() -> None:
    assert technology_share("three") == pytest.approx(1 / 3)
    assert royalty_from_profit(share_of_profit=technology_share("four"), profit_margin=0.2) == pytest.approx(0.05)
    assert licensor_share_of_profit(royalty_rate=0.05, profit_margin=0.2) == pytest.approx(0.25)
    with pytest.raises(DataError, match=r"the weights sum to 0\.8, not to 1"):
        technology_share("three", weights={"capital": 0.5, "technology": 0.3})
    with pytest.raises(DataError, match="no factor 'luck'"):
        technology_share("three", weights={"luck": 1.0})


def test_discount_rates() -> None:
    risks = [Risk(name="a", group="technical", low_rate=0.01, high_rate=0.05, score=0.25),
             Risk(name="b", group="technical", high_rate=0.04, score=0.5),
             Risk(name="c", group="market", high_rate=0.06, score=1.0)]  # fmt: skip
    assert accumulated_rate(0.03, risks) == pytest.approx(0.03 + 0.02 + 0.02 + 0.06, rel=CLOSED_FORM)
    assert premiums_by_group(risks) == pytest.approx({"technical": 0.04, "market": 0.06})
    with pytest.raises(DataError) as caught:
        accumulated_rate(0.03, [replace(risks[0], score=1.1), replace(risks[1], low_rate=0.05)])
    assert codes(caught.value) == ["range.outside", "risk.range"]
    terms = {"equity_rate": 0.12, "debt_rate": 0.05, "debt_share": 0.4, "tax_rate": 0.25}
    before = weighted_cost_of_capital(**terms, before_tax=True)
    assert before == pytest.approx(weighted_cost_of_capital(**terms) / 0.75)
    assert build_up(np.array([0.02, 0.03]), {"size": 0.01}) == pytest.approx([0.03, 0.04])


@given(st.floats(0.05, 0.3), st.floats(0.05, 0.6), st.floats(0.05, 0.3))
def test_split_return_restores_the_cost_of_capital(wacc: float, current: float, fixed: float) -> None:
    intangible = 1 - current - fixed
    found = split_return(
        wacc,
        current=AssetClass(name="current", share=current, return_rate=0.04),
        fixed=AssetClass(name="fixed", share=fixed, return_rate=0.05),
        intangible_share=intangible,
    )
    assert current * 0.04 + fixed * 0.05 + intangible * found == pytest.approx(wacc, rel=1e-9)


def test_discount_rates_of_draws_are_those_of_single_scores() -> None:
    scores = np.array([0.0, 0.4, 1.0])
    risks = (Risk(name="market", high_rate=0.05, score=scores), Risk(name="funding", low_rate=0.01, high_rate=0.03,
                                                                     score=0.5))  # fmt: skip
    np.testing.assert_allclose(accumulated_rate(0.03, risks), 0.03 + 0.05 * scores + 0.02)
    current, fixed = (AssetClass(name=name, share=0.4, return_rate=0.05) for name in ("current", "fixed"))
    waccs = np.array([0.10, 0.12])
    found = split_return(waccs, current=current, fixed=fixed, intangible_share=0.2)
    np.testing.assert_allclose(found, (waccs - 0.04) / 0.2)


def test_split_return_needs_shares_that_sum_to_one() -> None:
    half = AssetClass(name="x", share=0.5, return_rate=0.04)
    with pytest.raises(DataError) as caught:
        split_return(0.1, current=half, fixed=half, intangible_share=0.0)
    assert codes(caught.value) == ["range.outside"]


APPLICATION = Patent(number="a", kind="invention", status="pending", filing=date(2024, 1, 1))
FIXED = ExaminationRoute(name="r", least_months=18, likely_months=18, most_months=18, grant_probability=0.6)
LEVEL = RevenueStream(name="A", revenues=(100.0,), growth_rate=0.0)


def pending(**changes: object) -> PendingApplications:
    terms: dict[str, object] = {"streams": (LEVEL,), "royalty_rate": 0.1, "tax_rate": 0.0, "discount_rate": 0.1,
                                "route": FIXED, "timing": "end"}  # fmt: skip
    return PendingApplications(**(terms | changes))  # type: ignore[arg-type]  # terms of a test


def test_application_is_worth_what_lies_between_grant_and_expiry() -> None:
    one = Portfolio(rights=(APPLICATION,))
    flows = [10 / 1.1**t for t in range(1, 21)]
    expected = 0.6 * (0.5 * flows[1] + sum(flows[2:])) - 7.0
    assert pending(fees=7.0).value(one, as_of=AS_OF).value == pytest.approx(expected, rel=CLOSED_FORM)


def test_protection_before_grant_counts_from_publication() -> None:
    one = Portfolio(rights=(replace(APPLICATION, publication=date(2024, 7, 2)),))
    flows = [10 / 1.1**t for t in range(1, 21)]
    published = 183 / 366  # of a leap year
    extra = (1 - published) * flows[0] + 0.5 * flows[1]
    expected = 0.6 * (0.5 * flows[1] + sum(flows[2:]) + 0.4 * extra)
    found = pending(provisional_protection=0.4).value(one, as_of=AS_OF).value
    assert found == pytest.approx(expected, rel=CLOSED_FORM)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(6, 30), st.floats(0, 12))
def test_application_gains_by_theta_and_loses_by_delay(theta: float, more: float, months: float, delay: float) -> None:
    one = Portfolio(rights=(APPLICATION,))
    route = replace(FIXED, least_months=months, likely_months=months + 1, most_months=months + 2)
    late = replace(route, start_months=delay)
    low = pending(provisional_protection=theta * more, route=route).value(one, as_of=AS_OF).mean
    assert pending(provisional_protection=theta, route=route).value(one, as_of=AS_OF).mean >= low - 1e-9
    assert pending(provisional_protection=theta * more, route=late).value(one, as_of=AS_OF).mean <= low + 1e-9


def test_application_that_waits_longer_than_its_route_is_a_warning() -> None:
    result = pending().value(Portfolio(rights=(APPLICATION,)), as_of=date(2026, 1, 1))
    assert [one.code for one in result.findings] == ["pending.late"]
    assert result.part("A").life_years == 18.0


def test_each_stream_belongs_to_one_application() -> None:
    granted = replace(APPLICATION, number="b", status="in_force", grant=date(2024, 1, 2))
    two = Portfolio(rights=(APPLICATION, replace(APPLICATION, number="c"), granted))
    with pytest.raises(DataError) as caught:
        pending(provisional_protection=1.5).value(two, as_of=date(2024, 2, 1))
    assert codes(caught.value) == ["range.outside", "pending.granted", "pending.one_each"]
    coverage = CoverageMatrix(protections=(Protection(right="c", stream="A", share=0.5),))
    half = pending(coverage=coverage).value(Portfolio(rights=two.rights[:2]), as_of=AS_OF)
    assert half.mean == pytest.approx(pending().value(Portfolio(rights=two.rights[:1]), as_of=AS_OF).mean / 2)
