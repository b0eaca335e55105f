"""The right to give up a patented research project.

Given up, a project saves ``−v``, where v is its value if carried through. v is known from integration, so only an
option with payoff −v remains to be simulated: the control variate in its strongest form.

Source: Schwartz, *Economic Notes* 33 (2004), 23-54, section 3.
"""

from dataclasses import dataclass

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.streams import normals
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, refuse
from ipabs.valuation.longstaff_schwartz import cash_received, exercise_rule
from ipabs.valuation.ranges import check_ranges, check_size
from ipabs.valuation.research_project import COST_NODES, CarriedThrough, ResearchProject, carried_through
from ipabs.valuation.simulated import Simulated, by_draw, mean_over_paths

BLOCK_PATHS = 16_384


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProjectValue:
    """What a project is worth; arrays ``(draw,)`` where its inputs are draws.

    Attributes
    ----------
    without_abandonment : float or FloatArray
        If it is carried through whatever happens; from integration, without simulation error.
    abandonment_option : Simulated
        What the right to give up adds.

    Examples
    --------
    >>> option = Simulated(value=8.6, standard_error=0.1, paths=8_000)
    >>> worth = ProjectValue(without_abandonment=3.5, abandonment_option=option)
    >>> worth.value, worth.standard_error
    (12.1, 0.1)
    """

    without_abandonment: Values
    abandonment_option: Simulated

    @property
    def value(self) -> Values:
        """With the right to give up."""
        return self.without_abandonment + self.abandonment_option.value

    @property
    def standard_error(self) -> Values:
        """Of `value`: that of the option, the rest being exact."""
        return self.abandonment_option.standard_error


def project_value(
    project: ResearchProject, *, paths: int = 100_000, rule_paths: int = 50_000, seed: int = 0
) -> ProjectValue:
    """Value of the project with and without the right to give it up on every date after today.

    Draws of the inputs see the same shocks, so that they differ by their inputs alone; each is a simulation of its own.

    Raises
    ------
    DataError
        Numbers outside their ranges.

    Examples
    --------
    >>> from ipabs.valuation.research_project import completed_values
    >>> drug = ResearchProject(
    ...     cash_flow=20, cash_flow_growth=0.02, cash_flow_volatility=0.35, risk_premium=0.036, terminal_multiple=5,
    ...     investment_rate=10, cost_to_complete=100, cost_volatility=0.5, failure_rate=0.06931, correlation=-0.1,
    ...     risk_free_rate=0.05, patent_years=20)
    >>> round(20 * float(completed_values(drug)[0]), 2)
    250.63
    >>> value = project_value(drug, paths=4_000, rule_paths=4_000)
    >>> abs(value.value - 12.1) < 4 * value.standard_error
    True
    """
    refuse(DataError, project.findings())
    check_ranges(paths=(paths, "{2, ..., inf}"), rule_paths=(rule_paths, "{2, ..., inf}"))
    check_size(paths, path=("paths",))
    worth = [_one_value(one, paths=paths, rule_paths=rule_paths, seed=seed) for one in project.each_draw()]
    return ProjectValue(
        without_abandonment=value_or_array(np.reshape([one.without_abandonment for one in worth], project.draws)),
        abandonment_option=by_draw((one.abandonment_option for one in worth), project.draws),
    )


def _one_value(project: ResearchProject, *, paths: int, rule_paths: int, seed: int) -> ProjectValue:
    """Fit the rule for giving up on one set of paths, and value it on another, block by block."""
    check_size(max(rule_paths, COST_NODES) * project.steps, path=("patent_years",))
    carried = carried_through(project)
    discounts: FloatArray = project.failure_discount ** np.arange(project.steps, dtype=np.float64)
    costs, flows, saved = _simulate(project, carried, "research_project.rule", 0, rule_paths, seed)
    rule = exercise_rule(saved, discounts, lambda date: _known(project, costs[date], flows[date], saved[:, date]))
    received = []
    for start in range(0, paths, BLOCK_PATHS):
        end = min(start + BLOCK_PATHS, paths)
        costs, flows, saved = _simulate(project, carried, "research_project.value", start, end, seed)
        known = lambda date, k=costs, c=flows, s=saved: _known(project, k[date], c[date], s[:, date])  # noqa: E731
        received.append(cash_received(rule, saved, discounts, known))
    today = carried.value(0, np.array([project.cash_flow]), np.array([project.cost_to_complete]))
    return ProjectValue(
        without_abandonment=float(today[0]), abandonment_option=mean_over_paths(np.concatenate(received))
    )


def _simulate(
    project: ResearchProject, carried: CarriedThrough, stream: str, start: int, end: int, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cost and cash flow ``(date, path)``, and what giving up on a date saves ``(path, date)``; dates before the last.

    Today (date 0) saves nothing: the value of a project that is not begun at all is 0, and the reader sees that.
    """
    step = project.step_years
    paid = project.investment_rate * step
    costs = np.empty((project.steps, end - start))
    flows = np.empty_like(costs)
    saved = np.zeros_like(costs)
    costs[0], flows[0] = project.cost_to_complete, project.cash_flow
    across = np.sqrt(1 - project.correlation**2)
    for date in range(1, project.steps):
        cost_shock = normals(seed, stream, f"cost {date}", start, end)
        flow_shock = project.correlation * cost_shock + across * normals(seed, stream, f"cash flow {date}", start, end)
        before = costs[date - 1]
        moved = before - paid + project.cost_volatility * np.sqrt(paid * before) * cost_shock
        costs[date] = np.where(before > 0, np.maximum(moved, 0.0), 0.0)
        flows[date] = flows[date - 1] * np.exp(
            (project.drift - project.cash_flow_volatility**2 / 2) * step
            + project.cash_flow_volatility * np.sqrt(step) * flow_shock
        )
        incomplete = costs[date] > 0
        saved[date] = np.where(incomplete, -carried.value(date, flows[date], costs[date]), 0.0)
    return costs, flows, saved.T


def _known(project: ResearchProject, cost: FloatArray, cash_flow: FloatArray, saved: FloatArray) -> FloatArray:
    """Regressors: what giving up saves now, cost left and the logarithm of cash flow, to the second order."""
    k = cost / project.cost_to_complete
    c = np.log(cash_flow / project.cash_flow)
    s = saved / project.cost_to_complete
    return np.stack([np.ones_like(k), k, c, s, k * k, c * c, k * c, s * s, s * k, s * c], axis=1)
