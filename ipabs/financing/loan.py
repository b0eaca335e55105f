"""Loans: what a lender's quoted terms mean for the firm's cash.

Interest on a payment date = opening balance × rate × accrual. The rate is fixed, or a published index plus a margin,
read on the start date and again on each reset.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.index_history import IndexName, index_history
from ipabs.basics.schedule import add_months
from ipabs.basics.units import Count, Money, Months, Rate, Share
from ipabs.errors import Finding, ModelError, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, block, join
from ipabs.financing.costs import Charge, charge_items, loan_years
from ipabs.financing.facility import Certainty, Description
from ipabs.financing.need import Accrual, Need, PaymentFrequency, accruals, payment_dates
from ipabs.spec import check

Repayment = Literal["like_obligation", "bullet", "linear", "level"]
Resets = Literal["never", "yearly", "each_payment"]
CHARGES = ("origination", "commitment", "guarantee", "appraisal", "insurance", "registration", "handling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money the lender keeps from the loan until maturity, with its own yield.

    It is a charge: nothing is usable of it, and only its simple interest comes back on top.
    """

    share: Annotated[Share, "of the principal"]
    rate: Annotated[Rate, "simple interest the deposit earns, paid at maturity"] = 0.0
    day_count: Accrual = "ACT/365F"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Terms that all loans share."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    rate: Annotated[Rate | None, "fixed annual rate; or give index and margin"] = None
    index: Annotated[IndexName | None, "published index"] = None
    margin: Annotated[Rate, "over the index"] = 0.0
    resets: Annotated[Resets, "when the index is read again"] = "never"
    day_count: Accrual = "ACT/360"
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
    certainty: Certainty | None = None

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

    def cautions(self, need: Need) -> Iterator[Finding]:
        """A warning where the index is read beyond the day until which it is known."""
        if self.index is not None:
            days = sorted(set(reset_dates(self.resets, repayment_plan(self, need))))
            yield from index_history(self.index).findings(days)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLoan(LoanTerms):
    """A bank's working-capital loan.

    Examples
    --------
    >>> from ipabs.financing.need import bullet_need
    >>> loan = BankLoan(rate=0.0515, guarantee=Charge(rate=0.01, timing="yearly_in_advance"))
    >>> items = loan.cash_items(bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20)))
    >>> items.table().groupby("label")["amount"].sum().round(2).to_dict()
    {'guarantee': -10000.0, 'interest': -52215.28, 'principal': 0.0}
    """

    KIND: ClassVar[str] = "bank_loan"

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "BankLoan":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """Principal, interest, deposit and charges."""
        return loan_items(self, need)


