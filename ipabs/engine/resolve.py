"""A deal made ready to run: every name looked up, every date counted, the phases merged into one list."""

from collections.abc import Iterable
from fractions import Fraction

from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import CASH
from ipabs.engine.accruals import Accrual, Unpaid
from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.books import Books, Quantity
from ipabs.engine.calls import can_be_called, clean_up
from ipabs.engine.claims import (
    Index,
    capped_fees,
    claims_of,
    fee_accruals,
    index_findings,
    interest_accruals,
    payments_before,
    rate_findings,
    since,
)
from ipabs.engine.conditions import CALLED, NORMAL, Gate, PhaseRule, Watch
from ipabs.engine.lines import LineMaker, written
from ipabs.engine.measures import Reader, added, constant
from ipabs.engine.merge import merge
from ipabs.engine.opening import capacities, opening
from ipabs.engine.program import Program
from ipabs.engine.sources import FromAccount, FromSupport
from ipabs.engine.steps import Step, acting
from ipabs.engine.targets import Into
from ipabs.engine.units import NOTHING, Mark, Units, decimal, unmarked
from ipabs.errors import ModelError, refuse
from ipabs.structure.account import COLLECTIONS, Account
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings
from ipabs.structure.names import names_of
from ipabs.structure.terms import Rounding
from ipabs.structure.trigger_tests import Trigger
from ipabs.structure.waterfall import Capitalize, WriteDown, placed_lines


def resolve(
    deal: Deal,
    indices: Iterable[Index] = (),
    *,
    exact: bool = False,
    watched: Iterable[str] = (),
    mark: Mark = unmarked,
) -> Program:
    """Make a deal ready to run.

    Parameters
    ----------
    deal : Deal
    indices : iterable of index histories
        For floating coupons, found by their names.
    exact : bool
        Numbers of the program are Fractions instead of floats.
    watched : iterable of str
        Observables that will be given; ``<party>.performing`` among them makes the party's support depend on it.
    mark : (kind, term, number) -> number
        What stands for the terms of the contract, where it is not their numbers (see `Units`).

    Raises
    ------
    ModelError
        Every finding of the deal; indices that are missing, and a margin that takes one below 0 without a floor.

    Examples
    --------
    >>> from ipabs import spec
    >>> from ipabs.structure.samples import small
    >>> program = resolve(spec.load(Deal, small()))
    >>> [(step.verb, [target.name for target in step.targets]) for step in program.steps]
    [('pay', ['A.interest']), ('pay', ['A.principal']), ('residual', ['sub.principal', 'sub.income'])]
    >>> [factor.value for factor in program.accruals[0].factors]  # 5% x 360/360 of each year
    [0.05, 0.05, 0.05]
    """
    by_name = {index.name: index for index in indices}
    refuse(ModelError, findings(deal))
    deal = deal.filled()
    face = face_value(deal.rounding)
    refuse(ModelError, (*index_findings(deal, by_name), *rate_findings(deal, deal.timeline(), by_name)))
    units = Units(minor_unit(deal.rounding), exact, mark, 0 if exact else nothing(deal))
    timeline, reader, shifted = deal.timeline(), reader_of(deal, units), shifted_totals(deal)
    maker = line_maker(deal, timeline, reader, shifted, watched)
    accruals: tuple[Accrual, ...] = (
        *interest_accruals(deal, timeline, reader, by_name, face),
        *fee_accruals(deal, timeline, reader),
    )
    call = clean_up(deal, reader)
    steps = (*sweep_steps(deal, timeline), *line_steps(maker))
    gates = tuple(dict.fromkeys(step.gate for step in steps if step.gate is not None))
    keeps = frozenset(reader.keeps).union(total for total in shifted.values() if total)
    return Program(
        deal=deal,
        timeline=timeline,
        units=units,
        opening=opening(deal, units, keeps),
        entries=entries(deal),
        accruals=accruals,
        watches=tuple(maker.watches.values()),
        rules=phase_rules(deal),
        call=call,
        steps=steps,
        gates=gates,
        acts=tuple((acting(step), -1 if step.gate is None else gates.index(step.gate)) for step in steps),
        unpaid=unpaid_rules(deal, shifted),
        claims=reader.claims,
        keeps=keeps,
        openings=snapshots(keeps, ".opening"),
        dues=snapshots(keeps, ".due_at_opening"),
        new_years=new_years(deal, timeline),
    )


