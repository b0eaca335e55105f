"""Run a deal on collections, and replay one path."""

from collections.abc import Iterable, Mapping

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.collections import Collections
from ipabs.engine.arithmetic import Kind
from ipabs.engine.checks import ensure
from ipabs.engine.claims import Index
from ipabs.engine.feed import Observables, ensure_path, feed, fitting, observed
from ipabs.engine.keeping import MEMORY, keep
from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.resolve import resolve
from ipabs.engine.run import payment_dates
from ipabs.structure.deal import Deal


def run_waterfall(
    deal: Deal,
    collections: Collections,
    *,
    indices: Iterable[Index] = (),
    observables: Observables = (),
    exact: bool = False,
    memory: int = MEMORY,
) -> Ledger:
    """Run a deal on what its pool pays and keep every row.

    Parameters
    ----------
    deal : Deal
    collections : Collections
        On the deal's own time line.
    indices : iterable of index histories
        For floating coupons.
    observables : mapping of name to series
        Series from outside, ``(path, period)``, flat for all paths. ``<party>.performing`` is 0 once a supporting
        party has defaulted.
    exact : bool
        Compute path 0 in Fractions.
    memory : int
        Bytes that the ledger may take.

    Raises
    ------
    ModelError
        The deal has findings, or an index is missing.
    DataError
        Collections or observables that do not fit the deal.
    LimitError
        More paths than fit in `memory`.
    NumericError
        A check broke: not every amount is accounted for.

    Examples
    --------
    >>> from ipabs import spec
    >>> from ipabs.structure.samples import small
    >>> deal = spec.load(Deal, small())  # A: 100 at 5%, three yearly payments
    >>> pool = Collections(deal.timeline(), interest=6, principal=40, opening=120)
    >>> ledger = run_waterfall(deal, pool)
    >>> ledger.paid("A.interest")[0].tolist(), ledger.balance("A")[0].tolist()
    ([5.0, 2.95, 0.8], [59.0, 15.95, 0.0])
    """
    given = dict(observables)
    program = resolve(deal, indices, exact=exact, watched=given)
    series = observed(program, given, program.timeline)
    fitting(program, collections, series)
    kind: Kind = "fraction" if exact else "float" if collections.paths == 1 else "array"
    return run_program(program, collections, series, kind, memory=memory)


def run_program(
    program: Program,
    collections: Collections,
    observables: Mapping[str, FloatArray],
    kind: Kind,
    *,
    memory: int = MEMORY,
) -> Ledger:
    """Run what is resolved and keep every row; the checks hold, or it is an error."""
    dates = payment_dates(program, feed(program, collections, observables, kind), program.arithmetic(kind))
    paths = collections.paths if kind == "array" else 1
    return ensure(keep(program, collections, dates, kind, paths=paths, memory=memory))


def replay(
    deal: Deal,
    collections: Collections,
    path: int,
    *,
    indices: Iterable[Index] = (),
    observables: Observables = (),
) -> Ledger:
    """One path of many alone, numbered from 0, with its full trace, bit for bit what it was among the others.

    >>> from ipabs import spec
    >>> from ipabs.structure.samples import small
    >>> deal = spec.load(Deal, small())
    >>> pool = Collections(deal.timeline(), interest=[[6, 6, 6], [6, 0, 0]], principal=40, opening=120)
    >>> replay(deal, pool, 1).paid("A.interest")[0].tolist()
    [5.0, 2.95, 1.1]
    """
    ensure_path(path, collections.paths)
    alone = {name: one_path(np.asarray(values, dtype=np.float64), path) for name, values in dict(observables).items()}
    return run_waterfall(deal, collections.path(path), indices=indices, observables=alone)


def one_path(values: FloatArray, path: int) -> FloatArray:
    """A series of one path; a flat series stands for all."""
    return values[path : path + 1] if values.ndim == 2 and len(values) > 1 else values
