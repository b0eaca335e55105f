"""Amortization against closed forms, exact fractions and numpy-financial's own interest."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.cashflow.amortization import (
    Schedule,
    balloon,
    bullet,
    custom,
    interest_only_then_level,
    level,
    level_payment,
    linear,
    step_up,
)
from ipabs.errors import DataError

RELATIVE = 1e-11

KINDS: dict[str, Callable[[float, float, int], Schedule]] = {
    "level": level,
    "linear": linear,
    "bullet": bullet,
    "balloon": lambda amount, rate, count: balloon(amount, rate, count, amount / 4),
    "interest_only": lambda amount, rate, count: interest_only_then_level(
        amount, rate, count, interest_only=(count - 1) // 2
    ),
    "custom": lambda amount, rate, count: custom(amount, rate, np.full(count, 1 / count)),
    "step_up": lambda amount, rate, count: step_up(amount, rate, count, growth=0.03, every=4),
}
amounts = st.integers(1, 10**11).map(lambda fen: fen / 100)
rates = st.one_of(st.just(0.0), st.floats(1e-6, 0.05))


@pytest.mark.parametrize("kind", KINDS)
@given(amounts, rates, st.integers(1, 120))
@settings(max_examples=40)
def test_principal_adds_up_exactly_and_interest_is_on_what_is_left(
    kind: str, amount: float, rate: float, count: int
) -> None:
    schedule = KINDS[kind](amount, rate, count)
    assert np.cumsum(schedule.principal[0])[-1] == amount
    assert schedule.balance[0, -1] == 0
    opening = np.concatenate([[amount], schedule.balance[0, :-1]])
    assert schedule.interest[0].tolist() == (opening * rate).tolist()
    assert schedule.principal[0] == pytest.approx(-np.diff([amount, *schedule.balance[0]]), abs=amount * RELATIVE)


@pytest.mark.parametrize("kind", KINDS)
@given(amounts, rates, st.integers(1, 120))
@settings(max_examples=40)
def test_payments_are_worth_the_principal_at_the_contract_rate(
    kind: str, amount: float, rate: float, count: int
) -> None:
    payment = KINDS[kind](amount, rate, count).payment[0]
    assert (payment / (1 + rate) ** np.arange(1, count + 1)).sum() == pytest.approx(amount, rel=1e-9)


@given(amounts, st.integers(0, 600), st.integers(2, 60))
@settings(max_examples=40)
def test_level_payment_equals_the_exact_fraction(amount: float, rate_bp: int, count: int) -> None:
    rate = Fraction(rate_bp, 10_000)
    exact = Fraction(amount) / (
        sum((1 / (1 + rate) ** k for k in range(1, count + 1)), Fraction(0)) if rate else Fraction(count)
    )
    assert level_payment(amount, rate_bp / 10_000, count) == pytest.approx(float(exact), rel=1e-10)
    assert level(amount, rate_bp / 10_000, count).payment[0] == pytest.approx(float(exact), rel=1e-9)


def test_level_interest_is_numpy_financials() -> None:
    want = -npf.ipmt(0.0812 / 12, np.arange(1, 25), 24, 1e6)
    assert level(1e6, 0.0812 / 12, 24).interest[0] == pytest.approx(want, rel=1e-10)


def test_contracts_of_different_length_share_one_schedule() -> None:
    together = level([1000.0, 500.0, 900.0], [0.01, 0.0, 0.02], [3, 2, 5])
    assert together.principal.shape == (3, 5)
    for row, (amount, rate, count) in enumerate([(1000.0, 0.01, 3), (500.0, 0.0, 2), (900.0, 0.02, 5)]):
        alone = level(amount, rate, count)
        assert together.principal[row, :count].tolist() == alone.principal[0].tolist()
        assert together.payment[row, count:].tolist() == [0.0] * (5 - count)
        assert together.balance[row, count:].tolist() == [0.0] * (5 - count)


def test_many_contracts_with_their_own_terms() -> None:
    schedule = interest_only_then_level([100.0, 100.0], 0.01, [4, 6], interest_only=[0, 3])
    assert schedule.principal[0, :4].tolist() == level(100.0, 0.01, 4).principal[0].tolist()
    assert schedule.principal[1, :3].tolist() == [0, 0, 0]
    assert schedule.principal[1, 3:] == pytest.approx(level(100.0, 0.01, 3).principal[0], rel=RELATIVE)
    assert balloon([100.0, 100.0], 0.0, 2, [0.0, 50.0]).principal == pytest.approx(np.array([[50, 50], [25, 75]]))


def test_step_up_balance_grows_where_payments_are_short_of_interest() -> None:
    schedule = step_up(1000.0, 0.02, 20, growth=0.2)
    assert schedule.principal[0, 0] < 0
    assert schedule.balance[0, 0] > 1000
    assert schedule.payment[0, 1:] / schedule.payment[0, :-1] == pytest.approx(np.full(19, 1.2), rel=1e-9)


def test_step_up_every_year_keeps_payments_within_a_year() -> None:
    payment = step_up(1000.0, 0.01, 8, growth=0.1, every=4).payment[0]
    assert payment[:4] == pytest.approx(np.full(4, payment[0]), rel=RELATIVE)
    assert payment[4:] == pytest.approx(np.full(4, payment[0] * 1.1), rel=RELATIVE)


def test_level_payment_keeps_the_shape_of_its_input() -> None:
    assert isinstance(level_payment(100.0, 0.01, 3), float)
    assert np.shape(level_payment([100.0, 200.0], 0.01, 3)) == (2,)
    assert level_payment(120.0, 0.0, 12) == 10.0
    assert level_payment(100.0, 0.01, 1, balloon=100.0) == pytest.approx(1.0, rel=1e-12)


def test_all_faulty_terms_at_once() -> None:
    with pytest.raises(DataError) as caught:
        level([100.0, -1.0], [0.01, np.nan], [2.5, 3])
    assert str(caught.value).splitlines() == [
        "principal[1]: principal of contract 1 is -1.0; wanted 0 or more",
        "period_rate[1]: period_rate of contract 1 is nan; wanted above -1",
        "periods[0]: periods of contract 0 is 2.5; wanted a whole number from 1 to 12000",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: balloon(100.0, 0.01, 3, -5.0), "a balloon is negative: -5.0"),
        (lambda: interest_only_then_level(1.0, 0.01, 3, interest_only=3), "3 interest-only periods; wanted 0 or more"),
        (lambda: custom(100.0, 0.01, [0.5, 0.4]), r"shares of principal add up to \[0.9\]; wanted 1"),
        (lambda: custom(100.0, 0.01, [1.5, -0.5]), "none negative"),
        (lambda: step_up(100.0, 0.01, 3, growth=-1.0), "growth -1.0 every 1 periods"),
        (lambda: step_up(100.0, 0.01, 3, growth=0.1, every=0), "growth 0.1 every 0 periods"),
        (lambda: level("ten", 0.01, 3), "principal: principal is 'ten'; wanted a number, or an array of numbers"),
        (lambda: level_payment(100.0, "x", 3), "period_rate: period_rate is 'x'"),
        (lambda: balloon(100.0, 0.01, 3, "q"), "balloon: balloon is 'q'"),
        (lambda: custom(100.0, 0.01, ["a", "b"]), "percentages: percentages is .*'a', 'b'"),
        (lambda: interest_only_then_level(1.0, 0.01, 3, interest_only="x"), "interest_only: interest_only is 'x'"),
        (lambda: step_up(100.0, 0.01, 3, growth="x"), "growth: growth is 'x'"),  # type: ignore[arg-type]  # the fault
        (lambda: level([1.0, [2.0]], 0.01, 3), "wanted a number, or an array of numbers"),
        (lambda: level([1.0, 2.0], [0.01, 0.02, 0.03], 3), r"have shapes \(2,\), \(3,\), \(\), \(\), which do not fit"),
        (lambda: balloon([1.0, 2.0], 0.01, 3, [1.0, 2.0, 3.0]), "balloon have shapes"),
        (lambda: level_payment([1.0, 2.0], 0.01, 3, balloon=[1.0, 2.0, 3.0]), "balloon have shapes"),
        (lambda: interest_only_then_level([1.0, 2.0], 0.01, 3, interest_only=[1, 1, 1]), "interest_only have shapes"),
        (lambda: custom([1.0, 2.0, 3.0], 0.01, [[0.5, 0.5], [0.4, 0.6]]), "shares have shapes"),
        (lambda: step_up(1.0, 0.01, 3, growth=[0.1, 0.2]), "growth .0.1, 0.2. every 1 periods"),  # type: ignore[arg-type]  # the fault
        (lambda: step_up(1.0, 0.01, 3, growth=0.1, every=float("nan")), "every nan periods"),  # type: ignore[arg-type]  # the fault
        (
            lambda: level(1.0, 0.01, 10**9),
            "periods of contract 0 is 1000000000.0; wanted a whole number",
        ),
        (lambda: linear(100.0, 0.01, 0), "periods of contract 0 is 0.0; wanted a whole number from 1 to 12000"),
    ],
)
def test_terms_that_make_no_schedule_are_refused(call: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()


def test_no_contracts_make_an_empty_schedule() -> None:
    assert level([], 0.01, 3).payment.shape[0] == 0


def test_one_contract_under_several_lists_of_shares() -> None:
    plan = custom(1000.0, 0.01, [[0.5, 0.5], [0.2, 0.8]])
    assert plan.principal.tolist() == [[500, 500], [200, 800]]
    assert plan.interest.tolist() == [[10, 5], [10, 8]]
