"""Every finding has its Chinese text, every label both languages, and nothing in the catalogues is stale."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ipabs.basics import words
from ipabs.errors import DataError, Place, finding

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ipabs"
CATALOGUES = sorted((PACKAGE / "data" / "words").glob("*.toml"))
MODULES = sorted(PACKAGE.rglob("*.py"))


@dataclass(frozen=True)
class Use:
    """One ``finding("code", "template")`` in the source."""

    where: str
    room: str
    code: str
    template: str


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def text_of(node: ast.expr, constants: list[tuple[int, str, str]]) -> str | None:
    """A literal text, or the literal last given to that name above."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        above = [value for line, name, value in constants if name == node.id and line <= node.lineno]
        return above[-1] if above else None
    return None


def uses_in(path: Path) -> Iterator[Use]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = sorted(
        (node.lineno, target.id, node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    )
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "finding"):
            continue
        texts = [text_of(argument, constants) for argument in node.args[:2]]
        if len(texts) == 2 and texts[0] is not None and texts[1] is not None:
            here = path.relative_to(ROOT)
            yield Use(f"{here}:{node.lineno}", here.parts[1].removesuffix(".py"), texts[0], texts[1])


USES = [use for path in MODULES for use in uses_in(path)]


def chinese() -> dict[str, list[tuple[str, str]]]:
    """Code → the (file, template) pairs that stand for it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in CATALOGUES:
        for code, template in tomllib.loads(path.read_text(encoding="utf-8")).get("finding", {}).items():
            found.setdefault(code, []).append((f"ipabs/data/words/{path.name}", template))
    return found


def test_every_finding_has_its_chinese_text() -> None:
    known = chinese()
    missing = [
        f'{use.where}: add to ipabs/data/words/{use.room}.toml, table [finding]:\n    "{use.code}" = "…"  '
        f"in Chinese, with the placeholders of: {use.template}"
        for use in USES
        if use.code not in known
    ]
    assert not missing, "\n" + "\n".join(missing)


def test_chinese_texts_have_the_placeholders_of_the_english() -> None:
    known = chinese()
    wrong = [
        f"{file} {use.code}: has {sorted(placeholders(template))}, but {use.where} has "
        f"{sorted(placeholders(use.template))} in: {use.template}"
        for use in USES
        for file, template in known.get(use.code, [])
        if placeholders(template) != placeholders(use.template)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_code_has_two_meanings() -> None:
    twice = [f"{code} stands in {' and '.join(file for file, _ in texts)}: keep one, or rename the code of one rule"
             for code, texts in chinese().items() if len(texts) > 1]  # fmt: skip
    by_code: dict[str, Use] = {}
    for use in USES:
        first = by_code.setdefault(use.code, use)
        if placeholders(first.template) != placeholders(use.template):
            twice.append(f"{use.code} has other placeholders at {first.where} than at {use.where}: rename one")
    assert not twice, "\n" + "\n".join(twice)


def test_no_chinese_text_is_stale() -> None:
    literals = {
        node.value
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    stale = [f"{texts[0][0]}: no module makes the finding {code!r}; delete its text"
             for code, texts in chinese().items() if code not in literals]  # fmt: skip
    assert not stale, "\n" + "\n".join(stale)


def test_every_chinese_text_is_chinese() -> None:
    wrong = [f"{file}: {code} = {text!r}" for code, texts in chinese().items() for file, text in texts
             if not re.search("[一-鿿]", text)]  # fmt: skip
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_label_has_both_languages_once() -> None:
    faults, seen = [], {}
    for path in CATALOGUES:
        for key, texts in tomllib.loads(path.read_text(encoding="utf-8")).get("label", {}).items():
            if not isinstance(texts, dict) or set(texts) != {"en", "zh"} or not all(texts.values()):
                faults.append(f'{path.name}: write the label as "{key}" = {{ en = "…", zh = "…" }}')
            if key in seen:
                faults.append(f"{path.name}: the label {key!r} stands in {seen[key]} too")
            seen[key] = path.name
    assert not faults, "\n" + "\n".join(faults)


def test_every_label_that_is_asked_for_exists() -> None:
    asked = [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
        in ("label", "heading")
        and ast.unparse(node.func) in ("label", "heading", "words.label", "words.heading")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]
    missing = [f'{where}: add to your [label] table: "{key}" = {{ en = "…", zh = "…" }}'
               for where, key in asked if key not in words.labels()]  # fmt: skip
    assert not missing, "\n" + "\n".join(missing)


def test_message_in_both_languages() -> None:
    found = finding(
        "spec.word", "{got!r} is not valid here; {hint}", got="sequental", allowed=["sequential", "pro_rata"]
    )
    assert words.message(found, "en") == "'sequental' is not valid here; did you mean 'sequential'?"
    assert words.message(found, "zh") == "“sequental”在此无效；是否指“sequential”？"
    placed = found.at(file="deal.yaml", line=3, column=7)
    assert words.line(placed, "zh") == "deal.yaml:3:7：“sequental”在此无效；是否指“sequential”？"
    assert words.line(placed) == str(placed)


def test_message_of_an_unknown_code_is_the_english_one() -> None:
    own = finding("mine.own", "a rule of a user's room", place=Place())
    assert words.message(own, "zh") == "a rule of a user's room"


def test_unknown_label_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"no label 'words\.amout'; did you mean 'words\.amount'\?"):
        words.label("words.amout")


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (0, "0.00元", "0.00"),
        (-243e6, "-2.43亿元", "-243.00 million"),
        (9999.5, "9,999.50元", "9,999.50"),
        (12_993_000, "1,299.30万元", "12.99 million"),
    ],
)
def test_money_in_both_languages(amount: float, zh: str, en: str) -> None:
    assert (words.money(amount, "zh"), words.money(amount, "en")) == (zh, en)


def test_nothing_has_no_sign() -> None:
    assert words.percent(-1e-9) == "0.00%"
    assert words.money(-0.001, "zh") == "0.00元"
