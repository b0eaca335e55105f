"""Limits of support: a party has one capacity, shared by everything it supports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipabs.structure.support import Support

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one party can pay in all, and the supports that share it.

    Attributes
    ----------
    limit : float or None
        None: no limit.

    >>> Capacity(party="fund", limit=60e6, supports=("liquidity", "shortfall")).limit
    60000000.0
    """

    party: str
    limit: float | None
    supports: tuple[str, ...]


def capacities(deal: "Deal") -> tuple[Capacity, ...]:
    """The capacity of each supporting party, in the order of the deal's parties.

    >>> from ipabs import spec
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import DEMO
    >>> capacities(spec.load(Deal, DEMO))
    (Capacity(party='district_fund', limit=60000000.0, supports=('undertaking',)),)
    """
    shared = {party.id: tuple(one.name for one in deal.support if one.by == party.id) for party in deal.parties}
    return tuple(
        Capacity(party=party.id, limit=party.limit, supports=shared[party.id])
        for party in deal.parties
        if shared[party.id]
    )


def own_limit(support: Support) -> float | None:
    """The limit of one promise, besides the capacity of its party; None: no limit of its own.

    >>> own_limit(Support(name="guarantee", by="fund", covers=("A.interest",), mode="to_claims", limit=5e6))
    5000000.0
    """
    return support.limit if isinstance(support.limit, float | int) else None
