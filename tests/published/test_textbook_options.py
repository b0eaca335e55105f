"""Options of textbooks, beyond the examples that the formulas were built to.

Damodaran: "Valuing an Option to Abandon" (pages.stern.nyu.edu/~adamodar/New_Home_Page/CFTheory/abandon.htm), the same
example with other numbers in *Applied Corporate Finance* (lecture notes, page 280), and *Damodaran on Valuation*, 2nd
edition, illustration 12.6 (an oil reserve). Haug, *Option Pricing Formulas* (1998), as held in QuantLib's
test-suite/europeanoption.cpp. Hull, *Options, Futures, and Other Derivatives*, 9th edition (2014), and its solutions
manual. Longstaff and Schwartz, *Review of Financial Studies* 14 (2001), table 1.
"""

import pytest
from scipy.special import ndtr

from ipabs.valuation.black_scholes import OptionRight, black_scholes, exercise_distances
from ipabs.valuation.lattice import binomial_option

CENT = 0.005
FOUR_DIGITS = 5.1e-5
CUT_DIGITS = 1e-4  # 0.91055 is printed as 0.9105: cut, not rounded
# The table's finite differences have a grid error that grows with volatility and life: up to a tenth of a percent.
FINITE_DIFFERENCE = 1e-3

DISNEY = {"years": 5, "volatility": 0.3, "risk_free_rate": 0.07, "cost_of_delay": 1 / 25}


def test_right_to_give_up_a_project_is_worth_7_86_million() -> None:
    assert black_scholes(254, 150, **DISNEY) == pytest.approx(110.12, abs=CENT)
    assert black_scholes(254, 150, **DISNEY, right="put") == pytest.approx(7.86, abs=CENT)
    near, far = exercise_distances(254, 150, **DISNEY)
    assert (ndtr(near), ndtr(far)) == pytest.approx((0.9105, 0.7496), abs=CUT_DIGITS)


def test_right_to_give_up_with_other_rates_is_worth_4_13_million() -> None:
    # The notes discount at 4 % and print N(d1) = 0.9194, N(d2) = 0.8300: those of a volatility of 20 %.
    terms = DISNEY | {"volatility": 0.2, "risk_free_rate": 0.04}
    assert black_scholes(254, 150, **terms) == pytest.approx(89.27, abs=CENT)
    assert black_scholes(254, 150, **terms, right="put") == pytest.approx(4.13, abs=CENT)


def test_oil_reserve_that_is_not_worth_developing_has_value() -> None:
    # 50 million barrels at 12, two years of lag at a yield of 5 %; development costs 600.
    reserve = 50 * 12 / 1.05**2
    assert reserve == pytest.approx(544.22, abs=CENT)
    terms = {"years": 20, "volatility": 0.03**0.5, "risk_free_rate": 0.08, "cost_of_delay": 0.05}
    assert black_scholes(reserve, 600, **terms) > 0 > reserve - 600


@pytest.mark.parametrize(
    ("asset", "strike", "years", "volatility", "rate", "delay", "right", "printed", "tolerance"),
    [
        (60, 65, 0.25, 0.30, 0.08, 0.00, "call", 2.1334, FOUR_DIGITS),  # Haug
        (100, 95, 0.5, 0.20, 0.10, 0.05, "put", 2.4648, FOUR_DIGITS),  # Haug
        (42, 40, 0.5, 0.20, 0.10, 0.00, "put", 0.81, CENT),  # Hull, example 15.6
        (52, 50, 0.25, 0.30, 0.12, 0.00, "call", 5.06, CENT),  # Hull, problem 15.13
        (250, 250, 0.25, 0.18, 0.10, 0.03, "call", 11.15, CENT),  # Hull, problem 17.6
        (0.52, 0.50, 0.6667, 0.12, 0.04, 0.08, "put", 0.0162, FOUR_DIGITS),  # Hull, problem 17.7
    ],
)
def test_options_of_haug_and_hull(
    asset: float,
    strike: float,
    years: float,
    volatility: float,
    rate: float,
    delay: float,
    right: OptionRight,
    printed: float,
    tolerance: float,
) -> None:
    terms = {"years": years, "volatility": volatility, "risk_free_rate": rate, "cost_of_delay": delay}
    assert black_scholes(asset, strike, **terms, right=right) == pytest.approx(printed, abs=tolerance)


# Strike 40, rate 6 %, 50 dates a year: volatility and years, then the put at 36, 38, 40, 42 and 44.
FINITE_DIFFERENCES = [
    (0.2, 1, (4.478, 3.250, 2.314, 1.617, 1.110)),
    (0.2, 2, (4.840, 3.745, 2.885, 2.212, 1.690)),
    (0.4, 1, (7.101, 6.148, 5.312, 4.582, 3.948)),
    (0.4, 2, (8.508, 7.670, 6.920, 6.248, 5.647)),
]


@pytest.mark.parametrize(("volatility", "years", "printed"), FINITE_DIFFERENCES)
def test_whole_table_of_american_puts(volatility: float, years: int, printed: tuple[float, ...]) -> None:
    for asset, value in zip((36, 38, 40, 42, 44), printed, strict=True):
        put = binomial_option(
            asset,
            40,
            years=years,
            volatility=volatility,
            risk_free_rate=0.06,
            right="put",
            exercise_dates=50 * years,
            steps=1000 * years,
        )
        assert put == pytest.approx(value, rel=FINITE_DIFFERENCE)
