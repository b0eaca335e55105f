"""Deals of the trade, written in the language: each loads without findings and comes back from its own text."""

from dataclasses import replace

import pytest

from ipabs import spec
from ipabs.basics.words import labels
from ipabs.errors import SpecError
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings
from ipabs.structure.measures import MEASURES
from ipabs.structure.samples import DEMO
from ipabs.structure.waterfall import placed_lines

# One level-pay loan, a senior note and an equity note; the payment date after the first falls on another day.
LEVEL_LOAN = """
ipabs: 1
name: Two tranches on a level-pay loan
market: none
vehicle: trust
currency: USD
dates:
  cut_off: 2021-03-01
  closing: 2021-04-15
  payment: {first: 2021-07-26, frequency: monthly, then_day: 20, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2023-09-20
  legal_final: 2030-01-20
tranches:
  A1: {principal: 1000, coupon: 7%, day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry,
       amortization: pass_through}
  B: {principal: 1000, residual: true}
closing:
  sources: {A1: 100%, B: 100%}
  uses: {assets: 2000}
rounding: {unit: 0.01, mode: down, share: down_rest_stays}
waterfall:
  normal:
    - pay: A1.interest
    - pay: A1.principal
    - residual: B
"""

# Licence receivables, quarterly, a fixed reserve swept in first, a fee on the pool and a yearly fee.
LICENCE_FEE_ABS = """
ipabs: 1
name: Licence-fee ABS
market: exchange_abs
dates:
  cut_off: 2024-03-28
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2027-03-28
  legal_final: 2027-03-28
tranches:
  A1: {principal: 120000000, coupon: 3.2%, amortization: pass_through}
  A2: {principal: 150000000, coupon: 3.8%, amortization: pass_through}
  sub: {principal: 30000000, residual: true}
fees:
  trustee: {rate: 0.12%, on: pool_opening, over: collection_period, day_count: ACT/365F}
  audit: {amount: 60000, yearly: {month: 6, day: 20}}
accounts:
  reserve: {target: {amount: 3000000}, until: [A1, A2], sweep_to: collections}
closing:
  sources: {A1: 100%, A2: 100%, sub: 100%}
  uses: {assets: 297000000, accounts: {reserve: 3000000}}
rounding: {unit: 0.01, mode: down, share: down_rest_stays}
waterfall:
  normal:
    - transfer: {from: reserve, to: collections}
    - pay: trustee
    - pay: audit
    - pay: [A1.interest, A2.interest]
      split: pro_rata
    - top_up: reserve
    - pay: [A1.principal, A2.principal]
    - release: reserve
    - residual: sub
"""

# Classes of Ally Auto Receivables Trust 2017-3 (Form 8-K of 17 September 2018, Exhibit 99.4), called at 10 %.
AUTO_LOANS = """
ipabs: 1
name: Auto receivables, classes in sequence
market: none
vehicle: Delaware statutory trust
currency: USD
dates:
  cut_off: 2018-08-31
  closing: 2018-09-15
  payment: {first: 2018-10-15, frequency: monthly, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2024-02-15
  legal_final: 2024-02-15
parties:
  depositor: {name: Depositor}
tranches:
  A-2: {principal: 112026644, coupon: 1.53%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
        amortization: pass_through}
  A-3: {principal: 271370000, coupon: 1.74%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
        amortization: pass_through}
  A-4: {principal: 86010000, coupon: 2.01%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
        amortization: pass_through}
  B: {principal: 22220000, coupon: 2.24%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
fees:
  servicing: {rate: 1%, on: pool_opening, over: interest_period, day_count: 30/360 US}
  administration: {amount: 1500}
calls:
  clean_up: {kind: clean_up, pool_percent: 10%, price: pool_closing}
closing:
  sources: {A-2: 100%, A-3: 100%, A-4: 100%, B: 100%}
  uses: {assets: 491626644}
rounding: none
waterfall:
  normal:
    - pay: [servicing, administration]
    - pay: [A-2.interest, A-3.interest, A-4.interest]
      split: pro_rata
    - pay: B.interest
    - pay: [A-2.principal, A-3.principal, A-4.principal, B.principal]
    - residual: depositor
  called:
    - pay: [servicing, administration]
    - pay: [A-2.interest, A-3.interest, A-4.interest]
      split: pro_rata
    - pay: B.interest
    - pay: [A-2.principal, A-3.principal, A-4.principal, B.principal]
    - residual: depositor
"""

