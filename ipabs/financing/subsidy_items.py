"""What firms receive under rules of subsidy: each rule reads the costs before any subsidy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.basics.index_history import IndexHistory, history_of
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import BEARERS, KINDS, Bearer, CashItems, Kind, drawn, join, yuan_years
from ipabs.financing.periods import months_later
from ipabs.financing.subsidy import Base, Subsidy, group_findings, share_of_size
from ipabs.financing.tax import DEPOSIT_ITEMS
from ipabs.spec import check

# Rates closer than this are equal: a sum of decimals is not exact.
SAME_RATE = 1e-12
HALF_A_FEN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grant:
    """Amounts granted under one rule, before or after its caps.

    Attributes
    ----------
    rule : Subsidy
    firm, dates, amounts : arrays
        (cost,) whose cost is subsidized, when it was paid, and the amount granted for it.

    Examples
    --------
    >>> paid = np.array(["2024-03-20"], "datetime64[D]")
    >>> half = Subsidy(name="half", share=0.5)
    >>> grant = Grant(rule=half, firm=np.array([0]), dates=paid, amounts=np.array([30_000.0]))
    >>> float(grant.amounts.sum())
    30000.0
    """

    rule: Subsidy
    firm: IntArray
    dates: DateArray
    amounts: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Applicants:
    """What a rule asks of the firms; arrays are (firm,)."""

    items: CashItems
    starts: DateArray
    principal: FloatArray
    revenue: FloatArray
    indices: Sequence[IndexHistory]


def with_subsidies(
    items: CashItems,
    rules: Iterable[Subsidy],
    *,
    revenue: Mapping[str, float] | None = None,
    indices: Sequence[IndexHistory] = (),
) -> CashItems:
    """The items with the subsidies of some rules; each rule reads the costs before any subsidy.

    Raises
    ------
    SpecError
        A rule that contradicts itself or its group.
    DataError
        All subsidies of a firm together exceed the interest, the fees or both that they subsidize, or a rule needs a
        revenue or a contract rate that is missing.

    Examples
    --------
    Half of 60,000 of interest, at most 25,000, on 20 March after the year in which it was paid:

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items = loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year)
    >>> half = Subsidy(name="half", share=0.5, cap=25_000.0, timing="after_year", month=3, day=20)
    >>> with_subsidies(items, [half]).table()[["date", "amount", "kind"]].astype(str).values.tolist()[-1]
    ['2025-03-20', '25000.0', 'subsidy']
    """
    some = tuple(rules)
    if not some:
        return items
    refuse(SpecError, (*(found for rule in some for found in check(rule)), *group_findings(some)))
    known = revenue or {}
    refuse(DataError, (found for rule in some for found in _missing_facts(rule, items, known)))
    applicants = _Applicants(
        items=items,
        starts=items.starts(),
        principal=drawn(items),
        revenue=np.array([known.get(name, np.nan) for name in items.firms]),
        indices=indices,
    )
    granted = _capped([_asked(rule, applicants) for rule in some], len(items.firms))
    refuse(DataError, _above_cost(items, granted))
    return join([items, *(part for one in granted for part in _received(one, applicants))])


def _asked(rule: Subsidy, applicants: _Applicants) -> Grant:
    """What each firm asks for under one rule, within the caps that its own revenue and principal set."""
    firm, dates, base = _base(applicants, rule)
    share = share_of_size(rule, applicants.principal) * _eligible(applicants, rule)
    if rule.index:
        year_ends = (dates.astype("datetime64[Y]") + 1).astype("datetime64[D]") - 1
        base = base * rule.index_share * history_of(rule.index, applicants.indices).rates_at(year_ends)
    cap = np.full(len(applicants.principal), np.inf)
    if rule.revenue_cap is not None:
        concerned = applicants.principal > rule.revenue_cap_above
        cap = np.where(concerned, rule.revenue_cap * applicants.revenue, np.inf)
    if rule.principal_cap is not None:
        cap = np.fmin(cap, rule.principal_cap * applicants.principal)
    return Grant(rule=rule, firm=firm, dates=dates, amounts=_scaled_down(base * share[firm], firm, cap))


def _base(applicants: _Applicants, rule: Subsidy) -> tuple[IntArray, DateArray, FloatArray]:
    """Firm, date and amount of what is subsidized."""
    items, starts = applicants.items, applicants.starts
    cash = items.borne_by(rule.to) & ~items.imputed
    interest = cash & items.is_kind("interest")
    fees = cash & items.is_kind("fee") & ~items.labelled(DEPOSIT_ITEMS)
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
    return np.asarray(dates <= months_later(starts, round(12 * rule.max_years)))


def _eligible(applicants: _Applicants, rule: Subsidy) -> FloatArray:
    """(firm,) one where a firm meets the conditions of a rule, else zero."""
    items, starts = applicants.items, applicants.starts
    fits = np.ones(len(items.firms), dtype=np.bool_)
    if rule.valid_from is not None:
        fits &= starts >= np.datetime64(rule.valid_from)
    if rule.valid_until is not None:
        fits &= starts <= np.datetime64(rule.valid_until)
    if rule.revenue_at_most is not None:
        fits &= applicants.revenue <= rule.revenue_at_most
    if rule.principal_at_most is not None:
        fits &= applicants.principal <= rule.principal_at_most
    if rule.rate_at_most is not None or rule.spread_at_most is not None:
        prime = history_of("LPR1Y", applicants.indices).rates_at(starts)
        multiple = np.inf if rule.rate_at_most is None else rule.rate_at_most * prime
        margin = np.inf if rule.spread_at_most is None else rule.spread_at_most + prime
        fits &= items.contract_rates <= np.minimum(multiple, margin) + SAME_RATE
    if rule.if_fees:
        fits &= _pays(items, rule.if_fees)
    if rule.unless_fees:
        fits &= ~_pays(items, rule.unless_fees)
    return fits.astype(np.float64)


def _pays(items: CashItems, fees: Sequence[str]) -> BoolArray:
    """(firm,) whether a firm, or somebody for it, pays one of these fees."""
    return np.asarray(items.sums(items.is_kind("fee") & items.labelled(fees)) < 0)


def _capped(asked: Sequence[Grant], firms: int) -> list[Grant]:
    """The grants within yearly cap, cap and budget, which the rules of one group share."""
    groups: dict[tuple[str, int], list[int]] = {}
    for at, grant in enumerate(asked):
        groups.setdefault((grant.rule.group, 0 if grant.rule.group else at), []).append(at)
    granted = list(asked)
    for members in groups.values():
        rule = asked[members[0]].rule
        firm, dates, amounts = (
            np.concatenate([getattr(asked[at], name) for at in members]) for name in ("firm", "dates", "amounts")
        )
        if rule.yearly_cap is not None:
            _, firm_year = np.unique(
                firm * 10_000 + dates.astype("datetime64[Y]").astype(np.int64), return_inverse=True
            )
            count = int(firm_year.max(initial=-1)) + 1
            amounts = _scaled_down(amounts, firm_year, np.full(count, rule.yearly_cap))
        if rule.cap is not None:
            amounts = _scaled_down(amounts, firm, np.full(firms, rule.cap))
        if rule.budget is not None:
            amounts = _scaled_down(amounts, np.zeros(len(firm), dtype=np.int64), np.array([rule.budget]))
        ends = np.cumsum([len(asked[at].amounts) for at in members])[:-1]
        for at, part in zip(members, np.split(amounts, ends), strict=True):
            granted[at] = replace(asked[at], amounts=part)
    return granted


def _scaled_down(amounts: FloatArray, group: IntArray, cap: FloatArray) -> FloatArray:
    total = np.bincount(group, weights=amounts, minlength=len(cap))
    over = total > cap
    factor = np.where(over, cap, 1.0) / np.where(over, total, 1.0)
    return amounts * factor[group]


def _received(grant: Grant, applicants: _Applicants) -> Iterator[CashItems]:
    """The items of a grant: the firm's receipt, or a fee that moves from the originator to the district."""
    dates = _payment_dates(grant, applicants)
    if grant.rule.to == "firm":
        yield _items(grant, applicants.items, dates, grant.amounts, "subsidy", "firm")
    else:
        yield _items(grant, applicants.items, dates, grant.amounts, "fee", "originator")
        yield _items(grant, applicants.items, dates, -grant.amounts, "fee", "district")


