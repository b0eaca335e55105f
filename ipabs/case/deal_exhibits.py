"""Exhibits on each deal: pool, tranches, payments, the trace of every date, checks."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ipabs.basics.index_history import IndexHistory
from ipabs.case.case import Case
from ipabs.cashflow.bond_math import weighted_average_life
from ipabs.cashflow.irr import xirr
from ipabs.engine.checks import checks
from ipabs.engine.ledger import Ledger
from ipabs.io.folder import Cell
from ipabs.pool.pool import Pool
from ipabs.readings.tables import payment_dates
from ipabs.report.exhibit import MONEY, Exhibit, Unit, columns
from ipabs.structure.tranche import Tranche

TRACE: dict[str, Unit] = {
    "line": "count",
    "verb": "name",
    "account": "text",
    "target": "text",
    "available": "money",
    "due": "money",
    "payable": "money",
    "paid": "money",
    "short": "money",
    "clause": "text",
}


def weighted(pool: Pool, column: str) -> float | None:
    """A column of the tape averaged by principal; None where the tape lacks it."""
    if column not in pool.details.columns or not pd.api.types.is_numeric_dtype(pool.details[column]):
        return None
    weights = np.array([contract.principal for contract in pool.obligations])
    values = pool.details[column].loc[list(pool.ids)].to_numpy(dtype=np.float64)
    return float(values @ weights / weights.sum())


def pool_life(pool: Pool, indices: Sequence[IndexHistory] = ()) -> float:
    """Average life of the contracts from their start, in years, weighted by principal."""
    lives = [
        float(weighted_average_life(contract.start, flows.dates, flows.principal)) * contract.principal
        for contract in pool.obligations
        for flows in (contract.contract_flows(indices),)
    ]
    return sum(lives) / pool.principal


def pools(case: Case) -> Exhibit:
    """What backs each deal."""

    def row(name: str, pool: Pool) -> tuple[Cell, ...]:
        by_firm: dict[str, float] = {}
        for contract in pool.obligations:
            by_firm[contract.obligor] = by_firm.get(contract.obligor, 0.0) + contract.principal
        rates = [getattr(contract, "contract_rate", None) or 0.0 for contract in pool.obligations]
        rate = sum(r * contract.principal for r, contract in zip(rates, pool.obligations, strict=True))
        rights = [pool.details[name].sum() for name in ("inventions", "utility_models") if name in pool.details]
        return (
            name,
            len(by_firm),
            len(pool),
            pool.principal,
            rate / pool.principal,
            pool_life(pool, case.indices),
            max(by_firm.values()) / pool.principal,
            weighted(pool, "advance_rate"),
            weighted(pool, "default_probability"),
            int(sum(rights)) if rights else None,
        )

    return Exhibit(
        name="pool",
        columns=columns(
            deal="text",
            firms="count",
            contracts="count",
            principal="money",
            contract_rate="rate",
            life_years="years",
            largest_share="rate",
            advance_rate="rate",
            default_probability="rate",
            patents="count",
        ),
        rows=tuple(row(name, pool) for name, pool in case.pools),
    )


def received(ledger: Ledger, tranche: Tranche) -> tuple[np.ndarray, np.ndarray]:
    """Interest or income, and principal, that a tranche receives on each date of path 0."""
    name = tranche.name
    incomes = [claim for claim in (f"{name}.interest", f"{name}.income") if claim in ledger.claims]
    income = sum((ledger.paid(claim)[0] for claim in incomes), np.zeros(ledger.timeline.periods))
    return income, ledger.paid(f"{name}.principal")[0]


def tranche_yield(ledger: Ledger, tranche: Tranche, flows: np.ndarray) -> float | None:
    """Effective annual yield at par from closing; None where nothing comes back."""
    days = np.array([ledger.timeline.closing, *ledger.timeline.payments], dtype="datetime64[D]")
    amounts = np.concatenate([[-tranche.principal], flows])
    return float(xirr(days, amounts)) if tranche.principal and flows.sum() > 0 else None


def tranches(ledgers: Sequence[tuple[str, Ledger]]) -> Exhibit:
    """Principal, coupon, life, yield and shortfall of every tranche."""

    def row(deal: str, ledger: Ledger, tranche: Tranche) -> tuple[Cell, ...]:
        income, principal = received(ledger, tranche)
        days = ledger.timeline.payments
        paying = np.flatnonzero(income + principal)
        life = float(weighted_average_life(ledger.timeline.closing, days, principal)) if principal.sum() else None
        claims = [
            claim for claim in (f"{tranche.name}.interest", f"{tranche.name}.principal") if claim in ledger.claims
        ]
        return (
            deal,
            tranche.name,
            tranche.principal,
            tranche.coupon.rate if tranche.coupon else None,
            tranche.rating,
            life,
            tranche_yield(ledger, tranche, income + principal),
            float(income.sum()),
            float(principal.sum()),
            float(max(ledger.short(claim).max() for claim in claims)),
            days[paying[-1]] if len(paying) else None,
        )

    return Exhibit(
        name="tranches",
        columns=columns(
            deal="text",
            tranche="text",
            principal="money",
            coupon="rate",
            rating="text",
            life_years="years",
            yield_rate="rate",
            interest_paid="money",
            principal_paid="money",
            shortfall="money",
            last_payment="date",
        ),
        rows=tuple(row(name, ledger, tranche) for name, ledger in ledgers for tranche in ledger.deal.tranches),
    )


def payments(ledger: Ledger) -> Exhibit:
    """One row a payment date until nothing moves any more: collections, support, what each claim is paid, balances."""
    claims = [claim for claim in ledger.claims if ledger.paid(claim).any()]
    collected = ledger.major(ledger.collected).sum(axis=0)[:, 0]
    called = [ledger.called(support)[0] for support in ledger.supports]
    balances = [tranche.name for tranche in ledger.deal.tranches]
    moves = (
        collected + sum(called, np.zeros_like(collected)) + sum(ledger.opening_balance(name)[0] for name in balances)
    )
    last = int(np.flatnonzero(moves)[-1]) if moves.any() else 0
    return Exhibit(
        name="waterfall",
        columns=columns(
            date="date",
            phase="name",
            collected="money",
            **dict.fromkeys(ledger.supports, MONEY),
            **dict.fromkeys(claims, MONEY),
            **dict.fromkeys([f"{name}.balance" for name in balances], MONEY),
        ),
        rows=tuple(
            (
                day,
                ledger.program.phases[int(ledger.phase[t, 0])],
                float(collected[t]),
                *(float(amounts[t]) for amounts in called),
                *(float(ledger.paid(claim)[0, t]) for claim in claims),
                *(float(ledger.balance(name)[0, t]) for name in balances),
            )
            for t, day in enumerate(ledger.timeline.payments[: last + 1])
        ),
    )


def split_payments(ledger: Ledger) -> tuple[Exhibit, Exhibit]:
    """The table of payments in two that fit a page: cash, and balances."""
    whole = payments(ledger)
    balances = [at for at, name in enumerate(whole.header) if name.endswith(".balance")]
    cash = [at for at in range(len(whole.columns)) if at not in balances]
    return chosen(whole, "waterfall", cash), chosen(whole, "balances", [0, *balances])


def chosen(exhibit: Exhibit, name: str, places: Sequence[int]) -> Exhibit:
    """Some columns of an exhibit under another name."""
    return Exhibit(
        name=name,
        columns=tuple(exhibit.columns[at] for at in places),
        rows=tuple(tuple(row[at] for at in places) for row in exhibit.rows),
    )


def factors(ledger: Ledger) -> Exhibit:
    """Balance factor of each tranche after each payment date, and principal and interest per 1,000 of the notes."""
    tables = {one.name: payment_dates(ledger, one.name) for one in ledger.deal.tranches}
    rows = len(payments(ledger).rows)
    units: dict[str, Unit] = {}
    for name in tables:
        units |= {f"{name}.interest_per_1000": "per_face", f"{name}.principal_per_1000": "per_face"}
        units[f"{name}.factor"] = "factor"
    return Exhibit(
        name="factors_by_date",
        columns=columns(date="date", **units),
        rows=tuple(
            (day, *(float(tables[name.rpartition(".")[0]][name.rpartition(".")[2]].iloc[t]) for name in units))
            for t, day in enumerate(ledger.timeline.payments[:rows])
        ),
    )


def trace_rows(ledger: Ledger, t: int) -> Iterator[tuple[Cell, ...]]:
    """The lines of one payment date in the order of the exhibit `trace`."""
    table = ledger.trace(t).rename(columns={"from": "account"})
    for row in table[list(TRACE)].itertuples(index=False):
        yield tuple(
            int(value) if unit == "count" else float(value) if unit == "money" else str(value)
            for value, unit in zip(row, TRACE.values(), strict=True)
        )


def trace(ledger: Ledger, t: int) -> Exhibit:
    """Every line of one payment date."""
    return Exhibit(name="trace", columns=columns(**TRACE), rows=tuple(trace_rows(ledger, t)))


def whole_trace(ledger: Ledger) -> Exhibit:
    """Every line of every payment date."""
    return Exhibit(
        name="trace",
        columns=columns(date="date", phase="name", **TRACE),
        rows=tuple(
            (day, ledger.program.phases[int(ledger.phase[t, 0])], *row)
            for t, day in enumerate(ledger.timeline.payments)
            for row in trace_rows(ledger, t)
        ),
    )


def check_rows(deal: str, ledger: Ledger) -> Iterator[tuple[Cell, ...]]:
    """Each identity of one ledger with its largest residual, in the major unit."""
    worst: dict[str, tuple[float, bool]] = {}
    for check in checks(ledger):
        size = float(ledger.major(np.asarray(check.residual).max(initial=0)))
        before, held = worst.get(check.name, (0.0, True))
        worst[check.name] = (max(before, size), held and check.holds)
    for name, (size, holds) in worst.items():
        yield deal, name, size, "passed" if holds else "broken"


def all_checks(ledgers: Sequence[tuple[str, Ledger]]) -> Exhibit:
    """Every identity of every ledger with its largest residual."""
    return Exhibit(
        name="checks",
        columns=columns(deal="text", check="name", residual="money", result="word"),
        rows=tuple(row for name, ledger in ledgers for row in check_rows(name, ledger)),
    )
