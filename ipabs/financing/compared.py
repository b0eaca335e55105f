"""One facility measured against a comparator: its parts, rates, lives, and the warning where it repays otherwise."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from ipabs._typing import DateArray, FloatArray
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.financing.cash_items import CashItems, drawn
from ipabs.financing.facility import Description, Facility, Recuttable
from ipabs.financing.ladder import Ladder
from ipabs.financing.periods import equal_years
from ipabs.financing.rates import RUNGS, Convention
from ipabs.financing.savings import Savings, cost, savings
from ipabs.financing.sides import SAME_AMOUNT, Side, need_of, same_profile

Value = Literal["nominal", "present_value"]


class DiscountCurve(Protocol):
    """A curve that discounts dates, as `ipabs.basics.curve.Curve` does.

    >>> from ipabs.basics.curve import Curve
    >>> flat: DiscountCurve = Curve.flat(0.03, date(2024, 3, 20))
    >>> flat.discount(np.array(["2025-03-20"], "datetime64[D]")).round(6)
    array([0.970874])
    """

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
    items, comparator_items : CashItems
        What the firms pay and receive here, and under the comparator on this facility's repayment.

    Examples
    --------
    One million at 4 % instead of 5 %:

    >>> from ipabs.financing import comparison, facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20))
    >>> offers = {
    ...     name: facility.offer(loan.BankLoan(rate=rate, day_count="equal_periods"), year)
    ...     for name, rate in (("loan", 0.05), ("note", 0.04))
    ... }
    >>> one = comparison.compare(offers, against="loan")["note"]
    >>> one.cost_per_million, one.nominal.net, one.life_years.round(3)
    (array([40000.]), array([10000.]), array([1.003]))
    >>> one.table().loc["programme", ["principal", "net"]].round(2).to_dict()
    {'principal': 1000000.0, 'net': 10000.0}
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
    items: CashItems
    comparator_items: CashItems

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


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """The comparator, laid out, and how values are taken.

    >>> from ipabs.financing import comparison, facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20))
    >>> offers = {
    ...     name: facility.offer(loan.BankLoan(rate=rate, day_count="equal_periods"), year)
    ...     for name, rate in (("loan", 0.05), ("note", 0.04))
    ... }
    >>> items = {name: one.cash_items() for name, one in offers.items()}
    >>> measure = Measure(offers["loan"], Side.of(items["loan"], "equal_periods"), None, None, "equal_periods")
    >>> measure.of("note", offers["note"].description, items["note"])[0].nominal.spread
    array([10000.])
    """

    comparator: Facility
    side: Side
    curve: DiscountCurve | float | None
    as_of: date | None
    convention: Convention

    def of(self, name: str, description: Description, items: CashItems) -> tuple[Compared, list[Finding]]:
        own = self.side if items.firms == self.side.items.firms else self._side(self.side.items.of_firms(items.firms))
        refuse(DataError, _amounts(name, own.items, items))
        side = own if items is own.items else self._side(items)
        same = side is own or same_profile(own.items, items)
        recut = own if same else self._recut(own, items)
        rates = self._discount_rates(own)
        valued = {id(one): cost(one.items, self._weights(one.items, rates)) for one in {own, recut, side}}
        compared = Compared(
            name=name,
            description=description,
            firms=items.firms,
            principal=drawn(items),
            life_years=side.lives,
            all_in=side.rates[-1],
            cost_per_million=side.cost.total / drawn(items) * 1e6,
            discount_rates=rates,
            nominal=savings(items.firms, own.cost, recut.cost, side.cost),
            present_value=savings(items.firms, *(valued[id(one)] for one in (own, recut, side))),
            ladder=Ladder(firms=items.firms, comparator_rates=recut.rates, facility_rates=side.rates),
            programme_ladder=Ladder(
                firms=("programme",),
                comparator_rates=recut.programme_rates,
                facility_rates=side.programme_rates,
            ),
            life_adjusted=own.cost.total * side.lives / own.lives - side.cost.total,
            items=items,
            comparator_items=recut.items,
        )
        return compared, [] if same else [_not_like_for_like(name, compared, own.lives, recut is own)]

    def _side(self, items: CashItems) -> Side:
        return Side.of(items, self.convention)

    def _recut(self, own: Side, items: CashItems) -> Side:
        """The comparator on the facility's repayment, or as it is where it cannot be re-cut."""
        need = need_of(items)
        if need is None or not isinstance(self.comparator, Recuttable):
            return own
        facility = self.comparator.recut(need)
        return own if facility is None else self._side(facility.cash_items().of_firms(items.firms))

    def _discount_rates(self, own: Side) -> FloatArray:
        if isinstance(self.curve, int | float):
            return np.full(len(own.items.firms), float(self.curve))
        if self.curve is None:
            return np.asarray(own.rates[RUNGS.index("carried")])
        return np.full(len(own.items.firms), np.nan)

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


def _not_like_for_like(name: str, one: Compared, own_lives: FloatArray, kept: bool) -> Finding:
    weights = one.principal / one.principal.sum()
    unlike = "{name} repays otherwise than the comparator (average life {got} years against {life})"
    code, template = (
        (
            "comparison.not_like_for_like",
            f"{unlike}, which cannot be re-cut: the parts hold the difference in repayment",
        )
        if kept
        else ("comparison.recut", f"{unlike}; the comparator was re-cut")
    )
    return finding(
        code,
        template + ", and the saving adjusted to equal lives is {adjusted}",
        severity="warning",
        got=f"{float(weights @ one.life_years):.3f}",
        life=f"{float(weights @ own_lives):.3f}",
        name=name,
        adjusted=f"{one.life_adjusted.sum():,.2f}",
    )
