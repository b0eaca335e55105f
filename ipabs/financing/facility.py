"""A facility: one way for firms to get money, seen as the firms' own dated, signed cash items."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Literal, Protocol, get_args, runtime_checkable

from ipabs.basics.index_history import IndexHistory
from ipabs.basics.units import Money, Rate
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, join
from ipabs.financing.need import Need, joined
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.subsidy_items import with_subsidies
from ipabs.financing.tax import Tax, with_tax
from ipabs.spec import check

Stage = Literal["seed", "start_up", "growth", "mature", "listed"]
ComparatorStatus = Literal["documented_offer", "market_average", "no_bank_access"]
# From the surest on.
Certainty = Literal["committed", "indicative", "subject_to_issue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a facility is, how long the money takes and how sure it is.

    `days_to_money` counts from the application to the receipt: 36 days to 13 months in published IP deals.

    >>> Description(kind="participation", days_to_money=36, certainty="subject_to_issue").days_to_money
    36
    """

    kind: str
    days_to_money: int | None = None
    certainty: Certainty | None = None


class Facility(Protocol):
    """One way to get money, for one or many firms.

    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> lent: Facility = offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), year)
    >>> lent.cash_items().table()[["amount", "label"]].values.tolist()
    [[1000000.0, 'principal'], [-1000000.0, 'principal'], [-60000.0, 'interest']]
    """

    @property
    def description(self) -> Description: ...
    def cash_items(self) -> CashItems:
        """Everything the firms receive and pay, and what others pay for them."""


@runtime_checkable
class Recuttable(Protocol):
    """A facility that can be offered on other repayment profiles.

    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> lent = offer(loan.BankLoan(rate=0.06), year)
    >>> twice = need.bullet_need(1e6, date(2023, 3, 20), date(2025, 3, 20), frequency="annual")
    >>> isinstance(lent, Recuttable), len(lent.recut(twice).cash_items().dates)
    (True, 5)
    """

    def recut(self, need: Need) -> Facility | None:
        """The same terms on this need; None if they stand on one profile only."""


@runtime_checkable
class Warned(Protocol):
    """A facility that knows what about it is projected rather than known.

    >>> from ipabs.financing import loan, need
    >>> ahead = need.bullet_need(1e6, date(2040, 3, 20), date(2041, 3, 20))
    >>> floating = offer(loan.BankLoan(index="LPR1Y"), ahead)
    >>> [found.code for found in floating.warnings()]
    ['index.carried']
    """

    def warnings(self) -> Iterable[Finding]:
        """Findings of severity ``warning``."""


@runtime_checkable
class Cautioned(Protocol):
    """Terms that know what about them is projected rather than known.

    >>> from ipabs.financing import loan, need
    >>> ahead = need.bullet_need(1e6, date(2040, 3, 20), date(2041, 3, 20))
    >>> [found.severity for found in loan.BankLoan(index="LPR1Y").cautions(ahead)]
    ['warning']
    """

    def cautions(self, need: Need, indices: Sequence[IndexHistory] = ()) -> Iterable[Finding]:
        """Warnings about a need met on these terms."""


