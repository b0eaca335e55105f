"""A patent-protected research project: Schwartz, *Economic Notes* 33 (2004).

Parameters of the paper's example as in the MIT-licensed replication danzoppo/realoptions (main.go), in USD million.
That replication does not charge the first quarter of investment and so prints about 2.5 more. The values below were
computed with all quarters charged: without abandonment by conditional Monte Carlo (4 million paths), with it by
regression on fresh paths (2 million) and by dynamic programming on three grids (12.462, 12.199, 12.151, biased up by
about 0.04).
"""

from dataclasses import replace
from math import exp, hypot

import pytest

from ipabs.valuation.abandonment import project_value
from ipabs.valuation.research_project import ResearchProject, completed_values

STANDARD_ERRORS = 4
EXACT = 1e-9

DRUG = ResearchProject(
    cash_flow=20,
    cash_flow_growth=0.02,
    cash_flow_volatility=0.35,
    risk_premium=0.036,
    terminal_multiple=5,
    investment_rate=10,
    cost_to_complete=100,
    cost_volatility=0.5,
    failure_rate=0.06931,
    correlation=-0.1,
    risk_free_rate=0.05,
    patent_years=20,
)
WITHOUT_ABANDONMENT = (3.452, 0.0072)
WITH_ABANDONMENT = (11.953, 0.057)
BEST_ESTIMATE = 12.1


def test_completed_project_is_worth_its_annuity() -> None:
    assert completed_values(DRUG)[0] == pytest.approx(12.531547094455362, abs=EXACT)
    assert 20 * completed_values(DRUG)[0] == pytest.approx(250.63094188910725, abs=20 * EXACT)


def test_completed_project_comes_to_the_continuous_annuity_in_short_steps() -> None:
    fine = float(completed_values(replace(DRUG, step_years=0.001))[0])
    assert fine == pytest.approx((1 - exp(-0.066 * 20)) / 0.066 + 5 * exp(-0.066 * 20), abs=1e-3)
    assert fine == pytest.approx(12.439687086104247, abs=1e-3)


def test_project_with_and_without_abandonment() -> None:
    result = project_value(DRUG, paths=25_000, rule_paths=25_000)
    published, error = WITHOUT_ABANDONMENT
    assert abs(result.without_abandonment - published) < STANDARD_ERRORS * error
    published, error = WITH_ABANDONMENT
    assert abs(result.value - published) < STANDARD_ERRORS * hypot(error, result.standard_error)
    assert abs(result.value - BEST_ESTIMATE) < STANDARD_ERRORS * result.standard_error
    # Plain simulation scatters by 96 a path, so 25,000 paths would be known to 0.6.
    assert result.standard_error < 0.07
