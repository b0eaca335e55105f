"""Four-tranche sequential-pay structure CMO-1 (FJF-01) of Fabozzi.

Fabozzi (ed.), *The Handbook of Fixed Income Securities*, "Agency collateralized mortgage obligations": collateral of
$400 million, 7.5 % pass-through, 8.125 % weighted average coupon, 357 months left, three months old, 165 PSA. The
printed average lives are met by counting 30/360 from the sixth day of the first month (all three; the book does not say
so).
"""

from datetime import date

import numpy as np
import pytest

from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.bond_math import weighted_average_life
from ipabs.pool import PledgedLoan, Pool, Vectors, project

MONEY = 1.0  # printed in whole dollars
LIFE = 0.0051  # printed to two decimals

TRANCHES = {"A": 194_500_000.0, "B": 36_000_000.0, "C": 96_500_000.0, "D": 73_000_000.0}
MONTHS, AGE = 357, 3


def collateral_principal() -> np.ndarray:
    """Scheduled and prepaid principal of each month, prepayments on the balance after scheduled principal."""
    start = date(2000, 1, 1)
    ends = tuple(add_months(start, month) for month in range(1, MONTHS + 1))
    line = Timeline(cut_off=start, closing=start, collection_ends=ends, accrual_ends=ends, payments=ends)
    loan = PledgedLoan(
        id="L1", obligor="B1", principal=400e6, start=start, maturity=ends[-1], contract_rate=0.08125,
        frequency="monthly", day_count="30E/360", seasoning=AGE,
    )  # fmt: skip
    paid = project(Pool((loan,), (Party(id="B1"),)), line, Vectors(psa=165))
    return paid.principal[0] + paid.prepayment[0]


def sequential(principal: np.ndarray) -> dict[str, np.ndarray]:
    """Principal of each tranche, one after the other."""
    total, floor, paid = np.cumsum(principal), 0.0, {}
    for name, size in TRANCHES.items():
        paid[name] = np.diff(np.clip(total - floor, 0.0, size), prepend=0.0)
        floor += size
    return paid


def test_first_and_last_months_of_the_tranches() -> None:
    paid = sequential(collateral_principal())
    assert paid["A"][0] == pytest.approx(709_923, abs=MONEY)
    assert paid["A"][80] == pytest.approx(311_926, abs=MONEY)
    assert paid["B"][80] == pytest.approx(1_720_271, abs=MONEY)
    last = {name: int(np.flatnonzero(amounts > 1e-3)[-1]) + 1 for name, amounts in paid.items()}
    assert last == {"A": 81, "B": 100, "C": 178, "D": 357}


@pytest.mark.parametrize(("name", "life"), [("A", 3.48), ("B", 7.49), ("C", 11.19)])
def test_average_life_of_a_tranche(name: str, life: float) -> None:
    amounts = sequential(collateral_principal())[name]
    payments = [date(2000 + month // 12, month % 12 + 1, 1) for month in range(1, MONTHS + 1)]
    found = weighted_average_life(date(2000, 1, 6), payments, amounts, day_count="30/360 US")
    assert found == pytest.approx(life, abs=LIFE)
