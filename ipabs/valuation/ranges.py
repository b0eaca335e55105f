"""The interval in which each number of a formula has a meaning; every number outside is found at once."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, FloatArray
from ipabs.errors import DataError, Finding, KeyPath, LimitError, finding, refuse

MOST_NUMBERS = 100_000_000


def outside(
    name: str,
    values: ArrayLike | None,
    interval: str,
    *,
    path: KeyPath = (),
    optional: bool = False,
    single: bool = False,
) -> Iterator[Finding]:
    """A finding for the first number outside a set written as in mathematics.

    An interval with open and closed ends, ``[0, inf)``, or whole numbers, ``{1, ..., 20}``. What is not a number is
    outside of everything, and so is None unless the number is optional; draws are, where a `single` number is asked
    for. `path` says where it stands, if its name does not.

    >>> print(next(outside("volatility", -0.2, "[0, inf)")))
    volatility: volatility of -0.2 is outside [0, inf)
    >>> print(next(outside("steps", 10.5, "{1, ..., 100}")))
    steps: steps of 10.5 is outside {1, ..., 100}
    >>> list(outside("correlation", [-1.0, 0.3], "[-1, 1]"))
    []
    """
    if values is None and optional:
        return
    numbers = numbers_of(values)
    if numbers is None:
        template = "{name} of {got} is no number"
        yield finding("range.no_number", template, path=path or (name,), got=repr(values), name=name)
        return
    if single and numbers.ndim:
        template = "{name} of shape {got}; wanted one number"
        yield finding("range.single", template, path=path or (name,), got=numbers.shape, name=name)
        return
    wrong = ~_inside(numbers, interval)
    if wrong.any():
        yield finding(
            "range.outside",
            "{name} of {got} is outside {interval}",
            path=path or (name,),
            got=f"{numbers[wrong].flat[0]:.15g}",
            name=name,
            interval=interval,
        )


def numbers_of(values: ArrayLike | None) -> FloatArray | None:
    """Values as floats; None for what is no number: nothing, text, flags, dates, numbers too large for a float.

    >>> numbers_of([1, 2.5]), numbers_of("5"), numbers_of(True), numbers_of(None)
    (array([1. , 2.5]), None, None, None)
    """
    if values is None:
        return None
    try:
        given = np.asarray(values)
        return given.astype(np.float64) if given.dtype.kind in "iufO" else None
    except (TypeError, ValueError, OverflowError):
        return None


def _inside(numbers: FloatArray, interval: str) -> BoolArray:
    first, *_, last = interval[1:-1].split(", ")
    above = numbers > float(first) if interval[0] == "(" else numbers >= float(first)
    below = numbers < float(last) if interval[-1] == ")" else numbers <= float(last)
    whole = np.floor(numbers) == numbers if interval[0] == "{" else True
    return np.asarray(above & below & whole)


def check_ranges(**numbers: tuple[ArrayLike | None, str]) -> None:
    """Refuse what a formula cannot calculate with, all at once: numbers outside their sets, None, no or unequal draws.

    A set of whole numbers asks for a single one: a count, and no draw.

    >>> check_ranges(volatility=(-0.2, "[0, inf)"), years=(float("nan"), "(0, inf)"))
    Traceback (most recent call last):
    ipabs.errors.DataError: volatility: volatility of -0.2 is outside [0, inf)
    years: years of nan is outside (0, inf)
    """
    found = list(chain.from_iterable(_faults(name, *pair) for name, pair in numbers.items()))
    if not found:
        shapes = {name: np.shape(values) for name, (values, _) in numbers.items() if values is not None}
        try:
            np.broadcast_shapes(*shapes.values())
        except ValueError:
            told = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
            found.append(finding("range.draws", "draws of unequal number: {got}", got=told))
    refuse(DataError, found)


def _faults(name: str, values: ArrayLike | None, interval: str) -> Iterator[Finding]:
    found = list(outside(name, values, interval))
    yield from found
    if found:
        return
    if interval[0] == "{" and not isinstance(values, int | np.integer):
        template = "{name} of {got}; wanted one whole number"
        yield finding("range.whole", template, path=(name,), got=repr(values), name=name)
    elif np.size(values) == 0:  # type: ignore[arg-type]  # None is outside of everything
        yield finding("range.empty", "{name}: no number at all", path=(name,), name=name)


def check_size(numbers: int, *, path: KeyPath) -> None:
    """Refuse to draw or hold more than 100 million numbers at once.

    >>> check_size(10**12, path=("paths",))
    Traceback (most recent call last):
    ipabs.errors.LimitError: paths: 1000000000000 numbers at once; at most 100000000
    """
    if numbers > MOST_NUMBERS:
        template = "{got} numbers at once; at most {limit}"
        raise LimitError(finding("range.limit", template, path=path, got=numbers, limit=MOST_NUMBERS))
