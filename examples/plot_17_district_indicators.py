"""
A district's indicators, and what stands behind them
====================================================

An IP office reports: patents granted, high-value patents per ten thousand people, months saved in examination, firms
reached. Each is a ratio with a definition, and the definition is where reports differ. This page computes them from a
tape, where every count can be traced to a right, and compares the published figures with what they imply.

The published figures are those of Zhejiang Daily, 8 August 2023, on Yuhang District; the tape is the illustration of
the Yuhang example, drawn at random.
"""

# %%
# What was published, and what it says about the year before
# ----------------------------------------------------------
#
# In the first half of 2023, 1,820 inventions were granted, 17.95 % more than a year before, and 289 international
# applications were filed, 61.45 % more. A growth rate implies the figure before it, which the newspaper did not print.
# 25 firms took part in the two issues, in a district of more than 2,180 high-tech firms. Fast-track examination takes 3
# instead of 16 months on average; how many grants took it is not printed, so the months gained are an upper bound.
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from ipabs import high_value, read_table
from ipabs.financing.programme import penetration, value_before
from ipabs.patents.examination import FAST_TRACK_ROUTE, STANDARD_ROUTE, months_gained
from ipabs.patents.indicators import example_profile, per_ten_thousand, score
from ipabs.patents.industry import ipc_map
from ipabs.patents.landscape import Filing, landscape
from ipabs.patents.tape import read_portfolio

print(f"a year before: {value_before(1820, 0.1795):,.0f} grants, {value_before(289, 0.6145):.0f} applications")
print(f"firms reached, of high-tech firms: {penetration(25, 2180):.2%}")
print(f"patent-months gained at most: {months_gained(1820, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE):,.0f}")

# %%
# High-value patents
# ------------------
#
# By the national definition a high-value patent is a valid invention patent that meets any one of five criteria: a
# strategic emerging industry, a family member granted abroad, more than ten years in force, a pledge of a higher
# amount, a national award. What amount is high is not published, so it is an argument.
as_of = date(2022, 12, 20)
tape = read_table(Path("examples/yuhang/patents.csv"))
patents = read_portfolio(tape, mapping={"firm": "owner"}, as_of=as_of).patents
tested = {
    patent.number: high_value(patent, as_of=as_of, pledged_amount=0, pledge_threshold=5_000_000) for patent in patents
}
criteria = pd.Series([name for one in tested.values() for name in one.criteria]).value_counts()
count = sum(bool(one) for one in tested.values())
print(f"{count} of {len(patents)} rights are high-value patents")
print(criteria.to_string())

# %%
# On this tape the industry decides everything: every valid invention has a class that counts as strategic. Leave that
# criterion out, and nothing is left. A real tape lies in between, and the report should say by which criterion.
without = sum(
    bool(
        high_value(replace(patent, strategic_emerging=False), as_of=as_of, pledged_amount=0, pledge_threshold=5_000_000)
    )
    for patent in patents
)
print(f"without the industry criterion: {without}")

# %%
# Per ten thousand people
# -----------------------
#
# The published 30.2 needs a population. With the national figure, 2,155,352 high-value patents and 1,408,727,111
# people, the ratio is 15.3. For the district, 30.2 with the number of people at which it is counted gives the number
# of patents, and a small change of the denominator is a large change of the message.
print(f"nation: {per_ten_thousand(2_155_352, 1_408_727_111):.1f}")
for people in (1_200_000, 1_350_000, 1_500_000):
    print(f"{people:,} people: 30.2 means {30.2 * people / 10_000:,.0f} patents")

# %%
# Where the patents are
# ---------------------
#
# Patent navigation in one table: who leads a class, how crowded it is, how old. The classes are those of the
# international classification that the tape carries.
industries = ipc_map()
filings = [
    Filing(field=industries.industry_of(patent.ipc[0], as_of).industry, owner=patent.owner, filing=patent.filing)
    for patent in patents
    if patent.ipc and patent.filing
]
field = landscape(filings, as_of=as_of)
print(field.round(2).to_string())

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
field["patents"].sort_values().plot.barh(ax=left, color="#0072B2")
left.set_title("patents by class")
left.set_ylabel("")
age, young = field["median_age_years"], 100 * field["share_of_last_three_years"]
right.scatter(age, young, s=8 * field["patents"], color="#E69F00")
for place, name in enumerate(field.index):
    right.annotate(
        textwrap.fill(name, 14),
        (age[name], young[name]),
        (0, -11 if place % 2 else 11),
        textcoords="offset points",
        fontsize=7,
        ha="center",
        va="top" if place % 2 else "bottom",
    )
right.margins(0.3)
right.set_xlabel("median age, years")
right.set_ylabel("filed in the last three years, %")
right.set_title("classes: age and growth (size = patents)")
figure.tight_layout()

# %%
# A scorecard
# -----------
#
# Some offices and banks add up scores. The package brings one published profile as an example; its source says whose it
# is. A score of 7 throughout is a B; one indicator below its gate says so whatever the total.
profile = example_profile()
print(profile.name, "|", profile.source)
even = {indicator.id: 7.0 for indicator in profile.indicators}
for label, scores in (("7 throughout", even), ("one weak point", {**even, "D4": 1.0})):
    result = score(profile, scores)
    print(
        f"{label}: {result.total:.2f}, grade {result.grade}, gates failed: {', '.join(result.failed_gates) or 'none'}"
    )
