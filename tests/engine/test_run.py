"""The waterfall run on whole deals: equal bits alone and in a block, exact in Fractions, meanings by hand."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, replay, resolve, run_waterfall
from ipabs.engine.checks import checks, ensure
from ipabs.engine.counting import Counted, counting
from ipabs.engine.feed import feed
from ipabs.engine.run import payment_dates
from ipabs.engine.waterfall import run_program
from ipabs.errors import DataError, LimitError, ModelError, NumericError
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small
from tests.engine.quarterly import QUARTERLY

HEAD = QUARTERLY + "rounding: none\n"
NOTE = "day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry"
ARRAYS = ("available", "due", "payable", "granted", "closing_owed", "closing_held", "accrued", "settled", "removed")
QUARTER = 0.01  # of a 4 % coupon


def deal(text: str) -> Deal:
    return spec.load(Deal, HEAD + text.replace("NOTE", NOTE))


def pool(of: Deal, **series: Any) -> Collections:
    opening = series.pop("opening", None)
    principal = np.atleast_2d(np.asarray(series.get("principal", 0.0), dtype=float))
    lost = np.atleast_2d(np.asarray(series.get("defaulted", 0.0), dtype=float))
    start = float((principal.sum(axis=1) + lost.sum(axis=1)).max()) if opening is None else opening
    return Collections(of.timeline(), opening=start, **series)


def of(ledger: Ledger, claim: str) -> list[float]:
    return [round(float(x), 6) for x in ledger.paid(claim)[0]]


# Equal bits, exact numbers


@pytest.mark.parametrize("rounding", ["none", "fen"])
def test_500_paths_replay_bit_for_bit(
    rich: Callable[[str], Deal], pools: Callable[..., Collections], rounding: str
) -> None:
    whole = rich(rounding)
    collections = Collections.stack([pools(whole, 250, 1), pools(whole, 250, 2, stress=0.9)])
    ledger = run_waterfall(whole, collections)
    assert set(np.unique(ledger.phase)) == {0, 1, 2}
    for support in ("keepwell", "backstop"):
        assert ledger.called(support).any()
    program = resolve(whole)
    for path in range(500):
        alone = run_program(program, collections.path(path), {}, "float")
        for name in (*ARRAYS, "entered", "phase", "failing"):
            assert np.array_equal(getattr(alone, name)[..., 0], getattr(ledger, name)[..., path]), (path, name)
    assert np.array_equal(replay(whole, collections, 499).granted[..., 0], ledger.granted[..., 499])


@pytest.mark.parametrize("rounding", ["none", "fen", "{unit: 0.01, mode: half_even, share: down_rest_stays}"])
def test_fractions_agree_with_floats(
    rich: Callable[[str], Deal], pools: Callable[..., Collections], rounding: str
) -> None:
    """In whole fen exactly; without rounding to 1e-9 of the deal."""
    whole = rich(rounding)
    collections = pools(whole, 8, 3, stress=0.9)
    for path in range(8):
        exact = run_waterfall(whole, collections.path(path), exact=True)
        floats = replay(whole, collections, path)
        for name in ARRAYS:
            theirs = getattr(exact, name).astype(float)
            assert np.allclose(theirs, getattr(floats, name), rtol=0, atol=1e-5 if rounding == "none" else 0), name
    assert isinstance(exact.closing_owed[0, 0, 0], Fraction)


def test_all_checks_hold_exactly_in_fractions(rich: Callable[[str], Deal], pools: Callable[..., Collections]) -> None:
    whole = rich("none")
    exact = run_waterfall(whole, pools(whole, 1, 4, stress=0.9), exact=True)
    assert all(check.allowed == 0.0 and check.holds for check in checks(exact))


# What a claim is owed and may receive


def test_pass_through_is_due_at_expected_maturity_and_short_when_unpaid() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: pass_through}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: someone
parties: {someone: {name: Someone}}
""")
    ledger = run_waterfall(one, pool(one, principal=[100, 100, 100, 0], defaulted=[0, 0, 0, 700]))
    assert of(ledger, "A.interest") == [10.0, 9.1, 8.191, 7.27291 - 7.27291]
    assert of(ledger, "A.principal") == [90.0, 90.9, 91.809, 0.0]
    assert [round(float(x), 6) for x in ledger.short("A.principal")[0]] == [0, 0, 727.291, 727.291]
    assert ledger.trace("2025-03-28")["short"].tolist() == pytest.approx([7.27291, 727.291, 0.0])


