"""
When do the patents run out?
============================

An appraiser looks at the portfolio behind a programme: when does each right expire, how much of the value falls in
one year, what do the annual fees cost, and which patents would a sensible owner let go? Each answer is a table on
dates, and the first surprise is that the law, not the owner, writes most of it.

The tape is the illustration of the Yuhang example: drawn at random, no patent in it is real. Fees and terms are those
of the patent law and the office's fee schedule that ship with the package.
"""

# %%
# The portfolio
# -------------
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from ipabs import read_table, statutory_expiry
from ipabs.patents.portfolio import concentration, expiry_cliff, expiry_ladder, fee_budget
from ipabs.patents.renewal_fees import fee_table
from ipabs.patents.tape import read_portfolio
from ipabs.valuation.renewal import RenewalModel, fees_by_period, renewal_thresholds, survival_shares

as_of = date(2022, 12, 20)
tape = read_table(Path("examples/yuhang/patents.csv"))
portfolio = read_portfolio(tape, mapping={"firm": "owner"}, as_of=as_of)
print(tape.notice)
print(portfolio)

# %%
# Twenty years from filing for an invention, ten for a utility model, fifteen for a design filed since June 2021.
for kind in sorted({patent.kind for patent in portfolio.patents}):
    one = next(patent for patent in portfolio.patents if patent.kind == kind)
    print(f"{kind:14} {one.number}: filed {one.filing}, expires {statutory_expiry(one)}")

# %%
# The ladder
# ----------
#
# Rights that expire in each year, and the year that takes the most. The values here are equal; an appraiser puts in her
# own.
ladder = expiry_ladder(portfolio, as_of=as_of)
year, share = expiry_cliff(ladder)
print(ladder.to_string())
print(f"cliff: {share:.1%} in {year}")

# %%
# How much hangs on one owner? The effective number of owners is the reciprocal of the Herfindahl index.
owners = {}
for patent in portfolio.alive(as_of).patents:
    owners[patent.owner] = owners.get(patent.owner, 0) + 1
spread = concentration(owners)
print(f"{len(owners)} owners, effective number {spread['effective_number']:.1f}, largest {spread['top_1']:.1%}")

# %%
# The fees
# --------
#
# Official annual fees by calendar year, in yuan, for an owner without reduction.
budget = fee_budget(portfolio)
budget.sum(axis=1).loc[2023:2030]

# %%
# Which patents would be kept?
# ----------------------------
#
# An owner renews while the value of going on is above the fee. With returns that are lognormal at first, with a
# median of 4,000 yuan a year, and lose 12 % a year (both assumptions), the model says which first return is needed
# for each renewal, and which share of patents is still alive. This is the renewal model of Schankerman and Pakes
# (1986).
model = RenewalModel(log_mean=np.log(4000), log_deviation=1.6, decay_rate=0.12, discount_rate=0.10)
fees = fees_by_period(fee_table("CN", "invention"), term_years=20)
needed, alive = renewal_thresholds(model, fees), survival_shares(model, fees)
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
left.bar(ladder.index, ladder["rights"], color="#0072B2")
left.set_title("rights that expire, by year")
left.xaxis.set_major_locator(MaxNLocator(integer=True))
left.yaxis.set_major_locator(MaxNLocator(integer=True))
years = np.arange(1, len(fees) + 1)
right.step(years, 100 * np.asarray(alive), where="mid", color="#0072B2", label="alive, %")
right.set_xlabel("patent year")
right.xaxis.set_major_locator(MaxNLocator(integer=True))
right.set_ylabel("alive, % of grants")
second = right.twinx()
second.step(years, np.asarray(fees) / 1000, where="mid", color="#D55E00", linestyle=":", label="fee")
second.set_ylabel("fee, thousand yuan (dotted)")
right.set_title("a renewal model on the official fees")
figure.tight_layout()

# %%
# How much must a patent have earned in its first year to be worth keeping into its tenth?
print(f"{needed[9]:,.0f} yuan; {alive[9]:.1%} of patents are kept that long")
