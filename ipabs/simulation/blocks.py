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
        Likelihood ratios of importance sampling; 1 where left out.
    """

    collections: Collections
    observables: Mapping[str, FloatArray] = field(default_factory=dict)
    weights: FloatArray | None = None


class BlockSource(Protocol):
    """Makes the paths ``lo .. hi``, the same whatever block asks for them."""

    def block(self, lo: int, hi: int) -> Block:
        """The paths from `lo` up to, not including, `hi`."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A source of collections that are already there."""

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
