"""When to exercise, learned from simulated paths: regression of what waiting brought on what was known.

The rule is fitted on one set of paths and valued on another, so that it cannot profit from knowing the future of its
own paths: the value is that of a rule that can be followed, and lies below the true one by what the rule misses.

Source: Longstaff and Schwartz, *Review of Financial Studies* 14 (2001), 113-147, section 2. Valuation on fresh paths
and the control variate: Glasserman, *Monte Carlo Methods in Financial Engineering* (2004), sections 8.6.2 and 4.1.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.streams import normals
from ipabs.valuation.black_scholes import OptionRight, black_scholes, option_sign
from ipabs.valuation.ranges import check_ranges, check_size
from ipabs.valuation.simulated import Simulated, by_draw, controlled_mean

# What is known on a date: date number -> ``(path, regressor)``.
Regressors: TypeAlias = Callable[[int], FloatArray]
# Coefficients of the value of waiting for every date but the last; None where no rule could be fitted: wait.
ExerciseRule: TypeAlias = tuple[FloatArray | None, ...]

POLYNOMIAL_DEGREE = 3
# Paths in the money for each coefficient, below which a date has no rule of its own.
LEAST_PATHS = 10


def longstaff_schwartz(
    asset_value: ArrayLike,
    investment: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    right: OptionRight = "call",
    exercise_dates: int = 50,
    paths: int = 100_000,
    rule_paths: int | None = None,
    seed: int = 0,
) -> Simulated:
    """Value of an option on equally spaced dates, by simulation; the same option as `binomial_option`.

    Parameters
    ----------
    exercise_dates : int
        Number of dates, the last at the end of `years`.
    paths, rule_paths : int
        Paths that value the rule, and paths that fit it (as many by default).

    Returns
    -------
    Simulated
        Of arrays where an input is an array of draws. All draws of inputs see the same shocks, so that they differ by
        their inputs alone; each takes as long as a single option.

    Notes
    -----
    The regressors are powers of ``V / I − 1`` up to the third; the European option, whose value is known, is the
    control variate.

    Examples
    --------
    >>> put = longstaff_schwartz(36, 40, years=1, volatility=0.2, risk_free_rate=0.06, right="put", paths=20_000)
    >>> abs(put.value - 4.478) < 4 * put.standard_error + 0.01
    True
    """
    option_sign(right)
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        investment=(investment, "(0, inf)"),
        years=(years, "(0, inf)"),
        volatility=(volatility, "(0, 100]"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
        exercise_dates=(exercise_dates, "{1, ..., 10000}"),
        paths=(paths, "{2, ..., inf}"),
        rule_paths=(2 if rule_paths is None else rule_paths, "{2, ..., inf}"),
    )
    fitting, valuing = rule_paths or paths, paths
    check_size(exercise_dates * max(fitting, valuing), path=("paths",))
    fitting_walk = standard_walk(exercise_dates, stream="longstaff_schwartz.rule", paths=fitting, seed=seed)
    valuing_walk = standard_walk(exercise_dates, stream="longstaff_schwartz.value", paths=valuing, seed=seed)
    draws = np.broadcast(asset_value, investment, years, volatility, risk_free_rate, cost_of_delay)
    names = ("asset_value", "investment", "years", "volatility", "risk_free_rate", "cost_of_delay")
    return by_draw(
        (
            _one_option(fitting_walk, valuing_walk, right, **dict(zip(names, map(float, one), strict=True)))
            for one in draws
        ),
        draws.shape,
    )


def _one_option(
    fitting_walk: FloatArray,
    valuing_walk: FloatArray,
    right: OptionRight,
    *,
    asset_value: float,
    investment: float,
    years: float,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float,
) -> Simulated:
    """Fit the rule on one set of paths and value it on the other, with the European option as control variate."""
    dates = fitting_walk.shape[1]
    step_years = years / dates
    discounts = np.exp(-risk_free_rate * step_years * np.arange(1, dates + 1))
    scale = option_sign(right) * investment
    market = {"step_years": step_years, "drift": risk_free_rate - cost_of_delay, "volatility": volatility}
    fitted, fresh = (
        np.exp(log_returns(walk, **market)) * (asset_value / investment) - 1 for walk in (fitting_walk, valuing_walk)
    )
    rule = exercise_rule(scale * fitted, discounts, lambda date: powers(fitted[:, date]))
    payoffs = scale * fresh
    received = cash_received(rule, payoffs, discounts, lambda date: powers(fresh[:, date]))
    european = black_scholes(
        asset_value,
        investment,
        years=years,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        right=right,
    )
    return controlled_mean(received, np.maximum(payoffs[:, -1], 0.0) * discounts[-1], float(european))


def standard_walk(dates: int, *, stream: str, paths: int, seed: int) -> FloatArray:
    """Sums of standard normal shocks, ``(path, date)``; the shock of a date depends on seed, stream, date and path.

    >>> walk = standard_walk(3, stream="example", paths=2, seed=1)
    >>> walk.shape, bool((walk == standard_walk(3, stream="example", paths=5, seed=1)[:2]).all())
    ((2, 3), True)
    """
    walk = np.empty((dates, paths))
    last = np.zeros(paths)
    for date in range(dates):
        last = walk[date] = last + normals(seed, stream, f"date {date}", 0, paths)
    return walk.T


def log_returns(walk: FloatArray, *, step_years: float, drift: float, volatility: float) -> FloatArray:
    """Logarithms of asset value over today's, ``(path, date)``: ``n (drift − σ²/2) Δt + σ √Δt W_n``.

    >>> log_returns(np.array([[0.0, 1.0]]), step_years=1.0, drift=0.05, volatility=0.2).round(2)
    array([[0.03, 0.26]])
    """
    trend = (drift - volatility**2 / 2) * step_years * np.arange(1, walk.shape[1] + 1)
    return np.asarray(trend + volatility * np.sqrt(step_years) * walk)


def powers(numbers: FloatArray) -> FloatArray:
    """``1, x, x², x³`` as columns, ``(path, 4)``.

    >>> powers(np.array([2.0]))
    array([[1., 2., 4., 8.]])
    """
    columns = np.empty((POLYNOMIAL_DEGREE + 1, len(numbers)))
    columns[0] = 1.0
    for degree in range(POLYNOMIAL_DEGREE):
        np.multiply(columns[degree], numbers, out=columns[degree + 1])
    return columns.T


def exercise_rule(payoffs: FloatArray, discounts: FloatArray, regressors: Regressors) -> ExerciseRule:
    """Fit the value of waiting on each date to what the paths in the money went on to receive.

    Parameters
    ----------
    payoffs : FloatArray
        ``(path, date)`` what exercise on a date brings; the money is received only where it is positive.
    discounts : FloatArray
        ``(date,)`` from today.
    regressors : callable
        What is known on a date.

    Examples
    --------
    >>> payoffs = np.array([[1.5, 0.0], [1.5, 4.0]] * 10)                # now, and a year later
    >>> discounts, known = np.array([1.0, 0.5]), lambda date: np.ones((20, 1))
    >>> rule = exercise_rule(payoffs, discounts, known)                  # waiting brings 0 or 2, on average 1
    >>> rule[0].round(6)
    array([1.])
    """
    cash: FloatArray = np.maximum(payoffs[:, -1], 0.0) * discounts[-1]
    rule: list[FloatArray | None] = []
    for date in range(payoffs.shape[1] - 2, -1, -1):
        live = np.flatnonzero(payoffs[:, date] > 0)
        known = regressors(date)[live]
        coefficients: FloatArray | None = None
        if len(live) >= LEAST_PATHS * known.shape[1]:
            solved = np.linalg.lstsq(known.T @ known, known.T @ cash[live], rcond=None)[0]
            coefficients = np.asarray(solved, dtype=np.float64)
            _exercise(cash, live, known, coefficients, payoffs[live, date] * discounts[date])
        rule.append(coefficients)
    return tuple(reversed(rule))


def cash_received(rule: ExerciseRule, payoffs: FloatArray, discounts: FloatArray, regressors: Regressors) -> FloatArray:
    """Present value of what each path receives when the rule is followed, ``(path,)``.

    It goes backward, so the first date on which the rule says exercise has the last word.

    >>> payoffs = np.array([[1.5, 0.0], [1.5, 4.0]] * 10)                # now, and a year later
    >>> discounts, known = np.array([1.0, 0.5]), lambda date: np.ones((20, 1))
    >>> rule = exercise_rule(payoffs, discounts, known)                  # waiting brings 0 or 2, on average 1
    >>> float(cash_received(rule, payoffs, discounts, known).mean())
    1.5
    """
    cash: FloatArray = np.maximum(payoffs[:, -1], 0.0) * discounts[-1]
    for date in range(payoffs.shape[1] - 2, -1, -1):
        coefficients = rule[date]
        if coefficients is not None:
            live = np.flatnonzero(payoffs[:, date] > 0)
            _exercise(cash, live, regressors(date)[live], coefficients, payoffs[live, date] * discounts[date])
    return cash


def _exercise(
    cash: FloatArray, live: IntArray, known: FloatArray, coefficients: FloatArray, exercised: FloatArray
) -> None:
    now = known @ coefficients <= exercised
    cash[live[now]] = exercised[now]
