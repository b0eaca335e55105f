"""A line at work: from a source to targets. One function grants, one moves cash."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.books import Books, Quantity
from ipabs.engine.conditions import Gate
from ipabs.engine.sources import Source
from ipabs.engine.targets import EVERYTHING, Target

Row: TypeAlias = tuple[Amount, Amount, Amount, Amount]  # available, due, payable, paid


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


def act(step: Step, books: Books, m: Arithmetic, gate: Condition) -> list[Row]:
    """What is due and payable, what is granted, what moves: the rows of one line.

    `gate` is True, or a condition over paths.
    """
    available = step.source.available(books, m)
    wants = [target.wants(books, m) for target in step.targets]
    limit = None if step.limit is None else step.limit(books, m)
    if step.side_by_side:
        weights = None if step.weights is None else [weight(books, m) for weight in step.weights]
        rows, left = grant_side_by_side(available, wants, limit, weights, gate, m)
    else:
        rows, left = grant_in_order(available, wants, limit, gate, m)
    move(step, books, rows, left)
    return rows


def grant_in_order(
    available: Amount | None,
    wants: Sequence[tuple[Amount, Amount | None]],
    limit: Amount | None,
    gate: Condition,
    m: Arithmetic,
) -> tuple[list[Row], Amount | None]:
    """Each target in turn receives what it may, as far as the money goes."""
    left, rows, last = available, [], len(wants) - 1
    for at, (due, payable) in enumerate(wants):
        if payable is EVERYTHING:
            payable = left
        if limit is not None:
            payable = m.lo(payable, limit)
        if gate is not True:
            payable = m.pick(gate, payable, 0)
        if left is None:
            paid = payable
            rows.append((payable, due, payable, paid))
        else:
            paid = m.lo(left, payable)
            rows.append((left, due, payable, paid))
            left = left - paid
        if limit is not None and at < last:
            limit = limit - paid
    return rows, left


def grant_side_by_side(
    available: Amount,
    wants: Sequence[tuple[Amount, Amount]],
    limit: Amount | None,
    weights: list[Amount] | None,
    gate: Condition,
    m: Arithmetic,
) -> tuple[list[Row], Amount]:
    """All targets share what there is."""
    payables = [payable if gate is True else m.pick(gate, payable, 0) for _, payable in wants]
    budget = available if limit is None else m.lo(available, limit)
    left, rows = available, []
    for (due, _), payable, paid in zip(wants, payables, m.share(budget, payables, weights), strict=True):
        rows.append((available, due, payable if limit is None else m.lo(payable, limit), paid))
        left = left - paid
    return rows, left


def move(step: Step, books: Books, rows: Sequence[Row], left: Amount | None) -> None:
    """The source gives, the targets take."""
    paid = [row[3] for row in rows]
    step.source.give(books, [row[2] for row in rows], paid, left)
    for target, amount in zip(step.targets, paid, strict=True):
        target.take(books, amount)
