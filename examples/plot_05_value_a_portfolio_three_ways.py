"""
Value one patent portfolio three ways
=====================================

A firm pledges nine patents for a loan. What are they worth, how sure is that, what would a lender get, and which
patent carries the value? This page takes the illustrative tape of the Yuhang example, values one firm's rights by
income, market and cost, and sets the three side by side. Then it does the same in short for all 25 firms.

The tape is drawn at random and labelled so; the distribution of royalty rates, decay rates and invalidation outcomes
are published; revenue shares, discount rates, costs and licences are assumptions.
"""

# %%
# The rights
# ----------
# A tape is read with every fault at its cell; this one has none.

from dataclasses import replace
from datetime import date

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs.basics.provenance import Provenance, ProvenanceTable
from ipabs.basics.units import FACTOR_UNIT, MONEY_UNIT, SHARE_UNIT
from ipabs.io.columns import Column, read_columns
from ipabs.io.table import read_table
from ipabs.patents.industry import ipc_map
from ipabs.patents.portfolio import concentration, expiry_cliff, expiry_ladder
from ipabs.patents.tape import read_portfolio
from ipabs.valuation.appraisal_report import AppraisalReport
from ipabs.valuation.attribution import marginal_values, shapley_values
from ipabs.valuation.collateral import LendingTerms, LiquidationTerms, collateral_values
from ipabs.valuation.comparable_licences import Adjustment, ComparableLicences, Licence, royalty_distribution
from ipabs.valuation.cost import CostItem, ReplacementCost
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.distributions import Experts, Opinion, Pert
from ipabs.valuation.firm_appraisal import AppraisalTerms, PledgedFirm, appraisal_table, appraise_firms
from ipabs.valuation.life import invalidation_rate
from ipabs.valuation.reconciliation import Weighted, reconcile, spread_findings
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revaluation import revaluations
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.stream_values import value_schedule
from ipabs.valuation.uncertainty import Loading, Uncertain, UncertainInput, contributions

as_of = date(2022, 12, 20)
tape = read_portfolio(read_table("examples/yuhang/patents.csv"), as_of=as_of)
rights = tape.of("Firm 01")
print(rights)
print(rights.to_frame(as_of)[["kind", "grant", "expiry", "remaining_life_years"]].round(1))

# %%
# Income: relief from royalty
# ---------------------------
# Value belongs to a product's revenue and not to a patent. Two products; three patents protect the second, the others
# the first, and what two of them protect is counted once. The technology decays at the published rate of its sector.

numbers = [right.number for right in rights.rights]
coverage = CoverageMatrix(
    protections=(
        *(Protection(right=number, stream="platform", share=0.6) for number in numbers[:6]),
        *(Protection(right=number, stream="terminal", share=0.8) for number in numbers[6:]),
    )
)
decay = ipc_map().class_of(rights.patents[0], as_of).decay_rate
relief = ReliefFromRoyalty(
    streams=(
        RevenueStream(
            name="platform", product="chain service", country="CN", revenues=(22e6, 25e6), growth_rate=0.03,
            decay_rate=decay,
        ),
        RevenueStream(
            name="terminal", product="terminal", country="CN", revenues=(9e6, 10e6), ramp=(0.6,), growth_rate=0.0,
            decay_rate=decay, contract_life_years=5.0,
        ),
    ),
    royalty_rate=0.045,
    tax_rate=0.15,
    discount_rate=0.16,
    coverage=coverage,
    loss_rate=invalidation_rate("invention", challenge_rate=0.02),
    timing="mid",
    provenance=ProvenanceTable(
        entries=(
            Provenance(path="*", assumption="illustration"),
            Provenance(path="loss_rate", derived="CNIPA annual report 2020 and a challenge rate of 2 % a year"),
        )
    ),
)  # fmt: skip
income = relief.value(rights, as_of=as_of)
print(income)
for part in income.parts:
    print(f"{part.name}: {part.mean:,.0f} yuan over {part.life_years:.1f} years, ended by its {part.binding} life")
print(value_schedule(relief, rights, as_of=as_of).loc["terminal"].round(4).to_string())

