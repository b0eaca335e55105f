"""Kinds of obligation against closed forms and an independent root search."""

from datetime import date

import numpy as np
import pytest
from scipy.optimize import brentq

from ipabs.basics.party import Party
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, ModelError, SpecError
from ipabs.pool import KINDS, Installment, LeaseBack, LicenceBack, PledgedLoan, Receivable, RoyaltyStream
from ipabs.pool.fates import DefaultList
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.projection import UnderFates, project
from ipabs.pool.royalty import CatchUp, Milestone, RoyaltyTerms, Tier
from ipabs.pool.royalty_stream import Sales
from ipabs.pool.vectors import Vectors

EXACT = 1e-6
RATE = 1e-10


def lease(**terms: object) -> LeaseBack:
    plain: dict[str, object] = {
        "id": "Z1", "obligor": "F1", "price": 10e6, "deposit": 5e5, "start": date(2024, 1, 1),
        "maturity": date(2026, 1, 1), "lease_rate": 0.06, "day_count": "30E/360",
    }  # fmt: skip
    return LeaseBack(**(plain | terms))  # type: ignore[arg-type]  # the terms under test


def stream(**terms: object) -> RoyaltyStream:
    days = [date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31)]
    plain: dict[str, object] = {
        "id": "Y1", "obligor": "L1", "principal": 2.5e6, "start": date(2023, 12, 31), "royalty_rate": 0.05,
        "sales": tuple(Sales(date=day, amount=20e6) for day in days),
    }  # fmt: skip
    return RoyaltyStream(**(plain | terms))  # type: ignore[arg-type]  # the terms under test


def test_lease_rents_are_level_the_deposit_is_netted_in_the_last_ones() -> None:
    rent = 10e6 * 0.015 / (1 - 1.015**-8)
    big = lease(deposit=2e6)
    assert big.contract_flows().cash == pytest.approx([rent] * 6 + [rent - (2e6 - rent), 0.0], abs=EXACT)


def test_lease_yield_is_the_root_of_outlay_and_receipts() -> None:
    rent = 10e6 * 0.015 / (1 - 1.015**-8)
    receipts = np.array([rent] * 7 + [rent - 5e5])
    root = brentq(lambda y: (receipts / (1 + y / 4) ** np.arange(1, 9)).sum() - 9.5e6, 0.0, 1.0, xtol=1e-14)
    assert lease().effective_yield == pytest.approx(root, abs=RATE)
    assert lease(deposit=0.0).effective_yield == pytest.approx(0.06, abs=RATE)


def test_nominal_price_is_paid_with_the_last_rent() -> None:
    flows = lease(nominal_price=1_000.0, deposit=0.0).contract_flows()
    assert flows.cash[-1] - flows.cash[0] == pytest.approx(1_000.0, abs=EXACT)


def test_rents_in_advance_are_an_annuity_due_and_the_purchase_stands_alone() -> None:
    early = lease(rents="in_advance", deposit=0.0, nominal_price=1_000.0)
    flows = early.contract_flows()
    rent = (10e6 - 1_000 / 1.015**8) / sum(1.015**-k for k in range(8))
    assert flows.cash == pytest.approx([*[rent] * 8, 1_000.0], abs=EXACT)
    assert [str(day) for day in flows.dates[[0, 7, 8]]] == ["2024-01-01", "2025-10-01", "2026-01-01"]
    assert (flows.interest[0], flows.balance[-1]) == (0.0, 0.0)
    assert early.effective_yield == pytest.approx(0.06, abs=RATE)
    assert flows.principal.sum() == pytest.approx(10e6, abs=EXACT)


@pytest.mark.parametrize("amortization", ["level", "linear"])
def test_deposit_is_netted_in_the_last_rents_in_advance_too(amortization: str) -> None:
    early, plain = (
        lease(rents="in_advance", amortization=amortization, nominal_price=1_000.0, deposit=deposit)
        for deposit in (5e5, 0.0)
    )
    cash = early.contract_flows().cash
    assert cash[:7] == pytest.approx(plain.contract_flows().cash[:7], abs=EXACT)
    assert cash[7:].sum() == pytest.approx(plain.contract_flows().cash[7:].sum() - 5e5, abs=EXACT)
    root = brentq(lambda rate: sum(x * (1 + rate / 4) ** -k for k, x in enumerate(cash)) - 9.5e6, 0.01, 0.5, xtol=1e-14)
    assert early.effective_yield == pytest.approx(root, abs=RATE)


