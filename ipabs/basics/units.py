"""Units: how a rate, an amount of money, a share or a date is written, shown and bounded.

A `Unit` owns the grammar of one kind of value and its range, so the reader of files and the check of objects built in
Python say the same. Numbers are read from their decimal text with one rounding (``3.25%`` is the float nearest to
13/400), never by dividing a float.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from ipabs.basics.durations import (
    check_date,
    check_months,
    check_years,
    parse_date,
    parse_months,
    parse_years,
    show_months,
    show_years,
)
from ipabs.basics.numerals import (
    PLAIN,
    check_count,
    check_finite,
    check_integer,
    is_bare,
    number_text,
    parse_integer,
    scaled,
)
from ipabs.errors import Finding, finding

BARE_RATE_LIMIT = 0.2

RATE: Mapping[str, int] = MappingProxyType({"": 0, "%": -2, "bp": -4})
SHARE: Mapping[str, int] = MappingProxyType({"": 0, "%": -2})
MONEY: Mapping[str, int] = MappingProxyType(
    {"": 0, "元": 0, "千元": 3, "万元": 4, "万": 4, "百万元": 6, "亿元": 8, "亿": 8}
)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """How one kind of value stands in a file.

    Attributes
    ----------
    name : str
        The unit's name, for schema and documentation.
    parse : callable
        Text to value, or to the `Finding` that says what to write.
    check : callable
        Value to the `Finding` that says why it is out of range or of the wrong type, or None.
    show : callable
        Value to its canonical form in a file: text, number or truth value; `parse` reads it back to the same value.
    json : mapping
        JSON Schema of the written form.

    Examples
    --------
    >>> MONEY_UNIT.read("9500万元"), MONEY_UNIT.show(95_000_000.0), RATE_UNIT.show(0.0325)
    (95000000.0, 95000000.0, '3.25%')
    """

    name: str
    parse: Callable[[str], object]
    check: Callable[[Any], Finding | None]
    show: Callable[[Any], str | int | float | bool]
    json: Mapping[str, object]

    def read(self, text: str) -> Any:
        """The value of `text`, or the finding that refuses it, range included.

        >>> RATE_UNIT.read("325bp")
        0.0325
        >>> print(RATE_UNIT.read("130%"))
        1.3 is outside -100% to 100% a year
        """
        value = self.parse(text)
        return value if isinstance(value, Finding) else self.check(value) or value


class Key(str):
    """The word for a field in a file, where Python needs another one: ``Annotated[str, Key("from")]``.

    >>> Key("from")
    'from'
    """

    __slots__ = ()


def parse_rate(text: str) -> float | Finding:
    """A rate in decimals per year from ``3.25%``, ``325bp`` or ``0.0325``; a bare 0.2 or more is refused.

    >>> parse_rate("3.25%"), parse_rate("150bp")
    (0.0325, 0.015)
    >>> print(parse_rate("3.25"))
    '3.25' without a unit looks like a percentage; write 3.25%
    """
    rate = scaled(text, RATE)
    if rate is None:
        return finding("unit.rate", "{got!r} is no rate; write 3.25%, 325bp or 0.0325", got=text)
    if isinstance(rate, float) and is_bare(text) and abs(rate) >= BARE_RATE_LIMIT:
        percent = number_text(rate)
        write = f"{percent}bp" if abs(rate) > 100 else f"{percent}%"
        write = f"{number_text(rate, 2)}% / {percent}%" if abs(rate) <= 1 else write
        return finding(
            "unit.bare_percentage",
            "{got!r} without a unit looks like a percentage; write {write}",
            got=text,
            write=write,
        )
    return rate


def check_rate(value: Any) -> Finding | None:
    """A rate lies between -100% and 100% a year.

    >>> check_rate(0.0325) is None, str(check_rate(3.25))
    (True, '3.25 is outside -100% to 100% a year')
    """
    if fault := check_finite(value):
        return fault
    return None if -1 <= value <= 1 else finding("unit.rate_range", "{got} is outside -100% to 100% a year", got=value)


def parse_share(text: str) -> float | Finding:
    """A share of a whole from ``75%`` or ``0.75``.

    >>> parse_share("75%"), parse_share("0.75")
    (0.75, 0.75)
    >>> print(parse_share("75"))
    '75' without a unit looks like a percentage; write 75%
    """
    share = scaled(text, SHARE)
    if share is None:
        return finding("unit.share", "{got!r} is no share; write 75% or 0.75", got=text)
    if isinstance(share, float) and is_bare(text) and 1 < share <= 100:
        write = f"{number_text(share)}%"
        return finding(
            "unit.bare_percentage",
            "{got!r} without a unit looks like a percentage; write {write}",
            got=text,
            write=write,
        )
    return share


def check_share(value: Any) -> Finding | None:
    """A share lies between 0 and 1.

    >>> check_share(0.75) is None, str(check_share(1.5))
    (True, '1.5 is outside 0% to 100%')
    """
    if fault := check_finite(value):
        return fault
    return None if 0 <= value <= 1 else finding("unit.share_range", "{got} is outside 0% to 100%", got=value)


def parse_money(text: str) -> float | Finding:
    """An amount in the currency's major unit from ``95000000``, ``9500万元`` or ``0.95亿元``.

    >>> parse_money("9500万元"), parse_money("1.2亿元")
    (95000000.0, 120000000.0)
    """
    amount = scaled(text, MONEY)
    if amount is None:
        return finding("unit.money", "{got!r} is no amount; write 95000000, 9500万元 or 0.95亿元", got=text)
    return amount


def check_money(value: Any) -> Finding | None:
    """An amount is not negative: from and to give its direction.

    >>> check_money(0.0) is None, str(check_money(-5.0))
    (True, '-5.0 is negative; an amount is 0 or more')
    """
    if fault := check_finite(value):
        return fault
    return (
        None if value >= 0 else finding("unit.negative_money", "{got} is negative; an amount is 0 or more", got=value)
    )


def parse_number(text: str) -> float | Finding:
    """A plain number.

    >>> parse_number("1.25"), parse_number("1e3")
    (1.25, 1000.0)
    """
    number = scaled(text, PLAIN)
    return finding("unit.number", "{got!r} is no number; write 1.25", got=text) if number is None else number


def parse_factor(text: str) -> float | Finding:
    """A multiple from ``1.25`` or ``125%``.

    >>> parse_factor("125%"), parse_factor("1.25")
    (1.25, 1.25)
    """
    factor = scaled(text, SHARE)
    return finding("unit.factor", "{got!r} is no multiple; write 1.25 or 125%", got=text) if factor is None else factor


def check_factor(value: Any) -> Finding | None:
    """A multiple is not negative.

    >>> check_factor(1.25) is None, str(check_factor(-0.5))
    (True, '-0.5 is negative; 0 or more is valid')
    """
    if fault := check_finite(value):
        return fault
    return None if value >= 0 else finding("unit.negative", "{got} is negative; 0 or more is valid", got=value)


def check_text(value: Any) -> Finding | None:
    """Text without control characters other than line breaks and tabs.

    >>> check_text("质押\\t1") is None, str(check_text("a\\x00"))
    (True, "'a\\\\\\\\x00' has control characters")
    """
    if not isinstance(value, str):
        return finding("unit.text_type", "{got!r} is no text but {type}", got=value, type=type(value).__name__)
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in value):
        return finding("unit.text_control", "{got!r} has control characters", got=ascii(value[:40])[1:-1])
    return None


def parse_flag(text: str) -> bool | Finding:
    """``true`` or ``false``, and no other word.

    >>> parse_flag("true")
    True
    >>> print(parse_flag("yes"))
    'yes' is neither true nor false
    """
    if text not in ("true", "false"):
        return finding("unit.flag", "{got!r} is neither true nor false", got=text[:40])
    return text == "true"


def check_flag(value: Any) -> Finding | None:
    """A truth value.

    >>> check_flag(True) is None, str(check_flag(1))
    (True, "'1' is neither True nor False")
    """
    if isinstance(value, bool):
        return None
    return finding("unit.flag_type", "{got!r} is neither True nor False", got=value)


def _json(**keywords: object) -> Mapping[str, object]:
    return MappingProxyType(keywords)


RATE_UNIT = Unit(
    "rate",
    parse_rate,
    check_rate,
    lambda rate: f"{number_text(rate, 2)}%",
    _json(type=["string", "number"], examples=["3.25%", "150bp"]),
)
SHARE_UNIT = Unit(
    "share",
    parse_share,
    check_share,
    lambda share: f"{number_text(share, 2)}%",
    _json(type=["string", "number"], examples=["75%"], minimum=0, maximum=1),
)
MONEY_UNIT = Unit(
    "money",
    parse_money,
    check_money,
    float,
    _json(type=["string", "number"], examples=["9500万元", 95000000], minimum=0),
)
SIGNED_MONEY_UNIT = Unit(
    "signed money", parse_money, check_finite, float, _json(type=["string", "number"], examples=[-550000])
)
NUMBER_UNIT = Unit("number", parse_number, check_finite, float, _json(type="number", examples=[1.25]))
FACTOR_UNIT = Unit(
    "multiple", parse_factor, check_factor, float, _json(type=["string", "number"], examples=[1.25, "125%"], minimum=0)
)
INTEGER_UNIT = Unit("whole number", parse_integer, check_integer, int, _json(type="integer"))
COUNT_UNIT = Unit("count", parse_integer, check_count, int, _json(type="integer", minimum=0))
MONTHS_UNIT = Unit(
    "months",
    parse_months,
    check_months,
    show_months,
    _json(type=["string", "integer"], examples=["18 months", "2 years"]),
)
YEARS_UNIT = Unit(
    "years", parse_years, check_years, show_years, _json(type=["string", "number"], examples=["2.5 years"])
)
DATE_UNIT = Unit(
    "date", parse_date, check_date, date.isoformat, _json(type="string", format="date", examples=["2024-03-28"])
)
# An editor takes unquoted digits for a number; here every scalar is text.
TEXT_UNIT = Unit("text", str, check_text, str, _json(type=["string", "number", "boolean"]))
FLAG_UNIT = Unit("true or false", parse_flag, check_flag, bool, _json(type="boolean"))

Rate = Annotated[float, RATE_UNIT]
Share = Annotated[float, SHARE_UNIT]
Money = Annotated[float, MONEY_UNIT]
SignedMoney = Annotated[float, SIGNED_MONEY_UNIT]
Factor = Annotated[float, FACTOR_UNIT]
Integer = Annotated[int, INTEGER_UNIT]
Count = Annotated[int, COUNT_UNIT]
Months = Annotated[int, MONTHS_UNIT]
Years = Annotated[float, YEARS_UNIT]

UNIT_OF_TYPE: Mapping[type, Unit] = MappingProxyType(
    {str: TEXT_UNIT, bool: FLAG_UNIT, int: INTEGER_UNIT, float: NUMBER_UNIT, date: DATE_UNIT}
)
