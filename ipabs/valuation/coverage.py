"""Which right protects which revenue stream, so that two patents on one product are not counted twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.units import Share
from ipabs.cashflow.discounting import Values
from ipabs.errors import Finding, finding
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.life import legal_life_years
from ipabs.valuation.periods import Periods, per_period
from ipabs.valuation.ranges import outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """One right protects a share of one stream's revenue while it is alive.

    >>> Protection(right="ZL1", stream="A").share
    1.0
    """

    right: str
    stream: str
    share: Annotated[Share, "Share of the stream's revenue that the right alone protects."] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionLayer:
    """One right over one stream: what it protects, and for how long by law.

    >>> layer = ProtectionLayer(right="a", share=0.6, legal_life_years=1.5)
    >>> protected_share((layer,), Periods(count=2))
    array([0.6, 0.3])
    """

    right: str
    share: float
    legal_life_years: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageMatrix:
    """The protections of a portfolio; a pair that is not listed protects nothing.

    Several rights on one stream protect ``1 − Π (1 − share)`` of it while they live: what two of them protect is
    counted once.

    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="ZL1", kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1))
    >>> matrix = CoverageMatrix(protections=(Protection(right="ZL1", stream="A", share=0.5),))
    >>> print(*matrix.findings(Portfolio(rights=(patent,)), ["A", "B"]))
    protections: no right protects stream B
    """

    protections: tuple[Protection, ...]

    def findings(self, portfolio: Portfolio, streams: Sequence[str]) -> Iterator[Finding]:
        """Unknown rights and streams, shares out of range, a pair twice, a stream that nothing protects."""
        rights = [right.number for right in portfolio.rights]
        seen: set[tuple[str, str]] = set()
        for at, one in enumerate(self.protections):
            path = ("protections", at)
            if one.right not in rights:
                yield finding("coverage.right", "no right {got!r}; {hint}", path=(*path, "right"), got=one.right,
                              allowed=rights)  # fmt: skip
            if one.stream not in streams:
                yield finding("coverage.stream", "no stream {got!r}; {hint}", path=(*path, "stream"), got=one.stream,
                              allowed=streams)  # fmt: skip
            yield from outside("share", one.share, "[0, 1]", path=(*path, "share"), single=True)
            if (one.right, one.stream) in seen:
                yield finding("coverage.twice", "{right} protects {stream} twice", path=path, right=one.right,
                              stream=one.stream)  # fmt: skip
            seen.add((one.right, one.stream))
        for name in streams:
            if name not in {stream for _, stream in seen}:
                yield finding("coverage.unprotected", "no right protects stream {got}", path=("protections",),
                              severity="warning", got=name)  # fmt: skip


def layers(
    coverage: CoverageMatrix | None, portfolio: Portfolio, stream: str, *, as_of: date
) -> tuple[ProtectionLayer, ...]:
    """The rights over a stream, longest life first.

    Without a matrix every right protects all of every stream; without rights protection does not end by law.

    >>> from ipabs.patents.patent import Patent
    >>> old, young = (Patent(number=name, kind="invention", filing=date(year, 1, 1), grant=date(year + 2, 1, 1))
    ...               for name, year in (("old", 2010), ("young", 2015)))
    >>> over = layers(None, Portfolio(rights=(old, young)), "A", as_of=date(2024, 1, 1))
    >>> [(layer.right, layer.legal_life_years) for layer in over]
    [('young', 11.0), ('old', 6.0)]
    """
    if coverage is None and not portfolio.rights:
        return (ProtectionLayer(right="", share=1.0, legal_life_years=np.inf),)
    shares = {
        one.right: one.share
        for one in (
            coverage.protections if coverage else [Protection(right=r.number, stream=stream) for r in portfolio.rights]
        )
        if one.stream == stream
    }
    found = [
        ProtectionLayer(right=right.number, share=shares[right.number], legal_life_years=legal_life_years(right, as_of))
        for right in portfolio.rights
        if right.number in shares
    ]
    return tuple(sorted(found, key=lambda layer: -layer.legal_life_years))


def protected_share(
    over: Iterable[ProtectionLayer], periods: Periods, *, life_years: Values = np.inf, loss_rate: Values = 0.0
) -> FloatArray:
    """Share of a stream that is protected in each period: ``(period,)`` or ``(draw, period)``.

    While the rights 1 to j of longest life are alive they protect ``C_j = 1 − Π_{i≤j} (1 − c_i)``, so a period counts
    ``Σ_j (C_j − C_{j−1}) × (share of the period within the life of j)``, exact for rights that end within it.

    Parameters
    ----------
    over : ProtectionLayer, longest life first
    life_years : float or FloatArray
        Contract or technical life of the stream, which cuts every right's.
    loss_rate : float or FloatArray
        Yearly chance that a right is lost before its end, each on its own: c falls as ``(1 − loss_rate) ** years``.

    Examples
    --------
    >>> two = (ProtectionLayer(right="b", share=0.5, legal_life_years=3), ProtectionLayer(right="a", share=0.5,
    ...        legal_life_years=1.5))
    >>> protected_share(two, Periods(count=3))
    array([0.75 , 0.625, 0.5  ])
    """
    survival = surviving(periods, loss_rate)
    within = np.clip(per_period(life_years), periods.starts, periods.ends) - periods.starts
    uncovered: FloatArray = np.ones(1)
    full: FloatArray = np.zeros(periods.count)
    cut: list[tuple[int, float, FloatArray]] = []  # a right ends inside one period at most
    for layer in over:
        gain = uncovered * layer.share * survival
        gain = np.broadcast_to(gain, (*gain.shape[:-1], periods.count))
        uncovered = uncovered * (1 - layer.share * survival)
        full = full + gain * (layer.legal_life_years >= periods.ends)
        last = int(np.searchsorted(periods.ends, layer.legal_life_years, side="right"))
        if last < periods.count and layer.legal_life_years > periods.starts[last]:
            cut.append((last, layer.legal_life_years - periods.starts[last], gain[..., last]))
    years: FloatArray = full * within
    for period, left, gain in cut:
        years[..., period] += gain * np.minimum(left, within[..., period])
    return np.asarray(years / (periods.ends - periods.starts))


def surviving(periods: Periods, loss_rate: Values) -> FloatArray:
    """Chance that a right still stands in the middle of each period: ``(1,)`` where nothing is lost.

    >>> surviving(Periods(count=2), 0.19)
    array([0.9  , 0.729])
    """
    if np.ndim(loss_rate) == 0 and loss_rate == 0:
        return np.ones(1)
    survival: FloatArray = (1 - per_period(loss_rate)) ** ((periods.starts + periods.ends) / 2)
    return survival
