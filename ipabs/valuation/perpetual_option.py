"""The right to invest at any time, for ever: when to launch, and what waiting is worth.

Every number may be an array of draws.

Source: McDonald and Siegel, *Quarterly Journal of Economics* 101 (1986), 707-727; Dixit and Pindyck, *Investment under
Uncertainty* (1994), chapter 5, equations (12) to (15).
"""

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.ranges import outside


def perpetual_option(
    asset_value: ArrayLike,
    investment: ArrayLike,
    *,
    volatility: ArrayLike,
    risk_free_rate: ArrayLike,
    cost_of_delay: ArrayLike,
) -> Values:
    """Value of a right to invest without end, ``(V* − I) (V / V*)^β`` below the threshold V*, ``V − I`` from it on.

    Raises
    ------
    DataError
        A number outside its range; a cost of delay of 0 or less: value then grows at least as fast as it is discounted,
        launching is never best, and the right has no finite value.

    Examples
    --------
    >>> perpetual_option([1, 3], 1, volatility=0.2, risk_free_rate=0.04, cost_of_delay=0.04).round(4)
    array([0.25, 2.  ])
    """
    refuse(DataError, outside("asset_value", asset_value, "[0, inf)"))
    threshold = np.asarray(
        investment_threshold(
            investment, volatility=volatility, risk_free_rate=risk_free_rate, cost_of_delay=cost_of_delay
        )
    )
    value, cost = np.asarray(asset_value, dtype=np.float64), np.asarray(investment)
    power = _value_power(volatility, risk_free_rate, cost_of_delay)
    waiting = (threshold - cost) * np.minimum(value / threshold, 1.0) ** power
    return value_or_array(np.where(value >= threshold, value - cost, waiting))


def investment_threshold(
    investment: ArrayLike, *, volatility: ArrayLike, risk_free_rate: ArrayLike, cost_of_delay: ArrayLike
) -> Values:
    """Project value from which launching beats waiting, ``V* = I β / (β − 1)`` with

    ``β = ½ − (r − y)/σ² + √([(r − y)/σ² − ½]² + 2r/σ²)``.

    >>> round(investment_threshold(1, volatility=0.2, risk_free_rate=0.04, cost_of_delay=0.04), 9)
    2.0
    """
    found = [
        *outside("investment", investment, "(0, inf)"),
        *outside("volatility", volatility, "(0, inf)"),
        *outside("risk_free_rate", risk_free_rate, "(0, 1]"),
        *map(_growing, outside("cost_of_delay", cost_of_delay, "(0, inf)")),
    ]
    refuse(DataError, found)
    power = _value_power(volatility, risk_free_rate, cost_of_delay)
    return value_or_array(np.asarray(investment) * power / (power - 1))


def _growing(fault: Finding) -> Finding:
    """What a cost of delay outside its range means."""
    if fault.code != "range.outside":
        return fault
    return finding(
        "perpetual.growth",
        "cost_of_delay of {got}: value grows at least as fast as it is discounted, so a right without end has no "
        "finite value; wanted above 0",
        path=fault.place.path,
        got=fault.got,
    )


def _value_power(volatility: ArrayLike, risk_free_rate: ArrayLike, cost_of_delay: ArrayLike) -> FloatArray:
    """The positive root β of ``½ σ² β (β − 1) + (r − y) β − r = 0``."""
    variance, rate = np.asarray(volatility, dtype=np.float64) ** 2, np.asarray(risk_free_rate, dtype=np.float64)
    tilt = (rate - np.asarray(cost_of_delay)) / variance - 0.5
    return np.asarray(np.sqrt(tilt**2 + 2 * rate / variance) - tilt)
