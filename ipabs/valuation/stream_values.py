"""Present value of a share of revenue, stream by stream and year by year: the core of royalty relief and of sharing.

``V_s = level × rate × (1 − tax) × Σ_t R_t × ramp_t × (1 − d) ** (t − 1) × protected_t × DF_t``
"""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import ProtectionLayer, layers, protected_share
from ipabs.valuation.life import economic_life
from ipabs.valuation.periods import Periods
from ipabs.valuation.revenue import RevenueStream, perpetuity
from ipabs.valuation.stream_terms import StreamMethod, StreamTerms, checked_streams
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.valuation import Part, Valuation, inputs_of, total


def stream_value(stream: RevenueStream, terms: StreamTerms, over: tuple[ProtectionLayer, ...]) -> Values:
    """Value of one stream under the rights `over` it: a number, or draws ``(draw,)``.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> over = (ProtectionLayer(right="a", share=1.0, legal_life_years=1.5),)
    >>> round(stream_value(stream, relief.terms, over), 6)               # 4 × 0.8 + 4 × 0.64 × 1/2
    4.48
    """
    return value_or_array(period_values(stream, terms, over).sum(axis=-1))


def period_values(stream: RevenueStream, terms: StreamTerms, over: tuple[ProtectionLayer, ...]) -> FloatArray:
    """Present value of what each period brings: ``(period,)`` or ``(draw, period)``; a perpetuity in the last one.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> over = (ProtectionLayer(right="a", share=1.0, legal_life_years=1.5),)
    >>> period_values(stream, relief.terms, over)
    array([3.2 , 1.28])
    """
    periods = terms.periods(stream, over)
    life = np.minimum(stream.technical_life_years, stream.contract_life_years)
    protected = protected_share(over, periods, life_years=life, loss_rate=terms.loss_rate)
    return np.asarray(unprotected_values(stream, terms, periods) * protected)


def unprotected_values(stream: RevenueStream, terms: StreamTerms, periods: Periods) -> FloatArray:
    """What each period would bring if all of it were protected, as `period_values`.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> unprotected_values(stream, relief.terms, Periods(count=2))
    array([3.2 , 2.56])
    """
    rate = terms.rate if stream.royalty_rate is None else stream.royalty_rate
    tax_rate = terms.tax_rate if stream.tax_rate is None else stream.tax_rate
    kept = np.asarray(rate) * (1 - np.asarray(tax_rate)) * stream.level
    discounts = periods.discounts(terms.discount_rate)
    if stream.perpetual:
        after = perpetuity(stream, terms.discount_rate, periods, loss_rate=terms.loss_rate)
        discounts = discounts + after[..., np.newaxis] * (np.arange(periods.count) == periods.count - 1)
    return np.asarray(
        kept[..., np.newaxis] * (stream.forecast(periods.count) * stream.contribution(periods.count)) * discounts
    )


def stream_parts(method: StreamMethod, *, portfolio: Portfolio, as_of: date) -> tuple[Part, ...]:
    """The value of each stream, how long it lasts, and what ends it.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> stream_parts(relief, portfolio=Portfolio(rights=()), as_of=date(2024, 1, 1))[0].binding
    'forecast'
    """
    terms = method.terms
    parts = []
    for stream in method.streams:
        over = layers(method.coverage, portfolio, stream.name, as_of=as_of)
        life = economic_life(
            legal=over[0].legal_life_years if over else 0.0,
            contract=stream.contract_life_years,
            technical=stream.technical_life_years,
            forecast=terms.forecast_years(stream),
        )
        worth = stream_value(stream, terms, over) if over else 0.0
        parts.append(Part(name=stream.name, value=worth, life_years=life.years, binding=life.binding))
    return tuple(parts)


def stream_valuation(
    name: str,
    method: StreamMethod,
    portfolio: Portfolio,
    *,
    as_of: date,
    amortization: TaxAmortization | None = None,
    tax_rate: Values = 0.0,
    faults: Iterable[Finding] = (),
) -> Valuation:
    """The valuation by a method of streams: one part a stream, and one for the tax-amortization benefit if asked.

    `faults` are the method's own; they are told together with those of streams and rights.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> stream_valuation("own method", relief, Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(own method, 2024-01-01: 5.76 CNY)
    """
    faults = (*faults, *(amortization.findings() if amortization else ()))
    found = checked_streams(method, portfolio=portfolio, as_of=as_of, faults=faults)
    parts = stream_parts(method, portfolio=portfolio, as_of=as_of)
    if amortization:
        parts = (*parts, amortization.benefit(parts, tax_rate, method.terms.discount_rate))
    return Valuation(
        method=name,
        as_of=as_of,
        currency=method.currency,
        value=total([part.value for part in parts]),
        inputs=inputs_of(method, method.provenance),
        parts=parts,
        findings=found,
    )


def value_schedule(method: StreamMethod, portfolio: Portfolio, *, as_of: date) -> pd.DataFrame:
    """One row a stream and period: years to its end, revenue, rate, tax, protected share, discount, present value.

    ``present_value = revenue × contribution × rate × (1 − tax_rate) × protected × discount`` (a perpetuity is added to
    the last period). For a method with draws, take the schedule of the method with its means.

    Raises
    ------
    DataError
        As the method's valuation does, and for an input of draws.

    Examples
    --------
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> value_schedule(relief, Portfolio(rights=()), as_of=date(2024, 1, 1))[["revenue", "discount", "present_value"]]
                   revenue  discount  present_value
    stream period
    A      1         100.0      0.80           3.20
           2         100.0      0.64           2.56
    """
    checked_streams(method, portfolio=portfolio, as_of=as_of)
    terms = method.terms
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
