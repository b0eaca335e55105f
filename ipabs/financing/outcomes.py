"""Savings under simulated outcomes: reset rates, and the defaults of other firms under joint liability.

The paths come from elsewhere (an index model, a copula of defaults); here they become yuan. Every figure carries its
standard error and the number of paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ipabs._typing import BoolArray, FloatArray
from ipabs.basics.index_history import IndexHistory
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.loan import LoanTerms, interest_of
from ipabs.financing.need import Need
from ipabs.financing.repayment import period_rates, repayment_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A simulated figure: mean, its standard error, the 5 % and 95 % quantiles, the number of paths.

    >>> figure = outcome(np.arange(101.0))
    >>> figure.mean, figure.low, figure.high, figure.paths
    (50.0, 5.0, 95.0, 101)
    """

    mean: float
    standard_error: float
    low: float
    high: float
    paths: int


def outcome(values: FloatArray) -> Outcome:
    """Summary of (path,) values.

    >>> outcome(np.array([1.0, 3.0])).standard_error
    1.0
    """
    refuse(DataError, _value_faults(values))
    low, high = np.quantile(values, [0.05, 0.95])
    return Outcome(
        mean=float(values.mean()),
        standard_error=float(values.std(ddof=1) / np.sqrt(len(values))),
        low=float(low),
        high=float(high),
        paths=len(values),
    )


def _value_faults(values: FloatArray) -> Iterator[Finding]:
    if len(values) < 2:
        yield finding("outcome.paths", "{got} paths give no standard error; at least 2", got=len(values))
    missing = int((~np.isfinite(values)).sum())
    if missing:
        yield finding("outcome.values", "{got} of {paths} values are no finite numbers", got=missing, paths=len(values))


def outcome_table(firms: Sequence[str], values: FloatArray) -> pd.DataFrame:
    """One row a firm and a last row ``programme``: mean, standard error, 5 % and 95 % quantiles, number of paths.

    `values` are (path, firm). The programme's row is of the sums path by path, not of the rows above.

    >>> print(outcome_table(["a", "b"], np.array([[1.0, 2.0], [3.0, 2.0]]))[["mean", "standard_error", "paths"]])
               mean  standard_error  paths
    firm
    a           2.0             1.0      2
    b           2.0             0.0      2
    programme   4.0             1.0      2
    """
    refuse(DataError, _shape_faults(len(firms), values))
    columns = [*values.T, values.sum(axis=1)]
    rows = [asdict(outcome(column)) for column in columns]
    return pd.DataFrame(rows, index=pd.Index([*firms, "programme"], name="firm"))


def interest_under_paths(loan: LoanTerms, need: Need, index_paths: ArrayLike) -> FloatArray:
    """(path, loan) nominal interest of a loan whose index follows simulated paths.

    Parameters
    ----------
    index_paths : array_like
        (path, date) the index in force in the period that ends on each payment date of the loan; the margin is
        added here.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1_000_000, date(2023, 3, 20), date(2024, 3, 20), frequency="semiannual")
    >>> loan = BankLoan(index="LPR1Y", margin=0.015, resets="each_payment", day_count="equal_periods")
    >>> interest_under_paths(loan, need, [[0.0365, 0.0365], [0.0365, 0.0345]])
    array([[51500.],
           [50500.]])
    """
    return _floating_interest(loan, repayment_plan(loan, need), index_paths)


def _floating_interest(loan: LoanTerms, plan: Need, index_paths: ArrayLike) -> FloatArray:
    """(path, loan) interest of a plan whose index follows paths."""
    if loan.index is None:
        raise SpecError(finding("outcome.fixed_rate", "a fixed rate follows no index; state index and margin"))
    paths = np.atleast_2d(np.asarray(index_paths, dtype=np.float64))
    refuse(DataError, _path_faults(paths, plan.dates.shape[1]))
    per_yuan = (paths + loan.margin) @ (plan.opening_shares * plan.accruals(loan.day_count)).T
    return np.asarray(per_yuan * plan.principal)


