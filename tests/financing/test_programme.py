"""A programme over the years, its indicators, break-evens, simulated outcomes, shared costs."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.index_history import IndexHistory
from ipabs.errors import DataError, LimitError, SpecError
from ipabs.financing.allocation import by_weights, equally, shapley, shapley_of_minimum
from ipabs.financing.break_even import Question, Turn, break_even, turns
from ipabs.financing.compared import Compared
from ipabs.financing.comparison import compare
from ipabs.financing.costs import Bearing, Charge, CostItem, counted_twice
from ipabs.financing.facility import offer
from ipabs.financing.leasing import FinancialLease
from ipabs.financing.loan import BankLoan
from ipabs.financing.look_through import look_through
from ipabs.financing.need import bullet_need
from ipabs.financing.outcomes import (
    interest_change,
    interest_under_paths,
    joint_liability_calls,
    outcome,
    outcome_table,
    simulated_savings,
)
from ipabs.financing.programme import (
    Indicator,
    Issue,
    contingent_cost,
    indicator_table,
    penetration,
    programme_table,
    value_before,
)
from ipabs.financing.securitization import Participation

FEN = 0.005
START = date(2022, 12, 20)


def test_indicators_of_the_news_item_of_2023() -> None:
    """Zhejiang Daily, 8 August 2023: 1,820 grants up 17.95 %, 289 PCT up 61.45 %, 30.2 per 10,000 up 64 %."""
    table = indicator_table(
        [
            Indicator(name="grants", value=1820, before=1543),
            Indicator(name="pct", value=289, before=179),
            Indicator(name="high_value", value=30.2, before=18.4),
        ]
    )
    assert table["growth"].round(4).tolist() == [0.1795, 0.6145, 0.6413]
    assert [round(value_before(v, g)) for v, g in ((1820, 0.1795), (289, 0.6145))] == [1543, 179]
    assert value_before(30.2, 0.64) == pytest.approx(18.4, abs=0.05)
    assert penetration(25, 2180) == pytest.approx(0.0115, abs=5e-5)


def test_indicators_without_a_base_are_refused() -> None:
    with pytest.raises(DataError, match="grants: growth from 0 is not defined"):
        _ = Indicator(name="grants", value=5, before=0).growth
    with pytest.raises(DataError, match="eligible is 0; it must be more than 0"):
        penetration(5, 0)
    with pytest.raises(DataError, match="a growth of -1"):
        value_before(5, -1)


def issue(name: str, closing: date, firms: list[str], *, imputed: bool = False) -> Issue:
    need = bullet_need([10e6] * len(firms), closing, date(closing.year + 1, closing.month, closing.day), firms=firms)
    letter = CostItem(name="letter", rate=0.01, borne_by=(Bearing(bearer="district", share=1.0, imputed=imputed),))
    offers = {
        "loan": offer(BankLoan(rate=0.05, day_count="equal_periods"), need),
        "note": offer(Participation(rate=0.035, day_count="equal_periods", costs=(letter,)), need),
    }
    compared: Compared = compare(offers, against="loan")["note"]
    return Issue(name=name, closing=closing, market="exchange_abs", compared=compared, contingent_cost=50_000)


def test_programme_counts_a_firm_once_and_adds_the_rest() -> None:
    table = programme_table(
        [
            issue("second", date(2023, 6, 20), ["Firm 02", "Firm 03"], imputed=True),
            issue("first", date(2022, 6, 20), ["Firm 01", "Firm 02"]),
        ],
        eligible_firms=300,
    )
    assert list(table.index) == ["first", "second"]
    assert table["cumulative_firms"].tolist() == [2, 3]
    assert table["cumulative_principal"].tolist() == [20e6, 40e6]
    # 1.5 % of spread on 10 million a firm; the district carries 1 %, in the second issue without cash.
    assert table["saving"].tolist() == pytest.approx([300_000, 300_000])
    assert table["market_saving"].tolist() == pytest.approx([100_000, 100_000])
    assert table["public_cost"].tolist() == pytest.approx([200_000, 200_000])
    assert table["public_cash"].tolist() == pytest.approx([200_000, 0])
    assert table["public_cash_per_yuan_saved"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table["penetration"].tolist() == pytest.approx([2 / 300, 3 / 300])


def test_cash_per_yuan_saved_is_missing_where_nothing_is_saved() -> None:
    need = bullet_need(10e6, START, date(2023, 12, 20))
    offers = {"loan": offer(BankLoan(rate=0.03), need), "note": offer(BankLoan(rate=0.05), need)}
    dear = Issue(name="dear", closing=START, market="abs", compared=compare(offers, against="loan")["note"])
    assert programme_table([dear])["public_cash_per_yuan_saved"].isna().all()


def test_programme_faults() -> None:
    with pytest.raises(DataError, match="a programme has at least one issue"):
        programme_table([])
    with pytest.raises(DataError, match="1 firms took part, but only 0 are eligible"):
        programme_table([issue("first", date(2022, 6, 20), ["Firm 01"])], eligible_firms=0)


def question(**changes: object) -> Question:
    fixed = CostItem(name="issue", amount=500_000)
    base = {
        "need": bullet_need(10e6, START, date(2023, 12, 20)),
        "loan": BankLoan(rate=0.05, day_count="equal_periods"),
        "participation": Participation(rate=0.035, day_count="equal_periods", issue_size=100e6, costs=(fixed,)),
    }
    return Question(**(base | changes))  # type: ignore[arg-type]  # test values


def test_break_even_values_have_closed_forms() -> None:
    # Spread 1.5 % of 10 million = 150,000; its share of the fixed 500,000 is 10/size.
    (size,) = break_even(question(), "deal_size", 10e6, 200e6)
    assert size == Turn(value=pytest.approx(100e6 / 3), becomes="worth it", jump=False)
    (rate,) = break_even(question(), "loan_rate", 0.03, 0.06)
    assert rate.value == pytest.approx(0.035 + 0.005)
    cheap = question(loan=BankLoan(rate=0.037, day_count="equal_periods"))
    # 20,000 of spread against 50,000 of costs: the firm can bear two fifths; a subsidy of 30/350 closes the gap.
    (share,) = break_even(cheap, "firm_share", 0, 1)
    assert (share.value, share.becomes) == (pytest.approx(0.4), "not worth it")
    (subsidy,) = break_even(cheap, "subsidy_share", 0, 1)
    assert subsidy.value == pytest.approx(30 / 350)
    shared = CostItem(name="issue", amount=1_200_000, allocate_by="equally")
    many = question(participation=Participation(rate=0.035, day_count="equal_periods", firms=1, costs=(shared,)))
    (firms,) = break_even(many, "firms", 1, 25)
    assert firms == Turn(value=9, becomes="worth it", jump=True)
    (months,) = break_even(cheap, "tenor_months", 1, 60)
    # 1,666.67 a month of spread repay 50,000 after thirty months; at the thirtieth nothing is gained yet.
    assert months.value in (30, 31)
    assert break_even(question(), "loan_rate", 0.05, 0.06) == ()


def test_every_turn_is_reported() -> None:
    yearly = CostItem(name="guarantee", rate=0.012, timing="yearly_in_arrears")
    upfront = Charge(rate=0.004)
    turning = question(
        participation=Participation(rate=0.04, day_count="equal_periods", costs=(yearly,)),
        loan=BankLoan(rate=0.05, day_count="equal_periods", origination=upfront),
    )
    found = break_even(turning, "tenor_months", 1, 36)
    assert [turn.becomes for turn in found] == ["not worth it"]
    roots = turns(lambda x: (x - 1) * (x - 2) * (x - 2.5), 0, 3)
    assert [round(turn.value, 9) for turn in roots] == [1, 2, 2.5]
    (leap,) = turns(lambda x: -1.0 if x < 0.3 else 1.0, 0, 1)
    assert leap.jump
    assert leap.value == pytest.approx(0.3)


def test_break_even_refuses_what_it_cannot_vary() -> None:
    with pytest.raises(SpecError, match="no variable 'size'; did you mean 'deal_size'"):
        break_even(question(), "size", 0, 1)  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(SpecError, match="a financial_lease has no loan rate to vary"):
        break_even(question(loan=FinancialLease(rate=0.05)), "loan_rate", 0, 1)
    with pytest.raises(SpecError, match="no sum 'gross'"):
        question(measure="gross").saving()


@pytest.mark.parametrize(
    ("low", "high", "steps"), [(0.08, 0.02, 100), (0.02, 0.02, 100), (0.02, float("nan"), 9), (0, 1, 0)]
)
def test_a_range_that_does_not_rise_is_refused(low: float, high: float, steps: int) -> None:
    message = f"nothing to scan from {low} to {high} in {steps} steps; the range rises, with at least one step"
    with pytest.raises(SpecError, match=message):
        break_even(question(), "loan_rate", low, high, steps=steps)
    with pytest.raises(SpecError, match=message):
        turns(lambda x: x, low, high, steps=steps)


def test_outcomes_that_do_not_fit_are_refused() -> None:
    need = bullet_need(10e6, START, date(2023, 12, 20))
    with pytest.raises(SpecError, match="a fixed rate follows no index; state index and margin"):
        interest_change(BankLoan(rate=0.05), need, [[0.03] * 4])
    with pytest.raises(DataError, match="1 of 2 values are no finite numbers"):
        outcome(np.array([1.0, np.nan]))
    with pytest.raises(DataError, match=r"\(5, 2\) do not fit 1 firms"):
        outcome_table(["a"], np.zeros((5, 2)))
    with pytest.raises(DataError, match=r"\(3, 2\) and \(1, 3\) do not fit 2 firms"):
        joint_liability_calls(np.zeros((3, 2), dtype=np.bool_), [1.0, 2.0, 3.0], np.array([1.0, 2.0]))


def test_a_level_loan_on_an_index_of_ones_own_follows_its_paths() -> None:
    """On the rates that the history holds, nothing changes."""
    days = [date(2022, 12, 1), date(2023, 6, 1)]
    own = IndexHistory(
        name="HOUSE",
        tenor_months=12,
        dates=tuple(days),
        rates=(0.04, 0.03),
        known_until=date(2023, 12, 31),
        source="house",
    )
    need = bullet_need(10e6, START, date(2023, 12, 20), frequency="semiannual")
    loan = BankLoan(index="HOUSE", margin=0.01, resets="each_payment", repayment="level", day_count="equal_periods")
    assert interest_change(loan, need, [[0.04, 0.03]], indices=[own]) == pytest.approx(0.0, abs=1e-6)


def test_index_paths_move_the_saving_by_the_interest() -> None:
    need = bullet_need([10e6, 5e6], START, date(2023, 12, 20))
    loan = BankLoan(index="LPR1Y", margin=0.015, resets="each_payment", day_count="equal_periods")
    known = interest_under_paths(loan, need, [[0.0365, 0.0365, 0.0355, 0.0345]])
    items = loan.cash_items(need)
    assert known[0] == pytest.approx(-items.sums(items.is_kind("interest")))
    rising = interest_under_paths(loan, need, np.full((3, 4), 0.05))
    change = interest_change(loan, need, np.full((3, 4), 0.05))
    assert change == pytest.approx(rising - known)
    saving = simulated_savings(np.array([1e5, 5e4]), comparator_change=change)
    assert saving[2] == pytest.approx(np.array([1e5, 5e4]) + rising[2] - known[0])
    with pytest.raises(DataError, match=r"\(3, 2\) and \(2, 2\) do not fit 2 firms; wanted \(path, firm\)"):
        simulated_savings(np.array([1e5, 5e4]), comparator_change=change, calls=np.zeros((2, 2)))
    with pytest.raises(DataError, match=r"index paths of shape \(1, 3\); wanted finite numbers \(path, 4\)"):
        interest_under_paths(loan, need, [[0.03, 0.03, 0.03]])


@settings(max_examples=50)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=6))
def test_survivors_pay_exactly_what_defaulters_owe(defaults: list[list[bool]]) -> None:
    failed = np.array(defaults)
    principal = np.array([1.0, 2.0, 3.0, 4.0])
    calls = joint_liability_calls(failed, principal, principal)
    due = (failed * principal).sum(axis=1)
    some_survive = ~failed.all(axis=1)
    assert calls.sum(axis=1) == pytest.approx(due * some_survive)
    assert not calls[failed].any()
    assert simulated_savings(np.zeros(4), calls=calls) == pytest.approx(-calls)


def test_the_programme_error_is_that_of_the_sum_path_by_path() -> None:
    """Two firms whose savings always offset each other: each is uncertain, the programme is not."""
    table = outcome_table(["a", "b"], np.array([[1.0, 3.0], [3.0, 1.0]]))
    assert table["standard_error"].tolist() == [1, 1, 0]
    assert table.loc["programme", "mean"] == 4


def test_contingent_cost_is_the_fee_not_charged() -> None:
    assert contingent_cost(0.014, 0.01, 43e6, 1.5) == pytest.approx(0.004 * 43e6 * 1.5)
    with pytest.raises(DataError, match=r"fair_fee_rate is -0.01; it must be 0 or more"):
        contingent_cost(-0.01, 0.01, 43e6, 1.5)


def test_outcome_needs_two_paths() -> None:
    assert outcome(np.array([1.0, 2.0, 3.0])).mean == 2
    with pytest.raises(DataError, match="1 paths give no standard error"):
        outcome(np.ones(1))


@settings(max_examples=50)
@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=6), st.floats(0, 40))
def test_shapley_shares_out_the_whole_cost(alone: list[float], minimum: float) -> None:
    costs = np.array(alone)
    shared = shapley_of_minimum(costs, minimum)
    assert shared.sum() == pytest.approx(max(minimum, costs.sum()))
    if minimum >= costs.sum():
        assert shared == pytest.approx(equally(minimum, len(costs)))


def test_shapley_of_many_players_is_refused() -> None:
    with pytest.raises(LimitError, match="17 firms are too many for exact Shapley values; at most 16"):
        shapley(lambda coalition: float(len(coalition)), 17)
    with pytest.raises(DataError, match="cannot share a cost"):
        by_weights(1.0, np.zeros(2))


def test_cost_in_the_deal_and_in_the_case_is_a_finding() -> None:
    costs = (CostItem(name="custodian", rate=0.0001), CostItem(name="letter", rate=0.01))
    assert [str(found) for found in counted_twice(costs, ["vat", "custodian"])] == [
        "costs.custodian: custodian is paid by the deal and stands among the costs outside the contract rate too; "
        "keep one"
    ]


@dataclass(frozen=True)
class Named:
    name: str
    residual: bool = False


@dataclass(frozen=True)
class Deal:
    tranches: tuple[Named, ...]
    fees: tuple[Named, ...]


@dataclass(frozen=True)
class Collected:
    interest: np.ndarray


@dataclass(frozen=True)
class Ledger:
    deal: Deal
    collections: Collected

    def paid(self, claim: str) -> np.ndarray:
        return np.array([[{"A.interest": 65.0, "vat": 3.0, "custodian": 1.0, "trustee": 4.0}[claim]]])


def test_look_through_splits_the_contract_interest() -> None:
    deal = Deal((Named("A"), Named("sub", residual=True)), (Named("vat"), Named("custodian"), Named("trustee")))
    memo = look_through(Ledger(deal, Collected(np.array([[40.0, 60.0]]))))
    assert (memo.interest, memo.coupon, memo.vehicle_costs, memo.vat, memo.residual) == (100, 65, 5, 3, 27)
    assert memo.table()["share"].sum() == pytest.approx(1)
    with pytest.raises(DataError, match="collected no interest"):
        look_through(Ledger(deal, Collected(np.zeros((1, 2)))))
