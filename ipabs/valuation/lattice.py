"""Options on a binomial lattice: launch at any time, on some dates, or in stages.

Every number may be an array of draws; a lattice of draws has the shape ``(node, draw)``.

Source: Cox, Ross and Rubinstein, *Journal of Financial Economics* 7 (1979), 229-263: up ``u = e^(σ√Δt)``, down ``1/u``,
chance of an up move ``p = (e^((r − y)Δt) − d) / (u − d)``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray, IntArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, ModelError, finding, refuse
from ipabs.valuation.black_scholes import OptionRight, option_sign
from ipabs.valuation.ranges import check_ranges, check_size, outside

# A lattice ends at V e^(± σ √(years × steps)).
LARGEST_REACH = 600.0

# What to hold at a step of the lattice: (step, asset values, values of waiting) -> values, each ``(node, …)``.
Decision = Callable[[int, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """An investment that must be made in `years` for the project to go on; draws of both are allowed.

    >>> launch = Stage(years=1, investment=100)
    >>> round(staged_option(100, [launch], volatility=0.2, risk_free_rate=0.05, steps=500), 2)
    10.45
    """

    years: Annotated[Values, "Years from today."]
    investment: Annotated[Values, "In the currency of the asset value."]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """A recombining tree of asset values, or one for each draw.

    Attributes
    ----------
    ladder : FloatArray
        ``(node, …)`` asset values ``V u^k``, k = −steps to steps: every value that the tree reaches.
    up_probability, discount : FloatArray
        ``(…)`` chance of an up move, and discount factor of one step.

    Examples
    --------
    >>> tree = binomial_lattice(100, years=1, volatility=np.log(2), risk_free_rate=0, steps=1)
    >>> tree.asset_values(1).round(6), round(float(tree.up_probability), 6)
    (array([ 50., 200.]), 0.333333)
    >>> round(tree.value(lambda step, assets, waiting: np.maximum(assets - 100, 0) if step == 1 else waiting), 6)
    33.333333
    """

    ladder: FloatArray
    up_probability: FloatArray
    discount: FloatArray

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.ladder) // 2

    def asset_values(self, step: int) -> FloatArray:
        """Asset values at one step, rising: ``V u^(2i − step)`` for i = 0 to step."""
        return self.ladder[self.steps - step : self.steps + step + 1 : 2]

    def value(self, decision: Decision) -> Values:
        """Today's value of deciding at every step, by backward induction from worthless after the end."""
        up = self.discount * self.up_probability
        down = self.discount - up
        values = np.zeros_like(self.asset_values(self.steps))
        for step in range(self.steps, 0, -1):
            values = decision(step, self.asset_values(step), values)
            values = up * values[1:] + down * values[:-1]
        return value_or_array(decision(0, self.asset_values(0), values)[0])


def binomial_lattice(
    asset_value: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    steps: int = 1000,
) -> Lattice:
    """A Cox-Ross-Rubinstein lattice.

    Raises
    ------
    DataError
        A number outside its range.
    ModelError
        So few steps that the drift of one exceeds its spread, and the chance of an up move is no probability.
    LimitError
        Draws times steps of more than 100 million numbers.

    Examples
    --------
    >>> lattice = binomial_lattice(100, years=1, volatility=0.2, risk_free_rate=0.05, steps=4)
    >>> lattice.asset_values(1).round(4), round(float(lattice.up_probability), 6)
    (array([ 90.4837, 110.5171]), 0.537808)
    """
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        years=(years, "(0, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
        steps=(steps, "{1, ..., 100000}"),
    )
    asset, span, spread, rate, delay = (
        np.asarray(one, dtype=np.float64)
        for one in np.broadcast_arrays(asset_value, years, volatility, risk_free_rate, cost_of_delay)
    )
    carry = rate - delay
    _check_steps(spread, span, carry, steps)
    check_size(asset.size * (2 * steps + 1), path=("steps",))
    step_years = span / steps
    move = spread * np.sqrt(step_years)
    return Lattice(
        ladder=np.exp(np.log(asset) + np.multiply.outer(np.arange(-steps, steps + 1), move)),
        up_probability=np.asarray((np.exp(carry * step_years) - np.exp(-move)) / (2 * np.sinh(move))),
        discount=np.asarray(np.exp(-rate * step_years)),
    )


