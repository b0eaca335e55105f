"""The walk of a CLO's overcollateralization test through rising defaults (collateralizedloanobligations.com,
mechanics / coverage tests): 500 of par, 300 of senior notes, defaults carried at 20 % of par, trigger 130 %."""

import numpy as np

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import run_waterfall
from ipabs.readings.coverage import overcollateralization
from ipabs.structure.deal import Deal

PUBLISHED_PERCENT = [167, 153, 145, 135, 127]
TOLERANCE = 0.5

DEAL = """
ipabs: 1
name: Coverage
market: none
vehicle: trust
currency: USD
dates:
  cut_off: 2024-03-28
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2024-09-28
  legal_final: 2024-09-28
tranches:
  senior: {principal: 300, amortization: pass_through}
  equity: {principal: 200, residual: true}
closing: {sources: {senior: 100%, equity: 100%}, uses: {assets: 500}}
rounding: none
waterfall:
  normal:
    - pay: senior.principal
    - residual: equity
"""


def test_par_coverage_through_rising_defaults() -> None:
    deal = spec.load(Deal, DEAL)
    defaulted = np.array([[0, 0], [50, 0], [80, 0], [120, 0], [150, 0]])
    ledger = run_waterfall(deal, Collections(deal.timeline(), defaulted=defaulted, opening=500))
    carried = 0.2 * np.cumsum(defaulted, axis=1)
    percent = 100 * overcollateralization(ledger, recovery_value=carried)[:, 0]
    assert np.abs(percent - PUBLISHED_PERCENT).max() <= TOLERANCE
    assert (percent >= 130).tolist() == [True, True, True, True, False]
