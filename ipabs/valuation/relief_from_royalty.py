"""Relief from royalty: what the owner of a right does not have to pay for its use."""

from dataclasses import dataclass
from datetime import date

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Timing, Values
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import CoverageMatrix
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.stream_values import StreamTerms, stream_valuation
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.valuation import NO_PROVENANCE, Valuation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliefFromRoyalty:
    """Royalties saved after tax, over the life in which rights protect each stream.

    ``V = Σ_s Σ_t R_st × royalty_s × (1 − tax_s) × DF_t × protected_st``, times the step-up factor where a buyer may
    write the price off.

    Parameters
    ----------
    streams : tuple of RevenueStream
        Product × country; each is valued once.
    royalty_rate, tax_rate, discount_rate : float or FloatArray
        Decimals; a stream may state its own royalty and tax rate.
    coverage : CoverageMatrix, optional
        Which right protects which stream; without it every right protects all of every stream.
    loss_rate : float or FloatArray
        Yearly chance that a right is lost before its end (see `ipabs.valuation.life.invalidation_rate`).
    timing : {"end", "mid", "start"}
    first_period_years : float
        Length of the first forecast period (a stub to the end of the financial year).
    tax_amortization : TaxAmortization, optional
        For fair value; leave it out for market or pledge value.

    Source: International Valuation Standards 210, income approach.

    Examples
    --------
    >>> stream = RevenueStream(name="A", revenues=(15e6, 12e6, 5e6))
    >>> method = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.10, tax_rate=0.20, discount_rate=0.15,
    ...                            tax_amortization=TaxAmortization(years=5))
    >>> method.value(Portfolio(rights=()), as_of=date(2023, 12, 31))
    Valuation(relief from royalty, 2023-12-31: 2,347,095.85 CNY)
    """

    streams: tuple[RevenueStream, ...]
    royalty_rate: Values
    tax_rate: Values
    discount_rate: Values
    coverage: CoverageMatrix | None = None
    loss_rate: Values = 0.0
    timing: Timing = "end"
    first_period_years: float = 1.0
    tax_amortization: TaxAmortization | None = None
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    @property
    def terms(self) -> StreamTerms:
        """On what terms streams are turned into value."""
        return StreamTerms(
            rate=self.royalty_rate,
            tax_rate=self.tax_rate,
            discount_rate=self.discount_rate,
            timing=self.timing,
            first_period_years=self.first_period_years,
            loss_rate=self.loss_rate,
        )

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
