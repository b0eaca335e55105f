"""A small deal as run, for the examples of what reads a ledger."""

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine.ledger import Ledger
from ipabs.engine.waterfall import run_waterfall
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small


def small_ledger() -> Ledger:
    """Class A of 100 at 5 % and a rest of 20, on three yearly collections of 6 interest and 40 principal.

    >>> ledger = small_ledger()
    >>> ledger.balance("A").round(2)
    array([[59.  , 15.95,  0.  ]])
    """
    deal = spec.load(Deal, small())
    pool = Collections(deal.timeline(), interest=[6, 6, 6], principal=[40, 40, 40], opening=120)
    return run_waterfall(deal, pool)
