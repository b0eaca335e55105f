"""Replines: few representative contracts in place of many, with cash flows within a stated tolerance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, finding
from ipabs.pool.contract import Contract
from ipabs.pool.pool import Pool
from ipabs.pool.repayment import flows_of

# Terms in which the contracts of one repline agree; principal, rate and dates are what it averages.
AVERAGED = {"id", "obligor", "principal", "contract_rate", "start", "maturity", "first_payment", "guarantor", "balloon"}


def replines(
    pool: Pool, timeline: Timeline, *, tolerance: float, indices: Sequence[IndexHistory] = ()
) -> tuple[Contract, ...]:
    """Representative contracts whose cash in every period is that of the pool, within `tolerance` of its principal.

    Contracts that agree in everything but size, rate and dates are put together; the representative has their summed
    principal, their average rate weighted by it, and the dates of the one in the middle. A group whose representative
    misses the cash of some period by more than ``tolerance · principal of the group`` is cut in two, by maturity, start
    and rate, until it does not; so the pool's cash is missed by at most ``tolerance · principal of the pool``.

    Parameters
    ----------
    tolerance : float
        Share of principal, above 0.
    indices : sequence
        Histories of floating rates that replace the published ones.

    Returns
    -------
    tuple of Contract
        In the order of their first contract.

    Raises
    ------
    DataError
        A tolerance that is not positive; obligations that are no contracts with a schedule.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> from ipabs.basics.timeline import Timeline
    >>> ends = (date(2024, 7, 1), date(2025, 1, 1))
    >>> line = Timeline(cut_off=date(2024, 1, 1), closing=date(2024, 1, 1), collection_ends=ends, accrual_ends=ends,
    ...                 payments=ends)
    >>> made = replines(pool, line, tolerance=0.001)
    >>> [(one.id, one.principal, one.contract_rate) for one in made]    # C1 and C2 differ in rate alone
    [('C1', 9000000.0, 0.043333333333333335), ('C3', 1000000.0, 0.06)]
    """
    contracts = [one for one in pool.obligations if isinstance(one, Contract)]
    if not tolerance > 0:
        raise DataError(finding("replines.tolerance", "tolerance is {got}; it must be more than 0", got=tolerance))
    if len(contracts) < len(pool):
        text = "{got} obligations have no schedule of their own; replines are made of loans and licences"
        raise DataError(finding("replines.kind", text, got=len(pool) - len(contracts)))
    cash = _cash(contracts, timeline, indices)
    done: list[tuple[int, Contract]] = []
    groups = _alike(contracts)
    while groups:
        made = [_representative([contracts[k] for k in group]) for group in groups]
        off = np.abs(_cash(made, timeline, indices) - np.array([cash[group].sum(axis=0) for group in groups])).max(
            axis=1
        )
        close = off <= tolerance * np.array([one.principal for one in made])
        kept = [len(group) == 1 or bool(near) for group, near in zip(groups, close, strict=True)]
        done += [(int(group.min()), one) for group, one, keep in zip(groups, made, kept, strict=True) if keep]
        halves = [np.array_split(group, 2) for group, keep in zip(groups, kept, strict=True) if not keep]
        groups = [half for pair in halves for half in pair]
    return tuple(one for _, one in sorted(done, key=lambda item: item[0]))


def _alike(contracts: Sequence[Contract]) -> list[IntArray]:
    """Groups of contracts that agree in their terms, each in the order of maturity, start and rate."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for k, one in enumerate(contracts):
        names = sorted({name for cls in type(one).__mro__ for name in getattr(cls, "__slots__", ())} - AVERAGED)
        groups.setdefault((type(one), *(getattr(one, name) for name in names)), []).append(k)

    def order(k: int) -> tuple[object, ...]:
        one = contracts[k]
        return one.maturity, one.start, one.contract_rate or 0.0, one.id

    return [np.array(sorted(group, key=order)) for group in groups.values()]


def _representative(group: Sequence[Contract]) -> Contract:
    principal = np.array([one.principal for one in group])
    total = float(principal.sum())
    middle = group[int(np.searchsorted(np.cumsum(principal), total / 2))]
    rates = [one.contract_rate for one in group]
    stated = [rate for rate in rates if rate is not None]
    rate = float(np.dot(principal, np.array(stated)) / total) if len(stated) == len(rates) else middle.contract_rate
    return replace(middle, principal=total, contract_rate=rate, balloon=float(sum(one.balloon for one in group)))


def _cash(contracts: Sequence[Contract], timeline: Timeline, indices: Sequence[IndexHistory]) -> FloatArray:
    """Cash of each contract in each period, ``(contract, period)``."""
    flows = flows_of(contracts, indices)
    period = timeline.period_of(flows.days)
    inside = (period >= 0) & (period < timeline.periods)
    at = flows.row[inside] * timeline.periods + period[inside]
    cash = np.bincount(at, (flows.interest + flows.principal)[inside], len(contracts) * timeline.periods)
    return np.asarray(cash.reshape(len(contracts), timeline.periods), dtype=np.float64)
