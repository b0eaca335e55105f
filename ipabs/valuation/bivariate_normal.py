"""The probability that two correlated standard normal numbers both fall below their limits."""

from math import asin, copysign, inf, isinf, pi, sqrt

from scipy.special import ndtr, owens_t

from ipabs.valuation.ranges import check_ranges


def bivariate_normal(first: float, second: float, correlation: float) -> float:
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
    h, k, below_h, below_k = float(first), float(second), float(ndtr(first)), float(ndtr(second))
    if isinf(h) or isinf(k):
        return min(below_h, below_k) if max(h, k) == inf else 0.0
    if correlation == 1:
        return min(below_h, below_k)
    if correlation == -1:
        return max(below_h + below_k - 1, 0.0)
    if h == 0 and k == 0:
        return 0.25 + asin(correlation) / (2 * pi)
    apart = 0.5 if (h < 0) != (k < 0) else 0.0
    tails = owens_t(h, _slope(h, k, correlation)) + owens_t(k, _slope(k, h, correlation))
    return min(max((below_h + below_k) / 2 - float(tails) - apart, 0.0), 1.0)


def _slope(limit: float, other: float, correlation: float) -> float:
    """``(k − ρh) / (h √(1−ρ²))``; ±∞ at h = 0."""
    return (
        (other / limit - correlation) / sqrt((1 - correlation) * (1 + correlation)) if limit else copysign(inf, other)
    )
