"""What renewal fees reveal: an owner who pays a fee expects more than the fee.

First-year returns of a cohort of rights are lognormal and decay at one rate. A right is kept in force while its returns
pay for the fees, so the share renewed at each age traces the distribution of returns, and with it of value. Returns and
fees of a period both stand at its beginning; value is at the beginning of the first period, or of `age`.

With ``g_a = h (1 − d)^(h (a − 1))`` the return of period a (h years long) per unit of first-year return and
``b = (1 + i)^(−h)``:

- year by year, a right is renewed when its return covers its fee: ``k_a = c_a / g_a`` (Schankerman and Pakes);
- looking forward, when some stretch of periods covers its fees: ``k_a = min over m ≥ a of Σ b^j c_j / Σ b^j g_j``, j
  from a to m. This is the answer of the dynamic programme ``V_a = max(0, r_a − c_a + b V_(a+1))`` for returns known
  ahead. The two agree while k_a rises with age; block fees (one payment for several years) and falling fees need the
  second.

A right is in force in period a if its first-year return is at least ``K_a = max over j ≤ a of k_j``.

Source: Schankerman and Pakes, *Economic Journal* 96 (1986), 1052-1076, equations (1) to (4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from ipabs._typing import FloatArray
from ipabs.basics.units import Rate
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.renewal_fees import FeeTable
from ipabs.valuation.ranges import check_ranges, outside

RenewalRule: TypeAlias = Literal["forward_looking", "year_by_year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalModel:
    """A cohort of rights with lognormal first-year returns that decay at one rate.

    Attributes
    ----------
    log_mean, log_deviation : float
        Mean and standard deviation of the logarithm of the first-year return.
    decay_rate, discount_rate : float
        A year, effective.
    period_years : float
        Length of a period: 1, or 0.5 where fees fall due after half-years.

    Examples
    --------
    >>> model = RenewalModel(log_mean=8, log_deviation=1.6, decay_rate=0.1, discount_rate=0.25)
    >>> model.returns(3), model.discounts(3)
    (array([1.  , 0.9 , 0.81]), array([1.  , 0.8 , 0.64]))
    """

    log_mean: Annotated[float, "Mean logarithm of the first-year return."]
    log_deviation: Annotated[float, "Standard deviation of the logarithm of the first-year return."]
    decay_rate: Rate
    discount_rate: Rate
    period_years: Annotated[float, "Length of a period in years."] = 1.0
    rule: Annotated[RenewalRule, "Whether an owner looks beyond the period a fee is due in."] = "forward_looking"

    def findings(self) -> Iterable[Finding]:
        """Numbers without a meaning in the model."""
        yield from outside("log_mean", self.log_mean, "(-inf, inf)", single=True)
        yield from outside("log_deviation", self.log_deviation, "(0, inf)", single=True)
        yield from outside("decay_rate", self.decay_rate, "[0, 1)", single=True)
        yield from outside("discount_rate", self.discount_rate, "(-1, 1]", single=True)
        yield from outside("period_years", self.period_years, "(0, inf)", single=True)
        if self.rule not in get_args(RenewalRule):
            template = "no renewal rule {got!r}; {hint}"
            yield finding("renewal.rule", template, path=("rule",), got=self.rule, allowed=get_args(RenewalRule))

    def returns(self, periods: int) -> FloatArray:
        """Return of each period per unit of first-year return, ``h (1 − d)^(h (a − 1))``, ``(period,)``."""
        ages = self.period_years * np.arange(periods)
        return np.asarray(self.period_years * np.exp(np.log1p(-self.decay_rate) * ages))

    def discounts(self, periods: int) -> FloatArray:
        """Discount factor of the beginning of each period, ``(period,)``."""
        ages = self.period_years * np.arange(periods)
        return np.asarray(np.exp(-np.log1p(self.discount_rate) * ages))


def fees_by_period(
    table: FeeTable, *, term_years: float, period_years: float = 1.0, first_year: float = 1.0
) -> tuple[float, ...]:
    """Fees of an office by period, from the patent year (US: year after grant) that starts `first_year` − 1 years in.

    A fee counted in patent years is due at the start of its year; a US fee is due when the stated years are over.

    >>> from ipabs.patents.renewal_fees import fee_table
    >>> fees_by_period(fee_table("CN", "invention"), term_years=20)[:4]
    (900.0, 900.0, 900.0, 1200.0)
    >>> us = fees_by_period(fee_table("US", "invention", entity="large"), term_years=17, period_years=0.5)
    >>> [(period / 2, fee) for period, fee in enumerate(us) if fee]
    [(3.5, 2150.0), (7.5, 4040.0), (11.5, 8280.0)]
    """
    check_ranges(
        term_years=(term_years, "(0, inf)"),
        period_years=(period_years, "(0, inf)"),
        first_year=(first_year, "[1, inf)"),
    )
    check_ranges(first_year=(first_year, f"[1, {term_years:g}]"))
    lead = 0.0 if table.jurisdiction == "US" else 1.0
    starts = {year - lead: table.fee(year) for year in table.years}
    periods = round((term_years - first_year + 1) / period_years)
    return tuple(
        sum(fee for start, fee in starts.items() if begins <= start + 1e-9 < begins + period_years)
        for begins in (first_year - 1 + period * period_years for period in range(periods))
    )


def renewal_thresholds(model: RenewalModel, fees: ArrayLike) -> FloatArray:
    """Smallest first-year return that is still in force in each period, ``K_a``, ``(period,)``.

    Parameters
    ----------
    fees : array_like
        ``(period,)`` fee due at the beginning of each period, ≥ 0; 0 where none is due.

    Raises
    ------
    DataError
        A number outside its range.

    Examples
    --------
    A fee of 300 that buys three years asks for less than 300 in its first year.

    >>> model = RenewalModel(log_mean=5, log_deviation=1, decay_rate=0.1, discount_rate=0.1)
    >>> renewal_thresholds(model, [300, 0, 0]).round(2)
    array([120.6, 120.6, 120.6])
    """
    due = _checked(model, fees)
    returns, discounts = model.returns(len(due)), model.discounts(len(due))
    if model.rule == "year_by_year":
        return np.asarray(np.maximum.accumulate(due / returns))
    owed, earned = discounts * due, discounts * returns
    ahead = [(np.cumsum(owed[age:]) / np.cumsum(earned[age:])).min() for age in range(len(due))]
    return np.asarray(np.maximum.accumulate(ahead))


def survival_shares(model: RenewalModel, fees: ArrayLike) -> FloatArray:
    """Share of the cohort in force in each period, ``1 − Φ((ln K_a − μ) / s)``, ``(period,)``.

    >>> model = RenewalModel(log_mean=np.log(4000), log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
    >>> survival_shares(model, [900, 900, 900, 1200]).round(6)
    array([0.824405, 0.803001, 0.780089, 0.695953])
    """
    return np.asarray(ndtr((model.log_mean - _logarithms(renewal_thresholds(model, fees))) / model.log_deviation))


def mean_value(model: RenewalModel, fees: ArrayLike, *, age: int = 1) -> float:
    """Mean value net of fees at the beginning of period `age`, of rights whose earlier fees were all paid.

    ``Σ_(j≥a) b^(j−a) [g_j e^(μ+s²/2) Φ((μ + s² − ln K_j)/s) − c_j Φ((μ − ln K_j)/s)] / S_(a−1)``.

    >>> model = RenewalModel(log_mean=np.log(100), log_deviation=0.5, decay_rate=0.1, discount_rate=0.1)
    >>> round(mean_value(model, [0.0]), 4), round(100 * float(np.exp(0.5**2 / 2)), 4)
    (113.3148, 113.3148)
    """
    due = _checked(model, fees)
    logs, before = _at_age(model, due, age)
    center, spread = model.log_mean, model.log_deviation
    earned = model.returns(len(due)) * np.exp(center + spread**2 / 2) * ndtr((center + spread**2 - logs) / spread)
    paid = due * ndtr((center - logs) / spread)
    discounts = model.discounts(len(due))
    return float((discounts * (earned - paid))[age - 1 :].sum() / (discounts[age - 1] * before))


def renewal_value(model: RenewalModel, fees: ArrayLike, first_returns: ArrayLike, *, age: int = 1) -> Values:
    """Value net of fees at the beginning of period `age` of rights with known first-year returns.

    ``Σ_(j≥a) b^(j−a) (r₁ g_j − c_j)`` over the periods in which the right is in force (``r₁ ≥ K_j``).

    >>> model = RenewalModel(log_mean=5, log_deviation=1, decay_rate=0.1, discount_rate=0.1)
    >>> renewal_value(model, [300, 0, 0], [120, 200])
    array([  0.        , 197.52066116])
    """
    due = _checked(model, fees)
    check_ranges(first_returns=(first_returns, "[0, inf)"), age=(age, f"{{1, ..., {len(due)}}}"))
    firsts = np.asarray(first_returns, dtype=np.float64)[..., np.newaxis]
    held = firsts >= renewal_thresholds(model, due)
    flows = np.where(held, firsts * model.returns(len(due)) - due, 0.0) * model.discounts(len(due))
    return value_or_array(flows[..., age - 1 :].sum(axis=-1) / model.discounts(len(due))[age - 1])


def value_quantiles(model: RenewalModel, fees: ArrayLike, levels: ArrayLike, *, age: int = 1) -> Values:
    """Quantiles of value at the beginning of period `age`, of rights whose earlier fees were all paid.

    Value rises with the first-year return, so its quantile is the value of the return's quantile.

    >>> model = RenewalModel(log_mean=np.log(4000), log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
    >>> round(value_quantiles(model, [900.0], 0.5), 6)
    3100.0
    """
    return renewal_value(model, fees, first_return_quantiles(model, fees, levels, age=age), age=age)


def first_return_quantiles(model: RenewalModel, fees: ArrayLike, levels: ArrayLike, *, age: int = 1) -> Values:
    """Quantiles of the first-year return of rights whose fees before period `age` were all paid.

    ``exp(μ − s Φ⁻¹(S_(a−1) (1 − level)))``: the lognormal above the threshold that the fees have set. At uniform levels
    these are draws.

    >>> model = RenewalModel(log_mean=np.log(4000), log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
    >>> first_return_quantiles(model, [900.0, 900.0], [1e-12, 0.5], age=2).round(2)
    array([ 900.  , 5704.79])
    """
    check_ranges(levels=(levels, "(0, 1)"))
    _, before = _at_age(model, _checked(model, fees), age)
    above = before * (1 - np.asarray(levels, dtype=np.float64))
    return value_or_array(np.exp(model.log_mean - model.log_deviation * ndtri(above)))


def mean_first_return(model: RenewalModel, fees: ArrayLike, *, age: int = 1) -> float:
    """Mean first-year return of rights whose fees before period `age` were all paid.

    ``e^(μ+s²/2) Φ((μ + s² − ln K)/s) / Φ((μ − ln K)/s)``, K the threshold of period `age` − 1.

    >>> model = RenewalModel(log_mean=0, log_deviation=1, decay_rate=0.12, discount_rate=0.1)
    >>> round(mean_first_return(model, [900.0]), 4)
    1.6487
    """
    logs, before = _at_age(model, _checked(model, fees), age)
    center, spread = model.log_mean, model.log_deviation
    above = float(ndtr((center + spread**2 - logs[age - 2]) / spread)) if age > 1 else 1.0
    return float(np.exp(center + spread**2 / 2) * above / before)


def _at_age(model: RenewalModel, due: FloatArray, age: int) -> tuple[FloatArray, float]:
    """Logarithms of the thresholds, and the share of the cohort that paid all fees before `age`."""
    check_ranges(age=(age, f"{{1, ..., {len(due)}}}"))
    logs = _logarithms(renewal_thresholds(model, due))
    if age == 1:
        return logs, 1.0
    before = float(ndtr((model.log_mean - logs[age - 2]) / model.log_deviation))
    if before == 0:
        template = "no right of this cohort is in force at age {got}"
        raise DataError(finding("renewal.none_left", template, path=("age",), got=age))
    return logs, before


def _logarithms(thresholds: FloatArray) -> FloatArray:
    """Logarithms, -∞ for a threshold of 0."""
    return np.log(thresholds, out=np.full_like(thresholds, -np.inf), where=thresholds > 0)


def _checked(model: RenewalModel, fees: ArrayLike) -> FloatArray:
    return checked_fees(fees, model.findings())


def checked_fees(fees: ArrayLike, found: Iterable[Finding]) -> FloatArray:
    """Fees as ``(period,)``; faults of the fees are told together with the model's.

    >>> checked_fees((900, 900, 1200), ())
    array([ 900.,  900., 1200.])
    """
    faults = [*found, *outside("fees", fees, "[0, inf)")]
    if np.ndim(fees) != 1 or not np.size(fees):
        template = "fees of shape {got}; wanted one fee a period, at least one"
        faults.append(finding("renewal.fees", template, path=("fees",), got=np.shape(fees)))
    refuse(DataError, faults)
    return np.asarray(fees, dtype=np.float64)
