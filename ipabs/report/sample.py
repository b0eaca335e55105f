"""A value as drawn, for the examples of this room."""

from datetime import date

from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.distributions import Pert
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.uncertainty import Uncertain, UncertainInput
from ipabs.valuation.valuation import Valuation


def drawn_value() -> Valuation:
    """Relief from royalty on 100 million of sales in one year, at a rate between 2 and 8 %, in 2,000 draws.

    >>> drawn_value().draws
    2000
    """
    relief = ReliefFromRoyalty(
        streams=(RevenueStream(name="A", revenues=(100e6,)),), royalty_rate=0.05, tax_rate=0.0, discount_rate=0.10
    )
    royalty = UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=0.05, most=0.08))
    method = Uncertain(method=relief, inputs=(royalty,), draws=2_000, seed=1)
    return method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
