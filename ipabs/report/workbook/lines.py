"""What a sheet shows of a deal: lines with a number on each payment date, in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ipabs.basics.words import Language, label
from ipabs.report.titles import head_of
from ipabs.report.workbook.formula import Number

Unit = Literal["money", "major", "flag", "ratio", "count", "rate"]
Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Line:
    """One line of the sheet: a number on each payment date.

    Attributes
    ----------
    block : Key
        The part of the sheet it belongs to.
    put_in : bool
        Whether its cells are there to be changed.
    working : list of Line
        Intermediate results that stand below it.
    row : int
        Where it stands, once it stands.
    """

    block: Key
    label: str
    unit: Unit
    put_in: bool = False
    values: dict[int, Number] = field(default_factory=dict)
    working: "list[Line]" = field(default_factory=list)
    row: int = 0


@dataclass(slots=True)
class Lines:
    """The lines of one deal by what they show."""

    by_key: dict[Key, Line] = field(default_factory=dict)

    def put(self, key: Key, t: int, value: Number, label: str, unit: Unit = "money", *, put_in: bool = False) -> None:
        """A number on a date; a key's first word, or its first two for a step, is its block."""
        if key not in self.by_key:
            block = key[:2] if key[0] == "step" else key[:1]
            self.by_key[key] = Line(block, label, unit, put_in)
        self.by_key[key].values[t] = value

    def blocks(self) -> Iterator[tuple[Key, list[Line]]]:
        """In the order of a payment date."""
        found: dict[Key, list[Line]] = {}
        for line in self.by_key.values():
            found.setdefault(line.block, []).append(line)
        order = ("rates", "cash", "accrued", "test", "phase", "step", "after", "holders")

        def place(block: Key) -> tuple[int, int]:
            return order.index(block[0]), int(block[1]) if len(block) > 1 else 0

        for block in sorted(found, key=place):
            yield block, found[block]


def named(name: str, lang: Language) -> str:
    """A claim or an account as a sheet calls it: in English as the deal's file does, in Chinese in words.

    >>> named("A.interest", "en"), named("A.interest", "zh"), named("collections", "zh")
    ('A.interest', 'A：利息', '归集账户')
    """
    if lang == "en":
        return name
    return label("diagram.collections_account", lang) if name == "collections" else head_of(name, lang)


def entry(name: str, what: str, lang: Language) -> str:
    """What a line shows of a claim or an account.

    >>> entry("A.interest", "paid", "en"), entry("A.interest", "paid", "zh")
    ('A.interest: paid', 'A：利息 · 实付')
    """
    return f"{named(name, lang)}{': ' if lang == 'en' else ' · '}{label(f'workbook.{what}', lang)}"
