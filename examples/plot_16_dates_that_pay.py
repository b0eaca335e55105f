"""
Dates that pay: calendars, schedules, day counts
================================================

A payment date falls on a Sunday that the inter-bank market works and the exchange does not. A coupon runs for 91, 92 or
94 days. A loan counts 360 days in a year, a note 365. None of this is a detail: on a hundred million yuan each of them
moves real money. This page shows where, and how much.
"""

# %%
# Two markets, two calendars
# --------------------------
#
# In China some weekend days make up for long holidays. The inter-bank market works on them, the exchanges stay closed.
# Friday 9 February 2024, New Year's Eve, is of its own kind: the exchanges closed, the inter-bank market did not.
from datetime import date, timedelta
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import get_calendar
from ipabs.basics.daycount import accrual_fraction
from ipabs.basics.deal_dates import CollectionRule, PaymentRule, make_timeline
from ipabs.basics.schedule import regular_dates

interbank, exchange = get_calendar("CIBM"), get_calendar("SSE")
year = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
differ = [day for day in year if interbank.is_business_day(day) != exchange.is_business_day(day)]
print("2024, open between banks and closed on the exchange:", ", ".join(f"{day:%a %d %b}" for day in differ))

# %%
# The same 28th of the month
# --------------------------
#
# Two deals with equal terms, one in each market, paid on the 28th of each quarter's last month.


def line(calendar: str, roll: str) -> object:
    """Three years of quarterly payments."""
    return make_timeline(
        cut_off=date(2024, 2, 29),
        closing=date(2024, 3, 28),
        payment=PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar=calendar, roll=roll),
        collection_end=CollectionRule(day=20, of="payment_month"),
        legal_final=date(2027, 3, 28),
    )


stated, bank, stock = (line("every_day", "none"), line("CIBM", "following"), line("SSE", "following"))
table = pd.DataFrame(
    {"stated": stated.payments, "inter-bank": bank.payments, "exchange": stock.payments},
)
table["days of interest"] = [(end - start).days for start, end in map(stated.accrual_period, range(len(table)))]
table["collected over, days"] = [(end - start).days for start, end in map(stated.collection_period, range(len(table)))]
print(table.to_string())

# %%
# The first collection period runs from cut-off and holds almost four months; interest starts at closing and holds
# three. Whoever counts both from the same day gives the first payment a month of interest too much.

# %%
# What is known, and what is a projection
# ---------------------------------------
#
# Holidays are announced a year ahead. Beyond the last notice the calendar is a projection, and says so.
for found in exchange.findings(stock.payments):
    print(found)
print("announced until", exchange.known_until)

# %%
# A year of interest, six ways
# ----------------------------
#
# One hundred million yuan at 3.00 % from 28 March 2024 to 28 March 2025, quarter by quarter.
quarters = [date(2024, 3, 28), *stated.payments[:4]]
counts = ("ACT/365F", "ACT/360", "ACT/ACT ISDA", "30/360 US", "30E/360", "30E/360 ISDA")
interest = pd.DataFrame(
    {
        count: [float(100_000_000 * 0.03 * accrual_fraction(a, b, count)) for a, b in pairwise(quarters)]
        for count in counts
    },
    index=[f"to {day}" for day in quarters[1:]],
)
interest.loc["year"] = interest.sum()
print(interest.T.to_string(float_format=lambda amount: f"{amount:,.2f}"))

# %%
# A loan on ACT/360 at 3.00 % costs 3.04 % of principal a year: a comparison of a loan with a note that leaves this out
# saves 4 basis points that do not exist.
loan, note = interest.loc["year", "ACT/360"], interest.loc["year", "ACT/365F"]
print(f"{loan - note:,.2f} yuan, {(loan - note) / 100e6:.4%} of principal")

# %%
# Odd periods
# -----------
#
# A contract from 10 January to 20 September with quarterly dates on the 20th: where does the odd period go?
for stub in ("short_first", "long_first", "short_last", "long_last"):
    days = regular_dates(date(2024, 1, 10), date(2024, 9, 20), months=3, stub=stub)
    print(f"{stub:12}", " ".join(str(day) for day in days))

# %%
# How far payments move
# ---------------------
#
# Days between the stated and the actual payment date, for every day of 2024 as a stated date.
figure, axes = plt.subplots(figsize=(8, 3.2))
for name, calendar, color in (("exchange", exchange, "#D55E00"), ("inter-bank", interbank, "#0072B2")):
    moved = [(calendar.roll(day, "following") - day).days for day in year]
    axes.step(year, moved, where="mid", color=color, linewidth=1.2, label=name)
axes.set_ylabel("days until paid")
axes.set_yticks(np.arange(0, 12, 2))
axes.set_ylim(0, 12)
axes.legend(frameon=False, ncols=2)
figure.tight_layout()
