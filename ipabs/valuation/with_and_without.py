"""With and without: what the business earns with the right, less what it would earn without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Timing, Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.checks import draw_findings, rights_findings
from ipabs.valuation.life import economic_life, longest_life_years
from ipabs.valuation.periods import Periods, timing_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of, total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithAndWithout:
    """The difference of two forecasts after tax, within the life of the longest right.

    ``V = probability × Σ_t (with_t × level_with − without_t × level_without) × (1 − tax) × DF_t``

    Parameters
    ----------
    earnings_with, earnings_without : tuple of float
        Earnings before tax, one a period; both of one length.
    probability : float or FloatArray
        Chance that the state without the right would come about (that a competitor enters).

    Source: International Valuation Standards 210, with-and-without method.

    Examples
    --------
    >>> method = WithAndWithout(earnings_with=(120.0, 120.0), earnings_without=(100.0, 90.0), tax_rate=0.25,
    ...                         discount_rate=0.1)
    >>> method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(with and without, 2024-01-01: 32.23 CNY)
    """

    earnings_with: tuple[float, ...]
    earnings_without: tuple[float, ...]
    tax_rate: Values
    discount_rate: Values
    level_with: Values = 1.0
    level_without: Values = 1.0
    probability: Values = 1.0
    timing: Timing = "end"
    first_period_years: float = 1.0
    tax_amortization: TaxAmortization | None = None
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """Forecasts of different length, rates out of range."""
        if len(self.earnings_with) != len(self.earnings_without):
            yield finding(
                "with_without.length",
                "{got} periods with the right, {without} without it",
                path=("earnings_without",),
                got=len(self.earnings_with),
                without=len(self.earnings_without),
            )
        if not self.earnings_with:
            yield finding("with_without.none", "no period of earnings", path=("earnings_with",))
        yield from outside("earnings_with", self.earnings_with, "(-inf, inf)")
        yield from outside("earnings_without", self.earnings_without, "(-inf, inf)")
        yield from outside("level_with", self.level_with, "[0, inf)")
        yield from outside("level_without", self.level_without, "[0, inf)")
        yield from outside("tax_rate", self.tax_rate, "[0, 1]")
        yield from outside("discount_rate", self.discount_rate, "(-1, 1]")
        yield from outside("probability", self.probability, "[0, 1]")
        yield from outside("first_period_years", self.first_period_years, "(0, 1]")
        yield from timing_findings(self.timing)
        yield from self.tax_amortization.findings() if self.tax_amortization else ()
        yield from draw_findings(self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`, with a part for each state."""
        found = (*rights_findings(portfolio, as_of), *self.findings())
        refuse(DataError, found)
        periods = Periods(count=len(self.earnings_with), timing=self.timing, first_years=self.first_period_years)
        legal = longest_life_years(portfolio, as_of)
        life = economic_life(legal=legal, forecast=float(periods.ends[-1]))
        weights = periods.share_within(legal) * periods.discounts(self.discount_rate)
        kept = np.asarray(self.probability) * (1 - np.asarray(self.tax_rate))
        with_right = kept * self.level_with * (weights * np.array(self.earnings_with)).sum(axis=-1)
        without = kept * self.level_without * (weights * np.array(self.earnings_without)).sum(axis=-1)
        parts: tuple[Part, ...] = (
            Part(name="with", value=value_or_array(with_right), life_years=life.years, binding=life.binding),
            Part(name="without", value=value_or_array(-without), life_years=life.years, binding=life.binding),
        )
        if self.tax_amortization:
            parts = (*parts, self.tax_amortization.benefit(parts, self.tax_rate, self.discount_rate))
        return Valuation(
            method="with and without",
            as_of=as_of,
            currency=self.currency,
            value=total([part.value for part in parts]),
            inputs=inputs_of(self, self.provenance),
            parts=parts,
            findings=found,
        )
