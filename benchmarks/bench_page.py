"""The report of the Yuhang case after the run, with its parts: goal under 3 s.

python benchmarks/bench_page.py
"""

import time
from pathlib import Path

import ipabs
from ipabs.report.page import page_bytes

CASE = Path(__file__).parents[1] / "examples" / "yuhang" / "case.yaml"
GOAL_SECONDS = 3.0


def timed(work: object) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator] # a callable without arguments
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Print the seconds of the run and of the report in each language, the first with the import of matplotlib."""
    results: list[ipabs.Result] = []
    wall, processor = timed(lambda: results.append(ipabs.run(ipabs.load_case(CASE))))
    print(f"run        {wall:6.2f} s wall {processor:6.2f} s processor")
    for lang in ("en", "zh"):
        wall, processor = timed(lambda lang=lang: page_bytes(results[0].page(lang)))
        print(f"report {lang}  {wall:6.2f} s wall {processor:6.2f} s processor, goal {GOAL_SECONDS} s")


if __name__ == "__main__":
    main()
