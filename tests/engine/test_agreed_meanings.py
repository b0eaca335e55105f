"""Meanings on which the engine and a second reading of the language once differed, each on a deal done by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ipabs import spec
from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.engine.arithmetic import arithmetic
from ipabs.engine.checks import checks
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings
from ipabs.structure.samples import small

TWO_NOTES = """
  A: {principal: 90, amortization: pass_through}
  B: {principal: 30, amortization: pass_through}
  sub: {principal: 20, residual: true}"""
TWO_SOLD = """
  sources: {A: 100%, B: 100%, sub: 100%}
  uses: {assets: 140}"""
PROMISE = """
  promise: {by: fund, for: [A.interest], mode: into_account, limit_basis: cumulative, reimbursed: never}"""
FUND = """
  fund: {limit: 3}"""


def run(text: str, observables: dict[str, Any] | None = None, indices: Any = (), **flows: Any) -> Ledger:
    deal = spec.load(Deal, text)
    pool = Collections(deal.timeline(), opening=120, **flows)
    return run_waterfall(deal, pool, observables=observables or {}, indices=indices)


def paid(ledger: Ledger, claim: str) -> list[float]:
    return [float(amount) for amount in ledger.paid(claim)[0]]


@pytest.mark.parametrize(("alive", "moved"), [([1, 1, 1], [0, 0, 0]), ([0, 1, 1], [3, 3, 0])])
def test_unfunded_is_what_a_party_in_default_did_not_pay_within_its_limit(alive: list[int], moved: list[int]) -> None:
    text = small(
        parties=FUND,
        support=PROMISE.replace("into_account", "to_claims"),
        accounts="""
  side: {sweep_to: collections}""",
        waterfall="""
  normal:
    - draw: promise
    - pay: A.interest
    - {transfer: {from: collections, to: side, up_to: promise.unfunded}}
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, {"fund.performing": alive}, principal=[30, 30, 30])
    assert [float(held) for held in ledger.held("side")[0]] == moved


def test_a_draw_moves_at_most_its_up_to() -> None:
    text = small(
        parties=FUND,
        support=PROMISE,
        waterfall="""
  normal:
    - draw: promise
      up_to: {amount: 2}
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    assert [float(amount) for amount in run(text).called("promise")[0]] == [2, 1, 0]


@pytest.mark.parametrize(("by", "left"), [("due", [75, 25]), ("original", [75, 25]), ("weights", [80, 20])])
def test_a_write_down_is_split_as_it_says(by: str, left: list[float]) -> None:
    weights = "weights: [1, 1]" if by == "weights" else ""
    text = small(
        tranches=TWO_NOTES,
        closing=TWO_SOLD,
        waterfall=f"""
  normal:
    - write_down: [A, B]
      split: pro_rata
      by: {by}
      up_to: defaulted
      {weights}
    - pay: [A.principal, B.principal]
    - residual: sub""",
    )
    ledger = run(text, defaulted=[20, 0, 0])
    assert [float(ledger.balance(name)[0, 0]) for name in "AB"] == left


def test_accounts_are_swept_through_each_other_at_the_end() -> None:
    text = small(
        accounts="""
  first: {sweep_to: collections}
  second: {sweep_to: first}""",
        closing="""
  sources: {A: 100%, sub: 100%}
  uses: {assets: 113, accounts: {second: 7}}""",
        waterfall="""
  normal:
    - {transfer: {from: collections, to: first, up_to: {amount: 1}}}
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, principal=[30, 30, 30])
    assert [float(ledger.held(name)[0, -1]) for name in ("first", "second")] == [1, 0]


@pytest.mark.parametrize("kind", ["float", "fraction"])
def test_odd_units_go_to_the_largest_remainder_after_the_satisfied_step_back(kind: Any) -> None:
    m = arithmetic(kind, "half_up", "largest_remainder")
    number = m.floor
    wants, weights = [number(x) for x in (162, 1308, 11601)], [number(x) for x in (38187, 1308, 38187)]
    assert m.share(number(871), wants, weights) == [162, 23, 686]


