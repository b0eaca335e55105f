"""Compare facilities: what each firm and the programme save, and where the saving comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from ipabs._typing import DateArray, FloatArray
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.admissibility import why_closed
from ipabs.financing.cash_items import CashItems, join
from ipabs.financing.facility import Description, Facility, FirmFacts, Recuttable
from ipabs.financing.ladder import Ladder, ladder, shapley_steps_bp
from ipabs.financing.need import Need, equal_years
from ipabs.financing.rates import Convention, FlowTable, as_one_firm, flow_table, internal_rates
from ipabs.financing.savings import Savings, cost, savings
from ipabs.financing.subsidy import drawn, yuan_years

Value = Literal["nominal", "present_value"]
# Principals that differ by less than this share are equal up to rounding.
SAME_AMOUNT = 1e-9


class DiscountCurve(Protocol):
    """A curve that discounts dates, as `ipabs.basics.curve.Curve` does."""

    def discount(self, dates: DateArray) -> FloatArray: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """One facility measured against the comparator; arrays are (firm,).

    Attributes
    ----------
    principal, life_years : FloatArray
        Amount drawn and its average life, days / 365.
    all_in : FloatArray
        Annual effective rate of the firm's own flows.
    cost_per_million : FloatArray
        Nominal cost to the firm for each million raised.
    discount_rates : FloatArray
        Rate of the present values; NaN where a curve was given.
    nominal, present_value : Savings
    ladder, programme_ladder : Ladder
    life_adjusted : FloatArray
        Nominal saving with the comparator's cost scaled to this facility's yuan-years.
    """

    name: str
    description: Description
    firms: tuple[str, ...]
    principal: FloatArray
    life_years: FloatArray
    all_in: FloatArray
    cost_per_million: FloatArray
    discount_rates: FloatArray
    nominal: Savings
    present_value: Savings
    ladder: Ladder
    programme_ladder: Ladder
    life_adjusted: FloatArray

    def value(self, value: Value) -> Savings:
        """The savings in nominal or present value."""
        return self.nominal if value == "nominal" else self.present_value

    def table(self, value: Value = "nominal") -> pd.DataFrame:
        """One row a firm and a last row ``programme``: principal, both all-in rates, the parts and their sums."""
        rows = pd.concat([self.value(value).table(), self.value(value).programme().table()])
        programme = self.programme_ladder
        rows.insert(0, "principal", [*self.principal, self.principal.sum()])
        rows.insert(1, "comparator_rate", [*self.ladder.comparator_rates[-1], *programme.comparator_rates[-1]])
        rows.insert(2, "facility_rate", [*self.ladder.facility_rates[-1], *programme.facility_rates[-1]])
        return rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Facilities measured against one of them.

    Attributes
    ----------
    against : str
        Name of the comparator.
    compared : tuple of Compared
        One for each facility, the comparator among them.
    facts : tuple of FirmFacts
    convention : Convention
    findings : tuple of Finding
        Warnings: a comparator that is not like for like.
    """

    against: str
    compared: tuple[Compared, ...]
    facts: tuple[FirmFacts, ...]
    convention: Convention
    findings: tuple[Finding, ...]

    def __getitem__(self, name: str) -> Compared:
        for one in self.compared:
            if one.name == name:
                return one
        names = [one.name for one in self.compared]
        raise DataError(finding("facility.unknown", "no facility {got!r}; {hint}", got=name, allowed=names))

    def programme(self, value: Value = "nominal") -> pd.DataFrame:
        """One row a facility: firms, principal, life, all-in rate and the parts of the saving over all its firms."""
        rows = {}
        for one in self.compared:
            lives = float(one.principal @ one.life_years / one.principal.sum())
            head = {
                "firms": len(one.firms),
                "principal": one.principal.sum(),
                "life_years": lives,
                "comparator_rate": one.programme_ladder.comparator_rates[-1, 0],
                "facility_rate": one.programme_ladder.facility_rates[-1, 0],
            }
            rows[one.name] = head | one.value(value).programme().table().iloc[0].to_dict()
        return pd.DataFrame.from_dict(rows, orient="index")

    def subtotals(self, name: str, value: Value = "nominal") -> pd.DataFrame:
        """The savings of one facility summed by how real each firm's comparator is."""
        one = self[name]
        status = {fact.firm: fact.comparator_status for fact in self.facts}
        group = [status.get(firm, "not stated") for firm in one.firms]
        table = one.value(value).table().assign(principal=one.principal)
        sums = table.groupby(pd.Index(group, name="comparator_status")).sum()
        sums.insert(0, "firms", pd.Series(group).value_counts())
        return sums

    def ranking(self, firm: str) -> pd.DataFrame:
        """The facilities of one firm from cheapest to dearest; those closed to it come last and say why."""
        stage = next((fact.stage for fact in self.facts if fact.firm == firm), None)
        rows = []
        for one in self.compared:
            if firm not in one.firms:
                continue
            rows.append(
                {
                    "facility": one.name,
                    "kind": one.description.kind,
                    "all_in": one.all_in[one.firms.index(firm)],
                    "days_to_money": one.description.days_to_money,
                    "certainty": one.description.certainty,
                    "closed": "" if stage is None else why_closed(one.description.kind, stage),
                }
            )
        if not rows:
            known = [name for one in self.compared for name in one.firms]
            raise DataError(finding("firm.unknown", "no firm {got!r}; {hint}", got=firm, allowed=known))
        table = pd.DataFrame(rows)
        is_open = table["closed"] == ""
        table = table.assign(order=~is_open).sort_values(["order", "all_in"], kind="stable").drop(columns="order")
        ranks = [n + 1 if text == "" else None for n, text in enumerate(table["closed"])]
        return table.assign(rank=pd.array(ranks, dtype="Int64")).set_index("facility")

    def summary(self) -> str:
        """The programme table in words, with every warning: amounts to the fen, rates to three decimals."""
        lines = [f"against {self.against} ({self.convention})"]
        for one in self.compared:
            if one.name == self.against:
                continue
            sums, rates = one.nominal.programme(), one.programme_ladder
            lines.append(
                f"{one.name}: {rates.comparator_rates[-1, 0]:.3%} -> {rates.facility_rates[-1, 0]:.3%}, net saving "
                f"{sums.net[0]:,.2f} = spread {sums.spread[0]:,.2f} + fees {sums.fees[0]:,.2f} "
                f"+ carried {sums.carried[0]:,.2f} + subsidy {sums.subsidy[0]:,.2f} + tax {sums.tax[0]:,.2f}; "
                f"market saving {sums.market[0]:,.2f}, public cost {sums.public_cost[0]:,.2f}"
            )
        return "\n".join([*lines, *(f"{found.severity}: {found}" for found in self.findings)])


