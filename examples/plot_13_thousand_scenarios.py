"""
A thousand scenarios at once
============================

An investor does not want one stress. He wants to see the whole field: how many firms may fail, how much may come back,
before the note loses money. Arrays make that one run: each scenario is a row of the collections, the waterfall goes
through all of them together, and each can be replayed alone, bit for bit.

The deal is the one of the reserve tutorial, ``examples/deals/reserve_and_triggers.yaml``; its figures are made up.
"""

# %%
# The field
# ---------
#
# Forty default rates from 0 to 30 % a year, twenty-five recovery rates from 0 to 96 %.
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ipabs import Collections, Deal, replay, run_waterfall, spec
from ipabs.readings import tranche

deal = spec.load(Deal, Path("examples/deals/reserve_and_triggers.yaml").read_text(encoding="utf-8"))
timeline = deal.timeline()
default_rates, recovery_rates = np.linspace(0.0, 0.30, 40), np.linspace(0.0, 0.96, 25)
cdr, recovery = (grid.reshape(-1, 1) for grid in np.meshgrid(default_rates, recovery_rates, indexing="ij"))
print(len(cdr), "scenarios of", timeline.periods, "payment dates")

# %%
# Collections as arrays
# ---------------------
#
# The pool of 100 million repays in twelve equal quarters at 4.5 %. Of what stands at the start of a quarter the part
# :math:`1 - (1 - \mathrm{cdr})^{1/4}` defaults; the rest pays interest and its share of principal. Recoveries follow
# six quarters later. Everything is an array ``(scenario, period)``.
quarters = np.arange(timeline.periods)
mdr = 1 - (1 - cdr) ** 0.25
surviving = (1 - mdr) ** quarters
schedule = np.clip(100e6 - 100e6 / 12 * quarters, 0.0, None)
defaulted = schedule * surviving * mdr
paid = np.where(quarters < 12, 100e6 / 12, 0.0) * surviving * (1 - mdr)
back = np.zeros_like(defaulted)
back[:, 6:] = (recovery * defaulted)[:, :-6]
pool = Collections(
    timeline,
    interest=0.045 / 4 * schedule * surviving * (1 - mdr),
    principal=paid,
    defaulted=defaulted,
    recovery=back,
    opening=100e6,
)

# %%
# One run
# -------
ledger = run_waterfall(deal, pool)
losses = {name: tranche.loss_at_final(ledger, name) for name in ("A", "B")}
for name, loss in losses.items():
    print(f"{name} loses in {np.count_nonzero(loss > 0)} of {ledger.paths} scenarios, at most {loss.max():,.2f}")

# %%
# Where each note breaks
# ----------------------
#
# The lines are the borders of the first loss. Each trigger that fires moves them; the engine keeps the two lists of
# payments apart by masks, so scenarios in different phases run side by side.
figure, panels = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
for axes, (name, loss) in zip(panels, losses.items(), strict=True):
    part = 100 * loss.reshape(40, 25) / tranche.tranche_of(ledger, name).principal
    picture = axes.pcolormesh(100 * recovery_rates, 100 * default_rates, part, cmap="YlOrBr", vmin=0)
    axes.contour(100 * recovery_rates, 100 * default_rates, part, levels=[0.01], colors="black", linewidths=1.2)
    axes.set_title(f"loss of {name}, % of principal")
    axes.set_xlabel("recovery rate, %")
    figure.colorbar(picture, ax=axes)
panels[0].set_ylabel("default rate, % a year")
figure.tight_layout()

# %%
# One of the thousand, for the auditor
# ------------------------------------
#
# The scenario that first costs B money is replayed alone. Its payments are the same bits as in the batch.
broken = int(np.flatnonzero(losses["B"] > 0)[0])
alone = replay(deal, pool, broken)
print(f"scenario {broken}: default rate {cdr[broken, 0]:.2%}, recovery rate {recovery[broken, 0]:.0%}")
print("bit for bit:", bool((alone.paid("B.principal")[0] == ledger.paid("B.principal")[broken]).all()))
alone.trace("2028-03-28")[["line", "verb", "from", "target", "available", "due", "paid", "short"]]
