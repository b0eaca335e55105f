"""Remaining economic life: the smallest of legal, contract and technical life, and which of them binds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from ipabs.basics.tables import read_csv
from ipabs.cashflow.discounting import Values
from ipabs.errors import DataError, finding
from ipabs.patents.patent import IPRight
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.statute import is_renewable, remaining_years
from ipabs.valuation.ranges import check_ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class EconomicLife:
    """Years that value lasts, and what ends it: ``legal``, ``contract``, ``technical``, ``forecast`` (or ``none``).

    >>> economic_life(legal=12.5, contract=5, forecast=5)
    EconomicLife(years=5.0, binding='contract')
    """

    years: float
    binding: str


def economic_life(
    *, legal: Values, contract: Values = np.inf, technical: Values = np.inf, forecast: float = np.inf
) -> EconomicLife:
    """The smallest of the lives; draws by their mean. Of equal lives the one listed first is named.

    `forecast` is the end of a forecast that nothing continues.

    >>> economic_life(legal=12.5, contract=np.inf, technical=8)
    EconomicLife(years=8.0, binding='technical')
    """
    lives = {"legal": legal, "contract": contract, "technical": technical, "forecast": forecast}
    check_ranges(**{name: (life, "[0, inf]") for name, life in lives.items()})
    years = float(np.mean(np.minimum(np.minimum(legal, contract), np.minimum(technical, forecast))))
    binding = min(lives, key=lambda name: float(np.mean(lives[name])))
    return EconomicLife(years=years, binding=binding if np.isfinite(years) else "none")


def legal_life_years(right: IPRight, as_of: date) -> float:
    """Years of protection left by law; without end for a right that is renewed for ever.

    >>> from ipabs.patents.patent import Patent
    >>> legal_life_years(Patent(number="ZL1", kind="utility_model", filing=date(2018, 7, 1), grant=date(2019, 1, 1)),
    ...                  date(2024, 7, 1))
    4.0
    """
    years = remaining_years(right, as_of)
    return np.inf if years and is_renewable(right) else years


def longest_life_years(portfolio: Portfolio, as_of: date) -> float:
    """Years until the last right of a portfolio ends by law; without end where there is none.

    >>> longest_life_years(Portfolio(rights=()), date(2024, 1, 1))
    inf
    """
    return max((legal_life_years(right, as_of) for right in portfolio.rights), default=np.inf)


@cache
def invalidation_outcomes() -> Mapping[str, tuple[float, float]]:
    """Shares of invalidation decisions that end in full and in partial loss, by kind (CNIPA annual report 2020).

    >>> invalidation_outcomes()["invention"]
    (0.253, 0.149)
    """
    table = read_csv("patents/invalidation.csv")
    outcomes = zip(table.numbers("full"), table.numbers("partial"), strict=True)
    return dict(zip(table.column("kind"), outcomes, strict=True))


def loss_given_challenge(kind: str, *, partial_loss: float = 0.5) -> float:
    """Expected loss of protection when validity is challenged, ``full + partial_loss × partial``.

    >>> loss_given_challenge("invention")
    0.3275
    """
    check_ranges(partial_loss=(partial_loss, "[0, 1]"))
    outcomes = invalidation_outcomes()
    if kind not in outcomes:
        raise DataError(
            finding("life.kind", "no invalidation decisions for {got!r}; {hint}", got=kind, allowed=outcomes)
        )
    full, partial = outcomes[kind]
    return full + partial_loss * partial


def invalidation_rate(kind: str, *, challenge_rate: float, partial_loss: float = 0.5) -> float:
    """Yearly loss of protection, challenge rate × loss given challenge.

    The challenge rate of an average patent is below 0.1 % a year, but licensed and litigated patents are challenged in
    nearly every case: state the rate for rights that pay.

    >>> round(invalidation_rate("utility_model", challenge_rate=0.02), 6)
    0.00966
    """
    check_ranges(challenge_rate=(challenge_rate, "[0, 1]"))
    return challenge_rate * loss_given_challenge(kind, partial_loss=partial_loss)
