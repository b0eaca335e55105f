"""Eligibility: which contracts may enter a pool, and how concentrated the pool may be.

Criteria look at one contract, limits at the whole pool. Both are data with a name, so that a report can say which of
them a contract or a pool fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd

from ipabs._typing import BoolArray
from ipabs.basics.concentration import top_share
from ipabs.basics.units import Count, Share
from ipabs.errors import Finding, ModelError, Place, SpecError, finding, refuse
from ipabs.pool.pool import Pool, column_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What a contract has to be: a column of the pool's table within bounds, or one of some words.

    >>> table = pd.DataFrame({"rating": ["AA", "", "BB"], "contract_rate": [0.04, 0.05, 0.12]})
    >>> Criterion(name="rated", column="rating", excluding=("BB",)).met(table)
    array([ True, False, False])
    >>> Criterion(name="usury", column="contract_rate", maximum=0.10).met(table)
    array([ True,  True, False])
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "name of the criterion"]
    column: Annotated[str, "column of the pool's table: a term, a fact about the firm, a further column of the tape"]
    minimum: Annotated[float | None, "least value"] = None
    maximum: Annotated[float | None, "greatest value"] = None
    among: Annotated[tuple[str, ...], "words that are allowed"] = ()
    excluding: Annotated[tuple[str, ...], "words that are not"] = ()

    def met(self, table: pd.DataFrame) -> BoolArray:
        """Whether each row meets the criterion; an empty cell does not."""
        column = table[self.column]
        passed = column.notna() & (column.astype(str) != "")
        if self.minimum is not None:
            passed &= column >= self.minimum
        if self.maximum is not None:
            passed &= column <= self.maximum
        if self.among:
            passed &= column.isin(self.among)
        if self.excluding:
            passed &= ~column.isin(self.excluding)
        return passed.to_numpy(dtype=np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationLimit:
    """The `top` largest groups hold at most a share of the principal.

    >>> table = pd.DataFrame({"obligor": ["F1", "F2", "F3"], "principal": [6e6, 3e6, 1e6]})
    >>> limit = ConcentrationLimit(name="largest debtor", maximum=0.5)
    >>> limit.held(table)
    0.6
    >>> print(limit.finding(table))
    largest debtor: largest debtor: the 1 largest by obligor hold 60.00%; at most 50.00%
    """

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "concentration"

    name: Annotated[str, "name of the limit"]
    by: Annotated[str, "column that makes the groups"] = "obligor"
    top: Annotated[Count, "how many groups, the largest first"] = 1
    maximum: Annotated[Share, "most that they may hold together"]
    note: Annotated[str, "where the figure comes from"] = ""

    def held(self, table: pd.DataFrame) -> float:
        """The share that the `top` largest groups hold."""
        return float(top_share(table.groupby(self.by)["principal"].sum().to_numpy(), self.top))

    def finding(self, table: pd.DataFrame) -> Finding | None:
        """What is wrong with a pool, if anything."""
        held = self.held(table)
        if held <= self.maximum * (1 + 1e-12):
            return None
        template = "{name}: the {top} largest by {by} hold {got}; at most {maximum}{note}"
        most = f"{self.maximum:.2%}"
        return _broken("limit.concentration", template, self, f"{held:.2%}", top=self.top, by=self.by, maximum=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumNumber:
    """There are at least so many groups.

    >>> table = pd.DataFrame({"obligor": ["F1", "F2", "F1"], "principal": [6e6, 3e6, 1e6]})
    >>> print(MinimumNumber(name="unrelated debtors", minimum=10).finding(table))
    unrelated debtors: unrelated debtors: 2 different by obligor; at least 10
    """

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "number"

    name: Annotated[str, "name of the limit"]
    by: Annotated[str, "column that makes the groups"] = "obligor"
    minimum: Annotated[Count, "least number of groups"]
    note: Annotated[str, "where the figure comes from"] = ""

    def held(self, table: pd.DataFrame) -> float:
        """The number of groups."""
        return float(table[self.by].nunique())

    def finding(self, table: pd.DataFrame) -> Finding | None:
        """What is wrong with a pool, if anything."""
        number = int(self.held(table))
        if number >= self.minimum:
            return None
        template = "{name}: {got} different by {by}; at least {minimum}{note}"
        return _broken("limit.number", template, self, str(number), by=self.by, minimum=self.minimum)


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageLimit:
    """The average of a column, weighted by principal, lies within bounds.

    >>> table = pd.DataFrame({"contract_rate": [0.04, 0.06], "principal": [3e6, 1e6]})
    >>> limit = AverageLimit(name="yield", column="contract_rate", minimum=0.05)
    >>> limit.held(table)                           # (3 · 4 % + 1 · 6 %) / 4
    0.045
    >>> print(limit.finding(table))
    yield: yield: the average contract_rate is 0.045; wanted 0.05 to inf
    """

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "average"

    name: Annotated[str, "name of the limit"]
    column: Annotated[str, "column of numbers"]
    minimum: Annotated[float | None, "least average"] = None
    maximum: Annotated[float | None, "greatest average"] = None
    note: Annotated[str, "where the figure comes from"] = ""

    def held(self, table: pd.DataFrame) -> float:
        """The average, weighted by principal."""
        return float(np.average(table[self.column], weights=table["principal"]))

    def finding(self, table: pd.DataFrame) -> Finding | None:
        """What is wrong with a pool, if anything."""
        mean = self.held(table)
        low = -np.inf if self.minimum is None else self.minimum
        high = np.inf if self.maximum is None else self.maximum
        if low <= mean <= high:
            return None
        template = "{name}: the average {column} is {got}; wanted {low} to {high}{note}"
        bounds = {"low": f"{low:g}", "high": f"{high:g}"}
        return _broken("limit.average", template, self, f"{mean:.6g}", column=self.column, **bounds)


Limit = ConcentrationLimit | MinimumNumber | AverageLimit


def _broken(code: str, template: str, limit: Limit, got: str, **values: object) -> Finding:
    values |= {"name": limit.name, "note": f" ({limit.note})" if limit.note else ""}
    named = tuple((name, str(value)) for name, value in values.items())
    return Finding(code=code, template=template, place=Place(path=(limit.name,)), got=got, values=named)


def limit_faults(limits: Sequence[Limit], table: pd.DataFrame) -> Iterator[Finding]:
    """Limits on columns that a pool's table does not have, or that hold no numbers.

    >>> table = pd.DataFrame({"obligor": ["F1"], "principal": [6e6]})
    >>> print(*limit_faults([ConcentrationLimit(name="sector", by="sectr", maximum=0.5)], table))
    sector: the pool's table has no column 'sectr'; valid: obligor, principal
    """
    wanted = [
        (one.name, one.column, True) if isinstance(one, AverageLimit) else (one.name, one.by, False) for one in limits
    ]
    return column_faults(table, wanted)


TO_CHECK = "assumption: usual wording of the exchange's rules, to be checked against the rules in force"

# Shanghai and Shenzhen exchange practice for pools of many debtors; the figures are assumptions to check.
EXCHANGE_LIMITS: tuple[Limit, ...] = (
    MinimumNumber(name="unrelated debtors", by="obligor", minimum=10, note=TO_CHECK),
    ConcentrationLimit(name="largest debtor", by="obligor", top=1, maximum=0.5, note=TO_CHECK),
    ConcentrationLimit(name="five largest debtors", by="obligor", top=5, maximum=0.7, note=TO_CHECK),
)


@dataclass(frozen=True, slots=True, eq=False)
class Screening:
    """What screening found: `passed` says for each contract (row) and criterion (column) whether it is met.

    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> screening = screen(pool, (Criterion(name="short", column="remaining_months", maximum=12),), as_of=date(2024,
    ...                                                                                                        3, 1))
    >>> screening.eligible.ids
    ('C1', 'C2')
    >>> print(*screening.findings())
    C3: contract C3 is left out: it fails short
    """

    pool: Pool
    passed: pd.DataFrame

    @property
    def eligible(self) -> Pool:
        """The pool of the contracts that meet all criteria."""
        kept = self.passed.index[self.passed.all(axis=1)]
        if not len(kept):
            raise ModelError(
                finding(
                    "eligibility.none", "no contract meets all criteria; the fewest fail {got}", got=self._mildest()
                )
            )
        return self.pool.select(kept)

    def findings(self) -> Iterator[Finding]:
        """One finding for each contract that is left out, with the criteria it fails."""
        for id, row in self.passed[~self.passed.all(axis=1)].iterrows():
            failed = ", ".join(str(name) for name, met in row.items() if not met)
            template = "contract {id} is left out: it fails {got}"
            yield finding("eligibility.left_out", template, path=(str(id),), severity="note", got=failed, id=id)

    def to_frame(self) -> pd.DataFrame:
        """For each criterion the number and principal of the contracts that fail it, and that fail no other."""
        principal = self.pool.to_frame()["principal"]
        failed = ~self.passed
        alone = failed & (failed.sum(axis=1) == 1).to_numpy()[:, None]
        return pd.DataFrame(
            {
                "failed": failed.sum(),
                "failed principal": failed.mul(principal, axis=0).sum(),
                "failed alone": alone.sum(),
            }
        ).rename_axis("criterion")

    def _mildest(self) -> str:
        return str((~self.passed).sum().sort_values(kind="stable").index[0])


def screen(pool: Pool, criteria: tuple[Criterion, ...], *, as_of: date) -> Screening:
    """Which contracts meet which criteria on `as_of`.

    Raises
    ------
    SpecError
        A criterion on a column that the pool's table does not have, or a bound on what is no number.

    Examples
    --------
    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> artificial = Criterion(name="AI", column="sector", among=("AI",))
    >>> cheap = Criterion(name="rate", column="contract_rate", maximum=0.055)
    >>> screen(pool, (artificial, cheap), as_of=date(2024, 3, 1)).to_frame()
               failed  failed principal  failed alone
    criterion
    AI              1         1000000.0             0
    rate            1         1000000.0             0
    """
    table = pool.to_frame(as_of=as_of)
    wanted = [(one.name, one.column, one.minimum is not None or one.maximum is not None) for one in criteria]
    refuse(SpecError, (found for found in column_faults(table, wanted) if found.code != "pool.empty_cells"))
    return Screening(pool, pd.DataFrame({one.name: one.met(table) for one in criteria}, index=table.index))


def limit_findings(
    pool: Pool, limits: tuple[Limit, ...] = EXCHANGE_LIMITS, *, as_of: date | None = None
) -> tuple[Finding, ...]:
    """The limits that a pool breaks, each with what it holds and what is allowed.

    With `as_of` the table has ages and remaining terms to average.

    Raises
    ------
    SpecError
        A limit on a column that the pool's table does not have, or an average of what is no number.

    Examples
    --------
    >>> from ipabs.pool.sample import three_contracts
    >>> pool = three_contracts()
    >>> for found in limit_findings(pool, (ConcentrationLimit(name="largest debtor", maximum=0.5),
    ...                                    MinimumNumber(name="debtors", minimum=3))):
    ...     print(found)
    largest debtor: largest debtor: the 1 largest by obligor hold 60.00%; at most 50.00%
    """
    table = pool.to_frame(as_of=as_of)
    refuse(SpecError, limit_faults(limits, table))
    return tuple(found for found in (one.finding(table) for one in limits) if found is not None)
