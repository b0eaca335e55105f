"""Firm by firm: from patents and a few facts of each firm to value, lending value and coverage of its contract.

One revenue stream a firm: the part of its revenue that its rights protect. Uncertain are the royalty rate, that part,
and the discount rate; common factors tie the firms, so that the value of the whole pool has a distribution too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from ipabs.basics.units import Count, Factor, Integer, Money, Rate, Share
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.industry import IpcMap, classified, ipc_map
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.checks import stated_findings
from ipabs.valuation.collateral import (
    CollateralValues,
    LendingTerms,
    LiquidationTerms,
    collateral_values,
)
from ipabs.valuation.comparable_licences import royalty_distribution
from ipabs.valuation.distributions import Empirical, Experts, Lognormal, Pert, Triangular
from ipabs.valuation.income_sharing import IncomeSharing
from ipabs.valuation.ranges import outside
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.simulated import mean_error, spread
from ipabs.valuation.uncertainty import Loading, Uncertain, UncertainInput
from ipabs.valuation.valuation import Valuation

# A stated advance rate is rounded to a tenth of a percent or finer.
ADVANCE_TOLERANCE = 0.001
Approach = Literal["relief_from_royalty", "income_sharing"]
AnyRange = Pert | Triangular | Lognormal | Empirical | Experts


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgedFirm:
    """What is known of a firm whose rights back a contract.

    >>> PledgedFirm(firm="Firm 01", revenue=3e7, tax_rate=0.15, contract_amount=4.5e6, stated_value=5e6).contract_amount
    4500000.0
    """

    KEYED: ClassVar[str] = "firm"
    firm: Annotated[str, "As the owner of the rights is called in the patent tape."]
    revenue: Money
    tax_rate: Share
    contract_amount: Annotated[Money, "What is lent or prepaid on the rights."]
    stated_value: Annotated[Money | None, "The appraisal that the deal states."] = None
    stated_advance_rate: Annotated[Factor | None, "The advance rate that the deal states."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalTerms:
    """Assumptions shared by all firms.

    Attributes
    ----------
    approach : {"relief_from_royalty", "income_sharing"}
        Under which name of the income approach the rights are valued; they differ in what their rate is.
    royalty_rate : range
        Royalty rate, or under income sharing the share of revenue that the technology earns. Default: the published
        distribution of technology royalty rates over all industries.
    protected_revenue : range
        Share of a firm's revenue that its rights protect.
    discount_rate : range
    growth_rate : float
        Growth of the revenue before the technology's decay.
    loading : float
        Correlation of each firm's protected share with one common factor; that of the discount rate is its double, at
        most 0.9, because rates move together.

    Examples
    --------
    >>> terms = AppraisalTerms(seed=1)
    >>> terms.protected_revenue.mean, round(terms.discount_rate.mean, 4), terms.enforce
    (0.5166666666666667, 0.1667, False)
    """

    approach: Approach = "relief_from_royalty"
    royalty_rate: AnyRange = field(default_factory=royalty_distribution)
    protected_revenue: AnyRange = field(default_factory=lambda: Pert(least=0.2, likely=0.5, most=0.9))
    discount_rate: AnyRange = field(default_factory=lambda: Pert(least=0.12, likely=0.16, most=0.24))
    growth_rate: Rate = 0.0
    loss_rate: Share = 0.0
    loading: Share = 0.3
    liquidation: LiquidationTerms = field(
        default_factory=lambda: LiquidationTerms(forced_discount=0.75, discount_rate=0.10, lag_years=1.5)
    )
    lending: LendingTerms = field(default_factory=lambda: LendingTerms(advance_rate=0.5, quantile=0.5))
    draws: Count = 10_000
    seed: Integer
    enforce: Annotated[bool, "Whether a contract above its lending value is cut to it."] = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirmAppraisal:
    """The rights of one firm: three figures, and what they say of its contract.

    >>> facts = PledgedFirm(firm="A", revenue=1e7, tax_rate=0.25, contract_amount=1e6)
    >>> worth = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=1.25e6)
    >>> values = CollateralValues(market=worth, liquidation=3e5, lending=8e5, lending_error=0.0)
    >>> one = FirmAppraisal(facts=facts, values=values)
    >>> one.coverage, one.advance_rate, one.amount, FirmAppraisal(facts=facts, values=values, enforce=True).amount
    (0.8, 0.8, 1000000.0, 800000.0)
    """

    facts: PledgedFirm
    values: CollateralValues
    enforce: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def valuation(self) -> Valuation:
        """The market value, over draws."""
        return self.values.market

    @property
    def coverage(self) -> float:
        """Lending value over the contract's amount."""
        return self.values.coverage(self.facts.contract_amount)

    @property
    def advance_rate(self) -> float:
        """The contract's amount over the mean market value."""
        return self.facts.contract_amount / self.valuation.mean if self.valuation.mean else np.inf

    @property
    def amount(self) -> float:
        """What is lent: the contract's amount, cut to the lending value only where that is enforced."""
        return min(self.facts.contract_amount, self.values.lending) if self.enforce else self.facts.contract_amount


