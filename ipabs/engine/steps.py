"""A line at work: from a source to targets. One function grants, one moves cash."""

from collections.abc import Sequence
from dataclasses import dataclass

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.books import EMPTY, Books, Quantity
from ipabs.engine.conditions import Gate
from ipabs.engine.sources import Row, Source
from ipabs.engine.targets import EVERYTHING, Target


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the merged priority of payments.

    Attributes
    ----------
    verb : str
        The line's verb, for the trace.
    gate : Gate or None
        When it acts; ``None`` always.
    limit : Quantity or None
        ``up_to``, read at the line.
    side_by_side : bool
        Pro rata; otherwise one target after another.
    weights : tuple of Quantity or None
        What a pro rata split follows; ``None`` what is payable.
    places : tuple of (phase, number, clause)
        Where the line stands in each phase's list, from 1; 0 for what the language adds before line 1.
    """

    verb: str
    source: Source
    targets: tuple[Target, ...]
    gate: Gate | None = None
    limit: Quantity | None = None
    side_by_side: bool = False
    weights: tuple[Quantity, ...] | None = None
    places: tuple[tuple[str, int, str], ...] = ()


def act(step: Step, books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
    """What is due and payable, what is granted, what moves: the rows of one line.

    `gate` is True, or a condition over paths.
    """
    source, targets = step.source, step.targets
    left = source.available(books, m)
    limit = None if step.limit is None else step.limit(books, m)
    if len(targets) == 1:
        target = targets[0]
        due, payable = target.wants(books, m)
        row, left = grant(left, due, payable, limit, gate, m)
        source.give(books, m, (row,), left)
        target.take(books, row[3])
        return (row,)
    wants = [target.wants(books, m) for target in targets]
    if step.side_by_side:
        weights = None if step.weights is None else [weight(books, m) for weight in step.weights]
        rows, left = grant_side_by_side(left, wants, limit, weights, gate, m)
    else:
        rows, left = grant_in_order(left, wants, limit, gate, m)
    source.give(books, m, rows, left)
    for target, row in zip(targets, rows, strict=True):
        target.take(books, row[3])
    return rows


def grant(
    left: Amount | None, due: Amount, payable: Amount | None, limit: Amount | None, gate: Condition, m: Arithmetic
) -> tuple[Row, Amount | None]:
    """One target receives what it may, as far as the money and the line's limit go; and what is left."""
    if payable is EVERYTHING:
        if gate is True and limit is None:
            return (left, due, left, left), EMPTY
        payable = left
    if limit is not None:
        payable = m.lo(payable, limit)
    if gate is not True:
        payable = m.pick(gate, payable, 0)
    if left is None:
        return (payable, due, payable, payable), None
    paid = m.lo(left, payable)
    return (left, due, payable, paid), left - paid


def grant_in_order(
    left: Amount | None,
    wants: Sequence[tuple[Amount, Amount | None]],
    limit: Amount | None,
    gate: Condition,
    m: Arithmetic,
) -> tuple[list[Row], Amount | None]:
    """Each target in turn."""
    rows: list[Row] = []
    for due, payable in wants:
        if limit is not None and rows:
            limit = limit - rows[-1][3]
        row, left = grant(left, due, payable, limit, gate, m)
        rows.append(row)
    return rows, left


def grant_side_by_side(
    available: Amount | None,
    wants: Sequence[tuple[Amount, Amount]],
    limit: Amount | None,
    weights: list[Amount] | None,
    gate: Condition,
    m: Arithmetic,
) -> tuple[list[Row], Amount]:
    """All targets share what there is; where no cash moves, the line's limit."""
    payables = [payable if gate is True else m.pick(gate, payable, 0) for _, payable in wants]
    if available is None:
        available = limit
    budget = available if limit is None else m.lo(available, limit)
    left, rows = available, []
    for (due, _), payable, paid in zip(wants, payables, m.share(budget, payables, weights), strict=True):
        rows.append((available, due, payable if limit is None else m.lo(payable, limit), paid))
        left = left - paid
    return rows, left
