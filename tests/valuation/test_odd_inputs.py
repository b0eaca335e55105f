"""Inputs that nobody means: each is a finding at its place, or a right value, and never a fault of a library."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ipabs.errors import DataError, LimitError
from ipabs.patents.examination import STANDARD_ROUTE
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.attribution import marginal_values, shapley_values
from ipabs.valuation.collateral import LiquidationTerms, bank_rules, liquidation_value
from ipabs.valuation.comparable_licences import Licence, royalty_distribution, royalty_range
from ipabs.valuation.cost import CostItem, MultiplierCost, ReplacementCost
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.discount_rate import (
    AssetClass,
    Risk,
    accumulated_rate,
    capm,
    relevered_beta,
    split_return,
    weighted_cost_of_capital,
)
from ipabs.valuation.distributions import Lognormal, Pert
from ipabs.valuation.excess_earnings import ReturningAsset, check_returns, weighted_average_return
from ipabs.valuation.fast_track import ProtectedIncome, application_value
from ipabs.valuation.firm_appraisal import AppraisalTerms, PledgedFirm, appraise_firms
from ipabs.valuation.life import economic_life, loss_given_challenge
from ipabs.valuation.longstaff_schwartz import longstaff_schwartz
from ipabs.valuation.patent_value import gini, lognormal_from_mean, quantile_ratio, variation_of_sum
from ipabs.valuation.pending import present_value_of_fees
from ipabs.valuation.reconciliation import Weighted, reconcile
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.renewal import RenewalModel
from ipabs.valuation.renewal_method import RenewalValue
from ipabs.valuation.revaluation import revaluations
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.sharing_rate import technology_share
from ipabs.valuation.stream_values import value_schedule
from ipabs.valuation.survival import expected_years
from ipabs.valuation.tax_amortization import TaxAmortization, step_up_factor
from ipabs.valuation.uncertainty import Uncertain, UncertainInput
from ipabs.valuation.valuation import Valuation
from ipabs.valuation.with_and_without import WithAndWithout

NAN = float("nan")
AS_OF = date(2024, 1, 1)
LEAP = Patent(number="p", kind="invention", owner="x", filing=date(2016, 2, 29), grant=date(2018, 1, 1), ipc=("G06N",))
ONE, NONE = Portfolio(rights=(LEAP,)), Portfolio(rights=())
STREAM = RevenueStream(name="A", revenues=(100.0, 110.0))
RELIEF = ReliefFromRoyalty(streams=(STREAM,), royalty_rate=0.05, tax_rate=0.25, discount_rate=0.1)
FIRM = PledgedFirm(firm="x", revenue=1e7, tax_rate=0.25, contract_amount=1e6)
TERMS = AppraisalTerms(seed=1, draws=10)
BOTH_STATES = WithAndWithout(earnings_with=(1.0,), earnings_without=(0.5,), tax_rate=0.25, discount_rate=0.1)


def relief(**changes: Any) -> Valuation:
    return replace(RELIEF, **changes).value(NONE, as_of=AS_OF)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"royalty_rate": None}, "rate: rate of None is no number"),
        ({"royalty_rate": np.array([])}, "royalty_rate: draws of shape (0,); wanted one line of one or more numbers"),
        ({"royalty_rate": np.full((2, 2), 0.1)}, "royalty_rate: draws of shape (2, 2); wanted one line"),
        ({"timing": "middle"}, "timing: no timing 'middle'; did you mean 'mid'?"),
        ({"streams": ()}, "streams: no revenue stream to value"),
        ({"streams": (replace(STREAM, revenues=(None,)),)}, "streams.A.revenues: revenues must be amounts"),
        ({"streams": (replace(STREAM, revenues=("a",)),)}, "streams.A.revenues: revenues must be amounts"),
        ({"tax_amortization": TaxAmortization(years=0)}, "years: years of 0 is outside {1, ..., 100}"),
        ({"tax_amortization": TaxAmortization(years=5, timing="x")}, "timing: no timing 'x'"),  # type: ignore[arg-type]  # a wrong word
    ],
)
def test_terms_of_streams(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        relief(**changes)
    assert message in str(caught.value)


def test_right_is_valued_from_its_filing_to_the_day_before_its_end() -> None:
    with pytest.raises(DataError, match="p is not filed on 2016-02-28"):
        RELIEF.value(ONE, as_of=date(2016, 2, 28))
    early = RELIEF.value(ONE, as_of=date(2017, 12, 31))
    assert [one.code for one in early.findings] == ["valuation.pending"]
    assert RELIEF.value(ONE, as_of=date(2024, 2, 29)).mean == pytest.approx(RELIEF.value(NONE, as_of=AS_OF).mean)
    last = RELIEF.value(ONE, as_of=date(2036, 2, 28)).mean
    assert last == pytest.approx(100 * 0.05 * 0.75 / 1.1 / 366)  # one day of a leap year
    with pytest.raises(DataError, match="p is expired on 2036-02-29"):
        RELIEF.value(ONE, as_of=date(2036, 2, 29))


def test_ten_thousand_rights_are_valued_as_the_one_that_lives_longest() -> None:
    filings = [date(2016 - n % 9, 2, 28) for n in range(10_000)]
    many = Portfolio(rights=tuple(replace(LEAP, number=f"p{n}", filing=day) for n, day in enumerate(filings)))
    flat = replace(RELIEF, streams=(replace(STREAM, growth_rate=0.0),))
    alone = Portfolio(rights=(replace(LEAP, filing=date(2016, 2, 28)),))
    assert flat.value(many, as_of=AS_OF).mean == pytest.approx(flat.value(alone, as_of=AS_OF).mean, rel=1e-12)


def renewal_before_grant() -> None:
    model = RenewalModel(log_mean=8, log_deviation=1.6, decay_rate=0.1, discount_rate=0.1)
    RenewalValue(model=model).value(ONE, as_of=date(2017, 6, 1))


def empty_mixture() -> None:
    reconcile(Weighted(valuation=replace(relief(), value=NAN), weight=1.0))


def covered(share: Any) -> Valuation:
    coverage = CoverageMatrix(protections=(Protection(right="p", stream="A", share=share),))
    return replace(RELIEF, coverage=coverage).value(ONE, as_of=AS_OF)


def drawn(likely: Any) -> Valuation:
    royalty = UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=likely, most=0.08))
    return Uncertain(method=RELIEF, inputs=(royalty,), draws=10, seed=1).value(NONE, as_of=AS_OF)


def pending(start_months: float) -> float:
    route = replace(STANDARD_ROUTE, start_months=start_months)
    return float(np.mean(application_value(ProtectedIncome(yearly_income=1.0, discount_rate=0.1), route)))


def licensed(rate: Any) -> object:
    return royalty_range((Licence(name="a", royalty_rate=rate),))


def weighed(weight: Any) -> object:
    return reconcile(Weighted(valuation=relief(), weight=weight))


def bank_loan(years: float) -> float:
    return bank_rules()[0].loan(1e6, kind="invention", remaining_years=12, years=years)


CURRENT, FIXED = (AssetClass(name=name, share=0.35, return_rate=0.05) for name in ("current", "fixed"))
REFUSED: dict[str, Callable[[], object]] = {
    "wacc of nan is outside": lambda: split_return(NAN, current=CURRENT, fixed=FIXED, intangible_share=0.3),
    "beta of nan": lambda: capm(risk_free_rate=0.03, beta=NAN, market_premium=0.06),
    "debt_to_equity of -0.5": lambda: relevered_beta(1, debt_to_equity=-0.5, tax_rate=0.25),
    "tax_rate of 1 is outside [0, 1)": lambda: weighted_cost_of_capital(
        equity_rate=0.1, debt_rate=0.05, debt_share=0.3, tax_rate=1, before_tax=True
    ),
    "risk.high_rate: high_rate of nan": lambda: accumulated_rate(0.03, [Risk(name="risk", high_rate=NAN, score=0.5)]),
    "no 'five' factors; valid: three, four": lambda: technology_share("five"),  # type: ignore[arg-type]  # a wrong word
    "tax_rate of 1 is outside": lambda: step_up_factor(tax_rate=1.0, discount_rate=0.0, years=5),
    "discount_rate of -1 is outside": lambda: step_up_factor(tax_rate=0.25, discount_rate=-1, years=5),
    "earnings_with of nan": lambda: replace(BOTH_STATES, earnings_with=(NAN,)).value(NONE, as_of=AS_OF),
    "no period of earnings": lambda: replace(BOTH_STATES, earnings_with=(), earnings_without=()).value(
        NONE, as_of=AS_OF
    ),
    "level_with of nan": lambda: replace(BOTH_STATES, level_with=NAN).value(NONE, as_of=AS_OF),
    "no cost to value by": lambda: ReplacementCost(items=()).value(NONE, as_of=AS_OF),
    "items.r: r stands 2 times": lambda: ReplacementCost(items=(CostItem(name="r", amount=1.0),) * 2).value(
        NONE, as_of=AS_OF
    ),
    "years_ago of -3": lambda: ReplacementCost(items=(CostItem(name="r", amount=1.0, years_ago=-3),)).value(
        NONE, as_of=AS_OF
    ),
    "assets of no value": lambda: weighted_average_return([]),
    "price of nan": lambda: check_returns([], price=NAN, wacc=0.1),
    "a.value: value of nan": lambda: check_returns(
        [ReturningAsset(name="a", value=NAN, return_rate=0.1)], price=1, wacc=0.1
    ),
    "relief from royalty.value: value of nan": empty_mixture,
    "the low quantile 0.9 is above the high one 0.1": lambda: reconcile(
        Weighted(valuation=relief(), weight=1.0), low_quantile=0.9, high_quantile=0.1
    ),
    "market of nan": lambda: liquidation_value(
        NAN, LiquidationTerms(forced_discount=0.5, discount_rate=0.1, lag_years=1)
    ),
    "appraised of nan": lambda: bank_rules()[0].loan(NAN, kind="invention", remaining_years=12, years=3),
    "licence a stands 2 times": lambda: royalty_range((Licence(name="a", royalty_rate=0.1),) * 2),
    "cumulative shares must rise": lambda: royalty_distribution(most=0.05),
    "log_deviation of -1 is outside [0, inf)": lambda: gini(Lognormal(median=1, log_deviation=-1)),
    "high of 2 is outside": lambda: quantile_ratio(1.0, high=2.0),
    "no value to vary": lambda: variation_of_sum([0.0, 0.0], log_deviation=1, correlation=0.2),
    "means: no number at all": lambda: variation_of_sum([], log_deviation=1, correlation=0.2),
    "legal of nan": lambda: economic_life(legal=NAN),
    "draws of unequal number: legal (2,), technical (3,)": lambda: economic_life(
        legal=np.ones(2), technical=np.ones(3)
    ),
    "partial_loss of nan": lambda: loss_given_challenge("invention", partial_loss=NAN),
    "discount_rate of -1": lambda: present_value_of_fees(LEAP, as_of=AS_OF, discount_rate=-1),
    "p has no renewal fees: it is no granted patent": renewal_before_grant,
    "years of -1 is outside {0, ..., 100}": lambda: revaluations(RELIEF, ONE, as_of=AS_OF, years=[-1]),
    "MultiplierCost has no streams": lambda: revaluations(
        MultiplierCost(material_cost=1, labor_cost=1, labor_multiplier=1, failure_rate=0, profit_rate=0),
        ONE, as_of=AS_OF, years=[1],
    ),
    "rate of 2 is outside": lambda: value_schedule(replace(RELIEF, royalty_rate=2.0), ONE, as_of=AS_OF),
    "no right to share": lambda: shapley_values(RELIEF, NONE, as_of=AS_OF),
    "no right to share the value": lambda: marginal_values(RELIEF, NONE, as_of=AS_OF),
    "approach: no approach 'market'; valid: relief_from_royalty, income_sharing": lambda: appraise_firms(
        ONE, [FIRM], replace(TERMS, approach="market"), as_of=AS_OF  # type: ignore[arg-type]  # a wrong word
    ),
    "firm x stands twice": lambda: appraise_firms(ONE, [FIRM, FIRM], TERMS, as_of=AS_OF),
    "stated_value of nan": lambda: appraise_firms(ONE, [replace(FIRM, stated_value=NAN)], TERMS, as_of=AS_OF),
    "weight of '5' is no number": lambda: weighed("5"),
    "streams.A.ramp: a ramp of ['5']": lambda: relief(streams=(replace(STREAM, ramp=("5",)),)),
    "share of '60%' is no number": lambda: covered("60%"),
    "level of None is no number": lambda: relief().quantile(None),  # type: ignore[arg-type]  # an empty cell
    "a.royalty_rate: royalty_rate of '5%' is no number": lambda: licensed("5%"),
    "years of nan is outside": lambda: bank_loan(NAN),
    "range.likely: 0.02, 5%, 0.08: least, likely and most must be finite": lambda: drawn("5%"),
    "nan months to the start of examination; 0 or more": lambda: pending(NAN),
    "mean 0.2 is below the median 0.3": lambda: lognormal_from_mean(mean=0.2, median=0.3),
    "2 ages for 1 shares": lambda: expected_years([1, 2], [0.5]),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_odd_numbers_are_refused_by_name(message: str) -> None:
    with pytest.raises(DataError) as caught:
        REFUSED[message]()
    assert message in str(caught.value)


def test_more_paths_than_memory_are_refused() -> None:
    with pytest.raises(LimitError, match="50000000000000 numbers at once; at most 100000000"):
        longstaff_schwartz(100, 100, years=1, volatility=0.2, risk_free_rate=0.05, paths=10**12)


def test_an_uncertain_method_is_revalued_over_its_draws() -> None:
    royalty = UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=0.05, most=0.08))
    uncertain = Uncertain(method=RELIEF, inputs=(royalty,), draws=1_000, seed=1)
    table = revaluations(uncertain.drawn(), ONE, as_of=AS_OF, years=[0, 1])
    today = uncertain.value(ONE, as_of=AS_OF)
    assert table["mean"].iloc[0] == pytest.approx(today.mean)
    assert table["q95"].iloc[0] == pytest.approx(today.quantile(0.95))
    assert (table["q05"] < table["median"]).all()
    with pytest.raises(DataError, match=r"2\.5 draws; at least 1"):
        replace(uncertain, draws=2.5).value(ONE, as_of=AS_OF)  # type: ignore[arg-type]  # half a draw
