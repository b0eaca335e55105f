"""Curves against closed forms and QuantLib."""

from datetime import date, timedelta
from math import exp

import numpy as np
import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from ipabs.basics.curve import COMPOUNDINGS, Compounding, Curve
from ipabs.basics.daycount import DAY_COUNTS, DayCount, year_fraction
from ipabs.errors import DataError, SpecError

AS_OF = date(2024, 1, 15)
ROUNDING = 1e-12

rates = st.floats(-0.02, 0.2)
ahead = st.integers(1, 9000).map(lambda days: AS_OF + timedelta(days))
compounded = st.sampled_from([word for word in COMPOUNDINGS if word != "simple"])


def growth(rate: float, time: float, compounding: Compounding) -> float:
    number = {"annual": 1, "semiannual": 2, "quarterly": 4, "monthly": 12}
    return (
        exp(rate * time)
        if compounding == "continuous"
        else (1 + rate / number[compounding]) ** (number[compounding] * time)
    )


@given(rate=rates, day=ahead, compounding=compounded, day_count=st.sampled_from(DAY_COUNTS))
def test_flat_curve_is_the_closed_form(rate: float, day: date, compounding: Compounding, day_count: DayCount) -> None:
    curve = Curve.flat(rate, AS_OF, compounding=compounding, day_count=day_count)
    time = year_fraction(AS_OF, day, day_count)
    assert curve.discount(day) == pytest.approx(1 / growth(rate, time, compounding), rel=ROUNDING)
    if time > 0:
        assert curve.zero_rates(day, compounding=compounding) == pytest.approx(rate, abs=1e-9)


@given(
    nodes=st.lists(st.tuples(ahead, st.floats(0.2, 1.1)), min_size=1, max_size=6, unique_by=lambda node: node[0]),
    days=st.lists(ahead, min_size=1, max_size=10),
)
def test_interpolation_agrees_with_quantlib(nodes: list[tuple[date, float]], days: list[date]) -> None:
    dates, factors = zip(*sorted(nodes), strict=True)
    curve = Curve(as_of=AS_OF, dates=dates, factors=factors)
    oracle = QuantLib.DiscountCurve(
        [QuantLib.Date(day.day, day.month, day.year) for day in (AS_OF, *dates)], [1.0, *factors],
        QuantLib.Actual365Fixed(),
    )  # fmt: skip
    inside = [day for day in days if day <= dates[-1]]
    expected = [oracle.discount(QuantLib.Date(day.day, day.month, day.year)) for day in inside]
    assert curve.discount(inside) == pytest.approx(expected, rel=ROUNDING)
    assert curve.discount(dates) == pytest.approx(factors, rel=ROUNDING)


def test_last_forward_rate_goes_on_beyond_the_last_node() -> None:
    curve = Curve(as_of=date(2023, 1, 1), dates=(date(2024, 1, 1), date(2025, 1, 1)), factors=(0.98, 0.95))
    # 2025 has 365 days, 2024 has 366: the forward factor of 366 days is 0.95 / 0.98.
    assert curve.discount(date(2026, 1, 1)) == pytest.approx(0.95 * (0.95 / 0.98) ** (365 / 366), rel=ROUNDING)


@pytest.mark.parametrize("compounding", COMPOUNDINGS)
def test_zero_and_forward_rates_come_back(compounding: Compounding) -> None:
    dates, given_rates = [date(2024, 7, 15), date(2025, 7, 15), date(2027, 1, 15)], [0.03, 0.035, 0.04]
    curve = Curve.from_zero_rates(AS_OF, dates, given_rates, compounding=compounding, day_count="30E/360")
    assert curve.zero_rates(dates, compounding=compounding) == pytest.approx(given_rates, rel=ROUNDING)
    curve = Curve.from_forward_rates(AS_OF, dates, given_rates, compounding=compounding, day_count="ACT/ACT ISDA")
    starts = [AS_OF, *dates[:-1]]
    assert curve.forward_rates(starts, dates, compounding=compounding) == pytest.approx(given_rates, rel=ROUNDING)


