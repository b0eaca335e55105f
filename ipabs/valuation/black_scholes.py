"""A right as a call option: the project's value is the asset, the investment that launches it is the strike.

Waiting costs the cash flow of the years of protection that pass: the cost of delay, in the place of a dividend yield.
Rates are continuously compounded. Every number may be an array of draws.

Sources: Black and Scholes, *Journal of Political Economy* 81 (1973), 637-654; Merton, *Bell Journal of Economics* 4
(1973), 141-183 (dividend yield); Damodaran, *The Promise and Peril of Real Options* (2005), "The option to delay".
"""

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, finding
from ipabs.valuation.ranges import check_ranges

OptionRight: TypeAlias = Literal["call", "put"]


def black_scholes(
    asset_value: ArrayLike,
    investment: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
    right: OptionRight = "call",
) -> Values:
    """Value of the right to invest at the end of `years`, ``V e^(−yt) N(d1) − I e^(−rt) N(d2)``.

    A put is the right to give the project up for `investment`: ``I e^(−rt) N(−d2) − V e^(−yt) N(−d1)``.

    Parameters
    ----------
    asset_value, investment : array_like
        Present value of the project's cash flows if launched now, ≥ 0, and what launching costs, > 0; one currency.
    years : array_like
        Until the right ends, ≥ 0.
    volatility : array_like
        Standard deviation of the logarithm of project value a year, ≥ 0 (Damodaran states its square).
    risk_free_rate, cost_of_delay : array_like
        Continuously compounded, a year, in [-1, 1].
    right : {"call", "put"}

    Raises
    ------
    DataError
        A number outside its range, or another word for `right`.

    Examples
    --------
    Biogen's patent on Avonex in 1997 (Damodaran): 17 years of protection, so each year of delay costs 1/17.

    >>> round(black_scholes(3422, 2875, years=17, volatility=0.224**0.5, risk_free_rate=0.067,
    ...                     cost_of_delay=yearly_cost_of_delay(17)), 2)
    906.87
    """
    sign = option_sign(right)
    near, far = exercise_distances(
        asset_value,
        investment,
        years=years,
        volatility=volatility,
        risk_free_rate=risk_free_rate,
        cost_of_delay=cost_of_delay,
    )
    received = discounted(asset_value, cost_of_delay, years)
    paid = discounted(investment, risk_free_rate, years)
    return value_or_array(sign * (received * ndtr(sign * np.asarray(near)) - paid * ndtr(sign * np.asarray(far))))


def exercise_distances(
    asset_value: ArrayLike,
    investment: ArrayLike,
    *,
    years: ArrayLike,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike = 0.0,
) -> tuple[Values, Values]:
    """The distances ``d1 = [ln(V/I) + (r − y + σ²/2) t] / (σ√t)`` and ``d2 = d1 − σ√t``.

    N(d2) is the risk-neutral chance that the investment is made. Without uncertainty (σ√t = 0) they are ±∞.

    >>> near, far = exercise_distances(3422, 2875, years=17, volatility=0.224**0.5, risk_free_rate=0.067,
    ...                                cost_of_delay=1 / 17)
    >>> round(near, 4), round(far, 4)
    (1.1362, -0.8152)
    """
    check_ranges(
        asset_value=(asset_value, "[0, inf)"),
        investment=(investment, "(0, inf)"),
        years=(years, "[0, inf)"),
        volatility=(volatility, "[0, inf)"),
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        cost_of_delay=(cost_of_delay, "[-1, 1]"),
    )
    carried = (np.asarray(risk_free_rate) - np.asarray(cost_of_delay)) * np.asarray(years)
    total = np.asarray(volatility) * np.sqrt(years)
    uncertain = total > 0
    # A worthless project, or one all but certain, is infinitely far from the money.
    with np.errstate(divide="ignore", over="ignore"):
        moneyness = np.log(np.asarray(asset_value) / np.asarray(investment)) + carried
        distance = moneyness / np.where(uncertain, total, 1.0)
    distance = np.where(uncertain, distance, np.where(moneyness >= 0, np.inf, -np.inf))
    return value_or_array(distance + total / 2), value_or_array(distance - total / 2)


def discounted(amount: ArrayLike, rate: ArrayLike, years: ArrayLike) -> FloatArray:
    """``amount e^(−rate × years)``, continuously compounded.

    >>> round(float(discounted(100, 0.05, 2)), 4)
    90.4837
    """
    return np.asarray(np.asarray(amount) * np.exp(-np.asarray(rate) * np.asarray(years)))


def yearly_cost_of_delay(years_of_protection: ArrayLike) -> Values:
    """Share of value lost by a year of delay when protection ends anyway, ``1 / n`` (Damodaran 2005).

    It assumes that value is spread evenly over the years left. Damodaran prints 5.89 % for 17 years; 1/17 is 5.88 %,
    and only 1/17 gives his value.

    >>> round(yearly_cost_of_delay(17), 6)
    0.058824
    """
    check_ranges(years_of_protection=(years_of_protection, "[1, inf)"))
    return value_or_array(1 / np.asarray(years_of_protection, dtype=np.float64))


def option_sign(right: OptionRight) -> int:
    """+1 for a call, -1 for a put; another word is a `DataError`.

    >>> option_sign("call"), option_sign("put")
    (1, -1)
    """
    if right not in get_args(OptionRight):
        template = "no option right {got!r}; {hint}"
        raise DataError(finding("option.right", template, path=("right",), got=right, allowed=get_args(OptionRight)))
    return 1 if right == "call" else -1
