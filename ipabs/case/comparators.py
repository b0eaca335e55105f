"""Ways to get money that a case compares with; the loan whose rate stands on the firm tape."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

from ipabs.basics.units import Count
from ipabs.financing.costs import Charge, Timing
from ipabs.financing.facility import Certainty
from ipabs.financing.loan import BankLoan
from ipabs.financing.periods import Accrual
from ipabs.financing.repayment import Repayment


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLoan:
    """The loan each firm could have had: its rate and its yearly guarantee fee stand on the firm tape."""

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "quoted_loan"

    name: str
    day_count: Annotated[Accrual, "year fraction of interest"] = "ACT/360"
    repayment: Annotated[Repayment, "like_obligation takes dates and shares of the contract"] = "like_obligation"
    guarantee_timing: Annotated[Timing, "when the guarantee fee is paid"] = "yearly_in_advance"
    appraisal: Charge | None = None
    days_to_money: Annotated[Count | None, "days from application to money"] = None
    certainty: Annotated[Certainty | None, "how sure the money is"] = None

    def at(self, rate: float, fees: float) -> BankLoan:
        """The loan at a firm's quoted rate and guarantee fee a year."""
        return BankLoan(
            rate=rate,
            day_count=self.day_count,
            repayment=self.repayment,
            guarantee=Charge(rate=fees, timing=self.guarantee_timing) if fees else None,
            appraisal=self.appraisal,
            days_to_money=self.days_to_money,
            certainty=self.certainty,
        )


class Comparator(Protocol):
    """A way to get money that a case compares with: terms with a name, the package's or a user's own."""

    @property
    def name(self) -> str: ...
