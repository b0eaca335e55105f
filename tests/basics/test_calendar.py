"""Calendars against QuantLib and chinesecalendar, day by day; roll rules; notices; the horizon."""

from datetime import date, timedelta

import chinese_calendar
import numpy as np
import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.calendar import CALENDARS, ROLLS, CalendarName, Roll, get_calendar
from ipabs.basics.notice import MovedDay, Notice, parse_notice
from ipabs.errors import DataError, SpecError

# What every oracle and the installed data cover: QuantLib's exchange closures of 2004 to 2007 are in no State Council
# notice; chinesecalendar and the package `holidays` end with the last notice they know.
FIRST = date(2008, 1, 1)
LAST = min(
    date(max(day.year for day in chinese_calendar.constants.holidays), 12, 31),
    get_calendar("CIBM").known_until or date.max,
    date(2025, 12, 31),  # the last year of QuantLib that has been compared with the notices
)
DAYS = np.arange(FIRST, LAST + timedelta(1), dtype="datetime64[D]")

# The exchanges closed on New Year's Eve 2024, a Friday, although the State Council's notice of 25 October 2023 only
# encouraged leave on it (holiday from 10 February). Exchange notices of 26 December 2023: closed from 9 February;
# interbank notice 301 of 25 December 2023: closed from the 10th. QuantLib has both, chinesecalendar only the notice.
EXCHANGE_ONLY = {date(2024, 2, 9)}

QUANTLIB_ROLLS = {
    "following": QuantLib.Following,
    "modified_following": QuantLib.ModifiedFollowing,
    "preceding": QuantLib.Preceding,
    "modified_preceding": QuantLib.ModifiedPreceding,
    "none": QuantLib.Unadjusted,
}
QUANTLIB_CALENDARS = {
    "CIBM": QuantLib.China(QuantLib.China.IB),
    "SSE": QuantLib.China(QuantLib.China.SSE),
    "SZSE": QuantLib.China(QuantLib.China.SSE),
    "weekends": QuantLib.WeekendsOnly(),
    "every_day": QuantLib.NullCalendar(),
}


def in_quantlib(day: date) -> QuantLib.Date:
    return QuantLib.Date(day.day, day.month, day.year)


@pytest.mark.parametrize("name", CALENDARS)
def test_every_day_agrees_with_quantlib(name: CalendarName) -> None:
    theirs = np.array([QUANTLIB_CALENDARS[name].isBusinessDay(in_quantlib(day)) for day in DAYS.tolist()])
    assert DAYS[get_calendar(name).business_day_mask(DAYS) != theirs].tolist() == []


def test_interbank_days_are_the_working_days_of_the_state_council() -> None:
    theirs = np.array([chinese_calendar.is_workday(day) for day in DAYS.tolist()])
    assert DAYS[get_calendar("CIBM").business_day_mask(DAYS) != theirs].tolist() == []


@pytest.mark.parametrize("name", ["SSE", "SZSE"])
def test_exchange_days_are_the_weekdays_among_them(name: CalendarName) -> None:
    theirs = np.array([chinese_calendar.is_workday(day) and day.weekday() < 5 for day in DAYS.tolist()])
    assert set(DAYS[get_calendar(name).business_day_mask(DAYS) != theirs].tolist()) == EXCHANGE_ONLY


def test_makeup_weekend_days_are_worked_by_the_interbank_market_only() -> None:
    weekend = DAYS[~np.is_busday(DAYS)]
    assert not get_calendar("SSE").business_day_mask(weekend).any()
    assert get_calendar("CIBM").business_day_mask(["2024-02-04", "2024-02-18", "2024-09-29", "2019-04-28"]).all()


@pytest.mark.parametrize("rule", ROLLS)
@given(name=st.sampled_from(CALENDARS), days=st.lists(st.dates(date(2008, 2, 1), LAST - timedelta(31)), max_size=20))
@settings(max_examples=40)
def test_roll_agrees_with_quantlib(rule: Roll, name: CalendarName, days: list[date]) -> None:
    calendar = get_calendar(name)
    expected = [QUANTLIB_CALENDARS[name].adjust(in_quantlib(day), QUANTLIB_ROLLS[rule]).to_date() for day in days]
    assert calendar.roll_dates(days, rule).tolist() == expected
    assert [calendar.roll(day, rule) for day in days] == expected


@given(
    name=st.sampled_from(CALENDARS), day=st.dates(date(2009, 1, 1), LAST - timedelta(99)), count=st.integers(-60, 60)
)
def test_business_days_added_agree_with_quantlib(name: CalendarName, day: date, count: int) -> None:
    calendar, oracle = get_calendar(name), QUANTLIB_CALENDARS[name]
    start = calendar.roll(day, "preceding" if count < 0 else "following")
    expected = oracle.advance(in_quantlib(start), count, QuantLib.Days).to_date()
    assert calendar.add_business_days(day, count) == expected


