"""Readings of ledgers: by hand on small deals, folds against stored rows."""

import math
from datetime import date

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.curve import Curve
from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.errors import DataError
from ipabs.readings import coverage, tables, tranche
from ipabs.readings.folds import Called, Fold, Life, Loss, Paid, Unaccounted, Value, read
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small

TEXT = """
ipabs: 1
name: Readings
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-03-28
  closing: 2024-03-28
  payment: {first: 2024-09-28, frequency: semiannual, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2025-03-28
  legal_final: 2025-09-28
tranches:
  A: {principal: 600, coupon: 4%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  B: {principal: 300, coupon: 6%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 100, residual: true}
accounts:
  reserve: {target: {amount: 20}, until: [A], sweep_to: collections}
closing: {sources: {A: 99%, B: 100%, sub: 100%}, uses: {assets: 974, accounts: {reserve: 20}}}
rounding: none
waterfall:
  normal:
    - pay: [A.interest, B.interest]
    - top_up: reserve
    - pay: [A.principal, B.principal]
    - release: reserve
    - write_down: [B, A]
      up_to: defaulted
    - residual: sub
"""
EMPTY = """
  A: {principal: 0, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 20, residual: true}"""
FLAT = Curve.flat(0.03, date(2024, 3, 28))
YEARS = [184 / 365, 365 / 365, 549 / 365]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Path 0 pays all, path 1 loses 350 in the last period, path 2 pays nothing."""
    deal = spec.load(Deal, TEXT)
    flows = Collections(
        deal.timeline(),
        interest=[[40, 20, 10], [40, 20, 0], [0, 0, 0]],
        principal=[[400, 400, 200], [400, 250, 0], [0, 0, 0]],
        defaulted=[[0, 0, 0], [0, 0, 350], [0, 0, 0]],
        opening=1000,
    )
    return run_waterfall(deal, flows)


def test_flows_of_a_tranche(ledger: Ledger) -> None:
    assert tranche.interest(ledger, "A")[0].tolist() == pytest.approx([12, 3.62, 0])
    assert tranche.principal(ledger, "A")[0].tolist() == pytest.approx([419, 181, 0])
    assert tranche.flows(ledger, "A")[0].tolist() == pytest.approx([431, 184.62, 0])
    assert tranche.deferred(ledger, "A")[2].tolist() == pytest.approx([12, 24, 36 - 20])
    assert tranche.deferred(ledger, "sub").tolist() == np.zeros((3, 3)).tolist()


def test_income_of_the_residual_is_its_interest(ledger: Ledger) -> None:
    paid = tranche.interest(ledger, "sub")[0] + tranche.principal(ledger, "sub")[0]
    received = ledger.collections.total[0].sum() + 20
    notes = tranche.flows(ledger, "A")[0].sum() + tranche.flows(ledger, "B")[0].sum()
    assert paid.sum() == pytest.approx(received - notes)
    assert tranche.principal(ledger, "sub")[0].sum() == 100


def test_life_and_window(ledger: Ledger) -> None:
    life = tranche.weighted_average_life(ledger, "A")
    assert life[0] == pytest.approx((419 * YEARS[0] + 181 * YEARS[1]) / 600)
    window = tranche.window(ledger, "A")
    assert window is not None
    assert (window.first, window.last) == (date(2024, 9, 28), date(2025, 3, 28))
    assert tranche.window(ledger, "B", path=2) is None
    assert math.isnan(tranche.weighted_average_life(ledger, "B")[2])
    assert read(ledger, Life("A"))[0] == pytest.approx(life[0])
    assert read(ledger, Life("B"))[2] == 0


@pytest.mark.parametrize(
    "fold", [Paid("A.intrest"), Paid("A"), Value("a", FLAT), Loss("a"), Life("a"), Called("reserve")], ids=repr
)
def test_a_figure_of_what_the_deal_does_not_have_is_refused(ledger: Ledger, fold: Fold) -> None:
    with pytest.raises(DataError, match=f"{fold.name} reads '.*', which the deal does not have"):
        read(ledger, fold)


def test_price_and_yield_are_inverse_and_yield_is_at_the_issue_price(ledger: Ledger) -> None:
    at_issue = tranche.yield_rate(ledger, "A")
    assert tranche.price(ledger, "A", float(at_issue[0]))[0] == pytest.approx(99.0)
    assert tranche.issue_price(ledger, "A") == 99.0
    assert tranche.yield_rate(ledger, "A", 101.0)[0] < at_issue[0]
    assert math.isnan(tranche.yield_rate(ledger, "B")[2])


def test_value_on_a_curve(ledger: Ledger) -> None:
    curve = Curve.flat(0.03, date(2024, 3, 28))
    expected = sum(cash * 1.03**-years for cash, years in zip([431, 184.62], YEARS, strict=False))
    assert tranche.value(ledger, "A", curve)[0] == pytest.approx(expected)
    assert read(ledger, Value("A", curve))[0] == pytest.approx(expected)


def test_discount_margin_is_the_coupon_over_the_index_at_par(ledger: Ledger) -> None:
    margin = tranche.discount_margin(ledger, "A", 100.0, np.full(3, 0.035))
    assert margin == pytest.approx(0.005, abs=1e-9)


def test_losses_and_shortfalls(ledger: Ledger) -> None:
    assert tranche.loss_at_final(ledger, "A").tolist() == pytest.approx([0, 0, 600])
    received, interest, senior = 440 + 270, 12 + 9 + 3.62 + 9, 600
    loss = 300 - (received - interest - senior)
    assert tranche.loss_at_final(ledger, "B")[1] == pytest.approx(loss)
    assert read(ledger, Loss("B")).tolist() == pytest.approx([0, loss, 300])
    assert tranche.shortfall(ledger, "A")[2].tolist() == pytest.approx([12, 600 + 24, 600 + 16])


def test_folds_read_what_the_ledger_holds(ledger: Ledger) -> None:
    for claim in ledger.claims:
        assert read(ledger, Paid(claim)).tolist() == pytest.approx(ledger.paid(claim).sum(axis=1).tolist())
    assert np.abs(read(ledger, Unaccounted())).max() < 1e-12


def test_coverage(ledger: Ledger) -> None:
    over = coverage.overcollateralization(ledger)
    assert over[0].tolist() == pytest.approx([600 / 481, 200 / 73.62, math.inf])
    assert coverage.overcollateralization(ledger, ("A",))[0, 0] == pytest.approx(600 / 181)
    assert coverage.interest_coverage(ledger)[0].tolist() == pytest.approx([40 / 21, 20 / 12.62, 10 / (73.62 * 0.03)])
    assert coverage.debt_service_coverage(ledger)[2].tolist() == [0, 0, 0]
    assert coverage.debt_service_coverage(ledger)[0, 0] == pytest.approx(440 / 21)


def test_attachment_and_enhancement(ledger: Ledger) -> None:
    assert coverage.attachment(ledger, "A")[0, 0] == pytest.approx(0.4)
    assert coverage.detachment(ledger, "A")[0, 0] == pytest.approx(1.0)
    assert coverage.detachment(ledger, "sub")[0, 0] == pytest.approx(0.1)
    assert coverage.attachment(ledger, "sub")[0].tolist() == [0, 0, 0]
    assert coverage.credit_enhancement(ledger, "A")[0, 0] == pytest.approx(1 - 181 / 620)
    assert coverage.credit_enhancement(ledger, "sub")[0, 2] == 1.0


def test_tables(ledger: Ledger) -> None:
    whole = tables.tranche_table(ledger)
    assert whole.loc["A", "principal_paid"] == pytest.approx(600)
    assert whole.loc["A", "first_principal"] == date(2024, 9, 28)
    assert tables.tranche_table(ledger, 2).loc["A", "loss"] == 600
    report = tables.payment_dates(ledger, "A")
    assert report["interest_per_100"].iloc[0] == pytest.approx(2.0)
    assert report["principal_per_1000"].iloc[0] == pytest.approx(1000 * 419 / 600)
    assert report["factor"].tolist() == pytest.approx([181 / 600, 0, 0])
    decrement = tables.decrement_table({"base": ledger}, "A")
    assert decrement["base"].iloc[0] == pytest.approx(100 * 181 / 600)
    assert decrement.loc["life_years", "base"] == pytest.approx(tranche.weighted_average_life(ledger, "A")[0])


def test_a_deal_that_receives_nothing_has_no_life() -> None:
    text = TEXT.replace(
        "B: {principal: 300, coupon: 6%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,",
        "B: {principal: 300,",
    ).replace("[A.interest, B.interest]", "A.interest")
    deal = spec.load(Deal, text.replace("accounts: {reserve: 20}", "accounts: {reserve: 0}").replace("974", "994"))
    nothing = run_waterfall(deal, Collections(deal.timeline(), opening=1000))
    assert np.isnan(tranche.weighted_average_life(nothing, "A")).all()
    assert read(nothing, Life("A")).tolist() == [0]
    assert coverage.interest_due(nothing)[0].tolist() == pytest.approx([12, 24, 36])


def test_an_unknown_tranche_is_told() -> None:
    deal = spec.load(Deal, TEXT)
    empty = run_waterfall(deal, Collections(deal.timeline(), opening=1000))
    with pytest.raises(DataError, match=r"no tranche 'a'; .*A"):
        tranche.interest(empty, "a")


def test_a_pool_that_was_sold_covers_nothing() -> None:
    """Called on the first date at a pool of 40: what the pool would have paid later is not the deal's."""
    text = small(
        calls="""
  clean_up: {kind: clean_up, pool_percent: 50%, price: {amount: 10}}""",
        waterfall="""
  normal: LIST
  called: LIST""".replace("LIST", "[{pay: A.interest}, {pay: A.principal}, {residual: sub}]"),
    )
    deal = spec.load(Deal, text)
    pool = Collections(deal.timeline(), interest=[5, 4, 2], principal=[80, 20, 20], performing=[40, 20, 0], opening=120)
    sold = run_waterfall(deal, pool)
    assert sold.balance("A")[0].tolist() == [10, 10, 10]
    assert coverage.overcollateralization(sold)[0].tolist() == [4, 0, 0]
    assert coverage.interest_coverage(sold)[0].tolist() == [1, 0, 0]
    assert coverage.debt_service_coverage(sold)[0].tolist() == pytest.approx([85 / 105, 0, 0])
    assert coverage.credit_enhancement(sold, "A")[0].tolist() == [0.75, -math.inf, -math.inf]


