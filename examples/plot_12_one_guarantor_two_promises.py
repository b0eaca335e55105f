"""
One guarantor, two promises
===========================

A guarantee company signs twice in one programme: an undertaking to fill what the senior note lacks, and a guarantee of
the mezzanine note. Ten million each, says the prospectus. But the company has agreed with its owner to pay at most
twelve million in all. A risk analyst asks what the two promises are worth together, and what remains of them when the
company itself fails.

The deal is ``examples/deals/shared_guarantor.yaml``; its figures are made up.
"""

# %%
# One capacity
# ------------
#
# A party stands in the deal once, with one limit; everything it supports shares it. Adding up the two promises would
# count eight million twice.
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import Collections, Deal, run_waterfall, spec
from ipabs.readings import tranche
from ipabs.structure import capacities

deal = spec.load(Deal, Path("examples/deals/shared_guarantor.yaml").read_text(encoding="utf-8"))
for capacity in capacities(deal):
    print(f"{capacity.party}: {capacity.limit:,.0f} yuan for {' and '.join(capacity.supports)}")

# %%
# A rising loss
# -------------
#
# The pool pays 100 million in eight quarters with 1.1 % a quarter. From the fifth quarter on a share of every payment
# is lost; 81 shares from nothing to everything run at once, one path each.
timeline = deal.timeline()
quarters = np.arange(timeline.periods)
lost = np.linspace(0.0, 1.0, 81)[:, np.newaxis] * (quarters >= 4)
principal = 12.5e6 * (1 - lost)
outstanding = 100e6 - 12.5e6 * quarters
pool = Collections(
    timeline,
    interest=0.011 * outstanding * (1 - lost),
    principal=principal,
    defaulted=12.5e6 * lost,
    opening=100e6,
)
together = run_waterfall(deal, pool)

# %%
# With a limit of twenty million the promises would not touch each other.
(guarantor,) = deal.parties
apart = run_waterfall(replace(deal, parties=(replace(guarantor, limit=20e6),)), pool)

# %%
# And if the company stops paying in the seventh quarter? A series from outside, 1 while it stands, says so.
standing = np.where(quarters < 6, 1.0, 0.0)
failing = run_waterfall(deal, pool, observables={"guarantor.performing": standing})


def figures(ledger: object) -> dict[str, float]:
    """What each promise paid and each note lost, in millions, with 70 % of the late payments lost."""
    return {
        "undertaking called": ledger.called("undertaking")[56].sum() / 1e6,
        "guarantee called": ledger.called("guarantee")[56].sum() / 1e6,
        "loss of A": tranche.loss_at_final(ledger, "A")[56] / 1e6,
        "loss of B": tranche.loss_at_final(ledger, "B")[56] / 1e6,
    }


cases = {"shared 12 million": together, "20 million": apart, "fails in quarter 7": failing}
print(pd.DataFrame({name: figures(ledger) for name, ledger in cases.items()}).round(3).to_string())

# %%
# Counted apart, the two promises would cover more than the company can pay. The senior undertaking is drawn first and
# takes what it needs; the mezzanine guarantee gets what the capacity leaves.
#
# Before the final date the notes pass through, so no principal is due and nothing is called for it: the whole burden
# falls on the last date, when a failed guarantor is no longer there. A promise is worth what its giver can pay on
# that day.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), sharex=True)
share = 100 * np.linspace(0.0, 1.0, 81)
left.stackplot(
    share,
    together.called("undertaking").sum(axis=1) / 1e6,
    together.called("guarantee").sum(axis=1) / 1e6,
    labels=["undertaking (A)", "guarantee (B)"],
    colors=["#0072B2", "#E69F00"],
)
left.axhline(12, color="black", linestyle="--", linewidth=0.8)
left.set_ylim(0, 17)
left.set_title("called on the guarantor, million yuan")
left.legend(frameon=False, loc="upper left")
for (name, ledger), style in zip(cases.items(), ("-", "--", ":"), strict=True):
    right.plot(share, tranche.loss_at_final(ledger, "B") / 1e6, color="#D55E00", linestyle=style, label=name)
right.set_title("loss of B, million yuan")
right.legend(frameon=False)
for axes in (left, right):
    axes.set_xlabel("lost of late payments, %")
figure.tight_layout()

# %%
# The rule holds on every path: the calls of one party never add up to more than its limit.
calls = together.called("undertaking").sum(axis=1) + together.called("guarantee").sum(axis=1)
print(f"largest sum of calls: {calls.max():,.2f}")
