"""Dates of loans, thousands at once: payment dates, years of a loan, fractions of a year.

A missing date (NaT) stands where a row has fewer dates than the longest, as in `ipabs.cashflow.irr.xirr`.
"""

from typing import Literal

import numpy as np

from ipabs._typing import DateArray, FloatArray, IntArray
from ipabs.basics.daycount import DayCount, year_fractions
from ipabs.basics.schedule import Frequency, months_of

PaymentFrequency = Frequency | Literal["at_maturity"]
Accrual = DayCount | Literal["equal_periods"]


def accruals(starts: DateArray, ends: DateArray, day_count: Accrual) -> FloatArray:
    """Year fractions of periods; ``equal_periods`` counts whole months and no days; 0 where a date is missing.

    >>> day = np.array(["2022-12-20"], "datetime64[D]")
    >>> accruals(day, day + 90, "equal_periods"), accruals(day, day + 90, "ACT/360")
    (array([0.25]), array([0.25]))
    """
    unused = np.isnat(starts) | np.isnat(ends)
    anchor = np.datetime64("2000-01-01", "D")
    first, last = np.where(unused, anchor, starts), np.where(unused, anchor, ends)
    return equal_years(first, last) if day_count == "equal_periods" else year_fractions(first, last, day_count)


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


def months_later(days: DateArray, months: IntArray | int) -> DateArray:
    """The same day `months` later, or the last day of a shorter month.

    >>> months_later(np.array(["2024-01-31", "2024-01-15"], "datetime64[D]"), 1)
    array(['2024-02-29', '2024-02-15'], dtype='datetime64[D]')
    """
    month = days.astype("datetime64[M]")
    moved = month + months
    last = (moved + 1).astype("datetime64[D]") - 1
    return np.asarray(np.minimum(moved.astype("datetime64[D]") + (days - month.astype("datetime64[D]")), last))


def loan_years(starts: DateArray, maturities: DateArray) -> tuple[DateArray, DateArray]:
    """(row, year) first and last date of each year of a loan; the last year may be shorter.

    >>> begins, ends = loan_years(*(np.array([day], "datetime64[D]") for day in ("2022-12-20", "2024-06-20")))
    >>> begins.tolist()[0][1].isoformat(), ends.tolist()[0][1].isoformat()
    ('2023-12-20', '2024-06-20')
    """
    most = int((maturities.astype("datetime64[Y]") - starts.astype("datetime64[Y]")).astype(np.int64).max()) + 1
    begins = months_later(starts[:, None], 12 * np.arange(most))
    begins = np.where(begins < maturities[:, None], begins, np.datetime64("NaT"))
    begins = begins[:, ~np.isnat(begins).all(axis=0)]
    following = np.concatenate([begins[:, 1:], np.full((len(starts), 1), np.datetime64("NaT"))], axis=1)
    ends = np.where(np.isnat(following), maturities[:, None], following)
    return begins, np.where(np.isnat(begins), np.datetime64("NaT"), ends)


def payment_dates(starts: DateArray, maturities: DateArray, frequency: PaymentFrequency) -> DateArray:
    """(loan, date) payment dates counted back from maturity, no business-day shift; a stub comes first and is short.

    >>> start = np.array(["2024-01-15", "2024-07-01"], "datetime64[D]")
    >>> payment_dates(start, np.array(["2024-09-20"] * 2, "datetime64[D]"), "quarterly")
    array([['2024-03-20', '2024-06-20', '2024-09-20'],
           ['2024-09-20',        'NaT',        'NaT']], dtype='datetime64[D]')
    """
    if frequency == "at_maturity":
        return maturities[:, None]
    step = months_of(frequency)
    months = (maturities.astype("datetime64[M]") - starts.astype("datetime64[M]")).astype(np.int64)
    back = np.arange(max(int(months.max()) // step, 0) + 1)
    after_start = months_later(maturities[:, None], -step * back) > starts[:, None]
    # A loan that ends before it begins keeps that one date, for `Need` to refuse.
    counts = np.maximum(after_start.sum(axis=1, keepdims=True), 1)
    place = np.arange(int(counts.max()))
    dates = months_later(maturities[:, None], -step * np.maximum(counts - 1 - place, 0))
    return np.where(place < counts, dates, np.datetime64("NaT"))
