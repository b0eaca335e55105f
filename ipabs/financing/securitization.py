"""Participation in a securitization: each firm's contract and its share of every cost of the deal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.basics.units import Count, Money
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.allocation import AllocationBasis, allocated
from ipabs.financing.cash_items import CashItems, join
from ipabs.financing.costs import CostItem, charge_amounts, charge_items, stated_twice
from ipabs.financing.facility import Certainty, Description, FirmFacts, checked_facts, settled
from ipabs.financing.loan import (
    Deposit,
    LoanTerms,
    deposit_items,
    loan_items,
    principal_and_interest,
    repayment_plan,
)
from ipabs.financing.look_through import LookThrough, PaidLedger, look_through
from ipabs.financing.need import Need, contract_need, merged, same_terms
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax
from ipabs.pool.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation(LoanTerms):
    """The terms on which a firm takes part in a deal whose pool is not at hand.

    The contract is a loan's; `costs` are the deal's, of which the firm bears its part: of a rate its own, of an
    amount ``principal / issue_size`` (by principal) or ``1 / firms`` (equally).
    """

    KIND: ClassVar[str] = "participation"

    issue_size: Annotated[Money | None, "principal of the whole deal; needed by costs stated as amounts"] = None
    firms: Annotated[Count, "number of firms in the deal"] = 1
    costs: Annotated[tuple[CostItem, ...], "costs of the deal outside the contract rate"] = ()

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def findings(self) -> Iterator[Finding]:
        """As for a loan; a fixed sum needs the size of the deal; no firms."""
        yield from LoanTerms.findings(self)
        if self.firms < 1:
            yield finding("participation.firms", "{got} firms take part", path=("firms",), got=self.firms)
        for cost in self.costs:
            if cost.amount is not None and cost.allocate_by != "equally" and not self.issue_size:
                yield finding(
                    "participation.size",
                    "{got} is a sum of the whole deal; state issue_size, of which the firm takes its part",
                    path=("issue_size",),
                    got=cost.name,
                )

    def on_profile(self) -> "Participation":
        """The same terms on the dates and shares of any need."""
        return replace(self, repayment="like_obligation", term_months=None, frequency=None)

    def cash_items(self, need: Need) -> CashItems:
        """The contract, and the firm's part of the costs."""
        items = loan_items(self, need)
        plan = repayment_plan(self, need)
        interest = -items.where(items.is_kind("interest")).amounts.reshape(len(plan.firms), len(plan.dates))
        parts = (part for cost in self.costs for part in self._cost_items(cost, plan, interest))
        return join([items, *parts])

    def _cost_items(self, cost: CostItem, plan: Need, interest: FloatArray) -> tuple[CashItems, ...]:
        if cost.amount is None:
            return charge_items(cost, plan, cost.name, interest=interest)
        by_number = cost.allocate_by in ("equally", "shapley")
        scale = np.full(len(plan.firms), 1 / self.firms) if by_number else plan.principal / (self.issue_size or 1.0)
        return charge_items(cost, plan, cost.name, interest=interest, scale=scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Securitization:
    """Firms' participation in a deal: the contracts of its pool and their shares of the costs.

    Make one with `Securitization.of` (one firm) or `Securitization.of_pool` (all firms).
    """

    KIND: ClassVar[str] = "securitization"

    contracts: CashItems
    ledger: PaidLedger | None = None
    subsidies: tuple[Subsidy, ...] = ()
    tax: Tax | None = None
    facts: tuple[FirmFacts, ...] = ()
    days_to_money: int | None = None
    certainty: Certainty | None = "subject_to_issue"

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def cash_items(self) -> CashItems:
        """Contracts and cost shares, then subsidies, then tax."""
        return settled(self.contracts, self.subsidies, self.tax, self.facts)

    @classmethod
    def of(
        cls,
        party: Party | str,
        pool: Pool,
        ledger: PaidLedger | None,
        costs: Iterable[CostItem],
        *,
        subsidies: Iterable[Subsidy] = (),
        tax: Tax | None = None,
        facts: Iterable[FirmFacts] = (),
        deposit: Deposit | None = None,
        risk_weights: AllocationBasis = None,
    ) -> "Securitization":
        """One firm's participation; `of_pool` says what each argument is."""
        name = party if isinstance(party, str) else party.id
        whole = cls.of_pool(
            pool,
            ledger,
            costs,
            subsidies=subsidies,
            tax=tax,
            facts=facts,
            deposit=deposit,
            risk_weights=risk_weights,
        )
        return replace(whole, contracts=whole.contracts.of_firms([name]))

    @classmethod
    def of_pool(
        cls,
        pool: Pool,
        ledger: PaidLedger | None,
        costs: Iterable[CostItem],
        *,
        subsidies: Iterable[Subsidy] = (),
        tax: Tax | None = None,
        facts: Iterable[FirmFacts] = (),
        deposit: Deposit | None = None,
        risk_weights: AllocationBasis = None,
        indices: Sequence[IndexHistory] = (),
    ) -> "Securitization":
        """The participation of every firm of a pool.

        Parameters
        ----------
        pool : Pool
            Its obligations are the firms' contracts.
        ledger : Ledger or None
            The deal's ledger, kept for the look-through memo: what the contract interest pays for.
        costs : iterable of CostItem
            Costs outside the contract rate. What the contract rate or the issue price finances never stands here.
        deposit : Deposit, optional
            A deposit that each firm leaves with the vehicle until its contract ends.
        risk_weights : mapping of firm id to float, optional
            Weights of costs that are allocated by risk, for instance expected losses.
        indices : sequence of IndexHistory
            Histories of floating rates beside the published ones, or instead of them.
        """
        charged = tuple(costs)
        refuse(SpecError, stated_twice(charged))
        groups = contracts_alike(pool, indices)
        parts = [part for one in groups for part in principal_and_interest(one.need, one.interest, one.rates)]
        parts += [part for one in groups if deposit is not None for part in deposit_items(deposit, one.need)]
        for cost in charged:
            for one, scale in zip(groups, cost_scales(cost, groups, risk_weights), strict=True):
                parts += charge_items(cost, one.need, cost.name, interest=one.interest, scale=scale)
        return cls(
            contracts=join(parts), ledger=ledger, subsidies=tuple(subsidies), tax=tax, facts=checked_facts(facts)
        )

    def look_through(self) -> LookThrough | None:
        """What the whole deal's contract interest is spent on; None without a ledger."""
        return None if self.ledger is None else look_through(self.ledger)


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Contracts on the same dates with the same repayment, summed by firm.

    Attributes
    ----------
    need : Need
    interest : FloatArray
        (firm, date) positive.
    rates : FloatArray
        (firm,) contract rates; of several contracts the highest.
    """

    need: Need
    interest: FloatArray
    rates: FloatArray


def contracts_alike(pool: Pool, indices: Sequence[IndexHistory] = ()) -> tuple[Alike, ...]:
    """The contracts of a pool, those on the same terms together."""
    flows = pool.contract_flows(indices)
    groups: dict[tuple[object, ...], list[tuple[Need, FloatArray, float]]] = {}
    for at, contract in enumerate(pool.obligations):
        paid = flows.of(at)
        need = contract_need(contract, paid)
        rate = getattr(contract, "contract_rate", None)
        stated = np.nan if rate is None else float(rate)
        groups.setdefault(same_terms(need), []).append((need, paid.interest, stated))
    return tuple(_summed(group) for group in groups.values())


def _summed(group: list[tuple[Need, FloatArray, float]]) -> Alike:
    (need,) = merged(member for member, _, _ in group)
    row = {name: at for at, name in enumerate(need.firms)}
    interest, rates = np.zeros((len(need.firms), len(need.dates))), np.full(len(need.firms), np.nan)
    for member, paid, rate in group:
        at = row[member.firms[0]]
        interest[at] += paid
        rates[at] = np.fmax(rates[at], rate)
    return Alike(need, interest, rates)


def cost_scales(cost: CostItem, groups: Sequence[Alike], risk_weights: AllocationBasis) -> list[FloatArray]:
    """For each group (firm,) the factor on what each firm would pay alone, so that the total is shared as stated.

    With `minimum`, the deal's total is at least that sum over its life.
    """
    sums = [charge_amounts(cost, one.need, interest=one.interest)[1].sum(axis=1) for one in groups]
    alone = np.concatenate(sums)
    firms = [name for one in groups for name in one.need.firms]
    principal = np.concatenate([one.need.principal for one in groups])
    parts = allocated(cost, firms, principal, alone, risk_weights)
    paid = alone > 0
    scales = np.where(paid, parts, 0.0) / np.where(paid, alone, 1.0)
    return np.split(scales, np.cumsum([len(one) for one in sums])[:-1])
