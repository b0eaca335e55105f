"""Internal rates of return against pyxirr, closed forms and polynomials with known roots."""

import warnings
from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ipabs.cashflow.discounting import dated_flows, xnpv
from ipabs.cashflow.irr import LOG_RATE_LIMIT, irr, xirr
from ipabs.errors import DataError, NumericError

RESIDUAL = 1e-12  # of the sum of the absolute present values
ORACLE = 1e-8  # pyxirr stops at about 1e-9

START = date(2024, 3, 28)
days = st.lists(st.integers(1, 12_000), min_size=1, max_size=20, unique=True).map(sorted)


def on(*offsets: int) -> list[date]:
    return [START + timedelta(days=offset) for offset in offsets]


def relative_residual(rate: float, dates: list[date], amounts: list[float]) -> float:
    years, flows = dated_flows(dates, amounts, "ACT/365F")
    discounted = flows * np.exp(-np.log1p(rate) * years)
    return abs(float(discounted.sum())) / float(np.abs(discounted).sum())


@st.composite
def loans(draw: st.DrawFn) -> tuple[list[date], list[float]]:
    """A payment today and receipts later, as a lender sees them."""
    offsets = draw(days)
    receipts = draw(st.lists(st.integers(1, 10**7), min_size=len(offsets), max_size=len(offsets)))
    outlay = -sum(receipts) * draw(st.floats(0.3, 1.5))
    return on(0, *offsets), [outlay, *map(float, receipts)]


@given(loans())
@settings(max_examples=80)
def test_xirr_leaves_no_present_value(loan: tuple[list[date], list[float]]) -> None:
    rate = xirr(*loan, on_error="nan")
    assume(not np.isnan(rate))
    # A float near -1 holds 1 + rate only to its own spacing, whatever the solver does.
    years = (loan[0][-1] - loan[0][0]).days / 365
    representable = years * np.spacing(1.0) / (1 + rate)
    assert relative_residual(float(rate), *loan) <= RESIDUAL + representable


@given(loans())
@settings(max_examples=80)
def test_xirr_agrees_with_pyxirr(loan: tuple[list[date], list[float]]) -> None:
    rate = float(xirr(*loan, on_error="nan"))
    theirs = pyxirr.xirr(*loan)
    assume(theirs is not None and -0.9 < rate < 10)
    assert rate == pytest.approx(theirs, rel=ORACLE, abs=ORACLE)


@given(loans(), st.floats(0.01, 1000), st.integers(-3000, 3000), st.sampled_from([-1, 1]))
@settings(max_examples=60)
def test_xirr_ignores_scale_sign_origin_and_order(
    loan: tuple[list[date], list[float]], scale: float, shift: int, sign: int
) -> None:
    dates, amounts = loan
    rate = xirr(dates, amounts, on_error="nan")
    assume(not np.isnan(rate))
    moved = [day + timedelta(days=shift) for day in dates]
    other = xirr(moved[::-1], [sign * scale * amount for amount in amounts[::-1]])
    assert np.log1p(other) == pytest.approx(np.log1p(rate), rel=1e-11, abs=1e-12)


@given(loans(), st.floats(1.001, 2))
@settings(max_examples=60)
def test_xirr_rises_with_receipts(loan: tuple[list[date], list[float]], more: float) -> None:
    dates, (outlay, *receipts) = loan
    rates = [xirr(dates, [outlay, *(factor * one for one in receipts)], on_error="nan") for factor in (1, more)]
    assume(not np.isnan(rates).any())
    assert rates[1] > rates[0]


@pytest.mark.parametrize("rate", [-0.99, -0.5, -1e-9, 0.0, 1e-9, 0.0325, 0.5, 9.0, 1e6])
def test_xirr_of_one_receipt_is_the_growth(rate: float) -> None:
    assert xirr(on(0, 730), [-1.0, (1 + rate) ** 2]) == pytest.approx(rate, rel=1e-12, abs=1e-14)


