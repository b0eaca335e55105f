"""Options on draws of their inputs: each draw is valued like a single number, and as independent engines value it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ipabs.errors import DataError, LimitError
from ipabs.valuation.abandonment import project_value
from ipabs.valuation.bivariate_normal import bivariate_normal
from ipabs.valuation.compound_option import compound_option, critical_value
from ipabs.valuation.lattice import Stage, binomial_option, staged_option
from ipabs.valuation.longstaff_schwartz import longstaff_schwartz
from ipabs.valuation.perpetual_option import investment_threshold, perpetual_option
from ipabs.valuation.research_project import completed_values
from tests.published.test_research_project import DRUG

SAME = 1e-12
# QuantLib's compound engine takes Drezner's bivariate normal, of six digits, on values up to 130.
SIX_DIGITS = 1e-4

VALUES = np.array([80.0, 100.0, 130.0])
VOLATILITIES = np.array([0.2, 0.35, 0.6])
MARKET = {"risk_free_rate": 0.04, "cost_of_delay": 0.06}


def compound(value: Any, volatility: Any, **changes: Any) -> Any:
    terms = {"first_investment": 10.0, "first_years": 1.0, "second_investment": 100.0, "second_years": 3.0}
    return compound_option(value, volatility=volatility, **MARKET, **{**terms, **changes})


def binomial(value: Any, volatility: Any) -> Any:
    return binomial_option(value, 105, years=5.0, volatility=volatility, **MARKET, steps=200)


def staged(value: Any, volatility: Any) -> Any:
    stages = (Stage(years=1.0, investment=10.0), Stage(years=3.0, investment=100.0))
    return staged_option(value, stages, volatility=volatility, **MARKET, steps=200)


def perpetual(value: Any, volatility: Any) -> Any:
    return perpetual_option(value, 60, volatility=volatility, **MARKET)


def simulated(value: Any, volatility: Any) -> Any:
    terms = {"exercise_dates": 8, "paths": 400, "seed": 4}
    return longstaff_schwartz(value, 105, years=5.0, volatility=volatility, **MARKET, **terms).value


@pytest.mark.parametrize("option", [compound, binomial, staged, perpetual, simulated])
def test_draws_are_valued_like_single_numbers(option: Callable[[Any, Any], Any]) -> None:
    pairs = zip(VALUES.tolist(), VOLATILITIES.tolist(), strict=True)
    alone = [option(value, volatility) for value, volatility in pairs]
    assert all(isinstance(one, float) for one in alone)
    np.testing.assert_allclose(option(VALUES, VOLATILITIES), alone, rtol=SAME)
    fixed = [option(value, 0.35) for value in VALUES.tolist()]
    np.testing.assert_allclose(option(VALUES, 0.35), fixed, rtol=SAME)
    np.testing.assert_allclose(option(100.0, VOLATILITIES), [option(100.0, one) for one in VOLATILITIES], rtol=SAME)


def test_every_input_of_a_staged_project_may_be_draws() -> None:
    first, costs = np.array([1.0, 0.5]), np.array([10.0, 5.0])
    stages = (Stage(years=first, investment=costs), Stage(years=np.array([3.0, 2.0]), investment=100.0))
    both = staged_option(100, stages, volatility=0.4, **MARKET, steps=300)
    for at, (year, last) in enumerate(((1.0, 3.0), (0.5, 2.0))):
        one = (Stage(years=year, investment=float(costs[at])), Stage(years=last, investment=100.0))
        alone = staged_option(100, one, volatility=0.4, **MARKET, steps=300)
        assert np.asarray(both)[at] == pytest.approx(alone, rel=SAME)


def engine_process(ql: Any, today: Any, value: float, volatility: float) -> Any:
    count = ql.Actual365Fixed()

    def flat(rate: float) -> Any:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))

    surface = ql.BlackConstantVol(today, ql.NullCalendar(), volatility, count)
    return ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(value)),
        flat(MARKET["cost_of_delay"]),
        flat(MARKET["risk_free_rate"]),
        ql.BlackVolTermStructureHandle(surface),
    )


@pytest.mark.parametrize("first", ["call", "put"])
@pytest.mark.parametrize("second", ["call", "put"])
def test_compound_options_of_draws_agree_with_an_independent_engine(first: str, second: str) -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(1, 1, 2023)
    ql.Settings.instance().evaluationDate = today
    rights = {"call": ql.Option.Call, "put": ql.Option.Put}
    expected = []
    for value, volatility in zip(VALUES.tolist(), VOLATILITIES.tolist(), strict=True):
        option = ql.CompoundOption(
            ql.PlainVanillaPayoff(rights[first], 10.0),
            ql.EuropeanExercise(today + 365),
            ql.PlainVanillaPayoff(rights[second], 100.0),
            ql.EuropeanExercise(today + 730),
        )
        process = engine_process(ql, today, value, volatility)
        option.setPricingEngine(ql.AnalyticCompoundOptionEngine(process))
        expected.append(option.NPV())
    ours = compound(VALUES, VOLATILITIES, second_years=2.0, first_right=first, second_right=second)
    np.testing.assert_allclose(ours, expected, atol=SIX_DIGITS, rtol=0)


def test_american_options_of_draws_agree_with_an_independent_engine() -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    expected = []
    for value, volatility in zip(VALUES.tolist(), VOLATILITIES.tolist(), strict=True):
        exercise = ql.AmericanExercise(today, today + 1825)
        option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, 105.0), exercise)
        scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
        option.setPricingEngine(ql.QdFpAmericanEngine(engine_process(ql, today, value, volatility), scheme))
        expected.append(option.NPV())
    ours = binomial_option(VALUES, 105, years=5.0, volatility=VOLATILITIES, **MARKET, steps=1000)
    # Cox, Ross and Rubinstein: the error is O(1/n); its constant here is below V σ √t.
    assert (np.abs(np.asarray(ours) - expected) < VALUES * VOLATILITIES * 5**0.5 / 1000).all()


def test_normal_limits_of_draws_hold_every_edge_at_once() -> None:
    first = np.array([0.0, np.inf, 1.0, 1.0, 0.0, 0.3])
    second = np.array([0.0, 1.0, 2.0, -1.0, -1.0, -0.4])
    correlation = np.array([0.5, 0.4, 1.0, -1.0, 0.0, 0.7])
    alone = [bivariate_normal(h, k, rho) for h, k, rho in zip(first, second, correlation, strict=True)]
    np.testing.assert_array_equal(bivariate_normal(first, second, correlation), alone)
    assert alone[0] == pytest.approx(1 / 3, abs=SAME)


def test_a_put_too_dear_to_buy_stands_among_draws_that_are_not() -> None:
    terms = {"years": 2.0, "volatility": 0.4, "risk_free_rate": 0.05, "right": "put"}
    found = np.asarray(critical_value(np.array([10.0, 95.0]), 100, **terms))
    assert found[1] == 0
    assert found[0] == pytest.approx(critical_value(10.0, 100, **terms))


def test_draws_of_unequal_number_are_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"draws of unequal number: asset_value \(3,\), volatility \(2,\)"):
        binomial_option(VALUES, 105, years=5, volatility=[0.2, 0.3], risk_free_rate=0.04)
    with pytest.raises(DataError, match=r"draws of unequal number: asset_value \(3,\), .*volatility \(2,\)"):
        compound(VALUES, [0.2, 0.3])
    with pytest.raises(DataError, match=r"cost_of_delay of 0: value grows"):
        investment_threshold(60, volatility=0.3, risk_free_rate=0.04, cost_of_delay=[0.05, 0.0])


def test_lattices_of_too_many_draws_are_refused_before_they_are_made() -> None:
    with pytest.raises(LimitError, match="steps: 200001000000 numbers at once"):
        binomial_option(np.ones(1_000_000), 1, years=1, volatility=0.2, risk_free_rate=0.04, steps=100_000)


YEARLY = replace(DRUG, step_years=1.0)


def test_research_project_of_draws_is_valued_draw_by_draw() -> None:
    drawn = replace(YEARLY, cash_flow=np.array([15.0, 20.0, 25.0]), failure_rate=np.array([0.05, 0.06931, 0.1]))
    together = project_value(drawn, paths=1000, rule_paths=1000)
    assert np.shape(together.value) == np.shape(together.standard_error) == (3,)
    alone = project_value(YEARLY, paths=1000, rule_paths=1000)
    assert np.asarray(together.value)[1] == alone.value
    assert np.asarray(together.standard_error)[1] == alone.standard_error
    assert str(together.abandonment_option).startswith("3 draws, ")


def test_research_project_of_draws_names_its_faults() -> None:
    with pytest.raises(DataError, match=r"patent_years: 20.1 years are no whole number of steps of 1.0 years"):
        project_value(replace(YEARLY, patent_years=np.array([20.0, 20.1])))
    with pytest.raises(DataError, match=r"failure_rate: draws of shape \(2,\); cash_flow has \(3,\)"):
        project_value(replace(YEARLY, cash_flow=np.ones(3), failure_rate=np.zeros(2)))
    with pytest.raises(DataError, match=r"a project of draws of shape \(2,\); take one at a time"):
        completed_values(replace(YEARLY, cash_flow=np.ones(2)))