def test_shape_of_dates_is_kept() -> None:
    calendar = get_calendar("SSE")
    assert calendar.roll_dates([["2024-02-10"], ["2024-02-19"]], "following").shape == (2, 1)
    assert calendar.roll_dates([], "following").shape == (0,)
    assert calendar.business_day_mask("2024-02-19").shape == ()


def test_dates_beyond_the_last_notice_are_a_warning() -> None:
    calendar = get_calendar("CIBM")
    known = calendar.known_until
    assert known is not None
    assert (known.month, known.day) == (12, 31)
    assert known.year >= 2024
    late = [date(known.year + 2, 3, 1), date(known.year + 1, 3, 1), known]
    (found,) = calendar.findings(late, path=("payments",))
    assert found.severity == "warning"
    assert found.code == "calendar.projected"
    assert str(found) == (
        f"payments: calendar CIBM: 2 of the dates, the first {known.year + 1}-03-01, lie after {known}; holidays are "
        "announced until then and projected beyond"
    )
    assert list(calendar.findings([known])) == []
    assert list(calendar.findings([])) == []


def test_rule_calendars_are_never_projected() -> None:
    assert list(get_calendar("weekends").findings(["2150-01-01"])) == []
    assert get_calendar("every_day").known_until is None


def test_a_notice_opens_and_closes_days_and_moves_the_horizon() -> None:
    text = "# notice\ndate,day,note\n2028-01-03,closed,moved\n2028-01-08,open,makeup\n"
    calendar = get_calendar("CIBM", parse_notice(text, known_until=date(2028, 12, 31)))
    assert not calendar.is_business_day(date(2028, 1, 3))
    assert calendar.is_business_day(date(2028, 1, 8))
    assert list(calendar.findings(["2028-06-01"])) == []
    assert not get_calendar("CIBM").is_business_day(date(2028, 1, 8))  # the shared calendar is untouched


def test_a_notice_without_effect_changes_nothing() -> None:
    plain = get_calendar("SSE")
    same = get_calendar("SSE", Notice(days=(MovedDay(day=date(2024, 2, 10), state="closed"),)))
    assert (same.business_days == plain.business_days).all()
    assert same.known_until == plain.known_until


def test_faults_of_a_notice_are_told_all_at_once_at_their_cells() -> None:
    with pytest.raises(DataError) as caught:
        parse_notice("# mine\ndate,day\n2027-01-01,close\n\n2027-01-01,open\n", name="mine.csv")
    assert str(caught.value).splitlines() == [
        "mine.csv:3:2 day: 'close' is not valid here; did you mean 'closed'?",
        "mine.csv:5:1 date: 2027-01-01 stands twice",
    ]
    with pytest.raises(DataError, match=r"mine.csv:2:1 date: '2027-02-30' is no date; write 2024-03-28"):
        parse_notice("date,day\n2027-02-30,open\n", name="mine.csv")
    with pytest.raises(DataError, match=r"mine.csv: no column 'day'"):
        parse_notice("date,state\n2027-02-01,open\n", name="mine.csv")


@pytest.mark.parametrize("day", ["1999-01-01", "2076-01-01"])
def test_dates_outside_are_refused(day: str) -> None:
    calendar = get_calendar("SSE")
    for use in (calendar.business_day_mask, lambda days: calendar.roll_dates(days, "following")):
        with pytest.raises(DataError, match=f"calendar SSE knows the days from 2008-01-01 to 2075-12-31; {day} has no"):
            use(["2024-01-01", day])
    with pytest.raises(DataError, match="has no business day in it"):
        calendar.roll(date(2008, 1, 1), "preceding")
    with pytest.raises(DataError, match="has no business day in it"):
        calendar.add_business_days(date(2075, 12, 1), 100)


def test_a_notice_outside_is_refused() -> None:
    with pytest.raises(DataError, match="2100-01-01"):
        get_calendar("SSE", Notice(days=(MovedDay(day=date(2100, 1, 1), state="open"),)))


def test_unknown_names_give_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"no calendar 'SSEX'; did you mean 'SSE'\?"):
        get_calendar("SSEX")  # type: ignore[arg-type]  # hostile input
    with pytest.raises(SpecError, match=r"no roll rule 'folowing'; did you mean 'following'\?"):
        get_calendar("SSE").roll(date(2024, 1, 1), "folowing")  # type: ignore[arg-type]  # hostile input


def test_a_notice_made_in_python_says_each_day_once() -> None:
    day = date(2027, 2, 5)
    twice = Notice(days=(MovedDay(day=day, state="closed"), MovedDay(day=day, state="shut")))  # type: ignore[arg-type]  # wrong
    with pytest.raises(DataError) as caught:
        get_calendar("SSE", twice)
    assert str(caught.value).splitlines() == [
        "days[1].state: 'shut' is not valid here; valid: open, closed",
        "days[1].day: 2027-02-05 stands twice",
    ]


def test_more_business_days_than_the_calendar_knows_are_refused() -> None:
    with pytest.raises(DataError, match=r"2024-02-10 \+1000000 business days has no business day in it"):
        get_calendar("SSE").add_business_days(date(2024, 2, 10), 1_000_000)
