"""The engine and the oracle agree on every figure of generated deals, on floats, fractions and arrays."""

from collections import Counter

import pytest
from hypothesis import given, settings

from ipabs.structure.terms import Rounding
from ipabs.testing.strategies import Run, runs
from tests.numbered import numbered
from tests.oracle.comparison import differences, engine, is_near_a_limit, oracle

EVERY_DAY = 60
CHUNK = 500
CHUNKS = 20  # 10,000 deals
PATHS = 2
SELDOM = 0.01  # of the paths may be left out, or the agreement of the others says little


def unit_of(rounding: Rounding | None) -> float | None:
    """The smallest amount of a deal that rounds."""
    assert rounding is not None
    return {"none": None, "fen": 0.01, None: rounding.unit}[rounding.preset]


def disagreement(run: Run, counted: Counter[str]) -> str:
    """Where the two differ first: exactly on fractions, and on floats of deals that round; else beyond 1e-9.

    A path on which a test stands almost, but not quite on its limit is counted and left out. The text holds all
    that is needed to run the path again.
    """
    unit = unit_of(run.deal.rounding)
    rounds = unit is not None
    truth = [oracle(run, path) for path in range(PATHS)]
    near = [is_near_a_limit(dates) for dates in truth]
    counted["deals"] += 1
    counted["paths"] += PATHS
    counted["near a limit"] += sum(near)
    together, alone = engine(run), engine(run.only(0))
    found = [("fractions", 0, differences(engine(run, exact=True), truth[0], unit=unit, exactly=True))]
    for path in (path for path in range(PATHS) if rounds or not near[path]):
        found.append(("array", path, differences(together, truth[path], path=path, unit=unit, exactly=rounds)))
        if path == 0:
            found.append(("float", path, differences(alone, truth[path], unit=unit, exactly=rounds)))
    for numbers, path, differing in found:
        for first in differing:
            return f"{numbers}, path {path}: {first}{run.only(path)!r}"
    return ""


@settings(max_examples=EVERY_DAY)
@given(runs(paths=PATHS))
def test_engine_and_oracle_agree(run: Run) -> None:
    assert disagreement(run, Counter()) == ""


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engine_and_oracle_agree_on_ten_thousand_deals(chunk: int, capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        found = disagreement(numbered(runs(paths=PATHS), number), counted)
        if found:
            pytest.fail(f"deal {number}, {found}", pytrace=False)
    with capsys.disabled():
        print(f"\nchunk {chunk}: {dict(counted)}")
    assert counted["near a limit"] < SELDOM * counted["paths"]
