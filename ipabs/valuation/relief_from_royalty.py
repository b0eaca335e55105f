"""Relief from royalty: what the owner of a right does not have to pay for its use."""

from dataclasses import dataclass
from datetime import date

from ipabs.cashflow.discounting import Values
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.stream_terms import StreamInputs, StreamTerms, terms_at
from ipabs.valuation.stream_values import stream_valuation
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.valuation import Valuation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliefFromRoyalty(StreamInputs):
    """Royalties saved after tax, over the life in which rights protect each stream.

    ``V = Σ_s Σ_t R_st × royalty_s × (1 − tax_s) × DF_t × protected_st``, times the step-up factor where a buyer may
    write the price off.

    Parameters
    ----------
    royalty_rate : float or FloatArray
        On revenue; a stream may state its own.
    tax_amortization : TaxAmortization, optional
        For fair value; leave it out for market or pledge value.

    Source: International Valuation Standards 210, income approach.

    Examples
    --------
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> stream = RevenueStream(name="A", revenues=(15e6, 12e6, 5e6))
    >>> method = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.10, tax_rate=0.20, discount_rate=0.15,
    ...                            tax_amortization=TaxAmortization(years=5))
    >>> method.value(Portfolio(rights=()), as_of=date(2023, 12, 31))
    Valuation(relief from royalty, 2023-12-31: 2,347,095.85 CNY)
    """

    royalty_rate: Values
    tax_amortization: TaxAmortization | None = None

    @property
    def terms(self) -> StreamTerms:
        """On what terms streams are turned into value."""
        return terms_at(self.royalty_rate, self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`, with one part a stream and one for the tax-amortization benefit.

        Raises
        ------
        DataError
            With every fault of rights, streams, coverage and rates.
        """
        return stream_valuation(
            "relief from royalty",
            self,
            portfolio,
            as_of=as_of,
            amortization=self.tax_amortization,
            tax_rate=self.tax_rate,
        )
