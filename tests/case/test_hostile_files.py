"""Files changed at random, always in the same way: a fault is told with its place, and never as one of the package.

Every change is one that hands make: a key left out or misspelt, a value of another kind or size, two values swapped, a
row or a column of a tape gone. What `check` accepts has to run; what it refuses has to say where.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ipabs import cli
from ipabs.cli.starter import starter
from tests.case.conftest import YUHANG

TEXTS = (
    "", "NaN", "-1", "-0", "0", "1", "2", "0.5", "365", "1e30", "1e-30", "99999999999999999999", "inf", "3.25%", "100%",
    "-100%", "1900-01-01", "2999-12-31", "2023-02-30", "2024-03-28", "abc", "专利", "９５", "true", "~", "1:30", "A",
    "sub", "collections", "*", "a.b.c", "../../etc/passwd", "=cmd()", "\u200b", "a\nb", "\x1b[2J", "x" * 5000,
)  # fmt: skip
TREES: tuple[Any, ...] = ([], {}, ["x"], {"x": "1"}, [[]], {"": ""}, ["A.interest", "A.interest"], {"A": {}}, [{}])
AT = re.compile(r"(\S+\.(yaml|csv)(:\d+){0,2}\b|/\S+)[ :：]|(warning|note|提示|警告|注)[:：] ")
INTERNAL = ("fault of ipabs", "自身的缺陷")
FINE, WRONG, REFUSED, LIMIT, FILES = 0, 2, 3, 5, 6


def parts(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything that stands in a tree."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from parts(value, (*path, key))


def written(tree: Any) -> str:
    """A tree as YAML in one line, every text quoted."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{quoted(str(key))}: {written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    return quoted(str(tree))


def quoted(text: str) -> str:
    return '"' + "".join(one if one.isprintable() and one not in '"\\' else f"\\u{ord(one):04x}" for one in text) + '"'


def change_tree(tree: Any, draw: random.Random) -> None:
    """One thing in a tree left out, misspelt, replaced, swapped or written twice."""
    *above, key = draw.choice(list(parts(tree)))
    holder = tree
    for part in above:
        holder = holder[part]
    match draw.choice(("drop", "text", "text", "text", "tree", "swap", "twice", "misspell")):
        case "drop":
            del holder[key]
        case "tree":
            holder[key] = draw.choice(TREES)
        case "swap":
            other = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            holder[key], holder[other] = holder[other], holder[key]
        case "twice" if isinstance(holder, list):
            holder.insert(key, holder[key])
        case "misspell" if isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        case _:
            holder[key] = draw.choice(TEXTS)


def change_tape(text: str, draw: random.Random) -> str:
    """One cell, row or column of a tape changed, or the file cut short; comments alone stay as they are."""
    lines = text.splitlines()
    top = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if top == len(lines):
        return text
    row = draw.randrange(top, len(lines))
    match draw.choice(("cell", "cell", "cell", "cell", "row", "twice", "column", "cut")):
        case "row":
            del lines[row]
        case "twice":
            lines.insert(row, lines[row])
        case "cut":
            return text[: draw.randrange(len(text))]
        case "column":
            gone = draw.randrange(lines[top].count(",") + 1)
            lines[top:] = [",".join(c for k, c in enumerate(line.split(",")) if k != gone) for line in lines[top:]]
        case _:
            cells = lines[row].split(",")
            cells[draw.randrange(len(cells))] = '"' + draw.choice(TEXTS) + '"'
            lines[row] = ",".join(cells)
    return "\n".join(lines) + "\n"


def change_one(files: dict[str, Any], draw: random.Random) -> None:
    """One file changed; a tree that is left empty stays so."""
    name = draw.choice(sorted(files))
    if name.endswith(".csv"):
        files[name] = change_tape(files[name], draw)
    elif list(parts(files[name])):
        change_tree(files[name], draw)


def plain(value: Any) -> Any:
    """A tree as the reader gives it, in dicts and lists of its own."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else str(value)


def trees_of(files: dict[str, str]) -> dict[str, Any]:
    from ipabs.spec import read_tree

    return {
        name: plain(read_tree(text, file=name).tree) if name.endswith(".yaml") else text for name, text in files.items()
    }


def tried(folder: Path, files: dict[str, Any], lang: str, output: Callable[[], tuple[str, str]], *, save: bool) -> int:
    """Check the files, run what is sound, and save the result or not; returns the exit status of the last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else written(content), encoding="utf-8")
    case = str(folder / "case.yaml")
    status = cli.main(["check", case, "--lang", lang])
    out, err = output()
    assert not any(word in err for word in INTERNAL), err
    assert out == ""
    assert all(AT.match(line) for line in err.splitlines()), err
    assert status in (FINE, WRONG, LIMIT, FILES)
    assert status == FINE or err
    if status == FINE:
        status = cli.main(["run", case, "--lang", lang, *(["--out", str(folder / "out")] if save else [])])
        _, err = output()
        assert not any(word in err for word in INTERNAL), err
        assert status in (FINE, REFUSED), err
        assert (folder / "out").exists() == (save and status == FINE)
    assert not list(folder.glob(".*"))
    return status


def tries(
    folder: Path, given: dict[str, str], count: int, seed: int, output: Callable[[], tuple[str, str]]
) -> set[int]:
    statuses = set()
    whole = written(trees_of(given)) if count else ""
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        files = trees_of(given)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            change_one(files, draw)
        statuses.add(tried(folder, files, draw.choice(("en", "zh")), output, save=number % 20 == 1))
    assert written(trees_of(given)) == whole
    return statuses


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[str, str]]:
    def told() -> tuple[str, str]:
        said = capsys.readouterr()
        return said.out, said.err

    return told


def test_the_untouched_files_run(tmp_path: Path, output: Callable[[], tuple[str, str]]) -> None:
    assert tried(tmp_path / "case", trees_of(starter("both")), "en", output, save=True) == FINE


def test_a_new_case_changed_at_random(tmp_path: Path, output: Callable[[], tuple[str, str]]) -> None:
    assert WRONG in tries(tmp_path / "case", starter("abs"), 30, 1, output)


@pytest.mark.slow
def test_a_new_case_changed_at_random_often(tmp_path: Path, output: Callable[[], tuple[str, str]]) -> None:
    assert {FINE, WRONG} <= tries(tmp_path / "case", starter("both"), 150, 2, output)


@pytest.mark.slow
def test_the_example_changed_at_random(tmp_path: Path, output: Callable[[], tuple[str, str]]) -> None:
    names = ("case.yaml", "abs.yaml", "abn.yaml", "firms.csv", "patents.csv")
    given = {name: (YUHANG / name).read_text(encoding="utf-8") for name in names}
    given["case.yaml"] = given["case.yaml"].replace("draws: 4000", "draws: 100")
    assert {FINE, WRONG} <= tries(tmp_path / "case", given, 100, 3, output)
