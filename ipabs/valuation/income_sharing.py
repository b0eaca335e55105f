"""Income and profit sharing: the income approach as Chinese appraisers write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import Finding
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.ranges import outside
from ipabs.valuation.stream_terms import StreamInputs, StreamTerms, terms_at
from ipabs.valuation.stream_values import stream_valuation
from ipabs.valuation.valuation import Valuation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncomeSharing(StreamInputs):
    """Share of revenue that the technology earns (收入分成): ``V = Σ R_t × K_t × (1 − T) × DF_t × S_t``.

    ``K_t = K_0 × (1 − d) ** (t − 1)`` with d the stream's `decay_rate`; S_t is the share protected.

    Parameters
    ----------
    sharing_rate : float or FloatArray
        K_0, share of revenue (see `ipabs.valuation.sharing_rate`).

    Source: China Appraisal Society, Guidelines for the Valuation of Patent Assets (2017), income approach.

    Examples
    --------
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> stream = RevenueStream(name="A", revenues=(1000.0, 1000.0), decay_rate=0.2)
    >>> method = IncomeSharing(streams=(stream,), sharing_rate=0.03, tax_rate=0.0, discount_rate=0.2)
    >>> method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(income sharing, 2024-01-01: 41.67 CNY)
    """

    sharing_rate: Values

    @property
    def terms(self) -> StreamTerms:
        """On what terms streams are turned into value."""
        return terms_at(self.sharing_rate, self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`, with one part a stream."""
        return stream_valuation("income sharing", self, portfolio, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProfitSharing(StreamInputs):
    """Share of profit that the technology earns (利润分成): ``V = Σ P_t × k_t × (1 − T) × DF_t × S_t``, P = m × R.

    It is income sharing at ``K = k × m`` with the margin m.

    Examples
    --------
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> stream = RevenueStream(name="A", revenues=(1000.0, 1000.0))
    >>> method = ProfitSharing(streams=(stream,), sharing_rate=0.25, profit_margin=0.12, tax_rate=0.0,
    ...                        discount_rate=0.2)
    >>> method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(profit sharing, 2024-01-01: 45.83 CNY)
    """

    sharing_rate: Values
    profit_margin: Values

    @property
    def terms(self) -> StreamTerms:
        """On what terms streams are turned into value."""
        return terms_at(value_or_array(np.asarray(self.sharing_rate) * self.profit_margin), self)

    def findings(self) -> Iterator[Finding]:
        """Shares out of range."""
        yield from outside("sharing_rate", self.sharing_rate, "[0, 1]")
        yield from outside("profit_margin", self.profit_margin, "[0, 1]")

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`, with one part a stream."""
        return stream_valuation("profit sharing", self, portfolio, as_of=as_of, faults=self.findings())
