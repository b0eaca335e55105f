"""Amounts, modes and rounding terms of generated deals."""

from dataclasses import dataclass
from typing import Literal, get_args

from hypothesis import strategies as st

from ipabs.structure.terms import Rounding

Mode = Literal["normal", "stress", "rich", "high_spread", "tiny_guarantee"]
MODES: tuple[Mode, ...] = get_args(Mode)

Draws = st.DrawFn

LARGE = 10_000_000  # amounts of this many units times a rate are beyond what one float64 product holds exactly

ROUNDINGS: tuple[Rounding, ...] = (
    Rounding(preset="none"),
    Rounding(preset="fen"),
    Rounding(unit=0.01, mode="down", share="down_rest_stays"),
    Rounding(unit=0.01, mode="half_even", share="largest_remainder"),
    Rounding(unit=1.0, mode="half_up", share="down_rest_stays"),
    Rounding(unit=1.0, mode="down", share="largest_remainder"),
    Rounding(unit=10.0, mode="half_even", share="largest_remainder"),
    Rounding(unit=0.01, mode="half_up", share="largest_remainder", per_face=100.0),
)


@dataclass(frozen=True, slots=True)
class Grain:
    """The smallest amount that a deal speaks of: `size` units of its rounding, or cents."""

    unit: float
    size: int = 1
    face: int = 1  # how many units a note's principal is a multiple of

    @staticmethod
    def of(rounding: Rounding, size: int = 1) -> "Grain":
        """The unit of the rounding term."""
        unit = 0.01 if rounding.unit is None else rounding.unit
        return Grain(unit, size, 1 if rounding.per_face is None else round(rounding.per_face / unit))

    def amount(self, count: int) -> float:
        """`count` of the smallest amount, as the float nearest to the decimal number.

        >>> Grain(0.01).amount(57)
        0.57
        """
        return count * self.size / 100 if self.unit == 0.01 else count * self.size * self.unit

    def principal(self, count: int) -> float:
        """About `count` of them, and a whole number of face values.

        >>> Grain(0.01, face=10_000).principal(12_345)
        200.0
        """
        return self.amount(-(-count // self.face) * self.face)

    def count(self, amount: float) -> int:
        """How many of the smallest amount `amount` is."""
        return round(amount / (self.unit * self.size))


def chance(draw: Draws, one_in: int) -> bool:
    """True once in about `one_in` draws, and False in what a failing example shrinks to."""
    return bool(draw(st.integers(0, one_in - 1)) == one_in - 1)


def some(draw: Draws, *words: str, least: int = 1) -> tuple[str, ...]:
    """Some of `words`, in their order."""
    kept = tuple(word for word in words if draw(st.booleans()))
    return kept if len(kept) >= least else words[:least]
