"""The kinds of obligation that the market puts into IP pools: the two whose terms are a loan's, and their list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.basics.index_history import IndexHistory
from ipabs.pool.contract import Contract
from ipabs.pool.lease_back import LeaseBack
from ipabs.pool.obligation import ContractFlows, Obligation
from ipabs.pool.receivable import Receivable
from ipabs.pool.repayment import PooledFlows, flows_of
from ipabs.pool.royalty_stream import RoyaltyStream


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgedLoan(Contract):
    """A loan secured by a pledge of patents, trade marks or copyrights.

    The lender is a small-loan company that sells its loans to the plan; a trust whose beneficial right the plan holds
    (two vehicles: trust and plan); or a bank that lends for a client (entrusted loan). The flows are the same: the
    firm receives `principal` and repays it with interest at `contract_rate`.

    Examples
    --------
    >>> from datetime import date
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=9_000_000, start=date(2022, 12, 20),
    ...                    maturity=date(2023, 12, 20), contract_rate=0.038, amortization="bullet")
    >>> flows = loan.contract_flows()
    >>> [str(day) for day in flows.dates]
    ['2023-03-20', '2023-06-20', '2023-09-20', '2023-12-20']
    >>> flows.interest.round(2)     # 9 million · 3.8 % · 90, 92, 92, 91 days / 365
    array([84328.77, 86202.74, 86202.74, 85265.75])
    """

    KIND: ClassVar[str] = "pledged_loan"

    lender: Annotated[Literal["small_loan", "trust", "entrusted"], "who lends"] = "small_loan"

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """Interest and principal on the payment dates."""
        return self.pooled_flows((self,), indices).of(0)

    @staticmethod
    def pooled_flows(loans: "Sequence[Contract]", indices: Sequence[IndexHistory] = ()) -> PooledFlows:
        """The flows of many contracts at once."""
        return flows_of(loans, indices)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceBack(Contract):
    """Licence and licence-back: a lump-sum fee to the patent owner, who licenses the right back by instalments.

    The originator pays `principal` for an exclusive licence; the firm pays it back as licence fees. Either
    `contract_rate` gives the fees, or `installment`, the fee of each date, gives the yield.

    Examples
    --------
    >>> from datetime import date
    >>> licence = LicenceBack(id="L1", obligor="F1", principal=8_000_000, start=date(2022, 12, 20),
    ...                       maturity=date(2024, 12, 20), contract_rate=0.06, day_count="30E/360")
    >>> fee = licence.contract_flows().cash
    >>> fee.round(2)[[0, -1]]       # 8 million · 1.5 % / (1 - 1.015**-8)
    array([1068672.2, 1068672.2])
    """

    KIND: ClassVar[str] = "licence_back"

    licence: Annotated[Literal["exclusive", "sole", "ordinary"], "form of the licence"] = "exclusive"

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """Licence fees, split into interest at the yield and principal."""
        return self.pooled_flows((self,), indices).of(0)

    @staticmethod
    def pooled_flows(loans: "Sequence[Contract]", indices: Sequence[IndexHistory] = ()) -> PooledFlows:
        """The flows of many contracts at once."""
        return flows_of(loans, indices)


KINDS: tuple[type[Obligation], ...] = (PledgedLoan, LicenceBack, LeaseBack, Receivable, RoyaltyStream)
