"""The figures of a block: the deal run on it, folded by the readings."""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.feed import Feed
from ipabs.engine.program import Program
from ipabs.engine.recording import Recording
from ipabs.engine.run import Rows, payment_dates
from ipabs.readings.folds import Fold

Figures: TypeAlias = Callable[[Feed, int], Sequence[Any]]  # what enters, how many paths -> one figure a reading
unkept: Callable[[], Rows] = partial(deque, maxlen=0)  # rows go at once, so that a block stays in the cache
RECORDED_FROM = 4  # blocks: below, to write a run down takes longer than it saves


def figures(program: Program, readings: Sequence[Fold], names: Collection[str], *, blocks: int) -> Figures:
    """How to get the figures of blocks into which the series `names` enter; what folds start from is made once.

    Of many blocks the run is recorded and played. A reading that decides by the numbers of a block is run directly; the
    figures have the same bits.
    """
    starts = [fold.start(program) for fold in readings]

    def run(feed: Feed, m: Arithmetic) -> list[Amount]:
        kept = list(starts)
        for today in payment_dates(program, feed, m, unkept):
            kept = [fold.add(state, today) for fold, state in zip(readings, kept, strict=True)]
        return [fold.close(state, program) for fold, state in zip(readings, kept, strict=True)]

    if blocks >= RECORDED_FROM:
        with suppress(TypeError, AttributeError):  # what numbers cannot do before they are there
            return Recording.of(program, run, names).play
    m = program.arithmetic("array")
    return lambda feed, paths: run(feed, m)
