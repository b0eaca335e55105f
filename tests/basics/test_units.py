"""Units read what people write, exactly, refuse what is ambiguous, and read back what they show."""

import math
from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.basics import units
from ipabs.basics.numerals import number_text
from ipabs.basics.units import Unit
from ipabs.errors import Finding


def refusal(unit: Unit, text: str) -> str:
    found = unit.read(text)
    assert isinstance(found, Finding), found
    return found.message


@pytest.mark.parametrize(
    ("text", "rate"),
    [("3.25%", 0.0325), ("325bp", 0.0325), ("0.0325", 0.0325), ("3.25 %", 0.0325), ("-0.5%", -0.005), ("0", 0.0),
     ("100%", 1.0), ("1e-3", 0.001), ("0.199", 0.199)],
)  # fmt: skip
def test_rate_is_read(text: str, rate: float) -> None:
    assert units.RATE_UNIT.read(text) == rate


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3.25", "'3.25' without a unit looks like a percentage; write 3.25%"),
        ("0.25", "'0.25' without a unit looks like a percentage; write 25% / 0.25%"),
        ("130%", "1.3 is outside -100% to 100% a year"),
        ("-101%", "-1.01 is outside -100% to 100% a year"),
        ("1:30", "'1:30' is no rate; write 3.25%, 325bp or 0.0325"),
        ("NO", "'NO' is no rate; write 3.25%, 325bp or 0.0325"),
        ("3.25‰", "'3.25‰' is no rate; write 3.25%, 325bp or 0.0325"),
        ("1e400", "'1e400' has an exponent beyond 30"),
        ("1e-400%", "'1e-400%' has an exponent beyond 30"),
        ("１２%", "'１２%' has full-width characters; write 12%"),
        ("3.25％", "'3.25％' has full-width characters; write 3.25%"),
        ("1_0%", "'1_0%' has separators between digits; write 10%"),
        ("010%", "'010%' has leading zeros; write it without them"),
        ("nan", "'nan' is no rate; write 3.25%, 325bp or 0.0325"),
        ("", "'' is no rate; write 3.25%, 325bp or 0.0325"),
        ("0x10", "'0x10' is no rate; write 3.25%, 325bp or 0.0325"),
        ("9" * 31, "'99999999999999999999…' is too long: a number has at most 30 digits"),
    ],
)
def test_rate_is_refused(text: str, message: str) -> None:
    assert refusal(units.RATE_UNIT, text) == message


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("95000000", 95e6),
        ("9500万元", 95e6),
        ("0.95亿元", 95e6),
        ("1.2亿", 120e6),
        ("12.34元", 12.34),
        ("9500 万元", 95e6),
    ],
)
def test_money_is_read(text: str, amount: float) -> None:
    assert units.MONEY_UNIT.read(text) == amount


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,234.50", "'1,234.50' has separators between digits; write 1234.50"),
        ("-5", "-5.0 is negative; an amount is 0 or more"),
        ("95 million", "'95 million' is no amount; write 95000000, 9500万元 or 0.95亿元"),
        (".inf", "'.inf' is no amount; write 95000000, 9500万元 or 0.95亿元"),
        ("2e30", "2e+30 is beyond 1e30, or closer to 0 than 1e-30"),
    ],
)
def test_money_is_refused(text: str, message: str) -> None:
    assert refusal(units.MONEY_UNIT, text) == message


def test_money_text_is_rounded_once() -> None:
    # 0.1 + 0.2 style traps: the float is the one nearest to the exact decimal, in 万元 and in % too.
    assert units.MONEY_UNIT.read("8.41万元") == float(Fraction(84100))
    assert units.RATE_UNIT.read("1.1%") == float(Fraction(11, 1000))


@given(st.integers(-(10**17), 10**17), st.sampled_from([("%", -2), ("bp", -4)]))
def test_rate_is_the_float_nearest_to_the_exact_decimal(digits: int, unit: tuple[str, int]) -> None:
    text = f"{'-' if digits < 0 else ''}{abs(digits) // 10**17}.{abs(digits) % 10**17:017d}{unit[0]}"
    exact = Fraction(digits, 10**17) * Fraction(10) ** unit[1]
    assert units.RATE_UNIT.read(text) == float(exact)


@pytest.mark.parametrize(
    ("text", "months"), [("18 months", 18), ("2 years", 24), ("18", 18), ("1 month", 1), ("18个月", 18)]
)
def test_months_are_read(text: str, months: int) -> None:
    assert units.MONTHS_UNIT.read(text) == months


@pytest.mark.parametrize("text", ["1.5 months", "-3", "18 weeks", "1e3", "9999999"])
def test_months_are_refused(text: str) -> None:
    assert "is no whole number of months; write 18 months or 2 years" in refusal(units.MONTHS_UNIT, text)


