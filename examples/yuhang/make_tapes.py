"""Draw the illustrative firm and patent tapes of the Yuhang example.

No tape of the 25 firms is public. What is published fixes the frame: 25 firms, 243 million yuan together, the
industries the district names, a first exchange issue planned at 200 million with about 20 firms. Everything else is
drawn here with a fixed seed and labelled an assumption. Each firm has its own stream, so adding one changes no other.

Run ``python examples/yuhang/make_tapes.py`` to write ``firms.csv`` and ``patents.csv`` again, byte for byte.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import NormalDist

from ipabs.io.folder import Cell, csv_bytes

SEED = 20221220
START = date(2022, 12, 20)
UNIT = 500_000
SMALLEST, LARGEST = 3_000_000, 20_000_000
MEDIAN, SIGMA = 9_000_000, 0.45
COMMENT = "Illustration: the firms, contracts and patents are drawn at random by make_tapes.py; none of them is real"

INDUSTRIES = {  # name: (main IPC classes, how many firms); the first four are named in the news, the last is assumed
    "AI": (("G06N", "G06V", "G06T"), 7),
    "next-generation IT": (("G06F", "H04L", "H04W"), 7),
    "blockchain": (("G06Q", "H04L", "G06F"), 4),
    "new energy": (("H01M", "H02J", "H02S"), 4),
    "biomedicine": (("A61K", "C12N", "G16H"), 3),
}
STAGES = {  # name: (weight, one-year probability of default, bank rate over the small-business average)
    "start_up": (0.25, 0.030, 0.0050),
    "growth": (0.50, 0.020, 0.0000),
    "mature": (0.25, 0.012, -0.0040),
}
SMALL_BUSINESS_RATE = 0.0525  # average of new inclusive small-business loans in 2022 (derived from published figures)

FIRM_COLUMNS = (
    "firm", "industry", "ipc", "stage", "deal", "kind", "amount", "start", "maturity", "amortization", "contract_rate",
    "inventions", "utility_models", "appraised_value", "advance_rate", "default_probability", "guarantor", "revenue",
    "tax_rate", "comparator_rate", "comparator_fees", "comparator_status", "provenance",
)  # fmt: skip
PATENT_COLUMNS = (
    "number", "firm", "jurisdiction", "kind", "filing", "grant", "route", "ipc", "claims", "citations", "provenance",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One issue: its size and how its contracts are written."""

    deal: str
    total: int
    firms: int
    kind: str
    terms: tuple[tuple[int, str], ...]  # (years, amortization), dealt out in turn


PLANS = (
    Plan(deal="abs", total=200_000_000, firms=20, kind="pledged_loan", terms=((1, "bullet"), (2, "linear"))),
    Plan(deal="abn", total=43_000_000, firms=5, kind="licence_back", terms=((2, "level"),)),
)


def stream(*key: object) -> Random:
    """An independent stream for one purpose; text seeds and ``random()`` are stable across Python versions."""
    return Random("/".join(map(str, (SEED, *key))))


def normal(draw: Random) -> float:
    return NormalDist().inv_cdf((draw.random() * (2**53 - 1) + 0.5) / 2**53)


