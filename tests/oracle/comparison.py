"""Where a ledger and the oracle differ, date by date and name by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ipabs.engine import Ledger, run_waterfall
from ipabs.testing.strategies import Run
from tests.oracle.numbers import NEAR
from tests.oracle.waterfall import run as run_oracle

FLOAT_TOLERANCE = 1e-9  # relative to the largest amount of the run

Dates = list[dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One figure that differs."""

    date: int
    what: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"date {self.date} {self.what}: oracle {self.expected}, engine {self.got}"


def oracle(run: Run, path: int = 0) -> Dates:
    """The oracle's account of one path."""
    return run_oracle(run.deal, run.collections, path=path, **run.given)


def engine(run: Run, *, exact: bool = False) -> Ledger:
    """The engine's account."""
    return run_waterfall(run.deal, run.collections, exact=exact, **run.given)


def is_near_a_limit(dates: Dates) -> bool:
    """Whether a test was so near its limit that floats may fall on the other side."""
    return any(one["margin"] < NEAR for one in dates)


def size(dates: Dates) -> float:
    """The largest amount that moves or is held."""
    amounts = [value for one in dates for book in ("paid", "owed", "held", "entered") for value in one[book].values()]
    return max(1.0, *(abs(float(value)) for value in amounts))


def differences(
    ledger: Ledger, dates: Dates, *, path: int = 0, unit: float | None, exactly: bool
) -> Iterator[Difference]:
    """All figures in which the two differ: exactly, or beyond 1e-9 of the largest amount."""
    tolerance = 0.0 if exactly else FLOAT_TOLERANCE * size(dates)
    scale = Fraction(repr(float(unit))) if unit is not None else Fraction(1)

    def compare(t: int, what: str, expected: Fraction, got: Any) -> Iterator[Difference]:
        wanted = expected / scale
        differs = Fraction(got) != wanted if exactly else abs(float(wanted) - float(got)) > tolerance
        if differs:
            yield Difference(t, what, float(expected), float(Fraction(got) * scale))

    for t, one in enumerate(dates):
        phase = ledger.program.phases[int(ledger.phase[t, path])]
        if phase != one["phase"]:
            yield Difference(t, "phase", one["phase"], phase)
        tests = [test.name for test in ledger.deal.tests]
        for i, name in enumerate(tests):
            if bool(ledger.failing[i, t, path]) != one["failed"][name]:
                yield Difference(t, f"test {name}", one["failed"][name], bool(ledger.failing[i, t, path]))
        for i, claim in enumerate(ledger.claims):
            if claim not in one["owed"] and not claim.endswith((".income", ".principal")):
                yield Difference(t, f"claim {claim}", "none", "one")
            yield from compare(
                t, f"accrued {claim}", one["accrued"].get(claim, Fraction(0)), ledger.accrued[i, t, path]
            )
            yield from compare(
                t, f"removed {claim}", one["removed"].get(claim, Fraction(0)), ledger.removed[i, t, path]
            )
            yield from compare(t, f"paid {claim}", one["paid"].get(claim, Fraction(0)), ledger.settled[i, t, path])
            if claim in one["owed"]:
                yield from compare(t, f"owed {claim}", one["owed"][claim], ledger.closing_owed[i, t, path])
        for i, account in enumerate(ledger.accounts):
            yield from compare(t, f"held {account}", one["held"][account], ledger.closing_held[i, t, path])
        for i, support in enumerate(ledger.supports):
            yield from compare(
                t, f"called {support}", one["entered"].get(support, Fraction(0)), ledger.entered[i, t, path]
            )
        places = {
            (label.places[phase][0], label.target): at
            for at, label in enumerate(ledger.labels)
            if phase in label.places and label.verb in ("pay", "residual")
        }
        for at, label in enumerate(ledger.labels):
            if label.verb in ("transfer", "release", "sweep", "write_down", "capitalize"):
                yield from compare(t, f"due of a {label.verb}", Fraction(0), ledger.due[at, t, path])
        for row in one["rows"]:
            at = places[row["line"], row["target"]]
            for column in ("available", "due", "payable", "granted"):
                got = getattr(ledger, column)[at, t, path]
                yield from compare(t, f"line {row['line']} {column} of {row['target']}", row[column], got)
        missing = [name for name, value in one["paid"].items() if value and name not in ledger.claims]
        for name in missing:
            yield from compare(t, f"paid {name}", one["paid"][name], 0 * scale)