def test_factor_of_the_curve_date_is_exactly_one() -> None:
    assert Curve.flat(0.0325, AS_OF).discount(AS_OF) == 1.0
    assert Curve.flat(0.0325, AS_OF).discount(np.array([[AS_OF]], dtype="datetime64[D]")).shape == (1, 1)


def test_faults_of_nodes_are_told_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        Curve(as_of=AS_OF, dates=(AS_OF, date(2023, 1, 1)), factors=(0.0, float("nan"), 0.9))
    assert str(caught.value).splitlines() == [
        "a curve needs as many factors as dates, at least one; it has 3 factors and 2 dates",
        "dates[0]: 2024-01-15 is not after 2024-01-15",
        "dates[1]: 2023-01-01 is not after 2024-01-15",
        "factors[0]: discount factor 0.0 is no finite number above 0",
        "factors[1]: discount factor nan is no finite number above 0",
    ]


def test_curve_without_nodes_is_refused() -> None:
    with pytest.raises(SpecError, match="it has 0 factors and 0 dates"):
        Curve(as_of=AS_OF, dates=(), factors=())
    for build in (Curve.from_zero_rates, Curve.from_forward_rates):
        with pytest.raises(SpecError, match="it has 0 rates and 0 dates"):
            build(AS_OF, [], [])


@pytest.mark.parametrize("rate", [3.25, -1.0, float("nan"), float("inf")])
def test_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(SpecError, match=r"rates\[0\]: .* is outside -100% to 100% a year"):
        Curve.flat(rate, AS_OF)


def test_simple_flat_curve_and_unknown_compounding_are_refused() -> None:
    with pytest.raises(SpecError, match="a flat curve needs a compounded rate"):
        Curve.flat(0.03, AS_OF, compounding="simple")
    with pytest.raises(SpecError, match=r"no compounding 'anual'; did you mean 'annual'\?"):
        Curve.flat(0.03, AS_OF, compounding="anual")


def test_past_and_empty_periods_are_refused() -> None:
    curve = Curve.flat(0.03, AS_OF)
    for past in ("2024-01-14", ["2024-02-01", "2024-01-14"]):
        with pytest.raises(DataError, match="2024-01-14 is before the date of the curve, 2024-01-15"):
            curve.discount(past)
    with pytest.raises(DataError, match="a rate needs an end after its start"):
        curve.zero_rates(AS_OF)


def test_nodes_without_time_between_them_are_refused() -> None:
    with pytest.raises(SpecError, match=r"dates\[1\]: no time passes in 30E/360 between 2024-05-31 and the"):
        Curve(as_of=AS_OF, dates=(date(2024, 5, 30), date(2024, 5, 31)), factors=(0.99, 0.98), day_count="30E/360")


def test_nodes_before_the_curve_date_are_findings_in_every_constructor() -> None:
    past = [date(2023, 1, 1), date(2023, 6, 1)]
    for build in (
        lambda: Curve(as_of=AS_OF, dates=tuple(past), factors=(0.9, 0.8)),
        lambda: Curve.from_zero_rates(AS_OF, past, [0.03, 0.03]),
        lambda: Curve.from_forward_rates(AS_OF, past, [0.03, 0.03]),
    ):
        with pytest.raises(SpecError, match=r"dates\[0\]: 2023-01-01 is not after 2024-01-15"):
            build()


def test_simple_rate_that_eats_the_whole_principal_is_refused() -> None:
    with pytest.raises(SpecError, match="discount factor inf is no finite number above 0"):
        Curve.from_zero_rates(AS_OF, [date(2026, 1, 15)], [-0.5], compounding="simple", day_count="30E/360")


def test_text_is_no_date_of_a_node() -> None:
    with pytest.raises(SpecError, match="'2025-01-01' is no date but str"):
        Curve.from_zero_rates(date(2024, 1, 1), ["2025-01-01"], [0.03])  # type: ignore[list-item]  # wrong on purpose
