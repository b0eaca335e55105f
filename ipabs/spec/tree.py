"""YAML or JSON text → plain tree of text, lists and tables, with the place of every value.

The text is read as an event stream: every scalar stays text (``NO``, ``1:30``, ``010`` keep their letters), nothing is
constructed, and anchors, aliases, merges, tags, directives, duplicate keys and sizes beyond the `Limits` are found
before they can do harm. A plain ``null``, ``~`` or nothing is None.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ipabs.errors import Finding, KeyPath, Place, finding
from ipabs.spec.syntax import syntax_fault

Tree = str | None | list["Tree"] | dict[str, "Tree"]
Position = tuple[int, int]

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
FAULTS_OF_KEYS = frozenset({"spec.unknown_key", "spec.separator", "yaml.duplicate"})
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read: characters, depth of nesting, values.

    >>> print(*read_tree("[1, 2, 3]", file="f", limits=Limits(values=3)).findings)
    f:1:8: more than 3 values; that is the limit
    """

    characters: int = 4_000_000
    depth: int = 50
    values: int = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as read: the plain tree, where each value and each key stands, and what was wrong with the text.

    A value's place is where it begins; a table or list in block style stands at its key.

    >>> document = read_tree("name: Demo\\ntranches:\\n  A: {coupon: 3%}")
    >>> document.tree["tranches"], document.position(("tranches", "A", "coupon"))
    ({'A': {'coupon': '3%'}}, (3, 15))
    """

    file: str = ""
    tree: Tree = None
    values: Mapping[KeyPath, Position] = field(default_factory=dict)
    keys: Mapping[KeyPath, Position] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def position(self, path: KeyPath, *, of_key: bool = False) -> Position:
        """Line and column of the value (or of its key) at `path`, or of the nearest table around it."""
        places = self.keys if of_key else self.values
        for length in range(len(path), -1, -1):
            if path[:length] in places:
                return places[path[:length]]
            places = self.values
        return (0, 0)

    def locate(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with file, line and column filled in from their key paths, in the order of the file."""
        placed = []
        for found in findings:
            line, column = self.position(found.place.path, of_key=found.code in FAULTS_OF_KEYS)
            placed.append(found.at(file=self.file, line=line, column=column))
        return tuple(sorted(placed, key=lambda found: (found.place.file, found.place.line, found.place.column)))


@dataclass(slots=True)
class _Open:
    """A table or list that is being filled; `key` waits for its value."""

    box: dict[str, Tree] | list[Tree]
    path: KeyPath
    key: str | None = None

    def wants_key(self) -> bool:
        return isinstance(self.box, dict) and self.key is None


