"""Files ⇄ frozen dataclasses: one set of type hints reads, checks, writes and describes a spec.

>>> from dataclasses import dataclass
>>> from ipabs.basics.units import Money, Rate
>>> @dataclass(frozen=True, slots=True, kw_only=True)
... class Loan:
...     principal: Money
...     rate: Rate = 0.0
>>> loan = load(Loan, "principal: 900万元\\nrate: 4.35%")
>>> loan
Loan(principal=9000000.0, rate=0.0435)
>>> print(dump(loan), end="")
principal: 9000000
rate: 4.35%
>>> load(Loan, "principle: 900万元\\nrate: 435", file="loan.yaml")
Traceback (most recent call last):
    ...
ipabs.errors.SpecError: loan.yaml:1:1 principle: unknown key 'principle'; did you mean 'principal'?
loan.yaml:1:1: the key 'principal' is missing
loan.yaml:2:7 rate: '435' without a unit looks like a percentage; write 435bp
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ipabs.errors import Finding, LimitError, SpecError, finding, refuse
from ipabs.spec.codec import INVALID, Shown
from ipabs.spec.layout import yaml_text
from ipabs.spec.schema import Json, json_schema
from ipabs.spec.shapes import Kinds, shape_of
from ipabs.spec.tree import Document, Limits, Tree, read_tree

__all__ = [
    "Document",
    "Limits",
    "Loaded",
    "OpenSets",
    "check",
    "dump",
    "load",
    "read",
    "read_document",
    "read_tree",
    "schema",
    "to_tree",
]

T = TypeVar("T")
FILE_NAMES = (".yaml", ".yml", ".json")
OpenSets = Mapping[type, tuple[type, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[T]):
    """A file as read: the value (None when a finding is an error), where everything stands, all findings.

    >>> from ipabs.basics.party import Party
    >>> loaded = read_document(Party, "{id: fund, limit: 6000万元}", file="fund.yaml")
    >>> loaded.value.limit, loaded.document.position(("limit",)), loaded.findings
    (60000000.0, (1, 19), ())
    """

    value: T | None
    document: Document
    findings: tuple[Finding, ...]


def _kinds(kinds: OpenSets | None) -> Kinds:
    return tuple((kinds or {}).items())


def read_document(
    cls: type[T], text: str, *, file: str = "", limits: Limits | None = None, kinds: OpenSets | None = None
) -> Loaded[T]:
    """Read YAML or JSON text as a `cls`, keeping where everything stands; raises nothing for what the text says.

    Later findings about the value, made with key paths alone, get their lines by ``loaded.document.locate(findings)``.
    `kinds` names the records of each Protocol in the type hints: ``{Facility: (BankLoan, Securitization)}``.

    >>> from ipabs.basics.party import Party
    >>> loaded = read_document(Party, "id: fund\\nlimt: 6000万元", file="fund.yaml")
    >>> loaded.value is None, str(loaded.findings[0])
    (True, "fund.yaml:2:1 limt: unknown key 'limt'; did you mean 'limit'?")
    """
    document = read_tree(text, file=file, limits=limits)
    found: list[Finding] = []
    value = INVALID
    stopped = any(fault.code.startswith(("limit.", "yaml.syntax", "yaml.tab")) for fault in document.findings)
    if document.tree is None and not document.findings:
        found.append(finding("spec.empty", "the file is empty; a {name} is expected", name=cls.__name__))
    elif isinstance(document.tree, str) and document.tree.endswith(FILE_NAMES):
        template = "this is the name of a file; give its text: Path({got!r}).read_text(encoding='utf-8')"
        found.append(finding("spec.file_name", template, got=document.tree))
    elif document.tree is not None and not stopped:
        value = shape_of(cls, _kinds(kinds)).read(_without_kind(cls, document.tree), (), found)
        aliases = {one.place.path for one in document.findings if one.code == "yaml.alias"}
        found = [one for one in found if one.place.path not in aliases]
    findings = document.locate((*document.findings, *found))
    wrong = value is INVALID or any(one.severity == "error" for one in findings)
    return Loaded(value=None if wrong else value, document=document, findings=findings)


def _without_kind(cls: type, tree: Tree) -> Tree:
    """A file that is one record of a kind need not say the kind: the caller has said it."""
    kind = getattr(cls, "KIND", "")
    return {"kind": kind, **tree} if kind and isinstance(tree, dict) else tree


def read(
    cls: type[T], text: str, *, file: str = "", limits: Limits | None = None, kinds: OpenSets | None = None
) -> tuple[T | None, tuple[Finding, ...]]:
    """The value of a text, or None, and every finding in the order of the file.

    >>> from ipabs.basics.party import Party
    >>> value, found = read(Party, "{id: fund, limit: -1}")
    >>> print(value, found[0])
    None 1:19 limit: -1.0 is negative; an amount is 0 or more
    """
    loaded = read_document(cls, text, file=file, limits=limits, kinds=kinds)
    return loaded.value, loaded.findings


def load(cls: type[T], text: str, *, file: str = "", limits: Limits | None = None, kinds: OpenSets | None = None) -> T:
    """The value of a text.

    Raises
    ------
    LimitError
        The text is larger, deeper or has more values than `limits` allow.
    SpecError
        With every fault of the text at once, each with file, line, column and key path.

    >>> from ipabs.basics.party import Party
    >>> load(Party, "{id: fund, limit: 0.6亿元}").limit
    60000000.0
    >>> load(Party, "{id: fund, limit: 60m}", file="fund.yaml")
    Traceback (most recent call last):
        ...
    ipabs.errors.SpecError: fund.yaml:1:19 limit: '60m' is no amount; write 95000000, 9500万元 or 0.95亿元
    """
    value, findings = read(cls, text, file=file, limits=limits, kinds=kinds)
    refuse(LimitError, [one for one in findings if one.code.startswith("limit.")])
    refuse(SpecError, findings)
    if value is None:
        raise TypeError(f"{cls.__name__} was not read and nothing was found wrong")
    return value


def check(value: object, *, kinds: OpenSets | None = None) -> tuple[Finding, ...]:
    """Every finding about a spec object built in Python: types, ranges, and the rules of its records.

    >>> from ipabs.basics.units import Rate
    >>> @dataclass(frozen=True)
    ... class Note:
    ...     coupon: Rate
    >>> print(*check(Note(coupon=1.3)))
    coupon: 1.3 is outside -100% to 100% a year
    """
    found: list[Finding] = []
    shape_of(type(value), _kinds(kinds)).check(value, (), found)
    return tuple(found)


def to_tree(value: object, *, kinds: OpenSets | None = None) -> Shown:
    """The canonical plain tree of a sound spec object: tables, lists, text, numbers and truth values, as in JSON.

    >>> from ipabs.basics.party import Party
    >>> to_tree(Party(id="fund", limit=60e6))
    {'id': 'fund', 'limit': 60000000.0}
    """
    return shape_of(type(value), _kinds(kinds)).show(value)


def dump(value: object, *, kinds: OpenSets | None = None) -> str:
    """Canonical YAML of a spec object; ``load(type(value), dump(value)) == value``.

    Raises
    ------
    SpecError
        The object has faults of type or range and so no faithful text.

    >>> from ipabs.basics.party import Party
    >>> print(dump(Party(id="fund", limit=60e6)), end="")
    id: fund
    limit: 60000000
    """
    refuse(SpecError, check(value, kinds=kinds))
    return yaml_text(to_tree(value, kinds=kinds))


def schema(cls: type, *, kinds: OpenSets | None = None) -> dict[str, Any]:
    """JSON Schema 2020-12 of the files that `load` reads as a `cls`.

    >>> from ipabs.basics.party import Party
    >>> party = schema(Party)["$defs"]["Party"]
    >>> party["required"], sorted(party["properties"])
    (['id'], ['district', 'id', 'limit', 'name', 'rating', 'sector'])
    """
    described: Json = json_schema(shape_of(cls, _kinds(kinds)), cls.__name__)
    return described
