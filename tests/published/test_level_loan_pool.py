"""The pool of AbsBox's regression deal: a level-pay loan truncated to the cent, collected at month ends.

Source in ``two_tranche_level_loan.json`` beside this file. The first collection runs from cut-off to closing and
holds two payments.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from ipabs.basics.party import Party
from ipabs.basics.timeline import Timeline
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project

ROW = 0.02  # the source's own tolerance: it truncates every step


def test_every_collection_of_the_level_loan() -> None:
    case = json.loads((Path(__file__).parent / "two_tranche_level_loan.json").read_text(encoding="utf-8"))
    rows = case["pool"]
    ends = tuple(date.fromisoformat(row[0]) for row in rows)
    loan = PledgedLoan(
        id="L1", obligor="B1", principal=2200.0, start=date(2021, 2, 1), maturity=date(2023, 8, 1),
        contract_rate=0.08, frequency="monthly", day_count="30E/360", rounding="fen_down", refixed=True,
    )  # fmt: skip
    line = Timeline(
        cut_off=date(2021, 2, 28), closing=date(2021, 3, 1), collection_ends=ends, accrual_ends=ends, payments=ends
    )
    paid = project(Pool((loan,), (Party(id="B1"),)), line)
    assert paid.performing[0] == pytest.approx([row[1] for row in rows], abs=ROW)
    assert paid.principal[0] == pytest.approx([row[2] for row in rows], abs=ROW)
    assert paid.interest[0] == pytest.approx([row[3] for row in rows], abs=ROW)