def test_scheduled_principal_catches_up_and_bullet_waits_in_an_account() -> None:
    one = deal("""
tranches:
  S: {principal: 300, coupon: 4%, NOTE, amortization: scheduled,
      schedule: [{date: 2024-06-28, amount: 100}, {date: 2024-09-28, percent: 50%}, {date: 2025-01-01, amount: 50}]}
  B: {principal: 400, coupon: 4%, NOTE, amortization: bullet}
  sub: {principal: 10, residual: true}
accounts:
  principal_account: {sweep_to: collections}
closing: {sources: {S: 100%, B: 100%, sub: 100%}, uses: {assets: 710}}
waterfall:
  normal:
    - pay: [S.interest, B.interest]
    - {transfer: {from: principal_account, to: collections}}
    - pay: S.principal
    - pay: B.principal
    - {transfer: {from: collections, to: principal_account, up_to: B.balance}}
    - residual: sub
""")
    ledger = run_waterfall(one, pool(one, principal=[60, 250, 450, 50], interest=[7, 7, 7, 7]))
    assert of(ledger, "S.principal") == [60, 190, 0, 50]
    assert of(ledger, "B.principal") == [0, 0, 400, 0]
    assert ledger.held("principal_account")[0].tolist() == pytest.approx([0, 60.6, 0, 0])
    assert ledger.trace(1)[["line", "due", "paid"]].to_numpy().tolist()[3] == [3, 190, 190]


@pytest.mark.parametrize(
    ("unpaid", "interest", "balance"),
    [
        ("carry", [0, 0, 30, 10], [1000, 1000, 1000, 1000]),
        ("carry_with_interest", [0, 0, 30.301, 10], [1000, 1000, 1000, 1000]),
        ("capitalize", [0, 0, 10.201, 10.201], [1010, 1020.1, 1020.1, 1020.1]),
        ("forgive", [0, 0, 10, 10], [1000, 1000, 1000, 1000]),
    ],
)
def test_unpaid_interest(unpaid: str, interest: list[float], balance: list[float]) -> None:
    one = deal(f"""
tranches:
  A: {{principal: 1000, coupon: 4%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: {unpaid},
       amortization: bullet, expected_maturity: 2025-03-28}}
parties: {{x: {{name: X}}}}
closing: {{sources: {{A: 100%}}, uses: {{assets: 1000}}}}
waterfall:
  normal:
    - pay: A.interest
    - pay: A.principal
    - residual: x
""")
    ledger = run_waterfall(one, pool(one, interest=[0, 0, 100, 50 * 0 + 10.201 if unpaid == "capitalize" else 10]))
    assert of(ledger, "A.interest") == interest
    assert ledger.balance("A")[0].tolist() == pytest.approx(balance)


def test_a_fee_cap_limits_the_first_line_only_and_starts_again_each_year() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, amortization: pass_through}
fees:
  trustee: {amount: 10, cap: {per_date: 8, per_year: 14, life: 19}}
  clerk: {amount: 2, cap: {per_date: 1}, yearly: {month: 6, day: 20}}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: trustee
    - pay: A.principal
      up_to: {amount: 100}
    - pay: trustee
      up_to: {amount: 1}
    - pay: clerk
      up_to: {of: available, percent: 50%}
    - residual: x
""")
    ledger = run_waterfall(one, pool(one, principal=[300, 300, 300, 150]))
    rows = [at for at, label in enumerate(ledger.labels) if label.target == "trustee"]
    assert ledger.granted[rows[0], :, 0].tolist() == [8, 6, 0, 5]
    assert ledger.granted[rows[1], :, 0].tolist() == [1, 1, 1, 1]
    assert ledger.owed("trustee")[0].tolist() == [1, 4, 13, 17]
    assert of(ledger, "clerk") == [1, 1, 0, 0]


def test_target_capitalize_and_write_down_move_balances_without_cash() -> None:
    one = deal("""
tranches:
  A: {principal: 600, coupon: 4%, NOTE, amortization: target, target: {of: performing, percent: 60%}}
  B: {principal: 400, coupon: 8%, NOTE, amortization: scheduled, schedule: [{date: 2025-01-01, percent: 100%}]}
  C: {principal: 100, coupon: 4%, NOTE, amortization: bullet, expected_maturity: 2025-03-28}
