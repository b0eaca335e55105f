"""Speeds: inverses, limits and faults; the published checkpoints are in tests/published."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.cashflow import speeds
from ipabs.errors import DataError

shares = st.floats(0, 0.99)
ages = st.integers(1, 480)


@given(shares, st.sampled_from([1, 2, 4, 12]))
@settings(max_examples=50)
def test_annual_and_period_rates_are_inverse(rate: float, periods: int) -> None:
    period = speeds.cpr_to_smm(rate, periods_per_year=periods)
    assert speeds.smm_to_cpr(period, periods_per_year=periods) == pytest.approx(rate, rel=1e-12, abs=1e-300)
    assert speeds.mdr_to_cdr(speeds.cdr_to_mdr(rate)) == pytest.approx(rate, rel=1e-12, abs=1e-300)
    assert 1 - (1 - period) ** periods == pytest.approx(rate, abs=1e-12)


@given(st.floats(0, 1500), ages)
@settings(max_examples=50)
def test_ramps_are_inverse(speed: float, age: int) -> None:
    assert speeds.cpr_to_psa(speeds.psa_to_cpr(speed, age), age) == pytest.approx(speed, rel=1e-12, abs=1e-9)
    assert speeds.cdr_to_sda(speeds.sda_to_cdr(speed, age), age) == pytest.approx(speed, rel=1e-12, abs=1e-9)


@given(st.floats(0, 0.02), st.integers(1, 50))
@settings(max_examples=50)
def test_abs_speed_is_the_share_of_the_original_pool(speed: float, age: int) -> None:
    smm = speeds.abs_to_smm(speed, age)
    assert speeds.smm_to_abs(smm, age) == pytest.approx(speed, rel=1e-12, abs=1e-15)
    left = np.prod(1 - np.asarray(speeds.abs_to_smm(speed, np.arange(1, age + 1))))
    assert left == pytest.approx(1 - speed * age, abs=1e-12)


def test_everything_may_prepay_or_default_at_once() -> None:
    assert speeds.cpr_to_smm(1.0) == 1.0
    assert speeds.smm_to_cpr(1.0) == 1.0
    assert speeds.abs_to_smm(0.02, 50) == pytest.approx(1.0, rel=1e-12)


def test_psa_multiplies_the_annual_rate_not_the_monthly_one() -> None:
    monthly = speeds.cpr_to_smm(speeds.psa_to_cpr(200, 30))
    assert monthly == pytest.approx(1 - 0.88 ** (1 / 12), rel=1e-13)
    assert abs(monthly - 2 * float(speeds.cpr_to_smm(0.06))) > 1e-4


def test_arrays_give_arrays() -> None:
    assert np.asarray(speeds.psa_to_cpr(100, [1, 30, 400])) == pytest.approx([0.002, 0.06, 0.06])
    assert isinstance(speeds.psa_to_cpr(100, 1), float)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: speeds.cpr_to_smm(-0.01), "cpr gives a rate of -0.01; wanted a decimal from 0 to 1"),
        (lambda: speeds.cpr_to_smm("6%"), "cpr is '6%'; wanted a number"),
        (lambda: speeds.cpr_to_smm(0.06, periods_per_year=0), "0 periods a year; wanted a number above 0"),
        (lambda: speeds.cpr_to_smm([0.1, 6.0]), "cpr gives a rate of 6.0"),
        (lambda: speeds.cdr_to_mdr(float("nan")), "cdr gives a rate of nan"),
        (lambda: speeds.psa_to_cpr(2000, 30), "psa gives a rate of 1.2"),
        (lambda: speeds.sda_to_cdr(-1, 30), "sda gives a rate of -6e-05"),
        (lambda: speeds.psa_to_cpr(100, 0), "an age of 0.0 months; the first month of a loan has age 1"),
        (lambda: speeds.abs_to_smm(0.02, 51), "at 51.0 months every loan of a pool with this ABS speed has prepaid"),
    ],
)
def test_impossible_speeds_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()
