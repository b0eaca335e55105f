"""10,000 series of 21 flows: vector `xirr` against a pyxirr loop, vector `irr` against a numpy-financial loop."""

import time
from collections.abc import Callable

import numpy as np
import numpy_financial as npf
import pyxirr

from ipabs.cashflow.irr import irr, xirr

SERIES, FLOWS = 10_000, 21
NPF_SERIES = 1_000  # numpy-financial is slow: timed on a tenth, stated for a series


def seconds(call: Callable[[], object], rounds: int = 5) -> float:
    """Best CPU time of `call`."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print both sides of each ratio."""
    rng = np.random.default_rng(1)
    amounts = rng.uniform(3.0, 8.0, (SERIES, FLOWS))
    amounts[:, 0] = -100.0
    shared = np.datetime64("2024-03-28") + np.arange(FLOWS) * 91
    own = shared + rng.integers(0, 20, (SERIES, FLOWS))
    own[:, 0] = shared[0]
    rows = amounts.tolist()
    for label, dates in (("shared dates", shared), ("own dates", own)):
        per_row = [shared.tolist()] * SERIES if dates.ndim == 1 else own.tolist()
        ours = seconds(lambda dates=dates: xirr(dates, amounts))
        theirs = seconds(lambda per_row=per_row: [pyxirr.xirr(d, a) for d, a in zip(per_row, rows, strict=True)])
        apart = np.abs(xirr(dates, amounts) - [pyxirr.xirr(d, a) for d, a in zip(per_row, rows, strict=True)]).max()
        print(
            f"xirr, {label}: ipabs {ours / SERIES * 1e6:.2f} us, pyxirr {theirs / SERIES * 1e6:.2f} us a series, "
            f"ratio {theirs / ours:.1f}x (goal 1.5x); largest difference {apart:.1e}"
        )
    ours = seconds(lambda: irr(amounts)) / SERIES
    theirs = seconds(lambda: [npf.irr(row) for row in amounts[:NPF_SERIES]], rounds=2) / NPF_SERIES
    print(
        f"irr, equal periods: ipabs {ours * 1e6:.2f} us, numpy-financial {theirs * 1e6:.2f} us a series, "
        f"ratio {theirs / ours:.0f}x (goal 50x)"
    )


if __name__ == "__main__":
    main()