@pytest.mark.parametrize(
    "text", ["2024-2-30", "2024-02-30", "20240330", "2024/03/30", "2024-03-30T00:00", "30-03-2024"]
)
def test_date_is_refused(text: str) -> None:
    assert refusal(units.DATE_UNIT, text) == f"{text!r} is no date; write 2024-03-28"


@pytest.mark.parametrize("text", ["NO", "on", "yes", "True", "1", ""])
def test_flag_is_true_or_false_only(text: str) -> None:
    assert refusal(units.FLAG_UNIT, text) == f"{text!r} is neither true nor false"


@pytest.mark.parametrize("text", ["1.0", "1e3", "0o17", "010", "1_000", "five", "9" * 25, "１２"])
def test_integer_is_refused(text: str) -> None:
    assert repr(text) in refusal(units.INTEGER_UNIT, text) or text[:20] in refusal(units.INTEGER_UNIT, text)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, True, "0.03", None, 1e31, 1e-31, pytest.param(10**5000, id="huge")]
)
@pytest.mark.parametrize(
    "unit", [units.RATE_UNIT, units.SHARE_UNIT, units.MONEY_UNIT, units.NUMBER_UNIT, units.FACTOR_UNIT]
)
def test_numbers_made_in_python_are_checked(unit: Unit, value: object) -> None:
    assert unit.check(value) is not None


def test_integers_made_in_python_are_checked() -> None:
    assert [str(units.COUNT_UNIT.check(value)) for value in (-1, 1.0, True, 10**5000)] == [
        "-1 is negative; 0 or more is valid",
        "'1.0' is no whole number but float",
        "'True' is no whole number but bool",
        "2^16609 has more than 18 digits",
    ]


def test_dates_made_in_python_are_checked() -> None:
    assert units.DATE_UNIT.check(datetime(2024, 3, 28)) is not None
    assert units.DATE_UNIT.check(date(202, 3, 28)) is not None
    assert units.DATE_UNIT.check(date(2024, 3, 28)) is None


def test_text_refuses_control_characters() -> None:
    assert refusal(units.TEXT_UNIT, "a\x00b") == "'a\\\\x00b' has control characters"
    assert units.TEXT_UNIT.read("两行\n文字") == "两行\n文字"


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = {
    units.RATE_UNIT: st.floats(-1, 1),
    units.SHARE_UNIT: st.floats(0, 1),
    units.MONEY_UNIT: FLOATS.map(abs),
    units.SIGNED_MONEY_UNIT: FLOATS,
    units.NUMBER_UNIT: FLOATS,
    units.FACTOR_UNIT: FLOATS.map(abs),
    units.INTEGER_UNIT: st.integers(),
    units.COUNT_UNIT: st.integers(0),
    units.MONTHS_UNIT: st.integers(0, 20000),
    units.YEARS_UNIT: st.floats(0, 1100),
    units.DATE_UNIT: st.dates(),
    units.TEXT_UNIT: st.text(),
    units.FLAG_UNIT: st.booleans(),
}


@pytest.mark.parametrize("unit", VALUES, ids=lambda unit: unit.name)
def test_shown_value_reads_back(unit: Unit) -> None:
    @given(VALUES[unit])
    def reads_back(value: object) -> None:
        if unit.check(value) is not None:
            return
        shown = unit.show(value)
        text = str(shown).lower() if isinstance(shown, bool) else shown
        assert unit.read(text if isinstance(text, str) else number_text(text)) == value

    reads_back()


@given(
    st.text(max_size=40)
    | st.from_regex(r"[+-]?[0-9_.,]{0,40}([eE][+-]?[0-9]{0,9})?(%|bp|万元|亿元| months)?", fullmatch=True)
)
def test_any_text_is_a_checked_value_or_a_finding(text: str) -> None:
    for unit in VALUES:
        value = unit.read(text)
        assert isinstance(value, Finding) or unit.check(value) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3,8%", "'3,8%' has separators between digits; write 3.8%"),
        ("3，8%", "'3,8%' has separators between digits; write 3.8%"),
        ("1,500%", "'1,500%' has separators between digits; write 1500%"),
        ("1,234,567.5", "'1,234,567.5' has separators between digits; write 1234567.5"),
        ("３．８％", "'３．８％' has full-width characters; write 3.8%"),
        ("￥5", "'￥5' is no rate; write 3.25%, 325bp or 0.0325"),
    ],
)
def test_advice_on_a_number_is_a_number(written: str, expected: str) -> None:
    assert str(units.RATE_UNIT.read(written)) == expected
