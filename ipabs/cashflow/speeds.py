"""Prepayment and default speeds: annual rates, period rates and the standard ramps.

Sources: SIFMA, *Uniform Practices*, chapter SF "Standard Formulas for the Analysis of Mortgage-Backed Securities" (SF-5
to SF-22); Fabozzi, *The Handbook of Fixed Income Securities*, chapters on mortgage- and asset-backed securities.
"""

import numpy as np
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, FloatArray
from ipabs.cashflow.discounting import Values, numbers, value_or_array
from ipabs.errors import DataError, finding

# 100 PSA: 0.2 % a year more each month, 6 % from month 30 on.
PSA_PEAK_RATE, PSA_RAMP_MONTHS = 0.06, 30
# 100 SDA: 0.02 % a year more each month to 0.60 % in month 30, level to 60, down to 0.03 % in month 120 and after.
SDA_MONTHS = (0, 30, 60, 120)
SDA_RATES = (0.0, 0.006, 0.006, 0.0003)


def cpr_to_smm(cpr: ArrayLike, *, periods_per_year: float = 12) -> Values:
    """Single-period prepayment rate of an annual one, ``1 - (1 - CPR) ** (1 / periods_per_year)``.

    With twelve periods this is the single monthly mortality (SIFMA SF-5). Rates are decimals from 0 to 1.

    >>> round(cpr_to_smm(0.06), 6)
    0.005143
    """
    return _period_rate("cpr", cpr, periods_per_year)


def smm_to_cpr(smm: ArrayLike, *, periods_per_year: float = 12) -> Values:
    """Annual prepayment rate of a single-period one, ``1 - (1 - SMM) ** periods_per_year``.

    >>> round(smm_to_cpr(0.005143), 5)
    0.06
    """
    return _annual_rate("smm", smm, periods_per_year)


def cdr_to_mdr(cdr: ArrayLike, *, periods_per_year: float = 12) -> Values:
    """Single-period default rate of an annual one, ``1 - (1 - CDR) ** (1 / periods_per_year)`` (SIFMA SF-16).

    >>> round(cdr_to_mdr(0.02), 8)
    0.00168214
    """
    return _period_rate("cdr", cdr, periods_per_year)


def mdr_to_cdr(mdr: ArrayLike, *, periods_per_year: float = 12) -> Values:
    """Annual default rate of a single-period one, ``1 - (1 - MDR) ** periods_per_year``.

    >>> round(mdr_to_cdr(0.01), 6)
    0.113615
    """
    return _annual_rate("mdr", mdr, periods_per_year)


def psa_to_cpr(psa: ArrayLike, age_months: ArrayLike) -> Values:
    """Annual prepayment rate of a PSA speed, ``6 % * min(age, 30) / 30 * PSA / 100`` (SIFMA SF-6).

    The speed multiplies the annual rate, not the monthly one. `psa` is in percent (165 for 165 PSA), `age_months`
    counts from 1 for the first month of the loan.

    Raises
    ------
    DataError
        An age below 1, a negative speed, or a speed that asks for more than 100 % a year.

    Examples
    --------
    >>> round(psa_to_cpr(165, 20), 6)
    0.066
    """
    ramp = np.minimum(_age(age_months), PSA_RAMP_MONTHS) / PSA_RAMP_MONTHS
    return value_or_array(_share("psa", PSA_PEAK_RATE * ramp * numbers("psa", psa) / 100))


def cpr_to_psa(cpr: ArrayLike, age_months: ArrayLike) -> Values:
    """PSA speed, in percent, that has this annual prepayment rate at this age; the inverse of `psa_to_cpr`.

    >>> round(cpr_to_psa(0.066, 20), 9)
    165.0
    """
    ramp = np.minimum(_age(age_months), PSA_RAMP_MONTHS) / PSA_RAMP_MONTHS
    return value_or_array(100 * _share("cpr", cpr) / (PSA_PEAK_RATE * ramp))


