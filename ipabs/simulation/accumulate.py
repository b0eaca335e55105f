"""Weighted sums of simulated figures, their merging in order, and the estimates they give."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.errors import DataError, finding


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over paths of a figure x with weights w: of ``w x`` and ``(w x)^2``, and the range of x."""

    paths: int
    first: float
    second: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, figure: FloatArray, weights: FloatArray | None) -> "Moments":
        """The sums of one unit."""
        weighted = figure if weights is None else figure * weights
        return cls(
            len(figure),
            float(np.sum(weighted)),
            float(np.dot(weighted, weighted)),
            float(np.min(figure)),
            float(np.max(figure)),
        )

    def merge(self, later: "Moments") -> "Moments":
        """The sums of both; units are merged in order, so that every run adds in the same order."""
        return Moments(
            self.paths + later.paths,
            self.first + later.first,
            self.second + later.second,
            min(self.lowest, later.lowest),
            max(self.highest, later.highest),
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated mean; never shown without its standard error and path count.

    >>> print(Estimate(name="A loss", mean=1250.0, standard_error=75.0, paths=8192, lowest=0.0, highest=9e5))
    A loss: 1,250.00 ± 75.00 (8,192 paths)
    >>> print(Estimate(name="A life", mean=1.35124, standard_error=0.00321, paths=8192, lowest=1.0, highest=2.0))
    A life: 1.3512 ± 0.0032 (8,192 paths)
    """

    name: str
    mean: float
    standard_error: float
    paths: int
    lowest: float
    highest: float

    @classmethod
    def of(cls, name: str, moments: Moments) -> "Estimate":
        """``mean = sum(w x) / n``, ``standard error = sqrt((sum((w x)^2) / n - mean^2) / (n - 1))``."""
        n = moments.paths
        mean = moments.first / n
        variance = max(moments.second / n - mean * mean, 0.0)
        error = math.sqrt(variance / (n - 1)) if n > 1 else math.inf
        return cls(name, mean, error, n, moments.lowest, moments.highest)

    def __str__(self) -> str:
        error = self.standard_error
        places = 1 - math.floor(math.log10(error)) if 0 < error < 0.1 else 2  # at least two digits of the error
        return f"{self.name}: {self.mean:,.{places}f} ± {error:,.{places}f} ({self.paths:,} paths)"


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimates of a run, by the names of its figures.

    >>> estimates = Estimates({"A loss": Moments.of(np.array([0.0, 0.0, 30.0, 10.0]), None)})
    >>> print(estimates["A loss"])
    A loss: 10.00 ± 7.07 (4 paths)
    >>> [float(x) for x in estimates.to_frame().loc["A loss", ["lowest", "highest"]]]
    [0.0, 30.0]
    """

    moments: Mapping[str, Moments]

    def __getitem__(self, name: str) -> Estimate:
        if name not in self.moments:
            raise DataError(finding("simulation.figure", "no figure {got!r}; {hint}", got=name, allowed=self.moments))
        return Estimate.of(name, self.moments[name])

    def __iter__(self) -> Iterator[Estimate]:
        return (Estimate.of(name, moments) for name, moments in self.moments.items())

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    @property
    def paths(self) -> int:
        """How many paths were run."""
        return next(iter(self.moments.values())).paths

    @property
    def digest(self) -> str:
        """A hash of every sum: equal for any number of workers, any executor, any memory."""
        text = "\n".join(
            f"{name} {one.paths} {one.first.hex()} {one.second.hex()} {one.lowest.hex()} {one.highest.hex()}"
            for name, one in self.moments.items()
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def to_frame(self) -> pd.DataFrame:
        """One row a figure: mean, standard error, paths, range."""
        rows = [(one.name, one.mean, one.standard_error, one.paths, one.lowest, one.highest) for one in self]
        columns = ["figure", "mean", "standard_error", "paths", "lowest", "highest"]
        return pd.DataFrame(rows, columns=columns).set_index("figure")
