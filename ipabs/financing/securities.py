"""What a firm can sell to investors: bonds, convertibles, debt with warrants, equity.

What such an instrument costs beyond its coupon is partly imputed: no cash moves, but the owners give away value. It
is shown as a fee that the firm bears, flagged imputed, and relieves no tax.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import erf, exp, log, sqrt
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import DateArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.units import Count, Factor, Months, Rate, Share, Years
from ipabs.errors import Finding, ModelError, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, block, join
from ipabs.financing.cost_items import charge_items
from ipabs.financing.costs import Charge
from ipabs.financing.facility import Certainty, Description
from ipabs.financing.loan import LoanTerms, loan_items
from ipabs.financing.need import Need
from ipabs.financing.periods import months_later
from ipabs.financing.repayment import repayment_plan
from ipabs.spec import check

# No bond is issued at more; a price per hundred is above it.
MOST_PRICE = 2.0


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
                got = getattr(self, name)
                yield finding(
                    "warrant.positive", "{name} is {got}; it must be more than 0", path=(name,), got=got, name=name
                )


def call_value(warrant: Warrant) -> float:
    """Black–Scholes value of the right to buy a share worth 1: N(d1) − K e^{−rT} N(d2).

    At the money without interest it is 2 N(σ√T/2) − 1.

    >>> round(call_value(Warrant(strike=1.0, volatility=0.4, years=1, risk_free_rate=0.0)), 4)
    0.1585
    """
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
    days = need.starts[:, None]
    return block(need.firms, days, cost, kind="fee", label=label, imputed=True, currency=need.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateBond(LoanTerms):
    """A bond: coupon, issue price, underwriting (as `origination`) and the other costs of an issue.

    A price below par is interest paid on the start date; it finances the issue and never stands among the fees.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20), frequency="annual")
    >>> bond = CorporateBond(rate=0.04, day_count="equal_periods", issue_price=0.985)
    >>> bond.cash_items(need).table()[["amount", "kind", "label"]].round(2).values.tolist()[2:]
    [[-40000.0, 'interest', 'interest'], [-15000.0, 'interest', 'issue_discount']]
    """

    KIND: ClassVar[str] = "corporate_bond"

    issue_price: Annotated[Factor, "per yuan of principal"] = 1.0

    def findings(self) -> Iterator[Finding]:
        """As for a loan; a price that is none for a yuan of principal, such as one for a hundred."""
        yield from LoanTerms.findings(self)
        if not 0 < self.issue_price <= MOST_PRICE:
            yield finding(
                "bond.price",
                "an issue price of {got} per yuan of principal; write 0.985 for 98.5 per hundred",
                path=("issue_price",),
                got=f"{self.issue_price:g}",
            )

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The loan's items and the discount."""
        discount = (self.issue_price - 1) * need.principal[:, None]
        days = need.starts[:, None]
        label, currency = "issue_discount", need.currency
        items = block(need.firms, days, discount, kind="interest", label=label, currency=currency)
        return join([loan_items(self, need, indices), items])


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyConversion:
    """A conversion taken as certain: when, and what a share is worth then.

    >>> EarlyConversion(after_months=12, share_price=1.3).share_price
    1.3
    """

    after_months: Annotated[Months, "from the start"]
    share_price: Annotated[Factor, "on that day, as a multiple of the share's value at the start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Convertible(LoanTerms):
    """A convertible bond, taken apart into a straight bond and the right to convert.

    Without `converts` the right is imputed at its Black–Scholes value at the start, and the bond runs to its maturity.
    With it the bond ends on the day of conversion: interest is paid up to it, and what is outstanding becomes shares
    worth ``outstanding × share_price / strike``, which the old owners give away. That is imputed, not cash.

    Examples
    --------
    One million at 2 %, converted after a year at 1.3 times the share's value, strike 1.2: shares of 1,083,333.33.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> right = Warrant(strike=1.2, volatility=0.4, years=3, risk_free_rate=0.02)
    >>> bond = Convertible(rate=0.02, day_count="equal_periods", conversion=right,
    ...                    converts=EarlyConversion(after_months=12, share_price=1.3))
    >>> items = bond.cash_items(bullet_need(1e6, date(2024, 3, 20), date(2027, 3, 20), frequency="annual"))
    >>> items.table()[["amount", "label", "imputed"]].round(2).values.tolist()[1:]
    [[-1000000.0, 'principal', True], [-20000.0, 'interest', False], [-83333.33, 'conversion', True]]
    """

    KIND: ClassVar[str] = "convertible"

    conversion: Annotated[Warrant, "the right to convert, valued as a warrant on the whole principal"]
    converts: Annotated[EarlyConversion | None, "a conversion before maturity, instead of the right's value"] = None

    def findings(self) -> Iterator[Finding]:
        """As for a loan; a conversion at a price below the strike."""
        yield from LoanTerms.findings(self)
        if self.converts is not None and self.converts.share_price < self.conversion.strike:
            yield finding(
                "convertible.price",
                "nobody converts at a share price of {got}, below the strike of {strike}",
                path=("converts", "share_price"),
                got=f"{self.converts.share_price:g}",
                strike=f"{self.conversion.strike:g}",
            )

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The bond's items and the imputed value of the right, or of the shares given."""
        if self.converts is None:
            return join([loan_items(self, need, indices), _warrant_items(self.conversion, need, "conversion_right")])
        refuse(SpecError, check(self))
        plan = repayment_plan(self, need, indices)
        days = months_later(plan.starts, self.converts.after_months)
        refuse(ModelError, _too_late(plan, days))
        ended = ended_on(plan, days)
        bond = LoanTerms.on_profile(self)
        items = loan_items(self if bond is None else bond, ended, indices)
        at_conversion = items.is_kind("principal") & (items.amounts <= 0) & np.isin(items.dates, days)
        outstanding = ended.principal * ended.shares[np.arange(len(ended)), (~np.isnat(ended.dates)).sum(axis=1) - 1]
        given = outstanding * (self.converts.share_price / self.conversion.strike - 1)
        shares = block(
            need.firms,
            days[:, None],
            -given[:, None],
            kind="fee",
            label="conversion",
            imputed=True,
            currency=need.currency,
        )
        return join([replace(items, imputed=items.imputed | at_conversion), shares])


def _too_late(plan: Need, days: DateArray) -> Iterator[Finding]:
    for row in np.flatnonzero(days >= plan.maturities):
        yield finding(
            "convertible.late",
            "{firm} would convert on {got}, its bond ends on {maturity}",
            got=days[row],
            firm=plan.firms[row],
            maturity=plan.maturities[row],
        )


def ended_on(plan: Need, days: DateArray) -> Need:
    """The same loans with everything still outstanding repaid on one day before maturity.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2024, 3, 20), date(2026, 3, 20), frequency="annual")
    >>> ended = ended_on(need, np.array(["2024-09-20"], "datetime64[D]"))
    >>> ended.maturities, ended.average_lives.round(3)
    (array(['2024-09-20'], dtype='datetime64[D]'), array([0.504]))
    """
    before = plan.dates < days[:, None]
    kept = np.where(before, plan.shares, 0.0)
    dates = np.concatenate([np.where(before, plan.dates, np.datetime64("NaT")), days[:, None]], axis=1)
    shares = np.concatenate([kept, 1 - kept.sum(axis=1, keepdims=True)], axis=1)
    order = np.argsort(dates, axis=1, kind="stable")
    return plan.on_dates(np.take_along_axis(dates, order, axis=1), np.take_along_axis(shares, order, axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class VentureDebt(LoanTerms):
    """A loan between equity rounds: interest, a final payment, and warrants.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20), frequency="annual")
    >>> debt = VentureDebt(rate=0.08, day_count="equal_periods", final_payment=0.03)
    >>> debt.cash_items(need).table()[["amount", "label"]].values.tolist()[2:]
    [[-80000.0, 'interest'], [-30000.0, 'final_payment']]
    """

    KIND: ClassVar[str] = "venture_debt"

    final_payment: Annotated[Rate, "once at maturity, of the principal"] = 0.0
    warrant: Warrant | None = None

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The loan's items, the final payment and the imputed value of the warrants."""
        parts = [loan_items(self, need, indices)]
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

    >>> from datetime import date
    >>> from ipabs.financing import facility, need, rates
    >>> three = need.bullet_need(1e6, date(2024, 3, 20), date(2027, 3, 20))
    >>> round(rates.all_in_cost(facility.offer(Equity(required_return=0.18), three)), 6)
    0.18
    """

    KIND: ClassVar[str] = "equity"
    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "how the case calls this offer"] = ""
    required_return: Annotated[Rate, "effective, per year"]
    issue_cost: Charge | None = None
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Annotated[Certainty | None, "how sure the money is"] = None

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def on_profile(self) -> "Equity":
        """It follows any repayment."""
        return self

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The money, its imputed buy-back and the imputed return."""
        refuse(SpecError, check(self))
        years = (need.dates - need.starts[:, None]).astype(np.float64) / 365
        growth = (1 + self.required_return) ** np.where(np.isnat(need.dates), 0.0, years)
        amount = need.principal[:, None]
        repaid = -amount * need.shares
        interest = repaid * (growth - 1)
        cost = () if self.issue_cost is None else charge_items(self.issue_cost, need, "issue_cost", interest=-interest)
        made = partial(block, need.firms, currency=need.currency)
        return join(
            (
                made(need.starts[:, None], amount, kind="principal", label="principal"),
                made(need.dates, repaid, kind="principal", label="buy_back", imputed=True),
                made(need.dates, interest, kind="interest", label="required_return", imputed=True),
                *cost,
            )
        )
