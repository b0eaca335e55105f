"""ARCHITECTURE.md says what is: its floors, the modules it names, the signatures it gives."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "ipabs"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FLOORS = tomllib.loads((ROOT / "tests" / "architecture.toml").read_text(encoding="utf-8"))["floors"]
SIGNATURES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
CALL = re.compile(r"(?<![\w\"])([A-Za-z_]\w*(?:\.\w+)*)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
# Not a function of ours but a method that every one of a kind has, or prose in a comment.
NOT_OURS = {"date", "Protocol", "path", "row", "of"}


def parameters() -> dict[str, list[set[str]]]:
    """Name of each function, method and class of the package to the parameters of all that are called so."""
    found: dict[str, list[set[str]]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                given = node.args
                names = {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
                found.setdefault(node.name, []).append(names | {one.arg for one in (given.vararg, given.kwarg) if one})
            elif isinstance(node, ast.ClassDef):
                fields = {one.target.id for one in node.body
                          if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}  # fmt: skip
                made = next((one for one in node.body if getattr(one, "name", "") == "__init__"), None)
                own = {one.arg for one in (*made.args.args, *made.args.kwonlyargs)} if made else set()
                found.setdefault(node.name, []).append(fields | own)
    return found


KNOWN = parameters()


def written() -> Iterator[tuple[str, set[str]]]:
    """Each call in the block of signatures: its name and the names of its parameters."""
    for line in SIGNATURES.splitlines():
        for name, inside in CALL.findall(line.partition("  #")[0].partition("    # ")[0]):
            given = re.split(r"[,|]", re.sub(r"[\"{}]|\.\.\.|=.*?(?=,|$)", "", inside))
            last = name.rpartition(".")[2]
            if last not in NOT_OURS:
                yield last, {part.strip().lstrip("*") for part in given if re.fullmatch(r"\*?[a-z_]\w*", part.strip())}


@pytest.mark.parametrize(("name", "given"), list(written()), ids=[name for name, _ in written()])
def test_a_signature_on_the_page_is_one_of_the_package(name: str, given: set[str]) -> None:
    assert name in KNOWN
    assert any(given <= own for own in KNOWN[name]), KNOWN[name]


def test_the_table_of_floors_is_the_one_that_is_enforced() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", PAGE, re.MULTILINE)
    told = [set(re.findall(r"`(\w+)`", rooms)) for _, rooms in rows]
    enforced = [set(rooms) for rooms in FLOORS if rooms != ["__main__"]]
    assert [int(number) for number, _ in rows] == list(range(len(enforced)))
    assert told == enforced


@pytest.mark.parametrize("room", re.findall(r"^- \*\*(\w+)\*\*:", PAGE.partition("## Inside")[2], re.MULTILINE))
def test_every_module_named_inside_a_room_is_there(room: str) -> None:
    text = re.search(rf"^- \*\*{room}\*\*:(.*?)(?=^- \*\*|\Z)", PAGE.partition("## Inside")[2], re.M | re.S)
    assert text is not None
    named = set(re.findall(r"`([a-z_]+)`s?", text[1])) - {"if", "bool"}
    missing = {
        one for one in named if not (PACKAGE / room / f"{one}.py").exists() and not (PACKAGE / room / one).is_dir()
    }
    assert missing == set()
    types = set(re.findall(r"`([A-Z]\w+)`", text[1]))
    assert types <= KNOWN.keys()
