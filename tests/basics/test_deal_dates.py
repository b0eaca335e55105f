"""From the payment and collection rules of a deal to its time line."""

from dataclasses import replace
from datetime import date

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from ipabs.basics.calendar import get_calendar
from ipabs.basics.deal_dates import CollectionRule, PaymentRule, make_timeline
from ipabs.basics.notice import MovedDay, Notice
from ipabs.basics.schedule import month_end
from ipabs.basics.timeline import Timeline
from ipabs.errors import SpecError

QUARTERLY = PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE", roll="following")
ON_THE_20TH = CollectionRule(day=20, of="payment_month")


def quarterly(**changes: object) -> PaymentRule:
    fields = {"first": date(2024, 6, 28), "frequency": "quarterly", "calendar": "SSE", "roll": "following"}
    return PaymentRule(**(fields | changes))


def demo(legal_final: date = date(2029, 3, 28)) -> Timeline:
    return make_timeline(date(2024, 2, 29), date(2024, 3, 28), QUARTERLY, ON_THE_20TH, legal_final)


def test_quarterly_deal_has_twenty_periods() -> None:
    line = demo()
    assert line.periods == 20
    assert line.accrual_ends[-1] == date(2029, 3, 28)
    assert line.collection_ends[:2] == (date(2024, 6, 20), date(2024, 9, 20))
    assert line.accrual_period(0) == (date(2024, 3, 28), date(2024, 6, 28))


def test_payments_agree_with_quantlib() -> None:
    schedule = QuantLib.Schedule(
        QuantLib.Date(28, 3, 2024), QuantLib.Date(28, 9, 2026), QuantLib.Period(3, QuantLib.Months),
        QuantLib.China(QuantLib.China.SSE), QuantLib.Following, QuantLib.Following,
        QuantLib.DateGeneration.Forward, False,
    )  # fmt: skip
    assert demo(date(2026, 9, 28)).payments == tuple(day.to_date() for day in list(schedule)[1:])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (quarterly(), ["2024-06-28", "2024-09-28", "2024-12-28"]),
        (quarterly(then_day=15), ["2024-06-28", "2024-09-15", "2024-12-15"]),
        (quarterly(frequency="monthly", then_day=31), ["2024-06-28", "2024-07-31", "2024-08-31", "2024-09-30"]),
        (quarterly(first=date(2024, 6, 30)), ["2024-06-30", "2024-09-30", "2024-12-30"]),
        (quarterly(first=date(2024, 6, 30), end_of_month=True), ["2024-06-30", "2024-09-30", "2024-12-31"]),
        (quarterly(frequency=None, months=2), ["2024-06-28", "2024-08-28", "2024-10-28"]),
        (quarterly(frequency="annual", first=date(2024, 2, 29)), ["2024-02-29", "2025-02-28", "2026-02-28"]),
    ],
)
def test_unadjusted_dates_by_hand(rule: PaymentRule, expected: list[str]) -> None:
    until = date.fromisoformat(expected[-1])
    assert [day.isoformat() for day in rule.unadjusted_dates(until=until)] == expected
    assert list(rule.findings()) == []


@pytest.mark.parametrize(
    ("rule", "payment", "expected"),
    [
        (CollectionRule(day=20, of="payment_month"), date(2024, 6, 28), date(2024, 6, 20)),
        (CollectionRule(day=31, of="payment_month"), date(2024, 2, 29), date(2024, 2, 29)),
        (CollectionRule(day=31, of="previous_month"), date(2024, 3, 31), date(2024, 2, 29)),
        (CollectionRule(day=25, of="previous_month"), date(2025, 1, 10), date(2024, 12, 25)),
        (CollectionRule(of="month_end"), date(2024, 3, 15), date(2024, 2, 29)),
        (CollectionRule(of="month_end"), date(2024, 3, 31), date(2024, 2, 29)),
        (CollectionRule(of="month_end"), date(2024, 1, 2), date(2023, 12, 31)),
    ],
)
def test_collection_ends_by_hand(rule: CollectionRule, payment: date, expected: date) -> None:
    assert rule.end(payment) == expected
    assert list(rule.findings()) == []


def test_collection_end_does_not_move_with_the_payment() -> None:
    # 30 June 2024 is a Sunday, paid on 1 July: collections still end with May.
    rule = PaymentRule(first=date(2024, 6, 30), frequency="monthly", calendar="SSE", end_of_month=True)
    line = make_timeline(date(2024, 5, 1), date(2024, 5, 10), rule, CollectionRule(of="month_end"), date(2024, 7, 31))
    assert line.payments == (date(2024, 7, 1), date(2024, 7, 31))
    assert line.collection_ends == (date(2024, 5, 31), date(2024, 6, 30))