def compare(
    facilities: Mapping[str, Facility],
    *,
    against: str,
    curve: DiscountCurve | float | None = None,
    as_of: date | None = None,
    convention: Convention = "real_dates",
    facts: Iterable[FirmFacts] = (),
) -> Comparison:
    """Measure facilities against one of them, firm by firm.

    Parameters
    ----------
    facilities : mapping of name to Facility
        The comparator must serve every firm that another facility serves.
    against : str
        Name of the comparator.
    curve : curve, float or None
        Discounts every item. None: each firm at its comparator's own all-in rate before subsidy and tax.
    as_of : date, optional
        Date of the present values under a rate; None: each firm's start date. A curve has its own date.
    facts : iterable of FirmFacts
        Comparator status for subtotals, stage for the ranking.

    Returns
    -------
    Comparison

    Raises
    ------
    SpecError
        No facility called `against`, or facilities in different currencies.
    DataError
        A firm the comparator does not serve, different amounts, or a facility without a receipt.

    Examples
    --------
    >>> from ipabs.financing.facility import offer
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(9_720_000, date(2022, 12, 20), date(2025, 12, 20))
    >>> loan = offer(BankLoan(rate=0.0525), need)
    >>> note = offer(BankLoan(rate=0.0325, day_count="ACT/365F"), need)
    >>> result = compare({"loan": loan, "note": note}, against="loan")
    >>> round(float(result["note"].nominal.spread[0]), 2)
    605014.52
    """
    if against not in facilities:
        raise SpecError(
            finding("comparison.against", "no facility {got!r}; {hint}", got=against, allowed=facilities.keys())
        )
    items = {name: facility.cash_items() for name, facility in facilities.items()}
    refuse(SpecError, _currencies(items, against))
    measure = _Measure(facilities[against], items[against], curve, as_of, convention)
    compared, found = [], []
    for name, facility in facilities.items():
        one, warnings = measure.of(name, facility.description, items[name])
        compared.append(one)
        found.extend(warnings)
    return Comparison(
        against=against,
        compared=tuple(compared),
        facts=tuple(facts),
        convention=convention,
        findings=tuple(found),
    )


