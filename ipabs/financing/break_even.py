"""Where the answer turns: the loan rate, deal size, number of firms, tenor, fee share or subsidy at which it flips.

A saving need not be monotone (a yearly fee in advance makes it jump with the tenor), so the range is scanned first and
every turn is reported.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.costs import Bearing
from ipabs.financing.facility import FirmFacts, Terms, offer
from ipabs.financing.loan import BankLoan, EntrustedLoan, IPPledgedLoan
from ipabs.financing.need import Need, bullet_shares
from ipabs.financing.periods import PaymentFrequency, months_later, payment_dates
from ipabs.financing.savings import SUMS, cost, savings
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax

Variable = Literal["loan_rate", "deal_size", "firms", "tenor_months", "firm_share", "subsidy_share"]
VARIABLES: tuple[Variable, ...] = get_args(Variable)
WHOLE_NUMBERS: tuple[Variable, ...] = ("firms", "tenor_months")
Measure = Literal["market", "before_subsidy", "before_tax", "net"]
# Between two scanned points the turn is found to this part of their distance.
PRECISION = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """A loan or a participation in a deal, for one need: the saving of the deal, and what it may depend on.

    A spread of 1.75 % less a letter of 1 %, on ten million for a year:

    >>> from datetime import date
    >>> from ipabs.financing.costs import CostItem
    >>> from ipabs.financing.need import bullet_need
    >>> note = Participation(rate=0.0325, day_count="equal_periods", costs=(CostItem(name="letter", rate=0.01),))
    >>> question = Question(need=bullet_need(1e7, date(2023, 11, 17), date(2024, 11, 17)), participation=note,
    ...     loan=BankLoan(rate=0.05, day_count="equal_periods"))
    >>> round(question.saving(), 2)
    75000.0
    """

    need: Need
    loan: Terms
    participation: Participation
    subsidies: tuple[Subsidy, ...] = ()
    tax: Tax | None = None
    facts: tuple[FirmFacts, ...] = ()
    measure: Measure = "net"
    frequency: PaymentFrequency = "quarterly"

    def saving(self) -> float:
        """Nominal saving of the participation over the loan, all firms together."""
        if self.measure not in SUMS:
            raise SpecError(finding("break_even.measure", "no sum {got!r}; {hint}", got=self.measure, allowed=SUMS))
        loan = offer(self.loan.on_profile() or self.loan, self.need, tax=self.tax, facts=self.facts)
        note = offer(self.participation, self.need, subsidies=self.subsidies, tax=self.tax, facts=self.facts)
        costs = [cost(facility.cash_items()) for facility in (loan, note)]
        parts = savings(self.need.firms, costs[0], costs[0], costs[1])
        return float(getattr(parts, self.measure).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A value at which the sign of the saving changes.

    Attributes
    ----------
    value : float
        Of a whole-number variable: the first number on the other side.
    becomes : {"worth it", "not worth it"}
        What the deal is above the value.
    jump : bool
        The saving leaps over zero there instead of passing through it.

    Examples
    --------
    >>> print(Turn(value=0.0425, becomes="worth it", jump=False))
    Turn(value=0.0425, becomes='worth it', jump=False)
    """

    value: float
    becomes: Literal["worth it", "not worth it"]
    jump: bool


def vary(question: Question, variable: Variable, value: float) -> Question:
    """The question with one thing changed.

    At a loan rate of 4.25 % a note of 3.25 % with a letter of 1 % saves nothing.

    >>> from datetime import date
    >>> from ipabs.financing.costs import CostItem
    >>> from ipabs.financing.need import bullet_need
    >>> note = Participation(rate=0.0325, day_count="equal_periods", costs=(CostItem(name="letter", rate=0.01),))
    >>> question = Question(need=bullet_need(1e7, date(2023, 11, 17), date(2024, 11, 17)), participation=note,
    ...     loan=BankLoan(rate=0.05, day_count="equal_periods"))
    >>> round(vary(question, "loan_rate", 0.0425).saving(), 2) + 0.0
    0.0
    """
    match variable:
        case "loan_rate":
            return replace(question, loan=_at_rate(question.loan, value))
        case "deal_size":
            return replace(question, participation=replace(question.participation, issue_size=value))
        case "firms":
            return replace(question, participation=replace(question.participation, firms=round(value)))
        case "tenor_months":
            return replace(question, need=bullet_of(question.need, round(value), question.frequency))
        case "firm_share":
            borne = (Bearing(bearer="firm", share=value), Bearing(bearer="district", share=1 - value))
            costs = tuple(replace(item, borne_by=borne) for item in question.participation.costs)
            return replace(question, participation=replace(question.participation, costs=costs))
        case "subsidy_share":
            return replace(question, subsidies=(Subsidy(name="subsidy", on="interest", share=value),))
    raise SpecError(finding("break_even.variable", "no variable {got!r}; {hint}", got=variable, allowed=VARIABLES))


