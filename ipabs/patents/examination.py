"""Examination: when a pending application is granted, by which route, and how likely."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.schedule import add_months
from ipabs.basics.units import Share
from ipabs.errors import Finding, finding
from ipabs.patents.renewal_fees import is_amount

PUBLICATION_MONTHS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationRoute:
    """A route to grant: months from the start of examination, as a triangular distribution, and the chance of a grant.

    A degenerate distribution (least = most likely = most) is a fixed pendency.

    >>> prior = ExaminationRoute(name="prior", least_months=6, likely_months=9, most_months=12, grant_probability=0.5)
    >>> prior.mean_months, prior.months_to_grant(np.array([0.0, 0.5, 1.0])).tolist()
    (9.0, [6.0, 9.0, 12.0])
    """

    name: str
    least_months: Annotated[float, "Shortest time from the start of examination to grant."]
    likely_months: float
    most_months: float
    grant_probability: Share
    start_months: Annotated[float, "Months from filing to the start of examination."] = 0.0

    def findings(self) -> Iterable[Finding]:
        """Months out of order, or that are no numbers of 0 or more."""
        months = (self.least_months, self.likely_months, self.most_months)
        if not (all(map(is_amount, months)) and months[0] <= months[1] <= months[2]):
            yield finding(
                "examination.months",
                "{got}: least, likely and most months must rise from zero",
                path=("likely_months",),
                got=", ".join(map(str, months)),
            )
        if not is_amount(self.start_months):
            template = "{got} months to the start of examination; 0 or more"
            yield finding("examination.start", template, path=("start_months",), got=self.start_months)

    @property
    def mean_months(self) -> float:
        """Mean months from filing to grant: start + (least + likely + most) / 3.

        >>> STANDARD_ROUTE.mean_months - FAST_TRACK_ROUTE.mean_months
        13.0
        """
        return self.start_months + (self.least_months + self.likely_months + self.most_months) / 3

    def months_to_grant(self, uniform: FloatArray) -> FloatArray:
        """Months from filing to grant for uniform numbers in (0, 1): the inverse of the triangular distribution.

        >>> ExaminationRoute(name="x", least_months=0, likely_months=6, most_months=12,
        ...                  grant_probability=1).months_to_grant(np.array([0.5]))
        array([6.])
        """
        width = self.most_months - self.least_months
        if width == 0:
            return np.full_like(uniform, self.start_months + self.least_months)
        rising = self.likely_months - self.least_months
        falling = self.most_months - self.likely_months
        left = self.least_months + np.sqrt(uniform * width * rising)
        right = self.most_months - np.sqrt((1 - uniform) * width * falling)
        return np.asarray(self.start_months + np.where(uniform * width <= rising, left, right))


# Zhejiang Daily, 2023-08-08: the cycle fell from 16 months on average to 3. The chance of a grant is an assumption.
STANDARD_ROUTE = ExaminationRoute(
    name="standard", least_months=16, likely_months=16, most_months=16, grant_probability=0.55
)
FAST_TRACK_ROUTE = ExaminationRoute(
    name="fast track", least_months=3, likely_months=3, most_months=3, grant_probability=0.55
)


def publication_date(filing: date, *, months: int = PUBLICATION_MONTHS) -> date:
    """When an invention application is published: 18 months after filing unless requested earlier (Patent Law art. 34).

    >>> publication_date(date(2022, 8, 31))
    datetime.date(2024, 2, 29)
    """
    return add_months(filing, months)


def months_gained(grants: float, *, standard: ExaminationRoute, fast: ExaminationRoute) -> float:
    """Patent-months of protection gained by `grants` on the fast track.

    >>> months_gained(1820, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE)
    23660.0
    """
    return grants * (standard.mean_months - fast.mean_months)
