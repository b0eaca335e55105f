"""Cost approach: what it would cost to create the right again, less what has become obsolete."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.checks import draw_findings, rights_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of, total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CostItem:
    """Money spent on the right.

    Attributes
    ----------
    amount : float or FloatArray
        As spent.
    years_ago : float
        From spending to the valuation date.
    price_growth : float or FloatArray
        Yearly growth of the price of such work since: the amount is brought to today's prices by it.

    Examples
    --------
    >>> round(CostItem(name="research", amount=4e6, years_ago=3, price_growth=0.04).today, 2)
    4499456.0
    """

    KEYED: ClassVar[str] = "name"
    name: str
    amount: Values
    years_ago: float = 0.0
    price_growth: Values = 0.0

    @property
    def today(self) -> Values:
        """The amount at today's prices, ``amount × (1 + growth) ** years_ago``."""
        return value_or_array(np.asarray(self.amount) * (1 + np.asarray(self.price_growth)) ** self.years_ago)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplacementCost:
    """Cost of reproduction (the same right) or replacement (the same use), less obsolescence.

    ``V = Σ_i cost_i × [(1 + capital) ** (build / 2)] × (1 + profit) × (1 − functional) × (1 − economic) × life ratio``

    Parameters
    ----------
    items : tuple of CostItem
        For reproduction what was spent, at today's prices; for replacement what it would take today.
    basis : {"reproduction", "replacement"}
    build_years : float
        Time to create the right again; its cost is spent evenly, so capital is bound for half of it.
    capital_rate, profit_rate : float or FloatArray
        Cost of the capital bound, and the developer's profit on cost.
    functional_obsolescence, economic_obsolescence : float or FloatArray
        Shares lost to better technology and to the market.
    remaining_life_ratio : float or FloatArray
        Remaining over total economic life (成新率); leave it at 1 where obsolescence already holds age.

    Source: International Valuation Standards 105 and 210, cost approach; China Appraisal Society,
    Guidelines for the Valuation of Patent Assets (2017).

    Examples
    --------
    >>> items = (CostItem(name="research", amount=4e6, years_ago=3, price_growth=0.04),
    ...          CostItem(name="filing", amount=1e5))
    >>> ReplacementCost(items=items, profit_rate=0.10, functional_obsolescence=0.25).value(
    ...     Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(replacement cost, 2024-01-01: 3,794,551.20 CNY)
    """

    items: tuple[CostItem, ...]
    basis: Literal["reproduction", "replacement"] = "replacement"
    build_years: float = 0.0
    capital_rate: Values = 0.0
    profit_rate: Values = 0.0
    functional_obsolescence: Values = 0.0
    economic_obsolescence: Values = 0.0
    remaining_life_ratio: Values = 1.0
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """No items or one twice, amounts and shares out of range."""
        if not self.items:
            yield finding("cost.none", "no cost to value by", path=("items",))
        for name, count in Counter(item.name for item in self.items).items():
            if count > 1:
                yield finding("cost.twice", "{got} stands {count} times", path=("items", name), got=name, count=count)
        for item in self.items:
            yield from outside("years_ago", item.years_ago, "[0, 100]", path=("items", item.name, "years_ago"))
            yield from outside("amount", item.amount, "[0, inf)", path=("items", item.name, "amount"))
            yield from outside("price_growth", item.price_growth, "[-1, 1]", path=("items", item.name, "price_growth"))
        for name in ("functional_obsolescence", "economic_obsolescence", "remaining_life_ratio", "capital_rate"):
            yield from outside(name, getattr(self, name), "[0, 1]")
        yield from outside("profit_rate", self.profit_rate, "[0, 10]")
        yield from outside("build_years", self.build_years, "[0, 50]")
        yield from draw_findings(self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`: a part for each item, capital and profit, and obsolescence."""
        found = (*rights_findings(portfolio, as_of), *self.findings())
        refuse(DataError, found)
        items = [Part(name=item.name, value=item.today) for item in self.items]
        spent = np.asarray(total([part.value for part in items]))
        new = spent * (1 + np.asarray(self.capital_rate)) ** (self.build_years / 2) * (1 + np.asarray(self.profit_rate))
        left = (1 - np.asarray(self.functional_obsolescence)) * (1 - np.asarray(self.economic_obsolescence))
        worth = new * left * self.remaining_life_ratio
        return Valuation(
            method=f"{self.basis} cost",
            as_of=as_of,
            currency=self.currency,
            value=value_or_array(worth),
            inputs=inputs_of(self, self.provenance),
            parts=(
                *items,
                Part(name="capital and profit", value=value_or_array(new - spent)),
                Part(name="obsolescence", value=value_or_array(worth - new)),
            ),
            findings=found,
        )


def remaining_life_ratio(*, remaining_years: float, elapsed_years: float) -> float:
    """Remaining over total economic life (成新率), ``remaining / (remaining + elapsed)``.

    >>> remaining_life_ratio(remaining_years=6, elapsed_years=4)
    0.6
    """
    lives = {"remaining_years": remaining_years, "elapsed_years": elapsed_years}
    refuse(DataError, [fault for name, one in lives.items() for fault in outside(name, one, "[0, inf)", single=True)])
    if not remaining_years + elapsed_years:
        raise DataError(
            finding(
                "cost.life",
                "lives of {got} years; both 0 or more, not both 0",
                got=f"{remaining_years} and {elapsed_years}",
            )
        )
    return remaining_years / (remaining_years + elapsed_years)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultiplierCost:
    """Cost multiplied for creative labor and failed research: ``(C + β1 × V) × (1 + L) / (1 − β2)``.

    Parameters
    ----------
    material_cost, labor_cost : float or FloatArray
        C, materials and depreciation; V, living labor.
    labor_multiplier : float or FloatArray
        β1 of creative labor, 1 or more.
    failure_rate : float or FloatArray
        β2, average share of research that fails.
    profit_rate : float or FloatArray
        L, return on the investment.

    Source: the multiplier form of the cost method for technology assets in Chinese asset-appraisal teaching.

    Examples
    --------
    >>> method = MultiplierCost(material_cost=50.0, labor_cost=20.0, labor_multiplier=1.5, failure_rate=0.2,
    ...                         profit_rate=0.3)
    >>> method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(multiplier cost, 2024-01-01: 130.00 CNY)
    """

    material_cost: Annotated[Values, "C"]
    labor_cost: Annotated[Values, "V"]
    labor_multiplier: Annotated[Values, "β1"]
    failure_rate: Annotated[Values, "β2"]
    profit_rate: Annotated[Values, "L"]
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """Costs, multiplier and rates out of range."""
        yield from outside("material_cost", self.material_cost, "[0, inf)")
        yield from outside("labor_cost", self.labor_cost, "[0, inf)")
        yield from outside("labor_multiplier", self.labor_multiplier, "[1, inf)")
        yield from outside("failure_rate", self.failure_rate, "[0, 1)")
        yield from outside("profit_rate", self.profit_rate, "[0, 10]")
        yield from draw_findings(self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`: parts for materials, creative labor, profit and failed research."""
        found = (*rights_findings(portfolio, as_of), *self.findings())
        refuse(DataError, found)
        material, labor = np.asarray(self.material_cost), np.asarray(self.labor_cost) * self.labor_multiplier
        with_profit = (material + labor) * (1 + np.asarray(self.profit_rate))
        worth = with_profit / (1 - np.asarray(self.failure_rate))
        steps = {
            "materials": material,
            "creative labor": labor,
            "profit": with_profit - material - labor,
            "failed research": worth - with_profit,
        }
        return Valuation(
            method="multiplier cost",
            as_of=as_of,
            currency=self.currency,
            value=value_or_array(worth),
            inputs=inputs_of(self, self.provenance),
            parts=tuple(Part(name=name, value=value_or_array(amount)) for name, amount in steps.items()),
            findings=found,
        )
