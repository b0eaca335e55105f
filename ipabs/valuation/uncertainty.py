"""Uncertainty: a method valued over correlated draws of its inputs, and what each input contributes.

Inputs are tied by common factors, ``z_i = Σ_k a_ik F_k + √(1 − Σ_k a_ik²) ε_i``, or by a correlation matrix, which is
the factor model of its own eigenvectors. Draws come from counter-based streams: an input's draws depend on seed, party
and name, not on which other inputs are uncertain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.basics.streams import normals
from ipabs.errors import DataError, Finding, KeyPath, finding, key_path_text, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.distributions import Range
from ipabs.valuation.ranges import check_size, numbers_of, outside
from ipabs.valuation.valuation import Method, Valuation, inputs_of, leaves

PSD_TOLERANCE = 1e-10
BINS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How much of an input's uncertainty is one common factor's: correlation of the input's normal score with it.

    >>> Loading(factor="demand", loading=0.6).loading ** 2               # share of the input's variance
    0.36
    """

    KEYED: ClassVar[str] = "factor"
    factor: str
    loading: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainInput:
    """An input of the method, its range, and the factors behind it.

    >>> from ipabs.valuation.distributions import Pert
    >>> round(UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=0.05, most=0.08)).range.mean, 9)
    0.05
    """

    KEYED: ClassVar[str] = "name"
    name: Annotated[str, "Key path in the method: royalty_rate, streams.A.level."]
    range: Range
    loadings: tuple[Loading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """A method whose inputs are drawn: a method itself, whose value is draws.

    Parameters
    ----------
    method : Method
    inputs : tuple of UncertainInput
    correlation : tuple of tuple of float
        Correlation matrix of the inputs' normal scores, in their order; instead of loadings.
    draws : int
    seed : int
    party : str
        Whose inputs these are: draws of two parties are independent but for the common factors.

    Raises
    ------
    DataError
        From `value`: unknown inputs, ranges with faults, loadings whose squares sum above one, a correlation matrix
        that is not symmetric with ones on its diagonal, or not positive semi-definite.

    Examples
    --------
    >>> from ipabs.valuation.distributions import Pert
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> relief = ReliefFromRoyalty(streams=(RevenueStream(name="A", revenues=(100.0,)),), royalty_rate=0.05,
    ...                            tax_rate=0.0, discount_rate=0.0)
    >>> royalty = UncertainInput(name="royalty_rate", range=Pert(least=0.02, likely=0.05, most=0.08))
    >>> drawn = Uncertain(method=relief, inputs=(royalty,), draws=10_000, seed=1).value(Portfolio(rights=()),
    ...                                                                                  as_of=date(2024, 1, 1))
    >>> drawn.draws, round(drawn.mean, 1)
    (10000, 5.0)
    """

    method: Method
    inputs: tuple[UncertainInput, ...]
    correlation: tuple[tuple[float, ...], ...] = ()
    draws: int = 10_000
    seed: int
    party: str = ""

    def drawn_inputs(self) -> dict[str, FloatArray]:
        """Draws ``(draw,)`` of every uncertain input."""
        from scipy.special import ndtr

        scores = self._correlated() if self.correlation else [self._loaded(one) for one in self.inputs]
        return {one.name: one.range.quantile(ndtr(z)) for one, z in zip(self.inputs, scores, strict=True)}

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The method's valuation over the draws."""
        valued: Valuation = self.drawn().value(portfolio, as_of=as_of)
        return valued

    def drawn(self) -> Any:
        """The method with its draws in place, for what reads inputs one by one (`revaluations`)."""
        refuse(DataError, self.findings())
        check_size(self.draws * len(self.inputs), path=("draws",))
        return with_inputs(self.method, self.drawn_inputs())

    def _own(self, one: UncertainInput) -> FloatArray:
        return normals(self.seed, "valuation.input", f"{self.party}/{one.name}", 0, self.draws)

    def _loaded(self, one: UncertainInput) -> FloatArray:
        common = sum(loading.loading**2 for loading in one.loadings)
        score = np.sqrt(1 - common) * self._own(one)
        for loading in one.loadings:
            score = score + loading.loading * normals(self.seed, "valuation.factor", loading.factor, 0, self.draws)
        return np.asarray(score)

    def _correlated(self) -> list[FloatArray]:
        values, vectors = np.linalg.eigh(np.array(self.correlation))
        root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        own = np.stack([self._own(one) for one in self.inputs])
        return list(root @ own)

    def findings(self) -> Iterator[Finding]:
        """Faults of names, ranges, loadings and the correlation matrix."""
        known = [entry.name for entry in inputs_of(self.method) if not isinstance(entry.value, tuple)]
        names = [one.name for one in self.inputs]
        for one in self.inputs:
            if one.name not in known:
                yield _no_input(one.name, known)
            if names.count(one.name) > 1:
                yield finding("uncertainty.twice", "input {got} stands twice", path=("inputs", one.name), got=one.name)
            for fault in one.range.findings():
                path = ("inputs", one.name, "range", *fault.place.path)
                yield replace(fault, place=replace(fault.place, path=path))
            odd = [
                fault
                for loading in one.loadings
                for fault in outside(
                    "loading",
                    loading.loading,
                    "[-1, 1]",
                    path=("inputs", one.name, "loadings", loading.factor),
                    single=True,
                )
            ]
            yield from odd
            if not odd and sum(loading.loading**2 for loading in one.loadings) > 1 + PSD_TOLERANCE:
                yield finding(
                    "uncertainty.loadings",
                    "the squares of the loadings of {got} sum above 1",
                    path=("inputs", one.name, "loadings"),
                    got=one.name,
                )
        if any(outside("draws", self.draws, "{1, ..., inf}")):
            yield finding("uncertainty.draws", "{got} draws; at least 1", path=("draws",), got=self.draws)
        if self.correlation:
            if any(one.loadings for one in self.inputs):
                yield finding(
                    "uncertainty.both", "state loadings or a correlation matrix, not both", path=("correlation",)
                )
            yield from correlation_findings(self.correlation, len(self.inputs))


def correlation_findings(correlation: tuple[tuple[float, ...], ...], size: int) -> Iterator[Finding]:
    """A matrix of another size, not symmetric with ones on its diagonal, or not positive semi-definite.

    >>> print(next(correlation_findings(((1, 0.9, 0.9), (0.9, 1, -0.9), (0.9, -0.9, 1)), 3)))
    correlation: the correlation matrix is not positive semi-definite: least eigenvalue -0.8
    """
    if len(correlation) != size or any(len(row) != size for row in correlation):
        template = "the correlation matrix has {got} rows; {size} by {size} are needed"
        yield finding("uncertainty.shape", template, path=("correlation",), got=len(correlation), size=size)
        return
    matrix = numbers_of(correlation)
    if (
        matrix is None
        or not np.isfinite(matrix).all()
        or not np.allclose(matrix, matrix.T)
        or not np.allclose(np.diag(matrix), 1.0)
    ):
        template = "the correlation matrix is not symmetric with ones on its diagonal"
        yield finding("uncertainty.symmetric", template, path=("correlation",))
        return
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < -PSD_TOLERANCE:
        template = "the correlation matrix is not positive semi-definite: least eigenvalue {got}"
        yield finding("uncertainty.not_psd", template, path=("correlation",), got=f"{least:.6g}")


def with_inputs(method: Any, values: Mapping[str, object]) -> Any:
    """The same method with other values at the key paths of `values`.

    >>> from ipabs.valuation.cost import MultiplierCost
    >>> base = MultiplierCost(material_cost=50.0, labor_cost=20.0, labor_multiplier=1.5, failure_rate=0.2,
    ...                       profit_rate=0.3)
    >>> with_inputs(base, {"profit_rate": 0.1}).profit_rate
    0.1
    """
    known = {key_path_text(path): path for path, _ in leaves(method)}
    unknown = [name for name in values if name not in known]
    refuse(DataError, [_no_input(name, list(known)) for name in unknown])
    return _with(method, {known[name]: value for name, value in values.items()})


def _with(record: Any, values: Mapping[KeyPath, object]) -> Any:
    changes: dict[str, Any] = {}
    for field in fields(record):
        below = {path[1:]: value for path, value in values.items() if path[0] == field.name}
        old = getattr(record, field.name)
        if () in below:
            changes[field.name] = below[()]
        elif below and isinstance(old, tuple):
            changes[field.name] = tuple(_with_one(one, getattr(one, "name", at), below) for at, one in enumerate(old))
        elif below:
            changes[field.name] = _with(old, below)
    return replace(record, **changes)


def _with_one(one: Any, key: str | int, values: Mapping[KeyPath, object]) -> Any:
    below = {path[1:]: value for path, value in values.items() if path[0] == key}
    return _with(one, below) if below else one


def _no_input(name: str, known: list[str]) -> Finding:
    template = "the method has no input {got!r}; {hint}"
    return finding("uncertainty.input", template, path=("inputs", name), got=name, allowed=known)


def contributions(valuation: Valuation) -> pd.DataFrame:
    """What each drawn input contributes to the spread of value.

    Returns
    -------
    DataFrame
        Indexed by input, largest first. `variance_share` is the first-order share ``Var(E[V | X]) / Var(V)`` (Sobol
        1993), estimated from the draws themselves in 50 equally filled bins of the input and corrected for the bins
        (adjusted correlation ratio): the part of the variance that goes when the input is known. `rank_correlation` is
        Spearman's: its sign says which way. Shares of independent inputs sum to at most 1; those of correlated inputs
        count what they have in common more than once.

    Examples
    --------
    >>> from ipabs.valuation.valuation import Input
    >>> x, y = np.meshgrid(np.linspace(0.0, 1.0, 101), np.linspace(0.0, 1.0, 101))
    >>> drawn = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=(2 * x - y).ravel(),
    ...                   inputs=(Input(name="x", value=x.ravel()), Input(name="y", value=y.ravel())))
    >>> contributions(drawn).round(1).to_dict("index")["y"]              # variances 4 : 1, so a fifth
    {'variance_share': 0.2, 'rank_correlation': -0.4}
    """
    value = np.asarray(valuation.value, dtype=np.float64)
    drawn = {
        one.name: one.value for one in valuation.inputs if isinstance(one.value, np.ndarray) and one.value.ndim == 1
    }
    rows = {
        name: {"variance_share": _variance_share(x, value), "rank_correlation": _rank_correlation(x, value)}
        for name, x in drawn.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["variance_share", "rank_correlation"])
    frame.index.name = "input"
    return frame.sort_values("variance_share", ascending=False, kind="stable")


def _variance_share(x: FloatArray, value: FloatArray) -> float:
    bins = min(BINS, max(len(x) // 20, 1))
    groups = np.array_split(value[np.argsort(x, kind="stable")], bins)
    total = float(((value - value.mean()) ** 2).sum())
    if total == 0 or bins < 2:
        return 0.0
    within = float(sum(((group - group.mean()) ** 2).sum() for group in groups))
    return max(1 - within / (len(value) - bins) / (total / (len(value) - 1)), 0.0)


def _rank_correlation(x: FloatArray, value: FloatArray) -> float:
    first, second = (pd.Series(array).rank().to_numpy() for array in (x, value))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
