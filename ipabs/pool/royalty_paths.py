"""Royalty streams under simulated sales: the same panel as other obligations, one path after the sales of each."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROWS, Collections
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.obligation import Obligation, day_numbers
from ipabs.pool.royalty_stream import RoyaltyStream

INTEREST, PRINCIPAL, OTHER, DEFAULTED, PERFORMING = (
    ROWS.index(name) for name in ("interest", "principal", "other", "defaulted", "performing")
)


def royalty_collections(
    streams: Sequence[RoyaltyStream], timeline: Timeline, sales: Mapping[str, FloatArray]
) -> Collections:
    """What streams pay on simulated sales.

    Royalties pay the interest due at the yield of the expected case first, with what was left unpaid before and its
    interest, then principal; what comes beyond the price and its yield is `other`. Principal that the last date leaves
    unpaid is defaulted.

    Parameters
    ----------
    sales : mapping
        Id of a stream to its sales up to each of its payment dates, ``(path, date)``.

    Raises
    ------
    DataError
        Sales of no stream, of another shape, negative; different numbers of paths; payment dates before the cut-off.
    """
    refuse(DataError, _faults(streams, timeline, sales))
    paths = max(len(sales[one.id]) for one in streams)
    block = np.zeros((len(ROWS), timeline.periods, paths))
    opening = np.full(paths, float(sum(one.principal for one in streams)))
    for one in streams:
        period = timeline.period_of(day_numbers([date.date for date in one.sales]))
        _pay(block, one, period, one.royalties(np.asarray(sales[one.id], dtype=np.float64)))
    paid = np.cumsum(block[PRINCIPAL] + block[DEFAULTED], axis=0)
    block[PERFORMING] = np.maximum(opening - paid, 0.0)  # less than 0 only by float residue
    return Collections.from_block(timeline, block, opening, np.zeros(paths))


def _pay(block: FloatArray, stream: RoyaltyStream, period: IntArray, cash: FloatArray) -> None:
    rate, years = stream.effective_yield(), stream.years()[0]
    owed, unpaid = np.full(len(cash), float(stream.principal)), np.zeros(len(cash))
    for k, t in enumerate(period):
        due = unpaid * (1 + rate * years[k]) + owed * rate * years[k]
        interest = np.minimum(cash[:, k], due)
        principal = np.minimum(cash[:, k] - interest, owed)
        unpaid, owed = due - interest, owed - principal
        if t >= block.shape[1]:
            return
        block[INTEREST, t] += interest
        block[PRINCIPAL, t] += principal
        block[OTHER, t] += cash[:, k] - interest - principal
    block[DEFAULTED, period[-1]] += owed


def with_streams(rest: Collections | None, streams: Collections) -> Collections:
    """Collections of a pool's streams and of the rest of it together; one path stands for all."""
    if rest is None:
        return streams
    block = rest.block + streams.block
    return Collections.from_block(
        rest.timeline,
        block,
        np.broadcast_to(rest.opening + streams.opening, block.shape[2]).copy(),
        np.broadcast_to(rest.opening_delinquent, block.shape[2]).copy(),
    )


def simulated_streams(obligations: Sequence[Obligation], sales: Mapping[str, FloatArray]) -> tuple[RoyaltyStream, ...]:
    """The streams of a pool that simulated sales are given for; sales for anything else are an error."""
    streams = tuple(one for one in obligations if isinstance(one, RoyaltyStream) and one.id in sales)
    known = [one.id for one in obligations if isinstance(one, RoyaltyStream)]
    refuse(
        DataError,
        (
            finding("royalty.no_stream", "sales of {got!r}, which is no royalty stream; {hint}", got=id, allowed=known)
            for id in sales
            if id not in known
        ),
    )
    return streams


def _faults(streams: Sequence[RoyaltyStream], timeline: Timeline, sales: Mapping[str, FloatArray]) -> Iterator[Finding]:
    paths = {len(sales[one.id]) for one in streams}
    if len(paths) > 1:
        yield finding("royalty.paths", "sales have different numbers of paths: {got}", got=sorted(paths))
    for one in streams:
        values = np.asarray(sales[one.id])
        if values.ndim != 2 or values.shape[1] != len(one.sales) or not np.isfinite(values).all() or (values < 0).any():
            template = "sales of {got} need {dates} amounts of 0 or more a path"
            yield finding("royalty.sales", template, path=(one.id,), got=one.id, dates=len(one.sales))
        if one.sales[0].date <= timeline.cut_off:
            template = "stream {got} pays on {day}, not after the cut-off {cut_off}"
            yield finding(
                "royalty.past", template, path=(one.id,), got=one.id, day=one.sales[0].date, cut_off=timeline.cut_off
            )
