"""Staged development as a valuation method: rights over a project that is tried first and launched later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.black_scholes import discounted
from ipabs.valuation.checks import draw_findings, rights_findings
from ipabs.valuation.compound_option import compound_option
from ipabs.valuation.life import economic_life, longest_life_years
from ipabs.valuation.ranges import numbers_of, outside
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StagedDevelopment:
    """Value of rights over a project whose trial buys the right to launch it: Geske's call on a call.

    Each number may be draws. The launch must come before the longest right ends.

    Parameters
    ----------
    asset_value : float or FloatArray
        Present value of the project's cash flows if launched today.
    trial_investment, trial_years : float or FloatArray
        What the trial costs, and when it must be paid.
    launch_investment, launch_years : float or FloatArray
        What launching costs, and when.
    volatility, risk_free_rate, cost_of_delay : float or FloatArray
        As in `ipabs.valuation.compound_option`.

    Examples
    --------
    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="p", kind="invention", filing=date(2022, 1, 1), grant=date(2024, 1, 1))
    >>> method = StagedDevelopment(asset_value=100.0, trial_investment=10.0, trial_years=1.0, launch_investment=100.0,
    ...                            launch_years=3.0, volatility=0.4, risk_free_rate=0.05, cost_of_delay=0.04)
    >>> worth = method.value(Portfolio(rights=(patent,)), as_of=date(2024, 1, 1))
    >>> worth, {part.name: round(part.mean, 2) for part in worth.parts}
    (Valuation(staged development, 2024-01-01: 17.03 CNY), {'both stages paid': -6.89, 'right to stop': 23.92})
    """

    asset_value: Values
    trial_investment: Values
    trial_years: Values
    launch_investment: Values
    launch_years: Values
    volatility: Values
    risk_free_rate: Values
    cost_of_delay: Values = 0.0
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """Numbers out of range, draws of unequal number, a launch that does not follow the trial."""
        ranges = dict.fromkeys(
            ("asset_value", "trial_investment", "trial_years", "launch_investment", "launch_years", "volatility"),
            "(0, inf)",
        ) | dict.fromkeys(("risk_free_rate", "cost_of_delay"), "[-1, 1]")
        found = [fault for name, interval in ranges.items() for fault in outside(name, getattr(self, name), interval)]
        found += draw_findings(self)
        yield from found
        if not found and np.any(np.asarray(self.launch_years) <= np.asarray(self.trial_years)):
            template = "a launch after {got} years does not follow the trial after {trial}"
            yield finding("staged.order", template, path=("launch_years",), got=np.min(self.launch_years),
                          trial=np.max(self.trial_years))  # fmt: skip

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`: what both stages bring if paid for, and what the right to stop adds.

        Raises
        ------
        DataError
            With every fault: rights not alive, a launch after the longest of them has ended.
        """
        refuse(DataError, (*rights_findings(portfolio, as_of), *self.findings()))
        years = longest_life_years(portfolio, as_of)
        refuse(DataError, self._life_findings(years))
        worth = compound_option(
            self.asset_value,
            first_investment=self.trial_investment,
            first_years=self.trial_years,
            second_investment=self.launch_investment,
            second_years=self.launch_years,
            volatility=self.volatility,
            risk_free_rate=self.risk_free_rate,
            cost_of_delay=self.cost_of_delay,
        )
        paid = (
            discounted(self.asset_value, self.cost_of_delay, self.launch_years)
            - discounted(self.launch_investment, self.risk_free_rate, self.launch_years)
            - discounted(self.trial_investment, self.risk_free_rate, self.trial_years)
        )
        life = economic_life(legal=years)
        parts = {"both stages paid": value_or_array(paid), "right to stop": value_or_array(np.asarray(worth) - paid)}
        return Valuation(
            method="staged development",
            as_of=as_of,
            currency=self.currency,
            value=worth,
            inputs=inputs_of(self, self.provenance),
            parts=tuple(
                Part(name=n, value=part, life_years=life.years, binding=life.binding) for n, part in parts.items()
            ),
        )

    def _life_findings(self, years: float) -> Iterator[Finding]:
        last = numbers_of(self.launch_years)
        if last is not None and (last > years).any():
            template = "a launch after {got} years comes too late: protection ends after {years}"
            yield finding("staged.expired", template, path=("launch_years",), got=f"{last.max():.4g}",
                          years=f"{years:.4g}")  # fmt: skip
