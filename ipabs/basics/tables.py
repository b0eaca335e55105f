"""Package data: the one module that reads the files below ``ipabs/data``.

A table is a CSV file whose first lines, each starting with ``#``, say where its figures come from. The parsers take
text, so that a room which reads a user's file elsewhere can use them too.
"""

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from ipabs.errors import DataError, FileError, Finding, finding, refuse


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
    """

    name: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> tuple[str, ...]:
        """One column as text; an unknown name is a `DataError` that lists the columns."""
        if name not in self.columns:
            raise DataError(
                finding(
                    "table.column",
                    "{table}: no column {got!r}; {hint}",
                    got=name,
                    allowed=self.columns,
                    table=self.name,
                )
            )
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def numbers(self, name: str) -> tuple[float, ...]:
        """One column as floats."""
        return tuple(float(text) for text in self._read(name, float, "a number"))

    def dates(self, name: str) -> tuple[date, ...]:
        """One column of ISO dates."""
        return tuple(
            date.fromisoformat(text) for text in self._read(name, date.fromisoformat, "a date such as 2024-06-28")
        )

    def _read(self, name: str, parse: Any, wanted: str) -> tuple[str, ...]:
        cells = self.column(name)
        refuse(DataError, _unreadable(self.name, name, cells, parse, wanted))
        return cells


def _unreadable(table: str, column: str, cells: tuple[str, ...], parse: Any, wanted: str) -> Iterator[Finding]:
    for row, cell in enumerate(cells):
        try:
            parse(cell)
        except ValueError:
            yield finding(
                "table.cell",
                "{table}: {got!r} is not {wanted}",
                path=(column, row),
                got=cell,
                table=table,
                wanted=wanted,
            )


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
    cells = [tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO("\n".join(lines[head:]))) if row]
    if not cells:
        raise DataError(finding("table.empty", "{table}: there is no header row", table=name))
    columns, *rows = cells
    refuse(DataError, _misshapen(name, columns, rows))
    return Table(name=name, source=source, columns=columns, rows=tuple(rows))


def _misshapen(name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[Finding]:
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            yield finding("table.duplicate_column", "{table}: column {got!r} stands twice", got=column, table=name)
    for at, row in enumerate(rows):
        if len(row) != len(columns):
            yield finding(
                "table.ragged",
                "{table}: row has {got} cells, the header has {columns}",
                path=(at,),
                got=len(row),
                table=name,
                columns=len(columns),
            )


def read_bytes(name: str) -> bytes:
    """The bytes of the file `name` below ``ipabs/data``; `FileError` if there is none."""
    # An absolute name or a step upwards must not leave the folder of package data.
    parts = name.split("/")
    entry = resources.files("ipabs").joinpath("data", *parts)
    if {"", ".", ".."} & set(parts) or "\\" in name or not entry.is_file():
        raise FileError(finding("table.missing", "no package data named {got!r}", got=name))
    return entry.read_bytes()


def read_text(name: str) -> str:
    """The UTF-8 text of the file `name` below ``ipabs/data``."""
    return read_bytes(name).decode("utf-8")


def read_csv(name: str) -> Table:
    """The table `name` below ``ipabs/data``."""
    return parse_table(read_text(name), name=name)


def read_toml(name: str) -> dict[str, Any]:
    """The TOML file `name` below ``ipabs/data``."""
    return tomllib.loads(read_text(name))


def digest(name: str) -> str:
    """SHA-256 of the file `name` below ``ipabs/data``, in hexadecimal: what a manifest records of a table."""
    return hashlib.sha256(read_bytes(name)).hexdigest()


def names(folder: str = "") -> tuple[str, ...]:
    """The files of package data directly below `folder`, sorted; empty if there is no such folder."""
    root = resources.files("ipabs").joinpath("data", *folder.split("/") if folder else ())
    if not root.is_dir():
        return ()
    prefix = f"{folder}/" if folder else ""
    return tuple(sorted(prefix + entry.name for entry in root.iterdir() if entry.is_file()))
