"""The savings identity: what a facility saves against another, split into parts that add up.

One firm, two facilities of equal principal and repayment: B, the comparator, and S. With I the interest at the
contract rate, Φ all fees outside it whoever pays, φ the part the firm bears, U subsidy, X tax relief on I + φ less
taxable U, and L any linear operator (the sum, or a present value on one curve)::

    spread  A = L(I_B − I_S)                     carried  C = L[(Φ_S − φ_S) − (Φ_B − φ_B)]
    fees    B = L(Φ_B − Φ_S)                     subsidy  D = L(U_S − U_B)
                                                 tax      E = L(X_S − X_B)

Market saving = A + B, before subsidy = A + B + C, before tax = A + B + C + D, net = A + B + C + D + E, in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray, IntArray
from ipabs.errors import DataError, finding, refuse
from ipabs.financing.cash_items import BEARERS, KINDS, CashItems

PARTS = ("spread", "fees", "carried", "subsidy", "tax")
SUMS = ("market", "before_subsidy", "before_tax", "net")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cost:
    """What the firms' money costs, each part a linear reading of the items, + is a cost; (firm,) arrays.

    Attributes
    ----------
    principal : FloatArray
        Repayments less drawings: zero in a nominal sum.
    interest, fees, own_fees : FloatArray
        I, Φ and φ.
    carried_by_district, carried_imputed, imputed_by_district : FloatArray
        Of Φ − φ: what the district bears, what moves no cash, and both.
    subsidy, tax : FloatArray
        U and X, + is received by the firm.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> six = cost(loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year))
    >>> six.interest, six.total
    (array([60000.]), array([60000.]))
    """

    principal: FloatArray
    interest: FloatArray
    fees: FloatArray
    own_fees: FloatArray
    carried_by_district: FloatArray
    carried_imputed: FloatArray
    imputed_by_district: FloatArray
    subsidy: FloatArray
    tax: FloatArray

    @property
    def total(self) -> FloatArray:
        """(firm,) what the firm itself pays, net of subsidy and tax."""
        return self.principal + self.interest + self.own_fees - self.subsidy - self.tax


def cost(items: CashItems, weights: FloatArray | float = 1.0) -> Cost:
    """The cost of items under the linear operator Σ weight × amount; `weights` is (item,), one for a plain sum.

    What a million at 6 % costs where a payment of a year later counts nine tenths: 954,000 − 1,000,000.

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items = loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year)
    >>> cost(items, np.array([1.0, 0.9, 0.9])).total.round(2)
    array([-46000.])
    """
    # One pass over the items: a firm's sums stand side by side, one for each class.
    cell = items.firm * CLASSES + CLASS_OF[items.kind, items.bearer, items.imputed.astype(np.int64)]
    totals = np.bincount(cell, weights=weights * items.amounts, minlength=CLASSES * len(items.firms))
    sums: FloatArray = totals.astype(np.float64).reshape(-1, CLASSES).T
    principal, interest, own, other, other_imputed, district, district_imputed, subsidy, tax = sums
    return Cost(
        principal=-principal,
        interest=-interest,
        fees=-(own + other + other_imputed + district + district_imputed),
        own_fees=-own,
        carried_by_district=-(district + district_imputed),
        carried_imputed=-(other_imputed + district_imputed),
        imputed_by_district=-district_imputed,
        subsidy=subsidy,
        tax=tax,
    )


def _classes() -> IntArray:
    """(kind, bearer, imputed) the class of an item, in the order in which `cost` reads them."""
    table = np.empty((len(KINDS), len(BEARERS), 2), dtype=np.int64)
    for kind, number in (("principal", 0), ("interest", 1), ("subsidy", 7), ("tax", 8)):
        table[KINDS.index(kind)] = number
    table[KINDS.index("fee")] = (3, 4)
    table[KINDS.index("fee"), BEARERS.index("firm")] = 2
    table[KINDS.index("fee"), BEARERS.index("district")] = (5, 6)
    return table


CLASS_OF = _classes()
CLASSES = int(CLASS_OF.max()) + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Savings:
    """What each firm saves, in parts; + is a saving. All arrays are (firm,).

    Attributes
    ----------
    spread, fees, carried, subsidy, tax : FloatArray
        A to E, against the comparator cut to the facility's own repayment.
    profile : FloatArray
        The comparator as offered less the comparator re-cut: what the different repayment is worth.
    carried_by_district, carried_imputed, imputed_by_district : FloatArray
        Parts of `carried`.

    Examples
    --------
    2 % less interest, of which a letter of 0.8 % that the district carries is no saving of the market:

    >>> from datetime import date
    >>> from ipabs.financing import costs, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> letter = costs.Charge(rate=0.008, borne_by="district")
    >>> dear = cost(loan.BankLoan(rate=0.05, day_count="equal_periods").cash_items(year))
    >>> cheap = cost(loan.BankLoan(rate=0.03, day_count="equal_periods", guarantee=letter).cash_items(year))
    >>> parts = savings(("firm",), dear, dear, cheap)
    >>> parts.spread, parts.fees, parts.carried, parts.net
    (array([20000.]), array([-8000.]), array([8000.]), array([20000.]))
    >>> parts.market, parts.public_cost
    (array([12000.]), array([8000.]))
    """

    firms: tuple[str, ...]
    spread: FloatArray
    fees: FloatArray
    carried: FloatArray
    subsidy: FloatArray
    tax: FloatArray
    profile: FloatArray
    carried_by_district: FloatArray
    carried_imputed: FloatArray
    imputed_by_district: FloatArray

    @property
    def market(self) -> FloatArray:
        """A + B: what the market gives, all fees counted."""
        return self.spread + self.fees

    @property
    def before_subsidy(self) -> FloatArray:
        """A + B + C."""
        return self.market + self.carried

    @property
    def before_tax(self) -> FloatArray:
        """A + B + C + D."""
        return self.before_subsidy + self.subsidy

    @property
    def net(self) -> FloatArray:
        """A + B + C + D + E."""
        return self.before_tax + self.tax

    @property
    def with_profile(self) -> FloatArray:
        """The net saving and the part that comes from another repayment."""
        return self.net + self.profile

    @property
    def public_cost(self) -> FloatArray:
        """C borne by the district, plus all of D and E: tax is public money."""
        return self.carried_by_district + self.subsidy + self.tax

    @property
    def public_cash(self) -> FloatArray:
        """The public cost without what is imputed: a waived guarantee moves no cash."""
        return self.public_cost - self.imputed_by_district

    def programme(self) -> "Savings":
        """The sums over all firms."""
        arrays = {f.name: np.array([getattr(self, f.name).sum()]) for f in fields(self) if f.name != "firms"}
        return Savings(firms=("programme",), **arrays)

    def of_firms(self, firms: Iterable[str]) -> "Savings":
        """The rows of some firms."""
        at = [self.firms.index(name) for name in firms]
        arrays = {f.name: getattr(self, f.name)[at] for f in fields(self) if f.name != "firms"}
        return Savings(firms=tuple(self.firms[n] for n in at), **arrays)

    def table(self) -> pd.DataFrame:
        """One row a firm: the parts, their sums, the profile part and the public cost."""
        columns = (*PARTS, *SUMS, "profile", "public_cost", "carried_by_district", "carried_imputed")
        return pd.DataFrame({name: getattr(self, name) for name in columns}, index=pd.Index(self.firms, name="firm"))


def savings(firms: tuple[str, ...], own: Cost, recut: Cost, facility: Cost) -> Savings:
    """The parts of the saving of `facility` against a comparator, as offered (`own`) and `recut` to its repayment.

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> dear = cost(loan.BankLoan(rate=0.05, day_count="equal_periods").cash_items(year))
    >>> cheap = cost(loan.BankLoan(rate=0.03, day_count="equal_periods").cash_items(year))
    >>> savings(("firm",), dear, dear, cheap).net
    array([20000.])
    """
    return Savings(
        firms=firms,
        spread=recut.interest - facility.interest,
        fees=recut.fees - facility.fees,
        carried=(facility.fees - facility.own_fees) - (recut.fees - recut.own_fees),
        subsidy=facility.subsidy - recut.subsidy,
        tax=facility.tax - recut.tax,
        profile=own.total - recut.total,
        carried_by_district=facility.carried_by_district - recut.carried_by_district,
        carried_imputed=facility.carried_imputed - recut.carried_imputed,
        imputed_by_district=facility.imputed_by_district - recut.imputed_by_district,
    )


def implied_spread(size: float, saving: float, life: float) -> float:
    """Simple annual cost per yuan outstanding that a saving stands for: saving / (size × average life).

    It is not a difference of internal rates of return.

    Examples
    --------
    Nearly 15 million saved on 243 million, for average lives of one, two and three years:

    >>> [round(implied_spread(243e6, 15e6, life), 4) for life in (1, 2, 3)]
    [0.0617, 0.0309, 0.0206]
    """
    refuse(
        DataError,
        [
            finding("spread.positive", "{name} is {got}; it must be more than 0", got=value, name=name)
            for name, value in (("size", size), ("life", life))
            if not value > 0
        ],
    )
    return saving / (size * life)
