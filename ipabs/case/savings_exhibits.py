"""Exhibits on what the money costs and saves: by part, by firm, by variant, and against the published claim."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ipabs.case.case import Claim
from ipabs.financing.compared import Compared
from ipabs.financing.comparison import Comparison
from ipabs.financing.programme import Issue, programme_table
from ipabs.financing.rates import RUNGS
from ipabs.financing.savings import PARTS, SUMS, Savings, implied_spread
from ipabs.io.folder import Cell
from ipabs.report.exhibit import MONEY, Exhibit, Unit, columns

PROGRAMME = "programme"
BEFORE_TAX = RUNGS.index("subsidy")
LIVES = (1.0, 1.5, 2.0, 2.5, 3.0)


def average_life(one: Compared) -> float:
    """Average life over all firms, weighted by principal, in years."""
    return figure(one.life_years @ one.principal / one.principal.sum())


def figure(value: Any) -> float:
    """A number of numpy or pandas as a plain float."""
    return float(value)


def savings_by_part(comparison: Comparison) -> Exhibit:
    """The programme's saving in five parts and their sums, nominal and present value, and as shares of principal."""
    one = comparison[PROGRAMME]
    nominal, present = one.nominal.programme(), one.present_value.programme()
    principal = figure(one.principal.sum())

    def row(part: str) -> tuple[Cell, ...]:
        amounts = [figure(getattr(part_of, part)[0]) for part_of in (nominal, present)]
        return (part, *amounts, amounts[0] / principal)

    return Exhibit(
        name="savings_by_part",
        columns=columns(part="word", nominal="money", present_value="money", share_of_principal="rate"),
        rows=tuple(row(part) for part in (*PARTS, *SUMS, "profile", "public_cost")),
    )


def savings(comparison: Comparison, deals: dict[str, str]) -> Exhibit:
    """Each firm's all-in cost before tax on both sides and its saving in parts, with the programme's sum."""
    one = comparison[PROGRAMME]
    table = one.table()
    lives = dict(zip(one.firms, one.life_years, strict=True)) | {PROGRAMME: average_life(one)}
    comparator, facility = (
        dict(zip((*one.firms, PROGRAMME), (*rates, *whole), strict=True))
        for rates, whole in (
            (one.ladder.comparator_rates[BEFORE_TAX], one.programme_ladder.comparator_rates[BEFORE_TAX]),
            (one.ladder.facility_rates[BEFORE_TAX], one.programme_ladder.facility_rates[BEFORE_TAX]),
        )
    )
    status = {fact.firm: fact.comparator_status for fact in comparison.facts}
    money = (*PARTS, *SUMS)

    def row(firm: str, values: pd.Series) -> tuple[Cell, ...]:
        return (
            firm,
            deals.get(firm, ""),
            figure(values["principal"]),
            figure(lives[firm]),
            figure(comparator[firm]),
            figure(facility[firm]),
            *(figure(values[name]) for name in money),
            status.get(firm, ""),
        )

    return Exhibit(
        name="savings",
        columns=columns(
            firm="name",
            deal="text",
            principal="money",
            life_years="years",
            comparator_rate="rate",
            facility_rate="rate",
            **dict.fromkeys(money, MONEY),
            comparator_status="word",
        ),
        rows=tuple(row(str(firm), values) for firm, values in table.iterrows()),
        totals=True,
    )


def savings_by_status(comparison: Comparison) -> Exhibit:
    """The saving by how real each firm's comparator is."""
    table = comparison.subtotals(PROGRAMME)
    money = ("principal", "market", "before_tax", "net")
    return Exhibit(
        name="savings_by_status",
        columns=columns(comparator_status="word", firms="count", **dict.fromkeys(money, MONEY)),
        rows=tuple(
            (str(status), int(values["firms"]), *(figure(values[name]) for name in money))
            for status, values in table.iterrows()
        ),
    )


def facilities(comparison: Comparison) -> Exhibit:
    """Every facility of the case over all firms: all-in cost before tax, and what it saves against the comparator."""
    table = comparison.programme()
    money = ("market", "before_tax", "net")
    return Exhibit(
        name="facilities",
        columns=columns(
            facility="name",
            firms="count",
            life_years="years",
            all_in_cost="rate",
            days_to_money="count",
            certainty="word",
            **dict.fromkeys(money, MONEY),
        ),
        rows=tuple(
            (
                str(name),
                int(values["firms"]),
                figure(values["life_years"]),
                figure(comparison[str(name)].programme_ladder.facility_rates[BEFORE_TAX, 0]),
                comparison[str(name)].description.days_to_money,
                comparison[str(name)].description.certainty or "",
                *(figure(values[column]) for column in money),
            )
            for name, values in table.iterrows()
        ),
    )


def issues(some: Sequence[Issue], eligible_firms: int | None) -> Exhibit:
    """The programme issue by issue in order of closing, with running totals and the public cash per yuan saved."""
    table = programme_table(some, eligible_firms=eligible_firms)
    money = ("principal", "saving", "market_saving", "public_cash", "contingent_cost", "cumulative_principal",
             "cumulative_saving", "cumulative_public_cash")  # fmt: skip
    units: dict[str, Unit] = {"cumulative_firms": "count", **dict.fromkeys(money, MONEY)}
    units["public_cash_per_yuan_saved"] = "factor"
    if eligible_firms is not None:
        units["penetration"] = "rate"
    return Exhibit(
        name="issues",
        columns=columns(issue="name", issue_market="name", closing="date", firms="count", **units),
        rows=tuple(
            (
                str(name),
                str(row["market"]),
                row["closing"],
                int(row["firms"]),
                *(int(row[column]) if unit == "count" else figure(row[column]) for column, unit in units.items()),
            )
            for name, row in table.iterrows()
        ),
    )


def variants(rows: Sequence[tuple[str, Comparison]]) -> Exhibit:
    """The case and each variant beside one another."""
    money = (*PARTS, "market", "before_tax", "net")

    def row(name: str, comparison: Comparison) -> tuple[Cell, ...]:
        one = comparison[PROGRAMME]
        total: Savings = one.nominal.programme()
        principal = figure(one.principal.sum())
        life = average_life(one)
        before_tax = figure(total.before_tax[0])
        return (
            name,
            comparison.against,
            principal,
            life,
            *(figure(getattr(total, part)[0]) for part in money),
            figure(one.present_value.programme().before_tax[0]),
            implied_spread(principal, before_tax, life),
        )

    return Exhibit(
        name="variants",
        columns=columns(
            variant="name",
            comparator="name",
            principal="money",
            life_years="years",
            **dict.fromkeys(money, MONEY),
            present_value_before_tax="money",
            implied_spread="points",
        ),
        rows=tuple(row(name, comparison) for name, comparison in rows),
    )


def implied_spreads(claim: Claim, life: float) -> Exhibit:
    """Which simple annual spread the published saving needs for each average life, this case's own among them."""
    lives = sorted([*((years, "") for years in LIVES), (life, "this case")])
    return Exhibit(
        name="implied_spreads",
        columns=columns(life_years="years", implied_spread="points", life_of="word"),
        rows=tuple((years, implied_spread(claim.principal, claim.amount, years), of) for years, of in lives),
    )
