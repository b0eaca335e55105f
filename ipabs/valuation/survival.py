"""How long protection lasts: renewal × validity × obsolescence, and their estimation from lapse data.

A right earns while it is renewed, while no one has it declared invalid, and while the technology is in use. Taken as
independent, ``S(t) = S_renewal(t) × S_validity(t) × S_obsolescence(t)``.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import trapezoid
from scipy.optimize import brentq

from ipabs._typing import BoolArray, FloatArray
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, ModelError, finding, refuse
from ipabs.valuation.ranges import check_ranges, numbers_of, outside

# Shapes of a Weibull distribution sought by the fit.
SHAPE_RANGE = (1e-3, 1e3)


def joint_survival(*, renewal: ArrayLike = 1.0, validity: ArrayLike = 1.0, obsolescence: ArrayLike = 1.0) -> Values:
    """Share of protection's income that is left, ``renewal × validity × obsolescence``, each a survival in [0, 1].

    >>> years = np.array([5.0, 10.0])
    >>> joint_survival(renewal=weibull_survival(years, shape=1.5, scale_years=12),
    ...                validity=hazard_survival(years, 0.01), obsolescence=decay_survival(years, 0.12)).round(4)
    array([0.3836, 0.1178])
    """
    parts = {"renewal": renewal, "validity": validity, "obsolescence": obsolescence}
    check_ranges(**{name: (share, "[0, 1]") for name, share in parts.items()})
    return value_or_array(np.asarray(renewal) * np.asarray(validity) * np.asarray(obsolescence))


def hazard_survival(years: ArrayLike, hazard: ArrayLike) -> Values:
    """``e^(−λ t)`` at a constant hazard: validity, with λ = challenge rate × loss given challenge.

    >>> round(hazard_survival(10, 0.02 * 0.3275), 4)
    0.9366
    """
    check_ranges(years=(years, "[0, inf)"), hazard=(hazard, "[0, inf)"))
    return value_or_array(np.exp(-np.asarray(hazard) * np.asarray(years)))


def decay_survival(years: ArrayLike, decay_rate: ArrayLike) -> Values:
    """``(1 − d)^t``: what a technology that decays at the rate d a year still earns.

    >>> round(decay_survival(10, 0.1795), 4)
    0.1383
    """
    check_ranges(years=(years, "[0, inf)"), decay_rate=(decay_rate, "[0, 1)"))
    return value_or_array(np.exp(np.log1p(-np.asarray(decay_rate)) * np.asarray(years)))


def half_life(decay_rate: ArrayLike) -> Values:
    """Years until half is left, ``ln ½ / ln(1 − d)``.

    >>> round(half_life(0.1182), 3)
    5.51
    """
    check_ranges(decay_rate=(decay_rate, "(0, 1)"))
    return value_or_array(-np.log(2) / np.log1p(-np.asarray(decay_rate)))


def yearly_hazard(surviving_share: ArrayLike, years: ArrayLike) -> Values:
    """Constant hazard a year that leaves this share after so many years, ``−ln S / t``.

    >>> round(yearly_hazard(0.84, 4), 6)
    0.043588
    """
    check_ranges(surviving_share=(surviving_share, "(0, 1]"), years=(years, "(0, inf)"))
    return value_or_array(-np.log(np.asarray(surviving_share)) / np.asarray(years))


def interpolated_survival(years: ArrayLike, known_years: ArrayLike, known_shares: ArrayLike) -> Values:
    """Survival between known shares at a constant hazard in each interval; after the last, at the last hazard.

    Raises
    ------
    DataError
        Years that do not rise from above 0, shares outside (0, 1] or rising.

    Examples
    --------
    US patents issued in 1996: 84, 63 and 49 % paid the fees that carry them past 4, 8 and 12 years.

    >>> interpolated_survival([2, 4, 10, 17], [4, 8, 12], [0.84, 0.63, 0.49]).round(4)
    array([0.9165, 0.84  , 0.5556, 0.3579])
    """
    ages, shares = numbers_of(known_years), numbers_of(known_shares)
    found = [
        *outside("years", years, "[0, inf)"),
        *outside("known_years", known_years, "(0, inf)"),
        *outside("known_shares", known_shares, "(0, 1]"),
    ]
    if ages is None or shares is None:
        raise DataError(*found)
    if ages.ndim != 1 or ages.shape != shares.shape or not ages.size:
        template = "{got} known years for {shares} shares; wanted as many, at least one"
        found.append(finding("survival.shape", template, path=("known_years",), got=ages.size, shares=shares.size))
    elif not ((np.diff(ages) > 0).all() and (np.diff(shares) <= 0).all()):
        template = "survival of {got} in years {years}; wanted years that rise and shares that do not"
        found.append(
            finding("survival.order", template, path=("known_shares",), got=shares.tolist(), years=ages.tolist())
        )
    refuse(DataError, found)
    ages, logs = np.append(0.0, ages), np.append(0.0, np.log(shares))
    later = np.maximum(np.asarray(years, dtype=np.float64) - ages[-1], 0.0)
    last_hazard = (logs[-2] - logs[-1]) / (ages[-1] - ages[-2])
    return value_or_array(np.exp(np.interp(np.asarray(years, dtype=np.float64), ages, logs) - last_hazard * later))


def weibull_survival(years: ArrayLike, *, shape: ArrayLike, scale_years: ArrayLike) -> Values:
    """``e^(−(t/η)^β)``: a shape above 1 is a hazard that rises with age.

    >>> round(weibull_survival(12, shape=1.5, scale_years=12), 6)
    0.367879
    """
    check_ranges(years=(years, "[0, inf)"), shape=(shape, "(0, inf)"), scale_years=(scale_years, "(0, inf)"))
    return value_or_array(np.exp(-((np.asarray(years) / np.asarray(scale_years)) ** np.asarray(shape))))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeibullEstimate:
    """A Weibull distribution of the years to lapse, fitted to rights of which some are still in force.

    >>> fitted = fit_weibull([4, 8, 12, 16], [True, True, True, False])
    >>> fitted.rights, fitted.lapses
    (4, 3)
    """

    shape: float
    scale_years: float
    shape_error: float
    scale_error: float
    log_likelihood: float
    rights: int
    lapses: int


def fit_weibull(years: ArrayLike, lapsed: ArrayLike) -> WeibullEstimate:
    """Fit by maximum likelihood to lives of which some are censored.

    The shape solves ``Σ t^β ln t / Σ t^β − 1/β = mean of ln t over lapses``; the scale is ``(Σ t^β / lapses)^(1/β)``.
    Standard errors are from the observed information.

    Parameters
    ----------
    years : array_like
        ``(right,)`` years to lapse, or to when the right was last seen in force; > 0.
    lapsed : array_like
        ``(right,)`` whether it lapsed.

    Raises
    ------
    DataError, ModelError
        Years of 0 or less; fewer than two different years of lapse.

    Source: Lawless, *Statistical Models and Methods for Lifetime Data*, 2nd ed. (2003), section 5.2.

    Examples
    --------
    >>> lives = 12 * (-np.log1p(-(np.arange(1000) + 0.5) / 1000)) ** (1 / 1.5)
    >>> fitted = fit_weibull(np.minimum(lives, 20), lives < 20)
    >>> round(fitted.shape, 2), round(fitted.scale_years, 1)
    (1.5, 12.0)
    """
    lives, ended = _lives(years, lapsed, "(0, inf)")
    lapses = int(ended.sum())
    logs = np.log(lives)
    if len(np.unique(lives[ended])) < 2:
        template = "lapses at {got} different ages; a Weibull distribution needs 2 or more"
        raise ModelError(finding("survival.lapses", template, path=("lapsed",), got=len(np.unique(lives[ended]))))
    center, longest = float(logs[ended].mean()), float(logs.max())

    def slope(shape: float) -> float:
        weights = np.exp(shape * (logs - longest))
        return float(weights @ logs / weights.sum()) - 1 / shape - center

    if slope(SHAPE_RANGE[0]) > 0 or slope(SHAPE_RANGE[1]) < 0:
        template = "lapses at {got} to {last} years fit no Weibull shape from {low} to {high}"
        ages = {"got": lives[ended].min(), "last": lives[ended].max()}
        low, high = SHAPE_RANGE
        raise ModelError(finding("survival.weibull", template, path=("years",), **ages, low=low, high=high))
    shape = float(brentq(slope, *SHAPE_RANGE, xtol=1e-14, rtol=1e-13))
    scale = float(np.exp(longest) * (np.exp(shape * (logs - longest)).sum() / lapses) ** (1 / shape))
    distance = logs - log(scale)
    grown = np.exp(shape * distance)
    information = np.array(
        [
            [lapses / shape**2 + grown @ distance**2, -shape / scale * (grown @ distance)],
            [-shape / scale * (grown @ distance), lapses * shape**2 / scale**2],
        ]
    )
    shape_error, scale_error = np.sqrt(np.diag(np.linalg.inv(information))).tolist()
    return WeibullEstimate(
        shape=shape,
        scale_years=scale,
        shape_error=shape_error,
        scale_error=scale_error,
        log_likelihood=float(lapses * log(shape / scale) + (shape - 1) * distance[ended].sum() - grown.sum()),
        rights=len(lives),
        lapses=lapses,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve.

    Attributes
    ----------
    years : FloatArray
        ``(step,)`` ages at which rights lapsed.
    survival, standard_error : FloatArray
        ``(step,)`` from each age on; Greenwood's standard error.
    at_risk : FloatArray
        ``(step,)`` rights in force just before.

    Examples
    --------
    >>> kaplan_meier([4, 4, 8, 8, 12], [True, False, True, True, False]).at([0, 5, 20]).round(4)
    array([1.    , 0.8   , 0.2667])
    """

    years: FloatArray
    survival: FloatArray
    standard_error: FloatArray
    at_risk: FloatArray

    def at(self, years: ArrayLike) -> Values:
        """Survival at any age: the last step's, 1 before the first."""
        check_ranges(years=(years, "[0, inf)"))
        return value_or_array(np.append(1.0, self.survival)[np.searchsorted(self.years, years, side="right")])


