"""The report of the Yuhang case after the run (goal: under 3 s), and its drawings against matplotlib's own way.

The other side is `savefig` with a constrained layout, which measures every text four times and draws twice.

python benchmarks/bench_page.py
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import ipabs
from ipabs.case import charts
from ipabs.report.page import page_bytes
from ipabs.report.plots import style
from ipabs.report.svg import PAGE_SIZE, svg_of

CASE = Path(__file__).parents[1] / "examples" / "yuhang" / "case.yaml"
GOAL_SECONDS = 3.0
REPEATS = 3


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def saved(plot: Callable[..., object], *given: object, name: str, lang: str, **options: object) -> str:
    """A drawing as matplotlib saves it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=PAGE_SIZE, layout="constrained", label=style.BROWSER)
    plot(*given, ax=figure.add_subplot(), lang=lang, **options)
    stream = io.StringIO()
    figure.savefig(stream, format="svg")
    return stream.getvalue()


def drawings(result: ipabs.Result, draw: Callable[..., str]) -> tuple[float, int, int]:
    """Processor seconds spent on drawings alone, how many they are, their characters."""
    seconds, sizes = [0.0], []

    def measured(*given: object, **options: object) -> str:
        start = time.process_time()
        svg = draw(*given, **options)
        seconds.append(time.process_time() - start)
        sizes.append(len(svg))
        return svg

    with patch.object(charts, "svg_of", measured):
        result.page("en")
    return sum(seconds), len(sizes), sum(sizes)


def main() -> None:
    """Print the seconds of the run, of the report in each language, and of its drawings made in both ways."""
    results: list[ipabs.Result] = []
    wall, processor = timed(lambda: results.append(ipabs.run(ipabs.load_case(CASE))))
    print(f"run        {wall:6.2f} s wall {processor:6.2f} s processor")
    for lang in ("en", "zh"):
        wall, processor = timed(lambda lang=lang: page_bytes(results[0].page(lang)))
        print(f"report {lang}  {wall:6.2f} s wall {processor:6.2f} s processor, goal {GOAL_SECONDS} s")
    pairs = [(drawings(results[0], saved), drawings(results[0], svg_of)) for _ in range(REPEATS)]
    theirs, ours = (min(side) for side in zip(*pairs, strict=True))
    print(f"{ours[1]} drawings: savefig {theirs[0]:.2f} s, here {ours[0]:.2f} s, ratio {theirs[0] / ours[0]:.2f}; "
          f"{theirs[2] / 1e3:.0f} and {ours[2] / 1e3:.0f} thousand characters")  # fmt: skip


if __name__ == "__main__":
    main()
