"""
A published deal: Zhongguancun Leasing 2022-1
=============================================

In August 2022 Zhongguancun Sci-Tech Leasing issued 107 million yuan of notes backed by licence fees of specialized and
sophisticated firms: class A, 73 million at 2.80 %, expected on 20 June 2023; class B, 28 million at 3.00 %, expected on
20 December 2023; the rest subordinated. The announcement gives a blended coupon of 2.86 %. Neither the firms nor their
contracts are published, so this tutorial states what it assumes and shows what follows.
"""

# %%
# The deal file
# -------------
# The comments of the file say where each figure comes from. Reading it gives an immutable `Deal`; every fault would be
# named with file and line.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ipabs.cashflow.collections import Collections
from ipabs.engine.waterfall import run_waterfall
from ipabs.readings.tables import tranche_table
from ipabs.report import trustee
from ipabs.report.plots import notes, pool
from ipabs.spec import load
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings

file = Path("examples/deals/zgc_leasing_2022_1.yaml")
deal = load(Deal, file.read_text(encoding="utf-8"), file=file.name)
print(findings(deal))
print(deal.explain())

# %%
# The published coupon
# --------------------
# Weighted by principal, 2.80 % and 3.00 % give 2.8554 %, which is the published 2.86 %.

rated = [tranche for tranche in deal.tranches if tranche.coupon is not None]
weights = np.array([tranche.principal for tranche in rated])
coupons = np.array([tranche.coupon.rate for tranche in rated])
print(f"blended coupon {coupons @ weights / weights.sum():.4%}")

# %%
# What the pool is assumed to pay
# -------------------------------
# Licence fees fall due every quarter, so that class A is repaid by its expected date and the rest by that of class B.
# The firms pay 4.5 % on what they owe. Both are assumptions.

timeline = deal.timeline()
principal = np.zeros(timeline.periods)
principal[:4] = 73e6 / 4
principal[4:6] = 34e6 / 2
balance = 107e6 - np.concatenate([[0.0], np.cumsum(principal)[:-1]])
years = np.diff(np.array([timeline.cut_off, *timeline.collection_ends], dtype="datetime64[D]")).astype(float) / 365
collections = Collections(timeline, principal=principal, interest=0.045 * balance * years, opening=107e6)
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = pool.balance_and_collections(collections, ax=axes, source="assumed contracts of 107 million")

# %%
# What the notes receive
# ----------------------
ledger = run_waterfall(deal, collections)
print(tranche_table(ledger).to_string())
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = notes.tranche_balances(ledger, ax=axes, source="published sizes, assumed contracts")

# %%
# A payment date, as a trustee reports it: cash first, then each class per 1,000 and per 100 of original principal.

print(trustee.payment_date_page(ledger, "2023-06-20"))
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = notes.waterfall_of_date(ledger, "2023-06-20", ax=axes, source="published sizes, assumed contracts")

# %%
# When does class A break?
# ------------------------
# Suppose a part of the principal is never paid and nobody stands behind the notes. Class B and the subordinated class
# are there first; the undertaking is called for the rest.

for lost in (0.0, 0.05, 0.10, 0.20):
    short = Collections(
        timeline, principal=principal * (1 - lost), interest=collections.interest * (1 - lost),
        defaulted=principal * lost, opening=107e6,
    )  # fmt: skip
    told = run_waterfall(deal, short)
    called = float(told.called("undertaking").sum())
    print(f"{lost:4.0%} of principal lost: the undertaking pays {called / 1e6:6.3f} million")

# %%
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = notes.coverage_tests(ledger, ax=axes, source="published sizes, assumed contracts")
