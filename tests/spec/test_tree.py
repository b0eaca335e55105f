"""Hostile and careless text is answered with a message, before anything is built."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ipabs.errors import LimitError
from ipabs.spec import Limits, load, read, read_tree


def messages(text: str, **limits: int) -> list[str]:
    return [str(one) for one in read_tree(text, file="f", limits=Limits(**limits)).findings]


def test_words_and_numbers_stay_text() -> None:
    words = ["NO", "1:30", "010", "1_000", ".inf", ".nan", "1e3", "0o17", "12:30:45", "3.5%", "1,234.50", "on", "1e400"]
    text = "".join(f"- {word}\n" for word in words)
    assert read_tree(text).tree == words
    assert read_tree("[2024-01-31, 'null', null, ~]").tree == ["2024-01-31", "null", None, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &a [lol, lol]", "f:1:4 a: anchor &a is not read; write the value out where it is needed"),
        ("a: *x", "f:1:4 a: alias *x is not read; write the value out"),
        ("a: {<<: {b: 1}}", "f:1:5 a: merge key << is not read; write the entries out"),
        (
            "a: !!python/object:os.system x",
            "f:1:4 a: tag tag:yaml.org,2002:python/object:os.system is not read; leave it out",
        ),
        ("coupon: 0.05\ncoupon: 0.50", "f:2:1 coupon: 'coupon' stands twice; first on line 1"),
        ("a: 1\n---\nb: 2", "f:2:1: a second document begins here; a file holds one"),
        ("%YAML 1.1\n---\na: NO", "f:1:1: %YAML and %TAG directives are not read; leave them out"),
        ("a: \x00", "f:1:4: character U+0000 is not text; save the file as plain UTF-8 text"),
        ("a: 1\nb: \x07", "f:2:4: character U+0007 is not text; save the file as plain UTF-8 text"),
        ("a: \ud800", "f:1:4: character U+D800 is not text; save the file as plain UTF-8 text"),
        ("a:\n\tb: 2", "f:2:1: a tab stands where YAML wants spaces; write spaces"),
        ("a:\t1", "f:1:3: a tab stands where YAML wants spaces; write spaces"),
        ("? [a, b]\n: 1", "f:1:3: a key is one word, not a list or a table"),
        ("a: {b: 1", "f:1:9: a comma or a closing bracket is missing before this"),
        ("a: b: c", "f:1:5: no key can stand here; mend the indentation, or quote text that holds a colon"),
        ("a: 'x\nb: 1\nc: 2", "f:1:4: the quotation mark that opens here is not closed"),
        ("a:\n  - 1\n b: 2", "f:3:2: the line is not indented like those before it"),
        ("- 1\na: 2", "f:2:1: the line is not indented like those before it"),
        ("a: - b", "f:1:4: a list begins on a line of its own"),
        ("a: %x", "f:1:4: no value begins like this; put it in quotation marks"),
        ("a: }", "f:1:4: a value is missing before this"),
        ("a: |x\n  b", "f:1:5: this is not YAML: expected chomping or indentation indicators, but found 'x'"),
    ],
)
def test_text_is_refused_with_its_place(text: str, message: str) -> None:
    assert messages(text)[0] == message


def test_self_reference_and_merge_bomb_are_refused_before_construction() -> None:
    bomb = "x0: &x0 {k: 1}\n" + "".join(f"x{i}: &x{i} {{<<: [*x{i - 1}, *x{i - 1}]}}\n" for i in range(1, 28))
    found = messages(bomb)
    assert len(found) == 28 + 27 * 3
    assert messages("&a [*a]") == [
        "f:1:1: anchor &a is not read; write the value out where it is needed",
        "f:1:5: alias *a is not read; write the value out",
    ]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "a: " + "[" * 100_000 + "]" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000,
     "\n".join(" " * i + "a:" for i in range(2000)), '{"a":' * 200_000],
)  # fmt: skip
def test_depth_is_bounded(text: str) -> None:
    found = messages(text)
    assert len(found) == 1
    assert found[0].endswith(
        ("nested deeper than 50 levels; that is the limit", "a key is one word, not a list or a table")
    )


def test_size_and_number_of_values_are_bounded() -> None:
    assert messages("a: " + "x" * 100, characters=50) == ["f: 103 characters; the limit is 50"]
    assert messages("[1, 2, 3, 4]", values=4) == ["f:1:11: more than 4 values; that is the limit"]
    assert messages("[[[1]]]", depth=2) == ["f:1:3: nested deeper than 2 levels; that is the limit"]


def test_limit_is_an_error_of_its_own() -> None:
    with pytest.raises(LimitError) as caught:
        load(dict, "[" * 100)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1", "a: 1\r\n", "---\na: 1\n...\n", "# note\n\na: 1", '{"a": 1}', '{"a":"1"}']
)
def test_harmless_forms_are_read(text: str) -> None:
    document = read_tree(text)
    assert (document.tree, document.findings) == ({"a": "1"}, ())


def test_escapes_of_json_are_read() -> None:
    assert read_tree('{"a":"x\\/y\\n\\ud83d\\ude00","b":"\\u4f18\\u5148"}').tree == {"a": "x/y\n😀", "b": "优先"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f: the file is empty; a Rounding is expected"),
        ("# only a comment\n", "f: the file is empty; a Rounding is expected"),
        ("- a\n- b", "f:1:1: a table is expected here with the keys unit, per_face"),
        ("unit", "f:1:1: a table is expected here with the keys unit, per_face"),
        (
            "deals/abs.yaml",
            "f:1:1: this is the name of a file; give its text: Path('deals/abs.yaml').read_text(encoding='utf-8')",
        ),
        ("unit:", "f:1:6 unit: no value stands here; write one or leave the key out"),
        ("unit: NO", "f:1:7 unit: 'NO' is no number; write 1.25"),
        ("unit: [1]", "f:1:7 unit: one value is expected here, not a list"),
        ("per_face: 1:30", "f:1:11 per_face: '1:30' is no whole number; write digits only"),
    ],
)
def test_wrong_shape_is_answered(specs: SimpleNamespace, text: str, message: str) -> None:
    _, found = read(specs.Rounding, text, file="f")
    assert [str(one) for one in found] == [message]


@pytest.mark.parametrize("given", [Path("deal.yaml"), b"unit: 1"], ids=["path", "bytes"])
def test_what_is_no_text_is_refused(specs: SimpleNamespace, given: object) -> None:
    with pytest.raises(TypeError, match=r"text is expected, not ((Posix|Windows)Path|bytes): Path\(file\)"):
        read(specs.Rounding, given)  # type: ignore[arg-type]  # what is refused
