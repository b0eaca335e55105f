"""The renewal model as a method: one patent by hand, draws, a year that is nearly over, rights it cannot value."""

from datetime import date

import numpy as np
import pytest

from ipabs.errors import DataError
from ipabs.patents.patent import IPRight, Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.renewal_fees import fee_table
from ipabs.patents.statute import remaining_years
from ipabs.valuation.renewal import RenewalModel, mean_value, renewal_thresholds, survival_shares
from ipabs.valuation.renewal_method import RenewalValue

MODEL = RenewalModel(log_mean=8.3, log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
STANDARD_ERRORS = 4
CLOSED_FORM = 1e-12


def invention(number: str = "ZL1", filing: date = date(2018, 3, 1), grant: date = date(2020, 5, 1)) -> Patent:
    return Patent(number=number, kind="invention", filing=filing, grant=grant)


def test_value_just_before_a_fee_is_that_of_the_closed_form() -> None:
    valuation = RenewalValue(model=MODEL).value(Portfolio(rights=(invention(),)), as_of=date(2024, 2, 29))
    fees = (0.0, 0.0, *fee_table("CN", "invention").fees[2:])  # granted in its third year
    closed = mean_value(MODEL, fees, age=7)
    # One day of discounting and of the sixth year's return lies between.
    assert valuation.mean == pytest.approx(closed, rel=1e-3)


def test_value_on_the_day_a_fee_is_paid_has_shed_those_who_lapse() -> None:
    valuation = RenewalValue(model=MODEL).value(Portfolio(rights=(invention(),)), as_of=date(2024, 3, 1))
    fees = (0.0, 0.0, *fee_table("CN", "invention").fees[2:])
    before, after = survival_shares(MODEL, fees)[5:7]
    # Those who lapse take no value with them, and the fee is no longer to be paid.
    expected = mean_value(MODEL, fees, age=7) * before / after + fees[6]
    assert valuation.mean == pytest.approx(expected, rel=CLOSED_FORM)


def test_draws_have_the_mean_of_the_closed_form_and_differ_between_patents() -> None:
    rights = (invention(), invention("ZL2", date(2010, 6, 1), date(2013, 1, 1)))
    exact = RenewalValue(model=MODEL).value(Portfolio(rights=rights), as_of=date(2024, 3, 1))
    drawn = RenewalValue(model=MODEL, draws=40_000).value(Portfolio(rights=rights), as_of=date(2024, 3, 1))
    assert abs(drawn.mean - exact.mean) < STANDARD_ERRORS * drawn.standard_error
    first, second = (np.asarray(part.value) for part in drawn.parts)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    np.testing.assert_allclose(np.asarray(drawn.value), first + second)


def test_draws_do_not_depend_on_the_order_of_patents() -> None:
    rights = (invention(), invention("ZL2", date(2010, 6, 1), date(2013, 1, 1)))
    method = RenewalValue(model=MODEL, draws=100)
    forth, back = (method.value(Portfolio(rights=order), as_of=date(2024, 3, 1)) for order in (rights, rights[::-1]))
    np.testing.assert_array_equal(forth.part("ZL1").value, back.part("ZL1").value)


def test_patent_in_its_last_year_is_worth_what_is_left_of_its_return() -> None:
    old = invention(filing=date(2005, 1, 1), grant=date(2007, 1, 1))
    valuation = RenewalValue(model=MODEL, draws=2000).value(Portfolio(rights=(old,)), as_of=date(2024, 7, 1))
    least = renewal_thresholds(MODEL, (0.0, 0.0, *fee_table("CN", "invention").fees[2:]))[18] * 0.88**19
    assert np.min(valuation.value) > least * (184 / 366) * 0.999  # 184 days of a leap year are to come
    assert valuation.part("ZL1").life_years == pytest.approx(remaining_years(old, date(2024, 7, 1)))


def test_fee_reduction_lowers_what_a_renewal_reveals() -> None:
    # Who pays 15 % of the fee need expect only 15 % of the return.
    full, reduced = (
        RenewalValue(model=MODEL, reduction=reduction).value(Portfolio(rights=(invention(),)), as_of=date(2024, 3, 1))
        for reduction in ("none", "sole")
    )
    assert reduced.mean < full.mean


def test_compensated_term_and_fees_after_grant_are_followed() -> None:
    longer = Patent(
        number="ZL9", kind="invention", filing=date(2018, 3, 1), grant=date(2024, 1, 1), term_compensation_days=800
    )
    base = Patent(number="ZL9", kind="invention", filing=date(2018, 3, 1), grant=date(2024, 1, 1))
    method = RenewalValue(model=MODEL)
    assert (
        method.value(Portfolio(rights=(longer,)), as_of=date(2025, 3, 1)).mean
        > method.value(Portfolio(rights=(base,)), as_of=date(2025, 3, 1)).mean
    )
    us = Patent(number="US1", kind="invention", jurisdiction="US", filing=date(2018, 3, 1), grant=date(2020, 5, 1))
    american = RenewalValue(model=MODEL, entity="large", currency="USD")
    assert american.value(Portfolio(rights=(us,)), as_of=date(2024, 3, 1)).mean > 0


def test_rights_without_renewals_are_refused_at_once() -> None:
    rights = (
        Patent(number="P1", kind="invention", status="pending", filing=date(2023, 1, 1)),
        IPRight(number="TM1", kind="trademark", grant=date(2020, 1, 1), renewed_to=date(2030, 1, 1)),
        Patent(number="EP1", kind="invention", jurisdiction="EP", filing=date(2018, 1, 1), grant=date(2021, 1, 1)),
    )
    with pytest.raises(DataError) as caught:
        RenewalValue(model=MODEL).value(Portfolio(rights=rights), as_of=date(2024, 3, 1))
    assert str(caught.value).splitlines() == [
        "P1: P1 has no renewal fees: it is no granted patent",
        "TM1: TM1 has no renewal fees: it is no granted patent",
        "EP1: the fees of EP1 are in EUR, the model in CNY; value it apart",
    ]
    halves = RenewalModel(log_mean=8, log_deviation=1, decay_rate=0.1, discount_rate=0.1, period_years=0.5)
    with pytest.raises(
        DataError, match=r"model\.period_years: a model in periods of 0.5 years; wanted one by patent year"
    ):
        RenewalValue(model=halves).value(Portfolio(rights=(invention(),)), as_of=date(2024, 3, 1))
