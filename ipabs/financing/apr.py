"""Other rates of the same money: annual percentage rates as two laws define them, the flat and the simple rate.

United States: `ipabs.financing.regulation_z`, a nominal rate. European Union: Directive 2008/48/EC, annex I (unchanged
in Directive (EU) 2023/2225, annex III), an effective annual rate. The two differ by compounding, so one loan has two
right answers.
"""

from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.schedule import add_months
from ipabs.errors import DataError, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, drawn, yuan_years
from ipabs.financing.dated_amounts import Dated, balancing_rate, dated_faults, months_back, whole_months
from ipabs.financing.facility import Facility
from ipabs.financing.rates import flow_table
from ipabs.financing.regulation_z import UnitPeriod, regulation_z_apr

Intervals = Literal["years", "months", "weeks"]


def eu_apr(drawdowns: Dated, payments: Dated, *, intervals: Intervals = "years") -> float:
    """Annual percentage rate of charge under Directive 2008/48/EC, annex I: Σ C (1 + X)^−t = Σ D (1 + X)^−s.

    Parameters
    ----------
    drawdowns, payments : sequence of (date, amount)
        Amounts are positive; payments include all charges.
    intervals : {"years", "months", "weeks"}
        The periods in which time from the first drawdown is counted, with days for what is left: `interval_years`.

    Examples
    --------
    Directive 98/7/EC, annex III, first example on a calendar basis: 1,000 on 1 January 1994, 1,200 on 1 July 1995.

    >>> round(100 * eu_apr([(date(1994, 1, 1), 1000)], [(date(1995, 7, 1), 1200)]), 2)
    12.96
    """
    refuse(DataError, dated_faults(drawdowns, payments))
    start = min(day for day, _ in drawdowns)
    flows = [(amount, interval_years(start, day, intervals)) for day, amount in drawdowns]
    flows += [(-amount, interval_years(start, day, intervals)) for day, amount in payments]
    amounts, years = (np.array(column, dtype=np.float64) for column in zip(*flows, strict=True))
    return balancing_rate(lambda rate: float((amounts * (1 + rate) ** -years).sum()))


def interval_years(start: date, end: date, intervals: Intervals) -> float:
    """Years from `start` to `end`: whole periods counted back from the end, then days over the days of a year.

    A year has 52 weeks or 12 equal months. The days left at the beginning are divided by those of the year that ends
    with them, 366 if it holds a 29 February. Source: Directive 2014/17/EU, annex I, remark (c); the Commission's
    guidelines SWD(2012) 128, 4.1.1.

    Examples
    --------
    One of the guidelines' examples, 1/12 + 3/366:

    >>> round(interval_years(date(2013, 1, 12), date(2013, 2, 15), "months"), 8)
    0.09153005
    """
    if intervals not in get_args(Intervals):
        template = "time is not counted in {got!r}; {hint}"
        raise SpecError(finding("apr.intervals", template, got=intervals, allowed=get_args(Intervals)))
    if intervals == "weeks":
        weeks, days = divmod((end - start).days, 7)
        return weeks / 52 + days / _days_of_year(start + timedelta(days=days))
    months, days = whole_months(start, end, start.day)
    if intervals == "years":
        months -= months % 12
        days = (months_back(end, months, start.day) - start).days
    return months / 12 + days / _days_of_year(start + timedelta(days=days))


def _days_of_year(last: date) -> int:
    """Days of the year that ends on `last`."""
    return (last - add_months(last, -12)).days


def firm_flows(facility: Facility) -> tuple[Dated, Dated]:
    """Advances and payments of a one-firm facility: principal, interest and the firm's own fees, netted by date.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> offered = facility.offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), year)
    >>> firm_flows(offered)[1]
    [(datetime.date(2023, 9, 20), 30000.0), (datetime.date(2024, 3, 20), 1030000.0)]
    """
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
    """`regulation_z_apr` of one firm's facility, before subsidy and tax.

    Two payments of 3 % in a year are 6 % nominal.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> offered = facility.offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), year)
    >>> round(facility_regulation_z_apr(offered), 6)
    0.06
    """
    return regulation_z_apr(*firm_flows(facility), unit_period=unit_period)


def facility_eu_apr(facility: Facility, *, intervals: Intervals = "years") -> float:
    """`eu_apr` of one firm's facility, before subsidy and tax.

    Two payments of 3 % in a year are 6.09 % effective.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> offered = facility.offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), year)
    >>> round(facility_eu_apr(offered, intervals="months"), 6)
    0.0609
    """
    return eu_apr(*firm_flows(facility), intervals=intervals)


def flat_rate(facility: Facility) -> float:
    """(interest + own fees) / Σ principal × years to the last repayment: the rate salesmen quote.

    It charges the original principal throughout, so an amortizing loan costs nearly twice what it says.

    Twelve equal parts at 6 % on what is outstanding: 6 % × 13/24 of the principal, over 366 days.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="monthly")
    >>> offered = facility.offer(loan.BankLoan(rate=0.06, repayment="linear", day_count="equal_periods"), year)
    >>> round(flat_rate(offered), 4)
    0.0324
    """
    items = facility.cash_items()
    return _own_cost(items) / float(drawn(items) @ _terms(items))


def _own_cost(items: CashItems) -> float:
    """Interest and the firms' own fees, in cash or imputed."""
    return -float(items.sums((items.is_kind("interest") | items.is_kind("fee")) & items.borne_by("firm")).sum())


def _terms(items: CashItems) -> FloatArray:
    """(firm,) years from each firm's first day to its last repayment, days / 365."""
    starts = items.starts()
    last, repaid = starts.astype(np.int64), items.is_kind("principal")
    np.maximum.at(last, items.firm[repaid], items.dates[repaid].astype(np.int64))
    return np.asarray((last - starts.astype(np.int64)) / 365)


def simple_annual_cost(facility: Facility) -> float:
    """(interest + own fees) / yuan-years outstanding: what `implied_spread` is a difference of.

    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="monthly")
    >>> offered = facility.offer(loan.BankLoan(rate=0.06, repayment="linear", day_count="ACT/365F"), year)
    >>> round(simple_annual_cost(offered), 6)
    0.06
    """
    items = facility.cash_items()
    return _own_cost(items) / float(yuan_years(items)[2].sum())
