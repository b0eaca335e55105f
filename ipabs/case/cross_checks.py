"""What the files of a case must say together: each may be sound by itself and still not fit the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from ipabs.basics.index_history import INDICES, IndexHistory, history_of
from ipabs.basics.provenance import ProvenanceTable
from ipabs.case.case import CaseFile
from ipabs.case.comparators import QuotedLoan
from ipabs.case.firms import Firms
from ipabs.errors import Finding, KeyPath, finding, key_path_text, nearest
from ipabs.financing.costs import counted_twice
from ipabs.io.table import Table
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.structure.deal import Deal
from ipabs.valuation.firm_appraisal import ADVANCE_TOLERANCE

CENT = 0.005
CURRENCY = "CNY"  # of the tapes' units, of the loan indices, of subsidies and of every table of a case


def assignment_findings(table: Table, assigned: Mapping[str, str], deals: tuple[str, ...]) -> Iterator[Finding]:
    """Rows of the firm tape that name no deal of the case."""
    column = "deal" if "deal" in table.columns else ""
    if not column and not any(assigned.values()):
        template = "no column says which deal holds each contract; add the column deal with one of: {allowed}"
        yield finding("case.no_deal_column", template, place=table.heading_place(), allowed=deals)
        return
    for row, name in enumerate(assigned.values()):
        if name not in deals:
            place = table.place(row, column) if column else table.heading_place()
            yield finding("case.unknown_deal", "no deal {got!r}; {hint}", place=place, got=name, allowed=deals)


def size_findings(name: str, deal: Deal, pool: Pool | None, indices: Sequence[IndexHistory] = ()) -> Iterator[Finding]:
    """A deal that buys other assets than the tape assigns to it."""
    if pool is None:
        template = "the firm tape assigns no contract to {got!r}"
        yield finding("case.empty_deal", template, path=("deals", name), got=name)
        return
    assets = deal.closing.uses.assets if deal.closing else sum(tranche.principal for tranche in deal.tranches)
    balance = sum(balance_at(contract, deal.dates.cut_off, indices) for contract in pool.obligations)
    if abs(assets - balance) > CENT:
        yield finding(
            "case.assets",
            "{deal} buys assets of {got}, the firm tape assigns {pool} to it",
            path=("deals", name, "closing", "uses", "assets") if deal.closing else ("deals", name, "tranches"),
            got=f"{assets:,.2f}",
            deal=name,
            pool=f"{balance:,.2f}",
        )
    yield from life_findings(name, deal, pool)


def balance_at(contract: Obligation, day: date, indices: Sequence[IndexHistory] = ()) -> float:
    """What a contract owes after the payments up to `day`."""
    flows = contract.contract_flows(indices)
    return contract.principal - float(flows.principal[flows.dates <= np.datetime64(day)].sum())


def life_findings(name: str, deal: Deal, pool: Pool) -> Iterator[Finding]:
    """Contracts that begin after their deal closes, or end after its legal final."""
    for contract in pool.obligations:
        if contract.start > deal.dates.closing:
            yield finding(
                "case.starts_late",
                "contract {got} starts on {start}, after {deal} closes on {closing}",
                path=("deals", name, "dates", "closing"),
                got=contract.id,
                start=contract.start,
                deal=name,
                closing=deal.dates.closing,
            )
        maturity = getattr(contract, "maturity", contract.start)
        if maturity > deal.dates.legal_final:
            yield finding(
                "case.matures_late",
                "contract {got} matures on {maturity}, after the legal final of {deal} on {final}",
                path=("deals", name, "dates", "legal_final"),
                got=contract.id,
                maturity=maturity,
                deal=name,
                final=deal.dates.legal_final,
            )


def currency_findings(deals: Mapping[str, Deal]) -> Iterator[Finding]:
    """Deals in another currency than everything else in a case."""
    for name, deal in deals.items():
        if deal.currency not in (None, CURRENCY):
            template = "{deal} is in {got}; tapes, loan indices and subsidies of a case are in {allowed}"
            path = ("deals", name, "currency")
            yield finding("case.currency", template, path=path, got=deal.currency, allowed=(CURRENCY,), deal=name)


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


def advance_findings(firms: Firms, pool: Pool, table: Table) -> Iterator[Finding]:
    """Contracts above what their own stated advance rate gives on their stated appraisal: warnings."""
    if not {"appraised_value", "advance_rate"} <= set(table.columns):
        return
    for row, ((_, stated), contract) in enumerate(zip(firms.stated, pool.obligations, strict=True)):
        value, rate, amount = stated.value, stated.advance_rate, contract.principal
        if value is not None and rate is not None and amount > (rate + ADVANCE_TOLERANCE) * value:
            yield finding(
                "case.advance",
                "the contract of {amount} is above the stated advance of {got} on the appraisal of {value}",
                place=table.place(row, "advance_rate"),
                severity="warning",
                got=f"{rate:.2%}",
                amount=f"{amount:,.2f}",
                value=f"{value:,.2f}",
            )


def provenance_findings(file: CaseFile, paths: tuple[KeyPath, ...], table: Table) -> Iterator[Finding]:
    """Inputs without a provenance, and entries that fit no input: warnings."""
    stated = ProvenanceTable(entries=file.provenance)
    yield from unsourced(stated.missing(paths))
    groups = tuple(dict.fromkeys(f"{path[0]}.*" if len(path) > 1 else str(path[0]) for path in paths))
    for found in stated.unused(paths):
        near = nearest(found.got, found.allowed)
        yield replace(found.under("provenance"), allowed=(near,) if near else groups)
    if "provenance" not in table.columns:
        template = "the tape has no column provenance; say for each row where its figures come from"
        yield finding("case.tape_origin", template, place=table.heading_place(), severity="warning")


def unsourced(missing: Iterable[Finding]) -> Iterator[Finding]:
    """Inputs without a provenance: warnings, one for all of a subsidy, a valuation, a fee that have none."""
    groups: dict[KeyPath, list[Finding]] = {}
    for found in missing:
        path = found.place.path
        groups.setdefault(path[: 4 if path[0] == "deals" else 2], []).append(found)
    for group, members in groups.items():
        if len(members) == 1:
            yield replace(members[0], severity="warning")
            continue
        names = ", ".join(key_path_text(found.place.path[len(group) :]) for found in members)
        template = "no provenance of {got}; state published, derived or assumption"
        yield finding("case.unsourced", template, path=group, severity="warning", got=names)


def index_findings(file: CaseFile, indices: Sequence[IndexHistory]) -> Iterator[Finding]:
    """Comparators and subsidies that name an index which is neither published nor given by the case."""
    known = (*(index.name for index in indices), *INDICES)
    for key in ("comparators", "subsidies"):
        for one in getattr(file, key):
            name = getattr(one, "index", None)
            if name and name not in known:
                path = (key, one.name, "index")
                yield finding("case.index", "no index {got!r}; {hint}", path=path, got=name, allowed=known)


def projection_findings(
    file: CaseFile, deals: Mapping[str, Deal], pool: Pool, indices: Sequence[IndexHistory] = ()
) -> Iterator[Finding]:
    """Payment dates beyond the announced holidays, and loan indices beyond their last known value: warnings."""
    for name, deal in deals.items():
        path = ("deals", name, "dates", "payment", "calendar")
        yield from deal.dates.payment.business_days().findings(deal.timeline().payments, path=path)
    starts = sorted({contract.start for contract in pool.obligations})
    for comparator in file.comparators:
        index = getattr(comparator, "index", None)
        if index:
            yield from history_of(index, indices).findings(starts, path=("comparators", comparator.name, "index"))