def line_maker(
    deal: Deal, timeline: Timeline, reader: Reader, shifted: dict[str, str], watched: Iterable[str]
) -> LineMaker:
    """What a line can name, looked up: claims, targets of accounts, tests, capped fees, supports."""
    reader.claims.update(claims_of(deal, timeline, reader, shifted))
    reader.account_targets.update({one.name: account_target(one, deal, timeline, reader) for one in deal.accounts})
    return LineMaker(
        deal=deal,
        reader=reader,
        watches={test.name: watch_of(test, timeline, reader) for test in deal.tests},
        claims=reader.claims,
        capped=capped_fees(deal, reader.units),
        sources=support_sources(deal, frozenset(watched)),
        shifted=shifted,
        phases=phase_names(deal),
    )


def minor_unit(rounding: Rounding | None) -> Fraction | None:
    """The smallest amount paid, where the contract rounds."""
    if rounding is None or rounding.preset == "none":
        return None
    return Fraction(1, 100) if rounding.preset == "fen" else decimal(rounding.unit or 0.01)


def nothing(deal: Deal) -> float:
    """The amount that is none, where the contract does not round."""
    return 0 if minor_unit(deal.rounding) else NOTHING * sum(tranche.principal for tranche in deal.tranches)


def face_value(rounding: Rounding | None) -> Fraction | None:
    """The face value for which interest is rounded first, if the contract says so."""
    return decimal(rounding.per_face) if rounding is not None and rounding.per_face is not None else None


def reader_of(deal: Deal, units: Units) -> Reader:
    """What the deal's names stand for."""
    return Reader(
        units=units,
        declared=names_of(deal).declared,
        observables=frozenset(one.name for one in deal.observables),
        supports=frozenset(one.name for one in deal.support),
        originals={one.name: units.money(one.principal) for one in deal.tranches},
        notes=tuple(one.name for one in deal.tranches if not one.residual),
        stated=frozenset(names_of(deal).claims),
        claims={},
        account_targets={COLLECTIONS: constant(0)},
    )


def shifted_totals(deal: Deal) -> dict[str, str]:
    """Scheduled tranches whose balance also moves without cash, with the running total of that."""
    moved: set[str] = {one.name for one in deal.tranches if one.unpaid_interest == "capitalize"}
    for priority in deal.waterfall:
        for placed in placed_lines(priority.lines):
            if isinstance(placed.line, WriteDown | Capitalize):
                moved.update(placed.line.target)
    states = deal.state.tranches if deal.state is not None else ()
    moved.update(one.name for one in states if one.written_down or one.capitalized)
    return {
        one.name: f"{one.name}.shifted"
        for one in deal.tranches
        if one.amortization == "scheduled" and one.name in moved
    }


def entries(deal: Deal) -> dict[str, tuple[str, ...]]:
    """The accounts that collections are paid into, each with its kinds."""
    accounts = dict.fromkeys(getattr(deal.collect, kind) for kind in CASH)
    return {account: tuple(kind for kind in CASH if getattr(deal.collect, kind) == account) for account in accounts}


def account_target(account: Account, deal: Deal, timeline: Timeline, reader: Reader) -> Quantity:
    """The target read at the line: 0 at the end of the deal and once the tranches in `until` are repaid."""
    amount = constant(0) if account.target is None else reader.amount(account.target, account.name)
    until = added([reader.measure(f"{name}.balance") for name in account.until]) if account.until else None
    final, callable_, nothing = timeline.periods - 1, can_be_called(deal), reader.units.nothing

    def target(books: Books, m: Arithmetic) -> Amount:
        if books.t >= final:
            return 0
        value = amount(books, m)
        if until is not None:
            value = m.pick(until(books, m) > nothing, value, 0)
        return m.pick(books.phases.get(CALLED, False), 0, value) if callable_ else value

    return target


