"""Durations and dates as text: one way to write each, and the range of each."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from ipabs.basics.numerals import MOST_DIGITS, NUMBER, check_finite, check_integer, number_text
from ipabs.errors import Finding, finding

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MONTHS: Mapping[str, int] = MappingProxyType(
    {"": 1, "month": 1, "months": 1, "个月": 1, "year": 12, "years": 12, "年": 12}
)


def _months_or_years(text: str) -> tuple[str, int] | None:
    """The digits of a duration and how many months its unit has."""
    match = NUMBER.fullmatch(text)
    months = MONTHS.get(match[3] or "") if match else None
    return (match[1], months) if match and months and not match[2] else None


def parse_months(text: str) -> int | Finding:
    """Whole months from ``18 months``, ``2 years``, ``18个月`` or ``18``.

    >>> parse_months("18 months"), parse_months("2 years")
    (18, 24)
    """
    written = _months_or_years(text)
    if written is None or not written[0].isdigit() or len(written[0]) > 6:
        return finding("unit.months", "{got!r} is no whole number of months; write 18 months or 2 years", got=text)
    return int(written[0]) * written[1]


def check_months(value: Any) -> Finding | None:
    """A duration is a whole number of months, at most 1000 years.

    >>> print(check_months(12_001))
    12001 is outside 0 to 12000 months
    """
    if fault := check_integer(value):
        return fault
    return (
        None if 0 <= value <= 12000 else finding("unit.months_range", "{got} is outside 0 to 12000 months", got=value)
    )


def show_months(value: int) -> str:
    """``18 months``.

    >>> show_months(18), show_months(1)
    ('18 months', '1 month')
    """
    return f"{value} month{'' if value == 1 else 's'}"


def parse_years(text: str) -> float | Finding:
    """Years from ``2.5 years`` or ``2.5``.

    >>> parse_years("2.5 years")
    2.5
    >>> print(parse_years("30 months"))
    '30 months' is no number of years; write 2.5 years
    """
    written = _months_or_years(text)
    if written is None or len(written[0]) > MOST_DIGITS or text.endswith(("month", "months", "个月")):
        return finding("unit.years", "{got!r} is no number of years; write 2.5 years", got=text)
    return float(written[0])


def show_years(value: float) -> str:
    """``2.5 years``.

    >>> show_years(2.5), show_years(1.0)
    ('2.5 years', '1 year')
    """
    return f"{number_text(value)} year{'' if value == 1 else 's'}"


def check_years(value: Any) -> Finding | None:
    """A number of years lies between 0 and 1000.

    >>> print(check_years(1001.0))
    1001.0 is outside 0 to 1000 years
    """
    if fault := check_finite(value):
        return fault
    if not (value == 0 or 1e-9 <= value <= 1000):
        return finding("unit.years_range", "{got} is outside 0 to 1000 years", got=value)
    return None


def parse_date(text: str) -> date | Finding:
    """A date written as ``2024-03-28``, and in no other way.

    >>> parse_date("2024-03-28")
    datetime.date(2024, 3, 28)
    >>> print(parse_date("28/03/2024"))
    '28/03/2024' is no date; write 2024-03-28
    """
    try:
        return date.fromisoformat(text if ISO_DATE.fullmatch(text) else "")
    except ValueError:
        return finding("unit.date", "{got!r} is no date; write 2024-03-28", got=text[:40])


def check_date(value: Any) -> Finding | None:
    """A date without a time, in the years 1900 to 2199.

    >>> print(check_date(date(2200, 1, 1)))
    2200-01-01 is outside the years 1900 to 2199
    """
    if isinstance(value, datetime) or not isinstance(value, date):
        return finding("unit.date_type", "{got!r} is no date but {type}", got=value, type=type(value).__name__)
    if not 1900 <= value.year <= 2199:
        return finding("unit.date_range", "{got} is outside the years 1900 to 2199", got=value)
    return None
