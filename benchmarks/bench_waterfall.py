"""The waterfall against what people write by hand: a notebook loop, plain Python, C.

Run ``python benchmarks/bench_waterfall.py``. Every ratio has both sides in one run, by CPU time, best of several. All
sides compute the same deal and must agree before anything is timed.
"""

import ctypes
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ipabs import spec
from ipabs._typing import FloatArray
from ipabs.basics.curve import Curve
from ipabs.cashflow.collections import ROWS, Collections
from ipabs.engine import Program, resolve, run_waterfall
from ipabs.engine.feed import feed
from ipabs.engine.run import payment_dates
from ipabs.engine.waterfall import run_program
from ipabs.readings.folds import Fold, Loss, Value
from ipabs.simulation import UNIT, Block, simulate
from ipabs.simulation.figures import figures
from ipabs.structure.deal import Deal

DEAL = """
ipabs: 1
name: Three classes and a reserve
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-02-29
  closing: 2024-03-28
  payment: {first: FIRST, frequency: FREQUENCY, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: END
  legal_final: END
tranches:
  A: {principal: 70000000, coupon: 5%, TERMS}
  B: {principal: 18000000, coupon: 8%, TERMS}
  C: {principal: 12000000, coupon: 12%, TERMS}
  sub: {principal: 3000000, residual: true}
fees:
  trustee: {amount: 20000, rate: 0.1%, on: pool_opening, over: collection_period, day_count: ACT/365F}
  servicer: {rate: 0.5%, on: pool_opening, over: collection_period, day_count: ACT/365F}
accounts:
  reserve: {target: {percent: 3%, of: [A.balance, B.balance], floor: 1000000}, until: [A, B], sweep_to: collections}
closing:
  sources: {A: 100%, B: 100%, C: 100%, sub: 100%}
  uses: {assets: 100000000, accounts: {reserve: 3000000}}
rounding: ROUNDING
PHASES
waterfall:
  normal:
    - {transfer: {from: reserve, to: collections}}
    - pay: trustee
    - pay: servicer
    - pay: A.interest
    - pay: B.interest
    - top_up: reserve
    - pay: A.principal
    - pay: B.principal
    - pay: C.interest
    - pay: C.principal
    - release: reserve
    - residual: sub
"""
TERMS = "day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry, amortization: pass_through"
PHASES = """
tests: {losses: {measure: cumulative_default_ratio, maximum: 3%}}
phases: {accelerated: {enter_if_failing: [losses]}}
"""
ACCELERATED = """  accelerated:
    - {transfer: {from: reserve, to: collections}}
    - pay: trustee
    - pay: A.interest
    - pay: A.principal
    - pay: servicer
    - pay: B.interest
    - pay: B.principal
    - pay: C.interest
    - pay: C.principal
    - release: reserve
    - residual: sub
"""
CURVE = Curve.flat(0.03, date(2024, 3, 28))
READINGS: tuple[Fold, ...] = (*(Value(name, CURVE) for name in ("A", "B", "C", "sub")), *map(Loss, ("A", "B", "C")))

C_SOURCE = """
#define LO(a, b) ((a) < (b) ? (a) : (b))
#define HI(a, b) ((a) > (b) ? (a) : (b))
#define PAY(due) paid = LO(cash, due); cash -= paid; due -= paid
void run(int T, long n, const double *x, const double *acc, const double *col, const double *df, double *out) {
  for (long p = 0; p < n; p++) {
    double A = 7e7, B = 1.8e7, C = 1.2e7, S = 3e6, R = 3e6, cash = 0, trustee = 0, servicer = 0, ia = 0, ib = 0, ic = 0;
    double pool = 1e8, va = 0, vb = 0, vc = 0, vs = 0, paid, fa, fb, fc;
    for (int t = 0; t < T; t++) {
      const double *row = x + (long)t * 4 * n + p;
      cash += row[0] + row[n] + row[2 * n];
      trustee += 0.001 * col[t] * pool + 20000.0; servicer += 0.005 * col[t] * pool;
      ia += 0.05 * acc[t] * A; ib += 0.08 * acc[t] * B; ic += 0.12 * acc[t] * C;
      pool = row[3 * n];
      cash += R; R = 0;
      PAY(trustee); PAY(servicer);
      PAY(ia); fa = paid; PAY(ib); fb = paid;
      double target = t == T - 1 || A + B <= 0 ? 0 : HI(0.03 * (A + B), 1e6);
      paid = LO(cash, HI(target - R, 0)); cash -= paid; R += paid;
      PAY(A); fa += paid; PAY(B); fb += paid;
      PAY(ic); fc = paid; PAY(C); fc += paid;
      target = t == T - 1 || A + B <= 0 ? 0 : HI(0.03 * (A + B), 1e6);
      double excess = HI(R - target, 0); R -= excess; cash += excess;
      double fs = cash; S -= LO(cash, S); cash = 0;
      va += fa * df[t]; vb += fb * df[t]; vc += fc * df[t]; vs += fs * df[t];
    }
    out[p] = va; out[n + p] = vb; out[2 * n + p] = vc; out[3 * n + p] = vs;
    out[4 * n + p] = A; out[5 * n + p] = B; out[6 * n + p] = C;
  }
}
"""


