"""Checkpoints of the PSA and SDA ramps.

SIFMA, *Uniform Practices*, chapter SF "Standard Formulas for the Analysis of Mortgage-Backed Securities", SF-5 to
SF-22; Fabozzi (ed.), *The Handbook of Fixed Income Securities*, on residential mortgage-backed securities, which prints
SMM(6 % CPR) = 0.5143 % and the month-100 SMM of 100 PSA, 0.00514301.
"""

import pytest

from ipabs.cashflow.speeds import cpr_to_smm, psa_to_cpr, sda_to_cdr

PRINTED = 0.5e-8
PERCENT_PRINTED = 0.5e-6


@pytest.mark.parametrize(
    ("month", "psa", "smm"),
    [
        (5, 100, 0.00083718),
        (6, 100, 0.00100554),
        (20, 100, 0.00339605),
        (31, 100, 0.00514301),
        (100, 100, 0.00514301),
        (5, 165, 0.00138551),
        (20, 165, 0.00567375),
        (31, 165, 0.00864987),
    ],
)
def test_single_monthly_mortality_of_a_psa_speed(month: int, psa: float, smm: float) -> None:
    assert cpr_to_smm(psa_to_cpr(psa, month)) == pytest.approx(smm, abs=PRINTED)


def test_single_monthly_mortality_of_six_percent() -> None:
    assert cpr_to_smm(0.06) == pytest.approx(0.005143, abs=PERCENT_PRINTED)


@pytest.mark.parametrize(
    ("month", "cdr"),
    [
        (1, 0.0002),
        (15, 0.0030),
        (30, 0.0060),
        (31, 0.0060),
        (60, 0.0060),
        (61, 0.005905),
        (90, 0.00315),
        (120, 0.0003),
        (121, 0.0003),
        (360, 0.0003),
    ],
)
def test_annual_default_rate_of_100_sda(month: int, cdr: float) -> None:
    assert sda_to_cdr(100, month) == pytest.approx(cdr, abs=PRINTED)