def _currencies(items: Mapping[str, CashItems], against: str) -> list[Finding]:
    return [
        finding(
            "comparison.currency",
            "{name} is in {got}, the comparator in {currency}; convert one of them",
            got=one.currency,
            name=name,
            currency=items[against].currency,
        )
        for name, one in items.items()
        if one.currency != items[against].currency
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    """The comparator, its items and how values are taken."""

    comparator: Facility
    items: CashItems
    curve: DiscountCurve | float | None
    as_of: date | None
    convention: Convention

    def of(self, name: str, description: Description, items: CashItems) -> tuple[Compared, list[Finding]]:
        own = self.items if items.firms == self.items.firms else self.items.of_firms(items.firms)
        own_table, table = flow_table(own), flow_table(items)
        refuse(DataError, _amounts(name, own, items))
        same = own is items or _same_profile(own, items)
        recut = own if same else self._recut(own, items)
        recut_table = own_table if recut is own else flow_table(recut)
        rates = self._discount_rates(own_table)
        nominal = _savings(own, recut, items, *(np.ones(len(part.amounts)) for part in (own, recut, items)))
        value = _savings(own, recut, items, *(self._weights(part, rates) for part in (own, recut, items)))
        rungs = ladder(items.firms, recut_table, table, self.convention)
        whole = ladder(("programme",), flow_table(as_one_firm(recut)), flow_table(as_one_firm(items)), self.convention)
        lives, own_lives = average_lives(items), average_lives(own)
        totals = [cost(part, np.ones(len(part.amounts))).total for part in (own, items)]
        compared = Compared(
            name=name,
            description=description,
            firms=items.firms,
            principal=drawn(items),
            life_years=lives,
            all_in=rungs.facility_rates[-1],
            cost_per_million=totals[1] / drawn(items) * 1e6,
            discount_rates=rates,
            nominal=nominal,
            present_value=value,
            ladder=rungs,
            programme_ladder=whole,
            life_adjusted=totals[0] * lives / own_lives - totals[1],
        )
        return compared, [] if same else [_not_like_for_like(name, compared, own_lives, recut is own)]

    def _recut(self, own: CashItems, items: CashItems) -> CashItems:
        """The comparator on the facility's repayment, or as it is where it cannot be re-cut."""
        needs = needs_of(items)
        if needs is None or not isinstance(self.comparator, Recuttable):
            return own
        facility = self.comparator.recut(needs)
        return own if facility is None else facility.cash_items().of_firms(items.firms)

    def _discount_rates(self, own: FlowTable) -> FloatArray:
        if isinstance(self.curve, int | float):
            return np.full(len(own.dates), float(self.curve))
        if self.curve is None:
            return np.asarray(internal_rates(own, ("carried",), self.convention)[0])
        return np.full(len(own.dates), np.nan)

    def _weights(self, items: CashItems, rates: FloatArray) -> FloatArray:
        if not (self.curve is None or isinstance(self.curve, int | float)):
            return self.curve.discount(items.dates)
        starts = items.starts() if self.as_of is None else np.full(len(items.firms), np.datetime64(self.as_of, "D"))
        begins = starts[items.firm]
        if self.convention == "equal_periods":
            years = equal_years(begins, items.dates)
        else:
            years = (items.dates - begins).astype(np.float64) / 365
        return np.asarray(np.exp(-np.log1p(rates)[items.firm] * years))


def _savings(
    own: CashItems, recut: CashItems, items: CashItems, w_own: FloatArray, w_recut: FloatArray, w_items: FloatArray
) -> Savings:
    offered = cost(own, w_own)
    return savings(items.firms, offered, offered if recut is own else cost(recut, w_recut), cost(items, w_items))


def _amounts(name: str, own: CashItems, items: CashItems) -> list[Finding]:
    return [
        finding(
            "comparison.amount",
            "{firm}: {name} raises {got}, the comparator {amount}; compare equal amounts",
            got=f"{ours:,.2f}",
            name=name,
            firm=firm,
            amount=f"{theirs:,.2f}",
        )
        for firm, ours, theirs in zip(items.firms, drawn(items), drawn(own), strict=True)
        if abs(ours - theirs) > SAME_AMOUNT * theirs
    ]


def _same_profile(one: CashItems, other: CashItems) -> bool:
    """Whether all firms draw and repay the same principal on the same dates."""
    (firm, dates, amounts), (firm_2, dates_2, amounts_2) = _principal(one), _principal(other)
    return (
        np.array_equal(firm, firm_2)
        and np.array_equal(dates, dates_2)
        and bool(np.allclose(amounts, amounts_2, rtol=SAME_AMOUNT, atol=0.005))
    )


def _principal(items: CashItems) -> tuple[FloatArray, DateArray, FloatArray]:
    some = items.where(items.is_kind("principal") & (items.amounts != 0))
    order = np.lexsort((some.dates, some.firm))
    return some.firm[order].astype(np.float64), some.dates[order], some.amounts[order]


def average_lives(items: CashItems) -> FloatArray:
    """(firm,) weighted average life of the principal in days / 365."""
    firm, _, years = yuan_years(items)
    return np.asarray(np.bincount(firm, weights=years, minlength=len(items.firms)) / drawn(items))


def needs_of(items: CashItems) -> tuple[Need, ...] | None:
    """The needs that items meet, read from their principal and interest; None if a firm draws more than once."""
    money = items.where((items.is_kind("principal") | items.is_kind("interest")) & (items.amounts != 0))
    table = flow_table(money)
    if (table.principal[:, 1:] > 0).any():
        return None
    principal = table.principal[:, 0]
    shares = -table.principal[:, 1:] / principal[:, None]
    days = table.dates[:, 1:]
    groups: dict[bytes, list[int]] = {}
    for row in range(len(money.firms)):
        groups.setdefault(table.dates[row].tobytes() + shares[row].round(12).tobytes(), []).append(row)
    needs = []
    for rows in groups.values():
        first = rows[0]
        used = days[first] > table.dates[first, 0]
        needs.append(
            Need(
                firms=tuple(items.firms[row] for row in rows),
                principal=principal[rows],
                start=table.dates[first, 0].item(),
                dates=tuple(days[first][used].tolist()),
                shares=shares[first][used],
                currency=items.currency,
            )
        )
    return tuple(needs)


def _not_like_for_like(name: str, one: Compared, own_lives: FloatArray, kept: bool) -> Finding:
    weights = one.principal / one.principal.sum()
    lives = {"got": f"{float(weights @ one.life_years):.3f}", "life": f"{float(weights @ own_lives):.3f}"}
    if kept:
        return finding(
            "comparison.not_like_for_like",
            "{name} repays otherwise than the comparator (average life {got} years against {life}); the whole "
            "difference stands in the profile part, and the saving adjusted to equal lives is {adjusted}",
            severity="warning",
            got=lives["got"],
            life=lives["life"],
            name=name,
            adjusted=f"{one.life_adjusted.sum():,.2f}",
        )
    return finding(
        "comparison.recut",
        "{name} repays otherwise than the comparator (average life {got} years against {life}); the comparator was "
        "re-cut, and the saving adjusted to equal lives is {adjusted}",
        severity="warning",
        got=lives["got"],
        life=lives["life"],
        name=name,
        adjusted=f"{one.life_adjusted.sum():,.2f}",
    )


def shapley_ladder(comparator: Facility, facility: Facility, *, convention: Convention = "real_dates") -> pd.DataFrame:
    """The ladder's steps averaged over all orders of the items, in basis points, one row a firm."""
    items = facility.cash_items()
    own = comparator.cash_items().of_firms(items.firms)
    steps = shapley_steps_bp(flow_table(own), flow_table(items), convention)
    columns = ["interest_bp", "fees_bp", "carried_bp", "subsidy_bp", "tax_bp"]
    return pd.DataFrame(steps.T, index=pd.Index(items.firms, name="firm"), columns=columns)


def programme(facilities: Iterable[Facility]) -> "Joined":
    """Several facilities seen as one, for a programme of several issues."""
    return Joined(facilities=tuple(facilities))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Facilities of different firms put together, such as an ABS and an ABN of one programme."""

    facilities: tuple[Facility, ...]

    @property
    def description(self) -> Description:
        """The first one's kind; the longest wait."""
        days = [f.description.days_to_money for f in self.facilities]
        longest = max((d for d in days if d is not None), default=None)
        return replace(self.facilities[0].description, days_to_money=longest)

    def cash_items(self) -> CashItems:
        """All items."""
        return join(facility.cash_items() for facility in self.facilities)
