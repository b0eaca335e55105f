"""The option to delay as a method: life and cost of delay from the rights, draws, parts, labels."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ipabs.basics import words
from ipabs.errors import DataError
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.black_scholes import black_scholes
from ipabs.valuation.delay_option import OptionToDelay
from ipabs.valuation.distributions import Lognormal
from ipabs.valuation.reconciliation import Weighted, reconcile
from ipabs.valuation.uncertainty import Uncertain, UncertainInput

AS_OF = date(2024, 1, 1)
TEN = Patent(number="p1", kind="invention", filing=date(2014, 1, 1), grant=date(2016, 1, 1))
FIVE = Patent(number="p2", kind="invention", filing=date(2009, 1, 1), grant=date(2011, 1, 1))
RIGHTS = Portfolio(rights=(FIVE, TEN))
DELAY = OptionToDelay(asset_value=80.0, investment=100.0, volatility=0.4, risk_free_rate=0.03)


def test_longest_right_gives_the_years_and_the_cost_of_delay() -> None:
    result = DELAY.value(RIGHTS, as_of=AS_OF)
    closed = black_scholes(80, 100, years=10, volatility=0.4, risk_free_rate=0.03, cost_of_delay=0.1)
    assert result.value == pytest.approx(closed, rel=1e-12)
    assert result.part("launch today").value == -20.0
    assert result.part("right to wait").value == pytest.approx(closed + 20)
    assert sum(part.mean for part in result.parts) == pytest.approx(result.mean)
    assert result.part("right to wait").life_years == 10.0


def test_option_is_drawn_and_reconciled_like_any_method() -> None:
    asset = UncertainInput(name="asset_value", range=Lognormal(median=80, log_deviation=0.3))
    drawn = Uncertain(method=DELAY, inputs=(asset,), draws=2_000, seed=1).value(RIGHTS, as_of=AS_OF)
    assert drawn.draws == 2_000
    assert np.all(np.asarray(drawn.value) >= 0)
    plain = DELAY.value(RIGHTS, as_of=AS_OF)
    both = reconcile(Weighted(valuation=drawn, weight=0.5), Weighted(valuation=plain, weight=0.5))
    assert both.value == pytest.approx((drawn.mean + plain.mean) / 2)


def test_right_to_wait_needs_an_end_and_a_price() -> None:
    with pytest.raises(DataError, match="needs protection that ends, not inf years"):
        DELAY.value(Portfolio(rights=()), as_of=AS_OF)
    with pytest.raises(DataError, match=r"0\.\d+ years of protection are less than one; state the cost of delay"):
        DELAY.value(Portfolio(rights=(TEN,)), as_of=date(2033, 6, 1))
    assert replace(DELAY, cost_of_delay=0.5).value(Portfolio(rights=(TEN,)), as_of=date(2033, 6, 1)).mean > 0
    with pytest.raises(DataError) as caught:
        replace(DELAY, volatility=-1.0, investment=0.0).value(RIGHTS, as_of=date(2040, 1, 1))
    assert [found.code for found in caught.value.findings] == [
        "valuation.not_alive", "valuation.not_alive", "range.outside", "range.outside",
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["renewal", "option_to_delay", "relief_from_royalty", "pending_applications"])
def test_methods_have_names_in_both_languages(method: str) -> None:
    assert words.label(f"report.method.{method}", "en") != words.label(f"report.method.{method}", "zh")
