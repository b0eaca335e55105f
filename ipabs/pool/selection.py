"""Selection: which contracts of a long list make the largest or the cheapest pool within the limits.

Every contract is taken whole or not at all, so this is a mixed-integer linear programme. With principal p, choice x and
P = Σ p x, a concentration limit on the n largest groups, Σ of the n largest s_g ≤ c P, is linear with one level t and
one excess u_g a group: n t + Σ u_g ≤ c P, u_g ≥ s_g - t (Ogryczak and Tamir, *Information Processing Letters* 85, 2003,
on sums of the k largest).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ipabs._typing import BoolArray, FloatArray
from ipabs.basics.units import Money
from ipabs.errors import Finding, ModelError, SpecError, finding, refuse
from ipabs.pool.eligibility import AverageLimit, ConcentrationLimit, Limit, MinimumNumber, limit_faults
from ipabs.pool.pool import Pool, column_faults

Row = tuple[FloatArray, float, float]
# Answers of scipy's `milp`.
SOLVED, OUT_OF_TIME = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Bounds of the pool's principal.

    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> select_pool(pool, (), size=Size(maximum=8e6)).pool.ids        # at most 8 million
    ('C1', 'C3')
    """

    minimum: Money = 0.0
    maximum: Money | None = None
    name: str = "size"


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A selected pool.

    Attributes
    ----------
    pool : Pool
    objective : float
        Principal selected, or cost.
    binding : tuple of str
        Limits without which the result would be better.
    proven : bool
        Whether nothing better exists; False when time ran out.

    Examples
    --------
    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> found = select_pool(pool, (), size=Size(maximum=8e6))
    >>> found.objective, found.binding, found.proven
    (7000000.0, ('size',), True)
    """

    pool: Pool
    objective: float
    binding: tuple[str, ...]
    proven: bool = field(default=True)


def select_pool(
    pool: Pool,
    limits: tuple[Limit, ...],
    *,
    size: Size | None = None,
    objective: Literal["largest", "cheapest"] = "largest",
    cost: str = "contract_rate",
    seconds: float = 20.0,
    as_of: date | None = None,
) -> Selection:
    """The largest pool within the limits, or the cheapest of at least a size.

    Parameters
    ----------
    pool : Pool
        The long list.
    limits : tuple
        Concentration, number and average limits.
    size : Size, optional
    objective : {"largest", "cheapest"}
        `cheapest` minimizes Σ principal · cost, with `cost` a column of the pool's table; it needs a minimum size.
    seconds : float
        Time for each programme; the best pool found until then is returned as not proven.
    as_of : date, optional
        Adds ages and remaining terms to the columns that limits may average.

    Raises
    ------
    SpecError
        Columns that the pool's table does not have; two limits of one name; the cheapest pool of no size.
    ModelError
        No pool meets all limits; the finding names a smallest set of limits that clash. Or none is found in time.

    Examples
    --------
    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> limit = ConcentrationLimit(name="largest debtor", maximum=0.76)
    >>> found = select_pool(pool, (limit,), size=Size(maximum=5e6))
    >>> found.pool.ids, found.objective, found.binding
    (('C2', 'C3'), 4000000.0, ('size',))
    >>> select_pool(pool, (), size=Size(minimum=4e6), objective="cheapest").pool.ids
    ('C2', 'C3')
    """
    table, size = pool.to_frame(as_of=as_of), size or Size()
    refuse(SpecError, _faults(table, limits, size, objective, cost))
    programme = _Programme(table, limits, size, objective, cost, seconds)
    everything = programme.names
    best = programme.solve(everything)
    if best is None:
        raise ModelError(
            finding(
                "selection.clash",
                "no pool meets all limits; these clash: {got}",
                got=", ".join(programme.clash()),
            )
        )
    chosen, value, proven = best
    binding = tuple(name for name in everything if programme.improves(everything - {name}, value))
    ids = np.array(pool.ids)[chosen]
    return Selection(pool.select(ids.tolist()), abs(value), tuple(sorted(binding)), proven)


def _faults(table: pd.DataFrame, limits: tuple[Limit, ...], size: Size, objective: str, cost: str) -> Iterator[Finding]:
    yield from limit_faults(limits, table)
    names = [one.name for one in (*limits, size)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield finding("selection.name_twice", "two limits are named {got!r}", path=(name,), got=name)
    if objective == "cheapest":
        yield from column_faults(table, [("cost", cost, True)])
        if not size.minimum > 0:
            yield finding("selection.size", "the cheapest pool needs a size with a minimum", path=("size",))


class _Programme:
    """The programme over the choices x and the further variables of the limits."""

    def __init__(
        self, table: pd.DataFrame, limits: tuple[Limit, ...], size: Size, objective: str, cost: str, seconds: float
    ) -> None:
        self.principal = table["principal"].to_numpy(dtype=np.float64)
        # Money in units of the average contract keeps the programme well scaled.
        self.scaled = self.principal / self.principal.mean()
        self.table, self.limits, self.size, self.seconds = table, limits, size, seconds
        price = table[cost].to_numpy(dtype=np.float64) if objective == "cheapest" else np.full(len(table), -1.0)
        self.weights = self.principal * price
        self.names = frozenset(one.name for one in (*limits, size))

    def solve(self, names: frozenset[str]) -> tuple[BoolArray, float, bool] | None:
        """The best choice under the limits of these names, its value and whether it is proven; None: no choice."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        rows, whole, upper = self._rows(names)
        width = len(whole)
        matrix = np.array([np.pad(row, (0, width - len(row))) for row, _, _ in rows])
        low, high = (np.array([row[k] for row in rows]) for k in (1, 2))
        found = milp(
            np.pad(self.weights / np.abs(self.weights).max(), (0, width - len(self.principal))),
            constraints=LinearConstraint(matrix, low, high),
            integrality=whole.astype(int),
            bounds=Bounds(0, upper),
            options={"time_limit": self.seconds, "mip_rel_gap": 0.0},
        )
        if found.x is None and found.status == OUT_OF_TIME:
            template = "no pool was found in {got} seconds, nor that there is none; allow more"
            raise ModelError(finding("selection.time", template, got=f"{self.seconds:g}"))
        if found.x is None:
            return None
        chosen = np.asarray(found.x[: len(self.principal)] > 0.5, dtype=np.bool_)
        return chosen, float(self.weights[chosen].sum()), found.status == SOLVED

    def improves(self, names: frozenset[str], value: float) -> bool:
        """Whether the result under these limits alone is better than `value`."""
        best = self.solve(names)
        return best is not None and best[1] < value - 1e-6 * abs(value)

    def clash(self) -> tuple[str, ...]:
        """A smallest set of limits without a solution: each one left out in turn, for good if nothing changes."""
        names = self.names
        for name in sorted(names):
            if self.solve(names - {name}) is None:
                names = names - {name}
        return tuple(sorted(names))

    def _rows(self, names: frozenset[str]) -> tuple[list[Row], BoolArray, FloatArray]:
        """Constraint rows over x and the limits' own variables, which variables are whole, and their upper bounds."""
        count = len(self.principal)
        rows: list[Row] = [(np.ones(count), 1.0, np.inf)]
        whole, upper = [True] * count, [1.0] * count
        if self.size.name in names:
            most = np.inf if self.size.maximum is None else self.size.maximum
            scale = self.principal.mean()
            rows.append((self.scaled, self.size.minimum / scale, most / scale))
        for limit in self.limits:
            if limit.name not in names:
                continue
            match limit:
                case AverageLimit():
                    rows += self._average(limit)
                case MinimumNumber():
                    rows += self._number(limit, whole, upper)
                case ConcentrationLimit():
                    rows += self._concentration(limit, whole, upper)
        return rows, np.array(whole), np.array(upper)

    def _average(self, limit: AverageLimit) -> list[Row]:
        values = self.table[limit.column].to_numpy(dtype=np.float64)
        rows: list[Row] = []
        if limit.minimum is not None:
            rows.append((self.scaled * (values - limit.minimum), 0.0, np.inf))
        if limit.maximum is not None:
            rows.append((self.scaled * (values - limit.maximum), -np.inf, 0.0))
        return rows

    def _number(self, limit: MinimumNumber, whole: list[bool], upper: list[float]) -> list[Row]:
        """y_g ≤ Σ x of the group, Σ y ≥ minimum."""
        groups = self._groups(limit.by)
        first = len(whole)
        whole += [True] * len(groups)
        upper += [1.0] * len(groups)
        rows: list[Row] = []
        for g, mine in enumerate(groups):
            row = np.zeros(len(whole))
            row[: len(mine)], row[first + g] = mine, -1.0
            rows.append((row, 0.0, np.inf))
        total = np.zeros(len(whole))
        total[first:] = 1.0
        return [*rows, (total, float(limit.minimum), np.inf)]

    def _concentration(self, limit: ConcentrationLimit, whole: list[bool], upper: list[float]) -> list[Row]:
        groups = self._groups(limit.by)
        if limit.top == 1:
            return [(self.scaled * (mine - limit.maximum), -np.inf, 0.0) for mine in groups]
        first = len(whole)
        whole += [False] * (1 + len(groups))
        upper += [np.inf] * (1 + len(groups))
        rows: list[Row] = []
        for g, mine in enumerate(groups):
            row = np.zeros(len(whole))
            row[: len(mine)] = self.scaled * mine
            row[first], row[first + 1 + g] = -1.0, -1.0
            rows.append((row, -np.inf, 0.0))
        total = np.zeros(len(whole))
        total[: len(self.scaled)] = -limit.maximum * self.scaled
        total[first], total[first + 1 :] = float(limit.top), 1.0
        return [*rows, (total, -np.inf, 0.0)]

    def _groups(self, by: str) -> list[FloatArray]:
        """For each group 1 for its contracts and 0 for others."""
        code, names = pd.factorize(self.table[by])
        return [(code == g).astype(np.float64) for g in range(len(names))]
