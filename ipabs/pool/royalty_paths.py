"""Royalty streams under simulated sales: the same panel as other obligations, one path after the sales of each."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROWS, Collections
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.obligation import Obligation, day_numbers
from ipabs.pool.royalty_stream import RoyaltyStream
from ipabs.pool.simulated import NEVER, Fates, fate_faults
from ipabs.pool.vectors import NO_STRESS, Vectors

INTEREST, PRINCIPAL, RECOVERY, OTHER, DEFAULTED, PERFORMING = (
    ROWS.index(name) for name in ("interest", "principal", "recovery", "other", "defaulted", "performing")
)


def royalty_collections(
    streams: Sequence[RoyaltyStream],
    timeline: Timeline,
    sales: Mapping[str, FloatArray],
    *,
    fates: Fates | None = None,
    vectors: Vectors = NO_STRESS,
) -> Collections:
    """What streams pay on simulated sales.

    Royalties pay the interest due at the yield of the expected case first, with what was left unpaid before and its
    interest, then principal; what comes beyond the price and its yield is `other`. Principal that the last date leaves
    unpaid is defaulted.

    Under `fates` a licensee pays until its default period and nothing from it on. What the stream is owed then is
    defaulted, and after the lag of `vectors` the part ``1 - severity`` of it is recovered.

    Parameters
    ----------
    sales : mapping
        Id of a stream to its sales up to each of its payment dates, ``(path, date)``; one path stands for all.
    fates : Fates, optional
        Default periods of the licensees, on as many paths as the sales have; one path of sales stands for all.

    Raises
    ------
    DataError
        Sales of no stream, of another shape, negative; different numbers of paths; payment dates before the cut-off.
    """
    refuse(DataError, _faults(streams, timeline, sales, fates))
    paths = max(*(len(sales[one.id]) for one in streams), fates.paths if fates else 1)
    block = np.zeros((len(ROWS), timeline.periods, paths))
    opening = np.full(paths, float(sum(one.principal for one in streams)))
    later = timeline.period_of([add_months(end, vectors.recovery_lag) for end in timeline.collection_ends])
    for one in streams:
        period = timeline.period_of(day_numbers([date.date for date in one.sales]))
        cash = one.royalties(np.asarray(sales[one.id], dtype=np.float64))
        stop = default_periods(fates, one.obligor) if fates else np.full(paths, NEVER)
        lost = _pay(block, one, period, np.broadcast_to(cash, (paths, len(period))), stop)
        _recover(block, stop, later, (1 - vectors.severity) * lost)
    paid = np.cumsum(block[PRINCIPAL] + block[DEFAULTED], axis=0)
    block[PERFORMING] = np.maximum(opening - paid, 0.0)  # less than 0 only by float residue
    return Collections.from_block(timeline, block, opening, np.zeros(paths))


def default_periods(fates: Fates, party: str) -> IntArray:
    """The default period of a party on each path, `NEVER` where it has none.

    >>> from ipabs.pool.simulated import DefaultList
    >>> fates = DefaultList(("F1", "F2"), 2, np.array([1]), np.array([0]), np.array([3]))
    >>> default_periods(fates, "F1") == [NEVER, 3]
    array([ True,  True])
    """
    stop = np.full(fates.paths, NEVER)
    if party in fates.parties:
        mine = fates.party == fates.parties.index(party)
        stop[fates.path[mine]] = fates.period[mine]
    return stop


def _pay(block: FloatArray, stream: RoyaltyStream, period: IntArray, cash: FloatArray, stop: IntArray) -> FloatArray:
    """Add what a stream pays on each path until its licensee stops; what it owes where the licensee defaulted."""
    rate, years = stream.effective_yield(), stream.years()[0]
    owed, unpaid = np.full(len(cash), float(stream.principal)), np.zeros(len(cash))
    for k, t in enumerate(period):
        paid = np.where(t < stop, cash[:, k], 0.0)
        due = unpaid * (1 + rate * years[k]) + owed * rate * years[k]
        interest = np.minimum(paid, due)
        principal = np.minimum(paid - interest, owed)
        if t >= block.shape[1]:
            break
        unpaid, owed = due - interest, owed - principal
        block[INTEREST, t] += interest
        block[PRINCIPAL, t] += principal
        block[OTHER, t] += paid - interest - principal
    when = np.minimum(stop, period[-1])
    ends = np.flatnonzero(when < block.shape[1])
    block[DEFAULTED, when[ends], ends] += owed[ends]
    return np.where(stop <= period[-1], owed, 0.0)


def _recover(block: FloatArray, stop: IntArray, later: IntArray, amount: FloatArray) -> None:
    """Add the recoveries of defaults in the periods `stop`, ``later[t]`` being the period for those of period t."""
    within = np.flatnonzero(stop < len(later))
    to = later[stop[within]]
    paid = to < len(later)
    block[RECOVERY, to[paid], within[paid]] += amount[within[paid]]


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


def _faults(
    streams: Sequence[RoyaltyStream], timeline: Timeline, sales: Mapping[str, FloatArray], fates: Fates | None
) -> Iterator[Finding]:
    if fates is not None:
        yield from fate_faults(streams, timeline, fates, {})
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
