"""Typed columns of a table: every cell read, every fault found in one look and told at its cell.

What a column means is said by the room that owns the tape: its name, its headings, and a function from text to value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ipabs.basics.durations import check_date, parse_date
from ipabs.errors import Finding, KeyPath, finding
from ipabs.io.table import Table

YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0?0:00(?::00)?)?")
COMPACT = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
# Days that Excel counts from the end of 1899; these are the years 1950 to 2118.
SERIAL = re.compile(r"(?:1[89]|[2-7][0-9])[0-9]{3}")
SERIAL_ZERO = date(1899, 12, 30)
YES = ("true", "TRUE", "yes", "是", "有", "1")
NO = ("false", "FALSE", "no", "否", "无", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that a tape may have.

    Attributes
    ----------
    name : str
        The field it gives.
    read : callable
        Text to value, or to the finding that refuses it.
    headings : tuple of str
        What else the heading may be.
    needed : bool
        Whether every row must have it.
    """

    name: str
    read: Callable[[str], Any]
    headings: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedColumns:
    """The values of a table by field, one a row (None where a cell is empty or wrong), and what is wrong with it.

    Attributes
    ----------
    headings : mapping
        Field to the heading that gives it.
    unread : tuple of str
        Headings that give no field.
    """

    table: Table
    values: Mapping[str, Sequence[Any]]
    headings: Mapping[str, str]
    unread: tuple[str, ...]
    findings: tuple[Finding, ...]

    def row(self, row: int) -> dict[str, Any]:
        """The fields that a row states."""
        return {name: values[row] for name, values in self.values.items() if values[row] is not None}

    def at(self, row: int, fault: Finding, *, field: str = "") -> Finding:
        """A finding about a row, told at the cell of its field, or of the first column."""
        name = field or next((part for part in fault.place.path if part in self.headings), "")
        return replace(fault, place=self.table.place(row, self.headings.get(str(name), self.table.columns[0])))


def read_columns(table: Table, columns: Sequence[Column], *, mapping: Mapping[str, str] | None = None) -> TypedColumns:
    """The typed columns of a table.

    Parameters
    ----------
    columns : the columns the tape may have
    mapping : heading to field, for headings of somebody else

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> table = parse_table("公开日,号\\n2024/3/28,A\\n2024-3,B\\n".encode(), file="t.csv")
    >>> read = read_columns(table, [Column(name="published", read=read_date, headings=("公开日",))])
    >>> read.values["published"], read.unread
    ([datetime.date(2024, 3, 28), None], ('号',))
    >>> print(read.findings[0])
    t.csv:3:1 A3.公开日: '2024-3' is no date; write 2024-03-28
    """
    mapping = mapping or {}
    words = {word: column.name for column in columns for word in (column.name, *column.headings)}
    headings, found = match_headings(table, lambda heading: mapping.get(heading) or words.get(heading), mapping)
    found += _unknown_fields(columns, mapping)
    values: dict[str, list[Any]] = {}
    for column in columns:
        if column.name in headings:
            values[column.name] = _values(table, column, headings[column.name], found)
        elif column.needed:
            found.append(missing_column(table, column.name, column.headings))
    taken = set(headings.values())
    return TypedColumns(
        table=table,
        values=values,
        headings=headings,
        unread=tuple(heading for heading in table.columns if heading not in taken),
        findings=tuple(found),
    )