def test_markets_pay_on_different_days() -> None:
    # Sunday 29 September 2024 made up for the National Day week: the interbank market paid, the exchanges did not.
    dates = [
        make_timeline(
            date(2024, 2, 29), date(2024, 3, 29), quarterly(first=date(2024, 6, 29), calendar=market),
            ON_THE_20TH, date(2024, 9, 29),
        ).payments[-1]
        for market in ("CIBM", "SSE")
    ]  # fmt: skip
    assert dates == [date(2024, 9, 29), date(2024, 9, 30)]


def test_a_notice_moves_the_payments_of_its_rule() -> None:
    closed = replace(QUARTERLY, notice=Notice(days=(MovedDay(day=date(2024, 6, 28), state="closed"),)))
    line = make_timeline(date(2024, 2, 29), date(2024, 3, 28), closed, ON_THE_20TH, date(2024, 6, 28))
    assert line.payments == (date(2024, 7, 1),)


def test_a_notice_of_days_outside_the_calendar_is_a_fault_of_its_rule() -> None:
    late = replace(QUARTERLY, notice=Notice(days=(MovedDay(day=date(2100, 6, 28), state="closed"),)))
    (found,) = late.findings()
    assert str(found).startswith("notice: calendar SSE knows the days from 2008-01-01 to 2075-12-31; 2100-06-28 has")


@pytest.mark.parametrize("market", ["CIBM", "SSE"])
@given(
    first=st.dates(date(2015, 2, 1), date(2030, 12, 1)),
    months=st.integers(1, 12),
    periods=st.integers(1, 40),
    end_of_month=st.booleans(),
)
def test_time_line_of_any_grid_is_sound(
    market: str, first: date, months: int, periods: int, end_of_month: bool
) -> None:
    first = month_end(first) if end_of_month else first
    rule = PaymentRule(first=first, months=months, calendar=market, end_of_month=end_of_month)
    start = date(first.year - 1, first.month, 1)
    line = make_timeline(start, start, rule, CollectionRule(of="month_end"), rule.unadjusted_date(periods - 1))
    assert line.periods == periods
    assert all(get_calendar(market).business_day_mask(line.payments))
    assert line.period_of(line.collection_ends).tolist() == list(range(periods))
    if end_of_month:
        assert all(day == month_end(day) for day in line.accrual_ends)


def test_legal_final_off_the_grid_names_the_nearest_dates() -> None:
    with pytest.raises(SpecError) as caught:
        demo(date(2029, 3, 30))
    assert str(caught.value) == (
        "legal_final: legal final 2029-03-30 is no payment date before rolling; "
        "the nearest are 2029-03-28 and 2029-06-28"
    )
    with pytest.raises(SpecError, match="legal final 2024-06-27 is before the first payment date 2024-06-28"):
        demo(date(2024, 6, 27))


def test_faults_of_both_rules_are_told_all_at_once() -> None:
    payment = quarterly(months=0, then_day=32, end_of_month=True)
    with pytest.raises(SpecError) as caught:
        make_timeline(
            date(2024, 2, 29), date(2024, 3, 28), payment, CollectionRule(of="previous_month"), date(2029, 1, 1)
        )
    assert str(caught.value).splitlines() == [
        "payment.frequency: state either frequency or months",
        "payment.months: 0 months; it must be 1 or more",
        "payment.then_day: 32 is no day of a month",
        "payment.then_day: end_of_month and then_day contradict each other",
        "payment.end_of_month: end_of_month is stated, but the first payment 2024-06-28 is not at the end of its month",
        "collection_end.day: state the day of the previous_month",
    ]
    for rule in (CollectionRule(day=0, of="payment_month"), CollectionRule(day=20, of="month_end")):
        assert len(list(rule.findings())) == 1


def test_cash_collected_after_payment_is_a_finding() -> None:
    at_month_end = CollectionRule(day=31, of="payment_month")
    with pytest.raises(SpecError, match=r"collection_ends\[0\]: collections end on 2024-06-30, after the payment"):
        make_timeline(date(2024, 2, 29), date(2024, 3, 28), QUARTERLY, at_month_end, date(2024, 6, 28))


@pytest.mark.parametrize("months", [0, -3])
def test_rule_that_never_advances_is_refused_before_it_runs(months: int) -> None:
    with pytest.raises(SpecError, match="it must be 1 or more"):
        quarterly(frequency=None, months=months).unadjusted_dates(until=date(2025, 1, 1))


def test_an_unknown_month_of_the_collection_end_is_refused() -> None:
    rule = CollectionRule(day=3, of="next_month")  # type: ignore[arg-type]  # wrong on purpose
    assert [str(one) for one in rule.findings()] == ["of: no 'next_month'; did you mean 'payment_month'?"]
