"""The case file: what ties a job together. Everything in it is an input that says where it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.provenance import Provenance
from ipabs.basics.units import Key, Money, Rate
from ipabs.case.firms import Firms
from ipabs.errors import Finding, finding
from ipabs.financing.costs import Charge, CostItem, Timing
from ipabs.financing.leasing import Factoring, FinancialLease
from ipabs.financing.loan import BankLoan, EntrustedLoan, IPPledgedLoan, Repayment, SmallLoan
from ipabs.financing.need import Accrual
from ipabs.financing.securities import Convertible, CorporateBond, Equity, VentureDebt
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax
from ipabs.pool.pool import Pool
from ipabs.pool.vectors import Vectors
from ipabs.structure.deal import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapes:
    """The tapes of a case; paths are read from the case file's folder."""

    firms: Annotated[str, "one row a contract, assigned by the column `deal`"]
    patents: Annotated[str, "one row a right, counted against the firm tape"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFile:
    """A deal of the case, by its file."""

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "file"

    name: Annotated[str, "the word in the firm tape's column `deal`"]
    file: Annotated[str, "path of the deal file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLoan:
    """The loan each firm could have had: its rate and its yearly guarantee fee stand on the firm tape."""

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "quoted_loan"

    name: str
    day_count: Accrual = "ACT/360"
    repayment: Annotated[Repayment, "like_obligation takes dates and shares of the contract"] = "like_obligation"
    guarantee_timing: Annotated[Timing, "when the guarantee fee is paid"] = "yearly_in_advance"
    appraisal: Charge | None = None

    def at(self, rate: float, fees: float) -> BankLoan:
        """The loan at a firm's quoted rate and guarantee fee a year."""
        return BankLoan(
            rate=rate,
            day_count=self.day_count,
            repayment=self.repayment,
            guarantee=Charge(rate=fees, timing=self.guarantee_timing) if fees else None,
            appraisal=self.appraisal,
        )


Comparator = (
    BankLoan
    | IPPledgedLoan
    | SmallLoan
    | EntrustedLoan
    | FinancialLease
    | Factoring
    | CorporateBond
    | Convertible
    | VentureDebt
    | Equity
    | QuotedLoan
)


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
    tapes: Tapes
    deals: tuple[DealFile, ...]
    vectors: Annotated[Vectors, "defaults, prepayments, recoveries"]
    comparators: tuple[Comparator, ...]
    against: Annotated[str, "the comparator of the headline; the first, if silent"] = ""
    costs: Annotated[tuple[CostItem, ...], "costs outside the contract rate"] = ()
    subsidies: tuple[Subsidy, ...] = ()
    tax: Tax | None = None
    discount_rate: Annotated[Rate, "one rate for all present values of savings"]
    claim: Claim | None = None
    variants: tuple[Variant, ...] = ()
    provenance: tuple[Provenance, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """A comparator that is not there; a rate that no present value has."""
        if not self.discount_rate > -1:
            template = "{got} has no present value; a discount rate is above -100%"
            yield finding("case.discount_rate", template, path=("discount_rate",), got=f"{self.discount_rate:.0%}")
        names = tuple(comparator.name for comparator in self.comparators)
        if self.against and self.against not in names:
            template = "no comparator {got!r}; {hint}"
            yield finding("case.against", template, path=("against",), got=self.against, allowed=names)

    @property
    def baseline(self) -> str:
        """Name of the comparator of the headline."""
        return self.against or self.comparators[0].name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A case whose files are sound and fit each other: ready to run.

    Attributes
    ----------
    file : CaseFile
    deals : tuple of (name, Deal)
    pools : tuple of (name, Pool)
        The contracts that the firm tape assigns to each deal.
    firms : Firms
    patents : tuple of (kind, count)
        Rights in the patent tape.
    notice : str
        What the firm tape says about itself before its headings, for instance that it is an illustration.
    hashes : tuple of (file, SHA-256)
    variants : tuple of (Variant, Case)
    findings : tuple of Finding
        Warnings and notes of all files.
    """

    file: CaseFile
    deals: tuple[tuple[str, Deal], ...]
    pools: tuple[tuple[str, Pool], ...]
    firms: Firms
    patents: tuple[tuple[str, int], ...]
    notice: str
    hashes: tuple[tuple[str, str], ...]
    variants: "tuple[tuple[Variant, Case], ...]" = ()
    findings: tuple[Finding, ...] = ()
