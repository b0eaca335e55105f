"""Numbers as text: one strict grammar, read with a single rounding and shown so that they read back the same.

Digits with an optional point and exponent, at most 30 digits and an exponent up to 30, then an optional unit.
Full-width characters, separators, leading zeros, hexadecimal, sexagesimal, NaN and infinity are refused with what to
write.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ipabs.errors import Finding, finding

MOST_DIGITS = 30
LARGEST = 1e30
LARGEST_INTEGER = 10**18
PLAIN: Mapping[str, int] = MappingProxyType({"": 0})

NUMBER = re.compile(r"([+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(?:[eE]([+-]?[0-9]{1,4}))?\s*([^0-9\s].*)?")
SEPARATED = re.compile(r"[+-]?[0-9]+(?:[,_' ][0-9]+)+(?:\.[0-9]+)?\D*")
DECIMAL_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]{1,2}|[0-9]{4,})(\D*)")
LEADING_ZERO = re.compile(r"[+-]?0[0-9]+\D*")


def number_text(value: float, power: int = 0) -> str:
    """Shortest decimal text of ``value * 10**power`` that reads back to the same float.

    >>> number_text(95000000.0), number_text(0.0325, 2), number_text(1.25e-30)
    ('95000000', '3.25', '1.25e-30')
    """
    shifted = Decimal(repr(value) if isinstance(value, int) else repr(float(value))).scaleb(power).normalize()
    text = f"{shifted:f}"
    return text if len(text) <= MOST_DIGITS else f"{shifted:e}"


def scaled(text: str, powers: Mapping[str, int]) -> float | Finding | None:
    """The number in `text` times the power of ten of its unit; None when it does not have that form.

    >>> scaled("9500万元", {"万元": 4}), scaled("3.25%", {"%": -2}), scaled("ten", {})
    (95000000.0, 0.0325, None)
    >>> print(scaled("9,500", {"": 0}))
    '9,500' has separators between digits; write 9500
    """
    if len(text) > 2 * MOST_DIGITS or sum(map(str.isdigit, text)) > MOST_DIGITS:
        return finding("number.digits", "{got!r} is too long: a number has at most 30 digits", got=text[:20] + "…")
    half_width = unicodedata.normalize("NFKC", text)
    if half_width != text:
        number = scaled(half_width, powers)
        if not isinstance(number, float):
            return number
        return finding(
            "number.full_width", "{got!r} has full-width characters; write {write}", got=text, write=half_width
        )
    if SEPARATED.fullmatch(text):
        # Three digits behind a comma are thousands; one, two or more than three are what others write behind a point.
        write = DECIMAL_COMMA.sub(r"\1.\2\3", text) if DECIMAL_COMMA.fullmatch(text) else ""
        write = write or re.sub(r"(?<=[0-9])[,_' ](?=[0-9])", "", text)
        return finding(
            "number.separator", "{got!r} has separators between digits; write {write}", got=text, write=write
        )
    if LEADING_ZERO.fullmatch(text):
        return finding("number.leading_zero", "{got!r} has leading zeros; write it without them", got=text)
    match = NUMBER.fullmatch(text)
    if match is None or (match[3] or "") not in powers:
        return None
    exponent = int(match[2] or 0)
    if abs(exponent) > MOST_DIGITS:
        return finding("number.exponent", "{got!r} has an exponent beyond 30", got=text)
    return float(f"{match[1]}e{exponent + powers[match[3] or '']}")


def is_bare(text: str) -> bool:
    """Whether a number stands without a unit.

    >>> is_bare("3.25"), is_bare("3.25%")
    (True, False)
    """
    return text[-1].isdigit()


def check_finite(value: object) -> Finding | None:
    """A number is finite, and within 1e-30 to 1e30 unless it is 0.

    >>> print(check_finite(float("nan")))
    nan is not a finite number
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return finding("number.type", "{got!r} is no number but {type}", got=value, type=type(value).__name__)
    if isinstance(value, float) and not math.isfinite(value):
        return finding("number.finite", "{got} is not a finite number", got=value)
    if abs(value) > LARGEST or 0 < abs(value) < 1 / LARGEST:
        return finding("number.magnitude", "{got} is beyond 1e30, or closer to 0 than 1e-30", got=printable(value))
    return None


def printable(value: float) -> object:
    """The number itself, or the power of two that a huge integer reaches: Python refuses to print 4300 digits.

    >>> printable(95), printable(10**5000)
    (95, '2^16609')
    """
    return f"2^{value.bit_length() - 1}" if isinstance(value, int) and value.bit_length() > 200 else value


def parse_integer(text: str) -> int | Finding:
    """A whole number in digits.

    >>> parse_integer("12")
    12
    >>> print(parse_integer("12.5"))
    '12.5' is no whole number; write digits only
    """
    number = scaled(text, PLAIN)
    if isinstance(number, Finding):
        return number
    if number is None or not text.lstrip("+-").isdigit():
        return finding("unit.integer", "{got!r} is no whole number; write digits only", got=text)
    return int(text)


def check_integer(value: Any) -> Finding | None:
    """A whole number fits 18 digits.

    >>> print(check_integer(10**19))
    10000000000000000000 has more than 18 digits
    """
    if isinstance(value, bool) or not isinstance(value, int):
        return finding(
            "unit.integer_type", "{got!r} is no whole number but {type}", got=value, type=type(value).__name__
        )
    if abs(value) > LARGEST_INTEGER:
        return finding("unit.integer_range", "{got} has more than 18 digits", got=printable(value))
    return None


def check_count(value: Any) -> Finding | None:
    """A count is a whole number of 0 or more.

    >>> print(check_count(-1))
    -1 is negative; 0 or more is valid
    """
    if fault := check_integer(value):
        return fault
    return None if value >= 0 else finding("unit.negative", "{got} is negative; 0 or more is valid", got=value)
