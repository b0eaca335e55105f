"""What a method of revenue streams is given, on what terms it values them, and what forbids it to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil, isfinite
from typing import Protocol

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Timing, Values
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.checks import draw_findings, rights_findings
from ipabs.valuation.coverage import CoverageMatrix, ProtectionLayer, layers
from ipabs.valuation.periods import Periods, timing_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.revenue import LONGEST_YEARS, RevenueStream, perpetuity_findings
from ipabs.valuation.valuation import NO_PROVENANCE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreamTerms:
    """On what terms streams are turned into value.

    Attributes
    ----------
    rate : float or FloatArray
        Share of revenue that is the right's: royalty rate, or sharing rate.
    loss_rate : float or FloatArray
        Yearly chance that a right is lost before its end.
    least_rate : float
        The lowest `rate` that makes sense: 0, or below it for earnings that charges may exceed.

    Examples
    --------
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> relief.terms.forecast_years(stream)
    2.0
    """

    rate: Values
    tax_rate: Values
    discount_rate: Values
    timing: Timing
    first_period_years: float
    loss_rate: Values
    least_rate: float = 0.0

    def forecast_years(self, stream: RevenueStream) -> float:
        """Years to the end of a stream that ends with its forecast; inf where it goes on."""
        return self.first_period_years + len(stream.revenues) - 1 if stream.growth_rate is None else np.inf

    def periods(self, stream: RevenueStream, over: tuple[ProtectionLayer, ...]) -> Periods:
        """The periods in which a stream can have value in some draw."""
        legal = over[0].legal_life_years if over else 0.0
        years = stream.horizon_years(legal)
        count = ceil(round(years - self.first_period_years, 9)) + 1 if years > 0 else 0
        if stream.growth_rate is None or stream.perpetual:
            count = min(count, len(stream.revenues))
        return Periods(count=count, timing=self.timing, first_years=self.first_period_years)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreamInputs:
    """What every method of streams is given beside the share of revenue that it takes for the right's.

    Attributes
    ----------
    streams : tuple of RevenueStream
        Product × country; each is valued once.
    tax_rate, discount_rate : float or FloatArray
        Decimals; a stream may state its own tax rate.
    coverage : CoverageMatrix, optional
        Which right protects which stream; without it every right protects all of every stream.
    loss_rate : float or FloatArray
        Yearly chance that a right is lost before its end (see `ipabs.valuation.life.invalidation_rate`).
    first_period_years : float
        Length of the first forecast period (a stub to the end of the financial year).

    Examples
    --------
    >>> inputs = StreamInputs(streams=(RevenueStream(name="A", revenues=(100.0,)),), tax_rate=0.25, discount_rate=0.12)
    >>> inputs.timing, inputs.currency
    ('end', 'CNY')
    """

    streams: tuple[RevenueStream, ...]
    tax_rate: Values
    discount_rate: Values
    coverage: CoverageMatrix | None = None
    loss_rate: Values = 0.0
    timing: Timing = "end"
    first_period_years: float = 1.0
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE


def terms_at(rate: Values, inputs: StreamInputs) -> StreamTerms:
    """The terms of a method that takes the share `rate` of revenue before tax.

    >>> inputs = StreamInputs(streams=(RevenueStream(name="A", revenues=(100.0,)),), tax_rate=0.25, discount_rate=0.12)
    >>> terms_at(0.05, inputs).rate
    0.05
    """
    return StreamTerms(
        rate=rate,
        tax_rate=inputs.tax_rate,
        discount_rate=inputs.discount_rate,
        timing=inputs.timing,
        first_period_years=inputs.first_period_years,
        loss_rate=inputs.loss_rate,
    )


class StreamMethod(Protocol):
    """A method whose value is a share of revenue streams.

    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> method: StreamMethod = relief
    >>> method.terms.rate
    0.05
    """

    @property
    def streams(self) -> tuple[RevenueStream, ...]:
        """The revenue streams, each valued once."""

    @property
    def terms(self) -> StreamTerms:
        """On what terms they are turned into value."""

    @property
    def coverage(self) -> CoverageMatrix | None:
        """Which right protects which stream."""

    @property
    def currency(self) -> str:
        """The currency of the revenues."""

    @property
    def provenance(self) -> ProvenanceTable:
        """Where the inputs come from."""


def checked_streams(
    method: StreamMethod, *, portfolio: Portfolio, as_of: date, faults: Iterable[Finding] = ()
) -> tuple[Finding, ...]:
    """Warnings and notes about streams, terms and rights; `faults` are the method's own.

    Raises
    ------
    DataError
        With every fault: rights not alive, rates out of range, streams twice, draws of different length, a perpetuity
        that does not converge or outlives its right.

    Examples
    --------
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> stream = RevenueStream(name="A", revenues=(100.0, 100.0))
    >>> relief = ReliefFromRoyalty(streams=(stream,), royalty_rate=0.05, tax_rate=0.2, discount_rate=0.25)
    >>> checked_streams(relief, portfolio=Portfolio(rights=()), as_of=date(2024, 1, 1))
    ()
    """
    faults = tuple(faults)
    refuse(DataError, (one for one in faults if one.code == "range.no_number"))  # terms are calculated with numbers
    streams, coverage, terms = method.streams, method.coverage, method.terms
    none = () if streams else (finding("stream.none", "no revenue stream to value", path=("streams",)),)
    found = (
        *none,
        *rights_findings(portfolio, as_of),
        *faults,
        *_term_findings(terms),
        *(coverage.findings(portfolio, [stream.name for stream in streams]) if coverage else ()),
        *(one for stream in streams for one in _stream_findings(stream, terms)),
        *_twice(streams),
        *draw_findings(method),
    )
    refuse(DataError, found)
    perpetual = tuple(
        one
        for stream in streams
        if stream.perpetual
        for one in _perpetual_findings(stream, layers(coverage, portfolio, stream.name, as_of=as_of))
    )
    refuse(DataError, perpetual)
    endless = (
        one
        for stream in streams
        for one in _endless(stream, terms, layers(coverage, portfolio, stream.name, as_of=as_of))
    )
    return (*found, *_pending_notes(portfolio, as_of), *endless)


def _term_findings(terms: StreamTerms) -> Iterator[Finding]:
    yield from outside("rate", terms.rate, f"[{terms.least_rate:g}, 1]")
    yield from outside("tax_rate", terms.tax_rate, "[0, 1]")
    yield from outside("discount_rate", terms.discount_rate, "(-1, 1]")
    yield from outside("loss_rate", terms.loss_rate, "[0, 1]")
    yield from outside("first_period_years", terms.first_period_years, "(0, 1]")
    yield from timing_findings(terms.timing)


def _stream_findings(stream: RevenueStream, terms: StreamTerms) -> Iterator[Finding]:
    faults = (*stream.findings(), *perpetuity_findings(stream, terms.discount_rate, loss_rate=terms.loss_rate))
    for one in faults:
        yield one.under("streams", stream.name)


def _twice(streams: tuple[RevenueStream, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for at, stream in enumerate(streams):
        if first.setdefault(stream.name, at) != at:
            yield finding("stream.twice", "stream {got} stands twice", path=("streams", at), got=stream.name)


def _perpetual_findings(stream: RevenueStream, over: tuple[ProtectionLayer, ...]) -> Iterator[Finding]:
    ends = [layer.right for layer in over if isfinite(layer.legal_life_years)]
    lives = np.minimum(stream.technical_life_years, stream.contract_life_years)
    if ends or np.isfinite(lives).any():
        yield finding(
            "stream.perpetual_life",
            "a perpetual stream needs rights and contracts that do not end, but {got} does",
            path=("streams", stream.name, "perpetual"),
            got=", ".join(ends) or "its technical or contract life",
        )


def _endless(stream: RevenueStream, terms: StreamTerms, over: tuple[ProtectionLayer, ...]) -> Iterator[Finding]:
    goes_on = bool(over) and stream.growth_rate is not None and not stream.perpetual
    if goes_on and stream.horizon_years(over[0].legal_life_years) == LONGEST_YEARS:
        yield finding(
            "stream.endless",
            "nothing ends stream {got}; it is valued over {years} years",
            path=("streams", stream.name),
            severity="warning",
            got=stream.name,
            years=LONGEST_YEARS,
        )


def _pending_notes(portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    for right in portfolio.rights:
        if right.status == "pending" or (right.grant and as_of < right.grant):
            yield finding(
                "valuation.pending",
                "{right} is not granted; here it counts as if it were (see the method for applications)",
                path=(right.number, "status"),
                severity="warning",
                right=right.number,
            )
