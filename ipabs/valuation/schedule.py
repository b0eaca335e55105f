"""The schedule of a valuation by streams: every year of every stream, so that each figure can be done again by hand."""

from datetime import date

import numpy as np
import pandas as pd

from ipabs.errors import DataError, finding
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import layers, protected_share
from ipabs.valuation.stream_values import StreamMethod, checked_streams, period_values


def value_schedule(method: StreamMethod, portfolio: Portfolio, *, as_of: date) -> pd.DataFrame:
    """One row a stream and period: years to its end, revenue, rate, tax, protected share, discount, present value.

    ``present_value = revenue × contribution × rate × (1 − tax_rate) × protected × discount`` (a perpetuity is added to
    the last period). For a method with draws, take the schedule of the method with its means.

    Raises
    ------
    DataError
        As the method's valuation does, and for an input of draws.
    """
    terms = method.terms
    checked_streams(method, terms, portfolio=portfolio, as_of=as_of)
    rows = []
    for stream in method.streams:
        over = layers(method.coverage, portfolio, stream.name, as_of=as_of)
        periods = terms.periods(stream, over)
        worth = period_values(stream, terms, over)
        if worth.ndim > 1 or np.ndim(stream.level):
            raise DataError(finding("schedule.draws", "stream {got} has draws; a schedule shows one figure a year",
                                    got=stream.name))  # fmt: skip
        life = np.minimum(stream.technical_life_years, stream.contract_life_years)
        protected = protected_share(over, periods, life_years=life, loss_rate=terms.loss_rate)
        for k in range(periods.count):
            rows.append(
                {
                    "stream": stream.name,
                    "period": k + 1,
                    "years": periods.ends[k],
                    "revenue": stream.revenue(periods.count)[k],
                    "contribution": stream.contribution(periods.count)[k],
                    "rate": terms.rate if stream.royalty_rate is None else stream.royalty_rate,
                    "tax_rate": terms.tax_rate if stream.tax_rate is None else stream.tax_rate,
                    "protected": protected[k],
                    "discount": periods.discounts(terms.discount_rate)[k],
                    "present_value": worth[k],
                }
            )
    return pd.DataFrame(rows).set_index(["stream", "period"])
