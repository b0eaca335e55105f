"""States that generated deals seldom come to, each on a deal done by hand."""

from typing import Any

import pytest

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small

TURBO = """
  turbo: {enter_if_failing: losses, principal_due: all}"""
LOSSES = """
  losses: {measure: defaulted, maximum: 5, cure: 1}"""


def run(text: str, observables: dict[str, Any] | None = None, **flows: Any) -> Ledger:
    deal = spec.load(Deal, text)
    return run_waterfall(deal, Collections(deal.timeline(), opening=120, **flows), observables=observables or {})


@pytest.mark.parametrize(
    ("before", "principal", "failed"),
    [
        ("outside: 1", [30, 10], [False, True]),
        ("failed: true, outside: 2, inside: 1", [10, 30], [True, False]),
    ],
)
def test_dates_on_which_no_line_asks_do_not_count(before: str, principal: list[float], failed: list[bool]) -> None:
    """Path 0 is in turbo on the first date, where no line asks for `slow`; path 1 is not, and asks on both."""
    text = small(
        tests=f"""{LOSSES}
  slow: {{measure: principal_collections, minimum: 25, at: line, run: 2, cure: 2}}""",
        phases=TURBO,
        state=f"""
  as_of: 2025-01-01
  pool_original: 120
  tranches: {{A: {{balance: 100}}, sub: {{balance: 20}}}}
  tests: {{slow: {{{before}}}}}""",
        waterfall="""
  normal:
    - pay: A.interest
      if_passing: slow
    - pay: A.principal
    - residual: sub
  turbo:
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, principal=[principal, [30, 30]], defaulted=[[9, 0], [0, 0]])
    assert ledger.failed("slow")[0].tolist() == failed


def test_a_measure_of_observables_alone_is_no_money() -> None:
    """2.001 is above 2, though 2.001 yuan and 2 yuan are 200 fen."""
    text = small(
        observables="""
  leverage: debt over equity""",
        measures="""
  geared: {of: leverage}""",
        tests="""
  high: {measure: geared, maximum: 2}""",
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
      if_passing: high
    - residual: sub""",
    )
    assert run(text, {"leverage": [2, 2.001, 0]}, principal=[9, 9, 9]).failed("high")[0].tolist() == [False, True, True]


def test_what_no_line_in_force_pays_was_paid_nothing() -> None:
    text = small(
        tests=f"""{LOSSES}
  paid: {{measure: A.interest.paid, maximum: 0, at: end, cure: 1}}""",
        phases=TURBO,
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
      if_passing: paid
    - residual: sub
  turbo:
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, interest=[5, 5, 5], principal=[9, 9, 9], defaulted=[0, 9, 0])
    assert ledger.failed("paid")[0].tolist() == [True, False, True]


def test_due_as_a_measure_is_accelerated_with_the_phase() -> None:
    text = small(
        tests=LOSSES,
        phases=TURBO,
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
      up_to: A.principal.due
    - residual: sub
  turbo:
    - pay: A.interest
    - pay: A.principal
      up_to: A.principal.due
    - residual: sub""",
    )
    ledger = run(text, interest=[5, 5, 5], principal=[40, 40, 10], defaulted=[0, 9, 0])
    assert ledger.paid("A.principal")[0].tolist() == [0, 40, 12]


def test_no_more_of_a_schedule_is_due_than_the_balance() -> None:
    """80 of 100 is written down on the first date, when 50 fall due; of the other 50 only 20 are still owed."""
    text = small(
        tranches="""
  A: {principal: 100, amortization: scheduled,
      schedule: [{date: 2025-01-01, percent: 50%}, {date: 2026-01-01, percent: 50%}]}
  sub: {principal: 20, residual: true}""",
        waterfall="""
  normal:
    - write_down: A
      up_to: defaulted
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, principal=[0, 30, 10], defaulted=[80, 0, 0])
    assert ledger.short("A.principal")[0].tolist() == [20, 0, 0]
    assert ledger.paid("A.principal")[0].tolist() == [0, 20, 0]
    assert ledger.paid("sub.principal")[0].tolist() == [0, 10, 10]


def test_debt_service_before_the_phase_is_chosen_is_that_of_the_phase_before() -> None:
    """In turbo from the first date, so that on the second 105 are due before line 1 and 50 come in."""
    text = small(
        tests=f"""{LOSSES}
  covered: {{measure: debt_service_coverage, minimum: 50%}}""",
        phases=TURBO,
        waterfall="""
  normal:
    - pay: A.interest
      if_passing: covered
    - pay: A.principal
    - residual: sub
  turbo:
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, interest=[5, 5, 5], principal=[0, 45, 50], defaulted=[9, 0, 0])
    assert ledger.failed("covered")[0].tolist() == [False, True, True]
