"""Dated amounts on two sides, as laws on annual percentage rates see a loan, and what their equations share."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from ipabs.basics.schedule import add_months, month_end
from ipabs.errors import Finding, NumericError, finding

Dated = Sequence[tuple[date, float]]


def months_back(day: date, months: int, series_day: int) -> date:
    """The same point `months` earlier; a last day of a short month stands for the day it was moved from.

    Source: Regulation Z, appendix J, (b)(3).

    >>> months_back(date(2023, 2, 28), 1, 31)
    datetime.date(2023, 1, 31)
    """
    moved = add_months(day.replace(day=1), -months)
    wanted = series_day if day == month_end(day) and day.day < series_day else day.day
    return moved.replace(day=min(wanted, month_end(moved).day))


def whole_months(start: date, end: date, series_day: int) -> tuple[int, int]:
    """Full months counted back from `end`, and the days left at the beginning.

    >>> whole_months(date(2024, 1, 26), date(2024, 3, 1), 1)
    (1, 6)
    """
    months = 0
    while months_back(end, months + 1, series_day) >= start:
        months += 1
    return months, (months_back(end, months, series_day) - start).days


def balancing_rate(balance: Callable[[float], float]) -> float:
    """The root of a balance that rises with the rate, nearest to zero from above, else below.

    1,000 now for 1,200 after a year and a half:

    >>> round(balancing_rate(lambda rate: 1000 - 1200 / (1 + rate) ** 1.5), 4)
    0.1292
    """
    from scipy.optimize import brentq

    low, high = 0.0, 0.01
    while balance(high) < 0 and high < 1e6:
        low, high = high, 2 * high
    if balance(low) > 0:
        low = -0.999
    if not balance(low) * balance(high) <= 0:
        raise NumericError(finding("apr.no_rate", "no annual percentage rate balances these amounts"))
    return float(brentq(balance, low, high, xtol=1e-15, rtol=1e-14, maxiter=500))


def dated_faults(advances: Dated, payments: Dated) -> list[Finding]:
    """A side without an amount, amounts that are not above 0.

    >>> for found in dated_faults([(date(2024, 1, 1), -5.0)], []):
    ...     print(found)
    there is no payment; an annual percentage rate needs both sides
    -5.0 on 2024-01-01 is not an amount above 0
    """
    found = [
        finding("apr.none", "there is no {got}; an annual percentage rate needs both sides", got=side)
        for side, flows in (("advance", advances), ("payment", payments))
        if not flows
    ]
    found += [
        finding("apr.amount", "{got} on {day} is not an amount above 0", got=amount, day=day)
        for day, amount in (*advances, *payments)
        if not 0 < amount < np.inf
    ]
    return found
