"""Time lines: periods, exact fractions, all faults at once."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, SpecError

LINE = Timeline(
    cut_off=date(2024, 2, 29),
    closing=date(2024, 3, 28),
    collection_ends=(date(2024, 6, 20), date(2024, 9, 20), date(2024, 12, 20)),
    accrual_ends=(date(2024, 6, 28), date(2024, 9, 28), date(2024, 12, 28)),
    payments=(date(2024, 6, 28), date(2024, 9, 30), date(2024, 12, 30)),
)


def test_periods_and_their_bounds() -> None:
    assert LINE.periods == 3
    assert LINE.accrual_period(0) == (date(2024, 3, 28), date(2024, 6, 28))
    assert LINE.collection_period(0) == (date(2024, 2, 29), date(2024, 6, 20))
    assert LINE.collection_period(2) == (date(2024, 9, 20), date(2024, 12, 20))


def test_fractions_accrue_unadjusted_from_closing() -> None:
    assert LINE.accrual_fractions("ACT/365F") == (Fraction(92, 365), Fraction(92, 365), Fraction(91, 365))
    assert LINE.accrual_fractions("30E/360") == (Fraction(1, 4),) * 3
    assert LINE.collection_fractions("ACT/360") == (Fraction(112, 360), Fraction(92, 360), Fraction(91, 360))


def test_last_accrual_end_is_the_termination_date() -> None:
    line = Timeline(
        cut_off=date(2023, 8, 31), closing=date(2023, 8, 31), collection_ends=(date(2024, 2, 20),),
        accrual_ends=(date(2024, 2, 29),), payments=(date(2024, 2, 29),),
    )  # fmt: skip
    assert line.accrual_fractions("30E/360 ISDA") == (Fraction(179, 360),)


def test_period_of_each_day_of_the_deal() -> None:
    days = np.arange("2024-02-28", "2024-12-23", dtype="datetime64[D]")
    expected = [-1 if day <= LINE.cut_off else sum(day > end for end in LINE.collection_ends) for day in days.tolist()]
    assert LINE.period_of(days).tolist() == expected
    assert LINE.period_of(days.astype("datetime64[ns]")).tolist() == expected
    assert LINE.period_of(date(2024, 3, 1)).shape == ()


def test_period_of_missing_date_is_refused() -> None:
    with pytest.raises(DataError, match="the date at position 1 is missing"):
        LINE.period_of(["2024-03-01", "NaT"])


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2024, 1, 1), 0),
        (date(2024, 6, 28), 0),
        (date(2024, 6, 29), 1),
        (date(2024, 9, 28), 1),  # stated unadjusted
        (date(2024, 9, 30), 1),  # stated as the business day
        (date(2024, 12, 31), 3),
    ],
)
def test_period_on_or_after_reads_either_form_of_a_payment_date(day: date, period: int) -> None:
    assert LINE.period_on_or_after(day) == period


def test_frame_has_a_row_a_period() -> None:
    frame = LINE.to_frame()
    assert list(frame.columns) == ["collection_start", "collection_end", "accrual_start", "accrual_end", "payment"]
    assert frame.loc[1, "payment"].date() == date(2024, 9, 30)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        Timeline(
            cut_off=date(2024, 4, 1),
            closing=date(2024, 3, 28),
            collection_ends=(date(2024, 6, 20), date(2024, 6, 20)),
            accrual_ends=(date(2024, 3, 28), date(2024, 9, 28)),
            payments=(date(2024, 6, 18), date(2024, 9, 30), date(2024, 9, 29)),
        )
    assert str(caught.value).splitlines() == [
        "the lists of dates differ in length: {'collection_ends': 2, 'accrual_ends': 2, 'payments': 3}",
        "cut_off: cut-off 2024-04-01 is after closing 2024-03-28",
        "collection_ends[1]: 2024-06-20 is not after 2024-06-20",
        "accrual_ends[0]: 2024-03-28 is not after 2024-03-28",
        "payments[2]: 2024-09-29 is not after 2024-09-30",
        "collection_ends[0]: collections end on 2024-06-20, after the payment date 2024-06-18",
    ]


def test_empty_time_line_is_refused() -> None:
    with pytest.raises(SpecError, match="a time line needs at least one period"):
        replace(LINE, payments=())
