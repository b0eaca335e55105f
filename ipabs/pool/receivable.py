"""Supply-chain receivables bought at a discount."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import numpy as np

from ipabs.basics.daycount import DayCount, year_fraction
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.units import Money, Rate
from ipabs.errors import Finding, finding
from ipabs.pool.contract import naming_findings
from ipabs.pool.obligation import ContractFlows, day_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """A supply-chain receivable bought at a discount: the buyer pays less than `face` now and receives it when due.

    The price is ``face · (1 - discount_rate · years)``; what the receivable brings beyond it is interest.

    Examples
    --------
    >>> bill = Receivable(id="R1", obligor="F1", face=5_000_000, start=date(2024, 3, 28), maturity=date(2024, 9, 24),
    ...                   discount_rate=0.05)
    >>> bill.principal, bill.contract_flows().interest      # 180 days / 360
    (4875000.0, array([125000.]))
    """

    KIND: ClassVar[str] = "receivable"

    id: Annotated[str, "number of the receivable, unique in the tape"]
    obligor: Annotated[str, "id of the debtor"]
    face: Annotated[Money, "what the debtor owes when due"]
    start: Annotated[date, "the day it is bought"]
    maturity: Annotated[date, "the day it is due"]
    discount_rate: Annotated[Rate, "discount a year, on the face"]
    day_count: Annotated[DayCount, "year fraction of the discount"] = "ACT/360"
    supplier: Annotated[str, "id of the party that sold it"] = ""
    deal: Annotated[str, "the deal that holds the receivable"] = ""
    guarantor: Annotated[str, "id of the party that guarantees it"] = ""

    @property
    def principal(self) -> float:
        """The price paid."""
        return self.face * (1 - self.discount_rate * year_fraction(self.start, self.maturity, self.day_count))

    def findings(self) -> Iterator[Finding]:
        """No id, a due date that is past, a negative discount or one of all the face."""
        yield from naming_findings(self.id, self.obligor)
        if self.maturity <= self.start:
            template = "maturity {got} is not after the start {start}"
            yield finding("contract.maturity", template, path=("maturity",), got=self.maturity, start=self.start)
        elif not self.discount_rate >= 0:
            template = "a discount of {got} a year; it must be 0 or more"
            path = ("discount_rate",)
            yield finding("receivable.negative", template, path=path, got=f"{self.discount_rate:.2%}")
        elif not self.principal > 0:
            template = "a discount of {got} a year leaves no price"
            yield finding("receivable.discount", template, path=("discount_rate",), got=f"{self.discount_rate:.2%}")

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """The face when due: the price as principal, the discount as interest."""
        price = self.principal
        return ContractFlows(
            dates=day_numbers([self.maturity]),
            interest=np.array([self.face - price]),
            principal=np.array([price]),
            balance=np.zeros(1),
        )
