"""The terms that contracts with a schedule share, and what can be wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import inf
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from ipabs.basics.calendar import CALENDARS, ROLLS, CalendarName, Roll
from ipabs.basics.daycount import DAY_COUNTS, DayCount
from ipabs.basics.notice import Notice
from ipabs.basics.schedule import FREQUENCIES, STUBS, Frequency, Stub, add_months, months_of
from ipabs.basics.units import Count, Factor, Money, Months, Rate, Share
from ipabs.errors import Finding, finding

Amortization = Literal["level", "linear", "bullet", "negative", "custom"]
Reset = Frequency | Literal["bimonthly"]
Cycle = Reset | Literal["at_maturity"]
Rounding = Literal["none", "fen", "fen_down"]
AMORTIZATIONS: tuple[Amortization, ...] = get_args(Amortization)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installment:
    """A repayment of principal on a date of its own.

    >>> from ipabs.pool.kinds import PledgedLoan
    >>> halves = tuple(Installment(date=date(2024, month, 20), principal=500_000.0) for month in (6, 12))
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2023, 12, 20),
    ...                    maturity=date(2024, 12, 20), contract_rate=0.04, amortization="custom", schedule=halves)
    >>> loan.contract_flows().principal
    array([     0., 500000.,      0., 500000.])
    """

    date: date
    principal: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A sum lent at `start` and repaid with interest until `maturity`: the data that its kinds share.

    Payment dates are counted in whole months from `first_payment`; without one, `payment_day` finds it (the next such
    day whose month the cycle divides: the 20th of March, June, September or December for a quarterly contract), and
    without that, `start` does. The maturity is always a payment date; `stub` says what becomes of an odd period. A
    `first_payment` on the start itself means payments in advance.

    ============  ==================================================================================================
    level         one total payment on each principal date, fixed on the first of them and again after each rate reset
    linear        equal principal on each principal date
    bullet        principal at maturity
    negative      `installment` is the total payment whatever the rate; interest beyond it is added to the balance
    custom        principal as listed in `schedule`
    ============  ==================================================================================================

    >>> from ipabs.pool.repayment import flows_of
    >>> terms = Contract(id="C1", obligor="F1", principal=1_200_000.0, start=date(2024, 1, 1), maturity=date(2025, 1,
    ...                                                                                                      1),
    ...                  contract_rate=0.04, amortization="linear", day_count="30E/360")
    >>> flows = flows_of([terms])
    >>> flows.interest.round(2), flows.balance      # 1 % a quarter of what is left
    (array([12000.,  9000.,  6000.,  3000.]), array([900000., 600000., 300000.,      0.]))
    """

    id: Annotated[str, "contract number, unique in the tape"]
    obligor: Annotated[str, "id of the party that owes"]
    principal: Annotated[Money, "sum paid out at the start"]
    start: Annotated[date, "interest accrues from this date"]
    maturity: Annotated[date, "last payment date"]
    contract_rate: Annotated[Rate | None, "rate a year; with an index, the rate until the first reset"] = None
    amortization: Annotated[Amortization, "how principal is repaid"] = "level"
    frequency: Annotated[Cycle, "how often interest is paid"] = "quarterly"
    principal_frequency: Annotated[Cycle | None, "how often principal is paid; as interest by default"] = None
    first_payment: Annotated[date | None, "first regular payment date; the start itself: in advance"] = None
    first_principal: Annotated[date | None, "first principal date; later ones are counted from it"] = None
    payment_day: Annotated[Count, "day of the month of regular payments; 0: as the first"] = 0
    stub: Annotated[Stub, "where an odd period lies, and whether it stands alone"] = "short_last"
    end_of_month: Annotated[bool, "regular dates stay at month ends if the first is one"] = False
    day_count: Annotated[DayCount, "year fraction of interest"] = "ACT/365F"
    calendar: Annotated[CalendarName, "business days"] = "every_day"
    roll: Annotated[Roll, "where a payment on a holiday moves"] = "none"
    notice: Annotated[Notice | None, "days that differ from the calendar, as announced since"] = None
    accrual: Annotated[Literal["unadjusted", "adjusted"], "whether interest runs to the moved date"] = "unadjusted"
    grace: Annotated[Months, "months from the start without principal"] = 0
    capitalized_until: Annotated[date | None, "interest up to this date is added to the balance, and on it"] = None
    installment: Annotated[Money | None, "agreed payment: total (level, negative) or principal (linear)"] = None
    refixed: Annotated[bool, "a level payment is computed anew from the balance on each date"] = False
    balloon: Annotated[Money, "principal left for maturity"] = 0.0
    amortized_until: Annotated[date | None, "level payments as if it ran until then; the rest at maturity"] = None
    step_up: Annotated[Share, "growth of each payment over the one a step before"] = 0.0
    step: Annotated[Months, "months between steps"] = 12
    schedule: Annotated[tuple[Installment, ...], "principal on dates of its own (custom)"] = ()
    index: Annotated[str, "floating rate: name of the index; empty: fixed"] = ""
    index_multiple: Annotated[Factor, "times the index, before the margin"] = 1.0
    margin: Annotated[Rate, "added to the index"] = 0.0
    reset: Annotated[Reset, "how often a floating rate is reset"] = "annual"
    first_reset: Annotated[date | None, "first reset; by default one reset period after the start"] = None
    rate_cap: Annotated[Rate, "most a floating rate can be"] = 1.0
    rate_floor: Annotated[Rate, "least a floating rate can be"] = 0.0
    prepayment_fee: Annotated[Share, "of principal repaid early"] = 0.0
    rounding: Annotated[Rounding, "interest and level payments in whole fen, half up or down"] = "none"
    seasoning: Annotated[Months, "age in months at the start, for speeds that depend on it"] = 0
    deal: Annotated[str, "the deal that holds the contract"] = ""
    guarantor: Annotated[str, "id of the party that guarantees it"] = ""

    def findings(self) -> Iterator[Finding]:
        """Terms that do not fit each other; a schedule that does not repay the contract."""
        yield from term_findings(self)