class Terms(Protocol):
    """Stated terms that turn a need into cash items.

    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> terms: Terms = loan.BankLoan(rate=0.06, repayment="bullet", term_months=24)
    >>> float(terms.on_profile().cash_items(year).amounts.min())
    -1000000.0
    """

    @property
    def description(self) -> Description: ...
    def on_profile(self) -> "Terms | None":
        """The terms that follow whatever repayment a need has; None if there are none."""

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """Everything the firms of a need receive and pay, before subsidy and tax.

        `indices` stand beside the published histories of floating rates, or instead of them.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFacts:
    """What subsidies, tax and admissibility need to know of a firm.

    >>> fact = FirmFacts(firm="Firm 01", loss_making=True, profitable_from=date(2026, 1, 1))
    >>> fact.comparator_status, list(fact.findings())
    ('market_average', [])
    """

    KEYED: ClassVar[str] = "firm"

    firm: str
    revenue: Annotated[Money | None, "last audited annual revenue"] = None
    tax_rate: Annotated[Rate | None, "enterprise income tax; empty: the rate of the tax rule"] = None
    loss_making: Annotated[bool, "no taxable profit at present"] = False
    profitable_from: Annotated[date | None, "when a loss-making firm expects taxable profit"] = None
    stage: Annotated[Stage | None, "stage of the firm's life, for admissibility"] = None
    comparator_status: Annotated[ComparatorStatus, "how real the loan is that the firm is compared with"] = (
        "market_average"
    )

    def findings(self) -> Iterator[Finding]:
        """A date of first profit for a firm that has profit."""
        if self.profitable_from is not None and not self.loss_making:
            yield finding(
                "firm.profit",
                "{firm} is to be profitable from {got}, but is not loss_making",
                path=("profitable_from",),
                got=self.profitable_from,
                firm=self.firm,
            )


def checked_facts(facts: Iterable[FirmFacts]) -> tuple[FirmFacts, ...]:
    """The facts, refused with everything that is wrong in them; a firm stands once.

    >>> [fact.tax_rate for fact in checked_facts([FirmFacts(firm="a", tax_rate=0.15), FirmFacts(firm="b")])]
    [0.15, None]
    """
    some = tuple(facts)
    refuse(SpecError, (found for fact in some for found in check(fact)))
    counts = Counter(fact.firm for fact in some)
    refuse(
        SpecError,
        [
            finding("firm.twice", "{got} stands {count} times among the facts", got=name, count=count)
            for name, count in counts.items()
            if count > 1
        ],
    )
    return some


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offer:
    """Terms offered to firms, with the subsidies and the tax that apply to them: a facility.

    Examples
    --------
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> from ipabs.financing.rates import all_in_cost
    >>> need = bullet_need(9_720_000, date(2022, 12, 20), date(2024, 12, 20))
    >>> round(all_in_cost(offer(BankLoan(rate=0.0525, day_count="ACT/360"), need)), 6)
    0.054301
    """

    terms: Terms
    need: Need
    subsidies: tuple[Subsidy, ...] = ()
    tax: Tax | None = None
    facts: tuple[FirmFacts, ...] = ()
    indices: tuple[IndexHistory, ...] = ()

    @property
    def description(self) -> Description:
        """The description of the terms."""
        return self.terms.description

    def cash_items(self) -> CashItems:
        """The items of the terms, then subsidies, then tax."""
        items = self.terms.cash_items(self.need, self.indices)
        return settled(items, self.subsidies, self.tax, self.facts, self.indices)

    def warnings(self) -> Iterator[Finding]:
        """What the terms say is projected rather than known."""
        if isinstance(self.terms, Cautioned):
            yield from self.terms.cautions(self.need, self.indices)

    def recut(self, need: Need) -> "Offer | None":
        """The same terms offered on another repayment profile."""
        terms = self.terms.on_profile()
        return None if terms is None else replace(self, terms=terms, need=need)


def offer(
    terms: Terms,
    *needs: Need,
    subsidies: Iterable[Subsidy] = (),
    tax: Tax | None = None,
    facts: Iterable[FirmFacts] = (),
    indices: Iterable[IndexHistory] = (),
) -> Offer:
    """Offer terms to the firms of one or several needs.

    `indices` are histories of floating rates beside the published ones, or instead of them.

    60,000 of interest, half of it subsidized; tax of 25 % is relieved on what remains:

    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> terms, half = loan.BankLoan(rate=0.06, day_count="equal_periods"), Subsidy(name="half", share=0.5)
    >>> items = offer(terms, year, subsidies=[half], tax=Tax()).cash_items()
    >>> [round(float(items.sums(items.is_kind(kind))[0]), 2) for kind in ("interest", "subsidy", "tax")]
    [-60000.0, 30000.0, 7500.0]
    """
    return Offer(
        terms=terms,
        need=joined(needs),
        subsidies=tuple(subsidies),
        tax=tax,
        facts=checked_facts(facts),
        indices=tuple(indices),
    )


def settled(
    items: CashItems,
    subsidies: tuple[Subsidy, ...],
    tax: Tax | None,
    facts: tuple[FirmFacts, ...],
    indices: tuple[IndexHistory, ...] = (),
) -> CashItems:
    """The items with subsidies received and tax relief added.

    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items = loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year)
    >>> relieved = settled(items, (), Tax(), (FirmFacts(firm="firm", tax_rate=0.15),))
    >>> float(relieved.amounts[relieved.is_kind("tax")].sum())
    9000.0
    """
    revenue = {fact.firm: fact.revenue for fact in facts if fact.revenue is not None}
    supported = with_subsidies(items, subsidies, revenue=revenue, indices=indices)
    if tax is None:
        return supported
    untaxed = tuple(rule.name for rule in subsidies if not rule.taxed)
    return with_tax(
        supported,
        tax,
        rates={fact.firm: fact.tax_rate for fact in facts if fact.tax_rate is not None},
        profitable_from={fact.firm: fact.profitable_from for fact in facts if fact.loss_making},
        untaxed=untaxed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Facilities of different firms seen as one, such as an ABS and an ABN of one programme.

    Offers on the same terms are worked out together.

    >>> from ipabs.financing import loan, need
    >>> first, second = (need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), firms=[name]) for name in "ab")
    >>> both = Joined(facilities=(offer(loan.BankLoan(rate=0.05), first), offer(loan.BankLoan(rate=0.04), second)))
    >>> items = both.cash_items()
    >>> items.sums(items.is_kind("interest")).round(2)
    array([-50833.33, -40666.67])
    """

    facilities: tuple[Facility, ...]

    @property
    def description(self) -> Description:
        """The first one's kind; the longest wait and the least certainty that any states."""
        all_of_them = [one.description for one in self.facilities]
        days = [one.days_to_money for one in all_of_them if one.days_to_money is not None]
        sure = [one.certainty for one in all_of_them if one.certainty is not None]
        return Description(
            kind=all_of_them[0].kind,
            days_to_money=max(days, default=None),
            certainty=max(sure, key=get_args(Certainty).index, default=None),
        )

    def cash_items(self) -> CashItems:
        """All items."""
        return join(facility.cash_items() for facility in self._on_same_terms())

    def warnings(self) -> Iterator[Finding]:
        """The warnings of every facility."""
        for one in self._on_same_terms():
            yield from one.warnings() if isinstance(one, Warned) else ()

    def recut(self, need: Need) -> "Facility | None":
        """Offers on one set of terms, on another repayment profile; None if the terms differ."""
        same = self._on_same_terms()
        return same[0].recut(need) if len(same) == 1 and isinstance(same[0], Offer) else None

    def _on_same_terms(self) -> tuple[Facility, ...]:
        alike: dict[object, list[Offer]] = {}
        others: list[Facility] = []
        for one in self.facilities:
            if isinstance(one, Offer):
                alike.setdefault((one.terms, one.subsidies, one.tax, one.indices), []).append(one)
            else:
                others.append(one)
        offers = [
            replace(
                group[0],
                need=joined(one.need for one in group),
                facts=tuple(dict.fromkeys(fact for one in group for fact in one.facts)),
            )
            for group in alike.values()
        ]
        return (*offers, *others)
