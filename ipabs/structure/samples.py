"""Deal files that documentation, tests and the command line show."""

DEMO = """\
ipabs: 1
name: Demo patent-licence ABS
market: exchange_abs            # fills vehicle, fees, conventions; each can be overridden
dates:
  cut_off: 2024-02-29
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: SSE, roll: following}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2027-03-28
  legal_final: 2029-03-28
parties:
  district_fund: {name: District Investment, limit: 60000000}
tranches:
  A: {principal: 95000000, coupon: 3.25%, day_count: ACT/365F, amortization: pass_through, rating: AAA}
  sub: {principal: 5000000, residual: true}
fees:
  vat: {rate: 3.26%, on: interest_collections}
  custodian: {rate: 0.01%, on: pool_opening, over: collection_period, day_count: ACT/365F}
accounts:
  reserve: {target: {percent: 1%, of: A.balance, floor: 200000}, until: [A], sweep_to: collections}
support:
  undertaking: {by: district_fund, for: [vat, custodian, A.interest, A.principal], mode: into_account, after: [reserve],
                limit_basis: cumulative, on_acceleration: as_scheduled}
tests:
  losses: {measure: cumulative_default_ratio, maximum: 8%, at: collection}
phases:
  accelerated: {enter_if_failing: [losses], principal_due: all}
closing:
  sources: {A: 100%, sub: 100%}
  uses: {assets: 98500000, upfront_fees: 550000, accounts: {reserve: 950000}}
rounding: fen
waterfall:
  normal:
    - draw: undertaking             # moves the reserve first, as far as the gap needs it, then calls the rest
    - pay: [vat, custodian]
      split: pro_rata
      clause: "8.2(1)"
    - pay: A.interest
    - pay: A.principal
    - pay: undertaking.reimbursement
    - top_up: reserve
    - release: reserve
    - residual: sub
  accelerated:
    - draw: undertaking
    - {transfer: {from: reserve, to: collections}}
    - pay: [vat, custodian]
      split: pro_rata
    - pay: A.interest
    - pay: A.principal
    - pay: undertaking.reimbursement
    - residual: sub
"""

SMALL = {
    "ipabs": " 1",
    "name": " Small deal",
    "market": " none",
    "vehicle": " trust",
    "currency": " CNY",
    "dates": """
  cut_off: 2024-01-01
  closing: 2024-01-01
  payment: {first: 2025-01-01, frequency: annual, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2027-01-01
  legal_final: 2027-01-01""",
    "tranches": """
  A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 20, residual: true}""",
    "closing": """
  sources: {A: 100%, sub: 100%}
  uses: {assets: 120}""",
    "rounding": " fen",
    "waterfall": """
  normal:
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
}


def small(**sections: str) -> str:
    """A deal of three yearly payments, with sections replaced or added as the text that follows their key.

    >>> print(small(rounding=" none").splitlines()[-6])
    rounding: none
    """
    return "".join(f"{key}:{text.rstrip()}\n" for key, text in {**SMALL, **sections}.items())