def test_leases_of_both_timings_stand_side_by_side() -> None:
    leases = (lease(), lease(id="Z2", rents="in_advance", nominal_price=100.0), lease(id="Z3", amortization="linear"))
    together = LeaseBack.pooled_flows(leases)
    for row, one in enumerate(leases):
        assert np.array_equal(together.of(row).cash, one.contract_flows().cash)
        assert together.of(row).dates.tolist() == one.contract_flows().dates.tolist()


def test_licence_fees_give_the_yield() -> None:
    fee = 8e6 * 0.015 / (1 - 1.015**-8)
    licence = LicenceBack(
        id="L1", obligor="F1", principal=8e6, start=date(2024, 1, 1), maturity=date(2026, 1, 1), day_count="30E/360",
        installment=fee,
    )  # fmt: skip
    flows = licence.contract_flows()
    assert flows.cash == pytest.approx([fee] * 8, abs=EXACT)
    assert flows.interest[0] == pytest.approx(8e6 * 0.015, abs=EXACT)


def test_receivable_is_bought_at_its_discount() -> None:
    bill = Receivable(
        id="R1", obligor="F1", face=5e6, start=date(2024, 3, 28), maturity=date(2024, 9, 24), discount_rate=0.05
    )
    assert bill.principal == 5e6 * (1 - 0.05 * 180 / 360)
    assert bill.contract_flows().cash.tolist() == [5e6]


def test_royalty_yield_is_the_root_of_price_and_expected_royalties() -> None:
    years = np.cumsum([366 / 365, 1, 1])
    fractions = np.array([366 / 365, 1, 1])
    root = brentq(lambda y: (1e6 / np.cumprod(1 + y * fractions)).sum() - 2.5e6, 0.0, 1.0, xtol=1e-14)
    assert years[-1] > 3
    assert stream().effective_yield() == pytest.approx(root, abs=RATE)
    assert stream().contract_flows().principal.sum() == pytest.approx(2.5e6, abs=EXACT)


def test_royalty_terms_follow_the_contract() -> None:
    terms = RoyaltyTerms(
        tiers=(Tier(rate=0.05), Tier(above=10e6, rate=0.03)),
        minimum=6e5,
        milestones=(Milestone(sales=25e6, payment=2e5),),
        catch_ups=(CatchUp(date=date(2026, 6, 30), total=3e6),),
        cap=3.1e6,
    )
    paid = stream(terms=terms).royalties(np.array([[20e6, 20e6, 20e6], [1e6, 1e6, 1e6], [90e6, 0.0, 0.0]]))
    year = 10e6 * 0.05 + 10e6 * 0.03
    assert paid[0] == pytest.approx([year, year + 2e5, 3e6 - 2 * year - 2e5], abs=EXACT)
    assert paid[1] == pytest.approx([6e5, 6e5, 1.8e6], abs=EXACT)
    assert paid[2] == pytest.approx([10e6 * 0.05 + 80e6 * 0.03 + 2e5, 0.0, 0.0], abs=EXACT)


@pytest.mark.parametrize(
    ("obligation", "expected"),
    [
        (lease(deposit=11e6), "deposit: the deposit 11000000.0 is not below the price 10000000.0"),
        (
            lease(rents="in_advance", frequency="annual", maturity=date(2025, 1, 1)),
            "rents: rents in advance need a second one before the maturity 2025-01-01; frequency is annual",
        ),
        (lease(maturity=date(2024, 1, 1)), "maturity: maturity 2024-01-01 is not after the start 2024-01-01"),
        (stream(principal=4e6), "principal: expected royalties of 3000000.00 do not repay the price 4000000.00"),
        (stream(sales=()), "sales: sales need dates that rise, after the start 2023-12-31"),
    ],
)
def test_obligations_that_do_not_repay_say_so(obligation: LeaseBack | RoyaltyStream, expected: str) -> None:
    assert [str(found) for found in obligation.findings()] == [expected]


