"""Comparable licences: adjusted royalty rates, robust statistics, and value at their middle and across their range."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.tables import read_csv
from ipabs.basics.units import Rate
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.distributions import Empirical
from ipabs.valuation.ranges import outside
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.valuation import Valuation

# Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: |0.6745 (x − median) / MAD| above 3.5.
OUTLIER_SCORE = 3.5
NORMAL_MAD = 0.6744897501960817


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One difference between a licence and the right valued: the rate is multiplied by `factor`.

    >>> Adjustment(factor=0.8, reason="no exclusivity").factor
    0.8
    """

    SHORT: ClassVar[str] = "factor"
    factor: Annotated[float, "1.1: the right valued is worth a tenth more on this score."]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence found in the market, and how it differs from the right valued.

    >>> exclusive = Licence(name="a", royalty_rate=0.05, adjustments=(Adjustment(factor=0.8), Adjustment(factor=1.1)))
    >>> round(exclusive.adjusted_rate, 6)
    0.044
    """

    KEYED: ClassVar[str] = "name"
    name: str
    royalty_rate: Rate
    adjustments: tuple[Adjustment, ...] = ()
    source: Annotated[str, "Where the licence is disclosed."] = ""

    @property
    def adjusted_rate(self) -> float:
        """``royalty × Π factor``."""
        return float(self.royalty_rate * np.prod([one.factor for one in self.adjustments]))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoyaltyRange:
    """Robust statistics of adjusted royalty rates.

    Attributes
    ----------
    median, lower_quartile, upper_quartile : float
        Of the licences kept; the quartiles bound the range.
    deviation : float
        Median absolute deviation × 1.4826, which estimates the standard deviation of a normal sample.
    excluded : tuple of str
        Licences whose modified z-score is above 3.5.

    Examples
    --------
    >>> three = royalty_range(tuple(Licence(name=str(rate), royalty_rate=rate) for rate in (0.02, 0.03, 0.04)))
    >>> three.count, round(three.deviation, 6)                          # 0.01 × 1.4826
    (3, 0.014826)
    """

    median: float
    lower_quartile: float
    upper_quartile: float
    deviation: float
    count: int
    excluded: tuple[str, ...]


def royalty_range(licences: tuple[Licence, ...]) -> RoyaltyRange:
    """Median, quartiles and spread of the adjusted rates without outliers.

    >>> found = royalty_range(tuple(Licence(name=str(n), royalty_rate=rate)
    ...                             for n, rate in enumerate([0.02, 0.03, 0.04, 0.05, 0.06, 0.40])))
    >>> round(found.median, 6), round(found.lower_quartile, 6), round(found.upper_quartile, 6), found.excluded
    (0.04, 0.03, 0.05, ('5',))
    """
    refuse(DataError, _licence_findings(licences))
    rates = np.array([licence.adjusted_rate for licence in licences])
    spread = float(np.median(np.abs(rates - np.median(rates))))
    scores = NORMAL_MAD * np.abs(rates - np.median(rates)) / spread if spread else np.zeros(len(rates))
    kept = rates[scores <= OUTLIER_SCORE]
    lower, middle, upper = np.quantile(kept, [0.25, 0.5, 0.75])
    return RoyaltyRange(
        median=float(middle),
        lower_quartile=float(lower),
        upper_quartile=float(upper),
        deviation=float(np.median(np.abs(kept - middle)) / NORMAL_MAD),
        count=len(kept),
        excluded=tuple(one.name for one, score in zip(licences, scores, strict=True) if score > OUTLIER_SCORE),
    )


def _licence_findings(licences: tuple[Licence, ...]) -> Iterator[Finding]:
    if not licences:
        yield finding("licences.none", "no licences to compare with", path=("licences",))
    for name, count in Counter(licence.name for licence in licences).items():
        if count > 1:
            yield finding("licences.twice", "licence {got} stands {count} times", path=(name,), got=name, count=count)
    for licence in licences:
        found = [
            *outside("royalty_rate", licence.royalty_rate, "[0, 1]", path=(licence.name, "royalty_rate"), single=True)
        ]
        for at, one in enumerate(licence.adjustments):
            path = (licence.name, "adjustments", at, "factor")
            found += outside("factor", one.factor, "[0, 10]", path=path, single=True)
        yield from found or outside("adjusted_rate", licence.adjusted_rate, "[0, 1]", path=(licence.name,))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComparableLicences:
    """Relief from royalty at the median of comparable licences, with the range between their quartiles as a note.

    Parameters
    ----------
    licences : tuple of Licence
    relief : ReliefFromRoyalty
        Streams, tax and discounting; its own royalty rate is not read.

    Examples
    --------
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> relief = ReliefFromRoyalty(streams=(RevenueStream(name="A", revenues=(1e6,)),), royalty_rate=0.0, tax_rate=0.25,
    ...                            discount_rate=0.2)
    >>> licences = tuple(Licence(name=str(rate), royalty_rate=rate) for rate in (0.02, 0.03, 0.04, 0.05, 0.06))
    >>> worth = ComparableLicences(licences=licences, relief=relief).value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    >>> worth
    Valuation(comparable licences, 2024-01-01: 25,000.00 CNY)
    >>> print(*worth.notes)
    5 licences: royalty 3.0000% to 5.0000%, value 18,750.00 to 31,250.00 between the quartiles
    """

    licences: tuple[Licence, ...]
    relief: ReliefFromRoyalty

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value at the median rate; warnings name what was left out and say when fewer than five are left."""
        rates = royalty_range(self.licences)
        low, middle, high = (
            replace(self.relief, royalty_rate=rate).value(portfolio, as_of=as_of)
            for rate in (rates.lower_quartile, rates.median, rates.upper_quartile)
        )
        found = [
            finding(
                "licences.range",
                "{count} licences: royalty {low_rate} to {high_rate}, value {low} to {high} between the quartiles",
                severity="note",
                count=rates.count,
                low_rate=f"{rates.lower_quartile:.4%}",
                high_rate=f"{rates.upper_quartile:.4%}",
                low=f"{low.mean:,.2f}",
                high=f"{high.mean:,.2f}",
            ),
            *(
                finding(
                    "licences.outlier", "{got} is an outlier and left out", severity="warning", path=(name,), got=name
                )
                for name in rates.excluded
            ),
        ]
        if rates.count < 5:
            template = "only {got} licences are left; five or more are needed for quartiles that mean something"
            found.append(finding("licences.few", template, severity="warning", path=("licences",), got=rates.count))
        return replace(middle, method="comparable licences", findings=(*middle.findings, *found))


@cache
def royalty_distribution(*, least: float = 0.0, most: float = 0.20) -> Empirical:
    """Published distribution of technology royalty rates over all industries, linear between the points.

    The source stops at 92 % of licences at a rate of 10 %; rates above 15 % are rare. `most` is an assumption: where
    the last of them lie.

    Source: Parr, *Royalty Rates for Technology*, 6th edition, appendix C.

    >>> round(float(royalty_distribution().quantile(np.array(0.5))), 6)
    0.042917
    """
    table = read_csv("patents/royalty_rates.csv")
    rates: FloatArray = np.array([least, *table.numbers("royalty_rate"), most])
    found = Empirical(values=tuple(rates.tolist()), cumulative=(0.0, *table.numbers("share_at_most"), 1.0))
    refuse(DataError, found.findings())
    return found
