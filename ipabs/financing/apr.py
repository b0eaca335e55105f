"""Annual percentage rates as two laws define them, and the flat rate.

United States: Regulation Z, 12 CFR part 1026, appendix J, the actuarial method; the rate of a unit-period times the
number of unit-periods in a year. European Union: Directive 2008/48/EC, annex I (unchanged in Directive (EU) 2023/2225,
annex III); an effective annual rate. The two differ by compounding, so one loan has two right answers.
"""

from calendar import isleap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np

from ipabs.basics.schedule import add_months, month_end
from ipabs.errors import DataError, Finding, NumericError, finding, refuse
from ipabs.financing.cash_items import drawn, yuan_years
from ipabs.financing.facility import Facility
from ipabs.financing.rates import flow_table

Dated = Sequence[tuple[date, float]]
Intervals = Literal["days", "months", "weeks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeriod:
    """The period whose rate is multiplied: `count` days, weeks, semimonths, months or years (appendix J, (b)(4))."""

    unit: Literal["day", "week", "semimonth", "month", "year"]
    count: int = 1

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
    refuse(DataError, _dated_faults(advances, payments))
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

    return _rate(balance) * unit.per_year


def _single_payment_apr(start: date, advance: float, end: date, payment: float) -> float:
    """One advance, one payment: the unit-period is the term, at most a year, (b)(4)(ii) and (b)(5)(v), (vi)."""
    if end <= start:
        raise DataError(finding("apr.order", "the payment, on {got}, does not come after the advance", got=end))
    if end < add_months(start, 12):
        months, days = _whole_months(start, end, start.day)
        return (payment / advance - 1) * (365 / (end - start).days if days or not months else 12 / months)
    whole, part = _periods(start, end, UnitPeriod(unit="year"), start.day)
    return _rate(lambda rate: advance - payment / ((1 + part * rate) * (1 + rate) ** whole))


def _series_day(days: Sequence[date]) -> int:
    """The day of the month that payments are scheduled for: 31 if all fall on last days."""
    return 31 if all(day == month_end(day) for day in days) else max(day.day for day in days)


def _back(day: date, months: int, series_day: int) -> date:
    """The same point `months` earlier, (b)(3): a last day of a short month stands for the day it was moved from."""
    moved = add_months(day.replace(day=1), -months)
    wanted = series_day if day == month_end(day) and day.day < series_day else day.day
    return moved.replace(day=min(wanted, month_end(moved).day))


def _whole_months(start: date, end: date, series_day: int) -> tuple[int, int]:
    """Full months counted back from `end`, and the days left at the beginning."""
    months = 0
    while _back(end, months + 1, series_day) >= start:
        months += 1
    return months, (_back(end, months, series_day) - start).days


def _periods(start: date, end: date, unit: UnitPeriod, series_day: int) -> tuple[float, float]:
    """Full unit-periods and the fraction of one from `start` to `end`, (b)(5)."""
    if unit.unit in ("day", "week"):
        whole, left = divmod((end - start).days, unit.days)
        return whole, left / unit.days
    months, days = _whole_months(start, end, series_day)
    if unit.unit == "year":
        years, months = divmod(months, 12)
        if not days:
            return years, months / 12
        return years, (_back(end, 12 * years, series_day) - start).days / 365
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
    months, left = _whole_months(start, end, series_day)
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


def eu_apr(drawdowns: Dated, payments: Dated, *, intervals: Intervals = "days") -> float:
    """Annual percentage rate of charge under Directive 2008/48/EC, annex I: Σ C (1 + X)^−t = Σ D (1 + X)^−s.

    Parameters
    ----------
    drawdowns, payments : sequence of (date, amount)
        Amounts are positive; payments include all charges.
    intervals : {"days", "months", "weeks"}
        How time is measured from the first drawdown, remark (c): ``days`` in years and days / 365, or / 366 where
        the part of a year holds a 29 February; ``months`` in twelfths of a year, odd days / 365; ``weeks`` in
        parts of 52.

    Examples
    --------
    Directive 98/7/EC, annex III, first example on a calendar basis: 1,000 on 1 January 1994, 1,200 on 1 July 1995.

    >>> round(100 * eu_apr([(date(1994, 1, 1), 1000)], [(date(1995, 7, 1), 1200)]), 2)
    12.96
    """
    refuse(DataError, _dated_faults(drawdowns, payments))
    start = min(day for day, _ in drawdowns)
    years_to = {"days": _calendar_years, "months": _equal_month_years, "weeks": _week_years}[intervals]
    flows = [(amount, years_to(start, day)) for day, amount in drawdowns]
    flows += [(-amount, years_to(start, day)) for day, amount in payments]
    amounts, years = (np.array(column, dtype=np.float64) for column in zip(*flows, strict=True))
    return _rate(lambda rate: float((amounts * (1 + rate) ** -years).sum()))


def _calendar_years(start: date, end: date) -> float:
    whole = 0
    while add_months(start, 12 * (whole + 1)) <= end:
        whole += 1
    last = add_months(start, 12 * whole)
    following = add_months(start, 12 * (whole + 1))
    leap = any(isleap(year) and last < date(year, 2, 29) <= following for year in range(last.year, following.year + 1))
    return whole + (end - last).days / (366 if leap else 365)


def _week_years(start: date, end: date) -> float:
    return (end - start).days / 7 / 52


def _equal_month_years(start: date, end: date) -> float:
    months, days = _whole_months(start, end, end.day)
    return months / 12 + days / 365


def _rate(balance: Callable[[float], float]) -> float:
    """The root of a balance that rises with the rate, nearest to zero from above, else below."""
    from scipy.optimize import brentq

    low, high = 0.0, 0.01
    while balance(high) < 0 and high < 1e6:
        low, high = high, 2 * high
    if balance(low) > 0:
        low = -0.999
    if not balance(low) * balance(high) <= 0:
        raise NumericError(finding("apr.no_rate", "no annual percentage rate balances these amounts"))
    return float(brentq(balance, low, high, xtol=1e-15, rtol=1e-14, maxiter=500))


def _dated_faults(advances: Dated, payments: Dated) -> list[Finding]:
    found = [
        finding("apr.none", "there is no {got}; an annual percentage rate needs both sides", got=side)
        for side, flows in (("advance", advances), ("payment", payments))
        if not flows
    ]
    found += [
        finding("apr.amount", "{got} on {day} is not an amount above 0", got=amount, day=day)
        for day, amount in (*advances, *payments)
        if not 0 < amount < np.inf
    ]
    return found


def firm_flows(facility: Facility) -> tuple[Dated, Dated]:
    """Advances and payments of a one-firm facility: principal, interest and the firm's own fees, netted by date."""
    items = facility.cash_items()
    if len(items.firms) != 1:
        raise DataError(
            finding(
                "apr.firms", "an annual percentage rate is one firm's; this facility has {got}", got=len(items.firms)
            )
        )
    table = flow_table(items.where(~items.imputed))
    flows = [
        (day, float(amount)) for day, amount in zip(table.dates[0].tolist(), table.through("carried")[0], strict=True)
    ]
    return [(d, a) for d, a in flows if a > 0], [(d, -a) for d, a in flows if a < 0]


def facility_regulation_z_apr(facility: Facility, *, unit_period: UnitPeriod | None = None) -> float:
    """`regulation_z_apr` of one firm's facility, before subsidy and tax."""
    return regulation_z_apr(*firm_flows(facility), unit_period=unit_period)


def facility_eu_apr(facility: Facility, *, intervals: Intervals = "days") -> float:
    """`eu_apr` of one firm's facility, before subsidy and tax."""
    return eu_apr(*firm_flows(facility), intervals=intervals)


def flat_rate(facility: Facility) -> float:
    """(interest + own fees) / principal / years to the last repayment: the rate salesmen quote.

    It charges the original principal throughout, so an amortizing loan costs nearly twice what it says.
    """
    items = facility.cash_items()
    paid = items.where((items.is_kind("interest") | items.is_kind("fee")) & items.borne_by("firm"))
    money = items.where(items.is_kind("principal"))
    years = float((money.dates.max() - money.dates.min()).astype(np.int64)) / 365
    return float(-paid.amounts.sum() / drawn(items).sum() / years)


def simple_annual_cost(facility: Facility) -> float:
    """(interest + own fees) / yuan-years outstanding: what `implied_spread` is a difference of."""
    items = facility.cash_items()
    paid = items.where((items.is_kind("interest") | items.is_kind("fee")) & items.borne_by("firm"))
    return float(-paid.amounts.sum() / yuan_years(items)[2].sum())