def amounts(plan: Plan) -> list[int]:
    """Lognormal sizes, clipped, scaled to the total within the clip, and rounded to half a million exactly."""
    drawn = [MEDIAN * math.exp(SIGMA * normal(stream(plan.deal, n, "amount"))) for n in range(plan.firms)]

    def scaled(factor: float) -> list[float]:
        return [min(max(factor * size, SMALLEST), LARGEST) for size in drawn]

    low, high = 0.0, LARGEST / min(drawn)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.fsum(scaled(middle)) < plan.total else (low, middle)
    return [UNIT * units for units in largest_remainder([size / UNIT for size in scaled(high)], plan.total // UNIT)]


def largest_remainder(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers near `shares` that add up to `total`; ties go to the first listed."""
    floors = [math.floor(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda n: (floors[n] - shares[n], n))
    for n in order[: total - sum(floors)]:
        floors[n] += 1
    return floors


def weighted(draw: Random, weights: dict[str, float]) -> str:
    point, reached = draw.random() * math.fsum(weights.values()), 0.0
    for name, weight in weights.items():
        reached += weight
        if point < reached:
            return name
    return next(reversed(weights))


def industries() -> list[str]:
    """One industry a firm, in an order shuffled by its own stream."""
    names = [name for name, (_, count) in INDUSTRIES.items() for _ in range(count)]
    draw = stream("industries")
    return [name for _, _, name in sorted((draw.random(), n, name) for n, name in enumerate(names))]


def firm_rows() -> Iterator[dict[str, Cell]]:
    """The firm tape, one contract a firm."""
    names, number = iter(industries()), 0
    for plan in PLANS:
        for place, amount in enumerate(amounts(plan)):
            number += 1
            years, amortization = plan.terms[place % len(plan.terms)]
            draw = stream("firm", number)
            industry = next(names)
            stage = weighted(draw, {name: weight for name, (weight, _, _) in STAGES.items()})
            _, default_rate, margin = STAGES[stage]
            rights = 2 + int(draw.random() * 9)
            inventions = max(1, round(rights * (0.4 + 0.5 * draw.random())))
            appraised = round(amount / (0.35 + 0.55 * draw.random()) / 100_000) * 100_000
            yield {
                "firm": f"Firm {number:02}",
                "industry": industry,
                "ipc": INDUSTRIES[industry][0][int(draw.random() * 3)],
                "stage": stage,
                "deal": plan.deal,
                "kind": plan.kind,
                "amount": amount,
                "start": START,
                "maturity": START.replace(year=START.year + years),
                "amortization": amortization,
                "contract_rate": "3.80%",
                "inventions": inventions,
                "utility_models": rights - inventions,
                "appraised_value": appraised,
                "advance_rate": round(amount / appraised, 4),
                "default_probability": round(default_rate * math.exp(0.3 * normal(draw)), 4),
                "guarantor": "district_guarantee",
                "revenue": round(amount * (4 + 11 * draw.random()) / 100_000) * 100_000,
                "tax_rate": "25%" if stage == "start_up" else "15%",
                "comparator_rate": f"{SMALL_BUSINESS_RATE + margin:.2%}",
                "comparator_fees": "1%",
                "comparator_status": "no_bank_access" if stage == "start_up" else "market_average",
                "provenance": provenance(industry),
            }


def provenance(industry: str) -> str:
    named = "industry assumed" if industry == "biomedicine" else "industry named in the news"
    return f"assumption: drawn by make_tapes.py (seed {SEED}); {named}"


def patent_rows(firms: Sequence[dict[str, Cell]]) -> Iterator[dict[str, Cell]]:
    """The patent tape: as many rights of each kind as the firm tape counts."""
    for number, firm in enumerate(firms, start=1):
        draw = stream("patents", number)
        kinds = ["invention"] * int(str(firm["inventions"])) + ["utility_model"] * int(str(firm["utility_models"]))
        for order, kind in enumerate(kinds, start=1):
            filing = date(2014, 1, 1) + timedelta(days=int(draw.random() * 365 * 7))
            fast = kind == "invention" and filing.year >= 2019 and draw.random() < 0.4
            months = 3 if fast else 16 if kind == "invention" else 8
            yield {
                "number": f"P{number:02}-{order:02}",
                "firm": firm["firm"],
                "jurisdiction": "CN",
                "kind": kind,
                "filing": filing,
                "grant": filing + timedelta(days=round(30.4375 * months * (0.8 + 0.4 * draw.random()))),
                "route": "fast_track" if fast else "ordinary",
                "ipc": firm["ipc"],
                "claims": 4 + int(draw.random() * 12),
                "citations": int(-math.log(1 - draw.random()) * (6 if kind == "invention" else 2)),
                "provenance": f"assumption: drawn by make_tapes.py (seed {SEED})",
            }


def tapes() -> dict[str, bytes]:
    """Both tapes as they stand in the files."""
    firms = list(firm_rows())
    return {
        "firms.csv": csv_bytes(FIRM_COLUMNS, [[row[c] for c in FIRM_COLUMNS] for row in firms], comment=COMMENT),
        "patents.csv": csv_bytes(
            PATENT_COLUMNS, [[row[c] for c in PATENT_COLUMNS] for row in patent_rows(firms)], comment=COMMENT
        ),
    }


def main(folder: Path) -> None:
    """Write both tapes into `folder`."""
    for name, contents in tapes().items():
        (folder / name).write_bytes(contents)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
