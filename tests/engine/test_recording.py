"""Recorded runs: played on a block they give the bits of a direct run, and what cannot be recorded is refused."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from ipabs.cashflow.collections import Collections
from ipabs.engine import resolve
from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.feed import Feed, feed, observed
from ipabs.engine.recording import Recording
from ipabs.engine.run import payment_dates
from ipabs.structure.deal import Deal
from ipabs.testing.strategies import Run, runs
from tests.engine.recordings import DECIDING, cannot_be_recorded, everything, plays_as_run


@pytest.mark.parametrize("rounding", ["none", "fen", "{unit: 1, mode: half_even, share: down_rest_stays}"])
def test_a_recording_played_gives_the_bits_of_a_direct_run(
    rich: Callable[[str], Deal], pools: Callable[..., Collections], rounding: str
) -> None:
    deal = rich(rounding)
    blocks = [
        pools(deal, paths, paths, stress=stress) for paths, stress in ((400, 0.12), (400, 0.5), (3, 0.12), (1, 0))
    ]
    assert all(plays_as_run(resolve(deal), blocks, {}))


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(runs(paths=3))
def test_any_deal_can_be_recorded_and_played(run: Run) -> None:
    program = resolve(run.deal, run.indices, watched=dict(run.observables))
    series = observed(program, dict(run.observables), program.timeline)
    assert all(plays_as_run(program, [run.collections, run.collections], series))


def test_operations_that_no_figure_needs_are_left_out_and_arrays_are_used_again(
    rich: Callable[[str], Deal], pools: Callable[..., Collections]
) -> None:
    program = resolve(rich("none"))
    names = feed(program, pools(program.deal, 2, 1), {}, "array")(0)

    def last_balance(flows: Feed, m: Arithmetic) -> list[Amount]:
        return [list(payment_dates(program, flows, m))[-1].owed["A.principal"]]

    def steps(recording: Recording) -> int:
        return sum(len(day.operations) for day in recording.days)

    whole, one = (Recording.of(program, run, names) for run in (everything(program), last_balance))
    assert 0 < steps(one) < steps(whole)
    assert len(one.arrays) * 8 < steps(one)


@pytest.mark.parametrize("decide", DECIDING)
def test_a_run_that_looks_at_the_numbers_of_a_block_cannot_be_recorded(
    rich: Callable[[str], Deal], decide: Callable[[Amount], Amount]
) -> None:
    assert cannot_be_recorded(resolve(rich("none")), decide)


def test_constants_are_told_apart_by_type_and_sign(rich: Callable[[str], Deal]) -> None:
    """1 + True, 1.0 and -0.0 are other numbers than 1, 1 and 0.0; an array that holds one is one."""

    def run(flows: Feed, m: Arithmetic) -> list[Amount]:
        amount = flows(0)["x"]
        return [amount + 1, amount * -0.0, amount * 0.0, amount + True, amount + 1.0, amount + np.array(1.0), 7.0]

    played = Recording.of(resolve(rich("none")), run, ["x"]).play(lambda t: {"x": np.array([1.0, 2.0])}, 2)
    assert np.signbit(played[1:3]).tolist() == [[True, True], [False, False]]
    assert [np.asarray(one).tolist() for one in played[:1] + played[3:]] == [[2.0, 3.0]] * 4 + [7.0]