def test_all_kinds_are_obligations_and_pool_together() -> None:
    loan = PledgedLoan(
        id="C1", obligor="F1", principal=1e6, start=date(2024, 1, 1), maturity=date(2025, 1, 1), contract_rate=0.04
    )
    bill = Receivable(
        id="R1", obligor="F1", face=5e6, start=date(2024, 3, 28), maturity=date(2024, 9, 24), discount_rate=0.05
    )
    mixed = (bill, loan, lease(), stream(obligor="F1"), lease(id="Z2", deposit=0.0))
    assert all(isinstance(one, Obligation) for one in mixed)
    flows = Pool(mixed, (Party(id="F1"),)).contract_flows()
    for row, one in enumerate(mixed):
        alone = one.contract_flows()
        assert flows.of(row).dates.tolist() == alone.dates.tolist()
        assert flows.of(row).principal == pytest.approx(alone.principal, abs=EXACT)
    assert len({vars(kind)["KIND"] for kind in KINDS}) == 5


def test_simulated_sales_pay_interest_first_then_principal_then_more() -> None:
    days = (date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31))
    line = Timeline(
        cut_off=date(2023, 12, 31), closing=date(2023, 12, 31), collection_ends=days, accrual_ends=days, payments=days
    )
    one = stream(day_count="30E/360")
    loan = PledgedLoan(
        id="C1", obligor="L1", principal=1e6, start=date(2023, 12, 31), maturity=date(2024, 12, 31), contract_rate=0.04,
        frequency="annual", day_count="30E/360",
    )  # fmt: skip
    pool = Pool((one, loan), (Party(id="L1"),))
    sales = np.array([[20e6, 20e6, 20e6], [20e6, 60e6, 20e6], [1e6, 1e6, 1e6]])
    paid = project(pool, line, sales={"Y1": sales})
    rate = brentq(lambda y: (1e6 / (1 + y) ** np.arange(1, 4)).sum() - 2.5e6, 0.0, 1.0, xtol=1e-14)
    expected = one.contract_flows()
    assert paid.interest[0] - [0.04e6, 0, 0] == pytest.approx(expected.interest, abs=EXACT)
    assert paid.principal[0] - [1e6, 0, 0] == pytest.approx(expected.principal, abs=EXACT)
    owed = 2.5e6 * (1 + rate) - 1e6
    assert paid.other[1] == pytest.approx([0, 3e6 - owed * (1 + rate), 1e6], abs=1e-3)
    assert paid.interest[2] == pytest.approx([5e4 + 0.04e6, 5e4, 5e4], abs=EXACT)
    assert paid.defaulted[2] == pytest.approx([0, 0, 2.5e6], abs=EXACT)
    assert paid.performing[:, -1] == pytest.approx([0, 0, 0], abs=EXACT)


def test_stream_stops_when_its_licensee_defaults() -> None:
    days = tuple(date(year, 12, 31) for year in (2024, 2025, 2026))
    line = Timeline(cut_off=date(2023, 12, 31), closing=date(2023, 12, 31), collection_ends=days, accrual_ends=days,
                    payments=days)  # fmt: skip
    pool = Pool((stream(),), (Party(id="L1"),))
    # The licensee stands on path 0, defaults in the second year on path 1, in the first on path 2.
    fates = DefaultList(("L1",), 3, np.array([1, 2]), np.array([0, 0]), np.array([1, 0]))
    vectors = Vectors(severity=0.6, recovery_lag=12)
    expected = stream().contract_flows()
    for sales in (np.full((1, 3), 20e6), np.full((3, 3), 20e6)):
        paid = project(pool, line, vectors, fates=fates, sales={"Y1": sales})
        assert paid.interest[0] == pytest.approx(expected.interest, abs=EXACT)
        assert paid.interest[1] == pytest.approx([expected.interest[0], 0, 0], abs=EXACT)
        assert paid.principal[1] == pytest.approx([expected.principal[0], 0, 0], abs=EXACT)
        assert paid.defaulted[1] == pytest.approx([0, expected.balance[0], 0], abs=EXACT)
        assert paid.recovery[1] == pytest.approx([0, 0, 0.4 * expected.balance[0]], abs=EXACT)
        assert paid.defaulted[2] == pytest.approx([2.5e6, 0, 0], abs=EXACT)
        assert paid.recovery[2] == pytest.approx([0, 1e6, 0], abs=EXACT)
        assert paid.interest[2].sum() == paid.principal[2].sum() == paid.other[2].sum() == 0
    with pytest.raises(DataError, match=r"sales have different numbers of paths: \[2, 3\]"):
        project(pool, line, vectors, fates=fates, sales={"Y1": np.full((2, 3), 20e6)})
    with pytest.raises(SpecError, match="cdr is given beside fates"):
        project(pool, line, Vectors(cdr=0.02), fates=fates, sales={"Y1": np.full((3, 3), 20e6)})