@dataclass(frozen=True, slots=True, kw_only=True)
class IPPledgedLoan(LoanTerms):
    """A loan against a pledge of patents or trademarks, mostly with a guarantor or an insurer.

    The principal may not exceed ``advance_rate × appraised_value`` where both are stated; `loan_items` of a larger
    need is a `ModelError`. Published advance rates: 25 % on inventions, 15 % on utility models (Bank of
    Communications), 30 % on patents (Huangshi); 10 % to 60 % in practice.
    """

    KIND: ClassVar[str] = "ip_pledged_loan"

    appraised_value: Annotated[Money | None, "of the pledged rights, for each firm"] = None
    advance_rate: Annotated[Share | None, "the most the lender advances on the appraised value"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "IPPledgedLoan":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """Principal, interest, deposit and charges."""
        if self.appraised_value is not None and self.advance_rate is not None:
            limit = self.appraised_value * self.advance_rate
            refuse(ModelError, _above_pledge(need, limit))
        return loan_items(self, need)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrustedLoan(LoanTerms):
    """A loan from another company through a bank, which takes a handling fee and no risk."""

    KIND: ClassVar[str] = "entrusted_loan"

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "EntrustedLoan":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """Principal, interest, deposit and charges, among them the bank's handling fee."""
        return loan_items(self, need)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallLoan(LoanTerms):
    """A small-loan company's loan; with `flat_monthly_rate` interest is charged on the original principal throughout.

    A flat rate of 1 % a month on a loan repaid in twelve equal parts costs about 22 % a year, not 12 %.
    """

    KIND: ClassVar[str] = "small_loan"

    flat_monthly_rate: Annotated[Rate | None, "per month of the original principal, instead of rate"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def findings(self) -> Iterator[Finding]:
        """As for every loan; a flat rate stands instead of a rate."""
        flat = self.flat_monthly_rate
        yield from LoanTerms.findings(self if flat is None else replace(self, rate=12 * flat))

    def on_profile(self) -> "SmallLoan":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """Principal, interest, deposit and charges."""
        if self.flat_monthly_rate is None:
            return loan_items(self, need)
        refuse(SpecError, check(self))
        repaid = repayment_plan(replace(self, rate=0.0, repayment=self.flat_repayment), need)
        months = 12 * repaid.accruals("equal_periods")
        interest = repaid.principal[:, None] * (self.flat_monthly_rate * months)
        return items_of_plan(self, repaid, interest, 12 * self.flat_monthly_rate)

    @property
    def flat_repayment(self) -> Repayment:
        """Equal instalments of a flat-rate loan repay equal parts of the principal."""
        return "linear" if self.repayment == "level" else self.repayment


LOANS = (BankLoan, IPPledgedLoan, EntrustedLoan, SmallLoan)


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


def loan_items(terms: LoanTerms, need: Need) -> CashItems:
    """Everything a borrower receives and pays under loan terms."""
    refuse(SpecError, check(terms))
    plan = repayment_plan(terms, need)
    rates = period_rates(terms, plan)
    interest = plan.principal[:, None] * (plan.opening_shares * rates * plan.accruals(terms.day_count))
    return items_of_plan(terms, plan, interest, float(rates[0]))


def items_of_plan(terms: LoanTerms, plan: Need, interest: FloatArray, contract_rate: float) -> CashItems:
    """The blocks of a loan whose interest is worked out."""
    charges = ((name, getattr(terms, name)) for name in CHARGES)
    return join(
        (
            *principal_and_interest(plan, interest, contract_rate),
            *(() if terms.deposit is None else deposit_items(terms.deposit, plan)),
            *(
                part
                for name, charge in charges
                if charge is not None
                for part in charge_items(charge, plan, name, interest=interest)
            ),
        )
    )


def principal_and_interest(
    plan: Need, interest: FloatArray, contract_rates: FloatArray | float
) -> tuple[CashItems, ...]:
    """The drawing and repayment of the principal, and the interest, (firm, date) positive."""
    flows = plan.principal[:, None] * np.concatenate([[1.0], -plan.shares])
    items = (
        block(plan.firms, (plan.start, *plan.dates), flows, kind="principal", label="principal"),
        block(plan.firms, plan.dates, -interest, kind="interest", label="interest"),
    )
    rates = np.broadcast_to(np.asarray(contract_rates, dtype=np.float64), len(plan.firms))
    return tuple(replace(part, contract_rates=rates, currency=plan.currency) for part in items)


def deposit_items(deposit: Deposit, plan: Need) -> tuple[CashItems, CashItems]:
    """A deposit kept back on the start date and returned with its interest at maturity, as a charge."""
    held = deposit.share * plan.principal[:, None]
    years = accruals((plan.start,), (plan.maturity,), deposit.day_count)
    legs, firms = np.array([-1.0, 1.0]), plan.firms
    return (
        block(firms, (plan.start, plan.maturity), held * legs, kind="fee", label="deposit", currency=plan.currency),
        block(
            firms,
            (plan.maturity,),
            held * deposit.rate * years,
            kind="fee",
            label="deposit_interest",
            currency=plan.currency,
        ),
    )


def repayment_plan(terms: LoanTerms, need: Need) -> Need:
    """The need on the loan's own dates and repayment."""
    dates = need.dates
    if terms.term_months or terms.frequency:
        maturity = need.maturity if terms.term_months is None else add_months(need.start, terms.term_months)
        dates = payment_dates(need.start, maturity, terms.frequency or "quarterly")
    dated = replace(need, dates=dates, shares=_bullet(len(dates)))
    match terms.repayment:
        case "like_obligation":
            return need
        case "bullet":
            return dated
        case "linear":
            return replace(dated, shares=np.full(len(dates), 1 / len(dates)))
        case "level":
            rate = period_rates(terms, dated)[0]
            return replace(dated, shares=level_shares(rate * dated.accruals(terms.day_count)))


def _bullet(count: int) -> FloatArray:
    shares = np.zeros(count)
    shares[-1] = 1
    return shares


def level_shares(period_rates: FloatArray) -> FloatArray:
    """Shares of the principal in a level payment, X = 1 / Σ Π 1/(1 + i_k); share_k = X − i_k × balance.

    >>> level_shares(np.full(2, 0.10)).round(6)
    array([0.47619, 0.52381])
    """
    payment = 1 / np.cumprod(1 / (1 + period_rates)).sum()
    shares = np.empty(len(period_rates))
    balance = 1.0
    for at, rate in enumerate(period_rates):
        shares[at] = payment - rate * balance
        balance -= shares[at]
    shares[-1] += balance
    return shares


def period_rates(terms: LoanTerms, plan: Need) -> FloatArray:
    """(date,) annual rate of the period that ends on each date."""
    if terms.index is None:
        return np.full(len(plan.dates), float(terms.rate or 0.0))
    history = index_history(terms.index)
    return np.array([history.at(day) + terms.margin for day in reset_dates(terms.resets, plan)])


def reset_dates(resets: Resets, plan: Need) -> tuple[date, ...]:
    """(date,) the day on which the rate of each period was read."""
    begins = (plan.start, *plan.dates[:-1])
    match resets:
        case "never":
            return (plan.start,) * len(begins)
        case "each_payment":
            return begins
        case "yearly":
            anniversaries = loan_years(plan.start, plan.maturity)[0]
            return tuple(max(day for day in anniversaries if day <= begin) for begin in begins)
