"""Streams of future royalties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.daycount import DayCount, year_fractions
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.units import Money, Share
from ipabs.errors import Finding, finding
from ipabs.pool.contract import naming_findings
from ipabs.pool.effective_yield import effective_rate, split_at
from ipabs.pool.obligation import ContractFlows, day_numbers
from ipabs.pool.royalty import RoyaltyTerms, Tier, royalties


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Expected sales of the licensed product in the time up to a payment date.

    >>> stream = RoyaltyStream(id="Y1", obligor="L1", principal=900_000.0, start=date(2023, 12, 31), royalty_rate=0.05,
    ...                        sales=(Sales(date=date(2024, 12, 31), amount=20_000_000.0),))
    >>> stream.contract_flows().cash, round(stream.effective_yield(), 6)       # 366 days: (1 / 0.9 - 1) · 365 / 366
    (array([1000000.]), 0.110808)
    """

    date: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RoyaltyStream:
    """Future royalties bought for a price: the licensee's sales decide what they bring.

    `sales` is the expected case. Its royalties and the price give a yield, at which the expected flows are split into
    interest and principal; `ipabs.pool.project` takes simulated sales in their place.

    Examples
    --------
    >>> days = [date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31)]
    >>> stream = RoyaltyStream(id="Y1", obligor="L1", principal=2_500_000, start=date(2023, 12, 31),
    ...                        sales=tuple(Sales(date=day, amount=20_000_000) for day in days),
    ...                        royalty_rate=0.05)
    >>> stream.contract_flows().cash
    array([1000000., 1000000., 1000000.])
    """

    KIND: ClassVar[str] = "royalty_stream"

    id: Annotated[str, "contract number, unique in the tape"]
    obligor: Annotated[str, "id of the licensee"]
    principal: Annotated[Money, "price of the stream"]
    start: Annotated[date, "the day it is bought"]
    sales: Annotated[tuple[Sales, ...], "expected sales up to each payment date"]
    royalty_rate: Annotated[Share, "royalty rate on all sales, where no terms are given"] = 0.0
    terms: Annotated[RoyaltyTerms | None, "tiers, minimum, milestones, catch-ups and cap"] = None
    day_count: Annotated[DayCount, "year fraction of the yield"] = "ACT/365F"
    deal: Annotated[str, "the deal that holds the stream"] = ""
    guarantor: Annotated[str, "id of the party that guarantees it"] = ""

    @property
    def maturity(self) -> date:
        """The last payment date."""
        return self.sales[-1].date

    def findings(self) -> Iterator[Finding]:
        """No id or price, dates or tiers that do not rise, expected royalties that do not repay the price."""
        yield from naming_findings(self.id, self.obligor)
        if not self.principal > 0:
            template = "principal is {got}; it must be more than 0"
            yield finding("contract.principal", template, path=("principal",), got=self.principal)
        if self.terms is not None:
            yield from (one.under("terms") for one in self.terms.findings())
        days = [self.start, *(one.date for one in self.sales)]
        if not self.sales or any(day <= before for before, day in pairwise(days)):
            template = "sales need dates that rise, after the start {start}"
            yield finding("royalty.dates", template, path=("sales",), start=self.start)
            return
        expected = float(self.royalties(np.array([[one.amount for one in self.sales]])).sum())
        if expected < self.principal:
            yield finding(
                "royalty.not_repaid",
                "expected royalties of {got} do not repay the price {principal}",
                path=("principal",),
                got=f"{expected:.2f}",
                principal=f"{self.principal:.2f}",
            )

    def royalties(self, sales: FloatArray) -> FloatArray:
        """Royalties on sales ``(path, date)``."""
        days = tuple(one.date for one in self.sales)
        since = (day_numbers(days) - np.datetime64(self.start)).astype(np.int64)
        year = np.maximum(since - 1, 0) * 4 // 1461
        return royalties(self.terms or RoyaltyTerms(tiers=(Tier(rate=self.royalty_rate),)), days, year, sales)

    def years(self) -> FloatArray:
        """Year fraction before each payment date, ``(1, date)``."""
        days = day_numbers([one.date for one in self.sales])
        return year_fractions(np.concatenate([day_numbers([self.start]), days[:-1]]), days, self.day_count)[None, :]

    def effective_yield(self) -> float:
        """The rate a year that the expected royalties earn on the price."""
        expected = self.royalties(np.array([[one.amount for one in self.sales]]))
        return float(effective_rate(np.array([self.principal]), self.years(), expected, (self.id,))[0])

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """Expected royalties, split at the stream's yield."""
        expected = self.royalties(np.array([[one.amount for one in self.sales]]))
        price = np.array([self.principal])
        interest, principal, balance = split_at(np.array([self.effective_yield()]), price, self.years(), expected)
        return ContractFlows(
            dates=day_numbers([one.date for one in self.sales]),
            interest=interest[0],
            principal=principal[0],
            balance=balance[0],
        )
