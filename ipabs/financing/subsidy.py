"""Subsidies as declared rules: on what, how much, in which bands, up to which cap, when paid.

The published rules stand as data in ``ipabs/data/subsidies``. A subsidy is public money: whatever it saves the firm
is shown as public cost too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, get_args

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.basics.index_history import IndexName, index_history
from ipabs.basics.units import Count, Factor, Money, Rate, Share, Years
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import BEARERS, KINDS, CashItems, join
from ipabs.financing.tax import NOT_A_COST
from ipabs.spec import check

Base = Literal["interest", "fees", "financing_cost", "principal", "balance"]
# Rates closer than this are equal: a sum of decimals is not exact.
SAME_RATE = 1e-12
HALF_A_FEN = 0.005
Timing = Literal["with_payment", "upfront", "at_maturity", "after_year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band of the size of a financing, from the band before up to `up_to`."""

    up_to: Annotated[Money | None, "upper end; empty: no end"] = None
    share: Annotated[Share, "subsidized share in this band"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """A rule of subsidy.

    Subsidy = share × base, capped. The base is what the firm itself pays in cash: ``interest``, ``fees`` (all, or the
    named ones), ``financing_cost`` (both), the ``principal`` once, or the ``balance`` in yuan-years. With bands the
    share is an average over the size of the financing: ``marginal`` applies each band's share to the part of the
    principal inside it, ``whole`` applies the share of the band in which the principal lies.

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
    index: Annotated[IndexName | None, "share = index_share × this index, per yuan-year, instead of share"] = None
    index_share: Annotated[Share, "part of the index that is subsidized"] = 1.0
    bands: Annotated[tuple[Band, ...], "shares by size of the principal"] = ()
    reading: Annotated[Literal["marginal", "whole"], "how the bands are read"] = "marginal"
    interest_vat_rate: Annotated[Rate, "VAT contained in the interest, taken out of the base"] = 0.0
    max_years: Annotated[Years | None, "only costs paid within these years from the start"] = None
    cap: Annotated[Money | None, "the most a firm receives over the life"] = None
    yearly_cap: Annotated[Money | None, "the most a firm receives for the costs of one calendar year"] = None
    revenue_cap: Annotated[Rate | None, "cap as a share of the last audited revenue"] = None
    revenue_cap_above: Annotated[Money, "the revenue cap binds principals above this size"] = 0.0
    revenue_at_most: Annotated[Money | None, "only firms with at most this revenue"] = None
    rate_at_most: Annotated[Factor | None, "only contracts at or below this multiple of LPR1Y on the start date"] = None
    spread_at_most: Annotated[Rate | None, "only contracts at most this far above LPR1Y on the start date"] = None
    principal_at_most: Annotated[Money | None, "only principals up to this size"] = None
    principal_cap: Annotated[Rate | None, "cap as a share of the principal"] = None
    valid_from: date | None = None
    valid_until: date | None = None
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
    """(firm,) the subsidized share of the base for principals of these sizes."""
    if not rule.bands:
        return np.full(len(principal), 1.0 if rule.share is None else float(rule.share))
    ends = np.array([np.inf if band.up_to is None else band.up_to for band in rule.bands])
    shares = np.array([band.share for band in rule.bands])
    if rule.reading == "whole":
        return np.asarray(shares[np.searchsorted(ends, principal, side="left")])
    begins = np.concatenate([[0.0], ends[:-1]])
    inside = np.clip(principal[:, None] - begins, 0.0, ends - begins)
    return np.asarray((inside * shares).sum(axis=1) / principal)


def with_subsidies(
    items: CashItems, rules: Iterable[Subsidy], *, revenue: Mapping[str, float] | None = None
) -> CashItems:
    """The items with the subsidies of some rules; each rule reads the costs before any subsidy.

    Raises
    ------
    DataError
        All subsidies of a firm together exceed the interest, the fees or both that they subsidize, or a rule needs a
        revenue or a contract rate that is missing.
    """
    some = tuple(rules)
    refuse(SpecError, (found for rule in some for found in check(rule)))
    known = revenue or {}
    refuse(DataError, (found for rule in some for found in _missing_facts(rule, items, known)))
    received = [subsidy_items(items, rule, revenue=known) for rule in some]
    if not received:
        return items
    refuse(DataError, _above_cost(items, some, received))
    return join([items, *received])


def subsidy_items(items: CashItems, rule: Subsidy, *, revenue: Mapping[str, float]) -> CashItems:
    """What each firm receives under one rule, by calendar year of the cost."""
    revenues = np.array([revenue.get(name, np.nan) for name in items.firms])
    starts, principal = items.starts(), drawn(items)
    firm, dates, base = _base(items, rule, starts)
    share = share_of_size(rule, principal) * _eligible(items, rule, starts, revenues)
    if rule.index:
        year_ends = (dates.astype("datetime64[Y]") + 1).astype("datetime64[D]") - 1
        base = base * rule.index_share * index_history(rule.index).rates_at(year_ends)
    amounts = base * share[firm]
    amounts = _capped_by_year(rule, firm, dates, amounts)
    amounts = _capped_over_life(rule, items, firm, amounts, principal, revenues)
    paid = _payment_dates(rule, items, firm, dates, starts)
    count = len(amounts)
    return CashItems(
        firms=items.firms,
        contract_rates=items.contract_rates,
        labels=(rule.name,),
        firm=firm,
        dates=paid,
        amounts=amounts,
        kind=np.full(count, KINDS.index("subsidy")),
        label=np.zeros(count, dtype=np.int64),
        bearer=np.full(count, BEARERS.index("firm")),
        imputed=np.zeros(count, dtype=np.bool_),
        currency=items.currency,
    )


def drawn(items: CashItems) -> FloatArray:
    """(firm,) the principal each firm receives."""
    return items.sums(items.is_kind("principal") & (items.amounts > 0))


def _base(items: CashItems, rule: Subsidy, starts: DateArray) -> tuple[IntArray, DateArray, FloatArray]:
    """Firm, date and amount of what is subsidized."""
    cash = items.borne_by("firm") & ~items.imputed
    interest = cash & items.is_kind("interest")
    fees = cash & items.is_kind("fee") & ~items.labelled((*NOT_A_COST, "deposit_interest"))
    if rule.fees:
        fees = fees & items.labelled(rule.fees)
    net = 1 / (1 + rule.interest_vat_rate)
    match rule.on:
        case "principal":
            mask, factor = items.is_kind("principal") & (items.amounts > 0), np.ones(len(items.amounts))
        case "interest":
            mask, factor = interest, np.full(len(items.amounts), -net)
        case "fees":
            mask, factor = fees, np.full(len(items.amounts), -1.0)
        case "financing_cost":
            mask, factor = interest | fees, np.where(interest, -net, -1.0)
        case "balance":
            firm, dates, years = yuan_years(items)
            within = _within(rule, dates, starts[firm])
            return firm[within], dates[within], years[within]
    mask = mask & _within(rule, items.dates, starts[items.firm])
    return items.firm[mask], items.dates[mask], (items.amounts * factor)[mask]


def _within(rule: Subsidy, dates: DateArray, starts: DateArray) -> BoolArray:
    if rule.max_years is None:
        return np.ones(len(dates), dtype=np.bool_)
    month = starts.astype("datetime64[M]")
    last = (month + round(12 * rule.max_years)).astype("datetime64[D]") + (starts - month.astype("datetime64[D]"))
    return np.asarray(dates <= last)


def yuan_years(items: CashItems) -> tuple[IntArray, DateArray, FloatArray]:
    """Firm, date and yuan-years outstanding (days / 365) in the period that ends on the date."""
    money = items.where(items.is_kind("principal") | items.is_kind("interest"))
    drawing = np.where(money.is_kind("principal"), money.amounts, 0.0)
    order = np.lexsort((money.dates, money.firm))
    firm, dates, flows = money.firm[order], money.dates[order], drawing[order]
    balance = np.cumsum(flows)
    same = firm[1:] == firm[:-1]
    days = np.where(same, (dates[1:] - dates[:-1]).astype(np.int64), 0)
    # Each firm's drawings and repayments cancel, so the running sum over all firms restarts at zero.
    return firm[1:], dates[1:], balance[:-1] * days / 365


def _eligible(items: CashItems, rule: Subsidy, starts: DateArray, revenues: FloatArray) -> FloatArray:
    fits = np.ones(len(items.firms), dtype=np.bool_)
    if rule.valid_from is not None:
        fits &= starts >= np.datetime64(rule.valid_from)
    if rule.valid_until is not None:
        fits &= starts <= np.datetime64(rule.valid_until)
    if rule.revenue_at_most is not None:
        fits &= revenues <= rule.revenue_at_most
    if rule.principal_at_most is not None:
        fits &= drawn(items) <= rule.principal_at_most
    if rule.rate_at_most is not None or rule.spread_at_most is not None:
        prime = index_history("LPR1Y").rates_at(starts)
        multiple = np.inf if rule.rate_at_most is None else rule.rate_at_most * prime
        margin = np.inf if rule.spread_at_most is None else rule.spread_at_most + prime
        fits &= items.contract_rates <= np.minimum(multiple, margin) + SAME_RATE
    return fits.astype(np.float64)


def _capped_by_year(rule: Subsidy, firm: IntArray, dates: DateArray, amounts: FloatArray) -> FloatArray:
    if rule.yearly_cap is None:
        return amounts
    keys = firm * 10_000 + dates.astype("datetime64[Y]").astype(np.int64)
    _, group = np.unique(keys, return_inverse=True)
    return _scaled_down(amounts, group, np.full(group.max(initial=-1) + 1, rule.yearly_cap))


def _capped_over_life(
    rule: Subsidy,
    items: CashItems,
    firm: IntArray,
    amounts: FloatArray,
    principal: FloatArray,
    revenues: FloatArray,
) -> FloatArray:
    cap = np.full(len(items.firms), np.inf if rule.cap is None else rule.cap)
    if rule.revenue_cap is not None:
        by_revenue = np.where(principal > rule.revenue_cap_above, rule.revenue_cap * revenues, np.inf)
        cap = np.fmin(cap, by_revenue)
    if rule.principal_cap is not None:
        cap = np.fmin(cap, rule.principal_cap * principal)
    return _scaled_down(amounts, firm, cap)


def _scaled_down(amounts: FloatArray, group: IntArray, cap: FloatArray) -> FloatArray:
    total = np.bincount(group, weights=amounts, minlength=len(cap))
    over = total > cap
    factor = np.where(over, cap, 1.0) / np.where(over, total, 1.0)
    return amounts * factor[group]


def _payment_dates(rule: Subsidy, items: CashItems, firm: IntArray, dates: DateArray, starts: DateArray) -> DateArray:
    match rule.timing:
        case "with_payment":
            return dates
        case "upfront":
            return starts[firm]
        case "at_maturity":
            last = starts.astype(np.int64)
            principal = items.is_kind("principal")
            np.maximum.at(last, items.firm[principal], items.dates[principal].astype(np.int64))
            return last.astype("datetime64[D]")[firm]
        case "after_year":
            january = (dates.astype("datetime64[Y]") + 1).astype("datetime64[M]")
            return (january + (rule.month - 1)).astype("datetime64[D]") + (rule.day - 1)


def _missing_facts(rule: Subsidy, items: CashItems, revenue: Mapping[str, float]) -> Iterator[Finding]:
    if rule.rate_at_most is not None or rule.spread_at_most is not None:
        for name, rate in zip(items.firms, items.contract_rates, strict=True):
            if np.isnan(rate):
                yield finding(
                    "subsidy.contract_rate",
                    "{rule} is for contracts below a rate; the contract of {got} states none",
                    got=name,
                    rule=rule.name,
                )
    if rule.revenue_cap is None and rule.revenue_at_most is None:
        return
    concerned = drawn(items) > rule.revenue_cap_above if rule.revenue_at_most is None else np.ones(len(items.firms))
    for name, needed in zip(items.firms, concerned, strict=True):
        if needed and name not in revenue:
            yield finding("subsidy.revenue", "{rule} needs the revenue of {got}", got=name, rule=rule.name)


def _above_cost(items: CashItems, rules: Sequence[Subsidy], received: Sequence[CashItems]) -> Iterator[Finding]:
    """Rules that pay more together than what they subsidize: interest, the named fees, and all of it."""
    own = items.borne_by("firm")
    interest, fees = own & items.is_kind("interest"), own & items.is_kind("fee")
    paid_for = [rule.fees for rule in rules if rule.on == "fees"]
    named = fees & items.labelled(name for labels in paid_for for name in labels) if all(paid_for) else fees
    for what, cost, bases in (
        ("interest", interest, ("interest",)),
        ("subsidized fees", named, ("fees",)),
        ("interest and fees", interest | fees, get_args(Base)),
    ):
        parts = [part.sums() for rule, part in zip(rules, received, strict=True) if rule.on in bases]
        total = np.sum(parts, axis=0) if parts else np.zeros(len(items.firms))
        over = total > -items.sums(cost) + HALF_A_FEN
        for at in np.flatnonzero(over):
            yield finding(
                "subsidy.above_cost",
                "{firm} would receive {got} of subsidy on {cost} of {what}",
                got=f"{total[at]:,.2f}",
                firm=items.firms[at],
                cost=f"{-items.sums(cost)[at]:,.2f}",
                what=what,
            )
        if over.any():
            return
