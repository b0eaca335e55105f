"""Published values of real options.

Damodaran, "The Option to Delay" (pages.stern.nyu.edu/~adamodar, optdelay.pdf): Biogen's patent on Avonex, 1997, in USD
million. Haug, *The Complete Guide to Option Pricing Formulas* (2007), sitmo.com and MathFinance values of compound
options as tabulated in QuantLib's test-suite/compoundoption.cpp, lines 205-233. Longstaff and Schwartz, *Review of
Financial Studies* 14 (2001), table 1.
"""

import pytest
from scipy.special import ndtr

from ipabs.valuation.black_scholes import black_scholes, exercise_distances, yearly_cost_of_delay
from ipabs.valuation.compound_option import compound_option
from ipabs.valuation.lattice import binomial_option

WHOLE_MILLION = 0.5  # 907 is printed without decimals
FOUR_DIGITS = 5.1e-5  # N(d1) is printed as 0.8720, d1 as 1.1362
PUT = 1e-3  # printed to three decimals, with a grid error of their own
COMPOUND = 1e-3  # the tabulated values count days by actual/360

AVONEX = {"years": 17, "volatility": 0.224**0.5, "risk_free_rate": 0.067}


def test_avonex_is_worth_907_with_a_cost_of_delay_of_one_seventeenth() -> None:
    value = black_scholes(3422, 2875, **AVONEX, cost_of_delay=yearly_cost_of_delay(17))
    assert value == pytest.approx(907, abs=WHOLE_MILLION)
    assert value == pytest.approx(906.8654344253581, rel=1e-6)


def test_avonex_is_not_worth_907_with_the_printed_cost_of_delay() -> None:
    # The source prints 5.89 %, which is 1/17 = 5.882 % wrongly rounded.
    value = black_scholes(3422, 2875, **AVONEX, cost_of_delay=0.0589)
    assert abs(value - 907) > 3 * WHOLE_MILLION
    assert value == pytest.approx(905.4393047361698, rel=1e-6)


def test_avonex_distances() -> None:
    near, far = exercise_distances(3422, 2875, **AVONEX, cost_of_delay=1 / 17)
    assert near == pytest.approx(1.1362, abs=FOUR_DIGITS)
    assert ndtr(near) == pytest.approx(0.872, abs=1e-4)
    # The source prints d2 = -0.8512 beside N(d2) = 0.2076: two digits of -0.8152 changed places.
    assert far == pytest.approx(-0.8152, abs=FOUR_DIGITS)
    assert ndtr(far) == pytest.approx(0.2076, abs=2e-4)
    assert abs(ndtr(-0.8512) - 0.2076) > 0.01


# Rows: strikes, asset, yield, rate, years of first and second option, volatility;
# values of put on call, call on call, call on put, put on put.
COMPOUND_OPTIONS = [
    ((50, 520, 500, 0.03, 0.08, 0.25, 0.5, 0.35), (21.1965, 17.5945, 18.7128, 15.2601)),
    ((0.05, 1.14, 1.2, 0.0, 0.01, 0.5, 2.0, 0.11), (0.0021, 0.0729, 0.0074, 0.0192)),
    ((10, 122, 120, 0.06, 0.02, 0.1, 0.7, 0.22), (4.1616, 0.4419, 2.6112, 1.0914)),
    ((0.4, 8.2, 8.0, 0.05, 0.0, 2.0, 3.0, 0.08), (0.3585, 0.0099, 0.9826, 0.0168)),
    ((0.02, 1.6, 1.6, 0.013, 0.022, 0.45, 0.5, 0.17), (0.0081, 0.0680, 0.0605, 0.0078)),
]
KINDS = [("put", "call"), ("call", "call"), ("call", "put"), ("put", "put")]


@pytest.mark.parametrize(("terms", "values"), COMPOUND_OPTIONS)
@pytest.mark.parametrize("kind", range(4), ids=[" on ".join(kind) for kind in KINDS])
def test_compound_options(terms: tuple[float, ...], values: tuple[float, ...], kind: int) -> None:
    first, second, asset, delay, rate, first_years, second_years, volatility = terms
    first_right, second_right = KINDS[kind]
    value = compound_option(
        asset,
        first_investment=first,
        first_years=first_years,
        second_investment=second,
        second_years=second_years,
        volatility=volatility,
        risk_free_rate=rate,
        cost_of_delay=delay,
        first_right=first_right,
        second_right=second_right,
    )
    assert value == pytest.approx(values[kind], abs=COMPOUND)


# Table 1, finite-difference values of puts with strike 40, rate 6 % and 50 dates a year: asset, volatility, years.
AMERICAN_PUTS = [((36, 0.2, 1), 4.478), ((36, 0.2, 2), 4.840), ((36, 0.4, 1), 7.101), ((36, 0.4, 2), 8.508)]


@pytest.mark.parametrize(("terms", "published"), AMERICAN_PUTS)
def test_american_put_with_fifty_dates_a_year(terms: tuple[float, float, float], published: float) -> None:
    asset, volatility, years = terms
    value = binomial_option(
        asset,
        40,
        years=years,
        volatility=volatility,
        risk_free_rate=0.06,
        right="put",
        exercise_dates=50 * years,
        steps=2000,
    )
    assert value == pytest.approx(published, abs=PUT)
