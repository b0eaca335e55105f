"""Subsidies as declared rules: on what, how much, in which bands, up to which cap, when paid.

The published rules stand as data in ``ipabs/data/subsidies``. A subsidy is public money: whatever it saves the firm
is shown as public cost too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.units import Count, Factor, Money, Rate, Share, Years
from ipabs.errors import Finding, finding

Base = Literal["interest", "fees", "financing_cost", "principal", "balance"]
Recipient = Literal["firm", "originator"]
Timing = Literal["with_payment", "upfront", "at_maturity", "after_year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band of the size of a financing, from the band before up to `up_to`.

    >>> Band(up_to=10_000_000, share=0.7).share
    0.7
    """

    up_to: Annotated[Money | None, "upper end; empty: no end"] = None
    share: Annotated[Share, "subsidized share in this band"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """A rule of subsidy.

    Subsidy = share × base, capped. The base is what the firm itself pays in cash: ``interest``, ``fees`` (all, or the
    named ones), ``financing_cost`` (both), the ``principal`` once, or the ``balance`` in yuan-years. With bands the
    share is an average over the size of the financing: ``marginal`` applies each band's share to the part of the
    principal inside it, ``whole`` applies the share of the band in which the principal lies.

    Rules with one `group` word share their cap, yearly cap and budget, which each of them states alike. A `budget` is
    the most that all firms together receive; what exceeds it is cut in proportion. A subsidy `to` the originator pays
    back fees that the originator bears, so that the district bears them: no firm saves more, the public pays.

    Timing: ``with_payment`` on the date of the cost; ``upfront``; ``at_maturity``; ``after_year`` on `month`/`day`
    after the calendar year in which the cost was paid.

    Examples
    --------
    >>> rule = Subsidy(name="nanshan", on="financing_cost", bands=(
    ...     Band(up_to=10_000_000, share=0.7), Band(up_to=50_000_000, share=0.5), Band(share=0.3)))
    >>> share_of_size(rule, np.array([17_167_000.0])).round(6)
    array([0.616503])
    """

    KEYED: ClassVar[str] = "name"

    name: str
    on: Annotated[Base, "what is subsidized"] = "interest"
    fees: Annotated[tuple[str, ...], "labels of the subsidized fees; empty: all"] = ()
    share: Annotated[Share | None, "of the base; or give bands"] = None
    to: Annotated[Recipient, "who receives it, for the costs that it bears itself"] = "firm"
    if_fees: Annotated[tuple[str, ...], "only firms that pay one of these fees"] = ()
    unless_fees: Annotated[tuple[str, ...], "only firms that pay none of these fees"] = ()
    index: Annotated[str | None, "share = index_share × this index, per yuan-year, instead of share"] = None
    index_share: Annotated[Share, "part of the index that is subsidized"] = 1.0
    bands: Annotated[tuple[Band, ...], "shares by size of the principal"] = ()
    reading: Annotated[Literal["marginal", "whole"], "how the bands are read"] = "marginal"
    interest_vat_rate: Annotated[Rate, "VAT contained in the interest, taken out of the base"] = 0.0
    max_years: Annotated[Years | None, "only costs paid within these years from the start"] = None
    cap: Annotated[Money | None, "the most a firm receives over the life"] = None
    yearly_cap: Annotated[Money | None, "the most a firm receives for the costs of one calendar year"] = None
    budget: Annotated[Money | None, "the most all firms receive together"] = None
    group: Annotated[str, "rules of one word share cap, yearly cap and budget"] = ""
    revenue_cap: Annotated[Rate | None, "cap as a share of the last audited revenue"] = None
    revenue_cap_above: Annotated[Money, "the revenue cap binds principals above this size"] = 0.0
    revenue_at_most: Annotated[Money | None, "only firms with at most this revenue"] = None
    rate_at_most: Annotated[Factor | None, "only contracts at or below this multiple of LPR1Y on the start date"] = None
    spread_at_most: Annotated[Rate | None, "only contracts at most this far above LPR1Y on the start date"] = None
    principal_at_most: Annotated[Money | None, "only principals up to this size"] = None
    principal_cap: Annotated[Rate | None, "cap as a share of the principal"] = None
    valid_from: Annotated[date | None, "only contracts that start on this day or later"] = None
    valid_until: Annotated[date | None, "only contracts that start on this day or earlier"] = None
    timing: Annotated[Timing, "when it is received"] = "at_maturity"
    month: Annotated[Count, "of after_year"] = 3
    day: Annotated[Count, "of after_year"] = 20
    taxed: Annotated[bool, "taxable income of the firm"] = True

    def findings(self) -> Iterator[Finding]:
        """Not exactly one of share, bands and index; bands out of order; no such date."""
        ways = [self.share is not None, bool(self.bands), bool(self.index)]
        if sum(ways) != 1:
            yield finding("subsidy.size", "{name} states a share, bands or an index, one of the three", name=self.name)
        if self.index and self.on != "balance":
            yield finding(
                "subsidy.index", "{name}: a share of an index is taken on the balance", path=("on",), name=self.name
            )
        if self.to == "originator" and self.on not in ("fees", "principal"):
            yield finding(
                "subsidy.originator",
                "{name}: an originator is paid back fees, or receives a share of the principal, not of {got}",
                path=("on",),
                got=self.on,
                name=self.name,
            )
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            yield finding(
                "subsidy.window",
                "{name} is valid from {got} until {until}, which no contract meets",
                path=("valid_until",),
                got=self.valid_from,
                name=self.name,
                until=self.valid_until,
            )
        ends = [band.up_to for band in self.bands]
        if ends and (ends[-1] is not None or None in ends[:-1] or sorted(ends[:-1], key=float) != ends[:-1]):  # type: ignore[arg-type]  # None is ruled out before sorted is read
            yield finding(
                "subsidy.bands", "{name}: bands rise, and only the last has no end", path=("bands",), name=self.name
            )
        if not (1 <= self.month <= 12 and 1 <= self.day <= 28):
            yield finding(
                "subsidy.date",
                "{name}: month {month}, day {day} is not a date of every year (days 1 to 28)",
                name=self.name,
                month=self.month,
                day=self.day,
            )


def share_of_size(rule: Subsidy, principal: FloatArray) -> FloatArray:
    """(firm,) the subsidized share of the base for principals of these sizes.

    >>> bands = (Band(up_to=10_000_000, share=0.7), Band(up_to=50_000_000, share=0.5), Band(share=0.3))
    >>> share_of_size(Subsidy(name="nanshan", bands=bands), np.array([5e6, 20e6]))
    array([0.7, 0.6])
    >>> share_of_size(Subsidy(name="nanshan", bands=bands, reading="whole"), np.array([5e6, 20e6]))
    array([0.7, 0.5])
    """
    if not rule.bands:
        return np.full(len(principal), 1.0 if rule.share is None else float(rule.share))
    ends = np.array([np.inf if band.up_to is None else band.up_to for band in rule.bands])
    shares = np.array([band.share for band in rule.bands])
    if rule.reading == "whole":
        return np.asarray(shares[np.searchsorted(ends, principal, side="left")])
    begins = np.concatenate([[0.0], ends[:-1]])
    inside = np.clip(principal[:, None] - begins, 0.0, ends - begins)
    return np.asarray((inside * shares).sum(axis=1) / principal)


def group_findings(rules: Sequence[Subsidy]) -> Iterator[Finding]:
    """Rules of one name; rules of one group that state different caps, or pay different recipients.

    >>> rules = [Subsidy(name=name, share=0.5, group="hefei", cap=cap) for name, cap in (("a", 1e5), ("b", 2e5))]
    >>> [found.code for found in group_findings(rules)]
    ['subsidy.group']
    """
    for name, count in Counter(rule.name for rule in rules).items():
        if count > 1:
            yield finding("subsidy.twice", "{got} stands {count} times among the subsidies", got=name, count=count)
    first: dict[str, Subsidy] = {}
    for rule in rules:
        if rule.group and shared_terms(first.setdefault(rule.group, rule)) != shared_terms(rule):
            yield finding(
                "subsidy.group",
                "{got} and {other} are of the group {group} and state different caps, budgets or recipients",
                got=rule.name,
                other=first[rule.group].name,
                group=rule.group,
            )


def shared_terms(rule: Subsidy) -> tuple[object, ...]:
    """What the rules of one group state alike.

    >>> shared_terms(Subsidy(name="rule", share=0.5, cap=500_000.0))
    (500000.0, None, None, 'firm')
    """
    return rule.cap, rule.yearly_cap, rule.budget, rule.to
