"""Earlier grant: integrals, routes with uncertain grant dates, protection before grant, fees."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from ipabs.errors import DataError
from ipabs.patents.examination import FAST_TRACK_ROUTE, STANDARD_ROUTE, ExaminationRoute
from ipabs.patents.renewal_fees import fee_table
from ipabs.valuation.fast_track import (
    ProtectedIncome,
    application_value,
    fast_track_gain,
    fees_value,
    grant_value,
)

INCOME = ProtectedIncome(yearly_income=100.0, discount_rate=0.12, decay_rate=0.15, early_protection_share=0.4)


@given(st.floats(0, 240), st.floats(0, 60), st.floats(0, 1), st.floats(0, 0.5))
def test_value_is_the_integral_of_protected_income(months: float, published: float, share: float, decay: float) -> None:
    income = replace(INCOME, early_protection_months=published, early_protection_share=share, decay_rate=decay)
    flow = lambda years: 100 * (1 - decay) ** years * 1.12**-years  # noqa: E731 - the integrand
    granted, _ = quad(flow, months / 12, 20)
    before, _ = quad(flow, min(published, months) / 12, months / 12)
    assert grant_value(income, months) == pytest.approx(granted + share * before, abs=1e-6)


def test_full_protection_before_grant_leaves_nothing_to_gain() -> None:
    full = replace(INCOME, early_protection_share=1.0, early_protection_months=0.0)
    assert grant_value(full, 3) == pytest.approx(grant_value(full, 16))


def test_nothing_that_fades_is_worth_its_years() -> None:
    still = ProtectedIncome(yearly_income=10, discount_rate=0.0)
    assert grant_value(still, [0, 24]).tolist() == pytest.approx([200, 180])


def test_uncertain_grant_is_worth_the_mean_over_its_dates() -> None:
    route = ExaminationRoute(name="x", least_months=6, likely_months=14, most_months=40, grant_probability=0.6)

    def density(months: float) -> float:
        rising = 2 * (months - 6) / (34 * 8)
        return rising if months < 14 else 2 * (40 - months) / (34 * 26)

    mean, _ = quad(lambda months: density(months) * grant_value(INCOME, months), 6, 40, points=[14, 18])
    assert application_value(INCOME, route, fees=5) == pytest.approx(0.6 * mean - 5, rel=1e-6)


def test_gain_falls_with_protection_before_grant() -> None:
    gains = [
        fast_track_gain(
            replace(INCOME, early_protection_share=share, early_protection_months=6),
            standard=STANDARD_ROUTE,
            fast=FAST_TRACK_ROUTE,
        ).gain_share
        for share in (0.0, 0.5, 1.0)
    ]
    assert gains[0] > gains[1] > gains[2] > 0


def test_earlier_grant_pays_for_more_years() -> None:
    cn = fee_table("CN", "invention")
    early, late = (fees_value(cn, grant_months=months, discount_rate=0.06) for months in (3, 16))
    # Year 1 at its grant; year 2 at its start instead of at the later grant.
    assert early - late == pytest.approx(900 * (1.06**-0.25 + 1.06**-1 - 1.06 ** (-16 / 12)), abs=1e-9)
    gain = fast_track_gain(INCOME, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE, standard_fees=late, fast_fees=early)
    free = fast_track_gain(INCOME, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE)
    assert gain.gain == pytest.approx(free.gain - (early - late))


def test_draws_of_the_grant_date_are_valued_one_by_one() -> None:
    months = np.array([3.0, 16.0, 40.0])
    assert grant_value(INCOME, months).tolist() == [grant_value(INCOME, one) for one in months.tolist()]


def test_faults_of_protected_income_are_told_at_once() -> None:
    wrong = replace(INCOME, early_protection_share=1.5, decay_rate=1.0, yearly_income=-1)
    with pytest.raises(DataError) as caught:
        grant_value(wrong, [3, 300])
    assert str(caught.value).splitlines() == [
        "yearly_income: yearly_income of -1 is outside [0, inf)",
        "decay_rate: decay_rate of 1 is outside [0, 1)",
        "early_protection_share: early_protection_share of 1.5 is outside [0, 1]",
        "grant_months: grant_months of 300 is outside [0, 240]",
    ]
    backwards = ExaminationRoute(name="x", least_months=9, likely_months=6, most_months=12, grant_probability=2)
    with pytest.raises(DataError, match=r"least, likely and most months must rise(.|\n)*grant_probability of 2 is"):
        application_value(INCOME, backwards)
    us = fee_table("US", "invention", entity="large")
    with pytest.raises(DataError, match="count from grant; wanted a table by patent year"):
        fees_value(us, grant_months=3, discount_rate=0.1)


def test_income_that_fades_at_its_discount_rate_only_is_an_annuity() -> None:
    income = ProtectedIncome(yearly_income=1, discount_rate=exp(0.05) - 1)
    assert grant_value(income, 0) == pytest.approx((1 - exp(-1)) / 0.05)


def test_draws_of_income_are_valued_like_single_numbers() -> None:
    rates, decays = np.array([0.08, 0.12, 0.2]), np.array([0.0, 0.1, 0.3])
    drawn = replace(INCOME, discount_rate=rates, decay_rate=decays, early_protection_share=0.2)
    route = replace(STANDARD_ROUTE, least_months=10, most_months=30)
    together = fast_track_gain(drawn, standard=route, fast=FAST_TRACK_ROUTE, standard_fees=np.array([1.0, 2.0, 3.0]))
    for at, (rate, decay) in enumerate(zip(rates.tolist(), decays.tolist(), strict=True)):
        one = replace(drawn, discount_rate=rate, decay_rate=decay)
        alone = fast_track_gain(one, standard=route, fast=FAST_TRACK_ROUTE, standard_fees=at + 1.0)
        assert np.asarray(together.gain)[at] == pytest.approx(alone.gain, rel=1e-12)
    with pytest.raises(DataError, match=r"decay_rate: draws of shape \(2,\); discount_rate has \(3,\)"):
        application_value(replace(drawn, decay_rate=decays[:2]), route)
