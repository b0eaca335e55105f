"""Valuation methods against worked figures from published formulas."""

from datetime import date

import numpy as np
import pytest

from ipabs.patents.industry import decay_rates
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.attribution import marginal_values, shapley, shapley_values
from ipabs.valuation.collateral import bank_rules
from ipabs.valuation.comparable_licences import royalty_distribution
from ipabs.valuation.cost import MultiplierCost
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.excess_earnings import ContributoryCharge, ExcessEarnings, ReturningAsset, check_returns
from ipabs.valuation.life import invalidation_outcomes, loss_given_challenge
from ipabs.valuation.patent_value import (
    gini,
    lognormal_from_mean,
    mode,
    quantile_ratio,
    residual_deviation,
    top_share_of_value,
    variation_of_sum,
)
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.stream_values import value_schedule
from ipabs.valuation.tax_amortization import TaxAmortization

NINE_DIGITS = 1e-9
SIX_DIGITS = 1e-6
NO_RIGHTS = Portfolio(rights=())
AS_OF = date(2024, 1, 1)

MPEEM = ExcessEarnings(
    streams=(RevenueStream(name="technology", revenues=(100.0, 110.0, 115.0, 112.0, 100.0)),),
    ebita_margin=0.22,
    tax_rate=0.25,
    discount_rate=0.14,
    charges=(
        ContributoryCharge(name="net working capital", base_share=0.10, return_rate=0.035),
        ContributoryCharge(name="fixed assets", base_share=0.12, return_rate=0.05),
        ContributoryCharge(name="workforce", base_share=0.06, return_rate=0.14),
    ),
    tax_amortization=TaxAmortization(years=10, timing="mid"),
)


def test_excess_earnings_with_charges_after_tax() -> None:
    # International Valuation Standards 210; Appraisal Foundation, contributory asset charges (2010)
    result = MPEEM.value(NO_RIGHTS, as_of=AS_OF)
    assert result.part("technology").value == pytest.approx(57.83450045108506, rel=NINE_DIGITS)
    assert result.value == pytest.approx(67.18943203843766, rel=NINE_DIGITS)


def test_excess_earnings_year_by_year() -> None:
    rows = value_schedule(MPEEM, NO_RIGHTS, as_of=AS_OF).loc["technology"]
    excess = rows["revenue"] * rows["rate"]
    assert excess.tolist() == pytest.approx([14.71, 16.181, 16.9165, 16.4752, 14.71], rel=NINE_DIGITS)
    discounts = [0.936585811581694, 0.8215665013874507, 0.7206723696381145, 0.6321687452965916, 0.5545339871022733]
    assert rows["discount"].tolist() == pytest.approx(discounts, rel=NINE_DIGITS)


def test_returns_reconcile_to_the_cost_of_capital() -> None:
    assets = [
        ReturningAsset(name="net working capital", value=10, return_rate=0.035),
        ReturningAsset(name="fixed assets", value=12, return_rate=0.05),
        ReturningAsset(name="workforce", value=6, return_rate=0.14),
        ReturningAsset(name="trademark", value=8, return_rate=0.13),
        ReturningAsset(name="technology", value=MPEEM.value(NO_RIGHTS, as_of=AS_OF).mean, return_rate=0.14),
    ]
    check = check_returns(assets, price=130, wacc=0.125)
    assert check.goodwill == pytest.approx(26.81056796156234, rel=NINE_DIGITS)
    assert check.implied_goodwill_return == pytest.approx(0.14969766848552982, rel=NINE_DIGITS)
    assert check.weighted_return == pytest.approx(0.125, rel=NINE_DIGITS)
    assert not check.findings


def patent(number: str, years_left: int) -> Patent:
    filing = date(2024 + years_left - 20, 1, 1)
    return Patent(number=number, kind="invention", filing=filing, grant=date(filing.year + 2, 1, 1))


