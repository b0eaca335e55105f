"""The engine run on formulas: every figure of a payment date, by the line on which the sheet shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import ROWS
from ipabs.engine.arithmetic import Arithmetic, total
from ipabs.engine.books import Books, Quantity
from ipabs.engine.conditions import Watch
from ipabs.engine.feed import SERIES, into
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.resolve import resolve
from ipabs.engine.run import PaymentDate, payment_dates
from ipabs.report.titles import spoken
from ipabs.report.workbook.exact import formulas
from ipabs.report.workbook.formula import Formula, Number, given, hi, pick
from ipabs.report.workbook.inputs import Inputs, stated
from ipabs.report.workbook.lines import Lines, Unit, entry, named
from ipabs.report.workbook.rates import accruals


@dataclass(frozen=True, slots=True)
class Fixings:
    """A reference rate that stands in cells already; its number here is never read."""

    name: str

    def at(self, day: date) -> float:
        """No rate: the cells of the interest periods hold it."""
        return 0.0


@dataclass(slots=True, eq=False)
class DealFormulas:
    """One deal as formulas.

    Attributes
    ----------
    program : Program
        The deal resolved again with its terms in cells.
    pool : mapping of series to formulas by date
        The cells of what comes from outside, in engine units.
    """

    name: str
    ledger: Ledger
    program: Program
    inputs: Inputs
    lines: Lines
    pool: Mapping[str, list[Formula]]
    opening: tuple[Formula, Formula]


def deal_formulas(name: str, ledger: Ledger, observables: Mapping[str, FloatArray], lang: Language) -> DealFormulas:
    """Run the engine on formulas; path 0 of the ledger gives the values."""
    inputs = Inputs(name)
    deal = stated(ledger.deal)
    indices = [Fixings(one.coupon.index) for one in deal.tranches if one.coupon is not None and one.coupon.index]
    program = resolve(deal, indices, watched=observables, mark=inputs.mark)
    pool, opening = pool_cells(program, ledger, observables)
    lines = Lines()
    seen: dict[tuple[str, int], Number] = {}
    program = replace(
        program,
        accruals=accruals(program, ledger, inputs, lines, lang),
        watches=tuple(
            replace(watch, value=noting(watch, seen)) if watch.at != "line" else watch for watch in program.watches
        ),
    )
    whole = DealFormulas(name, ledger, program, inputs, lines, pool, opening)
    m = rounding_contract(program)
    for one in payment_dates(program, lambda t: flows(whole, t), m):
        put_date(whole, one, seen, lang)
    return whole


def rounding_contract(program: Program) -> Arithmetic:
    """The operations on formulas under the deal's rounding."""
    rounding = program.deal.rounding
    if rounding is None or program.units.minor is None:
        return formulas(None, "largest_remainder")
    if rounding.preset == "fen":
        return formulas("half_up", "largest_remainder")
    return formulas(rounding.mode, rounding.share or "largest_remainder")


# What comes from outside


def pool_cells(
    program: Program, ledger: Ledger, observables: Mapping[str, FloatArray]
) -> tuple[dict[str, list[Formula]], tuple[Formula, Formula]]:
    """Every series of the collections, and the observables, as cells; and the opening balances at cut-off."""
    collections, units = ledger.collections, program.units
    scale, whole = float(units.per_major), units.minor is not None

    def cell(value: float) -> Formula:
        return given(float(round(value * scale)) if whole else value)

    series = {row: [cell(value) for value in collections.block[at, :, 0].tolist()] for at, row in enumerate(ROWS)}
    series |= {name: [given(value) for value in values[0].tolist()] for name, values in observables.items()}
    performing, delinquent = float(collections.opening[0]), float(collections.opening_delinquent[0])
    return series, (cell(performing), cell(delinquent))


def flows(deal: DealFormulas, t: int) -> dict[str, Number]:
    """The series that the program reads on a date, as sums of cells."""
    keeps, pool = deal.program.keeps, deal.pool
    parts: dict[str, tuple[str, ...]] = {into(account): kinds for account, kinds in deal.program.entries.items()}
    parts |= {name: SERIES[name] for name in SERIES if name in keeps}
    read = {name: total([pool[row][t] for row in rows]) if rows else 0.0 for name, rows in parts.items()}
    if "pool_opening" in keeps:
        before = [pool[row][t - 1] for row in SERIES["pool_closing"]] if t else list(deal.opening)
        read["pool_opening"] = total(before)
    if "pool_original" in keeps:
        state = deal.program.deal.state
        read["pool_original"] = deal.program.units.money(state.pool_original) if state else deal.opening[0]
    return read | {name: cells[t] for name, cells in pool.items() if name not in ROWS}


# What is seen on a date


