"""Dates in all the forms a caller may hold."""

from datetime import date, datetime

import numpy as np
import pytest

from ipabs.basics.days import whole_days
from ipabs.errors import DataError


def test_every_form_of_a_date_is_the_same_day() -> None:
    forms = [date(2024, 2, 29), datetime(2024, 2, 29, 23, 59), "2024-02-29", np.datetime64("2024-02-29T23:59", "ns")]
    assert [whole_days(form).item() for form in forms] == [date(2024, 2, 29)] * 4


@pytest.mark.parametrize("dates", ["2024-02-30", "soon after midnight", [date(2024, 1, 1), "x"]])
def test_what_is_no_date_is_refused(dates: object) -> None:
    with pytest.raises(DataError, match="not dates: "):
        whole_days(dates)


def test_missing_date_is_refused() -> None:
    with pytest.raises(DataError, match="the date at position 1 is missing"):
        whole_days(["2024-01-01", "NaT"])
    with pytest.raises(DataError, match="the date at position 0 is missing"):
        whole_days(None)


@pytest.mark.parametrize("number", [45379, 20240328, 1.5, [45379.0]])
def test_numbers_are_no_dates(number: object) -> None:
    # numpy takes 45379 for the days since 1970 (30 March 2094); Excel means 28 March 2024.
    with pytest.raises(DataError, match=r"[0-9.]+ is no date; write 2024-03-28, or format Excel's cells as dates"):
        whole_days(number)


@pytest.mark.parametrize("part", ["2024", "2024-03", ["2024-03-28", "soon"]])
def test_parts_of_a_date_are_refused(part: object) -> None:
    with pytest.raises(DataError, match="is no whole day; write 2024-03-28"):
        whole_days(part)


def test_no_dates_at_all_are_no_fault() -> None:
    assert whole_days([]).size == 0
