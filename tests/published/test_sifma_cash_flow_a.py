"""SIFMA standard cash flow A: 1 % SMM, 1 % MDR, 20 % severity, 12 months to liquidation, advances.

Figures: The Bond Market Association / SIFMA, *Uniform Practices*, chapter SF "Standard Formulas for the Analysis of
Mortgage-Backed Securities", section C.6, numerical examples of SDA, SF-22 ff; single anchors, not the table.
"""

from datetime import date

import pytest

from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project
from ipabs.pool.vectors import Vectors

WHOLE_DOLLAR = 0.50  # published in whole dollars

# month, interest, scheduled principal, prepayment, recovery (from month 13)
ANCHORS = (
    (1, 660000, 66427, 999329, None),
    (2, 646366, 65532, 978680, None),
    (3, 633011, 64650, 958454, None),
    (6, 594559, 62073, 900221, None),
    (12, 524449, 57223, 794042, None),
    (13, 513587, 56453, 777591, 791646),
    (14, 502946, 55693, 761477, 775233),
    (18, 462518, 52753, 700252, 712872),
    (24, 407817, 48631, 617414, 628500),
    (36, 316854, 41329, 479664, 488208),
    (48, 245948, 35123, 372294, 378868),
    (60, 190712, 29850, 288656, 293702),
    (84, 114259, 21559, 172902, 175853),
    (108, 68063, 15571, 102969, 104674),
    (120, 52396, 13233, 79255, 80543),
    (144, 30856, 9557, 46655, 47379),
    (168, 17983, 6903, 27177, 27573),
    (192, 10339, 4985, 15614, 15822),
    (216, 5836, 3601, 8806, 8908),
    (240, 3210, 2600, 4838, 4882),
    (264, 1700, 1878, 2557, 2570),
    (288, 847, 1357, 1269, 1268),
    (312, 377, 980, 561, 553),
    (336, 128, 708, 187, 177),
    (348, 54, 601, 76, 66),
)


@pytest.fixture(scope="module")
def paid() -> Collections:
    start = date(2020, 1, 1)
    loan = PledgedLoan(
        id="L1", obligor="B1", principal=1e8, start=start, maturity=add_months(start, 360), contract_rate=0.08,
        frequency="monthly", day_count="30E/360",
    )  # fmt: skip
    ends = tuple(add_months(start, k) for k in range(1, 361))
    line = Timeline(cut_off=start, closing=start, collection_ends=ends, accrual_ends=ends, payments=ends)
    vectors = Vectors(smm=0.01, mdr=0.01, severity=0.2, recovery_lag=12, order="sifma", advances=True)
    return project(Pool((loan,), (Party(id="B1"),)), line, vectors)


@pytest.mark.parametrize(("month", "interest", "principal", "prepayment", "recovery"), ANCHORS)
def test_cash_flow_a_at_the_anchors(
    paid: Collections, month: int, interest: float, principal: float, prepayment: float, recovery: float | None
) -> None:
    t = month - 1
    assert paid.interest[0, t] == pytest.approx(interest, abs=WHOLE_DOLLAR)
    assert paid.principal[0, t] == pytest.approx(principal, abs=WHOLE_DOLLAR)
    assert paid.prepayment[0, t] == pytest.approx(prepayment, abs=WHOLE_DOLLAR)
    assert paid.recovery[0, t] == pytest.approx(recovery or 0.0, abs=WHOLE_DOLLAR)


def test_first_advance_is_the_scheduled_principal_of_the_first_defaults(paid: Collections) -> None:
    """One million of 100 defaults in month 1; the other 99 pay 66,427 of principal, and it would have paid as much."""
    assert paid.other[0, 0] == pytest.approx(66_427 / 99, abs=WHOLE_DOLLAR / 99)