def noting(watch: Watch, seen: dict[tuple[str, int], Number]) -> Quantity:
    """A test's measure that also writes down what it was."""

    def value(books: Books, m: Arithmetic) -> Number:
        seen[watch.name, books.t] = watch.value(books, m)
        return seen[watch.name, books.t]

    return value


def put_date(deal: DealFormulas, one: PaymentDate, seen: Mapping[tuple[str, int], Number], lang: Language) -> None:
    """The figures of one payment date, in the order in which they come about."""
    lines, program, t = deal.lines, deal.program, one.t
    for account in program.entries:
        lines.put(
            ("cash", account),
            t,
            one.flows[into(account)],
            label("workbook.into", lang).format(account=named(account, lang)),
        )
    for claim in program.opening.owed:
        accrued = one.accrued.get(claim, 0.0)
        if claim in {accrual.claim for accrual in program.accruals}:  # type: ignore[attr-defined]
            lines.put(("accrued", claim), t, accrued, named(claim, lang))
    for watch in program.watches:
        if (watch.name, t) in seen:
            unit: Unit = "money" if is_money(deal, watch) else "ratio"
            text = label("workbook.measure", lang).format(test=watch.name)
            lines.put(("test", watch.name, "value"), t, seen[watch.name, t], text, unit)
        text = label("workbook.failed", lang).format(test=watch.name)
        lines.put(("test", watch.name, "failed"), t, one.failed[watch.name], text, "flag")
    if len(program.phases) > 1:
        for phase in program.phases:
            text = label("workbook.phase", lang).format(phase=spoken(phase, lang))
            lines.put(("phase", phase), t, one.phases[phase], text, "flag")
    put_steps(deal, one, lang)
    put_closing(deal, one, lang)


def is_money(deal: DealFormulas, watch: Watch) -> bool:
    """Whether a test measures an amount."""
    measure = next(one.measure for one in deal.program.deal.tests if one.name == watch.name)
    ratios = ("ratio", "factor", "coverage", "overcollateralization")
    declared = {one.name: one for one in deal.program.deal.measures}
    if measure in declared:
        return not declared[measure].to
    return not measure.endswith(ratios) and measure not in {one.name for one in deal.program.deal.observables}


def in_force(program: Program, number: int, one: PaymentDate) -> Number:
    """Whether a step stands in the list of the phase in force."""
    step = program.steps[number]
    if step.gate is None:
        return True
    if step.gate.final is not None:
        return True if one.t >= step.gate.final else one.phases.get("called", False)
    condition: Number = not step.gate.phases
    for phase in step.gate.phases:
        condition = condition | one.phases[phase]
    return condition


def put_steps(deal: DealFormulas, one: PaymentDate, lang: Language) -> None:
    """Available, due, payable and paid of every target of every step."""
    lines, program, t = deal.lines, deal.program, one.t
    short: dict[str, Number] = {}
    for number, (step, rows) in enumerate(zip(program.steps, one.rows, strict=True)):
        acts = in_force(program, number, one)
        for at, target in enumerate(step.targets):
            available, due, payable, paid = rows[at] if rows is not None else (0.0, 0.0, 0.0, 0.0)
            figures = {"available": available, "due": pick(acts, due, 0.0), "payable": payable, "paid": paid}
            for what, figure in figures.items():
                if figure is None:
                    continue
                lines.put(("step", str(number), str(at), what), t, figure, entry(target.name, what, lang))
            if step.verb not in ("write_down", "capitalize") and target.name in program.claims:
                short[target.name] = pick(acts, hi(due - paid, 0), short.get(target.name, 0.0))
    for claim, amount in short.items():
        lines.put(("after", "short", claim), t, amount, closing_label("short", claim, lang))


def put_closing(deal: DealFormulas, one: PaymentDate, lang: Language) -> None:
    """What was paid in all, what is owed and held after the last line."""
    lines, t = deal.lines, one.t
    figures = {
        "paid": {claim: one.paid.get(claim, 0.0) for claim in deal.ledger.claims},
        "owed": one.owed,
        "held": one.held,
        "entered": {support: one.entered.get(support, 0.0) for support in deal.ledger.supports},
    }
    for kind, amounts in figures.items():
        for name, amount in amounts.items():
            lines.put(("after", kind, name), t, amount, closing_label(kind, name, lang))
    for name in (tranche.name for tranche in deal.ledger.deal.tranches):
        received = [figures["paid"].get(f"{name}.{what}", 0.0) for what in ("interest", "income", "principal")]
        text = label("workbook.received", lang).format(name=name)
        lines.put(("holders", name), t, total(received) / float(deal.program.units.per_major), text, "major")


def closing_label(kind: str, name: str, lang: Language) -> str:
    """What a line after the last payment shows: paid, still owed, held, paid in."""
    return label(f"workbook.after_{kind}", lang).format(name=named(name, lang))
