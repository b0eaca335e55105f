"""The Monte Carlo driver: units of paths, in any executor, merged in order."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.collections import ROWS
from ipabs.engine.claims import Index
from ipabs.engine.feed import Feed, feed, fitting, observed
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.resolve import resolve
from ipabs.engine.waterfall import run_program
from ipabs.errors import DataError, LimitError, NumericError, finding
from ipabs.readings.folds import Fold, Unaccounted
from ipabs.simulation.accumulate import Estimate, Estimates, Moments
from ipabs.simulation.blocks import UNIT, Block, BlockSource, units
from ipabs.simulation.figures import Figures, figures
from ipabs.structure.deal import Deal

MEMORY = 2**30  # bytes that the blocks in flight may take, unless the caller says more
UNITS_A_TASK = 32  # so that a task resolves and records the deal once for many units
TOLERANCE = 1e-9  # of the money in the deal, for cash that is not accounted for


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """Run until the standard error of a figure, in its own unit, is small enough, at most `paths` paths.

    >>> until = Until(figure="A loss", standard_error=1000.0, paths=1_000_000)
    >>> until.standard_error
    1000.0
    """

    figure: str
    standard_error: float
    paths: int


Unit: TypeAlias = dict[str, Moments]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What every task of a run shares."""

    deal: Deal
    source: BlockSource
    readings: tuple[Fold, ...]
    indices: tuple[Index, ...]

    def __call__(self, task: Sequence[tuple[int, int]]) -> list[Unit]:
        """The units of one task."""
        return list(self.units(task))

    def units(self, task: Sequence[tuple[int, int]]) -> Iterator[Unit]:
        """Resolve once, run unit after unit; the first path of a task is replayed alone, with every check."""
        folds = (*self.readings, Unaccounted())
        program: Program | None = None
        for lo, hi in task:
            block = block_of(self.source, lo, hi)
            if program is None:
                program = resolve(self.deal, self.indices, watched=block.observables)
                first = {name: np.atleast_2d(values)[:1] for name, values in block.observables.items()}
                run_alone(program, Block(block.collections.path(0), first))
                of_block = figures(program, folds, entering(program, block)(0), blocks=len(task))
            yield unit_moments(program, block, folds, of_block)


