"""The files of a case tied together: which contracts, rights and collections belong to which deal."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ipabs.basics.index_history import IndexHistory, parse_history
from ipabs.case.case import Case, CaseFile
from ipabs.case.cross_checks import (
    advance_findings,
    assignment_findings,
    cost_findings,
    currency_findings,
    index_findings,
    projection_findings,
    quote_findings,
    size_findings,
)
from ipabs.case.firms import Firms, in_own_words, read_firms
from ipabs.case.inputs import Inputs, of_tape
from ipabs.case.notices import noticed_deals, noticed_pool, read_notices
from ipabs.case.pool_rules import eligibility_findings, limit_warnings, stratification_findings
from ipabs.case.rights import read_field, read_industries, read_rights
from ipabs.case.trustees import read_collections
from ipabs.case.valuations import appraise, cut, pledged_firms, valuation_findings
from ipabs.cashflow.collections import Collections
from ipabs.errors import Finding, IpabsError, Place
from ipabs.io.table import Table
from ipabs.patents.industry import IpcMap
from ipabs.patents.portfolio import Portfolio
from ipabs.pool.pool import Pool
from ipabs.pool.tape_columns import TapeMapping
from ipabs.pool.tape_rules import read_tape
from ipabs.structure.deal import Deal


def tied(inputs: Inputs, found: list[Finding], *, base: bool = True) -> Case | None:
    """The case, or None; what does not fit is added to `found`, by key paths of the whole case.

    What a variant changes on purpose (an amount beside its stated advance rate) is told of the `base` only.
    """
    tapes, file = dict(inputs.tapes), inputs.case.value
    indices = read_indices(inputs, found)
    table = own_words(inputs, "firms")
    pool, firms = read_pool(inputs, table, indices, found) if "firms" in tapes else (None, None)
    industries = read_industries(tapes.get("ipc_map"), fields_of(inputs.mapping_of("ipc_map")), found)
    portfolio = read_patents(inputs, table, industries, found) if "patents" in tapes else None
    filings = read_field(tapes.get("filings"), fields_of(inputs.mapping_of("filings")), file, found)
    if file is None or table is None or pool is None or firms is None:
        return None
    assigned = deal_column(table, pool, inputs.mapping_of("firms"))
    found += assignment_findings(table, assigned, tuple(deal.name for deal in file.deals))
    found += quote_findings(file, firms, table)
    found += index_findings(file, indices)
    found += advance_findings(firms, pool, table) if base else ()
    notices = read_notices(inputs, found)
    pool = noticed_pool(lent_pool(file, pool, firms, portfolio, industries, found), notices)
    stated = {name: deal.value for name, deal in inputs.deals if deal.value is not None}
    deals = noticed_deals(stated, notices, found)
    pools = {name: part for name in deals if (part := part_of(pool, assigned, name)) is not None}
    reported = read_collections(file, inputs, deals, found)
    found += across_deals(file, deals, pools, reported, indices)
    found += stratification_findings(file.stratification, pool)
    for rules in file.pool_rules:
        if rules.deal in pools:
            found += eligibility_findings(rules, pools[rules.deal], deals[rules.deal].dates.cut_off, table, pool)
            found += limit_warnings(rules, pools[rules.deal])
    if len(deals) < len(file.deals) or any(one.severity == "error" for one in (*inputs.findings, *found)):
        return None
    found += projection_findings(file, deals, pool, indices)
    return Case(
        file=file,
        deals=tuple(deals.items()),
        pools=tuple(pools.items()),
        firms=firms,
        portfolio=portfolio,
        industries=industries,
        filings=filings,
        indices=indices,
        collections=tuple(reported.items()),
        notice=table.notice,
        hashes=tuple((source.file, source.sha256) for source in inputs.sources),
        plugins=inputs.kinds.plugins,
    )


def own_words(inputs: Inputs, tape: str) -> Table | None:
    """A tape with the headings that the case reads."""
    table = dict(inputs.tapes).get(tape)
    return None if table is None else in_own_words(table, fields_of(inputs.mapping_of(tape)))


def fields_of(mapping: TapeMapping) -> dict[str, str]:
    """Heading to field."""
    return {one.heading: one.field for one in mapping.columns}


def read_pool(
    inputs: Inputs, table: Table | None, indices: tuple[IndexHistory, ...], found: list[Finding]
) -> tuple[Pool | None, Firms | None]:
    """The contracts and the firms of the firm tape."""
    before = len(found)
    pool = None
    try:
        pool = read_tape(
            dict(inputs.tapes)["firms"], inputs.kinds.obligations, inputs.mapping_of("firms"), indices=indices
        )
    except IpabsError as error:
        found.extend(of_tape("firms", error.findings))
    firms = read_firms(table, found) if table is not None else None
    return (pool, firms) if len(found) == before else (None, None)


def read_patents(inputs: Inputs, firms: Table | None, industries: IpcMap, found: list[Finding]) -> Portfolio | None:
    """The rights of the patent tape."""
    file = inputs.case.value
    mapping = fields_of(inputs.mapping_of("patents"))
    valued = industries if file and file.valuations else None
    return read_rights(dict(inputs.tapes)["patents"], firms, file.as_of if file else None, valued, found, mapping)


def read_indices(inputs: Inputs, found: list[Finding]) -> tuple[IndexHistory, ...]:
    """The index histories of the user's own."""
    file = inputs.case.value
    stated = {one.name: one for one in file.indices} if file else {}
    histories = []
    for name, source in inputs.histories:
        known = stated.get(name)
        try:
            histories.append(
                parse_history(
                    source.text,
                    name=name,
                    file=source.file,
                    known_until=known.known_until if known else None,
                    tenor_months=known.tenor_months if known else 12,
                )
            )
        except IpabsError as error:
            found.extend(at_horizon(name, fault) for fault in error.findings)
    return tuple(histories)