def test_many_series_are_each_the_series_alone() -> None:
    rng = np.random.default_rng(4)
    amounts = rng.uniform(3, 8, (3000, 21))
    amounts[:, 0] = -100
    amounts[7] = 1.0
    amounts[9, 0] = 5.0
    amounts[9, 5] = -130.0
    dates = np.datetime64("2024-03-28") + np.cumsum(rng.integers(1, 100, (3000, 21)), axis=1)
    rates = np.asarray(xirr(dates, amounts, on_error="nan"))
    assert np.flatnonzero(np.isnan(rates)).tolist() == [7]
    for row in (0, 8, 9, 1023, 1024, 2999):
        assert rates[row] == pytest.approx(xirr(dates[row], amounts[row]), rel=1e-13)
    residual = np.abs(xnpv(rates[10:], dates[10:], amounts[10:]))
    assert residual.max() < RESIDUAL * 300


def test_shared_dates_equal_own_dates() -> None:
    amounts = [[-100.0, 60, 60], [-50.0, 20, 40]]
    dates = on(0, 365, 700)
    shared, own = xirr(dates, amounts), xirr([dates, dates], amounts)
    assert np.asarray(shared).tolist() == np.asarray(own).tolist()


def test_missing_dates_shorten_a_series() -> None:
    ragged = np.array([["2024-01-01", "2024-12-31", "NaT"], ["2024-01-01", "2024-06-01", "2024-12-31"]], "M8[D]")
    rates = np.asarray(xirr(ragged, [[-100, 104, np.nan], [-100, 0, 105]]))
    assert rates == pytest.approx([0.04, 0.05], rel=1e-13)


def test_day_count_changes_the_rate() -> None:
    assert xirr(on(0, 360), [-100, 105], day_count="ACT/360") == pytest.approx(0.05, rel=1e-13)


# ------------------------------------------------------------------------------------------------------ several roots
@given(st.lists(st.integers(-60, 120), min_size=1, max_size=6, unique=True))
@settings(max_examples=60)
def test_all_roots_finds_the_roots_a_polynomial_was_made_of(percents: list[int]) -> None:
    percents = sorted(percents)
    assume(min(np.diff(percents), default=99) >= 5)
    growths = [1 + percent / 100 for percent in percents]
    amounts = np.poly(growths)
    found = xirr(on(*[365 * year for year in range(len(amounts))]), amounts, all_roots=True)
    assert found == pytest.approx([growth - 1 for growth in growths], rel=1e-6, abs=1e-6)


def test_all_roots_finds_a_double_root() -> None:
    # (g - 1.25)^2: the value touches zero and never changes sign
    found = xirr(on(0, 365, 730), [-16.0, 40.0, -25.0], all_roots=True)
    assert found == pytest.approx([0.25], abs=1e-7)


def test_all_roots_are_none_without_a_sign_change_or_a_root() -> None:
    assert xirr(on(0, 365), [1.0, 2.0], all_roots=True).tolist() == []
    assert xirr(on(0, 365, 730), [-1.0, 1.0, -1.0], all_roots=True).tolist() == []


def test_of_several_rates_the_one_nearest_zero_is_given() -> None:
    assert xirr(on(0, 365, 730), [-100.0, 230.0, -132.0]) == pytest.approx(0.1, rel=1e-12)


def test_flows_of_one_day_count_as_their_sum() -> None:
    assert xirr(on(0, 0, 365), [-100.0, 2.0, 103.0]) == pytest.approx(103 / 98 - 1, rel=1e-13)
    assert xirr(on(0, 365, 365), [100.0, 3.0, -110.0]) == pytest.approx(0.07, rel=1e-13)


def test_all_roots_wants_one_series() -> None:
    with pytest.raises(DataError, match=r"all_roots wants one series, not shape \(2, 2\)"):
        xirr(on(0, 1), [[-1, 2], [-1, 2]], all_roots=True)


# ------------------------------------------------------------------------------------------------------------- errors
def test_no_sign_change_is_an_error_that_says_so() -> None:
    with pytest.raises(NumericError) as caught:
        xirr(on(0, 365), [[-100, 104], [100, 104], [0, 0]])
    assert str(caught.value) == (
        "no internal rate of return: the amounts never change sign (series 1, 2 in all); "
        "wanted at least one payment and one receipt"
    )
    assert caught.value.findings[0].code == "irr.no_sign_change"