ADJUSTED = """
  A: {principal: 100, coupon: RATE, day_count: ACT/365F, accrual: adjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 20, residual: true}"""
MOVED = """
  cut_off: 2023-11-30
  closing: 2024-01-01
  payment: {first: 2025-01-01, months: 12, calendar: SSE, roll: following}
  collection_end: month_end
  expected_maturity: 2027-01-01
  legal_final: 2027-01-01"""


def test_adjusted_interest_goes_on_from_the_moved_date_in_mid_life() -> None:
    """Payments on 1 January of 2025 to 2027; that of 2025 moves to Thursday 2 January, that of 2026 to Monday 5."""
    text = small(
        dates=MOVED,
        tranches=ADJUSTED.replace("RATE", "3.65%"),
        state="""
  as_of: 2025-01-02
  pool_original: 120
  tranches: {A: {balance: 100}, sub: {balance: 20}}""",
    )
    deal = spec.load(Deal, text)
    whole = deal.dates.timeline()
    assert whole.payments[0] == date(2025, 1, 2)
    days = (whole.payments[1] - whole.payments[0]).days
    assert float(run(text).accruals("A.interest")[0, 0]) == pytest.approx(days / 100)


def test_a_floating_rate_is_fixed_where_its_own_interest_period_starts() -> None:
    """1 January 2025 moves to the 2nd, the day on which the index rises."""
    index = IndexHistory(
        name="R", dates=(date(2020, 1, 1), date(2025, 1, 2)), rates=(0.0365, 0.073), known_until=date(2030, 1, 1)
    )
    ledger = run(small(dates=MOVED, tranches=ADJUSTED.replace("RATE", "{index: R}")), indices=[index])
    days = (ledger.timeline.payments[1] - ledger.timeline.payments[0]).days
    assert float(ledger.accruals("A.interest")[0, 1]) == pytest.approx(2 * days / 100)


def test_a_part_of_a_schedule_is_rounded_as_the_contract_says() -> None:
    text = small(
        tranches="""
  A: {principal: 520.75, amortization: scheduled, schedule: [{date: 2025-01-01, percent: 33.33%}]}
  sub: {principal: 20, residual: true}""",
        closing="""
  sources: {A: 100%, sub: 100%}
  uses: {assets: 540.75}""",
        rounding=" {unit: 0.01, mode: down, share: largest_remainder}",
        waterfall="""
  normal:
    - pay: A.principal
    - residual: sub""",
    )
    assert float(run(text, principal=[100, 0, 0]).short("A.principal")[0, 0]) == pytest.approx(
        73.56
    )  # 173.5659... - 100


def test_what_comes_from_outside_goes_on_after_the_call() -> None:
    text = small(
        observables="""
  leverage: debt over equity""",
        tests="""
  geared: {measure: leverage, maximum: 2, at: end}""",
        calls="""
  clean_up: {kind: clean_up, pool_percent: 50%, price: {amount: 10}}""",
        waterfall="""
  normal: &lines
    - pay: A.interest
    - pay: A.principal
      if_passing: geared
    - residual: sub
  called:
    - pay: A.interest
    - pay: A.principal
      if_passing: geared
    - residual: sub""".replace(" &lines", ""),
    )
    ledger = run(text, {"leverage": [1, 3, 3]}, principal=[70, 10, 10])
    assert [bool(failed) for failed in ledger.failed("geared")[0]] == [False, True, True]


