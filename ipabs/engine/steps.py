"""A line at work: from a source to targets. One function grants, one moves cash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.books import EMPTY, Books, Quantity
from ipabs.engine.conditions import Gate
from ipabs.engine.sources import FromAccount, Row, Source
from ipabs.engine.targets import EVERYTHING, Owed, Target


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


Act: TypeAlias = Callable[[Books, Arithmetic, Condition], Sequence[Row]]


def acting(step: Step) -> Act:
    """A step as a function of the books, chosen once: what is due and payable, what is granted, what moves.

    The function gives the rows of the line; its last argument is True, or a condition over paths.
    """
    match step:
        case Step(source=FromAccount(account), targets=(Owed(claim),)):
            return _owed_from_account(account, claim, step.limit)
        case Step(source=FromAccount(account), targets=(target,)):
            return _from_account(account, target, step.limit)
        case Step(targets=(target,)):
            return _to_one(step.source, target, step.limit)
        case Step(side_by_side=True):
            return _side_by_side(step)
    return _in_order(step)


def _owed_from_account(account: str, claim: str, limit: Quantity | None) -> Act:
    """The usual line, without asking the claim: all that is owed is due and payable, and what is paid is settled."""

    def act(books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
        held, owed = books.held, books.owed[claim]
        most = None if limit is None else limit(books, m)
        row, held[account] = grant(held[account], owed, owed, most, gate, m)
        books.settle(claim, row[3])
        return (row,)

    return act


def _from_account(account: str, target: Target, limit: Quantity | None) -> Act:
    """A line from an account, without asking the account: what is left stays."""
    wants, take = target.wants, target.take

    def act(books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
        held = books.held
        left = held[account]
        most = None if limit is None else limit(books, m)
        due, payable = wants(books, m)
        row, held[account] = grant(left, due, payable, most, gate, m)
        take(books, row[3])
        return (row,)

    return act


def _to_one(source: Source, target: Target, limit: Quantity | None) -> Act:
    available, give, wants, take = source.available, source.give, target.wants, target.take

    def act(books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
        left = available(books, m)
        most = None if limit is None else limit(books, m)
        due, payable = wants(books, m)
        row, left = grant(left, due, payable, most, gate, m)
        give(books, m, (row,), left)
        take(books, row[3])
        return (row,)

    return act


def _in_order(step: Step) -> Act:
    available, give, limit = step.source.available, step.source.give, step.limit
    wants, takes = [target.wants for target in step.targets], [target.take for target in step.targets]

    def act(books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
        left = available(books, m)
        most = None if limit is None else limit(books, m)
        rows: list[Row] = []
        for due, payable in [want(books, m) for want in wants]:
            if most is not None and rows:
                most = most - rows[-1][3]
            row, left = grant(left, due, payable, most, gate, m)
            rows.append(row)
        give(books, m, rows, left)
        for take, row in zip(takes, rows, strict=True):
            take(books, row[3])
        return rows

    return act


def _side_by_side(step: Step) -> Act:
    source, targets, limit, weighed_by = step.source, step.targets, step.limit, step.weights

    def act(books: Books, m: Arithmetic, gate: Condition) -> Sequence[Row]:
        left = source.available(books, m)
        most = None if limit is None else limit(books, m)
        wants = [target.wants(books, m) for target in targets]
        weights = None if weighed_by is None else [weight(books, m) for weight in weighed_by]
        rows, left = grant_side_by_side(left, wants, most, weights, gate, m)
        source.give(books, m, rows, left)
        for target, row in zip(targets, rows, strict=True):
            target.take(books, row[3])
        return rows

    return act


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
