"""A long list of contracts for the tests of rules, tables and selection."""

from datetime import date

import pandas as pd
import pytest

from ipabs.basics.party import Party
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool

SIZES = (20, 18, 15, 12, 10, 9, 8, 6, 5, 4, 3, 2)  # millions
SECTORS = ("AI", "IT", "energy", "AI", "biomedicine", "IT")


@pytest.fixture
def long_list() -> Pool:
    """Twelve contracts of eleven firms; F0 has two."""
    loans = tuple(
        PledgedLoan(
            id=f"C{k:02}",
            obligor=f"F{k % 11}",
            principal=size * 1e6,
            start=date(2024, 1, 1),
            maturity=date(2025 + k % 3, 1, 1),
            contract_rate=0.03 + 0.002 * k,
        )
        for k, size in enumerate(SIZES)
    )
    firms = tuple(Party(id=f"F{k}", sector=SECTORS[k % 6]) for k in range(11))
    details = pd.DataFrame({"appraised_value": [2e6 * size for size in SIZES]}, index=[one.id for one in loans])
    return Pool(loans, firms, details)
