"""
Reading a trustee's collections, without a pool
===============================================

An analyst holds a note. She has no tape: every quarter the trustee publishes what was collected and what was paid. That
is enough. The collections go into the waterfall as they are, and the payments that come out are compared with the
payments reported, to the fen.

The deal is ``examples/deals/first_deal.yaml``, the report is made up.
"""

# %%
# The report
# ----------
from dataclasses import replace
from io import StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from ipabs import Collections, Deal, IpabsError, run_waterfall, spec

REPORT = """date,interest,principal,prepayment,defaulted,recovery,A interest paid,A principal paid
2024-06-20,1100000.00,12500000.00,2000000.00,0,0,680547.95,14881071.50
2024-09-20,940500.00,12500000.00,0,0,0,580370.90,12827313.73
2024-12-20,803000.00,12500000.00,0,500000.00,0,465907.15,12809095.05
2025-03-20,660000.00,12500000.00,0,0,0,357900.96,12779103.59
2025-06-20,522500.00,12500000.00,1000000.00,0,150000.00,283571.60,13870697.64
"""
report = pd.read_csv(StringIO(REPORT), parse_dates=["date"])
report.head()

# %%
# From the report to collections
# ------------------------------
#
# The dates must be the ends of the deal's collection periods; what is missing, doubled or elsewhere is refused with the
# row. Here the report stops after five of the ten periods, as reports do in mid-life.
deal = spec.load(Deal, Path("examples/deals/first_deal.yaml").read_text(encoding="utf-8"))
timeline = deal.timeline()
cash = report[["date", "interest", "principal", "prepayment", "defaulted", "recovery"]]
try:
    Collections.from_frame(timeline, cash, opening=100e6)
except IpabsError as error:
    print(error)

# %%
# The periods to come are stated, not guessed: here the rest of the schedule with nothing lost. They do not touch the
# past.
ends = pd.to_datetime(list(timeline.collection_ends[len(cash) :]))
left = 100e6 - float(cash[["principal", "prepayment", "defaulted"]].to_numpy().sum())
to_come = pd.DataFrame({"date": ends, "interest": 0.0, "principal": [left, 0, 0, 0, 0]})
everything = pd.concat([cash, to_come]).fillna(0.0)
pool = Collections.from_frame(timeline, everything, opening=100e6)

# %%
# Do the payments tie out?
# ------------------------


def tie_out(terms: Deal) -> pd.DataFrame:
    """Reported and computed payments of the dates in the report."""
    ledger = run_waterfall(terms, pool)
    payments = [str(day) for day in timeline.payments[: len(report)]]
    table = pd.DataFrame(index=pd.Index(payments, name="payment"))
    for claim in ("A.interest", "A.principal"):
        reported = report[f"{claim.replace('.', ' ')} paid"].to_numpy()
        computed = ledger.paid(claim)[0, : len(report)]
        table[f"{claim} reported"], table[f"{claim} computed"] = reported, computed
        table[f"{claim} difference"] = (reported - computed).round(2)
    return table


as_read = tie_out(deal)
print(as_read.to_string(float_format=lambda amount: f"{amount:,.2f}"))

# %%
# The first date ties out. From the second date on, interest differs by some thousand yuan. The size of the first
# difference gives it away. On the balance of 75,118,928.50, one day of interest is 75,118,928.50 × 3.00 % / 365 =
# 6,174.16 yuan; the difference is twice that. The stated payment date, 28 September 2024, was a Saturday, and the
# payment moved to Monday the 30th: the trustee lets interest run to the moved date.
difference = as_read["A.interest difference"].iloc[1]
print(f"{difference:,.2f} yuan are {difference / (75_118_928.50 * 0.03 / 365):.4f} days")

# %%
# That is a term of the contract, not a matter of taste: ``accrual: adjusted``. With it every figure ties out. Whether
# the prospectus says so is now a question with a clause, two days and an amount.
senior, rest = deal.tranches
adjusted = tie_out(replace(deal, tranches=(replace(senior, accrual="adjusted"), rest)))
print(adjusted.to_string(float_format=lambda amount: f"{amount:,.2f}"))

# %%
figure, axes = plt.subplots(figsize=(7, 3.2))
for label, table, color in (("unadjusted", as_read, "#D55E00"), ("adjusted", adjusted, "#0072B2")):
    axes.plot(table.index, table["A.interest difference"], marker="o", color=color, label=f"{label} accrual")
axes.axhline(0, color="black", linewidth=0.8)
axes.set_ylabel("reported − computed, yuan")
axes.tick_params(axis="x", rotation=30)
axes.legend(frameon=False)
figure.tight_layout()