def _path_faults(paths: FloatArray, dates: int) -> list[Finding]:
    if paths.ndim == 2 and paths.shape[1] == dates and np.isfinite(paths).all():
        return []
    template = "index paths of shape {got}; wanted finite numbers (path, {dates}), one for each payment date"
    return [finding("outcome.index_paths", template, got=paths.shape, dates=dates)]


def interest_change(
    loan: LoanTerms, need: Need, index_paths: ArrayLike, *, indices: Sequence[IndexHistory] = ()
) -> FloatArray:
    """(path, loan) interest under simulated paths less the interest that a comparison has counted.

    Examples
    --------
    The index of December 2022 was 3.65 %: a fall to 3.45 % for the second half saves 1,000 on a million.

    >>> from datetime import date
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20), frequency="semiannual")
    >>> loan = BankLoan(index="LPR1Y", margin=0.015, day_count="equal_periods")
    >>> interest_change(loan, need, [[0.0365, 0.0365], [0.0365, 0.0345]]).round(2)
    array([[    0.],
           [-1000.]])
    """
    plan = repayment_plan(loan, need, indices)
    counted = interest_of(plan, period_rates(loan, plan, indices), loan.day_count).sum(axis=1)
    return np.asarray(_floating_interest(loan, plan, index_paths) - counted)


def joint_liability_calls(defaults: BoolArray, losses: ArrayLike, principal: FloatArray) -> FloatArray:
    """(path, firm) what the surviving firms pay for those in default, in proportion to their principal.

    call_i = principal_i / Σ principal of survivors × Σ losses of defaulters; nothing where nobody survives.

    Parameters
    ----------
    defaults : BoolArray
        (path, firm)
    losses : array_like
        (firm,) what the group must make good when the firm defaults, or (path, firm).

    Examples
    --------
    >>> joint_liability_calls(np.array([[True, False, False]]), [6.0, 6.0, 6.0], np.array([10.0, 10.0, 20.0]))
    array([[0., 2., 4.]])
    """
    alive, owed = ~np.asarray(defaults, dtype=np.bool_), np.atleast_2d(np.asarray(losses, dtype=np.float64))
    refuse(DataError, _shape_faults(len(principal), alive, owed))
    due = np.where(alive, 0.0, owed).sum(axis=1, keepdims=True)
    weights = alive * principal
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(due * weights / np.where(total > 0, total, 1.0))


def simulated_savings(
    saving: FloatArray, *, comparator_change: FloatArray | None = None, calls: FloatArray | None = None
) -> FloatArray:
    """(path, firm) saving + change of the comparator's interest − calls under joint liability, before tax.

    Parameters
    ----------
    saving : FloatArray
        (firm,) saving as compared, before tax.
    comparator_change : FloatArray
        (path, firm) from `interest_change`: + is a dearer comparator, a larger saving.
    calls : FloatArray
        (path, firm) from `joint_liability_calls`.

    Examples
    --------
    >>> simulated_savings(np.array([100.0, 50.0]), calls=np.array([[0.0, 20.0], [0.0, 0.0]]))
    array([[100.,  30.],
           [100.,  50.]])
    """
    change = np.zeros((1, 1)) if comparator_change is None else comparator_change
    called = np.zeros((1, 1)) if calls is None else calls
    refuse(DataError, _shape_faults(len(saving), change, called))
    return np.asarray(saving + change - called)


def _shape_faults(firms: int, *parts: FloatArray | BoolArray) -> list[Finding]:
    paths = {len(part) for part in parts if len(part) > 1}
    if len(paths) < 2 and all(part.ndim == 2 and part.shape[1] in (1, firms) for part in parts):
        return []
    template = "{got} do not fit {firms} firms; wanted (path, firm), of the same paths"
    return [finding("outcome.shapes", template, got=" and ".join(str(part.shape) for part in parts), firms=firms)]
