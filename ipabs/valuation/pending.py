"""Pending applications: value by the route to grant, with the grant date a distribution."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Timing, Values, value_or_array
from ipabs.errors import Finding, finding
from ipabs.patents.examination import ExaminationRoute, publication_date
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.renewal_fees import Reduction, fee_schedule
from ipabs.patents.statute import years_between
from ipabs.valuation.coverage import CoverageMatrix, layers
from ipabs.valuation.life import economic_life
from ipabs.valuation.periods import Periods
from ipabs.valuation.ranges import check_ranges, outside
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.stream_terms import StreamTerms, checked_streams
from ipabs.valuation.stream_values import unprotected_values
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of, total

# Points of the grant date's distribution over which value is averaged.
GRANT_POINTS = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PendingApplications:
    """Value of applications: ``p_grant × [PV(grant to expiry) + θ × PV(publication to grant)] − fees``.

    Royalties are valued as in relief from royalty, but protection starts at grant, and before it, from publication, at
    the share θ (the reasonable fee an applicant may ask for: Patent Law of China art. 13). The grant date is averaged
    over the route's distribution, given that grant has not come by the valuation date.

    Parameters
    ----------
    route : ExaminationRoute
        Months to grant and the chance of a grant.
    provisional_protection : float or FloatArray
        θ, from 0 to 1.
    fees : float or FloatArray
        Present value of what is still to be paid for grant and renewal (see `present_value_of_fees`).
    coverage : CoverageMatrix, optional
        Which application protects which stream; each stream by one application.

    Examples
    --------
    >>> from ipabs.patents.examination import FAST_TRACK_ROUTE, STANDARD_ROUTE
    >>> filed = Patent(number="p", kind="invention", filing=date(2024, 1, 1), status="pending")
    >>> stream = RevenueStream(name="A", revenues=(100.0,) * 3)
    >>> slow, fast = (
    ...     PendingApplications(streams=(stream,), royalty_rate=0.05, tax_rate=0.25, discount_rate=0.12, route=route)
    ...     for route in (STANDARD_ROUTE, FAST_TRACK_ROUTE))
    >>> slow.value(Portfolio(rights=(filed,)), as_of=date(2024, 1, 1))
    Valuation(pending applications, 2024-01-01: 2.71 CNY)
    >>> fast.value(Portfolio(rights=(filed,)), as_of=date(2024, 1, 1))
    Valuation(pending applications, 2024-01-01: 4.76 CNY)
    """

    streams: tuple[RevenueStream, ...]
    royalty_rate: Values
    tax_rate: Values
    discount_rate: Values
    route: ExaminationRoute
    provisional_protection: Values = 0.0
    fees: Values = 0.0
    coverage: CoverageMatrix | None = None
    timing: Timing = "mid"
    first_period_years: float = 1.0
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
            loss_rate=0.0,
        )

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the applications of `portfolio`: one part a stream, and one for the fees.

        Raises
        ------
        DataError
            With every fault; a right that is granted, or a stream under two applications, is one.
        """
        found = checked_streams(self, portfolio=portfolio, as_of=as_of, faults=self._findings(portfolio))
        kept = tuple(one for one in found if one.code != "valuation.pending")
        parts = [self._part(stream, portfolio, as_of) for stream in self.streams]
        parts.append(Part(name="fees", value=value_or_array(-np.asarray(self.fees))))
        return Valuation(
            method="pending applications",
            as_of=as_of,
            currency=self.currency,
            value=total([part.value for part in parts]),
            inputs=inputs_of(self, self.provenance),
            parts=tuple(parts),
            findings=(*kept, *self._late(portfolio, as_of)),
        )

    def _part(self, stream: RevenueStream, portfolio: Portfolio, as_of: date) -> Part:
        over = layers(self.coverage, portfolio, stream.name, as_of=as_of)
        if not over:
            return Part(name=stream.name, value=0.0)
        patent = next(patent for patent in portfolio.patents if patent.number == over[0].right)
        periods = self.terms.periods(stream, over)
        end = np.minimum(over[0].legal_life_years, np.minimum(stream.technical_life_years, stream.contract_life_years))
        protected = over[0].share * self._protection(patent, periods, end, as_of)
        worth = (unprotected_values(stream, self.terms, periods) * protected).sum(axis=-1)
        life = economic_life(
            legal=over[0].legal_life_years,
            contract=stream.contract_life_years,
            technical=stream.technical_life_years,
            forecast=self.terms.forecast_years(stream),
        )
        return Part(
            name=stream.name,
            value=value_or_array(self.route.grant_probability * worth),
            life_years=life.years,
            binding=life.binding,
        )

    def _protection(self, patent: Patent, periods: Periods, end: Values, as_of: date) -> FloatArray:
        """Expected share of each period protected: fully from grant, by θ from publication, none after `end`."""
        ends = periods.share_within(end)
        grants = years_to_grant(patent, self.route, as_of=as_of)
        published = years_to_publication(patent, as_of)
        to_grant = np.mean([np.minimum(periods.share_within(float(grant)), ends) for grant in grants], axis=0)
        to_publication = np.mean(
            [np.minimum(periods.share_within(min(published, float(grant))), ends) for grant in grants], axis=0
        )
        theta = np.asarray(self.provisional_protection)[..., np.newaxis]
        return np.asarray(ends - to_grant + theta * (to_grant - to_publication))

    def _findings(self, portfolio: Portfolio) -> Iterator[Finding]:
        yield from self.route.findings()
        yield from outside("grant_probability", self.route.grant_probability, "[0, 1]")
        yield from outside("provisional_protection", self.provisional_protection, "[0, 1]")
        yield from outside("fees", self.fees, "[0, inf)")
        applications = [patent.number for patent in portfolio.patents if patent.status == "pending"]
        for right in portfolio.rights:
            if right.number not in applications:
                template = "{right} is not a pending application"
                yield finding("pending.granted", template, path=(right.number, "status"), got=right.status,
                              right=right.number)  # fmt: skip
        covered = [one.stream for one in self.coverage.protections] if self.coverage else []
        for stream in self.streams:
            many = covered.count(stream.name) if self.coverage else len(applications)
            if many != 1:
                template = "{got} applications protect stream {stream}; value it under one"
                yield finding("pending.one_each", template, path=("coverage",), got=many, stream=stream.name)

    def _late(self, portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
        for patent in portfolio.patents:
            if _elapsed_months(patent, as_of) >= self.route.start_months + self.route.most_months:
                template = "{right} is pending longer than route {route} takes; grant is taken to be imminent"
                yield finding("pending.late", template, path=(patent.number,), severity="warning",
                              right=patent.number, route=self.route.name)  # fmt: skip


def years_to_grant(patent: Patent, route: ExaminationRoute, *, as_of: date) -> FloatArray:
    """Equally likely years from `as_of` to grant, given that it has not come yet; 0 where the route's time is over.

    >>> from ipabs.patents.examination import STANDARD_ROUTE
    >>> filed = Patent(number="p", kind="invention", filing=date(2024, 1, 1), status="pending")
    >>> years_to_grant(filed, STANDARD_ROUTE, as_of=date(2024, 1, 1)).round(4)
    array([1.3333])
    """
    months = route.months_to_grant((np.arange(GRANT_POINTS) + 0.5) / GRANT_POINTS)
    ahead = months[months > _elapsed_months(patent, as_of)]
    if not ahead.size:
        return np.zeros(1)
    return np.asarray((np.unique(ahead) if np.ptp(ahead) == 0 else ahead) - _elapsed_months(patent, as_of)) / 12


def years_to_publication(patent: Patent, as_of: date) -> float:
    """Years to publication, 18 months after filing unless it came earlier; 0 when it is over.

    >>> filed = Patent(number="p", kind="invention", filing=date(2024, 1, 1), status="pending")
    >>> round(years_to_publication(filed, date(2024, 7, 1)), 4), years_to_publication(filed, date(2026, 1, 1))
    (1.0, 0.0)
    """
    if patent.filing is None:
        return 0.0
    published = patent.publication or publication_date(patent.filing)
    return years_between(as_of, published) if as_of < published else 0.0


def present_value_of_fees(
    patent: Patent, *, as_of: date, discount_rate: float, grant: date | None = None, reduction: Reduction = "none"
) -> float:
    """Present value of the renewal fees due from `as_of` on; an application is taken to be granted on `grant`.

    >>> patent = Patent(number="ZL1", kind="utility_model", filing=date(2020, 3, 1), grant=date(2021, 1, 1))
    >>> round(present_value_of_fees(patent, as_of=date(2028, 3, 1), discount_rate=0.06), 2)
    3886.79
    """
    check_ranges(discount_rate=(discount_rate, "(-1, 1]"))
    granted = replace(patent, grant=grant, status="in_force") if grant else patent
    due = [fee for fee in fee_schedule(granted, reduction=reduction) if fee.due >= as_of]
    return float(sum(fee.amount * (1 + discount_rate) ** -years_between(as_of, fee.due) for fee in due))


def _elapsed_months(patent: Patent, as_of: date) -> float:
    return 12 * years_between(patent.filing, as_of) if patent.filing and patent.filing < as_of else 0.0
