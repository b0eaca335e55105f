"""
Ten thousand fates of one deal
==============================

A risk analyst asks what the notes lose on average, how that depends on whether firms fail together, and what the
worst case looks like. A single stress cannot say how often. This page simulates which firms fail and when, sends
every path through the same waterfall, gives each mean with its standard error, and takes the worst path out to be
audited alone.

The deal is ``examples/deals/reserve_and_triggers.yaml``. Default probability, recovery and the way firms fail together
are assumptions of this page.
"""

# %%
# The pool
# --------
#
# Twenty firms, 5 million each, 4.5 %, repaid in twelve equal quarters.
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtri

from ipabs import Deal, Party, PledgedLoan, Pool, Timeline, Vectors, project, run_waterfall, spec
from ipabs.basics.streams import normals
from ipabs.pool import DefaultList
from ipabs.readings import tranche
from ipabs.readings.folds import Life, Loss, Paid
from ipabs.simulation import Block, replay, simulate

deal = spec.load(Deal, Path("examples/deals/reserve_and_triggers.yaml").read_text(encoding="utf-8"))
timeline = deal.timeline()
firms = tuple(f"Firm {n:02d}" for n in range(1, 21))
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
# Where the paths come from
# -------------------------
#
# A source makes the paths ``lo … hi``, the same whatever block asks for them. Here each firm has a latent number: one
# part is common to all (the state of the district), one is its own. It fails in the first period whose threshold the
# number does not exceed: a one-factor Gaussian model (Vasicek 1987). Draws depend on seed, firm and path number
# alone, so neither the block size nor the number of workers changes a bit.


@dataclass(frozen=True, slots=True)
class OneFactor:
    """Firms that fail with a hazard of five per cent a year and one common factor."""

    pool: Pool
    timeline: Timeline
    correlation: float
    seed: int = 20240328

    def block(self, lo: int, hi: int) -> Block:
        """The paths from `lo` up to, not including, `hi`."""
        quarters = np.arange(1, self.timeline.periods + 1)
        thresholds = ndtri(1 - 0.95 ** (quarters / 4))
        common = normals(self.seed, "factor", "district", lo, hi)
        hits = []
        for place, firm in enumerate(self.pool.parties):
            own = normals(self.seed, "own", firm.id, lo, hi)
            latent = self.correlation**0.5 * common + (1 - self.correlation) ** 0.5 * own
            period = np.searchsorted(thresholds, latent)
            failed = np.flatnonzero(period < len(quarters))
            hits.append((failed, np.full(len(failed), place), period[failed]))
        path, party, period = (np.concatenate(column) for column in zip(*hits, strict=True))
        fates = DefaultList(tuple(one.id for one in self.pool.parties), hi - lo, path, party, period)
        return Block(project(self.pool, self.timeline, Vectors(severity=0.75, recovery_lag=18), fates=fates))


# %%
# The means, each with its error
# ------------------------------
#
# Each firm fails with the same probability in both runs, so the pool loses the same on average; only the dependence
# differs. Both notes lose more when firms fail together, and the senior note only then. The subordinated income rises
# too: there are more paths on which nobody fails.
readings = [Loss("A"), Loss("B"), Life("A"), Paid("sub.income")]
for correlation in (0.0, 0.3):
    estimates = simulate(deal, OneFactor(pool, timeline, correlation), readings, paths=10_000)
    print(f"correlation {correlation:.0%}")
    for estimate in estimates:
        print("   ", estimate)

# %%
# The same run on four threads gives the same bits: the digest says so.
source = OneFactor(pool, timeline, 0.3)
with ThreadPoolExecutor(4) as executor:
    shared = simulate(deal, source, readings, paths=10_000, executor=executor)
print("same digest:", shared.digest == estimates.digest)

# %%
# One block in full
# -----------------
#
# For the distribution one block is kept whole: 8,192 paths, every payment of each.
block = source.block(0, 8192)
ledger = run_waterfall(deal, block.collections)
losses = {name: tranche.loss_at_final(ledger, name) / 1e6 for name in ("A", "B")}
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
pool_loss = (block.collections.defaulted - block.collections.recovery).sum(axis=1) / 1e6
left.hist(pool_loss, bins=40, color="#9FD0EE", edgecolor="#0072B2")
left.set_title("loss of the pool, million yuan")
left.set_ylabel("paths")
for name, color in (("A", "#0072B2"), ("B", "#D55E00")):
    ordered = np.sort(losses[name])
    right.plot(ordered, 100 * (1 - np.arange(len(ordered)) / len(ordered)), color=color, label=f"note {name}")
right.set_yscale("log")
right.set_ylim(0.01, 100)
right.set_xlabel("loss, million yuan")
right.set_title("% of paths that lose at least this much")
right.legend(frameon=False)
figure.tight_layout()

# %%
# The worst path, alone
# ---------------------
#
# It is made again from its number, with its full trace and every check, and is the same bit for bit.
worst = int(np.argmax(losses["A"] + losses["B"]))
alone = replay(deal, source, worst)
print(f"path {worst}: A loses {losses['A'][worst]:.2f} million, B loses {losses['B'][worst]:.2f} million")
print("bit for bit:", bool((alone.paid("A.principal")[0] == ledger.paid("A.principal")[worst]).all()))
turn = int(np.flatnonzero(alone.failed("losses")[0])[0])
alone.trace(turn)[["line", "verb", "from", "target", "available", "due", "paid", "short"]]