parties: {x: {name: X}}
closing: {sources: {A: 100%, B: 100%, C: 100%}, uses: {assets: 1100}}
waterfall:
  normal:
    - pay: A.interest
    - pay: A.principal
    - capitalize: [B, C]
    - pay: [B.interest, C.interest]
    - write_down: [B, A]
      up_to: defaulted
    - pay: [B.principal, C.principal]
    - residual: x
""")
    ledger = run_waterfall(one, pool(one, principal=[100, 100, 0, 0], defaulted=[0, 50, 450, 300]))
    assert ledger.balance("C")[0].tolist() == pytest.approx([101, 102.01, 103.0301, 104.060401])
    assert of(ledger, "A.principal") == [60, 90, 0, 0]
    assert ledger.accruals("B.principal")[0].tolist() == pytest.approx([8, 8.16, 7.3232, 0], abs=1e-3)
    assert ledger.removals("B.principal")[0].tolist() == pytest.approx([0, 50, 373.4832, 0], abs=1e-3)
    assert ledger.removals("A.principal")[0].tolist() == pytest.approx([0, 0, 76.5168, 300], abs=1e-3)
    assert ledger.owed("B.interest")[0].tolist() == pytest.approx([0, 0, 0, 0])


def test_a_floating_coupon_is_fixed_at_the_start_of_each_period_within_floor_and_cap() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: {index: LPR1Y, margin: 50bp, floor: 3.8%, cap: 4.4%}, NOTE, amortization: bullet,
      expected_maturity: 2025-03-28}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: x
""")
    index = IndexHistory(
        name="LPR1Y",
        dates=(date(2024, 1, 1), date(2024, 6, 28), date(2024, 9, 29), date(2024, 12, 1)),
        rates=(0.0345, 0.031, 0.05, 0.045),
        known_until=date(2025, 1, 1),
    )
    ledger = run_waterfall(one, pool(one, interest=[20] * 4), indices=[index])
    assert of(ledger, "A.interest") == [9.875, 9.5, 9.5, 11.0]
    with pytest.raises(ModelError, match="no index of that name"):
        run_waterfall(one, pool(one, interest=[20] * 4))


def test_interest_for_each_face_value_is_rounded_before_it_is_multiplied() -> None:
    """3.333 % for a quarter on 100 is 0.83325: 0.83 a note, 8.30 for ten."""
    text = """
tranches:
  A: {principal: 1000, coupon: 3.333%, NOTE, amortization: bullet, expected_maturity: 2025-03-28}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: x
"""
    faces = "rounding: {unit: 0.01, mode: half_up, share: largest_remainder, per_face: 100}"
    one = spec.load(Deal, HEAD.replace("rounding: none", faces) + text.replace("NOTE", NOTE))
    assert of(run_waterfall(one, pool(one, interest=[20] * 4)), "A.interest") == [8.3] * 4


def test_a_coupon_below_0_is_refused() -> None:
    index = IndexHistory(name="R", dates=(date(2020, 1, 1),), rates=(0.01,), known_until=date(2030, 1, 1))
    text = small(
        tranches="""
  A: {principal: 100, coupon: {index: R, margin: -150bp}, day_count: 30/360 US, accrual: unadjusted,
      unpaid_interest: carry, amortization: pass_through}
  sub: {principal: 20, residual: true}"""
    )
    deal = spec.load(Deal, text)
    with pytest.raises(
        ModelError, match=r"tranches\.A\.coupon: the coupon is -0\.5000% a year from 2024-01-01; state a floor"
    ):
        run_waterfall(deal, Collections(deal.timeline(), opening=120), indices=[index])


# Tests, phases, calls

PHASED = """
tranches:
  A: {principal: 1000, amortization: pass_through}
tests:
  losses: {measure: defaulted, maximum: 50, at: AT, RUN}
phases:
  stop: {enter_if_failing: [losses], principal_due: all}
parties: {x: {name: X}, y: {name: Y}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - residual: x
  stop:
    - pay: A.principal
    - residual: y
"""