def test_guarantor_of_a_licensee_pays_its_debt_but_not_for_low_sales() -> None:
    days = tuple(date(year, 12, 31) for year in (2024, 2025, 2026))
    line = Timeline(cut_off=date(2023, 12, 31), closing=date(2023, 12, 31), collection_ends=days, accrual_ends=days,
                    payments=days)  # fmt: skip
    loan = PledgedLoan(
        id="C1", obligor="F1", principal=1e6, start=date(2023, 12, 31), maturity=date(2026, 12, 31), contract_rate=0.04,
        amortization="bullet", frequency="annual", guarantor="G",
    )  # fmt: skip
    parties = (Party(id="L1"), Party(id="F1"), Party(id="G", limit=1.2e6))
    pool = Pool((stream(guarantor="G"), loan), parties)
    # Path 0: the licensee defaults; 1: licensee and borrower; 2: the guarantor before them; 3: nobody, but no sales.
    fates = DefaultList(
        ("L1", "F1", "G"), 4, np.array([0, 1, 1, 2, 2]), np.array([0, 0, 1, 0, 2]), np.array([1, 1, 1, 1, 0])
    )
    sales = np.array([[20e6, 20e6, 20e6]] * 3 + [[0.0, 0.0, 0.0]])
    paid = project(pool, line, Vectors(severity=0.6), fates=fates, sales={"Y1": sales})
    owed = stream().contract_flows().balance[0]
    assert paid.guarantee[0] == pytest.approx([0, 0.6 * owed, 0], abs=EXACT)
    assert 0.6 * (owed + 1e6) > 1.2e6
    assert paid.guarantee[1] == pytest.approx([0, 1.2e6, 0], abs=EXACT)
    assert paid.guarantee[2:].sum() == 0
    assert paid.defaulted[3] == pytest.approx([0, 0, 2.5e6], abs=EXACT)


def test_terms_hold_on_every_path_of_simulated_sales() -> None:
    days = tuple(date(year, month, day) for year in (2024, 2025, 2026) for month, day in ((6, 30), (12, 31)))
    line = Timeline(cut_off=date(2023, 12, 31), closing=date(2023, 12, 31), collection_ends=days, accrual_ends=days,
                    payments=days)  # fmt: skip
    terms = RoyaltyTerms(
        tiers=(Tier(rate=0.06), Tier(above=10e6, rate=0.04), Tier(above=20e6, rate=0.02)),
        minimum=8e5,
        milestones=(Milestone(sales=30e6, payment=3e5), Milestone(sales=60e6, payment=5e5)),
        catch_ups=(CatchUp(date=date(2026, 3, 1), total=2.6e6),),
    )
    expected = tuple(Sales(date=day, amount=9e6) for day in days)
    one = stream(terms=terms, sales=expected)
    sales = np.random.default_rng(11).uniform(0.0, 16e6, (40, 6))
    paid = project(Pool((one,), (Party(id="L1"),)), line, sales={"Y1": sales})
    for path, row in enumerate(sales):
        by_hand, year, all_sales, total = [], 0.0, 0.0, 0.0
        for k, sold in enumerate(row):
            year = sold if k % 2 == 0 else year + sold
            on_year = lambda s: 0.06 * min(s, 10e6) + 0.04 * min(max(s - 10e6, 0), 10e6) + 0.02 * max(s - 20e6, 0)  # noqa: E731  # the contract's sentence
            due = on_year(year) - on_year(year - sold)
            if k % 2:
                due += max(8e5 - on_year(year), 0.0)
            due += 3e5 * (all_sales < 30e6 <= all_sales + sold) + 5e5 * (all_sales < 60e6 <= all_sales + sold)
            all_sales += sold
            if k == 4:
                due = max(due, 2.6e6 - total)
            total += due
            by_hand.append(due)
        assert paid.total[path] == pytest.approx(by_hand, abs=1e-6)
        assert paid.principal[path].sum() + paid.defaulted[path].sum() == pytest.approx(2.5e6, abs=1e-6)


