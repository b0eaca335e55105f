"""Closed forms, lattices and their limits: one option valued in several ways, and input that has no meaning."""

from math import exp, inf, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from ipabs.errors import DataError, ModelError
from ipabs.valuation.bivariate_normal import bivariate_normal
from ipabs.valuation.black_scholes import black_scholes, exercise_distances, yearly_cost_of_delay
from ipabs.valuation.compound_option import compound_option, critical_value
from ipabs.valuation.lattice import Stage, binomial_lattice, binomial_option, staged_option
from ipabs.valuation.perpetual_option import investment_threshold, perpetual_option

EXACT = 1e-10
QUADRATURE = 1e-9

PROJECT = {"years": 5.0, "volatility": 0.4, "risk_free_rate": 0.04, "cost_of_delay": 0.06}


@given(
    st.floats(0.01, 1e6),
    st.floats(0.01, 1e6),
    st.floats(0, 20),
    st.floats(0, 2),
    st.floats(-0.1, 0.2),
    st.floats(0, 0.3),
)
def test_call_less_put_is_forward_less_investment(
    asset: float, investment: float, years: float, volatility: float, rate: float, delay: float
) -> None:
    terms = {"years": years, "volatility": volatility, "risk_free_rate": rate, "cost_of_delay": delay}
    call = black_scholes(asset, investment, **terms)
    put = black_scholes(asset, investment, **terms, right="put")
    forward = asset * exp(-delay * years) - investment * exp(-rate * years)
    assert call - put == pytest.approx(forward, abs=1e-9 * (asset + investment) * exp(0.1 * years))
    assert call >= -1e-9 * asset
    assert put >= -1e-9 * investment


def test_value_of_a_certain_project_is_its_discounted_gain() -> None:
    assert black_scholes(100, 90, years=2, volatility=0, risk_free_rate=0.05) == pytest.approx(100 - 90 * exp(-0.1))
    assert black_scholes(80, 90, years=0, volatility=0.3, risk_free_rate=0.05) == 0
    assert black_scholes(100, 90, years=0, volatility=0.3, risk_free_rate=0.05) == pytest.approx(10)


def test_worthless_project_has_a_worthless_call() -> None:
    assert black_scholes(0, 90, years=2, volatility=0.3, risk_free_rate=0.05) == 0
    assert exercise_distances(0, 90, years=2, volatility=0.3, risk_free_rate=0.05) == (-inf, -inf)


def test_draws_are_valued_like_single_numbers() -> None:
    volatility = np.array([0.1, 0.0, 0.5])
    together = black_scholes(100, 95, years=3, volatility=volatility, risk_free_rate=0.03)
    alone = [black_scholes(100, 95, years=3, volatility=one, risk_free_rate=0.03) for one in volatility.tolist()]
    np.testing.assert_array_equal(together, alone)


def test_all_faults_of_an_option_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        black_scholes(-1, 0, years=float("nan"), volatility=-0.2, risk_free_rate=6.7)
    assert str(caught.value).splitlines() == [
        "asset_value: asset_value of -1 is outside [0, inf)",
        "investment: investment of 0 is outside (0, inf)",
        "years: years of nan is outside [0, inf)",
        "volatility: volatility of -0.2 is outside [0, inf)",
        "risk_free_rate: risk_free_rate of 6.7 is outside [-1, 1]",
    ]


def test_what_is_no_number_is_told_with_its_name() -> None:
    with pytest.raises(DataError) as caught:
        black_scholes("dear", None, years=[1, 2], volatility=0.2, risk_free_rate=0.05)
    assert str(caught.value).splitlines() == [
        "asset_value: asset_value of 'dear' is no number",
        "investment: investment of None is no number",
    ]
    with pytest.raises(DataError, match=r"draws of unequal number: asset_value \(3,\), years \(2,\)"):
        black_scholes(np.ones(3), 1.0, years=[1, 2], volatility=0.2, risk_free_rate=0.05)


def test_unknown_right_is_refused() -> None:
    with pytest.raises(DataError, match=r"right: no option right 'cal'; did you mean 'call'\?"):
        black_scholes(1, 1, years=1, volatility=0.1, risk_free_rate=0.0, right="cal")  # type: ignore[arg-type] # hostile


def test_cost_of_delay_needs_a_year_of_protection() -> None:
    with pytest.raises(DataError, match=r"years_of_protection of 0 is outside \[1, inf\)"):
        yearly_cost_of_delay(0)


