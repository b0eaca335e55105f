"""The probability that two correlated standard normal numbers both fall below their limits."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.valuation.ranges import check_ranges


def bivariate_normal(first: ArrayLike, second: ArrayLike, correlation: ArrayLike) -> Values:
    """``P(X ≤ h, Y ≤ k)`` for standard normal X, Y with correlation ρ, from Owen's T function.

    ``½[Φ(h) + Φ(k)] − T(h, (k − ρh)/(h√(1−ρ²))) − T(k, (h − ρk)/(k√(1−ρ²))) − ½·[h and k of different sign]``.

    Limits may be infinite. Source: Owen, *Annals of Mathematical Statistics* 27 (1956), 1075-1090, equation (2.1).

    Raises
    ------
    DataError
        A correlation outside [-1, 1] (no covariance matrix is then positive semi-definite), a limit that is no number.

    Examples
    --------
    >>> round(bivariate_normal(0, 0, 0.5), 12) == round(1 / 3, 12)
    True
    """
    check_ranges(first=(first, "[-inf, inf]"), second=(second, "[-inf, inf]"), correlation=(correlation, "[-1, 1]"))
    h, k, rho = (np.asarray(one, dtype=np.float64) for one in (first, second, correlation))
    below_h, below_k = ndtr(h), ndtr(k)
    one_decides = np.isinf(h) | np.isinf(k) | (rho == 1)
    opposed = rho == -1
    inner = ~(one_decides | opposed)
    a, b, r = (np.where(inner, one, 0.0) for one in (h, k, rho))
    tails = owens_t(a, _slope(a, b, r)) + owens_t(b, _slope(b, a, r))
    joint = (below_h + below_k) / 2 - tails - 0.5 * ((h < 0) != (k < 0))
    joint = np.where(opposed, below_h + below_k - 1, joint)
    return value_or_array(np.where(one_decides, np.minimum(below_h, below_k), np.clip(joint, 0.0, 1.0)))


def _slope(limit: FloatArray, other: FloatArray, correlation: FloatArray) -> FloatArray:
    """``(k/h − ρ) / √(1−ρ²)``; ±∞ at h = 0, and on the way to h = k = 0 the ratio is 1."""
    with np.errstate(over="ignore"):
        ratio = np.where(limit == 0, np.copysign(np.inf, other), other / np.where(limit == 0, 1.0, limit))
    ratio = np.where((limit == 0) & (other == 0), 1.0, ratio)
    return np.asarray((ratio - correlation) / np.sqrt((1 - correlation) * (1 + correlation)))