@pytest.mark.parametrize(
    ("at", "run", "defaulted", "phases"),
    [
        ("collection", "run: 1", [0, 51, 0, 0], [0, 1, 1, 1]),
        ("collection", "run: 1", [0, 50, 0, 0], [0, 0, 0, 0]),
        ("end", "run: 1", [0, 51, 0, 0], [0, 0, 1, 1]),
        ("collection", "run: 2", [51, 0, 51, 51], [0, 0, 0, 1]),
        ("collection", "run: 1, cure: 2", [51, 0, 0, 51], [1, 1, 0, 1]),
        ("collection", "run: 1, cure: 1", [51, 0, 60, 0], [1, 0, 1, 0]),
    ],
)
def test_phases_follow_their_tests(at: str, run: str, defaulted: list[float], phases: list[int]) -> None:
    one = deal(PHASED.replace("AT", at).replace("RUN", run).replace("pay: A.principal", "pay: A.principal"))
    flows = pool(one, principal=[10, 10, 10, 10], defaulted=defaulted, opening=1000)
    ledger = run_waterfall(one, flows)
    assert ledger.phase[:, 0].tolist() == phases
    assert of(ledger, "A.principal") == [10.0 * phase for phase in phases]
    assert ledger.short("A.principal")[0].tolist() == pytest.approx(
        [float(ledger.balance("A")[0, t]) * phase for t, phase in enumerate(phases)]
    )


def test_the_clean_up_call_ends_the_deal_and_later_collections_count_no_more() -> None:
    one = deal("""
tranches:
  A: {principal: 800, amortization: pass_through}
  sub: {principal: 200, residual: true}
accounts:
  reserve: {target: {amount: 20}, sweep_to: collections}
calls:
  clean_up: {kind: clean_up, pool_percent: 30%, price: {of: pool_closing, percent: 90%}}
closing: {sources: {A: 100%, sub: 100%}, uses: {assets: 980, accounts: {reserve: 20}}}
waterfall:
  normal:
    - pay: A.principal
    - top_up: reserve
    - release: reserve
    - residual: sub
  called:
    - pay: A.principal
    - residual: sub
""")
    flows = pool(one, principal=[[300, 410, 200, 70], [300, 300, 300, 80]], defaulted=[[0.0] * 4] * 2)
    ledger = run_waterfall(one, flows)
    assert ledger.phase.T.tolist() == [[0, 1, 1, 1], [0, 0, 1, 1]]
    assert ledger.called("call").tolist() == [[0, 243, 0, 0], [0, 0, 72, 0]]
    assert ledger.paid("A.principal").tolist() == [[300, 500, 0, 0], [300, 300, 200, 0]]
    assert ledger.held("reserve").tolist() == [[20, 0, 0, 0], [20, 20, 0, 0]]
    assert ledger.paid("sub.principal")[0].tolist() == [0, 173, 0, 0]
    assert np.array_equal(replay(one, flows, 1).granted[..., 0], ledger.granted[..., 1])


# Support

SUPPORTED = """
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: bullet}
  B: {principal: 500, coupon: 8%, NOTE, amortization: bullet}
parties:
  fund: {limit: 60}
  x: {name: X}
support:
  first: {by: fund, for: [A.interest], mode: into_account, limit: 30, limit_basis: BASIS}
  second: {by: fund, for: [B.interest], mode: to_claims, limit: LIMIT, limit_basis: BASIS}
closing: {sources: {A: 100%, B: 100%}, uses: {assets: 1500}}
waterfall:
  normal:
    - draw: first
    - pay: A.interest
    - pay: B.interest
    - draw: second
    - pay: [first.reimbursement, second.reimbursement]
    - pay: [A.principal, B.principal]
    - residual: x
"""


def test_a_guarantor_has_one_capacity_for_all_it_supports() -> None:
    one = deal(SUPPORTED.replace("BASIS", "cumulative").replace("LIMIT", "60"))
    ledger = run_waterfall(one, pool(one, interest=[0, 0, 0, 0], opening=1500))
    assert ledger.called("first")[0].tolist() == [10, 10, 10, 0]
    assert ledger.called("second")[0].tolist() == [10, 10, 10, 0]
    assert ledger.owed("B.interest")[0].tolist() == pytest.approx([0, 0, 0, 10])


