"""The renewal model read off a register: distribution of returns and decay by maximum likelihood.

A right that paid n fees and lapsed has the probability ``S_n − S_(n+1)``; one that paid n fees and was in force when
last seen, ``S_n``. The discount rate is not identified by renewals and is stated.

Source: Schankerman and Pakes, *Economic Journal* 96 (1986), 1052-1076, section III; standard errors by outer product of
scores: Berndt, Hall, Hall and Hausman, *Annals of Economic and Social Measurement* 3 (1974), 653-665.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtri

from ipabs._typing import BoolArray, FloatArray
from ipabs.errors import DataError, Finding, ModelError, NumericError, finding, refuse
from ipabs.valuation.ranges import outside
from ipabs.valuation.renewal import RenewalModel, RenewalRule, checked_fees, renewal_thresholds, survival_shares

PARAMETERS = ("log_mean", "log_deviation", "decay_rate")
START_DECAYS = (0.02, 0.08, 0.15, 0.3)
# Below this a cell that occurred is impossible in the model.
LEAST_PROBABILITY = 1e-300
SCORE_STEP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """How many rights of one cohort paid how many fees.

    Attributes
    ----------
    fees : tuple of float
        ``(period,)`` fee due at the beginning of each period.
    lapsed : tuple of int
        Rights that paid n fees and lapsed, n = 0 to periods − 1.
    in_force : tuple of int
        Rights that paid n fees and were in force when last seen, n = 0 to periods (expired at full term).

    Examples
    --------
    >>> cohort = Cohort(fees=(900.0, 900.0), lapsed=(20, 30), in_force=(0, 10, 40))
    >>> cohort.rights
    100
    """

    fees: tuple[float, ...]
    lapsed: tuple[int, ...]
    in_force: tuple[int, ...]

    def findings(self) -> Iterable[Finding]:
        """Counts that do not fit the fees, are negative, or all zero."""
        yield from outside("fees", self.fees, "[0, inf)")
        yield from outside("lapsed", self.lapsed, "{0, ..., inf}")
        yield from outside("in_force", self.in_force, "{0, ..., inf}")
        if not len(self.fees) == len(self.lapsed) == len(self.in_force) - 1:
            yield finding(
                "cohort.shape",
                "{lapsed} counts of lapses and {in_force} of rights in force for {got} fees; wanted {got} and one more",
                path=("fees",),
                got=len(self.fees),
                lapsed=len(self.lapsed),
                in_force=len(self.in_force),
            )

    @property
    def rights(self) -> int:
        """Number of rights."""
        return sum(self.lapsed) + sum(self.in_force)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalEstimate:
    """A fitted renewal model.

    Attributes
    ----------
    standard_errors : tuple of float
        Of log_mean, log_deviation and decay_rate.
    log_likelihood : float
    rights : int

    Examples
    --------
    >>> cohort = Cohort(fees=(900.0, 1200.0, 2000.0, 4000.0), lapsed=(20, 15, 12, 10), in_force=(0, 0, 0, 0, 43))
    >>> fitted = estimate_renewal(cohort, discount_rate=0.1)
    >>> fitted.rights, len(fitted.standard_errors)
    (100, 3)
    """

    model: RenewalModel
    standard_errors: tuple[float, float, float]
    log_likelihood: float
    rights: int


def count_renewals(fees: Sequence[float], fees_paid: ArrayLike, in_force: ArrayLike) -> Cohort:
    """A cohort from a list of rights: fees each has paid, ``(right,)``, and whether it was in force when last seen.

    Rights that paid every fee count as in force, whatever the list says: no fee was left to refuse.

    >>> count_renewals((900, 900), fees_paid=[0, 1, 1, 2], in_force=[False, False, True, False])
    Cohort(fees=(900.0, 900.0), lapsed=(1, 1), in_force=(0, 1, 1))
    """
    checked_fees(fees, ())
    paid = np.asarray(fees_paid)
    refuse(DataError, outside("fees_paid", fees_paid, f"{{0, ..., {len(fees)}}}"))
    seen: BoolArray = np.asarray(in_force, dtype=bool)
    if seen.shape != paid.shape or paid.ndim != 1:
        template = "{got} counts of fees for {in_force} marks of rights in force; wanted as many"
        raise DataError(finding("cohort.list", template, path=("fees_paid",), got=paid.size, in_force=seen.size))
    standing = seen | (paid == len(fees))
    whole = paid.astype(np.int64)
    return Cohort(
        fees=tuple(map(float, fees)),
        lapsed=tuple(np.bincount(whole[~standing], minlength=len(fees)).tolist()),
        in_force=tuple(np.bincount(whole[standing], minlength=len(fees) + 1).tolist()),
    )


def estimate_renewal(
    cohorts: Cohort | Sequence[Cohort],
    *,
    discount_rate: float,
    period_years: float = 1.0,
    rule: RenewalRule = "forward_looking",
) -> RenewalEstimate:
    """Fit log mean, log deviation and decay to the renewals of one or more cohorts by maximum likelihood.

    ``ln L = Σ lapsed_n ln(S_n − S_(n+1)) + Σ in_force_n ln S_n`` over cohorts, with ``S_0 = 1``.

    Raises
    ------
    DataError
        Counts that do not fit the fees.
    ModelError
        Lapses at fewer than three ages (three parameters cannot be told apart), or at an age at which no owner of the
        model would lapse.

    Examples
    --------
    >>> from ipabs.patents.renewal_fees import fee_table
    >>> model = RenewalModel(log_mean=8.3, log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
    >>> fees = fee_table("CN", "invention").fees
    >>> alive = np.concatenate([[1.0], survival_shares(model, fees)])
    >>> lapsed = np.rint(-1e6 * np.diff(alive)).astype(int)
    >>> cohort = Cohort(fees=fees, lapsed=tuple(lapsed), in_force=(0,) * 20 + (10**6 - int(lapsed.sum()),))
    >>> fitted = estimate_renewal(cohort, discount_rate=0.1).model
    >>> round(fitted.log_mean, 2), round(fitted.log_deviation, 2), round(fitted.decay_rate, 3)
    (8.3, 1.6, 0.12)
    """
    group = (cohorts,) if isinstance(cohorts, Cohort) else tuple(cohorts)
    refuse(DataError, (found for cohort in group for found in cohort.findings()))
    refuse(ModelError, _identification_findings(group))
    base = RenewalModel(
        log_mean=0.0,
        log_deviation=1.0,
        decay_rate=0.0,
        discount_rate=discount_rate,
        period_years=period_years,
        rule=rule,
    )

    def loss(parameters: FloatArray) -> float:
        return -_log_likelihood(_model_at(base, parameters), group)

    starts = [start for decay in START_DECAYS for start in _start(base, group, decay)]
    best = min(starts, key=loss)
    for _ in range(2):  # a simplex that has shrunk early starts again from where it stopped
        best = minimize(loss, best, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000}).x
    model = _model_at(base, best)
    refuse(ModelError, _impossible_findings(model, group))
    return RenewalEstimate(
        model=model,
        standard_errors=_standard_errors(model, group),
        log_likelihood=_log_likelihood(model, group),
        rights=sum(cohort.rights for cohort in group),
    )


def _model_at(base: RenewalModel, parameters: FloatArray) -> RenewalModel:
    """The model at free parameters: mean, logarithm of the deviation, logit of the decay."""
    center, log_spread, decay = parameters.tolist()
    spread = float(np.exp(np.clip(log_spread, -20.0, 20.0)))
    return replace(base, log_mean=center, log_deviation=spread, decay_rate=float(expit(np.clip(decay, -30.0, 6.0))))


def _start(base: RenewalModel, group: tuple[Cohort, ...], decay: float) -> Iterable[FloatArray]:
    """For a decay, mean and deviation by a line: ``ln K_n = μ − s Φ⁻¹(share in force)``."""
    for cohort in group:
        lapsed, standing = np.array(cohort.lapsed, float), np.array(cohort.in_force, float)
        exposed = (lapsed + standing[:-1])[::-1].cumsum()[::-1] + standing[-1] - standing[:-1]
        shares = np.cumprod(1 - lapsed / np.maximum(exposed, 1.0))
        thresholds = renewal_thresholds(replace(base, decay_rate=decay), cohort.fees)
        use = (shares > 0) & (shares < 1) & (thresholds > 0)
        if use.sum() >= 2:
            slope, center = np.polyfit(ndtri(shares[use]), np.log(thresholds[use]), 1)
            yield np.array([center, np.log(max(-slope, 0.05)), logit(decay)])


def _probabilities(model: RenewalModel, cohort: Cohort) -> tuple[FloatArray, FloatArray]:
    """Probability of each cell: lapsed after n fees, in force after n fees."""
    alive = np.concatenate([[1.0], survival_shares(model, cohort.fees)])
    return np.maximum(-np.diff(alive), LEAST_PROBABILITY), np.maximum(alive, LEAST_PROBABILITY)


def _log_likelihood(model: RenewalModel, group: tuple[Cohort, ...]) -> float:
    total = 0.0
    for cohort in group:
        lapse, alive = _probabilities(model, cohort)
        total += float(
            np.log(lapse) @ np.array(cohort.lapsed, float) + np.log(alive) @ np.array(cohort.in_force, float)
        )
    return total


def _standard_errors(model: RenewalModel, group: tuple[Cohort, ...]) -> tuple[float, float, float]:
    """Square roots of the diagonal of ``(Σ count × score score')⁻¹``, scores by differences."""
    information = np.zeros((3, 3))
    for cohort in group:
        counts = np.array(cohort.lapsed + cohort.in_force, float)
        scores = np.empty((3, len(counts)))
        for at, name in enumerate(PARAMETERS):
            value = getattr(model, name)
            least = -np.inf if name == "log_mean" else 0.0  # at its edge a parameter is moved to one side
            ends = value + SCORE_STEP, max(value - SCORE_STEP, least)
            up, down = (np.log(np.concatenate(_probabilities(replace(model, **{name: end}), cohort))) for end in ends)
            scores[at] = (up - down) / (ends[0] - ends[1])
        information += (scores * counts) @ scores.T
    try:
        variances = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError as fault:
        raise NumericError(
            finding("renewal.information", "the renewals do not tell the parameters apart: {got}", got=fault)
        ) from fault
    center, spread, decay = np.sqrt(np.maximum(variances, 0.0)).tolist()
    return center, spread, decay


def _identification_findings(group: tuple[Cohort, ...]) -> Iterable[Finding]:
    ages = {(at, n) for at, cohort in enumerate(group) for n, count in enumerate(cohort.lapsed) if count}
    if len(ages) < len(PARAMETERS):
        template = "lapses at {got} ages cannot tell log_mean, log_deviation and decay_rate apart; wanted 3 or more"
        yield finding("renewal.ages", template, got=len(ages))


def _impossible_findings(model: RenewalModel, group: tuple[Cohort, ...]) -> Iterable[Finding]:
    for cohort in group:
        lapse, _ = _probabilities(model, cohort)
        for n, count in enumerate(cohort.lapsed):
            if count and lapse[n] <= LEAST_PROBABILITY:
                template = "{got} rights lapsed after {paid} fees, where no owner of the model would"
                yield finding("renewal.impossible", template, path=("lapsed", n), got=count, paid=n)
