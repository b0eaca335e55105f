"""Terms of the language that are easily misread, each on a deal small enough to be worked out by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.engine.arithmetic import arithmetic
from ipabs.structure.deal import Deal
from tests.engine.quarterly import QUARTERLY

HEAD = QUARTERLY + "rounding: ROUNDING\n"
DOWN = "{unit: 0.01, mode: down, share: largest_remainder}"
WHOLE = "{unit: 1, mode: half_up, share: largest_remainder}"
NOTE = "day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry"
ROLLED = """
ipabs: 1
name: Rolled dates
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: CLOSING
  closing: CLOSING
  payment: {first: FIRST, frequency: semiannual, calendar: SSE, roll: modified_following}
  collection_end: {of: month_end}
  expected_maturity: FINAL
  legal_final: FINAL
rounding: {unit: 0.01, mode: down, share: largest_remainder}
tranches:
  A: {principal: 100, coupon: COUPON, day_count: ACT/365F, accrual: adjusted, unpaid_interest: carry_with_interest,
      amortization: bullet}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 100}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: x
"""


def deal(text: str, rounding: str = "none") -> Deal:
    return spec.load(Deal, HEAD.replace("ROUNDING", rounding) + text.replace("NOTE", NOTE))


def run(one: Deal, observables: Any = (), **series: Any) -> Ledger:
    opening = series.pop("opening", 10_000)
    return run_waterfall(one, Collections(one.timeline(), opening=opening, **series), observables=observables)


def rolled(closing: str, first: str, final: str, coupon: str) -> str:
    words = {"CLOSING": closing, "FIRST": first, "FINAL": final, "COUPON": coupon}
    text = ROLLED
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def test_adjusted_interest_in_mid_life_starts_on_the_moved_payment_date_before() -> None:
    """2 October 2022 was moved to the 10th; 2.03 x 5 % x 175/365 = 0.0486, after 183 days it would be 0.0509."""
    text = rolled("2022-04-02", "2022-10-02", "2024-04-02", "5%")
    state = "state:\n  as_of: 2022-10-02\n  pool_original: 10\n  tranches: {A: {balance: 2.03, owed_interest: 0.01}}\n"
    ledger = run(spec.load(Deal, text + state), opening=10)
    assert ledger.accruals("A.interest")[0, 0] == 0.04


def test_an_adjusted_floating_coupon_is_fixed_on_the_moved_date() -> None:
    """20 August 2023 was a Sunday; the rate of the 21st is 3.45 %: 100 x 3.45 % x 183/365 = 1.7297 to 20 February."""
    text = rolled("2023-02-20", "2023-08-20", "2024-02-20", "{index: LPR1Y}")
    history = IndexHistory(
        name="LPR1Y",
        dates=(date(2023, 1, 20), date(2023, 8, 21)),
        rates=(0.0355, 0.0345),
        known_until=date(2024, 3, 1),
    )
    one = spec.load(Deal, text)
    ledger = run_waterfall(one, Collections(one.timeline(), opening=100), indices=[history])
    assert one.timeline().payments[0] == date(2023, 8, 21)
    assert ledger.accruals("A.interest")[0].tolist() == [1.77, 1.72 + 0.03]  # and 1.77 owed x 3.45 % x 183/365


def test_fee_dates_fall_on_payment_dates_of_the_whole_deal_also_in_mid_life() -> None:
    """The payment of 2 October 2022 was made on the 10th: a fee of the 9th was due then, one of the 11th is due now.

    The last day of February comes back on 28 February 2023 and on 29 February 2024.
    """
    text = rolled("2022-04-02", "2022-10-02", "2024-04-02", "5%").replace("    - pay: [A", "    - pay: [once, late, A")
    text += "fees:\n  once: {amount: 1, dates: [2022-10-09, 2022-10-11]}\n"
    text += "  late: {amount: 2, yearly: {month: 2, day: 29}}\n"
    state = "state:\n  as_of: 2022-10-02\n  pool_original: 10\n  tranches: {A: {balance: 2.03}}\n"
    whole, rest = run(spec.load(Deal, text)), run(spec.load(Deal, text + state))
    assert whole.accruals("once")[0].tolist() == [1, 1, 0, 0]
    assert whole.accruals("late")[0].tolist() == [0, 2, 0, 2]
    assert rest.accruals("once")[0].tolist() == [1, 0, 0]
    assert rest.accruals("late")[0].tolist() == [2, 0, 2]


def test_a_test_that_only_the_list_of_another_phase_asks_is_not_read() -> None:
    one = deal("""
