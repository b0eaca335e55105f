"""Whole days as numpy reads them: ISO text, `date` or ``datetime64``, one or many."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import DateArray
from ipabs.errors import DataError, finding

Dates = ArrayLike | date | Sequence[date]


def whole_days(dates: Dates) -> DateArray:
    """`dates` as ``datetime64[D]``, in their shape.

    Raises
    ------
    DataError
        A missing date, or something that is no date.

    Examples
    --------
    >>> whole_days([date(2024, 6, 28), date(2024, 9, 30)])
    array(['2024-06-28', '2024-09-30'], dtype='datetime64[D]')
    """
    try:
        days = np.asarray(dates, dtype="datetime64[D]")
    except (TypeError, ValueError) as fault:
        raise DataError(finding("days.unreadable", "not dates: {got}", got=fault)) from fault
    missing = np.isnat(days)
    if missing.any():
        raise DataError(finding("days.missing", "the date at position {got} is missing", got=int(missing.argmax())))
    return days
