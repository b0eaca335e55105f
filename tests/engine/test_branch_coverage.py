"""Generated deals, the readings of their ledgers and wrong input take every branch of the engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.exercise import exercise

ROOT = Path(__file__).resolve().parents[2]
DEALS = 150
MISTAKES = 9  # at least, that each deal is given and must refuse
ONE_AWAY = "a quotient is one away about once in 10^5 products of 10^12 units; test_arithmetic has such products"
DECIDES = "the engine never decides by the numbers of a block; test_recording has readings that do, and are refused"
EXPLAINED = {
    "step = np.where(low, -1, np.where(high, 1, 0))": ONE_AWAY,
    "return quotient + step, remainder - step * d": ONE_AWAY,
    'raise UnrecordableError(f"{function.__name__}.{method}")': DECIDES,
    "if function is not np.where or options:": DECIDES,
    "raise UnrecordableError(function.__name__)": DECIDES,
    "return self.tape.write(function, given)": DECIDES,
    'raise UnrecordableError("bool")': DECIDES,
    'raise UnrecordableError("array")': DECIDES,
    "return m.share(available, wants, weights)": "a recorded line shares what comes in, not numbers known before",
}


def test_a_few_generated_deals_can_be_exercised() -> None:
    assert exercise(2) >= 2 * MISTAKES


@pytest.mark.slow
def test_generated_deals_take_every_branch_of_the_engine() -> None:
    command = [sys.executable, "-m", "tests.engine.exercise", str(DEALS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["refused"] >= DEALS * MISTAKES
    untaken = {
        f"{module}:{line}"
        for module, lines in found["untaken"].items()
        for line in lines
        if line.partition(": ")[2] not in EXPLAINED
    }
    assert untaken == set()
