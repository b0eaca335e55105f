"""Relief from royalty and the tax-amortization benefit: published inputs, published formula."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.checks import stated_findings
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.tax_amortization import TaxAmortization, step_up_factor

SIX_DIGITS = 1e-6
CLOSED_FORM = 1e-12

GRID = np.genfromtxt(Path(__file__).with_name("tax_amortization_benefit.csv"), delimiter=",", skip_header=3)


def test_exam_question_with_a_tax_life_longer_than_the_useful_life() -> None:
    # Singapore University of Social Sciences style exam, valuation date 2023-12-31 (transtutors.com question 13883293)
    stream = RevenueStream(name="product", revenues=(15.0, 12.0, 5.0))
    method = ReliefFromRoyalty(
        streams=(stream,),
        royalty_rate=0.10,
        tax_rate=0.20,
        discount_rate=0.15,
        tax_amortization=TaxAmortization(years=5),
        currency="USD",
    )
    result = method.value(Portfolio(rights=()), as_of=date(2023, 12, 31))
    assert result.part("product").value == pytest.approx(2.032382674447276, abs=SIX_DIGITS)
    assert result.value == pytest.approx(2.3470958467793928, abs=SIX_DIGITS)
    assert step_up_factor(tax_rate=0.2, discount_rate=0.15, years=5) == pytest.approx(
        1.1548493678326135, abs=SIX_DIGITS
    )


@pytest.mark.parametrize(("tax_rate", "years", "discount_rate", "end_year", "mid_year"), GRID)
def test_step_up_factor_grid(
    tax_rate: float, years: float, discount_rate: float, end_year: float, mid_year: float
) -> None:
    terms = {"tax_rate": tax_rate, "discount_rate": discount_rate, "years": int(years)}
    assert step_up_factor(**terms) == pytest.approx(end_year, abs=SIX_DIGITS)  # type: ignore[arg-type]  # typed above
    assert step_up_factor(**terms, timing="mid") == pytest.approx(mid_year, abs=SIX_DIGITS)  # type: ignore[arg-type]


def test_step_up_factor_of_published_examples() -> None:
    # opag.io FAQ: 25 %, 15 years, 12 % give approximately 1.13
    assert step_up_factor(tax_rate=0.25, discount_rate=0.12, years=15) == pytest.approx(1.13, abs=0.005)
    assert step_up_factor(tax_rate=0.25, discount_rate=0.12, years=10) == pytest.approx(
        1.1644908213839116, abs=SIX_DIGITS
    )
    assert step_up_factor(tax_rate=0.15, discount_rate=0.12, years=10) == pytest.approx(
        1.0926016445977902, abs=SIX_DIGITS
    )


def test_benefit_of_a_source_that_miscalculates_its_own_formula() -> None:
    # bizfluent.com how-6931019: 10 a year for ten years at 10 %, tax 30 %; the formula n / (n - PVA x T) - 1 is right,
    # the benefit printed, 85.85, is not what it gives on 61.45.
    factor = step_up_factor(tax_rate=0.30, discount_rate=0.10, years=10)
    assert factor == pytest.approx(10 / (10 - 6.14 * 0.30), abs=2.5e-4)  # its annuity has two decimals
    found = stated_findings(61.45 * (float(np.asarray(factor)) - 1), 85.85, tolerance=0.05)
    assert "the source states 85.85, but its inputs give 13.88" in str(found[0])


def test_fair_value_less_its_own_tax_shield_is_the_value_before() -> None:
    tax_rate, rate, years, before = 0.25, 0.12, 10, 57.0
    fair = before * step_up_factor(tax_rate=tax_rate, discount_rate=rate, years=years)
    shield = sum(fair / years * tax_rate / (1 + rate) ** k for k in range(1, years + 1))
    assert fair - shield == pytest.approx(before, rel=CLOSED_FORM)