def match_headings(
    table: Table, field_of: Callable[[str], str | None], mapped: Iterable[str] = ()
) -> tuple[dict[str, str], list[Finding]]:
    """Field to the first heading that gives it; a second one, or a mapped heading that is not there, is a finding.

    Parameters
    ----------
    field_of : heading to the field it gives, None for none
    mapped : headings that a mapping names

    >>> from ipabs.io.table import parse_table
    >>> table = parse_table("公开日,号,日期\\n2024/3/28,A,2024\\n".encode(), file="t.csv")
    >>> headings, found = match_headings(table, {"公开日": "day", "日期": "day"}.get)
    >>> headings, str(found[0])
    ({'day': '公开日'}, "t.csv:1:3: column '日期' gives day, and so does column '公开日'")
    """
    template = "the mapping names a heading {got!r} that {file} does not have; {hint}"
    found = [
        finding(
            "columns.mapped", template, path=in_mapping(heading), got=heading, allowed=table.columns, file=table.file
        )
        for heading in mapped
        if heading not in table.columns
    ]
    headings: dict[str, str] = {}
    for heading in table.columns:
        name = field_of(heading)
        if name is None:
            continue
        if name in headings:
            found.append(
                finding(
                    "columns.twice",
                    "column {got!r} gives {field}, and so does column {first!r}",
                    place=table.heading_place(heading),
                    got=heading,
                    field=name,
                    first=headings[name],
                )
            )
        headings.setdefault(name, heading)
    return headings, found


def in_mapping(heading: str) -> KeyPath:
    """Where a mapping names a heading."""
    return ("mapping", "columns", heading)


def missing_column(table: Table, name: str, headings: Iterable[str]) -> Finding:
    """That no column gives a field, and the headings that would."""
    template = "no column gives {got}; headings that do: {allowed}"
    return finding("columns.missing", template, place=table.heading_place(), got=name, allowed=(name, *headings))


def _unknown_fields(columns: Sequence[Column], mapping: Mapping[str, str]) -> Iterator[Finding]:
    known = [column.name for column in columns]
    for heading, name in mapping.items():
        if name not in known:
            template = "the mapping names a field {got!r} that no column gives; {hint}"
            yield finding("columns.field", template, path=in_mapping(heading), got=name, allowed=known)


def _values(table: Table, column: Column, heading: str, found: list[Finding]) -> list[Any]:
    texts = table.column(heading).tolist()
    read = {text: column.read(text) if text else None for text in set(texts)}
    values: list[Any] = []
    for row, text in enumerate(texts):
        value = read[text]
        if isinstance(value, Finding):
            found.append(replace(value, place=table.place(row, heading)))
            value = None
        elif not text and column.needed:
            found.append(
                finding("columns.empty", "{field} is empty", place=table.place(row, heading), field=column.name)
            )
        values.append(value)
    return values


def read_date(text: str) -> date | Finding:
    """A date with the year first: ``2024-03-28``, ``2024/3/28``, ``2024年3月28日``, ``20240328``.

    >>> read_date("2024年3月28日")
    datetime.date(2024, 3, 28)
    >>> print(read_date("45379"))
    '45379' is how Excel keeps a date; format the cells as dates: 2024-03-28, in a 1904 workbook 4 years on
    """
    if SERIAL.fullmatch(text):
        template = "{got!r} is how Excel keeps a date; format the cells as dates: {day}, in a 1904 workbook 4 years on"
        return finding("columns.serial", template, got=text, day=SERIAL_ZERO + timedelta(int(text)))
    match = YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text)
    day = parse_date(f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" if match else text)
    return day if isinstance(day, Finding) else check_date(day) or day


def read_flag(text: str) -> bool | Finding:
    """Yes or no, in English or Chinese.

    >>> read_flag("是"), read_flag("no")
    (True, False)
    """
    if text in YES or text in NO:
        return text in YES
    return finding("columns.flag", "{got!r} is neither yes nor no; {hint}", got=text, allowed=(*YES, *NO))


def read_words(words: Mapping[str, str]) -> Callable[[str], str | Finding]:
    """A reader of a closed set: word of a cell to the value it stands for.

    >>> read_words({"发明": "invention", "invention": "invention"})("发明")
    'invention'
    """

    def read(text: str) -> str | Finding:
        if text in words:
            return words[text]
        return finding("columns.word", "no word {got!r}; {hint}", got=text, allowed=words)

    return read


def read_list(text: str) -> tuple[str, ...]:
    """Words with ``;``, ``；`` or ``、`` between them.

    >>> read_list("G06N 3/08；G06F 17/00")
    ('G06N 3/08', 'G06F 17/00')
    """
    return tuple(part for part in (part.strip() for part in re.split("[;；、]", text)) if part)
