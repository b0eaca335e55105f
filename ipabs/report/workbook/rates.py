"""Interest and fees in cells: the rate, the day count, and their product in lowest terms on each date."""

from dataclasses import replace
from fractions import Fraction

from ipabs.basics.words import Language
from ipabs.engine.accruals import FeeAccrual, InterestAccrual
from ipabs.engine.arithmetic import Factor
from ipabs.engine.claims import annual_rate, due_times, fee_fractions, interest_fractions
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.report.workbook.formula import Formula, Number, given, made
from ipabs.report.workbook.inputs import Inputs, exact_ratio
from ipabs.report.workbook.lines import Lines, entry

YEARS = (365, 360)  # bases on which most day counts are whole days


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
        lines.put(("rates", claim, "days"), t, days, entry(claim, "days", lang), "count", put_in=True)
        lines.put(("rates", claim, "year"), t, year, entry(claim, "year", lang), "count", put_in=True)
        numerator, denominator = numerator * days, denominator * year
    denominator = denominator * over
    common = made("GCD", numerator, denominator)
    top, bottom = made("/", numerator, common), made("/", denominator, common)
    lines.put(("rates", claim, "numerator"), t, top, entry(claim, "numerator", lang), "count")
    lines.put(("rates", claim, "denominator"), t, bottom, entry(claim, "denominator", lang), "count")
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
    for t, part in enumerate(interest_fractions(deal, tranche, program.timeline)):
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
    lines.put(("rates", claim, "rate"), t, cell, entry(claim, "rate", lang), "rate", put_in=True)
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