def _items(
    grant: Grant, items: CashItems, dates: DateArray, amounts: FloatArray, kind: Kind, bearer: Bearer
) -> CashItems:
    count = len(amounts)
    return replace(
        items,
        labels=(grant.rule.name,),
        firm=grant.firm,
        dates=dates,
        amounts=amounts,
        kind=np.full(count, KINDS.index(kind)),
        label=np.zeros(count, dtype=np.int64),
        bearer=np.full(count, BEARERS.index(bearer)),
        imputed=np.zeros(count, dtype=np.bool_),
    )


def _payment_dates(grant: Grant, applicants: _Applicants) -> DateArray:
    rule, items, starts = grant.rule, applicants.items, applicants.starts
    match rule.timing:
        case "with_payment":
            return grant.dates
        case "upfront":
            return starts[grant.firm]
        case "at_maturity":
            last = starts.astype(np.int64)
            principal = items.is_kind("principal")
            np.maximum.at(last, items.firm[principal], items.dates[principal].astype(np.int64))
            return last.astype("datetime64[D]")[grant.firm]
        case "after_year":
            january = (grant.dates.astype("datetime64[Y]") + 1).astype("datetime64[M]")
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


def _above_cost(items: CashItems, granted: Sequence[Grant]) -> Iterator[Finding]:
    """Rules that pay a recipient more together than what they subsidize."""
    for to, who in (("firm", "{firm}"), ("originator", "the originator, for {firm},")):
        some = [one for one in granted if one.rule.to == to]
        yield from _paid_above(items, some, "firm" if to == "firm" else "originator", who) if some else ()


def _paid_above(items: CashItems, granted: Sequence[Grant], to: Bearer, who: str) -> Iterator[Finding]:
    """More than the interest, than the named fees, or than all of it."""
    own = items.borne_by(to) & ~items.imputed
    interest, fees = own & items.is_kind("interest"), own & items.is_kind("fee")
    paid_for = [one.rule.fees for one in granted if one.rule.on == "fees"]
    named = fees & items.labelled(name for labels in paid_for for name in labels) if all(paid_for) else fees
    for what, cost, bases in (
        ("interest", interest, ("interest",)),
        ("subsidized fees", named, ("fees",)),
        ("interest and fees", interest | fees, get_args(Base)),
    ):
        total = np.zeros(len(items.firms))
        for one in granted:
            if one.rule.on in bases:
                total += np.bincount(one.firm, weights=one.amounts, minlength=len(total))
        costs = -items.sums(cost)
        over = np.flatnonzero(total > costs + HALF_A_FEN)
        for at in over:
            yield finding(
                "subsidy.above_cost",
                "{firm} would receive {got} of subsidy on {cost} of {what}",
                got=f"{total[at]:,.2f}",
                firm=who.format(firm=items.firms[at]),
                cost=f"{costs[at]:,.2f}",
                what=what,
            )
        if len(over):
            return