def test_reimbursement_restores_an_outstanding_limit_but_not_a_cumulative_one() -> None:
    flows = {"interest": [0, 60, 0, 0], "opening": 1500}
    outstanding = deal(SUPPORTED.replace("BASIS", "outstanding").replace("LIMIT", "15"))
    ledger = run_waterfall(outstanding, pool(outstanding, **flows))
    assert ledger.called("second")[0].tolist() == [10, 0, 10, 5]
    assert of(ledger, "second.reimbursement") == [0, 10, 0, 0]
    cumulative = deal(SUPPORTED.replace("BASIS", "cumulative").replace("LIMIT", "15"))
    assert run_waterfall(cumulative, pool(cumulative, **flows)).called("second")[0].tolist() == [10, 0, 5, 0]


def test_a_party_in_default_supports_no_more() -> None:
    one = deal(SUPPORTED.replace("BASIS", "cumulative").replace("LIMIT", "60"))
    flows = pool(one, interest=[0, 0, 0, 0], opening=1500)
    ledger = run_waterfall(one, flows, observables={"fund.performing": [1, 1, 0, 0]})
    assert ledger.called("first")[0].tolist() == [10, 10, 0, 0]
    assert ledger.called("second")[0].tolist() == [10, 10, 0, 0]


def test_an_unlimited_promise_pays_every_gap_until_its_party_defaults() -> None:
    one = deal(
        SUPPORTED.replace("fund: {limit: 60}", "fund: {name: Fund}")
        .replace("LIMIT", "unlimited")
        .replace("limit: 30, limit_basis: BASIS", "limit: unlimited")
        .replace(", limit_basis: BASIS", "")
    )
    flows = pool(one, interest=[0, 0, 0, 0], opening=1500)
    ledger = run_waterfall(one, flows)
    assert ledger.called("first")[0].tolist() == [10] * 4
    half = run_waterfall(one, flows, observables=[("fund.performing", [[1, 0, 0, 0]])])
    assert half.called("first")[0].tolist() == [10, 0, 0, 0]
    assert half.called("second")[0].tolist() == [10, 0, 0, 0]


def test_the_trace_shows_a_support_without_a_limit_as_unlimited() -> None:
    one = deal(
        SUPPORTED.replace("fund: {limit: 60}", "fund: {name: Fund}")
        .replace("limit: LIMIT, limit_basis: BASIS", "limit: unlimited")
        .replace("BASIS", "cumulative")
    )
    flows = pool(one, interest=[0, 0, 0, 0], opening=1500)
    draws = [
        run_waterfall(one, flows, observables=given).trace(at).query("verb == 'draw'")
        for given in ({}, {"fund.performing": [1, 0, 0, 0]})
        for at in (0, 1)
    ]
    available = [dict(zip(rows["from"], rows["available"], strict=True)) for rows in draws]
    assert [each["first"] for each in available] == [30, 20, 30, 0]  # of its limit, 10 are called on the first date
    assert [each["second"] for each in available] == [math.inf] * 3 + [0]


# Mid-life


def test_a_deal_joined_in_mid_life_pays_as_if_it_had_run_through() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: pass_through}
  S: {principal: 100, coupon: 4%, NOTE, amortization: scheduled, schedule: [{date: 2024-09-28, percent: 40%},
      {date: 2025-03-28, percent: 60%}]}
fees:
  trustee: {amount: 10, cap: {per_year: 14, life: 19}}
parties: {x: {name: X}}
tests:
  losses: {measure: cumulative_default_ratio, maximum: 5%, run: 2, cure: 9}
phases:
  stop: {enter_if_failing: [losses]}
closing: {sources: {A: 100%, S: 100%}, uses: {assets: 1100}}
waterfall:
  normal:
    - pay: trustee
    - pay: [A.interest, S.interest]
    - pay: S.principal
    - pay: A.principal
    - residual: x
  stop:
    - pay: [A.interest, S.interest]
    - pay: A.principal
    - pay: S.principal
    - residual: x
""")
    flows = {"principal": [5.0, 100.0, 80.0, 10.0], "defaulted": [40.0, 30.0, 60.0, 5.0]}
    whole = run_waterfall(one, pool(one, opening=1100.0, **flows))
    state = f"""
state:
  as_of: 2024-09-28
  pool_original: 1100
  cumulative_defaulted: 70
  tranches:
    A: {{balance: {float(whole.balance("A")[0, 1])!r}, owed_interest: {float(whole.owed("A.interest")[0, 1])!r}}}
    S: {{balance: {float(whole.balance("S")[0, 1])!r}, owed_interest: {float(whole.owed("S.interest")[0, 1])!r}}}
  fees:
    trustee: {{owed: {float(whole.owed("trustee")[0, 1])!r}, paid_this_year: 14, paid_life: 14}}
  tests:
    losses: {{outside: 1}}
