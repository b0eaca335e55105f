"""Frozen dataclasses as tables in files: records, tables of named records, and records told apart by verb or kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ipabs.errors import Finding, KeyPath, finding, nearest
from ipabs.spec.codec import INVALID, Either, Shape, Shown, word_fault, wrong_type
from ipabs.spec.tree import Tree

LONGEST_NAME = 200
NOTHING_GIVEN: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field of a record: its key in files, its name in Python, its shape."""

    key: str
    name: str
    shape: Shape
    required: bool
    default: Any
    about: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A frozen dataclass as a table; unknown and missing keys are faults.

    `kind` is the word that tells the record from others of an open set; `short` the key whose bare value may stand for
    the whole record.
    """

    cls: type
    entries_of: Callable[[], Mapping[str, Entry]]
    kind: str = ""
    short: str = ""
    without: str = ""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The fields by their keys in files, made at first use: a group of lines holds lines."""
        return self.entries_of()

    def read(
        self,
        node: Tree,
        path: KeyPath,
        found: list[Finding],
        *,
        given: Mapping[str, Any] = NOTHING_GIVEN,
        skip: str = "",
    ) -> Any:
        values = dict(given)
        if not isinstance(node, dict):
            if not self.short or node is None:
                template = "a table is expected here with the keys {allowed}"
                found.append(finding("spec.table_expected", template, path=path, allowed=self.entries))
                return INVALID
            short = self.entries[self.short]
            values[short.name] = short.shape.read(node, path, found)
            node = {}
        unknown = node.keys() - self.entries.keys() - {skip}
        for key in unknown:
            found.append(_unknown_key(key, (*path, key), self.entries))
        for key, entry in self.entries.items():
            if key in node and not (node[key] is None and self._may_be_none(entry)):
                values[entry.name] = entry.shape.read(node[key], (*path, key), found)
            elif key in node:
                values[entry.name] = None
            elif entry.required and entry.name not in values:
                found.append(finding("spec.missing", "the key {got!r} is missing", path=path, got=key))
                values[entry.name] = INVALID
        if unknown:  # rules would find fault with what the writer did not mean
            return INVALID
        return self._make(values, path, found)

    @staticmethod
    def _may_be_none(entry: Entry) -> bool:
        return isinstance(entry.shape, Either) and entry.shape.none

    def _make(self, values: Mapping[str, Any], path: KeyPath, found: list[Finding]) -> Any:
        if any(value is INVALID for value in values.values()):
            return INVALID
        made = self.cls(**values)
        found.extend(_rules(made, path))
        return made

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        if type(value) is not self.cls:
            return wrong_type(value, self.cls.__name__, path, found)
        sound = [
            entry.shape.check(getattr(value, entry.name), (*path, key), found) for key, entry in self.entries.items()
        ]
        if all(sound):
            found.extend(_rules(value, path))
        return all(sound)

    def show(self, value: Any) -> Shown:
        shown: dict[str, Shown] = {}
        for key, entry in self.entries.items():
            held = getattr(value, entry.name)
            if entry.required or held != entry.default:
                shown[key] = entry.shape.show(held)
        if (
            self.short
            and list(shown) == [self.short]
            and isinstance(shown[self.short], str | int | float | bool | list)
        ):
            return shown[self.short]
        return shown


def _unknown_key(key: str, path: KeyPath, entries: Iterable[str]) -> Finding:
    """What to say of a key that the record does not have; `{principal: 95,000,000}` has the key ``000``."""
    if key.isdigit():
        template = "{got!r} stands alone behind a comma; write numbers without separators"
        return finding("spec.separator", template, path=path, got=key[:60])
    return finding("spec.unknown_key", "unknown key {got!r}; {hint}", path=path, got=key[:60], allowed=entries)


def _rules(value: Any, path: KeyPath) -> Iterator[Finding]:
    """What a record's own rules across fields find, with its path put in front."""
    rules = getattr(value, "findings", None)
    if callable(rules):
        yield from (found.under(*path) for found in rules())


