"""A patented research project as a valuation method: Schwartz's model with what its rights say of their life."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np

from ipabs.basics.provenance import ProvenanceTable
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.abandonment import project_value
from ipabs.valuation.checks import rights_findings
from ipabs.valuation.life import economic_life, longest_life_years
from ipabs.valuation.ranges import numbers_of
from ipabs.valuation.research_project import ResearchProject
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatentedProject:
    """Value of rights over a research project that may be given up, by integration and simulation.

    Parameters
    ----------
    project : ResearchProject
        Its `patent_years` may not exceed the life by law of the longest right. Draws of its inputs are one simulation
        each, all on the same shocks: a few thousand paths are enough for each.
    paths, rule_paths, seed : int
        Of the right to give up (see `ipabs.valuation.abandonment`).

    Examples
    --------
    >>> from ipabs.patents.patent import Patent
    >>> patent = Patent(number="p", kind="invention", filing=date(2023, 12, 1), status="pending")
    >>> drug = ResearchProject(
    ...     cash_flow=20.0, cash_flow_growth=0.02, cash_flow_volatility=0.35, risk_premium=0.036, terminal_multiple=5.0,
    ...     investment_rate=10.0, cost_to_complete=100.0, cost_volatility=0.5, failure_rate=0.06931, correlation=-0.1,
    ...     risk_free_rate=0.05, patent_years=19.0, step_years=0.5)
    >>> worth = PatentedProject(project=drug, paths=2_000, rule_paths=2_000).value(Portfolio(rights=(patent,)),
    ...                                                                        as_of=date(2024, 1, 1))
    >>> [part.name for part in worth.parts], worth.findings[0].code
    (['carried through', 'right to give up'], 'project.simulated')
    """

    project: ResearchProject
    paths: Annotated[int, "Paths that value the right to give up."] = 20_000
    rule_paths: Annotated[int, "Paths that fit the rule."] = 20_000
    seed: int = 0
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def findings(self) -> Iterator[Finding]:
        """Numbers without a meaning in the model."""
        for fault in self.project.findings():
            yield fault.under("project")

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`; a note tells the standard error of the simulated part.

        Raises
        ------
        DataError
            With every fault: rights not alive, a patent longer than the longest of them.
        """
        refuse(DataError, (*rights_findings(portfolio, as_of), *self.findings()))
        years = longest_life_years(portfolio, as_of)
        refuse(DataError, self._life_findings(years))
        found = project_value(self.project, paths=self.paths, rule_paths=self.rule_paths, seed=self.seed)
        option = found.abandonment_option
        template = "the right to give up is simulated over {paths} paths; standard error {got}"
        told = finding("project.simulated", template, path=("paths",), severity="note",
                       got=f"{np.max(option.standard_error):.4g}", paths=f"{option.paths:,}")  # fmt: skip
        life = economic_life(legal=years)
        parts = {"carried through": found.without_abandonment, "right to give up": option.value}
        return Valuation(
            method="research project",
            as_of=as_of,
            currency=self.currency,
            value=found.value,
            inputs=inputs_of(self, self.provenance),
            parts=tuple(
                Part(name=n, value=part, life_years=life.years, binding=life.binding) for n, part in parts.items()
            ),
            findings=(told,),
        )

    def _life_findings(self, years: float) -> Iterator[Finding]:
        stated = numbers_of(self.project.patent_years)
        if stated is not None and (stated > years).any():
            template = "patent_years of {got}, but protection ends after {years}"
            yield finding("project.expired", template, path=("project", "patent_years"), got=f"{stated.max():.4g}",
                          years=f"{years:.4g}")  # fmt: skip
