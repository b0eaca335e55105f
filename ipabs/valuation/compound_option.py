"""An option on an option: pay for the trial, and with it for the right to pay for the launch.

Sources: Geske, *Journal of Financial Economics* 7 (1979), 63-81 (call on a call); Rubinstein, *Risk* 5 (1991), "Double
Trouble" (the four kinds); Haug, *The Complete Guide to Option Pricing Formulas*, 2nd ed. (2007), section 4.11.
"""

from math import exp, inf, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from ipabs.errors import NumericError, finding
from ipabs.valuation.bivariate_normal import bivariate_normal
from ipabs.valuation.black_scholes import OptionRight, black_scholes, option_sign
from ipabs.valuation.ranges import check_ranges

# The critical value is sought between these multiples of the second investment.
CRITICAL_RANGE = (1e-12, 1e12)


def compound_option(
    asset_value: float,
    *,
    first_investment: float,
    first_years: float,
    second_investment: float,
    second_years: float,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float = 0.0,
    first_right: OptionRight = "call",
    second_right: OptionRight = "call",
) -> float:
    """Value of an option on an option; call on call is a trial that buys the right to launch.

    With φ the sign of the first right, η of the second, V* the project value at which the second option is worth just
    the first investment, x± and y± the distances to V* at t and to the second investment at T, and ρ = √(t/T):
    ``φη V e^(−yT) N₂(φη x₊, η y₊; φρ) − φη I₂ e^(−rT) N₂(φη x₋, η y₋; φρ) − φ I₁ e^(−rt) N(φη x₋)``.

    Parameters
    ----------
    asset_value : float
        Present value of the project's cash flows, > 0.
    first_investment, first_years : float
        What the second option costs, > 0, and when it must be bought, > 0.
    second_investment, second_years : float
        What launching costs, > 0, and the end of the right, after `first_years`.

    Raises
    ------
    DataError
        A number outside its range; dates out of order.

    Examples
    --------
    >>> round(compound_option(500, first_investment=50, first_years=0.25, second_investment=520, second_years=0.5,
    ...                       volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03), 4)
    17.5945
    """
    phi, eta = option_sign(first_right), option_sign(second_right)
    check_ranges(
        asset_value=(asset_value, "(0, inf)"),
        first_investment=(first_investment, "(0, inf)"),
        first_years=(first_years, "(0, inf)"),
        second_investment=(second_investment, "(0, inf)"),
        second_years=(second_years, f"({first_years:g}, inf)"),
        volatility=(volatility, "(0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
    )
    critical = critical_value(
        first_investment,
        second_investment,
        years=second_years - first_years,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
        right=second_right,
    )
    carry = risk_free_rate - cost_of_delay
    x = _distance(asset_value, critical, carry, volatility, first_years)
    y = _distance(asset_value, second_investment, carry, volatility, second_years)
    x_spread, y_spread = volatility * sqrt(first_years) / 2, volatility * sqrt(second_years) / 2
    correlation = phi * sqrt(first_years / second_years)
    received = asset_value * exp(-cost_of_delay * second_years)
    received *= bivariate_normal(phi * eta * (x + x_spread), eta * (y + y_spread), correlation)
    launched = second_investment * exp(-risk_free_rate * second_years)
    launched *= bivariate_normal(phi * eta * (x - x_spread), eta * (y - y_spread), correlation)
    tried = first_investment * exp(-risk_free_rate * first_years) * float(ndtr(phi * eta * (x - x_spread)))
    return phi * eta * (received - launched) - phi * tried


def critical_value(
    first_investment: float,
    second_investment: float,
    *,
    years: float,
    volatility: float,
    risk_free_rate: float,
    cost_of_delay: float = 0.0,
    right: OptionRight = "call",
) -> float:
    """Project value at which the second option is worth just the first investment: above it the trial is paid for.

    A put is worth less than ``I₂ e^(−rt)``; where the first investment costs as much or more there is no such value and
    the answer is 0.

    >>> round(critical_value(50, 520, years=0.25, volatility=0.35, risk_free_rate=0.08, cost_of_delay=0.03), 2)
    538.32
    """
    if right == "put" and first_investment >= second_investment * exp(-risk_free_rate * years):
        return 0.0

    def excess(log_value: float) -> float:
        worth = black_scholes(
            exp(log_value),
            second_investment,
            years=years,
            volatility=volatility,
            risk_free_rate=risk_free_rate,
            cost_of_delay=cost_of_delay,
            right=right,
        )
        return float(worth) - first_investment

    # No call is worth its asset's value and more, so the search starts from the larger of the two investments.
    scale = max(first_investment, second_investment)
    low, high = (log(scale * end) for end in CRITICAL_RANGE)
    if np.sign(excess(low)) == np.sign(excess(high)):
        raise NumericError(
            finding("compound.critical", "no project value makes the second option worth {got}", got=first_investment)
        )
    return exp(float(brentq(excess, low, high, xtol=1e-14, rtol=1e-14)))


def _distance(asset_value: float, limit: float, carry: float, volatility: float, years: float) -> float:
    """``[ln(V / limit) + (r − y) t] / (σ√t)``, the middle between the two distances; ∞ for a limit of 0."""
    return (log(asset_value / limit) + carry * years) / (volatility * sqrt(years)) if limit else inf
