"""Every relation holds on generated deals: plain and rounded, one path and several, fractions and floats."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from ipabs.engine import Ledger, run_waterfall
from ipabs.testing.contracts import check_obligation, obligations
from ipabs.testing.money import ROUNDINGS
from ipabs.testing.relations import check_deal
from ipabs.testing.strategies import Run, runs
from tests.numbered import numbered

CHUNKS, CHUNK = 8, 125
PLAIN, FEN = ROUNDINGS[:1], ROUNDINGS[1:2]


def checked(run: Run) -> tuple[object, ...]:
    return check_deal(run.deal, run.collections, **run.given)


@settings(max_examples=40)
@given(runs())
def test_relations_hold_on_one_path(run: Run) -> None:
    assert checked(run) == ()


@settings(max_examples=25)
@given(runs(paths=3))
def test_relations_hold_on_several_paths(run: Run) -> None:
    assert checked(run) == ()


@settings(max_examples=25)
@given(runs(roundings=PLAIN))
def test_relations_hold_on_plain_floats(run: Run) -> None:
    assert checked(run) == ()


@settings(max_examples=25)
@given(runs(roundings=FEN, modes=("stress", "tiny_guarantee")))
def test_relations_hold_under_stress_in_fen(run: Run) -> None:
    assert checked(run) == ()


def exact_residuals(ledger: Ledger) -> list[Fraction]:
    """Opening + accrued - paid - removed - closing of each claim and date but the first."""
    claims, periods = ledger.closing_owed.shape[0], ledger.closing_owed.shape[1]
    owed, moved = ledger.closing_owed, ledger.accrued - ledger.settled - ledger.removed
    incomes = {i for i, name in enumerate(ledger.claims) if name.endswith(".income")}
    return [
        Fraction(owed[i, t - 1, 0] + moved[i, t, 0] - owed[i, t, 0])
        for i in range(claims)
        for t in range(1, periods)
        if i not in incomes
    ]


@settings(max_examples=40)
@given(runs())
def test_identities_hold_exactly_on_fractions(run: Run) -> None:
    ledger = run_waterfall(run.deal, run.collections, exact=True, **run.given)
    assert not any(exact_residuals(ledger))
    paid_out, cash_in = ledger.settled[:, :, 0].sum(axis=0), ledger.collected[:, :, 0].sum(axis=0)
    held = ledger.closing_held[:, :, 0].sum(axis=0)
    entered = ledger.entered[:, :, 0].sum(axis=0) if len(ledger.supports) else np.zeros(len(held), dtype=object)
    for t in range(1, len(held)):
        assert Fraction(held[t - 1] + cash_in[t] + entered[t] - paid_out[t] - held[t]) == 0
    assert all(amount >= 0 for amount in ledger.closing_held.flat)


@settings(max_examples=40)
@given(runs(roundings=ROUNDINGS[1:]))
def test_rounded_floats_are_the_fractions_to_the_last_unit(run: Run) -> None:
    floats = run_waterfall(run.deal, run.collections, **run.given)
    fractions = run_waterfall(run.deal, run.collections, exact=True, **run.given)
    for name in ("settled", "accrued", "removed", "closing_owed", "closing_held", "entered"):
        ours, truth = getattr(floats, name), getattr(fractions, name)
        assert all(Fraction(a) == b for a, b in zip(ours.flat, truth.flat, strict=True)), name
    assert np.array_equal(floats.failing, fractions.failing)


@settings(max_examples=60)
@given(obligations())
def test_relations_hold_on_contracts(obligation: object) -> None:
    assert check_obligation(obligation) == ()  # type: ignore[arg-type] # the strategy draws obligations


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_relations_hold_on_a_thousand_deals(chunk: int) -> None:
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        run = numbered(runs(paths=2), number)
        found = checked(run)
        assert not found, f"deal {number}: {found[0]}{run!r}"