def at_horizon(name: str, fault: Finding) -> Finding:
    """A fault of an index history; that of its horizon stands in the case, which states it."""
    if fault.code != "index.horizon":
        return fault
    return replace(fault, place=Place(path=("indices", name, "known_until")))


def lent_pool(
    file: CaseFile,
    pool: Pool,
    firms: Firms,
    portfolio: Portfolio | None,
    industries: IpcMap,
    found: list[Finding],
) -> Pool:
    """The contracts as the tape states them, cut to their lending values where a valuation enforces them."""
    named = file.tapes.patents is not None
    faults = list(valuation_findings(file.valuations, portfolio, pool, firms, file.as_of, tax=file.tax, named=named))
    found += faults
    enforced = next((method for method in file.valuations if method.enforce), None)
    if enforced is None or portfolio is None or any(one.severity == "error" for one in faults):
        return pool
    pledged = pledged_firms(pool.obligations, firms, file.tax)
    appraised = appraise(enforced, portfolio, pledged, as_of=file.as_of, seed=file.seed, industries=industries)
    return cut(pool, appraised, found)


def deal_column(table: Table, pool: Pool, mapping: TapeMapping) -> dict[str, str]:
    """Contract to deal, from the column of the tape or a constant of its mapping."""
    constant = next((one.value for one in mapping.constants if one.field == "deal"), "")
    names = table.column("deal") if "deal" in table.columns else [constant] * len(table)
    return dict(zip(pool.ids, map(str, names), strict=True))


def part_of(pool: Pool, assigned: Mapping[str, str], name: str) -> Pool | None:
    """The contracts that the tape assigns to a deal; None if there are none."""
    ids = [id for id, deal in assigned.items() if deal == name]
    return pool.select(ids) if ids else None


def across_deals(
    file: CaseFile,
    deals: Mapping[str, Deal],
    pools: Mapping[str, Pool],
    reported: Mapping[str, Collections],
    indices: tuple[IndexHistory, ...],
) -> Iterator[Finding]:
    """Deals against the contracts assigned to them, and against the costs of the case."""
    trustees = {one.deal for one in file.collections}
    for name, deal in deals.items():
        if name in pools or name not in trustees:
            yield from size_findings(name, deal, pools.get(name), indices)
    yield from currency_findings(deals)
    yield from cost_findings(file, deals)
