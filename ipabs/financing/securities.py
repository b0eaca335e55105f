"""What a firm can sell to investors: bonds, convertibles, debt with warrants, equity.

What such an instrument costs beyond its coupon is partly imputed: no cash moves, but the owners give away value. It
is shown as a fee that the firm bears, flagged imputed, and relieves no tax.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import erf, exp, log, sqrt
from typing import Annotated, ClassVar

import numpy as np

from ipabs.basics.units import Count, Factor, Rate, Share, Years
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, block, join
from ipabs.financing.costs import Charge, charge_items
from ipabs.financing.facility import Certainty, Description
from ipabs.financing.loan import LoanTerms, loan_items
from ipabs.financing.need import Need
from ipabs.spec import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant:
    """A right to buy the firm's shares, given to a lender.

    Value per yuan of principal = coverage / strike × call, with the Black–Scholes call on a share worth 1.

    Examples
    --------
    Hull, *Options, Futures, and Other Derivatives*, example 15.6: S = 42, K = 40, r = 10 %, σ = 20 %, six months,
    c = 4.76.

    >>> warrant = Warrant(strike=40 / 42, volatility=0.2, years=0.5, risk_free_rate=0.10)
    >>> round(42 * call_value(warrant), 2)
    4.76
    """

    coverage: Annotated[Share, "principal covered by the right"] = 1.0
    strike: Annotated[Factor, "exercise price as a multiple of the share's value today"] = 1.0
    volatility: Annotated[Factor, "of the share, per square root of a year"]
    years: Annotated[Years, "life of the right"]
    risk_free_rate: Annotated[Rate, "continuously compounded"]

    def findings(self) -> Iterator[Finding]:
        """A strike, a volatility or a life of zero."""
        for name in ("strike", "volatility", "years"):
            if not getattr(self, name) > 0:
                yield finding("warrant.positive", "{name} is {got}; it must be more than 0", path=(name,), name=name)


def call_value(warrant: Warrant) -> float:
    """Black–Scholes value of the right to buy a share worth 1: N(d1) − K e^{−rT} N(d2)."""
    refuse(SpecError, check(warrant))
    deviation = warrant.volatility * sqrt(warrant.years)
    drift = warrant.risk_free_rate * warrant.years
    d1 = (-log(warrant.strike) + drift) / deviation + deviation / 2
    return _normal(d1) - warrant.strike * exp(-drift) * _normal(d1 - deviation)


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def _warrant_items(warrant: Warrant, need: Need, label: str) -> CashItems:
    value = warrant.coverage / warrant.strike * call_value(warrant)
    cost = -value * need.principal[:, None]
    return block(need.firms, (need.start,), cost, kind="fee", label=label, imputed=True, currency=need.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateBond(LoanTerms):
    """A bond: coupon, issue price, underwriting (as `origination`) and the other costs of an issue.

    A price below par is interest paid on the start date; it finances the issue and never stands among the fees.
    """

    KIND: ClassVar[str] = "corporate_bond"

    issue_price: Annotated[Factor, "per yuan of principal"] = 1.0

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "CorporateBond":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """The loan's items and the discount."""
        discount = block(
            need.firms,
            (need.start,),
            (self.issue_price - 1) * need.principal[:, None],
            kind="interest",
            label="issue_discount",
            currency=need.currency,
        )
        return join([loan_items(self, need), discount])


@dataclass(frozen=True, slots=True, kw_only=True)
class Convertible(LoanTerms):
    """A convertible bond, taken apart into a straight bond and the right to convert."""

    KIND: ClassVar[str] = "convertible"

    conversion: Annotated[Warrant, "the right to convert, valued as a warrant on the whole principal"]

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "Convertible":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """The bond's items and the imputed value of the right."""
        return join([loan_items(self, need), _warrant_items(self.conversion, need, "conversion_right")])


@dataclass(frozen=True, slots=True, kw_only=True)
class VentureDebt(LoanTerms):
    """A loan between equity rounds: interest, a final payment, and warrants."""

    KIND: ClassVar[str] = "venture_debt"

    final_payment: Annotated[Rate, "once at maturity, of the principal"] = 0.0
    warrant: Warrant | None = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "VentureDebt":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """The loan's items, the final payment and the imputed value of the warrants."""
        parts = [loan_items(self, need)]
        if self.final_payment:
            charge = Charge(rate=self.final_payment, timing="at_maturity")
            parts.extend(charge_items(charge, need, "final_payment", interest=np.zeros((1, 1))))
        if self.warrant is not None:
            parts.append(_warrant_items(self.warrant, need, "warrant"))
        return join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equity:
    """Equity as a reference: the investor's required return, imputed on what would be bought back.

    Each part of the principal grows at the required return until the date on which the need repays it, so the all-in
    cost on real dates is that return, plus the cost of the issue.
    """

    KIND: ClassVar[str] = "equity"
    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    required_return: Annotated[Rate, "effective, per year"]
    issue_cost: Charge | None = None
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Certainty | None = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "Equity":
        """It follows any repayment."""
        return self

    def cash_items(self, need: Need) -> CashItems:
        """The money, its imputed buy-back and the imputed return."""
        refuse(SpecError, check(self))
        days = np.asarray(need.dates, "datetime64[D]") - np.datetime64(need.start)
        growth = (1 + self.required_return) ** (days.astype(np.float64) / 365)
        amount, shares = need.principal[:, None], need.shares
        repaid = -amount * shares
        interest = repaid * (growth - 1)
        cost = () if self.issue_cost is None else charge_items(self.issue_cost, need, "issue_cost", interest=-interest)
        firms = need.firms
        return join(
            (
                block(firms, (need.start,), amount, kind="principal", label="principal", currency=need.currency),
                block(
                    firms,
                    need.dates,
                    repaid,
                    kind="principal",
                    label="buy_back",
                    imputed=True,
                    currency=need.currency,
                ),
                block(
                    firms,
                    need.dates,
                    interest,
                    kind="interest",
                    label="required_return",
                    imputed=True,
                    currency=need.currency,
                ),
                *cost,
            )
        )
