"""Whole days as numpy reads them: ISO text, `date` or ``datetime64``, one or many."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import DateArray
from ipabs.errors import DataError, finding

Dates = ArrayLike | date | Sequence[date]


def whole_days(dates: Dates, *, gaps: bool = False) -> DateArray:
    """`dates` as ``datetime64[D]``, in their shape; with `gaps` a missing date stays one (NaT).

    Raises
    ------
    DataError
        A missing date, or something that is no date: a number (Excel's 45379, or 20240328), a month or a year.

    Examples
    --------
    >>> whole_days([date(2024, 6, 28), date(2024, 9, 30)])
    array(['2024-06-28', '2024-09-30'], dtype='datetime64[D]')
    """
    given = np.asarray(dates)
    if given.size and given.dtype.kind not in "MOU":
        template = "{got} is no date; write 2024-03-28, or format Excel's cells as dates"
        raise DataError(finding("days.number", template, got=given.flat[0]))
    if given.dtype.kind == "U":
        short = given[(np.char.str_len(given) < len("2024-03-28")) & (given != "NaT")]
        if short.size:
            raise DataError(finding("days.part", "{got!r} is no whole day; write 2024-03-28", got=short.flat[0]))
    try:
        days = given.astype("datetime64[D]")
    except (TypeError, ValueError) as fault:
        raise DataError(finding("days.unreadable", "not dates: {got}", got=fault)) from fault
    missing = np.isnat(days)
    if missing.any() and not gaps:
        raise DataError(finding("days.missing", "the date at position {got} is missing", got=int(missing.argmax())))
    return days
