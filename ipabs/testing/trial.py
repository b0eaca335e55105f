"""One run of a deal, what its variants need, and the finding about amounts that differ."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.index_history import IndexHistory
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.errors import Finding, finding
from ipabs.structure.deal import Deal

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """One run, and what is needed to run its variants."""

    deal: Deal
    collections: Collections
    indices: tuple[IndexHistory, ...]
    observables: Mapping[str, Any]
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ledger", self.run(self.deal))

    def run(self, deal: Deal, collections: Collections | None = None, observables: Any = None) -> Ledger:
        """A variant on the same collections, or on others."""
        return run_waterfall(
            deal,
            self.collections if collections is None else collections,
            indices=self.indices,
            observables=self.observables if observables is None else observables,
        )

    @property
    def is_rounded(self) -> bool:
        """Whether amounts are whole minor units."""
        rounding = self.ledger.deal.rounding
        return rounding is not None and rounding.preset != "none"

    @property
    def slack(self) -> float:
        """How far two amounts may lie apart."""
        largest = max(float(self.ledger.collected.max(initial=1.0)), *(one.principal for one in self.deal.tranches))
        return TOLERANCE * max(largest, 1.0)


Relation: TypeAlias = Callable[[Trial], Iterator[Finding]]


def broken(name: str, what: str, expected: FloatArray, got: FloatArray, slack: float) -> Iterator[Finding]:
    """The finding about the largest difference of two arrays ``(path, period)``, if it is beyond `slack`."""
    gaps = np.abs(np.asarray(expected, dtype=np.float64) - got)
    if gaps.size and not gaps.max() <= slack:
        path, period = (int(i) for i in np.unravel_index(np.argmax(gaps), gaps.shape))
        template = (
            "{relation} does not hold for {what} in period {period}, path {number}: {expected} expected, got {got}"
        )
        yield finding(
            "relation.broken",
            template,
            got=got[path, period],
            relation=name,
            what=what,
            period=period,
            number=path,
            expected=expected[path, period],
        )
