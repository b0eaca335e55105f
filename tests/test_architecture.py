"""The floors of the house hold: imports go down only, and only named modules touch files or heavy libraries."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "ipabs"
RULES = tomllib.loads((ROOT / "tests" / "architecture.toml").read_text(encoding="utf-8"))
LEVEL = {room: level for level, rooms in enumerate(RULES["floors"]) for room in rooms}
MODULES = sorted(PACKAGE.rglob("*.py"))
FILE_CALLS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink", "rmdir", "touch"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path, source: str) -> Iterator[tuple[str, int]]:
    """Every import of `source`, wherever it stands, as (absolute dotted name, line)."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join(base + (node.module.split(".") if node.module else []))
            yield from ((f"{name}.{alias.name}" if name == "ipabs" else name, node.lineno) for alias in node.names)


def violations(path: Path, source: str) -> list[str]:
    """Imports of `source`, standing at `path`, that do not go down."""
    mine = room_of(path)
    found = []
    for name, line in imports_of(path, source):
        parts = name.split(".")
        if parts[0] != "ipabs" or len(parts) == 1 or parts[1] == mine or parts[1].startswith("__"):
            continue
        theirs = parts[1]
        if LEVEL[theirs] >= max(LEVEL[mine], 1) or [mine, theirs] in RULES["never"]:
            found.append(f"{module_name(path)}:{line} imports {name}")
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__"}
    assert rooms <= LEVEL.keys()


@pytest.mark.parametrize("path", [path for path in MODULES if path != PACKAGE / "__init__.py"], ids=module_name)
def test_imports_go_down(path: Path) -> None:
    assert violations(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("basics", "from ipabs.engine import run"),
        ("basics", "from ..engine import run"),
        ("basics", "def f():\n    import ipabs.cashflow.irr"),
        ("engine", "from ipabs.pool.project import project"),
        ("structure", "from ipabs import cashflow"),
        ("readings", "from ipabs.financing import compare"),
    ],
)
def test_imports_upward_are_found(room: str, source: str) -> None:
    assert violations(PACKAGE / room / "somewhere.py", source)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_files_are_touched_in_named_modules_only(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    if here.startswith(tuple(RULES["touch_files"])):
        return
    calls = {
        (node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node.lineno)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert sorted(line for name, line in calls if name in FILE_CALLS) == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_scipy_stats_is_never_imported_at_module_level(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {
        name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    inside = {name for name, _ in imports_of(path, path.read_text(encoding="utf-8"))} - top
    assert not any(name.startswith("scipy.stats") for name in top)
    if any(name.startswith("scipy.stats") for name in inside):
        assert path.relative_to(PACKAGE).as_posix() in RULES["scipy_stats_inside"]


def loaded_by(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after `statement`."""
    code = f"import sys\n{statement}\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split("\n")[-2].split()) & set(RULES["heavy"])


def test_import_is_light() -> None:
    assert loaded_by("import ipabs") <= set(RULES["import_may_load"])