@pytest.mark.parametrize("right", ["call", "put"])
def test_european_option_on_a_lattice_converges_to_the_closed_form(right: str) -> None:
    exact = black_scholes(100, 105, **PROJECT, right=right)
    errors = [
        abs(binomial_option(100, 105, **PROJECT, right=right, exercise_dates=1, steps=steps) - exact)
        for steps in (250, 4000)
    ]
    # Cox, Ross and Rubinstein: the error is O(1/n); its constant here is below V σ √t.
    assert errors[0] < 100 * 0.4 * sqrt(5) / 250
    assert errors[1] < 100 * 0.4 * sqrt(5) / 4000


def test_american_option_agrees_with_an_independent_engine() -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    flat = lambda rate: ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))  # noqa: E731 - one line a curve
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(100.0)),
        flat(0.06),
        flat(0.04),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.4, count)),
    )
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Call, 105.0), ql.AmericanExercise(today, today + ql.Period(1825, ql.Days))
    )
    option.setPricingEngine(ql.BinomialVanillaEngine(process, "crr", 1000))
    assert binomial_option(100, 105, **PROJECT, steps=1000) == pytest.approx(option.NPV(), abs=2e-3)


def test_more_dates_of_exercise_are_worth_more() -> None:
    values = [binomial_option(100, 105, **PROJECT, exercise_dates=dates, steps=960) for dates in (1, 2, 4, 8, 48, None)]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_american_call_with_a_long_life_comes_to_the_perpetual_option() -> None:
    terms = {"volatility": 0.2, "risk_free_rate": 0.04, "cost_of_delay": 0.04}
    # What is left after 200 years is worth at most the asset's e^(-8).
    assert binomial_option(1, 1, years=200, **terms, steps=8000) == pytest.approx(
        perpetual_option(1, 1, **terms), abs=2e-3
    )


def test_perpetual_option_meets_the_launched_project_smoothly() -> None:
    terms = {"volatility": 0.3, "risk_free_rate": 0.05, "cost_of_delay": 0.03}
    threshold = investment_threshold(10, **terms)
    assert perpetual_option(threshold, 10, **terms) == threshold - 10
    below = (perpetual_option(threshold, 10, **terms) - perpetual_option(threshold - 1e-4, 10, **terms)) / 1e-4
    assert below == pytest.approx(1, abs=1e-3)


def test_value_that_grows_as_fast_as_it_is_discounted_has_no_perpetual_option() -> None:
    with pytest.raises(DataError) as caught:
        investment_threshold(10, volatility=0.0, risk_free_rate=0.05, cost_of_delay=-0.01)
    assert str(caught.value).splitlines() == [
        "volatility: volatility of 0 is outside (0, inf)",
        "cost_of_delay: cost_of_delay of -0.01: value grows at least as fast as it is discounted, so a right without "
        "end has no finite value; wanted above 0",
    ]


def test_lattice_with_too_few_steps_says_how_many_it_needs() -> None:
    with pytest.raises(ModelError, match=r"steps: 10 steps are too few .*; take at least 1001"):
        binomial_lattice(100, years=10, volatility=0.01, risk_free_rate=0.1, steps=10)
    with pytest.raises(DataError, match=r"steps of 10.5 is outside \{1, ..., 100000\}"):
        binomial_lattice(100, years=1, volatility=0.2, risk_free_rate=0.05, steps=10.5)  # type: ignore[arg-type] # hostile
    with pytest.raises(ModelError, match="beyond any number; wanted at most 600"):
        binomial_option(100, 100, years=100, volatility=5, risk_free_rate=0.05)
    lattice = binomial_lattice(100, years=10, volatility=0.01, risk_free_rate=0.1, steps=1001)
    assert 0 < lattice.up_probability < 1


@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(-0.999, 0.999))
def test_bivariate_normal_is_the_integral_of_the_conditional(h: float, k: float, correlation: float) -> None:
    spread = sqrt(1 - correlation**2)
    integral, _ = quad(
        lambda x: exp(-x * x / 2) / sqrt(2 * pi) * float(ndtr((k - correlation * x) / spread)),
        -12,
        h,
        points=sorted({max(min(k / correlation, h), -12.0)}) if abs(correlation) > 0.01 else None,
        epsabs=1e-12,
        limit=200,
    )
    assert bivariate_normal(h, k, correlation) == pytest.approx(integral, abs=QUADRATURE)


