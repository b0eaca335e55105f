"""Small faults in the engine's steps are noticed: by generated deals against the oracle, or by deals done by hand."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import product
from types import ModuleType

import pytest

from ipabs.testing.strategies import Run, runs
from tests.engine import (
    test_agreed_meanings,
    test_float_residues,
    test_line_tests,
    test_measures,
    test_run,
    test_seldom_met,
    test_terms,
)
from tests.engine.mutants import MODULES, Mutant, mutants, put_in
from tests.numbered import numbered
from tests.oracle.comparison import Dates, differences, engine, is_near_a_limit, oracle
from tests.oracle.test_differential import PATHS, unit_of

DEALS = 120
BY_HAND = (
    test_seldom_met,
    test_float_residues,
    test_agreed_meanings,
    test_line_tests,
    test_measures,
    test_run,
    test_terms,
)
ONE_FACE = "one face value, so that nothing is multiplied"
WIDTH = "moves a limit by what floats err, 1e-12"
SHORT_CUT = "only a shorter way to the same"
ONE_PHASE = "nothing reads the phase where there is but one"
EXPLAINED = {
    "accruals.InterestAccrual.accrue: 1 -> 0": ONE_FACE,
    "calls.CleanUp.exercise: pool - self.nothing -> pool + self.nothing": WIDTH,
    "calls.CleanUp.exercise: pool - self.nothing -> pool": WIDTH,
    "conditions.Watch.read: 1 -> 0": SHORT_CUT,
    "conditions.Watch.read: True -> False": SHORT_CUT,
    "run.watch: books.phases = {NORMAL: True} -> pass": ONE_PHASE,
    "run.watch: True -> False": ONE_PHASE,
    "measures.Reader._ratio: divisor > nothing -> divisor >= nothing": WIDTH,
    "measures.Reader._ratio: {*names} <= {*FLOWS, *self.observables}"
    " -> {*names} < {*FLOWS, *self.observables}": SHORT_CUT,
}


@cache
def known() -> list[tuple[Run, list[Dates]]]:
    """Generated deals, and what the oracle says of each path."""
    drawn = [numbered(runs(paths=PATHS), number) for number in range(DEALS)]
    return [(run, [oracle(run, path) for path in range(PATHS)]) for run in drawn]


def goes_wrong(run: Run, truth: list[Dates]) -> bool:
    """Whether the deal ends with an error, or with another figure than the oracle's."""
    unit = unit_of(run.deal.rounding)
    rounds = unit is not None
    try:
        found = [differences(engine(run, exact=True), truth[0], unit=unit, exactly=True)]
        if rounds or not any(is_near_a_limit(dates) for dates in truth):
            together = engine(run)
            found += [differences(together, truth[path], path=path, unit=unit, exactly=rounds) for path in range(PATHS)]
            found.append(differences(engine(run.only(0)), truth[0], unit=unit, exactly=rounds))
        return any(True for each in found for _ in each)
    except Exception:
        return True


def by_hand(module: ModuleType) -> Iterator[Callable[[], None]]:
    """The tests of a module that need no fixture, each with all its parameters."""
    for name, test in inspect.getmembers(module, inspect.isfunction):
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        columns = [[one.strip() for one in mark.args[0].split(",")] if isinstance(mark.args[0], str) else mark.args[0]
                   for mark in marks]  # fmt: skip
        stated = {one for column in columns for one in column}
        if not name.startswith("test_") or stated != set(inspect.signature(test).parameters):
            continue
        for values in product(*(mark.args[1] for mark in marks)):
            given: dict[str, object] = {}
            for column, value in zip(columns, values, strict=True):
                given |= dict(zip(column, value if len(column) > 1 else [value], strict=True))
            yield partial(test, **given)


def fails(test: Callable[[], None]) -> bool:
    try:
        test()
    except Exception:
        return True
    return False


def is_noticed(one: Mutant) -> bool:
    """Whether a generated deal or one done by hand goes wrong with the fault."""
    with put_in(one):
        return any(goes_wrong(*deal) for deal in known()) or any(
            fails(test) for each in BY_HAND for test in by_hand(each)
        )


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_small_faults_are_noticed(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    faults = list(mutants(module))
    survivors = [str(one) for one in faults if not is_noticed(one)]
    with capsys.disabled():
        print(f"\n{module}: {len(faults)} faults, {len(survivors)} not noticed: {survivors}")
    assert [one for one in survivors if one not in EXPLAINED] == []
