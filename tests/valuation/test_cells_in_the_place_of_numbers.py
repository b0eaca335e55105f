"""Cells of a spreadsheet in the place of numbers: each is a finding with its name, never a fault of a library."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from ipabs.errors import DataError, IpabsError
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.abandonment import project_value
from ipabs.valuation.black_scholes import black_scholes
from ipabs.valuation.compound_option import compound_option, critical_value
from ipabs.valuation.cost import remaining_life_ratio
from ipabs.valuation.fast_track import ProtectedIncome, grant_value
from ipabs.valuation.income_sharing import ProfitSharing
from ipabs.valuation.lattice import binomial_option
from ipabs.valuation.longstaff_schwartz import longstaff_schwartz
from ipabs.valuation.perpetual_option import perpetual_option
from ipabs.valuation.renewal import RenewalModel, mean_value
from ipabs.valuation.research_project import ResearchProject
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.sharing_rate import sharing_rate_by_range
from ipabs.valuation.survival import fit_weibull, interpolated_survival
from ipabs.valuation.tax_amortization import step_up_factor

AS_OF = date(2024, 1, 1)
STREAM = RevenueStream(name="A", revenues=(100.0, 110.0))
DRUG: dict[str, Any] = {
    "cash_flow_growth": 0.02, "cash_flow_volatility": 0.35, "risk_premium": 0.036, "terminal_multiple": 5,
    "investment_rate": 10, "cost_to_complete": 100, "cost_volatility": 0.5, "failure_rate": 0.06931,
    "risk_free_rate": 0.05,
}  # fmt: skip


def shared_profit(**terms: Any) -> object:
    return ProfitSharing(streams=(STREAM,), **terms).value(Portfolio(rights=()), as_of=AS_OF)


def studied(**terms: Any) -> object:
    return project_value(ResearchProject(**DRUG, **terms), paths=10, rule_paths=10)


def granted(**terms: Any) -> object:
    return grant_value(ProtectedIncome(**terms), 3)


def renewed(**terms: Any) -> object:
    return mean_value(RenewalModel(**terms), [900.0, 900.0])


def lapsing(years: Any) -> object:
    return fit_weibull(years, [True, True, False, True])


# A call that is right, and what may stand in a cell of somebody's spreadsheet in the place of each of its numbers.
SOUND: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
    "black_scholes": (black_scholes, {"asset_value": 100, "investment": 90, "years": 1, "volatility": 0.2,
                                      "risk_free_rate": 0.03, "cost_of_delay": 0.02}),
    "compound_option": (compound_option, {"asset_value": 100, "first_investment": 10, "first_years": 1,
                                          "second_investment": 90, "second_years": 2, "volatility": 0.2,
                                          "risk_free_rate": 0.03}),
    "critical_value": (critical_value, {"first_investment": 10, "second_investment": 90, "years": 1,
                                        "volatility": 0.2, "risk_free_rate": 0.03}),
    "binomial_option": (binomial_option, {"asset_value": 100, "investment": 90, "years": 1, "volatility": 0.2,
                                          "risk_free_rate": 0.03, "steps": 10}),
    "longstaff_schwartz": (longstaff_schwartz, {"asset_value": 100, "investment": 90, "years": 1, "volatility": 0.2,
                                                "risk_free_rate": 0.03, "exercise_dates": 2, "paths": 50}),
    "perpetual_option": (perpetual_option, {"asset_value": 100, "investment": 90, "volatility": 0.2,
                                            "risk_free_rate": 0.03, "cost_of_delay": 0.02}),
    "sharing_rate_by_range": (sharing_rate_by_range, {"low": 0.01, "high": 0.02, "score": 0.5}),
    "step_up_factor": (step_up_factor, {"tax_rate": 0.25, "discount_rate": 0.1, "years": 10}),
    "interpolated_survival": (interpolated_survival, {"years": 3, "known_years": [4, 8], "known_shares": [0.8, 0.6]}),
    "fit_weibull": (lapsing, {"years": [1, 2, 3, 4]}),
    "remaining_life_ratio": (remaining_life_ratio, {"remaining_years": 6, "elapsed_years": 4}),
    "ProfitSharing": (shared_profit, {"sharing_rate": 0.2, "profit_margin": 0.1, "tax_rate": 0.15,
                                      "discount_rate": 0.1}),
    "ResearchProject": (studied, {"cash_flow": 20.0, "patent_years": 20.0, "step_years": 1.0, "correlation": -0.1}),
    "ProtectedIncome": (granted, {"yearly_income": 1.0, "discount_rate": 0.1, "term_years": 20.0}),
    "RenewalModel": (renewed, {"log_mean": 8.0, "log_deviation": 1.0, "decay_rate": 0.1, "discount_rate": 0.1}),
}  # fmt: skip
ODD = ("5", "2024-01-01", None, True, 10**400, date(2024, 1, 1), float("nan"), np.array([np.nan, 1.0]), [1, "a"])


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, (_, sound) in SOUND.items() for number in sound])
def test_what_is_no_number_is_an_error_with_its_name(name: str, number: str) -> None:
    function, sound = SOUND[name]
    assert function(**sound) is not None
    for odd in ODD:
        with pytest.raises(IpabsError, match=number):
            function(**{**sound, number: odd})


def test_counts_are_single_whole_numbers_and_draws_are_some() -> None:
    terms = {"years": 1, "volatility": 0.2, "risk_free_rate": 0.03}
    with pytest.raises(DataError, match=r"steps: steps of array\(\[5, 6\]\); wanted one whole number"):
        binomial_option(100, 90, **terms, steps=np.array([5, 6]))  # type: ignore[arg-type]  # hostile
    with pytest.raises(DataError, match="asset_value: no number at all"):
        binomial_option([], 90, **terms)
    with pytest.raises(DataError, match=r"decay_rate: decay_rate of shape \(2,\); wanted one number"):
        renewed(log_mean=8.0, log_deviation=1.0, decay_rate=np.array([0.1, 0.2]), discount_rate=0.1)
