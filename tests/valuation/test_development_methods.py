"""Staged development and patented projects as methods: formulas of their own modules, lives of their rights, draws."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ipabs.errors import DataError
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.abandonment import project_value
from ipabs.valuation.compound_option import compound_option
from ipabs.valuation.distributions import Triangular
from ipabs.valuation.patented_project import PatentedProject
from ipabs.valuation.research_project import ResearchProject
from ipabs.valuation.staged_development import StagedDevelopment
from ipabs.valuation.uncertainty import Uncertain, UncertainInput

AS_OF = date(2024, 1, 1)
PATENT = Patent(number="p", kind="invention", filing=date(2020, 1, 1), grant=date(2023, 1, 1))  # 16 years left
RIGHTS = Portfolio(rights=(PATENT,))
STAGED = StagedDevelopment(
    asset_value=100.0,
    trial_investment=10.0,
    trial_years=1.0,
    launch_investment=100.0,
    launch_years=3.0,
    volatility=0.4,
    risk_free_rate=0.05,
    cost_of_delay=0.04,
)
DRUG = ResearchProject(
    cash_flow=20.0,
    cash_flow_growth=0.02,
    cash_flow_volatility=0.35,
    risk_premium=0.036,
    terminal_multiple=5.0,
    investment_rate=10.0,
    cost_to_complete=100.0,
    cost_volatility=0.5,
    failure_rate=0.06931,
    correlation=-0.1,
    risk_free_rate=0.05,
    patent_years=16.0,
    step_years=1.0,
)
PROJECT = PatentedProject(project=DRUG, paths=300, rule_paths=300)


def test_staged_development_is_the_compound_option_of_its_module() -> None:
    worth = STAGED.value(RIGHTS, as_of=AS_OF)
    terms = {"volatility": 0.4, "risk_free_rate": 0.05, "cost_of_delay": 0.04}
    option = compound_option(100, first_investment=10, first_years=1, second_investment=100, second_years=3, **terms)
    assert worth.mean == option
    assert sum(part.mean for part in worth.parts) == pytest.approx(option)
    assert worth.part("right to stop").mean > 0


def test_draws_of_a_staged_development_come_from_ranges() -> None:
    ranges = (UncertainInput(name="volatility", range=Triangular(least=0.2, likely=0.4, most=0.6)),)
    drawn = Uncertain(method=STAGED, inputs=ranges, draws=500, seed=3).value(RIGHTS, as_of=AS_OF)
    assert drawn.draws == 500
    volatility = np.asarray(drawn.input("volatility").value)
    alone = replace(STAGED, volatility=float(volatility[7])).value(RIGHTS, as_of=AS_OF)
    assert np.asarray(drawn.value)[7] == pytest.approx(alone.mean, rel=1e-12)


def test_a_launch_after_the_patent_is_refused() -> None:
    with pytest.raises(
        DataError, match=r"launch_years: a launch after 16.5 years comes too late: protection ends after 16"
    ):
        replace(STAGED, launch_years=16.5).value(RIGHTS, as_of=AS_OF)
    with pytest.raises(DataError, match=r"launch_years: a launch after 1.0 years does not follow the trial after 1.0"):
        replace(STAGED, launch_years=1.0).value(RIGHTS, as_of=AS_OF)
    with pytest.raises(DataError, match=r"volatility of -0.4 is outside"):
        replace(STAGED, volatility=-0.4).value(RIGHTS, as_of=AS_OF)
    lapsed = Portfolio(rights=(replace(PATENT, status="lapsed"),))
    with pytest.raises(DataError, match="p is lapsed on 2024-01-01 and has no value"):
        STAGED.value(lapsed, as_of=AS_OF)


def test_patented_project_is_the_project_of_its_module_and_tells_its_error() -> None:
    worth, alone = PROJECT.value(RIGHTS, as_of=AS_OF), project_value(DRUG, paths=300, rule_paths=300)
    assert worth.mean == alone.value
    assert worth.part("carried through").mean == alone.without_abandonment
    assert str(worth.notes[0]) == (
        f"paths: the right to give up is simulated over 300 paths; standard error {alone.standard_error:.4g}"
    )


def test_draws_of_a_patented_project_are_simulations_of_their_own() -> None:
    ranges = (UncertainInput(name="project.cash_flow", range=Triangular(least=15.0, likely=20.0, most=25.0)),)
    drawn = Uncertain(method=PROJECT, inputs=ranges, draws=3, seed=3).value(RIGHTS, as_of=AS_OF)
    flow = float(np.asarray(drawn.input("project.cash_flow").value)[1])
    alone = replace(PROJECT, project=replace(DRUG, cash_flow=flow)).value(RIGHTS, as_of=AS_OF)
    assert np.asarray(drawn.value)[1] == alone.mean


def test_a_project_longer_than_its_patent_is_refused() -> None:
    longer = replace(PROJECT, project=replace(DRUG, patent_years=17.0))
    with pytest.raises(DataError, match=r"project.patent_years: patent_years of 17, but protection ends after 16"):
        longer.value(RIGHTS, as_of=AS_OF)
    wrong = replace(PROJECT, project=replace(DRUG, correlation=2.0))
    with pytest.raises(DataError, match=r"project.correlation: correlation of 2 is outside"):
        wrong.value(RIGHTS, as_of=AS_OF)
