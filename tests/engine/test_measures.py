"""Every measure of the deal language, read on each date of one deal and compared with its definition."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, resolve
from ipabs.engine.feed import observed
from ipabs.engine.units import Units, decimal
from ipabs.engine.waterfall import run_program
from ipabs.structure.deal import Deal
from ipabs.structure.measures import MEASURES
from ipabs.structure.names import names_of
from tests.engine.quarterly import QUARTERLY

DEAL = (
    QUARTERLY
    + """parties: {fund: {limit: 7}, x: {name: X}}
tranches:
  A: {principal: 600, coupon: 4%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  B: {principal: 300, amortization: bullet}
  sub: {principal: 100, residual: true}
accounts:
  reserve: {target: {amount: 15}, sweep_to: collections}
  side: {target: {amount: 1}, sweep_to: collections}
support:
  promise: {by: fund, for: [A.interest], mode: into_account, limit_basis: cumulative}
observables: {leverage: debt to assets, worth: value of the patents}
measures:
  spread: {of: [interest_collections], less: [A.interest.paid]}
  geared: {of: [leverage]}
  extra: {of: [recoveries, guarantee_collections, other_collections]}
  ltv: {of: [notes_balance], to: [worth], at_zero: zero}
tests:
  watched: {measure: MEASURE, minimum: 0, at: end}
  asked: {measure: geared, maximum: 2, at: collection}
closing: {sources: {A: 100%, B: 100%, sub: 100%}, uses: {assets: 980, accounts: {reserve: 20}}}
rounding: ROUNDING
waterfall:
  normal:
    - draw: promise
    - pay: A.interest
    - top_up: reserve
    - pay: A.principal
      up_to: {of: principal_collections, cap: 180}
    - pay: B.principal
    - pay: promise.reimbursement
      if_passing: [watched, asked]
    - release: reserve
    - {transfer: {from: collections, to: side, up_to: {of: [worth], percent: 0.1%}}}
    - residual: sub
"""
)
FLOWS = {
    "interest": [0, 30, 20, 10],
    "principal": [0, 200, 100, 50],
    "prepayment": [0, 10, 5, 0],
    "recovery": [0, 0, 8, 4],
    "guarantee": [0, 1, 2, 3],
    "other": [0, 2, 0, 1],
    "defaulted": [0, 20, 30, 10],
    "delinquent": [5, 10, 15, 0],
}
SEEN = {"leverage": [0.5, 0.6, 0.7, 0.8], "worth": [2000.25, 1500, 1000, 500]}


def run(
    measure: str,
    rounding: str = "none",
    poor: tuple[tuple[str, str], ...] = (),
    more: Mapping[str, list[float]] = MappingProxyType({}),
) -> tuple[list[float], Ledger]:
    """What the test reads on each date, in engine units, and the ledger."""
    text = DEAL.replace("MEASURE", measure).replace("ROUNDING", rounding)
    for old, new in poor:
        text = text.replace(old, new)
    given = {**SEEN, **more}
    program = resolve(spec.load(Deal, text), watched=given)
    watch, seen = program.watches[0], []

    def look(books: Any, m: Any) -> float:
        seen.append(float(watch.value(books, m)))
        return seen[-1]

    looking = replace(program, watches=(replace(watch, value=look), *program.watches[1:]))
    flows = Collections(looking.timeline, opening=480, **FLOWS)
    return seen, run_program(looking, flows, observed(looking, given, looking.timeline), "float")


def expected(measure: str, ledger: Ledger) -> Any:
    """The definition, from the collections and the closing amounts of the ledger."""
    pool, zero = ledger.collections, np.zeros(4)
    interest, defaulted, performing = pool.interest[0], pool.defaulted[0], pool.performing[0]
    principal, closing = (pool.principal + pool.prepayment)[0], (pool.performing + pool.delinquent)[0]
    notes = (ledger.balance("A") + ledger.balance("B"))[0]
    due_a, called = np.array([6.0, 6, 0, 0]), ledger.called("promise")[0]
    definitions = {
        "total_collections": pool.total[0],
        "interest_collections": interest,
        "principal_collections": principal,
        "recoveries": pool.recovery[0],
        "guarantee_collections": pool.guarantee[0],
        "other_collections": pool.other[0],
        "defaulted": defaulted,
        "principal_distribution": principal + defaulted,
        "pool_original": zero + 480,
        "pool_opening": np.array([480, *closing[:-1]]),
        "pool_closing": closing,
        "performing": performing,
        "delinquent": pool.delinquent[0],
        "cumulative_defaulted": np.cumsum(defaulted),
        "cumulative_default_ratio": np.cumsum(defaulted) / 480,
        "delinquency_ratio": np.divide(pool.delinquent[0], closing, out=np.zeros(4), where=closing > 0),
        "pool_factor": closing / 480,
        "notes_balance": notes,
        "overcollateralization": performing / notes,
        "A.balance": ledger.balance("A")[0],
        "A.opening": ledger.opening_balance("A")[0],
        "A.original": zero + 600,
        "A.interest.paid": ledger.paid("A.interest")[0],
        "A.interest.due": ledger.owed("A.interest")[0],
        "A.principal.short": ledger.short("A.principal")[0],
        "reserve.balance": ledger.held("reserve")[0],
        "reserve.target": np.array([15.0, 15, 15, 0]),
        "side.excess": np.maximum(ledger.held("side")[0] - np.array([1, 1, 1, 0]), 0),
        "promise.drawn": np.cumsum(called),
        "promise.outstanding": ledger.owed("promise.reimbursement")[0],
        "promise.unfunded": np.maximum(due_a - 20 - called, 0) * 0,
        "spread": np.maximum(interest - ledger.paid("A.interest")[0], 0),
        "geared": np.array(SEEN["leverage"]),
        "extra": (pool.recovery + pool.guarantee + pool.other)[0],
        "leverage": np.array(SEEN["leverage"]),
        "ltv": notes / np.array(SEEN["worth"]),
    }
    accrued = ledger.accruals("A.interest")[0] + np.array([0, *ledger.owed("A.interest")[0, :-1]])
    definitions["interest_coverage"] = interest / accrued
    due = np.array([0, 0, 1, 1]) * (ledger.opening_balance("A") + ledger.opening_balance("B"))[0]
    definitions["debt_service_coverage"] = pool.total[0] / (accrued + due)
    return definitions[measure]


PLAIN = [measure.name for measure in MEASURES if not measure.name.startswith("<") and "available" not in measure.name]
OWN = ["A.balance", "A.opening", "A.original", "A.interest.paid", "A.interest.due", "A.principal.short", "spread"]
OTHER = [
    "reserve.balance",
    "reserve.target",
    "side.excess",
    "promise.drawn",
    "promise.outstanding",
    "ltv",
    "geared",
    "extra",
]


@pytest.mark.parametrize("measure", [*PLAIN, *OWN, *OTHER, "leverage", "promise.unfunded"])
def test_measure_is_what_it_says(measure: str) -> None:
    seen, ledger = run(measure)
    assert seen == pytest.approx(expected(measure, ledger).tolist(), abs=1e-9)


@pytest.mark.parametrize("measure", ["A.interest.due", "ltv", "principal_distribution", "reserve.excess"])
def test_money_is_counted_in_fen_and_ratios_are_not(measure: str) -> None:
    plain, _ = run(measure)
    fen, _ = run(measure, "fen")
    assert fen == pytest.approx([value * (1 if measure == "ltv" else 100) for value in plain], rel=1e-4, abs=1)


def test_what_a_support_did_not_pay_is_its_measure() -> None:
    """Of a gap of 6 a limit of 2 lets 2 be called: all paid while the party performs, nothing once it does not."""
    poor = (("limit: 7", "limit: 2"), ("{assets: 980, accounts: {reserve: 20}}", "{assets: 1000}"))
    seen, ledger = run("promise.unfunded", poor=poor)
    assert ledger.called("promise")[0].tolist() == [2, 0, 0, 0]
    assert seen == [0, 0, 0, 0]
    seen, ledger = run("promise.unfunded", poor=poor, more={"fund.performing": [0, 1, 1, 1]})
    assert ledger.called("promise")[0].tolist() == [0, 0, 0, 0]
    assert seen == [2, 0, 0, 0]
    unlimited = (
        ("fund: {limit: 7}", "fund: {name: Fund}"),
        (", limit_basis: cumulative", ", limit: unlimited"),
        poor[1],
    )
    seen, _ = run("promise.unfunded", poor=unlimited, more={"fund.performing": [0, 1, 1, 1]})
    assert seen == [6, 0, 0, 0]


def test_an_observable_counts_as_money_where_an_amount_is_wanted() -> None:
    _, ledger = run("A.balance", "fen")
    moved = ledger.rows_of("side")
    assert ledger.payable[moved[0], 0, 0] == 200
    assert ledger.major(ledger.granted[moved[0]]).max() <= 2.0


def test_every_name_of_a_deal_can_be_read() -> None:
    deal = spec.load(Deal, DEAL.replace("MEASURE", "A.balance").replace("ROUNDING", "none"))
    readable = [name for name, measure in names_of(deal).measures.items() if "end" in measure.readable]
    for name in readable:
        seen, _ = run(name)
        assert len(seen) == 4


def test_units_of_any_size() -> None:
    assert Units(decimal(0.05), exact=False).money(1.23) == 25.0
    assert Units(decimal(0.05), exact=False).per_major == 20
    assert Units(decimal(0.03), exact=False).per_major == pytest.approx(100 / 3)
    assert Units(None, exact=True).ratio(0.1) == decimal(0.1)
