"""Deals and pools for the engine's tests."""

from collections.abc import Callable

import numpy as np
import pytest

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.structure.deal import Deal

HEAD = """
ipabs: 1
name: Test deal
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-02-29
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2025-12-28
  legal_final: 2026-06-28
"""
NOTE = "day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry"

RICH = (
    HEAD
    + """
parties:
  fund: {limit: 2000}
tranches:
  A: {principal: 6000, coupon: 4%, NOTE, amortization: pass_through}
  B: {principal: 1500, coupon: 6%, day_count: 30/360 US, accrual: adjusted, unpaid_interest: carry_with_interest,
      amortization: pass_through}
  C: {principal: 1500, coupon: 8%, NOTE, amortization: scheduled,
      schedule: [{date: 2024-12-28, percent: 30%}, {date: 2025-06-28, percent: 70%}]}
  sub: {principal: 1000, residual: true}
fees:
  vat: {rate: 3.26%, on: interest_collections}
  trustee: {rate: 0.12%, on: pool_opening, over: collection_period, day_count: ACT/365F,
            cap: {per_date: 2, per_year: 6, life: 30}}
  audit: {amount: 6, yearly: {month: 6, day: 20}}
accounts:
  reserve: {target: {percent: 3%, of: [A.balance, B.balance], floor: 100, cap: 280}, until: [A, B],
            sweep_to: collections}
support:
  keepwell: {by: fund, for: [vat, A.interest, B.interest], mode: into_account, after: [reserve], limit: 1500,
             limit_basis: cumulative, on_acceleration: as_scheduled}
  backstop: {by: fund, for: [C.interest, C.principal], mode: to_claims, limit_basis: outstanding,
             on_acceleration: all_due}
measures:
  junior_cover: {of: [performing, reserve.balance], less: [A.balance], to: [B.balance, C.balance], at_zero: infinite}
tests:
  losses: {measure: cumulative_default_ratio, maximum: 12%, steps: [{since: 2025-03-28, limit: 15%}]}
  cover: {measure: junior_cover, minimum: 70%, at: line, run: 2, cure: 2}
  spike: {measure: defaulted, maximum: 500, at: end, run: 1, cure: 1}
phases:
  accelerated: {enter_if_failing: [losses], principal_due: all}
  alert: {enter_if_failing: [spike]}
closing:
  sources: {A: 100%, B: 100%, C: 100%, sub: 100%}
  uses: {assets: 9800, accounts: {reserve: 200}}
rounding: ROUNDING
waterfall:
  normal:
    - pay: [trustee, audit]
      split: pro_rata
      clause: "8.2(1)"
    - draw: keepwell
    - pay: vat
    - pay: [A.interest, B.interest]
      split: pro_rata
    - pay: [A.principal, B.principal]
      split: pro_rata
      by: original
      up_to: principal_distribution
    - pay: C.interest
      if_passing: [cover]
    - pay: C.principal
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - pay: trustee
    - top_up: reserve
    - release: reserve
    - residual: sub
  alert:
    - pay: [trustee, audit]
      split: pro_rata
    - draw: keepwell
    - pay: vat
    - pay: [A.interest, B.interest]
      split: pro_rata
    - pay: [A.principal, B.principal]
      split: pro_rata
      by: weights
      weights: [0.75, 0.25]
    - pay: [C.interest, C.principal]
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - pay: trustee
    - top_up: reserve
    - release: reserve
    - residual: sub
  accelerated:
    - draw: keepwell
    - {transfer: {from: reserve, to: collections}}
    - pay: vat
    - pay: [A.interest, B.interest]
    - pay: A.principal
    - pay: [B.principal, audit, C.interest, C.principal]
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - pay: trustee
    - release: reserve
    - residual: sub
"""
)


def load(text: str, rounding: str = "none") -> Deal:
    return spec.load(Deal, text.replace("ROUNDING", rounding).replace("NOTE", NOTE))


def random_pool(deal: Deal, paths: int, seed: int, *, size: float = 9800.0, stress: float = 0.12) -> Collections:
    """Defaults on some dates of some paths, recoveries two periods later, prepayments now and then."""
    draw = np.random.default_rng(seed)
    periods = deal.timeline().periods
    left = np.full(paths, size)
    flows = {
        name: np.zeros((paths, periods)) for name in ("interest", "principal", "prepayment", "recovery", "defaulted")
    }
    hard = draw.uniform(0, stress, paths)
    for t in range(periods):
        lost = np.round(left * (draw.random(paths) < 0.4) * draw.uniform(0, 1, paths) * hard, 2)
        left = np.round(left - lost, 2)
        early = np.round(left * (draw.random(paths) < 0.2) * 0.05, 2)
        due = np.round((left - early) / (periods - t), 2) if t < periods - 1 else left - early
        flows["defaulted"][:, t], flows["prepayment"][:, t], flows["principal"][:, t] = lost, early, due
        flows["interest"][:, t] = np.round(left * 0.02, 2)
        flows["recovery"][:, min(t + 2, periods - 1)] += np.round(0.4 * lost, 2)
        left = np.round(left - early - due, 2)
    return Collections(deal.timeline(), **flows, opening=size)


@pytest.fixture(scope="session")
def rich() -> Callable[[str], Deal]:
    return lambda rounding: load(RICH, rounding)


@pytest.fixture(scope="session")
def pools() -> Callable[..., Collections]:
    return random_pool
