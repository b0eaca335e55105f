"""Vectors: how much of a pool prepays and defaults, and what is recovered."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from ipabs._typing import FloatArray, IntArray
from ipabs.basics.units import Months, Share
from ipabs.cashflow.speeds import abs_to_smm, psa_to_cpr, sda_to_cdr
from ipabs.errors import Finding, finding

Order = Literal["sifma", "sequential"]
PREPAYMENT = ("cpr", "smm", "psa", "abs_speed")
DEFAULT = ("cdr", "mdr", "sda", "cumulative_default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Prepayment, default and recovery of a pool, month by month.

    A single value holds in every month; of a tuple, entry m holds in month m after the cut-off and the last one from
    there on. At most one measure of prepayment and one of default is given.

    ==========  ================================================================================================
    cpr, cdr    shares a year; of a part of a year, 1 - (1 - rate) ** part
    smm, mdr    shares a month
    psa, sda    speeds in percent of the standard curves (165 for 165 PSA), by the age of each contract
    abs_speed   share a month of the original number of loans, by the age of each contract
    cumulative  `cumulative_default` of the cut-off balance defaults, spread over years by `default_timing`
    ==========  ================================================================================================

    The order of application is part of the measure:

    - ``sifma``: defaults and prepayments are shares of the balance at the start of the month, S' = S (1 - MDR - SMM),
      and prepayment is applied to the scheduled balance (SIFMA, *Standard Formulas*, SF-17 ff).
    - ``sequential``: default, then scheduled principal, then prepayment of what is left, S' = S (1 - MDR) (1 - SMM).

    >>> month, age, years = np.array([0]), np.array([[20]]), np.array([1 / 12])
    >>> Vectors(psa=165).prepayment(month, age, years).round(6)        # 1 - (1 - 165 % · 6 % · 20 / 30) ** (1 / 12)
    array([[0.005674]])
    >>> print(*Vectors(cpr=0.06, psa=165).findings())
    psa: cpr and psa are given together; keep one
    """

    cpr: Annotated[Share | tuple[Share, ...], "conditional prepayment rate a year"] = 0.0
    smm: Annotated[Share | tuple[Share, ...], "single monthly mortality"] = 0.0
    psa: Annotated[float, "PSA speed in percent"] = 0.0
    abs_speed: Annotated[Share, "absolute prepayment speed a month"] = 0.0
    cdr: Annotated[Share | tuple[Share, ...], "conditional default rate a year"] = 0.0
    mdr: Annotated[Share | tuple[Share, ...], "monthly default rate"] = 0.0
    sda: Annotated[float, "SDA speed in percent"] = 0.0
    cumulative_default: Annotated[Share, "share of the cut-off balance that defaults in all"] = 0.0
    default_timing: Annotated[tuple[Share, ...], "share of it in each year; adds up to 100%"] = ()
    severity: Annotated[Share, "loss on the defaulted balance"] = 1.0
    recovery_lag: Annotated[Months, "months from default to recovery"] = 0
    order: Annotated[Order, "order of default, schedule and prepayment"] = "sifma"
    advances: Annotated[bool, "the servicer advances interest and principal of defaulted contracts"] = False
    delinquency: Annotated[Share, "share of each payment that is missed at first"] = 0.0
    cure: Annotated[Share, "share of the missed payments that is made good"] = 1.0
    cure_lag: Annotated[Months, "months from a missed payment to its cure or default"] = 1

    def findings(self) -> Iterator[Finding]:
        """Measures that exclude each other; a timing that does not add up."""
        for group in (PREPAYMENT, DEFAULT):
            given = [name for name in group if np.any(getattr(self, name))]
            if len(given) > 1:
                yield finding(
                    "vectors.measures", "{got} are given together; keep one", path=(given[1],), got=" and ".join(given)
                )
        for name in ("cpr", "smm", "cdr", "mdr"):
            if getattr(self, name) == ():
                yield finding("vectors.empty", "the list is empty; write 0%", path=(name,))
        if self.cumulative_default and abs(sum(self.default_timing) - 1) > 1e-9:
            yield finding(
                "vectors.timing",
                "the timing adds up to {got}; it must add up to 100%",
                path=("default_timing",),
                got=f"{sum(self.default_timing):.4%}",
            )
        if self.delinquency and not self.cure_lag:
            template = "a missed payment is cured after at least 1 month"
            yield finding("vectors.cure_lag", template, path=("cure_lag",), got=self.cure_lag)

    @property
    def by_age(self) -> bool:
        """Whether a contract's age matters."""
        return bool(self.psa or self.abs_speed or self.sda)

    def prepayment(self, month: IntArray, age: IntArray, years: FloatArray) -> FloatArray:
        """Share of the balance that prepays in each step.

        Parameters
        ----------
        month : IntArray
            ``(steps,)`` whole months since the cut-off.
        age : IntArray
            ``(cohorts, steps)`` months since origination at the end of the step.
        years : FloatArray
            ``(steps,)`` length of each step.
        """
        born = np.maximum(age, 1)
        if self.psa:
            return np.where(age > 0, _of_year(np.asarray(psa_to_cpr(self.psa, born)), years), 0.0)
        if self.abs_speed:  # at the last age every loan has prepaid, and it stays so
            last = math.ceil(1 / self.abs_speed)
            return np.where(
                age > 0, _of_month(np.asarray(abs_to_smm(self.abs_speed, np.minimum(born, last))), years), 0.0
            )
        if np.any(self.smm):
            return _of_month(_held(self.smm, month), years) + np.zeros(age.shape)
        return _of_year(_held(self.cpr, month), years) + np.zeros(age.shape)

    def default(self, month: IntArray, age: IntArray, years: FloatArray) -> FloatArray:
        """Share of the balance that defaults in each step; shapes as `prepayment`."""
        if self.sda:
            return np.where(age > 0, _of_year(np.asarray(sda_to_cdr(self.sda, np.maximum(age, 1))), years), 0.0)
        if np.any(self.mdr):
            return _of_month(_held(self.mdr, month), years) + np.zeros(age.shape)
        return _of_year(_held(self.cdr, month), years) + np.zeros(age.shape)


NO_STRESS = Vectors()


def _held(values: float | tuple[float, ...], month: IntArray) -> FloatArray:
    """Entry m in month m, the last one from there on."""
    vector = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return vector[np.minimum(month, len(vector) - 1)]


def _of_year(rate: FloatArray, years: FloatArray) -> FloatArray:
    return 1 - (1 - rate) ** years


def _of_month(rate: FloatArray, years: FloatArray) -> FloatArray:
    return np.where(years == 1 / 12, rate, 1 - (1 - rate) ** (12 * years))
