"""The closed set of operations that steps are written with, on floats, Fractions and arrays alike.

A step uses ``+ - *``, comparisons and the operations of an `Arithmetic`: ``lo, hi, pick, ratio, share, rounded,
invert, floor``. Three back ends give them the same meaning: Python floats (one scenario, full trace),
`fractions.Fraction` (exact) and numpy arrays (scenarios, or a block of paths). Each comes plain (amounts in the
currency's major unit, no rounding) or whole (amounts are whole minor units, every product rounded as the contract
says). A path gives the same bits alone and in a block.
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np

Amount: TypeAlias = Any  # a float, a Fraction or an array over paths: steps do not know which
Condition: TypeAlias = Any  # a bool or a boolean array over paths
Kind = Literal["float", "fraction", "array"]
Mode = Literal["half_up", "half_even", "down"]
ShareRule = Literal["largest_remainder", "down_rest_stays"]

LARGEST = 2**50  # numerators and denominators up to here keep the residuals below exact in float64
EXACT = float(2**52)  # below, a product and its neighbors are exact in float64
SPLITTER = 134217729.0  # 2**27 + 1, which halves a float64's digits


@dataclass(frozen=True, slots=True)
class Factor:
    """A rate for a period or a share of a base: an exact ratio of integers, and its float.

    >>> Factor.of(Fraction(301, 40000))
    Factor(exact=Fraction(301, 40000), value=0.007525)
    """

    exact: Fraction
    value: float

    @classmethod
    def of(cls, exact: Fraction) -> "Factor":
        """Keep numerator and denominator below 2**50; only a rate with more than twelve digits is ever moved."""
        if max(abs(exact.numerator), exact.denominator) > LARGEST:
            exact = exact.limit_denominator(10**12)
        return cls(exact, float(exact))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The operations of one back end under one rounding contract.

    Attributes
    ----------
    lo, hi : (a, b) -> amount
        The smaller and the larger.
    pick : (condition, a, b) -> amount
        ``a`` where the condition holds, else ``b``.
    ratio : (a, b, at_zero) -> number
        ``a / b``, and `at_zero` where ``b`` is 0.
    share : (available, wants, weights) -> list of amounts
        Split what is available: enough gives exactly what is wanted; see `docs/engine.md` for the short case.
    rounded : (amount, factor) -> amount
        ``amount * factor`` under the rounding contract.
    invert : (condition) -> condition
        True where the condition is false.
    floor : (number) -> number
        The largest whole number not above it.
    """

    lo: Callable[[Amount, Amount], Amount]
    hi: Callable[[Amount, Amount], Amount]
    pick: Callable[[Condition, Amount, Amount], Amount]
    ratio: Callable[[Amount, Amount, Any], Amount]
    share: Callable[[Amount, Sequence[Amount], Sequence[Amount] | None], list[Amount]]
    rounded: Callable[[Amount, Factor], Amount]
    invert: Callable[[Condition], Condition]
    floor: Callable[[Amount], Amount]


def arithmetic(kind: Kind, mode: Mode | None = None, share: ShareRule = "largest_remainder") -> Arithmetic:
    """The back end of `kind`; `mode` is the rounding of whole minor units, or ``None`` for plain amounts.

    >>> fen = arithmetic("float", "half_up")
    >>> fen.rounded(1_000_000_200.0, Factor.of(Fraction(301, 40_000)))      # exactly 7525001.505 fen
    7525002.0
    >>> fen.share(100.0, [50.0, 50.0, 50.0], None)
    [34.0, 33.0, 33.0]
    >>> arithmetic("float").share(100.0, [80.0, 120.0], None)
    [40.0, 60.0]
    """
    numbers = {"float": _FLOATS, "fraction": _FRACTIONS, "array": _ARRAYS}[kind]
    short = sharing(numbers, mode, share)
    return Arithmetic(
        lo=numbers.lo,
        hi=numbers.hi,
        pick=numbers.pick,
        ratio=numbers.ratio,
        share=_share_each(short) if kind == "array" else _share_one(short),
        rounded=_times(kind) if mode is None else rounding(numbers, mode),
        invert=numbers.invert,
        floor=numbers.floor,
    )


