"""
Two more programmes: Nanshan 2022 and Xi'an 2024
================================================

Yuhang is not the only district that reports what its notes cost. Two other issues publish their size, term, coupon and
number of firms, and their cities publish a rule of subsidy. No source says what the firms paid in fees. This page tells
what the published figures alone can prove, and what the missing ones would have to be.
"""

# %%
# What is published, and what is not
# ----------------------------------
# Every input says where it comes from. The loan each firm is compared with is the published average rate of new small
# business loans of the time: a market average, not an offer that anybody held in his hands.

from dataclasses import replace
from datetime import date

import matplotlib.pyplot as plt

from ipabs import BankLoan, compare, offer
from ipabs.basics.provenance import Provenance, ProvenanceTable
from ipabs.financing.break_even import turns
from ipabs.financing.comparison import Comparison
from ipabs.financing.costs import CostItem
from ipabs.financing.facility import FirmFacts
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.published_subsidies import published_subsidy
from ipabs.financing.savings import implied_spread
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Subsidy
from ipabs.report.plots.savings import savings_waterfall

inputs = {
    "nanshan": {
        "principal": 206e6,
        "firms": 12,
        "start": date(2022, 4, 14),
        "years": 1,
        "coupon": 0.038,
        "loan_rate": 0.0528,
        "subsidy": "nanshan_2025",
    },
    "xian": {
        "principal": 100e6,
        "firms": 11,
        "start": date(2024, 6, 12),
        "years": 2,
        "coupon": 0.025,
        "loan_rate": 0.0445,
        "subsidy": "xian",
    },
}
assumed = {
    "shape": "equal firms, quarterly interest, repaid at the end",
    "contract": "the firms' contract rate is the coupon; no fee is published",
    "revenue": "large enough that no cap on revenue binds",
}
citic = "CITIC Securities, 22 April 2022, on Nanshan - GXT IP No. 5"
xitoubao = "news item of 12 June 2024 on Ping An - Xitoubao Xi'an IP No. 1"
origins = ProvenanceTable(
    entries=(
        Provenance(path="nanshan.*", published=citic),
        Provenance(path="nanshan.loan_rate", published="new small-business loans, January to October 2022, average"),
        Provenance(path="nanshan.subsidy", published=published_subsidy("nanshan_2025").url, note="the rule of 2025"),
        Provenance(path="xian.*", published=xitoubao),
        Provenance(path="xian.start", assumption="only the month is published; the day of the news item"),
        Provenance(path="xian.loan_rate", published="new small-business loans, January to April 2024, average"),
        Provenance(path="xian.subsidy", published=published_subsidy("xian").url),
        *(Provenance(path=f"{name}.{key}", assumption=reason) for name in inputs for key, reason in assumed.items()),
    )
)
paths = [(name, key) for name, stated in inputs.items() for key in (*stated, *assumed)]
assert not list(origins.missing(paths))
for path in paths:
    told = origins.of(path)
    print(f"{'.'.join(path):18} {'' if told is None else told.text()}")


# %%
# The comparison
# --------------
# With no fee on either side, what is left is the difference of two published rates, and the subsidy.


def need_of(name: str) -> Need:
    """Equal firms on the published terms."""
    stated = inputs[name]
    count, start = stated["firms"], stated["start"]
    maturity = start.replace(year=start.year + stated["years"])
    firms = [f"{name} {n + 1:02d}" for n in range(count)]
    return bullet_need([stated["principal"] / count] * count, start, maturity, firms=firms)


def compared(name: str, *, fee: float = 0.0, rules: tuple[Subsidy, ...] = ()) -> Comparison:
    """The programme against the average loan; `fee` is what the firms pay once on top of the coupon."""
    stated, need = inputs[name], need_of(name)
    note = Participation(
        rate=stated["coupon"],
        day_count="ACT/365F",
        costs=(CostItem(name="all_fees", rate=fee),) if fee else (),
    )
    facts = [FirmFacts(firm=firm, revenue=1e9, comparator_status="market_average") for firm in need.firms]
    offers = {
        "loan": offer(BankLoan(rate=stated["loan_rate"], day_count="ACT/360"), need),
        name: offer(note, need, subsidies=rules, facts=facts),
    }
    return compare(offers, against="loan", facts=facts)


results = {name: compared(name, rules=published_subsidy(inputs[name]["subsidy"]).rules) for name in inputs}
for name, result in results.items():
    print(result.summary())
    sums, life = result[name].nominal.programme(), float(result[name].life_years[0])
    size = inputs[name]["principal"]
    print(
        f"per yuan and year: market {implied_spread(size, float(sums.market[0]), life):.2%}, "
        f"with the subsidy {implied_spread(size, float(sums.before_tax[0]), life):.2%}"
    )

# %%
# What the missing fees may be
# ----------------------------
# The market saving turns negative where the fees, whoever pays them, reach the spread. Published notes of this kind
# carry a letter of about 1 % a year and close to 1 % of issue cost. In Nanshan the spread of one year leaves room for
# 1.55 % in all; in Xi'an two years leave 4 %.

for name in inputs:
    (turn,) = turns(lambda fee, name=name: float(compared(name, fee=fee)[name].nominal.programme().market[0]), 0, 0.08)
    print(f"{name}: the market saving is gone at fees of {turn.value:.3%} of the principal, once")

# %%
# What the rules pay
# ------------------
# Nanshan's bands take 61.65 % of the cost of a firm that raises 17.17 million; Xi'an pays 3 % of the financing, once.
# On two years that is more than half of the coupon. The firms' saving is public money for the larger part.

figure, axes = plt.subplots(2, 1, figsize=(9, 8))
for axis, (name, result) in zip(axes, results.items(), strict=True):
    savings_waterfall(result, name, ax=axis)
figure.tight_layout()

# %%
# If the pot is small
# -------------------
# Nanshan's text says that the total budget is controlled, and no figure. With a pot of three million, each firm gets
# its part of what all asked for, and the saving falls with it.

(rule,) = published_subsidy("nanshan_2025").rules
for label, pot in (("open", None), ("3 million", 3e6)):
    sums = compared("nanshan", rules=(replace(rule, budget=pot),))["nanshan"].nominal.programme()
    print(f"budget {label}: subsidy {sums.subsidy[0]:,.0f}, saving before tax {sums.before_tax[0]:,.0f}")

plt.show()
