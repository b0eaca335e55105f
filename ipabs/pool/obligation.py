"""What an obligation is: somebody owes the pool principal and interest on dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.index_history import IndexHistory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractFlows:
    """What a contract pays if everybody keeps it.

    Attributes
    ----------
    dates : DateArray
        ``(n,)`` payment dates, rising.
    interest, principal : FloatArray
        ``(n,)`` amounts. Interest that is capitalized stands in `interest` and, negative, in `principal`, so that their
        sum is always the cash of the date.
    balance : FloatArray
        ``(n,)`` outstanding after each date; the last is 0.

    Examples
    --------
    >>> flows = ContractFlows(dates=day_numbers([date(2024, 12, 20)]), interest=np.array([40_000.0]),
    ...                       principal=np.array([1_000_000.0]), balance=np.zeros(1))
    >>> flows.cash
    array([1040000.])
    """

    dates: DateArray
    interest: FloatArray
    principal: FloatArray
    balance: FloatArray

    @property
    def cash(self) -> FloatArray:
        """Interest and principal of each date."""
        return self.interest + self.principal

    def __len__(self) -> int:
        return len(self.dates)


@runtime_checkable
class Obligation(Protocol):
    """A claim of the pool on an obligor. Anything with these names can stand in a `Pool`.

    >>> from ipabs.pool.receivable import Receivable
    >>> bill = Receivable(id="R1", obligor="F1", face=100.0, start=date(2024, 3, 28), maturity=date(2024, 9, 24),
    ...                   discount_rate=0.05)
    >>> isinstance(bill, Obligation), bill.principal, bill.contract_flows().cash
    (True, 97.5, array([100.]))
    """

    @property
    def id(self) -> str:
        """Contract number, unique in the pool."""

    @property
    def obligor(self) -> str:
        """Id of the `Party` that owes."""

    @property
    def principal(self) -> float:
        """What the pool is owed at the start, in the currency's major unit."""

    @property
    def start(self) -> date:
        """Interest accrues from this date."""

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """The contract's schedule; `indices` replace the published histories of floating rates."""


def day_numbers(days: Sequence[date]) -> DateArray:
    """Dates as an array of days.

    >>> day_numbers([date(2024, 2, 29)])
    array(['2024-02-29'], dtype='datetime64[D]')
    """
    return np.array([day.toordinal() - 719_163 for day in days], dtype="datetime64[D]")
