"""Collections under simulated default periods, without a cube of obligors, periods and paths.

Each period's flow is that of the whole pool less the flows of those who have defaulted. What a default in one period
takes away from all later ones is a row of a table, and a path's loss is the sum of the rows of its defaults: a sparse
product, as long as the list of defaults, which is far shorter than obligors times paths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROW, ROWS
from ipabs.pool.cohorts import Steps
from ipabs.pool.fates import Defaults
from ipabs.pool.obligation import Obligation
from ipabs.pool.survival import Survival

SERIES = ("interest", "principal", "prepayment", "other", "capitalized")
# Numbers in the table of losses: what fits in a processor's cache.
TABLE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Healthy:
    """What each obligor pays and owes as long as nobody defaults, in the order of their ids.

    Attributes
    ----------
    obligors : tuple of str
    series : tuple of str
        The series that are not 0 throughout.
    flows : FloatArray
        ``(obligor, series, period)``
    owed : FloatArray
        ``(obligor, period)`` at the start of each period.
    guaranteed : dict
        Guarantor to the part of `owed` that it stands for, ``(obligor, period)``.
    opening : float
        Balance of all at the cut-off.
    """

    obligors: tuple[str, ...]
    series: tuple[str, ...]
    flows: FloatArray
    owed: FloatArray
    guaranteed: dict[str, FloatArray]
    opening: float

    @classmethod
    def of(cls, obligations: Sequence[Obligation], steps: Steps, opening: FloatArray, paid: Survival) -> "Healthy":
        """From the obligations' balances at the cut-off and their survival without defaults."""
        obligors = tuple(sorted({one.obligor for one in obligations}))
        place = {id: n for n, id in enumerate(obligors)}
        who = np.array([place[one.obligor] for one in obligations], dtype=np.int64)
        amounts = {name: steps.in_periods(getattr(paid, name)) for name in SERIES}
        series = tuple(name for name in SERIES if amounts[name].any())
        flows = [_by_obligor(amounts[name], who, len(obligors)) for name in series]
        repaid = np.cumsum(amounts["principal"] + amounts["prepayment"] - amounts["capitalized"], axis=1)
        owed = opening[:, None] - np.concatenate([np.zeros((len(who), 1)), repaid[:, :-1]], axis=1)
        named = np.array([getattr(one, "guarantor", "") for one in obligations])
        return cls(
            obligors,
            series,
            np.stack(flows, axis=1) if flows else np.zeros((len(obligors), 0, owed.shape[1])),
            _by_obligor(owed, who, len(obligors)),
            {
                name: _by_obligor(np.where((named == name)[:, None], owed, 0.0), who, len(obligors))
                for name in sorted({*named.tolist()} - {""})
            },
            float(opening.sum()),
        )


def _by_obligor(amounts: FloatArray, who: IntArray, size: int) -> FloatArray:
    """``(obligor, period)`` sums of the obligations' amounts."""
    result = np.zeros((size, amounts.shape[1]))
    np.add.at(result, who, amounts)
    return result


def pay_until_default(healthy: Healthy, defaults: Defaults, paths: int) -> FloatArray:
    """What the obligors pay until they default, and what they owe then, as a block ``(row, period, path)``.

    Balances are left to be filled in when all flows are known.
    """
    obligors, periods = healthy.owed.shape
    block = np.empty((len(ROWS), periods, paths))
    for name in ROWS:
        if name not in healthy.series:
            block[ROW[name]] = 0.0
    lost = _lost(healthy.flows, defaults, paths)
    whole = healthy.flows.sum(axis=0)
    for k, name in enumerate(healthy.series):
        row = block[ROW[name]]
        np.subtract(whole[k][:, None], lost[:, k * periods : (k + 1) * periods].T, out=row)
        np.maximum(row, 0.0, out=row)  # less than 0 only by float residue
    period = np.tile(np.arange(periods), obligors)
    add_up(block[ROW["defaulted"]], period[defaults.cell], defaults.path, healthy.owed.ravel()[defaults.cell])
    return block


