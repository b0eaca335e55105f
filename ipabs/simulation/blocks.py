"""Where simulated paths come from: blocks by path number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.collections import Collections

UNIT = 8192  # paths in one unit of accumulation; results are merged unit by unit, in order


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The paths ``lo .. hi``.

    Attributes
    ----------
    collections : Collections
    observables : mapping of name to array (path, period)
    weights : array (path,), optional
        Likelihood ratios of importance sampling, none below 0; 1 where left out.

    Examples
    --------
    >>> from ipabs import spec
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import small
    >>> timeline = spec.load(Deal, small()).timeline()
    >>> block = Block(Collections(timeline, principal=[[40, 40, 40], [40, 0, 0]], opening=120), weights=np.ones(2))
    >>> block.collections.total.sum(axis=1).tolist()
    [120.0, 40.0]
    """

    collections: Collections
    observables: Mapping[str, FloatArray] = field(default_factory=dict)
    weights: FloatArray | None = None


class BlockSource(Protocol):
    """Makes the paths ``lo .. hi``, the same whatever block asks for them.

    >>> from ipabs import spec
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import small
    >>> timeline = spec.load(Deal, small()).timeline()
    >>> class EveryFourthPaysNothing:
    ...     def block(self, lo: int, hi: int) -> Block:
    ...         pays = np.arange(lo, hi)[:, np.newaxis] % 4 > 0
    ...         return Block(Collections(timeline, principal=pays * [40, 40, 40], opening=120))
    >>> EveryFourthPaysNothing().block(6, 10).collections.principal[:, 0].tolist()
    [40.0, 40.0, 0.0, 40.0]
    """

    def block(self, lo: int, hi: int) -> Block:
        """The paths from `lo` up to, not including, `hi`."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A source of collections that are already there, with observables ``(path, period)`` or flat ``(1, period)``.

    >>> from ipabs import spec
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import small
    >>> pool = Collections(spec.load(Deal, small()).timeline(), principal=[[40, 40, 40], [40, 0, 0]], opening=120)
    >>> Stored(pool).block(1, 2).collections.principal.tolist()
    [[40.0, 0.0, 0.0]]
    """

    collections: Collections
    observables: Mapping[str, FloatArray] = field(default_factory=dict)

    def block(self, lo: int, hi: int) -> Block:
        """A slice."""
        whole = self.collections
        part = Collections.from_block(
            whole.timeline,
            np.ascontiguousarray(whole.block[:, :, lo:hi]),
            whole.opening[lo:hi].copy(),
            whole.opening_delinquent[lo:hi].copy(),
        )
        cut = {name: values if len(values) == 1 else values[lo:hi] for name, values in self.observables.items()}
        return Block(part, cut)


def units(paths: int) -> Iterator[tuple[int, int]]:
    """The units of a run, the last one as long as it is.

    >>> list(units(20_000))
    [(0, 8192), (8192, 16384), (16384, 20000)]
    """
    for lo in range(0, paths, UNIT):
        yield lo, min(lo + UNIT, paths)
