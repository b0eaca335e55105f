"""Discount rates: build-up, CAPM, cost of capital, split of returns, accumulation of risks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ipabs.basics.units import Rate, Share
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.checks import weight_findings
from ipabs.valuation.ranges import check_ranges, outside
from ipabs.valuation.valuation import total


def build_up(risk_free_rate: Values, premiums: Mapping[str, Values]) -> Values:
    """Risk-free rate plus premiums, ``r = r_f + Σ premium``.

    >>> round(build_up(0.025, {"equity": 0.06, "size": 0.02, "technology": 0.03}), 6)
    0.135
    """
    found = [one for name, premium in premiums.items() for one in outside(name, premium, "[-1, 1]")]
    refuse(DataError, [*outside("risk_free_rate", risk_free_rate, "[-1, 1]"), *found])
    return total([risk_free_rate, *premiums.values()])


def capm(*, risk_free_rate: Values, beta: Values, market_premium: Values, specific_premium: Values = 0.0) -> Values:
    """Cost of equity, ``r_f + β × market premium + specific premium`` (Sharpe 1964).

    >>> round(capm(risk_free_rate=0.03, beta=1.2, market_premium=0.06, specific_premium=0.02), 6)
    0.122
    """
    check_ranges(
        risk_free_rate=(risk_free_rate, "[-1, 1]"),
        beta=(beta, "(-inf, inf)"),
        market_premium=(market_premium, "[-1, 1]"),
        specific_premium=(specific_premium, "[-1, 1]"),
    )
    return value_or_array(np.asarray(risk_free_rate) + np.asarray(beta) * market_premium + np.asarray(specific_premium))


def relevered_beta(unlevered_beta: Values, *, debt_to_equity: Values, tax_rate: Values) -> Values:
    """``β_u × (1 + (1 − tax) × D/E)`` (Hamada 1972).

    >>> round(relevered_beta(0.9, debt_to_equity=0.5, tax_rate=0.25), 6)
    1.2375
    """
    check_ranges(
        unlevered_beta=(unlevered_beta, "(-inf, inf)"),
        debt_to_equity=(debt_to_equity, "[0, inf)"),
        tax_rate=(tax_rate, "[0, 1]"),
    )
    return value_or_array(np.asarray(unlevered_beta) * (1 + (1 - np.asarray(tax_rate)) * debt_to_equity))


def weighted_cost_of_capital(
    *, equity_rate: Values, debt_rate: Values, debt_share: Values, tax_rate: Values, before_tax: bool = False
) -> Values:
    """WACC after tax, ``(1 − w_d) × r_e + w_d × r_d × (1 − tax)``; before tax, divided by ``1 − tax``.

    >>> round(weighted_cost_of_capital(equity_rate=0.13, debt_rate=0.05, debt_share=0.3, tax_rate=0.25), 6)
    0.10225
    """
    check_ranges(
        equity_rate=(equity_rate, "[-1, 1]"),
        debt_rate=(debt_rate, "[-1, 1]"),
        debt_share=(debt_share, "[0, 1]"),
        tax_rate=(tax_rate, "[0, 1)"),
    )
    kept = 1 - np.asarray(tax_rate)
    rate = (1 - np.asarray(debt_share)) * equity_rate + np.asarray(debt_share) * debt_rate * kept
    return value_or_array(rate / kept if before_tax else rate)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssetClass:
    """A class of assets of the business: its share in the whole and the return it needs, a number or draws.

    >>> fixed = AssetClass(name="fixed", share=0.35, return_rate=0.049)
    >>> round(fixed.share * fixed.return_rate, 6)
    0.01715
    """

    KEYED: ClassVar[str] = "name"
    name: str
    share: Share
    return_rate: Values


def split_return(wacc: Values, *, current: AssetClass, fixed: AssetClass, intangible_share: float) -> Values:
    """Return on intangible assets, ``(WACC − w_c × r_c − w_f × r_f) / w_i`` (回报率拆分).

    Raises
    ------
    DataError
        Shares that do not sum to one, or no intangible assets.

    Examples
    --------
    >>> round(split_return(0.12, current=AssetClass(name="current", share=0.4, return_rate=0.0435),
    ...                    fixed=AssetClass(name="fixed", share=0.35, return_rate=0.049), intangible_share=0.25), 6)
    0.3418
    """
    found = [*weight_findings((current.share, fixed.share, intangible_share), path=("shares",))]
    for asset in (current, fixed):
        found += outside("return_rate", asset.return_rate, "[-1, 1]", path=(asset.name, "return_rate"))
    found += outside("wacc", wacc, "[-1, 1]")
    refuse(DataError, [*found, *outside("intangible_share", intangible_share, "(0, 1]")])
    others = current.share * np.asarray(current.return_rate) + fixed.share * np.asarray(fixed.return_rate)
    return value_or_array((np.asarray(wacc) - others) / intangible_share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Risk:
    """One risk: technical, market, funding or management, with the premium at its lowest and its highest.

    `score` says where between them it stands, 0 none of it, 1 all of it: a number, or draws.

    >>> round(Risk(name="quality", group="management", low_rate=0.01, high_rate=0.05, score=0.5).premium, 6)
    0.03
    """

    KEYED: ClassVar[str] = "name"
    name: str
    group: Annotated[str, "Technical, market, funding, management."] = ""
    low_rate: Rate = 0.0
    high_rate: Rate
    score: Values

    @property
    def premium(self) -> Values:
        """``low + score × (high − low)``."""
        return value_or_array(self.low_rate + np.asarray(self.score) * (self.high_rate - self.low_rate))

    def findings(self) -> Iterator[Finding]:
        """A score outside 0 to 1, a low premium above the high one."""
        yield from outside("score", self.score, "[0, 1]", path=(self.name, "score"))
        yield from outside("low_rate", self.low_rate, "[0, 1]", path=(self.name, "low_rate"))
        yield from outside("high_rate", self.high_rate, "[0, 1]", path=(self.name, "high_rate"))
        if self.low_rate > self.high_rate:
            template = "{name}: the low premium {got} is above the high one"
            yield finding("risk.range", template, path=(self.name, "low_rate"), got=self.low_rate, name=self.name)


def accumulated_rate(risk_free_rate: Values, risks: Iterable[Risk]) -> Values:
    """Discount rate by accumulation of risks (风险累加), ``r_f + Σ [low + score × (high − low)]``.

    >>> risks = [Risk(name="conversion", group="technical", high_rate=0.05, score=0.4),
    ...          Risk(name="capacity", group="market", high_rate=0.05, score=0.6),
    ...          Risk(name="financing", group="funding", high_rate=0.05, score=0.2),
    ...          Risk(name="quality", group="management", low_rate=0.01, high_rate=0.05, score=0.5)]
    >>> round(accumulated_rate(0.03, risks), 6)
    0.12
    """
    listed = tuple(risks)
    found = [
        *outside("risk_free_rate", risk_free_rate, "[-1, 1]"),
        *(one for risk in listed for one in risk.findings()),
    ]
    refuse(DataError, found)
    return total([risk_free_rate, *(risk.premium for risk in listed)])


def premiums_by_group(risks: Iterable[Risk]) -> dict[str, Values]:
    """The premium of each group of risks, in the order of first mention.

    >>> premiums_by_group([Risk(name="a", group="technical", high_rate=0.04, score=0.5)])
    {'technical': 0.02}
    """
    listed = tuple(risks)
    refuse(DataError, (one for risk in listed for one in risk.findings()))
    sums: dict[str, Values] = {}
    for risk in listed:
        sums[risk.group] = sums.get(risk.group, 0.0) + risk.premium
    return sums