# Fannie Mae REMIC Trust 2019-2, Group 3 (prospectus supplement of 24 January 2019): AB and the notional class IO.
NOTIONAL_CLASS = """
ipabs: 1
name: Pass-through with a notional interest-only class
market: none
vehicle: REMIC trust
currency: USD
dates:
  cut_off: 2019-01-01
  closing: 2019-01-30
  payment: {first: 2019-02-25, frequency: monthly, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2033-06-25
  legal_final: 2049-01-25
parties:
  residual_holder: {name: Holder of class R}
tranches:
  AB: {principal: 148372434, coupon: 3.25%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
       amortization: pass_through}
  IO: {principal: 0, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
       notional: {percent: 35.0000000674%, of: AB.opening}}
closing:
  sources: {AB: 100%}
  uses: {assets: 148372434}
rounding: none
waterfall:
  normal:
    - pay: [AB.interest, IO.interest]
      split: pro_rata
    - pay: AB.principal
      up_to: principal_collections
    - residual: residual_holder
"""

# A bullet: early principal waits in an account, the undertaking makes up what is missing on the check date.
ABN_BULLET = """
ipabs: 1
name: Patent-licence ABN with a bullet and a shortfall undertaking
market: interbank_abn
dates:
  cut_off: 2022-11-30
  closing: 2022-12-20
  payment: {first: 2023-03-20, frequency: quarterly, calendar: CIBM, roll: following}
  collection_end: {day: 10, of: payment_month}
  check_offset: 5
  expected_maturity: 2024-12-20
  legal_final: 2025-12-20
parties:
  fund: {name: District fund}
tranches:
  A: {principal: 4085万元, coupon: 3.6%, amortization: bullet}
  sub: {principal: 215万元, residual: true}
fees:
  vat: {}
  trustee: {rate: 0.05%}
accounts:
  principal_account: {target: A.balance, until: A, sweep_to: collections}
support:
  undertaking: {by: fund, for: [vat, trustee, A.interest, A.principal], mode: into_account,
                after: principal_account, limit: unlimited}
closing:
  sources: {A: 100%, sub: 100%}
  uses: {assets: 4300万元}
waterfall:
  normal:
    - transfer: {from: principal_account, to: collections, up_to: A.principal.due}
    - draw: undertaking
    - pay: [vat, trustee]
    - pay: A.interest
    - pay: A.principal
    - top_up: principal_account
      up_to: principal_collections
    - release: principal_account
    - pay: undertaking.reimbursement
    - residual: sub
"""

