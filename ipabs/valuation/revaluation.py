"""Revaluation over time: what collateral will be worth as streams run off and rights expire."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ipabs.cashflow.discounting import value_or_array
from ipabs.errors import DataError, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.statute import add_years
from ipabs.valuation.coverage import CoverageMatrix
from ipabs.valuation.ranges import outside
from ipabs.valuation.revenue import RevenueStream


def rolled_stream(stream: RevenueStream, years: int) -> RevenueStream:
    """The stream as it will stand `years` later: forecast used up, decay suffered, lives shorter.

    >>> stream = RevenueStream(name="A", revenues=(100.0, 80.0), growth_rate=-0.5, technical_life_years=6.0)
    >>> rolled_stream(stream, 3).revenue(2)
    array([20., 10.])
    """
    stated = len(stream.revenues)
    level = np.asarray(stream.level) * (1 - np.asarray(stream.decay_rate)) ** years
    if years < stated:
        revenues: tuple[float, ...] = stream.revenues[years:]
    elif stream.growth_rate is None:
        revenues = (0.0,)
    else:
        revenues = (stream.revenues[-1],)
        level = level * (1 + np.asarray(stream.growth_rate)) ** (years - stated + 1)
    return replace(
        stream,
        revenues=revenues,
        level=value_or_array(level),
        ramp=stream.ramp[years:],
        technical_life_years=value_or_array(np.maximum(np.asarray(stream.technical_life_years) - years, 0.0)),
        contract_life_years=value_or_array(np.maximum(np.asarray(stream.contract_life_years) - years, 0.0)),
    )


def rolled(method: Any, portfolio: Portfolio, *, years: int) -> Any:
    """A method of streams as it will stand `years` later, for the rights of `portfolio` that are then alive.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> relief = ReliefFromRoyalty(streams=(RevenueStream(name="A", revenues=(100.0, 80.0, 60.0)),), royalty_rate=0.05,
    ...                            tax_rate=0.25, discount_rate=0.1)
    >>> rolled(relief, Portfolio(rights=()), years=1).streams[0].revenues
    (80.0, 60.0)
    """
    numbers = {right.number for right in portfolio.rights}
    coverage = method.coverage and CoverageMatrix(
        protections=tuple(one for one in method.coverage.protections if one.right in numbers)
    )
    streams = tuple(rolled_stream(stream, years) for stream in method.streams)
    return replace(method, streams=streams, coverage=coverage)


def revaluations(method: Any, portfolio: Portfolio, *, as_of: date, years: Iterable[int]) -> pd.DataFrame:
    """Value on each anniversary, on what is known today: streams run off, rights that expire leave.

    Parameters
    ----------
    method : a method of streams (relief from royalty, income or profit sharing, excess earnings), in whole years; of an
        `Uncertain` one, what `drawn` gives
    years : whole years after `as_of`, 0 to 100

    Returns
    -------
    DataFrame
        Indexed by date: rights alive, mean, 5 %, 50 % and 95 % of value. Without a right alive the value is 0.

    Examples
    --------
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> relief = ReliefFromRoyalty(streams=(RevenueStream(name="A", revenues=(100.0, 100.0)),), royalty_rate=0.05,
    ...                            tax_rate=0.0, discount_rate=0.25)
    >>> revaluations(relief, Portfolio(rights=()), as_of=date(2024, 1, 1), years=(0, 1, 2))["mean"].round(9).tolist()
    [7.2, 4.0, 0.0]
    """
    ahead = tuple(years)
    template = "{got} has no streams to run off; wanted a method of streams"
    kind = () if hasattr(method, "streams") else (finding("revaluation.method", template, got=type(method).__name__),)
    refuse(DataError, (*kind, *outside("years", ahead, "{0, ..., 100}")))
    rows: dict[date, dict[str, float]] = {}
    for after in ahead:
        day = add_years(as_of, after)
        alive = portfolio.alive(day)
        if portfolio.rights and not alive.rights:
            rows[day] = {"rights": 0, "mean": 0.0, "q05": 0.0, "median": 0.0, "q95": 0.0}
            continue
        worth = rolled(method, alive, years=after).value(alive, as_of=day)
        rows[day] = {
            "rights": len(alive.rights),
            "mean": worth.mean,
            "q05": worth.quantile(0.05),
            "median": worth.quantile(0.5),
            "q95": worth.quantile(0.95),
        }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "date"
    return frame