def cycle_months(cycle: Cycle) -> int:
    """Months between payments: 2 for bimonthly, 0 for one payment at maturity.

    >>> cycle_months("bimonthly"), cycle_months("quarterly"), cycle_months("at_maturity")
    (2, 3, 0)
    """
    match cycle:
        case "at_maturity":
            return 0
        case "bimonthly":
            return 2
        case _:
            return months_of(cycle)


# The words that a term may have: what a file is read by holds for contracts made in Python too.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "amortization": AMORTIZATIONS,
        "frequency": (*FREQUENCIES, "bimonthly", "at_maturity"),
        "principal_frequency": (*FREQUENCIES, "bimonthly", "at_maturity"),
        "reset": (*FREQUENCIES, "bimonthly"),
        "stub": STUBS,
        "day_count": DAY_COUNTS,
        "calendar": CALENDARS,
        "roll": ROLLS,
        "accrual": ("unadjusted", "adjusted"),
        "rounding": get_args(Rounding),
    }
)


def naming_findings(id: str, obligor: str) -> Iterator[Finding]:
    """An obligation without an id or an obligor.

    >>> [str(found) for found in naming_findings("C1", " ")]
    ['obligor: a contract needs an obligor']
    """
    if not id.strip():
        yield finding("contract.id", "a contract needs an id", path=("id",), got=id)
    if not obligor.strip():
        yield finding("contract.obligor", "a contract needs an obligor", path=("obligor",), got=obligor)


def term_findings(terms: Contract) -> Iterator[Finding]:
    """Everything that is wrong with the terms of a contract, each under the field to correct.

    >>> terms = Contract(id="C1", obligor="F1", principal=100.0, start=date(2024, 1, 1), maturity=date(2025, 1, 1),
    ...                  contract_rate=0.04, grace=12)
    >>> print(*term_findings(terms))
    grace: 12 months from the start reach the maturity 2025-01-01
    """
    yield from naming_findings(terms.id, terms.obligor)
    for name, words in WORDS.items():
        if (word := getattr(terms, name)) is not None and word not in words:
            yield finding("contract.word", "no word {got!r}; {hint}", path=(name,), got=word, allowed=words)
            return
    if not 0 < terms.principal < inf:
        template = "principal is {got}; it must be more than 0"
        yield finding("contract.principal", template, path=("principal",), got=terms.principal)
    if terms.maturity <= terms.start:
        template = "maturity {got} is not after the start {start}"
        yield finding("contract.maturity", template, path=("maturity",), got=terms.maturity, start=terms.start)
        return
    yield from _date_findings(terms)
    yield from _rate_findings(terms)
    yield from _repayment_findings(terms)


