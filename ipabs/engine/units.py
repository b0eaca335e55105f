"""Contract terms as the engine counts them: exact decimals, money in engine units."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from ipabs.engine.arithmetic import Amount, Arithmetic, Factor, Kind, arithmetic
from ipabs.structure.terms import Rounding

Term: TypeAlias = float | Fraction  # of the contract
Mark: TypeAlias = Callable[[Literal["money", "ratio", "factor"], Term, Any], Any]


def unmarked(kind: Literal["money", "ratio", "factor"], term: Term, number: Any) -> Any:
    """A number stands for itself."""
    return number


def decimal(x: float) -> Fraction:
    """The decimal a float was written as: 0.0325 is 325/10000.

    A number given in Python counts as its shortest decimal text too: 1/3 is 0.3333333333333333, not a third.

    >>> decimal(0.0325)
    Fraction(13, 400)
    """
    return Fraction(repr(float(x)))


NOTHING = 1e-12  # of all notes issued, or of a ratio's limit: where nothing rounds, what floats leave of paid amounts


@dataclass(frozen=True, slots=True)
class Units:
    """What a number of the engine stands for.

    Attributes
    ----------
    minor : Fraction or None
        The smallest amount paid, where the contract rounds: amounts are whole multiples of it. ``None``: amounts are
        in the currency's major unit and not rounded.
    exact : bool
        Numbers are Fractions; otherwise floats.
    mark : (kind, term, number) -> number
        What stands for a term of the contract in the steps: its number; the cell of a workbook that holds it.
    nothing : float
        An amount that is none: floats that are not rounded may leave it of what was paid in full. Whole units and
        Fractions leave 0.

    Examples
    --------
    >>> Units(Fraction(1, 100), exact=False).money(12.34)
    1234.0
    """

    minor: Fraction | None
    exact: bool
    mark: Mark = unmarked
    nothing: float = 0

    def money(self, amount: Term) -> Amount:
        """An amount of the contract in engine units, to the nearest whole one where the contract rounds."""
        value = amount if isinstance(amount, Fraction) else decimal(amount)
        whole = value if self.minor is None else Fraction(round(value / self.minor))
        return self.mark("money", amount, self.number(whole))

    def ratio(self, value: float) -> Amount:
        """A limit or weight of the contract."""
        return self.mark("ratio", value, self.number(decimal(value)))

    def limit(self, value: float, *, money: bool, above: bool) -> Amount:
        """A test's limit, moved outwards by no more than floats err: what stands on it in the contract is inside."""
        limit = self.money(value) if money else self.ratio(value)
        if not self.nothing:
            return limit
        error = self.nothing if money else NOTHING * max(1.0, value)
        return limit + error if above else limit - error

    def factor(self, share: float) -> Factor:
        """A part of the contract that multiplies a measure."""
        factor: Factor = self.mark("factor", share, Factor.of(decimal(share)))
        return factor

    def number(self, value: Fraction) -> Amount:
        """A number of the back end."""
        return value if self.exact else float(value)

    @property
    def per_major(self) -> int | float:
        """Engine units in one major unit."""
        if self.minor is None:
            return 1
        units = 1 / self.minor
        return units.numerator if units.denominator == 1 else float(units)


def back_end(rounding: Rounding | None, kind: Kind) -> Arithmetic:
    """The operations under a rounding contract."""
    if rounding is None or rounding.preset == "none":
        return arithmetic(kind)
    if rounding.preset == "fen":
        return arithmetic(kind, "half_up", "largest_remainder")
    return arithmetic(kind, rounding.mode, rounding.share or "largest_remainder")
