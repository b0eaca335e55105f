"""The tax-amortization benefit: a buyer may write the price off, and the price holds the value of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ipabs.cashflow.discounting import Timing, Values, value_or_array
from ipabs.errors import DataError, Finding, refuse
from ipabs.valuation.periods import Periods, timing_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.valuation import Part, total


def step_up_factor(*, tax_rate: Values, discount_rate: Values, years: int, timing: Timing = "end") -> Values:
    """Fair value over the value before the benefit, ``1 / (1 − t/n × Σ DF_k)``.

    The benefit is a part of the price on which it is computed: ``FMV − PV(t/n × FMV each year) = value before``.

    Parameters
    ----------
    years : int
        The tax life n. It is set by law or contract (China: at least ten years unless either says otherwise,
        Enterprise Income Tax Regulations art. 67) and is not the useful life.
    timing : {"end", "mid", "start"}

    Raises
    ------
    DataError
        A tax rate outside [0, 1), a negative discount rate, a tax life that is no whole number of 1 to 100 years.

    Source: International Valuation Standards 210, tax amortisation benefit.

    Examples
    --------
    >>> round(step_up_factor(tax_rate=0.25, discount_rate=0.12, years=15), 6)
    1.12805
    >>> round(step_up_factor(tax_rate=0.25, discount_rate=0.12, years=15, timing="mid"), 6)
    1.136535
    """
    refuse(
        DataError,
        [
            *outside("tax_rate", tax_rate, "[0, 1)"),
            *outside("discount_rate", discount_rate, "[0, 1]"),
            *TaxAmortization(years=years, timing=timing).findings(),
        ],
    )
    annuity = Periods(count=years, timing=timing).discounts(discount_rate).sum(axis=-1)
    return value_or_array(1 / (1 - np.asarray(tax_rate) / years * annuity))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAmortization:
    """How a buyer writes the asset off for tax; belongs to fair value, not to market or pledge value unless asked.

    >>> product = Part(name="product", value=2.0)
    >>> round(TaxAmortization(years=15).benefit((product,), 0.25, 0.12).value, 5)
    0.2561
    """

    years: Annotated[int, "Tax life in years; not the useful life."]
    timing: Timing = "end"

    def benefit(self, parts: tuple[Part, ...], tax_rate: Values, discount_rate: Values) -> Part:
        """What the benefit adds to the value of `parts`."""
        factor = step_up_factor(tax_rate=tax_rate, discount_rate=discount_rate, years=self.years, timing=self.timing)
        before = np.asarray(total([part.value for part in parts]))
        return Part(name="tax amortization benefit", value=value_or_array(before * (np.asarray(factor) - 1)))

    def findings(self) -> Iterable[Finding]:
        """A life that is no whole number of years, an unknown timing."""
        yield from outside("years", self.years, "{1, ..., 100}", single=True)
        yield from timing_findings(self.timing)
