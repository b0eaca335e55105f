"""How the firms of a deal share a cost: by amount, by risk, equally, or by Shapley value."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np

from ipabs._typing import FloatArray
from ipabs.errors import DataError, LimitError, finding
from ipabs.financing.costs import CostItem

AllocationBasis = Mapping[str, float] | None
# Exact Shapley values visit every coalition: 2^16 of them.
MOST_PLAYERS = 16


def by_weights(total: float, weights: FloatArray) -> FloatArray:
    """total × weight / Σ weights; weights are 0 or more and not all 0.

    >>> by_weights(100.0, np.array([1.0, 3.0]))
    array([25., 75.])
    """
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise DataError(
            finding("allocation.weights", "weights {got} cannot share a cost; 0 or more, not all 0", got=weights)
        )
    return np.asarray(total * weights / weights.sum())


def equally(total: float, count: int) -> FloatArray:
    """total / count for each.

    >>> equally(600_000.0, 3)
    array([200000., 200000., 200000.])
    """
    return np.full(count, total / count)


def shapley(cost_of: Callable[[frozenset[int]], float], count: int) -> FloatArray:
    """Shapley values of a cost that coalitions of `count` firms would pay.

    ``φ_i = Σ_{S ∌ i} [c(S ∪ {i}) − c(S)] / (n · C(n − 1, |S|))``, exact over all coalitions (at most 16 firms).

    Source: L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II, 1953.

    Examples
    --------
    The airport game of Littlechild and Owen (1973): planes that need runways of cost 1, 2 and 4.

    >>> runway = lambda planes: max(([1.0, 2.0, 4.0][p] for p in planes), default=0.0)
    >>> shapley(runway, 3).round(6)
    array([0.333333, 0.833333, 2.833333])
    """
    if count > MOST_PLAYERS:
        raise LimitError(
            finding("allocation.players", "{got} firms are too many for exact Shapley values; at most 16", got=count)
        )
    costs = {frozenset(s): cost_of(frozenset(s)) for size in range(count + 1) for s in combinations(range(count), size)}
    values = np.zeros(count)
    for coalition, before in costs.items():
        for firm in set(range(count)) - coalition:
            weight = 1 / (count * comb(count - 1, len(coalition)))
            values[firm] += weight * (costs[coalition | {firm}] - before)
    return values


def shapley_of_minimum(alone: FloatArray, minimum: float) -> FloatArray:
    """Shapley values of ``max(minimum, Σ alone)`` for any number of firms, by the distribution of coalition sums.

    Up to 16 firms exact; above, equal shares of what the minimum adds to the sum, which is its limit for firms
    alike.

    Two fees of 10 and 30 that come to at least 60: each alone would pay 60 too, so they share what both save.

    >>> shapley_of_minimum(np.array([10.0, 30.0]), 60.0)
    array([30., 30.])
    """
    excess = minimum - float(alone.sum())
    if excess <= 0 and minimum <= float(alone.min()):
        return alone.copy()
    if len(alone) <= MOST_PLAYERS:
        return shapley(lambda s: max(minimum, float(sum(alone[at] for at in sorted(s)))) if s else 0.0, len(alone))
    return alone + max(excess, 0.0) / len(alone)


def allocated(
    cost: CostItem, firms: Sequence[str], principal: FloatArray, alone: FloatArray, risk_weights: AllocationBasis
) -> FloatArray:
    """(contract,) what falls on each contract of a deal's cost.

    The firms share it as stated; a firm with several contracts spreads its part over them by what each would pay
    alone, a fixed sum by their principal.

    Parameters
    ----------
    firms : sequence of str
        (contract,) whose contract it is.
    alone : FloatArray
        (contract,) nominal sum each would pay at the cost's rate; with an amount, the whole deal's sum.

    Examples
    --------
    1 % on 6 million is 60,000, below the deal's minimum of 90,000:

    >>> letter = CostItem(name="letter", rate=0.01, minimum=90_000.0)
    >>> allocated(letter, ["a", "b"], np.array([2e6, 4e6]), np.array([20_000.0, 40_000.0]), None)
    array([30000., 60000.])
    """
    names, at = np.unique(np.asarray(firms), return_inverse=True)
    fixed = cost.amount is not None
    weights = principal if fixed else alone
    own = np.bincount(at, weights=weights).astype(np.float64)
    total = float(alone.max()) if fixed else max(float(alone.sum()), cost.minimum or 0.0)
    match cost.allocate_by:
        case "principal":
            parts = by_weights(total, own) if own.any() else np.zeros(len(names))
        case "equally":
            parts = equally(total, len(names))
        case "risk":
            parts = by_weights(total, np.array([_risk_weight(name, cost, risk_weights) for name in names.tolist()]))
        case "shapley":
            # A fixed sum is paid by every coalition alike, so each firm pays the same part of it.
            parts = equally(total, len(names)) if fixed else shapley_of_minimum(own, cost.minimum or 0.0)
    paid = own[at] > 0
    return np.where(paid, parts[at] * weights, 0.0) / np.where(paid, own[at], 1.0)


def _risk_weight(name: str, cost: CostItem, risk_weights: AllocationBasis) -> float:
    if risk_weights is None or name not in risk_weights:
        raise DataError(
            finding("allocation.risk", "{cost} is shared by risk; {got} has no risk weight", got=name, cost=cost.name)
        )
    return risk_weights[name]
