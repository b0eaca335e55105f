"""What the files of a case must say together: each may be sound by itself and still not fit the others."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ipabs.basics.calendar import get_calendar
from ipabs.basics.index_history import index_history
from ipabs.basics.provenance import ProvenanceTable
from ipabs.case.case import CaseFile, QuotedLoan
from ipabs.case.firms import Firms
from ipabs.errors import Finding, KeyPath, finding
from ipabs.financing.costs import counted_twice
from ipabs.io.table import Table
from ipabs.pool.pool import Pool
from ipabs.structure.deal import Deal

CENT = 0.005


def under(prefix: KeyPath, found: Finding) -> Finding:
    """A finding with `prefix` put in front of its key path."""
    return replace(found, place=replace(found.place, path=(*prefix, *found.place.path)))


def assignment_findings(table: Table, deals: tuple[str, ...]) -> Iterator[Finding]:
    """Rows of the firm tape that name no deal of the case."""
    if "deal" not in table.columns:
        template = "no column says which deal holds each contract; add the column deal with one of: {allowed}"
        yield finding("case.no_deal_column", template, place=table.heading_place(), allowed=deals)
        return
    for row, name in enumerate(table.column("deal")):
        if name not in deals:
            place = table.place(row, "deal")
            yield finding("case.unknown_deal", "no deal {got!r}; {hint}", place=place, got=name, allowed=deals)


def size_findings(name: str, deal: Deal, pool: Pool | None) -> Iterator[Finding]:
    """A deal that buys other assets than the tape assigns to it, or that ends before they do."""
    if pool is None:
        template = "the firm tape assigns no contract to {got!r}"
        yield finding("case.empty_deal", template, path=("deals", name), got=name)
        return
    stated = deal.closing is not None
    assets = deal.closing.uses.assets if deal.closing else sum(tranche.principal for tranche in deal.tranches)
    if abs(assets - pool.principal) > CENT:
        yield finding(
            "case.assets",
            "{deal} buys assets of {got}, the firm tape assigns {pool} to it",
            path=("deals", name, "closing", "uses", "assets") if stated else ("deals", name, "tranches"),
            got=f"{assets:,.2f}",
            deal=name,
            pool=f"{pool.principal:,.2f}",
        )
    for contract in pool.obligations:
        maturity = getattr(contract, "maturity", None)
        if maturity is not None and maturity > deal.dates.legal_final:
            yield finding(
                "case.matures_late",
                "contract {got} matures on {maturity}, after the legal final of {deal} on {final}",
                path=("deals", name, "dates", "legal_final"),
                got=contract.id,
                maturity=maturity,
                deal=name,
                final=deal.dates.legal_final,
            )


def cost_findings(file: CaseFile, deals: Mapping[str, Deal]) -> Iterator[Finding]:
    """Costs outside the contract rate that a deal pays already."""
    financed = {fee.name for deal in deals.values() for fee in deal.fees}
    yield from counted_twice(file.costs, financed)


def quote_findings(file: CaseFile, firms: Firms, table: Table) -> Iterator[Finding]:
    """Firms without the quoted rate that a comparator reads from the tape."""
    quoted = dict(firms.quotes)
    for comparator in file.comparators:
        if isinstance(comparator, QuotedLoan):
            missing = [fact.firm for fact in firms.facts if fact.firm not in quoted]
            if missing:
                yield finding(
                    "case.no_quote",
                    "{comparator} reads the column comparator_rate of {file}; it is empty or missing for {got}",
                    path=("comparators", comparator.name),
                    got=", ".join(missing),
                    comparator=comparator.name,
                    file=table.file,
                )


def provenance_findings(file: CaseFile, paths: tuple[KeyPath, ...], table: Table) -> Iterator[Finding]:
    """Inputs without a provenance, and entries that fit no input: warnings."""
    stated = ProvenanceTable(entries=file.provenance)
    for found in (*stated.missing(paths), *(under(("provenance",), one) for one in stated.unused(paths))):
        yield replace(found, severity="warning")
    if "provenance" not in table.columns:
        template = "the tape has no column provenance; say for each row where its figures come from"
        yield finding("case.tape_origin", template, place=table.heading_place(), severity="warning")


def projection_findings(file: CaseFile, deals: Mapping[str, Deal], pool: Pool) -> Iterator[Finding]:
    """Payment dates beyond the announced holidays, and loan indices beyond their last published value: warnings."""
    for name, deal in deals.items():
        path = ("deals", name, "dates", "payment", "calendar")
        yield from get_calendar(deal.dates.payment.calendar).findings(deal.timeline().payments, path=path)
    starts = sorted({contract.start for contract in pool.obligations})
    for comparator in file.comparators:
        index = getattr(comparator, "index", None)
        if index:
            yield from index_history(index).findings(starts, path=("comparators", comparator.name, "index"))
