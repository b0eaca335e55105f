"""Dates in all the forms a caller may hold."""

from datetime import date, datetime

import numpy as np
import pytest

from ipabs.basics.days import whole_days
from ipabs.errors import DataError


def test_every_form_of_a_date_is_the_same_day() -> None:
    forms = [date(2024, 2, 29), datetime(2024, 2, 29, 23, 59), "2024-02-29", np.datetime64("2024-02-29T23:59", "ns")]
    assert [whole_days(form).item() for form in forms] == [date(2024, 2, 29)] * 4


@pytest.mark.parametrize("dates", ["2024-02-30", ["soon"], 1.5, [date(2024, 1, 1), "x"]])
def test_what_is_no_date_is_refused(dates: object) -> None:
    with pytest.raises(DataError, match="not dates: "):
        whole_days(dates)


def test_missing_date_is_refused() -> None:
    with pytest.raises(DataError, match="the date at position 1 is missing"):
        whole_days(["2024-01-01", "NaT"])
    with pytest.raises(DataError, match="the date at position 0 is missing"):
        whole_days(None)
