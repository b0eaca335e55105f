"""The right to invest at any time, for ever: when to launch, and what waiting is worth.

Source: McDonald and Siegel, *Quarterly Journal of Economics* 101 (1986), 707-727; Dixit and Pindyck, *Investment under
Uncertainty* (1994), chapter 5, equations (12) to (15).
"""

from math import sqrt

from ipabs.errors import DataError, finding, refuse
from ipabs.valuation.ranges import outside


def perpetual_option(
    asset_value: float, investment: float, *, volatility: float, risk_free_rate: float, cost_of_delay: float
) -> float:
    """Value of a right to invest without end, ``(V* − I) (V / V*)^β`` below the threshold V*, ``V − I`` from it on.

    Raises
    ------
    DataError
        A number outside its range; a cost of delay of 0 or less: value then grows at least as fast as it is discounted,
        launching is never best, and the right has no finite value.

    Examples
    --------
    >>> round(perpetual_option(1, 1, volatility=0.2, risk_free_rate=0.04, cost_of_delay=0.04), 4)
    0.25
    """
    refuse(DataError, outside("asset_value", asset_value, "[0, inf)"))
    threshold = investment_threshold(
        investment, volatility=volatility, risk_free_rate=risk_free_rate, cost_of_delay=cost_of_delay
    )
    if asset_value >= threshold:
        return asset_value - investment
    power = _value_power(volatility, risk_free_rate, cost_of_delay)
    return float((threshold - investment) * (asset_value / threshold) ** power)


def investment_threshold(investment: float, *, volatility: float, risk_free_rate: float, cost_of_delay: float) -> float:
    """Project value from which launching beats waiting, ``V* = I β / (β − 1)`` with

    ``β = ½ − (r − y)/σ² + √([(r − y)/σ² − ½]² + 2r/σ²)``.

    >>> round(investment_threshold(1, volatility=0.2, risk_free_rate=0.04, cost_of_delay=0.04), 9)
    2.0
    """
    found = [
        *outside("investment", investment, "(0, inf)"),
        *outside("volatility", volatility, "(0, inf)"),
        *outside("risk_free_rate", risk_free_rate, "(0, 1]"),
    ]
    if not cost_of_delay > 0:
        found.append(
            finding(
                "perpetual.growth",
                "cost_of_delay of {got}: value grows at least as fast as it is discounted, so a right without end has "
                "no finite value; wanted above 0",
                path=("cost_of_delay",),
                got=cost_of_delay,
            )
        )
    refuse(DataError, found)
    power = _value_power(volatility, risk_free_rate, cost_of_delay)
    return investment * power / (power - 1)


def _value_power(volatility: float, risk_free_rate: float, cost_of_delay: float) -> float:
    """The positive root β of ``½ σ² β (β − 1) + (r − y) β − r = 0``."""
    variance = volatility**2
    tilt = (risk_free_rate - cost_of_delay) / variance - 0.5
    return sqrt(tilt**2 + 2 * risk_free_rate / variance) - tilt