tranches:
  A: {principal: 800, amortization: pass_through}
  sub: {principal: 200, residual: true}
tests:
  losses: {measure: defaulted, maximum: 5, at: line, run: 3}
calls:
  clean_up: {kind: clean_up, pool_percent: 30%, price: {of: pool_closing}}
closing: {sources: {A: 100%, sub: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: A.principal
    - residual: sub
  called:
    - pay: A.principal
      if_passing: losses
    - residual: sub
""")
    ledger = run(one, principal=[[200, 200, 200, 200], [200, 340, 0, 0]], defaulted=[[10] * 4] * 2, opening=840)
    assert ledger.phase.T.tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert ledger.failed("losses").tolist() == [[False] * 4, [False] * 4]


def test_after_a_clean_up_call_the_pool_is_sold_and_what_is_not_the_pools_goes_on() -> None:
    one = deal("""
tranches:
  A: {principal: 800, coupon: 4%, NOTE, amortization: pass_through}
fees:
  audit: {rate: 1%, on: pool_opening}
parties: {fund: {name: Fund}}
support:
  promise: {by: fund, for: [A.interest], mode: into_account, limit: unlimited, reimbursed: never,
            on_acceleration: as_scheduled}
calls:
  clean_up: {kind: clean_up, pool_percent: 60%, price: {of: pool_closing, percent: 10%}}
closing: {sources: {A: 100%}, uses: {assets: 800}}
waterfall:
  normal:
    - draw: promise
    - pay: A.interest
    - pay: audit
    - pay: A.principal
    - residual: fund
  called:
    - draw: promise
    - pay: A.interest
    - pay: audit
    - pay: A.principal
    - residual: fund
""")
    ledger = run(one, {"fund.performing": [1, 1, 1, 1]}, principal=[400, 100, 100, 100], opening=800)
    assert ledger.phase[:, 0].tolist() == [1, 1, 1, 1]
    assert ledger.collected[:, :, 0].tolist() == [[400, 0, 0, 0]]
    assert ledger.paid("audit")[0].tolist() == [8, 0, 0, 0]
    assert ledger.called("promise")[0, 1] == pytest.approx(0.01 * ledger.balance("A")[0, 0])


def test_principal_scheduled_by_percent_is_rounded_like_any_product() -> None:
    """33.33 % of 520.75 is 173.565975."""
    text = """
tranches:
  S: {principal: 520.75, amortization: scheduled, schedule: [{date: 2024-06-28, percent: 33.33%},
      {date: 2024-09-28, amount: 100}]}
parties: {x: {name: X}}
closing: {sources: {S: 100%}, uses: {assets: 520.75}}
waterfall:
  normal:
    - pay: S.principal
    - residual: x
"""
    for rounding, first in ((DOWN, 173.56), ("fen", 173.57), ("none", 173.565975)):
        ledger = run(deal(text, rounding), principal=[200, 200, 200, 0])
        assert ledger.paid("S.principal")[0].tolist() == pytest.approx([first, 100, 0, 0], abs=1e-12)


WRITTEN_DOWN = """
tranches:
  A: {principal: 300, amortization: pass_through}
  B: {principal: 100, amortization: pass_through}
  sub: {principal: 40, residual: true}
parties: {x: {name: X}}
closing: {sources: {A: 100%, B: 100%, sub: 100%}, uses: {assets: 440}}
waterfall:
  normal:
    - {write_down: [sub, B, A], up_to: defaulted, SPLIT}
    - pay: [A.principal, B.principal]
    - residual: sub
"""


@pytest.mark.parametrize(
    ("split", "written"),
    [
        ("split: sequential", (40, 70, 0)),
        ("split: pro_rata", (10, 25, 75)),
        ("split: pro_rata, by: due", (10, 25, 75)),
        ("split: pro_rata, by: original", (10, 25, 75)),
        ("split: pro_rata, by: balance", (10, 25, 75)),
        ("split: pro_rata, by: weights, weights: [1, 1, 3]", (22, 22, 66)),
        ("split: pro_rata, by: weights, weights: [8, 1, 1]", (40, 35, 35)),
    ],
)
def test_a_write_down_heeds_its_split_and_weighs_by_balance_when_silent(
    split: str, written: tuple[float, float, float]
) -> None:
    ledger = run(deal(WRITTEN_DOWN.replace("SPLIT", split), WHOLE), defaulted=[110, 0, 0, 0], opening=110)
    assert tuple(ledger.removals(f"{name}.principal")[0, 0] for name in ("sub", "B", "A")) == written


DRAWN = """
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: bullet}
parties: {fund: {name: Fund}, x: {name: X}}
accounts:
  reserve: {target: {amount: 3}, sweep_to: collections}
support:
  promise: {by: fund, for: [A.interest], mode: into_account, after: [reserve], limit: unlimited, reimbursed: never}
closing: {sources: {A: 100%}, uses: {assets: 997, accounts: {reserve: 3}}}
waterfall:
  normal:
    - draw: promise
      up_to: {of: recoveries, amount: 1}
    - pay: A.interest
    - pay: A.principal
    - top_up: reserve
    - release: reserve
    - residual: x
"""


def test_up_to_bounds_all_that_a_draw_moves_in_both_modes() -> None:
    """Recoveries enter the account too: of a gap of 10 - recoveries, recoveries + 1 may move."""
    ledger = run(deal(DRAWN), recovery=[0, 3, 8, 0])
    assert ledger.held("reserve")[0, :2].tolist() == [2, 0]
    assert ledger.called("promise")[0, :2].tolist() == [0, 2]
    assert ledger.paid("A.interest")[0, :2].tolist() == [1, 7]
    to_claims = deal(DRAWN.replace("into_account, after: [reserve]", "to_claims"))
    ledger = run(to_claims, {"fund.performing": [1, 1, 0, 1]}, recovery=[0, 3, 8, 0])
    assert ledger.called("promise")[0, :3].tolist() == [1, 4, 0]


def test_a_fee_on_an_opening_balance_reads_it_before_anything_accrues() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, amortization: pass_through}
fees:
  audit: {rate: 1%, on: A.opening}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: audit
    - pay: A.principal
    - residual: x
""")
    ledger = run(one, principal=[110, 109, 100, 100])
    assert ledger.paid("audit")[0].tolist() == [10, 9, 8, pytest.approx(7.08)]


