"""The engine's operations on formulas, products of whole numbers exact.

Both programs calculate in float64, so whole numbers are exact below 2**53, and ``INT(x/y)`` of whole numbers is the
exact floor while they have at most fifteen digits. Products are therefore taken apart: a rounded product needs
``2 * numerator * denominator < 10**15`` of its factor and a result below ``10**15``, a pro rata split amounts below
10**12 units (ten billion yuan in fen). Beyond that the last unit of a tie may differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ipabs.engine.arithmetic import Arithmetic, Factor, Mode, Numbers, ShareRule, after, rounding, sharing
from ipabs.report.workbook.formula import Formula, Number, floor, hi, invert, lo, made, pick, ratio

MILLION = 10**6


def divide_by_ratio(a: Number, numerator: Number, denominator: Number) -> tuple[Number, Number]:
    """Floor and remainder of ``a * numerator / denominator``, the denominator taken out of ``a`` first."""
    whole = floor(made("/", a, denominator))
    product = (a - denominator * whole) * numerator
    part = floor(made("/", product, denominator))
    return whole * numerator + part, product - denominator * part


@dataclass(frozen=True, slots=True)
class Halves:
    """Numbers in two parts, ``x = high * 10**6 + low``, each taken apart once."""

    seen: dict[Formula, tuple[Number, Number]] = field(default_factory=dict)

    def of(self, x: Number) -> tuple[Number, Number]:
        """High and low part."""
        if not isinstance(x, Formula):
            return float(x // MILLION), float(x % MILLION)
        if x not in self.seen:
            high = floor(x / MILLION)
            self.seen[x] = high, x - high * MILLION
        return self.seen[x]

    def divide(self, a: Number, weight: Number, over: Number) -> tuple[Number, Number]:
        """Floor and remainder of ``a * weight / over``: a guess, its remainder part by part, and the guess mended."""
        guess = floor(ratio(a * weight, over, 0))
        (ah, al), (wh, wl), (qh, ql), (oh, ol) = (self.of(x) for x in (a, weight, guess, over))
        high = ah * wh - qh * oh
        middle = ah * wl + al * wh - qh * ol - ql * oh
        rest = (high * MILLION + middle) * MILLION + (al * wl - ql * ol)
        low, much = rest < 0, rest >= over
        quotient = guess + pick(much, 1, 0) - pick(low, 1, 0)
        return quotient, rest - pick(much, over, 0) + pick(low, over, 0)


def numbers(divide: Callable[[Number, Number, Number], tuple[Number, Number]]) -> Numbers:
    """Formulas as a kind of number of the engine."""
    return Numbers(lo=lo, hi=hi, pick=pick, ratio=ratio, invert=invert, floor=floor, divide=divide)


def formulas(mode: Mode | None, rule: ShareRule) -> Arithmetic:
    """The engine's operations on formulas; `mode` None where amounts are not rounded.

    >>> from ipabs.report.workbook.formula import given, text
    >>> m = formulas("half_up", "largest_remainder")
    >>> a, b = given(50.0), given(70.0)
    >>> text(m.lo(a, b - 30)), m.lo(a, b - 30).value
    ('MIN(50,70-30)', 40.0)
    """
    when_short = sharing(numbers(Halves().divide), mode, rule)

    def share(available: Number, wants: Sequence[Number], weights: Sequence[Number] | None) -> list[Number]:
        if not any(isinstance(want, Formula) or want for want in wants):
            return list(wants)
        enough = after(available, wants) >= 0
        parts = when_short(available, wants, weights)
        return [pick(enough, want, part) for want, part in zip(wants, parts, strict=True)]

    def product(amount: Number, factor: Factor) -> Number:
        return made("/", amount * factor.exact.numerator, factor.exact.denominator)

    rounded = product if mode is None else rounding(numbers(divide_by_ratio), mode)
    return Arithmetic(lo=lo, hi=hi, pick=pick, ratio=ratio, share=share, rounded=rounded, invert=invert, floor=floor)
