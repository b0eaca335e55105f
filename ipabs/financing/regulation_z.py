"""The annual percentage rate of the United States: Regulation Z, 12 CFR part 1026, appendix J, the actuarial method.

A nominal rate: the rate of a unit-period times the number of unit-periods in a year.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np

from ipabs.basics.schedule import add_months, month_end
from ipabs.errors import DataError, finding, refuse
from ipabs.financing.dated_amounts import Dated, balancing_rate, dated_faults, months_back, whole_months


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeriod:
    """The period whose rate is multiplied: `count` days, weeks, semimonths, months or years (appendix J, (b)(4)).

    >>> fortnight = UnitPeriod(unit="week", count=2)
    >>> fortnight.per_year, fortnight.days
    (26.0, 14)
    """

    unit: Literal["day", "week", "semimonth", "month", "year"]
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            template = "a unit-period of {got} {unit}s; it is at least one"
            raise DataError(finding("apr.unit_period", template, got=self.count, unit=self.unit))

    @property
    def per_year(self) -> float:
        """Unit-periods in a year, (b)(5)."""
        return {"day": 365, "week": 52, "semimonth": 24, "month": 12, "year": 1}[self.unit] / self.count

    @property
    def days(self) -> int:
        """Nominal length, with months of 30 days."""
        return {"day": 1, "week": 7, "semimonth": 15, "month": 30, "year": 365}[self.unit] * self.count


def regulation_z_apr(advances: Dated, payments: Dated, *, unit_period: UnitPeriod | None = None) -> float:
    """Nominal annual percentage rate under Regulation Z, appendix J.

    Solves Σ A / ((1 + e i)(1 + i)^q) = Σ P / ((1 + f i)(1 + i)^t), the general equation of (b)(8), for the rate i of
    a unit-period; the rate is i × unit-periods in a year. Whole unit-periods are counted back from the later date,
    what is left at the beginning is the fraction.

    Parameters
    ----------
    advances, payments : sequence of (date, amount)
        Amounts are positive; prepaid finance charges are already taken off the first advance.
    unit_period : UnitPeriod, optional
        Default: the most frequent interval, as (b)(4) defines it.

    Examples
    --------
    Appendix J, (c)(1)(i): 5,000 repaid in 24 monthly payments of 230.

    >>> dates = [add_months(date(1978, 1, 10), n) for n in range(1, 25)]
    >>> round(100 * regulation_z_apr([(date(1978, 1, 10), 5000)], [(d, 230) for d in dates]), 2)
    9.69
    """
    refuse(DataError, dated_faults(advances, payments))
    if len(advances) == len(payments) == 1 and unit_period is None:
        return _single_payment_apr(*advances[0], *payments[0])
    advanced, paid = [day for day, _ in advances], [day for day, _ in payments]
    unit = unit_period or common_period(advanced, paid)
    start = min(*advanced, *paid)
    flows = [(amount, *_periods(start, day, unit, _series_day(advanced))) for day, amount in advances]
    flows += [(-amount, *_periods(start, day, unit, _series_day(paid))) for day, amount in payments]
    amounts, whole, part = (np.array(column, dtype=np.float64) for column in zip(*flows, strict=True))

    def balance(rate: float) -> float:
        return float((amounts / ((1 + part * rate) * (1 + rate) ** whole)).sum())

    return balancing_rate(balance) * unit.per_year


def _single_payment_apr(start: date, advance: float, end: date, payment: float) -> float:
    """One advance, one payment: the unit-period is the term, at most a year, (b)(4)(ii) and (b)(5)(v), (vi)."""
    if end <= start:
        raise DataError(finding("apr.order", "the payment, on {got}, does not come after the advance", got=end))
    if end < add_months(start, 12):
        months, days = whole_months(start, end, start.day)
        return (payment / advance - 1) * (365 / (end - start).days if days or not months else 12 / months)
    whole, part = _periods(start, end, UnitPeriod(unit="year"), start.day)
    return balancing_rate(lambda rate: advance - payment / ((1 + part * rate) * (1 + rate) ** whole))


def _series_day(days: Sequence[date]) -> int:
    """The day of the month that payments are scheduled for: 31 if all fall on last days."""
    return 31 if all(day == month_end(day) for day in days) else max(day.day for day in days)


def _periods(start: date, end: date, unit: UnitPeriod, series_day: int) -> tuple[float, float]:
    """Full unit-periods and the fraction of one from `start` to `end`, (b)(5)."""
    if unit.unit in ("day", "week"):
        whole, left = divmod((end - start).days, unit.days)
        return whole, left / unit.days
    months, days = whole_months(start, end, series_day)
    if unit.unit == "year":
        years, months = divmod(months, 12)
        if not days:
            return years, months / 12
        return years, (months_back(end, 12 * years, series_day) - start).days / 365
    whole, left = divmod(30 * months + days, unit.days)
    return whole, left / unit.days


def common_period(advances: Sequence[date], payments: Sequence[date]) -> UnitPeriod:
    """The unit-period of a transaction, (b)(4): the interval that occurs most often, the shorter of equals.

    Without an interval that occurs twice: the average interval, rounded to the nearest standard interval, the lower
    of two equally near.

    >>> common_period([date(1978, 5, 23)], [date(1978, 10, 1), date(1979, 1, 1), date(1979, 4, 1)])
    UnitPeriod(unit='month', count=3)
    """
    advanced, paid = sorted(set(advances)), sorted(set(payments))
    if len({*advanced, *paid}) < 2:
        raise DataError(finding("apr.one_day", "every amount falls on {got}; a rate needs time", got=advanced[0]))
    if _is_semimonthly(paid):
        return UnitPeriod(unit="semimonth")
    start = min(advanced[0], paid[0])
    periods = [*pairwise(advanced), *pairwise(paid), *((start, first) for first in {paid[0]} - {start})]
    counts: Counter[UnitPeriod] = Counter()
    for begin, end in periods:
        counts.update(_names_of(begin, end, _series_day(paid)))
    frequent = [unit for unit, count in counts.items() if count > 1]
    if frequent:
        most = max(counts[unit] for unit in frequent)
        return min((unit for unit in frequent if counts[unit] == most), key=lambda unit: (unit.days, unit.unit))
    average = sum((end - begin).days for begin, end in periods) / len(periods)
    return min(_standard_intervals(), key=lambda unit: (abs(unit.days - average), unit.days))


def _names_of(start: date, end: date, series_day: int) -> set[UnitPeriod]:
    """What one interval is called: whole months, whole weeks, days."""
    names: set[UnitPeriod] = set()
    months, left = whole_months(start, end, series_day)
    if months and not left and months <= 12:
        names.add(UnitPeriod(unit="year") if months == 12 else UnitPeriod(unit="month", count=months))
    length = (end - start).days
    if length % 7 == 0 and length <= 364:
        names.add(UnitPeriod(unit="week", count=length // 7))
    elif length == 1:
        names.add(UnitPeriod(unit="day"))
    return names


def _is_semimonthly(days: Sequence[date]) -> bool:
    """Two payments a month, on the same two days about half a month apart."""
    if len(days) < 3:
        return False
    twice = all((later - day).days in range(13, 18) for day, later in pairwise(days))
    in_month = {31 if day == month_end(day) else day.day for day in days}
    return twice and len(in_month) == 2


def _standard_intervals() -> list[UnitPeriod]:
    weeks = [UnitPeriod(unit="week", count=n) for n in range(1, 53)]
    months = [UnitPeriod(unit="month", count=n) for n in range(1, 12)]
    return [UnitPeriod(unit="day"), UnitPeriod(unit="semimonth"), UnitPeriod(unit="year"), *weeks, *months]
