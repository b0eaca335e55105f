"""Runs generated deals and wrong input under `coverage`: which lines and branches of the engine does none of them take?

Started as its own program, ``python -m tests.engine.exercise 150``, so that the engine is imported under `coverage`.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coverage
import numpy as np

if TYPE_CHECKING:
    from ipabs.engine import Ledger
    from ipabs.testing.strategies import Run

TOO_FINE = 0.0123456789012345  # a rate whose fraction needs more than 50 bits


def exercise(deals: int) -> int:
    """Every generated deal on every kind of number and every series of its ledger; how many mistakes were refused."""
    from ipabs.testing.strategies import runs
    from tests.numbered import numbered

    refused = 0
    for number in range(deals):
        run = numbered(runs(paths=2), number)
        ledgers = every_kind(run)
        read(ledgers[0])
        refused += sum(is_refused(attempt) for attempt in mistakes(run, ledgers[0]))
    return refused


def every_kind(run: "Run") -> "list[Ledger]":
    """Two paths together, each alone, in Fractions, replayed, recorded and played, and at a rate of too many digits."""
    from ipabs.engine import replay, run_waterfall
    from ipabs.engine.feed import observed
    from ipabs.engine.resolve import resolve
    from tests.engine.recordings import DECIDING, cannot_be_recorded, plays_as_run

    together = run_waterfall(run.deal, run.collections, **run.given)
    ledgers = [together, run_waterfall(run.deal, run.collections, exact=True, **run.given)]
    ledgers += [replay(run.deal, run.collections, path, **run.given) for path in range(together.paths)]
    given = dict(run.observables)
    program = resolve(run.deal, run.indices, watched=given)
    series = observed(program, given, program.timeline)
    if not all(plays_as_run(program, [run.collections, run.collections], series)):
        raise SystemExit("a recording plays other figures than a run")
    if not all(cannot_be_recorded(program, decide) for decide in DECIDING):
        raise SystemExit("a run that looks at the numbers of a block was recorded")
    fine = replace(run.deal, fees=tuple(replace(fee, rate=fee.rate and TOO_FINE) for fee in run.deal.fees))
    return [*ledgers, run_waterfall(fine, run.collections, **run.given)]


def read(ledger: "Ledger") -> None:
    """Every series and the trace of every date."""
    for claim in ledger.claims:
        for series in (ledger.paid, ledger.owed, ledger.accruals, ledger.removals, ledger.short, ledger.due_of):
            series(claim)
    for tranche in ledger.deal.tranches:
        ledger.balance(tranche.name), ledger.opening_balance(tranche.name)
    for names, series in ((ledger.accounts, ledger.held), (ledger.supports, ledger.called)):
        for name in names:
            series(name)
    for test in ledger.deal.tests:
        ledger.failed(test.name)
    for at, day in enumerate(ledger.timeline.payments):
        ledger.trace(at), ledger.trace(day), ledger.trace(ledger.timeline.accrual_ends[at].isoformat(), path=1)
    list(ledger.dates()), repr(ledger), ledger._repr_html_(), ledger.nothing, ledger.is_called()


def is_refused(attempt: Callable[[], object]) -> bool:
    """Whether it ends with an error of this package, not with any other and not well."""
    from ipabs.errors import IpabsError

    try:
        attempt()
    except IpabsError:
        return True
    return False


def mistakes(run: "Run", ledger: "Ledger") -> Iterator[Callable[[], object]]:
    """Wrong input of every kind that can be wrong with this deal."""
    from ipabs.basics.index_history import IndexHistory
    from ipabs.cashflow.collections import Collections
    from ipabs.engine import replay, run_waterfall
    from ipabs.engine.checks import ensure
    from ipabs.structure.tranche import Coupon
    from ipabs.testing import variants

    deal, pool, given = run.deal, run.collections, dict(run.observables)

    def attempt(**changed: Any) -> Callable[[], object]:
        terms: dict[str, Any] = {"indices": run.indices, "observables": given} | changed
        return lambda: run_waterfall(terms.pop("deal", deal), terms.pop("collections", pool), **terms)

    yield attempt(memory=1)
    yield attempt(observables={**given, "nobody": [1.0]})
    yield attempt(collections=Collections(variants.shifted(deal).timeline(), opening=1.0))
    line = pool.timeline
    late = replace(line, payments=(*line.payments[:-1], line.payments[-1].replace(year=2090)))
    yield attempt(collections=Collections(late, opening=1.0))
    if line.periods > 1:
        shorter = {field: getattr(line, field)[:-1] for field in ("collection_ends", "accrual_ends", "payments")}
        yield attempt(collections=Collections(replace(line, **shorter), opening=1.0))
    for name in given:
        yield attempt(observables={name: np.ones((3, line.periods))})
        yield attempt(observables={other: series for other, series in given.items() if other != name})
    if run.indices:
        yield attempt(indices=())
    floating = Coupon(index="below 0", margin=-1.0)
    below = tuple(one if one.coupon is None else replace(one, coupon=floating) for one in deal.tranches)
    if below != deal.tranches:
        index = IndexHistory(name="below 0", dates=(date(1990, 1, 1),), rates=(0.0,), known_until=date(2090, 1, 1))
        yield attempt(deal=replace(deal, tranches=below), indices=(index,))
    yield lambda: ensure(replace(ledger, closing_held=ledger.closing_held + 1e9))
    yield lambda: replay(deal, pool, pool.paths)
    yield lambda: ledger.paid("nobody")
    yield lambda: ledger.failed("nobody")
    for day in ("1999-01-01", 99):
        yield lambda day=day: ledger.period(day)  # type: ignore[misc]  # bound at once


def measured(deals: int) -> dict[str, Any]:
    """How many mistakes were refused, and by module the lines and branches of the engine that were not taken."""
    measure = coverage.Coverage(branch=True, include=["*/ipabs/engine/*"], data_file=None, config_file=False)
    measure.start()
    refused = exercise(deals)
    measure.stop()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measure.json_report(outfile=str(report))
        files = json.loads(report.read_text())["files"]
    untaken = {}
    for name, one in files.items():
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        missing = [f"{line}: {lines[line - 1].strip()}" for line in one["missing_lines"]]
        missing += [
            f"{start} -> {end}: {lines[start - 1].strip()}"
            for start, end in one["missing_branches"]
            if end not in one["missing_lines"] and start not in one["missing_lines"]
        ]
        if missing:
            untaken[Path(name).name] = missing
    return {"refused": refused, "untaken": untaken}


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1])), indent=1))
