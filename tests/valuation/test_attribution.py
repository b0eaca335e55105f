"""Attribution: exact, sampled and closed-form Shapley values agree, and every one adds up."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError, LimitError
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.attribution import marginal_values, shapley, shapley_values
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream

AS_OF = date(2024, 1, 1)
STREAMS = (
    RevenueStream(name="A", revenues=(100.0, 120.0), growth_rate=0.02, decay_rate=0.1),
    RevenueStream(name="B", revenues=(50.0,) * 7, technical_life_years=5.5),
)


def right(number: int, days_left: int) -> Patent:
    filing = date.fromordinal(AS_OF.toordinal() + days_left - 7305)
    return Patent(number=f"p{number}", kind="invention", filing=filing, grant=date(2023, 12, 31))


portfolios = st.lists(st.tuples(st.integers(30, 7000), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5)


def setup(rows: list[tuple[int, float, float]], **changes: object) -> tuple[ReliefFromRoyalty, Portfolio]:
    rights = tuple(right(n, days) for n, (days, _, _) in enumerate(rows))
    protections = tuple(
        Protection(right=f"p{n}", stream=name, share=share)
        for n, (_, a, b) in enumerate(rows)
        for name, share in (("A", a), ("B", b))
    )
    terms: dict[str, object] = {"royalty_rate": 0.05, "tax_rate": 0.25, "discount_rate": 0.12}
    method = ReliefFromRoyalty(
        streams=STREAMS,
        coverage=CoverageMatrix(protections=protections),
        **(terms | changes),  # type: ignore[arg-type]  # terms of a test
    )
    return method, Portfolio(rights=rights)


@given(portfolios)
def test_shapley_values_sum_to_the_whole(rows: list[tuple[int, float, float]]) -> None:
    method, portfolio = setup(rows)
    found = shapley_values(method, portfolio, as_of=AS_OF)
    whole = method.value(portfolio, as_of=AS_OF).mean
    assert sum(found.values) == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert min(found.values) >= 0


@given(portfolios, st.sampled_from([0.0, 0.04]))
def test_closed_form_agrees_with_enumeration_of_all_sets(
    rows: list[tuple[int, float, float]], loss_rate: float
) -> None:
    method, portfolio = setup(rows, loss_rate=loss_rate)
    assert method.coverage is not None

    def worth(held: frozenset[str]) -> float:
        if not held:
            return 0.0
        kept = Portfolio(rights=tuple(one for one in portfolio.rights if one.number in held))
        protections = tuple(one for one in method.coverage.protections if one.right in held)  # type: ignore[union-attr]  # set above
        return replace(method, coverage=CoverageMatrix(protections=protections)).value(kept, as_of=AS_OF).mean

    names = [one.number for one in portfolio.rights]
    expected = shapley(worth, names)
    found = shapley_values(method, portfolio, as_of=AS_OF)
    assert found.values == pytest.approx(expected.values, rel=1e-9, abs=1e-9)
    marginal = marginal_values(method, portfolio, as_of=AS_OF)
    everyone = frozenset(names)
    lost = [worth(everyone) - worth(everyone - {name}) for name in names]
    assert marginal.values == pytest.approx(lost, rel=1e-9, abs=1e-9)


def test_over_draws_attribution_is_of_the_mean() -> None:
    rows = [(4000, 0.7, 0.2), (2500, 0.4, 1.0)]
    royalty = np.array([0.02, 0.05, 0.11])
    method, portfolio = setup(rows, royalty_rate=royalty)
    found = shapley_values(method, portfolio, as_of=AS_OF)
    assert found.total == pytest.approx(method.value(portfolio, as_of=AS_OF).mean, rel=1e-12)
    one, _ = setup(rows, royalty_rate=float(royalty.mean()))
    assert found.values == pytest.approx(shapley_values(one, portfolio, as_of=AS_OF).values, rel=1e-12)


def test_two_hundred_rights_on_one_stream_share_it_exactly() -> None:
    rights = tuple(right(n, 200 + 30 * n) for n in range(200))
    method = ReliefFromRoyalty(streams=STREAMS[:1], royalty_rate=0.05, tax_rate=0.25, discount_rate=0.12)
    found = shapley_values(method, Portfolio(rights=rights), as_of=AS_OF)
    assert sum(found.values) == pytest.approx(method.value(Portfolio(rights=rights), as_of=AS_OF).mean, rel=1e-9)
    assert list(found.values) == sorted(found.values)
    # the shortest-lived right shares its life with all 200
    short = replace(method, streams=(replace(STREAMS[0], technical_life_years=200 / 366),))
    whole = short.value(Portfolio(rights=rights), as_of=AS_OF).mean
    assert found.values[0] == pytest.approx(whole / 200, rel=1e-9)


def test_draws_of_the_loss_rate_are_refused() -> None:
    method, portfolio = setup([(4000, 0.7, 0.2)], loss_rate=np.array([0.0, 0.1]))
    with pytest.raises(DataError, match="at one loss rate, not at draws of it"):
        shapley_values(method, portfolio, as_of=AS_OF)


def test_sampled_values_meet_exact_ones_within_four_standard_errors_and_add_up() -> None:
    # Airport game of Littlechild and Owen (1973): the cost of the longest runway needed
    runways = {f"r{n:02}": float((n % 7 + 1) ** 2) for n in range(15)}

    def worth(held: frozenset[str]) -> float:
        return max((runways[name] for name in held), default=0.0)

    exact, before, names = dict.fromkeys(runways, 0.0), 0.0, sorted(runways, key=lambda name: runways[name])
    for at, name in enumerate(names):
        for user in names[at:]:
            exact[user] += (runways[name] - before) / (len(names) - at)
        before = runways[name]
    found = shapley(worth, list(runways), samples=2000, seed=3)
    assert sum(found.values) == pytest.approx(49.0, rel=1e-12)
    assert found.samples == 2000
    for name, error in zip(found.names, found.standard_errors, strict=True):
        assert abs(found[name] - exact[name]) <= 4 * error + 1e-9
    assert found.to_frame()["share"].sum() == pytest.approx(1.0)


def test_equal_rights_get_equal_parts_and_idle_ones_nothing() -> None:
    found = shapley(lambda held: 12.0 * bool(held - {"idle"}), ["a", "b", "idle"])
    assert found.values == (6.0, 6.0, 0.0)


def test_wrong_players_are_refused() -> None:
    with pytest.raises(DataError, match="a stands twice"):
        shapley(lambda held: 0.0, ["a", "a"])
    with pytest.raises(DataError, match="2 sampled orders; at least 4"):
        shapley(lambda held: 0.0, ["a"], samples=2)
    with pytest.raises(LimitError, match="evaluations; at most"):
        shapley(lambda held: 0.0, ["a", "b"], samples=10**8)


ROWS = [(900, 0.5, 0.2), (2500, 0.8, 0.0), (5000, 0.3, 0.9)]


def test_attribution_over_draws_has_the_standard_error_of_its_mean() -> None:
    royalty = np.random.default_rng(5).uniform(0.02, 0.08, 400)
    (drawn, portfolio), (single, _) = setup(ROWS, royalty_rate=royalty), setup(ROWS)
    for attributed in (shapley_values, marginal_values):
        found, one = (attributed(method, portfolio, as_of=AS_OF) for method in (drawn, single))
        # Value is proportional to the royalty rate, and so is every share of it.
        scale = np.array(one.values) / 0.05
        np.testing.assert_allclose(found.values, scale * royalty.mean(), rtol=1e-12)
        np.testing.assert_allclose(found.standard_errors, scale * royalty.std(ddof=1) / 20, rtol=1e-9)
        assert (found.samples, one.samples, one.standard_errors) == (400, 0, (0.0,) * 3)
    assert sum(shapley_values(drawn, portfolio, as_of=AS_OF).values) == pytest.approx(
        drawn.value(portfolio, as_of=AS_OF).mean
    )


def test_lives_of_draws_share_each_period_as_single_lives_do() -> None:
    lives = np.array([2.5, 6.0, 9.3])
    method, portfolio = setup(ROWS)
    with_life = lambda life: replace(method, streams=(replace(STREAMS[0], technical_life_years=life), STREAMS[1]))  # noqa: E731 - one line a method
    found = shapley_values(with_life(lives), portfolio, as_of=AS_OF)
    alone = [shapley_values(with_life(life), portfolio, as_of=AS_OF).values for life in lives.tolist()]
    np.testing.assert_allclose(found.values, np.mean(alone, axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.standard_errors, np.std(alone, axis=0, ddof=1) / 3**0.5, rtol=1e-9)
