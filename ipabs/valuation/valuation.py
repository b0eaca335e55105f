"""A valuation: one figure or a distribution, the inputs behind it with where they come from, and what it is made of.

A method is a frozen record of inputs with ``value(portfolio, *, as_of) -> Valuation``. Every rate and amount in it is a
number, or an array of draws ``(draw,)``; the formulas are the same for both.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Protocol, TypeAlias

import numpy as np

from ipabs.basics.provenance import Provenance, ProvenanceTable
from ipabs.cashflow.discounting import Values
from ipabs.errors import DataError, Finding, KeyPath, finding, key_path_text, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.ranges import outside
from ipabs.valuation.simulated import mean_error, quantile_error

Series: TypeAlias = tuple[float, ...]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NO_PROVENANCE = ProvenanceTable()
# What a record says about itself and not about value.
NOT_INPUTS = {"provenance", "coverage"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Input:
    """One input of a method.

    Attributes
    ----------
    name : str
        Key path in the method, for instance ``streams.A.royalty_rate``.
    value : float, FloatArray or tuple of float
        A number, draws ``(draw,)``, or one number a period.
    provenance : Provenance, optional

    Examples
    --------
    >>> Input(name="royalty_rate", value=np.array([0.04, 0.06])).mean
    0.05
    """

    name: str
    value: Values | Series
    provenance: Provenance | None = None

    @property
    def mean(self) -> float:
        """The number, or the mean of draws or periods."""
        return float(np.mean(self.value))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What one revenue stream, right, asset or step adds to the whole.

    Attributes
    ----------
    value : float or FloatArray
        In the currency of the valuation; the parts add up to the whole.
    life_years : float
        Remaining economic life, nan where a part has none; `binding` names what ends it.

    Examples
    --------
    >>> Part(name="A", value=np.array([1.0, 3.0]), life_years=8.0, binding="technical").mean
    2.0
    """

    name: str
    value: Values
    life_years: float = np.nan
    binding: str = ""

    @property
    def mean(self) -> float:
        """The value, or the mean of its draws."""
        return float(np.mean(self.value))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Valuation:
    """The result of one method.

    Attributes
    ----------
    value : float or FloatArray
        A number, or draws ``(draw,)``, in `currency`.
    inputs : tuple of Input
        What the method was given, with provenance.
    parts : tuple of Part
        Revenue streams, rights, assets or steps; they add up to `value`.
    findings : tuple of Finding
        Warnings and notes (a finding of severity error is raised instead).

    Examples
    --------
    >>> drawn = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 101))
    >>> drawn
    Valuation(any, 2024-01-01: 50.00 CNY, 5 % to 95 %: 5.00 to 95.00 in 101 draws)
    >>> drawn.quantile(0.25), round(drawn.standard_error, 4)
    (25.0, 2.9155)
    """

    method: str
    as_of: date
    currency: str
    value: Values
    inputs: tuple[Input, ...] = ()
    parts: tuple[Part, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        spread = ""
        if self.draws > 1:
            low, high = self.quantile(0.05), self.quantile(0.95)
            spread = f", 5 % to 95 %: {low:,.2f} to {high:,.2f} in {self.draws:,} draws"
        return f"Valuation({self.method}, {self.as_of}: {self.mean:,.2f} {self.currency}{spread})"

    def _repr_html_(self) -> str:
        quantiles = (
            (f"{level:.0%}", value, self.quantile_error(level)) for level, value in self.quantiles if self.draws > 1
        )
        parts = ((part.name, part.mean, mean_error(part.value)) for part in self.parts)
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td style='text-align:right'>{value:,.2f}"
            f"{f' ± {error:,.2f}' if error else ''}</td></tr>"
            for name, value, error in (*quantiles, *parts, ("mean", self.mean, self.standard_error))
        )
        return f"<p>{html.escape(repr(self))}</p><table>{rows}</table>"

    @property
    def draws(self) -> int:
        """How many draws the value has; 1 for a number."""
        return int(np.size(self.value))

    @property
    def mean(self) -> float:
        """The value, or the mean of its draws."""
        return float(np.mean(self.value))

    @property
    def standard_error(self) -> float:
        """Of the mean: standard deviation / √draws; 0 for a number."""
        return mean_error(self.value)

    def quantile(self, level: float) -> float:
        """The value that the share `level` of the draws does not exceed (linear between order statistics).

        >>> drawn = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 101))
        >>> drawn.quantile(0.05), drawn.quantile(0.5)
        (5.0, 50.0)
        """
        refuse(DataError, outside("level", level, "[0, 1]", single=True))
        return float(np.quantile(self.value, level))

    def quantile_error(self, level: float) -> float:
        """Standard error of a quantile over the draws; 0 for a number.

        >>> drawn = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 101))
        >>> round(drawn.quantile_error(0.5), 3)                              # 100 × √(0.25 / 101)
        4.975
        """
        return quantile_error(np.atleast_1d(self.value), level)

    @property
    def quantiles(self) -> tuple[tuple[float, float], ...]:
        """Level and value at 5, 25, 50, 75 and 95 %.

        >>> drawn = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 101))
        >>> drawn.quantiles[0]
        (0.05, 5.0)
        """
        return tuple((level, self.quantile(level)) for level in QUANTILES)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is worth knowing and no fault."""
        return tuple(found for found in self.findings if found.severity == "note")

    def part(self, name: str) -> Part:
        """One part by name.

        >>> one = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=5.0,
        ...                 parts=(Part(name="A", value=5.0),))
        >>> one.part("A").mean
        5.0
        """
        known = {part.name: part for part in self.parts}
        if name not in known:
            raise DataError(finding("valuation.no_part", "no part {got!r}; {hint}", got=name, allowed=known))
        return known[name]

    def input(self, name: str) -> Input:
        """One input by its key path.

        >>> one = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=5.0,
        ...                 inputs=(Input(name="royalty_rate", value=0.05),))
        >>> one.input("royalty_rate").mean
        0.05
        """
        known = {entry.name: entry for entry in self.inputs}
        if name not in known:
            raise DataError(finding("valuation.no_input", "no input {got!r}; {hint}", got=name, allowed=known))
        return known[name]


class Method(Protocol):
    """A valuation method: a record of inputs that values a portfolio.

    >>> @dataclass
    ... class AtCost:
    ...     spent: float
    ...     def value(self, portfolio, *, as_of):
    ...         return Valuation(method="at cost", as_of=as_of, currency="CNY", value=self.spent)
    >>> AtCost(spent=5e5).value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(at cost, 2024-01-01: 500,000.00 CNY)
    """

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of `portfolio` on `as_of`."""


