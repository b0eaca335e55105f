"""House references of financing cost, derived from published inputs.

The loan prime rate of 3.65 % (August 2022 to June 2023), the 3.25 % one-year note (Guojin, Hangzhou Future Sci-Tech
City IP ABS No. 1, 17 November 2023), the 17.167 million yuan average and the subsidy rule of Shenzhen Nanshan and the
figures of the Yuhang programme are published; the fees around them (1 % guarantee, 0.5 % appraisal, 0.8 % issue cost)
are assumptions of scale. The results follow from these inputs by arithmetic, so they are references of this house and
not published figures themselves.
"""

from datetime import date

import numpy as np
import pytest

from ipabs.financing.compared import Compared
from ipabs.financing.comparison import compare
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import FirmFacts, Offer, offer
from ipabs.financing.loan import BankLoan, Deposit
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.rates import all_in_cost
from ipabs.financing.savings import implied_spread
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Band, Subsidy, share_of_size
from ipabs.financing.tax import Tax

RATE = 1e-5
FEN = 0.005
BP = 0.005
CLOSING = date(2022, 12, 20)
LPR_PLUS_150BP = 0.0515


def one_year() -> Need:
    return bullet_need(1_000_000, CLOSING, date(2023, 12, 20))


def quoted_loan(need: Need, *, deposit: Deposit | None = None, subsidies: tuple[Subsidy, ...] = ()) -> float:
    loan = BankLoan(
        rate=LPR_PLUS_150BP,
        day_count="equal_periods",
        guarantee=Charge(rate=0.01, timing="yearly_in_advance"),
        appraisal=Charge(rate=0.005),
        deposit=deposit,
    )
    return all_in_cost(offer(loan, need, subsidies=subsidies), convention="equal_periods")


@pytest.mark.parametrize(("year", "expected"), [(2023, 0.06884), (2025, 0.06529)])
def test_quoted_all_in_rate_of_a_guaranteed_loan(year: int, expected: float) -> None:
    need = bullet_need(1_000_000, CLOSING, date(year, 12, 20))
    assert quoted_loan(need) == pytest.approx(expected, abs=RATE)


def test_quoted_all_in_rate_with_a_deposit() -> None:
    deposit = Deposit(share=0.10, rate=0.0035, day_count="equal_periods")
    assert quoted_loan(one_year(), deposit=deposit) == pytest.approx(0.07639, abs=RATE)


def test_quoted_all_in_rate_with_half_the_interest_subsidized() -> None:
    half = Subsidy(name="half", on="interest", share=0.5, timing="at_maturity")
    assert quoted_loan(one_year(), subsidies=(half,)) == pytest.approx(0.04219, abs=RATE)


def test_cheap_note_with_all_fees_costs_more_than_five_percent() -> None:
    note = Participation(
        rate=0.0325,
        day_count="equal_periods",
        costs=(CostItem(name="letter", rate=0.01), CostItem(name="issue_cost", rate=0.008)),
    )
    assert all_in_cost(offer(note, one_year()), convention="equal_periods") == pytest.approx(0.052065, abs=RATE)


NANSHAN_BANDS = (Band(up_to=10_000_000, share=0.7), Band(up_to=50_000_000, share=0.5), Band(share=0.3))


@pytest.mark.parametrize(("reading", "expected"), [("marginal", 529_200), ("whole", 429_200)])
def test_nanshan_subsidy_bands(reading: str, expected: float) -> None:
    rule = Subsidy(name="nanshan", on="financing_cost", bands=NANSHAN_BANDS, reading=reading)
    cost = 17_167_000 * 0.05
    assert cost * share_of_size(rule, np.array([17_167_000.0]))[0] == pytest.approx(expected, abs=50)


@pytest.mark.parametrize(("revenue", "expected"), [(66_150_000, 529_175), (60_000_000, 480_000)])
def test_nanshan_cap_binds_below_66_million_of_revenue(revenue: float, expected: float) -> None:
    rule = Subsidy(
        name="nanshan",
        on="financing_cost",
        bands=NANSHAN_BANDS,
        revenue_cap=0.008,
        revenue_cap_above=10_000_000,
    )
    need = bullet_need(17_167_000, date(2022, 4, 14), date(2023, 4, 14))
    facts = FirmFacts(firm="firm", revenue=revenue)
    items = offer(BankLoan(rate=0.05, day_count="equal_periods"), need, subsidies=(rule,), facts=(facts,)).cash_items()
    assert items.amounts[items.is_kind("subsidy")].sum() == pytest.approx(expected, abs=FEN)


