"""Simulated figures: they agree with lattice and closed form, keep to their seeds, and carry their error."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from ipabs.errors import DataError
from ipabs.valuation.abandonment import project_value
from ipabs.valuation.black_scholes import black_scholes
from ipabs.valuation.compound_option import compound_option
from ipabs.valuation.lattice import binomial_option
from ipabs.valuation.longstaff_schwartz import log_returns, longstaff_schwartz, standard_walk
from ipabs.valuation.research_project import carried_through, completed_values
from ipabs.valuation.simulated import controlled_mean, mean_over_paths
from tests.published.test_research_project import DRUG

STANDARD_ERRORS = 4
# What a rule in cubic polynomials misses of the best one, at most (Longstaff and Schwartz, table 1: 0.3 %).
RULE = 0.003

PATENT = {"years": 5.0, "volatility": 0.4, "risk_free_rate": 0.04, "cost_of_delay": 0.06}


@pytest.mark.parametrize("right", ["call", "put"])
def test_simulation_agrees_with_the_lattice_on_the_same_dates(right: str) -> None:
    lattice = binomial_option(100, 105, **PATENT, right=right, exercise_dates=20, steps=2000)
    simulated = longstaff_schwartz(100, 105, **PATENT, right=right, exercise_dates=20, paths=20_000, seed=1)
    error = STANDARD_ERRORS * simulated.standard_error
    assert lattice * (1 - RULE) - error < simulated.value < lattice + error
    assert simulated.paths == 20_000


def test_closed_form_lattice_and_simulation_agree_on_one_option() -> None:
    # Without a cost of delay it never pays to launch early, so the right at any time has the closed form too.
    terms = {"years": 3.0, "volatility": 0.35, "risk_free_rate": 0.05}
    closed = black_scholes(100, 110, **terms)
    assert binomial_option(100, 110, **terms, steps=2000) == pytest.approx(closed, abs=100 * 0.35 * 3**0.5 / 2000)
    simulated = longstaff_schwartz(100, 110, **terms, exercise_dates=12, paths=20_000, seed=3)
    assert closed * (1 - RULE) - STANDARD_ERRORS * simulated.standard_error < simulated.value
    assert simulated.value < closed + STANDARD_ERRORS * simulated.standard_error


def test_compound_option_is_the_mean_over_paths_to_the_first_date() -> None:
    terms = {"volatility": 0.4, "risk_free_rate": 0.05, "cost_of_delay": 0.04}
    walk = standard_walk(1, stream="test", paths=100_000, seed=9)
    logs = log_returns(walk, step_years=1.0, drift=0.01, volatility=0.4)
    second = np.asarray(black_scholes(100 * np.exp(logs[:, 0]), 100, years=2, **terms))
    simulated = mean_over_paths(np.exp(-0.05) * np.maximum(second - 10, 0.0))
    closed = compound_option(100, first_investment=10, first_years=1, second_investment=100, second_years=3, **terms)
    assert abs(simulated.value - closed) < STANDARD_ERRORS * simulated.standard_error


def test_one_date_of_exercise_is_the_closed_form_without_error() -> None:
    simulated = longstaff_schwartz(100, 105, **PATENT, exercise_dates=1, paths=1000)
    assert simulated.value == pytest.approx(black_scholes(100, 105, **PATENT), rel=1e-12)
    assert simulated.standard_error == pytest.approx(0, abs=1e-10)


def test_simulation_repeats_with_its_seed_and_differs_with_another() -> None:
    first, again, other = (longstaff_schwartz(100, 105, **PATENT, paths=2000, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_option_that_no_path_reaches_is_worth_nothing() -> None:
    simulated = longstaff_schwartz(1, 1e6, years=1, volatility=0.1, risk_free_rate=0.02, paths=1000)
    assert (simulated.value, simulated.standard_error) == (pytest.approx(0, abs=1e-12), 0)


def test_faults_of_a_simulation_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        longstaff_schwartz(100, 105, years=1, volatility=-0.1, risk_free_rate=0.04, exercise_dates=0, paths=1)
    assert [found.place.path for found in caught.value.findings] == [("volatility",), ("exercise_dates",), ("paths",)]


def test_control_variate_leaves_the_mean_and_takes_the_error() -> None:
    control = np.linspace(-1, 1, 1001)
    exact = controlled_mean(3 + 2 * control, control + 5, 5.0)
    assert (exact.value, exact.standard_error) == (pytest.approx(3), pytest.approx(0, abs=1e-12))
    samples = np.array([1.0, 2.0, 4.0])
    assert controlled_mean(samples, np.ones(3), 1.0) == mean_over_paths(samples)


def test_project_of_certain_cost_has_a_closed_form() -> None:
    certain = replace(DRUG, cost_volatility=0.0)
    carried = carried_through(certain)
    value = carried.value(0, np.array([20.0]), np.array([100.0]))[0]
    # 100 at 10 a year is complete on date 40; the project survives until then with e^(-0.06931 x 10).
    complete = 20 * exp(-0.016 * 10) * completed_values(certain)[40]
    paid = sum(2.5 * exp(-(0.05 + 0.06931) * 0.25 * date) for date in range(40))
    assert value == pytest.approx(complete * exp(-(0.05 + 0.06931) * 10) - paid, abs=1e-6)


def test_carried_through_value_is_the_mean_over_plain_paths() -> None:
    paths, step = 200_000, 0.25
    random = np.random.default_rng(5)
    completed = completed_values(DRUG)
    cost, flow = np.full(paths, 100.0), np.full(paths, 20.0)
    total = np.zeros(paths)
    for date in range(80):
        open_ = cost > 0
        discount = exp(-(0.05 + 0.06931) * step * date)
        total -= np.where(open_, 10 * step * discount, 0.0)
        z, w = random.standard_normal((2, paths))
        w = -0.1 * z + np.sqrt(0.99) * w
        moved = cost - 10 * step + 0.5 * np.sqrt(10 * cost * step) * z
        flow = flow * np.exp((-0.016 - 0.35**2 / 2) * step + 0.35 * np.sqrt(step) * w)
        done = open_ & (moved <= 0)
        later = exp(-(0.05 + 0.06931) * step * (date + 1))
        total += np.where(done, flow * completed[date + 1] * later, 0.0)
        cost = np.where(open_, np.maximum(moved, 0.0), 0.0)
    plain = mean_over_paths(total)
    exact = carried_through(DRUG).value(0, np.array([20.0]), np.array([100.0]))[0]
    assert abs(exact - plain.value) < STANDARD_ERRORS * plain.standard_error


def test_right_to_give_up_is_worth_nothing_where_research_costs_next_to_nothing() -> None:
    cheap = replace(DRUG, investment_rate=0.1, cost_to_complete=0.1)
    assert project_value(cheap, paths=2000, rule_paths=2000).abandonment_option.value < 1e-3


def test_right_to_give_up_gains_with_the_uncertainty_of_the_cash_flow() -> None:
    options = [
        project_value(replace(DRUG, cash_flow_volatility=volatility), paths=3000, rule_paths=3000).abandonment_option
        for volatility in (0.1, 0.35, 0.6)
    ]
    assert [one.value for one in options] == sorted(one.value for one in options)


def test_project_value_does_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = project_value(DRUG, paths=3000, rule_paths=2000)
    monkeypatch.setattr("ipabs.valuation.abandonment.BLOCK_PATHS", 1000)
    parts = project_value(DRUG, paths=3000, rule_paths=2000)
    assert whole.value == pytest.approx(parts.value, rel=1e-12)


def test_faults_of_a_project_are_told_at_once() -> None:
    wrong = replace(DRUG, correlation=-1.2, cost_volatility=-0.5, patent_years=20.1, failure_rate=float("nan"))
    with pytest.raises(DataError) as caught:
        project_value(wrong)
    assert str(caught.value).splitlines() == [
        "cost_volatility: cost_volatility of -0.5 is outside [0, inf)",
        "failure_rate: failure_rate of nan is outside [0, inf)",
        "correlation: correlation of -1.2 is outside [-1, 1]",
        "patent_years: 20.1 years are no whole number of steps of 0.25 years",
    ]
