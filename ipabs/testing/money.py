"""Amounts, modes and rounding terms of generated deals."""

from dataclasses import dataclass
from typing import Literal, get_args

from hypothesis import strategies as st

from ipabs.structure.terms import Rounding

Mode = Literal["normal", "stress", "rich", "high_spread", "tiny_guarantee"]
MODES: tuple[Mode, ...] = get_args(Mode)

Draws = st.DrawFn

# Amounts that are not rounded are multiples of 1/4, which floats and fractions hold alike.
QUARTER = 0.25

ROUNDINGS: tuple[Rounding, ...] = (
    Rounding(preset="none"),
    Rounding(preset="fen"),
    Rounding(unit=0.01, mode="down", share="down_rest_stays"),
    Rounding(unit=0.01, mode="half_even", share="largest_remainder"),
    Rounding(unit=1.0, mode="half_up", share="down_rest_stays"),
    Rounding(unit=1.0, mode="down", share="largest_remainder"),
)


@dataclass(frozen=True, slots=True)
class Grain:
    """The smallest amount that a deal speaks of."""

    unit: float

    @staticmethod
    def of(rounding: Rounding) -> "Grain":
        """The unit of the rounding term."""
        if rounding.unit is not None:
            return Grain(rounding.unit)
        return Grain(0.01 if rounding.preset == "fen" else QUARTER)

    def amount(self, count: int) -> float:
        """`count` of the smallest amount, as the float nearest to the decimal number.

        >>> Grain(0.01).amount(57)
        0.57
        """
        return count / 100 if self.unit == 0.01 else count * self.unit

    def count(self, amount: float) -> int:
        """How many of the smallest amount `amount` is."""
        return round(amount / self.unit)


def chance(draw: Draws, one_in: int) -> bool:
    """True once in about `one_in` draws, and False in what a failing example shrinks to."""
    return bool(draw(st.integers(0, one_in - 1)) == one_in - 1)


def some(draw: Draws, *words: str, least: int = 1) -> tuple[str, ...]:
    """Some of `words`, in their order."""
    kept = tuple(word for word in words if draw(st.booleans()))
    return kept if len(kept) >= least else words[:least]
