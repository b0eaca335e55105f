"""Contract schedules against closed forms and exact fractions."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.index_history import IndexHistory
from ipabs.pool.contract import Contract, Installment
from ipabs.pool.kinds import LicenceBack, PledgedLoan

CENT = 0.005
EXACT = 1e-7  # of a yuan, on millions: float arithmetic against exact fractions


def loan(**terms: object) -> PledgedLoan:
    plain: dict[str, object] = {
        "id": "C1",
        "obligor": "F1",
        "principal": 1_000_000.0,
        "start": date(2024, 1, 31),
        "maturity": date(2025, 1, 31),
        "contract_rate": 0.06,
        "day_count": "30E/360",
    }
    return PledgedLoan(**(plain | terms))  # type: ignore[arg-type]  # the terms under test


def days(contract: PledgedLoan) -> list[str]:
    return [str(day) for day in contract.contract_flows().dates]


def test_dates_are_counted_from_the_start_so_a_short_month_loses_no_day() -> None:
    assert days(loan(frequency="monthly", maturity=date(2024, 6, 30))) == [
        "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stub", "expected"),
    [
        ("short_last", ["2024-04-30", "2024-07-31", "2024-08-15"]),
        ("long_last", ["2024-04-30", "2024-08-15"]),
        ("short_first", ["2024-02-15", "2024-05-15", "2024-08-15"]),
        ("long_first", ["2024-05-15", "2024-08-15"]),
    ],
)
def test_odd_period_stands_where_the_stub_says(stub: str, expected: list[str]) -> None:
    assert days(loan(maturity=date(2024, 8, 15), stub=stub)) == expected


def test_end_of_month_moves_dates_only_if_the_first_is_a_month_end() -> None:
    february = {"start": date(2024, 1, 29), "first_payment": date(2024, 2, 29), "maturity": date(2024, 5, 31)}
    assert days(loan(frequency="monthly", end_of_month=True, **february)) == [
        "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31",
    ]  # fmt: skip
    assert days(loan(frequency="monthly", **february)) == [
        "2024-02-29",
        "2024-03-29",
        "2024-04-29",
        "2024-05-29",
        "2024-05-31",
    ]


def test_payment_day_gives_the_quarter_days_of_chinese_loans() -> None:
    assert days(loan(start=date(2022, 12, 20), maturity=date(2023, 12, 20), payment_day=20)) == [
        "2023-03-20", "2023-06-20", "2023-09-20", "2023-12-20",
    ]  # fmt: skip
    assert days(loan(start=date(2024, 3, 5), maturity=date(2024, 11, 30), payment_day=20)) == [
        "2024-03-20", "2024-06-20", "2024-09-20", "2024-11-30",
    ]  # fmt: skip


def test_first_payment_then_another_day_of_the_month() -> None:
    terms = {"first_payment": date(2024, 7, 26), "payment_day": 20, "frequency": "monthly"}
    assert days(loan(maturity=date(2024, 10, 20), **terms)) == ["2024-07-26", "2024-08-20", "2024-09-20", "2024-10-20"]


def test_holidays_move_the_payment_and_only_adjusted_accrual_moves_the_interest() -> None:
    terms = {"start": date(2024, 3, 28), "maturity": date(2024, 9, 28), "day_count": "ACT/365F", "roll": "following"}
    plain = loan(amortization="bullet", calendar="SSE", **terms).contract_flows()
    moved = loan(amortization="bullet", calendar="SSE", accrual="adjusted", **terms).contract_flows()
    assert [str(day) for day in plain.dates] == ["2024-06-28", "2024-09-30"]
    assert plain.interest == pytest.approx([60_000 * 92 / 365, 60_000 * 92 / 365], abs=EXACT)
    assert moved.interest == pytest.approx([60_000 * 92 / 365, 60_000 * 94 / 365], abs=EXACT)


def test_level_payment_is_the_annuity_of_the_textbook() -> None:
    terms = {"start": date(2024, 1, 1), "maturity": date(2026, 7, 1), "frequency": "monthly"}
    flows = loan(principal=2_200.0, contract_rate=0.08, **terms).contract_flows()
    period = Fraction(8, 1200)
    annuity = 2200 * period / (1 - (1 + period) ** -30)
    assert flows.cash == pytest.approx(np.full(30, float(annuity)), abs=EXACT)


def test_level_payment_on_uneven_days_solves_the_annuity_amount_function() -> None:
    """A = n / Σ D with D the running product of 1 / (1 + r Y), exactly."""
    contract = loan(day_count="ACT/365F", maturity=date(2024, 12, 31), frequency="quarterly")
    ends = [date(2024, 1, 31), date(2024, 4, 30), date(2024, 7, 31), date(2024, 10, 31), date(2024, 12, 31)]
    discount, total = Fraction(1), Fraction(0)
    for before, end in pairwise(ends):
        discount /= 1 + Fraction(6, 100) * Fraction((end - before).days, 365)
        total += discount
    assert contract.contract_flows().cash == pytest.approx(np.full(4, float(1_000_000 / total)), abs=EXACT)


def test_linear_repays_equal_parts_and_interest_falls() -> None:
    flows = loan(amortization="linear").contract_flows()
    assert flows.principal.tolist() == [250_000.0] * 4
    assert flows.interest == pytest.approx([15_000, 11_250, 7_500, 3_750], abs=EXACT)


def test_grace_then_level_pays_interest_first() -> None:
    flows = loan(grace=6).contract_flows()
    assert flows.principal[:2].tolist() == [0.0, 0.0]
    assert flows.interest[:3] == pytest.approx([15_000, 15_000, 15_000], abs=EXACT)
    assert flows.cash[2] == pytest.approx(flows.cash[3], abs=EXACT)


def test_balloon_is_left_for_maturity() -> None:
    for amortization in ("level", "linear"):
        flows = loan(balloon=400_000.0, amortization=amortization).contract_flows()
        assert flows.balance[-2] - (flows.principal[-1] - 400_000) == pytest.approx(400_000, abs=EXACT)
        assert flows.principal[-1] - flows.principal[-2] > 390_000
    level = loan(balloon=400_000.0).contract_flows()
    assert level.cash[-1] - 400_000 == pytest.approx(level.cash[0], abs=EXACT)


def test_step_up_grows_the_payment_once_a_year() -> None:
    cash = loan(maturity=date(2026, 1, 31), step_up=0.1).contract_flows().cash
    assert cash[4:] / cash[:4] == pytest.approx(np.full(4, 1.1), rel=1e-12)


def test_capitalized_interest_raises_the_balance_and_pays_no_cash() -> None:
    flows = loan(capitalized_until=date(2024, 7, 31), amortization="bullet").contract_flows()
    assert flows.cash[:2] == pytest.approx([0, 0], abs=EXACT)
    assert flows.balance[:2] == pytest.approx([1_015_000, 1_015_000 * 1.015], abs=EXACT)
    assert flows.cash[-1] == pytest.approx(1_015_000 * 1.015 * 1.015, abs=EXACT)


def test_negative_amortization_adds_unpaid_interest() -> None:
    flows = loan(amortization="negative", installment=10_000.0).contract_flows()
    assert flows.cash[:3] == pytest.approx([10_000] * 3, abs=EXACT)
    assert flows.balance[:2] == pytest.approx([1_005_000, 1_005_000 * 1.015 - 10_000], abs=EXACT)
    assert flows.balance[-1] == 0


def test_custom_schedule_pays_on_its_own_dates() -> None:
    plan = (
        Installment(date=date(2024, 6, 15), principal=400_000.0),
        Installment(date=date(2025, 1, 31), principal=600_000.0),
    )
    contract = loan(amortization="custom", schedule=plan, frequency="semiannual", day_count="ACT/360")
    flows = contract.contract_flows()
    assert [str(day) for day in flows.dates] == ["2024-06-15", "2024-07-31", "2025-01-31"]
    assert flows.principal.tolist() == [400_000.0, 0.0, 600_000.0]
    first = 1_000_000 * 0.06 * 136 / 360 + 600_000 * 0.06 * 46 / 360
    assert flows.interest == pytest.approx([0.0, first, 600_000 * 0.06 * 184 / 360], abs=EXACT)


def test_principal_may_be_paid_less_often_than_interest() -> None:
    level = loan(principal_frequency="semiannual").contract_flows()
    assert level.principal[[0, 2]].tolist() == [0.0, 0.0]
    assert level.cash[1] == pytest.approx(level.cash[3], abs=EXACT)
    linear = loan(principal_frequency="semiannual", amortization="linear").contract_flows()
    assert linear.principal.tolist() == [0.0, 500_000.0, 0.0, 500_000.0]


def test_floating_rate_takes_the_index_on_each_reset_and_refixes_the_payment() -> None:
    index = IndexHistory(
        name="LPR1Y", dates=(date(2023, 1, 1), date(2024, 7, 1)), rates=(0.0345, 0.0335), known_until=date(2025, 12, 31)
    )
    contract = loan(contract_rate=None, index="LPR1Y", margin=0.01, reset="semiannual")
    flows = contract.contract_flows((index,))
    first, second = 0.0445 / 4, 0.0435 / 4
    payment = 1_000_000 * first / (1 - (1 + first) ** -4)
    assert flows.cash[:2] == pytest.approx([payment] * 2, abs=EXACT)
    left = flows.balance[1]
    assert flows.cash[2:] == pytest.approx([left * second / (1 - (1 + second) ** -2)] * 2, abs=EXACT)
    capped = loan(contract_rate=None, index="LPR1Y", margin=0.01, rate_cap=0.04, amortization="bullet")
    assert capped.contract_flows((index,)).interest[0] == pytest.approx(10_000, abs=EXACT)


def test_published_prime_rate_is_the_default_index() -> None:
    contract = loan(contract_rate=None, index="LPR1Y", amortization="bullet", start=date(2024, 7, 21))
    assert contract.contract_flows().interest[0] == pytest.approx(1_000_000 * 0.0345 * 90 / 360, abs=EXACT)


def test_fen_rounding_keeps_every_amount_whole_and_repays_exactly() -> None:
    flows = loan(frequency="monthly", rounding="fen").contract_flows()
    for amounts in (flows.interest, flows.principal):
        assert np.abs(amounts * 100 - np.round(amounts * 100)).max() < 1e-6
    assert flows.principal.sum() == pytest.approx(1_000_000, abs=EXACT)


def test_licence_back_fees_repay_the_lump_sum() -> None:
    licence = LicenceBack(
        id="L1", obligor="F1", principal=8e6, start=date(2024, 1, 1), maturity=date(2026, 1, 1), contract_rate=0.05
    )
    assert licence.contract_flows().principal.sum() == pytest.approx(8e6, abs=EXACT)


@st.composite
def contracts(draw: st.DrawFn) -> PledgedLoan:
    start = draw(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
    months = draw(st.integers(1, 360))
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    maturity = date(year, month + 1, draw(st.integers(1, 28)))
    amortization = draw(st.sampled_from(["level", "linear", "bullet"]))
    return loan(
        principal=draw(st.floats(1e3, 1e9)),
        start=start,
        maturity=maturity if maturity > start else date(start.year + 1, 1, 1),
        contract_rate=draw(st.floats(0, 0.3)),
        amortization=amortization,
        frequency=draw(st.sampled_from(["monthly", "quarterly", "semiannual", "annual", "at_maturity"])),
        day_count=draw(st.sampled_from(["ACT/365F", "ACT/360", "30E/360", "ACT/ACT ISDA"])),
        payment_day=draw(st.sampled_from([0, 20, 31])),
        balloon=0.0 if amortization == "bullet" else draw(st.sampled_from([0.0, 500.0])),
        step_up=draw(st.sampled_from([0.0, 0.05])),
        rounding=draw(st.sampled_from(["none", "fen"])),
    )


@settings(max_examples=50)
@given(contracts())
def test_every_schedule_repays_exactly(contract: PledgedLoan) -> None:
    assert list(contract.findings()) == []
    flows = contract.contract_flows()
    assert flows.balance[-1] == 0
    assert flows.principal.sum() == pytest.approx(contract.principal, rel=1e-9)
    assert (np.diff(flows.dates.astype(int)) > 0).all()
    assert flows.dates[-1].item() == contract.maturity
    carried = np.r_[contract.principal, flows.balance[:-1]]
    assert flows.balance == pytest.approx(carried - flows.principal, rel=1e-9, abs=1e-6)


@settings(max_examples=50)
@given(contracts(), contracts())
def test_contracts_walked_together_give_what_each_gives_alone(one: PledgedLoan, other: PledgedLoan) -> None:
    from ipabs.pool.repayment import flows_of

    together = flows_of((one, other))
    for row, contract in enumerate((one, other)):
        alone = contract.contract_flows()
        assert together.of(row).dates.tolist() == alone.dates.tolist()
        for name in ("interest", "principal", "balance"):
            assert np.array_equal(getattr(together.of(row), name), getattr(alone, name))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"principal": 0.0}, "principal: principal is 0.0; it must be more than 0"),
        ({"maturity": date(2024, 1, 31)}, "maturity: maturity 2024-01-31 is not after the start 2024-01-31"),
        ({"contract_rate": None}, "contract_rate: a contract states contract_rate, index or installment"),
        ({"balloon": 2e6}, "balloon: the balloon 2000000.0 is not below the principal 1000000.0"),
        ({"grace": 12}, "grace: 12 months from the start reach the maturity 2025-01-31"),
        (
            {"grace": 3, "first_principal": date(2024, 7, 31)},
            "grace: grace and first_principal both say when principal starts; keep one",
        ),
        (
            {"capitalized_until": date(2024, 1, 30), "first_reset": date(2025, 2, 1)},
            "capitalized_until: 2024-01-30 is not between the start 2024-01-31 and the maturity 2025-01-31\n"
            "first_reset: 2025-02-01 is not between the start 2024-01-31 and the maturity 2025-01-31",
        ),
        ({"payment_day": 32}, "payment_day: no month has a day 32"),
        ({"amortization": "negative"}, "installment: negative amortization needs the agreed total payment"),
        ({"amortization": "custom"}, "schedule: the schedule repays 0.00 of 1000000.00"),
        (
            {"first_payment": date(2025, 6, 1)},
            "first_payment: first payment 2025-06-01 is not between the start 2024-01-31 and the maturity 2025-01-31",
        ),
        (
            {"amortized_until": date(2024, 12, 31), "balloon": 1e5},
            "amortized_until: payments that end the debt on 2024-12-31, before the maturity 2025-01-31\n"
            "amortized_until: amortized_until gives the level payments: it excludes installment, balloon and a stub at "
            "the start",
        ),
        (
            {"stub": "short_first", "payment_day": 20},
            "stub: short_first counts the dates back from maturity, so first_payment and payment_day have no place; "
            "drop one",
        ),
    ],
)
def test_terms_that_do_not_fit_name_the_field(terms: dict[str, object], expected: str) -> None:
    assert [str(found) for found in loan(**terms).findings()] == expected.split("\n")


def test_payments_of_a_longer_loan_leave_a_rest_at_maturity() -> None:
    # Four quarters of a loan whose payments are those of forty.
    flows = loan(amortized_until=date(2034, 1, 31)).contract_flows()
    payment = 1e6 * 0.015 / (1 - 1.015**-40)
    rest = 1e6 * 1.015**4 - payment * (1.015**4 - 1) / 0.015
    assert flows.cash == pytest.approx([payment, payment, payment, payment + rest], abs=CENT)
    assert flows.balance[-1] == 0
    same = loan(amortized_until=date(2025, 1, 31)).contract_flows()
    assert same.cash.tolist() == loan().contract_flows().cash.tolist()


def test_bimonthly_interest_falls_on_every_second_month() -> None:
    flows = loan(frequency="bimonthly", amortization="bullet").contract_flows()
    days = ["2024-03-31", "2024-05-31", "2024-07-31", "2024-09-30", "2024-11-30", "2025-01-31"]
    assert [str(day) for day in flows.dates] == days
    assert flows.interest == pytest.approx([10_000.0] * 6)


def test_principal_has_an_anchor_of_its_own() -> None:
    flows = loan(frequency="monthly", principal_frequency="quarterly", first_principal=date(2024, 5, 31),
                 maturity=date(2024, 12, 31), amortization="linear").contract_flows()  # fmt: skip
    paying = flows.principal > 0
    assert [str(day) for day in flows.dates[paying]] == ["2024-05-31", "2024-08-31", "2024-11-30", "2024-12-31"]
    assert flows.principal[paying] == pytest.approx([250_000.0] * 4)
    assert (flows.interest > 0).all()


def test_payments_in_advance_start_with_the_contract() -> None:
    # Equal payments at the start of each of four quarters and at the end: 5 A-values of an annuity due.
    flows = loan(first_payment=date(2024, 1, 31)).contract_flows()
    factor = sum(1.015**-k for k in range(5))
    assert flows.cash == pytest.approx([1e6 / factor] * 5, abs=CENT)
    assert (str(flows.dates[0]), flows.interest[0]) == ("2024-01-31", 0.0)


def test_interest_is_capitalized_on_the_last_day_too() -> None:
    flows = loan(capitalized_until=date(2024, 6, 15), amortization="bullet").contract_flows()
    assert [str(day) for day in flows.dates[:3]] == ["2024-04-30", "2024-06-15", "2024-07-31"]
    assert flows.balance[1] == pytest.approx(1e6 * 1.015 * (1 + 0.06 * 45 / 360))
    assert flows.cash[:2] == pytest.approx([0, 0])


def test_floating_rate_may_be_a_multiple_of_the_index_from_a_first_reset_on() -> None:
    index = IndexHistory(name="own", dates=(date(2024, 1, 1),), rates=(0.04,), known_until=date(2026, 1, 1))
    flows = loan(index="own", index_multiple=1.1, margin=0.001, first_reset=date(2024, 4, 30), reset="annual",
                 amortization="bullet").contract_flows((index,))  # fmt: skip
    assert flows.interest == pytest.approx([15_000, *[1e6 * 0.045 / 4] * 3])


def test_contract_is_data_only() -> None:
    assert not hasattr(Contract, "contract_flows")