# %%
# How sure is that?
# -----------------
# An uncertain method is a method too: its value is draws. Two experts differ on the royalty rate; demand ties the two
# products. The published distribution of all technology royalties is wider than either of them.

royalty = Experts(
    opinions=(
        Opinion(expert="appraiser", range=Pert(least=0.02, likely=0.04, most=0.07)),
        Opinion(expert="licensing manager", range=Pert(least=0.03, likely=0.06, most=0.09)),
    )
)
demand = (Loading(factor="demand", loading=0.7),)
scale = Pert(least=0.5, likely=1.0, most=1.4)
uncertain = Uncertain(
    method=relief,
    inputs=(
        UncertainInput(name="royalty_rate", range=royalty),
        UncertainInput(name="discount_rate", range=Pert(least=0.12, likely=0.16, most=0.24)),
        UncertainInput(name="streams.platform.level", range=scale, loadings=demand),
        UncertainInput(name="streams.terminal.level", range=scale, loadings=demand),
        UncertainInput(name="streams.platform.decay_rate", range=Pert(least=0.15, likely=decay, most=0.45)),
    ),
    draws=10_000,
    seed=20221220,
)
drawn = uncertain.value(rights, as_of=as_of)
print(drawn)
print(f"the experts' means differ by {royalty.spread:.2%}; standard error of the mean {drawn.standard_error:,.0f} yuan")
print(contributions(drawn).round(3))

# %%
# Market: comparable licences
# ---------------------------
# Five licences, adjusted for how they differ. The middle is the median, the range lies between the quartiles.

licences = tuple(
    Licence(name=name, royalty_rate=rate, adjustments=(Adjustment(factor=factor, reason="exclusivity, territory"),))
    for name, rate, factor in (
        ("L1", 0.030, 1.10), ("L2", 0.050, 0.90), ("L3", 0.040, 1.00), ("L4", 0.060, 0.85), ("L5", 0.035, 1.05),
    )
)  # fmt: skip
market = ComparableLicences(licences=licences, relief=relief).value(rights, as_of=as_of)
print(market)
for note in market.notes:
    print(note.message)

# %%
# Cost: what it would take to create the rights again
# ---------------------------------------------------

cost = ReplacementCost(
    items=(
        CostItem(name="research staff", amount=3.2e6, years_ago=3, price_growth=0.05),
        CostItem(name="equipment and tests", amount=0.9e6, years_ago=3, price_growth=0.02),
        CostItem(name="filing and fees", amount=0.15e6),
    ),
    build_years=2,
    capital_rate=0.08,
    profit_rate=0.15,
    functional_obsolescence=0.40,
).value(rights, as_of=as_of)
print(cost)

# %%
# Side by side
# ------------
# The weights are a judgment and stand in the table. Cost says what was spent, not what is earned: it weighs little.

conclusion = reconcile(
    Weighted(valuation=drawn, weight=0.6, reason="the lender is paid from income"),
    Weighted(valuation=market, weight=0.3, reason="five licences in the field"),
    Weighted(valuation=cost, weight=0.1, reason="a floor for a buyer who could build"),
)
print(conclusion.to_frame().T.round(2).to_string())
for found in spread_findings(conclusion):
    print(found.message)

# %%
# Which patent carries the value?
# -------------------------------
# At the margin a patent is worth what is lost without it; Shapley values share what several protect, and add up.

fair = shapley_values(relief, rights, as_of=as_of)
table = pd.DataFrame({"marginal": marginal_values(relief, rights, as_of=as_of).values, "shapley": fair.values}, numbers)
print(table.round(0), f"Shapley values sum to {sum(fair.values):,.0f} of {income.mean:,.0f}", sep="\n")
print({name: round(value, 3) for name, value in concentration(dict(zip(fair.names, fair.values, strict=True))).items()})
ladder = expiry_ladder(rights, as_of=as_of, values=dict(zip(fair.names, fair.values, strict=True)))
print("largest share of value expires in {}: {:.0%}".format(*expiry_cliff(ladder)))

# %%
# Value as collateral
# -------------------
# Market, liquidation and lending value, and what the collateral will be worth as rights expire and technology decays.

