"""From a case file to a case: every fault of every file in one look."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from ipabs import spec
from ipabs.case.case import Case, CaseFile
from ipabs.case.cross_checks import provenance_findings
from ipabs.case.firms import in_own_words, read_firms
from ipabs.case.headings import firm_headings, heading_findings, headings_of, misspelt, unread_parts
from ipabs.case.inputs import read_inputs
from ipabs.case.kinds import USUAL, OpenKinds, open_kinds
from ipabs.case.tie import tied
from ipabs.case.variants import at_change, changed
from ipabs.errors import DataError, FileError, Finding, IpabsError, LimitError, Place, SpecError, finding, refuse
from ipabs.io.source import read_source
from ipabs.io.table import Table, parse_table
from ipabs.patents.tape import COLUMNS, check_patent_tape
from ipabs.pool.kinds import KINDS
from ipabs.pool.tape_rules import check_tape
from ipabs.structure.deal import Deal

TAPE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".parquet"})
ORDER = {"error": 0, "warning": 1, "note": 2}


def load_case(path: str | PathLike[str], *, kinds: Sequence[type[Any]] = KINDS) -> Case:
    """Read a case file, its deals and its tapes.

    Parameters
    ----------
    path : path of the case file
    kinds : sequence of types
        The obligations that the tape's column ``kind`` may name, and terms of financing of your own that comparators
        may name beside the package's: ``kinds=(*KINDS, Mine)``. A file never names code.

    Raises
    ------
    SpecError, DataError, LimitError, FileError
        With every fault of all files and of all variants, each with file and line, or row and column of a tape.

    Examples
    --------
    >>> case = load_case("examples/yuhang/case.yaml")
    >>> [(name, round(pool.principal)) for name, pool in case.pools]
    [('abs', 200000000), ('abn', 43000000)]
    """
    known = open_kinds(kinds)
    refuse(SpecError, no_case(Path(path)))
    case, found = look_at_case(Path(path), known)
    error = error_of(found)
    if error is not None:
        raise error
    if case is None:
        raise TypeError(f"{path} was not read and nothing was found wrong")
    return replace(case, findings=found)


def no_case(path: Path) -> Iterator[Finding]:
    """What to say of a tape or a deal where a case is expected."""
    if path.suffix.lower() in TAPE_SUFFIXES:
        template = "{got} is a tape; name the case file that names it"
        yield finding("case.is_tape", template, place=Place(file=path.name), got=path.name)


def check_file(path: str | PathLike[str], *, kinds: Sequence[type[Any]] = KINDS) -> tuple[Finding, ...]:
    """Everything to be said about a case with all its files, a deal, or a tape of contracts or of rights.

    >>> check_file("examples/yuhang/case.yaml")
    ()
    """
    known = open_kinds(kinds)
    where = Path(path)
    source = read_source(where, where.name)
    try:
        if where.suffix.lower() in TAPE_SUFFIXES:
            return in_order(tape_findings(parse_table(source.raw, file=where.name), known))
        tree = spec.read_tree(source.text, file=where.name).tree
        if isinstance(tree, dict) and ({"tapes", "deals", "comparators"} & tree.keys()):
            return look_at_case(where, known)[1]
        return spec.read(Deal, source.text, file=where.name)[1]
    except DataError as error:
        return error.findings


def tape_findings(table: Table, kinds: OpenKinds) -> Iterator[Finding]:
    """What is to be said of a tape by itself: of rights where most of its headings are of rights, else of contracts."""
    contracts, rights = firm_headings(kinds), headings_of(COLUMNS)
    if len(rights.intersection(table.columns)) > len(contracts.intersection(table.columns)):
        yield from (one for one in check_patent_tape(table) if one.severity != "note")
        yield from misspelt(table, rights)
        return
    found: list[Finding] = []
    read_firms(in_own_words(table, {}), found)
    yield from (*check_tape(table, kinds.obligations), *found, *misspelt(table, contracts))


def file_schema(kind: str, *, kinds: Sequence[type[Any]] = KINDS) -> dict[str, Any]:
    """JSON Schema of a ``deal`` or a ``case`` file."""
    return spec.schema(CaseFile if kind == "case" else Deal, kinds=open_kinds(kinds).open_sets)


def look_at_case(path: Path, kinds: OpenKinds = USUAL) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case, or None, and all findings of its files, across them, and in its variants."""
    inputs = read_inputs(path, kinds)
    across = [*heading_findings(inputs), *unread_parts(inputs)]
    case = tied(inputs, across)
    if inputs.case.value is not None and case is not None:
        across += provenance_findings(inputs.case.value, tuple(inputs.sourced_paths()), dict(inputs.tapes)["firms"])
    found = [*inputs.findings, *map(inputs.locate, across)]
    known = {(one.message, one.place.path[-1:]) for one in found}
    variants = []
    for variant in inputs.case.value.variants if inputs.case.value else ():
        altered = changed(inputs, variant)
        new = list(altered.findings)
        # What does not fit in the base would not fit in a variant either: of a faulty base the changes alone are read.
        beside = tied(altered, new, base=False) if case is not None else None
        found += [at_change(inputs, variant, one) for one in new if (one.message, one.place.path[-1:]) not in known]
        if beside is not None:
            variants.append((variant, beside))
    return (None if case is None else replace(case, variants=tuple(variants))), in_order(found)


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
