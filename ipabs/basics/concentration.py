"""Concentration of a whole among its parts: Herfindahl index, effective number, share of the largest."""

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.errors import DataError, finding


def shares(amounts: ArrayLike) -> FloatArray:
    """Each amount over their sum; amounts are non-negative with a positive sum.

    >>> shares([30, 10])
    array([0.75, 0.25])
    """
    parts = np.asarray(amounts, dtype=float)
    if parts.ndim != 1 or not np.all(np.isfinite(parts)) or np.any(parts < 0) or not parts.sum() > 0:
        raise DataError(
            finding("concentration.amounts", "amounts must be finite, not negative, and not all zero: {got}", got=parts)
        )
    return np.asarray(parts / parts.sum())


def herfindahl(amounts: ArrayLike) -> float:
    """Herfindahl–Hirschman index, Σ share², from 1/n to 1.

    >>> herfindahl([50, 50])
    0.5
    """
    return float(np.square(shares(amounts)).sum())


def effective_number(amounts: ArrayLike) -> float:
    """How many equal parts would have the same index: 1 / Σ share².

    >>> effective_number([25, 25, 25, 25])
    4.0
    """
    return 1 / herfindahl(amounts)


def top_share(amounts: ArrayLike, count: int) -> float:
    """Share of the `count` largest parts.

    >>> top_share([30, 20, 15, 10, 10, 5, 5, 3, 1, 1], 3)
    0.65
    """
    if count < 1:
        raise DataError(finding("concentration.count", "{got} largest parts; at least 1", got=count))
    return float(np.sort(shares(amounts))[::-1][:count].sum())