def worked_firm() -> Compared:
    """9.72 million from 2022-12-20 to 2024-12-20: 5.15 % loan against 3.80 % participation."""
    need = bullet_need(9_720_000, CLOSING, date(2024, 12, 20))
    tax = Tax(rate=0.15)
    loan = BankLoan(
        rate=LPR_PLUS_150BP,
        day_count="ACT/360",
        guarantee=Charge(rate=0.01, timing="yearly_in_advance"),
        appraisal=Charge(rate=0.005),
    )
    note = Participation(
        rate=0.0380,
        day_count="ACT/365F",
        costs=(
            CostItem(
                name="guarantee",
                rate=0.01,
                timing="yearly_in_advance",
                borne_by=(Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5)),
            ),
            CostItem(
                name="issue_cost",
                rate=0.008,
                borne_by=(Bearing(bearer="firm", share=0.375), Bearing(bearer="district", share=0.625)),
            ),
        ),
    )
    support = Subsidy(name="interest_subsidy", on="interest", share=0.20, timing="after_year", month=3, day=20)
    facilities = {"loan": offer(loan, need, tax=tax), "note": offer(note, need, subsidies=(support,), tax=tax)}
    return compare(facilities, against="loan")["note"]


@pytest.mark.parametrize(
    ("part", "nominal", "present_value"),
    [
        ("spread", 276_723.55, 257_429.02),
        ("fees", -29_160.00, -29_160.00),
        ("carried", 145_800.00, 142_751.99),
        ("subsidy", 147_946.39, 132_161.97),
        ("tax", -81_196.49, -75_477.45),
        ("net", 460_113.45, 427_705.53),
    ],
)
def test_worked_firm_parts(part: str, nominal: float, present_value: float) -> None:
    firm = worked_firm()
    assert getattr(firm.nominal, part)[0] == pytest.approx(nominal, abs=FEN)
    assert getattr(firm.present_value, part)[0] == pytest.approx(present_value, abs=FEN)


def test_worked_firm_rates_and_public_cost() -> None:
    firm = worked_firm()
    assert firm.discount_rates[0] == pytest.approx(0.066913, abs=5e-7)
    assert firm.ladder.steps_bp[:, 0] == pytest.approx([147.01, -13.85, 81.33, 76.94, -45.47], abs=BP)
    assert firm.ladder.comparator_rates[-1, 0] == pytest.approx(0.05659, abs=RATE)
    assert firm.ladder.facility_rates[-1, 0] == pytest.approx(0.03199, abs=RATE)
    assert firm.nominal.public_cost[0] == pytest.approx(212_549.90, abs=FEN)
    assert firm.nominal.market[0] == pytest.approx(247_563.55, abs=FEN)


def yuhang_note(rate: float, need: Need) -> Offer:
    """A participation with all vehicle fees carried by the district."""
    costs = (
        CostItem(name="guarantee", rate=0.01, timing="yearly_in_advance", borne_by="district"),
        CostItem(name="issue_cost", rate=0.008, borne_by="district"),
    )
    return offer(Participation(rate=rate, day_count="ACT/365F", costs=costs), need)


def yuhang_need(year: int) -> Need:
    return bullet_need([9_720_000.0] * 25, CLOSING, date(year, 12, 20))


READING_1_LOAN = BankLoan(
    rate=LPR_PLUS_150BP,
    day_count="ACT/360",
    guarantee=Charge(rate=0.01, timing="yearly_in_advance"),
    appraisal=Charge(rate=0.005),
)


@pytest.mark.parametrize(
    ("loan", "note_rate", "year", "spread", "fees", "carried", "before_tax"),
    [
        (READING_1_LOAN, 0.0380, 2024, 6.918, -0.729, 6.804, 12.993),
        (BankLoan(rate=0.0525, day_count="ACT/360"), 0.0325, 2025, 15.125, -9.234, 9.234, 15.125),
    ],
)
def test_yuhang_readings(
    loan: BankLoan, note_rate: float, year: int, spread: float, fees: float, carried: float, before_tax: float
) -> None:
    need = yuhang_need(year)
    result = compare({"loan": offer(loan, need), "note": yuhang_note(note_rate, need)}, against="loan")
    programme = result["note"].nominal.programme()
    million = [float(getattr(programme, part)[0]) / 1e6 for part in ("spread", "fees", "carried", "before_tax")]
    assert million == pytest.approx([spread, fees, carried, before_tax], abs=5e-4)


@pytest.mark.parametrize(("life", "percent"), [(1.0, 6.17), (1.5, 4.12), (2.0, 3.09), (2.5, 2.47), (3.0, 2.06)])
def test_implied_spread_of_yuhang(life: float, percent: float) -> None:
    assert 100 * implied_spread(243e6, 15e6, life) == pytest.approx(percent, abs=0.005)
