"""10,000 draws of 200 patents over 30 streams and 20 years: relief from royalty, against the formula in plain Python.

Drawn are the royalty rate, the discount rate, and each stream's level, decay and technical life, tied by two factors.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import CoverageMatrix, Protection, layers
from ipabs.valuation.distributions import Lognormal, Pert, Triangular
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.uncertainty import Loading, Uncertain, UncertainInput

DRAWS, PATENTS, STREAMS, YEARS = 10_000, 200, 30, 20
PLAIN_DRAWS = 20  # the plain loop is timed on these and stated for all
AS_OF = date(2024, 1, 1)


def task(draws: int) -> tuple[Uncertain, Portfolio]:
    """A portfolio in which each patent protects one to three streams."""
    draw = Random(1)
    rights, protections = [], []
    for n in range(PATENTS):
        filing = AS_OF - timedelta(days=draw.randrange(30, 7000))
        rights.append(Patent(number=f"p{n}", kind="invention", filing=filing, grant=filing + timedelta(days=20)))
        protections += [
            Protection(right=f"p{n}", stream=f"s{m}", share=draw.uniform(0.2, 1.0))
            for m in draw.sample(range(STREAMS), draw.randrange(1, 4))
        ]
    streams = tuple(
        RevenueStream(name=f"s{m}", revenues=(draw.uniform(1e6, 1e8),) * 3, growth_rate=0.03) for m in range(STREAMS)
    )
    method = ReliefFromRoyalty(
        streams=streams,
        royalty_rate=0.05,
        tax_rate=0.15,
        discount_rate=0.14,
        coverage=CoverageMatrix(protections=tuple(protections)),
        timing="mid",
    )
    demand, rates = (Loading(factor="demand", loading=0.5),), (Loading(factor="rates", loading=0.8),)
    inputs = [
        UncertainInput(name="royalty_rate", range=Triangular(least=0.02, likely=0.045, most=0.09)),
        UncertainInput(name="discount_rate", range=Pert(least=0.10, likely=0.14, most=0.22), loadings=rates),
    ]
    for m in range(STREAMS):
        inputs += [
            UncertainInput(name=f"streams.s{m}.level", range=Lognormal(median=1, log_deviation=0.3), loadings=demand),
            UncertainInput(name=f"streams.s{m}.decay_rate", range=Triangular(least=0.02, likely=0.1, most=0.3)),
            UncertainInput(name=f"streams.s{m}.technical_life_years", range=Triangular(least=4, likely=9, most=20)),
        ]
    return Uncertain(method=method, inputs=tuple(inputs), draws=draws, seed=7), Portfolio(rights=tuple(rights))


def plain(uncertain: Uncertain, portfolio: Portfolio, draws: int) -> list[float]:
    """The same values, one draw, stream, year and right at a time."""
    method: ReliefFromRoyalty = uncertain.method  # type: ignore[assignment]  # as made by `task`
    drawn = {name: values.tolist() for name, values in uncertain.drawn_inputs().items()}
    over = {one.name: layers(method.coverage, portfolio, one.name, as_of=AS_OF) for one in method.streams}
    values = []
    for d in range(draws):
        value = 0.0
        rate = drawn["discount_rate"][d]
        for stream in method.streams:
            level, decay, life = (
                drawn[f"streams.{stream.name}.{name}"][d] for name in ("level", "decay_rate", "technical_life_years")
            )
            revenue = stream.revenues[0]
            for year in range(YEARS):
                if year >= len(stream.revenues):
                    revenue *= 1.03
                protected, uncovered = 0.0, 1.0
                for layer in over[stream.name]:
                    alive = min(max(min(layer.legal_life_years, life) - year, 0.0), 1.0)
                    protected += uncovered * layer.share * alive
                    uncovered *= 1 - layer.share
                value += level * revenue * (1 - decay) ** year * protected / (1 + rate) ** (year + 0.5)
        values.append(value * drawn["royalty_rate"][d] * 0.85)
    return values


def seconds(call: Callable[[], object], rounds: int) -> float:
    """Best CPU time of `call`."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print both sides of the ratio, the memory, and how far the two differ."""
    uncertain, portfolio = task(DRAWS)
    drawing = seconds(uncertain.drawn_inputs, 3)
    ours = seconds(lambda: uncertain.value(portfolio, as_of=AS_OF), 3)
    tracemalloc.start()
    result = uncertain.value(portfolio, as_of=AS_OF)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    few, _ = task(PLAIN_DRAWS)
    theirs = seconds(lambda: plain(few, portfolio, PLAIN_DRAWS), 1) * DRAWS / PLAIN_DRAWS
    values = plain(few, portfolio, PLAIN_DRAWS)
    apart = max(abs(a / b - 1) for a, b in zip(values, result.value[:PLAIN_DRAWS], strict=True))  # type: ignore[index]
    print(
        f"{DRAWS:,} draws x {PATENTS} patents x {STREAMS} streams x {YEARS} years on Python {sys.version.split()[0]}: "
        f"ipabs {ours:.2f} s CPU (of it drawing {drawing:.2f} s), peak {peak:.0f} MiB (goals 1 s, 200 MiB); "
        f"plain Python {theirs:.0f} s, ratio {theirs / ours:.0f}x; largest difference {apart:.1e}"
    )


if __name__ == "__main__":
    main()