values = collateral_values(
    drawn,
    liquidation=LiquidationTerms(forced_discount=0.70, discount_rate=0.10, lag_years=1.5, costs=100_000.0),
    lending=LendingTerms(advance_rate=0.5, quantile=0.25),
)
print(values.to_frame().T.round(0).to_string())
print(f"a forced sale realizes {values.realization_rate:.0%} of market value")
later = revaluations(relief, rights, as_of=as_of, years=range(8))
print(later["mean"].round(0))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.hist(np.asarray(drawn.value) / 1e6, bins=60, color="#56B4E9")
for name, worth, color in (("market", market.mean, "#009E73"), ("cost", cost.mean, "#D55E00")):
    left.axvline(worth / 1e6, color=color, label=f"{name} {worth / 1e6:.2f}")
left.axvline(values.lending / 1e6, color="black", linestyle="--", label=f"lending value {values.lending / 1e6:.2f}")
left.set(xlabel="million yuan", ylabel="draws", title="Value by income, against market and cost")
left.legend()
right.step([day.year for day in later.index], later["mean"] / 1e6, where="post")
right.set(xlabel="year", ylabel="million yuan", title="Value of the collateral over time", ylim=(0, None))
figure.tight_layout()

# %%
# The report section
# ------------------
# The same data renders in English and in Chinese; a report that leaves something out is refused.

report = AppraisalReport(
    client="District Investment",
    users=("the trustee",),
    purpose="Pledge of patents for a loan in a securitization",
    object="Nine patents of Firm 01",
    scope="Ownership of the patents listed; income in China",
    value_type="Market value",
    base_date=as_of,
    portfolio=rights,
    conclusion=conclusion,
    assumptions=("The firm goes on as planned.", "Patents are renewed to their statutory end."),
    rights_checked="An illustration: no register was searched.",
    limits_of_use="For this page only.",
    valid_until=date(2023, 12, 19),
)
print(report.text("en").split("\n\n")[-4])
print(report.text("zh").split("\n\n")[-4])

# %%
# All firms of the tape
# ---------------------
# With published royalty rates for the unknown ones, lending value is far from what the contracts advance: coverage is
# reported, and no contract is cut. Real programmes have advanced up to the whole of an appraisal.

firms = read_columns(
    read_table("examples/yuhang/firms.csv"),
    [
        Column(name="firm", read=str),
        Column(name="revenue", read=MONEY_UNIT.read),
        Column(name="tax_rate", read=SHARE_UNIT.read),
        Column(name="contract_amount", read=MONEY_UNIT.read, headings=("amount",)),
        Column(name="stated_value", read=MONEY_UNIT.read, headings=("appraised_value",)),
        Column(name="stated_advance_rate", read=FACTOR_UNIT.read, headings=("advance_rate",)),
    ],
)
pledged = [PledgedFirm(**firms.row(n)) for n in range(len(firms.table))]
terms = AppraisalTerms(seed=20221220, royalty_rate=royalty_distribution())
appraisals = appraise_firms(tape, pledged, terms, as_of=as_of)
overview = appraisal_table(appraisals)
print((overview[["market_value", "q05", "q95", "lending_value", "contract_amount"]] / 1e6).round(2).head(8))
pool = np.sum([appraisal.valuation.value for appraisal in appraisals], axis=0)
print(
    f"25 firms: {overview['market_value'].sum() / 1e6:.0f} million yuan on average, 5 % to 95 % "
    f"{np.quantile(pool, 0.05) / 1e6:.0f} to {np.quantile(pool, 0.95) / 1e6:.0f}; contracts of "
    f"{overview['contract_amount'].sum() / 1e6:.0f} million; lending value covers "
    f"{overview['lending_value'].sum() / overview['contract_amount'].sum():.0%} of them"
)
richer = appraise_firms(
    tape, pledged, replace(terms, protected_revenue=Pert(least=0.6, likely=0.8, most=1.0)), as_of=as_of
)
print(f"with four fifths of revenue protected: {sum(one.valuation.mean for one in richer) / 1e6:.0f} million")
plt.show()
