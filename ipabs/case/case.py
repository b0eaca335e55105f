"""The case file: what ties a job together. Everything in it is an input that says where it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.index_history import IndexHistory
from ipabs.basics.provenance import Provenance
from ipabs.basics.units import Count, Key, Money, Rate
from ipabs.case.comparators import Comparator
from ipabs.case.firms import Firms
from ipabs.case.named_files import CalendarFile, DealFile, IndexFile, Tapes, TrusteeFile
from ipabs.case.valuations import ValuationMethod
from ipabs.cashflow.collections import Collections
from ipabs.errors import Finding, finding
from ipabs.financing.costs import CostItem, nothing_left
from ipabs.financing.published_subsidies import published_subsidies
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax
from ipabs.patents.industry import IpcMap
from ipabs.patents.landscape import Filing
from ipabs.patents.portfolio import Portfolio
from ipabs.pool.eligibility import EXCHANGE_LIMITS, Criterion, Limit
from ipabs.pool.pool import Pool
from ipabs.pool.vectors import Vectors
from ipabs.structure.deal import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class DealVectors(Vectors):
    """Vectors of one deal, instead of those of the case."""

    KEYED: ClassVar[str] = "deal"

    deal: str

    @property
    def vectors(self) -> Vectors:
        """The vectors alone."""
        return Vectors(**{one.name: getattr(self, one.name) for one in fields(Vectors)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """What the contracts of one deal, and its pool as a whole, have to be."""

    KEYED: ClassVar[str] = "deal"

    deal: str
    eligibility: Annotated[tuple[Criterion, ...], "what each contract has to be"] = ()
    limits: Annotated[
        Literal["exchange"] | tuple[Limit, ...], "what the pool has to be; exchange: the exchanges' usual limits"
    ] = ()
    note: Annotated[str, "why these rules and no others; printed with them"] = ""

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        """The limits, those of the exchange by name."""
        return EXCHANGE_LIMITS if isinstance(self.limits, str) else self.limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratification:
    """A table of each pool by the values of a column, or by bands of it."""

    KEYED: ClassVar[str] = "name"

    name: str
    by: Annotated[str, "column of the pool's table: a term, a fact about the firm, a further column of the tape"]
    bands: Annotated[tuple[float, ...], "rising edges; a value lies in [edge, next edge)"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed value: a key path, and what stands there instead."""

    KEYED: ClassVar[str] = "path"
    SHORT: ClassVar[str] = "value"

    path: Annotated[str, "key path in this file, `deals.<deal>.…` in a deal file, `tapes.firms.<firm or *>.<column>`"]
    value: Annotated[str, "as it would be written there"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The case with some values changed, run beside it."""

    KEYED: ClassVar[str] = "name"

    name: str
    note: Annotated[str, "what it is for"]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A published saving that the case is held against, never fitted to."""

    amount: Annotated[Money, "the saving as published"]
    principal: Annotated[Money, "the financing it belongs to"]

    def findings(self) -> Iterator[Finding]:
        """A financing of nothing."""
        if not self.principal > 0:
            yield finding(
                "case.claim", "the financing is {got}; it is more than 0", path=("principal",), got=self.principal
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case: tapes, deals, assumptions, comparators, and where everything comes from."""

    version: Annotated[Literal[1], Key("ipabs"), "version of the language: 1"]
    name: Annotated[str, "name of the case"]
    as_of: Annotated[date, "the day present values are taken at"]
    seed: Annotated[int, "seed of every simulated figure"] = 0
    tapes: Annotated[Tapes, "the tapes of firms and patents"]
    deals: Annotated[tuple[DealFile, ...], "deal files by name"]
    vectors: Annotated[Vectors, "defaults, prepayments, recoveries"]
    deal_vectors: Annotated[tuple[DealVectors, ...], "of single deals, instead"] = ()
    collections: Annotated[tuple[TrusteeFile, ...], "a trustee's tables, instead of projections"] = ()
    indices: Annotated[tuple[IndexFile, ...], "index histories of your own"] = ()
    calendars: Annotated[tuple[CalendarFile, ...], "days that differ from a calendar, as announced since"] = ()
    valuations: Annotated[tuple[ValuationMethod, ...], "methods by which the patents are valued"] = ()
    pool_rules: Annotated[tuple[PoolRules, ...], "eligibility and limits, by deal"] = ()
    stratification: Annotated[tuple[Stratification, ...], "tables of each pool"] = ()
    comparators: Annotated[tuple[Comparator, ...], "what the programme is compared with"]
    against: Annotated[str, "the comparator of the headline; the first, if silent"] = ""
    costs: Annotated[tuple[CostItem, ...], "costs outside the contract rate"] = ()
    subsidies: Annotated[tuple[Subsidy, ...], "rules of subsidy"] = ()
    published_subsidies: Annotated[tuple[str, ...], "published rules by name, beside those"] = ()
    tax: Tax | None = None
    discount_rate: Annotated[
        Rate | None, "one rate for all present values; the comparator's own before subsidy and tax, if silent"
    ] = None
    claim: Claim | None = None
    eligible_firms: Annotated[Count | None, "firms that the programme could reach, for its penetration"] = None
    variants: Annotated[tuple[Variant, ...], "named changes, run beside the case"] = ()
    provenance: Annotated[tuple[Provenance, ...], "where each input comes from, by key path"] = ()

    def findings(self) -> Iterator[Finding]:
        """Names that are not there; a rate that no present value has; costs that leave a firm nothing of its loan."""
        if self.discount_rate is not None and not self.discount_rate > -1:
            template = "{got} has no present value; a discount rate is above -100%"
            yield finding("case.discount_rate", template, path=("discount_rate",), got=f"{self.discount_rate:.0%}")
        names = tuple(comparator.name for comparator in self.comparators)
        if self.against and self.against not in names:
            template = "no comparator {got!r}; {hint}"
            yield finding("case.against", template, path=("against",), got=self.against, allowed=names)
        deals = tuple(deal.name for deal in self.deals)
        for key in ("deal_vectors", "collections", "pool_rules"):
            for one in getattr(self, key):
                if one.deal not in deals:
                    template = "the case has no deal {got!r}; {hint}"
                    yield finding("case.no_deal", template, path=(key, one.deal), got=one.deal, allowed=deals)
        for found in nothing_left(self.costs):
            yield found.under("costs")
        published = {one.name for one in published_subsidies()} if self.published_subsidies else set()
        for at, name in enumerate(self.published_subsidies):
            if name not in published:
                path = ("published_subsidies", at) if len(self.published_subsidies) > 1 else ("published_subsidies",)
                template = "no published subsidy {got!r}; {hint}"
                yield finding("subsidy.unknown", template, path=path, got=name, allowed=sorted(published))
        yield from self._fees_of_nobody()

    def _fees_of_nobody(self) -> Iterator[Finding]:
        """Rules that subsidize fees of which none is a cost of the case."""
        costs = {cost.name for cost in self.costs}
        for rule in self.all_subsidies:
            if rule.on == "fees" and rule.fees and costs.isdisjoint(rule.fees):
                path = ("subsidies", rule.name, "fees") if rule in self.subsidies else ("published_subsidies",)
                template = "{rule} pays nothing: it subsidizes {got}, and the costs of the case are {allowed}"
                got = ", ".join(rule.fees)
                yield finding(
                    "case.no_fee",
                    template,
                    path=path,
                    severity="warning",
                    got=got,
                    allowed=sorted(costs),
                    rule=rule.name,
                )

    @property
    def all_subsidies(self) -> tuple[Subsidy, ...]:
        """The rules of the case and the published ones that it names."""
        named = (one for one in published_subsidies() if one.name in self.published_subsidies)
        return (*self.subsidies, *(rule for one in named for rule in one.rules))

    def vectors_of(self, deal: str) -> Vectors:
        """The vectors of a deal: its own, or those of the case."""
        return next((one.vectors for one in self.deal_vectors if one.deal == deal), self.vectors)

    def rules_of(self, deal: str) -> PoolRules | None:
        """The rules of a deal's pool, if any are stated."""
        return next((one for one in self.pool_rules if one.deal == deal), None)

    @property
    def baseline(self) -> str:
        """Name of the comparator of the headline."""
        return self.against or self.comparators[0].name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A case whose files are sound and fit each other: ready to run.

    >>> from ipabs.case.load import load_case
    >>> case = load_case("examples/yuhang/case.yaml")
    >>> case.file.baseline, case.patents, len(case.firms.facts)
    ('quoted_loan', (('invention', 97), ('utility_model', 47)), 25)

    Attributes
    ----------
    file : CaseFile
    deals : tuple of (name, Deal)
    pools : tuple of (name, Pool)
        The contracts that the firm tape assigns to each deal; none for a deal with a trustee's table alone.
    firms : Firms
    portfolio : Portfolio or None
        The rights of the patent tape.
    industries : IpcMap
        The user's own, or the package's.
    filings : tuple of Filing
        Of the field, all owners; empty without a tape of them.
    indices : tuple of IndexHistory
        Histories of the user's own.
    collections : tuple of (name, Collections)
        What trustees report, for deals that no contracts stand for.
    notice : str
        What the firm tape says about itself before its headings, for instance that it is an illustration.
    hashes : tuple of (file, SHA-256)
    plugins : tuple of str
        Types of the user's own that the files may name.
    variants : tuple of (Variant, Case)
    findings : tuple of Finding
        Warnings and notes of all files.
    """

    file: CaseFile
    deals: tuple[tuple[str, Deal], ...]
    pools: tuple[tuple[str, Pool], ...]
    firms: Firms
    portfolio: Portfolio | None
    industries: IpcMap
    filings: tuple[Filing, ...]
    indices: tuple[IndexHistory, ...]
    collections: tuple[tuple[str, Collections], ...]
    notice: str
    hashes: tuple[tuple[str, str], ...]
    plugins: tuple[str, ...] = ()
    variants: "tuple[tuple[Variant, Case], ...]" = ()
    findings: tuple[Finding, ...] = ()

    @property
    def patents(self) -> tuple[tuple[str, int], ...]:
        """Rights of each kind in the patent tape."""
        kinds = [right.kind for right in self.portfolio.rights] if self.portfolio else []
        return tuple((kind, kinds.count(kind)) for kind in dict.fromkeys(kinds))