def simulate(
    deal: Deal,
    source: BlockSource,
    readings: Sequence[Fold],
    *,
    paths: int | None = None,
    until: Until | None = None,
    executor: Executor | None = None,
    indices: Iterable[Index] = (),
    memory: int = MEMORY,
) -> Estimates:
    """Run a deal on simulated paths and estimate the means of figures.

    Paths are computed and added up in fixed units of 8,192 and merged in order, so the result has the same bits for any
    executor and number of workers. `memory` bounds how many tasks are in flight, never the unit.

    From four units on, a task records the run once and plays it on each. A reading that looks at the numbers of a block
    (``if``, ``np.sort``) cannot be recorded and is run directly: slower, with the same bits.

    Parameters
    ----------
    readings : sequence of Fold
        The figures; their names must differ.
    paths, until
        How many paths, or the standard error to reach: one of the two.
    executor : concurrent.futures.Executor, optional
        Where tasks run; in this process without one. A process pool needs a deal, a source and readings that pickle.

    Raises
    ------
    DataError
        Neither or both of `paths` and `until`; no figures, two of one name, one of what the deal does not have;
        collections that do not fit the deal; a source that gives fewer paths than asked, or weights below 0.
    LimitError
        One unit alone is above `memory`.
    NumericError
        Cash that is not accounted for on some path.

    Examples
    --------
    A quarter of the paths pays nothing: the mean is 25, its error ``sqrt((2500 - 25^2) / (n - 1))``.

    >>> from ipabs import spec
    >>> from ipabs.cashflow.collections import Collections
    >>> from ipabs.readings.folds import Loss
    >>> from ipabs.simulation import Stored
    >>> from ipabs.structure.samples import small
    >>> deal = spec.load(Deal, small())
    >>> pays = np.arange(10_000)[:, np.newaxis] % 4 > 0
    >>> source = Stored(Collections(deal.timeline(), principal=pays * [40, 40, 40], opening=120))
    >>> print(simulate(deal, source, [Loss("A")], paths=10_000))
    A loss: 25.00 ± 0.43 (10,000 paths)
    >>> print(simulate(deal, source, [Loss("A")], until=Until(figure="A loss", standard_error=0.5, paths=10_000)))
    A loss: 25.00 ± 0.48 (8,192 paths)
    """
    if (paths is None) == (until is None):
        raise DataError(finding("simulation.paths", "state either paths or until"))
    total = paths if paths is not None else until.paths if until is not None else 0
    names = [fold.name for fold in readings]
    if total < 1 or not names or len(set(names)) < len(names) or (until is not None and until.figure not in names):
        text = "at least one path and figures of different names are needed, the one of `until` among them: {got}"
        raise DataError(finding("simulation.figures", text, got=", ".join(names) or "none"))
    in_flight = tasks_in_flight(deal, memory)
    every = list(units(total))
    size = min(UNITS_A_TASK, max(1, len(every) // 8))
    tasks = [every[at : at + size] for at in range(0, len(every), size)]
    job = Job(deal, source, tuple(readings), tuple(indices))
    merged: Unit | None = None
    for unit in results(job, tasks, executor, in_flight):
        merged = unit if merged is None else {name: merged[name].merge(unit[name]) for name in merged}
        if until is not None and Estimate.of("", merged[until.figure]).standard_error <= until.standard_error:
            break
    return Estimates(merged or {})


def tasks_in_flight(deal: Deal, memory: int) -> int:
    """How many units fit in the memory: each holds its collections, and as much again while it is computed."""
    size = 2 * 8 * len(ROWS) * deal.timeline().periods * UNIT
    if size > memory:
        text = "one unit of {unit} paths takes {got} MiB, the limit is {limit} MiB"
        got, limit = f"{size / 2**20:.0f}", f"{memory / 2**20:.0f}"
        raise LimitError(finding("simulation.memory", text, got=got, unit=UNIT, limit=limit))
    return memory // size


def results(
    job: Job, tasks: Sequence[Sequence[tuple[int, int]]], executor: Executor | None, in_flight: int
) -> Iterator[Unit]:
    """The units in order, wherever they are computed."""
    if executor is None:
        yield from job.units([unit for task in tasks for unit in task])
        return
    waiting: deque[Future[list[Unit]]] = deque()
    try:
        for task in tasks:
            waiting.append(executor.submit(job, task))
            if len(waiting) >= in_flight:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def block_of(source: BlockSource, lo: int, hi: int) -> Block:
    """The paths of a source, as many as asked, each with its weight."""
    block = source.block(lo, hi)
    paths, weights = block.collections.paths, block.weights
    if paths != hi - lo:
        text = "the source gives {got} paths for {lo} up to, not including, {hi}; wanted {wanted}"
        raise DataError(finding("simulation.block", text, got=paths, lo=lo, hi=hi, wanted=hi - lo))
    if weights is not None and (weights.shape != (paths,) or not (np.isfinite(weights) & (weights >= 0)).all()):
        text = "the weights of a block have shape {got}; wanted {paths} finite numbers, none below 0"
        raise DataError(finding("simulation.weights", text, got=weights.shape, paths=paths))
    return block


def run_alone(program: Program, block: Block) -> Ledger:
    """A ledger of one path with its checks."""
    series = observed(program, block.observables, program.timeline)
    fitting(program, block.collections, series)
    return run_program(program, block.collections, series, "float")


def entering(program: Program, block: Block) -> Feed:
    """What enters from a block, checked against the deal."""
    series = observed(program, block.observables, program.timeline)
    fitting(program, block.collections, series)
    return feed(program, block.collections, series, "array")


def unit_moments(program: Program, block: Block, folds: Sequence[Fold], of_block: Figures) -> Unit:
    """The sums of every figure over one unit; the last fold is that all cash is accounted for, or it is an error."""
    count = block.collections.paths
    of_paths = [
        np.array(np.broadcast_to(np.asarray(figure, dtype=np.float64), count))
        for figure in of_block(entering(program, block), count)
    ]
    ensure_accounted(program, block, of_paths.pop())
    named = zip(folds[:-1], of_paths, strict=True)
    return {fold.name: Moments.of(figure, block.weights) for fold, figure in named}


def ensure_accounted(program: Program, block: Block, missing: FloatArray) -> None:
    """Refuse a unit in which cash went astray: by a digit of whole units, or by more than float residue."""
    scale = max(1.0, float(block.collections.opening.max()), *(t.principal for t in program.deal.tranches))
    allowed = TOLERANCE * scale if program.units.minor is None else 0.0
    if float(np.abs(missing).max()) > allowed:
        text = "cash of {got} is not accounted for on path {number} of a unit: the result is withheld"
        worst = int(np.abs(missing).argmax())
        raise NumericError(finding("simulation.unaccounted", text, got=f"{missing[worst]:.10g}", number=worst))


def replay(deal: Deal, source: BlockSource, path: int, *, indices: Iterable[Index] = ()) -> Ledger:
    """One simulated path alone, with its full trace, bit for bit what it was in its unit.

    >>> from ipabs import spec
    >>> from ipabs.cashflow.collections import Collections
    >>> from ipabs.simulation import Stored
    >>> from ipabs.structure.samples import small
    >>> deal = spec.load(Deal, small())
    >>> pool = Collections(deal.timeline(), principal=[[40, 40, 40], [40, 0, 0]], opening=120)
    >>> replay(deal, Stored(pool), 1).balance("A")[0].tolist()
    [65.0, 65.0, 65.0]
    """
    block = block_of(source, path, path + 1)
    return run_alone(resolve(deal, indices, watched=block.observables), block)
