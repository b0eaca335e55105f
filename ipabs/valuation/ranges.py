"""The interval in which each number of a formula has a meaning; every number outside is found at once."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from ipabs.errors import DataError, Finding, KeyPath, finding, refuse


def outside(name: str, values: ArrayLike | None, interval: str, *, path: KeyPath = ()) -> Iterator[Finding]:
    """A finding for the first number outside an interval written as in mathematics, with open and closed ends.

    What is not a number is outside every interval; None is no number to check. `path` says where it stands, if its
    name does not.

    >>> print(next(outside("volatility", -0.2, "[0, inf)")))
    volatility: volatility of -0.2 is outside [0, inf)
    >>> list(outside("correlation", [-1.0, 0.3], "[-1, 1]"))
    []
    """
    if values is None:
        return
    low, high = (float(end) for end in interval[1:-1].split(","))
    numbers = np.asarray(values, dtype=np.float64)
    above = numbers >= low if interval[0] == "[" else numbers > low
    below = numbers <= high if interval[-1] == "]" else numbers < high
    wrong = ~(above & below)
    if wrong.any():
        yield finding(
            "range.outside",
            "{name} of {got} is outside {interval}",
            path=path or (name,),
            got=f"{numbers[wrong].flat[0]:.15g}",
            name=name,
            interval=interval,
        )


def check_ranges(**numbers: tuple[ArrayLike, str]) -> None:
    """Refuse numbers outside their intervals, all at once.

    >>> check_ranges(volatility=(-0.2, "[0, inf)"), years=(float("nan"), "(0, inf)"))
    Traceback (most recent call last):
    ipabs.errors.DataError: volatility: volatility of -0.2 is outside [0, inf)
    years: years of nan is outside (0, inf)
    """
    refuse(DataError, chain.from_iterable(outside(name, *pair) for name, pair in numbers.items()))
