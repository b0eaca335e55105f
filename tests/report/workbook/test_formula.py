"""Formulas have the value of what they say, and products of whole numbers are exact."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ipabs.engine.arithmetic import Factor, arithmetic
from ipabs.report.workbook.exact import Halves, divide_by_ratio, formulas
from ipabs.report.workbook.formula import (
    Formula,
    Number,
    both,
    either,
    floor,
    hi,
    invert,
    lo,
    pick,
    ratio,
    text,
    value_of,
)
from ipabs.report.workbook.formula import given as put_in
from ipabs.report.workbook.grid import column_name
from ipabs.report.workbook.inputs import exact_ratio

WHOLE = st.integers(0, 10**6).map(float)
leaves = WHOLE.map(put_in) | WHOLE


def evaluate(formula: str) -> Any:
    """What a spreadsheet makes of the text."""
    names = {
        "MIN": min,
        "MAX": max,
        "INT": lambda x: float(x // 1),
        "IF": lambda condition, a, b: a if condition else b,
        "AND": lambda *all_: all(all_),
        "OR": lambda *any_: any(any_),
        "NOT": lambda x: not x,
        "TRUE": True,
        "FALSE": False,
    }
    return eval(formula.replace("=", "==").replace(">==", ">=").replace("<==", "<="), {"__builtins__": {}}, names)


def longer(parts: st.SearchStrategy[Number]) -> st.SearchStrategy[Number]:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: 3 * (p[0] - (p[1] - 2))),
        pairs.map(lambda p: lo(*p)),
        pairs.map(lambda p: hi(*p)),
        st.tuples(parts, parts, parts).map(lambda p: pick(put_in(1.0) + p[0] > p[1], p[2], p[0])),
        st.tuples(parts, parts).map(
            lambda p: pick(both(p[0] + put_in(0.0) >= 5, invert(p[1] + put_in(0.0) < 7)), 1, p[0])
        ),
        st.tuples(parts, parts).map(lambda p: pick(either(put_in(3.0) > p[0], put_in(4.0) <= p[1]), p[1], 2)),
        parts.map(lambda p: floor(p + put_in(0.5))),
    )


@settings(max_examples=100)
@given(st.recursive(leaves, longer, max_leaves=12))
def test_text_means_the_value(number: Number) -> None:
    assert evaluate(text(number)) == value_of(number)


def test_operations_that_do_nothing_leave_no_trace() -> None:
    a = put_in(5.0)
    assert a + 0 is a
    assert 0 + a is a
    assert a * 1 is a
    assert a * 0 == 0
    assert pick(True, a, 1) is a
    assert lo(a, a) is a


def test_condition_has_no_truth_of_its_own() -> None:
    with pytest.raises(TypeError):
        bool(put_in(5.0) > 3)


def test_ratio_says_its_value_at_zero() -> None:
    assert text(ratio(put_in(5.0), put_in(0.0), 10**18)) == f"IF(0=0,{10**18},5/0)"
    assert ratio(put_in(5.0), put_in(0.0), 10**18).value == 10**18


@settings(max_examples=100)
@given(st.integers(0, 10**12), st.integers(1, 10**7), st.integers(1, 5 * 10**7))
def test_division_by_a_ratio_is_exact(amount: int, numerator: int, denominator: int) -> None:
    assume(amount * numerator // denominator < 10**15)  # a float64 holds no longer whole numbers exactly
    quotient, remainder = divide_by_ratio(put_in(float(amount)), put_in(float(numerator)), put_in(float(denominator)))
    assert (value_of(quotient), value_of(remainder)) == divmod(amount * numerator, denominator)


@settings(max_examples=100)
@given(st.lists(st.integers(0, 10**12 - 1), min_size=3, max_size=3))
def test_shares_are_exact_below_ten_billion_yuan(numbers: list[int]) -> None:
    amount, weight, over = sorted(numbers)
    over += 1
    quotient, remainder = Halves().divide(put_in(float(amount)), put_in(float(weight)), put_in(float(over)))
    assert (value_of(quotient), value_of(remainder)) == divmod(amount * weight, over)


@settings(max_examples=100)
@given(st.integers(0, 10**11), st.lists(st.integers(0, 10**11), min_size=2, max_size=4), st.booleans())
def test_share_of_formulas_is_the_engines(available: int, wants: list[int], weighted: bool) -> None:
    weights = [float(at + 1) for at in range(len(wants))] if weighted else None
    cells = formulas("half_up", "largest_remainder").share(
        put_in(float(available)), [put_in(float(w)) for w in wants], weights
    )
    plain = arithmetic("float", "half_up").share(float(available), [float(w) for w in wants], weights)
    assert [value_of(cell) for cell in cells] == plain


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
@pytest.mark.parametrize("amount", [1_000_000_200.0, 5.0, 15.0, 0.0])
def test_rounding_of_formulas_is_the_engines(mode: Any, amount: float) -> None:
    """The first is a published near tie, 7525001.505 fen; then ties."""
    exact = Fraction(301, 40_000) if amount > 100 else Fraction(1, 2)
    factor = exact_ratio(put_in(float(exact.numerator)), put_in(float(exact.denominator)))
    ours = formulas(mode, "largest_remainder").rounded(put_in(amount), factor)
    assert value_of(ours) == arithmetic("fraction", mode).rounded(Fraction(amount), Factor.of(exact))


def test_columns_have_letters() -> None:
    assert [column_name(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_formula_of_a_cell_is_that_cell() -> None:
    a = put_in(5.0)
    a.cell = lambda: "C5"
    flag = Formula(">", (a, 3), True, condition=True)
    assert text(pick(flag, a - (a - 1), 0)) == "IF(C5>3,C5-(C5-1),0)"
    flag.cell = lambda: "C6"
    assert text(pick(flag, a, 0)) == "IF(C6=1,C5,0)"