def inputs_of(method: object, provenance: ProvenanceTable = NO_PROVENANCE) -> tuple[Input, ...]:
    """Every number, draw and series of a method's record, by key path.

    >>> from ipabs.valuation.cost import CostItem, ReplacementCost
    >>> inputs_of(ReplacementCost(items=(CostItem(name="research", amount=4e6),)))[0].name
    'items.research.amount'
    """
    return tuple(
        Input(name=key_path_text(path), value=value, provenance=provenance.of(path)) for path, value in leaves(method)
    )


def leaves(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Values | Series]]:
    """Every number, draw and series below a record, with its key path; records in a tuple go by name.

    >>> list(leaves(Part(name="A", value=5.0, life_years=8.0)))
    [(('value',), 5.0), (('life_years',), 8.0)]
    """
    match value:
        case bool() | str() | date() | None:
            return
        case int() | float() | np.ndarray():
            yield path, value
        case tuple() if value and all(isinstance(one, int | float) for one in value):
            yield path, tuple(map(float, value))
        case tuple():
            for at, one in enumerate(value):
                yield from leaves(one, (*path, getattr(one, "name", at)))
        case _ if is_dataclass(value):
            for field in fields(value):
                if field.name not in NOT_INPUTS:
                    yield from leaves(getattr(value, field.name), (*path, field.name))


def total(parts: Sequence[Values]) -> Values:
    """The sum of parts, in the order given; 0 for none.

    >>> total([1.5, np.array([1.0, 2.0])])
    array([2.5, 3.5])
    """
    summed: Values = 0.0
    for part in parts:
        summed = summed + part
    return summed
