"""Between a file's plain tree and the values of a spec: read with all faults at once, check, show.

One `Shape` stands for each way a value can be written; `ipabs.spec.shapes` makes it from the type hint. Here are single
values, words, lists and unions; `ipabs.spec.records` has the tables. `read` puts its findings into a list and returns
`INVALID` where there is no value; `check` does the same for an object built in Python and returns whether its types
and ranges are right, so that rules across fields run on sound records only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ipabs.basics.units import Unit
from ipabs.errors import Finding, KeyPath, finding, nearest
from ipabs.spec.tree import Tree

INVALID: Any = object()
Shown = str | int | float | bool | None | list["Shown"] | dict[str, "Shown"]


class Shape(Protocol):
    """One way a value stands in a file."""

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any: ...
    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool: ...
    def show(self, value: Any) -> Shown: ...


def _misfit(node: Tree, path: KeyPath) -> Finding:
    """What to say of a table, a list or nothing where one value is expected."""
    match node:
        case None:
            return finding("spec.no_value", "no value stands here; write one or leave the key out", path=path)
        case dict():
            return finding("spec.table_for_value", "one value is expected here, not a table", path=path)
        case _:
            return finding("spec.list_for_value", "one value is expected here, not a list", path=path)


def wrong_type(value: object, expected: str, path: KeyPath, found: list[Finding]) -> bool:
    """Note that `value` is not of the type expected; False, for `check` to return."""
    template = "{got} stands where {expected} is expected"
    found.append(finding("spec.type", template, path=path, got=type(value).__name__, expected=expected))
    return False


def word_fault(word: str, words: Iterable[str], path: KeyPath) -> Finding:
    """What to say of a word outside a closed set."""
    return finding("spec.word", "{got!r} is not valid here; {hint}", path=path, got=word[:60], allowed=words)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written value of a unit."""

    unit: Unit

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        if not isinstance(node, str):
            found.append(_misfit(node, path))
            return INVALID
        value = self.unit.read(node)
        if isinstance(value, Finding):
            found.append(value.under(*path))
            return INVALID
        return value

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        fault = self.unit.check(value)
        if fault is not None:
            found.append(fault.under(*path))
        return fault is None

    def show(self, value: Any) -> Shown:
        return self.unit.show(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed set of words (or small numbers): a ``Literal``."""

    words: tuple[str | int, ...]

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        if not isinstance(node, str):
            found.append(_misfit(node, path))
            return INVALID
        texts = {str(word): word for word in self.words}
        if node not in texts:
            found.append(word_fault(node, texts, path))
        return texts.get(node, INVALID)

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        if any(value == word and type(value) is type(word) for word in self.words):
            return True
        found.append(word_fault(str(value), map(str, self.words), path))
        return False

    def show(self, value: Any) -> Shown:
        word: str | int = value
        return word


@dataclass(frozen=True, slots=True)
class Many:
    """A list; one value may stand for a list of one. `length` fixes the number of its values."""

    items: tuple[Shape, ...]
    required: bool = False
    length: int | None = None

    def item(self, index: int) -> Shape:
        return self.items[min(index, len(self.items) - 1)]

    def _sized(self, size: int, path: KeyPath, found: list[Finding]) -> bool:
        if self.length is not None and size != self.length:
            template = "{got} values stand here; {length} are expected"
            found.append(finding("spec.length", template, path=path, got=size, length=self.length))
            return False
        if self.required and not size:
            found.append(finding("spec.empty_list", "the list is empty; at least one entry is expected", path=path))
            return False
        return True

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        if node is None:
            found.append(_misfit(node, path))
            return INVALID
        if not isinstance(node, list):
            value = self.item(0).read(node, path, found) if self._sized(1, path, found) else INVALID
            return INVALID if value is INVALID else (value,)
        sized = self._sized(len(node), path, found)
        values = tuple(self.item(i).read(entry, (*path, i), found) for i, entry in enumerate(node))
        return values if sized and not any(value is INVALID for value in values) else INVALID

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        if not isinstance(value, tuple):
            return wrong_type(value, "a tuple", path, found)
        sized = self._sized(len(value), path, found)
        sound = [self.item(i).check(entry, (*path, i), found) for i, entry in enumerate(value)]
        return sized and all(sound)

    def show(self, value: Any) -> Shown:
        shown = [self.item(i).show(entry) for i, entry in enumerate(value)]
        return shown[0] if len(shown) == 1 and isinstance(shown[0], str | int | float | bool) else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """A union: a word, one value, a list, a table, or none; how it is written says which."""

    none: bool = False
    choice: Choice | None = None
    scalar: Scalar | None = None
    table: Shape | None = None
    many: Shape | None = None

    def options(self) -> Iterator[Shape]:
        """The ways it can be written, None aside."""
        yield from (shape for shape in (self.choice, self.scalar, self.table, self.many) if shape is not None)

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        return None if node is None and self.none else self._written_as(node).read(node, path, found)

    def _written_as(self, node: Tree) -> Shape:
        """The option that `node` looks like; the first one speaks for all when it looks like none."""
        match node:
            case dict():
                options: tuple[Shape | None, ...] = (self.table, self.many)
            case list():
                options = (self.many,)
            case str() if self.choice and self.scalar:
                words = [str(word) for word in self.choice.words]
                free_text = self.scalar.unit.name == "text"
                wordlike = not free_text and (nearest(node, words) or not any(map(str.isdigit, node)))
                options = (self.choice if node in words or wordlike else self.scalar,)
            case _:
                options = (self.choice, self.scalar, self.many, self.table)
        return next((shape for shape in options if shape is not None), next(self.options()))

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        return (value is None and self.none) or self._holds(value).check(value, path, found)

    def show(self, value: Any) -> Shown:
        return None if value is None else self._holds(value).show(value)

    def _holds(self, value: Any) -> Shape:
        """The option whose value `value` is."""
        options: tuple[Shape | None, ...]
        free_text = self.scalar is not None and self.scalar.unit.name == "text"
        if self.choice and (value in self.choice.words or (isinstance(value, str) and not free_text)):
            options = (self.choice,)
        elif isinstance(value, tuple):
            options = (self.many,)
        elif hasattr(value, "__dataclass_fields__"):
            options = (self.table, self.many)
        else:
            options = (self.scalar, self.choice, self.table)
        return next((shape for shape in options if shape is not None), next(self.options()))
