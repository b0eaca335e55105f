"""Attribution: what each right adds to the whole, alone at the margin or fairly among all (Shapley)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from ipabs._typing import FloatArray
from ipabs.basics.streams import uniforms
from ipabs.cashflow.discounting import Values
from ipabs.errors import DataError, Finding, LimitError, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import ProtectionLayer, layers, surviving
from ipabs.valuation.ranges import outside
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.simulated import mean_error
from ipabs.valuation.stream_terms import StreamMethod, StreamTerms, checked_streams
from ipabs.valuation.stream_values import stream_value, unprotected_values

EXACT_PLAYERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Shares of a whole.

    Attributes
    ----------
    values : tuple of float
        One for each of `names`; they sum to `total` exactly where they are Shapley values.
    standard_errors : tuple of float
        0 where exact.
    samples : int
        Draws of the inputs, or sampled orders, behind the standard errors; 0 for a single exact figure.

    Examples
    --------
    >>> shares = Attribution(names=("a", "b"), values=(3.0, 6.0), standard_errors=(0.0, 0.0), total=9.0)
    >>> shares["b"], shares.to_frame()["share"].round(3).to_dict()
    (6.0, {'a': 0.333, 'b': 0.667})
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    standard_errors: tuple[float, ...]
    total: float
    samples: int = 0

    def __getitem__(self, name: str) -> float:
        return dict(zip(self.names, self.values, strict=True))[name]

    def to_frame(self) -> pd.DataFrame:
        """One row a name: value, share of the total, standard error, and the samples behind it."""
        values = np.array(self.values)
        return pd.DataFrame(
            {
                "value": values,
                "share": values / self.total if self.total else np.zeros(len(values)),
                "standard_error": self.standard_errors,
                "samples": self.samples,
            },
            index=pd.Index(self.names, name="right"),
        )


def marginal_values(method: StreamMethod, portfolio: Portfolio, *, as_of: date) -> Attribution:
    """What the whole loses when one right is taken away, ``v(N) − v(N without p)``; they need not sum to the whole.

    Over draws, the mean with its standard error. A tax-amortization benefit is left out.

    Examples
    --------
    Two patents over one product of 100: either alone would protect all of it, so neither is missed.

    >>> from ipabs.patents.patent import Patent
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> both = Portfolio(rights=tuple(
    ...     Patent(number=name, kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1)) for name in "ab"))
    >>> relief = ReliefFromRoyalty(streams=(RevenueStream(name="A", revenues=(100.0,)),), royalty_rate=0.05,
    ...                            tax_rate=0.0, discount_rate=0.0)
    >>> marginal_values(relief, both, as_of=date(2024, 1, 1)).values
    (0.0, 0.0)
    >>> shapley_values(relief, both, as_of=date(2024, 1, 1)).values
    (2.5, 2.5)
    """
    checked_streams(method, portfolio=portfolio, as_of=as_of, faults=_no_rights(portfolio))
    lost: dict[str, Values] = {right.number: 0.0 for right in portfolio.rights}
    whole = 0.0
    for stream in method.streams:
        over = layers(method.coverage, portfolio, stream.name, as_of=as_of)
        if not over:
            continue
        worth = stream_value(stream, method.terms, over)
        whole += float(np.mean(worth))
        for layer in over:
            others = tuple(other for other in over if other is not layer)
            left = stream_value(stream, method.terms, others) if others else 0.0
            lost[layer.right] = lost[layer.right] + np.asarray(worth) - left
    return _attributed(lost, whole)


def shapley_values(method: StreamMethod, portfolio: Portfolio, *, as_of: date) -> Attribution:
    """Shapley value of every right, exact for any number of rights; over draws, the mean with its standard error.

    Streams add up, so a right's value is the sum over streams. At an instant at which rights of shares c protect a
    stream, the game is ``v(S) = 1 − Π_{p∈S} (1 − c_p)``, and by Owen's multilinear extension

    ``φ_p = c_p ∫_0^1 Π_{q≠p} (1 − x c_q) dx``,

    a polynomial that Gauss–Legendre nodes integrate exactly; equal full shares give 1 / n each. A tax-amortization
    benefit is left out.

    Raises
    ------
    DataError
        As the method's valuation does, and for a `loss_rate` of draws: what rights share is not linear in it.

    Source: Shapley (1953); Owen (1972), *Management Science* 18, P64-P79.

    Examples
    --------
    A patent that alone would protect all of 100 and one that would protect half of it: 1 × ∫ (1 − x / 2) dx = 0.75.

    >>> from ipabs.patents.patent import Patent
    >>> from ipabs.valuation.coverage import CoverageMatrix, Protection
    >>> from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    >>> both = Portfolio(rights=tuple(
    ...     Patent(number=name, kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1)) for name in "ab"))
    >>> relief = ReliefFromRoyalty(
    ...     streams=(RevenueStream(name="A", revenues=(100.0,)),), royalty_rate=1.0, tax_rate=0.0, discount_rate=0.0,
    ...     coverage=CoverageMatrix(protections=(Protection(right="a", stream="A"),
    ...                                          Protection(right="b", stream="A", share=0.5))))
    >>> [round(value, 9) for value in shapley_values(relief, both, as_of=date(2024, 1, 1)).values]
    [75.0, 25.0]
    """
    terms = method.terms
    checked_streams(method, portfolio=portfolio, as_of=as_of, faults=(*_no_rights(portfolio), *_drawn_loss(terms)))
    found: dict[str, Values] = {right.number: 0.0 for right in portfolio.rights}
    for stream in method.streams:
        over = layers(method.coverage, portfolio, stream.name, as_of=as_of)
        shared = _shared_value(stream, terms, over) if over else np.zeros(0)
        for at, layer in enumerate(over):
            found[layer.right] = found[layer.right] + shared[..., at]
    return _attributed(found, sum(float(np.mean(value)) for value in found.values()))


def _shared_value(stream: RevenueStream, terms: StreamTerms, over: tuple[ProtectionLayer, ...]) -> FloatArray:
    """What each right over a stream has of its value, ``(right,)`` or ``(draw, right)``."""
    periods = terms.periods(stream, over)
    worth = unprotected_values(stream, terms, periods)
    life = np.minimum(stream.technical_life_years, stream.contract_life_years)
    survival = np.broadcast_to(surviving(periods, terms.loss_rate), periods.count).tolist()
    owen = {alone: _owen([layer.share * alone for layer in over]) for alone in set(survival)}
    shared, later = np.zeros(len(over)), np.zeros(periods.count)
    for last in range(len(over) - 1, -1, -1):
        # What each period brings while the rights 0 to `last` are alive and no other.
        alive = worth * periods.share_within(np.minimum(over[last].legal_life_years, life))
        parts = np.reshape([owen[alone][last] for alone in survival], (periods.count, len(over)))
        shared = shared + (alive - later) @ parts
        later = alive
    return shared


def _attributed(values: Mapping[str, Values], total: float) -> Attribution:
    draws = max(map(np.size, values.values()))
    return Attribution(
        names=tuple(values),
        values=tuple(float(np.mean(value)) for value in values.values()),
        standard_errors=tuple(map(mean_error, values.values())),
        total=total,
        samples=draws if draws > 1 else 0,
    )


def _no_rights(portfolio: Portfolio) -> Iterator[Finding]:
    if not portfolio.rights:
        yield finding("attribution.no_rights", "no right to share the value among")


def _drawn_loss(terms: StreamTerms) -> Iterator[Finding]:
    if np.ndim(terms.loss_rate):
        template = "shares are attributed at one loss rate, not at draws of it"
        yield finding("attribution.loss_rate", template, path=("loss_rate",))


def _owen(shares: Sequence[float]) -> FloatArray:
    """φ of right p when the rights 0 to j are alive: ``(j, p)``, zero for p above j."""
    c = np.array(shares)
    nodes, weights = np.polynomial.legendre.leggauss(len(c) // 2 + 1)
    left = 1 - np.outer((nodes + 1) / 2, c)  # positive: the nodes lie inside 0 to 1
    products = np.cumprod(left, axis=1) * (weights / 2)[:, np.newaxis]
    return np.asarray(np.tril(products.T @ (c / left)))


def shapley(
    worth: Callable[[frozenset[str]], float],
    names: Sequence[str],
    *,
    samples: int = 2_000,
    seed: int = 0,
    most_exact: int = EXACT_PLAYERS,
) -> Attribution:
    """Shapley values of any function of sets: exact for up to 12 names, sampled orders beyond, with standard errors.

    Exact: ``φ_p = Σ_{S∌p} |S|! (n − |S| − 1)! / n! × [v(S ∪ p) − v(S)]``. Sampled: the mean of marginal contributions
    over random orders, each with its reverse (antithetic). Values sum to ``v(N) − v(∅)`` either way.

    Source: Castro, Gómez and Tejada (2009), *Computers & Operations Research* 36, 1726-1730.

    >>> shapley(lambda held: 9.0 if "b" in held else 6.0 if "a" in held else 0.0, ["a", "b"]).values
    (3.0, 6.0)
    """
    _check_players(names, samples)
    if len(names) <= most_exact:
        return _exact(worth, tuple(names))
    memory: dict[frozenset[str], float] = {}

    def known(held: frozenset[str]) -> float:
        if held not in memory:
            memory[held] = worth(held)
        return memory[held]

    gains = np.array([_gains(known, names, order) for order in _orders(len(names), samples, seed)])
    pairs = (gains[0::2] + gains[1::2]) / 2
    means = pairs.mean(axis=0)
    errors = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    return Attribution(
        names=tuple(names),
        values=tuple(means.tolist()),
        standard_errors=tuple(errors.tolist()),
        total=known(frozenset(names)) - known(frozenset()),
        samples=len(gains),
    )


def _check_players(names: Sequence[str], samples: int) -> None:
    twice = [name for name in dict.fromkeys(names) if list(names).count(name) > 1]
    refuse(DataError, [finding("attribution.twice", "{got} stands twice", got=name) for name in twice])
    if any(outside("samples", samples, "{4, ..., inf}", single=True)):
        raise DataError(finding("attribution.samples", "{got} sampled orders; at least 4", got=samples))
    if samples * len(names) > 10**8:
        raise LimitError(
            finding("attribution.limit", "{got} evaluations; at most {limit}", got=samples * len(names), limit=10**8)
        )


def _exact(worth: Callable[[frozenset[str]], float], names: tuple[str, ...]) -> Attribution:
    sets = [frozenset(held) for size in range(len(names) + 1) for held in combinations(names, size)]
    value = {held: worth(held) for held in sets}
    found = []
    for name in names:
        share = 0.0
        for held in sets:
            if name not in held:
                share += (value[held | {name}] - value[held]) / comb(len(names) - 1, len(held))
        found.append(share / len(names))
    total = value[frozenset(names)] - value[frozenset()]
    return Attribution(names=names, values=tuple(found), standard_errors=(0.0,) * len(names), total=total)


def _orders(players: int, samples: int, seed: int) -> Iterator[list[int]]:
    for sample in range(samples // 2):
        keys = uniforms(seed, "valuation.shapley", str(sample), 0, players)
        order = np.argsort(keys, kind="stable").tolist()
        yield order
        yield order[::-1]


def _gains(worth: Callable[[frozenset[str]], float], names: Sequence[str], order: list[int]) -> list[float]:
    gains = [0.0] * len(names)
    held: frozenset[str] = frozenset()
    before = worth(held)
    for at in order:
        held = held | {names[at]}
        after = worth(held)
        gains[at], before = after - before, after
    return gains