def appraise_firms(
    portfolio: Portfolio,
    firms: Sequence[PledgedFirm],
    terms: AppraisalTerms,
    *,
    as_of: date,
    industries: IpcMap | None = None,
    known: Mapping[str, Valuation] = MappingProxyType({}),
) -> tuple[FirmAppraisal, ...]:
    """Value each firm's rights by the income approach over draws, with liquidation and lending value.

    Rights not alive on `as_of` are left out, with a warning each. Draws of two firms are independent but for the common
    factors, so ``sum(one.valuation.value for one in …)`` is the distribution of the whole.

    Parameters
    ----------
    industries : IpcMap, optional
        Where the decay of each right's technology is looked up; the package's map by default.
    known : mapping
        Market values drawn before, by firm, which are not drawn again.

    Raises
    ------
    DataError
        A firm without rights alive, rights whose facts contradict each other or whose class the map does not know,
        terms out of range: all at once.

    Examples
    --------
    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="ZL1", kind="invention", owner="A", ipc=("G06N",), filing=date(2018, 3, 1),
    ...                 grant=date(2020, 5, 1))
    >>> firm = PledgedFirm(firm="A", revenue=1e7, tax_rate=0.25, contract_amount=1e6)
    >>> terms = AppraisalTerms(seed=1, draws=1_000, royalty_rate=Pert(least=0.02, likely=0.04, most=0.06))
    >>> one = appraise_firms(Portfolio(rights=(patent,)), [firm], terms, as_of=date(2024, 1, 1))[0]
    >>> one.valuation
    Valuation(relief from royalty, 2024-01-01: 366,652.96 CNY, 5 % to 95 %: 203,309.80 to 576,140.75 in 1,000 draws)
    >>> one.values.lending == one.valuation.quantile(0.5) / 2
    True
    """
    twice = [name for name, count in Counter(facts.firm for facts in firms).items() if count > 1]
    found = [finding("appraisal.twice", "firm {got} stands twice", path=(name,), got=name) for name in twice]
    found += (one for facts in firms for one in _firm_findings(facts, portfolio, as_of))
    if terms.approach not in get_args(Approach):
        template = "no approach {got!r}; {hint}"
        words = get_args(Approach)
        found.append(finding("appraisal.approach", template, path=("approach",), got=terms.approach, allowed=words))
    looked_up = industries or ipc_map()
    owners = {facts.firm for facts in firms}
    rights = tuple(right for right in portfolio.alive(as_of).rights if right.owner in owners)
    refuse(DataError, [*found, *looked_up.findings(Portfolio(rights=rights), as_of)])
    appraised = []
    for facts in firms:
        own = portfolio.of(facts.firm)
        market = known.get(facts.firm) or market_value(facts, own.alive(as_of), terms, as_of, looked_up)
        values = collateral_values(market, liquidation=terms.liquidation, lending=terms.lending)
        told = (*_left_out(own, as_of), *market.findings, *_advance_findings(facts))
        appraised.append(FirmAppraisal(facts=facts, values=values, enforce=terms.enforce, findings=told))
    return tuple(appraised)


def market_value(
    facts: PledgedFirm, alive: Portfolio, terms: AppraisalTerms, as_of: date, industries: IpcMap
) -> Valuation:
    """One firm's rights over draws: one stream, whose technology decays at the mean rate of their classes.

    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="ZL1", kind="invention", owner="A", ipc=("G06N",), filing=date(2018, 3, 1),
    ...                 grant=date(2020, 5, 1))
    >>> firm = PledgedFirm(firm="A", revenue=1e7, tax_rate=0.25, contract_amount=1e6)
    >>> terms = AppraisalTerms(seed=1, draws=1_000, royalty_rate=Pert(least=0.02, likely=0.04, most=0.06))
    >>> part = market_value(firm, Portfolio(rights=(patent,)), terms, date(2024, 1, 1), ipc_map()).part("A")
    >>> round(part.life_years, 2), part.binding
    (14.16, 'legal')
    """
    decays = [industries.class_of(patent, as_of).decay_rate for patent in classified(alive)]
    stream = RevenueStream(
        name=facts.firm,
        revenues=(facts.revenue,),
        growth_rate=terms.growth_rate,
        decay_rate=float(np.mean(decays)) if decays else 0.0,
    )
    return _uncertain(stream, facts, terms).value(alive, as_of=as_of)


