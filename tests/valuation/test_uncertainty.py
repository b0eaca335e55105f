"""Uncertainty: ranges are what they are called, draws are tied as stated, contributions are variance shares."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError, LimitError
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.cost import MultiplierCost
from ipabs.valuation.distributions import Empirical, Experts, Lognormal, Opinion, Pert, Triangular
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.uncertainty import Loading, Uncertain, UncertainInput, contributions, with_inputs

AS_OF = date(2024, 1, 1)
NO_RIGHTS = Portfolio(rights=())
GRID = (np.arange(100_000) + 0.5) / 100_000
COARSE = (np.arange(2_000) + 0.5) / 2_000
COARSE_ERROR = 2e-3

RELIEF = ReliefFromRoyalty(
    streams=(RevenueStream(name="A", revenues=(100.0,)), RevenueStream(name="B", revenues=(100.0,))),
    royalty_rate=0.05,
    tax_rate=0.0,
    discount_rate=0.0,
)
EVEN = Triangular(least=0.5, likely=1.0, most=1.5)


def uncertain(*names: str, **changes: object) -> Uncertain:
    inputs = tuple(UncertainInput(name=name, range=EVEN) for name in names)
    terms: dict[str, object] = {"inputs": inputs, "draws": 20_000, "seed": 5}
    return Uncertain(method=RELIEF, **(terms | changes))  # type: ignore[arg-type]  # terms of a test


A, B = "streams.A.level", "streams.B.level"


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5))
def test_pert_and_triangular_have_their_means_and_bounds(least: float, first: float, second: float) -> None:
    points = (least, least + first, least + first + second)
    for one in (Pert(least=points[0], likely=points[1], most=points[2]),
                Triangular(least=points[0], likely=points[1], most=points[2])):  # fmt: skip
        values = one.quantile(COARSE)
        assert values.mean() == pytest.approx(one.mean, abs=COARSE_ERROR * (1 + first + second))
        assert values.min() >= points[0] - 1e-9
        assert values.max() <= points[2] + 1e-9
        assert not list(one.findings())


def test_pert_has_the_variance_of_its_beta_distribution() -> None:
    one = Pert(least=2, likely=4, most=9)
    # α + β = 6: variance (μ − a)(b − μ) / 7
    assert one.quantile(GRID).var() == pytest.approx((one.mean - 2) * (9 - one.mean) / 7, rel=1e-3)


def test_lognormal_and_empirical_have_their_means() -> None:
    one = Lognormal(median=100, log_deviation=0.4)
    assert one.quantile(GRID).mean() == pytest.approx(one.mean, rel=1e-3)
    points = Empirical(values=(0.0, 1.0, 3.0), cumulative=(0.0, 0.5, 1.0))
    assert points.mean == 0.5 * 0.5 + 0.5 * 2.0
    assert points.quantile(GRID).mean() == pytest.approx(points.mean, rel=1e-6)
    assert Empirical(values=(7.0,)).mean == 7.0


def test_experts_mix_and_show_their_spread() -> None:
    low, high = Pert(least=0, likely=1, most=2), Pert(least=8, likely=9, most=10)
    two = Experts(opinions=(Opinion(expert="a", range=low, weight=0.25), Opinion(expert="b", range=high, weight=0.75)))
    values = two.quantile(GRID)
    assert values.mean() == pytest.approx(0.25 * 1 + 0.75 * 9, rel=1e-3)
    assert np.mean(values < 5) == pytest.approx(0.25, abs=1e-3)
    assert two.spread == 8.0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Pert(least=2, likely=1, most=3), "range.order"),
        (Pert(least=1, likely=2, most=3, shape=0), "range.outside"),
        (Triangular(least=0, likely=float("nan"), most=1), "range.order"),
        (Lognormal(median=0, log_deviation=1), "range.outside"),
        (Empirical(values=()), "range.values"),
        (Empirical(values=(1.0, 2.0), cumulative=(0.0, 0.9)), "range.cumulative"),
        (Experts(opinions=()), "range.no_expert"),
        (Experts(opinions=(Opinion(expert="a", range=EVEN, weight=0.4),)), "valuation.weights"),
        (Experts(opinions=(Opinion(expert="a", range=EVEN, weight=0.4), Opinion(expert="b", range=EVEN))),
         "range.expert_weights"),
    ],
)  # fmt: skip
def test_wrong_ranges_are_found(wrong: Pert, code: str) -> None:
    assert code in [found.code for found in wrong.findings()]
    with pytest.raises(DataError):
        uncertain(A, inputs=(UncertainInput(name=A, range=wrong),)).value(NO_RIGHTS, as_of=AS_OF)


def test_factor_loadings_give_the_product_as_correlation() -> None:
    tied = tuple(UncertainInput(name=name, range=Lognormal(median=1, log_deviation=1),
                                loadings=(Loading(factor="demand", loading=load),))
                 for name, load in ((A, 0.9), (B, 0.6)))  # fmt: skip
    drawn = uncertain(A, inputs=tied).drawn_inputs()
    correlation = np.corrcoef(np.log(drawn[A]), np.log(drawn[B]))[0, 1]
    assert correlation == pytest.approx(0.54, abs=4 * (1 - 0.54**2) / np.sqrt(20_000))


def test_correlation_matrix_gives_its_correlation_even_when_singular() -> None:
    for rho in (-0.4, 1.0):
        inputs = tuple(UncertainInput(name=name, range=Lognormal(median=1, log_deviation=1)) for name in (A, B))
        drawn = uncertain(A, inputs=inputs, correlation=((1.0, rho), (rho, 1.0))).drawn_inputs()
        found = np.corrcoef(np.log(drawn[A]), np.log(drawn[B]))[0, 1]
        assert found == pytest.approx(rho, abs=4 * (1 - rho**2) / np.sqrt(20_000) + 1e-12)


def test_draws_of_an_input_do_not_depend_on_the_others() -> None:
    alone = uncertain(A).drawn_inputs()[A]
    both = uncertain(B, A).drawn_inputs()
    assert (alone == both[A]).all()
    assert (alone[:100] == uncertain(A, draws=100).drawn_inputs()[A]).all()
    assert not (alone == uncertain(A, party="firm 2").drawn_inputs()[A]).any()


def test_mean_lies_within_four_standard_errors() -> None:
    result = uncertain(A, B).value(NO_RIGHTS, as_of=AS_OF)
    assert abs(result.mean - 10.0) < 4 * result.standard_error
    assert result.input(A).mean == pytest.approx(1.0, abs=0.01)


def test_contributions_of_a_sum_are_shares_of_variance() -> None:
    wide = replace(EVEN, least=0.0, most=2.0)
    inputs = (UncertainInput(name=A, range=wide), UncertainInput(name=B, range=EVEN))
    table = contributions(uncertain(A, inputs=inputs).value(NO_RIGHTS, as_of=AS_OF))
    # Triangular variances are (most − least)² / 24: 4 to 1
    assert list(table.index) == [A, B]
    assert table["variance_share"].to_numpy() == pytest.approx([0.8, 0.2], abs=0.03)
    assert (table["rank_correlation"] > 0).all()


def test_an_input_that_does_not_matter_contributes_nothing() -> None:
    fixed = Pert(least=0.05, likely=0.05, most=0.05)
    inputs = (UncertainInput(name=A, range=EVEN), UncertainInput(name="royalty_rate", range=fixed))
    table = contributions(uncertain(A, inputs=inputs).value(NO_RIGHTS, as_of=AS_OF))
    assert table.loc["royalty_rate"].tolist() == pytest.approx([0.0, 0.0], abs=0.01)


def test_every_fault_of_the_uncertainty_is_named() -> None:
    inputs = (
        UncertainInput(name="streams.A.levels", range=EVEN),
        UncertainInput(
            name=A, range=EVEN, loadings=(Loading(factor="f", loading=0.9), Loading(factor="g", loading=0.9))
        ),
        UncertainInput(name=A, range=EVEN),
    )
    wrong = uncertain(A, inputs=inputs, draws=0, correlation=((1.0, 0.0), (0.0, 1.0)))
    with pytest.raises(DataError) as caught:
        wrong.value(NO_RIGHTS, as_of=AS_OF)
    assert [found.code for found in caught.value.findings] == [
        "uncertainty.input", "uncertainty.twice", "uncertainty.loadings", "uncertainty.twice", "uncertainty.draws",
        "uncertainty.both", "uncertainty.shape",
    ]  # fmt: skip
    assert "did you mean 'streams.A.level'?" in str(caught.value.findings[0])


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        (((1.0, 0.2), (0.3, 1.0)), "uncertainty.symmetric"),
        (((2.0, 0.2), (0.2, 1.0)), "uncertainty.symmetric"),
        (((1.0, float("nan")), (float("nan"), 1.0)), "uncertainty.symmetric"),
        (((1.0, 1.2), (1.2, 1.0)), "uncertainty.not_psd"),
    ],
)
def test_wrong_correlation_matrices_are_refused(matrix: tuple[tuple[float, ...], ...], code: str) -> None:
    with pytest.raises(DataError) as caught:
        uncertain(A, B, correlation=matrix).value(NO_RIGHTS, as_of=AS_OF)
    assert [found.code for found in caught.value.findings] == [code]


def test_names_with_dots_are_replaced_too() -> None:
    stream = RevenueStream(name="Foo Co., Ltd.", revenues=(100.0,))
    inputs = (UncertainInput(name="streams.Foo Co., Ltd..level", range=EVEN),)
    drawn = Uncertain(method=replace(RELIEF, streams=(stream,)), inputs=inputs, draws=100, seed=1)
    assert drawn.value(NO_RIGHTS, as_of=AS_OF).draws == 100
    with pytest.raises(DataError, match="the method has no input 'tax'"):
        with_inputs(RELIEF, {"tax": 0.1})


def test_more_draws_than_memory_are_refused() -> None:
    with pytest.raises(LimitError, match="numbers at once; at most 100000000"):
        uncertain(A, draws=10**9).value(NO_RIGHTS, as_of=AS_OF)


def test_inputs_are_replaced_by_path() -> None:
    changed = with_inputs(RELIEF, {B: 2.0, "tax_rate": 0.1})
    assert (changed.streams[0].level, changed.streams[1].level, changed.tax_rate) == (1.0, 2.0, 0.1)
    assert RELIEF.streams[1].level == 1.0
    cost = MultiplierCost(material_cost=1.0, labor_cost=1.0, labor_multiplier=1.0, failure_rate=0.0, profit_rate=0.0)
    drawn = with_inputs(cost, {"labor_cost": np.array([1.0, 3.0])}).value(NO_RIGHTS, as_of=AS_OF)
    assert drawn.value.tolist() == [2.0, 4.0]