def _at_rate(loan: Terms, rate: float) -> Terms:
    match loan:
        case BankLoan() | IPPledgedLoan() | EntrustedLoan():
            return replace(loan, rate=rate, index=None, margin=0.0, resets="never")
    raise SpecError(
        finding(
            "break_even.loan",
            "a {got} has no loan rate to vary; {allowed} have",
            got=loan.description.kind,
            allowed=("bank_loan", "ip_pledged_loan", "entrusted_loan"),
        )
    )


def bullet_of(need: Need, months: int, frequency: PaymentFrequency) -> Need:
    """The same amounts from the same days, repaid in one sum after some months.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> longer = bullet_of(bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20)), 24, "annual")
    >>> longer.maturities, longer.average_lives
    (array(['2026-03-20'], dtype='datetime64[D]'), array([2.]))
    """
    dates = payment_dates(need.starts, months_later(need.starts, months), frequency)
    return need.on_dates(dates, bullet_shares(dates))


def break_even(
    question: Question, variable: Variable, low: float, high: float, *, steps: int = 100
) -> tuple[Turn, ...]:
    """Every value of a variable between `low` and `high` at which the saving changes sign, rising.

    Parameters
    ----------
    steps : int
        Points of the scan; turns closer together than a step may be missed in pairs. A whole-number variable is
        tried at every number.

    Returns
    -------
    tuple of Turn
        Empty: the answer is the same over the whole range.

    Examples
    --------
    At which loan rate does a 3.25 % note with 1 % letter and 0.8 % issue cost begin to pay?

    >>> from datetime import date
    >>> from ipabs.financing.costs import CostItem
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> note = Participation(rate=0.0325, day_count="ACT/365F", costs=(
    ...     CostItem(name="letter", rate=0.01), CostItem(name="issue_cost", rate=0.008)))
    >>> question = Question(need=bullet_need(10_000_000, date(2023, 11, 17), date(2024, 11, 17)),
    ...                     loan=BankLoan(rate=0.05), participation=note)
    >>> [(round(turn.value, 6), turn.becomes) for turn in break_even(question, "loan_rate", 0.02, 0.10)]
    [(0.04976, 'worth it')]
    """

    def saving(value: float) -> float:
        return vary(question, variable, value).saving()

    refuse(SpecError, _range_faults(low, high, steps))
    if variable in WHOLE_NUMBERS:
        numbers = [float(n) for n in range(round(low), round(high) + 1)]
        values = [saving(n) for n in numbers]
        return tuple(
            _turn(after, values[at + 1], jump=True)
            for at, (_, after) in enumerate(pairwise(numbers))
            if (values[at] > 0) != (values[at + 1] > 0)
        )
    return turns(saving, low, high, steps=steps)


def turns(saving: Callable[[float], float], low: float, high: float, *, steps: int = 100) -> tuple[Turn, ...]:
    """Every sign change of a function between `low` and `high`, found by scan and bisection.

    >>> [round(turn.value, 6) for turn in turns(lambda x: (x - 1) * (x - 2), 0, 3)]
    [1.0, 2.0]
    """
    refuse(SpecError, _range_faults(low, high, steps))
    points = np.linspace(low, high, steps + 1).tolist()
    values = [saving(point) for point in points]
    found = []
    for at in range(steps):
        if (values[at] > 0) != (values[at + 1] > 0):
            left, right, gap = _bisected(saving, points[at], points[at + 1], values[at] > 0)
            # Passing through zero, the values next to the turn are as small as the interval; at a jump they are not.
            jump = gap > 1e-6 * max(abs(values[at]), abs(values[at + 1]), 1e-300)
            found.append(_turn((left + right) / 2, values[at + 1], jump=jump))
    return tuple(found)


def _range_faults(low: float, high: float, steps: int) -> Iterator[Finding]:
    if not -np.inf < low < high < np.inf or steps < 1:
        template = "nothing to scan from {got} to {high} in {steps} steps; the range rises, with at least one step"
        yield finding("break_even.range", template, got=low, high=high, steps=steps)


def _bisected(
    saving: Callable[[float], float], left: float, right: float, positive: bool
) -> tuple[float, float, float]:
    wanted = PRECISION * max(abs(left), abs(right), right - left)
    while right - left > wanted:
        middle = (left + right) / 2
        if (saving(middle) > 0) == positive:
            left = middle
        else:
            right = middle
    return left, right, abs(saving(right) - saving(left))


def _turn(value: float, after: float, *, jump: bool) -> Turn:
    return Turn(value=value, becomes="worth it" if after > 0 else "not worth it", jump=jump)