def test_simulated_sales_that_do_not_fit_are_findings() -> None:
    days = (date(2024, 12, 31),)
    line = Timeline(
        cut_off=date(2024, 6, 30), closing=date(2024, 6, 30), collection_ends=days, accrual_ends=days, payments=days
    )
    pool = Pool((stream(),), (Party(id="L1"),))
    with pytest.raises(DataError, match="sales of 'Y9', which is no royalty stream; valid: Y1"):
        project(pool, line, sales={"Y9": np.ones((2, 3))})
    ready = UnderFates.of(pool, line, simulated=("Y1",))
    nobody = DefaultList(("L1",), 2, *[np.array([], dtype=np.int64)] * 3)
    with pytest.raises(DataError, match=r"sales of \[\] where sales of \['Y1'\] are simulated"):
        ready.collections(nobody)
    with pytest.raises(DataError, match="sales of Y1 need 3 amounts of 0 or more a path"):
        project(pool, line, sales={"Y1": np.ones((2, 2))})


LOAN: dict[str, object] = {
    "id": "C1", "obligor": "F1", "principal": 1e6, "start": date(2024, 1, 31), "maturity": date(2025, 1, 31),
    "contract_rate": 0.06,
}  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"amortization": "annuity"}, "obligations.C1.amortization: no word 'annuity'; valid: level, linear, bullet"),
        ({"frequency": "weekly"}, "obligations.C1.frequency: no word 'weekly'; valid: monthly, quarterly"),
        ({"principal": float("inf")}, "obligations.C1.principal: principal is inf; it must be more than 0"),
        ({"guarantor": "G"}, "obligations.C1.guarantor: obligation C1: its guarantor 'G' is no party; valid: F1"),
        (
            {"amortization": "custom", "schedule": (Installment(date=date(2024, 6, 30), principal=-1e6),
                                                    Installment(date=date(2025, 1, 31), principal=2e6))},
            "obligations.C1.schedule[0].principal: an installment of -1000000.0; it must be 0 or more",
        ),
    ],
)  # fmt: skip
def test_contracts_made_in_python_are_held_to_what_a_file_may_say(terms: dict[str, object], expected: str) -> None:
    with pytest.raises(DataError) as caught:
        Pool((PledgedLoan(**(LOAN | terms)),), (Party(id="F1"),))  # type: ignore[arg-type]  # terms of a loan
    assert str(caught.value).startswith(expected)


def test_payments_that_do_not_repay_name_the_contract() -> None:
    short = PledgedLoan(**(LOAN | {"contract_rate": None, "installment": 200_000.0}))  # type: ignore[arg-type]  # terms
    with pytest.raises(ModelError, match=r"C1: payments of 800000.00 do not repay 1000000.00"):
        short.contract_flows()


def test_dates_beyond_the_calendar_name_the_contract() -> None:
    late = PledgedLoan(**(LOAN | {"maturity": date(2080, 1, 31), "calendar": "SSE", "roll": "following"}))  # type: ignore[arg-type]  # terms
    with pytest.raises(DataError, match=r"C1\.calendar: calendar SSE knows the days from 2008-01-01 to 2075-12-31"):
        late.contract_flows()


def test_other_kinds_say_what_they_cannot_be() -> None:
    dates = {"start": date(2024, 1, 31), "maturity": date(2025, 1, 31)}
    bill = Receivable(id=" ", obligor="F", face=1e6, discount_rate=-0.05, **dates)
    lease = LeaseBack(id="Z", obligor="F", price=1e6, lease_rate=-0.05, **dates)
    unpriced = stream(principal=0.0, terms=RoyaltyTerms(tiers=(Tier(above=5e6, rate=0.1), Tier(rate=0.2))))
    assert [str(found) for one in (bill, lease, unpriced) for found in one.findings()] == [
        "id: a contract needs an id",
        "discount_rate: a discount of -5.00% a year; it must be 0 or more",
        "lease_rate: a lease rate of -5.00%; it must be 0 or more",
        "principal: principal is 0.0; it must be more than 0",
        "terms.tiers: tiers need thresholds that rise; got 5000000, 0",
    ]


def test_a_pool_knows_its_contracts_and_deals() -> None:
    pool = Pool((PledgedLoan(**LOAN, deal="abs"),), (Party(id="F1"),))  # type: ignore[arg-type]  # terms of a loan
    assert len(pool.of_deal("abs")) == 1
    with pytest.raises(DataError, match="no obligation is assigned to deal 'abn'; did you mean 'abs'"):
        pool.of_deal("abn")
    with pytest.raises(DataError, match="the pool has no obligation 'C2'; valid: C1"):
        pool.select(["C1", "C2"])
