"""The firm's dated, signed cash items: what every facility is reduced to.

One item is one amount on one date with one kind, one label and one bearer. Items are stored as columns, so that a
programme of thousands of firms is a handful of arrays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.basics.days import Dates
from ipabs.errors import DataError, Finding, SpecError, finding, nearest

Kind = Literal["principal", "interest", "fee", "subsidy", "tax"]
Bearer = Literal["firm", "originator", "guarantor", "district", "vehicle"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BEARERS: tuple[Bearer, ...] = get_args(Bearer)


# A message names at most this many firms.
MOST_NAMES = 20


def unknown_firm(name: str, firms: Sequence[str]) -> Finding:
    """The finding that no firm is called so, with the nearest name or the first few.

    >>> unknown_firm("Firm 1", ["Firm 01", "Firm 02"]).message
    "no firm 'Firm 1'; did you mean 'Firm 01'?"
    """
    close = nearest(name, firms)
    return finding(
        "firm.unknown", "no firm {got!r}; {hint}", got=name, allowed=[close] if close else firms[:MOST_NAMES]
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CashItems:
    """Dated items of one or many firms in columns.

    Attributes
    ----------
    firms : tuple of str
        Ids; `firm` holds positions in it.
    contract_rates : FloatArray
        (firm,) the contract's stated annual rate; NaN where there is none.
    labels : tuple of str
        Names of the items; `label` holds positions in it.
    firm, kind, label, bearer : IntArray
        (item,) positions in `firms`, `KINDS`, `labels`, `BEARERS`.
    dates : DateArray
        (item,)
    amounts : FloatArray
        (item,) + is received by the firm. What another bearer pays is negative too, under that bearer.
    imputed : BoolArray
        (item,) true where no cash moves (a waived guarantee, the value of a warrant).
    currency : str

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.costs import Charge
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> year = bullet_need([1e6, 2e6], date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items = BankLoan(rate=0.06, day_count="equal_periods", appraisal=Charge(rate=0.005)).cash_items(year)
    >>> items.sums(items.is_kind("interest") & items.borne_by("firm"))
    array([ -60000., -120000.])
    >>> items.of_firms(["firm 2"]).table()[["amount", "kind", "label"]].values.tolist()[-1]
    [-10000.0, 'fee', 'appraisal']
    """

    firms: tuple[str, ...]
    contract_rates: FloatArray
    labels: tuple[str, ...]
    firm: IntArray
    dates: DateArray
    amounts: FloatArray
    kind: IntArray
    label: IntArray
    bearer: IntArray
    imputed: BoolArray
    currency: str = "CNY"

    def is_kind(self, kind: Kind) -> BoolArray:
        """Mask of the items of one kind."""
        return np.asarray(self.kind == KINDS.index(kind))

    def borne_by(self, bearer: Bearer) -> BoolArray:
        """Mask of the items that one bearer pays or receives."""
        return np.asarray(self.bearer == BEARERS.index(bearer))

    def labelled(self, labels: Iterable[str]) -> BoolArray:
        """Mask of the items that carry one of these labels."""
        named = set(labels)
        wanted = [at for at, name in enumerate(self.labels) if name in named]
        return np.isin(self.label, wanted)

    def where(self, mask: BoolArray) -> "CashItems":
        """The items under a mask; firms and labels stay as they are."""
        return replace(
            self,
            firm=self.firm[mask],
            dates=self.dates[mask],
            amounts=self.amounts[mask],
            kind=self.kind[mask],
            label=self.label[mask],
            bearer=self.bearer[mask],
            imputed=self.imputed[mask],
        )

    def of_firms(self, firms: Sequence[str]) -> "CashItems":
        """The items of some firms, in the order given; an unknown id is a `DataError`."""
        position = {name: at for at, name in enumerate(self.firms)}
        unknown = [name for name in firms if name not in position]
        if unknown:
            raise DataError(*(unknown_firm(name, self.firms) for name in unknown))
        kept = np.array([position[name] for name in firms], dtype=np.int64)
        renumbered = np.full(len(self.firms), -1, dtype=np.int64)
        renumbered[kept] = np.arange(len(kept))
        some = self.where(renumbered[self.firm] >= 0)
        return replace(some, firms=tuple(firms), contract_rates=self.contract_rates[kept], firm=renumbered[some.firm])

    def starts(self) -> DateArray:
        """(firm,) the date of each firm's first item."""
        # As integers: numpy takes minima of dates by group forty times slower.
        first = np.full(len(self.firms), np.iinfo(np.int64).max)
        np.minimum.at(first, self.firm, self.dates.astype(np.int64))
        return first.astype("datetime64[D]")

    def sums(self, mask: BoolArray | None = None, *, weights: FloatArray | float = 1.0) -> FloatArray:
        """(firm,) sums of ``weights * amounts`` over the items under a mask; `weights` is (item,)."""
        firm, amounts = self.firm, weights * self.amounts
        if mask is not None:
            firm, amounts = firm[mask], amounts[mask]
        return np.bincount(firm, weights=amounts, minlength=len(self.firms)).astype(np.float64)

    def table(self) -> pd.DataFrame:
        """The items as rows: firm, date, amount, kind, label, bearer, imputed."""
        return pd.DataFrame(
            {
                "firm": np.array(self.firms, dtype=object)[self.firm],
                "date": self.dates,
                "amount": self.amounts,
                "kind": np.array(KINDS, dtype=object)[self.kind],
                "label": np.array(self.labels, dtype=object)[self.label],
                "bearer": np.array(BEARERS, dtype=object)[self.bearer],
                "imputed": self.imputed,
            }
        )


def block(
    firms: Sequence[str],
    dates: Dates,
    amounts: ArrayLike,
    *,
    kind: Kind,
    label: str,
    bearer: Bearer = "firm",
    imputed: bool = False,
    currency: str = "CNY",
) -> CashItems:
    """Items of several loans with one kind, label and bearer.

    Parameters
    ----------
    firms : sequence of str
        (loan,) whose loan it is; a firm may have several.
    dates : dates
        (date,) shared by all loans, or (loan, date); nothing stands on a missing date (NaT).
    amounts : array_like
        Broadcasts to (loan, date); + is received by the firm.

    Examples
    --------
    >>> from datetime import date
    >>> block(["Firm 01"], [date(2024, 3, 20)], -91_250.0, kind="interest", label="interest").table()
          firm       date   amount      kind     label bearer  imputed
    0  Firm 01 2024-03-20 -91250.0  interest  interest   firm    False
    """
    days = np.asarray(dates, dtype="datetime64[D]")
    names, row = numbered(firms)
    shape = (len(firms), days.shape[-1])
    used = ~np.isnat(np.broadcast_to(days, shape))
    size = int(used.sum())
    return CashItems(
        firms=names,
        contract_rates=np.full(len(names), np.nan),
        labels=(label,),
        firm=np.broadcast_to(row[:, None], shape)[used],
        dates=np.broadcast_to(days, shape)[used],
        amounts=np.broadcast_to(np.asarray(amounts, dtype=np.float64), shape)[used],
        kind=np.full(size, KINDS.index(kind)),
        label=np.zeros(size, dtype=np.int64),
        bearer=np.full(size, BEARERS.index(bearer)),
        imputed=np.full(size, imputed),
        currency=currency,
    )


def numbered(names: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """The different names in order of appearance, and for each name its position among them.

    >>> numbered(["b", "a", "b"])
    (('b', 'a'), array([0, 1, 0]))
    """
    if len(set(names)) == len(names):
        return tuple(names), np.arange(len(names))
    position = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return tuple(position), np.array([position[name] for name in names], dtype=np.int64)


def join(parts: Iterable[CashItems]) -> CashItems:
    """All items together; a firm that stands in several parts is one firm.

    Its contract rate is the highest of its parts. Parts in different currencies are a `SpecError`.

    >>> from datetime import date
    >>> day = [date(2024, 3, 20)]
    >>> fee = block(["a"], day, -50.0, kind="fee", label="appraisal")
    >>> join([fee, block(["b", "a"], day, -7.0, kind="fee", label="registration")]).sums()
    array([-57.,  -7.])
    """
    some = tuple(parts)
    currencies = sorted({part.currency for part in some})
    if len(currencies) > 1:
        raise SpecError(
            finding(
                "currency.mixed", "items in {got} cannot be added up; convert them first", got=", ".join(currencies)
            )
        )
    firms, firm_maps = _unified([part.firms for part in some])
    labels, label_maps = _unified([part.labels for part in some])
    rates = np.full(len(firms), np.nan)
    for firm_map, part in zip(firm_maps, some, strict=True):
        rates[firm_map] = np.fmax(rates[firm_map], part.contract_rates)
    return CashItems(
        firms=firms,
        contract_rates=rates,
        labels=labels,
        firm=np.concatenate([m[part.firm] for m, part in zip(firm_maps, some, strict=True)]),
        dates=np.concatenate([part.dates for part in some]),
        amounts=np.concatenate([part.amounts for part in some]),
        kind=np.concatenate([part.kind for part in some]),
        label=np.concatenate([m[part.label] for m, part in zip(label_maps, some, strict=True)]),
        bearer=np.concatenate([part.bearer for part in some]),
        imputed=np.concatenate([part.imputed for part in some]),
        currency=currencies[0],
    )


def _unified(lists: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[IntArray]]:
    """All different names, and for each list the positions of its names among them; equal lists are read once."""
    first = lists[0]
    if all(names == first for names in lists):
        return first, [np.arange(len(first))] * len(lists)
    position = dict(zip(first, range(len(first)), strict=True))
    maps: dict[tuple[str, ...], IntArray] = {}
    for names in lists:
        if names not in maps:
            maps[names] = np.array([position.setdefault(name, len(position)) for name in names], dtype=np.int64)
    return tuple(position), [maps[names] for names in lists]


def drawn(items: CashItems) -> FloatArray:
    """(firm,) the principal each firm receives.

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> two = need.bullet_need([1e6, 2e6], date(2023, 3, 20), date(2024, 3, 20))
    >>> drawn(loan.BankLoan(rate=0.06).cash_items(two))
    array([1000000., 2000000.])
    """
    return items.sums(items.is_kind("principal") & (items.amounts > 0))


def yuan_years(items: CashItems) -> tuple[IntArray, DateArray, FloatArray]:
    """Firm, date and yuan-years outstanding (days / 365) in the period that ends on the date.

    One and two million for the 366 days to 20 March 2024; nothing is outstanding between two firms:

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> two = need.bullet_need([1e6, 2e6], date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> yuan_years(loan.BankLoan(rate=0.06).cash_items(two))[2].round(2)
    array([1002739.73,       0.  ,       0.  , 2005479.45,       0.  ])
    """
    money = items.where(items.is_kind("principal") | items.is_kind("interest"))
    drawing = np.where(money.is_kind("principal"), money.amounts, 0.0)
    order = np.lexsort((money.dates, money.firm))
    firm, dates, flows = money.firm[order], money.dates[order], drawing[order]
    balance = np.cumsum(flows)
    same = firm[1:] == firm[:-1]
    days = np.where(same, (dates[1:] - dates[:-1]).astype(np.int64), 0)
    # Each firm's drawings and repayments cancel, so the running sum over all firms restarts at zero.
    return firm[1:], dates[1:], balance[:-1] * days / 365
