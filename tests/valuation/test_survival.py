"""Survival: estimates against scipy, closed forms, and lives that contradict each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ipabs.errors import DataError, ModelError
from ipabs.valuation.survival import (
    expected_years,
    fit_weibull,
    hazard_survival,
    interpolated_survival,
    joint_survival,
    kaplan_meier,
    weibull_survival,
    yearly_hazard,
)

FIT = 1e-4  # scipy's simplex stops at 1e-4


def drawn_lives() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    lives = 12 * random.weibull(1.6, 600)
    seen = random.uniform(2, 20, 600)
    return np.ceil(np.minimum(lives, seen)), lives <= seen


def test_kaplan_meier_agrees_with_scipy() -> None:
    years, lapsed = drawn_lives()
    curve = kaplan_meier(years, lapsed)
    oracle = stats.ecdf(stats.CensoredData(uncensored=years[lapsed], right=years[~lapsed])).sf
    np.testing.assert_allclose(curve.at(oracle.quantiles), oracle.probabilities, rtol=1e-12)
    bounds = oracle.confidence_interval(0.95)
    half = (bounds.high.probabilities - bounds.low.probabilities) / 2 / stats.norm.ppf(0.975)
    at = np.isin(oracle.quantiles, curve.years) & (bounds.high.probabilities < 1) & (bounds.low.probabilities > 0)
    np.testing.assert_allclose(curve.standard_error[np.isin(curve.years, oracle.quantiles[at])], half[at], rtol=1e-9)


def test_kaplan_meier_without_censoring_is_the_share_left() -> None:
    curve = kaplan_meier([1, 2, 2, 5], [True] * 4)
    np.testing.assert_allclose(curve.survival, [0.75, 0.25, 0.0])
    np.testing.assert_allclose(curve.standard_error[:2], [np.sqrt(0.75 * 0.25 / 4), np.sqrt(0.25 * 0.75 / 4)])
    assert [curve.at(year) for year in (0, 1.5, 100)] == [1.0, 0.75, 0.0]


def test_no_lapse_leaves_every_right_in_force() -> None:
    assert kaplan_meier([3, 4], [False, False]).at(50) == 1.0


def test_weibull_fit_agrees_with_scipy() -> None:
    years, lapsed = drawn_lives()
    fitted = fit_weibull(years, lapsed)
    shape, _, scale = stats.weibull_min.fit(stats.CensoredData(uncensored=years[lapsed], right=years[~lapsed]), floc=0)
    assert fitted.shape == pytest.approx(shape, rel=FIT)
    assert fitted.scale_years == pytest.approx(scale, rel=FIT)
    drawn = stats.weibull_min(fitted.shape, scale=fitted.scale_years)
    exact = drawn.logpdf(years[lapsed]).sum() + drawn.logsf(years[~lapsed]).sum()
    assert fitted.log_likelihood == pytest.approx(exact, rel=1e-10)


@given(st.floats(0.3, 6), st.floats(0.5, 60))
def test_weibull_fit_finds_the_parameters_of_exact_quantiles(shape: float, scale: float) -> None:
    lives = scale * (-np.log1p(-(np.arange(4000) + 0.5) / 4000)) ** (1 / shape)
    fitted = fit_weibull(lives, np.ones(4000, dtype=bool))
    assert abs(fitted.shape - shape) < 0.5 * fitted.shape_error
    assert abs(fitted.scale_years - scale) < 0.5 * fitted.scale_error


def test_weibull_of_shape_one_is_a_constant_hazard() -> None:
    years = np.linspace(0, 30, 7)
    np.testing.assert_allclose(weibull_survival(years, shape=1, scale_years=8), hazard_survival(years, 1 / 8))


@given(st.floats(0.01, 1), st.floats(0.1, 30))
def test_hazard_gives_back_its_survival(share: float, years: float) -> None:
    assert hazard_survival(years, yearly_hazard(share, years)) == pytest.approx(share, rel=1e-12)


def test_interpolated_survival_meets_its_nodes_and_falls() -> None:
    ages = np.linspace(0, 25, 101)
    shares = interpolated_survival(ages, [4, 8, 12], [0.84, 0.63, 0.49])
    assert (np.diff(shares) < 0).all()
    np.testing.assert_allclose(
        interpolated_survival([0, 4, 8, 12], [4, 8, 12], [0.84, 0.63, 0.49]), [1, 0.84, 0.63, 0.49]
    )


def test_joint_survival_is_never_above_its_parts() -> None:
    years = np.linspace(0, 20, 21)
    renewal, validity = weibull_survival(years, shape=1.4, scale_years=12), hazard_survival(years, 0.01)
    joint = joint_survival(renewal=renewal, validity=validity)
    assert (joint <= np.minimum(renewal, validity)).all()
    assert expected_years(years, joint) < expected_years(years, renewal)


def test_faults_of_lives_are_told() -> None:
    with pytest.raises(DataError) as caught:
        fit_weibull([1.0, -2.0, 3.0], [True])
    assert str(caught.value).splitlines() == [
        "years: years of -2 is outside (0, inf)",
        "years: 3 years for 1 marks of lapse; wanted as many, at least one",
    ]
    with pytest.raises(ModelError, match="lapsed: lapses at 1 different ages; a Weibull distribution needs 2 or more"):
        fit_weibull([5.0, 5.0, 7.0], [True, True, False])
    with pytest.raises(ModelError, match=r"years: lapses at 1\.0 to 1\.0000001 years fit no Weibull shape"):
        fit_weibull([1.0, 1.0000001], [True, True])
    with pytest.raises(DataError, match=r"known_shares: survival of \[0.5, 0.6\] in years \[4.0, 8.0\]; wanted"):
        interpolated_survival(1, [4, 8], [0.5, 0.6])
    with pytest.raises(DataError, match="known_years: 2 known years for 1 shares"):
        interpolated_survival(1, [4, 8], [0.5])
    with pytest.raises(DataError, match=r"validity of 1.1 is outside \[0, 1\]"):
        joint_survival(validity=1.1)
