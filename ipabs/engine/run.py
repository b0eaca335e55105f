"""The one waterfall: a generator over payment dates that yields rows."""

from collections.abc import Callable, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.books import Books
from ipabs.engine.conditions import NORMAL, choose_phase, keep_counts
from ipabs.engine.feed import Feed, into
from ipabs.engine.program import Program
from ipabs.engine.sources import Row

Rows: TypeAlias = MutableSequence[Sequence[Row] | None]  # of each step; `None` where it acts on no path


@dataclass(slots=True)
class PaymentDate:
    """What happened on one payment date; amounts in engine units, of one path or of a block.

    Attributes
    ----------
    rows : sequence
        For each step of the program its rows (available, due, payable, paid), one a target; ``None`` where the step
        acts on no path.
    flows : mapping
        What came from outside, as the program reads it.
    paid, accrued, removed : mapping of claim to amount
        Movements of the date; a claim that did not move is left out.
    entered : mapping
        Cash from supports and from the clean-up call.
    owed, held : mapping
        Closing amounts of claims and accounts; ``owed["A.principal"]`` is the balance of A.
    phases : mapping of phase to condition
    failed : mapping of test to condition
    """

    t: int
    rows: Rows
    flows: Mapping[str, Amount]
    paid: Mapping[str, Amount]
    accrued: Mapping[str, Amount]
    removed: Mapping[str, Amount]
    entered: Mapping[str, Amount]
    owed: Mapping[str, Amount]
    held: Mapping[str, Amount]
    phases: Mapping[str, Condition]
    failed: Mapping[str, Condition]


def payment_dates(
    program: Program, feed: Feed, m: Arithmetic, empty: Callable[[], Rows] = list
) -> Iterator[PaymentDate]:
    """Run the deal: one `PaymentDate` after another; `empty` makes what the rows of a date are put into."""
    books = program.opening.books()
    for t in range(program.timeline.periods):
        books.open_date(t, feed(t))
        collect(program, books, m)
        accrue(program, books, m)
        watch(program, books, m)
        rows = empty()
        pay(program, books, m, rows)
        close(program, books, m)
        yield PaymentDate(
            t,
            rows,
            books.flows,
            books.paid,
            books.accrued,
            books.removed,
            books.entered,
            dict(books.owed),
            dict(books.held),
            books.phases,
            dict(books.failed),
        )


def collect(program: Program, books: Books, m: Arithmetic) -> None:
    """Collections enter their accounts; a clean-up call is exercised."""
    if program.call is not None and books.t:
        program.call.mute(books, m)
    for account in program.entries:
        books.deposit(account, books.flows[into(account)])
    if "cumulative_defaulted" in books.totals:
        books.totals["cumulative_defaulted"] = books.totals["cumulative_defaulted"] + books.flows["defaulted"]
    if program.call is not None:
        program.call.exercise(books, m)


def accrue(program: Program, books: Books, m: Arithmetic) -> None:
    """Interest and fees fall due; what measures ask about the opening is noted."""
    if program.new_years[books.t]:
        for counter in books.spent:
            if counter.endswith(".year"):
                books.spent[counter] = 0
    for name, claim in program.openings:
        books.totals[name] = books.owed[claim]
    for accrual in program.accruals:
        accrual.accrue(books, m)
    for name, claim in program.dues:
        books.totals[name] = program.claims[claim].covered(books, m, True)


def watch(program: Program, books: Books, m: Arithmetic) -> None:
    """Tests are read and the phase is chosen, before line 1."""
    for test in program.watches:
        if test.at == "collection":
            test.read(books, m)
    if program.rules or program.call is not None:
        choose_phase(program.rules, books, m, callable_=program.call is not None)
    else:
        books.phases = {NORMAL: True}


def pay(program: Program, books: Books, m: Arithmetic, rows: Rows) -> None:
    """The lines in order; a line that is in force on no path costs nothing."""
    in_force = [gate.in_force(books) for gate in program.gates]
    for act, number in program.acts:
        if number < 0:
            rows.append(act(books, m, True))
        elif in_force[number] is False:
            rows.append(None)
        else:
            rows.append(act(books, m, program.gates[number].read(books, m, in_force[number])))


def close(program: Program, books: Books, m: Arithmetic) -> None:
    """After the last line: tests are read at the end, then unpaid interest takes its course."""
    for test in program.watches:
        if test.at == "end":
            test.read(books, m)
    keep_counts(books)
    for rule in program.unpaid:
        rule.settle(books)
