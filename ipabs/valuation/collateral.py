"""Value as collateral: market, liquidation and lending value side by side, and banks' published rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import numpy as np
import pandas as pd

from ipabs.basics.tables import read_toml
from ipabs.basics.units import Money, Rate, Share, Years
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.ranges import outside
from ipabs.valuation.simulated import spread
from ipabs.valuation.valuation import Valuation


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidationTerms:
    """How a pledged right would be sold: at a discount, late, at a cost.

    >>> print(*LiquidationTerms(forced_discount=1.2, discount_rate=0.1, lag_years=2).findings())
    forced_discount: forced_discount of 1.2 is outside [0, 1]
    """

    forced_discount: Annotated[Share, "Share of market value that a forced sale loses."]
    discount_rate: Annotated[Rate, "Per year, over the lag."]
    lag_years: Annotated[Years, "From default to the proceeds."]
    costs: Annotated[Money, "Of the sale, an amount on the valuation date."] = 0.0

    def findings(self) -> Iterator[Finding]:
        """Terms out of range."""
        yield from outside("forced_discount", self.forced_discount, "[0, 1]")
        yield from outside("discount_rate", self.discount_rate, "(-1, 1]")
        yield from outside("lag_years", self.lag_years, "[0, 50]")
        yield from outside("costs", self.costs, "[0, inf)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingTerms:
    """How much is lent on a value: an advance rate on a chosen quantile, less prior claims, up to a cap.

    >>> print(*LendingTerms(advance_rate=0.5, quantile=25).findings())
    quantile: quantile of 25 is outside [0, 1]
    """

    advance_rate: Share
    quantile: Annotated[Share, "Of the market value's distribution; 50% is the median."] = 0.5
    cap: Annotated[Money | None, "Most that is lent."] = None
    prior_claims: Annotated[Money, "What others are owed first."] = 0.0

    def findings(self) -> Iterator[Finding]:
        """Terms out of range."""
        yield from outside("advance_rate", self.advance_rate, "[0, 1]", single=True)
        yield from outside("quantile", self.quantile, "[0, 1]", single=True)
        yield from outside("cap", self.cap, "[0, inf)", optional=True, single=True)
        yield from outside("prior_claims", self.prior_claims, "[0, inf)", single=True)


def liquidation_value(market: Values, terms: LiquidationTerms) -> Values:
    """``market × (1 − forced discount) × (1 + r) ** −lag − costs``; 0 where the costs take all, for nobody then sells.

    >>> terms = LiquidationTerms(forced_discount=0.6, discount_rate=0.1, lag_years=2.0, costs=20_000.0)
    >>> round(liquidation_value(1_000_000.0, terms), 2)
    310578.51
    """
    refuse(DataError, (*outside("market", market, "[0, inf)"), *terms.findings()))
    delay = (1 + np.asarray(terms.discount_rate)) ** -np.asarray(terms.lag_years)
    proceeds = np.asarray(market) * (1 - np.asarray(terms.forced_discount)) * delay - terms.costs
    return value_or_array(np.maximum(proceeds, 0.0))


def lending_value(market: Valuation, terms: LendingTerms) -> float:
    """``min(cap, advance rate × quantile of market value − prior claims)``, 0 where prior claims take all.

    >>> from datetime import date
    >>> worth = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 101))
    >>> lending_value(worth, LendingTerms(advance_rate=0.4, quantile=0.25, prior_claims=3.0))
    7.0
    """
    lent = _lent(market, terms)
    return max(lent if terms.cap is None else min(terms.cap, lent), 0.0)


def lending_error(market: Valuation, terms: LendingTerms) -> float:
    """Standard error of the lending value: the quantile's, at the advance rate; 0 where cap or prior claims decide.

    >>> from datetime import date
    >>> worth = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=np.linspace(0.0, 100.0, 10_001))
    >>> [round(lending_error(worth, LendingTerms(advance_rate=0.4, cap=cap)), 3) for cap in (None, 10.0)]
    [0.2, 0.0]
    """
    lent = _lent(market, terms)
    decided = lent <= 0 or (terms.cap is not None and lent >= terms.cap)
    return 0.0 if decided else terms.advance_rate * market.quantile_error(terms.quantile)


def _lent(market: Valuation, terms: LendingTerms) -> float:
    """What the advance rate leaves after prior claims, before the cap."""
    refuse(DataError, terms.findings())
    return terms.advance_rate * market.quantile(terms.quantile) - terms.prior_claims


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CollateralValues:
    """Three figures of one portfolio; the lending value is one figure, with a standard error where it is simulated.

    >>> from datetime import date
    >>> worth = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=1_000_000.0)
    >>> values = CollateralValues(market=worth, liquidation=220_000.0, lending=400_000.0, lending_error=0.0)
    >>> values.realization_rate, values.coverage(500_000.0)
    (0.22, 0.8)
    """

    market: Valuation
    liquidation: Values
    lending: float
    lending_error: float

    @property
    def realization_rate(self) -> float:
        """Liquidation over market value, of the means. Kodak's portfolio realized 20 to 24 % of its appraisal."""
        return float(np.mean(self.liquidation)) / self.market.mean if self.market.mean else np.nan

    def coverage(self, amount: float) -> float:
        """Lending value over an amount lent; a figure to report, it cuts nothing.

        Programmes have advanced up to the whole of an appraisal: a coverage below 1 is a fact, not a fault.
        """
        refuse(DataError, outside("amount", amount, "(0, inf)"))
        return self.lending / amount

    def to_frame(self) -> pd.DataFrame:
        """Market, liquidation and lending value: mean, 5 %, 50 % and 95 % with their standard errors, and draws."""
        lending = dict.fromkeys(spread(self.lending), np.nan) | {
            "mean": self.lending,
            "standard_error": self.lending_error,
        }
        rows = {"market": spread(self.market.value), "liquidation": spread(self.liquidation), "lending": lending}
        return pd.DataFrame.from_dict(rows, orient="index").assign(draws=self.market.draws)


