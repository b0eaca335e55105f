"""Each deal's pool against the rules declared for it: eligibility of contracts, limits of the pool, its tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from ipabs.case.case import Case, PoolRules, Stratification
from ipabs.errors import Finding, IpabsError, finding
from ipabs.io.folder import Cell
from ipabs.io.table import Table
from ipabs.pool.eligibility import AverageLimit, ConcentrationLimit, Limit, limit_findings, screen
from ipabs.pool.pool import Pool
from ipabs.pool.stratification import stratify
from ipabs.report.exhibit import Exhibit, columns


def eligibility_findings(rules: PoolRules, pool: Pool, as_of: date, table: Table, whole: Pool) -> Iterator[Finding]:
    """Contracts of a deal that its own criteria shut out, each at its row of the tape."""
    if not rules.eligibility:
        return
    try:
        passed = screen(pool, rules.eligibility, as_of=as_of).passed
    except IpabsError as error:
        for fault in error.findings:
            yield in_rules(rules, "eligibility", fault)
        return
    rows = {id: row for row, id in enumerate(whole.ids)}
    for id, met in passed[~passed.all(axis=1)].iterrows():
        yield finding(
            "case.not_eligible",
            "contract {id} stands in {deal} and fails {got}",
            place=table.place(rows[str(id)], table.columns[0]),
            got=", ".join(str(name) for name, holds in met.items() if not holds),
            id=id,
            deal=rules.deal,
        )


def limit_warnings(rules: PoolRules, pool: Pool) -> Iterator[Finding]:
    """Limits that a pool breaks: warnings, for many a limit is itself an assumption."""
    try:
        for broken in limit_findings(pool, rules.all_limits):
            yield replace(in_rules(rules, "limits", broken), severity="warning")
    except IpabsError as error:
        for fault in error.findings:
            yield in_rules(rules, "limits", fault)


def in_rules(rules: PoolRules, key: str, fault: Finding) -> Finding:
    """A finding about a rule, placed where the case states it."""
    return fault.under("pool_rules", rules.deal, key)


def allowed(limit: Limit) -> tuple[Cell, Cell]:
    """Least and most that a limit allows."""
    match limit:
        case ConcentrationLimit():
            return None, limit.maximum
        case AverageLimit():
            return limit.minimum, limit.maximum
    return limit.minimum, None


def rule_rows(rules: PoolRules, pool: Pool, as_of: date) -> Iterator[tuple[Cell, ...]]:
    """Each rule of a deal with what the pool holds against what is allowed."""
    table = pool.to_frame()
    if rules.eligibility:
        passed = screen(pool, rules.eligibility, as_of=as_of).passed
        for one in rules.eligibility:
            met = passed[one.name]
            word = "passed" if met.all() else "broken"
            yield rules.deal, one.name, "eligibility", float(met.sum()), float(len(met)), None, word, ""
    for limit in rules.all_limits:
        word = "passed" if limit.finding(table) is None else "broken"
        yield rules.deal, limit.name, "limit", limit.held(table), *allowed(limit), word, limit.note
    if not rules.all_limits:
        yield rules.deal, "", "limit", None, None, None, "not applied", rules.note
    elif rules.note:
        yield rules.deal, "", "limit", None, None, None, "", rules.note


def rules_exhibit(case: Case) -> Exhibit:
    """Every rule of every deal: how many contracts meet it, or what the pool holds, and what is allowed."""
    pools, deals = dict(case.pools), dict(case.deals)
    return Exhibit(
        name="pool_rules",
        columns=columns(
            deal="text",
            rule="name",
            of="word",
            held="amount",
            minimum="amount",
            maximum="amount",
            result="word",
            remark="name",
        ),
        rows=tuple(
            row
            for rules in case.file.pool_rules
            if rules.deal in pools
            for row in rule_rows(rules, pools[rules.deal], deals[rules.deal].dates.cut_off)
        ),
    )


def strata(name: str, pool: Pool, stated: Stratification) -> Iterator[tuple[Cell, ...]]:
    """One table of one pool."""
    for group, row in stratify(pool, stated.by, bands=stated.bands or None).iterrows():
        rate = float(row["average rate"])
        yield (
            name,
            stated.name,
            str(group),
            int(row["contracts"]),
            float(row["principal"]),
            float(row["share"]),
            rate if rate == rate else None,
        )


def stratification_exhibit(case: Case) -> Exhibit:
    """The tables of every pool, one below the other."""
    return Exhibit(
        name="stratification",
        columns=columns(
            deal="text",
            table="text",
            group="text",
            contracts="count",
            principal="money",
            share="rate",
            contract_rate="rate",
        ),
        rows=tuple(
            row
            for name, pool in case.pools
            for stated in case.file.stratification
            for row in strata(name, pool, stated)
        ),
    )


def stratification_findings(stated: Sequence[Stratification], pool: Pool) -> Iterator[Finding]:
    """Columns that the pool's table does not have, bands that do not rise."""
    for one in stated:
        try:
            stratify(pool, one.by, bands=one.bands or None)
        except IpabsError as error:
            for fault in error.findings:
                yield replace(fault, place=replace(fault.place, path=("stratification", one.name)))


def pool_exhibits(case: Case) -> tuple[Exhibit, ...]:
    """Rules and tables, where the case states any."""
    return tuple(one for one in (rules_exhibit(case), stratification_exhibit(case)) if one.rows)