class _Builder:
    """Takes events one by one; `take` is False when reading must stop."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.tree: Tree = None
        self.values: dict[KeyPath, Position] = {}
        self.keys: dict[KeyPath, Position] = {}
        self.found: list[Finding] = []
        self.stack: list[_Open] = []
        self.documents = 0
        self.count = 0

    def place(self, position: Position, path: KeyPath | None = None) -> Place:
        here = self.stack[-1] if self.stack else None
        around = () if here is None else here.path if here.key is None else (*here.path, here.key)
        return Place(file=self.file, line=position[0], column=position[1], path=around if path is None else path)

    def take(self, event: Event) -> bool:
        mark = event.start_mark
        position = (mark.line + 1, mark.column + 1)
        match event:
            case ScalarEvent():
                return self.refuse_node(event, position) and self.scalar(event, position)
            case MappingStartEvent() | SequenceStartEvent():
                return self.refuse_node(event, position) and self.enter(event, position)
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()
            case AliasEvent():
                place = self.place(position)
                self.found.append(
                    finding(
                        "yaml.alias",
                        "alias *{got} is not read; write the value out",
                        place=place,
                        got=event.anchor[:40],
                    )
                )
                return self.value(None, position) if not (self.stack and self.stack[-1].wants_key()) else False
            case DocumentStartEvent():
                return self.document(event, position)
        return True

    def document(self, event: DocumentStartEvent, position: Position) -> bool:
        self.documents += 1
        if self.documents > 1:
            template = "a second document begins here; a file holds one"
            self.found.append(finding("yaml.documents", template, place=self.place(position, ())))
        elif event.version or event.tags:
            template = "%YAML and %TAG directives are not read; leave them out"
            self.found.append(finding("yaml.directive", template, place=Place(file=self.file, line=1, column=1)))
        return self.documents == 1

    def refuse_node(self, event: NodeEvent, position: Position) -> bool:
        self.count += 1
        place = self.place(position)
        if self.count > self.limits.values:
            template = "more than {most} values; that is the limit"
            self.found.append(finding("limit.values", template, place=place, most=self.limits.values))
            return False
        if event.anchor:
            template = "anchor &{got} is not read; write the value out where it is needed"
            self.found.append(finding("yaml.anchor", template, place=place, got=event.anchor[:40]))
        tag = getattr(event, "tag", None)
        if tag and str(tag) != "!":
            template = "tag {got} is not read; leave it out"
            self.found.append(finding("yaml.tag", template, place=place, got=str(tag)[:80]))
        return True

    def enter(self, event: MappingStartEvent | SequenceStartEvent, position: Position) -> bool:
        here = self.stack[-1] if self.stack else None
        if here is not None and here.wants_key():
            template = "a key is one word, not a list or a table"
            self.found.append(finding("yaml.key", template, place=self.place(position)))
            return False
        if len(self.stack) >= self.limits.depth:
            template = "nested deeper than {most} levels; that is the limit"
            self.found.append(finding("limit.depth", template, place=self.place(position, ()), most=self.limits.depth))
            return False
        box: dict[str, Tree] | list[Tree] = {} if isinstance(event, MappingStartEvent) else []
        path = self.path_of_next()
        if not event.flow_style and path in self.keys:
            position = self.keys[path]
        self.value(box, position)
        self.stack.append(_Open(box, path))
        return True

    def scalar(self, event: ScalarEvent, position: Position) -> bool:
        text = event.value
        if SURROGATES.search(text):  # JSON writes characters beyond U+FFFF as two escapes
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        plain = event.style is None
        here = self.stack[-1] if self.stack else None
        if here is None or not here.wants_key():
            return self.value(None if plain and text in NULLS else text, position)
        self.key(here, text, position, plain=plain)
        return True

    def key(self, here: _Open, text: str, position: Position, *, plain: bool) -> None:
        path = (*here.path, text)
        if plain and text == "<<":
            template = "merge key << is not read; write the entries out"
            self.found.append(finding("yaml.merge", template, place=self.place(position)))
        elif text in here.box:
            template = "{got!r} stands twice; first on line {first}"
            place = self.place(position, path)
            self.found.append(finding("yaml.duplicate", template, place=place, got=text, first=self.keys[path][0]))
        self.keys.setdefault(path, position)
        here.key = text

    def path_of_next(self) -> KeyPath:
        if not self.stack:
            return ()
        here = self.stack[-1]
        return (*here.path, len(here.box) if isinstance(here.box, list) else here.key or "")

    def value(self, value: Tree, position: Position) -> bool:
        self.values.setdefault(self.path_of_next(), position)
        if not self.stack:
            self.tree = value
            return True
        here = self.stack[-1]
        if isinstance(here.box, list):
            here.box.append(value)
        else:
            here.box.setdefault(here.key or "", value)
            here.key = None
        return True


def read_tree(text: str, *, file: str = "", limits: Limits | None = None) -> Document:
    """Read `text` as YAML 1.2 (or JSON, which is its flow style) into a `Document`; never raises for its content.

    >>> document = read_tree("name: Demo\\ncoupon: NO\\nname: again", file="deal.yaml")
    >>> document.tree
    {'name': 'Demo', 'coupon': 'NO'}
    >>> print(*document.findings)
    deal.yaml:3:1 name: 'name' stands twice; first on line 1
    """
    limits = limits or Limits()
    if not isinstance(text, str):
        raise TypeError(f"text is expected, not {type(text).__name__}: Path(file).read_text(encoding='utf-8')")
    text = text.removeprefix("\ufeff")
    if len(text) > limits.characters:
        template = "{got} characters; the limit is {most}"
        fault = finding("limit.characters", template, place=Place(file=file), got=len(text), most=limits.characters)
        return Document(file=file, findings=(fault,))
    if (bad := CONTROL.search(text)) is not None:
        before = text[: bad.start()]
        line, column = before.count("\n") + 1, bad.start() - before.rfind("\n")
        template = "character {got} is not text; save the file as plain UTF-8 text"
        place = Place(file=file, line=line, column=column)
        return Document(
            file=file, findings=(finding("yaml.character", template, place=place, got=f"U+{ord(bad[0]):04X}"),)
        )
    builder = _Builder(file, limits)
    fault_of_syntax = _feed(builder, text)
    return Document(
        file=file,
        tree=builder.tree,
        values=builder.values,
        keys=builder.keys,
        findings=(*builder.found, *fault_of_syntax),
    )


def _events(text: str) -> Iterator[Any]:
    parser = YAML(typ="safe", pure=True)
    yield from parser.parse(text)


def _feed(builder: _Builder, text: str) -> tuple[Finding, ...]:
    """Hand the events of `text` to the builder; the syntax error that ends them, if there is one."""
    try:
        for _ in takewhile(builder.take, _events(text)):
            pass
    except (YAMLError, YAMLStreamError, ValueError, RecursionError) as error:
        return (syntax_fault(error, text, file=builder.file),)
    return ()
