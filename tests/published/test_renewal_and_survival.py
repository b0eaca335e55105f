"""Renewal, survival and earlier grant against published figures and closed forms.

Renewal model: Schankerman and Pakes, *Economic Journal* 96 (1986), on the Chinese invention fees (CNIPA fee schedule;
NDRC 2022/465), with parameters chosen for the example; a Monte Carlo of 400,000 rights gave a mean of 59,932 (standard
error 380) and shares in force of 0.6388, 0.2369, 0.0251 at ages 6, 10, 20. Survival of US utility patents issued
1996-12-31 (n = 2,229): patentlyo.com, "USPTO Maintenance Fees", 2009-02. Technology decay: Li (BEA, US Compustat
1989-2008) and Mamuneas. US inter partes review: institution 67 %, all claims lost 71 % (first half of 2024). Filed
cases per 1,000 patents: Lanjouw and Schankerman, "Stylized Facts of Patent Litigation", table 1. Examination: people.cn
2024-11-30 and Zhejiang Daily 2023-08-08.
"""

import numpy as np
import pytest

from ipabs.cashflow.discounting import period_present_value
from ipabs.patents.examination import FAST_TRACK_ROUTE, STANDARD_ROUTE, ExaminationRoute
from ipabs.patents.industry import decay_rates
from ipabs.patents.renewal_fees import fee_table
from ipabs.valuation.fast_track import ProtectedIncome, fast_track_gain, fees_value, grant_value
from ipabs.valuation.renewal import RenewalModel, mean_value, survival_shares, value_quantiles
from ipabs.valuation.survival import (
    decay_survival,
    half_life,
    hazard_survival,
    interpolated_survival,
    kaplan_meier,
    yearly_hazard,
)

CLOSED_FORM = 1e-6
EXACT = 1e-9
FOUR_DIGITS = 5.1e-5

