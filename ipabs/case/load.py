"""From a case file to a case: every fault of every file in one look."""

from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from ipabs import spec
from ipabs.case.case import Case, CaseFile
from ipabs.case.cross_checks import (
    assignment_findings,
    cost_findings,
    projection_findings,
    provenance_findings,
    quote_findings,
    size_findings,
)
from ipabs.case.firms import COUNTED, Firms, patent_findings, read_firms
from ipabs.case.inputs import Inputs, changed, read_inputs
from ipabs.errors import DataError, FileError, Finding, IpabsError, LimitError, SpecError
from ipabs.io.source import read_source
from ipabs.io.table import Table, parse_table
from ipabs.pool.pool import Pool
from ipabs.pool.tape_rules import read_tape
from ipabs.structure.deal import Deal

TAPE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".parquet"})
ORDER = {"error": 0, "warning": 1, "note": 2}


def load_case(path: str | PathLike[str]) -> Case:
    """Read a case file, its deals and its tapes.

    Raises
    ------
    SpecError, DataError, LimitError, FileError
        With every fault of all files and of all variants, each with file and line, or row and column of a tape.
    """
    case, found = look_at_case(Path(path))
    error = error_of(found)
    if error is not None:
        raise error
    if case is None:
        raise TypeError(f"{path} was not read and nothing was found wrong")
    return replace(case, findings=found)


def check_file(path: str | PathLike[str]) -> tuple[Finding, ...]:
    """Everything to be said about a case with all its files, a deal, or a tape of contracts."""
    where = Path(path)
    source = read_source(where, where.name)
    try:
        if where.suffix.lower() in TAPE_SUFFIXES:
            read_tape(parse_table(source.raw, file=where.name))
            return ()
        tree = spec.read_tree(source.text, file=where.name).tree
        if isinstance(tree, dict) and ({"tapes", "deals", "comparators"} & tree.keys()):
            return look_at_case(where)[1]
        return spec.read(Deal, source.text, file=where.name)[1]
    except DataError as error:
        return error.findings


def file_schema(kind: str) -> dict[str, Any]:
    """JSON Schema of a ``deal`` or a ``case`` file."""
    return spec.schema(CaseFile if kind == "case" else Deal)


def look_at_case(path: Path) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case, or None, and all findings of its files, across them, and in its variants."""
    inputs = read_inputs(path)
    across: list[Finding] = []
    case = tied(inputs, across)
    if inputs.case.value is not None and case is not None:
        across += provenance_findings(inputs.case.value, tuple(inputs.sourced_paths()), dict(inputs.tapes)["firms"])
    found = [*inputs.findings, *map(inputs.locate, across)]
    if inputs.case.value is None or case is None:
        return None, in_order(found)
    known = {(one.code, one.got) for one in found}
    variants = []
    for variant in inputs.case.value.variants:
        altered = changed(inputs, variant)
        new = list(altered.findings)
        beside = tied(altered, new)
        found += [inputs.at_change(variant, one) for one in new if (one.code, one.got) not in known]
        if beside is not None:
            variants.append((variant, beside))
    return replace(case, variants=tuple(variants)), in_order(found)


def tied(inputs: Inputs, found: list[Finding]) -> Case | None:
    """The files of a case tied together; what does not fit is added to `found`, by key paths of the whole case."""
    tapes = dict(inputs.tapes)
    pool = firms = None
    if "firms" in tapes:
        pool, firms = read_pool(tapes["firms"], found)
    if "firms" in tapes and "patents" in tapes:
        found += patent_findings(tapes["firms"], tapes["patents"])
    file = inputs.case.value
    if file is None or pool is None or firms is None:
        return None
    deals = {name: deal.value for name, deal in inputs.deals if deal.value is not None}
    pools = {name: part for name in deals if (part := assigned(pool, name)) is not None}
    found += assignment_findings(tapes["firms"], tuple(deal.name for deal in file.deals))
    found += (one for name, deal in deals.items() for one in size_findings(name, deal, pools.get(name)))
    found += cost_findings(file, deals)
    found += quote_findings(file, firms, tapes["firms"])
    if len(deals) < len(file.deals) or any(one.severity == "error" for one in (*inputs.findings, *found)):
        return None
    found += projection_findings(file, deals, pool)
    return Case(
        file=file,
        deals=tuple(deals.items()),
        pools=tuple(pools.items()),
        firms=firms,
        patents=count_patents(tapes.get("patents")),
        notice=tapes["firms"].notice,
        hashes=tuple((source.file, source.sha256) for source in inputs.sources),
    )


def read_pool(table: Table, found: list[Finding]) -> tuple[Pool | None, Firms | None]:
    """The contracts and the firms of the firm tape."""
    before = len(found)
    try:
        pool = read_tape(table)
    except IpabsError as error:
        found.extend(error.findings)
        pool = None
    firms = read_firms(table, found)
    return (pool, firms) if len(found) == before else (None, None)


def assigned(pool: Pool, name: str) -> Pool | None:
    """The contracts whose column `deal` says `name`."""
    ids = [contract.id for contract in pool.obligations if getattr(contract, "deal", "") == name]
    return pool.select(ids) if ids else None


def count_patents(table: Table | None) -> tuple[tuple[str, int], ...]:
    """Rights of each kind in the patent tape."""
    if table is None or "kind" not in table.columns:
        return ()
    kinds = table.column("kind")
    return tuple((kind, int((kinds == kind).sum())) for kind in COUNTED)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by file and line."""
    return tuple(sorted(found, key=lambda one: (ORDER[one.severity], one.place.file, one.place.line, one.place.column)))


def error_of(found: Iterable[Finding]) -> IpabsError | None:
    """The error that fits the findings: files first, then limits, then what they say; None without a fault."""
    faults = tuple(one for one in found if one.severity == "error")
    codes = {one.code.partition(".")[0] for one in faults}
    if not faults:
        return None
    kind = FileError if "file" in codes else LimitError if "limit" in codes else SpecError
    return kind(*faults)