# The three kinds of numbers


@dataclass(frozen=True, slots=True)
class Numbers:
    """What differs between one kind of number and another; `divide` is floor and exact remainder of ``a * b / d``."""

    lo: Callable[[Amount, Amount], Amount]
    hi: Callable[[Amount, Amount], Amount]
    pick: Callable[[Condition, Amount, Amount], Amount]
    ratio: Callable[[Amount, Amount, Any], Amount]
    invert: Callable[[Condition], Condition]
    floor: Callable[[Amount], Amount]
    divide: Callable[[Amount, Amount, Amount], tuple[Amount, Amount]]


def _lo_one(a: Amount, b: Amount) -> Amount:
    """The built-in takes twice as long."""
    return b if b < a else a


def _hi_one(a: Amount, b: Amount) -> Amount:
    return b if b > a else a


def _pick_one(condition: Condition, a: Amount, b: Amount) -> Amount:
    return a if condition else b


def _pick_fraction(condition: Condition, a: Amount, b: Amount) -> Amount:
    """A literal becomes a Fraction: 0 / 1 of two literals would be a float."""
    picked = a if condition else b
    return Fraction(picked) if type(picked) is int else picked


def _pick_each(condition: Condition, a: Amount, b: Amount) -> Amount:
    """`numpy.where` copies, and is slower than to see that all paths agree."""
    return a if np.all(condition) else np.where(condition, a, b)


def _ratio_one(a: Amount, b: Amount, at_zero: Any) -> Amount:
    return a / b if b else at_zero


def _ratio_each(a: Amount, b: Amount, at_zero: Any) -> Amount:
    zero = np.equal(b, 0)
    if not np.any(zero):
        return a / b
    return np.where(zero, at_zero, a / np.where(zero, 1, b))


def _floor_float(x: Amount) -> Amount:
    return float(math.floor(x))


def _floor_fraction(x: Amount) -> Amount:
    return Fraction(math.floor(x))


def _divide_float(a: Amount, b: Amount, d: Amount) -> tuple[Amount, Amount]:
    quotient, remainder = divmod(int(a) * int(b), int(d))
    return float(quotient), float(remainder)


def _divide_fraction(a: Amount, b: Amount, d: Amount) -> tuple[Amount, Amount]:
    quotient, remainder = divmod(int(a) * int(b), int(d))
    return Fraction(quotient), Fraction(remainder)


def two_product(a: Amount, b: Amount) -> tuple[Amount, Amount]:
    """Product and its rounding error, ``a * b == p + e`` exactly (Dekker 1971, Numerische Mathematik 18, 224-242)."""
    product = a * b
    c = SPLITTER * a
    a_high = c - (c - a)
    a_low = a - a_high
    c = SPLITTER * b
    b_high = c - (c - b)
    b_low = b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _divide_each(a: Amount, b: Amount, d: Amount) -> tuple[Amount, Amount]:
    """Whole numbers in float64; the short way is taken where every product is exact, and gives the same bits."""
    product = a * b
    if np.max(product, initial=0) < EXACT:
        quotient = np.floor(product / d)
        remainder = product - quotient * d
    else:
        product, error = two_product(a, b)
        quotient = np.floor(product / d)
        back, back_error = two_product(quotient, d)
        remainder = (product - back) + (error - back_error)
    low, high = remainder < 0, remainder >= d
    if np.any(low) or np.any(high):  # the quotient's own rounding is at most one whole number away
        step = np.where(low, -1, np.where(high, 1, 0))
        return quotient + step, remainder - step * d
    return quotient, remainder