def _check_steps(volatility: FloatArray, years: FloatArray, carry: FloatArray, steps: int) -> None:
    reach = float(np.max(volatility * np.sqrt(years * steps)))
    if reach > LARGEST_REACH:
        template = "σ √(years × steps) of {got} puts the ends of the lattice beyond any number; wanted at most {limit}"
        raise ModelError(finding("lattice.reach", template, path=("volatility",), got=reach, limit=LARGEST_REACH))
    least = ceil(np.max((carry / volatility) ** 2 * years)) + 1
    if steps < least:
        template = "{got} steps are too few for this drift and volatility; take at least {least}"
        raise ModelError(finding("lattice.steps", template, path=("steps",), got=steps, least=least))


def binomial_option(
    asset_value: ArrayLike,
    investment: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    right: OptionRight = "call",
    exercise_dates: int | None = None,
    steps: int = 1000,
) -> Values:
    """Value of an option on a lattice.

    Parameters
    ----------
    exercise_dates : int, optional
        Number of equally spaced dates of exercise, the last at the end of `years` (1 is a European option). None allows
        exercise at every step and today (American).
    steps : int
        Rounded up to a multiple of `exercise_dates`. 10,000 draws on 200 steps take about a second; where inputs are
        uncertain, more steps buy nothing.

    Examples
    --------
    >>> round(binomial_option(36, 40, years=1, volatility=0.2, risk_free_rate=0.06, right="put"), 3)
    4.487
    """
    sign = option_sign(right)
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        investment=(investment, "(0, inf)"),
        years=(years, "(0, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
        exercise_dates=(1 if exercise_dates is None else exercise_dates, "{1, ..., 100000}"),
        steps=(steps, "{1, ..., 100000}"),
    )
    apart = ceil(steps / exercise_dates) if exercise_dates else 1
    asset, strike = np.broadcast_arrays(asset_value, investment)

    def exercise_or_wait(step: int, assets: FloatArray, waiting: FloatArray) -> FloatArray:
        allowed = exercise_dates is None or (step > 0 and step % apart == 0)
        return np.maximum(waiting, sign * (assets - strike)) if allowed else waiting

    return binomial_lattice(
        asset,
        years=years,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        steps=apart * (exercise_dates or steps),
    ).value(exercise_or_wait)


def staged_option(
    asset_value: ArrayLike,
    stages: Sequence[Stage],
    *,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    steps: int = 1000,
) -> Values:
    """Value of a project that is paid for in stages, each of them a right to go on and no duty.

    At each stage ``max(value of going on − investment, 0)``. Two stages are Geske's call on a call; development in
    phases with a launch at the end may have any number. Dates of stages are rounded to the nearest step.

    >>> trial, launch = Stage(years=0.25, investment=50), Stage(years=0.5, investment=520)
    >>> round(staged_option(500, (trial, launch), volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03), 1)
    17.6
    """
    refuse(DataError, _stage_findings(stages))
    last = np.asarray(stages[-1].years)
    at = [np.asarray(np.rint(np.asarray(stage.years) / last * steps), dtype=np.int64) for stage in stages]
    refuse(DataError, _step_findings(at, steps))
    asset = np.broadcast_arrays(asset_value, *(stage.investment for stage in stages), last)[0]

    def go_on_or_stop(step: int, assets: FloatArray, waiting: FloatArray) -> FloatArray:
        held = assets if step == steps else waiting
        for due, stage in zip(at, stages, strict=True):
            if (due == step).any():
                held = np.where(due == step, np.maximum(held - stage.investment, 0.0), held)
        return held

    return binomial_lattice(
        asset,
        years=last,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        steps=steps,
    ).value(go_on_or_stop)


def _stage_findings(stages: Sequence[Stage]) -> Iterable[Finding]:
    if not stages:
        yield finding("stages.none", "a staged project needs at least one stage", path=("stages",))
        return
    found = [
        fault
        for stage in stages
        for fault in (*outside("years", stage.years, "[0, inf)"), *outside("investment", stage.investment, "[0, inf)"))
    ]
    yield from found
    years = [np.asarray(stage.years) for stage in stages] if not found else []
    if any(np.any(later <= earlier) for earlier, later in pairwise(years)) or np.any(stages[-1].years == 0):
        told = [stage.years for stage in stages]
        template = "stages in years {got}; wanted years that rise and end above 0"
        yield finding("stages.order", template, path=("stages",), got=told)


def _step_findings(at: Sequence[IntArray], steps: int) -> Iterable[Finding]:
    if any(np.any(later == earlier) for earlier, later in pairwise(at)):
        yield finding("stages.steps", "{got} steps are too few to tell the stages apart", path=("steps",), got=steps)
