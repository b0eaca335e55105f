"""How long the workbook takes beside the run whose ledger it shows, on a deal of 20 periods and on the Yuhang case.

Run: python benchmarks/bench_report.py
"""

from pathlib import Path
from time import perf_counter

import numpy as np

from ipabs import spec
from ipabs.case.load import load_case
from ipabs.case.run import run
from ipabs.cashflow.collections import Collections
from ipabs.engine import run_waterfall
from ipabs.report.workbook import workbook_bytes
from ipabs.structure.deal import Deal
from ipabs.structure.samples import DEMO

YUHANG = Path(__file__).parents[1] / "examples" / "yuhang" / "case.yaml"
REPEATS = 5


def best(call: object, repeats: int = REPEATS) -> float:
    """The shortest of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()  # type: ignore[operator]  # a function without arguments
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Print both sides of each ratio."""
    deal = spec.load(Deal, DEMO)
    periods = deal.timeline().periods
    principal = np.full(periods, 98.5e6 / periods)
    pool = Collections(deal.timeline(), interest=principal * 0.1, principal=principal, opening=98.5e6)
    ledger = run_waterfall(deal, pool)
    waterfall = best(lambda: run_waterfall(deal, pool))
    workbook = best(lambda: workbook_bytes([("demo", ledger)]))
    print(f"{periods} periods: run {waterfall:.4f} s, workbook {workbook:.3f} s, ratio {workbook / waterfall:.0f}")
    case = load_case(YUHANG)
    result = run(case)
    whole, book = best(lambda: run(case), 2), best(result.workbook, 2)
    print(f"Yuhang case: run {whole:.3f} s, workbook {book:.3f} s, ratio {book / whole:.2f}")


if __name__ == "__main__":
    main()
