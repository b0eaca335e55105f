"""Financial leases and factoring: financing that is not written as a loan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs._typing import DateArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.schedule import Frequency
from ipabs.basics.units import Count, Money, Rate, Share
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, block, join
from ipabs.financing.cost_items import charge_items
from ipabs.financing.costs import Charge
from ipabs.financing.facility import Certainty, Description
from ipabs.financing.loan import Deposit, deposit_items
from ipabs.financing.need import Need, bullet_shares
from ipabs.financing.periods import Accrual, accruals, payment_dates
from ipabs.financing.repayment import level_shares
from ipabs.spec import check


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialLease:
    """A sale and lease-back at level rentals; the need is what is financed after any down payment.

    With rentals in advance the first falls due on the start date, so the firm never has the whole amount: the
    effective cost lies above the quoted rate. A security deposit comes back at the end, without interest as a rule.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.facility import offer
    >>> from ipabs.financing.need import bullet_need
    >>> from ipabs.financing.rates import all_in_cost
    >>> need = bullet_need(1_000_000, date(2024, 3, 20), date(2027, 3, 20))
    >>> lease = FinancialLease(rate=0.06, deposit=Deposit(share=0.10), handling=Charge(rate=0.02))
    >>> round(all_in_cost(offer(lease, need), convention="equal_periods"), 4)
    0.0916
    """

    KIND: ClassVar[str] = "financial_lease"
    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    rate: Annotated[Rate, "annual rate inside the rentals"]
    frequency: Annotated[Frequency, "of the rentals"] = "quarterly"
    rentals: Annotated[Literal["in_arrears", "in_advance"], "when each rental falls due"] = "in_arrears"
    deposit: Annotated[Deposit | None, "security deposit"] = None
    handling: Annotated[Charge | None, "handling or consulting fee"] = None
    purchase_price: Annotated[Money, "nominal price at the end"] = 0.0
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Annotated[Certainty | None, "how sure the money is"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> None:
        """Rentals are level; a lease follows no other repayment."""

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The price received, rentals split into interest and principal, deposit, fees, purchase price."""
        refuse(SpecError, check(self))
        dates = payment_dates(need.starts, need.maturities, self.frequency)
        plan = need.on_dates(dates, bullet_shares(dates))
        due, used = self._due_dates(plan), ~np.isnat(dates)
        begins = np.concatenate([need.starts[:, None], due[:, :-1]], axis=1)
        period_rates = self.rate * accruals(begins, due, "equal_periods")
        shares = level_shares(period_rates, used)
        balances = 1 - np.concatenate([np.zeros((len(need), 1)), np.cumsum(shares, axis=1)[:, :-1]], axis=1)
        amount = need.principal[:, None]
        interest = amount * (balances * period_rates)
        handling = () if self.handling is None else charge_items(self.handling, plan, "handling", interest=interest)
        made = partial(block, need.firms, currency=need.currency)
        last = need.maturities[:, None]
        items = join(
            (
                made(need.starts[:, None], amount, kind="principal", label="principal"),
                made(due, -amount * shares, kind="principal", label="rental"),
                made(due, -interest, kind="interest", label="rental_interest"),
                *(() if self.deposit is None else deposit_items(self.deposit, plan)),
                *handling,
                made(last, -self.purchase_price, kind="fee", label="purchase_price"),
            )
        )
        return replace(items, contract_rates=np.full(len(items.firms), self.rate))

    def _due_dates(self, plan: Need) -> DateArray:
        """(loan, rental) with rentals in advance each falls due when its period begins."""
        return plan.begins() if self.rentals == "in_advance" else plan.dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Factoring:
    """An advance on receivables until they are paid.

    The advance is ``advance_rate × face``; the service fee is taken on the face, so it weighs more on each yuan
    received. Interest is deducted from the advance or paid at the end.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(800_000, date(2024, 3, 20), date(2024, 6, 18), frequency="at_maturity")
    >>> terms = Factoring(rate=0.06, advance_rate=0.8, service_fee=0.005)
    >>> terms.cash_items(need).table()[["amount", "label"]].values.tolist()
    [[800000.0, 'principal'], [-800000.0, 'principal'], [-12000.0, 'discount'], [-5000.0, 'service_fee']]
    """

    KIND: ClassVar[str] = "factoring"
    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    rate: Annotated[Rate, "annual discount rate on the advance"]
    advance_rate: Annotated[Share, "advance as a share of the receivables' face"] = 0.8
    service_fee: Annotated[Rate, "once, on the face"] = 0.0
    interest_paid: Annotated[Literal["in_advance", "at_maturity"], "when the interest is paid"] = "in_advance"
    day_count: Annotated[Accrual, "year fraction of the discount"] = "ACT/360"
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Annotated[Certainty | None, "how sure the money is"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def findings(self) -> Iterator[Finding]:
        """An advance rate of zero."""
        if not 0 < self.advance_rate <= 1:
            yield finding(
                "factoring.advance",
                "an advance is more than 0 and at most 100 % of the face, got {got}",
                path=("advance_rate",),
                got=self.advance_rate,
            )

    def on_profile(self) -> None:
        """The receivables are paid in one sum; factoring follows no other repayment."""

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The advance, its repayment by the receivables, interest and fee."""
        refuse(SpecError, check(self))
        start, end = need.starts[:, None], need.maturities[:, None]
        amount = need.principal[:, None]
        interest = amount * self.rate * accruals(start, end, self.day_count)
        paid = start if self.interest_paid == "in_advance" else end
        fee = amount / self.advance_rate * self.service_fee
        legs = np.concatenate([start, end], axis=1)
        made = partial(block, need.firms, currency=need.currency)
        items = join(
            (
                made(legs, amount * np.array([1, -1]), kind="principal", label="principal"),
                made(paid, -interest, kind="interest", label="discount"),
                made(start, -fee, kind="fee", label="service_fee"),
            )
        )
        return replace(items, contract_rates=np.full(len(items.firms), self.rate))
