"""What starting costs: `import ipabs` and `ipabs --help` against importing numpy and pandas, in one run.

Each statement runs in a fresh interpreter, the statements in turn; the median CPU time of the runs counts.

    python benchmarks/bench_import.py
"""

import statistics
import subprocess
import sys

STATEMENTS = {
    "python alone": "pass",
    "import ipabs": "import ipabs",
    "ipabs --help": "import sys; sys.argv = ['ipabs', '--help']\nfrom ipabs.cli import main\nmain()",
    "import numpy, pandas": "import numpy, pandas",
    "import scipy.stats": "import scipy.stats",
}
RUNS = 7
TIMED = """
import io, sys, time
start = time.process_time()
before, sys.stdout = sys.stdout, io.StringIO()
try:
    exec({code!r})
except SystemExit:
    pass
sys.stdout = before
heavy = {{'numpy', 'pandas', 'scipy', 'matplotlib', 'jinja2', 'xlsxwriter', 'ruamel', 'holidays'}}
print(time.process_time() - start, *sorted({{name.split('.')[0] for name in sys.modules}} & heavy))
"""


def once(code: str) -> tuple[float, str]:
    """CPU seconds of one fresh interpreter, and the heavy packages it loaded."""
    done = subprocess.run([sys.executable, "-c", TIMED.format(code=code)], capture_output=True, text=True, check=True)
    seconds, _, loaded = done.stdout.strip().partition(" ")
    return float(seconds), loaded


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    loaded = {}
    for _ in range(RUNS):
        for name, code in STATEMENTS.items():
            seconds, loaded[name] = once(code)
            times[name].append(seconds)
    base = statistics.median(times["import numpy, pandas"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        share = f"{median / base:6.2f} of numpy and pandas"
        print(f"{name:22} {median * 1000:7.1f} ms  {share}  loads: {loaded[name] or 'none of the heavy packages'}")


if __name__ == "__main__":
    main()