"""
    text = spec.dump(one)
    later = spec.load(Deal, text + state)
    rest = {name: values[2:] for name, values in flows.items()}
    resumed = run_waterfall(later, Collections(later.timeline(), opening=925.0, **rest))
    assert resumed.phase[:, 0].tolist() == whole.phase[2:, 0].tolist() == [1, 1]
    for claim in whole.claims:
        assert np.allclose(resumed.paid(claim)[0], whole.paid(claim)[0, 2:], rtol=0, atol=1e-9), claim


# What bad input gets


def test_collections_on_other_dates_are_refused_with_the_first_that_differs(rich: Callable[[str], Deal]) -> None:
    one = rich("none")
    line = one.timeline()
    moved = replace(line, payments=(*line.payments[:3], date(2025, 3, 31), *line.payments[4:]))
    with pytest.raises(DataError, match="payment date of period 3 is 2025-03-31, wanted 2025-03-28"):
        run_waterfall(one, Collections(moved, opening=1.0))
    short = replace(
        line, payments=line.payments[:2], collection_ends=line.collection_ends[:2], accrual_ends=line.accrual_ends[:2]
    )
    with pytest.raises(DataError, match="period 2 is missing, wanted 2024-12-20"):
        run_waterfall(one, Collections(short, opening=1.0))
    long = deal(PHASED.replace("AT", "end").replace("RUN", "run: 1"))
    with pytest.raises(DataError, match=r"wanted 2024-06-20|no further period"):
        run_waterfall(long, Collections(line, opening=1.0))


def test_observables_missing_unknown_and_of_the_wrong_length_are_told_at_once() -> None:
    one = deal(
        PHASED.replace("measure: defaulted", "measure: leverage").replace("AT", "end").replace("RUN", "run: 1")
        + "observables: {leverage: debt to assets}\n"
    )
    flows = pool(one, principal=[10] * 4)
    with pytest.raises(DataError) as error:
        run_waterfall(one, flows, observables={"levarage": [1, 2, 3]})
    assert [found.code for found in error.value.findings] == [
        "engine.observable",
        "engine.observable_unknown",
        "panel.periods",
    ]
    ledger = run_waterfall(one, flows, observables={"leverage": [10, 60, 10, 10]})
    assert ledger.phase[:, 0].tolist() == [0, 0, 1, 1]


def test_a_deal_with_findings_never_starts(rich: Callable[[str], Deal]) -> None:
    one = rich("none")
    with pytest.raises(ModelError, match="has no priority of payments"):
        run_waterfall(replace(one, waterfall=one.waterfall[:1]), Collections(one.timeline(), opening=1.0))


def test_a_ledger_above_the_memory_limit_is_refused_before_it_is_made(
    rich: Callable[[str], Deal], pools: Callable[..., Collections]
) -> None:
    one = rich("none")
    with pytest.raises(LimitError, match="the limit is 0 MiB"):
        run_waterfall(one, pools(one, 50, 1), memory=1000)


def test_a_broken_check_withholds_the_result(rich: Callable[[str], Deal], pools: Callable[..., Collections]) -> None:
    one = rich("fen")
    ledger = run_waterfall(one, pools(one, 3, 1))
    settled = ledger.settled.copy()
    settled[4, 2, 1] += 1
    with pytest.raises(NumericError) as error:
        ensure(replace(ledger, settled=settled))
    texts = str(error.value).splitlines()
    assert len(texts) == 2
    assert "the check cash is off by 0.01 on 2024-12-28, path 1" in texts[0]


# The trace, and what nobody uses


def test_the_trace_finds_dates_and_says_what_it_cannot_find(
    rich: Callable[[str], Deal], pools: Callable[..., Collections]
) -> None:
    ledger = run_waterfall(rich("none"), pools(rich("none"), 1, 1))
    by_number, by_text = ledger.trace(2), ledger.trace("2024-12-28")
    assert by_number.equals(by_text)
    assert by_number.equals(ledger.trace(date(2024, 12, 28)))
    assert by_number["clause"].tolist()[:2] == ["8.2(1)", "8.2(1)"]
    for same in (np.int64(2), datetime(2024, 12, 28, 9, 30), np.datetime64("2024-12-28")):
        assert by_number.equals(ledger.trace(same))
    for wrong in (99, -1, "2024-12-27"):
        with pytest.raises(DataError, match="is no payment date"):
            ledger.trace(wrong)
    with pytest.raises(DataError, match="not dates"):
        ledger.trace("28/12/2024")
    for path in (1, -1):
        with pytest.raises(DataError, match=f"there is no path {path}; the last is 0"):
            ledger.trace(0, path)
        with pytest.raises(DataError, match=f"there is no path {path}; the last is 0"):
            replay(ledger.deal, ledger.collections, path)
    for read in (ledger.short, ledger.due_of):
        with pytest.raises(DataError, match=r"did you mean 'A\.interest'"):
            read("A.intrest")
    with pytest.raises(DataError, match=r"the ledger has no 'AA\.principal'"):
        ledger.opening_balance("AA")
    with pytest.raises(DataError, match=r"did you mean 'A\.interest'"):
        ledger.paid("A.intrest")
    assert ledger.short("reserve").tolist() == [[0.0] * ledger.timeline.periods]


def operations(one: Deal, collections: Collections) -> int:
    """Operations of the third date."""
    program, tally = resolve(one), Counter[str]()
    flows = feed(program, collections, {}, "float")

    def counted(t: int) -> dict[str, Counted]:
        return {name: Counted(amount, tally) for name, amount in flows(t).items()}

    done = [sum(tally.values()) for _ in payment_dates(program, counted, counting(program.arithmetic("float"), tally))]
    return done[2] - done[1]


SIMPLE = """
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: pass_through}
fees:
  trustee: {amount: 1}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: trustee
    - pay: A.interest
    - pay: A.principal
    - residual: x