def abs_to_smm(abs_rate: ArrayLike, age_months: ArrayLike) -> Values:
    """Single monthly mortality of an ABS speed, ``ABS / (1 - ABS * (age - 1))``.

    The ABS speed is the share of the *original* number of loans that prepays each month, so it counts from origination,
    not from the deal's cut-off (Fabozzi, "Auto-loan-backed securities"). `abs_rate` is a decimal (0.015 for 1.5 ABS).

    Raises
    ------
    DataError
        An age below 1, or an age at which all loans have already prepaid.

    Examples
    --------
    >>> round(abs_to_smm(0.015, 14), 6)
    0.018634
    """
    speed, age = _share("abs_rate", abs_rate), _age(age_months)
    left = 1 - speed * (age - 1)
    if not (left > 0).all():
        template = "at {got} months every loan of a pool with this ABS speed has prepaid"
        raise DataError(
            finding("speeds.all_prepaid", template, got=_first(np.broadcast_to(age, left.shape), left <= 0))
        )
    return value_or_array(np.minimum(speed / left, 1.0))


def smm_to_abs(smm: ArrayLike, age_months: ArrayLike) -> Values:
    """ABS speed of a single monthly mortality, ``SMM / (1 + SMM * (age - 1))``; the inverse of `abs_to_smm`.

    >>> round(smm_to_abs(0.018634, 14), 6)
    0.015
    """
    rate = _share("smm", smm)
    return value_or_array(rate / (1 + rate * (_age(age_months) - 1)))


def sda_to_cdr(sda: ArrayLike, age_months: ArrayLike) -> Values:
    """Annual default rate of an SDA speed (SIFMA SF-17).

    100 SDA rises by 0.02 % a month to 0.60 % in month 30, stays to month 60, falls by 0.0095 % a month to 0.03 % in
    month 120 and stays. `sda` is in percent, `age_months` counts from 1.

    Raises
    ------
    DataError
        An age below 1, a negative speed, or a speed that asks for more than 100 % a year.

    Examples
    --------
    >>> round(sda_to_cdr(100, 61), 8)
    0.005905
    """
    curve = np.interp(_age(age_months), SDA_MONTHS, SDA_RATES)
    return value_or_array(_share("sda", curve * numbers("sda", sda) / 100))


def cdr_to_sda(cdr: ArrayLike, age_months: ArrayLike) -> Values:
    """SDA speed, in percent, that has this annual default rate at this age; the inverse of `sda_to_cdr`.

    >>> round(cdr_to_sda(0.005905, 61), 9)
    100.0
    """
    return value_or_array(100 * _share("cdr", cdr) / np.interp(_age(age_months), SDA_MONTHS, SDA_RATES))


def _period_rate(name: str, annual: ArrayLike, periods_per_year: float) -> Values:
    # log1p and expm1 keep the digits of small rates; at a rate of 1 the logarithm is minus infinity, as it should be.
    with np.errstate(divide="ignore"):
        return value_or_array(-np.expm1(np.log1p(-_share(name, annual)) / _a_year(periods_per_year)))


def _annual_rate(name: str, period: ArrayLike, periods_per_year: float) -> Values:
    with np.errstate(divide="ignore"):
        return value_or_array(-np.expm1(np.log1p(-_share(name, period)) * _a_year(periods_per_year)))


def _a_year(periods: float) -> float:
    if not 0 < periods < np.inf:
        raise DataError(finding("speeds.periods", "{got} periods a year; wanted a number above 0", got=periods))
    return periods


def _share(name: str, values: ArrayLike) -> FloatArray:
    rates = numbers(name, values)
    inside = (rates >= 0) & (rates <= 1)
    if not inside.all():
        template = "{name} gives a rate of {got}; wanted a decimal from 0 to 1"
        raise DataError(finding("speeds.rate", template, path=(name,), got=_first(rates, ~inside), name=name))
    return rates


def _age(age_months: ArrayLike) -> FloatArray:
    ages = numbers("age_months", age_months)
    if not (ages >= 1).all():
        template = "an age of {got} months; the first month of a loan has age 1"
        raise DataError(finding("speeds.age", template, path=("age_months",), got=_first(ages, ~(ages >= 1))))
    return ages


def _first(values: FloatArray, bad: BoolArray) -> float:
    return float(values[bad].flat[0])