MODEL = RenewalModel(log_mean=np.log(4000), log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
CN = fee_table("CN", "invention")
IN_FORCE = [
    0.824405, 0.803001, 0.780089, 0.695953, 0.667456, 0.637957, 0.481592, 0.449845, 0.418415, 0.236051,
    0.212157, 0.189740, 0.112724, 0.098168, 0.085038, 0.051376, 0.043490, 0.036611, 0.030649, 0.025514,
]  # fmt: skip
QUANTILES = {
    0.25: 855.1758819187194,
    0.5: 9828.837033734653,
    0.75: 42930.85477942138,
    0.9: 132319.09564854178,
    0.95: 250339.76000966903,
    0.99: 791661.4329881925,
}


def test_share_of_chinese_inventions_in_force_by_age() -> None:
    np.testing.assert_allclose(survival_shares(MODEL, CN.fees), IN_FORCE, atol=CLOSED_FORM)


def test_value_of_chinese_inventions_net_of_fees() -> None:
    assert mean_value(MODEL, CN.fees) == pytest.approx(60160.40832821802, rel=CLOSED_FORM)
    for level, value in QUANTILES.items():
        assert value_quantiles(MODEL, CN.fees, level) == pytest.approx(value, rel=CLOSED_FORM)


def test_simulated_renewals_of_the_source() -> None:
    assert abs(mean_value(MODEL, CN.fees) - 59932) < 4 * 380
    shares = survival_shares(MODEL, CN.fees)
    np.testing.assert_allclose(shares[[5, 9, 19]], [0.6388, 0.2369, 0.0251], atol=4 * 0.5 / np.sqrt(400_000))


def test_present_value_of_chinese_fees() -> None:
    # Years 2 to 20 at 6 %, each at the start of its year, valued at the start of year 2.
    value = period_present_value(0.06, CN.fees[1:], timing="start")
    assert value == pytest.approx(40875.42158401871, abs=1e-6)
    assert fees_value(CN, grant_months=12, discount_rate=0.06) == pytest.approx(value / 1.06, abs=1e-6)


def test_us_maintenance_fees_paid_by_the_class_of_1996() -> None:
    paid = np.array([0.84, 0.63, 0.49])
    conditional = paid / np.array([1.0, 0.84, 0.63])
    np.testing.assert_allclose(conditional, [0.84, 0.75, 0.7777777777777778], atol=EXACT)
    hazards = yearly_hazard(conditional, 4)
    np.testing.assert_allclose(hazards, [0.04358834678619445, 0.07192051811294523, 0.06282860707022651], atol=EXACT)
    np.testing.assert_allclose(interpolated_survival([4, 8, 12], [4, 8, 12], paid), paid, atol=EXACT)


HALF_LIVES = {
    "pharma": 5.510351754325324,
    "it_hardware": 1.4677667411323758,
    "semiconductor": 3.5035502735523467,
    "software": 1.9301996486973185,
    "chemicals": 3.4927886207911576,
    "machinery": 2.3020108167262388,
    "electrical": 2.0238446532735686,
    "transport": 2.940524006385627,
}
LEFT_AFTER_TEN_YEARS = {
    "pharma": 0.28425030862986195,
    "it_hardware": 0.00889326155212947,
    "semiconductor": 0.1382884324897502,
    "software": 0.027568962357648618,
    "chemicals": 0.1374480313359607,
    "machinery": 0.04923990397355877,
    "electrical": 0.032552435510098794,
    "transport": 0.09468276082626852,
}


@pytest.mark.parametrize("sector", HALF_LIVES)
def test_technology_decay_by_sector(sector: str) -> None:
    rate = decay_rates()[sector]
    assert half_life(rate) == pytest.approx(HALF_LIVES[sector], abs=EXACT)
    assert decay_survival(10, rate) == pytest.approx(LEFT_AFTER_TEN_YEARS[sector], abs=EXACT)


def test_us_patents_litigated_in_their_lives() -> None:
    # 10.7 filed cases per 1,000 patents of all fields, 60 in biotechnology: over 17 years of life, a hazard a year.
    assert yearly_hazard(1 - 0.0107, 17) == pytest.approx(0.0107 / 17, rel=0.01)
    # A petition costs all claims with 67 % x 71 % = 47.57 %: that share of the hazard ends protection.
    left = hazard_survival(17, yearly_hazard(1 - 0.0107, 17) * 0.67 * 0.71)
    assert left == pytest.approx((1 - 0.0107) ** 0.4757, abs=EXACT)


def test_earlier_grant_of_a_level_income() -> None:
    income = ProtectedIncome(yearly_income=1, discount_rate=0.12)
    base, fast = grant_value(income, [16, 3])
    assert base == pytest.approx(6.671662398818642, abs=EXACT)
    assert fast == pytest.approx(7.662655341618351, abs=EXACT)
    gain = fast_track_gain(income, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE)
    assert gain.gain_share == pytest.approx(0.14853763328539915, abs=EXACT)
    assert gain.gain / STANDARD_ROUTE.grant_probability == pytest.approx(0.9909929427997097, abs=EXACT)


def test_earlier_grant_of_a_decaying_income() -> None:
    income = ProtectedIncome(yearly_income=1, discount_rate=0.12, decay_rate=0.15)
    base, fast = grant_value(income, [16, 3])
    assert base == pytest.approx(2.494999805629631, abs=EXACT)
    assert fast == pytest.approx(3.369049112502623, abs=EXACT)
    assert fast / base - 1 == pytest.approx(0.3503203907674932, abs=EXACT)


@pytest.mark.parametrize(("share", "gain"), [(0.0, 0.150), (0.5, 0.068), (1.0, 0.0)])
def test_earlier_grant_with_protection_before_it(share: float, gain: float) -> None:
    # Examination, and with it provisional protection, starts six months after filing.
    income = ProtectedIncome(
        yearly_income=1, discount_rate=0.12, early_protection_share=share, early_protection_months=6
    )
    routes = [
        ExaminationRoute(
            name=f"{months} months",
            least_months=months,
            likely_months=months,
            most_months=months,
            start_months=6,
            grant_probability=1,
        )
        for months in (16, 3)
    ]
    result = fast_track_gain(income, standard=routes[0], fast=routes[1])
    assert result.gain_share == pytest.approx(gain, abs=5e-4)


# Freireich et al., Blood 21 (1963), 699-716: weeks of remission, the example of most textbooks of survival analysis.
TREATED = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
CONTROL = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def test_product_limit_estimate_of_remissions() -> None:
    # Kleinbaum and Klein, *Survival Analysis*, 3rd ed. (2012), chapter 2; errors as Stata and R print them
    curve = kaplan_meier(TREATED, RELAPSED)
    assert curve.years.tolist() == [6, 7, 10, 13, 16, 22, 23]
    np.testing.assert_allclose(
        curve.survival, [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], atol=FOUR_DIGITS
    )
    np.testing.assert_allclose(
        curve.standard_error, [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=FOUR_DIGITS
    )


def test_survival_of_the_control_group_past_ten_weeks() -> None:
    # Lecture 2, "Estimating the Survival Function" (dokumen.tips): 8 of 21, standard error 0.106
    curve = kaplan_meier(CONTROL, [True] * len(CONTROL))
    assert curve.at(10) == pytest.approx(8 / 21)
    assert curve.standard_error[curve.years <= 10][-1] == pytest.approx(0.106, abs=5e-4)
