"""Tests, and the phase they open."""

from fractions import Fraction
from typing import Any

from tests.oracle.measures import measure
from tests.oracle.numbers import INFINITE, Money, exact


def read_test(run: Any, name: str, available: Money | None = None) -> None:
    """One reading: outside `run` times in a row it fails, then inside `cure` times in a row it passes again."""
    test = run.tests[name]
    outside, inside, _ = run.asked_today.setdefault(name, (run.outside[name], run.inside[name], run.failed[name]))
    if is_outside(run, test, available):
        run.outside[name], run.inside[name] = outside + 1, 0
        if run.outside[name] >= test.run:
            run.failed[name] = True
    else:
        run.outside[name] = 0
        if run.failed[name]:
            run.inside[name] = inside + 1
            if test.cure is not None and run.inside[name] >= test.cure:
                run.failed[name], run.inside[name] = False, 0


def is_outside(run: Any, test: Any, available: Money | None) -> bool:
    limit = test.maximum if test.maximum is not None else test.minimum
    for step in test.steps:
        if run.whole_line.period_on_or_after(step.since) <= run.offset + run.t:
            limit = step.limit
    bound = exact(limit)
    if is_money(run, test.measure):
        bound = run.money(limit)
    value = measure(run, test.measure, available)
    if value == INFINITE:
        return test.maximum is not None
    note_margin(run, value, bound, run.notes_issued if is_money(run, test.measure) else max(bound, Fraction(1)))
    return bool(value > bound if test.maximum is not None else value < bound)


def note_margin(run: Any, value: Any, bound: Fraction, size: Fraction) -> None:
    """How near a limit a value is without standing on it, as a part of `size`."""
    if value != bound and size:
        run.margins.append(abs(value - bound) / size)


def is_money(run: Any, name: str) -> bool:
    ratios = ("cumulative_default_ratio", "delinquency_ratio", "pool_factor", "overcollateralization")
    ratios += ("interest_coverage", "debt_service_coverage", *(one.name for one in run.deal.observables))
    return name not in ratios and not (name in run.declared and run.declared[name].to)


def phase_in_force(run: Any) -> str:
    if run.called:
        return "called"
    for phase in run.deal.phases:
        tests = phase.enter_if_failing
        if any(run.failed[name] for name in tests.any) or (tests.all and all(run.failed[name] for name in tests.all)):
            return phase.name
    return "normal"