@pytest.mark.parametrize(
    ("h", "k", "correlation", "expected"),
    [
        (0, 0, 0, 0.25),
        (0, 0, 1, 0.5),
        (0, 0, -1, 0.0),
        (inf, 1, 0.4, float(ndtr(1))),
        (-inf, 1, 0.4, 0.0),
        (inf, inf, 0.4, 1.0),
        (0, 1, 0.0, float(ndtr(1)) / 2),
        (0, -1, 0.0, float(ndtr(-1)) / 2),
        (-1, 0, 0.0, float(ndtr(-1)) / 2),
        (1, 2, 1, float(ndtr(1))),
        (1, -1, -1, 0.0),
        (1, 2, -1, float(ndtr(1) + ndtr(2)) - 1),
    ],
)
def test_bivariate_normal_at_its_edges(h: float, k: float, correlation: float, expected: float) -> None:
    assert bivariate_normal(h, k, correlation) == pytest.approx(expected, abs=EXACT)


def test_correlation_above_one_is_refused() -> None:
    with pytest.raises(DataError, match=r"correlation of 1.0001 is outside \[-1, 1\]"):
        bivariate_normal(0, 0, 1.0001)


STAGED = {
    "first_investment": 10.0,
    "first_years": 1.0,
    "second_investment": 100.0,
    "second_years": 3.0,
    "volatility": 0.4,
    "risk_free_rate": 0.05,
    "cost_of_delay": 0.04,
}


@pytest.mark.parametrize("second", ["call", "put"])
def test_call_less_put_on_one_option_is_that_option_less_the_first_investment(second: str) -> None:
    call = compound_option(100, **STAGED, first_right="call", second_right=second)
    put = compound_option(100, **STAGED, first_right="put", second_right=second)
    option = black_scholes(100, 100, years=3, volatility=0.4, risk_free_rate=0.05, cost_of_delay=0.04, right=second)
    assert call - put == pytest.approx(option - 10 * exp(-0.05), abs=1e-9)


def test_staged_project_on_a_lattice_converges_to_the_closed_form() -> None:
    stages = (Stage(years=1, investment=10), Stage(years=3, investment=100))
    lattice = staged_option(100, stages, volatility=0.4, risk_free_rate=0.05, cost_of_delay=0.04, steps=3000)
    assert lattice == pytest.approx(compound_option(100, **STAGED), abs=100 * 0.4 * sqrt(3) / 3000)


def test_one_stage_is_a_european_option() -> None:
    terms = {"volatility": 0.4, "risk_free_rate": 0.05, "cost_of_delay": 0.04}
    one = staged_option(100, (Stage(years=3, investment=100),), **terms, steps=600)
    assert one == pytest.approx(binomial_option(100, 100, years=3, **terms, exercise_dates=1, steps=600), abs=EXACT)


def test_free_stage_changes_nothing() -> None:
    terms = {"volatility": 0.4, "risk_free_rate": 0.05, "cost_of_delay": 0.04, "steps": 600}
    launch = Stage(years=3, investment=100)
    free = staged_option(100, (Stage(years=1, investment=0), launch), **terms)
    assert free == pytest.approx(staged_option(100, (launch,), **terms), abs=EXACT)


def test_second_option_is_worth_the_first_investment_at_the_critical_value() -> None:
    terms = {"years": 2.0, "volatility": 0.4, "risk_free_rate": 0.05, "cost_of_delay": 0.04}
    for right in ("call", "put"):
        critical = critical_value(10, 100, **terms, right=right)
        assert black_scholes(critical, 100, **terms, right=right) == pytest.approx(10, abs=1e-9)


def test_put_that_can_never_be_worth_its_price_is_never_bought() -> None:
    dear = {**STAGED, "first_investment": 95.0}
    assert critical_value(95, 100, years=2, volatility=0.4, risk_free_rate=0.05, right="put") == 0
    assert compound_option(100, **dear, second_right="put") == pytest.approx(0, abs=1e-12)


def test_faults_of_a_staged_project_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        compound_option(100, **{**STAGED, "first_investment": 0, "second_years": 1.0})
    assert str(caught.value).splitlines() == [
        "first_investment: first_investment of 0 is outside (0, inf)",
        "years_between: years_between of 0 is outside (0, inf)",
    ]
    with pytest.raises(DataError, match="stages: a staged project needs at least one stage"):
        staged_option(100, (), volatility=0.4, risk_free_rate=0.05)
    backwards = (Stage(years=2, investment=1), Stage(years=1, investment=1))
    with pytest.raises(DataError, match=r"stages: stages in years \[2, 1\]; wanted years that rise"):
        staged_option(100, backwards, volatility=0.4, risk_free_rate=0.05)
    close = (Stage(years=9.99, investment=1), Stage(years=10, investment=1))
    with pytest.raises(DataError, match="steps: 10 steps are too few to tell the stages apart"):
        staged_option(100, close, volatility=0.4, risk_free_rate=0.05, steps=10)
