"""Two issues beside Yuhang, from their published figures alone.

Nanshan - GXT IP No. 5 (CITIC Securities, 22 April 2022): 206 million, 12 firms, one year, 3.80 %.
Ping An - Xitoubao Xi'an IP No. 1 (June 2024): 100 million, 11 firms, two years, 2.5 %.
Rates of new small-business loans: 5.28 % (January to October 2022), 4.45 % (January to April 2024). Rules of subsidy:
Nanshan 2025 and Xi'an, in ``ipabs/data/subsidies``. Expected values are arithmetic on these; no fee is published.
"""

from datetime import date

import pytest

from ipabs.financing.compared import Compared
from ipabs.financing.comparison import compare
from ipabs.financing.facility import FirmFacts, offer
from ipabs.financing.loan import BankLoan
from ipabs.financing.need import bullet_need
from ipabs.financing.published_subsidies import published_subsidy
from ipabs.financing.savings import implied_spread
from ipabs.financing.securitization import Participation

FEN = 0.005
PLENTY = 1e9


def programme(
    size: float, firms: int, start: date, maturity: date, coupon: float, loan_rate: float, rule: str, revenue: float
) -> Compared:
    need = bullet_need([size / firms] * firms, start, maturity)
    facts = [FirmFacts(firm=name, revenue=revenue) for name in need.firms]
    note = offer(
        Participation(rate=coupon, day_count="ACT/365F"), need, subsidies=published_subsidy(rule).rules, facts=facts
    )
    loan = offer(BankLoan(rate=loan_rate, day_count="ACT/360"), need)
    return compare({"loan": loan, "note": note}, against="loan")["note"]


def nanshan(revenue: float = PLENTY) -> Compared:
    return programme(206e6, 12, date(2022, 4, 14), date(2023, 4, 14), 0.038, 0.0528, "nanshan_2025", revenue)


def xian(size: float = 100e6) -> Compared:
    return programme(size, 11, date(2024, 6, 12), date(2026, 6, 12), 0.025, 0.0445, "xian", PLENTY)


def test_nanshan_spread_and_subsidy() -> None:
    one = nanshan()
    sums = one.nominal.programme()
    assert sums.spread[0] == pytest.approx(206e6 * (0.0528 * 365 / 360 - 0.038), abs=FEN)
    # 17.1667 million a firm: 70 % of the cost of the first 10 million, 50 % of the rest.
    assert one.nominal.subsidy == pytest.approx([0.038 * (0.7 * 10e6 + 0.5 * (206e6 / 12 - 10e6))] * 12, abs=FEN)
    # At most 0.8 % of revenue, since each firm raises more than 10 million.
    assert nanshan(revenue=40e6).nominal.subsidy == pytest.approx([320_000] * 12, abs=FEN)


def test_xian_spread_and_subsidy() -> None:
    one = xian()
    sums = one.nominal.programme()
    assert sums.spread[0] == pytest.approx(100e6 * (0.0445 * 730 / 360 - 0.025 * 730 / 365), abs=FEN)
    assert sums.subsidy[0] == pytest.approx(3e6, abs=FEN)
    assert sums.public_cost == pytest.approx(sums.subsidy)
    # What no public purse pays for is about two percent a year, and the subsidy adds one and a half.
    assert implied_spread(100e6, float(sums.market[0]), 2.0) == pytest.approx(0.0201, abs=5e-5)
    assert implied_spread(100e6, float(sums.subsidy[0]), 2.0) == pytest.approx(0.015, abs=5e-5)
    # The cap of 1.0 million binds above 33.3 million a firm.
    assert xian(size=440e6).nominal.subsidy == pytest.approx([1e6] * 11, abs=FEN)
