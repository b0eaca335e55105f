"""Tests, examples and benchmarks import only names that exist, also inside functions that no fast test calls."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("ipabs", "tests", "benchmarks")
READERS = sorted(path for folder in ("tests", "examples", "benchmarks") for path in (ROOT / folder).rglob("*.py"))


def file_of(module: str) -> Path | None:
    """The file or folder of a module of this project."""
    place = ROOT.joinpath(*module.split("."))
    candidates = (place / "__init__.py", place.with_suffix(".py"), place)
    return next((one for one in candidates if one.exists()), None)


@cache
def names_of(path: Path) -> frozenset[str]:
    """Every name that a module binds, in whichever branch, and the modules of a folder."""
    folder = path if path.is_dir() else path.parent if path.name == "__init__.py" else None
    names = {one.stem for one in folder.iterdir()} if folder else set()
    if path.is_file():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                    names.add(name)
                case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                    names |= {alias.asname or alias.name for alias in aliases}
    return frozenset(names)


def missing(source: str) -> list[str]:
    """The imports of this project's modules and names that lead nowhere."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            path = file_of(node.module or "")
            names = names_of(path) if path else frozenset()
            found += [f"{node.module}.{alias.name}" for alias in node.names if alias.name not in names]
    return found


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_name_what_exists(path: Path) -> None:
    assert missing(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["from ipabs.cashflow.irr import nobody", "def f():\n    from tests.nowhere import x", "from ipabs import nobody"],
)
def test_imports_that_lead_nowhere_are_found(source: str) -> None:
    assert len(missing(source)) == 1
