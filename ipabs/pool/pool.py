"""A pool: the obligations, and the parties that owe them."""

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.obligation import Obligation
from ipabs.pool.repayment import PooledFlows


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Obligations and their obligors.

    Attributes
    ----------
    obligations : tuple of Obligation
    parties : tuple of Party
        Every obligor, and guarantors that the obligations name.
    details : DataFrame
        What the tape says beyond contracts and parties (industry, IPC, appraised value, …), one row an obligation,
        indexed by its id.

    Raises
    ------
    DataError
        No obligation, an id that stands twice, an obligor that is no party, terms that do not fit each other.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=9_000_000, start=date(2022, 12, 20),
    ...                    maturity=date(2023, 12, 20), contract_rate=0.038, amortization="bullet")
    >>> Pool((loan,), (Party(id="F1", sector="AI"),)).principal
    9000000.0
    """

    obligations: tuple[Obligation, ...]
    parties: tuple[Party, ...]
    details: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def __post_init__(self) -> None:
        refuse(DataError, self.findings())

    def __repr__(self) -> str:
        firms = len({one.obligor for one in self.obligations})
        return f"Pool({len(self)} obligations of {firms} obligors, principal {self.principal:,.2f})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.to_frame().to_html(max_rows=20)}"

    def __len__(self) -> int:
        return len(self.obligations)

    @property
    def principal(self) -> float:
        """Sum of principal at the start."""
        return float(sum(one.principal for one in self.obligations))

    @property
    def ids(self) -> tuple[str, ...]:
        """Contract ids, in the order of the pool."""
        return tuple(one.id for one in self.obligations)

    def party(self, id: str) -> Party:
        """The party with that id."""
        for party in self.parties:
            if party.id == id:
                return party
        known = [party.id for party in self.parties]
        raise DataError(finding("pool.party", "the pool has no party {got!r}; {hint}", got=id, allowed=known))

    def select(self, ids: Iterable[str]) -> "Pool":
        """The obligations with these ids, in the order of the pool, and the parties they name.

        An id that the pool does not have is a `DataError`.

        >>> from datetime import date
        >>> from ipabs.pool.receivable import Receivable
        >>> bills = tuple(Receivable(id=f"R{k}", obligor="F1", face=100.0, start=date(2024, 1, 1),
        ...                          maturity=date(2025, 1, 1),
        ...                          discount_rate=0.0) for k in range(3))
        >>> Pool(bills, (Party(id="F1"),)).select(["R2", "R0"]).ids
        ('R0', 'R2')
        """
        wanted = set(ids)
        refuse(
            DataError,
            (
                finding("pool.no_obligation", "the pool has no obligation {got!r}; {hint}", got=id, allowed=self.ids)
                for id in sorted(wanted - set(self.ids))
            ),
        )
        kept = tuple(one for one in self.obligations if one.id in wanted)
        named = {one.obligor for one in kept} | {getattr(one, "guarantor", "") for one in kept}
        parties = tuple(party for party in self.parties if party.id in named)
        rows = [one.id for one in kept]
        return replace(
            self,
            obligations=kept,
            parties=parties,
            details=self.details.loc[rows] if len(self.details) else self.details,
        )

    def of_deal(self, deal: str) -> "Pool":
        """The obligations that the tape assigns to one deal; a deal without any is a `DataError`."""
        deals = [getattr(one, "deal", "") for one in self.obligations]
        if deal not in deals:
            template, known = "no obligation is assigned to deal {got!r}; {hint}", sorted({*deals} - {""})
            raise DataError(finding("pool.deal", template, got=deal, allowed=known))
        return self.select(one.id for one, its in zip(self.obligations, deals, strict=True) if its == deal)

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> PooledFlows:
        """Every obligation's schedule, flat; obligations of one kind are walked together if the kind can."""
        parts = []
        for kind in dict.fromkeys(map(type, self.obligations)):
            rows = np.array([k for k, one in enumerate(self.obligations) if type(one) is kind])
            mine = [self.obligations[k] for k in rows]
            together = getattr(kind, "pooled_flows", _one_by_one)
            flows = together(mine, indices)
            parts.append((rows[flows.row], flows.days, flows.interest, flows.principal, flows.balance))
        merged = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
        order = np.argsort(merged[0], kind="stable")
        return PooledFlows(*(array[order] for array in merged))

    def principals(self) -> FloatArray:
        """Principal at the start of each obligation."""
        return np.array([one.principal for one in self.obligations], dtype=np.float64)

    def to_frame(self, *, as_of: date | None = None) -> pd.DataFrame:
        """One row an obligation: terms, facts about the obligor, details; with `as_of`, months since and to go.

        Columns: obligor, kind, principal, start, maturity, contract_rate, amortization, deal, guarantor, sector,
        district, rating, then those of `details`; with `as_of` also ``age_months`` and ``remaining_months``
        (days · 12 / 365.25).
        """
        parties = {party.id: party for party in self.parties}
        rows = [
            {
                "obligor": one.obligor,
                "kind": getattr(type(one), "KIND", type(one).__name__),
                "principal": float(one.principal),
                "start": one.start,
                "maturity": getattr(one, "maturity", None),
                "contract_rate": _rate(one),
                "amortization": getattr(one, "amortization", ""),
                "deal": getattr(one, "deal", ""),
                "guarantor": getattr(one, "guarantor", ""),
                **{name: getattr(parties[one.obligor], name) for name in ("sector", "district", "rating")},
            }
            for one in self.obligations
        ]
        table = pd.DataFrame(rows, index=pd.Index(self.ids, name="id"))
        if as_of is not None:
            table["age_months"] = [(as_of - one.start).days * 12 / 365.25 for one in self.obligations]
            table["remaining_months"] = [
                (getattr(one, "maturity", as_of) - as_of).days * 12 / 365.25 for one in self.obligations
            ]
        if not len(self.details):
            return table
        return table.join(self.details.rename(columns={name: f"{name} (tape)" for name in table.columns}))

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong with the obligations, and between them and the parties."""
        if not self.obligations:
            yield finding("pool.empty", "a pool needs at least one obligation")
        for what, ids in (("obligations", self.ids), ("parties", [party.id for party in self.parties])):
            for name, count in Counter(ids).items():
                if count > 1:
                    yield finding(
                        "pool.id_twice", "id {got!r} stands {count} times", path=(what,), got=name, count=count
                    )
        known = {party.id for party in self.parties}
        for one in self.obligations:
            for found in getattr(one, "findings", tuple)():
                yield found.under("obligations", one.id)
            if one.obligor not in known:
                yield finding(
                    "pool.obligor",
                    "obligation {id}: no party {got!r}; {hint}",
                    path=("obligations", one.id, "obligor"),
                    got=one.obligor,
                    allowed=sorted(known),
                    id=one.id,
                )
            guarantor = getattr(one, "guarantor", "")
            if guarantor and guarantor not in known:
                yield finding(
                    "pool.guarantor",
                    "obligation {id}: its guarantor {got!r} is no party; {hint}",
                    path=("obligations", one.id, "guarantor"),
                    got=guarantor,
                    allowed=sorted(known),
                    id=one.id,
                )


def column_faults(table: pd.DataFrame, wanted: Iterable[tuple[str, str, bool]]) -> Iterator[Finding]:
    """Columns that a pool's table does not have, or that hold no numbers where numbers are wanted.

    Each of `wanted` is the name of the rule, its column, and whether it needs a number in every row.

    >>> table = pd.DataFrame({"sector": ["AI"], "age": [None]})
    >>> print(*column_faults(table, [("young", "agee", True)]))
    young: the pool's table has no column 'agee'; did you mean 'age'?
    """
    for name, column, numbers in wanted:
        if column not in table:
            allowed = [str(one) for one in table.columns]
            template = "the pool's table has no column {got!r}; {hint}"
            yield finding("pool.column", template, path=(name,), got=column, allowed=allowed)
        elif numbers and not pd.api.types.is_numeric_dtype(table[column]):
            yield finding("pool.numbers", "column {got!r} holds no numbers", path=(name,), got=column)
        elif numbers and (empty := int(table[column].isna().sum())):
            template = "column {got!r} is empty for {count} contracts"
            yield finding("pool.empty_cells", template, path=(name,), got=column, count=empty)


def _rate(one: Obligation) -> float:
    """The stated rate a year of an obligation, whatever its kind calls it."""
    for name in ("contract_rate", "lease_rate", "discount_rate"):
        if (rate := getattr(one, name, None)) is not None:
            return float(rate)
    return float("nan")


def _one_by_one(obligations: Sequence[Obligation], indices: Sequence[IndexHistory]) -> PooledFlows:
    flows = [one.contract_flows(indices) for one in obligations]
    row = np.repeat(np.arange(len(flows)), [len(one) for one in flows])
    names = ("dates", "interest", "principal", "balance")
    return PooledFlows(row, *(np.concatenate([getattr(one, name) for one in flows]) for name in names))
