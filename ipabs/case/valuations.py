"""What the patents of a case are worth: a declared method, the facts of the firm tape, and what they say of contracts.

Value is reported beside the contract and cuts nothing, unless a valuation says ``enforce: true``: programmes have
advanced up to the whole of an appraisal.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Literal, cast

from ipabs.basics.units import Count, Money, Rate, Share
from ipabs.case.firms import Firms, StatedValue
from ipabs.errors import Finding, finding
from ipabs.financing.tax import Tax
from ipabs.patents.industry import IpcMap
from ipabs.patents.portfolio import Portfolio
from ipabs.pool.contract import Contract
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.valuation.collateral import LendingTerms, LiquidationTerms
from ipabs.valuation.comparable_licences import royalty_distribution
from ipabs.valuation.firm_appraisal import (
    AnyRange,
    AppraisalTerms,
    Approach,
    FirmAppraisal,
    PledgedFirm,
    appraise_firms,
)
from ipabs.valuation.valuation import Valuation

FEWEST_DRAWS, MOST_DRAWS = 100, 1_000_000
FEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """How much would be lent on a value; at the firm's own stated advance rate unless one is stated here."""

    advance_rate: Annotated[Share | None, "of the quantile; the tape's column advance_rate, if silent"] = None
    quantile: Annotated[Share, "of the market value's distribution; 50% is the median"] = 0.5
    cap: Annotated[Money | None, "most that is lent to a firm"] = None
    prior_claims: Annotated[Money, "what others are owed first, by each firm"] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalInputs:
    """What both names of the income approach ask for."""

    KEYED: ClassVar[str] = "name"

    name: str
    protected_revenue: Annotated[AnyRange, "share of a firm's revenue that its rights protect"]
    discount_rate: Annotated[AnyRange, "a year"]
    growth_rate: Annotated[Rate, "of the revenue, before the decay of its technology"] = 0.0
    loss_rate: Annotated[Share, "yearly chance that a right is lost before its end"] = 0.0
    common_factor: Annotated[Share, "correlation of each firm's protected share with one factor of all firms"] = 0.3
    liquidation: Annotated[LiquidationTerms, "a forced sale"]
    lending: Annotated[Lending, "what would be lent on the value"]
    draws: Annotated[Count, "how often the uncertain inputs are drawn"] = 10_000
    enforce: Annotated[bool, "cut a contract above its lending value to it"] = False

    def findings(self) -> Iterator[Finding]:
        """Too few or too many draws."""
        if not FEWEST_DRAWS <= self.draws <= MOST_DRAWS:
            yield finding(
                "case.draws",
                "{got} draws; {fewest} to {most} are drawn",
                path=("draws",),
                got=self.draws,
                fewest=FEWEST_DRAWS,
                most=MOST_DRAWS,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoyaltyAppraisal(AppraisalInputs):
    """Relief from royalty: what a firm would pay for the use of its rights."""

    KIND: ClassVar[str] = "relief_from_royalty"

    royalty_rate: Annotated[
        AnyRange | Literal["all_industries"],
        "share of sales, or all_industries: the published distribution of technology licences",
    ]

    @property
    def rate(self) -> AnyRange:
        """The range of the royalty rate."""
        return royalty_distribution() if self.royalty_rate == "all_industries" else self.royalty_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingAppraisal(AppraisalInputs):
    """Income sharing: the share of a firm's revenue that its technology earns."""

    KIND: ClassVar[str] = "income_sharing"

    sharing_rate: Annotated[AnyRange, "share of revenue"]

    @property
    def rate(self) -> AnyRange:
        """The range of the sharing rate."""
        return self.sharing_rate


ValuationMethod = RoyaltyAppraisal | SharingAppraisal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Appraised:
    """All firms of a case valued by one declared method."""

    method: ValuationMethod
    firms: tuple[FirmAppraisal, ...]


# Market values that were drawn, by everything they depend on.
Known = MutableMapping[object, Valuation]


def terms_for(method: ValuationMethod, facts: PledgedFirm, seed: int) -> AppraisalTerms:
    """The terms on which one firm is valued."""
    lending = method.lending
    advance_rate = facts.stated_advance_rate if lending.advance_rate is None else lending.advance_rate
    return AppraisalTerms(
        approach=cast(Approach, method.KIND),
        royalty_rate=method.rate,
        protected_revenue=method.protected_revenue,
        discount_rate=method.discount_rate,
        growth_rate=method.growth_rate,
        loss_rate=method.loss_rate,
        loading=method.common_factor,
        liquidation=method.liquidation,
        lending=LendingTerms(
            advance_rate=min(advance_rate or 0.0, 1.0),
            quantile=lending.quantile,
            cap=lending.cap,
            prior_claims=lending.prior_claims,
        ),
        draws=method.draws,
        seed=seed,
        enforce=method.enforce,
    )


def appraise(
    method: ValuationMethod,
    portfolio: Portfolio,
    firms: Sequence[PledgedFirm],
    *,
    as_of: date,
    seed: int,
    industries: IpcMap,
    known: Known | None = None,
) -> Appraised:
    """Every firm's rights valued by one method; `known` keeps values, so that a variant draws only what it changes."""
    drawn: Known = {} if known is None else known

    def one_firm(facts: PledgedFirm) -> FirmAppraisal:
        rights = portfolio.of(facts.firm)
        key = (method, seed, as_of, facts.firm, facts.revenue, facts.tax_rate, rights, industries)
        before = {facts.firm: drawn[key]} if key in drawn else {}
        terms = terms_for(method, facts, seed)
        (one,) = appraise_firms(rights, [facts], terms, as_of=as_of, industries=industries, known=before)
        drawn[key] = one.valuation
        return one

    return Appraised(method=method, firms=tuple(map(one_firm, firms)))


def pledged_firms(contracts: Iterable[Obligation], firms: Firms, tax: Tax | None) -> tuple[PledgedFirm, ...]:
    """What the firm tape says of each firm that owes contracts, all deals together; no stated revenue counts as 0."""
    facts = {fact.firm: fact for fact in firms.facts}
    owed: dict[str, float] = {}
    for contract in contracts:
        owed[contract.obligor] = owed.get(contract.obligor, 0.0) + contract.principal
    usual = tax.rate if tax else 0.0

    def of(firm: str) -> PledgedFirm:
        fact, stated = facts[firm], firms.stated_of(firm)
        return PledgedFirm(
            firm=firm,
            revenue=fact.revenue or 0.0,
            tax_rate=usual if fact.tax_rate is None else fact.tax_rate,
            contract_amount=owed[firm],
            stated_value=stated.value,
            stated_advance_rate=stated.advance_rate,
        )

    return tuple(map(of, owed))


def valuation_findings(
    methods: Sequence[ValuationMethod],
    portfolio: Portfolio | None,
    pool: Pool,
    firms: Firms,
    as_of: date,
    *,
    tax: Tax | None,
    named: bool,
) -> Iterator[Finding]:
    """What a valuation needs and the tapes do not say; `named` says whether the case names a patent tape."""
    owing = tuple(dict.fromkeys(contract.obligor for contract in pool.obligations))
    facts = {fact.firm: fact for fact in firms.facts}
    rights = portfolio.alive(as_of) if portfolio else None
    for method in methods:
        path: tuple[str, ...] = ("valuations", method.name)
        if portfolio is None and not named:
            template = "{got} values the rights of a patent tape; name one under tapes.patents"
            yield finding("case.valuation_patents", template, path=path, got=method.name)
        yield from missing(method, path, "revenue", [firm for firm in owing if not facts[firm].revenue])
        untaxed = [firm for firm in owing if tax is None and facts[firm].tax_rate is None]
        yield from missing(method, path, "tax_rate", untaxed)
        if method.lending.advance_rate is None:
            yield from stated_rate_findings(method, (*path, "lending"), {one: firms.stated_of(one) for one in owing})
        without = [firm for firm in owing if rights and not rights.of(firm).rights]
        if without:
            template = "no right in the patent tape that is alive on {as_of} belongs to {got}"
            yield finding("case.no_rights", template, path=path, got=", ".join(without), as_of=as_of)
    enforced = [method.name for method in methods if method.enforce]
    if len(enforced) > 1:
        template = "{got} both cut contracts; one of them may"
        path = ("valuations", enforced[1], "enforce")
        yield finding("case.enforced_twice", template, path=path, got=" and ".join(enforced))


def stated_rate_findings(
    method: ValuationMethod, path: tuple[str, ...], stated: Mapping[str, StatedValue]
) -> Iterator[Finding]:
    """Firms without a stated advance rate, and warnings for rates of more than the whole value."""
    yield from missing(method, path, "advance_rate", [firm for firm, one in stated.items() if one.advance_rate is None])
    above = {firm: one.advance_rate for firm, one in stated.items() if (one.advance_rate or 0.0) > 1}
    if above:
        told = ", ".join(f"{firm} {rate:.2%}" for firm, rate in above.items())
        template = "advance rates above 100% are stated: {got}; {method} lends the whole value and no more"
        yield finding("case.advance_above_value", template, path=path, severity="warning", got=told, method=method.name)


def missing(method: ValuationMethod, path: tuple[str, ...], column: str, firms: Sequence[str]) -> Iterator[Finding]:
    """A column of the firm tape that a valuation reads, empty for some firms."""
    if firms:
        yield finding(
            "case.valuation_column",
            "{method} reads the column {column} of the firm tape; it is empty or missing for {got}",
            path=path,
            got=", ".join(firms),
            method=method.name,
            column=column,
        )


def cut(pool: Pool, appraised: Appraised, found: list[Finding]) -> Pool:
    """The contracts cut to what would be lent on the rights of each firm, in whole fen; others stay as they are."""
    share = {one.facts.firm: one.amount / one.facts.contract_amount for one in appraised.firms}
    path = ("valuations", appraised.method.name, "enforce")
    contracts = []
    for contract in pool.obligations:
        lent = math.floor(contract.principal * share[contract.obligor] * FEN) / FEN
        contracts.append(contract)
        if share[contract.obligor] >= 1:
            continue
        if not lent:
            template = "nothing would be lent on the rights of {got}; take its contract out of the tape"
            found.append(finding("case.nothing_lent", template, path=path, got=contract.obligor))
        elif isinstance(contract, Contract) and not (contract.installment or contract.balloon or contract.schedule):
            contracts[-1] = replace(contract, principal=lent)
        else:
            template = "contract {got} states amounts beside its principal and cannot be cut to {lent}; restate it"
            found.append(finding("case.cannot_cut", template, path=path, got=contract.id, lent=f"{lent:,.2f}"))
    return replace(pool, obligations=tuple(contracts))


def deals_of(pools: Sequence[tuple[str, Pool]]) -> Mapping[str, str]:
    """The deals that hold each firm's contracts."""
    deals: dict[str, dict[str, None]] = {}
    for name, pool in pools:
        for contract in pool.obligations:
            deals.setdefault(contract.obligor, {})[name] = None
    return {firm: ", ".join(names) for firm, names in deals.items()}
