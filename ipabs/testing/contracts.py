"""Relations of obligations and facilities, the two nouns that users may add to, and a strategy for contracts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ipabs._typing import FloatArray
from ipabs.basics.daycount import DAY_COUNTS
from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.errors import Finding, finding
from ipabs.financing.comparison import compare
from ipabs.financing.facility import Facility
from ipabs.financing.rates import all_in_cost, present_cost
from ipabs.pool.kinds import LicenceBack, PledgedLoan
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project
from ipabs.pool.vectors import Vectors
from ipabs.testing.money import Draws

TOLERANCE = 1e-9
# An internal rate is found to about 1e-12; on flows of ten years that moves the present value by 1e-10 of it.
RATE_TOLERANCE = 1e-8
MORE_DEFAULT = (0.0, 0.02, 0.1, 0.3)


@st.composite
def obligations(draw: Draws) -> PledgedLoan | LicenceBack:
    """Pledged loans and licence-backs of up to four years, valid by construction."""
    start = date(2020, 1, 1) + timedelta(days=draw(st.integers(0, 1500)))
    months = draw(st.sampled_from((12, 3, 24, 36, 48)))
    terms: dict[str, Any] = {
        "id": "C1",
        "obligor": "F1",
        "principal": float(draw(st.integers(1, 100_000))) * 100,
        "start": start,
        "maturity": add_months(start, months),
        "contract_rate": draw(st.sampled_from((0.038, 0.0, 0.0525, 0.12))),
        "amortization": draw(st.sampled_from(("bullet", "linear", "level"))),
        "frequency": draw(st.sampled_from(("quarterly", "monthly", "at_maturity"))),
        "day_count": draw(st.sampled_from(DAY_COUNTS)),
        "rounding": draw(st.sampled_from(("none", "fen", "fen_down"))),
    }
    if draw(st.booleans()):
        return LicenceBack(**terms)
    return PledgedLoan(**terms)


def broken(name: str, expected: object, got: object) -> Finding:
    """The finding about a relation of a contract that does not hold."""
    return finding(
        "relation.contract", "{relation}: {expected} expected, got {got}", got=got, relation=name, expected=expected
    )


def check_obligation(obligation: Obligation, *, obligor: Party | None = None) -> tuple[Finding, ...]:
    """Every relation on one obligation; an empty tuple says that all hold.

    The schedule repays the principal and leaves nothing; a pool of it without default and prepayment pays the schedule;
    more default never brings more cash, and full recovery at once brings all of it.

    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=9e6, start=date(2022, 12, 20), maturity=date(2023, 12, 20),
    ...                    contract_rate=0.038, amortization="bullet")
    >>> check_obligation(loan)
    ()
    """
    pool = Pool((obligation,), (obligor or Party(id=obligation.obligor),))
    return (*schedule_repays(obligation), *pool_pays_schedule(obligation, pool), *default_costs(obligation, pool))


def schedule_repays(obligation: Obligation) -> Iterator[Finding]:
    """Dates rise from the start; balance before - principal = balance after; nothing is left; no cash is negative."""
    flows = obligation.contract_flows()
    slack = TOLERANCE * max(obligation.principal, 1.0)
    days = np.concatenate([np.array([obligation.start], dtype="datetime64[D]"), flows.dates])
    if not (np.diff(days).astype(int) > 0).all():
        yield broken("dates rise from the start", "rising dates", [str(day) for day in days])
    before = np.concatenate([[obligation.principal], flows.balance[:-1]])
    gap = float(np.abs(before - flows.principal - flows.balance).max())
    if not gap <= slack:
        yield broken("balance before - principal = balance after", 0.0, gap)
    if not abs(float(flows.balance[-1])) <= slack:
        yield broken("nothing is left at the end", 0.0, float(flows.balance[-1]))
    if not float(flows.cash.min()) >= -slack:
        yield broken("no payment is negative", 0.0, float(flows.cash.min()))


def own_timeline(obligation: Obligation) -> Timeline:
    """Yearly periods, in two years more than the contract lasts."""
    last = obligation.contract_flows().dates[-1].astype(date)
    years = last.year - obligation.start.year + 3
    ends = tuple(add_months(obligation.start, 12 * (year + 1)) for year in range(years))
    return Timeline(
        cut_off=obligation.start, closing=obligation.start, collection_ends=ends, accrual_ends=ends, payments=ends
    )


def total(pool: Pool, timeline: Timeline, vectors: Vectors) -> tuple[Collections, float]:
    """What a pool pays, and all of it together."""
    collections = project(pool, timeline, vectors)
    return collections, float(collections.total.sum())


def pool_pays_schedule(obligation: Obligation, pool: Pool) -> Iterator[Finding]:
    """Without default and prepayment the pool pays the contract's interest and principal."""
    flows = obligation.contract_flows()
    collections, _ = total(pool, own_timeline(obligation), Vectors())
    for name, contract, paid in (
        ("interest", flows.interest, collections.interest),
        ("principal", flows.principal, collections.principal + collections.prepayment),
    ):
        expected, got = float(contract.sum()), float(paid.sum())
        if not abs(expected - got) <= TOLERANCE * max(obligation.principal, 1.0):
            yield broken(f"without default the pool pays the schedule's {name}", expected, got)