@pytest.mark.parametrize("kind", ["float", "fraction", "array"])
def test_what_a_filled_claimant_leaves_is_divided_once(kind: Any) -> None:
    """162 fills the first; exact parts of the other 709 are 23.48 and 685.52, so the odd unit is the last one's."""
    wants, weights = [162, 1308, 11601], [38187, 1308, 38187]
    whole = arithmetic(kind, "half_up").share(Fraction(871) if kind == "fraction" else 871.0, wants, weights)
    assert [float(np.squeeze(amount)) for amount in whole] == [162, 23, 686]
    plain = arithmetic(kind).share(Fraction(871) if kind == "fraction" else 871.0, wants, weights)
    assert [float(np.squeeze(amount)) for amount in plain] == pytest.approx(
        [162, 709 * 1308 / 39495, 709 * 38187 / 39495]
    )


def test_accounts_that_give_are_swept_before_those_that_receive() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: 4%, NOTE, amortization: bullet, expected_maturity: 2025-03-28}
accounts:
  reserve: {sweep_to: collections}
  buffer: {sweep_to: collections}
  spare: {sweep_to: buffer}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 994, accounts: {reserve: 1, buffer: 2, spare: 3}}}
waterfall:
  normal:
    - pay: A.interest
    - pay: A.principal
    - residual: x
""")
    ledger = run(one, interest=[10, 10, 10, 4])
    assert ledger.paid("A.interest")[0, 3] == 10
    assert [ledger.held(name)[0, 3] for name in ("reserve", "buffer", "spare")] == [0, 0, 0]


def test_a_test_at_the_end_sees_interest_unpaid_before_it_is_forgiven() -> None:
    one = deal("""
tranches:
  A: {principal: 1000, coupon: 4%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: forgive,
      amortization: bullet, expected_maturity: 2025-03-28}
tests:
  unpaid: {measure: A.interest.short, maximum: 5, at: end, cure: 1}
phases:
  stop: {enter_if_failing: unpaid}
parties: {x: {name: X}}
closing: {sources: {A: 100%}, uses: {assets: 1000}}
waterfall:
  normal:
    - pay: [A.interest, A.principal]
    - residual: x
  stop:
    - pay: [A.interest, A.principal]
    - residual: x
""")
    ledger = run(one, interest=[6, 4, 10, 10])
    assert ledger.failed("unpaid")[0].tolist() == [False, True, False, False]
    assert ledger.owed("A.interest")[0].tolist() == [0, 0, 0, 0]