def test_targets_at_collection_are_those_of_the_phase_before() -> None:
    """On the second date the deal is called and the reserve's 10 are free, but only once the phase is chosen."""
    text = small(
        accounts="""
  reserve: {target: {amount: 10}, sweep_to: collections}""",
        tests="""
  free: {measure: reserve.excess, maximum: 5}""",
        calls="""
  clean_up: {kind: clean_up, pool_percent: 50%, price: {amount: 10}}""",
        closing="""
  sources: {A: 100%, sub: 100%}
  uses: {assets: 110, accounts: {reserve: 10}}""",
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
      if_passing: free
    - release: reserve
    - residual: sub
  called:
    - pay: A.interest
    - pay: A.principal
      if_passing: free
    - residual: sub""",
    )
    ledger = run(text, principal=[30, 40, 20], performing=[90, 50, 30])
    assert [bool(failed) for failed in ledger.failed("free")[0]] == [False, False, False]
    assert [float(held) for held in ledger.held("reserve")[0]] == [10, 0, 0]


@pytest.mark.parametrize("kind", ["float", "fraction"])
def test_who_wants_nothing_leaves_fractions_exact(kind: Any) -> None:
    """Of 10 by weights 3, 2, 1 the first takes its 1, the second its 2, and the third has the other 7 of its 9."""
    m = arithmetic(kind)
    number = Fraction if kind == "fraction" else float
    parts = m.share(number(10), [number(x) for x in (1, 2, 9)], [number(x) for x in (3, 2, 1)])
    assert parts == [1, 2, 7]
    assert {type(part) for part in parts} == {number}


def test_debt_service_counts_no_principal_that_no_line_can_pay() -> None:
    """An interest-only class without amortization has a balance of 40 and no principal claim: at the end 110 is due."""
    text = small(
        tranches="""
  A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: bullet}
  X: {principal: 40, coupon: 5%, notional: {amount: 100}, day_count: 30/360 US, accrual: unadjusted,
      unpaid_interest: carry}
  sub: {principal: 20, residual: true}""",
        closing="""
  sources: {A: 100%, X: 100%, sub: 100%}
  uses: {assets: 160}""",
        tests="""
  covered: {measure: debt_service_coverage, minimum: 1, at: end}""",
        waterfall="""
  normal:
    - pay: [A.interest, X.interest]
    - pay: A.principal
      if_passing: covered
    - residual: sub""",
    )
    ledger = run(text, interest=[10, 10, 10], principal=[0, 0, 100])
    assert [bool(failed) for failed in ledger.failed("covered")[0]] == [False, False, False]


def test_the_threshold_of_a_call_is_not_rounded() -> None:
    """Half of 120.05 is 60.025: a pool of 60.03 is above it, though that is the nearest fen."""
    text = small(
        calls="""
  clean_up: {kind: clean_up, pool_percent: 50%, price: {amount: 10}}""",
        rounding=" fen",
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
    - residual: sub
  called:
    - pay: A.principal
    - pay: A.interest
    - residual: sub""",
    )
    deal = spec.load(Deal, text)
    pool = Collections(deal.timeline(), opening=120.05, principal=[60.02, 0.01, 0])
    ledger = run_waterfall(deal, pool)
    assert [float(amount) for amount in ledger.called("call")[0]] == [0, 10, 0]


def test_a_fee_date_that_an_earlier_payment_met_is_not_met_again_in_mid_life() -> None:
    text = small(
        dates="""
  cut_off: 2023-11-30
  closing: 2024-01-01
  payment: {first: 2025-01-01, months: 12, calendar: SSE, roll: following}
  collection_end: month_end
  expected_maturity: 2027-01-01
  legal_final: 2027-01-01""",
        fees="""
  audit: {amount: 5, dates: [2025-01-02, 2026-12-01]}""",
        state="""
  as_of: 2025-01-02
  pool_original: 120
  tranches: {A: {balance: 100}, sub: {balance: 20}}""",
        waterfall="""
  normal:
    - pay: audit
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    assert [float(amount) for amount in run(text).accruals("audit")[0]] == [0, 5]


def test_interest_short_at_the_end_is_seen_before_it_is_forgiven() -> None:
    text = small(
        tranches="""
  A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: forgive,
      amortization: pass_through}
  sub: {principal: 20, residual: true}""",
        tests="""
  unpaid: {measure: A.interest.short, maximum: 0, at: end}""",
        waterfall="""
  normal:
    - pay: A.interest
    - pay: A.principal
      if_passing: unpaid
    - residual: sub""",
    )
    assert bool(run(text).failed("unpaid")[0, 0])


def test_a_fee_on_an_opening_balance_runs() -> None:
    text = small(
        fees="""
  agent: {rate: 1%, on: A.opening}""",
        waterfall="""
  normal:
    - pay: agent
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    assert paid(run(text, principal=[50, 20, 20], interest=[5, 5, 5]), "agent")[0] == 1