def default_costs(obligation: Obligation, pool: Pool) -> Iterator[Finding]:
    """A higher default rate never brings more cash; with full recovery at once no principal is lost."""
    timeline, slack = own_timeline(obligation), TOLERANCE * max(obligation.principal, 1.0)
    sums = [total(pool, timeline, Vectors(cdr=rate, severity=0.75))[1] for rate in MORE_DEFAULT]
    rises = float(np.diff(sums).max())
    if not rises <= slack:
        yield broken("more default never brings more cash", "no rise", rises)
    whole, _ = total(pool, timeline, Vectors(cdr=0.1, severity=0.0))
    lost = float(whole.defaulted.sum() - whole.recovery.sum())
    if not abs(lost) <= slack:
        yield broken("full recovery at once is no loss", 0.0, lost)


def check_facility(facility: Facility) -> tuple[Finding, ...]:
    """Every relation on one facility; an empty tuple says that all hold.

    Compared with itself it saves nothing, in nominal and in present value; the savings add up to their net; at its own
    all-in cost it costs nothing in present value.

    >>> from ipabs.financing.facility import offer
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> check_facility(offer(BankLoan(rate=0.0525), bullet_need(9_720_000, date(2022, 12, 20), date(2025, 12, 20))))
    ()
    """
    return (*saves_nothing_against_itself(facility), *costs_nothing_at_its_own_rate(facility))


def saves_nothing_against_itself(facility: Facility) -> Iterator[Finding]:
    """Each part of the saving of a facility against itself is 0, and the parts add up to the net."""
    result = compare({"itself": facility, "again": facility}, against="itself")["again"]
    slack = TOLERANCE * max(float(np.sum(result.principal)), 1.0)
    for value, savings in (("nominal", result.nominal), ("present value", result.present_value)):
        parts: dict[str, FloatArray] = {
            part: getattr(savings, part) for part in ("spread", "fees", "carried", "subsidy", "tax")
        }
        for part, amounts in (*parts.items(), ("net", savings.net)):
            if not float(np.abs(amounts).max()) <= slack:
                yield broken(f"against itself it saves nothing ({value}, {part})", 0.0, float(np.abs(amounts).max()))


def costs_nothing_at_its_own_rate(facility: Facility) -> Iterator[Finding]:
    """The present value of all flows at the all-in cost is 0."""
    rate = all_in_cost(facility)
    size = float(np.abs(facility.cash_items().amounts).sum())
    left = present_cost(facility, rate)
    if not abs(left) <= RATE_TOLERANCE * max(size, 1.0):
        yield broken("at its all-in cost its present value is 0", 0.0, left)