def deal(
    frequency: str = "quarterly", *, end: str = "2029-03-28", rounding: str = "none", phases: bool = False
) -> Deal:
    first = "2024-06-28" if frequency == "quarterly" else "2024-04-28"
    words = {"FREQUENCY": frequency, "END": end, "ROUNDING": rounding, "TERMS": TERMS, "FIRST": first}
    text = DEAL.replace("PHASES", PHASES if phases else "") + (ACCELERATED if phases else "")
    for word, value in words.items():
        text = text.replace(word, value)
    return spec.load(Deal, text)


@dataclass(frozen=True)
class Defaults:
    """A pool that loses up to a tenth of its balance now and then, recoveries of 40 % two periods later."""

    deal: Deal

    def block(self, lo: int, hi: int) -> Block:
        timeline = self.deal.timeline()
        draw = np.random.Generator(np.random.Philox(key=lo))
        series, left = {name: np.zeros((timeline.periods, hi - lo)) for name in ROWS}, np.full(hi - lo, 1e8)
        for t in range(timeline.periods):
            lost = np.rint(left * (draw.random(hi - lo) < 0.08) * draw.uniform(0, 0.1, hi - lo))
            left = left - lost
            repaid = np.rint(left / (timeline.periods - t))
            series["interest"][t] = np.rint(left * 0.5 / timeline.periods)
            series["principal"][t], series["defaulted"][t] = repaid, lost
            if t + 2 < timeline.periods:
                series["recovery"][t + 2] = np.rint(0.4 * lost)
            left = series["performing"][t] = left - repaid
        return Block(
            Collections.from_block(
                timeline, np.stack([series[name] for name in ROWS]), np.full(hi - lo, 1e8), np.zeros(hi - lo)
            )
        )


def fractions(of: Deal) -> tuple[list[float], list[float], list[float]]:
    """Year fractions of accrual and collection, discount factors."""
    timeline = of.timeline()
    accrual = [float(part) for part in timeline.accrual_fractions("ACT/365F")]
    collection = [float(part) for part in timeline.collection_fractions("ACT/365F")]
    return accrual, collection, CURVE.discount(timeline.payments).tolist()


def plain_python(
    flows: list[list[float]], accrual: list[float], collection: list[float], discount: list[float]
) -> list[float]:
    """One path as an analyst writes it: (interest, principal, recovery, closing pool) by period."""
    a, b, c, s, reserve, cash, pool = 7e7, 1.8e7, 1.2e7, 3e6, 3e6, 0.0, 1e8
    trustee = servicer = ia = ib = ic = va = vb = vc = vs = 0.0
    last = len(flows) - 1
    for t, (interest, principal, recovery, closing) in enumerate(flows):
        cash += interest + principal + recovery
        trustee += 0.001 * collection[t] * pool + 20000.0
        servicer += 0.005 * collection[t] * pool
        ia += 0.05 * accrual[t] * a
        ib += 0.08 * accrual[t] * b
        ic += 0.12 * accrual[t] * c
        pool = closing
        cash += reserve
        reserve = 0.0
        paid = min(cash, trustee)
        cash -= paid
        trustee -= paid
        paid = min(cash, servicer)
        cash -= paid
        servicer -= paid
        fa = min(cash, ia)
        cash -= fa
        ia -= fa
        fb = min(cash, ib)
        cash -= fb
        ib -= fb
        target = max(0.03 * (a + b), 1e6) if t < last and a + b > 0 else 0.0
        paid = min(cash, max(target - reserve, 0.0))
        cash -= paid
        reserve += paid
        paid = min(cash, a)
        cash -= paid
        a -= paid
        fa += paid
        paid = min(cash, b)
        cash -= paid
        b -= paid
        fb += paid
        fc = min(cash, ic)
        cash -= fc
        ic -= fc
        paid = min(cash, c)
        cash -= paid
        c -= paid
        fc += paid
        target = max(0.03 * (a + b), 1e6) if t < last and a + b > 0 else 0.0
        excess = max(reserve - target, 0.0)
        reserve -= excess
        fs = cash + excess
        s -= min(fs, s)
        cash = 0.0
        va += fa * discount[t]
        vb += fb * discount[t]
        vc += fc * discount[t]
        vs += fs * discount[t]
    return [va, vb, vc, vs, a, b, c]