@pytest.mark.parametrize("accrual", ["unadjusted", "adjusted"])
def test_discount_margin_at_par_is_the_stated_margin_on_the_tranche_s_own_days(accrual: str) -> None:
    text = small(
        dates="""
  cut_off: 2024-01-01
  closing: 2024-01-13
  payment: {first: 2025-01-11, frequency: annual, calendar: weekends, roll: following}
  collection_end: {day: 5, of: payment_month}
  expected_maturity: 2027-01-11
  legal_final: 2027-01-11""",
        tranches=f"""
  A: {{principal: 100, coupon: {{index: R, margin: 70bp}}, day_count: ACT/360, accrual: {accrual},
      unpaid_interest: carry, amortization: bullet}}
  sub: {{principal: 20, residual: true}}""",
        rounding=" none",
    )
    deal = spec.load(Deal, text)
    flat = IndexHistory(name="R", dates=(date(2020, 1, 1),), rates=(0.03,), known_until=date(2030, 1, 1))
    pool = Collections(deal.timeline(), interest=[10, 10, 10], principal=[0, 0, 100], opening=120)
    paid = run_waterfall(deal, pool, indices=[flat])
    assert tranche.discount_margin(paid, "A", 100.0, np.full(3, 0.03)) == pytest.approx(0.007, abs=1e-10)
    assert math.isnan(tables.tranche_table(paid).loc["A", "coupon_rate"])


def test_a_class_of_size_0_has_no_price_and_nothing_outstanding() -> None:
    deal = spec.load(Deal, small(tranches=EMPTY, closing="\n  sources: {A: 100%, sub: 100%}\n  uses: {assets: 20}"))
    empty = run_waterfall(deal, Collections(deal.timeline(), interest=[1, 1, 1], principal=[5, 5, 10], opening=20))
    assert math.isnan(tranche.price(empty, "A", 0.03)[0])
    assert tables.decrement_table({"base": empty}, "A")["base"].tolist()[:3] == [0, 0, 0]
