"""Runs to record, played beside a direct run; and runs that decide by the numbers of a block."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.collections import Collections
from ipabs.engine import Program
from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.calls import PRICE
from ipabs.engine.feed import Feed, feed
from ipabs.engine.recording import Recording
from ipabs.engine.run import payment_dates
from ipabs.engine.tape import UnrecordableError

DECIDING: tuple[Callable[[Amount], Amount], ...] = (
    lambda amount: 1 if amount > 0 else 0,
    lambda amount: np.asarray(amount),
    lambda amount: np.sort(amount),
    lambda amount: np.add.reduce(amount),
)


def everything(program: Program) -> Callable[[Feed, Arithmetic], list[Amount]]:
    """A run that tells all that is seen of each date without the trace; what did not move is left out there."""
    entering = [*(support.name for support in program.deal.support), PRICE]

    def run(flows: Feed, m: Arithmetic) -> list[Amount]:
        seen: list[Amount] = []
        for today in payment_dates(program, flows, m):
            for amounts in (today.owed, today.held, today.failed, today.phases):
                seen += amounts.values()
            for moved in (today.paid, today.removed, today.accrued):
                seen += [moved.get(claim, 0) for claim in today.owed]
            seen += [today.entered.get(name, 0) for name in entering]
            seen += [np.where(np.equal(balance, 0), 0, 1) for balance in today.owed.values()]  # as readings ask
        return seen

    return run


def bits(figures: Sequence[Any], paths: int) -> FloatArray:
    """Every figure on every path, 0.0 and -0.0 told apart."""
    return np.array([np.broadcast_to(np.asarray(figure, dtype=np.float64), paths) for figure in figures]).view(np.int64)


def plays_as_run(program: Program, pools: Sequence[Collections], series: dict[str, FloatArray]) -> list[bool]:
    """Whether one recording, played on one block after the other, gives the bits of a direct run of each."""
    run, m = everything(program), program.arithmetic("array")
    recording = Recording.of(program, run, feed(program, pools[0], series, "array")(0))
    same = []
    for pool in pools:
        played = bits(recording.play(feed(program, pool, series, "array"), pool.paths), pool.paths)
        directly = bits(run(feed(program, pool, series, "array"), m), pool.paths)
        same.append(np.array_equal(played, directly))
    return same


def cannot_be_recorded(program: Program, decide: Callable[[Amount], Amount]) -> bool:
    """Whether a run that looks at the numbers of a block is refused."""
    try:
        Recording.of(program, lambda flows, m: [decide(flows(0)["defaulted"])], ["defaulted"])
    except UnrecordableError:
        return True
    return False