"""


STOP = """
tests: {losses: {measure: defaulted, maximum: 5}}
phases: {stop: {enter_if_failing: [losses]}}
"""
RESERVE = "accounts: {reserve: {target: {percent: 1%, of: A.balance}, sweep_to: collections}}\n"


def test_operations_of_a_date_are_counted_and_what_a_deal_does_not_use_costs_none() -> None:
    simple = deal(SIMPLE)
    flows = pool(simple, principal=[100] * 4, interest=[10] * 4, opening=1000)
    base = operations(simple, flows)
    assert base == 13
    lines = SIMPLE[SIMPLE.index("    - pay: trustee") :]
    phased = deal(SIMPLE + "  stop:\n" + lines + STOP)
    assert operations(phased, flows) == base
    call = "calls: {clean_up: {kind: clean_up, pool_percent: 90%, price: {of: pool_closing}, exercise: never}}\n"
    assert operations(deal(SIMPLE + "  called:\n" + lines + call), flows) == base
    reserve = SIMPLE.replace("    - residual", "    - top_up: reserve\n    - residual") + RESERVE
    assert operations(deal(reserve), flows) == base + 7


# Further terms


def test_fees_over_interest_periods_and_on_stated_dates() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, amortization: pass_through}
fees:
  rating: {amount: 7, dates: [2024-07-01, 2024-08-01, 2025-03-28]}
  trustee: {rate: 1%, on: A.balance, over: interest_period, day_count: 30/360 US}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [rating, trustee]
    - pay: A.principal
    - residual: x
""")
    ledger = run_waterfall(one, pool(one, principal=[100, 100, 100, 100], opening=1000))
    assert of(ledger, "rating") == [0, 14, 0, 7]
    assert of(ledger, "trustee")[:2] == [2.5, 2.25625]


def test_a_phase_that_needs_all_its_tests_and_a_floating_coupon_without_floor_or_cap() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: {index: LPR1Y}, NOTE, amortization: pass_through}
tests:
  first: {measure: defaulted, maximum: 10}
  second: {measure: recoveries, minimum: 5, cure: 1}
  third: {measure: interest_collections, minimum: 1, cure: 1}
phases:
  stop: {enter_if_failing: {all: [first, second]}}
  pause: {enter_if_failing: [third]}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: x
  stop:
    - pay: [A.principal, A.interest]
    - residual: x
  pause:
    - pay: A.interest
    - pay: A.principal
      up_to: {amount: 1}
    - residual: x
