"""Options on a binomial lattice: launch at any time, on some dates, or in stages.

Source: Cox, Ross and Rubinstein, *Journal of Financial Economics* 7 (1979), 229-263: up ``u = e^(σ√Δt)``, down ``1/u``,
chance of an up move ``p = (e^((r − y)Δt) − d) / (u − d)``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, sqrt
from typing import Annotated

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.units import Money
from ipabs.errors import DataError, Finding, ModelError, finding, refuse
from ipabs.valuation.black_scholes import OptionRight, option_sign
from ipabs.valuation.ranges import check_ranges, outside

# A lattice ends at V e^(± σ √(years × steps)).
LARGEST_REACH = 600.0

# What to hold at a step of the lattice: (step, asset values, values of waiting) -> values, each ``(node,)``.
Decision = Callable[[int, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An investment that must be made in `years` for the project to go on."""

    years: Annotated[float, "Years from today."]
    investment: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """A recombining tree of asset values."""

    asset_value: float
    up: float
    up_probability: float
    discount: float
    steps: int

    def asset_values(self, step: int) -> FloatArray:
        """Asset values at one step, rising: ``V u^(2i − step)`` for i = 0 to step."""
        return np.asarray(self.asset_value * self.up ** np.arange(-step, step + 1, 2.0))

    def value(self, decision: Decision) -> float:
        """Today's value of deciding at every step, by backward induction from worthless after the end."""
        values = np.zeros(self.steps + 1)
        for step in range(self.steps, 0, -1):
            values = decision(step, self.asset_values(step), values)
            values = self.discount * (self.up_probability * values[1:] + (1 - self.up_probability) * values[:-1])
        return float(decision(0, self.asset_values(0), values)[0])


def binomial_lattice(
    asset_value: float,
    *,
    years: float,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float = 0.0,
    steps: int = 1000,
) -> Lattice:
    """A Cox-Ross-Rubinstein lattice.

    Raises
    ------
    DataError
        A number outside its range.
    ModelError
        So few steps that the drift of one exceeds its spread, and the chance of an up move is no probability.

    Examples
    --------
    >>> lattice = binomial_lattice(100, years=1, volatility=0.2, risk_free_rate=0.05, steps=4)
    >>> round(lattice.up, 6), round(lattice.up_probability, 6)
    (1.105171, 0.537808)
    """
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        years=(years, "(0, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
        steps=(steps, "{1, ..., 100000}"),
    )
    reach = volatility * sqrt(years * steps)
    if reach > LARGEST_REACH:
        template = "σ √(years × steps) of {got} puts the ends of the lattice beyond any number; wanted at most {limit}"
        raise ModelError(finding("lattice.reach", template, path=("volatility",), got=reach, limit=LARGEST_REACH))
    least = ceil(((risk_free_rate - cost_of_delay) / volatility) ** 2 * years) + 1
    if steps < least:
        template = "{got} steps are too few for this drift and volatility; take at least {least}"
        raise ModelError(finding("lattice.steps", template, path=("steps",), got=steps, least=least))
    step_years = years / steps
    up = exp(volatility * sqrt(step_years))
    probability = (exp((risk_free_rate - cost_of_delay) * step_years) - 1 / up) / (up - 1 / up)
    return Lattice(
        asset_value=asset_value,
        up=up,
        up_probability=probability,
        discount=exp(-risk_free_rate * step_years),
        steps=steps,
    )


def binomial_option(
    asset_value: float,
    investment: float,
    *,
    years: float,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float = 0.0,
    right: OptionRight = "call",
    exercise_dates: int | None = None,
    steps: int = 1000,
) -> float:
    """Value of an option on a lattice.

    Parameters
    ----------
    exercise_dates : int, optional
        Number of equally spaced dates of exercise, the last at the end of `years` (1 is a European option). None allows
        exercise at every step and today (American).
    steps : int
        Rounded up to a multiple of `exercise_dates`.

    Examples
    --------
    >>> round(binomial_option(36, 40, years=1, volatility=0.2, risk_free_rate=0.06, right="put"), 3)
    4.487
    """
    sign = option_sign(right)
    check_ranges(
        investment=(investment, "(0, inf)"),
        exercise_dates=(1 if exercise_dates is None else exercise_dates, "{1, ..., 100000}"),
    )
    apart = ceil(steps / exercise_dates) if exercise_dates else 1

    def exercise_or_wait(step: int, assets: FloatArray, waiting: FloatArray) -> FloatArray:
        allowed = exercise_dates is None or (step > 0 and step % apart == 0)
        return np.maximum(waiting, sign * (assets - investment)) if allowed else waiting

    return binomial_lattice(
        asset_value,
        years=years,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        steps=apart * (exercise_dates or steps),
    ).value(exercise_or_wait)


def staged_option(
    asset_value: float,
    stages: Sequence[Stage],
    *,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float = 0.0,
    steps: int = 1000,
) -> float:
    """Value of a project that is paid for in stages, each of them a right to go on and no duty.

    At each stage ``max(value of going on − investment, 0)``. Two stages are Geske's call on a call; development in
    phases with a launch at the end may have any number. Dates of stages are rounded to the nearest step.

    >>> trial, launch = Stage(years=0.25, investment=50), Stage(years=0.5, investment=520)
    >>> round(staged_option(500, (trial, launch), volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03), 1)
    17.6
    """
    refuse(DataError, _stage_findings(stages))
    last = stages[-1].years
    costs = {round(stage.years / last * steps): stage.investment for stage in stages}
    refuse(DataError, _step_findings(stages, costs, steps))

    def go_on_or_stop(step: int, assets: FloatArray, waiting: FloatArray) -> FloatArray:
        going_on = assets if step == steps else waiting
        return np.maximum(going_on - costs[step], 0.0) if step in costs else waiting

    return binomial_lattice(
        asset_value,
        years=last,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        steps=steps,
    ).value(go_on_or_stop)


def _stage_findings(stages: Sequence[Stage]) -> Iterable[Finding]:
    if not stages:
        yield finding("stages.none", "a staged project needs at least one stage", path=("stages",))
    for stage in stages:
        yield from outside("years", stage.years, "[0, inf)")
        yield from outside("investment", stage.investment, "[0, inf)")
    years = [stage.years for stage in stages]
    if any(later <= earlier for earlier, later in pairwise(years)) or years[-1:] == [0]:
        yield finding(
            "stages.order", "stages in years {got}; wanted years that rise and end above 0", path=("stages",), got=years
        )


def _step_findings(stages: Sequence[Stage], costs: dict[int, float], steps: int) -> Iterable[Finding]:
    if len(costs) < len(stages):
        yield finding("stages.steps", "{got} steps are too few to tell the stages apart", path=("steps",), got=steps)