def test_the_excess_over_a_cap_may_stand_after_what_an_undertaking_covers() -> None:
    text = small(
        parties=FUND,
        fees="""
  audit: {amount: 10, cap: {per_date: 6}}""",
        support="""
  promise: {by: fund, for: [audit, A.interest], mode: into_account, limit_basis: cumulative, reimbursed: never}""",
        waterfall="""
  normal:
    - draw: promise
    - pay: audit
    - pay: A.interest
    - pay: A.principal
    - pay: audit
    - residual: sub""",
    )
    assert findings(spec.load(Deal, text)) == ()


def test_the_check_of_cash_is_exact_in_fractions_without_support() -> None:
    """Thirds and sevenths of amounts add up to the last digit, or a float has slipped into the sum."""
    text = small(
        tranches="""
  A: {principal: 100, coupon: 3.01%, day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 20, residual: true}""",
        accounts="""
  side: {sweep_to: collections}""",
        waterfall="""
  normal:
    - {transfer: {from: collections, to: side, up_to: {percent: 33.33%, of: available}}}
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
    )
    deal = spec.load(Deal, text)
    ledger = run_waterfall(deal, Collections(deal.timeline(), opening=120, principal=[29.7, 30.1, 30.3]), exact=True)
    cash = next(check for check in checks(ledger) if check.name == "cash")
    assert {type(residual) for residual in cash.residual.flat} == {Fraction}


PER_FACE = " {unit: 0.01, mode: half_up, share: largest_remainder, per_face: 100}"


@pytest.mark.parametrize(("principal", "accrued"), [(1000, [50, 52.5]), (0, [0, 0])])
def test_interest_on_arrears_is_that_of_all_face_values(principal: int, accrued: list[float]) -> None:
    """5 on each face of 100, then 5 and 0.25 on arrears; a class of size 0 has no face and no interest."""
    text = small(
        tranches=f"""
  A: {{principal: {principal}, coupon: 5%, day_count: 30/360 US, accrual: unadjusted,
      unpaid_interest: carry_with_interest, amortization: pass_through}}
  sub: {{principal: 20, residual: true}}""",
        closing=f"""
  sources: {{A: 100%, sub: 100%}}
  uses: {{assets: {principal + 20}}}""",
        rounding=PER_FACE,
    )
    assert run(text).accruals("A.interest")[0].tolist()[:2] == accrued


def test_an_observable_read_as_money_counts_to_the_nearest_unit() -> None:
    """0.29 yuan are 29 fen, though 0.29 * 100 is 28.999999999999996 in floats."""
    text = small(
        observables="""
  sales: sales of the licensees""",
        waterfall="""
  normal:
    - pay: A.interest
      up_to: sales
    - pay: A.principal
    - residual: sub""",
    )
    ledger = run(text, {"sales": [0.29, 0.286, 0.284]}, interest=[5, 5, 5])
    assert ledger.paid("A.interest")[0].tolist() == [0.29, 0.29, 0.28]


def test_a_promise_in_mid_life_has_left_what_the_decimals_say() -> None:
    """679.58 - 6.91 is 672.6700000000001 in floats, and 672.67 in the contract."""
    text = small(
        rounding=" none",
        parties="""
  fund: {}""",
        support=PROMISE.replace("limit_basis", "limit: 679.58, limit_basis"),
        waterfall="""
  normal:
    - draw: promise
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
        state="""
  as_of: 2025-01-01
  pool_original: 120
  tranches: {A: {balance: 90, owed_interest: 5000}, sub: {balance: 20}}
  support: {promise: {drawn: 6.91, outstanding: 6.91}}""",
    ).replace("closing:\n  sources: {A: 100%, sub: 100%}\n  uses: {assets: 120}\n", "")
    deal = spec.load(Deal, text)
    ledger = run_waterfall(deal, Collections(deal.timeline(), opening=120), exact=True)
    assert ledger.entered[0, 0, 0] == Fraction(67267, 100)