""")
    index = IndexHistory(name="LPR1Y", dates=(date(2024, 1, 1),), rates=(0.04,), known_until=date(2026, 1, 1))
    flows = pool(
        one, principal=[50] * 4, interest=[20, 20, 20, 0], recovery=[0, 5, 4, 5], defaulted=[9, 11, 0, 0], opening=1000
    )
    ledger = run_waterfall(one, flows, indices=[index])
    assert ledger.phase[:, 0].tolist() == [0, 0, 1, 2]
    assert ledger.failed("second")[0].tolist() == [True, False, True, False]


def test_capitalized_interest_moves_the_schedule_of_a_scheduled_tranche() -> None:
    one = deal("""
tranches:
  S: {principal: 1000, coupon: 4%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: capitalize,
      amortization: scheduled, schedule: [{date: 2024-09-28, percent: 50%}, {date: 2024-12-28, percent: 50%}]}
parties: {x: {name: X}}
closing: {sources: {S: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: S.interest
    - pay: S.principal
    - residual: x
""")
    ledger = run_waterfall(one, pool(one, principal=[0, 700, 700, 0], opening=1400))
    assert ledger.balance("S")[0].tolist() == pytest.approx([1010, 510, 10, 10.1])
    assert of(ledger, "S.principal") == pytest.approx([0, 500, 500, 0], abs=11)


def test_a_call_that_is_never_exercised_changes_nothing() -> None:
    text = """
tranches:
  A: {principal: 800, amortization: pass_through}
  sub: {principal: 200, residual: true}
calls:
  clean_up: {kind: clean_up, pool_percent: 90%, price: {of: pool_closing}, exercise: never}
closing: {sources: {A: 100%, sub: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: A.principal
    - residual: sub
  called:
    - residual: sub
"""
    one = deal(text)
    ledger = run_waterfall(one, pool(one, principal=[300, 300, 300, 100]))
    assert ledger.program.phases == ("normal",)
    assert of(ledger, "A.principal") == [300, 300, 200, 0]


def test_replay_takes_the_observables_of_its_path() -> None:
    one = deal(SUPPORTED.replace("BASIS", "cumulative").replace("LIMIT", "60"))
    flows = pool(one, interest=[[0, 0, 0, 0], [0, 0, 0, 0]], opening=1500)
    each = {"fund.performing": [[1, 1, 0, 0], [1, 0, 0, 0]]}
    both = run_waterfall(one, flows, observables=each)
    assert both.called("first").tolist() == [[10, 10, 0, 0], [10, 0, 0, 0]]
    assert replay(one, flows, 1, observables=each).called("first")[0].tolist() == [10, 0, 0, 0]
    shared = {"fund.performing": [[1, 1, 0, 0]]}
    assert replay(one, flows, 1, observables=shared).called("first")[0].tolist() == [10, 10, 0, 0]


def test_a_line_acts_only_while_its_tests_fail_or_pass() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, amortization: pass_through}
tests:
  losses: {measure: defaulted, maximum: 10, cure: 1}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: A.principal
      up_to: {amount: 10}
      if_passing: [losses]
    - pay: A.principal
      if_failing: [losses]
    - residual: x
""")
    flows = pool(one, principal=[[50] * 4] * 2, defaulted=[[0, 20, 0, 0], [0, 0, 0, 0]], opening=1000)
    ledger = run_waterfall(one, flows)
    assert ledger.paid("A.principal").tolist() == [[10, 50, 10, 10], [10, 10, 10, 10]]
    trace = ledger.trace(1)
    assert trace["payable"].tolist() == [0, 1000 - 10, 0]
    assert trace["available"].tolist() == [50, 50, 0]
    assert np.array_equal(replay(one, flows, 1).payable[..., 0], ledger.payable[..., 1])


def test_a_ledger_says_what_it_holds_and_shows_its_first_path() -> None:
    one = deal(SIMPLE)
    ledger = run_waterfall(one, pool(one, principal=[[100] * 4] * 2, interest=[[10] * 4] * 2, opening=1000))
    assert repr(ledger) == "Ledger(Test deal: 4 dates from 2024-06-28 to 2025-03-28, 2 paths, 4 rows)"
    shown = ledger._repr_html_()
    assert "Ledger(Test deal: 4 dates" in shown
    assert "<th>A.interest paid</th>" in shown
    assert "<td>901.00</td>" in shown  # 110 less 1 for the trustee and 10 of interest is 99
