"""
A first deal, in Python and in a file
=====================================

A structurer sketches a deal: 100 million yuan of licence contracts, a senior note of 90 million at 3.00 %, a
subordinated note of 10 million, two years, paid every quarter. This page builds it in Python, reads the same deal from
a file, runs it, goes through one payment date line by line as an auditor would, and then breaks it on purpose.

All figures are made up for this page.
"""

# %%
# What was agreed
# ---------------
#
# A deal is data. ``abs_deal`` takes the nouns of a prospectus and gives them the usual priority of payments of an
# exchange ABS. Nothing is calculated yet.
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ipabs import Collections, Deal, Fee, Tranche, abs_deal, findings, run_waterfall, spec
from ipabs.readings.tables import tranche_table
from ipabs.report.plots.notes import tranche_balances, waterfall_of_date
from ipabs.structure import Closing, CollectionRule, Coupon, Dates, PaymentRule, Source, Uses

dates = Dates(
    cut_off=date(2024, 3, 20),
    closing=date(2024, 3, 28),
    payment=PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE", roll="following"),
    collection_end=CollectionRule(day=20, of="payment_month"),
    expected_maturity=date(2026, 3, 28),
    legal_final=date(2026, 9, 28),
)
senior = Tranche(name="A", principal=90e6, coupon=Coupon(rate=0.03), amortization="pass_through", rating="AAA")
subordinated = Tranche(name="sub", principal=10e6, residual=True)
deal = abs_deal(
    name="First deal",
    dates=dates,
    tranches=(senior, subordinated),
    fees=(Fee(name="vat"), Fee(name="custodian", rate=0.0001)),
    closing=Closing(sources=(Source(name="A", price=1.0), Source(name="sub", price=1.0)), uses=Uses(assets=100e6)),
)
print(findings(deal))

# %%
# No findings: the deal is whole. ``explain`` puts it into words, and lists what the market's template supplied, so that
# nothing is in force that nobody has read.
print(deal.explain())

# %%
# The same deal as a file
# -----------------------
#
# A file reads like the prospectus. Amounts may carry their unit.
text = Path("examples/deals/first_deal.yaml").read_text(encoding="utf-8")
print(text)
print("the same deal:", spec.load(Deal, text) == deal)

# %%
# What the pool pays
# ------------------
#
# Collections say what comes in during each collection period. Here the contracts pay 12.5 million of principal a
# quarter and 1.1 % on what is outstanding. Period 0 ends at the first payment date; the last two dates collect nothing.
timeline = deal.timeline()
quarters = np.arange(timeline.periods)
principal = np.where(quarters < 8, 12_500_000.0, 0.0)
outstanding = 100e6 - np.concatenate([[0.0], np.cumsum(principal)[:-1]])
pool = Collections(timeline, interest=0.011 * outstanding, principal=principal, opening=100e6)
ledger = run_waterfall(deal, pool)

# %%
# One payment date
# ----------------
#
# The first date collects 13.6 million. Value-added tax takes 3.26 % of the interest of 1.1 million, 35,860.00 yuan. The
# custodian receives 0.01 % a year on 100 million for the 92 days of the collection period:
# 100,000,000 × 0.0001 × 92 / 365 = 2,520.55. The note's interest runs from closing, again 92 days:
# 90,000,000 × 0.03 × 92 / 365 = 680,547.95. All that is left goes to principal, because the note passes through what
# comes in: it is *payable*, though nothing is *due* before the expected maturity.
trace = ledger.trace("2024-06-28")
trace[["line", "target", "available", "due", "payable", "paid", "short"]]

# %%
# The same date as a picture: the cash comes in from the left, every line takes its part.
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = waterfall_of_date(ledger, "2024-06-28", ax=axes)

# %%
# The whole life
# --------------
#
# Every figure is a reading of the rows above. The engine checks itself: every fen that came in went out or is still
# held, or there would be an error instead of a result.
print(tranche_table(ledger).T.to_string())

# %%
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
figure = tranche_balances(ledger, ax=axes)

# %%
# Breaking it
# -----------
#
# Every fault of a file is reported at once, with line and column, and with what would be valid. Three slips: a word
# of the language, a rate without its unit, and a key.
broken = (
    text.replace("market: exchange_abs", "market: exchange").replace("3.00%", "3.00").replace("rating:", "ratings:")
)
for found in spec.read(Deal, broken, file="first_deal.yaml")[1]:
    print(found)

# %%
# Once the words are right, the rules across the deal are read. A claim that no line pays, a closing that does not
# balance and a date off the grid would all give a number, and a wrong one.
careless = (
    text.replace("    - pay: custodian\n", "")
    .replace("pay: A.interest", "pay: A.intrest")
    .replace("assets: 1亿元", "assets: 9900万元")
    .replace("legal_final: 2026-09-28", "legal_final: 2026-10-28")
)
for found in spec.read(Deal, careless, file="first_deal.yaml")[1]:
    print(found)

# %%
# And if the pool pays late? The run is fine: a shortfall is a result, not a fault. With the last two quarters of
# collections missing the note is short at its expected maturity, and at legal final the rest is a loss.
late = np.where(quarters < 6, principal, 0.0)
owed = 100e6 - np.concatenate([[0.0], np.cumsum(late)[:-1]])
interest = np.where(quarters < 6, 0.011 * owed, 0.0)
stressed = run_waterfall(deal, Collections(timeline, interest=interest, principal=late, opening=100e6))
stressed.trace("2026-09-28")[["line", "target", "available", "due", "paid", "short"]]