def notebook(flows: list[list[float]], accrual: list[float], collection: list[float]) -> pd.DataFrame:
    """The same deal as a notebook does it: one frame, a row a period, every cell by ``.loc``."""
    names = ["interest", "principal", "recovery", "pool"]
    df = pd.DataFrame(flows, columns=names)
    claims = {"trustee": 0.0, "servicer": 0.0, "ia": 0.0, "ib": 0.0, "a": 7e7, "b": 1.8e7, "ic": 0.0, "c": 1.2e7}
    for name in (*claims, *(f"{name}_paid" for name in claims), "reserve", "sub"):
        df[name] = 0.0
    for t in df.index:
        before = {name: start if t == 0 else df.loc[t - 1, name] for name, start in claims.items()}
        pool = 1e8 if t == 0 else df.loc[t - 1, "pool"]
        cash = df.loc[t, "interest"] + df.loc[t, "principal"] + df.loc[t, "recovery"]
        cash += 3e6 if t == 0 else df.loc[t - 1, "reserve"]
        df.loc[t, "trustee"] = before["trustee"] + 0.001 * collection[t] * pool + 20000.0
        df.loc[t, "servicer"] = before["servicer"] + 0.005 * collection[t] * pool
        for claim, rate, note in (("ia", 0.05, "a"), ("ib", 0.08, "b"), ("ic", 0.12, "c")):
            df.loc[t, claim] = before[claim] + rate * accrual[t] * before[note]
            df.loc[t, note] = before[note]
        for claim in claims:
            if claim == "a":
                target = max(0.03 * (df.loc[t, "a"] + df.loc[t, "b"]), 1e6) if t < df.index[-1] else 0.0
                df.loc[t, "reserve"] = min(cash, target)
                cash -= df.loc[t, "reserve"]
            df.loc[t, f"{claim}_paid"] = min(cash, df.loc[t, claim])
            df.loc[t, claim] = df.loc[t, claim] - df.loc[t, f"{claim}_paid"]
            cash -= df.loc[t, f"{claim}_paid"]
        notes = df.loc[t, "a"] + df.loc[t, "b"]
        target = max(0.03 * notes, 1e6) if t < df.index[-1] and notes > 0 else 0.0
        excess = max(df.loc[t, "reserve"] - target, 0.0)
        df.loc[t, "reserve"] = df.loc[t, "reserve"] - excess
        df.loc[t, "sub"] = cash + excess
    return df


Side: TypeAlias = tuple[Callable[[], object], int]  # what is timed, and how often a turn runs it


def in_turns(*sides: Side, rounds: int = 7) -> list[float]:
    """CPU seconds of the quickest run of each side; they take turns, so that a slower clock slows them alike."""
    quickest = [float("inf")] * len(sides)
    for _ in range(rounds):
        for at, (action, times) in enumerate(sides):
            for _ in range(times):
                start = time.process_time()
                action()
                quickest[at] = min(quickest[at], time.process_time() - start)
    return quickest


def best(action: Callable[[], object], times: int = 7) -> float:
    """CPU seconds of the quickest run."""
    return in_turns((action, times), rounds=1)[0]


def of_blocks(program: Program, collections: Collections) -> Callable[[], Sequence[Any]]:
    """Value and loss of every tranche of a block, as a run of many blocks computes them; made ready once a run."""
    names = feed(program, collections, {}, "array")(0)
    of_block = figures(program, READINGS, names, blocks=1000)
    return lambda: of_block(feed(program, collections, {}, "array"), collections.paths)


