"""Variants of a case: its files with some values changed, and where a fault of a variant stands."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ipabs.case.case import CaseFile, Variant
from ipabs.case.firms import name_column
from ipabs.case.inputs import FILES, Inputs, named_files
from ipabs.case.key_paths import parse_path, with_value
from ipabs.case.kinds import OpenKinds
from ipabs.errors import Finding, KeyPath, Place, finding
from ipabs.io.table import Table
from ipabs.spec import Document, Loaded
from ipabs.spec.codec import INVALID
from ipabs.spec.shapes import shape_of
from ipabs.spec.tree import Tree
from ipabs.structure.deal import Deal

T = TypeVar("T")
EVERY = "*"


def changed(inputs: Inputs, variant: Variant) -> Inputs:
    """The files of a case with the changes of a variant; findings about them stand at the change."""
    found: list[Finding] = []
    case_tree = inputs.case.document.tree
    deal_trees: dict[str, Tree] = {
        name: deal.document.tree for name, deal in inputs.deals if deal.document.tree is not None
    }
    named = {key: {name for name, _ in named_files(case_tree, key, "file")} for key in ("tapes", "deals")}
    tapes = dict(inputs.tapes)
    for change in variant.changes:
        path = parse_path(change.path)
        try:
            match path:
                case ("tapes", str(tape), str(row), str(column)) if tape in tapes:
                    tapes[tape] = with_cells(tapes[tape], row, column, change.value)
                case ("deals", str(deal), _, *_) if deal in deal_trees:
                    deal_trees[deal] = with_value(deal_trees[deal], path[2:], change.value)
                case (("tapes" | "deals") as key, str(name), _, *_):
                    if name not in named[key]:
                        raise LookupError(name)
                case _ if names_file(path):
                    template = "a variant changes values, not which files are read"
                    found.append(finding("case.change_file", template, path=path))
                case _:
                    case_tree = with_value(case_tree, path, change.value)
        except LookupError as error:
            template = "no {got!r} stands there to be changed"
            found.append(finding("case.change", template, path=path, got=str(error.args[0])))
    case = reread(CaseFile, case_tree, inputs.case.document, (), found, inputs.kinds)
    deals = tuple(
        (name, reread(Deal, deal_trees[name], deal.document, ("deals", name), found, inputs.kinds))
        for name, deal in inputs.deals
        if name in deal_trees
    )
    return replace(inputs, case=case, deals=deals, tapes=tuple(tapes.items()), findings=tuple(found))


def names_file(path: KeyPath) -> bool:
    """Whether a file stands at a key path of the case, which is read once for all variants."""
    return path[:1] == ("variants",) or any(
        path in ((key,), (key, *path[1:2]), (key, *path[1:2], part)) for key, part in FILES
    )


def reread(
    cls: type[T], tree: Tree, document: Document, prefix: KeyPath, found: list[Finding], kinds: OpenKinds
) -> Loaded[T]:
    """A changed tree as a value; its findings get the key path of the whole case."""
    faults: list[Finding] = []
    value = shape_of(cls, tuple(kinds.open_sets.items())).read(tree, (), faults)
    found.extend(replace(one, place=Place(path=(*prefix, *one.place.path))) for one in faults)
    wrong = value is INVALID or any(one.severity == "error" for one in faults)
    return Loaded(value=None if wrong else value, document=replace(document, tree=tree), findings=tuple(faults))


def with_cells(table: Table, row: str, column: str, value: str) -> Table:
    """A tape with a column's value changed for one firm, or for all (``*``).

    Raises
    ------
    LookupError
        No such column, or no such firm or first cell of a row.
    """
    if column not in table.columns:
        raise LookupError(column)
    rows = np.array([row in (EVERY, *names_of(table, at)) for at in range(len(table))])
    if not rows.any():
        raise LookupError(row)
    place = table.columns.index(column)
    cells = table.cells[place].copy()
    cells[rows] = value
    return replace(table, cells=(*table.cells[:place], cells, *table.cells[place + 1 :]))


def names_of(table: Table, row: int) -> tuple[str, str]:
    """What a change may call a row of a tape: the firm, or what stands in the first column."""
    return str(table.column(name_column(table))[row]), str(table.cells[0][row])


def at_change(inputs: Inputs, variant: Variant, found: Finding) -> Finding:
    """A finding of a variant, placed at the change that brought it, at its cell, or at the variant."""
    paths = list(tape_paths(inputs, found.place)) if found.place.file else [found.place.path]
    change = next(
        (one for one in variant.changes for path in paths if path and touches(parse_path(one.path), path)), None
    )
    path = paths[0] if paths else ()
    if change is None and found.place.file:
        return found.under("variants", variant.name)
    at: KeyPath = ("variants", variant.name, *(("changes", change.path) if change else ()))
    document = inputs.case.document
    line, column = document.position(at)
    place = Place(file=document.file, line=line, column=column, path=("variants", variant.name, *path))
    return replace(found, place=place)


def touches(change: KeyPath, path: KeyPath) -> bool:
    """Whether a change stands above or below a path; ``*`` is every firm of a tape."""
    return all(part in (here, EVERY) for part, here in zip(change, path, strict=False))


def tape_paths(inputs: Inputs, place: Place) -> Iterator[KeyPath]:
    """The key paths of a tape's cell, ``tapes.firms.<firm>.<column>``; none for a place elsewhere."""
    for name, table in inputs.tapes:
        row = place.line - table.first_row
        if place.file == table.file and place.path and 0 <= row < len(table):
            for called in names_of(table, row):
                yield ("tapes", name, called, place.path[-1])
