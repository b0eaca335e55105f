"""An exhibit: a table of a report, with the unit of each column, shown alike in console, page and CSV."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Literal

from ipabs.io.folder import Cell

Unit = Literal[
    "text", "word", "name", "date", "count", "money", "millions", "rate", "points", "percent", "years", "factor",
    "per_face", "amount",
]  # fmt: skip
MONEY: Unit = "money"


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

    >>> rows = (("Firm 01", 1.5e6), ("Firm 02", 2e6))
    >>> sums = Exhibit(name="savings", columns=columns(firm="text", saving="money"), rows=rows)
    >>> sums.header, sums.shown()[0]
    (('firm', 'saving'), ('Firm 01', '1,500,000.00'))
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: bool = False
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def shown(self, words: Mapping[str, str] = MappingProxyType({})) -> tuple[tuple[str, ...], ...]:
        """Every cell as a reader sees it; `words` say what stands in columns of words and names."""

        def cell(value: Cell, unit: Unit) -> str:
            return words.get(str(value), str(value)) if unit in ("word", "name") else shown(value, unit)

        return tuple(
            tuple(cell(value, column.unit) for value, column in zip(row, self.columns, strict=True))
            for row in self.rows
        )


def columns(**units: Unit) -> tuple[Column, ...]:
    """Columns from name=unit, in order.

    >>> [column.name for column in columns(firm="text", saving="money")]
    ['firm', 'saving']
    """
    return tuple(Column(name=name, unit=unit) for name, unit in units.items())


def is_number(unit: Unit) -> bool:
    """Whether values of this unit stand right-aligned.

    >>> is_number("rate"), is_number("date")
    (True, False)
    """
    return unit not in ("text", "word", "name", "date")


def shown(value: Cell, unit: Unit) -> str:
    """A value as a reader sees it; an unknown one is a dash, a ratio to nothing is ∞.

    >>> shown(15_124_500.0, "money"), shown(0.0325, "rate"), shown(0.0617, "points"), shown(None, "money")
    ('15,124,500.00', '3.250%', '6.17', '–')
    >>> shown(-0.001, "money"), shown(2.0, "years"), shown(date(2024, 6, 28), "date")
    ('0.00', '2.00', '2024-06-28')
    """
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case date():
            return f"{value:%Y-%m-%d}"
        case str():
            return value
    if not math.isfinite(value):
        return "–" if value != value else "∞" if value > 0 else "-∞"
    text = number_text(float(value), unit)
    return text.lstrip("-") if not text.strip("-0., %") else text


def number_text(value: float, unit: Unit) -> str:
    """A number in its unit.

    >>> number_text(0.0325, "rate"), number_text(8_452_272.95, "millions"), number_text(7.517808, "per_face")
    ('3.250%', '8.452', '7.517808')
    """
    match unit:
        case "money":
            return f"{value:,.2f}"
        case "millions":
            return f"{value / 1e6:,.3f}"
        case "rate":
            return f"{value:.3%}"
        case "points":
            return f"{100 * value:.2f}"
        case "percent":
            return f"{value:.2f}"
        case "per_face":
            return f"{value:,.6f}"
        case "amount":
            return f"{value:,.6f}".rstrip("0").rstrip(".")
        case "years":
            return f"{value:.2f}"
        case "factor":
            return f"{value:.4f}"
        case _:
            return f"{value:,.0f}"


def brief(exhibit: Exhibit, name: str, *chosen: str) -> Exhibit:
    """Some columns of an exhibit under another name, money in millions: what fits on a console.

    >>> rows = (("Firm 01", 1.5e6), ("Firm 02", 2e6))
    >>> sums = Exhibit(name="savings", columns=columns(firm="text", saving="money"), rows=rows)
    >>> brief(sums, "short", "saving").shown()
    (('1.500',), ('2.000',))
    """
    places = [exhibit.header.index(column) for column in chosen]
    whole = in_millions(exhibit)
    return replace(
        whole,
        name=name,
        columns=tuple(whole.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in exhibit.rows),
        notes=(),
    )


def in_millions(exhibit: Exhibit) -> Exhibit:
    """The same exhibit, its money shown in millions: what fits across a page.

    >>> rows = (("Firm 01", 1.5e6), ("Firm 02", 2e6))
    >>> sums = Exhibit(name="savings", columns=columns(firm="text", saving="money"), rows=rows)
    >>> in_millions(sums).shown()
    (('Firm 01', '1.500'), ('Firm 02', '2.000'))
    """
    shorter: dict[Unit, Unit] = {"money": "millions"}
    return replace(
        exhibit,
        columns=tuple(replace(column, unit=shorter.get(column.unit, column.unit)) for column in exhibit.columns),
    )


def records(exhibit: Exhibit) -> list[dict[str, object]]:
    """The rows as JSON holds them.

    >>> records(Exhibit(name="lives", columns=columns(tranche="text", life_years="years"), rows=(("A", 0.87),)))
    [{'tranche': 'A', 'life_years': 0.87}]
    """
    return [{name: json_value(value) for name, value in zip(exhibit.header, row, strict=True)} for row in exhibit.rows]


def json_value(value: Cell) -> Cell:
    """A cell as JSON holds it: dates as text, an unknown number as null, one without limit as the text of a CSV.

    >>> json_value(date(2024, 6, 28)), json_value(math.nan), json_value(math.inf), json_value(0.87)
    ('2024-06-28', None, 'inf', 0.87)
    """
    match value:
        case date():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return None if math.isnan(value) else str(value)
    return value
