"""Revolving pools: principal buys new contracts that behave like the pool did when it was new."""

from collections.abc import Sequence

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.errors import DataError, finding

PROFILE = ("interest", "principal", "prepayment", "recovery", "other", "defaulted", "capitalized")


def unit_profile(collections: Collections) -> dict[str, FloatArray]:
    """What one unit of principal pays in each period after it is bought, ``(period,)``, from a pool's first path.

    The pool is new contracts projected over their whole life; its period 0 is the first after the purchase.

    >>> from datetime import date
    >>> from ipabs.basics.timeline import Timeline
    >>> ends = (date(2024, 7, 1), date(2025, 1, 1))
    >>> line = Timeline(cut_off=date(2024, 1, 1), closing=date(2024, 1, 1), collection_ends=ends, accrual_ends=ends,
    ...                 payments=ends)
    >>> paid = Collections(line, interest=[30.0, 15.0], principal=[500.0, 500.0], opening=1000.0)
    >>> unit_profile(paid)["principal"], unit_profile(paid)["interest"]
    (array([0.5, 0.5]), array([0.03 , 0.015]))
    """
    opening = float(collections.opening[0])
    return {name: collections.series(name)[0] / opening for name in PROFILE}


def revolving_collections(
    collections: Collections,
    profile: dict[str, FloatArray],
    *,
    periods: int,
    reinvested: Sequence[str] = ("principal", "prepayment"),
) -> Collections:
    """Collections net of what is spent on new contracts in the first `periods` periods.

    At the end of each of them all cash of the `reinvested` series buys units at par; each purchase then pays by its
    age. Net principal is what is left after the purchase, so that the balances still roll forward.

    Parameters
    ----------
    collections : Collections
        Of the first pool, one path.
    profile : dict
        From `unit_profile`; periods of the time line are taken as equally long.
    reinvested : sequence of str
        Of principal and prepayment.

    Raises
    ------
    DataError
        More periods than the time line has, a series that cannot be reinvested, more than one path.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.basics.timeline import Timeline
    >>> ends = (date(2024, 7, 1), date(2025, 1, 1))
    >>> line = Timeline(cut_off=date(2024, 1, 1), closing=date(2024, 1, 1), collection_ends=ends, accrual_ends=ends,
    ...                 payments=ends)
    >>> paid = Collections(line, interest=[30.0, 15.0], principal=[500.0, 500.0], opening=1000.0)
    >>> again = revolving_collections(paid, unit_profile(paid), periods=1)
    >>> again.principal, again.interest             # 500 is spent on new contracts, which pay 250 and 15 in period 1
    (array([[  0., 750.]]), array([[30., 30.]]))
    """
    line = collections.timeline
    _check(collections, line, periods, reinvested)
    flows = {name: collections.series(name)[0].copy() for name in PROFILE}
    spent = {name: np.zeros(line.periods) for name in reinvested}
    for t in range(periods):
        for name in reinvested:
            spent[name][t] = flows[name][t]
        bought = sum(amounts[t] for amounts in spent.values())
        for name, unit in profile.items():
            later = min(line.periods - t - 1, len(unit))
            flows[name][t + 1 : t + 1 + later] += bought * unit[:later]
    net = {name: flows[name] - spent.get(name, 0.0) for name in PROFILE}
    return Collections(line, opening=collections.opening, **net)


def _check(collections: Collections, line: Timeline, periods: int, reinvested: Sequence[str]) -> None:
    allowed = ("principal", "prepayment")
    if collections.paths != 1 or not 0 <= periods <= line.periods:
        template = "{got} revolving periods on {paths} paths; at most {periods} on one path"
        raise DataError(
            finding("revolving.periods", template, got=periods, paths=collections.paths, periods=line.periods)
        )
    for name in reinvested:
        if name not in allowed:
            raise DataError(
                finding("revolving.series", "no series {got!r} to reinvest; {hint}", got=name, allowed=allowed)
            )