def _lost(flows: FloatArray, defaults: Defaults, paths: int) -> FloatArray:
    """What those who have defaulted no longer pay, ``(path, series · period)``."""
    from scipy.sparse import csr_array  # here, since loading it takes longer than most projections

    obligors, series, periods = flows.shape
    missed = np.arange(periods) >= np.arange(periods)[:, None]  # (default period, period)
    size = max(TABLE // max(series * periods**2, 1), 1)
    lost = np.zeros((paths, 0))
    for lo in range(0, obligors, size):
        table = (flows[lo : lo + size, None] * missed[:, None, :]).reshape(-1, series * periods)
        cell, ends = defaults.cell, defaults.ends
        if size < obligors:
            mine = (cell >= lo * periods) & (cell < (lo + size) * periods)
            cell, ends = cell[mine] - lo * periods, np.concatenate([[0], np.cumsum(mine)])[ends]
        count = csr_array((np.ones(len(cell)), cell, ends), shape=(paths, len(table)))
        lost = lost + np.asarray(count @ table) if lo else np.asarray(count @ table)
    return lost


def add_up(row: FloatArray, period: IntArray, path: IntArray, amount: FloatArray) -> None:
    """Add amounts to a row ``(period, path)``, in their order."""
    np.add.at(row.reshape(-1), period * row.shape[1] + path, amount)


def recover(
    block: FloatArray,
    healthy: Healthy,
    defaults: Defaults,
    later: IntArray,
    severity: float,
    collateral: Mapping[str, FloatArray],
) -> dict[str, FloatArray]:
    """Add the recoveries after the lag; of each guarantor what is then left of the debts that it stands for.

    ``later[t]`` is the period in which defaults of period t recover.
    """
    obligors, periods = healthy.owed.shape
    owed = np.where(later < periods, healthy.owed, 0.0).ravel()  # beyond the last period nothing is seen
    to = np.tile(np.minimum(later, periods - 1), obligors)[defaults.cell]
    recovered = ((1 - severity) * owed)[defaults.cell]
    for obligor, value in collateral.items():
        who = healthy.obligors.index(obligor)
        mine = np.flatnonzero(defaults.cell // periods == who)
        worth = np.broadcast_to(value, (block.shape[2], periods))[defaults.path[mine], to[mine]]
        recovered[mine] = np.minimum(worth, owed[defaults.cell[mine]])
    add_up(block[ROW["recovery"]], to, defaults.path, recovered)
    due = {}
    for guarantor, debts in healthy.guaranteed.items():
        covered = np.divide(debts.ravel(), owed, out=np.zeros(len(owed)), where=owed > 0)[defaults.cell]
        due[guarantor] = np.zeros(block.shape[1:])
        add_up(due[guarantor], to, defaults.path, covered * (owed[defaults.cell] - recovered))
    return due


def recovery_periods(timeline: Timeline, lag: int) -> IntArray:
    """The period in which the day lies that is `lag` months after the end of each period."""
    return timeline.period_of([add_months(end, lag) for end in timeline.collection_ends])


def guaranteed_payments(due: FloatArray, stop: IntArray, limit: float | None) -> FloatArray:
    """What a guarantor pays of what it is due, ``(period, path)``: up to its limit, and nothing from its default on.

    >>> due = np.array([[60.0, 60.0], [60.0, 60.0]])
    >>> guaranteed_payments(due, np.array([9, 1]), 100.0)
    array([[60., 60.],
           [40.,  0.]])
    """
    paid = np.zeros(due.shape)
    left = np.full(due.shape[1], np.inf if limit is None else float(limit))
    for t, called in enumerate(due):
        paid[t] = np.where(stop > t, np.minimum(called, left), 0.0)
        left -= paid[t]
    return paid
