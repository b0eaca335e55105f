"""An exhibit: a table of a report, with the unit of each column, shown alike in console, page and CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["text", "date", "count", "money", "rate", "points", "years", "factor"]
Value = str | int | float | date | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its machine name (also the key of its label) and the unit of its values."""

    name: str
    unit: Unit = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A named table.

    Attributes
    ----------
    name : str
        Machine name: the CSV file's stem, and the key of the heading's label.
    columns : tuple of Column
    rows : tuple of tuples
        Raw values: money in currency units, rates as decimals.
    totals : bool
        Whether the last row sums the others.
    notes : tuple of str
        Sentences under the table.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: bool = False
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def shown(self) -> tuple[tuple[str, ...], ...]:
        """Every cell as a reader sees it."""
        return tuple(
            tuple(shown(value, column.unit) for value, column in zip(row, self.columns, strict=True))
            for row in self.rows
        )


def columns(**units: Unit) -> tuple[Column, ...]:
    """Columns from name=unit, in order.

    >>> [column.name for column in columns(firm="text", saving="money")]
    ['firm', 'saving']
    """
    return tuple(Column(name=name, unit=unit) for name, unit in units.items())


def is_number(unit: Unit) -> bool:
    """Whether values of this unit stand right-aligned."""
    return unit not in ("text", "date")


def shown(value: Value, unit: Unit) -> str:
    """A value as a reader sees it; an unknown one is a dash.

    >>> shown(15_124_500.0, "money"), shown(0.0325, "rate"), shown(0.0617, "points"), shown(None, "money")
    ('15,124,500.00', '3.250%', '6.17 pp', '–')
    >>> shown(-0.001, "money"), shown(2.0, "years"), shown(date(2024, 6, 28), "date")
    ('0.00', '2.00', '2024-06-28')
    """
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case str():
            return value
    if value != value:
        return "–"
    text = number_text(float(value), unit)
    return text.lstrip("-") if not text.strip("-0., %p") else text


def number_text(value: float, unit: Unit) -> str:
    match unit:
        case "money":
            return f"{value:,.2f}"
        case "rate":
            return f"{value:.3%}"
        case "points":
            return f"{100 * value:.2f} pp"
        case "years":
            return f"{value:.2f}"
        case "factor":
            return f"{value:.4f}"
        case _:
            return f"{value:,.0f}"


def millions(value: float) -> str:
    """Money for a sentence, in millions of the currency unit.

    >>> millions(15_125_300), millions(-729_000)
    ('15.125 million', '-0.729 million')
    """
    return f"{value / 1e6:,.3f} million"


def records(exhibit: Exhibit) -> list[dict[str, object]]:
    """The rows as JSON holds them."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in zip(exhibit.header, row, strict=True)
        }
        for row in exhibit.rows
    ]


def column_of(exhibit: Exhibit, name: str) -> Sequence[Value]:
    """All values of one column."""
    place = exhibit.header.index(name)
    return [row[place] for row in exhibit.rows]
