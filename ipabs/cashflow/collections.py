"""Collections: what a pool of obligations pays, on every path and in every period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.panel import Panel, Series, by_path_and_period, path_count_faults
from ipabs.cashflow.trustee_table import table_series
from ipabs.errors import DataError, Finding, finding, refuse

CASH = ("interest", "principal", "prepayment", "recovery", "guarantee", "other")
ROWS = (*CASH, "defaulted", "capitalized", "performing", "delinquent")
ROW = {name: row for row, name in enumerate(ROWS)}

# A balance or flow this close to zero, relative to the opening balance, is the rounding residue of float arithmetic.
RESIDUE = 1e-9


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Collections:
    """What a pool pays on every path and period, with its balances.

    Flows and closing balances are ``(path, period)`` and ≥ 0; a flat series is one path, one path stands for all,
    a number for every period. `principal` is scheduled principal, `prepayment` what comes beyond it, `defaulted` the
    balance that left the pool unpaid (no cash), `capitalized` interest that was added to the balance in place of being
    paid (no cash, and no part of `interest`). Period by period

    ``opening + opening_delinquent + capitalized - principal - prepayment - defaulted = performing + delinquent``

    where each period opens with the balances the one before closed with.

    Parameters
    ----------
    timeline : Timeline
        The periods; period 0 is the first payment date.
    interest, principal, prepayment, recovery, guarantee, other, defaulted, capitalized : array_like, default 0
        Amounts of each period.
    opening, opening_delinquent : array_like, default 0
        ``(path,)`` performing and delinquent balance at the cut-off date.
    performing : array_like, optional
        Closing performing balance; left out, it follows from the identity.
    delinquent : array_like, default 0
        Closing delinquent balance.

    Raises
    ------
    DataError
        Every series with a wrong shape, a value that is not finite or negative, and the first period in which
        the balances do not roll forward.

    Notes
    -----
    Held as one read-only block ``(row, period, path)`` in the order of `ROWS`, the layout the engine reads; the named
    series are views of it. Amounts between 0 and ``-1e-9`` of the opening balance are float residue, stored as 0.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.basics.timeline import Timeline
    >>> days = (date(2024, 6, 20), date(2024, 9, 20))
    >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28),
    ...                 collection_ends=days, accrual_ends=days, payments=days)
    >>> pool = Collections(line, interest=[3.0, 1.5], principal=[60.0, 40.0], opening=100.0)
    >>> pool.performing
    array([[40.,  0.]])
    >>> pool.total
    array([[63. , 41.5]])
    """

    timeline: Timeline
    block: FloatArray
    opening: FloatArray
    opening_delinquent: FloatArray

    def __init__(
        self,
        timeline: Timeline,
        *,
        interest: ArrayLike = 0.0,
        principal: ArrayLike = 0.0,
        prepayment: ArrayLike = 0.0,
        recovery: ArrayLike = 0.0,
        guarantee: ArrayLike = 0.0,
        other: ArrayLike = 0.0,
        defaulted: ArrayLike = 0.0,
        capitalized: ArrayLike = 0.0,
        opening: ArrayLike = 0.0,
        opening_delinquent: ArrayLike = 0.0,
        performing: ArrayLike | None = None,
        delinquent: ArrayLike = 0.0,
    ) -> None:
        given = {
            "interest": interest,
            "principal": principal,
            "prepayment": prepayment,
            "recovery": recovery,
            "guarantee": guarantee,
            "other": other,
            "defaulted": defaulted,
            "capitalized": capitalized,
            "performing": 0.0 if performing is None else performing,
            "delinquent": delinquent,
        }
        openings = {"opening": opening, "opening_delinquent": opening_delinquent}
        block, starts = _assemble(timeline, given, openings)
        start = starts[0] + starts[1]
        residue = RESIDUE * np.maximum(start, 1.0)
        gone = block[ROW["principal"]] + block[ROW["prepayment"]] + block[ROW["defaulted"]] - block[ROW["capitalized"]]
        balance = start - np.cumsum(gone, axis=0)
        if performing is None:
            block[ROW["performing"]] = balance - block[ROW["delinquent"]]
        np.copyto(block, 0.0, where=(block < 0) & (block >= -residue))
        found = _negative(timeline, block)
        if not found and performing is not None:
            found = _roll_forward(timeline, balance, block[ROW["performing"]] + block[ROW["delinquent"]], residue)
        refuse(DataError, found)
        self._keep(timeline, block, starts[0], starts[1])

    def _keep(self, timeline: Timeline, block: FloatArray, opening: FloatArray, opening_delinquent: FloatArray) -> None:
        for array in (block, opening, opening_delinquent):
            array.flags.writeable = False
        object.__setattr__(self, "timeline", timeline)
        object.__setattr__(self, "block", block)
        object.__setattr__(self, "opening", opening)
        object.__setattr__(self, "opening_delinquent", opening_delinquent)

    @classmethod
    def from_block(
        cls, timeline: Timeline, block: FloatArray, opening: FloatArray, opening_delinquent: FloatArray
    ) -> Self:
        """Take over a block ``(row, period, path)`` whose identity holds by construction, unchecked and uncopied.

        For producers of many paths; the arrays become read-only.
        """
        made = cls.__new__(cls)
        made._keep(timeline, block, opening, opening_delinquent)
        return made

    @classmethod
    def stack(cls, parts: Iterable[Self]) -> Self:
        """The paths of several collections on one timeline, one after the other.

        >>> from datetime import date
        >>> days = (date(2024, 6, 20),)
        >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days,
        ...                 accrual_ends=days,
        ...                 payments=days)
        >>> Collections.stack([Collections(line, interest=3.0), Collections(line, interest=[[1.0], [2.0]])]).interest
        array([[3.],
               [1.],
               [2.]])
        """
        pieces = tuple(parts)
        if not pieces or any(piece.timeline != pieces[0].timeline for piece in pieces):
            raise DataError(finding("collections.stack", "only collections of one timeline can be stacked"))
        return cls.from_block(
            pieces[0].timeline,
            np.concatenate([piece.block for piece in pieces], axis=2),
            np.concatenate([piece.opening for piece in pieces]),
            np.concatenate([piece.opening_delinquent for piece in pieces]),
        )

    @classmethod
    def from_frame(
        cls,
        timeline: Timeline,
        frame: pd.DataFrame,
        *,
        opening: float,
        opening_delinquent: float = 0.0,
        columns: Mapping[str, str] | None = None,
    ) -> Self:
        """Collections from a trustee's own table, one row a period.

        Parameters
        ----------
        frame : DataFrame
            A column ``date`` (or an index of dates) that runs through the timeline's collection ends or its payment
            dates, and columns named like the series, a unit in brackets allowed (``interest [CNY]``).
        opening, opening_delinquent : float
            Balances at the cut-off date.
        columns : mapping, optional
            Names of the table's columns to names of series, for tables with headings of their own.

        Raises
        ------
        DataError
            Unknown columns, the first row whose date differs, and whatever is wrong with the series.

        Examples
        --------
        >>> from datetime import date
        >>> days = (date(2024, 6, 20), date(2024, 9, 20))
        >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days,
        ...                 accrual_ends=days,
        ...                 payments=days)
        >>> frame = pd.DataFrame({"date": days, "principal [CNY]": [60.0, 40.0]})
        >>> Collections.from_frame(line, frame, opening=100.0).performing
        array([[40.,  0.]])
        """
        series = table_series(timeline, frame, ROWS, columns or {})
        return cls(timeline, opening=opening, opening_delinquent=opening_delinquent, **series)

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return int(self.block.shape[2])

    def series(self, name: str) -> FloatArray:
        """The series `name`, one of `ROWS`, ``(path, period)``."""
        rows: FloatArray = self.block[ROW[name]]
        return rows.T

    @property
    def interest(self) -> FloatArray:
        """Interest received."""
        return self.series("interest")

    @property
    def principal(self) -> FloatArray:
        """Scheduled principal received."""
        return self.series("principal")

    @property
    def prepayment(self) -> FloatArray:
        """Principal received ahead of schedule."""
        return self.series("prepayment")

    @property
    def recovery(self) -> FloatArray:
        """Cash recovered on defaulted obligations."""
        return self.series("recovery")

    @property
    def guarantee(self) -> FloatArray:
        """Cash received from guarantors."""
        return self.series("guarantee")

    @property
    def other(self) -> FloatArray:
        """Other cash: penalties, deposits, income on balances."""
        return self.series("other")

    @property
    def defaulted(self) -> FloatArray:
        """Balance that defaulted in the period; no cash."""
        return self.series("defaulted")

    @property
    def capitalized(self) -> FloatArray:
        """Interest added to the balance in the period; no cash."""
        return self.series("capitalized")

    @property
    def performing(self) -> FloatArray:
        """Closing performing balance."""
        return self.series("performing")

    @property
    def delinquent(self) -> FloatArray:
        """Closing delinquent balance."""
        return self.series("delinquent")

    @property
    def total(self) -> FloatArray:
        """All cash of each period: interest, principal, prepayment, recovery, guarantee and other."""
        cash = np.zeros(self.block.shape[1:])
        for row in range(len(CASH)):
            cash += self.block[row]
        return cash.T

    def path(self, number: int) -> "Collections":
        """One path alone."""
        at = [number]
        return Collections.from_block(
            self.timeline, self.block[:, :, at], self.opening[at], self.opening_delinquent[at]
        )

    def to_panel(self, unit: str = "") -> Panel:
        """All series as a panel, `unit` being the currency."""
        return Panel(self.timeline, tuple(Series(name=row, values=self.series(row), unit=unit) for row in ROWS))

    def to_frame(self, path: int = 0, *, unit: str = "CNY") -> pd.DataFrame:
        """One path as a table over the payment dates, the currency in the headings."""
        return self.path(path).to_panel(unit).to_frame()


def _assemble(
    timeline: Timeline, given: Mapping[str, ArrayLike], openings: Mapping[str, ArrayLike]
) -> tuple[FloatArray, list[FloatArray]]:
    """The block of all series, and the opening balances ``(path,)``."""
    found: list[Finding] = []
    arrays: dict[str, FloatArray] = {}
    for name, values in given.items():
        arrays[name], faults = by_path_and_period(name, values, timeline)
        found += faults
    starts: dict[str, FloatArray] = {}
    for name, values in openings.items():
        starts[name], faults = _opening(name, values)
        found += faults
    paths = max(len(array) for array in (*arrays.values(), *starts.values()))
    for name, array in (arrays | starts).items():
        found += path_count_faults(name, len(array), paths)
    refuse(DataError, found)
    block = np.empty((len(ROWS), timeline.periods, paths))
    for row, name in enumerate(ROWS):
        block[row] = arrays[name].T
    return block, [np.array(np.broadcast_to(start, paths)) for start in starts.values()]


def _opening(name: str, values: ArrayLike) -> tuple[FloatArray, list[Finding]]:
    try:
        array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        array = np.array([np.nan])
    if array.ndim == 1 and len(array) and bool((np.isfinite(array) & (array >= 0)).all()):
        return array, []
    template = "{series} is {got}; wanted one amount of 0 or more a path"
    return np.zeros(1), [finding("collections.opening", template, path=(name,), got=values, series=name)]


def _negative(timeline: Timeline, block: FloatArray) -> list[Finding]:
    """The first negative amount of each series."""
    found = []
    for name, rows in zip(ROWS, block, strict=True):
        if rows.min() < 0:
            period, path = (int(i) for i in np.argwhere(rows < 0)[0])
            found.append(
                finding(
                    "collections.negative",
                    "{series} is negative, {got}, in period {period} ({date}), path {number}",
                    path=(name, period),
                    got=f"{rows[period, path]:.2f}",
                    series=name,
                    period=period,
                    date=timeline.payments[period],
                    number=path,
                )
            )
    return found


def _roll_forward(timeline: Timeline, balance: FloatArray, closing: FloatArray, residue: FloatArray) -> list[Finding]:
    """The first period whose closing balances are not what the flows leave."""
    off = np.argwhere(np.abs(balance - closing) > residue)
    if not len(off):
        return []
    period, path = (int(i) for i in off[0])
    return [
        finding(
            "collections.roll_forward",
            "performing + delinquent is {got} at the end of period {period} ({date}), path {number}; "
            "opening + capitalized - principal - prepayment - defaulted leaves {left}",
            path=("performing", period),
            got=f"{closing[period, path]:.2f}",
            period=period,
            date=timeline.payments[period],
            number=path,
            left=f"{balance[period, path]:.2f}",
        )
    ]
