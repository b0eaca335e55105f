"""Plain tree → YAML text, laid out as a person would: blocks outside, short records on one line."""

import math
import re
from collections.abc import Iterator

from ipabs.basics.numerals import number_text
from ipabs.spec.codec import Shown

WIDTH = 100
RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
PLAIN_WORD = re.compile(r"[A-Za-z_一-鿿](?:[A-Za-z0-9_一-鿿.()/+%*-]| (?=[A-Za-z0-9_一-鿿(]))*")
PLAIN_VALUE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9.]+(?:e[+-]?[0-9]+)?(?:%| (?:month|year)s?)")


def yaml_text(tree: Shown) -> str:
    """YAML of a tree of tables, lists and values; every value reads back as the text it stands for.

    >>> print(yaml_text({"tranches": {"A": {"principal": 95e6, "coupon": "3.25%"}}, "on": "NO"}), end="")
    tranches:
      A: {principal: 95000000, coupon: 3.25%}
    "on": "NO"
    """
    if isinstance(tree, dict | list) and tree:
        return "".join(f"{line}\n" for line in _block(tree, 0))
    return f"{_flow(tree)}\n"


def _block(tree: Shown, depth: int) -> Iterator[str]:
    """Lines of a table or list in block style."""
    entries: list[tuple[str, Shown]]
    if isinstance(tree, dict):
        entries = [(f"{_quoted(key)}:", value) for key, value in tree.items()]
    else:
        entries = [("-", value) for value in (tree if isinstance(tree, list) else [])]
    for head, value in entries:
        inline = f"{head} {_flow(value)}"
        if _fits(value, inline, depth):
            yield inline
        elif head == "-" and isinstance(value, dict):
            first, *rest = _block(value, depth + 1)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
        else:
            yield head
            yield from (f"  {line}" for line in _block(value, depth + 1))


def _fits(value: Shown, inline: str, depth: int) -> bool:
    """One line for single values, for short entries, and for short tables of single values."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not inner:
        return True
    nested = any(isinstance(entry, dict | list) and entry for entry in inner)
    return len(inline) + 2 * depth <= WIDTH and (depth > 0 or not nested)


def _flow(value: Shown) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_quoted(key)}: {_flow(entry)}" for key, entry in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value) if math.isfinite(value) else str(value)
        case _:
            return _quoted(value)


def _quoted(text: str) -> str:
    """The text as it is where no reader of YAML could take it for something else, otherwise in double quotes."""
    if (PLAIN_WORD.fullmatch(text) and text.lower() not in RESERVED) or PLAIN_VALUE.fullmatch(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    code = ord(character)
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
