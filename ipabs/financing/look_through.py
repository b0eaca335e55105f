"""Look through the contract rate: what the interest that the firms pay is spent on inside the vehicle."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.errors import DataError, finding


class PaidLedger(Protocol):
    """A ledger, as far as the memo reads it.

    Anything with a deal, collections and what was paid to each claim, (path, period):

    >>> from types import SimpleNamespace as Some
    >>> fees, tranches = [Some(name="vat"), Some(name="custodian")], [Some(name="A", residual=False)]
    >>> paid = {"A.interest": [[40.0, 40.0]], "vat": [[2.0, 1.0]], "custodian": [[3.0, 3.0]]}
    >>> ledger: PaidLedger = Some(deal=Some(fees=fees, tranches=tranches), paid=lambda claim: np.array(paid[claim]),
    ...     collections=Some(interest=np.array([[55.0, 45.0]])))
    >>> float(ledger.paid("A.interest").sum())
    80.0
    """

    @property
    def deal(self) -> Any: ...
    @property
    def collections(self) -> Any: ...
    def paid(self, claim: str) -> FloatArray:
        """(path, period) cash paid to a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookThrough:
    """The contract interest collected, split by where it went; nominal sums, averages over paths.

    ``interest = coupon + vehicle_costs + vat + residual``; the residual is what the holder of the last tranche, the
    accounts and the principal's claims keep, and is negative where a support paid interest.

    >>> memo = LookThrough(interest=100.0, coupon=82.0, vehicle_costs=6.0, vat=3.0)
    >>> memo.residual, memo.table()["share"].round(2).to_dict()
    (9.0, {'coupon': 0.82, 'vehicle_costs': 0.06, 'vat': 0.03, 'residual': 0.09})
    """

    interest: float
    coupon: float
    vehicle_costs: float
    vat: float

    @property
    def residual(self) -> float:
        """What is left of the interest."""
        return self.interest - self.coupon - self.vehicle_costs - self.vat

    def table(self) -> pd.DataFrame:
        """Amounts and shares of the interest."""
        amounts = {
            "coupon": self.coupon,
            "vehicle_costs": self.vehicle_costs,
            "vat": self.vat,
            "residual": self.residual,
        }
        shares = [amount / self.interest for amount in amounts.values()]
        return pd.DataFrame({"amount": list(amounts.values()), "share": shares}, index=pd.Index(amounts, name="use"))


def look_through(ledger: PaidLedger, *, vat_fees: tuple[str, ...] = ("vat",)) -> LookThrough:
    """The memo of a deal: investors' coupon, vehicle costs, VAT and residual out of the interest collected.

    Parameters
    ----------
    vat_fees : tuple of str
        Names of the fees that are taxes.

    Examples
    --------
    Of 100 of interest, 80 go to investors, 6 to the custodian, 3 are tax:

    >>> from types import SimpleNamespace as Some
    >>> fees, tranches = [Some(name="vat"), Some(name="custodian")], [Some(name="A", residual=False)]
    >>> paid = {"A.interest": [[40.0, 40.0]], "vat": [[2.0, 1.0]], "custodian": [[3.0, 3.0]]}
    >>> ledger = Some(deal=Some(fees=fees, tranches=tranches), paid=lambda claim: np.array(paid[claim]),
    ...     collections=Some(interest=np.array([[55.0, 45.0]])))
    >>> memo = look_through(ledger)
    >>> memo.coupon, memo.vehicle_costs, memo.vat, memo.residual
    (80.0, 6.0, 3.0, 11.0)
    """
    interest = _total(np.asarray(ledger.collections.interest))
    if not interest > 0:
        raise DataError(finding("look_through.interest", "the pool collected no interest to look through"))
    names = [fee.name for fee in ledger.deal.fees]
    return LookThrough(
        interest=interest,
        coupon=sum(_total(ledger.paid(f"{t.name}.interest")) for t in ledger.deal.tranches if not t.residual),
        vehicle_costs=sum(_total(ledger.paid(name)) for name in names if name not in vat_fees),
        vat=sum(_total(ledger.paid(name)) for name in names if name in vat_fees),
    )


def _total(amounts: FloatArray) -> float:
    """Sum over periods, mean over paths."""
    return float(np.atleast_2d(amounts).sum(axis=1).mean())
