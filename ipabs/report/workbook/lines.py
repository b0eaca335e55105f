"""The engine run on formulas: every figure of a payment date, by the line on which the sheet shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import ROWS
from ipabs.engine.accruals import FeeAccrual, InterestAccrual
from ipabs.engine.arithmetic import Arithmetic, Factor, total
from ipabs.engine.books import Books, Quantity
from ipabs.engine.claims import annual_rate, due_times, fee_fractions, interest_fractions
from ipabs.engine.conditions import Watch
from ipabs.engine.feed import SERIES, into
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.resolve import resolve
from ipabs.engine.run import PaymentDate, payment_dates
from ipabs.report.workbook.formula import Formula, Number, formulas, given, hi, made, pick
from ipabs.report.workbook.inputs import Inputs, exact_ratio, stated

Unit = Literal["money", "flag", "ratio", "count", "rate"]
Key = tuple[str, ...]
YEARS = (365, 360)  # bases on which most day counts are whole days


@dataclass(slots=True, eq=False)
class Line:
    """One line of the sheet: a number on each payment date.

    Attributes
    ----------
    block : Key
        The part of the sheet it belongs to.
    put_in : bool
        Whether its cells are there to be changed.
    working : list of Line
        Intermediate results that stand below it.
    row : int
        Where it stands, once it stands.
    """

    block: Key
    label: str
    unit: Unit
    put_in: bool = False
    values: dict[int, Number] = field(default_factory=dict)
    working: "list[Line]" = field(default_factory=list)
    row: int = 0


@dataclass(slots=True)
class Lines:
    """The lines of one deal by what they show."""

    by_key: dict[Key, Line] = field(default_factory=dict)

    def put(self, key: Key, t: int, value: Number, label: str, unit: Unit = "money", *, put_in: bool = False) -> None:
        """A number on a date; a key's first word, or its first two for a step, is its block."""
        if key not in self.by_key:
            block = key[:2] if key[0] == "step" else key[:1]
            self.by_key[key] = Line(block, label, unit, put_in)
        self.by_key[key].values[t] = value

    def blocks(self) -> Iterator[tuple[Key, list[Line]]]:
        """In the order of a payment date."""
        found: dict[Key, list[Line]] = {}
        for line in self.by_key.values():
            found.setdefault(line.block, []).append(line)
        order = ("rates", "cash", "accrued", "test", "phase", "step", "after")

        def place(block: Key) -> tuple[int, int]:
            return order.index(block[0]), int(block[1]) if len(block) > 1 else 0

        for block in sorted(found, key=place):
            yield block, found[block]


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


# What falls due


def accruals(
    program: Program, ledger: Ledger, inputs: Inputs, lines: Lines, lang: Language
) -> tuple[InterestAccrual | FeeAccrual, ...]:
    """The accruals with their factors in cells: rate x day-count fraction, both as ratios of whole numbers."""
    return tuple(
        interest(one, program, ledger, inputs, lines, lang)
        if isinstance(one, InterestAccrual)
        else fee(one, program, inputs, lines, lang)  # type: ignore[arg-type]  # the two kinds there are
        for one in program.accruals
    )


def factor_cells(
    claim: str, t: int, rate: tuple[Number, Number], part: Fraction, lines: Lines, lang: Language, over: int = 1
) -> Factor:
    """The factor of one date in lowest terms, its day count to be changed."""
    numerator, denominator = rate[0], rate[1]
    if part != 1:
        year_days = next((base for base in YEARS if (part * base).denominator == 1), part.denominator)
        days, year = given(float(part * year_days)), given(float(year_days))
        lines.put(("rates", claim, "days"), t, days, f"{claim}: {label('workbook.days', lang)}", "count", put_in=True)
        lines.put(("rates", claim, "year"), t, year, f"{claim}: {label('workbook.year', lang)}", "count", put_in=True)
        numerator, denominator = numerator * days, denominator * year
    denominator = denominator * over
    common = made("GCD", numerator, denominator)
    top, bottom = made("/", numerator, common), made("/", denominator, common)
    lines.put(("rates", claim, "numerator"), t, top, f"{claim}: {label('workbook.numerator', lang)}", "count")
    lines.put(("rates", claim, "denominator"), t, bottom, f"{claim}: {label('workbook.denominator', lang)}", "count")
    return exact_ratio(top, bottom)


