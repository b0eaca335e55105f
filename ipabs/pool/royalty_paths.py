"""Royalty streams under simulated sales: the same panel as other obligations, one path after the sales of each."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROW
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.fates import NEVER, Fates, default_periods
from ipabs.pool.obligation import Obligation, day_numbers
from ipabs.pool.royalty_stream import RoyaltyStream
from ipabs.pool.simulated import add_up


def pay_on_sales(
    block: FloatArray,
    streams: Sequence[RoyaltyStream],
    timeline: Timeline,
    sales: Mapping[str, FloatArray],
    fates: Fates | None,
    later: IntArray,
    severity: float,
) -> dict[str, FloatArray]:
    """Add what streams pay on simulated sales to a block ``(row, period, path)``; of each guarantor what it owes.

    Royalties pay the interest due at the yield of the expected case first, with what was left unpaid before and its
    interest, then principal; what comes beyond the price and its yield is `other`. Principal that the last date leaves
    unpaid is defaulted.

    A licensee pays until its default period and nothing from it on. What the stream is owed then is defaulted, after
    the lag the part ``1 - severity`` of it is recovered, and a guarantor of the licensee owes the rest. It does not
    stand for sales that are too low.

    Parameters
    ----------
    sales : mapping
        Id of a stream to its sales up to each of its payment dates, ``(path, date)``; one path stands for all.
    fates : Fates, optional
        Default periods of the licensees.
    later : IntArray
        ``later[t]`` is the period in which defaults of period t recover.
    """
    periods, paths = block.shape[1:]
    due: dict[str, FloatArray] = {}
    for one in streams:
        period = timeline.period_of(day_numbers([date.date for date in one.sales]))
        cash = one.royalties(np.asarray(sales[one.id], dtype=np.float64))
        stop = default_periods(fates, one.obligor) if fates else np.full(paths, NEVER)
        owed = _pay(block, one, period, np.broadcast_to(cash, (paths, len(period))), stop)
        path = np.flatnonzero(stop <= min(period[-1], periods - 1))
        to = later[stop[path]]
        path, to = path[to < periods], to[to < periods]
        add_up(block[ROW["recovery"]], to, path, (1 - severity) * owed[path])
        if one.guarantor:
            add_up(due.setdefault(one.guarantor, np.zeros((periods, paths))), to, path, severity * owed[path])
    return due


def _pay(block: FloatArray, stream: RoyaltyStream, period: IntArray, cash: FloatArray, stop: IntArray) -> FloatArray:
    """Add what a stream pays on each path until its licensee stops, and what defaults; ``(path,)`` what it is owed."""
    rate, years = stream.effective_yield(), stream.years()[0]
    owed, unpaid = np.full(len(cash), float(stream.principal)), np.zeros(len(cash))
    for k, t in enumerate(period):
        if t >= block.shape[1]:
            break
        paid = np.where(t < stop, cash[:, k], 0.0)
        due = unpaid * (1 + rate * years[k]) + owed * rate * years[k]
        interest = np.minimum(paid, due)
        principal = np.minimum(paid - interest, owed)
        unpaid, owed = due - interest, owed - principal
        block[ROW["interest"], t] += interest
        block[ROW["principal"], t] += principal
        block[ROW["other"], t] += paid - interest - principal
    when = np.minimum(stop, period[-1])
    ends = np.flatnonzero(when < block.shape[1])
    block[ROW["defaulted"], when[ends], ends] += owed[ends]
    return owed


def simulated_streams(obligations: Sequence[Obligation], sales: Collection[str]) -> tuple[RoyaltyStream, ...]:
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


def sales_faults(
    streams: Sequence[RoyaltyStream], timeline: Timeline, sales: Mapping[str, FloatArray], fates: Fates | None
) -> Iterator[Finding]:
    """Sales of another shape, negative, or on another number of paths; payment dates before the cut-off."""
    if set(sales) != {one.id for one in streams}:
        template = "sales of {got} where sales of {wanted} are simulated"
        yield finding("royalty.simulated", template, got=sorted(sales), wanted=[one.id for one in streams])
        return
    paths = {len(sales[one.id]) for one in streams} - {1} | ({fates.paths} if fates else set())
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