def _uncertain(stream: RevenueStream, facts: PledgedFirm, terms: AppraisalTerms) -> Uncertain:
    """A firm's stream with its uncertain inputs, tied to those of other firms by two common factors."""
    demand = (Loading(factor="demand", loading=terms.loading),)
    rates = (Loading(factor="rates", loading=min(2 * terms.loading, 0.9)),)
    method, rate = _method(stream, facts, terms)
    return Uncertain(
        method=method,
        party=facts.firm,
        inputs=(
            UncertainInput(name=rate, range=terms.royalty_rate),
            UncertainInput(name=f"streams.{facts.firm}.level", range=terms.protected_revenue, loadings=demand),
            UncertainInput(name="discount_rate", range=terms.discount_rate, loadings=rates),
        ),
        draws=terms.draws,
        seed=terms.seed,
    )


def _method(
    stream: RevenueStream, facts: PledgedFirm, terms: AppraisalTerms
) -> tuple[ReliefFromRoyalty | IncomeSharing, str]:
    """The method and what it calls its rate; every draw replaces the means put here."""
    rate = terms.royalty_rate.mean
    shared: dict[str, Any] = {
        "streams": (stream,),
        "tax_rate": facts.tax_rate,
        "discount_rate": terms.discount_rate.mean,
        "loss_rate": terms.loss_rate,
        "timing": "mid",
    }
    match terms.approach:
        case "income_sharing":
            return IncomeSharing(sharing_rate=rate, **shared), "sharing_rate"
        case "relief_from_royalty":
            return ReliefFromRoyalty(royalty_rate=rate, **shared), "royalty_rate"


def _firm_findings(facts: PledgedFirm, portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    yield from outside("revenue", facts.revenue, "[0, inf)", path=(facts.firm, "revenue"))
    yield from outside("tax_rate", facts.tax_rate, "[0, 1]", path=(facts.firm, "tax_rate"))
    yield from outside("contract_amount", facts.contract_amount, "(0, inf)", path=(facts.firm, "contract_amount"))
    for name, interval in (("stated_value", "(0, inf)"), ("stated_advance_rate", "[0, 10]")):
        yield from outside(name, getattr(facts, name), interval, path=(facts.firm, name), optional=True)
    if not portfolio.of(facts.firm).alive(as_of).rights:
        template = "{got} owns no right that is alive on {as_of}"
        yield finding("appraisal.no_rights", template, path=(facts.firm,), got=facts.firm, as_of=as_of)


def _left_out(rights: Portfolio, as_of: date) -> Iterator[Finding]:
    kept = {right.number for right in rights.alive(as_of).rights}
    for right in rights.rights:
        if right.number not in kept:
            template = "{got} is not alive on {as_of} and left out"
            yield finding("appraisal.left_out", template, path=(right.number, "status"), severity="warning",
                          got=right.number, as_of=as_of)  # fmt: skip


def _advance_findings(facts: PledgedFirm) -> tuple[Finding, ...]:
    """Whether the contract over the appraisal the deal states is the advance rate that it states."""
    if not facts.stated_value or facts.stated_advance_rate is None:
        return ()
    advanced = facts.contract_amount / facts.stated_value
    path = (facts.firm, "stated_advance_rate")
    return stated_findings(advanced, facts.stated_advance_rate, tolerance=ADVANCE_TOLERANCE, path=path)


def appraisal_table(appraisals: Sequence[FirmAppraisal]) -> pd.DataFrame:
    """One row a firm: the three figures with their standard errors, the contract, its advance rate and coverage.

    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="ZL1", kind="invention", owner="A", ipc=("G06N",), filing=date(2018, 3, 1),
    ...                 grant=date(2020, 5, 1))
    >>> firm = PledgedFirm(firm="A", revenue=1e7, tax_rate=0.25, contract_amount=1e6)
    >>> table = appraisal_table(appraise_firms(Portfolio(rights=(patent,)), [firm], AppraisalTerms(seed=1, draws=1_000),
    ...                                        as_of=date(2024, 1, 1)))
    >>> table["contract_amount"].to_dict(), int(table.loc["A", "draws"])
    ({'A': 1000000.0}, 1000)
    """
    rows = {one.facts.firm: _appraisal_row(one) for one in appraisals}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "firm"
    return frame


def _appraisal_row(one: FirmAppraisal) -> dict[str, float | None]:
    market, facts = spread(one.valuation.value), one.facts
    return {
        "market_value": market.pop("mean"),
        **market,
        "liquidation_value": float(np.mean(one.values.liquidation)),
        "liquidation_error": mean_error(one.values.liquidation),
        "lending_value": one.values.lending,
        "lending_error": one.values.lending_error,
        "contract_amount": facts.contract_amount,
        "advance_rate": one.advance_rate,
        "stated_value": facts.stated_value,
        "stated_advance_rate": facts.stated_advance_rate,
        "coverage": one.coverage,
        "coverage_error": one.values.lending_error / facts.contract_amount,
        "amount": one.amount,
        "draws": one.valuation.draws,
    }