# An overcollateralization test on par less defaults plus recovery value; junior interest is locked out below 130 %.
COVERAGE_TEST = """
ipabs: 1
name: Notes with a coverage test
market: none
vehicle: company
currency: EUR
dates:
  cut_off: 2024-01-15
  closing: 2024-01-15
  payment: {first: 2024-07-15, frequency: semiannual, calendar: weekends, roll: modified_following}
  collection_end: {day: 5, of: payment_month}
  expected_maturity: 2029-01-15
  legal_final: 2030-01-15
tranches:
  A: {principal: 300, coupon: {index: EURIBOR6M, margin: 130bp, floor: 1.3%}, day_count: ACT/360, accrual: adjusted,
      unpaid_interest: carry_with_interest, amortization: target, target: {percent: 75%, of: adjusted_par}}
  B: {principal: 120, coupon: 7%, day_count: ACT/360, accrual: adjusted, unpaid_interest: capitalize,
      amortization: pass_through}
  equity: {principal: 80, residual: true}
accounts:
  revenue: {sweep_to: collections}
collect: {interest: revenue}
observables:
  recovery_value: what defaulted assets are expected to recover
measures:
  adjusted_par: {of: [performing, delinquent, recovery_value]}
  coverage: {of: adjusted_par, to: A.balance, at_zero: infinite}
tests:
  senior_coverage: {measure: coverage, minimum: 130%, cure: 1, steps: [{since: 2027-01-15, limit: 140%}]}
closing:
  sources: {A: 100%, B: 100%, equity: 100%}
  uses: {assets: 500}
rounding: none
waterfall:
  normal:
    - from: revenue
      clause: "11(a)"
      lines:
        - pay: A.interest
        - pay: B.interest
          if_passing: senior_coverage
        - pay: A.principal
          if_failing: senior_coverage
        - residual: equity
    - pay: A.interest
    - pay: A.principal
    - pay: B.interest
    - capitalize: B
    - pay: B.principal
    - write_down: [equity, B, A]
      up_to: defaulted
    - residual: equity
"""

# Two scheduled classes after the classes of Zhongguancun Sci-Tech Leasing 2022-1, joined in mid-life; a capped fee.
MID_LIFE = """
ipabs: 1
name: Leasing ABS, joined after its third payment
market: exchange_abs
dates:
  cut_off: 2022-07-31
  closing: 2022-08-10
  payment: {first: 2022-12-20, months: 3, calendar: SSE}
  collection_end: {day: 10, of: payment_month}
  expected_maturity: 2023-12-20
  legal_final: 2024-06-20
parties:
  guarantor: {name: Guarantee company, limit: 20000000}
tranches:
  A: {principal: 73000000, coupon: 2.8%, amortization: scheduled, rating: AAA, expected_maturity: 2023-06-20,
      schedule: [{date: 2022-12-20, percent: 40%}, {date: 2023-06-20, amount: 43800000}]}
  B: {principal: 28000000, coupon: 3%, amortization: bullet, rating: AAA}
  sub: {principal: 6000000, residual: true}
fees:
  audit: {amount: 80000, dates: [2022-12-31, 2023-12-31], cap: {per_year: 60000, life: 100000}}
support:
  second_undertaking: {by: guarantor, for: [B.interest, B.principal], mode: to_claims, limit_basis: outstanding}
state:
  as_of: 2023-06-20
  pool_original: 110000000
  cumulative_defaulted: 1500000
  tranches:
    A: {balance: 12000000, owed_interest: 1500.25}
    B: {balance: 28000000}
    sub: {balance: 6000000}
  fees: {audit: {owed: 20000, paid_this_year: 60000, paid_life: 60000}}
  accounts: {collections: 1234.56}
  support: {second_undertaking: {drawn: 500000, outstanding: 500000}}
waterfall:
  normal:
    - pay: audit
    - pay: [A.interest, B.interest]
      split: pro_rata
      by: weights
      weights: [3, 1]
    - pay: A.principal
    - pay: B.principal
    - draw: second_undertaking
    - pay: audit
    - pay: second_undertaking.reimbursement
    - residual: sub
"""

# Classes A to D of CMO-1 in Fabozzi, chapter 30, in strict sequence.
SEQUENTIAL = """
ipabs: 1
name: Four classes in sequence
market: none
vehicle: trust
currency: USD
dates:
  cut_off: 2000-01-01
  closing: 2000-01-01
  payment: {first: 2000-02-01, frequency: monthly, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2029-10-01
  legal_final: 2029-10-01
parties:
  issuer: {}
tranches:
  A: {principal: 194500000, coupon: 7.5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  B: {principal: 36000000, coupon: 7.5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  C: {principal: 96500000, coupon: 7.5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  D: {principal: 73000000, coupon: 7.5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
closing:
  sources: {A: 100%, B: 100%, C: 100%, D: 100%}
  uses: {assets: 400000000}
rounding: none
waterfall:
  normal:
    - pay: [A.interest, B.interest, C.interest, D.interest]
      split: pro_rata
    - pay: [A.principal, B.principal, C.principal, D.principal]
      up_to: principal_distribution
    - residual: issuer
"""

