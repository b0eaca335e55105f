"""Key paths over several files: reading them, and changing the value at one."""

import re
from collections.abc import Iterator

from ipabs.errors import KeyPath
from ipabs.spec.tree import Tree

PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def parse_path(text: str) -> KeyPath:
    """The parts of a path as text.

    >>> parse_path("deals.abs.waterfall.normal[3].pay")
    ('deals', 'abs', 'waterfall', 'normal', 3, 'pay')
    """
    return tuple(int(index) if index else word for index, word in PART.findall(text))


def with_value(tree: Tree, path: KeyPath, value: Tree) -> Tree:
    """A copy of `tree` with `value` at `path`; tables that are missing on the way are made.

    >>> with_value({"a": {"b": "1"}, "c": ["x", "y"]}, ("c", 1), "z")
    {'a': {'b': '1'}, 'c': ['x', 'z']}

    Raises
    ------
    LookupError
        The path goes through a value that is no table, or past the end of a list.
    """
    if not path:
        return value
    part, rest = path[0], path[1:]
    match tree:
        case list() if isinstance(part, int) and part < len(tree):
            return [*tree[:part], with_value(tree[part], rest, value), *tree[part + 1 :]]
        case dict() if isinstance(part, str):
            return {**tree, part: with_value(tree.get(part), rest, value)}
        case None if isinstance(part, str):
            return {part: with_value(None, rest, value)}
    raise LookupError(str(part))


def leaves(tree: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of all single values in a tree.

    >>> list(leaves({"a": {"b": "1"}, "c": ["x"]}))
    [('a', 'b'), ('c', 0)]
    """
    match tree:
        case dict():
            for key, value in tree.items():
                yield from leaves(value, (*path, key))
        case list():
            for index, value in enumerate(tree):
                yield from leaves(value, (*path, index))
        case _:
            yield path


def value_at(tree: object, path: KeyPath) -> object:
    """What stands at a path.

    >>> value_at({"a": ["x", "y"]}, ("a", 1))
    'y'
    """
    for part in path:
        match tree:
            case list() if isinstance(part, int):
                tree = tree[part]
            case dict():
                tree = tree[part]
    return tree
