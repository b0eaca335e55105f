"""A figure from simulation: never without its standard error and the number of paths."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array

# The quantiles that tables show.
SHOWN_LEVELS = {"q05": 0.05, "median": 0.5, "q95": 0.95}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A mean over independent paths; one for each draw of the inputs, if they are draws.

    Attributes
    ----------
    value, standard_error : float or FloatArray
    paths : int

    Examples
    --------
    >>> print(Simulated(value=11.953, standard_error=0.057, paths=2_000_000))
    11.953 ± 0.057 (2,000,000 paths)
    """

    value: Values
    standard_error: Values
    paths: int

    def __str__(self) -> str:
        low, high, error = np.min(self.value), np.max(self.value), np.max(self.standard_error)
        if np.ndim(self.value) == 0:
            return f"{low:,.5g} ± {error:.2g} ({self.paths:,} paths)"
        span = f"{np.size(self.value):,} draws, {low:,.5g} to {high:,.5g}"
        return f"{span}, ± {error:.2g} at most ({self.paths:,} paths each)"


def by_draw(figures: Iterable[Simulated], shape: tuple[int, ...]) -> Simulated:
    """One figure for each draw of the inputs, in arrays of `shape`; a single figure stays itself.

    >>> one, other = (Simulated(value=value, standard_error=0.1, paths=50) for value in (1.0, 2.0))
    >>> print(by_draw([one, other], (2,)))
    2 draws, 1 to 2, ± 0.1 at most (50 paths each)
    """
    found = list(figures)
    return Simulated(
        value=value_or_array(np.reshape([one.value for one in found], shape)),
        standard_error=value_or_array(np.reshape([one.standard_error for one in found], shape)),
        paths=max((one.paths for one in found), default=0),
    )


def mean_error(values: Values) -> float:
    """Standard error of the mean of draws, ``s / √n``; 0 for a number.

    >>> mean_error(np.array([1.0, 3.0])), mean_error(2.5)
    (1.0, 0.0)
    """
    paths = np.size(values)
    return float(np.std(values, ddof=1) / np.sqrt(paths)) if paths > 1 else 0.0


def quantile_error(samples: FloatArray, level: float) -> float:
    """Standard error of the quantile of ``(path,)`` samples: half the distance of the quantiles one error away.

    The share of samples below the true quantile is binomial with standard error ``√(p (1 − p) / n)``; the quantiles at
    ``p`` plus and minus that are its one-sigma bounds, free of any distribution.

    Source: David and Nagaraja, *Order Statistics*, 3rd edition (2003), section 7.1.

    >>> round(quantile_error(np.linspace(0.0, 1.0, 10_001), 0.5), 6)      # √(0.25 / 10,001)
    0.005
    """
    error = np.sqrt(level * (1 - level) / len(samples))
    low, high = np.quantile(samples, [max(level - error, 0.0), min(level + error, 1.0)])
    return float(high - low) / 2


def spread(values: Values) -> dict[str, float]:
    """Mean, 5 %, 50 % and 95 % of draws, each followed by its standard error; a number has errors of 0.

    >>> spread(2.5)["q05"], list(spread(np.arange(100.0)))[:4]
    (2.5, ['mean', 'standard_error', 'q05', 'q05_error'])
    """
    draws = np.atleast_1d(np.asarray(values, dtype=np.float64))
    figures = {"mean": float(draws.mean()), "standard_error": mean_error(draws)}
    for name, level in SHOWN_LEVELS.items():
        figures[name] = float(np.quantile(draws, level))
        figures[f"{name}_error"] = quantile_error(draws, level)
    return figures


def mean_over_paths(samples: FloatArray) -> Simulated:
    """Mean of ``(path,)`` samples with standard error ``s / √n``.

    >>> mean_over_paths(np.array([1.0, 3.0]))
    Simulated(value=2.0, standard_error=1.0, paths=2)
    """
    return Simulated(value=float(samples.mean()), standard_error=mean_error(samples), paths=len(samples))


def controlled_mean(samples: FloatArray, control: FloatArray, control_mean: float) -> Simulated:
    """Mean with a control variate, ``ȳ − β (x̄ − E x)`` with ``β = cov(x, y) / var(x)``.

    `control` is ``(path,)`` on the paths of `samples`; `control_mean` is its known mean. A control that does not vary
    changes nothing.

    Source: Glasserman, *Monte Carlo Methods in Financial Engineering* (2004), equations (4.1) to (4.3).

    >>> controlled_mean(np.array([1.0, 3.0]), np.array([0.0, 1.0]), 0.4).value
    1.8
    """
    spread = control - control.mean()
    variance = float(spread @ spread)
    slope = float(spread @ samples) / variance if variance > 0 else 0.0
    return mean_over_paths(samples - slope * (control - control_mean))
