"""Patents as options: returns that may be found out to be nothing, or discovered to be more.

While a patent is young its owner learns. From one year to the next the return r of a patent aged a

- falls to nothing with probability ``e^(−θ r)``,
- and otherwise becomes the larger of ``δ r`` and a discovery z with density
  ``(1/σ_a) e^(−(γ + z/σ_a))``, ``σ_a = φ^(a−1) σ``, on ``z ≥ −γ σ_a``.

First-year returns are lognormal. The owner pays the fee c_a when ``r − c_a + b E V_(a+1) ≥ 0``: the fee also buys the
right to go on, so patents are kept whose return does not cover it.

Source: Pakes, *Econometrica* 54 (1986), 755-784, section 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.streams import normals, uniforms
from ipabs.basics.units import Rate
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import Finding
from ipabs.valuation.ranges import check_ranges, check_size, outside
from ipabs.valuation.renewal import checked_fees
from ipabs.valuation.simulated import Simulated, mean_over_paths

NODES = 4000
# Nodes of the return run from this share of the smallest scale of the model to this multiple of the largest.
NODE_RANGE = (1e-4, 1e3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PakesModel:
    """Returns that learn; money in one unit, rates a year.

    Attributes
    ----------
    log_mean, log_deviation : float
        Of the logarithm of first-year returns.
    decay_rate : float
        1 − δ.
    obsolescence : float
        θ, per unit of money: small returns are the likelier to be lost. Infinite: none is.
    discovery_scale : float
        σ, the mean of first-year discoveries if γ = 0; 0 for no discoveries.
    discovery_hurdle : float
        γ; a discovery above zero has the chance ``e^(−γ)``.
    discovery_decay : float
        1 − φ, by which the scale falls each year.

    Examples
    --------
    >>> model = PakesModel(log_mean=6, log_deviation=1, decay_rate=0.1, discount_rate=0.1, obsolescence=0.01,
    ...                    discovery_scale=800, discovery_decay=0.5)
    >>> model.discovery_scale_at(3)
    200.0
    """

    log_mean: Annotated[float, "Mean logarithm of the first-year return."]
    log_deviation: Annotated[float, "Standard deviation of the logarithm of the first-year return."]
    decay_rate: Rate
    discount_rate: Rate
    obsolescence: Annotated[float, "Theta: a return r is lost with probability exp(-theta r)."]
    discovery_scale: Annotated[float, "Sigma: scale of discoveries in the first year."]
    discovery_hurdle: Annotated[float, "Gamma: a discovery has the chance exp(-gamma)."] = 0.0
    discovery_decay: Annotated[float, "1 - phi: yearly fall of the scale of discoveries."] = 0.0

    def findings(self) -> Iterable[Finding]:
        """Numbers without a meaning in the model."""
        yield from outside("log_mean", self.log_mean, "(-inf, inf)", single=True)
        yield from outside("log_deviation", self.log_deviation, "(0, inf)", single=True)
        yield from outside("decay_rate", self.decay_rate, "[0, 1]", single=True)
        yield from outside("discount_rate", self.discount_rate, "(-1, 1]", single=True)
        yield from outside("obsolescence", self.obsolescence, "(0, inf]", single=True)
        yield from outside("discovery_scale", self.discovery_scale, "[0, inf)", single=True)
        yield from outside("discovery_hurdle", self.discovery_hurdle, "[0, inf)", single=True)
        yield from outside("discovery_decay", self.discovery_decay, "[0, 1]", single=True)

    def discovery_scale_at(self, age: int) -> float:
        """``σ_a = φ^(a−1) σ``."""
        return float(self.discovery_scale * (1 - self.discovery_decay) ** (age - 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PakesValues:
    """Value of a patent by age and return, from the dynamic programme.

    Attributes
    ----------
    returns : FloatArray
        ``(node,)`` from 0.
    values : FloatArray
        ``(age, node)`` value at the beginning of each year before its fee, linear between nodes.
    thresholds : FloatArray
        ``(age,)`` smallest return at which the fee is paid.

    Examples
    --------
    >>> model = PakesModel(log_mean=6, log_deviation=1, decay_rate=0.1, discount_rate=0.1, obsolescence=np.inf,
    ...                    discovery_scale=0)
    >>> pakes_values(model, [300, 400]).at([200, 1_000]).round(2)       # 1,000 − 300 + (900 − 400) / 1.1
    array([   0.  , 1154.55])
    """

    returns: FloatArray
    values: FloatArray
    thresholds: FloatArray

    def at(self, current_returns: ArrayLike, *, age: int = 1) -> Values:
        """Value at the beginning of year `age` of patents with these returns; beyond the last node, linear."""
        check_ranges(current_returns=(current_returns, "[0, inf)"), age=(age, f"{{1, ..., {len(self.values)}}}"))
        current = np.asarray(current_returns, dtype=np.float64)
        row = self.values[age - 1]
        slope = (row[-1] - row[-2]) / (self.returns[-1] - self.returns[-2])
        beyond = np.maximum(current - self.returns[-1], 0.0) * slope
        return value_or_array(np.interp(current, self.returns, row) + beyond)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PakesSimulation:
    """Simulated lives of patents.

    Attributes
    ----------
    values : FloatArray
        ``(path,)`` realized value net of fees at the beginning of the first year.
    in_force : tuple of Simulated
        Share in force in each year.

    Examples
    --------
    >>> lives = PakesSimulation(values=np.array([0.0, 100.0, 200.0]), in_force=())
    >>> lives.mean.value
    100.0
    """

    values: FloatArray
    in_force: tuple[Simulated, ...]

    @property
    def mean(self) -> Simulated:
        """Mean realized value."""
        return mean_over_paths(self.values)


def pakes_values(model: PakesModel, fees: ArrayLike) -> PakesValues:
    """Solve ``V_a(r) = max(0, r − c_a + b E[V_(a+1) | r])`` backward from the last fee.

    With Q(z) the chance of a discovery above z and V linear between nodes, the expectation is exact:
    ``(1 − e^(−θ r)) [V(δr) + ∫_(δr)^∞ V'(z) Q(z) dz]``.

    Parameters
    ----------
    fees : array_like
        ``(year,)`` ≥ 0, due at the beginning of each year.

    Examples
    --------
    >>> model = PakesModel(log_mean=6, log_deviation=1, decay_rate=0.1, discount_rate=0.1, obsolescence=0.01,
    ...                    discovery_scale=800, discovery_hurdle=0.5)
    >>> pakes_values(model, [300, 400]).thresholds.round(1)
    array([116.2, 400. ])
    """
    due = checked_fees(fees, model.findings())
    nodes = _nodes(model, due)
    values, thresholds = np.empty((len(due), len(nodes))), np.empty(len(due))
    later = np.zeros_like(nodes)
    discount = 1 / (1 + model.discount_rate)
    for age in range(len(due), 0, -1):
        held = nodes - due[age - 1] + discount * _expected(model, nodes, later, age)
        thresholds[age - 1] = _crossing(nodes, held)
        later = values[age - 1] = np.maximum(held, 0.0)
    return PakesValues(returns=nodes, values=values, thresholds=thresholds)


def _expected(model: PakesModel, nodes: FloatArray, later: FloatArray, age: int) -> FloatArray:
    """``E[V_(a+1)(r')]`` on the nodes of r."""
    kept = (1 - model.decay_rate) * nodes
    stays = np.interp(kept, nodes, later)
    scale = model.discovery_scale_at(age)
    if scale > 0:
        slopes = np.append(np.diff(later) / np.diff(nodes), 0.0)
        slopes[-1] = slopes[-2]
        tails = scale * np.exp(-model.discovery_hurdle - nodes / scale)
        pieces = slopes[:-1] * (tails[:-1] - tails[1:])
        above = np.append(pieces[::-1].cumsum()[::-1], 0.0) + slopes[-1] * tails[-1]
        segment = np.clip(np.searchsorted(nodes, kept, side="right") - 1, 0, len(nodes) - 2)
        tail_here = scale * np.exp(-model.discovery_hurdle - kept / scale)
        stays = stays + slopes[segment] * (tail_here - tails[segment + 1]) + above[segment + 1]
    return np.asarray(stays * _kept_chance(model, nodes))


def _kept_chance(model: PakesModel, returns: FloatArray) -> FloatArray:
    """``1 − e^(−θ r)``; a return of 0 stays 0 in any case."""
    if np.isinf(model.obsolescence):
        return np.where(returns > 0, 1.0, 0.0)
    return np.asarray(-np.expm1(-model.obsolescence * returns))


def _nodes(model: PakesModel, due: FloatArray) -> FloatArray:
    """Returns from 0, then equally spaced in their logarithm, with the fees among them."""
    scales = np.append(due[due > 0], [np.exp(model.log_mean)])
    scales = np.append(scales, model.discovery_scale) if model.discovery_scale > 0 else scales
    low, high = NODE_RANGE[0] * scales.min(), NODE_RANGE[1] * scales.max()
    return np.unique(np.concatenate([[0.0], np.geomspace(low, high, NODES), due]))


def _crossing(nodes: FloatArray, held: FloatArray) -> float:
    """Smallest return from which holding is worth 0 or more."""
    at = int(np.argmax(held >= 0))
    if at == 0:
        return float(nodes[0])
    below, above = held[at - 1], held[at]
    return float(nodes[at - 1] - below * (nodes[at] - nodes[at - 1]) / (above - below))


def simulate_pakes(model: PakesModel, fees: ArrayLike, *, paths: int = 100_000, seed: int = 0) -> PakesSimulation:
    """Lives of patents whose owners follow the thresholds of the dynamic programme.

    Raises
    ------
    DataError
        A number outside its range.

    Examples
    --------
    >>> model = PakesModel(log_mean=6, log_deviation=1, decay_rate=0.1, discount_rate=0.1, obsolescence=0.01,
    ...                    discovery_scale=800, discovery_hurdle=0.5)
    >>> lives = simulate_pakes(model, [300, 400, 500], paths=1000)
    >>> [round(share.value, 2) for share in lives.in_force]
    [0.96, 0.8, 0.59]
    """
    due = checked_fees(fees, model.findings())
    check_ranges(paths=(paths, "{2, ..., inf}"))
    check_size(paths, path=("paths",))
    thresholds = pakes_values(model, due).thresholds
    current = np.exp(model.log_mean + model.log_deviation * normals(seed, "pakes", "first return", 0, paths))
    alive = np.ones(paths, dtype=bool)
    values, shares = np.zeros(paths), []
    for age, (fee, threshold) in enumerate(zip(due.tolist(), thresholds.tolist(), strict=True), start=1):
        alive &= current >= threshold
        values += np.where(alive, current - fee, 0.0) / (1 + model.discount_rate) ** (age - 1)
        shares.append(mean_over_paths(alive.astype(np.float64)))
        lost = uniforms(seed, "pakes", f"obsolescence {age}", 0, paths) >= _kept_chance(model, current)
        waited = -np.log(uniforms(seed, "pakes", f"discovery {age}", 0, paths)) - model.discovery_hurdle
        found = np.maximum((1 - model.decay_rate) * current, model.discovery_scale_at(age) * waited)
        current = np.where(lost, 0.0, found)
    return PakesSimulation(values=values, in_force=tuple(shares))
