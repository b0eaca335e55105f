"""The files of a case as read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ipabs.case.case import CaseFile
from ipabs.case.key_paths import leaves
from ipabs.case.kinds import OpenKinds
from ipabs.errors import FileError, Finding, IpabsError, KeyPath, finding
from ipabs.io.source import Source, read_source
from ipabs.io.table import Table, parse_table
from ipabs.pool.tape_columns import TapeMapping
from ipabs.spec import Document, Loaded, read_document
from ipabs.spec.tree import Tree
from ipabs.structure.deal import Deal

T = TypeVar("T")
NOT_SOURCED = frozenset(
    {"ipabs", "name", "seed", "tapes", "deals", "against", "variants", "provenance"}
    | {"published_subsidies", "stratification"}
)
FILES = (
    ("deals", "file"),
    ("tapes", "file"),
    ("tapes", "mapping"),
    ("collections", "file"),
    ("indices", "file"),
    ("calendars", "file"),
)
NO_MAPPING = TapeMapping()
WORDS_OF_A_DEAL = frozenset({"ipabs", "name", "market", "currency", "vehicle", "waterfall"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All files of a case, read but not yet tied together.

    Attributes
    ----------
    case : Loaded of CaseFile
    deals : tuple of (name, Loaded of Deal)
    tapes : tuple of (name, Table)
        The tapes that could be read, ``firms`` and ``patents``.
    mappings : tuple of (name, Loaded of TapeMapping)
        What headings and words of a tape mean.
    trustees : tuple of (deal, Table)
    histories : tuple of (name, Source)
        Index histories.
    notices : tuple of (calendar, Source)
        Days that differ from a calendar.
    kinds : OpenKinds
        What the files may name.
    sources : tuple of Source
        Every file with its hash, the case file first.
    findings : tuple of Finding
        What is wrong with any file by itself.
    """

    case: Loaded[CaseFile]
    deals: tuple[tuple[str, Loaded[Deal]], ...]
    tapes: tuple[tuple[str, Table], ...]
    mappings: tuple[tuple[str, Loaded[TapeMapping]], ...]
    trustees: tuple[tuple[str, Table], ...]
    histories: tuple[tuple[str, Source], ...]
    notices: tuple[tuple[str, Source], ...]
    kinds: OpenKinds
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]

    def mapping_of(self, tape: str) -> TapeMapping:
        """What the headings of a tape mean; an empty mapping where none is named or it cannot be read."""
        loaded = dict(self.mappings).get(tape)
        return NO_MAPPING if loaded is None or loaded.value is None else loaded.value

    def document_of(self, path: KeyPath) -> tuple[Document, KeyPath]:
        """The file in which a key path of the whole case stands, and the path inside it."""
        if len(path) > 2 and path[0] == "deals":
            for name, deal in self.deals:
                if name == path[1]:
                    return deal.document, path[2:]
        if len(path) > 3 and path[0] == "tapes" and path[2] == "mapping":
            for name, mapping in self.mappings:
                if name == path[1]:
                    return mapping.document, path[3:]
        return self.case.document, path

    def locate(self, found: Finding) -> Finding:
        """A finding with a key path of the whole case, placed in its file; one that names its file stays there."""
        if found.place.file:
            return found
        document, path = self.document_of(found.place.path)
        inside = replace(found, place=replace(found.place, path=path))
        return document.locate([inside])[0]

    def sourced_paths(self) -> Iterator[KeyPath]:
        """Key paths of the whole case of every value that needs a provenance."""
        for path in leaves(self.case.document.tree):
            if path and path[0] not in NOT_SOURCED:
                yield path
        for name, deal in self.deals:
            for path in leaves(deal.document.tree):
                if path and path[0] not in WORDS_OF_A_DEAL:
                    yield ("deals", name, *path)


