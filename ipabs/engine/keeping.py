"""Every row of a run, date by date, into the arrays of a ledger."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat

import numpy as np

from ipabs.cashflow.collections import Collections
from ipabs.engine.arithmetic import Amount, Kind
from ipabs.engine.feed import into
from ipabs.engine.ledger import Ledger, Numbers, in_force, row_labels
from ipabs.engine.program import Program
from ipabs.engine.run import PaymentDate
from ipabs.engine.sources import Row
from ipabs.errors import LimitError, finding

MEMORY = 2**31  # bytes a ledger may take, unless the caller says more
CONDITIONS = ("failed", "phases")


class Page:
    """Amounts under fixed headings, put down date by date."""

    def __init__(self, headings: int, periods: int, paths: int, kind: Kind) -> None:
        self.headings, self.periods = headings, periods
        self.flat: list[Amount] | None = [] if kind == "float" else None
        shape = (0, 0, 0) if kind == "float" else (headings, periods, paths)
        self.array: Numbers = np.empty(shape, dtype=object if kind == "fraction" else np.float64)

    def put(self, t: int, amounts: Iterable[Amount]) -> None:
        """One amount for each heading."""
        if self.flat is not None:
            self.flat.extend(amounts)
            return
        for heading, amount in enumerate(amounts):
            self.array[heading, t] = amount

    @property
    def numbers(self) -> Numbers:
        """All of them ``(heading, period, path)``."""
        if self.flat is None:
            return self.array
        return np.array(self.flat, dtype=np.float64).reshape(self.periods, self.headings).T[:, :, np.newaxis]


def keep(
    program: Program, collections: Collections, dates: Iterable[PaymentDate], kind: Kind, *, paths: int, memory: int
) -> Ledger:
    """Keep every row.

    Raises
    ------
    LimitError
        When the ledger would take more than `memory` bytes; nothing is allocated then.
    """
    labels, periods = row_labels(program), program.timeline.periods
    headings = headings_of(program)
    size = 4 * len(labels) + sum(map(len, headings.values()))
    ensure_fits(8 * size * periods * paths, paths, memory)
    rows = Page(4 * len(labels), periods, paths, kind)
    pages = {
        name: Page(len(names), periods, paths, "array" if name in CONDITIONS and kind == "fraction" else kind)
        for name, names in headings.items()
    }
    unmoved = [((0, 0, 0, 0),) * len(step.targets) for step in program.steps]
    for one in dates:
        rows.put(one.t, chain.from_iterable(chain.from_iterable(moved(one.rows, unmoved))))
        for name, names in headings.items():
            pages[name].put(one.t, map(getattr(one, name).get, names, repeat(0)))
    several = len(program.phases) > 1
    phase = pages["phases"].numbers.argmax(axis=0) if several else np.zeros((periods, paths), dtype=np.int64)
    columns = rows.numbers
    for at, label in enumerate(labels if kind == "array" and program.gates else ()):
        columns[4 * at : 4 * at + 4] *= in_force(program, label, phase)
    return Ledger(
        program=program,
        collections=collections,
        labels=labels,
        claims=headings["owed"],
        accounts=headings["held"],
        supports=headings["entered"],
        available=columns[0::4],
        due=columns[1::4],
        payable=columns[2::4],
        granted=columns[3::4],
        accrued=pages["accrued"].numbers,
        settled=pages["paid"].numbers,
        removed=pages["removed"].numbers,
        closing_owed=pages["owed"].numbers,
        closing_held=pages["held"].numbers,
        collected=pages["flows"].numbers,
        entered=pages["entered"].numbers,
        phase=phase,
        failing=pages["failed"].numbers.astype(bool),
    )


def headings_of(program: Program) -> Mapping[str, tuple[str, ...]]:
    """What is kept of each field of a payment date."""
    return {
        **dict.fromkeys(("accrued", "paid", "removed", "owed"), program.payees),
        "held": tuple(program.opening.held),
        "flows": tuple(into(account) for account in program.entries),
        "entered": program.payers,
        "failed": tuple(watch.name for watch in program.watches),
        "phases": program.phases if len(program.phases) > 1 else (),
    }


def moved(rows: Sequence[Sequence[Row] | None], unmoved: Sequence[Sequence[Row]]) -> list[Sequence[Row]]:
    """The rows of a date; a line of a phase that is not in force leaves zeros."""
    return [none if given is None else given for given, none in zip(rows, unmoved, strict=True)]


def ensure_fits(size: int, paths: int, memory: int) -> None:
    """Refuse a ledger above the memory limit before anything is allocated."""
    if size > memory:
        text = "a ledger of {paths} paths takes {got} MiB, the limit is {limit}; fold the paths in blocks instead"
        limit = f"{memory / 2**20:.0f} MiB"
        raise LimitError(finding("ledger.memory", text, got=f"{size / 2**20:.0f}", paths=paths, limit=limit))