TWO_ON_ONE_PRODUCT = Portfolio(rights=(patent("p1", 6), patent("p2", 9), patent("p3", 4)))
PRODUCTS = ReliefFromRoyalty(
    streams=(
        RevenueStream(name="A", revenues=(100.0,), growth_rate=0.0),
        RevenueStream(name="B", revenues=(40.0,), growth_rate=0.0),
    ),
    royalty_rate=0.05,
    tax_rate=0.25,
    discount_rate=0.12,
    coverage=CoverageMatrix(
        protections=(
            Protection(right="p1", stream="A"),
            Protection(right="p2", stream="A"),
            Protection(right="p3", stream="B"),
        )
    ),
)
SHAPLEY = {"p1": 7.708888731604367, "p2": 12.27204798772128, "p3": 4.556024019939612}


def test_two_patents_on_one_product_are_counted_once() -> None:
    whole = PRODUCTS.value(TWO_ON_ONE_PRODUCT, as_of=AS_OF).mean
    assert whole == pytest.approx(24.536960739265258, rel=NINE_DIGITS)
    annuity = {years: (1 - 1.12**-years) / 0.12 for years in (6, 9, 4)}
    naive = 0.05 * 0.75 * (100 * annuity[6] + 100 * annuity[9] + 40 * annuity[4])
    assert naive / whole - 1 == pytest.approx(0.6283491108389982, rel=NINE_DIGITS)


def test_marginal_and_shapley_values_of_two_patents_on_one_product() -> None:
    marginal = marginal_values(PRODUCTS, TWO_ON_ONE_PRODUCT, as_of=AS_OF)
    assert marginal["p1"] == pytest.approx(0.0, abs=NINE_DIGITS)
    assert marginal["p2"] == pytest.approx(4.563159256116911, rel=NINE_DIGITS)
    assert marginal["p3"] == pytest.approx(4.556024019939612, rel=NINE_DIGITS)
    fair = shapley_values(PRODUCTS, TWO_ON_ONE_PRODUCT, as_of=AS_OF)
    for name, value in SHAPLEY.items():
        assert fair[name] == pytest.approx(value, rel=NINE_DIGITS)
    assert sum(fair.values) == pytest.approx(24.536960739265258, rel=NINE_DIGITS)


def test_general_shapley_values_agree_with_those_of_the_streams() -> None:
    def worth(held: frozenset[str]) -> float:
        rights = tuple(right for right in TWO_ON_ONE_PRODUCT.rights if right.number in held)
        annuity = {right.number: (1 - 1.12 ** -({"p1": 6, "p2": 9, "p3": 4}[right.number])) / 0.12 for right in rights}
        a = max((annuity[name] for name in ("p1", "p2") if name in annuity), default=0.0)
        return 0.05 * 0.75 * (100 * a + 40 * annuity.get("p3", 0.0))

    found = shapley(worth, ["p1", "p2", "p3"])
    for name, value in SHAPLEY.items():
        assert found[name] == pytest.approx(value, rel=NINE_DIGITS)


def test_multiplier_cost_of_the_textbook() -> None:
    # (50 + 1.5 x 20) (1 + 30 %) / (1 - 0.2) = 130
    method = MultiplierCost(
        material_cost=50.0, labor_cost=20.0, labor_multiplier=1.5, failure_rate=0.2, profit_rate=0.3
    )
    result = method.value(NO_RIGHTS, as_of=AS_OF)
    assert result.value == pytest.approx(130.0, rel=NINE_DIGITS)
    assert sum(part.mean for part in result.parts) == pytest.approx(130.0, rel=NINE_DIGITS)


@pytest.mark.parametrize(("correlation", "variation"), [(0.0, 0.7584301371356391), (0.2, 0.9216097452406484),
                                                        (0.5, 1.2005530859310103)])  # fmt: skip
def test_variation_of_a_sum_of_lognormal_values(correlation: float, variation: float) -> None:
    means = [30, 20, 15, 10, 10, 5, 5, 3, 1, 1]
    found = variation_of_sum(means, log_deviation=1.2, correlation=correlation)
    assert found == pytest.approx(variation, rel=NINE_DIGITS)


