"""Compare facilities: what each firm and the programme save, and where the saving comes from."""

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.admissibility import why_closed
from ipabs.financing.cash_items import CashItems, unknown_firm
from ipabs.financing.compared import Compared, DiscountCurve, Measure, Value
from ipabs.financing.facility import Facility, FirmFacts, Joined, Warned, checked_facts
from ipabs.financing.ladder import shapley_steps_bp
from ipabs.financing.rates import Convention, convention_faults, discount_faults, flow_table
from ipabs.financing.sides import Side


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

    Examples
    --------
    One and two million at 4 % instead of 5 %:

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need([1e6, 2e6], date(2023, 3, 20), date(2024, 3, 20))
    >>> offers = {
    ...     name: facility.offer(loan.BankLoan(rate=rate, day_count="equal_periods"), year)
    ...     for name, rate in (("loan", 0.05), ("note", 0.04))
    ... }
    >>> facts = [FirmFacts(firm="firm 2", comparator_status="documented_offer")]
    >>> result = compare(offers, against="loan", facts=facts)
    >>> result
    Comparison(against loan: note saves 30,000.00)
    >>> result.programme().loc["note", ["principal", "net"]].to_dict()
    {'principal': 3000000.0, 'net': 30000.0}
    >>> result.subtotals("note")["net"].to_dict()
    {'documented_offer': 20000.0, 'not stated': 10000.0}
    >>> result.ranking("firm 1")["all_in"].round(4).to_dict()
    {'note': 0.0405, 'loan': 0.0508}
    >>> print(result.summary().split(" =")[0])
    against loan (real_dates)
    note: 5.080% -> 4.049%, net saving 30,000.00
    """

    against: str
    compared: tuple[Compared, ...]
    facts: tuple[FirmFacts, ...]
    convention: Convention
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        nets = ", ".join(
            f"{one.name} saves {float(one.nominal.programme().net[0]):,.2f}"
            for one in self.compared
            if one.name != self.against
        )
        return f"Comparison(against {self.against}: {nets})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.programme().to_html(float_format='{:,.4f}'.format)}"

    def __getitem__(self, name: str) -> Compared:
        for one in self.compared:
            if one.name == name:
                return one
        names = [one.name for one in self.compared]
        raise DataError(finding("facility.unknown", "no facility {got!r}; {hint}", got=name, allowed=names))

    def programme(self, value: Value = "nominal") -> pd.DataFrame:
        """One row a facility: firms, principal, life, timing, rates and the parts of the saving over all its firms."""
        rows = {}
        for one in self.compared:
            lives = float(one.principal @ one.life_years / one.principal.sum())
            head = {
                "firms": len(one.firms),
                "principal": one.principal.sum(),
                "life_years": lives,
                "days_to_money": one.description.days_to_money,
                "certainty": one.description.certainty,
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
            raise DataError(unknown_firm(firm, known))
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
                + (f"; different repayment {sums.profile[0]:,.2f}" if abs(sums.profile[0]) >= 0.005 else "")
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
        No facility called `against`, facilities in different currencies, a curve or convention that is none.
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
    refuse(SpecError, (*convention_faults(convention), *_curve_faults(curve, as_of)))
    known = checked_facts(facts)
    items = {name: facility.cash_items() for name, facility in facilities.items()}
    refuse(SpecError, _currencies(items, against))
    side = Side.of(items[against], convention)
    measure = Measure(facilities[against], side, curve, as_of, convention)
    compared, found = [], []
    for name, facility in facilities.items():
        one, warnings = measure.of(name, facility.description, items[name])
        compared.append(one)
        found.extend(warnings)
        found.extend(facility.warnings() if isinstance(facility, Warned) else ())
    return Comparison(
        against=against,
        compared=tuple(compared),
        facts=known,
        convention=convention,
        findings=tuple(dict.fromkeys(found)),
    )


def _curve_faults(curve: object, as_of: date | None) -> Iterator[Finding]:
    """A curve that neither discounts dates nor is a rate above -100 %; a date beside a curve's own."""
    if hasattr(curve, "discount"):
        if as_of is not None:
            yield finding("comparison.as_of", "a curve has its own date; leave out as_of, {got}", got=as_of)
    elif curve is not None:
        yield from discount_faults(curve)


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


def shapley_ladder(comparator: Facility, facility: Facility, *, convention: Convention = "real_dates") -> pd.DataFrame:
    """The ladder's steps averaged over all orders of the items, in basis points, one row a firm.

    Where only the interest differs it takes the whole gap, whatever the order.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need([1e6, 2e6], date(2023, 3, 20), date(2024, 3, 20))
    >>> offers = {
    ...     name: facility.offer(loan.BankLoan(rate=rate, day_count="equal_periods"), year)
    ...     for name, rate in (("loan", 0.05), ("note", 0.04))
    ... }
    >>> shapley_ladder(offers["loan"], offers["note"])["interest_bp"].round(2).to_dict()
    {'firm 1': 103.11, 'firm 2': 103.11}
    """
    items = facility.cash_items()
    own = comparator.cash_items().of_firms(items.firms)
    steps = shapley_steps_bp(flow_table(own), flow_table(items), convention)
    columns = ["interest_bp", "fees_bp", "carried_bp", "subsidy_bp", "tax_bp"]
    return pd.DataFrame(steps.T, index=pd.Index(items.firms, name="firm"), columns=columns)


def programme(facilities: Iterable[Facility]) -> Joined:
    """Several facilities seen as one, to be compared as a programme; a `SpecError` without any.

    >>> from ipabs.financing import facility, loan, need
    >>> terms = loan.BankLoan(rate=0.05)
    >>> first, second = (need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), firms=[name]) for name in "ab")
    >>> programme([facility.offer(terms, first), facility.offer(terms, second)]).cash_items().firms
    ('a', 'b')
    """
    some = tuple(facilities)
    if not some:
        raise SpecError(finding("comparison.programme", "a programme has at least one facility"))
    return Joined(facilities=some)