def kaplan_meier(years: ArrayLike, lapsed: ArrayLike) -> SurvivalCurve:
    """Survival from lives of which some are censored, ``Π (1 − lapses / at risk)``.

    Standard error ``S √(Σ lapses / (at risk (at risk − lapses)))`` (Greenwood). A right last seen at the age of a lapse
    counts as at risk there.

    Source: Kaplan and Meier, *Journal of the American Statistical Association* 53 (1958), 457-481, eq. (2b), (2f).

    Examples
    --------
    >>> kaplan_meier([4, 4, 8, 8, 12], [True, False, True, True, False]).survival.round(4)
    array([0.8   , 0.2667])
    """
    lives, ended = _lives(years, lapsed, "[0, inf)")
    ages, which = np.unique(lives, return_inverse=True)
    lapses = np.bincount(which, weights=ended, minlength=len(ages))
    at_risk = np.bincount(which, minlength=len(ages))[::-1].cumsum()[::-1].astype(np.float64)
    step = lapses > 0
    lapses, at_risk = lapses[step], at_risk[step]
    survival = np.cumprod(1 - lapses / at_risk)
    left = at_risk - lapses
    terms = np.divide(lapses, at_risk * left, out=np.zeros_like(lapses), where=left > 0)
    return SurvivalCurve(
        years=ages[step],
        survival=np.asarray(survival, dtype=np.float64),
        standard_error=survival * np.sqrt(terms.cumsum()),
        at_risk=at_risk,
    )


