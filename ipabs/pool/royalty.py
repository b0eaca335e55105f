"""Royalties: what a licensee owes on its sales."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.units import Money, Share
from ipabs.errors import Finding, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A royalty rate on the part of a contract year's sales above a threshold, up to the next tier.

    >>> tiered((Tier(rate=0.05), Tier(above=10e6, rate=0.03)), np.array([15e6]))     # 10m · 5 % + 5m · 3 %
    array([650000.])
    """

    above: Money = 0.0
    rate: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A payment on the date on which all sales since the start first reach a sum.

    >>> terms = RoyaltyTerms(tiers=(Tier(rate=0.0),), milestones=(Milestone(sales=100.0, payment=5.0),))
    >>> royalties(terms, (date(2024, 12, 31), date(2025, 12, 31)), np.array([0, 1]), np.array([[60.0, 60.0]]))
    array([[0., 5.]])
    """

    sales: Money
    payment: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """On a date the licensee makes up what all its payments lack to a sum.

    >>> terms = RoyaltyTerms(tiers=(Tier(rate=0.1),), catch_ups=(CatchUp(date=date(2025, 12, 31), total=20.0),))
    >>> royalties(terms, (date(2024, 12, 31), date(2025, 12, 31)), np.array([0, 1]), np.array([[60.0, 60.0]]))
    array([[ 6., 14.]])
    """

    date: date
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RoyaltyTerms:
    """How royalties follow from sales.

    For each date, in this order: the tiers on the sales of the contract year so far; milestones; at the end of each
    contract year the amount that its royalties lack to `minimum`; catch-ups; and all payments together end at `cap`.

    >>> terms = RoyaltyTerms(tiers=(Tier(rate=0.1),), minimum=8.0, cap=13.0)
    >>> royalties(terms, (date(2024, 12, 31), date(2025, 12, 31)), np.array([0, 1]), np.array([[60.0, 60.0]]))
    array([[8., 5.]])
    """

    tiers: Annotated[tuple[Tier, ...], "rates by sales of the contract year, thresholds rising"]
    minimum: Annotated[Money, "least royalty of a contract year"] = 0.0
    milestones: Annotated[tuple[Milestone, ...], "payments when sales first reach a sum"] = ()
    catch_ups: Annotated[tuple[CatchUp, ...], "dates on which a total is made up"] = ()
    cap: Annotated[Money | None, "most that is paid in all"] = None

    def findings(self) -> Iterator[Finding]:
        """No tiers, or thresholds that do not rise."""
        above = [tier.above for tier in self.tiers]
        if not above or any(high <= low for low, high in pairwise(above)):
            template = "tiers need thresholds that rise; got {got}"
            yield finding("royalty.tiers", template, path=("tiers",), got=", ".join(f"{one:.12g}" for one in above))


def royalties(terms: RoyaltyTerms, days: tuple[date, ...], year: IntArray, sales: FloatArray) -> FloatArray:
    """Royalty of each date.

    Parameters
    ----------
    days : tuple of date
        The payment dates.
    year : IntArray
        ``(n,)`` contract year of each date.
    sales : FloatArray
        ``(path, n)`` sales since the date before.

    Returns
    -------
    FloatArray
        ``(path, n)``

    Examples
    --------
    >>> terms = RoyaltyTerms(tiers=(Tier(rate=0.05), Tier(above=100.0, rate=0.03)), minimum=6.0)
    >>> days = (date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31))
    >>> royalties(terms, days, np.array([0, 0, 1, 1]), np.array([[80.0, 60.0, 40.0, 40.0]])).round(9)
    array([[4. , 2.2, 2. , 4. ]])
    """
    paid = np.zeros(sales.shape)
    in_year, due_in_year = np.zeros(len(sales)), np.zeros(len(sales))
    all_sales, total = np.zeros(len(sales)), np.zeros(len(sales))
    for k, day in enumerate(days):
        if k and year[k] != year[k - 1]:
            in_year, due_in_year = np.zeros(len(sales)), np.zeros(len(sales))
        due = tiered(terms.tiers, in_year + sales[:, k]) - tiered(terms.tiers, in_year)
        in_year = in_year + sales[:, k]
        due_in_year = due_in_year + due
        if k + 1 == len(days) or year[k + 1] != year[k]:
            due = due + np.maximum(terms.minimum - due_in_year, 0.0)
        for one in terms.milestones:
            reached = (all_sales < one.sales) & (all_sales + sales[:, k] >= one.sales)
            due = due + np.where(reached, one.payment, 0.0)
        all_sales = all_sales + sales[:, k]
        for catch_up in terms.catch_ups:
            if (days[k - 1] if k else date.min) < catch_up.date <= day:
                due = np.maximum(due, catch_up.total - total)
        if terms.cap is not None:
            due = np.minimum(due, terms.cap - total)
        paid[:, k] = due
        total = total + due
    return paid


def tiered(tiers: tuple[Tier, ...], sales: FloatArray) -> FloatArray:
    """Royalty on a year's sales: each tier's rate on the part within it.

    >>> tiered((Tier(rate=0.05), Tier(above=100.0, rate=0.03)), np.array([80.0, 140.0])).round(9)
    array([4. , 6.2])
    """
    due = np.zeros(sales.shape)
    for n, tier in enumerate(tiers):
        top = tiers[n + 1].above if n + 1 < len(tiers) else np.inf
        due = due + tier.rate * (np.minimum(sales, top) - np.minimum(sales, tier.above))
    return due
