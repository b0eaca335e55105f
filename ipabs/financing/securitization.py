"""Participation in a securitization: each firm's contract and its share of every cost of the deal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.days import whole_days
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.basics.units import Count, Money
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.allocation import AllocationBasis, allocated
from ipabs.financing.cash_items import CashItems, join
from ipabs.financing.cost_items import charge_amounts, charge_items
from ipabs.financing.costs import AllocateBy, Charge, CostItem, nothing_left, stated_twice
from ipabs.financing.facility import Certainty, Description, FirmFacts, checked_facts, settled
from ipabs.financing.loan import (
    Deposit,
    LoanTerms,
    deposit_items,
    interest_of,
    items_of_plan,
    principal_and_interest,
)
from ipabs.financing.look_through import LookThrough, PaidLedger, look_through
from ipabs.financing.need import Need
from ipabs.financing.repayment import period_rates, repayment_plan
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax
from ipabs.pool.pool import Pool
from ipabs.spec import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation(LoanTerms):
    """The terms on which a firm takes part in a deal whose pool is not at hand.

    The contract is a loan's; `costs` are the deal's, of which the firm bears its part: of a rate its own, of an
    amount ``principal / issue_size`` (by principal) or ``1 / firms`` (equally).

    Of 250,000 for the rating of an issue of 100 million a firm with one million takes 2,500.

    >>> from datetime import date
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20), frequency="annual")
    >>> rating = CostItem(name="rating", amount=250_000.0)
    >>> note = Participation(rate=0.0325, day_count="equal_periods", issue_size=1e8, costs=(rating,))
    >>> note.cash_items(need).table()[["amount", "label"]].values.tolist()[2:]
    [[-32500.0, 'interest'], [-2500.0, 'rating']]
    """

    KIND: ClassVar[str] = "participation"

    issue_size: Annotated[Money | None, "principal of the whole deal; needed by costs stated as amounts"] = None
    firms: Annotated[Count, "number of firms in the deal"] = 1
    costs: Annotated[tuple[CostItem, ...], "costs of the deal outside the contract rate"] = ()

    def findings(self) -> Iterator[Finding]:
        """As for a loan; a fixed sum needs the size of the deal; no firms."""
        yield from LoanTerms.findings(self)
        if self.firms < 1:
            yield finding("participation.firms", "{got} firms take part", path=("firms",), got=self.firms)
        for cost in self.costs:
            yield from self._of_whole_deal(cost)
            if cost.amount is not None and cost.allocate_by == "principal" and not self.issue_size:
                yield finding(
                    "participation.size",
                    "{got} is a sum of the whole deal; state issue_size, of which the firm takes its part",
                    path=("issue_size",),
                    got=cost.name,
                )

    def _of_whole_deal(self, cost: CostItem) -> Iterator[Finding]:
        """What only a pool tells: the other firms' risks, the sum that a minimum is compared with."""
        known: tuple[AllocateBy, ...] = ("principal",) if cost.amount is None else ("principal", "equally", "shapley")
        if cost.minimum is not None or cost.allocate_by not in known:
            yield finding(
                "participation.pool",
                "{cost} is shared by {got}{least}, which takes the other firms' contracts; stated terms share by "
                "{allowed}, a pool in every way",
                path=("costs", cost.name),
                got=cost.allocate_by,
                allowed=known,
                cost=cost.name,
                least="" if cost.minimum is None else " with a minimum",
            )

    def first_day_costs(self) -> tuple[Charge, ...]:
        """The charges of the contract and the costs of the deal."""
        return (*LoanTerms.first_day_costs(self), *self.costs)

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """The contract, and the firm's part of the costs."""
        refuse(SpecError, check(self))
        plan = repayment_plan(self, need, indices)
        rates = period_rates(self, plan, indices)
        interest = interest_of(plan, rates, self.day_count)
        parts = (part for cost in self.costs for part in self._cost_items(cost, plan, interest))
        return join([items_of_plan(self, plan, interest, rates[:, 0]), *parts])

    def _cost_items(self, cost: CostItem, plan: Need, interest: FloatArray) -> tuple[CashItems, ...]:
        if cost.amount is None:
            return charge_items(cost, plan, cost.name, interest=interest)
        by_size = cost.allocate_by == "principal"
        scale = plan.principal / (self.issue_size or 1.0) if by_size else np.full(len(plan), 1 / self.firms)
        return charge_items(cost, plan, cost.name, interest=interest, scale=scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Securitization:
    """Firms' participation in a deal: the contracts of its pool and their shares of the costs.

    Make one with `Securitization.of` (one firm) or `Securitization.of_pool` (all firms).

    Firms a and b borrow one and three million, and share 80,000 for a rating by principal:

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loans = [
    ...     PledgedLoan(id=firm, obligor=firm, principal=size, start=date(2022, 12, 20), maturity=date(2023, 12, 20),
    ...         contract_rate=0.04, amortization="bullet")
    ...     for firm, size in (("a", 1e6), ("b", 3e6))
    ... ]
    >>> pool = Pool(tuple(loans), (Party(id="a"), Party(id="b")))
    >>> rating = CostItem(name="rating", amount=80_000.0)
    >>> items = Securitization.of("b", pool, None, [rating]).cash_items()
    >>> items.sums(items.is_kind("fee"))
    array([-60000.])
    """

    KIND: ClassVar[str] = "securitization"

    contracts: CashItems
    ledger: PaidLedger | None = None
    subsidies: tuple[Subsidy, ...] = ()
    tax: Tax | None = None
    facts: tuple[FirmFacts, ...] = ()
    indices: tuple[IndexHistory, ...] = ()
    days_to_money: int | None = None
    certainty: Certainty | None = "subject_to_issue"

    @property
    def description(self) -> Description:
        """Kind, days to money, certainty."""
        return Description(kind=self.KIND, days_to_money=self.days_to_money, certainty=self.certainty)

    def cash_items(self) -> CashItems:
        """Contracts and cost shares, then subsidies, then tax."""
        return settled(self.contracts, self.subsidies, self.tax, self.facts, self.indices)

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
        indices: Sequence[IndexHistory] = (),
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
            indices=indices,
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
        days_to_money: int | None = None,
        certainty: Certainty | None = "subject_to_issue",
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
        days_to_money : int, optional
            From the application to the money: 36 days to 13 months in published deals.
        """
        charged = tuple(costs)
        refuse(SpecError, (*stated_twice(charged), *nothing_left(charged, kept=deposit.share if deposit else 0.0)))
        need, interest, rates = pool_need(pool, indices)
        parts = list(principal_and_interest(need, interest, rates))
        if deposit is not None:
            parts += deposit_items(deposit, need)
        for cost in charged:
            scale = cost_scale(cost, need, interest, risk_weights)
            parts += charge_items(cost, need, cost.name, interest=interest, scale=scale)
        return cls(
            contracts=join(parts),
            ledger=ledger,
            subsidies=tuple(subsidies),
            tax=tax,
            facts=checked_facts(facts),
            indices=tuple(indices),
            days_to_money=days_to_money,
            certainty=certainty,
        )

    def look_through(self) -> LookThrough | None:
        """What the whole deal's contract interest is spent on; None without a ledger."""
        return None if self.ledger is None else look_through(self.ledger)


def pool_need(pool: Pool, indices: Sequence[IndexHistory] = ()) -> tuple[Need, FloatArray, FloatArray]:
    """What the contracts of a pool lend: the need, (contract, date) interest, (contract,) contract rates.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> contract = PledgedLoan(id="C1", obligor="a", principal=1e6, start=date(2022, 12, 20),
    ...     maturity=date(2023, 12, 20), contract_rate=0.04, amortization="bullet")
    >>> need, interest, rates = pool_need(Pool((contract,), (Party(id="a"),)))
    >>> need.principal, interest.sum(axis=1).round(2), rates
    (array([1000000.]), array([40000.]), array([0.04]))
    """
    flows = pool.contract_flows(indices)
    counts = np.bincount(flows.row, minlength=len(pool.obligations))
    used = np.arange(counts.max()) < counts[:, None]
    dates = np.full(used.shape, np.datetime64("NaT"), dtype="datetime64[D]")
    principal, interest = np.zeros(used.shape), np.zeros(used.shape)
    dates[used], principal[used], interest[used] = flows.days, flows.principal, flows.interest
    amounts = pool.principals()
    need = Need(
        firms=tuple(contract.obligor for contract in pool.obligations),
        principal=amounts,
        starts=whole_days([contract.start for contract in pool.obligations]),
        dates=dates,
        shares=principal / amounts[:, None],
    )
    stated = [getattr(contract, "contract_rate", None) for contract in pool.obligations]
    return need, interest, np.array([np.nan if rate is None else float(rate) for rate in stated])


def cost_scale(cost: CostItem, need: Need, interest: FloatArray, risk_weights: AllocationBasis) -> FloatArray:
    """(contract,) the factor on what each contract would pay alone, so that the total is shared as stated.

    With `minimum`, the deal's total is at least that sum over its life.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> contract = PledgedLoan(id="C1", obligor="a", principal=1e6, start=date(2022, 12, 20),
    ...     maturity=date(2023, 12, 20), contract_rate=0.04, amortization="bullet")
    >>> need, interest, _ = pool_need(Pool((contract,), (Party(id="a"),)))
    >>> cost_scale(CostItem(name="letter", rate=0.01, minimum=15_000.0), need, interest, None)
    array([1.5])
    """
    alone = charge_amounts(cost, need, interest=interest)[1].sum(axis=1)
    parts = allocated(cost, need.firms, need.principal, alone, risk_weights)
    paid = alone > 0
    return np.asarray(np.where(paid, parts, 0.0) / np.where(paid, alone, 1.0))
