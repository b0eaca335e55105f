"""Contract terms as the engine counts them: exact decimals, money in engine units."""

from dataclasses import dataclass
from fractions import Fraction

from ipabs.engine.arithmetic import Amount


def decimal(x: float) -> Fraction:
    """The decimal a float was written as: 0.0325 is 325/10000.

    >>> decimal(0.0325)
    Fraction(13, 400)
    """
    return Fraction(repr(float(x)))


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

    Examples
    --------
    >>> Units(Fraction(1, 100), exact=False).money(12.34)
    1234.0
    """

    minor: Fraction | None
    exact: bool

    def money(self, amount: float | Fraction) -> Amount:
        """An amount of the contract in engine units, to the nearest whole one where the contract rounds."""
        value = amount if isinstance(amount, Fraction) else decimal(amount)
        return self.number(value if self.minor is None else Fraction(round(value / self.minor)))

    def ratio(self, value: float) -> Amount:
        """A limit or weight of the contract."""
        return self.number(decimal(value))

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