def read_inputs(path: Path, kinds: OpenKinds) -> Inputs:
    """Read a case file and every file it names; only a case file that cannot be read stops it."""
    source = read_source(path, path.name)
    case = read_document(CaseFile, source.text, file=source.file, kinds=kinds.open_sets)
    found = list(a_deal(case.document) or case.findings)
    named = [
        (key, part, name, read)
        for key, part in FILES
        for name, file in named_files(case.document.tree, key, part)
        if (read := attempt(path.parent, file, case.document, (key, name, part), found)) is not None
    ]

    def of(key: str, part: str = "file") -> Iterator[tuple[str, Source]]:
        return ((name, read) for group, which, name, read in named if (group, which) == (key, part))

    return Inputs(
        case=case,
        deals=tuple((name, read_deal(read, found)) for name, read in of("deals")),
        tapes=read_tables(of("tapes"), found),
        mappings=tuple(
            (name, one) for name, read in of("tapes", "mapping") if (one := read_mapping(read, found)) is not None
        ),
        trustees=read_tables(of("collections"), found),
        histories=tuple(of("indices")),
        notices=tuple(of("calendars")),
        kinds=kinds,
        sources=(source, *(read for *_, read in named)),
        findings=tuple(found),
    )


def a_deal(document: Document) -> tuple[Finding, ...]:
    """What to say of a deal file where a case file is expected."""
    if not isinstance(document.tree, dict) or "tapes" in document.tree or "waterfall" not in document.tree:
        return ()
    template = "this is a deal; name the case file that names it under deals"
    return document.locate([finding("case.is_deal", template)])


def named_files(tree: Tree, key: str, part: str) -> Iterator[tuple[str, str]]:
    """The files a case names under `key`, read from the plain tree so that a fault elsewhere hides none of them."""
    table = tree.get(key) if isinstance(tree, dict) else None
    for name, file in (table or {}).items() if isinstance(table, dict) else ():
        match file:
            case str() if part == "file":
                yield name, file
            case dict() if isinstance(inner := file.get(part), str):
                yield name, inner


def read_tables(sources: Iterable[tuple[str, Source]], found: list[Finding]) -> tuple[tuple[str, Table], ...]:
    """Tables by name; what is wrong with one is added to `found`."""
    tables = []
    for name, read in sources:
        try:
            tables.append((name, parse_table(read.raw, file=read.file)))
        except IpabsError as error:
            found.extend(error.findings)
    return tuple(tables)


def read_mapping(source: Source, found: list[Finding]) -> Loaded[TapeMapping] | None:
    """The mapping of a tape's headings; what is wrong with it is added to `found`."""
    try:
        loaded = read_document(TapeMapping, source.text, file=source.file)
    except IpabsError as error:
        found.extend(error.findings)
        return None
    found.extend(loaded.findings)
    return loaded


def of_tape(name: str, told: Iterable[Finding]) -> Iterator[Finding]:
    """What is said of a tape; what is said of its mapping gets the key path of the whole case."""
    for one in told:
        yield one.under("tapes", name) if one.place.path[:1] == ("mapping",) else one


def attempt(folder: Path, file: str, case: Document, path: KeyPath, found: list[Finding]) -> Source | None:
    """A file of the case, or None with its fault added to `found`, placed where the case names it."""
    try:
        return read_source(folder / file, file)
    except FileError as error:
        (fault,) = error.findings
        reason = dict(fault.values).get("reason") or f"it is {fault.got}"
        template = "the file {got} cannot be read: {reason}"
        found.extend(case.locate([finding("file.named", template, path=path, got=file[:200], reason=reason)]))
    except IpabsError as error:
        found.extend(error.findings)
    return None


def read_deal(source: Source, found: list[Finding]) -> Loaded[Deal]:
    """A deal file; what is wrong with it is added to `found`."""
    try:
        text = source.text
    except IpabsError as error:
        found.extend(error.findings)
        return Loaded(value=None, document=Document(file=source.file), findings=error.findings)
    loaded = read_document(Deal, text, file=source.file)
    found.extend(loaded.findings)
    return loaded
