"""Relations that every run of every deal keeps, as functions that return findings: none means that the relation holds.

Invariants are read off one run; the other relations run a variant of the deal beside it and compare. Amounts may differ
by 1e-9 of the largest amount of the run, or not at all where the deal is rounded.

The list follows Chen, Cheung and Yiu, *Metamorphic testing: a new approach for generating next test cases*
(HKUST-CS98-01, 1998): where the right answer is not known, a change of the input with a known effect on it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import ROW, Collections
from ipabs.engine import Ledger, replay
from ipabs.errors import Finding
from ipabs.structure.deal import Deal
from ipabs.structure.names import names_of
from ipabs.structure.references import references
from ipabs.structure.waterfall import WriteDown, placed_lines
from ipabs.testing import variants
from ipabs.testing.invariants import INVARIANTS
from ipabs.testing.trial import Relation, Trial, broken

AGGREGATES = {"notes_balance", "overcollateralization", "interest_coverage", "debt_service_coverage"}


def check_deal(
    deal: Deal,
    collections: Collections,
    *,
    indices: Iterable[IndexHistory] = (),
    observables: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
) -> tuple[Finding, ...]:
    """Every relation on one deal and its collections; an empty tuple says that all hold.

    >>> from ipabs import spec
    >>> from ipabs.structure.samples import DEMO
    >>> deal = spec.load(Deal, DEMO)
    >>> pool = Collections(deal.timeline(), interest=900_000, principal=4_000_000, opening=98_500_000)
    >>> check_deal(deal, pool)
    ()
    """
    trial = Trial(deal, collections, tuple(indices), dict(observables))
    return tuple(found for relation in RELATIONS for found in relation(trial))


def same(
    name: str, first: Ledger, second: Ledger, slack: float, *, but: tuple[str, ...] = (), times: int = 1
) -> Iterator[Finding]:
    """Every claim of the first ledger is paid and owed the same in the second, `times` over."""
    for claim in (one for one in first.claims if one not in but):
        yield from broken(name, claim, times * first.paid(claim), second.paid(claim), slack * times)
        yield from broken(name, f"{claim}, owed", times * first.owed(claim), second.owed(claim), slack * times)


def scaling(trial: Trial) -> Iterator[Finding]:
    """Three times the money, three times every flow."""
    pool = trial.collections
    larger = Collections.from_block(pool.timeline, 3 * pool.block, 3 * pool.opening, 3 * pool.opening_delinquent)
    names = {one.name for one in trial.deal.observables}
    if names & {one.got for one in references(trial.deal) if one.amount}:
        return  # an observable that is money would have to be scaled as well
    ledger = trial.run(variants.scaled(trial.deal, 3), larger)
    yield from same("money times 3 is flows times 3", trial.ledger, ledger, trial.slack, times=3)


def shifting(trial: Trial) -> Iterator[Finding]:
    """All dates 28 years later, where no published calendar or index stands in the way: the same amounts."""
    deal = trial.deal
    if deal.dates.payment.calendar not in ("every_day", "weekends") or trial.indices:
        return
    later = variants.shifted(deal)
    pool = trial.collections
    moved = Collections.from_block(later.timeline(), pool.block, pool.opening, pool.opening_delinquent)
    yield from same("dates 28 years later change nothing", trial.ledger, trial.run(later, moved), 0.0)


def additions(trial: Trial) -> Iterator[Finding]:
    """A tranche of size 0, a reserve of 0 and a support of limit 0 change nothing."""
    deal, ledger = trial.deal, trial.ledger
    claims = tuple(one for one in names_of(deal).claims if not one.endswith(".reimbursement"))
    yield from same("a tranche of size 0 is no tranche", ledger, trial.run(variants.with_empty_tranche(deal)), 0.0)
    yield from same("a reserve of 0 is no reserve", ledger, trial.run(variants.with_empty_reserve(deal)), 0.0)
    if claims:
        helped = variants.with_support(deal, claims, limit=0.0)
        yield from same("a support of limit 0 is no support", ledger, trial.run(helped), 0.0)


def unlimited_support(trial: Trial) -> Iterator[Finding]:
    """With a supporter without a limit, interest that it covers is never left unpaid."""
    covered = tuple(f"{one.name}.interest" for one in trial.deal.tranches if one.coupon)
    if covered:
        ledger = trial.run(variants.with_support(trial.deal, covered, limit=None))
        for claim in covered:
            owed = ledger.owed(claim)
            yield from broken("unlimited support leaves nothing unpaid", claim, np.zeros_like(owed), owed, trial.slack)


def junior_changes_nothing_above(trial: Trial) -> Iterator[Finding]:
    """A class whose every claim ranks last takes from the residual alone."""
    read = measures_read(trial.deal)
    if AGGREGATES & read:
        return  # the deal measures all its notes together, and a junior is one of them
    last_class = [one for one in trial.deal.tranches if one.residual]
    residual = {one.name for one in last_class}
    if any(name.split(".")[0] in residual for name in read) or any(
        one.coupon or one.amortization for one in last_class
    ):
        return  # what the residual left is measured, or bears claims that rank above the junior
    if any(residual & {*line.target} for line in write_downs(trial.deal)):
        return  # a loss falls on what the residual left, and then on the classes above it
    ledger = trial.run(variants.with_junior(trial.deal, 1000.0))
    last = tuple(one for one in trial.ledger.claims if one.endswith(".income") or one.split(".")[0] in residual)
    yield from same("a junior takes nothing from its seniors", trial.ledger, ledger, 0.0, but=last)


def write_downs(deal: Deal) -> Iterator[WriteDown]:
    """The lines that write balances down, of all phases."""
    for priority in deal.waterfall:
        yield from (one.line for one in placed_lines(priority.lines) if isinstance(one.line, WriteDown))


def measures_read(deal: Deal) -> set[str]:
    """The built-in measures that a deal reads in the end."""
    names = names_of(deal)
    stated = (one.got for one in references(deal) if one.noun == "measure")
    return {name for got in stated for name, _ in names.built_in_reads(got)}


def order_within_a_split(trial: Trial) -> Iterator[Finding]:
    """The order of the targets of a pro-rata line means nothing where amounts are not rounded."""
    if not trial.is_rounded:
        ledger = trial.run(variants.with_pro_rata_lines_reversed(trial.deal))
        yield from same("order within a pro-rata line", trial.ledger, ledger, trial.slack)


def paths_alone(trial: Trial) -> Iterator[Finding]:
    """Each path alone is its row among the others, bit for bit."""
    for path in range(trial.ledger.paths if trial.ledger.paths > 1 else 0):
        alone = replay(trial.deal, trial.collections, path, indices=trial.indices, observables=trial.observables)
        for claim in trial.ledger.claims:
            together = trial.ledger.paid(claim)[path : path + 1]
            yield from broken("a path alone is its row among the others", claim, together, alone.paid(claim), 0.0)


def restarting(trial: Trial) -> Iterator[Finding]:
    """Stopped after the first date and continued from the state it left, the deal pays the same."""
    deal, pool, periods = trial.deal, trial.collections, trial.collections.timeline.periods
    if periods < 2 or not variants.can_restart(deal):
        return
    start = deal.state
    later = variants.restarted(
        deal,
        trial.ledger,
        0,
        pool_original=start.pool_original if start else float(pool.opening[0]),
        defaulted=(start.cumulative_defaulted if start else 0.0) + float(pool.defaulted[0, 0]),
    )
    block = pool.block[:, 1:, :1].copy()
    opening = pool.block[ROW["performing"], 0, :1].copy()
    late = pool.block[ROW["delinquent"], 0, :1].copy()
    rest = Collections.from_block(later.timeline(), block, opening, late)
    observables = {name: np.atleast_2d(np.asarray(series))[:1, 1:] for name, series in trial.observables.items()}
    ledger = trial.run(later, rest, observables)
    for claim in trial.ledger.claims:
        whole = trial.ledger.paid(claim)[:1, 1:]
        yield from broken("a restart is the uninterrupted run", claim, whole, ledger.paid(claim), trial.slack)


RELATIONS: tuple[Relation, ...] = (
    *INVARIANTS,
    scaling,
    shifting,
    additions,
    unlimited_support,
    junior_changes_nothing_above,
    order_within_a_split,
    paths_alone,
    restarting,
)
