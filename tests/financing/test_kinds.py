"""Every kind of facility: what it costs, and that a case file can state it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs import spec
from ipabs.basics.days import whole_days
from ipabs.errors import ModelError, SpecError
from ipabs.financing.comparison import compare
from ipabs.financing.cost_items import charge_profile
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import offer
from ipabs.financing.kinds import FACILITY_KINDS
from ipabs.financing.leasing import Factoring, FinancialLease
from ipabs.financing.loan import BankLoan, Deposit, EntrustedLoan, IPPledgedLoan, SmallLoan
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.rates import all_in_cost
from ipabs.financing.securities import Convertible, CorporateBond, EarlyConversion, Equity, VentureDebt, Warrant
from ipabs.financing.securitization import Participation
from ipabs.financing.tax import Tax

EXACT = 1e-9
START = date(2024, 3, 20)


def year(**changes: object) -> Need:
    return bullet_need(1_000_000, START, date(2025, 3, 20), **changes)  # type: ignore[arg-type]  # test values


def equal_rate(terms: object, need: Need) -> float:
    return all_in_cost(offer(terms, need), convention="equal_periods")  # type: ignore[arg-type]  # any terms


@settings(max_examples=50)
@given(
    st.floats(0.005, 0.2),
    st.integers(1, 60),
    st.sampled_from(["bullet", "linear", "level"]),
    st.sampled_from(["monthly", "quarterly", "annual"]),
)
def test_a_loan_without_charges_costs_its_compounded_rate(
    rate: float, months: int, repayment: str, frequency: str
) -> None:
    periods = {"monthly": 12, "quarterly": 4, "annual": 1}[frequency]
    step = 12 // periods
    need = bullet_need(1e6, START, date(2030, 3, 20))
    loan = BankLoan(
        rate=rate, day_count="equal_periods", repayment=repayment, term_months=step * months, frequency=frequency
    )
    assert equal_rate(loan, need) == pytest.approx((1 + rate / periods) ** periods - 1, abs=EXACT)


def test_index_resets_read_the_prime_rate_of_their_day() -> None:
    need = bullet_need(1_000_000, date(2022, 12, 20), date(2024, 12, 20), frequency="annual")
    interest = {}
    for resets in ("never", "yearly"):
        loan = BankLoan(index="LPR1Y", margin=0.015, resets=resets, day_count="equal_periods")
        items = loan.cash_items(need)
        interest[resets] = -items.amounts[items.is_kind("interest")]
    # 3.65 % from August 2022, 3.45 % from 21 August 2023.
    assert interest["never"] == pytest.approx([51_500, 51_500])
    assert interest["yearly"] == pytest.approx([51_500, 49_500])


def test_a_reset_beyond_the_known_prime_rate_is_a_warning() -> None:
    need = bullet_need(1_000_000, date(2025, 3, 20), date(2027, 3, 20))
    floating = offer(BankLoan(index="LPR1Y", margin=0.015, resets="yearly"), need)
    result = compare({"floating": floating, "fixed": offer(BankLoan(rate=0.05), need)}, against="fixed")
    assert [found.code for found in result.findings] == ["index.carried"]
    assert result.findings[0].severity == "warning"
    assert "LPR1Y is known until 2025-06-19" in result.summary()
    known = offer(BankLoan(index="LPR1Y", margin=0.015), need)
    assert compare({"known": known}, against="known").findings == ()


def test_flat_rate_loan_costs_nearly_twice_its_rate() -> None:
    need = bullet_need(120_000, START, date(2025, 3, 20), frequency="monthly")
    loan = SmallLoan(flat_monthly_rate=0.01, repayment="linear")
    items = loan.cash_items(need)
    assert -items.amounts[items.is_kind("interest")] == pytest.approx([1200] * 12)
    # Twelve payments of 11,200 on 120,000: i = 1.7880 % a month (Excel RATE(12; -11200; 120000)).
    assert equal_rate(loan, need) == pytest.approx(1.017880**12 - 1, abs=2e-5)


def test_pledge_carries_no_more_than_its_advance() -> None:
    loan = IPPledgedLoan(rate=0.04, appraised_value=3_000_000, advance_rate=0.3)
    with pytest.raises(ModelError, match=r"firm needs 1,000,000.00, the pledge carries 900,000.00"):
        loan.cash_items(year())


def test_entrusted_loan_with_handling_fee() -> None:
    loan = EntrustedLoan(rate=0.06, day_count="equal_periods", handling=Charge(rate=0.005))
    assert equal_rate(loan, year(frequency="annual")) == pytest.approx(1.06 / 0.995 - 1, abs=EXACT)


def test_deposit_shrinks_what_is_usable() -> None:
    loan = BankLoan(rate=0.05, day_count="equal_periods", deposit=Deposit(share=0.2, day_count="equal_periods"))
    assert equal_rate(loan, year(frequency="annual")) == pytest.approx(0.05 / 0.8, abs=EXACT)


def test_lease_in_advance_is_dearer_than_its_rate() -> None:
    need = bullet_need(1_000_000, START, date(2027, 3, 20))
    arrears = FinancialLease(rate=0.06)
    advance = FinancialLease(rate=0.06, rentals="in_advance")
    quarterly = 1.015**4 - 1
    assert equal_rate(arrears, need) == pytest.approx(quarterly, abs=EXACT)
    assert equal_rate(advance, need) == pytest.approx(quarterly, abs=EXACT)
    fee = Charge(rate=0.01)
    costs = [equal_rate(FinancialLease(rate=0.06, rentals=r, handling=fee), need) for r in ("in_arrears", "in_advance")]
    assert costs[0] < costs[1]


def test_factoring_deducts_interest_and_charges_the_face() -> None:
    need = bullet_need(800_000, START, date(2025, 3, 20), frequency="at_maturity")
    terms = Factoring(rate=0.06, advance_rate=0.8, service_fee=0.01, day_count="equal_periods")
    # Received 800,000 − 48,000 − 10,000, repaid 800,000 a year later.
    assert equal_rate(terms, need) == pytest.approx(800 / 742 - 1, abs=EXACT)
    with pytest.raises(SpecError, match="an advance is more than 0"):
        Factoring(rate=0.06, advance_rate=0).cash_items(need)


def test_bond_below_par_pays_its_discount_as_interest() -> None:
    bond = CorporateBond(rate=0.04, day_count="equal_periods", issue_price=0.99, origination=Charge(rate=0.005))
    items = bond.cash_items(year(frequency="annual"))
    assert items.amounts[items.is_kind("fee")].sum() == pytest.approx(-5_000)
    assert equal_rate(bond, year(frequency="annual")) == pytest.approx(1.04 / 0.985 - 1, abs=EXACT)


STRIKE = Warrant(strike=1.2, volatility=0.4, years=3, risk_free_rate=0.02)
WARRANT = Warrant(coverage=0.1, volatility=0.4, years=5, risk_free_rate=0.03)


@pytest.mark.parametrize(
    "terms",
    [
        VentureDebt(rate=0.08, day_count="equal_periods", final_payment=0.03, warrant=WARRANT),
        Convertible(rate=0.02, day_count="equal_periods", conversion=WARRANT),
    ],
)
def test_imputed_value_costs_the_owners_but_relieves_no_tax(terms: VentureDebt | Convertible) -> None:
    need = year(frequency="annual")
    items = offer(terms, need, tax=Tax(rate=0.25)).cash_items()
    imputed = items.where(items.imputed)
    assert imputed.amounts.sum() < 0
    cash_cost = items.amounts[(items.is_kind("interest") | items.is_kind("fee")) & ~items.imputed].sum()
    assert items.amounts[items.is_kind("tax")].sum() == pytest.approx(-0.25 * cash_cost)


def test_a_conversion_ends_the_bond_and_costs_the_shares_given() -> None:
    """2 % for half a year, then shares worth 1.32 / 1.2 = 1.1 of the principal: 1.11 back after half a year."""
    bond = Convertible(
        rate=0.02,
        day_count="equal_periods",
        conversion=STRIKE,
        converts=EarlyConversion(after_months=6, share_price=1.32),
    )
    need = bullet_need(1e6, START, date(2027, 3, 20), frequency="semiannual")
    assert equal_rate(bond, need) == pytest.approx(1.11**2 - 1, abs=EXACT)
    items = offer(bond, need, tax=Tax(rate=0.25)).cash_items()
    # Only the interest moves cash: the tax relieves a quarter of 10,000.
    assert items.amounts[items.is_kind("tax")].sum() == pytest.approx(2_500)
    with pytest.raises(ModelError, match="firm would convert on 2024-09-20, its bond ends on 2024-06-20"):
        bond.cash_items(bullet_need(1e6, START, date(2024, 6, 20)))


def test_an_undrawn_line_grows_as_the_loan_is_repaid() -> None:
    """A line of 1.2 on a linear loan of four quarters: 0.2, 0.45, 0.7 and 0.95 of it undrawn."""
    ready = Charge(rate=0.01, on="undrawn", line=1.2, timing="each_payment", day_count="equal_periods")
    loan = BankLoan(rate=0.05, repayment="linear", commitment=ready)
    items = loan.cash_items(year())
    fees = -items.amounts[items.is_kind("fee")]
    assert fees == pytest.approx(1e6 * 0.01 / 4 * np.array([0.2, 0.45, 0.7, 0.95]))


def test_equity_costs_what_it_requires_on_any_repayment() -> None:
    need = bullet_need(1e6, START, date(2027, 3, 20))
    linear = BankLoan(rate=0.1, repayment="linear", term_months=36, frequency="annual")
    for dates in (need, bullet_need(1e6, START, date(2026, 6, 20))):
        assert all_in_cost(offer(Equity(required_return=0.15), dates)) == pytest.approx(0.15, abs=EXACT)
    assert linear.cash_items(need).is_kind("principal").sum() == 4


def test_charges_fall_on_their_dates() -> None:
    need = bullet_need(1.0, date(2022, 12, 20), date(2025, 6, 20))
    profile = {
        timing: charge_profile(Charge(rate=0.01, timing=timing), need)  # type: ignore[arg-type]  # listed words
        for timing in ("yearly_in_advance", "yearly_in_arrears")
    }
    advance, arrears = profile["yearly_in_advance"], profile["yearly_in_arrears"]
    assert advance[0].tolist() == [[date(2022, 12, 20), date(2023, 12, 20), date(2024, 12, 20)]]
    assert arrears[0].tolist() == [[date(2023, 12, 20), date(2024, 12, 20), date(2025, 6, 20)]]
    assert advance[1].tolist() == [[1, 1, 0.5]]
    assert charge_profile(Charge(rate=0.01, timing="each_payment", day_count="equal_periods"), need)[1].sum() == 2.5


@pytest.mark.parametrize("kind", FACILITY_KINDS)
def test_every_kind_round_trips_through_a_file(kind: type) -> None:
    made = {
        FinancialLease: FinancialLease(rate=0.06),
        Factoring: Factoring(rate=0.05),
        SmallLoan: SmallLoan(flat_monthly_rate=0.01),
        Convertible: Convertible(rate=0.02, conversion=WARRANT),
        Equity: Equity(required_return=0.15),
        Participation: Participation(
            rate=0.038,
            costs=(CostItem(name="letter", rate=0.01, borne_by=(Bearing(bearer="district", share=1.0),)),),
        ),
    }
    terms = made.get(kind) or kind(index="LPR1Y", margin=0.015, guarantee=Charge(rate=0.01, borne_by="district"))
    assert spec.load(kind, spec.dump(terms)) == terms
    assert spec.check(terms) == ()


def test_case_file_words_read_as_the_issue_writes_them() -> None:
    loan = spec.load(
        BankLoan,
        "{index: LPR1Y, margin: 150bp, day_count: ACT/360, repayment: like_obligation,\n"
        " guarantee: {rate: 1%, timing: yearly_in_advance, borne_by: firm}, appraisal: {rate: 0.5%, borne_by: firm}}",
    )
    assert loan.guarantee == Charge(rate=0.01, timing="yearly_in_advance")
    cost = spec.load(Charge, "{rate: 0.8%, timing: upfront, borne_by: {district: 62.5%, firm: 37.5%}}")
    assert cost.borne_by == (Bearing(bearer="district", share=0.625), Bearing(bearer="firm", share=0.375))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (BankLoan(), "a loan states a rate or an index with a margin, one of the two"),
        (BankLoan(rate=0.05, index="LPR1Y"), "a loan states a rate or an index with a margin, one of the two"),
        (BankLoan(rate=0.05, margin=0.01), "margin: a margin belongs to an index; this loan has a fixed rate"),
        (
            BankLoan(rate=0.05, term_months=12),
            "repayment: like_obligation takes the contract's dates; with an own term or frequency write one of "
            "bullet, linear, level",
        ),
        (
            BankLoan(rate=0.05, guarantee=Charge(rate=0.01, borne_by=())),
            "guarantee.borne_by: the cost is borne by nobody; name a bearer: firm, originator, guarantor, district, "
            "vehicle",
        ),
        (
            BankLoan(rate=0.05, guarantee=Charge(rate=0.01, borne_by=(Bearing(bearer="firm", share=0.5),) * 2)),
            "guarantee.borne_by.firm: two entries have the name 'firm'",
        ),
        (
            BankLoan(rate=0.05, guarantee=Charge(rate=0.01, borne_by=(Bearing(bearer="firm", share=0.5),))),
            "guarantee.borne_by: the cost: the bearers' shares add up to 0.5, not to 1",
        ),
        (
            Participation(rate=0.04, costs=(CostItem(name="rating", amount=250_000),)),
            "issue_size: rating is a sum of the whole deal; state issue_size, of which the firm takes its part",
        ),
        (
            BankLoan(rate=0.05, guarantee=Charge(rate=0.01, amount=5.0)),
            "guarantee: the cost states a rate or an amount, one of the two",
        ),
        (Participation(rate=0.04, firms=0), "firms: 0 firms take part"),
        (
            Participation(rate=0.04, costs=(CostItem(name="letter", amount=1e6, allocate_by="risk"),)),
            "costs.letter: letter is shared by risk, which takes the other firms' contracts; stated terms share by "
            "principal, equally, shapley, a pool in every way",
        ),
        (
            Participation(rate=0.04, costs=(CostItem(name="legal", rate=0.002, minimum=3e5),)),
            "costs.legal: legal is shared by principal with a minimum, which takes the other firms' contracts; stated "
            "terms share by principal, a pool in every way",
        ),
        (
            BankLoan(rate=0.05, resets="yearly"),
            "resets: an index is read again; this loan has a fixed rate",
        ),
        (
            SmallLoan(rate=0.05, flat_monthly_rate=0.01),
            "flat_monthly_rate: a flat rate stands instead of a rate; write one of the two",
        ),
        (
            CorporateBond(rate=0.05, issue_price=98.5),
            "issue_price: an issue price of 98.5 per yuan of principal; write 0.985 for 98.5 per hundred",
        ),
        (
            BankLoan(rate=0.05, deposit=Deposit(share=0.3), handling=Charge(rate=0.4), guarantee=Charge(rate=0.3)),
            "the costs of the first day take 100% of the principal together and leave nothing to use; write less than "
            "100%",
        ),
        (
            Convertible(rate=0.02, conversion=Warrant(volatility=0.0, years=1, risk_free_rate=0.02)),
            "conversion.volatility: volatility is 0.0; it must be more than 0",
        ),
        (BankLoan(index="SHIBOR"), "no index 'SHIBOR'; valid: LPR1Y, LPR5Y"),
        (
            BankLoan(rate=0.05, commitment=Charge(rate=0.005, on="undrawn", line=1.5)),
            "commitment.line: the cost: a line of 1.5 principals, charged upfront; a line is at least the principal, "
            "and what is undrawn is charged yearly_in_advance, yearly_in_arrears, each_payment",
        ),
        (
            Convertible(rate=0.02, conversion=STRIKE, converts=EarlyConversion(after_months=6, share_price=1.1)),
            "converts.share_price: nobody converts at a share price of 1.1, below the strike of 1.2",
        ),
    ],
)
def test_wrong_terms_say_what_is_wrong(terms: BankLoan | Participation, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        terms.cash_items(year())
    assert str(caught.value) == message


def test_needs_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match=r"firm needs -5.0; a principal is more than 0"):
        bullet_need(-5, START, date(2025, 3, 20))
    day = whole_days([START])
    dated = {"firms": ("a",), "principal": np.ones(1), "starts": day}
    with pytest.raises(ValueError, match="payment date 2024-03-20 does not come after 2024-03-20"):
        Need(**dated, dates=day[None, :], shares=np.ones((1, 1)))
    with pytest.raises(ValueError, match=r"the shares repaid add up to 0.5, not to 1"):
        Need(**dated, dates=day[None, :] + 365, shares=np.full((1, 1), 0.5))
    with pytest.raises(ValueError, match="a stands 2 times; join its amounts"):
        bullet_need([1.0, 2.0], START, date(2025, 3, 20), firms=["a", "a"])
    with pytest.raises(ValueError, match=r"1 firms, 2 amounts, 2 starts, dates \(2, 4\)"):
        bullet_need([1.0, 2.0], START, date(2025, 3, 20), firms=["a"])
    with pytest.raises(ValueError, match="3 amounts, 2 and 1 start and maturity dates; at least one amount"):
        bullet_need([1.0, 2.0, 3.0], [START, START], date(2025, 3, 20))
    with pytest.raises(ValueError, match="0 amounts, 1 and 1 start"):
        bullet_need([], START, date(2025, 3, 20))
    with pytest.raises(ValueError, match="payment date 2024-03-20 does not come after 2025-03-20"):
        bullet_need(1.0, date(2025, 3, 20), START)
    with pytest.raises(SpecError, match="needs in CNY, USD cannot stand together"):
        offer(BankLoan(rate=0.05), year(), year(currency="USD"))
    with pytest.raises(SpecError, match="nobody needs money"):
        offer(BankLoan(rate=0.05))
