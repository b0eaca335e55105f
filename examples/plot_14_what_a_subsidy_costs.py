"""
What does a subsidy rule pay, and what does it cost?
====================================================

A park writes a subsidy for firms that finance themselves on their patents. Before it copies a rule from elsewhere it
wants to know what each published rule would pay to one and the same firm, how much of that the tax office takes back,
and how many yuan of public money stand behind each yuan the firm saves.

The rules are published; each carries its source. The firm and its loan are made up: 8 million yuan for two years at
5 %, with a guarantee of 1 % a year and an appraisal of 0.5 %.
"""

# %%
# The firm
# --------
from datetime import date

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import BankLoan, IpabsError, all_in_cost, compare, offer
from ipabs.financing.costs import Charge
from ipabs.financing.facility import FirmFacts
from ipabs.financing.need import bullet_need
from ipabs.financing.published_subsidies import published_subsidies, published_subsidy
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax

need = bullet_need(8_000_000, date(2022, 6, 20), date(2024, 6, 20), firms=["Firm"])
loan = BankLoan(
    rate=0.05,
    day_count="ACT/360",
    guarantee=Charge(rate=0.01, timing="yearly_in_advance"),
    appraisal=Charge(rate=0.005),
)
facts = FirmFacts(firm="Firm", revenue=60_000_000)
tax = Tax(rate=0.15)

# %%
# The published rules
# -------------------
#
# A rule is data: a base, a share, caps, conditions, a date. The table applies the arithmetic of each to the same loan;
# whether a firm is eligible, because the rule asks for a securitization, an insured loan or an address, is another
# question. A rule whose stated conditions this loan does not meet pays nothing.
plain = offer(loan, need, tax=tax, facts=[facts])
rows = {}
for published in published_subsidies():
    try:
        subsidized = offer(loan, need, subsidies=published.rules, tax=tax, facts=[facts])
    except IpabsError as error:
        print(f"{published.name}: {error}")
        continue
    saving = compare({"plain": plain, "subsidized": subsidized}, against="plain")["subsidized"].nominal
    parts = saving.table().loc["Firm"]
    rows[published.name] = {
        "subsidy": parts["subsidy"],
        "tax on it": 0.0 - parts["tax"],
        "net": parts["net"],
        "all-in, %": 100 * float(np.squeeze(all_in_cost(subsidized, through="subsidy"))),
    }
table = pd.DataFrame.from_dict(rows, orient="index").sort_values("net", ascending=False)
print(table.round(2).to_string())

# %%
# Where the text stands
# ---------------------
nanshan = published_subsidy("nanshan_2025")
print(f"{nanshan.place}, {nanshan.year}: {nanshan.text}")
print(f"How it is read here: {nanshan.reading}")

# %%
# A rule of one's own
# -------------------
#
# Half of the interest, at most 150,000 yuan a year, only for loans at most 150 basis points above the prime rate. The
# last condition is the one that matters: it steers the bank's price, not only the firm's bill.
own = Subsidy(name="park", share=0.5, yearly_cap=150_000, spread_at_most=0.0150, timing="after_year", month=3, day=20)
rates = np.arange(0.035, 0.0601, 0.0005)
paid, firm_cost = [], []
for rate in rates:
    terms = BankLoan(rate=float(rate), day_count="ACT/360")
    facility = offer(terms, need, subsidies=[own], tax=tax, facts=[facts])
    items = facility.cash_items()
    paid.append(float(items.where(items.is_kind("subsidy")).table()["amount"].sum()))
    firm_cost.append(100 * float(np.squeeze(all_in_cost(facility, through="subsidy"))))
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
left.step(100 * rates, np.array(paid) / 1000, where="post", color="#0072B2")
left.set_title("subsidy over two years, thousand yuan")
right.plot(100 * rates, firm_cost, color="#D55E00", label="with the subsidy")
right.plot(100 * rates, 100 * rates, color="black", linestyle=":", label="contract rate")
right.set_title("all-in cost before tax, %")
right.legend(frameon=False)
for axes in (left, right):
    axes.set_xlabel("contract rate, %")
figure.tight_layout()

# %%
# A cliff, and a bank knows it: just above the limit a loan costs the firm far more than just below it. The public
# cost of the rule is the subsidy less the tax on it.
at_limit = offer(BankLoan(rate=0.05, day_count="ACT/360"), need, subsidies=[own], tax=tax, facts=[facts])
without = offer(BankLoan(rate=0.05, day_count="ACT/360"), need, tax=tax, facts=[facts])
split = compare({"without": without, "park": at_limit}, against="without")["park"].nominal.table().loc["Firm"]
print(split[["spread", "fees", "carried", "subsidy", "tax", "net", "market", "public_cost"]].round(2).to_string())
