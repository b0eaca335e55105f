"""Results to show: the Yuhang case, a valuation over draws, a question about a loan and a note."""

from datetime import date
from pathlib import Path

import pytest

import ipabs
from ipabs.financing.break_even import Question
from ipabs.financing.costs import CostItem
from ipabs.financing.loan import BankLoan
from ipabs.financing.need import bullet_need
from ipabs.financing.securitization import Participation
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.distributions import Pert
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.uncertainty import Uncertain, UncertainInput
from ipabs.valuation.valuation import Valuation

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml"


@pytest.fixture(scope="session")
def yuhang() -> ipabs.Result:
    return ipabs.run(ipabs.load_case(YUHANG))


@pytest.fixture(scope="session")
def portfolio() -> Portfolio:
    """Six inventions filed in 2012, 2013, 2014, twice over; utility models filed in 2020."""
    inventions = (
        Patent(number=f"ZL{n}", kind="invention", filing=date(2012 + n % 3, 3, 1), grant=date(2016, 6, 1))
        for n in range(6)
    )
    models = (
        Patent(number=f"U{n}", kind="utility_model", filing=date(2020, 3, 1), grant=date(2020, 9, 1)) for n in range(2)
    )
    return Portfolio(rights=(*inventions, *models))


@pytest.fixture(scope="session")
def valuation() -> Valuation:
    stream = RevenueStream(name="A", revenues=(100e6, 110e6, 120e6))
    relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.0, discount_rate=0.10)
    inputs = (
        UncertainInput(name="discount_rate", range=Pert(least=0.08, likely=0.10, most=0.15)),
        UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=0.05, most=0.08)),
    )
    drawn = Uncertain(method=relief, inputs=inputs, draws=2_000, seed=1)
    return drawn.value(Portfolio(rights=()), as_of=date(2024, 1, 1))


@pytest.fixture(scope="session")
def question() -> Question:
    """A 3.25 % note with a 1 % letter and 0.8 % issue cost against a plain loan, one year."""
    costs = (CostItem(name="letter", rate=0.01), CostItem(name="issue_cost", rate=0.008))
    return Question(
        need=bullet_need(10_000_000, date(2023, 11, 17), date(2024, 11, 17)),
        loan=BankLoan(rate=0.05),
        participation=Participation(rate=0.0325, day_count="ACT/365F", costs=costs),
    )