DEALS = {
    "demo": DEMO,
    "level loan": LEVEL_LOAN,
    "licence fees": LICENCE_FEE_ABS,
    "auto loans": AUTO_LOANS,
    "notional class": NOTIONAL_CLASS,
    "bullet": ABN_BULLET,
    "coverage test": COVERAGE_TEST,
    "mid-life": MID_LIFE,
    "sequential": SEQUENTIAL,
}


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_deal_has_no_findings(text: str) -> None:
    assert findings(spec.load(Deal, text)) == ()


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_deal_comes_back_from_its_own_text(text: str) -> None:
    deal = spec.load(Deal, text)
    dumped = spec.dump(deal)
    assert spec.load(Deal, dumped) == deal
    assert spec.dump(spec.load(Deal, dumped)) == dumped


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
def test_filled_deal_has_no_findings_and_nothing_more_to_fill(text: str) -> None:
    filled = spec.load(Deal, text).filled()
    assert findings(filled) == ()
    assert filled.filled() == filled


@pytest.mark.parametrize("text", DEALS.values(), ids=DEALS.keys())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_deal_is_said_in_words_line_by_line(text: str, lang: str) -> None:
    deal = spec.load(Deal, text)
    said = deal.explain("zh" if lang == "zh" else "en")
    stop = "。" if lang == "zh" else "."
    numbered = [line for line in said.splitlines() if line[:1].isdigit()]
    assert len(numbered) == sum(len(placed_lines(one.lines)) for one in deal.waterfall)
    assert all(line.endswith(stop) and "{" not in line for line in numbered)


def test_tests_and_targets_are_said_in_the_words_of_the_trade() -> None:
    deal = spec.load(Deal, DEMO)
    assert "losses: the cumulative default ratio above 8%" in deal.explain()
    assert "losses：累计违约率高于 8%" in deal.explain("zh")
    assert "补足reserve（A余额的 1%，不低于 200,000.00）至目标余额" in deal.explain("zh")


def test_every_measure_has_words_in_both_languages() -> None:
    parts = {measure.name.rpartition(".")[2] for measure in MEASURES}
    assert {f"measure.{part}" for part in parts} <= labels().keys()


def test_deal_with_errors_has_no_words() -> None:
    deal = replace(spec.load(Deal, DEMO), phases=())
    with pytest.raises(SpecError, match="no phase 'accelerated'"):
        deal.explain()


def test_demo_pays_every_quarter_until_legal_final() -> None:
    timeline = spec.load(Deal, DEMO).timeline()
    assert timeline.periods == 20
    assert timeline.payments[1].isoformat() == "2024-09-30"  # 28 September 2024 is a Saturday


def test_account_is_checked_five_business_days_before_payment() -> None:
    deal = spec.load(Deal, ABN_BULLET)
    # 20 March 2023 is a Monday; the inter-bank market worked the week before in full
    assert deal.dates.check_dates()[0].isoformat() == "2023-03-13"


def test_mid_life_deal_starts_with_the_next_payment() -> None:
    deal = spec.load(Deal, MID_LIFE)
    timeline = deal.timeline()
    assert [day.isoformat() for day in timeline.accrual_ends] == [
        "2023-09-20",
        "2023-12-20",
        "2024-03-20",
        "2024-06-20",
    ]
    assert timeline.closing.isoformat() == "2023-06-20"
    assert timeline.cut_off.isoformat() == "2023-06-10"
