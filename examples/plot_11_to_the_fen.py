"""
Pro rata, caps, and rounding to the fen
=======================================

An auditor adds up three payments and misses one fen. Who got it? This page looks at the places where a cash flow model
and a bank statement part: the split of a short amount, the cap of a fee, and the rounding of interest. Each is a term
of the contract that the deal states, so each can be re-done by hand.

All figures are made up for this page.
"""

# %%
# One hundred yuan for three
# --------------------------
#
# Three notes rank side by side and 100.00 yuan are there. Without rounding each gets a third and no bank can pay it. In
# whole fen the floors are 33.33 each, and one fen is left: it goes to the largest remainder, the first listed on a tie
# (``largest_remainder``), or stays in the account for the next line (``down_rest_stays``).
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import Collections, Deal, run_waterfall, spec

THREE = """
ipabs: 1
name: Three notes
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-01-01
  closing: 2024-01-01
  payment: {first: 2025-01-01, frequency: annual, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2025-01-01
  legal_final: 2025-01-01
tranches:
  A: {principal: 50, amortization: pass_through}
  B: {principal: 50, amortization: pass_through}
  C: {principal: 50, amortization: pass_through}
  sub: {principal: 10, residual: true}
closing: {sources: {A: 100%, B: 100%, C: 100%, sub: 100%}, uses: {assets: 160}}
rounding: ROUNDING
waterfall:
  normal:
    - pay: [A.principal, B.principal, C.principal]
      split: pro_rata
    - residual: sub
"""
terms = {
    "none": "none",
    "fen": "fen",
    "down, rest stays": "{unit: 0.01, mode: down, share: down_rest_stays}",
}
payments = {}
for name, rounding in terms.items():
    deal = spec.load(Deal, THREE.replace("ROUNDING", rounding))
    ledger = run_waterfall(deal, Collections(deal.timeline(), principal=[100], opening=160))
    payments[name] = {claim: ledger.paid(claim)[0, 0] for claim in ("A.principal", "B.principal", "C.principal")}
    payments[name]["sub"] = ledger.paid("sub.principal")[0, 0]
print(pd.DataFrame(payments).to_string())

# %%
# Exactly
# -------
#
# The same steps run on fractions. The result is no approximation: a third is a third.
deal = spec.load(Deal, THREE.replace("ROUNDING", "none"))
exact = run_waterfall(deal, Collections(deal.timeline(), principal=[100], opening=160), exact=True)
third = exact.settled[list(exact.claims).index("A.principal"), 0, 0]
print(repr(third), third == Fraction(100, 3))

# %%
# Interest at the half fen
# ------------------------
#
# Notes have faces of 100 yuan, so a quarterly coupon of 3.01 % often ends exactly on half a fen: on 10,000,200.00
# yuan it is 75,251.505. In binary floats the product may land on either side, and ``round`` moreover turns to the even
# digit. The engine decides by the exact remainder. Below, two common recipes against exact fractions, on 20,000
# balances.
generator = np.random.Generator(np.random.Philox(20240328))
balances = (100 * generator.integers(10_000, 2_000_000, 20_000)).tolist()
rate = Fraction(301, 10_000) / 4
right = [int(balance * 100 * rate + Fraction(1, 2)) for balance in balances]
recipes = {
    "floor(x + 0.5)": [int(np.floor(balance * 100 * 0.0301 / 4 + 0.5)) for balance in balances],
    "round(x, 2)": [round(100 * round(balance * 0.0301 / 4, 2)) for balance in balances],
}
for name, coupons in recipes.items():
    wrong = sum(one != other for one, other in zip(coupons, right, strict=True))
    print(f"{name:15} {wrong:,} of {len(right):,} coupons are one fen off: one in {len(right) / wrong:.0f}")

# %%
# A fee with a cap
# ----------------
#
# The servicer's fee of 10 is capped at 6 before interest; the rest is paid after it, as far as cash goes. The first
# list line that pays the fee meets the cap, a later line of the same list does not.
CAPPED = """
ipabs: 1
name: Capped fee
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-01-01
  closing: 2024-01-01
  payment: {first: 2025-01-01, frequency: annual, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2026-01-01
  legal_final: 2026-01-01
tranches:
  A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 20, residual: true}
fees:
  servicer: {amount: 10, cap: {per_date: 6}}
closing: {sources: {A: 100%, sub: 100%}, uses: {assets: 120}}
rounding: fen
waterfall:
  normal:
    - pay: servicer
    - pay: A.interest
    - pay: servicer
    - pay: A.principal
    - residual: sub
"""
deal = spec.load(Deal, CAPPED)
ledger = run_waterfall(deal, Collections(deal.timeline(), interest=[13, 12], principal=[0, 110], opening=120))
ledger.trace("2025-01-01")[["line", "target", "available", "due", "payable", "paid", "short"]]

# %%
# Of the four yuan above the cap two are paid and two are carried into the next year. What is carried is owed, not lost.
print("owed after each date:", ledger.owed("servicer")[0].tolist())

# %%
# Where the fen goes
# ------------------
#
# Over many short splits nobody is favored for long: the fen left over follows the remainders. Three notes of 30, 45 and
# 25 share amounts of 10.00 to 90.00 yuan.
weights = np.array([30, 45, 25])
split = THREE.replace("A: {principal: 50", "A: {principal: 30").replace("B: {principal: 50", "B: {principal: 45")
split = split.replace("C: {principal: 50", "C: {principal: 25").replace("assets: 160", "assets: 110")
deal = spec.load(Deal, split.replace("ROUNDING", "fen"))
cash = np.arange(1000, 9000)[:, np.newaxis] / 100
ledger = run_waterfall(deal, Collections(deal.timeline(), principal=cash, opening=110))
got = np.column_stack([ledger.paid(f"{name}.principal")[:, 0] for name in "ABC"])
favor = 100 * (got - cash * weights / weights.sum())
figure, axes = plt.subplots(figsize=(7, 3.2))
axes.hist(favor, bins=21, label=["A (30 %)", "B (45 %)", "C (25 %)"], color=["#0072B2", "#56B4E9", "#E69F00"])
axes.set_xlabel("paid less exact share, fen")
axes.set_ylabel("number of splits")
axes.legend(frameon=False)
figure.tight_layout()
print("largest difference in fen:", np.abs(favor).max().round(6), "| on average:", favor.mean(axis=0).round(6))
