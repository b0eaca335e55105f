"""Bond mathematics against QuantLib, closed forms and finite differences of exact prices."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  the library's own usage
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.cashflow.bond_math import (
    Compounding,
    accrued_interest,
    convexity,
    discount_margin,
    effective_convexity,
    effective_duration,
    macaulay_duration,
    modified_duration,
    price_from_yield,
    weighted_average_life,
    yield_from_price,
)
from ipabs.errors import DataError, NumericError

ORACLE = 1e-12
SETTLEMENT = date(2024, 3, 28)
DATES = [SETTLEMENT + timedelta(days=91 * (k + 1)) for k in range(12)]
AMOUNTS = [22.0, 21.0, 24.5, 8.0, 0.0, 13.0, 2.0, 2.0, 2.0, 2.0, 2.0, 102.0]
COMPOUNDINGS: list[Compounding] = [1, 2, 4, 12, "continuous", "simple"]

flows = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=12)
yields = st.floats(-0.2, 1.0)


def quantlib_rate(rate: float, compounding: Compounding) -> ql.InterestRate:
    day_count = ql.Actual365Fixed()
    match compounding:
        case "continuous":
            return ql.InterestRate(rate, day_count, ql.Continuous, ql.Annual)
        case _:
            frequency = {1: ql.Annual, 2: ql.Semiannual, 4: ql.Quarterly, 12: ql.Monthly}[compounding]
            return ql.InterestRate(rate, day_count, ql.Compounded, frequency)


def quantlib_day(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


@pytest.mark.parametrize("compounding", [1, 2, 4, 12, "continuous"])  # QuantLib chains simple periods: another rule
@pytest.mark.parametrize("rate", [0.0, 0.0325, 0.12, -0.01])
def test_price_durations_and_convexity_agree_with_quantlib(rate: float, compounding: Compounding) -> None:
    leg = [ql.SimpleCashFlow(amount, quantlib_day(day)) for amount, day in zip(AMOUNTS, DATES, strict=True)]
    theirs, settle = quantlib_rate(rate, compounding), quantlib_day(SETTLEMENT)
    ql.Settings.instance().evaluationDate = settle
    price = price_from_yield(rate, SETTLEMENT, DATES, AMOUNTS, compounding=compounding)
    modified = modified_duration(rate, SETTLEMENT, DATES, AMOUNTS, compounding=compounding)
    curved = convexity(rate, SETTLEMENT, DATES, AMOUNTS, compounding=compounding)
    assert price == pytest.approx(ql.CashFlows.npv(leg, theirs, False, settle, settle), rel=ORACLE)
    assert modified == pytest.approx(
        ql.CashFlows.duration(leg, theirs, ql.Duration.Modified, False, settle), rel=ORACLE
    )
    assert curved == pytest.approx(ql.CashFlows.convexity(leg, theirs, False, settle), rel=ORACLE)
    if compounding != "continuous":
        macaulay = macaulay_duration(rate, SETTLEMENT, DATES, AMOUNTS, compounding=compounding)
        assert macaulay == pytest.approx(
            ql.CashFlows.duration(leg, theirs, ql.Duration.Macaulay, False, settle), rel=ORACLE
        )


def test_simple_price_duration_and_convexity_equal_exact_fractions() -> None:
    rate, years = Fraction(13, 400), [Fraction(91 * (k + 1), 365) for k in range(12)]
    cash = [Fraction(amount) for amount in AMOUNTS]
    price = sum(a / (1 + rate * t) for a, t in zip(cash, years, strict=True))
    slope = sum(-a * t / (1 + rate * t) ** 2 for a, t in zip(cash, years, strict=True))
    curve = sum(2 * a * t**2 / (1 + rate * t) ** 3 for a, t in zip(cash, years, strict=True))
    terms = (float(rate), SETTLEMENT, DATES, AMOUNTS)
    assert price_from_yield(*terms, compounding="simple") == pytest.approx(float(price), rel=ORACLE)
    assert modified_duration(*terms, compounding="simple") == pytest.approx(float(-slope / price), rel=ORACLE)
    assert convexity(*terms, compounding="simple") == pytest.approx(float(curve / price), rel=ORACLE)


@given(flows, yields, st.sampled_from(COMPOUNDINGS))
@settings(max_examples=60)
def test_price_at_its_own_yield_is_the_price(amounts: list[float], rate: float, compounding: Compounding) -> None:
    dates = DATES[: len(amounts)]
    price = price_from_yield(rate, SETTLEMENT, dates, amounts, compounding=compounding)
    found = yield_from_price(price, SETTLEMENT, dates, amounts, compounding=compounding)
    assert price_from_yield(found, SETTLEMENT, dates, amounts, compounding=compounding) == pytest.approx(
        price, rel=1e-12
    )


@given(flows, yields, st.integers(1, 12))
@settings(max_examples=60)
def test_modified_is_macaulay_discounted_one_compounding(amounts: list[float], rate: float, times: int) -> None:
    terms = (rate, SETTLEMENT, DATES[: len(amounts)], amounts)
    want = macaulay_duration(*terms, compounding=times) / (1 + rate / times)
    assert modified_duration(*terms, compounding=times) == pytest.approx(want, rel=1e-11)


@given(flows, st.floats(0, 0.3))
@settings(max_examples=60)
def test_effective_figures_of_fixed_flows_are_the_analytic_ones(amounts: list[float], rate: float) -> None:
    dates, shift = DATES[: len(amounts)], 1e-4
    base, down, up = (price_from_yield(rate + move, SETTLEMENT, dates, amounts) for move in (0, -shift, shift))
    assert effective_duration(base, down, up, shift) == pytest.approx(
        modified_duration(rate, SETTLEMENT, dates, amounts), rel=1e-6
    )
    assert effective_convexity(base, down, up, shift) == pytest.approx(
        convexity(rate, SETTLEMENT, dates, amounts), rel=1e-5
    )


# -------------------------------------------------------------------------------- average life
@given(flows, st.floats(0.001, 1000))
@settings(max_examples=60)
def test_average_life_lies_between_first_and_last_payment_and_ignores_scale(amounts: list[float], scale: float) -> None:
    dates = DATES[: len(amounts)]
    life = float(weighted_average_life(SETTLEMENT, dates, amounts))
    assert 91 / 365 * (1 - 1e-12) <= life <= 91 * len(amounts) / 365 * (1 + 1e-12)
    assert weighted_average_life(SETTLEMENT, dates, np.array(amounts) * scale) == pytest.approx(life, rel=1e-12)


def test_average_life_of_many_paths_and_other_day_counts() -> None:
    lives = weighted_average_life(SETTLEMENT, DATES[:2], [[1.0, 0.0], [1.0, 3.0]], day_count="ACT/360")
    assert np.asarray(lives) == pytest.approx([91 / 360, (91 + 3 * 182) / 4 / 360], rel=1e-14)


def test_no_principal_has_no_life() -> None:
    with pytest.raises(DataError, match="no principal is paid on path 1: it has no life"):
        weighted_average_life(SETTLEMENT, DATES[:2], [[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(DataError, match="no principal is paid on path 0"):
        weighted_average_life(SETTLEMENT, DATES[:1], [0.0])


@pytest.mark.parametrize(
    ("dates", "principal", "message"),
    [
        (DATES[:2], [1.0, -1.0], r"principal of -1.0; wanted 0 or more"),
        (DATES[:2], [1.0], r"amounts of shape \(1,\) for 2 dates"),
        ([], [], r"amounts of shape \(0,\) for 0 dates"),
        (DATES[:2], [1.0, np.nan], r"wanted one finite amount a date"),
        ([date(2020, 1, 1), DATES[0]], [1.0, 1.0], "2020-01-01"),
    ],
)
def test_flows_that_do_not_fit_are_refused(dates: list[date], principal: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        weighted_average_life(SETTLEMENT, dates, principal)


# -------------------------------------------------------------------------------- yields, margins, accrued
@pytest.mark.parametrize("price", [0.0, -5.0, 1e9])
def test_a_price_no_yield_gives_is_an_error(price: float) -> None:
    with pytest.raises((NumericError, DataError), match=r"gives this price|a price of"):
        yield_from_price(price, SETTLEMENT, DATES, AMOUNTS)


def test_unknown_compounding_is_refused() -> None:
    with pytest.raises(DataError, match="compounding 'monthly'; wanted a whole number a year"):
        price_from_yield(0.03, SETTLEMENT, DATES, AMOUNTS, compounding="monthly")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("rate", [-2.0, -5.0, float("nan")])
def test_a_yield_that_takes_more_than_everything_is_refused(rate: float) -> None:
    with pytest.raises(DataError, match=f"a yield of {rate} compounded 2 times a year; wanted more than -2"):
        price_from_yield(rate, SETTLEMENT, DATES, AMOUNTS, compounding=2)


def test_discount_margin_at_par_is_the_quoted_margin() -> None:
    index = np.array([0.031, 0.034, 0.036, 0.040])
    amounts = 100 * (index + 0.0125) * 0.25 + np.array([0, 0, 0, 100.0])
    assert discount_margin(100.0, amounts, index, np.full(4, 0.25)) == pytest.approx(0.0125, abs=1e-12)
    assert discount_margin(99.0, amounts, index, np.full(4, 0.25)) > 0.0125


def test_discount_margin_wants_one_shape() -> None:
    with pytest.raises(DataError, match=r"amounts of shape \(2,\), index rates \(1,\), accruals \(2,\)"):
        discount_margin(100.0, [1, 101], [0.03], [0.25, 0.25])


def test_accrued_interest_by_day_count() -> None:
    start, settle = date(2024, 1, 31), date(2024, 2, 29)
    assert accrued_interest(1e6, 0.036, start, settle, "30/360 US") == pytest.approx(1e6 * 0.036 * 29 / 360)
    assert accrued_interest(1e6, 0.036, start, settle, "ACT/360") == pytest.approx(1e6 * 0.036 * 29 / 360)
    assert accrued_interest(1e6, 0.036, start, start, "ACT/365F") == 0.0


def test_a_shift_must_be_positive() -> None:
    with pytest.raises(DataError, match=r"a rate shift of 0.0; wanted a number above 0"):
        effective_duration(100.0, 101.0, 99.0, 0.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: price_from_yield(0.03, date(2030, 1, 1), DATES, AMOUNTS), "is before 2030-01-01, from which years"),
        (lambda: price_from_yield(-5, SETTLEMENT, DATES, AMOUNTS, compounding="simple"), "leaves no discount factor"),
        (lambda: macaulay_duration(0.03, SETTLEMENT, DATES, np.zeros(len(DATES))), "flows worth 0.0 have no duration"),
        (lambda: effective_duration(0.0, 1.0, 1.0, 0.01), "a price of 0.0; wanted a number above 0"),
        (lambda: weighted_average_life(SETTLEMENT, DATES, ["x"] * len(DATES)), "amounts is .*; wanted a number"),
        (lambda: discount_margin(100.0, ["x"], [0.03], [0.25]), "amounts is .*; wanted a number"),
        (
            lambda: yield_from_price(1e9, SETTLEMENT, DATES, AMOUNTS),
            "no yield between -99% and 10,000%",
        ),
    ],
)
def test_what_has_no_price_says_why(call: Callable[[], object], message: str) -> None:
    with pytest.raises((DataError, NumericError), match=message):
        call()
