"""Price, life and duration of the notes of a licence-receivable ABS, valued by another program.

Cash flows and figures computed by Hastructure 0.50.2 through absbox 0.50.3 (https://github.com/yellowbean/AbsBox):
present value on 2024-03-28 at a flat 3 %, annual compounding, ACT/365F. That program cuts (does not round) every amount
to 0.01, so its price lies below the exact one by up to 0.01 for each flow, and lives to two decimals.
"""

from datetime import date

import pytest

from ipabs.cashflow.bond_math import macaulay_duration, price_from_yield, weighted_average_life

MONEY = 0.01  # for each flow, cut to 0.01
LIFE = 0.01  # cut to two decimals
DURATION = 1.1e-6  # printed to six decimals, from a price cut to 0.01

CLOSING = date(2024, 3, 28)
# Date, principal, cash.
NOTES = {
    "A1": [
        ("2024-06-28", 22102547.96, 23070438.37),
        ("2024-09-28", 22028980.57, 22818597.27),
        ("2024-12-28", 23925832.91, 24531117.81),
        ("2025-03-28", 23803249.88, 24213098.64),
        ("2025-06-28", 25558989.71, 25785955.08),
        ("2025-09-28", 2580398.97, 2601211.83),
    ],
    "A2": [
        ("2024-06-28", 0.0, 1436712.32),
        ("2024-09-28", 0.0, 1436712.32),
        ("2024-12-28", 0.0, 1421095.89),
        ("2025-03-28", 0.0, 1405479.45),
        ("2025-06-28", 0.0, 1436712.32),
        ("2025-09-28", 22880002.43, 24316714.75),
        ("2025-12-28", 27349406.72, 28553738.09),
        ("2026-03-28", 27224146.81, 28158983.57),
        ("2026-06-28", 29008058.18, 29702913.98),
        ("2026-09-28", 28920368.79, 29337383.02),
        ("2026-12-28", 14618017.07, 14756507.76),
    ],
}
FIGURES = {  # price, life, Macaulay duration
    "A1": (120_216_171.89, 0.78, 0.778120),
    "A2": (152_531_106.71, 2.09, 2.026394),
}


@pytest.mark.parametrize("name", NOTES)
def test_price_life_and_duration_of_a_note(name: str) -> None:
    dates, principal, cash = (list(column) for column in zip(*NOTES[name], strict=True))
    price, life, duration = FIGURES[name]
    assert 0 <= price_from_yield(0.03, CLOSING, dates, cash) - price < MONEY * len(cash)
    assert 0 <= weighted_average_life(CLOSING, dates, principal) - life < LIFE
    assert macaulay_duration(0.03, CLOSING, dates, cash) == pytest.approx(duration, abs=DURATION)