_FLOATS = Numbers(
    lo=_lo_one,
    hi=_hi_one,
    pick=_pick_one,
    ratio=_ratio_one,
    invert=operator.not_,
    floor=_floor_float,
    divide=_divide_float,
)
_FRACTIONS = Numbers(
    lo=_lo_one,
    hi=_hi_one,
    pick=_pick_fraction,
    ratio=_ratio_one,
    invert=operator.not_,
    floor=_floor_fraction,
    divide=_divide_fraction,
)
_ARRAYS = Numbers(
    lo=np.minimum,
    hi=np.maximum,
    pick=_pick_each,
    ratio=_ratio_each,
    invert=np.logical_not,
    floor=np.floor,
    divide=_divide_each,
)


# Rounding


def _times(kind: Kind) -> Callable[[Amount, Factor], Amount]:
    """Without a rounding contract a product is just a product."""
    if kind == "fraction":
        return lambda amount, factor: amount * factor.exact
    return lambda amount, factor: amount * factor.value


def rounding(numbers: Numbers, mode: Mode) -> Callable[[Amount, Factor], Amount]:
    """Whole minor units, decided by the exact remainder; ``floor(x + 0.5)`` would be wrong in one case of 140."""
    divide, pick, floor = numbers.divide, numbers.pick, numbers.floor

    def down(amount: Amount, factor: Factor) -> Amount:
        return divide(amount, factor.exact.numerator, factor.exact.denominator)[0]

    def half_up(amount: Amount, factor: Factor) -> Amount:
        quotient, remainder = divide(amount, factor.exact.numerator, factor.exact.denominator)
        return quotient + pick(2 * remainder >= factor.exact.denominator, 1, 0)

    def half_even(amount: Amount, factor: Factor) -> Amount:
        denominator = factor.exact.denominator
        quotient, remainder = divide(amount, factor.exact.numerator, denominator)
        odd = quotient - 2 * floor(quotient / 2)
        return quotient + pick(2 * remainder > denominator, 1, pick(2 * remainder >= denominator, odd, 0))

    return {"half_up": half_up, "half_even": half_even, "down": down}[mode]


# Sharing

Portions: TypeAlias = Callable[[Amount, Sequence[Amount], Amount], list[Amount]]


def total(amounts: Sequence[Amount]) -> Amount:
    """Left-to-right addition: the built-in and numpy's pairwise sums differ in the last bit."""
    result = amounts[0]
    for amount in amounts[1:]:
        result = result + amount
    return result


def after(available: Amount, wants: Sequence[Amount]) -> Amount:
    """What is left when all are paid in turn; below 0 there is not enough, to a float's last digit."""
    for want in wants:
        available = available - want
    return available


def _portions(numbers: Numbers, mode: Mode | None, rule: ShareRule) -> Portions:
    """How `amount` divides over claimants in proportion to `weights`, whose total `over` is above 0."""

    def plain(amount: Amount, weights: Sequence[Amount], over: Amount) -> list[Amount]:
        left, result = amount, []
        for weight in weights[:-1]:
            portion = numbers.lo(amount * (weight / over), left)
            left = left - portion
            result.append(portion)
        return [*result, left]

    def down(amount: Amount, weights: Sequence[Amount], over: Amount) -> list[Amount]:
        return [numbers.divide(amount, weight, over)[0] for weight in weights]

    def largest_remainder(amount: Amount, weights: Sequence[Amount], over: Amount) -> list[Amount]:
        parts = [numbers.divide(amount, weight, over) for weight in weights]
        left = amount - total([quotient for quotient, _ in parts])
        result = []
        for mine, (quotient, remainder) in enumerate(parts):
            rank = total(
                [
                    numbers.pick(other >= remainder if theirs < mine else other > remainder, 1, 0)
                    for theirs, (_, other) in enumerate(parts)
                ]
            )
            result.append(quotient + numbers.pick(rank < left, 1, 0))
        return result

    if mode is None:
        return plain
    return largest_remainder if rule == "largest_remainder" else down