@dataclass(frozen=True, slots=True)
class ByVerb:
    """Records told apart by their first key, as the lines of a waterfall are by their verb."""

    verbs: Mapping[str, Record]

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        keys = tuple(node) if isinstance(node, dict) else (node,) if isinstance(node, str) else ()
        hits = [key for key in keys if key in self.verbs]
        # `from` may begin a group and be an option of `pay`: the verb is the one that knows all the others as options.
        verbs = [verb for verb in hits if all(other in self.verbs[verb].entries for other in hits)]
        if len(verbs) == 1:
            return self.verbs[verbs[0]].read(node, path, found)
        if hits:
            template = "{got} cannot stand together; a line has one verb"
            fault = finding("spec.verbs", template, path=path, got=", ".join(hits))
        else:
            near = next((key for key in keys if nearest(key, self.verbs)), keys[0] if keys else "")
            template = "no verb stands here but {got!r}; {hint}"
            fault = finding("spec.no_verb", template, path=path, got=near[:60], allowed=self.verbs)
        found.append(fault)
        return INVALID

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        record = self._record(value)
        return record.check(value, path, found) if record else wrong_type(value, _names(self.verbs), path, found)

    def show(self, value: Any) -> Shown:
        record = self._record(value)
        if record is None:
            raise TypeError(f"{type(value).__name__} is none of {_names(self.verbs)}")
        return record.show(value)

    def _record(self, value: Any) -> Record | None:
        return next((record for record in self.verbs.values() if record.cls is type(value)), None)


@dataclass(frozen=True, slots=True)
class ByKind:
    """Records told apart by the word of their key ``kind``."""

    kinds: Mapping[str, Record]

    def read(self, node: Tree, path: KeyPath, found: list[Finding], *, given: Mapping[str, Any] = NOTHING_GIVEN) -> Any:
        if not isinstance(node, dict) or "kind" not in node:
            template = "a table with the key kind is expected here; {hint}"
            found.append(finding("spec.no_kind", template, path=path, allowed=self.kinds))
            return INVALID
        kind = node["kind"]
        if not isinstance(kind, str) or kind not in self.kinds:
            word = kind if isinstance(kind, str) else ""
            found.append(word_fault(word, self.kinds, (*path, "kind")))
            return INVALID
        return self.kinds[kind].read(node, path, found, given=given, skip="kind")

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        record = self._record(value)
        return record.check(value, path, found) if record else wrong_type(value, _names(self.kinds), path, found)

    def show(self, value: Any) -> Shown:
        record = self._record(value)
        shown = record.show(value) if record else None
        if record is None or not isinstance(shown, dict):
            raise TypeError(f"{type(value).__name__} is none of {_names(self.kinds)}")
        return {"kind": record.kind, **shown}

    def _record(self, value: Any) -> Record | None:
        return next((record for record in self.kinds.values() if record.cls is type(value)), None)


def _names(records: Mapping[str, Record]) -> str:
    return ", ".join(record.cls.__name__ for record in records.values())


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table of named entries, ``{A: {…}, B: {…}}``; in Python a tuple of records that know their name."""

    item: Record | ByKind
    field: str
    name: Shape
    required: bool = False

    def _filled(self, size: int, path: KeyPath, found: list[Finding]) -> bool:
        if self.required and not size:
            found.append(finding("spec.empty_table", "the table is empty; at least one entry is expected", path=path))
        return bool(size) or not self.required

    def read(self, node: Tree, path: KeyPath, found: list[Finding]) -> Any:
        if not isinstance(node, dict):
            template = "a table is expected here, its keys one {got} each: {{{got}: …}}"
            found.append(finding("spec.names_expected", template, path=path, got=self.field))
            return INVALID
        filled = self._filled(len(node), path, found)
        values = []
        for key, entry in node.items():
            name = self.name.read(key, (*path, key), found)
            if len(key) > LONGEST_NAME or not key.strip():
                found.append(finding("spec.name", "a name has 1 to 200 characters", path=(*path, key)))
                name = INVALID
            values.append(self.item.read(entry, (*path, key), found, given={self.field: name}))
        return tuple(values) if filled and not any(value is INVALID for value in values) else INVALID

    def check(self, value: Any, path: KeyPath, found: list[Finding]) -> bool:
        if not isinstance(value, tuple):
            return wrong_type(value, "a tuple", path, found)
        sound = self._filled(len(value), path, found)
        seen: set[str] = set()
        for entry in value:
            name = getattr(entry, self.field, None)
            if not self.name.check(name, (*path, str(name)), found):
                sound = False
                continue
            key = str(self.name.show(name))
            if len(key) > LONGEST_NAME or not key.strip():
                found.append(finding("spec.name", "a name has 1 to 200 characters", path=(*path, key)))
                sound = False
            if key in seen:
                found.append(
                    finding("spec.duplicate_name", "two entries have the name {got!r}", path=(*path, key), got=key)
                )
                sound = False
            seen.add(key)
            sound = self.item.check(entry, (*path, key), found) and sound
        return sound

    def show(self, value: Any) -> Shown:
        return {str(self.name.show(getattr(entry, self.field))): self.item.show(entry) for entry in value}
