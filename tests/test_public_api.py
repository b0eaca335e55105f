"""The public names are pinned: at most sixty, each resolvable, documented, and loaded only when used."""

import ast
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import ipabs

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = [name for name in ipabs.__all__ if not name.startswith("__")]


def shown() -> Iterator[object]:
    """Every function and class that the package or one of its rooms exports; the commands say their help instead."""
    rooms = [f"ipabs.{room.name}" for room in pkgutil.iter_modules(ipabs.__path__) if room.name != "cli"]
    for module in (ipabs, *map(import_module, rooms)):
        names = getattr(module, "__all__", ())
        some = (getattr(module, name) for name in names)
        yield from (one for one in some if inspect.isclass(one) or inspect.isfunction(one))


def test_public_names_are_at_most_sixty_and_sorted() -> None:
    assert len(ipabs.__all__) <= 60
    assert sorted(ipabs.__all__) == list(ipabs.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_is_documented_and_lives_where_it_says(name: str) -> None:
    assert getattr(ipabs, name).__doc__


@pytest.mark.parametrize("one", sorted(set(shown()), key=repr), ids=lambda one: f"{one.__module__}.{one.__qualname__}")
def test_exported_name_shows_an_example(one: object) -> None:
    assert ">>>" in (one.__doc__ or "")


def test_type_checker_and_interpreter_see_the_same_names() -> None:
    tree = ast.parse((ROOT / "ipabs" / "__init__.py").read_text(encoding="utf-8"))
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: f"{statement.module}"
        for statement in branch.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert typed == ipabs._HOMES  # type: ignore[attr-defined]  # hidden from the type checker on purpose
    assert sorted(typed) == PUBLIC


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ipabs.no_such_name  # type: ignore[attr-defined]  # the name that does not exist is the test


def test_dir_lists_public_names() -> None:
    assert set(ipabs.__all__) <= set(dir(ipabs))


def test_command_line_help_loads_neither_numpy_nor_pandas() -> None:
    heavy = "{'numpy', 'pandas', 'scipy', 'matplotlib', 'ruamel', 'jinja2'}"
    code = (
        "import sys\nfrom ipabs.cli import main\nsys.argv = ['ipabs', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', *sorted({{name.split('.')[0] for name in sys.modules}} & {heavy}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip().endswith("LOADED")
