"""What an earlier grant is worth: the term runs from filing, so examination takes from protection.

Income flows evenly from grant to the end of the term, ``∫ R e^(−m t) dt`` with ``m = ln(1 + k) − ln(1 − d)``:
discounting at k and decay at d, both from filing, because a technology ages whether granted or not. Before grant, from
publication on at the earliest, an applicant can claim a reasonable fee for use (Patent Law of China art. 13): the share
θ of protection that this is worth lowers what a faster grant gains.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.examination import PUBLICATION_MONTHS, ExaminationRoute
from ipabs.patents.renewal_fees import FeeTable
from ipabs.valuation.checks import draw_findings
from ipabs.valuation.ranges import check_ranges, outside

INCOME_RANGES = {
    "yearly_income": "[0, inf)",
    "discount_rate": "(-1, 1]",
    "decay_rate": "[0, 1)",
    "term_years": "(0, inf)",
    "early_protection_share": "[0, 1]",
    "early_protection_months": "[0, inf)",
}
# A grant date that is uncertain is taken at the middles of this many equally likely parts.
GRANT_DATES = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProtectedIncome:
    """Income that a granted right protects; each number may be draws ``(draw,)``.

    Attributes
    ----------
    yearly_income : float or FloatArray
        After tax, a year, at filing; it falls by `decay_rate` from then on.
    early_protection_share : float or FloatArray
        θ, the share of protection that an application has before grant, in [0, 1].
    early_protection_months : float or FloatArray
        Months from filing to publication, where that share begins.

    Examples
    --------
    >>> round(float(ProtectedIncome(yearly_income=1, discount_rate=0.12, decay_rate=0.15).fade_rate), 6)
    0.275848
    """

    yearly_income: Values
    discount_rate: Values
    decay_rate: Values = 0.0
    term_years: Values = 20.0
    early_protection_share: Values = 0.0
    early_protection_months: Values = PUBLICATION_MONTHS

    @property
    def fade_rate(self) -> FloatArray:
        """``m = ln(1 + k) − ln(1 − d)``, continuously compounded."""
        return np.asarray(np.log1p(self.discount_rate) - np.log1p(-np.asarray(self.decay_rate)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FastTrackGain:
    """Value at filing on both routes, a number or draws.

    >>> found = FastTrackGain(standard=100.0, fast=115.0)
    >>> found.gain, found.gain_share
    (15.0, 0.15)
    """

    standard: Values
    fast: Values

    @property
    def gain(self) -> Values:
        """Fast less standard."""
        return self.fast - self.standard

    @property
    def gain_share(self) -> Values:
        """Gain over the value on the standard route."""
        return self.gain / self.standard


def grant_value(income: ProtectedIncome, grant_months: ArrayLike) -> Values:
    """Value at filing of a right granted after `grant_months`: granted protection, and θ of it before.

    ``R [∫_g^T e^(−mt) dt + θ ∫_p^g e^(−mt) dt]`` with g grant, p publication (if before grant), T the term.

    Raises
    ------
    DataError
        A number outside its range: a grant after the term, θ outside [0, 1], a negative income.

    Examples
    --------
    >>> income = ProtectedIncome(yearly_income=1, discount_rate=0.12)
    >>> grant_value(income, [16, 3]).round(6)
    array([6.671662, 7.662655])
    """
    found = _faults(income)
    unknown = any(one.place.path == ("term_years",) for one in found)
    term = "inf)" if unknown else f"{12 * np.min(income.term_years):g}]"
    refuse(DataError, [*found, *outside("grant_months", grant_months, f"[0, {term}")])
    return value_or_array(_granted(income, np.asarray(grant_months, dtype=np.float64)))


def _granted(income: ProtectedIncome, grant_months: FloatArray) -> FloatArray:
    granted = grant_months / 12
    published = np.minimum(np.asarray(income.early_protection_months) / 12, granted)
    protected = _income_between(income.fade_rate, granted, np.asarray(income.term_years))
    before = _income_between(income.fade_rate, published, granted)
    return np.asarray(income.yearly_income * (protected + income.early_protection_share * before))


def application_value(income: ProtectedIncome, route: ExaminationRoute, *, fees: Values = 0.0) -> Values:
    """Value at filing of an application: chance of grant × mean value over the grant date − fees.

    ``p [E PV(grant to expiry) + θ E PV(publication to grant)] − fees``; `fees` is their present value at filing.

    >>> from ipabs.patents.examination import STANDARD_ROUTE
    >>> income = ProtectedIncome(yearly_income=1, discount_rate=0.12)
    >>> round(application_value(income, STANDARD_ROUTE), 6)
    3.669414
    """
    found = [*route.findings(), *outside("grant_probability", route.grant_probability, "[0, 1]"), *_faults(income)]
    refuse(DataError, [*found, *outside("fees", fees, "(-inf, inf)")])
    months = route.months_to_grant((np.arange(GRANT_DATES) + 0.5) / GRANT_DATES)
    dates = months[:1] if np.ptp(months) == 0 else months
    each_date = replace(income, **{name: np.asarray(getattr(income, name))[..., np.newaxis] for name in INCOME_RANGES})
    return value_or_array(route.grant_probability * _granted(each_date, dates).mean(axis=-1) - fees)


def fast_track_gain(
    income: ProtectedIncome,
    *,
    standard: ExaminationRoute,
    fast: ExaminationRoute,
    standard_fees: Values = 0.0,
    fast_fees: Values = 0.0,
) -> FastTrackGain:
    """Value of an application on both routes, each with its own chance of grant, grant date and fees.

    >>> from ipabs.patents.examination import FAST_TRACK_ROUTE, STANDARD_ROUTE
    >>> gain = fast_track_gain(ProtectedIncome(yearly_income=1, discount_rate=0.12), standard=STANDARD_ROUTE,
    ...                        fast=FAST_TRACK_ROUTE)
    >>> f"{gain.gain_share:.2%}"
    '14.85%'
    """
    return FastTrackGain(
        standard=application_value(income, standard, fees=standard_fees),
        fast=application_value(income, fast, fees=fast_fees),
    )


def fees_value(table: FeeTable, *, grant_months: float, discount_rate: float, term_years: float = 20.0) -> float:
    """Present value at filing of the renewal fees from the year of grant on: an earlier grant pays for more years.

    The fee for the year of grant is due at grant, the others at the start of their patent year.

    >>> from ipabs.patents.renewal_fees import fee_table
    >>> cn = fee_table("CN", "invention")
    >>> early, late = (fees_value(cn, grant_months=months, discount_rate=0.0) for months in (3, 16))
    >>> early, late
    (82300.0, 81400.0)
    """
    check_ranges(discount_rate=(discount_rate, "(-1, 1]"), term_years=(term_years, "(0, inf)"))
    check_ranges(grant_months=(grant_months, f"[0, {12 * term_years:g})"))
    if table.jurisdiction == "US":
        raise DataError(
            finding("fast_track.fees", "fees of {got} count from grant; wanted a table by patent year", got=table.name)
        )
    granted = grant_months / 12
    first = int(granted) + 1
    due = [(max(granted, year - 1), fee) for year, fee in zip(table.years, table.fees, strict=True) if year >= first]
    return float(sum(fee * (1 + discount_rate) ** -years for years, fee in due if years < term_years))


def _income_between(fade_rate: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """``∫ e^(−m t) dt`` from start to end; their distance where nothing fades."""
    fading = np.where(fade_rate == 0, 1.0, fade_rate)
    faded = np.exp(-fading * start) * -np.expm1(-fading * (end - start)) / fading
    return np.where(fade_rate == 0, end - start, faded)


def _faults(income: ProtectedIncome) -> list[Finding]:
    """Numbers out of range, draws of unequal number."""
    found = [
        fault for name, interval in INCOME_RANGES.items() for fault in outside(name, getattr(income, name), interval)
    ]
    return found or list(draw_findings(income))
