"""Two worked deals come out to the cent: AbsBox's regression deal, and a licence-fee ABS computed with Hastructure.

Both truncate every amount to 0.01 (`mode: down`). Sources stand in the JSON files beside this one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.curve import Curve
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.readings.tranche import flows, value, weighted_average_life
from ipabs.structure.deal import Deal

HERE = Path(__file__).parent
DEALS = HERE.parent / "deals"


def case(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def collections(deal: Deal, columns: Sequence[str], rows: Sequence[Sequence[Any]], opening: float) -> Collections:
    """Receipts by date, added up over the collection periods of the deal, in whole cents."""
    timeline = deal.timeline()
    series = {name: np.zeros(timeline.periods) for name in ("principal", "interest")}
    for row in rows:
        period = timeline.period_of(row[0])
        for name, amounts in series.items():
            if period >= 0:
                amounts[period] += row[columns.index(name)]
    return Collections(timeline, **{name: np.round(amounts, 2) for name, amounts in series.items()}, opening=opening)


def table(ledger: Ledger, tranche: str) -> Mapping[str, tuple[float, float, float, float]]:
    """Closing balance, interest, principal and cash by payment date."""
    interest = ledger.paid(f"{tranche}.interest" if f"{tranche}.interest" in ledger.claims else f"{tranche}.income")[0]
    principal, balance = ledger.paid(f"{tranche}.principal")[0], ledger.balance(tranche)[0]
    days = [day.isoformat() for day in ledger.timeline.payments]
    values = zip(days, balance, interest, principal, interest + principal, strict=True)
    return {day: (float(b), float(i), float(p), round(float(c), 2)) for day, b, i, p, c in values}


@pytest.fixture(scope="module")
def level_loan() -> tuple[dict[str, Any], Ledger]:
    published = case("two_tranche_level_loan")
    deal = spec.load(Deal, (DEALS / "level_loan.yaml").read_text(encoding="utf-8"))
    pool = collections(deal, published["pool_columns"], published["pool"], 2200.0)
    return published, run_waterfall(deal, pool)


@pytest.fixture(scope="module")
def licence_abs() -> tuple[dict[str, Any], Ledger]:
    published = case("licence_fee_abs")
    deal = spec.load(Deal, (DEALS / "licence_fee_abs.yaml").read_text(encoding="utf-8"))
    pool = collections(deal, published["pool_columns"], published["pool"], 300_000_000.0)
    return published, run_waterfall(deal, pool)


def test_level_loan_senior_to_the_cent(level_loan: tuple[dict[str, Any], Ledger]) -> None:
    published, ledger = level_loan
    ours = table(ledger, "A1")
    for day, *figures in published["A1"]:
        assert ours[day] == tuple(figures), day


def test_level_loan_equity_to_the_cent(level_loan: tuple[dict[str, Any], Ledger]) -> None:
    published, ledger = level_loan
    ours = table(ledger, "B")
    for day, *figures in published["B"]:
        assert ours[day] == tuple(figures), day
    assert sum(cash for *_, cash in ours.values()) == pytest.approx(sum(row[4] for row in published["B"]), abs=0.001)


@pytest.mark.parametrize("tranche", ["A1", "A2", "Sub"])
def test_licence_fee_abs_tranches_to_the_fen(licence_abs: tuple[dict[str, Any], Ledger], tranche: str) -> None:
    published, ledger = licence_abs
    ours = table(ledger, tranche)
    for day, *figures in published[tranche]:
        assert ours[day] == tuple(figures), day
    assert sum(cash for *_, cash in ours.values()) == pytest.approx(sum(row[4] for row in published[tranche]), abs=1e-6)


def test_licence_fee_abs_trustee_fee_to_the_fen(licence_abs: tuple[dict[str, Any], Ledger]) -> None:
    published, ledger = licence_abs
    paid = dict(zip((day.isoformat() for day in ledger.timeline.payments), ledger.paid("trustee")[0], strict=True))
    for day, fee in published["trustee_fee"]:
        assert paid[day] == fee, day


def test_licence_fee_abs_audit_fee_is_paid_each_june(licence_abs: tuple[dict[str, Any], Ledger]) -> None:
    _, ledger = licence_abs
    paid = dict(zip(ledger.timeline.payments, ledger.paid("audit")[0], strict=True))
    assert {day for day, fee in paid.items() if fee} == {date(2024, 6, 28), date(2025, 6, 28), date(2026, 6, 28)}


def test_exact_numbers_give_the_same_fen(licence_abs: tuple[dict[str, Any], Ledger]) -> None:
    _, ledger = licence_abs
    exact = run_waterfall(ledger.deal, ledger.collections, exact=True)
    for tranche in ("A1", "A2", "Sub"):
        assert table(exact, tranche) == table(ledger, tranche)


@pytest.mark.parametrize("tranche", ["A1", "A2", "Sub"])
def test_licence_fee_abs_prices_and_lives(licence_abs: tuple[dict[str, Any], Ledger], tranche: str) -> None:
    """Present value at 3 % a year (ACT/365) on the day of closing, life truncated to two digits.

    The source truncates the present value of every flow to 0.01 before it adds them up.
    """
    published, ledger = licence_abs
    figures = published["pricing"][tranche]
    curve = Curve.flat(0.03, date(2024, 3, 28))
    each = flows(ledger, tranche)[0] * curve.discount(ledger.timeline.payments)
    assert np.floor(100 * each).sum() / 100 == pytest.approx(figures["pricing"], abs=0.001)
    assert value(ledger, tranche, curve)[0] == pytest.approx(each.sum(), rel=1e-15)
    assert np.floor(100 * weighted_average_life(ledger, tranche)[0]) / 100 == pytest.approx(figures["WAL"])