def watch_of(test: Trigger, timeline: Timeline, reader: Reader) -> Watch:
    """A test with its limits by period; a limit on money counts in engine units."""
    above, money = test.maximum is not None, reader.is_money(test.measure)
    first = test.maximum if above else test.minimum

    def limit(stated: float) -> Amount:
        return reader.units.limit(stated, money=money, above=above)

    limits = since([(step.since, limit(step.limit)) for step in test.steps], limit(first or 0.0), timeline)
    return Watch(test.name, reader.measure(test.measure), above, limits, test.at, test.run, test.cure)


def support_sources(deal: Deal, watched: frozenset[str]) -> dict[str, FromSupport]:
    """The promises, each with the limits it shares and the default of its party, where one is given."""
    return {
        one.name: FromSupport(
            one.name,
            f"{one.name}.reimbursement",
            capacities(deal, one),
            f"{one.by}.performing" if f"{one.by}.performing" in watched else "",
        )
        for one in deal.support
    }


def phase_names(deal: Deal) -> tuple[str, ...]:
    """Every phase that can be in force."""
    return (NORMAL, *(phase.name for phase in deal.phases), *((CALLED,) if can_be_called(deal) else ()))


def phase_rules(deal: Deal) -> tuple[PhaseRule, ...]:
    """When each declared phase is in force."""
    return tuple(
        PhaseRule(one.name, one.enter_if_failing.any, one.enter_if_failing.all, one.principal_due == "all")
        for one in deal.phases
    )


def sweep_steps(deal: Deal, timeline: Timeline) -> tuple[Step, ...]:
    """At the deal's end every account goes to its `sweep_to` before line 1, givers before receivers."""
    ending, to = Gate(final=timeline.periods - 1), {one.name: one.sweep_to for one in deal.accounts if one.sweep_to}

    def moves(account: str) -> int:
        """How often its cash moves until it rests."""
        return 1 + moves(to[account]) if account in to else 0

    givers = sorted(to, key=moves, reverse=True)
    return tuple(Step("sweep", FromAccount(name), (Into(to[name]),), gate=ending) for name in givers)


def line_steps(maker: LineMaker) -> tuple[Step, ...]:
    """The lists of all phases as one."""
    lists = {
        priority.phase: list(written(priority.lines, maker.deal.fees))
        for priority in maker.deal.waterfall
        if priority.phase in maker.phases
    }
    clauses = {phase: [clause for _, clause in lines] for phase, lines in lists.items()}
    merged = merge({phase: [line for line, _ in lines] for phase, lines in lists.items()})
    return tuple(step for one in merged for step in maker.steps(one, clauses))


def unpaid_rules(deal: Deal, shifted: dict[str, str]) -> tuple[Unpaid, ...]:
    """Interest that does not stay owed."""
    return tuple(
        Unpaid(f"{one.name}.interest", f"{one.name}.principal", one.unpaid_interest, shifted.get(one.name, ""))
        for one in deal.tranches
        if one.coupon is not None and (one.unpaid_interest == "capitalize" or one.unpaid_interest == "forgive")
    )


def new_years(deal: Deal, timeline: Timeline) -> tuple[bool, ...]:
    """Whether a payment date is the first of its calendar year, when yearly caps start again."""
    before = payments_before(deal, timeline)
    return tuple(day.year != last.year for last, day in zip(before, timeline.payments, strict=True))


def snapshots(keeps: frozenset[str], what: str) -> tuple[tuple[str, str], ...]:
    """Totals that note a claim as it stands at one moment of the date, each with its claim."""
    return tuple((name, name.removesuffix(what)) for name in sorted(keeps) if name.endswith(what))
