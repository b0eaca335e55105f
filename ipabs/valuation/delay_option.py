"""The option to delay as a valuation method: what the right to launch a project while its patents last is worth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.black_scholes import black_scholes, yearly_cost_of_delay
from ipabs.valuation.checks import draw_findings, rights_findings
from ipabs.valuation.life import longest_life_years
from ipabs.valuation.ranges import outside
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptionToDelay:
    """Value of rights over one project that need not be launched now, ``V e^(−yt) N(d1) − I e^(−rt) N(d2)``.

    t is the life by law of the longest right, and waiting a year costs ``y = 1 / t`` of the project unless stated.

    Parameters
    ----------
    asset_value, investment : float or FloatArray
        Present value of the project's cash flows if launched today, and what launching costs.
    volatility : float or FloatArray
        Standard deviation of the logarithm of project value a year.
    risk_free_rate, cost_of_delay : float or FloatArray
        Continuously compounded, a year.

    Source: Damodaran, *The Promise and Peril of Real Options* (2005), "The option to delay".

    Examples
    --------
    Biogen's patent on Avonex in 1997 had 17 years to run.

    >>> from ipabs.patents.patent import Patent
    >>> avonex = Patent(number="US1", jurisdiction="US", kind="invention", filing=date(1994, 1, 1),
    ...                 grant=date(1996, 1, 1))
    >>> method = OptionToDelay(asset_value=3422.0, investment=2875.0, volatility=0.224**0.5, risk_free_rate=0.067,
    ...                        currency="USD")
    >>> method.value(Portfolio(rights=(avonex,)), as_of=date(1997, 1, 1))
    Valuation(option to delay, 1997-01-01: 906.87 USD)
    """

    asset_value: Values
    investment: Values
    volatility: Values
    risk_free_rate: Values
    cost_of_delay: Values | None = None
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """Numbers out of range, draws of unequal number."""
        yield from outside("asset_value", self.asset_value, "[0, inf)")
        yield from outside("investment", self.investment, "(0, inf)")
        yield from outside("volatility", self.volatility, "[0, inf)")
        yield from outside("risk_free_rate", self.risk_free_rate, "[-1, 1]")
        yield from outside("cost_of_delay", self.cost_of_delay, "[-1, 1]", optional=True)
        yield from draw_findings(self)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`: what launching today brings, and what the right to wait adds.

        Raises
        ------
        DataError
            With every fault: rights not alive, none that ends, less than a year left and no stated cost of delay.
        """
        refuse(DataError, (*rights_findings(portfolio, as_of), *self.findings()))
        years = longest_life_years(portfolio, as_of)
        refuse(DataError, self._life_findings(years))
        worth = black_scholes(
            self.asset_value,
            self.investment,
            years=years,
            volatility=self.volatility,
            risk_free_rate=self.risk_free_rate,
            cost_of_delay=yearly_cost_of_delay(years) if self.cost_of_delay is None else self.cost_of_delay,
        )
        launched = np.asarray(self.asset_value) - self.investment
        return Valuation(
            method="option to delay",
            as_of=as_of,
            currency=self.currency,
            value=worth,
            inputs=inputs_of(self, self.provenance),
            parts=(
                Part(name="launch today", value=value_or_array(launched)),
                Part(name="right to wait", value=value_or_array(worth - launched), life_years=years, binding="legal"),
            ),
        )

    def _life_findings(self, years: float) -> Iterator[Finding]:
        if not np.isfinite(years):
            template = "a right to wait needs protection that ends, not {got} years of it"
            yield finding("option.no_end", template, path=("rights",), got=years)
        elif years < 1 and self.cost_of_delay is None:
            template = "{got} years of protection are less than one; state the cost of delay"
            yield finding("option.short", template, path=("cost_of_delay",), got=f"{years:.4g}")
