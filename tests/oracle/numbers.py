"""Numbers of the oracle: exact rationals, ratios, and parts in proportion."""

from fractions import Fraction
from typing import Any

INFINITE = "infinite"  # larger than every limit
NEAR = Fraction(1, 10**12)
Money = Fraction
Books = dict[str, Money]


def exact(number: float) -> Fraction:
    """A number as it is written in decimals: 3.25 % is 13/400."""
    return Fraction(repr(float(number)))


def ratio(top: Any, bottom: Any, at_zero: Any) -> Any:
    """top / bottom, with its value where there is nothing to divide by."""
    if bottom == 0:
        return at_zero
    if INFINITE in (top, bottom):
        return INFINITE if bottom != INFINITE else Fraction(0)
    return top / bottom


def proportional(cash: Money, wants: list[Money], weights: list[Fraction]) -> list[Fraction]:
    """Parts in proportion to the weights, none above its want; what one cannot take goes to the rest."""
    parts = [Fraction(0)] * len(wants)
    open_ = [i for i, want in enumerate(wants) if want > 0 and weights[i] > 0]
    while open_:
        total = sum(weights[i] for i in open_)
        filled = [i for i in open_ if cash * weights[i] >= wants[i] * total]
        if not filled:
            for i in open_:
                parts[i] = cash * weights[i] / total
            return parts
        for i in filled:
            parts[i] = wants[i]
        cash -= sum((wants[i] for i in filled), Fraction(0))
        open_ = [i for i in open_ if i not in filled]
    without = [i for i, want in enumerate(wants) if want > 0 and weights[i] == 0]
    rest = sum((wants[i] for i in without), Fraction(0))
    for i in without:  # what has no weight comes last, in proportion to what it wants
        parts[i] = wants[i] * min(cash / rest, Fraction(1))
    return parts
