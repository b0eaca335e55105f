"""Zhongguancun Sci-Tech Leasing 2022-1 against what was published on 2022-08-10 (Zhongguancun Group)."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs.cashflow.collections import Collections
from ipabs.engine.waterfall import run_waterfall
from ipabs.readings.tranche import window
from ipabs.spec import load
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings

FILE = Path(__file__).parents[2] / "examples" / "deals" / "zgc_leasing_2022_1.yaml"
PUBLISHED_COUPON = 0.0286
HALF_A_DIGIT = 0.00005


@pytest.fixture
def deal() -> Deal:
    return load(Deal, FILE.read_text(encoding="utf-8"), file=FILE.name)


def test_example_has_no_findings(deal: Deal) -> None:
    assert findings(deal) == ()


def test_principal_weighted_coupon_is_the_published_one(deal: Deal) -> None:
    notes = [one for one in deal.tranches if one.coupon is not None and one.coupon.rate is not None]
    weights = np.array([one.principal for one in notes])
    coupons = np.array([one.coupon.rate for one in notes if one.coupon is not None])
    assert abs(float(coupons @ weights / weights.sum()) - PUBLISHED_COUPON) <= HALF_A_DIGIT
    assert sum(one.principal for one in deal.tranches) == 107_000_000


def test_classes_are_repaid_in_order_on_their_expected_dates(deal: Deal) -> None:
    """A pool that pays class by class by the expected dates needs no undertaking."""
    timeline = deal.timeline()
    principal = np.zeros(timeline.periods)
    principal[timeline.accrual_ends.index(date(2023, 6, 20))] = 73e6
    principal[timeline.accrual_ends.index(date(2023, 12, 20))] = 34e6
    interest = np.where(np.arange(timeline.periods) < 6, 1.3e6, 0.0)
    ledger = run_waterfall(deal, Collections(timeline, principal=principal, interest=interest, opening=107e6))
    last = {name: found.last for name in ("A", "B") if (found := window(ledger, name)) is not None}
    assert last == {"A": date(2023, 6, 20), "B": date(2023, 12, 20)}
    assert float(ledger.called("undertaking").sum()) == 0.0
    assert float(ledger.paid("A.interest")[0, 0]) == pytest.approx(73e6 * 0.028 * 41 / 365, abs=0.005)
