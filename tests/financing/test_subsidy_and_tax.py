"""Subsidies and tax on a firm's items."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs import spec
from ipabs.errors import DataError, SpecError
from ipabs.financing.cash_items import CashItems
from ipabs.financing.comparison import compare
from ipabs.financing.costs import Charge, CostItem
from ipabs.financing.facility import FirmFacts, Offer, offer
from ipabs.financing.loan import BankLoan, Deposit
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.published_subsidies import published_subsidies, published_subsidy
from ipabs.financing.securities import Convertible, Warrant
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Band, Subsidy, share_of_size
from ipabs.financing.subsidy_items import with_subsidies
from ipabs.financing.tax import Tax

FEN = 0.005
START = date(2023, 6, 20)


def need(principal: float = 8e6, end: date = date(2025, 6, 20)) -> Need:
    return bullet_need(principal, START, end)


def loan(rate: float = 0.05) -> BankLoan:
    fee = Charge(rate=0.01, timing="yearly_in_advance")
    return BankLoan(rate=rate, day_count="equal_periods", guarantee=fee, appraisal=Charge(rate=0.005))


def received(rule: Subsidy, *, rate: float = 0.05, wanted: Need | None = None, **facts: object) -> CashItems:
    about = FirmFacts(firm="firm", **facts)  # type: ignore[arg-type]  # test values
    items = offer(loan(rate), wanted or need(), subsidies=(rule,), facts=(about,)).cash_items()
    return items.where(items.is_kind("subsidy"))


def test_yearly_subsidy_follows_the_year_of_payment() -> None:
    items = received(Subsidy(name="half", share=0.5, timing="after_year", month=4, day=15))
    by_date = items.table().groupby("date")["amount"].sum()
    # Quarterly interest of 100,000: two payments in 2023, four in 2024, two in 2025.
    assert by_date.tolist() == pytest.approx([100_000, 200_000, 100_000])
    assert [day.date() for day in by_date.index] == [date(2024, 4, 15), date(2025, 4, 15), date(2026, 4, 15)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Subsidy(name="r", on="fees", share=0.5), 0.5 * (80_000 + 80_000 + 40_000)),
        (Subsidy(name="r", on="fees", fees=("appraisal",), share=0.5), 20_000),
        (Subsidy(name="r", on="financing_cost", share=0.1), 0.1 * (800_000 + 200_000)),
        (Subsidy(name="r", on="principal", share=0.03), 240_000),
        (Subsidy(name="r", on="principal", share=0.03, cap=100_000), 100_000),
        (Subsidy(name="r", on="interest", share=0.5, yearly_cap=80_000), 240_000),
        (Subsidy(name="r", on="interest", share=0.5, max_years=1.0), 200_000),
        (Subsidy(name="r", on="interest", share=0.5, interest_vat_rate=0.06), 400_000 / 1.06),
        (Subsidy(name="r", on="interest", share=1.0, principal_cap=0.03), 240_000),
        (Subsidy(name="r", on="interest", share=0.5, principal_at_most=5e6), 0),
        (Subsidy(name="r", on="interest", share=0.5, valid_from=date(2024, 1, 1)), 0),
        (Subsidy(name="r", on="interest", share=0.5, valid_until=date(2023, 1, 1)), 0),
        (Subsidy(name="r", on="interest", share=0.5, rate_at_most=1.4), 0 if 0.05 > 1.4 * 0.0355 else 400_000),
        (Subsidy(name="r", on="interest", share=0.5, spread_at_most=0.0145), 400_000),
        (Subsidy(name="r", on="interest", share=0.5, spread_at_most=0.0144), 0),
        # 731 days of 8 million.
        (Subsidy(name="r", on="balance", share=0.015), 8e6 * 0.015 * 731 / 365),
    ],
)
def test_rule_by_rule(rule: Subsidy, expected: float) -> None:
    assert received(rule).amounts.sum() == pytest.approx(expected, abs=FEN)


def test_fujian_takes_a_fifth_of_the_december_prime_rate() -> None:
    rule, insured = published_subsidy("fujian_2022").rules
    items = received(rule, wanted=need(principal=4e6, end=date(2024, 6, 20)))
    # 183 days to December 2023 (3.45 %) and 183 days in 2024 (3.10 % in December).
    expected = 4e6 * 0.2 * (0.0345 * 183 + 0.0310 * 183) / 365
    assert items.amounts.sum() == pytest.approx(expected, abs=FEN)
    # Insured, half of it; the other rule of the group then pays nothing.
    terms = replace(loan(), insurance=Charge(rate=0.012))
    wanted = need(principal=4e6, end=date(2024, 6, 20))
    paid = [subsidy_of(offer(terms, wanted, subsidies=(one,))) for one in (rule, insured)]
    assert paid == pytest.approx([0, expected * 0.5 / 0.2], abs=FEN)
    # At most 0.2 million a firm.
    assert subsidy_of(offer(terms, need(principal=2e7), subsidies=(rule, insured))) == pytest.approx(200_000, abs=FEN)


def subsidy_of(facility: Offer) -> float:
    items = facility.cash_items()
    return float(items.amounts[items.is_kind("subsidy")].sum())


@pytest.mark.parametrize(("principal", "expected"), [(2e6, 2e6 * 0.04 + 2e6 * 0.025 + 1e4), (6e6, 150_000)])
def test_hefei_caps_fees_and_interest_of_a_firm_together(principal: float, expected: float) -> None:
    """100 % of guarantee and appraisal, 50 % of interest, at most 0.15 million."""
    terms = BankLoan(
        rate=0.04,
        day_count="equal_periods",
        guarantee=Charge(rate=0.0125, timing="yearly_in_advance"),
        appraisal=Charge(amount=10_000),
    )
    made = offer(terms, need(principal), subsidies=published_subsidy("hefei").rules)
    assert subsidy_of(made) == pytest.approx(expected, abs=FEN)
    parts = made.cash_items().table().query("kind == 'subsidy'").groupby("label")["amount"].sum()
    # The cap cuts both rules alike.
    assert parts["hefei_interest"] / parts["hefei_fee"] == pytest.approx(
        principal * 0.04 / (principal * 0.025 + 10_000)
    )


@pytest.mark.parametrize(
    ("issue", "cost_rate", "expected"), [(100e6, 0.008, 800_000), (100e6, 0.012, 1e6), (600e6, 0.012, 4e6)]
)
def test_guangzhou_pays_the_issuer_and_no_firm_saves_more(issue: float, cost_rate: float, expected: float) -> None:
    """At most 1 % of the issue and 4.0 million a product, to the issuer."""
    firms = bullet_need([issue / 10] * 10, START, date(2025, 6, 20))
    note = Participation(rate=0.035, costs=(CostItem(name="issue_cost", rate=cost_rate, borne_by="originator"),))
    rules = published_subsidy("guangzhou_2023").rules
    offers = {
        "loan": offer(BankLoan(rate=0.05), firms),
        "plain": offer(note, firms),
        "supported": offer(note, firms, subsidies=rules),
    }
    result = compare(offers, against="loan")
    plain, supported = (result[name].nominal.programme() for name in ("plain", "supported"))
    assert supported.net == pytest.approx(plain.net)
    assert supported.subsidy[0] == 0
    assert plain.public_cost[0] == 0
    assert supported.public_cost[0] == pytest.approx(expected, abs=FEN)
    assert supported.carried == pytest.approx(plain.carried)


def test_an_originator_is_paid_no_more_than_it_bears() -> None:
    note = Participation(rate=0.035, costs=(CostItem(name="issue_cost", rate=0.008, borne_by="originator"),))
    rule = Subsidy(name="issuer", to="originator", on="principal", share=0.01)
    message = "the originator, for firm, would receive 80,000.00 of subsidy on 64,000.00 of interest and fees"
    with pytest.raises(DataError, match=message):
        offer(note, need(), subsidies=(rule,)).cash_items()


def test_a_budget_is_shared_in_proportion() -> None:
    firms = bullet_need([6e6, 2e6], START, date(2024, 6, 20), firms=["A", "B"])
    rule = Subsidy(name="pot", share=0.5, budget=100_000)
    terms = BankLoan(rate=0.05, day_count="equal_periods")
    items = offer(terms, firms, subsidies=(rule,)).cash_items()
    assert items.sums(items.is_kind("subsidy")) == pytest.approx([75_000, 25_000], abs=FEN)
    # One pot for two rules: half of 400,000 of interest and all of 80,000 of guarantee asked for.
    both = (replace(rule, group="pot"), Subsidy(name="fees", on="fees", share=1.0, budget=100_000, group="pot"))
    guaranteed = replace(terms, guarantee=Charge(rate=0.01))
    items = offer(guaranteed, firms, subsidies=both).cash_items()
    by_label = items.table().query("kind == 'subsidy'").groupby("label")["amount"].sum()
    assert by_label.to_dict() == pytest.approx({"pot": 100_000 * 200 / 280, "fees": 100_000 * 80 / 280}, abs=FEN)


def test_published_rules_have_names_of_their_own() -> None:
    names = [rule.name for published in published_subsidies() for rule in published.rules]
    assert len(set(names)) == len(names)
    with pytest.raises(SpecError, match="a stands 2 times among the subsidies"):
        offer(loan(), need(), subsidies=(Subsidy(name="a", share=0.1),) * 2).cash_items()


def test_rules_of_one_group_state_the_same_caps() -> None:
    rules = (Subsidy(name="a", share=0.1, cap=5e4, group="g"), Subsidy(name="b", share=0.1, cap=6e4, group="g"))
    message = "b and a are of the group g and state different caps, budgets or recipients"
    with pytest.raises(SpecError, match=message):
        offer(loan(), need(), subsidies=rules).cash_items()


def test_zhongguancun_takes_firms_at_or_below_two_hundred_million() -> None:
    (rule,) = published_subsidy("zhongguancun_2021").rules
    assert received(rule, rate=0.0497, revenue=2e8).amounts.sum() == pytest.approx(0.4 * 8e6 * 0.0497 * 2, abs=FEN)
    assert received(rule, rate=0.0498, revenue=2e8).amounts.sum() == 0
    assert received(rule, rate=0.0497, revenue=2.1e8).amounts.sum() == 0
    with pytest.raises(DataError, match="zhongguancun needs the revenue of firm"):
        received(rule)


def test_a_bound_on_the_rate_needs_a_rate() -> None:
    rule = Subsidy(name="bounded", share=0.5, spread_at_most=0.015)
    items = replace(loan().cash_items(need()), contract_rates=np.full(1, np.nan))
    with pytest.raises(DataError, match="bounded is for contracts below a rate; the contract of firm states none"):
        with_subsidies(items, [rule])


def test_published_rules_are_sound_and_name_their_source() -> None:
    for published in published_subsidies():
        assert published.url.startswith("http")
        assert published.text
        for rule in published.rules:
            assert spec.check(rule) == ()
            assert spec.load(Subsidy, spec.dump(rule)) == rule


@settings(max_examples=60)
@given(st.floats(1e5, 2e8), st.floats(1e3, 1e7))
def test_marginal_bands_rise_and_never_fall_below_the_whole_band(size: float, more: float) -> None:
    bands = (Band(up_to=1e7, share=0.7), Band(up_to=5e7, share=0.5), Band(share=0.3))
    marginal = Subsidy(name="m", bands=bands)
    whole = replace(marginal, reading="whole")
    sizes = np.array([size, size + more])
    paid = sizes * share_of_size(marginal, sizes)
    assert paid[1] > paid[0]
    assert (share_of_size(marginal, sizes) >= share_of_size(whole, sizes) - 1e-12).all()


def test_a_subsidy_above_its_cost_is_refused() -> None:
    rules = (Subsidy(name="a", share=0.9), Subsidy(name="b", on="principal", share=0.05))
    message = r"firm would receive 1,120,000.00 of subsidy on 1,000,000.00 of interest and fees"
    with pytest.raises(DataError, match=message):
        offer(loan(), need(), subsidies=rules).cash_items()
    both = (Subsidy(name="a", share=0.6), Subsidy(name="b", share=0.6))
    with pytest.raises(DataError, match=r"firm would receive 960,000.00 of subsidy on 800,000.00 of interest$"):
        offer(loan(), need(), subsidies=both).cash_items()
    appraisal = tuple(Subsidy(name=name, on="fees", fees=("appraisal",), share=0.9) for name in "ab")
    with pytest.raises(DataError, match=r"firm would receive 72,000.00 of subsidy on 40,000.00 of subsidized fees"):
        offer(loan(), need(), subsidies=appraisal).cash_items()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Subsidy(name="r"), "r states a share, bands or an index, one of the three"),
        (Subsidy(name="r", share=1.2), "share: 1.2 is outside 0% to 100%"),
        (Subsidy(name="r", index="LPR1Y"), "on: r: a share of an index is taken on the balance"),
        (
            Subsidy(name="r", bands=(Band(share=0.5), Band(up_to=5.0, share=0.3))),
            "bands: r: bands rise, and only the last has no end",
        ),
        (
            Subsidy(name="r", share=0.5, to="originator"),
            "on: r: an originator is paid back fees, or receives a share of the principal, not of interest",
        ),
        (
            Subsidy(name="r", share=0.5, valid_from=date(2025, 1, 1), valid_until=date(2024, 1, 1)),
            "valid_until: r is valid from 2025-01-01 until 2024-01-01, which no contract meets",
        ),
        (
            Subsidy(name="r", share=0.5, month=2, day=30),
            "r: month 2, day 30 is not a date of every year (days 1 to 28)",
        ),
    ],
)
def test_wrong_rules_say_what_is_wrong(rule: Subsidy, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        offer(loan(), need(), subsidies=(rule,)).cash_items()
    assert str(caught.value) == message


def tax_items(tax: Tax, *facts: FirmFacts, subsidies: tuple[Subsidy, ...] = ()) -> CashItems:
    items = offer(loan(), need(), tax=tax, facts=facts, subsidies=subsidies).cash_items()
    return items.where(items.is_kind("tax"))


def test_tax_relief_of_interest_and_fees() -> None:
    assert tax_items(Tax(rate=0.25)).amounts.sum() == pytest.approx(0.25 * 1_000_000)
    assert tax_items(Tax(), FirmFacts(firm="firm", tax_rate=0.15)).amounts.sum() == pytest.approx(150_000)


def test_untaxed_subsidy_leaves_the_relief() -> None:
    rule = Subsidy(name="s", share=0.5)
    assert tax_items(Tax(), subsidies=(rule,)).amounts.sum() == pytest.approx(0.25 * (1_000_000 - 400_000))
    assert tax_items(Tax(), subsidies=(replace(rule, taxed=False),)).amounts.sum() == pytest.approx(250_000)


def test_settlement_in_the_next_may() -> None:
    dates = tax_items(Tax(timing="annual_settlement")).table()["date"].dt.date.unique().tolist()
    assert sorted(dates) == [date(2024, 5, 31), date(2025, 5, 31), date(2026, 5, 31)]


def test_losses_wait_for_profit_or_are_lost() -> None:
    never = FirmFacts(firm="firm", loss_making=True)
    assert tax_items(Tax(), never).amounts.sum() == 0
    later = FirmFacts(firm="firm", loss_making=True, profitable_from=date(2026, 1, 1))
    items = tax_items(Tax(), later)
    assert items.amounts.sum() == pytest.approx(250_000)
    assert set(items.table()["date"].dt.date) == {date(2026, 1, 1)}
    too_late = FirmFacts(firm="firm", loss_making=True, profitable_from=date(2029, 7, 1))
    # Only the costs of 2024 and 2025 can wait until 2029: six payments of interest, the guarantee of June 2024.
    assert tax_items(Tax(), too_late).amounts.sum() == pytest.approx(0.25 * (600_000 + 80_000))


def test_vat_inside_fees_comes_back_and_is_not_deducted_twice() -> None:
    items = tax_items(Tax(rate=0.25, fee_vat_rate=0.06))
    by_label = items.table().groupby("label")["amount"].sum()
    assert by_label["vat_credit"] == pytest.approx(200_000 * 0.06 / 1.06)
    assert by_label["fee_relief"] == pytest.approx(0.25 * 200_000 / 1.06)


def test_fees_paid_to_a_lender_carry_no_creditable_vat() -> None:
    """Handling 20,000 goes to the lender, appraisal 10,600 is a service: 600 of VAT, 10,000 deductible."""
    terms = BankLoan(rate=0.05, day_count="equal_periods", handling=Charge(rate=0.02), appraisal=Charge(rate=0.0106))
    wanted = bullet_need(1e6, START, date(2024, 6, 20))
    items = offer(terms, wanted, tax=Tax(rate=0.25, fee_vat_rate=0.06)).cash_items()
    by_label = items.table().groupby("label")["amount"].sum()
    assert by_label["vat_credit"] == pytest.approx(600)
    assert by_label["fee_relief"] == pytest.approx(0.25 * (20_000 + 10_000))
    assert by_label["interest_relief"] == pytest.approx(12_500)


def test_what_a_deposit_earns_is_taxed_in_full() -> None:
    """100,000 at 2 % for a year earns 2,000: no fee, whatever part of the fees is deductible and whatever their VAT."""
    deposit = Deposit(share=0.1, rate=0.02, day_count="equal_periods")
    wanted = bullet_need(1e6, START, date(2024, 6, 20))
    rule = Tax(rate=0.25, fees_deductible=0.5, fee_vat_rate=0.06)
    items = offer(BankLoan(rate=0.05, deposit=deposit), wanted, tax=rule).cash_items()
    by_label = items.table().groupby("label")["amount"].sum()
    assert by_label["fee_relief"] == pytest.approx(-500)
    assert by_label.get("vat_credit", 0.0) == 0


def test_an_imputed_cost_raises_no_bound_on_subsidies() -> None:
    """Interest of 20,277.78 in cash and a right of some 200,000 imputed: 160 % of the interest is too much."""
    right = Warrant(strike=1.1, volatility=0.35, years=3, risk_free_rate=0.02)
    bond = Convertible(rate=0.02, conversion=right)
    rules = (Subsidy(name="a", share=0.8), Subsidy(name="b", on="financing_cost", share=0.8))
    with pytest.raises(DataError, match=r"32,444.44 of subsidy on 20,277.78 of interest and fees"):
        offer(bond, bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20)), subsidies=rules).cash_items()


def test_tax_rate_above_all_is_refused() -> None:
    with pytest.raises(SpecError, match=r"a tax rate lies from 0 to below 1, got 1.0"):
        tax_items(Tax(rate=1.0))


def test_wrong_facts_are_refused() -> None:
    facts = [FirmFacts(firm="firm", tax_rate=15.0, revenue=-1.0), FirmFacts(firm="b", profitable_from=START)]
    with pytest.raises(SpecError) as caught:
        offer(loan(), need(), facts=facts)
    assert str(caught.value).splitlines() == [
        "revenue: -1.0 is negative; an amount is 0 or more",
        "tax_rate: 15.0 is outside -100% to 100% a year",
        "profitable_from: b is to be profitable from 2023-06-20, but is not loss_making",
    ]
    with pytest.raises(SpecError, match="firm stands 2 times among the facts"):
        offer(loan(), need(), facts=[FirmFacts(firm="firm")] * 2)
