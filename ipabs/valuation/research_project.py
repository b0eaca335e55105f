"""A patented research project with uncertain cost, uncertain cash flow and the right to give it up.

While the cost to complete K is above zero the owner pays at the rate I, and the project fails with intensity λ. Cost
falls by what is invested, with its own uncertainty, ``dK = −I dt + σ_K √(I K) dz``; the cash flow follows
``dC = (μ − η) C dt + σ_C C dw`` under the pricing measure, with correlation ρ of z and w. From completion to the end of
the patent the owner receives C; at the end, M times C. A project not complete by then is worth nothing.

Dates are Δt apart. I Δt is paid at the beginning of each step, in full also in the step that completes; a completed
project receives C Δt on each date from completion to the last but one, and M C on the last.

Given up, a project saves ``−v``, where v is its value without the right to give up. v is known from one-dimensional
integration over K, so only an option with payoff −v remains to be simulated: the control variate in its strongest form.

Source: Schwartz, *Economic Notes* 33 (2004), 23-54, sections 2 and 3; cost process: Pindyck, *Journal of Financial
Economics* 34 (1993), 53-76.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import ndtr

from ipabs._typing import FloatArray
from ipabs.basics.streams import normals
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.longstaff_schwartz import cash_received, exercise_rule
from ipabs.valuation.ranges import check_ranges, check_size, outside
from ipabs.valuation.simulated import Simulated, mean_over_paths

COST_NODES = 800
# Costs are followed this many standard deviations above today's, taken over the life of the patent at today's cost.
COST_DEVIATIONS = 6.0
BLOCK_PATHS = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class ResearchProject:
    """Inputs of the model; money in one unit, rates a year, continuously compounded."""

    cash_flow: Annotated[float, "Cash flow a year if the project were complete today (C)."]
    cash_flow_growth: Annotated[float, "Growth of the cash flow (mu)."]
    cash_flow_volatility: Annotated[float, "Volatility of the cash flow (sigma_C)."]
    risk_premium: Annotated[float, "Premium for the risk of the cash flow, taken off its growth (eta)."]
    terminal_multiple: Annotated[float, "Value at the end of the patent over the cash flow then (M)."]
    investment_rate: Annotated[float, "Investment a year until completion (I)."]
    cost_to_complete: Annotated[float, "Expected cost left today (K)."]
    cost_volatility: Annotated[float, "Uncertainty of the cost (sigma_K)."]
    failure_rate: Annotated[float, "Intensity of failure until completion (lambda)."]
    correlation: Annotated[float, "Of the shocks to cost and cash flow (rho)."]
    risk_free_rate: float
    patent_years: Annotated[float, "Years left of the patent (T)."]
    step_years: Annotated[float, "Years between decisions."] = 0.25

    def findings(self) -> Iterable[Finding]:
        """Numbers without a meaning in the model."""
        for name in ("cash_flow", "investment_rate", "cost_to_complete", "patent_years", "step_years"):
            yield from outside(name, getattr(self, name), "(0, inf)")
        for name in ("cash_flow_volatility", "cost_volatility", "failure_rate", "terminal_multiple"):
            yield from outside(name, getattr(self, name), "[0, inf)")
        for name in ("cash_flow_growth", "risk_premium", "correlation", "risk_free_rate"):
            yield from outside(name, getattr(self, name), "[-1, 1]")
        if self.step_years > 0 and abs(self.steps * self.step_years - self.patent_years) > 1e-9 * self.patent_years:
            yield finding(
                "project.steps",
                "{got} years are no whole number of steps of {step} years",
                path=("patent_years",),
                got=self.patent_years,
                step=self.step_years,
            )

    @property
    def steps(self) -> int:
        """Number of steps to the end of the patent."""
        return round(self.patent_years / self.step_years)

    @property
    def drift(self) -> float:
        """Growth of the cash flow under the pricing measure, ``μ − η``."""
        return self.cash_flow_growth - self.risk_premium

    @property
    def failure_discount(self) -> float:
        """Discount of one step until completion, ``e^(−(r + λ) Δt)``."""
        return float(np.exp(-(self.risk_free_rate + self.failure_rate) * self.step_years))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectValue:
    """What a project is worth.

    Attributes
    ----------
    without_abandonment : float
        If it is carried through whatever happens; from integration, without simulation error.
    abandonment_option : Simulated
        What the right to give up adds.
    """

    without_abandonment: float
    abandonment_option: Simulated

    @property
    def value(self) -> float:
        """With the right to give up."""
        return self.without_abandonment + self.abandonment_option.value

    @property
    def standard_error(self) -> float:
        """Of `value`: that of the option, the rest being exact."""
        return self.abandonment_option.standard_error


def completed_values(project: ResearchProject) -> FloatArray:
    """Value of a completed project per unit of cash flow on each date, ``(date,)`` from today to the end of the patent.

    ``a_N = M`` and ``a_n = Δt + e^((μ − η − r) Δt) a_(n+1)``.
    """
    refuse(DataError, project.findings())
    growth = np.exp((project.drift - project.risk_free_rate) * project.step_years)
    values = np.empty(project.steps + 1)
    values[-1] = project.terminal_multiple
    for date in range(project.steps - 1, -1, -1):
        values[date] = project.step_years + growth * values[date + 1]
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedThrough:
    """Value of a project that is never given up, ``v = C A(n, K) − B(n, K)``, on nodes of K.

    Attributes
    ----------
    costs : FloatArray
        ``(node,)`` equally spaced from 0, where 0 is the limit of an incomplete project.
    receipts, investments : FloatArray
        ``(date, node)`` A per unit of cash flow, and B.
    """

    costs: FloatArray
    receipts: FloatArray
    investments: FloatArray

    def value(self, date: int, cash_flow: FloatArray, cost: FloatArray) -> FloatArray:
        """v of projects with cost above 0 on one date, linear between nodes."""
        receipts = np.interp(cost, self.costs, self.receipts[date])
        return np.asarray(cash_flow * receipts - np.interp(cost, self.costs, self.investments[date]))


def carried_through(project: ResearchProject) -> CarriedThrough:
    """Integrate the value without abandonment backward over dates.

    The cash flow enters linearly, so it is taken out by a change of measure: under the measure that it prices, cost has
    the further drift ``ρ σ_C σ_K √(I K)``. One step of cost is normal, cut at zero; functions of cost are linear
    between nodes, and are integrated exactly.
    """
    completed = completed_values(project)
    spread = project.cost_volatility * np.sqrt(
        project.investment_rate * project.cost_to_complete * project.patent_years
    )
    costs = np.linspace(0.0, project.cost_to_complete + COST_DEVIATIONS * spread, COST_NODES + 1)
    cost_spread = project.cost_volatility * np.sqrt(project.investment_rate * costs * project.step_years)
    paid = project.investment_rate * project.step_years
    tilt = project.correlation * project.cash_flow_volatility * np.sqrt(project.step_years)
    to_nodes, _ = _cost_transition(costs, costs - paid, cost_spread)
    to_nodes_tilted, completing = _cost_transition(costs, costs - paid + tilt * cost_spread, cost_spread)
    growth = project.failure_discount * np.exp(project.drift * project.step_years)
    receipts = np.zeros((project.steps + 1, len(costs)))
    investments = np.zeros_like(receipts)
    for date in range(project.steps - 1, -1, -1):
        receipts[date] = growth * (to_nodes_tilted @ receipts[date + 1] + completing * completed[date + 1])
        investments[date] = paid + project.failure_discount * (to_nodes @ investments[date + 1])
    return CarriedThrough(costs=costs, receipts=receipts, investments=investments)


def _cost_transition(nodes: FloatArray, means: FloatArray, spreads: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights of the nodes one step on, ``(node, node)``, and chances of completion, ``(node,)``.

    The weight of a node is the integral of its hat function against the normal density: second differences of
    ``G(x) = ∫ Φ = s [z Φ(z) + φ(z)]``. Above the last node functions are constant. Linear interpolation between nodes h
    apart acts like a further variance of h²/6 (twice its mean error, h²/12 times the second derivative), which is taken
    off the spread.
    """
    apart = nodes[1] - nodes[0]
    spread = np.sqrt(np.maximum(spreads**2 - apart**2 / 6, (1e-9 * apart) ** 2))[:, np.newaxis]
    # A certain step that ends at zero completes: means lie eight least spreads lower.
    distance = (nodes - means[:, np.newaxis] + 8e-9 * apart) / spread
    below = ndtr(distance)
    integral = spread * (distance * below + np.exp(-np.minimum(distance**2, 1400.0) / 2) / np.sqrt(2 * np.pi))
    slopes = np.diff(integral, axis=1) / apart
    weights = np.empty_like(integral)
    weights[:, 0] = slopes[:, 0] - below[:, 0]
    weights[:, 1:-1] = np.diff(slopes, axis=1)
    weights[:, -1] = 1 - slopes[:, -1]
    return weights, below[:, 0]


def project_value(
    project: ResearchProject, *, paths: int = 100_000, rule_paths: int = 50_000, seed: int = 0
) -> ProjectValue:
    """Value of the project with and without the right to give it up on every date after today.

    Raises
    ------
    DataError
        Numbers outside their ranges.

    Examples
    --------
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
    check_size(max(rule_paths, COST_NODES) * project.steps, path=("patent_years",))
    check_size(paths, path=("paths",))
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