def collateral_values(market: Valuation, *, liquidation: LiquidationTerms, lending: LendingTerms) -> CollateralValues:
    """Market, liquidation and lending value of one valuation.

    >>> from datetime import date
    >>> worth = Valuation(method="any", as_of=date(2024, 1, 1), currency="CNY", value=1_000_000.0)
    >>> sale = LiquidationTerms(forced_discount=0.6, discount_rate=0.1, lag_years=2)
    >>> values = collateral_values(worth, liquidation=sale, lending=LendingTerms(advance_rate=0.25))
    >>> values.to_frame()["mean"].round(2).to_dict()
    {'market': 1000000.0, 'liquidation': 330578.51, 'lending': 250000.0}
    """
    return CollateralValues(
        market=market,
        liquidation=liquidation_value(market.value, liquidation),
        lending=lending_value(market, lending),
        lending_error=lending_error(market, lending),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRule:
    """A bank's published rule for loans on IP rights.

    >>> rule = bank_rules()[0]
    >>> rule.advance, rule.max_years
    ((('invention', 0.25), ('utility_model', 0.15), ('trademark', 0.3)), 3)
    """

    name: str
    source: str
    advance: tuple[tuple[str, float], ...]
    max_loan: float
    max_years: float
    least_remaining_years: tuple[tuple[str, float], ...] = ()

    def loan(self, appraised: float, *, kind: str, remaining_years: float, years: float) -> float:
        """``min(max loan, advance rate × appraised)``; 0 for a right that the rule does not admit.

        >>> bank_rules()[0].loan(6e6, kind="invention", remaining_years=12, years=3)
        1500000.0
        """
        refuse(DataError, outside("appraised", appraised, "[0, inf)", single=True))
        if self.findings(kind=kind, remaining_years=remaining_years, years=years):
            return 0.0
        return min(self.max_loan, dict(self.advance)[kind] * appraised)

    def findings(self, *, kind: str, remaining_years: float, years: float) -> tuple[Finding, ...]:
        """Why the rule does not admit a right or a term; years that are no numbers are a `DataError`."""
        advance, least = dict(self.advance), dict(self.least_remaining_years)
        found = [
            *outside("remaining_years", remaining_years, "[0, inf]", single=True),
            *outside("years", years, "[0, inf)", single=True),
        ]
        refuse(DataError, found)
        if kind not in advance:
            found.append(finding("bank_rule.kind", "nothing is lent on {got!r}; {hint}", path=("kind",), got=kind,
                                 allowed=advance))  # fmt: skip
        if remaining_years < least.get(kind, 0.0):
            template = "{got} years of life left; at least {least}"
            found.append(finding("bank_rule.life", template, path=("remaining_years",), got=f"{remaining_years:g}",
                                 least=f"{least.get(kind, 0.0):g}"))  # fmt: skip
        if years > self.max_years:
            template = "a term of {got} years; at most {most}"
            found.append(finding("bank_rule.term", template, path=("years",), got=f"{years:g}",
                                 most=f"{self.max_years:g}"))  # fmt: skip
        return tuple(found)


@cache
def bank_rules() -> tuple[BankRule, ...]:
    """The published rules in the package.

    >>> [rule.name for rule in bank_rules()]
    ['Bank of Communications Beijing, 2006']
    """
    return tuple(_rule(entry) for entry in read_toml("valuation/advance_rates.toml")["rule"])


def _rule(entry: Mapping[str, Any]) -> BankRule:
    pairs = {name: tuple(entry[name].items()) for name in ("advance", "least_remaining_years")}
    return BankRule(**{**entry, **pairs})
