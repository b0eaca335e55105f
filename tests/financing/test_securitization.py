"""Participation in a deal: contracts of a pool, shared costs, and an amortizing contract against its loan."""

from datetime import date

import numpy as np
import pytest

from ipabs.basics.party import Party
from ipabs.errors import DataError, SpecError
from ipabs.financing.apr import flat_rate, simple_annual_cost
from ipabs.financing.comparison import compare
from ipabs.financing.cost_items import cost_table
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import Joined, offer
from ipabs.financing.loan import BankLoan, Deposit
from ipabs.financing.need import bullet_need, contract_need
from ipabs.financing.rates import all_in_cost, all_in_costs
from ipabs.financing.savings import implied_spread
from ipabs.financing.securitization import Participation, Securitization
from ipabs.financing.tax import Tax
from ipabs.pool.kinds import LicenceBack, PledgedLoan
from ipabs.pool.pool import Pool

FEN = 0.005
CENT = 1e-5
CLOSING = date(2022, 12, 20)


def pool() -> Pool:
    loans = [
        PledgedLoan(
            id=f"C{n}",
            obligor=f"Firm 0{n}",
            principal=principal,
            start=CLOSING,
            maturity=date(2024, 12, 20),
            contract_rate=0.038,
            amortization="bullet",
        )
        for n, principal in ((1, 9_720_000.0), (2, 4_860_000.0), (3, 14_580_000.0))
    ]
    licence = LicenceBack(
        id="L1",
        obligor="Firm 01",
        principal=2_000_000,
        start=CLOSING,
        maturity=date(2023, 12, 20),
        contract_rate=0.045,
        amortization="level",
    )
    return Pool((*loans, licence), tuple(Party(id=f"Firm 0{n}") for n in (1, 2, 3)))


COSTS = (
    CostItem(
        name="guarantee",
        rate=0.01,
        timing="yearly_in_advance",
        borne_by=(Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5)),
    ),
    CostItem(name="issue_cost", rate=0.008, borne_by="district"),
)


def test_a_pool_and_stated_terms_say_the_same() -> None:
    one = Securitization.of(Party(id="Firm 02"), pool(), None, COSTS)
    need = bullet_need(4_860_000, CLOSING, date(2024, 12, 20), firms=["Firm 02"])
    stated = offer(Participation(rate=0.038, day_count="ACT/365F", costs=COSTS), need)
    assert all_in_cost(one) == pytest.approx(all_in_cost(stated), abs=1e-12)
    assert one.cash_items().amounts.sum() == pytest.approx(stated.cash_items().amounts.sum(), abs=FEN)
    assert one.cash_items().contract_rates.tolist() == [0.038]


def test_comparators_follow_each_contract() -> None:
    note = Securitization.of_pool(pool(), None, COSTS)
    needs = [contract_need(contract) for contract in pool().obligations]
    loan = offer(BankLoan(rate=0.0515, guarantee=Charge(rate=0.01, timing="yearly_in_advance")), *needs)
    result = compare({"loan": loan, "note": note}, against="loan")
    assert result.findings == ()
    one = result["note"]
    assert one.firms == ("Firm 01", "Firm 02", "Firm 03")
    assert one.principal.tolist() == [11_720_000, 4_860_000, 14_580_000]
    assert one.nominal.fees == pytest.approx(-0.008 * one.principal, abs=FEN)
    # The licence repays within its year, so its guarantee is charged once, the loans' twice.
    guarantee = 0.01 * (2 * one.principal - [2_000_000, 0, 0])
    assert one.nominal.carried == pytest.approx(guarantee / 2 + 0.008 * one.principal, abs=FEN)
    single = Securitization.of("Firm 03", pool(), None, COSTS)
    alone = compare({"loan": loan, "note": single}, against="loan")["note"]
    assert alone.nominal.net[0] == pytest.approx(one.nominal.net[2], abs=CENT)


def firm_costs(cost: CostItem, **weights: float) -> list[float]:
    note = Securitization.of_pool(pool(), None, (cost,), risk_weights=weights or None)
    items = note.cash_items()
    return (-items.sums(items.is_kind("fee"))).tolist()


def test_costs_are_shared_as_stated() -> None:
    total = 31_160_000
    sums = np.array([11_720_000, 4_860_000, 14_580_000]) / total
    rating = {"name": "rating", "amount": 300_000.0}
    assert firm_costs(CostItem(**rating)) == pytest.approx(300_000 * sums)
    # Three firms, though the first has two contracts.
    assert firm_costs(CostItem(**rating, allocate_by="equally")) == pytest.approx([100_000] * 3)
    assert firm_costs(CostItem(**rating, allocate_by="shapley")) == pytest.approx([100_000] * 3)
    by_rate = CostItem(name="manager", rate=0.002)
    assert firm_costs(by_rate) == pytest.approx(0.002 * total * sums)
    minimum = CostItem(name="manager", rate=0.002, minimum=124_640)
    assert firm_costs(minimum) == pytest.approx(124_640 * sums)
    weights = {"Firm 01": 1.0, "Firm 02": 1.0, "Firm 03": 3.0}
    risky = CostItem(name="letter", rate=0.01, allocate_by="risk")
    assert firm_costs(risky, **weights) == pytest.approx(0.01 * total * np.array([1, 1, 3]) / 5)
    with pytest.raises(DataError, match="letter is shared by risk; Firm 01 has no risk weight"):
        firm_costs(risky)