@pytest.mark.parametrize(
    ("dates", "amounts"),
    [
        (on(0, 365, 730), [-1.0, 1.0, -1.0]),  # g^2 - g + 1 has no real root
        (on(0, 1), [-1.0, 1e9]),
    ],
)
def test_no_root_is_an_error_that_says_so(dates: list[date], amounts: list[float]) -> None:
    with pytest.raises(NumericError, match=r"no internal rate of return between -99.9999998 % and 4.9e8 \(series 0"):
        xirr(dates, amounts)
    assert np.isnan(xirr(dates, amounts, on_error="nan"))


def test_the_stated_limits_are_those_of_the_search() -> None:
    assert np.expm1(-LOG_RATE_LIMIT) == pytest.approx(-0.999999998, abs=1e-10)
    assert np.expm1(LOG_RATE_LIMIT) == pytest.approx(4.9e8, rel=0.02)


@pytest.mark.parametrize("amounts", [[-1e300, 1e300 * 1.5], [-1e-300, 1.5e-300], [-1.0, 1.5]])
def test_extreme_amounts_are_solved_without_warnings(amounts: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert xirr(on(0, 365), amounts) == pytest.approx(0.5, rel=1e-12)


def test_amounts_near_the_largest_float_are_solved() -> None:
    dates = on(0, 365, 730)
    small = xirr(dates, [-1.5, 1.0, 1.2])
    assert xirr(dates, [-1.5e308, 1e308, 1.2e308]) == pytest.approx(small, rel=1e-12)


def test_sixty_years_of_loss_are_solved() -> None:
    dates = on(*[365 * year for year in range(61)])
    amounts = [-1e6, *[1.0] * 60]
    assert relative_residual(float(xirr(dates, amounts)), dates, amounts) <= RESIDUAL


# ------------------------------------------------------------------------------------------------------ equal periods
@pytest.mark.parametrize(("quote", "want"), [("effective", 1.01**4 - 1), ("nominal", 0.04), ("period", 0.01)])
def test_irr_quotes_one_period_rate_three_ways(quote: str, want: float) -> None:
    amounts = [-100.0, 1.0, 1.0, 101.0]
    assert irr(amounts, periods_per_year=4, quote=quote) == pytest.approx(want, rel=1e-13)  # type: ignore[arg-type]  # a word of Quote


@given(st.lists(st.floats(1, 50), min_size=3, max_size=20))
@settings(max_examples=50)
def test_irr_agrees_with_pyxirr(receipts: list[float]) -> None:
    amounts = [-40.0, *receipts]
    ours = float(irr(amounts, on_error="nan"))
    theirs = pyxirr.irr(amounts)
    assume(theirs is not None and -0.9 < ours < 10)
    assert ours == pytest.approx(theirs, rel=ORACLE, abs=ORACLE)


def test_irr_refuses_amounts_and_quotes_it_cannot_read() -> None:
    with pytest.raises(DataError, match=r"amounts of shape \(2,\); wanted finite numbers"):
        irr([-1.0, np.nan])
    with pytest.raises(DataError, match="no quote 'efective'; did you mean 'effective'"):
        irr([-1.0, 2.0], quote="efective")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DataError, match="0 periods a year; wanted a number above 0"):
        irr([-1.0, 2.0], periods_per_year=0)
    with pytest.raises(NumericError, match="never change sign"):
        irr([1.0, 2.0])


@pytest.mark.parametrize("amounts", [[-1.0, 2.0], [-1.0, 1.0]])
def test_flows_of_one_day_have_no_rate(amounts: list[float]) -> None:
    with pytest.raises(NumericError, match=r"all amounts fall on one day \(series 0, 1 in all\)"):
        xirr(on(0, 0), amounts)


def test_unknown_answers_to_a_fault_are_refused() -> None:
    with pytest.raises(DataError, match="no 'ignore'; valid: raise, nan"):
        xirr(on(0, 1), [-1.0, 1.0], on_error="ignore")  # type: ignore[call-overload]  # wrong on purpose
    with pytest.raises(DataError, match=r"amounts is .*; wanted a number"):
        irr(["a", 1.0])
    with pytest.raises(DataError, match="inf periods a year"):
        irr([-1.0, 1.0], periods_per_year=np.inf)
