"""SIFMA standard cash flows A (1 % SMM, 1 % MDR) and B (150 % PSA, 100 % SDA).

Both: 100 million at 8 % over 360 months, severity 20 %, 12 months to liquidation, interest and principal advanced.

Figures: The Bond Market Association / SIFMA, *Uniform Practices*, chapter SF "Standard Formulas for the Analysis of
Mortgage-Backed Securities", section C.6, numerical examples of SDA, SF-23 ff (A) and SF-31 ff (B), the two that the
chapter tabulates; single anchors, not the tables.
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
A = (
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


B = (
    (1, 666656, 67097, 25018, None),
    (2, 666019, 67525, 50057, None),
    (3, 665202, 67938, 75098, None),
    (6, 661668, 69079, 150028, None),
    (12, 649779, 70898, 297182, None),
    (13, 647185, 71138, 321121, 1320),
    (14, 644419, 71358, 344839, 2637),
    (18, 631680, 72046, 437115, 7859),
    (24, 607787, 72477, 565713, 15438),
    (36, 547568, 71422, 642751, 28888),
    (48, 489911, 69963, 575025, 32515),
    (60, 437871, 68534, 513897, 29054),
    (84, 349374, 65921, 409869, 18721),
    (108, 278452, 63700, 326516, 7887),
    (120, 248374, 62726, 291172, 3918),
    (144, 196579, 60887, 230364, 645),
    (168, 153977, 59102, 180351, 504),
    (192, 118975, 57369, 139262, 389),
    (216, 90255, 55687, 105549, 294),
    (240, 66727, 54055, 77934, 217),
    (264, 47489, 52470, 55355, 153),
    (288, 31794, 50931, 36937, 102),
    (312, 19026, 49438, 21955, 60),
    (336, 8672, 47989, 9808, 26),
    (348, 4266, 47280, 4639, 11),
)


def paid(vectors: Vectors) -> Collections:
    start = date(2020, 1, 1)
    loan = PledgedLoan(
        id="L1", obligor="B1", principal=1e8, start=start, maturity=add_months(start, 360), contract_rate=0.08,
        frequency="monthly", day_count="30E/360",
    )  # fmt: skip
    ends = tuple(add_months(start, k) for k in range(1, 361))
    line = Timeline(cut_off=start, closing=start, collection_ends=ends, accrual_ends=ends, payments=ends)
    return project(Pool((loan,), (Party(id="B1"),)), line, vectors)


@pytest.fixture(scope="module")
def cash_flow_a() -> Collections:
    return paid(Vectors(smm=0.01, mdr=0.01, severity=0.2, recovery_lag=12, order="sifma", advances=True))


@pytest.fixture(scope="module")
def cash_flow_b() -> Collections:
    return paid(Vectors(psa=150, sda=100, severity=0.2, recovery_lag=12, order="sifma", advances=True))


def figures(got: Collections, anchors: tuple[tuple[float | None, ...], ...]) -> list[float]:
    """Interest, principal, prepayment and recovery of the months that are printed."""
    months = [int(month or 0) - 1 for month, *_ in anchors]
    return [float(one[0, t]) for t in months for one in (got.interest, got.principal, got.prepayment, got.recovery)]


def printed(anchors: tuple[tuple[float | None, ...], ...]) -> list[float]:
    """The same figures as printed; a dash is nothing."""
    return [amount or 0.0 for _, *amounts in anchors for amount in amounts]


def test_cash_flow_a_at_the_anchors(cash_flow_a: Collections) -> None:
    assert figures(cash_flow_a, A) == pytest.approx(printed(A), abs=WHOLE_DOLLAR)


def test_cash_flow_b_at_the_anchors(cash_flow_b: Collections) -> None:
    assert figures(cash_flow_b, B) == pytest.approx(printed(B), abs=WHOLE_DOLLAR)


def test_first_advance_is_the_scheduled_principal_of_the_first_defaults(cash_flow_a: Collections) -> None:
    """One million of 100 defaults in month 1; the other 99 pay 66,427 of principal, and it would have paid as much."""
    assert cash_flow_a.other[0, 0] == pytest.approx(66_427 / 99, abs=WHOLE_DOLLAR / 99)
