"""The engine and the oracle agree on every figure of generated deals, on floats, fractions and arrays."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from ipabs.structure.terms import Rounding
from ipabs.testing.strategies import Run, runs
from tests.oracle.comparison import differences, engine, is_near_a_limit, oracle

EVERY_DAY = 60
THOROUGH = 10_000
PATHS = 2


def unit_of(rounding: Rounding | None) -> float | None:
    """The smallest amount of a deal that rounds."""
    assert rounding is not None
    return {"none": None, "fen": 0.01, None: rounding.unit}[rounding.preset]


def check(run: Run, counted: Counter[str]) -> None:
    """Exactly on fractions, and on floats of deals that round; else to 1e-9, unless a test stood on its limit."""
    unit = unit_of(run.deal.rounding)
    rounds = unit is not None
    truth = [oracle(run, path) for path in range(PATHS)]
    near = [is_near_a_limit(dates) for dates in truth]
    counted["paths"] += PATHS
    counted["near a limit"] += sum(near)
    found = list(differences(engine(run, exact=True), truth[0], unit=unit, exactly=True))
    assert not found, f"fractions: {found[0]}"
    together, alone = engine(run), engine(run.only(0))
    for path in (path for path in range(PATHS) if rounds or not near[path]):
        found = list(differences(together, truth[path], path=path, unit=unit, exactly=rounds))
        assert not found, f"array, path {path}: {found[0]}"
    if rounds or not near[0]:
        found = list(differences(alone, truth[0], unit=unit, exactly=rounds))
        assert not found, f"float: {found[0]}"


@settings(max_examples=EVERY_DAY)
@given(runs(paths=PATHS))
def test_engine_and_oracle_agree(run: Run) -> None:
    check(run, Counter())


@pytest.mark.slow
def test_engine_and_oracle_agree_on_ten_thousand_deals(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()

    @seed(20240328)
    @settings(
        max_examples=THOROUGH,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(runs(paths=PATHS))
    def agree(run: Run) -> None:
        counted["deals"] += 1
        check(run, counted)

    agree()
    with capsys.disabled():
        print(f"\n{dict(counted)}")
    assert counted["deals"] >= THOROUGH
    assert counted["near a limit"] < counted["paths"] / 20
