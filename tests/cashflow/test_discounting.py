"""Present values against closed forms and exact fractions."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from ipabs.basics.curve import Curve
from ipabs.basics.daycount import DAY_COUNTS, year_fractions
from ipabs.cashflow.discounting import (
    dated_flows,
    period_discounts,
    period_present_value,
    present_value,
    xnpv,
)
from ipabs.errors import DataError

DATES = ["2023-01-01", "2024-01-01", "2025-12-31"]


def test_xnpv_is_the_sum_of_discounted_amounts() -> None:
    want = -100 + 50 / 1.1 + 60 / 1.1 ** (1095 / 365)
    assert xnpv(0.10, DATES, [-100, 50, 60]) == pytest.approx(want, rel=1e-14)


def test_xnpv_many_series_and_many_rates() -> None:
    amounts = np.array([[-100.0, 50, 60], [-10.0, 5, 6]])
    values = xnpv([0.1, 0.2], DATES, amounts)
    assert values == pytest.approx([xnpv(0.1, DATES, amounts[0]), xnpv(0.2, DATES, amounts[1])], rel=1e-15)
    assert xnpv([0.1, 0.2], DATES, amounts[0])[1] == xnpv(0.2, DATES, amounts[0])  # type: ignore[index]  # many rates
    assert isinstance(xnpv(0.1, DATES, amounts[0]), float)


def test_xnpv_missing_dates_stand_for_no_flow() -> None:
    ragged = np.array([["2023-01-01", "2024-01-01", "NaT"], DATES], dtype="datetime64[D]")
    amounts = [[-100.0, 110.0, np.nan], [-100.0, 50.0, 60.0]]
    assert xnpv(0.05, ragged, amounts) == pytest.approx(
        [xnpv(0.05, DATES[:2], [-100, 110]), xnpv(0.05, DATES, [-100, 50, 60])], rel=1e-15
    )


@pytest.mark.parametrize("day_count", DAY_COUNTS)
def test_years_are_those_of_the_day_count_bit_for_bit(day_count: str) -> None:
    years, _ = dated_flows(["2024-02-29", "2023-08-31", "2031-03-31"], [1, 2, 3], day_count)  # type: ignore[arg-type]  # a word of DAY_COUNTS
    want = year_fractions("2023-08-31", ["2024-02-29", "2023-08-31", "2031-03-31"], day_count)  # type: ignore[arg-type]  # a word of DAY_COUNTS
    assert years.tolist() == want.tolist()


@pytest.mark.parametrize(("timing", "gone"), [("end", Fraction(1)), ("mid", Fraction(1, 2)), ("start", Fraction(0))])
def test_period_discounts_by_timing(timing: str, gone: Fraction) -> None:
    factors = period_discounts(0.08, 3, periods_per_year=4, timing=timing)  # type: ignore[arg-type]  # a word of Timing
    assert factors.tolist() == pytest.approx([1.08 ** -float((k + gone) / 4) for k in range(3)], rel=1e-14)


def test_period_present_value_of_a_perpetual_growth_truncated() -> None:
    # growing annuity: sum g^k / (1+r)^(k+1) = (1 - (g/(1+r))^n) / (1 + r - g)
    want = (1 - (1.02 / 1.1) ** 30) / (1.1 - 1.02)
    assert period_present_value(0.10, 1.02 ** np.arange(30)) == pytest.approx(want, rel=1e-13)


def test_period_discounts_of_several_rates() -> None:
    assert period_discounts([0.0, 1.0], 2).tolist() == [[1, 1], [0.5, 0.25]]


def test_present_value_uses_the_curve() -> None:
    class Half:
        def discount(self, dates: object) -> np.ndarray:
            return np.array([0.5, 0.25])

    assert present_value(DATES[:2], [[4.0, 8.0], [2.0, 2.0]], Half()).tolist() == [4, 1.5]  # type: ignore[union-attr]  # two series


@pytest.mark.parametrize("rate", [-1.0, -2.0, float("nan"), float("inf")])
def test_a_rate_of_minus_one_or_less_is_refused(rate: float) -> None:
    with pytest.raises(DataError, match=f"a discount rate of {rate}; wanted a number above -1"):
        xnpv([0.1, rate], DATES, [1, 2, 3])


@pytest.mark.parametrize(
    ("dates", "amounts", "message"),
    [
        (DATES, [1, 2], r"amounts of shape \(2,\) for dates of shape \(3,\)"),
        ([], [], r"amounts of shape \(0,\) for dates of shape \(0,\)"),
        ("2024-01-01", 1.0, r"amounts of shape \(\) for dates of shape \(\)"),
        ([DATES, DATES], np.ones((3, 3)), r"amounts of shape \(3, 3\) for dates of shape \(2, 3\)"),
        (DATES, [1, 2, np.inf], "the amount at position 2 is inf"),
        (DATES, [[1, 2, 3], [1, np.nan, 3]], "the amount at position 1, 1 is nan"),
        (["NaT", "NaT"], [1, 2], "a series has no dates at all"),
        (["June", "July"], [1, 2], "'June' is no whole day; write 2024-03-28"),
        ([45379, 45744], [1, 2], "45379 is no date; write 2024-03-28"),
        (DATES, ["a", "b", "c"], "amounts is .*'a', 'b', 'c'.*; wanted a number, or an array of numbers"),
    ],
)
def test_flows_that_do_not_fit_are_refused(dates: list[str], amounts: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        xnpv(0.1, dates, amounts)


def test_an_unknown_timing_gets_a_hint() -> None:
    with pytest.raises(DataError, match="no timing 'xyz'; valid: end, mid, start"):
        period_discounts(0.1, 3, timing="xyz")  # type: ignore[arg-type]  # wrong on purpose


def test_present_value_on_a_flat_curve_is_xnpv() -> None:
    curve = Curve.flat(0.03, date(2023, 1, 1))
    assert present_value(DATES, [-100.0, 50.0, 60.0], curve) == pytest.approx(
        xnpv(0.03, DATES, [-100.0, 50.0, 60.0]), rel=1e-13
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: xnpv("3%", DATES, [1, 2, 3]), "rate is '3%'; wanted a number"),
        (lambda: xnpv([0.1, 0.2, 0.3], DATES, np.ones((2, 3))), "3 rates for 2 series; wanted one, or one a series"),
        (lambda: present_value(DATES, [1, 2], Curve.flat(0.03, date(2023, 1, 1))), r"shape \(2,\) for 3 dates"),
        (lambda: present_value(DATES, [1, 2, np.nan], Curve.flat(0.03, date(2023, 1, 1))), "one finite amount a date"),
        (lambda: period_discounts(0.1, -1), "-1 periods, 1 a year; wanted a whole number of periods"),
        (lambda: period_discounts(0.1, 3, periods_per_year=0), "3 periods, 0 a year"),
        (lambda: period_present_value(0.1, "abc"), "amounts is 'abc'"),
    ],
)
def test_what_cannot_be_discounted_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()


def test_rates_meet_one_series_or_a_series_each() -> None:
    assert np.asarray(xnpv([0.0, 1.0], DATES[:1], [3.0])).tolist() == [3, 3]
    assert np.asarray(xnpv([0.0, 0.0], DATES, [[1, 2, 3], [4, 5, 6]])).tolist() == [6, 15]
