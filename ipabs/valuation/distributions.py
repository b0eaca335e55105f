"""Ranges of uncertain inputs: what an expert or a sample says, as a function from uniform numbers to values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

import numpy as np

from ipabs._typing import FloatArray
from ipabs.errors import Finding, finding
from ipabs.valuation.checks import weight_findings
from ipabs.valuation.ranges import numbers_of, outside

MIXTURE_POINTS = 4097
CUMULATIVE = "cumulative shares must rise from 0 to 1, one for each value, and values with them"


class Range(Protocol):
    """A distribution of one input.

    >>> class Fixed:
    ...     def quantile(self, uniform): return np.full_like(uniform, 0.05)
    ...     def findings(self): return iter(())
    >>> rate: Range = Fixed()
    >>> rate.quantile(np.array([0.1, 0.9]))
    array([0.05, 0.05])
    """

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """The value that the share `uniform` does not exceed."""

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pert:
    """Least, most likely and most, as a beta distribution with mean ``(least + shape × likely + most) / (2 + shape)``.

    ``α = 1 + shape × (likely − least) / (most − least)``, ``β = 1 + shape × (most − likely) / (most − least)``.

    Source: Malcolm, Roseboom, Clark and Fazar (1959), *Operations Research* 7, 646-669; shape 4 is theirs.

    >>> Pert(least=2, likely=4, most=9).mean
    4.5
    """

    KIND: ClassVar[str] = "pert"
    least: Annotated[float, "lowest value possible"]
    likely: Annotated[float, "most likely value"]
    most: Annotated[float, "highest value possible"]
    shape: Annotated[float, "weight of the likely value; 4 is usual, more is narrower"] = 4.0

    @property
    def mean(self) -> float:
        """``(least + shape × likely + most) / (2 + shape)``."""
        return (self.least + self.shape * self.likely + self.most) / (2 + self.shape)

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """Inverse of the incomplete beta function, scaled."""
        from scipy.special import betaincinv

        width = self.most - self.least
        if width == 0:
            return np.full_like(uniform, self.least)
        rising = 1 + self.shape * (self.likely - self.least) / width
        values: FloatArray = self.least + width * betaincinv(rising, 2 + self.shape - rising, uniform)
        return values

    def findings(self) -> Iterator[Finding]:
        """Points out of order, a shape that is not positive."""
        yield from _order(self.least, self.likely, self.most)
        yield from outside("shape", self.shape, "(0, inf)", single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular:
    """Least, most likely and most, with a density that rises and falls in straight lines.

    >>> Triangular(least=0, likely=6, most=12).quantile(np.array([0.5]))
    array([6.])
    """

    KIND: ClassVar[str] = "triangular"
    least: Annotated[float, "lowest value possible"]
    likely: Annotated[float, "most likely value"]
    most: Annotated[float, "highest value possible"]

    @property
    def mean(self) -> float:
        """``(least + likely + most) / 3``."""
        return (self.least + self.likely + self.most) / 3

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """Inverse of the triangular distribution."""
        width, rising = self.most - self.least, self.likely - self.least
        left = self.least + np.sqrt(uniform * width * rising)
        right = self.most - np.sqrt((1 - uniform) * width * (width - rising))
        return np.asarray(np.where(uniform * width <= rising, left, right))

    def findings(self) -> Iterator[Finding]:
        """Points out of order."""
        yield from _order(self.least, self.likely, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """A positive value by its median and the standard deviation of its logarithm.

    >>> round(Lognormal(median=100, log_deviation=0.2).mean, 4)
    102.0201
    """

    KIND: ClassVar[str] = "lognormal"
    median: Annotated[float, "value that half of the draws exceed"]
    log_deviation: Annotated[float, "standard deviation of the logarithm"]

    @property
    def mean(self) -> float:
        """``median × exp(σ² / 2)``."""
        return float(self.median * np.exp(self.log_deviation**2 / 2))

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """``median × exp(σ × z)``."""
        from scipy.special import ndtri

        values: FloatArray = self.median * np.exp(self.log_deviation * ndtri(uniform))
        return values

    def findings(self) -> Iterator[Finding]:
        """A median that is not positive, a negative deviation."""
        yield from outside("median", self.median, "(0, inf)", single=True)
        yield from outside("log_deviation", self.log_deviation, "[0, inf)", single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Empirical:
    """A sample, or points of a cumulative distribution with straight lines between them.

    Without `cumulative` the values are a sample: sorted, they stand at equal steps from 0 to 1.

    >>> Empirical(values=(0.02, 0.03, 0.05)).quantile(np.array([0.0, 0.5, 0.75]))
    array([0.02, 0.03, 0.04])
    """

    KIND: ClassVar[str] = "empirical"
    values: Annotated[tuple[float, ...], "the sample, or the values at the cumulative shares"]
    cumulative: Annotated[tuple[float, ...], "share of draws at or below each value, rising from 0 to 1"] = ()

    @property
    def points(self) -> tuple[FloatArray, FloatArray]:
        """Cumulative shares and values."""
        if self.cumulative:
            return np.array(self.cumulative), np.array(self.values)
        return np.linspace(0.0, 1.0, len(self.values)), np.sort(self.values)

    @property
    def mean(self) -> float:
        """Of the piecewise linear distribution: ``Σ (p_{i+1} − p_i) × (x_i + x_{i+1}) / 2``."""
        shares, values = self.points
        return float((np.diff(shares) * (values[1:] + values[:-1]) / 2).sum()) if len(values) > 1 else float(values[0])

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """Linear interpolation."""
        shares, values = self.points
        return np.asarray(np.interp(uniform, shares, values))

    def findings(self) -> Iterator[Finding]:
        """No values, or points that do not rise from share 0 to share 1."""
        if not self.values or any(outside("values", self.values, "(-inf, inf)")):
            yield finding("range.values", "values must be finite numbers, at least one", path=("values",))
        elif any(outside("cumulative", self.cumulative, "[0, 1]")):
            yield finding("range.cumulative", CUMULATIVE, path=("cumulative",))
        elif self.cumulative:
            shares, values = np.array(self.cumulative), np.array(self.values)
            ends = len(shares) == len(values) > 1 and shares[0] == 0 and shares[-1] == 1
            if not ends or (np.diff(shares) < 0).any() or (np.diff(values) < 0).any():
                yield finding("range.cumulative", CUMULATIVE, path=("cumulative",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one expert says of an input.

    >>> round(Opinion(expert="appraiser", range=Pert(least=0.02, likely=0.03, most=0.06), weight=0.7).range.mean, 6)
    0.033333
    """

    KEYED: ClassVar[str] = "expert"
    expert: str
    range: Pert | Triangular | Lognormal | Empirical
    weight: Annotated[float | None, "of the opinion; equal where none is stated"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Experts:
    """Opinions of several experts, as a mixture: each is right with his weight (equal where none is stated).

    >>> two = Experts(opinions=(Opinion(expert="a", range=Pert(least=0.02, likely=0.03, most=0.04)),
    ...                         Opinion(expert="b", range=Pert(least=0.04, likely=0.05, most=0.06))))
    >>> round(two.mean, 6), round(two.spread, 6)
    (0.04, 0.02)
    """

    KIND: ClassVar[str] = "experts"
    opinions: tuple[Opinion, ...]

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights stated, or equal ones."""
        if all(one.weight is None for one in self.opinions):
            return (1 / len(self.opinions),) * len(self.opinions)
        return tuple(one.weight or 0.0 for one in self.opinions)

    @property
    def mean(self) -> float:
        """Weighted mean of the experts' means."""
        return sum(weight * one.range.mean for weight, one in zip(self.weights, self.opinions, strict=True))

    @property
    def spread(self) -> float:
        """How far apart the experts are: largest less smallest of their means."""
        means = [one.range.mean for one in self.opinions]
        return max(means) - min(means)

    def quantile(self, uniform: FloatArray) -> FloatArray:
        """Inverse of the mixture's distribution, linear between 4,097 quantiles of every expert."""
        grid = (np.arange(MIXTURE_POINTS) + 0.5) / MIXTURE_POINTS
        values = np.concatenate([one.range.quantile(grid) for one in self.opinions])
        masses = np.repeat(np.array(self.weights) / MIXTURE_POINTS, MIXTURE_POINTS)
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(masses[order]) - masses[order] / 2
        return np.asarray(np.interp(uniform, reached, values[order]))

    def findings(self) -> Iterator[Finding]:
        """No expert, weights that do not sum to one or are stated for some only, faults of an opinion."""
        if not self.opinions:
            yield finding("range.no_expert", "at least one expert is needed", path=("opinions",))
            return
        stated = [one.weight is not None for one in self.opinions]
        if any(stated) and not all(stated):
            yield finding("range.expert_weights", "state a weight for every expert, or for none", path=("opinions",))
        yield from weight_findings(self.weights, path=("opinions",))
        for one in self.opinions:
            yield from one.range.findings()


def _order(least: float, likely: float, most: float) -> Iterator[Finding]:
    points = numbers_of((least, likely, most))
    if points is None or points.shape != (3,) or not np.isfinite(points).all() or (np.diff(points) < 0).any():
        template = "{got}: least, likely and most must be finite and rise"
        yield finding("range.order", template, path=("likely",), got=f"{least}, {likely}, {most}")
