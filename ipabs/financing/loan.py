"""Loans: what a lender's quoted terms mean for the firm's cash.

Interest on a payment date = opening balance × rate × accrual. The rate is fixed, or an index plus a margin, read on
the start date and again on each reset.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Self

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.index_history import IndexHistory, history_of
from ipabs.basics.units import Count, Money, Months, Rate, Share
from ipabs.errors import Finding, ModelError, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, block, join, numbered
from ipabs.financing.cost_items import charge_items
from ipabs.financing.costs import Charge, nothing_left
from ipabs.financing.facility import Certainty, Description
from ipabs.financing.need import Need
from ipabs.financing.periods import Accrual, PaymentFrequency, accruals
from ipabs.financing.repayment import Repayment, Resets, period_rates, repayment_plan, reset_dates
from ipabs.spec import check

CHARGES = ("origination", "commitment", "guarantee", "appraisal", "insurance", "registration", "handling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money the lender keeps from the loan until maturity, with its own yield.

    It is a charge: nothing is usable of it, and only its simple interest comes back on top.

    The prime rate of 3.65 % + 150 bp with a guarantee of 1 % and an appraisal of 0.5 % costs 6.884 % for a year; with a
    tenth kept back at 0.35 % it costs 7.639 %.

    >>> from datetime import date
    >>> from ipabs.financing import facility, need, rates
    >>> year = need.bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20))
    >>> kept = Deposit(share=0.10, rate=0.0035, day_count="equal_periods")
    >>> for deposit in (None, kept):
    ...     terms = BankLoan(rate=0.0515, day_count="equal_periods", guarantee=Charge(rate=0.01),
    ...                      appraisal=Charge(rate=0.005), deposit=deposit)
    ...     print(f"{rates.all_in_cost(facility.offer(terms, year), convention='equal_periods'):.3%}")
    6.884%
    7.639%
    """

    share: Annotated[Share, "of the principal"]
    rate: Annotated[Rate, "simple interest the deposit earns, paid at maturity"] = 0.0
    day_count: Annotated[Accrual, "year fraction of its interest"] = "ACT/365F"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Terms that all loans share; a kind of loan adds its own.

    The one-year prime rate was 3.65 % in March 2023; with 150 basis points a million costs 51,500 a year.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> terms = LoanTerms(index="LPR1Y", margin=0.015, day_count="equal_periods", origination=Charge(rate=0.01))
    >>> terms.cash_items(year).table()[["amount", "label"]].values.tolist()
    [[1000000.0, 'principal'], [-1000000.0, 'principal'], [-51500.0, 'interest'], [-10000.0, 'origination']]
    """

    KIND: ClassVar[str] = ""
    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    rate: Annotated[Rate | None, "fixed annual rate; or give index and margin"] = None
    index: Annotated[str | None, "LPR1Y, LPR5Y or a history of your own"] = None
    margin: Annotated[Rate, "over the index"] = 0.0
    resets: Annotated[Resets, "when the index is read again"] = "never"
    day_count: Annotated[Accrual, "year fraction of interest"] = "ACT/360"
    repayment: Annotated[Repayment, "like_obligation takes dates and shares of the contract compared with"] = (
        "like_obligation"
    )
    term_months: Annotated[Months | None, "own tenor; empty: the need's"] = None
    frequency: Annotated[PaymentFrequency | None, "own payment dates; empty: the need's"] = None
    deposit: Annotated[Deposit | None, "compensating deposit"] = None
    origination: Charge | None = None
    commitment: Charge | None = None
    guarantee: Charge | None = None
    appraisal: Charge | None = None
    insurance: Charge | None = None
    registration: Charge | None = None
    handling: Charge | None = None
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Annotated[Certainty | None, "how sure the money is"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def findings(self) -> Iterator[Finding]:
        """Neither or both of rate and index; an own schedule beside like_obligation."""
        if (self.rate is None) == (not self.index):
            yield finding("loan.rate", "a loan states a rate or an index with a margin, one of the two")
        if self.rate is not None and self.margin:
            yield finding("loan.margin", "a margin belongs to an index; this loan has a fixed rate", path=("margin",))
        if self.term_months is not None and self.term_months < 1:
            yield finding("loan.term", "{got} months is no term", path=("term_months",), got=self.term_months)
        if self.repayment == "like_obligation" and (self.term_months or self.frequency):
            yield finding(
                "loan.schedule",
                "like_obligation takes the contract's dates; with an own term or frequency write one of {allowed}",
                path=("repayment",),
                got=self.repayment,
                allowed=("bullet", "linear", "level"),
            )
        if self.rate is not None and self.resets != "never":
            yield finding(
                "loan.resets", "an index is read again; this loan has a fixed rate", path=("resets",), got=self.resets
            )
        yield from nothing_left(self.first_day_costs(), kept=self.deposit.share if self.deposit else 0.0)

    def first_day_costs(self) -> tuple[Charge, ...]:
        """Every charge that may fall on the first day."""
        return tuple(charge for _, charge in self.charges())

    def charges(self) -> Iterator[tuple[str, Charge]]:
        """The charges that are stated, by name."""
        for name in CHARGES:
            charge: Charge | None = getattr(self, name)
            if charge is not None:
                yield name, charge

    def cautions(self, need: Need, indices: Sequence[IndexHistory] = ()) -> Iterator[Finding]:
        """A warning where the index is read beyond the day until which it is known."""
        if self.index is not None:
            days = np.unique(reset_dates(self.resets, repayment_plan(self, need, indices)))
            yield from history_of(self.index, indices).findings(days)

    def on_profile(self) -> Self | None:
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """Principal, interest, deposit and charges."""
        return loan_items(self, need, indices)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLoan(LoanTerms):
    """A bank's working-capital loan.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> loan = BankLoan(rate=0.0515, guarantee=Charge(rate=0.01, timing="yearly_in_advance"))
    >>> items = loan.cash_items(bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20)))
    >>> items.table().groupby("label")["amount"].sum().round(2).to_dict()
    {'guarantee': -10000.0, 'interest': -52215.28, 'principal': 0.0}
    """

    KIND: ClassVar[str] = "bank_loan"


@dataclass(frozen=True, slots=True, kw_only=True)
class IPPledgedLoan(LoanTerms):
    """A loan against a pledge of patents or trademarks, mostly with a guarantor or an insurer.

    The principal may not exceed ``advance_rate × appraised_value`` where both are stated; a larger need is a
    `ModelError`. Published advance rates: 25 % on inventions, 15 % on utility models (Bank of Communications), 30 % on
    patents (Huangshi); 10 % to 60 % in practice.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> pledged = IPPledgedLoan(rate=0.05, appraised_value=3_000_000, advance_rate=0.3)
    >>> try:
    ...     pledged.cash_items(year)
    ... except ModelError as error:
    ...     print(error)
    firm needs 1,000,000.00, the pledge carries 900,000.00
    """

    KIND: ClassVar[str] = "ip_pledged_loan"

    appraised_value: Annotated[Money | None, "of the pledged rights, for each firm"] = None
    advance_rate: Annotated[Share | None, "the most the lender advances on the appraised value"] = None

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """Principal, interest, deposit and charges."""
        if self.appraised_value is not None and self.advance_rate is not None:
            limit = self.appraised_value * self.advance_rate
            refuse(ModelError, _above_pledge(need, limit))
        return loan_items(self, need, indices)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrustedLoan(LoanTerms):
    """A loan from another company through a bank, which takes a handling fee and no risk.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> terms = EntrustedLoan(rate=0.06, day_count="equal_periods", handling=Charge(rate=0.003))
    >>> terms.cash_items(year).table()[["amount", "label"]].values.tolist()[2:]
    [[-60000.0, 'interest'], [-3000.0, 'handling']]
    """

    KIND: ClassVar[str] = "entrusted_loan"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallLoan(LoanTerms):
    """A small-loan company's loan; with `flat_monthly_rate` interest is charged on the original principal throughout.

    A flat rate of 1 % a month on a loan repaid in twelve equal parts costs 23.7 % a year, not 12 %.

    >>> from datetime import date
    >>> from ipabs.financing import facility, need, rates
    >>> year = need.bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="monthly")
    >>> flat = SmallLoan(flat_monthly_rate=0.01, repayment="level")
    >>> round(rates.all_in_cost(facility.offer(flat, year), convention="equal_periods"), 3)
    0.237
    """

    KIND: ClassVar[str] = "small_loan"

    flat_monthly_rate: Annotated[Rate | None, "per month of the original principal, instead of rate"] = None

    def findings(self) -> Iterator[Finding]:
        """As for every loan; a flat rate stands instead of a rate."""
        flat = self.flat_monthly_rate
        if flat is not None and self.rate is not None:
            template = "a flat rate stands instead of a rate; write one of the two"
            yield finding("loan.flat_rate", template, path=("flat_monthly_rate",), got=flat)
        yield from LoanTerms.findings(self if flat is None else replace(self, rate=12 * flat))

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """Principal, interest, deposit and charges."""
        if self.flat_monthly_rate is None:
            return loan_items(self, need, indices)
        refuse(SpecError, check(self))
        # Equal instalments of a flat-rate loan repay equal parts of the principal.
        repayment: Repayment = "linear" if self.repayment == "level" else self.repayment
        repaid = repayment_plan(replace(self, rate=0.0, repayment=repayment), need)
        months = 12 * repaid.accruals("equal_periods")
        interest = repaid.principal[:, None] * (self.flat_monthly_rate * months)
        return items_of_plan(self, repaid, interest, np.full(len(repaid), 12 * self.flat_monthly_rate))


def _above_pledge(need: Need, limit: float) -> Iterator[Finding]:
    for name, amount in zip(need.firms, need.principal, strict=True):
        if amount > limit:
            yield finding(
                "loan.pledge",
                "{firm} needs {got}, the pledge carries {limit}",
                got=f"{amount:,.2f}",
                firm=name,
                limit=f"{limit:,.2f}",
            )


def loan_items(terms: LoanTerms, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
    """Everything a borrower receives and pays: interest = opening balance × rate × accrual, charges, deposit.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> loan_items(BankLoan(rate=0.06, day_count="equal_periods"), year).amounts.tolist()
    [1000000.0, -1000000.0, -60000.0]
    """
    refuse(SpecError, check(terms))
    plan = repayment_plan(terms, need, indices)
    rates = period_rates(terms, plan, indices)
    return items_of_plan(terms, plan, interest_of(plan, rates, terms.day_count), rates[:, 0])


def interest_of(plan: Need, rates: FloatArray, day_count: Accrual) -> FloatArray:
    """(loan, date) opening balance × rate × accrual, positive.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> interest_of(year, np.array([[0.06]]), "equal_periods")
    array([[60000.]])
    """
    return np.asarray(plan.principal[:, None] * (plan.opening_shares * rates * plan.accruals(day_count)))


def items_of_plan(terms: LoanTerms, plan: Need, interest: FloatArray, contract_rates: FloatArray) -> CashItems:
    """The items of a loan whose (loan, date) interest is worked out.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items_of_plan(BankLoan(rate=0.06), year, np.array([[61_000.0]]), np.array([0.06])).amounts.tolist()
    [1000000.0, -1000000.0, -61000.0]
    """
    return join(
        (
            *principal_and_interest(plan, interest, contract_rates),
            *(() if terms.deposit is None else deposit_items(terms.deposit, plan)),
            *(part for name, charge in terms.charges() for part in charge_items(charge, plan, name, interest=interest)),
        )
    )


def principal_and_interest(plan: Need, interest: FloatArray, contract_rates: FloatArray) -> tuple[CashItems, ...]:
    """The drawing and repayment of the principal, and the interest, (loan, date) positive.

    `contract_rates` are (loan,); the rate of a firm with several loans is the highest.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> [part.amounts.tolist() for part in principal_and_interest(year, np.array([[60_000.0]]), np.array([0.06]))]
    [[1000000.0, -1000000.0], [-60000.0]]
    """
    days = np.concatenate([plan.starts[:, None], plan.dates], axis=1)
    flows = plan.principal[:, None] * np.concatenate([np.ones((len(plan), 1)), -plan.shares], axis=1)
    items = (
        block(plan.firms, days, flows, kind="principal", label="principal", currency=plan.currency),
        block(plan.firms, plan.dates, -interest, kind="interest", label="interest", currency=plan.currency),
    )
    names, firm = numbered(plan.firms)
    rates = np.full(len(names), np.nan)
    np.fmax.at(rates, firm, contract_rates)
    return tuple(replace(part, contract_rates=rates) for part in items)


def deposit_items(deposit: Deposit, plan: Need) -> tuple[CashItems, CashItems]:
    """A deposit kept back on the start date and returned with its interest at maturity, as a charge.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> [part.labels[0] for part in deposit_items(Deposit(share=0.10), year)]
    ['deposit', 'deposit_interest']
    """
    held = deposit.share * plan.principal
    maturities = plan.maturities
    earned = held * deposit.rate * accruals(plan.starts, maturities, deposit.day_count)
    days, legs = np.stack([plan.starts, maturities], axis=1), np.stack([-held, held], axis=1)
    return (
        block(plan.firms, days, legs, kind="fee", label="deposit", currency=plan.currency),
        block(
            plan.firms,
            maturities[:, None],
            earned[:, None],
            kind="fee",
            label="deposit_interest",
            currency=plan.currency,
        ),
    )