def interest(
    accrual: InterestAccrual, program: Program, ledger: Ledger, inputs: Inputs, lines: Lines, lang: Language
) -> InterestAccrual:
    """Coupon x day-count fraction; a floating rate stands on each date."""
    deal, name = program.deal, accrual.claim.rpartition(".")[0]
    tranche = next(one for one in deal.tranches if one.name == name)
    as_run = next(
        one for one in ledger.program.accruals if isinstance(one, InterestAccrual) and one.claim == accrual.claim
    )
    factors = []
    for t, part in enumerate(interest_fractions(tranche, program.timeline)):
        coupon = tranche.coupon
        if coupon is not None and not coupon.index:
            exact = annual_rate(coupon, program.timeline.accrual_starts[t], {})
            rate = inputs.rate(("tranches", name, "coupon"), float(exact))
        else:
            fixed = as_run.factors[t].exact * accrual.faces / part if part else Fraction(0)
            rate = floating_rate(accrual.claim, t, fixed, lines, lang)
        factors.append(factor_cells(accrual.claim, t, rate, part, lines, lang, accrual.faces))
    return replace(accrual, factors=tuple(factors))


def floating_rate(claim: str, t: int, rate: Fraction, lines: Lines, lang: Language) -> tuple[Number, Number]:
    """The rate fixed for one interest period, to be changed, as a ratio of whole numbers."""
    cell = given(float(rate))
    lines.put(("rates", claim, "rate"), t, cell, f"{claim}: {label('workbook.rate', lang)}", "rate", put_in=True)
    scaled = Formula("ROUND", (cell * 10**10, 0), float(round(rate * 10**10)))
    return scaled, 10.0**10


def fee(accrual: FeeAccrual, program: Program, inputs: Inputs, lines: Lines, lang: Language) -> FeeAccrual:
    """Rate x day-count fraction x times due, and the fixed amount as often."""
    terms = next(one for one in program.deal.fees if one.name == accrual.claim)
    times = due_times(program.deal, terms, program.timeline)
    factors: list[Factor | None] = []
    for t, (part, count) in enumerate(zip(fee_fractions(terms, program.timeline), times, strict=True)):
        if terms.rate is None or not count:
            factors.append(None)
            continue
        top, bottom = inputs.rate(("fees", terms.name, "rate"), float(terms.rate))
        factors.append(factor_cells(accrual.claim, t, (top * count, bottom), part, lines, lang))
    amount = program.units.money(terms.amount or 0.0)
    return replace(accrual, factors=tuple(factors), fixed=tuple(amount * count if count else 0.0 for count in times))


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
        lines.put(("cash", account), t, one.flows[into(account)], label("workbook.into", lang).format(account=account))
    for claim in program.opening.owed:
        accrued = one.accrued.get(claim, 0.0)
        if claim in {accrual.claim for accrual in program.accruals}:  # type: ignore[attr-defined]
            lines.put(("accrued", claim), t, accrued, claim)
    for watch in program.watches:
        if (watch.name, t) in seen:
            unit: Unit = "money" if is_money(deal, watch) else "ratio"
            text = label("workbook.measure", lang).format(test=watch.name)
            lines.put(("test", watch.name, "value"), t, seen[watch.name, t], text, unit)
        text = label("workbook.failed", lang).format(test=watch.name)
        lines.put(("test", watch.name, "failed"), t, one.failed[watch.name], text, "flag")
    if len(program.phases) > 1:
        for phase in program.phases:
            text = label("workbook.phase", lang).format(phase=phase)
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
                text = f"{target.name}: {label(f'workbook.{what}', lang)}"
                lines.put(("step", str(number), str(at), what), t, figure, text)
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


def closing_label(kind: str, name: str, lang: Language) -> str:
    """What a line after the last payment shows: paid, still owed, held, paid in."""
    return label(f"workbook.after_{kind}", lang).format(name=name)
