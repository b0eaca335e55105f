"""Package data: the one module that reads the files below ``ipabs/data``.

A table is a CSV file whose first lines, each starting with ``#``, say where its figures come from. The parsers take
text, so that a room which reads a user's file elsewhere can use them too.
"""

import csv
import hashlib
import io
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any

from ipabs.basics.units import DATE_UNIT, NUMBER_UNIT
from ipabs.errors import DataError, FileError, Finding, Place, finding, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under named columns, with the source they were taken from.

    Attributes
    ----------
    name : str
        What the table is called in messages: the file name below ``ipabs/data``, or the user's.
    source : str
        The comment lines at the head of the file.
    columns : tuple of str
    rows : tuple of tuple of str
    lines : tuple of int
        The line of the file (1-based) on which each row stands.

    Examples
    --------
    >>> table = read_csv("indices/lpr.csv")
    >>> table.columns, table.column(table.columns[0])[0], str(table.place(0, table.columns[0]))
    (('date', 'LPR1Y', 'LPR5Y'), '2019-08-20', 'indices/lpr.csv:8:1 date')
    """

    name: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def place(self, row: int, name: str) -> Place:
        """Where a cell stands: file, line, and column (1-based), under the name of its column."""
        return Place(file=self.name, line=self.lines[row], column=self.columns.index(name) + 1, path=(name,))

    def column(self, name: str) -> tuple[str, ...]:
        """One column as text; an unknown name is a `DataError` that lists the columns."""
        if name not in self.columns:
            raise DataError(
                finding(
                    "table.column",
                    "no column {got!r}; {hint}",
                    place=Place(file=self.name),
                    got=name,
                    allowed=self.columns,
                )
            )
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def numbers(self, name: str) -> tuple[float, ...]:
        """One column of plain numbers."""
        return self.read(name, NUMBER_UNIT.read)

    def dates(self, name: str) -> tuple[date, ...]:
        """One column of ISO dates."""
        return self.read(name, DATE_UNIT.read)

    def read(self, name: str, reader: Callable[[str], Any]) -> tuple[Any, ...]:
        """One column through a reader from text to value or to the finding that refuses it: all faults at once."""
        values = tuple(reader(cell) for cell in self.column(name))
        refuse(DataError, (self._at(row, name, one) for row, one in enumerate(values) if isinstance(one, Finding)))
        return values

    def _at(self, row: int, name: str, fault: Finding) -> Finding:
        return replace(fault, place=self.place(row, name))


def parse_table(text: str, *, name: str = "") -> Table:
    """A CSV text with ``#`` source lines at its head as a `Table`.

    Raises
    ------
    DataError
        No header, a column named twice, or rows whose number of cells differs from the header's: all rows at once.

    Examples
    --------
    >>> table = parse_table("# PBOC notice\\ndate,rate\\n2024-07-22,0.0335\\n", name="lpr")
    >>> table.source, table.dates("date"), table.numbers("rate")
    ('PBOC notice', (datetime.date(2024, 7, 22),), (0.0335,))
    """
    lines = text.removeprefix("\ufeff").splitlines()
    head = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    source = "\n".join(line.lstrip("#").strip() for line in lines[:head])
    reader = csv.reader(io.StringIO("\n".join(lines[head:])), strict=True)
    try:
        numbered = [(head + reader.line_num, tuple(cell.strip() for cell in row)) for row in reader if row]
    except csv.Error as error:
        template = "the row that ends here cannot be read: {reason}"
        place = Place(file=name, line=head + reader.line_num)
        raise DataError(finding("table.quoting", template, place=place, reason=error)) from error
    if not numbered:
        raise DataError(finding("table.empty", "there is no header row", place=Place(file=name)))
    (at, columns), *rows = numbered
    refuse(DataError, _misshapen(Place(file=name, line=at), columns, rows))
    return Table(
        name=name,
        source=source,
        columns=columns,
        rows=tuple(row for _, row in rows),
        lines=tuple(line for line, _ in rows),
    )


def _misshapen(heading: Place, columns: tuple[str, ...], rows: list[tuple[int, tuple[str, ...]]]) -> Iterator[Finding]:
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            yield finding("table.duplicate_column", "column {got!r} stands twice", place=heading, got=column)
    for line, row in rows:
        if len(row) != len(columns):
            template = "row has {got} cells, the header has {columns}"
            place = replace(heading, line=line)
            yield finding("table.ragged", template, place=place, got=len(row), columns=len(columns))


def read_bytes(name: str) -> bytes:
    """The bytes of the file `name` below ``ipabs/data``; `FileError` if there is none.

    >>> read_bytes("indices/lpr.csv")[:1]
    b'#'
    """
    # An absolute name or a step upwards must not leave the folder of package data.
    parts = name.split("/")
    entry = resources.files("ipabs").joinpath("data", *parts)
    if {"", ".", ".."} & set(parts) or "\\" in name or not entry.is_file():
        raise FileError(finding("table.missing", "no package data named {got!r}", got=name))
    return entry.read_bytes()


def read_text(name: str) -> str:
    """The UTF-8 text of the file `name` below ``ipabs/data``.

    >>> read_text("indices/lpr.csv").splitlines()[0][:2]
    '# '
    """
    return read_bytes(name).decode("utf-8")


def read_csv(name: str) -> Table:
    """The table `name` below ``ipabs/data``.

    >>> read_csv("indices/lpr.csv").dates("date")[0]
    datetime.date(2019, 8, 20)
    """
    return parse_table(read_text(name), name=name)


def read_toml(name: str) -> dict[str, Any]:
    """The TOML file `name` below ``ipabs/data``.

    >>> sorted(read_toml("words/basics.toml"))
    ['finding']
    """
    return tomllib.loads(read_text(name))


def digest(name: str) -> str:
    """SHA-256 of the file `name` below ``ipabs/data``, in hexadecimal: what a manifest records of a table.

    >>> len(digest("indices/lpr.csv"))
    64
    """
    return hashlib.sha256(read_bytes(name)).hexdigest()


def names(folder: str = "") -> tuple[str, ...]:
    """The files of package data directly below `folder`, sorted; empty if there is no such folder.

    >>> names("calendars")
    ('calendars/exchange.csv', 'calendars/state_council.csv')
    """
    root = resources.files("ipabs").joinpath("data", *folder.split("/") if folder else ())
    if not root.is_dir():
        return ()
    prefix = f"{folder}/" if folder else ""
    return tuple(sorted(prefix + entry.name for entry in root.iterdir() if entry.is_file()))
