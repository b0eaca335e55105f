"""What firms need: an amount each, on one start date, repaid on one set of dates.

Firms that draw on the same day and repay in the same shares stand in one `Need`, so that a facility is worked out
for all of them at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.daycount import DayCount, year_fractions
from ipabs.basics.schedule import Frequency, months_of, regular_dates
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.obligation import ContractFlows, Obligation

PaymentFrequency = Frequency | Literal["at_maturity"]
Accrual = DayCount | Literal["equal_periods"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Need:
    """Money wanted by firms on the same dates.

    Attributes
    ----------
    firms : tuple of str
    principal : FloatArray
        (firm,) the amount each firm draws on `start`.
    start : date
    dates : tuple of date
        Payment dates in order; the last is maturity.
    shares : FloatArray
        (date,) the share of the principal repaid on each date; they add up to one.
    currency : str

    Examples
    --------
    >>> need = bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20))
    >>> [d.isoformat() for d in need.dates], need.average_life_years
    (['2023-03-20', '2023-06-20', '2023-09-20', '2023-12-20'], 1.0)
    """

    firms: tuple[str, ...]
    principal: FloatArray
    start: date
    dates: tuple[date, ...]
    shares: FloatArray
    currency: str = "CNY"

    def __post_init__(self) -> None:
        refuse(DataError, self.findings())

    def findings(self) -> Iterator[Finding]:
        """Firms without an amount or named twice, dates out of order, shares that do not repay everything."""
        if len(self.firms) != len(self.principal) or len(self.dates) != len(self.shares) or not self.dates:
            yield finding(
                "need.lengths",
                "{got}; every firm has one amount and every date one share",
                got=f"{len(self.firms)} firms, {len(self.principal)} amounts, {len(self.dates)} dates, "
                f"{len(self.shares)} shares",
            )
            return
        for name, count in Counter(self.firms).items():
            if count > 1:
                yield finding("need.twice", "{got} stands {count} times; join its amounts", got=name, count=count)
        for name, amount in zip(self.firms, self.principal, strict=True):
            if not 0 < amount < np.inf:
                yield finding("need.principal", "{firm} needs {got}; a principal is more than 0", got=amount, firm=name)
        steps = (self.start, *self.dates)
        for before, after in zip(steps, self.dates, strict=False):
            if after <= before:
                yield finding("need.dates", "payment date {got} does not come after {before}", got=after, before=before)
        if not abs(float(self.shares.sum()) - 1) < 1e-9:
            yield finding("need.shares", "the shares repaid add up to {got}, not to 1", got=float(self.shares.sum()))

    @property
    def maturity(self) -> date:
        """The last payment date."""
        return self.dates[-1]

    @property
    def opening_shares(self) -> FloatArray:
        """(date,) the share of the principal outstanding in the period that ends on each date."""
        return 1 - np.concatenate([[0.0], np.cumsum(self.shares)[:-1]])

    @property
    def average_life_years(self) -> float:
        """Weighted average life of the principal, in days / 365."""
        days = np.asarray(self.dates, dtype="datetime64[D]") - np.datetime64(self.start)
        return float(self.shares @ days.astype(np.float64)) / 365

    def accruals(self, day_count: Accrual) -> FloatArray:
        """(date,) fraction of a year from each date's predecessor to it."""
        return accruals((self.start, *self.dates[:-1]), self.dates, day_count)


def accruals(starts: Sequence[date], ends: Sequence[date], day_count: Accrual) -> FloatArray:
    """Year fractions of periods; ``equal_periods`` counts whole months and no days.

    >>> accruals([date(2022, 12, 20)], [date(2023, 3, 20)], "equal_periods")
    array([0.25])
    """
    if day_count == "equal_periods":
        return equal_years(np.asarray(starts, "datetime64[D]"), np.asarray(ends, "datetime64[D]"))
    return year_fractions(starts, ends, day_count)


def equal_years(starts: DateArray, ends: DateArray) -> FloatArray:
    """Years between dates with every month equal: Δmonths / 12 + Δdays / 360.

    A date moved to the last day of a shorter month counts as the day it was moved from.

    >>> equal_years(np.array(["2023-08-31"], "datetime64[D]"), np.array(["2024-02-29"], "datetime64[D]"))
    array([0.5])
    """
    start_month, end_month = starts.astype("datetime64[M]"), ends.astype("datetime64[M]")
    months = (end_month - start_month).astype(np.int64)
    days = (ends - end_month).astype(np.int64) - (starts - start_month).astype(np.int64)
    start_is_last = starts + 1 == (start_month + 1).astype("datetime64[D]")
    end_is_last = ends + 1 == (end_month + 1).astype("datetime64[D]")
    shortened = (end_is_last & (days < 0)) | (start_is_last & (days > 0))
    return np.asarray(months / 12 + np.where(shortened, 0, days) / 360)


def payment_dates(start: date, maturity: date, frequency: PaymentFrequency) -> tuple[date, ...]:
    """Payment dates counted back from maturity, no business-day shift; a stub, if any, comes first and is short.

    >>> [d.isoformat() for d in payment_dates(date(2024, 1, 15), date(2024, 9, 20), "quarterly")]
    ['2024-03-20', '2024-06-20', '2024-09-20']
    """
    if frequency == "at_maturity":
        return (maturity,)
    return regular_dates(start, maturity, months=months_of(frequency))[1:]


def bullet_need(
    principal: float | Sequence[float],
    start: date,
    maturity: date,
    *,
    frequency: PaymentFrequency = "quarterly",
    firms: Sequence[str] = (),
    currency: str = "CNY",
) -> Need:
    """A need repaid in one sum at maturity, with interest dates of `frequency`.

    Without `firms` they are called ``firm`` (one) or ``firm 1``, ``firm 2``, ….
    """
    amounts = np.atleast_1d(np.asarray(principal, dtype=np.float64))
    names = tuple(firms) or (("firm",) if len(amounts) == 1 else tuple(f"firm {n + 1}" for n in range(len(amounts))))
    dates = payment_dates(start, maturity, frequency)
    shares = np.zeros(len(dates))
    shares[-1] = 1
    return Need(firms=names, principal=amounts, start=start, dates=dates, shares=shares, currency=currency)


def contract_need(contract: Obligation, flows: ContractFlows | None = None, *, currency: str = "CNY") -> Need:
    """The need that a contract of a pool meets: its amount, dates and repayment; `flows` if they are worked out."""
    paid = contract.contract_flows() if flows is None else flows
    return Need(
        firms=(contract.obligor,),
        principal=np.array([float(contract.principal)]),
        start=contract.start,
        dates=tuple(paid.dates.tolist()),
        shares=paid.principal / contract.principal,
        currency=currency,
    )


def same_terms(need: Need) -> tuple[object, ...]:
    """What two needs must have in common to be worked out at once: dates, shares, currency."""
    return need.start, need.dates, need.shares.tobytes(), need.currency


def merged(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Needs on the same dates with the same shares put together; a firm that stands twice needs the sum."""
    groups: dict[tuple[object, ...], list[Need]] = {}
    for need in needs:
        groups.setdefault(same_terms(need), []).append(need)
    return tuple(_together(group) for group in groups.values())


def _together(group: list[Need]) -> Need:
    amounts: dict[str, float] = {}
    for need in group:
        for name, amount in zip(need.firms, need.principal.tolist(), strict=True):
            amounts[name] = amounts.get(name, 0.0) + amount
    return replace(group[0], firms=tuple(amounts), principal=np.array(list(amounts.values())))
