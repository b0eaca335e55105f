"""
A reserve and two triggers under stress
=======================================

When does the senior note notice that firms fail? A reserve account holds two per cent, a cover test holds back the
mezzanine note's interest, a loss test turns the list of payments around. This page runs one deal under four default
rates and shows which of them acts, when, and for whom.

The deal is ``examples/deals/reserve_and_triggers.yaml``; its figures are made up.
"""

# %%
# The deal in words
# -----------------
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ipabs import Deal, Party, PledgedLoan, Pool, Vectors, project, run_waterfall, spec
from ipabs.readings import tranche

deal = spec.load(Deal, Path("examples/deals/reserve_and_triggers.yaml").read_text(encoding="utf-8"))
print(deal.explain())

# %%
# A pool of twenty loans
# ----------------------
#
# Twenty firms owe 5 million each at 4.5 %, in equal quarterly instalments of principal over three years.
firms = [f"Firm {n:02d}" for n in range(1, 21)]
pool = Pool(
    tuple(
        PledgedLoan(
            id=f"L{n:02d}",
            obligor=firm,
            principal=5e6,
            start=date(2024, 3, 20),
            maturity=date(2027, 3, 20),
            contract_rate=0.045,
            amortization="linear",
        )
        for n, firm in enumerate(firms, start=1)
    ),
    tuple(Party(id=firm) for firm in firms),
)

# %%
# Four default rates
# ------------------
#
# A constant default rate is a share of the balance a year; of what defaults a quarter comes back after a year and a
# half.
timeline = deal.timeline()
rates = (0.0, 0.04, 0.08, 0.16)
ledgers = {
    f"{rate:.0%} a year": run_waterfall(
        deal, project(pool, timeline, Vectors(cdr=rate, severity=0.75, recovery_lag=18))
    )
    for rate in rates
}


def first_failure(ledger: object, test: str) -> str:
    """The first payment date on which a test stands failed."""
    failed = np.flatnonzero(ledger.failed(test)[0])
    return str(timeline.payments[failed[0]]) if len(failed) else "-"


table = pd.DataFrame(
    {
        name: {
            "cover test fails": first_failure(ledger, "cover"),
            "loss test fails": first_failure(ledger, "losses"),
            "A: life, years": f"{tranche.weighted_average_life(ledger, 'A')[0]:.2f}",
            "A: loss": f"{tranche.loss_at_final(ledger, 'A')[0]:,.0f}",
            "B: largest interest owed": f"{tranche.deferred(ledger, 'B').max():,.0f}",
            "B: loss": f"{tranche.loss_at_final(ledger, 'B')[0]:,.0f}",
            "sub: paid": f"{tranche.flows(ledger, 'sub').sum():,.0f}",
        }
        for name, ledger in ledgers.items()
    }
)
print(table.to_string())

# %%
# Read from the left: losses first eat the excess interest and the subordinated note. Under 8 % a year the loss test
# turns the list around after a year: all principal is due, the reserve is emptied into the account, and B waits,
# interest and all, until A is repaid. Under 16 % the cover test already fails on the first date. A is paid in full
# each time, and its life hardly moves: what defaults is made up from interest that would have gone to the others. B
# takes the first real loss once the subordinated note is gone.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
days = pd.to_datetime(list(timeline.payments))
shades = ["#9FD0EE", "#56B4E9", "#0072B2", "#D55E00"]
for (name, ledger), color in zip(ledgers.items(), shades, strict=True):
    lost = np.cumsum(ledger.collections.defaulted[0]) / 100e6
    left.plot(days, 100 * lost, color=color, label=name)
    right.plot(days, ledger.held("reserve")[0] / 1e6, color=color, label=name)
left.axhline(6, color="black", linestyle="--", linewidth=0.8)
left.set_title("defaulted since cut-off, % (limit 6 %)")
left.legend(frameon=False)
right.set_title("reserve, million yuan")
for axes in (left, right):
    axes.tick_params(axis="x", rotation=30)
figure.tight_layout()

# %%
# The date on which everything turns
# ----------------------------------
#
# Under 8 % a year, the trace of the first accelerated date shows the other list of payments.
worst = ledgers["8% a year"]
turn = int(np.flatnonzero(worst.failed("losses")[0])[0])
worst.trace(turn)[["line", "verb", "from", "target", "available", "due", "paid", "short"]]
