"""What floats leave of an amount paid in full is nothing: 1.1 - 0.4 - 0.7 is 1.1e-16, and the contract says 0."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, resolve, run_waterfall
from ipabs.engine.books import Books
from ipabs.engine.sources import FromSupport
from ipabs.engine.steps import grant
from ipabs.readings.coverage import overcollateralization
from ipabs.readings.tranche import window
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small

FLOATS = resolve(spec.load(Deal, small(rounding=" none"))).arithmetic("float")
BOTH = pytest.mark.parametrize("exact", [False, True])
NOTE = """
  A: {principal: 1.1, coupon: 0%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 1, residual: true}"""
LIST = """
    - pay: A.interest
    - pay: A.principal
      up_to: principal_collections
    - top_up: reserve
    - release: reserve
    - residual: sub"""


def run(*, exact: bool, waterfall: str = LIST, **sections: str) -> Ledger:
    text = small(
        rounding=" none",
        tranches=NOTE,
        accounts="""
  reserve: {target: {amount: 0.5}, until: A, sweep_to: collections}""",
        closing="""
  sources: {A: 100%, sub: 100%}
  uses: {assets: 1.6, accounts: {reserve: 0.5}}""",
        waterfall=f"""
  normal:{waterfall}""",
        **sections,
    )
    deal = spec.load(Deal, text)
    pool = Collections(
        deal.timeline(), interest=[0.1, 0.1, 0], principal=[0.4, 0.7, 0.2], performing=[1.2, 0.5, 0.3], opening=1.6
    )
    return run_waterfall(deal, pool, exact=exact)


@BOTH
def test_reserve_is_free_once_its_note_is_repaid(exact: bool) -> None:
    ledger = run(exact=exact)
    assert ledger.balance("A")[0].tolist() == ([0.7, 0.0, 0.0] if exact else pytest.approx([0.7, 0, 0], abs=1e-15))
    assert ledger.held("reserve")[0].tolist() == [0.5, 0.0, 0.0]


@BOTH
def test_last_principal_is_paid_on_the_second_date(exact: bool) -> None:
    last = window(run(exact=exact), "A")
    assert last is not None
    assert last.last == date(2026, 1, 1)


@BOTH
def test_nothing_is_left_to_cover(exact: bool) -> None:
    assert np.isinf(overcollateralization(run(exact=exact))[0]).tolist() == [False, True, True]


@BOTH
@pytest.mark.parametrize(
    ("test", "at_zero", "failed"),
    [
        ("measure: A.balance, maximum: 0", "", [True, False, False]),
        ("measure: overcollateralization, minimum: 1000", "", [True, False, False]),
        ("measure: cover, maximum: 0.5", "zero", [True, False, False]),
        ("measure: cover, maximum: 2", "infinite", [False, True, True]),
        ("measure: A.principal.paid, minimum: 0.7", "", [True, False, True]),
    ],
)
def test_tests_see_a_note_that_is_repaid(exact: bool, test: str, at_zero: str, failed: list[bool]) -> None:
    gated = LIST.replace("- release: reserve", "- release: reserve\n      if_passing: repaid")
    cover = {"measures": f"\n  cover: {{of: performing, to: A.balance, at_zero: {at_zero}}}"} if at_zero else {}
    ledger = run(exact=exact, waterfall=gated, tests=f"\n  repaid: {{{test}, at: line, cure: 1}}", **cover)
    assert ledger.failed("repaid")[0].tolist() == failed


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=5))
def test_a_promise_called_to_its_limit_has_nothing_left(cents: list[int]) -> None:
    """0.4 - 0.1 - 0.2 is more than 0.1: what was given adds up to more than the limit, and yet the limit is used up."""
    limit, *dues = (amount / 100 for amount in cents)
    books, source = promised(limit), FromSupport("guarantee", "guarantee.reimbursement", ("guarantee",))
    rows, left = [], limit
    for due in [*dues, limit]:
        row, left = grant(left, due, due, None, True, FLOATS)
        rows.append(row)
    source.give(books, FLOATS, rows, left)
    assert left == books.capacity["guarantee"] == 0


def test_a_party_that_pays_all_it_is_asked_for_fails_to_pay_nothing() -> None:
    books = replace(promised(0.4), flows={"fund.performing": 1.0})
    source = FromSupport("guarantee", "guarantee.reimbursement", ("guarantee",), performing="fund.performing")
    paid = [0.1, 0.2, 0.4 - 0.1 - 0.2]
    source.give(books, FLOATS, [(0.4, amount, amount, amount) for amount in paid], 0.0)
    assert paid[0] + paid[1] + paid[2] > 0.4
    assert books.unfunded["guarantee"] == 0


def promised(limit: float) -> Books:
    """Books of a deal that has a promise and nothing else."""
    return Books(
        held={}, owed={"guarantee.reimbursement": 0.0}, capacity={"guarantee": limit}, spent={}, totals={}, failed={},
        outside={}, inside={},
    )  # fmt: skip