def test_a_cost_stated_twice_is_refused() -> None:
    with pytest.raises(SpecError, match="issue_cost stands 2 times among the costs; keep one"):
        Securitization.of_pool(pool(), None, (*COSTS, COSTS[1]))


def test_cost_table_adds_up_by_bearer() -> None:
    items = Securitization.of_pool(pool(), None, COSTS).cash_items()
    table = cost_table(items)
    assert table.loc["issue_cost", "district"] == pytest.approx(0.008 * 31_160_000)
    assert table["total"].sum() == pytest.approx(-items.amounts[items.is_kind("fee")].sum())
    assert table["imputed"].tolist() == [0, 0]


def test_the_order_of_contracts_changes_nothing() -> None:
    turned = Pool(tuple(reversed(pool().obligations)), pool().parties)
    one, other = (Securitization.of_pool(p, None, COSTS, tax=Tax()) for p in (pool(), turned))
    loan = offer(BankLoan(rate=0.05), *[contract_need(contract) for contract in pool().obligations])
    saved = [compare({"loan": loan, "note": note}, against="loan")["note"].nominal for note in (one, other)]
    assert saved[1].of_firms(saved[0].firms).net == pytest.approx(saved[0].net, abs=CENT)


def test_deposit_with_the_vehicle_returns_at_the_end() -> None:
    held = Securitization.of("Firm 02", pool(), None, (), deposit=Deposit(share=0.05, rate=0.0035))
    items = held.cash_items()
    assert items.sums(items.is_kind("fee"))[0] == pytest.approx(4_860_000 * 0.05 * 0.0035 * 731 / 365)
    assert all_in_cost(held) > all_in_cost(Securitization.of("Firm 02", pool(), None, ()))


def test_a_firm_outside_the_pool_is_refused() -> None:
    with pytest.raises(DataError, match="no firm 'Firm 99'"):
        Securitization.of("Firm 99", pool(), None, COSTS)


def test_two_contracts_on_the_same_dates_are_one_need() -> None:
    twin = PledgedLoan(
        id="C9",
        obligor="Firm 02",
        principal=1_140_000,
        start=CLOSING,
        maturity=date(2024, 12, 20),
        contract_rate=0.04,
        amortization="bullet",
    )
    both = Pool((*pool().obligations, twin), pool().parties)
    note = Securitization.of("Firm 02", both, None, COSTS)
    items = note.cash_items()
    interest = (4_860_000 * 0.038 + 1_140_000 * 0.04) * 731 / 365
    assert -items.sums(items.is_kind("interest"))[0] == pytest.approx(interest, abs=FEN)
    assert items.contract_rates.tolist() == [0.04]
    loan = offer(BankLoan(rate=0.05), *[contract_need(one) for one in both.obligations])
    assert compare({"loan": loan, "note": note}, against="loan")["note"].principal.tolist() == [6_000_000]


def test_flat_and_simple_rates_of_a_linear_loan() -> None:
    need = bullet_need(1_200_000, date(2023, 3, 20), date(2024, 3, 20), frequency="monthly")
    loan = offer(BankLoan(rate=0.06, day_count="ACT/365F", repayment="linear"), need)
    assert simple_annual_cost(loan) == pytest.approx(0.06)
    assert flat_rate(loan) == pytest.approx(0.06 * contract_life(need.dates[0].tolist()) / (366 / 365))


def test_flat_rate_of_firms_with_different_terms() -> None:
    """6 % a year on 1 million for one year and 3 million for three: cost and principal-years in the same proportion."""
    need = bullet_need([1e6, 3e6], CLOSING, [date(2023, 12, 20), date(2025, 12, 20)])
    assert flat_rate(offer(BankLoan(rate=0.06, day_count="ACT/365F"), need)) == pytest.approx(0.06)


def contract_life(dates: list[date]) -> float:
    return float(np.mean([(day - date(2023, 3, 20)).days for day in dates])) / 365


def test_implied_spread_is_the_difference_of_simple_costs() -> None:
    need = bullet_need(9e6, CLOSING, date(2025, 12, 20))
    loan, note = offer(BankLoan(rate=0.0525), need), offer(Participation(rate=0.0325, day_count="ACT/365F"), need)
    one = compare({"loan": loan, "note": note}, against="loan")["note"]
    spread = implied_spread(9e6, float(one.nominal.net[0]), float(one.life_years[0]))
    assert spread == pytest.approx(simple_annual_cost(loan) - simple_annual_cost(note), abs=1e-12)
    with pytest.raises(DataError, match="size is 0; it must be more than 0\nlife is -1; it must be more than 0"):
        implied_spread(0, 15e6, -1)


def test_joined_offers_on_equal_terms_can_be_recut() -> None:
    loan = BankLoan(rate=0.05, repayment="linear", frequency="quarterly")
    needs = [bullet_need(5e6, CLOSING, date(2024, 12, 20), firms=[f"Firm {n}"]) for n in range(3)]
    joined = Joined(facilities=tuple(offer(loan, need) for need in needs))
    note = offer(Participation(rate=0.04), *needs)
    one = compare({"loan": joined, "note": note}, against="loan")["note"]
    assert one.nominal.spread == pytest.approx([5e6 * 0.01 * 731 / 360] * 3)
    assert all_in_costs(joined) == pytest.approx([all_in_cost(joined)] * 3)
