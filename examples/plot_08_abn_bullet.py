"""
An ABN bullet with a shortfall undertaking
==========================================

Inter-bank investors like a bullet: the whole principal on one day. The firms behind it repay every half-year. Somebody
has to hold the money in between, and somebody has to stand in when it is not enough. This page follows both: the
account in which early principal waits, and the district's fund that promised to fill the gap.

The deal is ``examples/deals/abn_bullet.yaml``; its figures are made up.
"""

# %%
# The deal
# --------
#
# The draw stands before the first payment: at the check date the fund fills what the account lacks for the claims that
# the undertaking covers. What waits is moved back first, so the fund pays only the true gap.
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import Collections, Deal, run_waterfall, spec
from ipabs.readings import tranche

deal = spec.load(Deal, Path("examples/deals/abn_bullet.yaml").read_text(encoding="utf-8"))
print(deal.explain())

# %%
# Three pools
# -----------
#
# The firms owe 42 million in four equal instalments with 4 % a year. In the second pool a quarter of the third
# instalment and half of the fourth never come; in the third pool both are lost.
timeline = deal.timeline()
schedule = np.array([10.5e6, 10.5e6, 10.5e6, 10.5e6, 0.0, 0.0])
outstanding = 42e6 - np.concatenate([[0.0], np.cumsum(schedule)[:-1]])
received = {
    "as agreed": np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0]),
    "some late losses": np.array([1.0, 1.0, 0.75, 0.5, 0.0, 0.0]),
    "half of it lost": np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
}
ledgers = {
    name: run_waterfall(
        deal,
        Collections(
            timeline,
            interest=0.02 * outstanding * share,
            principal=schedule * share,
            defaulted=schedule * (1 - share),
            opening=42e6,
        ),
    )
    for name, share in received.items()
}

# %%
# Who pays at maturity
# --------------------
#
# As agreed, the fund is never called. With some late losses it pays the difference and is owed it back, from whatever
# may still come. With half of it lost its limit of 15 million is not enough: the note is short at maturity and, one
# year later, at legal final.
table = pd.DataFrame(
    {
        name: {
            "waiting before maturity": ledger.held("principal_account")[0, 2],
            "called on the fund": ledger.called("undertaking").sum(),
            "owed back to the fund": ledger.owed("undertaking.reimbursement")[0, -1],
            "short at maturity": ledger.short("A.principal")[0, 3],
            "loss of A": float(tranche.loss_at_final(ledger, "A")[0]),
            "paid to the subordinated note": tranche.flows(ledger, "sub").sum(),
        }
        for name, ledger in ledgers.items()
    }
)
print(table.map("{:,.2f}".format).to_string())

# %%
# The maturity date of the second pool, line by line. Line 1 brings back what waited, line 2 is the call.
trace = ledgers["some late losses"].trace("2026-06-28")
trace[["line", "verb", "from", "target", "available", "due", "paid", "short"]]

# %%
# What the bullet costs
# ---------------------
#
# The note is out for two years, the firms' money for 1.25 on average. What waits earns nothing here, and the note's
# interest on it is paid from the firms' interest: 2.95 % a year on the average balance of the account, for two years.
# That is why a bullet needs a wider margin between the firms' rate and the coupon than a note that passes through.
agreed = ledgers["as agreed"]
life = float(tranche.weighted_average_life(agreed, "A")[0])
firms_life = float((schedule * np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])).sum() / schedule.sum())
waiting = agreed.held("principal_account")[0, :3].mean() * 3 / 4
print(
    f"life of the note {life:.2f} years, of the firms' money {firms_life:.2f}; waiting on average {waiting:,.0f} yuan"
)
print(f"interest on what waits: {waiting * 0.0295 * 2:,.0f} yuan")

# %%
figure, panels = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True)
days = [str(day)[:7] for day in timeline.payments]
for axes, (name, ledger) in zip(panels, ledgers.items(), strict=True):
    axes.bar(days, ledger.held("principal_account")[0] / 1e6, color="#9FD0EE", label="waiting in the account")
    axes.bar(days, ledger.called("undertaking")[0] / 1e6, color="#D55E00", label="called on the fund")
    axes.plot(days, ledger.balance("A")[0] / 1e6, color="#1b2733", marker="o", label="note outstanding")
    axes.set_title(name)
    axes.tick_params(axis="x", rotation=45)
panels[0].set_ylabel("million yuan")
panels[2].legend(frameon=False, fontsize=8, loc="upper right")
figure.tight_layout()