def expected_years(years: ArrayLike, survival: ArrayLike) -> float:
    """Expected years of protection up to the last age, ``∫ S dt`` by the trapezoidal rule.

    `years` ``(age,)`` rise; `survival` ``(age,)`` is in [0, 1].

    >>> ages = np.linspace(0, 20, 2001)
    >>> round(expected_years(ages, hazard_survival(ages, 0.1)), 3)
    8.647
    """
    check_ranges(years=(years, "[0, inf)"), survival=(survival, "[0, 1]"))
    if np.shape(years) != np.shape(survival) or (np.diff(years) <= 0).any():
        template = "{got} ages for {shares} shares; wanted as many, and ages that rise"
        raise DataError(
            finding("survival.ages", template, path=("years",), got=np.size(years), shares=np.size(survival))
        )
    return float(trapezoid(np.asarray(survival, float), np.asarray(years, float)))


def _lives(years: ArrayLike, lapsed: ArrayLike, interval: str) -> tuple[FloatArray, BoolArray]:
    found = list(outside("years", years, interval))
    lives, ended = numbers_of(years), np.asarray(lapsed, dtype=bool)
    if lives is None:
        raise DataError(*found)
    if lives.ndim != 1 or lives.shape != ended.shape or not lives.size:
        template = "{got} years for {lapsed} marks of lapse; wanted as many, at least one"
        found.append(finding("survival.lives", template, path=("years",), got=lives.size, lapsed=ended.size))
    refuse(DataError, found)
    return lives, ended
