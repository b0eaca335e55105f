"""Schedules against QuantLib, and what holds of every schedule."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from ipabs.basics.schedule import STUBS, Stub, add_months, day_in_month, month_end, months_of, regular_dates
from ipabs.errors import SpecError

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
month_ends = days.map(month_end)
starts = days | month_ends
lengths = st.integers(1, 4000) | st.sampled_from([31, 365, 366, 730])
months = st.sampled_from([1, 2, 3, 4, 6, 12])


def in_quantlib(day: date) -> QuantLib.Date:
    return QuantLib.Date(day.day, day.month, day.year)


def by_quantlib(start: date, end: date, step: int, backward: bool, end_of_month: bool) -> list[date]:
    schedule = QuantLib.Schedule(
        in_quantlib(start),
        in_quantlib(end),
        QuantLib.Period(step, QuantLib.Months),
        QuantLib.NullCalendar(),
        QuantLib.Unadjusted,
        QuantLib.Unadjusted,
        QuantLib.DateGeneration.Backward if backward else QuantLib.DateGeneration.Forward,
        end_of_month,
    )
    return [day.to_date() for day in schedule]


@given(start=starts, length=lengths, step=months, backward=st.booleans(), end_of_month=st.booleans())
def test_short_stubs_agree_with_quantlib(
    start: date, length: int, step: int, backward: bool, end_of_month: bool
) -> None:
    end = start + timedelta(length)
    ours = regular_dates(
        start, end, months=step, stub="short_first" if backward else "short_last", end_of_month=end_of_month
    )
    assert list(ours) == by_quantlib(start, end, step, backward, end_of_month)


@given(start=starts, length=lengths, step=months, stub=st.sampled_from(STUBS), end_of_month=st.booleans())
def test_schedule_properties(start: date, length: int, step: int, stub: Stub, end_of_month: bool) -> None:
    end = start + timedelta(length)
    dates = regular_dates(start, end, months=step, stub=stub, end_of_month=end_of_month)
    assert dates[0] == start
    assert dates[-1] == end
    assert all(before < after for before, after in pairwise(dates))
    anchor = end if stub.endswith("first") else start
    regular = dates[1:] if stub.endswith("first") else dates[:-1]
    assert all(
        (day.year - anchor.year) * 12 + day.month - anchor.month == k * step
        for day, k in zip(
            regular, range(1 - len(regular), 1) if stub.endswith("first") else range(len(regular)), strict=True
        )
    )
    if end_of_month and anchor == month_end(anchor):
        assert all(day == month_end(day) for day in regular)
    else:
        assert all(day == day_in_month(day, anchor.day) for day in regular)


@given(start=starts, length=lengths, step=months, first=st.booleans())
def test_long_stub_joins_the_short_one_to_its_neighbour(start: date, length: int, step: int, first: bool) -> None:
    end = start + timedelta(length)
    short = regular_dates(start, end, months=step, stub="short_first" if first else "short_last")
    long = regular_dates(start, end, months=step, stub="long_first" if first else "long_last")
    fits = (
        (add_months(end, -step * (len(short) - 1)) == start)
        if first
        else (add_months(start, step * (len(short) - 1)) == end)
    )
    if fits or len(short) == 2:
        assert long == short
    else:
        assert long == (short[:1] + short[2:] if first else short[:-2] + short[-1:])


@given(day=starts, count=st.integers(-240, 240))
def test_months_added_agree_with_quantlib(day: date, count: int) -> None:
    assert add_months(day, count) == (in_quantlib(day) + QuantLib.Period(count, QuantLib.Months)).to_date()


@pytest.mark.parametrize(("word", "count"), [("monthly", 1), ("quarterly", 3), ("semiannual", 6), ("annual", 12)])
def test_frequency_in_months(word: str, count: int) -> None:
    assert months_of(word) == count


def test_faults_are_told_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        regular_dates(date(2024, 1, 1), date(2024, 1, 1), months=0)
    assert str(caught.value).splitlines() == [
        "months: a period has 0 months; it needs at least 1",
        "end: the end 2024-01-01 is not after the start 2024-01-01",
    ]


def test_unknown_words_give_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"no frequency 'quaterly'; did you mean 'quarterly'\?"):
        months_of("quaterly")
    with pytest.raises(SpecError, match=r"no stub 'short_fist'; did you mean 'short_first'\?"):
        regular_dates(date(2024, 1, 1), date(2025, 1, 1), months=1, stub="short_fist")


@pytest.mark.parametrize("count", [-24_280, 100_000])
def test_months_that_leave_the_calendar_are_refused(count: int) -> None:
    with pytest.raises(SpecError, match="leave the years 1 to 9999"):
        add_months(date(2024, 1, 1), count)