def _portion(numbers: Numbers, mode: Mode | None) -> Callable[[Amount, Amount, Amount], Amount]:
    """One claimant's part of `amount`, whole units only where the contract rounds."""
    if mode is None:
        return lambda amount, weight, over: amount * (weight / over)
    return lambda amount, weight, over: numbers.divide(amount, weight, over)[0]


Share: TypeAlias = Callable[[Amount, Sequence[Amount], Sequence[Amount] | None], list[Amount]]


def sharing(numbers: Numbers, mode: Mode | None, rule: ShareRule) -> Share:
    """`share` where less is available than wanted."""
    lo, pick, portions = numbers.lo, numbers.pick, _portions(numbers, mode, rule)
    floored = _portion(numbers, mode)

    def by_wants(available: Amount, wants: Sequence[Amount]) -> list[Amount]:
        """In proportion to what is wanted: nobody can be offered more than that, but for a float's last digit."""
        return [lo(part, want) for part, want in zip(portions(available, wants, total(wants)), wants, strict=True)]

    def by_weights(available: Amount, wants: Sequence[Amount], weights: Sequence[Amount]) -> list[Amount]:
        """By weight: who is filled is taken out, round by round, and the rest is divided once among the others."""
        left, rests = available, list(wants)
        for _ in wants[1:]:
            basis, over = bases(rests, weights)
            filled = [floored(left, weight, over) >= rest for weight, rest in zip(basis, rests, strict=True)]
            left = left - total([pick(full, rest, 0) for full, rest in zip(filled, rests, strict=True)])
            rests = [pick(full, 0, rest) for full, rest in zip(filled, rests, strict=True)]
        parts = portions(left, *bases(rests, weights))
        gifts = [lo(part, rest) for part, rest in zip(parts, rests, strict=True)]
        return within(available, [want - rest + gift for want, rest, gift in zip(wants, rests, gifts, strict=True)])

    def bases(rests: Sequence[Amount], weights: Sequence[Amount]) -> tuple[list[Amount], Amount]:
        """What those who still want share by, and its total: their weights, or their wants once no weight is left."""
        open_weights = [pick(rest > 0, weight, 0) for rest, weight in zip(rests, weights, strict=True)]
        weighted = total(open_weights) > 0
        basis = [pick(weighted, weight, rest) for weight, rest in zip(open_weights, rests, strict=True)]
        over = total(basis)
        return basis, pick(over > 0, over, 1)

    def within(available: Amount, paid: Sequence[Amount]) -> list[Amount]:
        """Paying in the order listed never overdraws, whatever a float's last digit says."""
        left, result = available, []
        for amount in paid:
            payment = lo(amount, left)
            left = left - payment
            result.append(payment)
        return result

    return lambda available, wants, weights: (
        by_wants(available, wants) if weights is None else by_weights(available, wants, weights)
    )


def _share_one(when_short: Share) -> Share:
    """`share` of one path."""

    def share(available: Amount, wants: Sequence[Amount], weights: Sequence[Amount] | None) -> list[Amount]:
        return list(wants) if after(available, wants) >= 0 else when_short(available, wants, weights)

    return share


def _share_each(when_short: Share) -> Share:
    """`share` of a block: only the paths that are short are split, and each has the bits it would have alone."""

    def share(available: Amount, wants: Sequence[Amount], weights: Sequence[Amount] | None) -> list[Amount]:
        left = after(available, wants)
        short = np.flatnonzero(np.less(left, 0))
        if not short.size:
            return list(wants)
        shape = np.broadcast_shapes(np.shape(left), (1,))
        given = (available, *wants, *(weights or ()))
        cut, *rest = (np.broadcast_to(each, shape)[short] for each in given)
        parts = when_short(cut, rest[: len(wants)], None if weights is None else rest[len(wants) :])
        paid = [np.array(np.broadcast_to(want, shape), dtype=np.float64) for want in wants]
        for each, part in zip(paid, parts, strict=True):
            each[short] = part
        return paid

    return share
