"""The savings identity, and what `compare` refuses."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.curve import Curve
from ipabs.errors import DataError, SpecError
from ipabs.financing.comparison import compare, programme, shapley_ladder
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import FirmFacts, Joined, Offer, offer
from ipabs.financing.leasing import FinancialLease
from ipabs.financing.loan import BankLoan, Deposit
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.rates import all_in_cost, present_cost
from ipabs.financing.savings import PARTS
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax

# Sums of at most a few thousand items of at most 1e8 yuan.
CENT = 1e-5
START = date(2023, 3, 20)

rates = st.integers(10, 150).map(lambda n: n / 1000)
small_rates = st.integers(0, 200).map(lambda n: n / 10_000)
shares = st.integers(0, 100).map(lambda n: n / 100)
timings = st.sampled_from(["upfront", "yearly_in_advance", "yearly_in_arrears", "each_payment", "at_maturity"])


@st.composite
def needs(draw: st.DrawFn) -> Need:
    principal = draw(st.lists(st.floats(1e5, 1e8), min_size=1, max_size=4))
    months = draw(st.integers(1, 40))
    maturity = date(START.year + (START.month - 1 + months) // 12, (START.month - 1 + months) % 12 + 1, 20)
    return bullet_need(principal, START, maturity, frequency=draw(st.sampled_from(["quarterly", "monthly", "annual"])))


@st.composite
def bank_offers(draw: st.DrawFn, need: Need) -> Offer:
    loan = BankLoan(
        rate=draw(rates),
        day_count=draw(st.sampled_from(["ACT/360", "ACT/365F", "30E/360", "equal_periods"])),
        guarantee=Charge(rate=draw(small_rates), timing=draw(timings)),
        appraisal=Charge(amount=draw(st.integers(0, 1000).map(float))),
        deposit=draw(st.none() | st.builds(Deposit, share=st.integers(0, 20).map(lambda n: n / 100), rate=small_rates)),
    )
    return offer(loan, need, tax=Tax(rate=0.25))


@st.composite
def participation_offers(draw: st.DrawFn, need: Need) -> Offer:
    firm = draw(shares)
    borne = (
        Bearing(bearer="firm", share=firm),
        Bearing(bearer="district", share=1 - firm, imputed=draw(st.booleans())),
    )
    note = Participation(
        rate=draw(rates),
        day_count="ACT/365F",
        costs=(CostItem(name="guarantee", rate=draw(small_rates), timing=draw(timings), borne_by=borne),),
    )
    support = Subsidy(name="support", share=draw(shares), timing=draw(st.sampled_from(["at_maturity", "after_year"])))
    return offer(note, need, subsidies=(support,), tax=Tax(rate=draw(st.integers(0, 40).map(lambda n: n / 100))))


@settings(max_examples=60)
@given(st.data(), needs(), st.none() | st.floats(0, 0.2))
def test_savings_add_up_in_nominal_and_present_value(data: st.DataObject, need: Need, rate: float | None) -> None:
    loan, note = data.draw(bank_offers(need)), data.draw(participation_offers(need))
    one = compare({"loan": loan, "note": note}, against="loan", curve=rate)["note"]
    for value, discount in ((one.nominal, np.zeros(len(need.firms))), (one.present_value, one.discount_rates)):
        parts = sum(getattr(value, part) for part in reversed(PARTS))
        assert value.net == pytest.approx(parts, abs=CENT)
        own = [own_flows(facility, discount) for facility in (note, loan)]
        assert value.net == pytest.approx(own[0] - own[1], abs=CENT)
        assert value.programme().net[0] == pytest.approx(value.net.sum(), abs=CENT)
        assert value.net - value.public_cost == pytest.approx(value.market, abs=CENT)


def own_flows(facility: Offer, rate: np.ndarray) -> np.ndarray:
    """Value to each firm of everything it pays and receives itself, straight from the items."""
    total = np.zeros(len(rate))
    for row in facility.cash_items().table().itertuples():
        if row.bearer == "firm":
            at = facility.need.firms.index(row.firm)
            total[at] += row.amount / (1 + rate[at]) ** ((row.date.date() - START).days / 365)
    return total


@settings(max_examples=30)
@given(st.data(), needs())
def test_a_facility_compared_with_itself_saves_nothing(data: st.DataObject, need: Need) -> None:
    note = data.draw(participation_offers(need))
    one = compare({"a": note, "b": note}, against="a")["b"]
    assert not one.nominal.table().to_numpy().any()
    assert not one.present_value.table().to_numpy().any()
    assert not one.ladder.steps_bp.any()


@settings(max_examples=30)
@given(st.data(), needs(), st.floats(0.001, 1000))
def test_scaling_all_money_scales_every_saving(data: st.DataObject, need: Need, factor: float) -> None:
    need = replace(need, principal=need.principal.round(2))
    loan = offer(BankLoan(rate=data.draw(rates), guarantee=Charge(rate=0.01)), need)
    note = data.draw(participation_offers(need))
    bigger = replace(need, principal=need.principal * factor)
    small = compare({"loan": loan, "note": note}, against="loan")["note"].nominal
    large = compare({"loan": loan.recut(bigger), "note": note.recut(bigger)}, against="loan")["note"].nominal
    assert large.net == pytest.approx(factor * small.net, rel=1e-9, abs=CENT * max(factor, 1))


def test_joined_facilities_add_up() -> None:
    abs_need = bullet_need([8e6, 12e6], START, date(2025, 3, 20), firms=["Firm 01", "Firm 02"])
    abn_need = bullet_need([5e6], START, date(2024, 3, 20), firms=["Firm 03"])
    loan = offer(BankLoan(rate=0.05), abs_need, abn_need)
    abs_note = offer(Participation(rate=0.038), abs_need)
    abn_note = offer(Participation(rate=0.035), abn_need)
    both = Joined(facilities=(abs_note, abn_note))
    result = compare({"loan": loan, "abs": abs_note, "abn": abn_note, "both": both}, against="loan")
    parts = [result[name].nominal.programme().net[0] for name in ("abs", "abn", "both")]
    assert parts[0] + parts[1] == pytest.approx(parts[2], abs=CENT)


def test_other_repayment_is_a_part_of_its_own() -> None:
    need = bullet_need(9e6, START, date(2025, 3, 20))
    loan = offer(BankLoan(rate=0.05, repayment="linear", frequency="quarterly"), need)
    note = offer(Participation(rate=0.05, day_count="ACT/360"), need)
    result = compare({"loan": loan, "note": note}, against="loan")
    one = result["note"]
    assert one.nominal.net[0] == pytest.approx(0, abs=CENT)
    # 5 % ACT/360 on the bullet's 9 million, less 5 % on balances of 8/8, 7/8 … 1/8 of it.
    days = np.diff(np.concatenate([need.starts, need.dates[0]])).astype(float)
    extra = 9e6 * 0.05 * (days * (np.arange(8) / 8)).sum() / 360
    assert one.nominal.profile[0] == pytest.approx(-extra, abs=CENT)
    assert [found.code for found in result.findings] == ["comparison.recut"]
    assert "adjusted to equal lives" in result.summary()
    # Two years against the linear loan's: the comparator's cost per yuan-year is the same, so nothing is saved.
    assert one.life_adjusted[0] == pytest.approx(0, abs=1500)


def test_a_comparator_that_cannot_be_recut_says_that_the_parts_hold_the_difference() -> None:
    """Level quarterly rentals at 6 % against a bullet note at 4 %, both for a year on one million."""
    need = bullet_need(1e6, START, date(2024, 3, 20))
    note = offer(Participation(rate=0.04, day_count="equal_periods"), need)
    result = compare({"lease": offer(FinancialLease(rate=0.06), need), "note": note}, against="lease")
    one = result["note"]
    rental = 1e6 * 0.015 / (1 - 1.015**-4)
    assert one.nominal.net[0] == pytest.approx(4 * rental - 1e6 - 40_000, abs=CENT)
    assert one.nominal.profile[0] == 0
    balances = [1e6]
    for _ in range(3):
        balances.append(1.015 * balances[-1] - rental)
    repaid = np.array([*balances[:-1], balances[-1]]) - np.array([*balances[1:], 0.0])
    own_life = float(repaid @ (need.dates[0] - need.starts[0]).astype(float)) / 1e6 / 365
    adjusted = (4 * rental - 1e6) * (366 / 365) / own_life - 40_000
    assert str(result.findings[0]) == (
        f"note repays otherwise than the comparator (average life {366 / 365:.3f} years against {own_life:.3f}), which "
        "cannot be re-cut: the parts hold the difference in repayment, and the saving adjusted to equal lives is "
        f"{adjusted:,.2f}"
    )


def test_facilities_seen_as_one_are_as_slow_and_unsure_as_the_worst() -> None:
    need = bullet_need(1e6, START, date(2024, 3, 20))
    terms = [
        BankLoan(rate=0.05, days_to_money=30, certainty="committed"),
        Participation(rate=0.04, days_to_money=160, certainty="subject_to_issue"),
        BankLoan(rate=0.05, certainty="indicative"),
        BankLoan(rate=0.05),
    ]
    told = programme(offer(one, need) for one in terms).description
    assert (told.kind, told.days_to_money, told.certainty) == ("bank_loan", 160, "subject_to_issue")


def test_shapley_steps_add_up_to_the_gap() -> None:
    need = bullet_need(9e6, START, date(2025, 3, 20))
    loan = offer(BankLoan(rate=0.05, guarantee=Charge(rate=0.01)), need, tax=Tax())
    borne = (Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5))
    note = offer(
        Participation(rate=0.035, costs=(CostItem(name="letter", rate=0.01, borne_by=borne),)), need, tax=Tax()
    )
    one = compare({"loan": loan, "note": note}, against="loan")["note"]
    steps = shapley_ladder(loan, note)
    assert steps.to_numpy().sum() == pytest.approx(one.ladder.gaps[-1, 0] * 1e4, abs=1e-6)


def test_ranking_says_why_a_facility_is_closed() -> None:
    need = bullet_need(9e6, START, date(2024, 3, 20), firms=["Firm 01"])
    offers = {
        "bank": offer(BankLoan(rate=0.04), need),
        "note": offer(Participation(rate=0.05, days_to_money=36), need),
    }
    result = compare(offers, against="bank", facts=[FirmFacts(firm="Firm 01", stage="start_up")])
    ranking = result.ranking("Firm 01")
    assert list(ranking.index) == ["note", "bank"]
    assert ranking.loc["bank", "closed"] == "no two years of accounts and no collateral"
    assert ranking.loc["note", "rank"] == 1
    assert ranking.loc["note", "days_to_money"] == 36


def test_subtotals_by_comparator_status() -> None:
    need = bullet_need([9e6, 6e6], START, date(2024, 3, 20), firms=["Firm 01", "Firm 02"])
    offers = {"bank": offer(BankLoan(rate=0.05), need), "note": offer(Participation(rate=0.04), need)}
    facts = [FirmFacts(firm="Firm 01", comparator_status="documented_offer")]
    sums = compare(offers, against="bank", facts=facts).subtotals("note")
    assert sums["firms"].to_dict() == {"documented_offer": 1, "not stated": 1}
    assert sums["principal"].to_dict() == {"documented_offer": 9e6, "not stated": 6e6}


def test_errors_name_everything_at_once() -> None:
    need = bullet_need([9e6, 6e6], START, date(2024, 3, 20))
    loan = offer(BankLoan(rate=0.05), need)
    other = offer(Participation(rate=0.04), replace(need, principal=np.array([8e6, 5e6])))
    with pytest.raises(DataError) as caught:
        compare({"loan": loan, "note": other}, against="loan")
    assert str(caught.value).splitlines() == [
        "firm 1: note raises 8,000,000.00, the comparator 9,000,000.00; compare equal amounts",
        "firm 2: note raises 5,000,000.00, the comparator 6,000,000.00; compare equal amounts",
    ]
    with pytest.raises(SpecError, match="no facility 'bank'; valid: loan, note"):
        compare({"loan": loan, "note": other}, against="bank")
    dollars = offer(Participation(rate=0.04), replace(need, currency="USD"))
    with pytest.raises(SpecError, match="note is in USD, the comparator in CNY; convert one of them"):
        compare({"loan": loan, "note": dollars}, against="loan")
    stranger = offer(Participation(rate=0.04), bullet_need(9e6, START, date(2024, 3, 20), firms=["Firm 99"]))
    with pytest.raises(DataError, match="no firm 'Firm 99'"):
        compare({"loan": loan, "note": stranger}, against="loan")


def test_what_discounts_nothing_is_refused() -> None:
    loan = offer(BankLoan(rate=0.05), bullet_need(9e6, START, date(2024, 3, 20)))
    with pytest.raises(SpecError, match=r"-1.5 discounts nothing; give a rate above -1"):
        compare({"loan": loan}, against="loan", curve=-1.5)
    with pytest.raises(SpecError, match="3% discounts nothing"):
        compare({"loan": loan}, against="loan", curve="3%")  # type: ignore[arg-type]  # a wrong value
    for rate in (float("inf"), float("nan"), True):
        with pytest.raises(SpecError, match=f"{rate} discounts nothing"):
            compare({"loan": loan}, against="loan", curve=rate)
        with pytest.raises(SpecError, match=f"{rate} discounts nothing"):
            present_cost(loan, rate)
    with pytest.raises(SpecError, match="a curve has its own date; leave out as_of, 2024-01-01"):
        compare({"loan": loan}, against="loan", curve=Curve.flat(0.03, START), as_of=date(2024, 1, 1))


def test_words_that_are_none_are_refused() -> None:
    loan = offer(BankLoan(rate=0.05), bullet_need(9e6, START, date(2024, 3, 20)))
    with pytest.raises(SpecError, match="no convention 'act'; valid: real_dates, equal_periods"):
        compare({"loan": loan}, against="loan", convention="act")  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(SpecError, match="no convention 'act'; valid: real_dates, equal_periods"):
        all_in_cost(loan, convention="act")  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(SpecError, match="no rung 'fee'; did you mean 'fees'"):
        all_in_cost(loan, through="fee")  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(SpecError, match="a programme has at least one facility"):
        programme([])
    with pytest.raises(SpecError, match="firm stands 2 times among the facts"):
        compare({"loan": loan}, against="loan", facts=[FirmFacts(firm="firm")] * 2)


def test_one_day_later_is_no_different_repayment_in_words() -> None:
    """The same loan on later dates saves its spread; what rounding leaves of the sixth part is not printed."""
    loan = offer(BankLoan(rate=0.05), bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20)))
    note = offer(BankLoan(rate=0.04), bullet_need(1e6, date(2024, 6, 20), date(2025, 6, 20)))
    text = compare({"loan": loan, "note": note}, against="loan").summary()
    assert "spread 10,138.89" in text
    assert "different repayment" not in text


def test_firms_on_dates_of_their_own_are_each_as_if_alone() -> None:
    """Three schedules in one panel: every figure of a firm is that of the firm compared by itself."""
    starts = [date(2023, 1, 31), date(2023, 2, 14), date(2022, 12, 20)]
    ends = [date(2024, 2, 29), date(2025, 5, 1), date(2023, 3, 2)]
    names, sizes = ["A", "B", "C"], [4e6, 7e6, 2e6]
    guarantee = Charge(rate=0.01, timing="yearly_in_advance")
    loan = BankLoan(index="LPR1Y", margin=0.015, resets="yearly", repayment="level", frequency="monthly",
                    guarantee=guarantee, deposit=Deposit(share=0.1, rate=0.0035))  # fmt: skip
    note = Participation(rate=0.038, costs=(CostItem(name="letter", rate=0.01, borne_by="district"),))
    support = Subsidy(name="support", share=0.2, timing="after_year")

    def offers(need: Need) -> dict[str, Offer]:
        return {"loan": offer(loan, need, tax=Tax()), "note": offer(note, need, subsidies=(support,), tax=Tax())}

    whole = compare(offers(bullet_need(sizes, starts, ends, firms=names)), against="loan")["note"]
    for at, name in enumerate(names):
        one = compare(offers(bullet_need(sizes[at], starts[at], ends[at], firms=[name])), against="loan")["note"]
        alone, together = one.table().loc[name], whole.table().loc[name]
        assert together.to_numpy(dtype=float) == pytest.approx(alone.to_numpy(dtype=float), rel=1e-12, abs=CENT)
        assert whole.present_value.net[at] == pytest.approx(one.present_value.net[0], abs=CENT)
        assert whole.ladder.steps_bp[:, at] == pytest.approx(one.ladder.steps_bp[:, 0], abs=1e-7)


def test_a_facility_without_a_receipt_is_refused() -> None:
    need = bullet_need(9e6, START, date(2024, 3, 20))
    items = offer(BankLoan(rate=0.05), need).cash_items()
    without = items.where(~items.is_kind("principal"))

    class Fees:
        description = offer(BankLoan(rate=0.05), need).description

        def cash_items(self) -> object:
            return without

    with pytest.raises(DataError, match="firm receives nothing under this facility"):
        compare({"fees": Fees()}, against="fees")


def test_costs_that_eat_the_whole_loan_are_refused_by_name() -> None:
    need = bullet_need([9e6, 6e6], START, date(2024, 3, 20), firms=["Firm 01", "Firm 02"])
    eaten = Participation(rate=0.04, issue_size=1.2e7, costs=(CostItem(name="letter", amount=2e7),))
    with pytest.raises(DataError, match="Firm 01 has no rate with the items up to fees: its costs on the first day"):
        compare({"loan": offer(BankLoan(rate=0.05), need), "note": offer(eaten, need)}, against="loan")


def test_present_values_on_a_curve_and_at_a_rate() -> None:
    need = bullet_need(9e6, START, date(2024, 3, 20), frequency="semiannual")
    loan, note = offer(BankLoan(rate=0.05, day_count="equal_periods"), need), offer(BankLoan(rate=0.04), need)
    offers = {"loan": loan, "note": offer(Participation(rate=0.04, day_count="equal_periods"), need)}
    # 45,000 saved after 184 and after 366 days.
    at_rate = compare(offers, against="loan", curve=0.03)["note"].present_value
    expected = 45_000 * (1.03 ** (-184 / 365) + 1.03 ** (-366 / 365))
    assert at_rate.spread[0] == pytest.approx(expected, abs=CENT)
    flat = Curve.flat(0.03, START)
    on_curve = compare(offers, against="loan", curve=flat)["note"].present_value
    factors = flat.discount([date(2023, 9, 20), date(2024, 3, 20)])
    assert on_curve.spread[0] == pytest.approx(45_000 * factors.sum(), abs=CENT)
    later = compare(offers, against="loan", curve=0.03, as_of=date(2024, 3, 20))["note"].present_value
    assert later.spread[0] == pytest.approx(expected * 1.03 ** (366 / 365), abs=CENT)
    equal = compare(offers, against="loan", curve=0.03, convention="equal_periods")["note"].present_value
    assert equal.spread[0] == pytest.approx(45_000 * (1.03**-0.5 + 1.03**-1), abs=CENT)
    assert compare({"loan": loan, "note": note}, against="loan")["note"].cost_per_million[0] == pytest.approx(
        1e6 * 0.04 * 366 / 360
    )