def _date_findings(terms: Contract) -> Iterator[Finding]:
    first = terms.first_payment
    if first is not None and not terms.start <= first <= terms.maturity:
        yield finding(
            "contract.first_payment",
            "first payment {got} is not between the start {start} and the maturity {maturity}",
            path=("first_payment",),
            got=first,
            start=terms.start,
            maturity=terms.maturity,
        )
    yield from _early_findings(terms)
    if terms.payment_day > 31:
        yield finding("contract.payment_day", "no month has a day {got}", path=("payment_day",), got=terms.payment_day)
    if terms.stub.endswith("first") and (first is not None or terms.payment_day or terms.first_principal is not None):
        template = "{got} counts the dates back from maturity, so first_payment and payment_day have no place; drop one"
        yield finding("contract.stub", template, path=("stub",), got=terms.stub)
    if not terms.step:
        yield finding("contract.step", "a step has at least 1 month", path=("step",), got=terms.step)


def _early_findings(terms: Contract) -> Iterator[Finding]:
    """Times without principal, without paid interest or without reset that do not fit the contract."""
    if terms.grace and add_months(terms.start, terms.grace) >= terms.maturity:
        template = "{got} months from the start reach the maturity {maturity}"
        yield finding("contract.months", template, path=("grace",), got=terms.grace, maturity=terms.maturity)
    if terms.grace and terms.first_principal is not None:
        template = "grace and first_principal both say when principal starts; keep one"
        yield finding("contract.grace", template, path=("grace",), got=terms.grace)
    for name in ("first_principal", "capitalized_until", "first_reset"):
        day = getattr(terms, name)
        if day is not None and not terms.start <= day <= terms.maturity:
            yield finding(
                "contract.date_outside",
                "{got} is not between the start {start} and the maturity {maturity}",
                path=(name,),
                got=day,
                start=terms.start,
                maturity=terms.maturity,
            )


def _rate_findings(terms: Contract) -> Iterator[Finding]:
    if terms.contract_rate is None and not terms.index and terms.installment is None:
        template = "a contract states contract_rate, index or installment"
        yield finding("contract.rate", template, path=("contract_rate",))
    elif terms.contract_rate is None and not terms.index:
        apart = terms.grace or terms.first_principal or terms.capitalized_until or terms.principal_frequency
        if terms.amortization != "level" or apart:
            template = "the yield follows from installment only for level payments on every date; state contract_rate"
            yield finding("contract.yield", template, path=("contract_rate",))
    if terms.rate_floor > terms.rate_cap:
        template = "the floor {got} is above the cap {cap}"
        yield finding("contract.floor", template, path=("rate_floor",), got=terms.rate_floor, cap=terms.rate_cap)


def _repayment_findings(terms: Contract) -> Iterator[Finding]:
    if 0 < terms.principal <= terms.balloon:
        template = "the balloon {got} is not below the principal {principal}"
        yield finding("contract.balloon", template, path=("balloon",), got=terms.balloon, principal=terms.principal)
    if terms.amortized_until is not None:
        yield from _amortized_findings(terms, terms.amortized_until)
    if terms.amortization == "negative" and terms.installment is None:
        template = "negative amortization needs the agreed total payment"
        yield finding("contract.installment", template, path=("installment",))
    if terms.schedule and terms.amortization != "custom":
        template = "a schedule is read only with amortization custom, here {got}"
        yield finding("contract.schedule", template, path=("schedule",), got=terms.amortization)
    if terms.amortization == "custom":
        yield from _custom_findings(terms)


def _amortized_findings(terms: Contract, until: date) -> Iterator[Finding]:
    if until < terms.maturity:
        template = "payments that end the debt on {got}, before the maturity {maturity}"
        yield finding(
            "contract.amortized_until", template, path=("amortized_until",), got=until, maturity=terms.maturity
        )
    if terms.amortization != "level" or terms.installment is not None or terms.balloon or terms.stub.endswith("first"):
        template = "amortized_until gives the level payments: it excludes installment, balloon and a stub at the start"
        yield finding("contract.amortized_level", template, path=("amortized_until",), got=until)


def _custom_findings(terms: Contract) -> Iterator[Finding]:
    repaid = sum(one.principal for one in terms.schedule)
    if abs(repaid - terms.principal) > 0.005:
        yield finding(
            "contract.not_repaid",
            "the schedule repays {got} of {principal}",
            path=("schedule",),
            got=f"{repaid:.2f}",
            principal=f"{terms.principal:.2f}",
        )
    for k, one in enumerate(terms.schedule):
        if not one.principal >= 0:
            template = "an installment of {got}; it must be 0 or more"
            path = ("schedule", k, "principal")
            yield finding("contract.installment_negative", template, path=path, got=one.principal)
        if not terms.start < one.date <= terms.maturity:
            yield finding(
                "contract.schedule_date",
                "{got} is not between the start {start} and the maturity {maturity}",
                path=("schedule", k, "date"),
                got=one.date,
                start=terms.start,
                maturity=terms.maturity,
            )
