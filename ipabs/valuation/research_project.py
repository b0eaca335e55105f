"""A patented research project with uncertain cost and uncertain cash flow, carried through whatever happens.

While the cost to complete K is above zero the owner pays at the rate I, and the project fails with intensity λ. Cost
falls by what is invested, with its own uncertainty, ``dK = −I dt + σ_K √(I K) dz``; the cash flow follows
``dC = (μ − η) C dt + σ_C C dw`` under the pricing measure, with correlation ρ of z and w. From completion to the end of
the patent the owner receives C; at the end, M times C. A project not complete by then is worth nothing.

Dates are Δt apart. I Δt is paid at the beginning of each step, in full also in the step that completes; a completed
project receives C Δt on each date from completion to the last but one, and M C on the last.

The value of a project that is never given up is linear in C, so one-dimensional integration over K gives it without
simulation; `ipabs.valuation.abandonment` adds the right to give up.

Source: Schwartz, *Economic Notes* 33 (2004), 23-54, sections 2 and 3; cost process: Pindyck, *Journal of Financial
Economics* 34 (1993), 53-76.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from math import prod
from typing import Annotated

import numpy as np
from scipy.special import ndtr

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.checks import draw_findings
from ipabs.valuation.ranges import numbers_of, outside

COST_NODES = 800
# Costs are followed this many standard deviations above today's, taken over the life of the patent at today's cost.
COST_DEVIATIONS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResearchProject:
    """Inputs of the model; money in one unit, rates a year, continuously compounded. Each may be draws ``(draw,)``.

    >>> drug = ResearchProject(
    ...     cash_flow=20, cash_flow_growth=0.02, cash_flow_volatility=0.35, risk_premium=0.036, terminal_multiple=5,
    ...     investment_rate=10, cost_to_complete=100, cost_volatility=0.5, failure_rate=0.06931, correlation=-0.1,
    ...     risk_free_rate=0.05, patent_years=20)
    >>> drug.steps, round(drug.drift, 6), round(drug.failure_discount, 6)
    (80, -0.016, 0.970613)
    """

    cash_flow: Annotated[Values, "Cash flow a year if the project were complete today (C)."]
    cash_flow_growth: Annotated[Values, "Growth of the cash flow (mu)."]
    cash_flow_volatility: Annotated[Values, "Volatility of the cash flow (sigma_C)."]
    risk_premium: Annotated[Values, "Premium for the risk of the cash flow, taken off its growth (eta)."]
    terminal_multiple: Annotated[Values, "Value at the end of the patent over the cash flow then (M)."]
    investment_rate: Annotated[Values, "Investment a year until completion (I)."]
    cost_to_complete: Annotated[Values, "Expected cost left today (K)."]
    cost_volatility: Annotated[Values, "Uncertainty of the cost (sigma_K)."]
    failure_rate: Annotated[Values, "Intensity of failure until completion (lambda)."]
    correlation: Annotated[Values, "Of the shocks to cost and cash flow (rho)."]
    risk_free_rate: Values
    patent_years: Annotated[Values, "Years left of the patent (T)."]
    step_years: Annotated[float, "Years between decisions."] = 0.25

    def findings(self) -> Iterable[Finding]:
        """Numbers without a meaning in the model; draws of unequal number."""
        for name in ("cash_flow", "investment_rate", "cost_to_complete", "patent_years"):
            yield from outside(name, getattr(self, name), "(0, inf)")
        uneven = list(outside("step_years", self.step_years, "(0, inf)", single=True))
        yield from uneven
        for name in ("cash_flow_volatility", "cost_volatility", "failure_rate", "terminal_multiple"):
            yield from outside(name, getattr(self, name), "[0, inf)")
        for name in ("cash_flow_growth", "risk_premium", "correlation", "risk_free_rate"):
            yield from outside(name, getattr(self, name), "[-1, 1]")
        yield from draw_findings(self)
        years = numbers_of(self.patent_years)
        if not uneven and years is not None and np.isfinite(years).all():
            apart = np.abs(np.rint(years / self.step_years) * self.step_years - years) > 1e-9 * years
            for wrong in years[apart][:1]:
                yield finding(
                    "project.steps",
                    "{got} years are no whole number of steps of {step} years",
                    path=("patent_years",),
                    got=f"{wrong:.15g}",
                    step=self.step_years,
                )

    @property
    def draws(self) -> tuple[int, ...]:
        """Shape of the draws of the inputs: ``()`` for one project."""
        return np.broadcast_shapes(*(np.shape(getattr(self, field.name)) for field in fields(self)))

    def each_draw(self) -> "Iterator[ResearchProject]":
        """One project for each draw of the inputs."""
        drawn = {field.name: np.broadcast_to(getattr(self, field.name), self.draws).ravel() for field in fields(self)}
        for at in range(prod(self.draws)):
            yield replace(self, **{name: float(values[at]) for name, values in drawn.items()})

    @property
    def steps(self) -> int:
        """Number of steps to the end of the patent."""
        return round(float(self.patent_years) / self.step_years)

    @property
    def drift(self) -> Values:
        """Growth of the cash flow under the pricing measure, ``μ − η``."""
        return self.cash_flow_growth - self.risk_premium

    @property
    def failure_discount(self) -> float:
        """Discount of one step until completion, ``e^(−(r + λ) Δt)``."""
        return float(np.exp(-(self.risk_free_rate + self.failure_rate) * self.step_years))


def _draw_findings(project: ResearchProject) -> Iterator[Finding]:
    if project.draws:
        yield finding("project.draws", "a project of draws of shape {got}; take one at a time", got=project.draws)


def completed_values(project: ResearchProject) -> FloatArray:
    """Value of a completed project per unit of cash flow on each date, ``(date,)`` from today to the end of the patent.

    ``a_N = M`` and ``a_n = Δt + e^((μ − η − r) Δt) a_(n+1)``.

    Without growth or discount twenty years of 1 and then 5 times 1 are worth 25.

    >>> flat = ResearchProject(
    ...     cash_flow=20, cash_flow_growth=0, cash_flow_volatility=0.35, risk_premium=0, terminal_multiple=5,
    ...     investment_rate=10, cost_to_complete=100, cost_volatility=0.5, failure_rate=0.06931, correlation=-0.1,
    ...     risk_free_rate=0, patent_years=20)
    >>> float(completed_values(flat)[0])
    25.0
    """
    refuse(DataError, (*project.findings(), *_draw_findings(project)))
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

    Examples
    --------
    >>> grid = CarriedThrough(costs=np.array([0.0, 10.0]), receipts=np.array([[4.0, 2.0]]),
    ...                       investments=np.array([[0.0, 8.0]]))
    >>> grid.value(0, np.array([5.0]), np.array([5.0]))                 # 5 × 3 − 4
    array([11.])
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

    >>> drug = ResearchProject(
    ...     cash_flow=20, cash_flow_growth=0.02, cash_flow_volatility=0.35, risk_premium=0.036, terminal_multiple=5,
    ...     investment_rate=10, cost_to_complete=100, cost_volatility=0.5, failure_rate=0.06931, correlation=-0.1,
    ...     risk_free_rate=0.05, patent_years=20)
    >>> carried_through(drug).value(0, np.array([20.0]), np.array([100.0])).round(2)
    array([3.46])
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