def in_c(folder: str) -> ctypes.CDLL | None:
    """The C reference, where there is a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = Path(folder, "run.c"), Path(folder, "run.so")
    source.write_text(C_SOURCE, encoding="utf-8")
    subprocess.run([compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def run_c(library: ctypes.CDLL, rows: FloatArray, of: Deal) -> FloatArray:
    periods, _, paths = rows.shape
    out = np.empty((7, paths))
    arrays = [np.array(each) for each in fractions(of)]
    pointers = [each.ctypes.data_as(ctypes.c_void_p) for each in (rows, *arrays, out)]
    library.run(ctypes.c_int(periods), ctypes.c_long(paths), *pointers)
    return out


def one_deal() -> None:
    one = deal("monthly", end="2034-03-28")
    program, pool = resolve(one), Defaults(one).block(0, 1).collections
    flows = [list(row) for row in zip(*(pool.series(name)[0].tolist() for name in FLOWS), strict=True)]
    accrual, collection, _ = fractions(one)
    frame, ledger = notebook(flows, accrual, collection), run_program(program, pool, {}, "float")
    assert np.allclose(frame["a"], ledger.balance("A")[0], rtol=1e-12, atol=1e-6)
    m = program.arithmetic("float")
    rows, whole, loop = in_turns(
        (lambda: list(payment_dates(program, feed(program, pool, {}, "float"), m)), 40),
        (lambda: run_program(program, pool, {}, "float"), 20),
        (lambda: notebook(flows, accrual, collection), 1),
    )
    print(f"one deal, {len(flows)} periods: rows {rows * 1e3:.2f} ms, ledger with checks {whole * 1e3:.2f} ms")
    print(
        f"  pandas .loc notebook {loop * 1e3:.0f} ms: {loop / rows:.0f}x rows, {loop / whole:.0f}x ledger with checks"
    )


FLOWS = ("interest", "principal", "recovery", "performing")


def monte_carlo() -> None:
    one = deal()
    pool, program = Defaults(one).block(0, UNIT).collections, resolve(one)
    rows = np.ascontiguousarray(np.stack([pool.series(name).T for name in FLOWS], axis=1))
    simulate(one, Defaults(one), READINGS, paths=2 * UNIT)  # as in a run, memory was used and freed before
    ours_of_blocks = of_blocks(program, pool)
    ours = np.array(ours_of_blocks())
    alone = [rows[:, :, path].tolist() for path in range(300)]
    parts = fractions(one)
    assert np.allclose([plain_python(path, *parts) for path in alone], ours[:, :300].T, rtol=1e-9, atol=1e-4)
    blocks, plain = in_turns((ours_of_blocks, 7), (lambda: [plain_python(path, *parts) for path in alone], 3))
    blocks, plain = blocks / UNIT, plain / len(alone)
    print(
        f"Monte Carlo, one list: {blocks * 1e9:.0f} ns a path; plain Python {plain * 1e6:.1f} us: {plain / blocks:.0f}x"
    )
    with tempfile.TemporaryDirectory() as folder:
        library = in_c(folder)
        if library is None:
            print("  no C compiler here")
        else:
            assert np.allclose(run_c(library, rows, one), ours, rtol=1e-9, atol=1e-4)
            took, c = in_turns((ours_of_blocks, 7), (lambda: run_c(library, rows, one), 7))
            print(f"  C -O3 {c / UNIT * 1e9:.0f} ns a path: ours takes {took / c:.2f}x of it")
    for label, other in (("two phases", deal(phases=True)), ("fen", deal(rounding="fen"))):
        changed = resolve(other)
        once, took = in_turns((ours_of_blocks, 7), (of_blocks(changed, pool), 7))
        print(f"  {label}: {took / UNIT * 1e9:.0f} ns a path, {took / once:.2f}x of one list without rounding")


def the_rest() -> None:
    one = deal()
    scenarios = Defaults(one).block(0, 1000).collections
    print(f"1,000 scenarios of 20 periods, full ledger: {best(lambda: run_waterfall(one, scenarios)) * 1e3:.0f} ms")
    program, path = resolve(one), scenarios.path(17)
    print(f"replay of one path, resolved: {best(lambda: run_program(program, path, {}, 'float')) * 1e3:.2f} ms")
    simulate(one, Defaults(one), READINGS, paths=2 * UNIT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    simulate(one, Defaults(one), READINGS, paths=16 * UNIT)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory growth from 2 to 16 units: {(after - before) / 1024:.1f} MiB")
    two_processes(one)


def two_processes(one: Deal) -> None:
    """Wall time, which other work on the machine distorts, and CPU time, which it does less; each the best of three."""

    def spent() -> tuple[float, float, float]:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter(), time.process_time(), children.ru_utime + children.ru_stime

    def run(executor: ProcessPoolExecutor | None = None) -> tuple[float, float, float]:
        """Wall time, CPU time of this process, and of its children."""
        before = spent()
        with executor or nullcontext():
            digests.add(simulate(one, Defaults(one), READINGS, paths=256 * UNIT, executor=executor).digest)
        wall, cpu, children = (now - then for now, then in zip(spent(), before, strict=True))
        return wall, cpu, children

    digests: set[str] = set()
    pairs = [(run(), run(ProcessPoolExecutor(2))) for _ in range(3)]
    wall, cpu = (min(alone[at] for alone, _ in pairs) for at in (0, 1))
    shared, busy = min(two[0] for _, two in pairs), min(two[1] + two[2] / 2 for _, two in pairs)
    print(f"2 processes against 1: {wall / shared:.2f}x by wall; digests equal: {len(digests) == 1}")
    print(f"  CPU: {cpu:.2f} s alone, {busy:.2f} s in each of two: {cpu / busy:.2f}x on two free cores")


if __name__ == "__main__":
    one_deal()
    monte_carlo()
    the_rest()
