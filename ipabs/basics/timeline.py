"""The time line of a deal: what is collected in, accrued over and paid on which dates.

Period 0 is the first payment date. It collects from the cut-off date, so it may hold several months, and accrues from
closing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ipabs._typing import IntArray
from ipabs.basics.daycount import DayCount, accrual_fraction
from ipabs.basics.days import Dates, whole_days
from ipabs.errors import Finding, SpecError, finding, refuse

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The dates of T periods.

    Attributes
    ----------
    cut_off : date
        Collections after this date belong to the deal.
    closing : date
        Interest of the first period accrues from this date.
    collection_ends : tuple of date
        Last day of each collection period.
    accrual_ends : tuple of date
        Unadjusted payment dates, at which interest periods end.
    payments : tuple of date
        Payment dates, moved to business days.

    Raises
    ------
    SpecError
        With every finding: no periods, tuples of different lengths, dates that do not rise, a cut-off after closing, a
        first date that is not after cut-off or closing, money paid before it is collected.

    Examples
    --------
    >>> line = Timeline(
    ...     cut_off=date(2024, 2, 29), closing=date(2024, 3, 28),
    ...     collection_ends=(date(2024, 6, 20), date(2024, 9, 20)),
    ...     accrual_ends=(date(2024, 6, 28), date(2024, 9, 28)),
    ...     payments=(date(2024, 6, 28), date(2024, 9, 30)))
    >>> line.periods, line.accrual_fractions("ACT/365F")
    (2, (Fraction(92, 365), Fraction(92, 365)))
    >>> line.period_of(["2024-02-29", "2024-03-01", "2024-06-20", "2024-06-21", "2024-09-21"])
    array([-1,  0,  0,  1,  2])
    """

    cut_off: date
    closing: date
    collection_ends: tuple[date, ...]
    accrual_ends: tuple[date, ...]
    payments: tuple[date, ...]

    def __post_init__(self) -> None:
        refuse(SpecError, self.findings())

    @property
    def periods(self) -> int:
        """T, the number of payment dates."""
        return len(self.payments)

    @property
    def collection_starts(self) -> tuple[date, ...]:
        """The day after which each collection period begins: cut-off, then the previous end."""
        return (self.cut_off, *self.collection_ends[:-1])

    @property
    def accrual_starts(self) -> tuple[date, ...]:
        """First day of each interest period: closing, then the previous unadjusted payment date."""
        return (self.closing, *self.accrual_ends[:-1])

    def accrual_period(self, t: int) -> tuple[date, date]:
        """Interest period `t` as [start, end)."""
        return self.accrual_starts[t], self.accrual_ends[t]

    def collection_period(self, t: int) -> tuple[date, date]:
        """Collection period `t` as (start, end]."""
        return self.collection_starts[t], self.collection_ends[t]

    def period_of(self, dates: Dates) -> IntArray:
        """The period whose collections hold each date: -1 on or before cut-off, T after the last end.

        Shape as `dates`.
        """
        days = whole_days(dates)
        ends = np.array(self.collection_ends, dtype="datetime64[D]")
        found = np.searchsorted(ends, days, side="left")
        return np.where(days <= np.datetime64(self.cut_off), -1, found).astype(np.int64)

    def period_on_or_after(self, day: date) -> int:
        """The first period that pays on or after `day`, T if none does.

        A date counts as reached by the unadjusted or by the moved payment date, so an expected maturity may be stated
        either way.

        >>> days, paid = (date(2024, 6, 28), date(2024, 9, 28)), (date(2024, 6, 28), date(2024, 9, 30))
        >>> line = Timeline(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=days,
        ...                 accrual_ends=days, payments=paid)
        >>> line.period_on_or_after(date(2024, 9, 30)), line.period_on_or_after(date(2024, 10, 1))
        (1, 2)
        """
        reached = (t for t in range(self.periods) if day <= max(self.accrual_ends[t], self.payments[t]))
        return next(reached, self.periods)

    def accrual_fractions(self, day_count: DayCount) -> tuple[Fraction, ...]:
        """Year fraction of each interest period, exact; the last accrual end is the termination date."""
        return self._fractions(self.accrual_starts, self.accrual_ends, day_count)

    def collection_fractions(self, day_count: DayCount) -> tuple[Fraction, ...]:
        """Year fraction of each collection period, exact, for fees stated over it."""
        return self._fractions(self.collection_starts, self.collection_ends, day_count)

    def _fractions(self, starts: tuple[date, ...], ends: tuple[date, ...], day_count: DayCount) -> tuple[Fraction, ...]:
        return tuple(
            accrual_fraction(start, end, day_count, termination=ends[-1])
            for start, end in zip(starts, ends, strict=True)
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row a period, with the five dates as columns."""
        import pandas as pd

        columns = {
            "collection_start": self.collection_starts,
            "collection_end": self.collection_ends,
            "accrual_start": self.accrual_starts,
            "accrual_end": self.accrual_ends,
            "payment": self.payments,
        }
        frame = pd.DataFrame({name: pd.to_datetime(pd.Series(dates)) for name, dates in columns.items()})
        return frame.rename_axis("period")

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong with the dates."""
        lists = {
            "collection_ends": self.collection_ends,
            "accrual_ends": self.accrual_ends,
            "payments": self.payments,
        }
        lengths = {name: len(dates) for name, dates in lists.items()}
        if not all(lengths.values()):
            yield finding("timeline.empty", "a time line needs at least one period", got=min(lengths.values()))
            return
        if len(set(lengths.values())) > 1:
            yield finding("timeline.lengths", "the lists of dates differ in length: {got}", got=lengths)
        if self.cut_off > self.closing:
            yield finding(
                "timeline.cut_off",
                "cut-off {got} is after closing {closing}",
                path=("cut_off",),
                got=self.cut_off,
                closing=self.closing,
            )
        yield from _not_rising("collection_ends", (self.cut_off, *self.collection_ends))
        yield from _not_rising("accrual_ends", (self.closing, *self.accrual_ends))
        yield from _not_rising("payments", (self.closing, *self.payments))
        for t, (end, payment) in enumerate(zip(self.collection_ends, self.payments, strict=False)):
            if end > payment:
                yield finding(
                    "timeline.uncollected",
                    "collections end on {got}, after the payment date {payment}",
                    path=("collection_ends", t),
                    got=end,
                    payment=payment,
                )


def _not_rising(name: str, dates: tuple[date, ...]) -> Iterator[Finding]:
    """Dates that are not after the one before; the first of `dates` is the start of the list."""
    for t, (before, day) in enumerate(pairwise(dates)):
        if day <= before:
            yield finding("timeline.order", "{got} is not after {before}", path=(name, t), got=day, before=before)
