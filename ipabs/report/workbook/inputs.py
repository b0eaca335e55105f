"""The terms of a contract as cells that can be changed: rates, amounts, limits, each with its unit and its name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any, Literal, cast, get_args, get_type_hints

from ipabs.engine.arithmetic import Factor
from ipabs.engine.units import decimal
from ipabs.errors import KeyPath, key_path_text
from ipabs.report.workbook.formula import Formula, Number, given, made
from ipabs.structure.deal import Deal

DIGITS = 10  # decimals of a rate that are kept exactly


class Stated(float):
    """A number of the contract that knows where it stands."""

    path: KeyPath

    def __new__(cls, value: float, path: KeyPath) -> "Stated":
        """The number at `path`."""
        made = super().__new__(cls, value)
        made.path = path
        return made


def stated(value: Any, path: KeyPath = ()) -> Any:
    """A deal whose numbers know where they stand; what is 0 is left plain.

    >>> from ipabs.structure.tranche import Tranche
    >>> stated((Tranche(name="A", principal=200.0),), ("tranches",))[0].principal.path
    ('tranches', 'A', 'principal')
    """
    if isinstance(value, tuple):
        return tuple(stated(one, (*path, name_in_list(one, at))) for at, one in enumerate(value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for one in fields(value):
        term, here = getattr(value, one.name), (*path, one.name)
        if type(term) in (float, int) and term and one.name in amounts(type(value)):
            changed[one.name] = Stated(term, here)
        elif isinstance(term, tuple) or is_dataclass(term):
            changed[one.name] = stated(term, here)
    return replace(value, **changed)


@cache
def amounts(kind: type) -> frozenset[str]:
    """The fields that hold an amount or a rate, not a count."""
    hints = get_type_hints(kind)
    return frozenset(one.name for one in fields(kind) if float in (hints[one.name], *get_args(hints[one.name])))


def name_in_list(entry: object, at: int) -> str | int:
    """The name by which a file lists an entry."""
    key = getattr(type(entry), "KEYED", "")
    return str(getattr(entry, key)) if key else at


Kind = Literal["money", "ratio", "factor"]


@dataclass(slots=True, eq=False)
class Input:
    """One cell to change.

    Attributes
    ----------
    path : KeyPath
        Where the deal states it.
    value : float
        As the contract says it: money in the major unit, rates and shares as decimals.
    units, numerator, denominator : Formula
        The value in engine units; or as an exact ratio of whole numbers.
    """

    path: KeyPath
    kind: Kind
    value: float
    units: Formula
    numerator: Formula
    denominator: Formula
    row: int = 0

    @property
    def decimals(self) -> int:
        """How many decimals of a rate the exact ratio keeps."""
        return max(DIGITS, len(repr(self.value).partition(".")[2]) if "e" not in repr(self.value) else 15)


@dataclass(slots=True)
class Inputs:
    """The inputs of one deal, in the order in which the engine reads them."""

    deal: str
    by_path: dict[tuple[KeyPath, Kind], Input] = field(default_factory=dict)

    def mark(self, kind: Kind, term: float | Fraction, number: Any) -> Any:
        """What stands for a term of the contract: a cell, if the contract states it."""
        if not isinstance(term, Stated):
            return number
        one = self.add(term.path, kind, float(term), 0.0 if kind == "factor" else number)
        if kind == "factor":
            return exact_ratio(one.numerator, one.denominator)
        return one.units

    def add(self, path: KeyPath, kind: Kind, value: float, units: float) -> Input:
        """The input at a path, once."""
        key = (path, kind)
        if key not in self.by_path:
            exact = decimal(value)
            self.by_path[key] = Input(
                path,
                kind,
                value,
                given(units),
                given(float(exact.numerator)),
                given(float(exact.denominator)),
            )
        return self.by_path[key]

    def rate(self, path: KeyPath, value: float) -> tuple[Number, Number]:
        """A rate as numerator and denominator."""
        if not value:
            return 0.0, 1.0
        one = self.add(path, "factor", value, 0.0)
        return one.numerator, one.denominator

    def listed(self) -> Iterator[Input]:
        """By chapter of the deal, then in the order read."""
        chapters = list(dict.fromkeys(field.name for field in fields(Deal)))
        order = {name: at for at, name in enumerate(chapters)}
        yield from sorted(self.by_path.values(), key=lambda one: order.get(str(one.path[0]), len(order)))

    def name(self, one: Input) -> str:
        """A name that Excel takes: letters, digits, underscores; it cannot be a cell's."""
        return "in_" + re.sub(r"\W", "_", f"{self.deal}_{key_path_text(one.path)}").strip("_")[:200]


def exact_ratio(numerator: Number, denominator: Number) -> Factor:
    """A factor of the engine whose numerator and denominator stand in cells."""
    return Factor(cast("Fraction", Ratio(numerator, denominator)), made("/", numerator, denominator))


@dataclass(frozen=True, slots=True)
class Ratio:
    """Numerator and denominator in lowest terms, as a Fraction names them."""

    numerator: Number
    denominator: Number
