"""An option on an option: pay for the trial, and with it for the right to pay for the launch.

Every number may be an array of draws.

Sources: Geske, *Journal of Financial Economics* 7 (1979), 63-81 (call on a call); Rubinstein, *Risk* 5 (1991), "Double
Trouble" (the four kinds); Haug, *The Complete Guide to Option Pricing Formulas*, 2nd ed. (2007), section 4.11.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import NumericError, finding
from ipabs.valuation.bivariate_normal import bivariate_normal
from ipabs.valuation.black_scholes import OptionRight, black_scholes, discounted, exercise_distances, option_sign
from ipabs.valuation.ranges import check_ranges, numbers_of

# The critical value is sought between these multiples of the larger investment, by halving the range of its logarithm.
CRITICAL_RANGE = (1e-12, 1e12)
HALVINGS = 60


def compound_option(
    asset_value: ArrayLike,
    *,
    first_investment: ArrayLike,
    first_years: ArrayLike,
    second_investment: ArrayLike,
    second_years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    first_right: OptionRight = "call",
    second_right: OptionRight = "call",
) -> Values:
    """Value of an option on an option; call on call is a trial that buys the right to launch.

    With φ the sign of the first right, η of the second, V* the project value at which the second option is worth just
    the first investment, x± and y± the distances to V* at t and to the second investment at T, and ρ = √(t/T):
    ``φη V e^(−yT) N₂(φη x₊, η y₊; φρ) − φη I₂ e^(−rT) N₂(φη x₋, η y₋; φρ) − φ I₁ e^(−rt) N(φη x₋)``.

    Parameters
    ----------
    asset_value : array_like
        Present value of the project's cash flows, > 0.
    first_investment, first_years : array_like
        What the second option costs, > 0, and when it must be bought, > 0.
    second_investment, second_years : array_like
        What launching costs, > 0, and the end of the right, after `first_years`.

    Raises
    ------
    DataError
        A number outside its range; dates out of order.

    Examples
    --------
    >>> compound_option(500, first_investment=[50, 60], first_years=0.25, second_investment=520, second_years=0.5,
    ...                 volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03).round(4)
    array([17.5945, 14.6316])
    """
    phi, eta = option_sign(first_right), option_sign(second_right)
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        first_investment=(first_investment, "(0, inf)"),
        first_years=(first_years, "(0, inf)"),
        second_investment=(second_investment, "(0, inf)"),
        second_years=(second_years, "(0, inf)"),
        years_between=(_between(first_years, second_years), "(0, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
    )
    market = {"volatility": volatility, "risk_free_rate": risk_free_rate, "cost_of_delay": cost_of_delay}
    critical = critical_value(first_investment, second_investment, years=_between(first_years, second_years),
                              right=second_right, **market)  # fmt: skip
    # Where V* is 0 it is infinitely far below the project's value.
    limit = np.maximum(critical, np.finfo(np.float64).tiny)
    x_near, x_far = map(np.asarray, exercise_distances(asset_value, limit, years=first_years, **market))
    y_near, y_far = map(np.asarray, exercise_distances(asset_value, second_investment, years=second_years, **market))
    correlation = phi * np.sqrt(np.asarray(first_years) / np.asarray(second_years))
    both_near = bivariate_normal(phi * eta * x_near, eta * y_near, correlation)
    both_far = bivariate_normal(phi * eta * x_far, eta * y_far, correlation)
    received = discounted(asset_value, cost_of_delay, second_years) * both_near
    launched = discounted(second_investment, risk_free_rate, second_years) * both_far
    tried = discounted(first_investment, risk_free_rate, first_years) * ndtr(phi * eta * x_far)
    return value_or_array(phi * eta * (received - launched) - phi * tried)


def _between(first_years: ArrayLike, second_years: ArrayLike) -> FloatArray:
    """Years from the first date to the second; 1 where they are no numbers, which their own ranges tell."""
    first, second = numbers_of(first_years), numbers_of(second_years)
    return np.ones(()) if first is None or second is None else second - first


def critical_value(
    first_investment: ArrayLike,
    second_investment: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    right: OptionRight = "call",
) -> Values:
    """Project value at which the second option is worth just the first investment: above it the trial is paid for.

    A put is worth less than ``I₂ e^(−rt)``; where the first investment costs as much or more there is no such value and
    the answer is 0.

    >>> round(critical_value(50, 520, years=0.25, volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03), 2)
    538.32
    """
    rising = option_sign(right)
    check_ranges(
        first_investment=(first_investment, "(0, inf)"),
        second_investment=(second_investment, "(0, inf)"),
        years=(years, "(0, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
    )
    first = np.asarray(first_investment, dtype=np.float64)

    def excess(log_value: FloatArray) -> FloatArray:
        """What the second option is worth above its cost; it rises with the value for a call, falls for a put."""
        worth = black_scholes(
            np.exp(log_value),
            second_investment,
            years=years,
            volatility=volatility,
            risk_free_rate=risk_free_rate,
            cost_of_delay=cost_of_delay,
            right=right,
        )
        return rising * (np.asarray(worth) - first)

    never = (right == "put") & (first >= discounted(second_investment, risk_free_rate, years))
    # No call is worth its asset's value and more, so the search starts from the larger of the two investments.
    scale = np.log(np.maximum(first, second_investment))
    low, high = (scale + np.log(end) for end in CRITICAL_RANGE)
    found = never | ((excess(low) < 0) & (excess(high) > 0))
    if not found.all():
        got = np.broadcast_to(first, found.shape)[~found].flat[0]
        template = "no project value makes the second option worth {got}"
        raise NumericError(finding("compound.critical", template, got=got))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return value_or_array(np.where(never, 0.0, np.exp((low + high) / 2)))