def test_patent_values_are_lognormal() -> None:
    # Gambardella, Harhoff, Verspagen (2008): mean above EUR 3 m, median about a tenth, mode a few thousand euros
    value = lognormal_from_mean(mean=3.0, median=0.3)
    assert np.log(value.median) == pytest.approx(-1.2039728043259361, abs=SIX_DIGITS)
    assert value.log_deviation == pytest.approx(2.145966026289347, abs=SIX_DIGITS)
    assert value.mean == pytest.approx(3.0, abs=SIX_DIGITS)
    assert mode(value) == pytest.approx(0.003, abs=SIX_DIGITS)
    shares = {0.01: 0.4284264019894739, 0.05: 0.6918539895355966, 0.10: 0.8063198740869766}
    for share, held in shares.items():
        assert top_share_of_value(value, share) == pytest.approx(held, abs=SIX_DIGITS)
    assert 1 - top_share_of_value(value, 0.5) == pytest.approx(0.015937844653401423, abs=SIX_DIGITS)
    assert gini(value) == pytest.approx(0.8708411213015932, abs=SIX_DIGITS)


@pytest.mark.parametrize(
    ("r_squared", "deviation", "ratio"),
    [(0.0, 2.145966026289347, 244.77324251033957), (0.027, 2.116797248431321, 227.14070138028896),
     (0.113, 2.0210853408432405, 177.72726662992966)],
)  # fmt: skip
def test_a_score_narrows_value_little(r_squared: float, deviation: float, ratio: float) -> None:
    left = residual_deviation(2.145966026289347, r_squared=r_squared)
    assert left == pytest.approx(deviation, abs=SIX_DIGITS)
    assert quantile_ratio(left) == pytest.approx(ratio, abs=SIX_DIGITS * ratio)


def test_royalty_rates_follow_the_published_distribution() -> None:
    # Parr, Royalty Rates for Technology, 6th edition: the sampler meets every point within a point at 100,000 draws
    rates = royalty_distribution().quantile((np.arange(100_000) + 0.5) / 100_000)
    published = {2: 0.2, 3: 0.35, 4: 0.43, 5: 0.67, 6: 0.72, 7: 0.77, 8: 0.81, 9: 0.82, 10: 0.92}
    for percent, share in published.items():
        assert np.mean(rates <= percent / 100) == pytest.approx(share, abs=0.01)
    assert np.median(rates) == pytest.approx(0.04291666666666667, abs=SIX_DIGITS)


def test_technology_decays_as_published() -> None:
    # Li (BEA); Mamuneas. Half-lives and what is left after ten years follow from the rates
    half_lives = {"pharma": 5.510351754325324, "it_hardware": 1.4677667411323758, "semiconductor": 3.5035502735523467,
                  "software": 1.9301996486973185, "chemicals": 3.4927886207911576, "machinery": 2.3020108167262388,
                  "electrical": 2.0238446532735686, "transport": 2.940524006385627}  # fmt: skip
    for sector, years in half_lives.items():
        assert np.log(0.5) / np.log1p(-decay_rates()[sector]) == pytest.approx(years, rel=NINE_DIGITS)
    stream = RevenueStream(name="drug", revenues=(1.0,) * 11, decay_rate=decay_rates()["pharma"])
    assert stream.contribution(11)[10] == pytest.approx(0.28425030862986195, rel=NINE_DIGITS)


@pytest.mark.parametrize(("kind", "loss"), [("invention", 0.3275), ("utility_model", 0.483), ("design", 0.4655)])
def test_loss_given_challenge_of_cnipa_decisions(kind: str, loss: float) -> None:
    # CNIPA annual report 2020: 6,178 decisions
    assert loss_given_challenge(kind) == pytest.approx(loss, rel=NINE_DIGITS)
    full, partial = invalidation_outcomes()[kind]
    maintained = {"invention": 0.598, "utility_model": 0.426, "design": 0.529}[kind]
    assert full + partial + maintained == pytest.approx(1.0, rel=NINE_DIGITS)


def test_first_chinese_patent_pledge_product() -> None:
    # Bank of Communications Beijing, 2006-10-31: 1.5 million lent on an appraisal of 6 million
    rule = bank_rules()[0]
    assert rule.loan(6e6, kind="invention", remaining_years=10, years=1) == 1_500_000
    assert rule.loan(6e6, kind="utility_model", remaining_years=5, years=1) == 900_000
    assert rule.loan(50e6, kind="invention", remaining_years=10, years=1) == 10_000_000
    assert rule.loan(6e6, kind="invention", remaining_years=7.9, years=1) == 0
    found = rule.findings(kind="design", remaining_years=7, years=4)
    assert [one.code for one in found] == ["bank_rule.kind", "bank_rule.term"]
