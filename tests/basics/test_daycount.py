"""Day counts against QuantLib, their own exact form and hostile input."""

from datetime import date, datetime
from fractions import Fraction

import numpy as np
import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.daycount import DAY_COUNTS, DayCount, accrual_fraction, year_fraction, year_fractions
from ipabs.errors import DataError, SpecError

TERMINATION = date(2032, 2, 29)
ORACLES = {
    "ACT/365F": QuantLib.Actual365Fixed(),
    "ACT/360": QuantLib.Actual360(),
    "ACT/ACT ISDA": QuantLib.ActualActual(QuantLib.ActualActual.ISDA),
    "30/360 US": QuantLib.Thirty360(QuantLib.Thirty360.USA),
    "30E/360": QuantLib.Thirty360(QuantLib.Thirty360.European),
    "30E/360 ISDA": QuantLib.Thirty360(QuantLib.Thirty360.ISDA, QuantLib.Date(29, 2, 2032)),
}
ROUNDING = 4e-15  # QuantLib adds floats year by year; the exact ratio is divided once

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
# A uniform day seldom falls on the end of February, where the 30/360 conventions differ.
month_ends = st.builds(
    lambda year, month: date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1),
    st.integers(1950, 2150),
    st.integers(1, 12),
)
periods = st.tuples(days | month_ends, days | month_ends).map(sorted)


def in_quantlib(day: date) -> QuantLib.Date:
    return QuantLib.Date(day.day, day.month, day.year)


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@given(period=periods)
@settings(max_examples=80)
def test_fraction_agrees_with_quantlib(day_count: DayCount, period: list[date]) -> None:
    start, end = period
    ours = year_fraction(start, end, day_count, termination=TERMINATION)
    theirs = ORACLES[day_count].yearFraction(in_quantlib(start), in_quantlib(end))
    assert ours == pytest.approx(theirs, rel=ROUNDING, abs=ROUNDING)


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@given(rows=st.lists(periods, min_size=1, max_size=20), termination=st.none() | days)
@settings(max_examples=40)
def test_array_equals_scalar_bit_for_bit(day_count: DayCount, rows: list[list[date]], termination: date | None) -> None:
    starts, ends = zip(*rows, strict=True)
    expected = [year_fraction(start, end, day_count, termination=termination) for start, end in rows]
    assert year_fractions(starts, ends, day_count, termination=termination).tolist() == expected


@pytest.mark.parametrize("day_count", ["ACT/365F", "ACT/360", "ACT/ACT ISDA"])
@given(dates=st.lists(days, min_size=3, max_size=3).map(sorted))
@settings(max_examples=50)
def test_actual_fractions_add_up(day_count: DayCount, dates: list[date]) -> None:
    first, middle, last = dates
    parts = accrual_fraction(first, middle, day_count) + accrual_fraction(middle, last, day_count)
    assert parts == accrual_fraction(first, last, day_count)


@given(year=st.integers(1950, 2150))
def test_actual_actual_of_a_calendar_year_is_one(year: int) -> None:
    assert accrual_fraction(date(year, 1, 1), date(year + 1, 1, 1), "ACT/ACT ISDA") == 1


@pytest.mark.parametrize(
    ("day_count", "start", "end", "expected"),
    [
        ("ACT/365F", date(2024, 1, 1), date(2025, 1, 1), Fraction(366, 365)),
        ("ACT/360", date(2024, 1, 1), date(2025, 1, 1), Fraction(366, 360)),
        ("30/360 US", date(2023, 2, 28), date(2024, 2, 29), Fraction(360, 360)),
        ("30/360 US", date(2023, 1, 15), date(2023, 1, 31), Fraction(16, 360)),
        ("30E/360", date(2023, 1, 15), date(2023, 1, 31), Fraction(15, 360)),
        ("30E/360 ISDA", date(2023, 1, 15), date(2023, 2, 28), Fraction(45, 360)),
        ("ACT/ACT ISDA", date(1900, 12, 31), date(1901, 1, 1), Fraction(1, 365)),  # 1900 was no leap year
    ],
)
def test_fraction_by_hand(day_count: DayCount, start: date, end: date, expected: Fraction) -> None:
    assert accrual_fraction(start, end, day_count) == expected


def test_30e_360_isda_reads_the_termination_date_in_february_only() -> None:
    start, end = date(2023, 8, 31), date(2024, 2, 29)
    assert accrual_fraction(start, end, "30E/360 ISDA", termination=end) == Fraction(179, 360)
    assert accrual_fraction(start, end, "30E/360 ISDA") == Fraction(180, 360)
    end = date(2024, 8, 31)
    assert accrual_fraction(start, end, "30E/360 ISDA", termination=end) == 1


def test_period_of_no_days_is_zero() -> None:
    for day_count in DAY_COUNTS:
        assert accrual_fraction(date(2024, 2, 29), date(2024, 2, 29), day_count) == 0


def test_reversed_period_is_refused() -> None:
    with pytest.raises(DataError, match=r"the period ends on 2024-01-01, before its start 2024-01-02"):
        accrual_fraction(date(2024, 1, 2), date(2024, 1, 1), "ACT/360")
    with pytest.raises(DataError, match=r"the period ends on 2024-01-01, before its start 2024-01-02"):
        year_fractions(["2023-01-01", "2024-01-02"], "2024-01-01", "ACT/360")


def test_unknown_day_count_names_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"no day count 'ACT/365'; did you mean 'ACT/365F'\?"):
        accrual_fraction(date(2024, 1, 1), date(2024, 1, 2), "ACT/365")  # type: ignore[arg-type]  # hostile input


def test_missing_date_is_refused() -> None:
    with pytest.raises(DataError, match="the date at position 1 is missing"):
        year_fractions(["2024-01-01", "NaT"], "2024-06-01", "ACT/360")


def test_empty_arrays_give_empty_fractions() -> None:
    empty = np.array([], dtype="datetime64[D]")
    assert year_fractions(empty, empty, "30/360 US").shape == (0,)


@pytest.mark.parametrize("start", ["2024-01-01", None, datetime(2024, 1, 1)])
def test_what_is_no_date_has_no_fraction(start: object) -> None:
    with pytest.raises(DataError, match="is no date but"):
        accrual_fraction(start, date(2024, 2, 1), "ACT/360")  # type: ignore[arg-type]  # wrong on purpose
