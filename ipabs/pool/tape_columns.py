"""The columns that a tape of contracts may have, and a mapping for tapes with headings and words of their own."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, cast, get_args, get_origin, get_type_hints

from ipabs.basics.units import MONEY_UNIT, UNIT_OF_TYPE, Unit
from ipabs.errors import Finding, finding
from ipabs.io.columns import read_date
from ipabs.pool.obligation import Obligation
from ipabs.pool.tape_words import unknown_word

Form = Literal["number", "text", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of somebody else's tape and the field it stands for.

    >>> Heading(heading="融资额(万元)", field="principal", unit="万元").field
    'principal'
    """

    KEYED: ClassVar[str] = "heading"
    SHORT: ClassVar[str] = "field"

    heading: Annotated[str, "the heading in the tape"]
    field: Annotated[str, "the field it stands for, or a name of your own for further details"]
    unit: Annotated[str, "unit of its numbers, put behind each: 万元, %, months"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that holds for every contract of a tape.

    >>> Constant(field="kind", value="pledged_loan").value
    'pledged_loan'
    """

    KEYED: ClassVar[str] = "field"
    SHORT: ClassVar[str] = "value"

    field: Annotated[str, "the field"]
    value: Annotated[str, "its value, as a cell would give it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of somebody else's tape and the value it stands for.

    >>> Word(word="按季付息到期还本", means="bullet").means
    'bullet'
    """

    KEYED: ClassVar[str] = "word"
    SHORT: ClassVar[str] = "means"

    word: Annotated[str, "the word in a cell"]
    means: Annotated[str, "the value it stands for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeMapping:
    """How to read a tape with headings and words of its own.

    In a file::

        columns: {融资额(万元): {field: principal, unit: 万元}, 借款企业: obligor}
        constants: {kind: pledged_loan, day_count: ACT/360}
        words: {按季付息到期还本: bullet}

    >>> from ipabs.io.table import parse_table
    >>> from ipabs.pool.tape_rules import read_tape
    >>> mapping = TapeMapping(columns=(Heading(heading="放款(万)", field="principal", unit="万元"),),
    ...                       constants=(Constant(field="kind", value="pledged_loan"),),
    ...                       words=(Word(word="按季付息到期还本", means="bullet"),))
    >>> tape = "合同号,借款人,放款(万),起息日,到期日,利率,还款方式\\n"
    >>> tape += "C1,F1,900,2024-03-28,2025-03-28,3.8%,按季付息到期还本\\n"
    >>> read_tape(parse_table(tape.encode(), file="tape.csv"), mapping=mapping).principal
    9000000.0
    """

    columns: Annotated[tuple[Heading, ...], "headings and the fields they stand for"] = ()
    constants: Annotated[tuple[Constant, ...], "values that hold for every row"] = ()
    words: Annotated[tuple[Word, ...], "words in cells and what they mean"] = ()


def constant_findings(mapping: TapeMapping, headings: Mapping[str, str], known: Collection[str]) -> Iterator[Finding]:
    """Constants of a mapping that would not be read: of an unknown field, or of one that a column gives.

    Parameters
    ----------
    headings : field to the heading of the tape that gives it
    known : the fields that a tape may give

    Examples
    --------
    >>> mapping = TapeMapping(constants=(Constant(field="currency", value="CNY"),))
    >>> print(*constant_findings(mapping, {}, {"principal"}))
    mapping.constants.currency: a constant is given for 'currency', which is no field of a contract; valid: principal
    """
    for one in mapping.constants:
        path = ("mapping", "constants", one.field)
        if one.field not in known:
            template = "a constant is given for {got!r}, which is no field of a contract; {hint}"
            yield finding("tape.constant", template, path=path, got=one.field, allowed=sorted(known))
        elif one.field in headings:
            template = "{got} is a constant of the mapping, and column {heading!r} gives it too; leave one of them out"
            yield finding("tape.constant_column", template, path=path, got=one.field, heading=headings[one.field])


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of the kinds: how its cells are read, which kinds need it, and what it says."""

    name: str
    read: Callable[[str], Any]
    form: Form
    says: str
    needed_by: tuple[int, ...] = ()


def tape_fields(kinds: tuple[type[Obligation], ...]) -> dict[str, Field]:
    """The fields that columns may give to contracts of these kinds.

    >>> from ipabs.pool.kinds import KINDS
    >>> field = tape_fields(KINDS)["contract_rate"]
    >>> field.read("3.8%"), field.says
    (0.038, 'rate a year; with an index, the rate until the first reset')
    """
    found: dict[str, Field] = {}
    for number, kind in enumerate(kinds):
        hints = get_type_hints(kind, include_extras=True)
        for one in fields(cast(Any, kind)):
            if is_dataclass(_inner(hints[one.name])):
                continue  # terms of their own, which no cell can hold
            field = found.setdefault(one.name, _field(one.name, hints[one.name]))
            if one.default is MISSING and one.default_factory is MISSING:
                found[one.name] = replace(field, needed_by=(*field.needed_by, number))
    return found


def _inner(hint: Any) -> Any:
    """The type itself, without notes and without None."""
    if get_origin(hint) is Annotated:
        return _inner(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return _inner(next(option for option in get_args(hint) if option is not NoneType))
    return hint


def _field(name: str, hint: Any) -> Field:
    notes = [note for note in getattr(hint, "__metadata__", ()) if isinstance(note, str)]
    read, form = _reader(hint, None)
    return Field(name, read, form, notes[0] if notes else "")


def _reader(hint: Any, unit: Unit | None) -> tuple[Callable[[str], Any], Form]:
    """How the cells of a type hint are read, and whether a column of plain numbers or texts may be read all at once."""
    if get_origin(hint) is Annotated:
        notes = [note for note in hint.__metadata__ if isinstance(note, Unit)]
        return _reader(get_args(hint)[0], notes[0] if notes else unit)
    if get_origin(hint) in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        if all(get_origin(option) is Literal for option in options):
            return _choice(tuple(word for option in options for word in get_args(option))), "other"
        return _reader(options[0], unit)
    if get_origin(hint) is Literal:
        return _choice(get_args(hint)), "other"
    if get_origin(hint) is tuple:
        return _dated_amounts(get_args(hint)[0]), "other"
    if hint is date:
        return read_date, "other"
    unit = unit or UNIT_OF_TYPE[hint]
    forms: dict[str, Form] = {"money": "number", "number": "number", "multiple": "number", "text": "text"}
    return unit.read, forms.get(unit.name, "other")


def _choice(words: tuple[str, ...]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text in words:
            return text
        return unknown_word(text, words)

    return read


def _dated_amounts(record: type[Any]) -> Callable[[str], Any]:
    """Reads records of a date and an amount, ``2024-06-20 500万元; 2024-12-20 400万元``."""

    def read(text: str) -> Any:
        records = []
        for part in filter(None, (part.strip() for part in text.replace("；", ";").split(";"))):
            day, _, amount = part.partition(" ")
            when, money = read_date(day), MONEY_UNIT.read(amount.strip() or "-")
            if isinstance(when, Finding) or isinstance(money, Finding):
                return finding("tape.schedule", "{got!r} is no date and amount; write 2024-06-20 500万元", got=part)
            records.append(_record(record, when, money))
        return tuple(records)

    return read


def _record(record: type[Any], when: date, money: float) -> Any:
    first, second = (one.name for one in fields(record))
    return record(**{first: when, second: money})
