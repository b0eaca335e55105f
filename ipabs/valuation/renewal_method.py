"""A portfolio at the value its owners' renewals reveal: the renewal model as a valuation method."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ipabs.basics.provenance import ProvenanceTable
from ipabs.basics.streams import uniforms
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.renewal_fees import EntitySize, Reduction, fee_schedule, fee_table, patent_year
from ipabs.patents.statute import add_years, remaining_years, statutory_expiry
from ipabs.valuation.checks import rights_findings
from ipabs.valuation.ranges import outside
from ipabs.valuation.renewal import (
    RenewalModel,
    first_return_quantiles,
    mean_first_return,
    mean_value,
    renewal_value,
)
from ipabs.valuation.valuation import NO_PROVENANCE, Part, Valuation, inputs_of, total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RenewalValue:
    """Value of granted patents, given that every fee so far was paid; one part a patent.

    A patent in year a is worth what is left of this year's return, by the share of the year's days to come, and the
    discounted value at the start of year a + 1, of a patent of its cohort that is still in force. The method knows
    nothing else of the patent: it is a prior for a portfolio, and what its owner's payments bear out.

    Parameters
    ----------
    model : RenewalModel
        Fitted to the renewals of like patents, in money of `currency`, by year.
    reduction, entity
        The owners' fee reduction (China) and size (US). Fees due within a patent year count at its start.
    draws : int
        0 for the mean; otherwise the number of draws, independent from patent to patent.

    Examples
    --------
    >>> patent = Patent(number="ZL1", kind="invention", filing=date(2018, 3, 1), grant=date(2020, 5, 1))
    >>> model = RenewalModel(log_mean=8.3, log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
    >>> RenewalValue(model=model).value(Portfolio(rights=(patent,)), as_of=date(2024, 3, 1))
    Valuation(renewal, 2024-03-01: 43,865.59 CNY)
    """

    model: RenewalModel
    reduction: Reduction = "none"
    entity: EntitySize = ""
    draws: int = 0
    seed: int = 0
    currency: str = "CNY"
    provenance: ProvenanceTable = NO_PROVENANCE

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the patents of `portfolio`.

        Raises
        ------
        DataError
            Rights that are not granted patents alive on `as_of`, fees in another currency, a model not by year.
        """
        refuse(DataError, self._findings(portfolio, as_of))
        parts = tuple(self._part(patent, as_of) for patent in portfolio.patents)
        return Valuation(
            method="renewal",
            as_of=as_of,
            currency=self.currency,
            value=total([part.value for part in parts]),
            inputs=inputs_of(self, self.provenance),
            parts=parts,
        )

    def _part(self, patent: Patent, as_of: date) -> Part:
        expiry, filing = statutory_expiry(patent), patent.filing or as_of
        fees = self._fees(patent, filing, expiry)
        age = patent_year(filing, as_of)
        begun, over = add_years(filing, age - 1), add_years(filing, age)
        left = (min(over, expiry) - as_of) / (over - begun)
        later = (1 + self.model.discount_rate) ** -left if age < len(fees) else 0.0
        following = min(age + 1, len(fees))
        this_year = float(self.model.returns(len(fees))[age - 1]) * left
        value: Values
        if self.draws:
            levels = uniforms(self.seed, "renewal", patent.number, 0, self.draws)
            firsts = first_return_quantiles(self.model, fees, levels, age=following)
            value = value_or_array(this_year * firsts + later * renewal_value(self.model, fees, firsts, age=following))
        else:
            first = mean_first_return(self.model, fees, age=following)
            value = this_year * first + later * mean_value(self.model, fees, age=following)
        return Part(name=patent.number, value=value, life_years=remaining_years(patent, as_of), binding="legal")

    def _fees(self, patent: Patent, filing: date, expiry: date) -> tuple[float, ...]:
        """Fees by patent year, from filing to expiry."""
        fees = [0.0] * patent_year(filing, expiry - timedelta(days=1))
        for fee in fee_schedule(patent, reduction=self.reduction, entity=self.entity):
            if fee.due < expiry:
                fees[patent_year(filing, fee.due) - 1] += fee.amount
        return tuple(fees)

    def _findings(self, portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
        yield from self.model.findings()
        yield from outside("draws", self.draws, "{0, ..., inf}")
        if self.model.period_years != 1:
            template = "a model in periods of {got} years; wanted one by patent year"
            yield finding("renewal.period", template, path=("model", "period_years"), got=self.model.period_years)
        yield from rights_findings(portfolio, as_of)
        for right in portfolio.rights:
            if not (isinstance(right, Patent) and right.filing and right.grant and right.grant <= as_of):
                template = "{right} has no renewal fees: it is no granted patent"
                yield finding("renewal.not_granted", template, path=(right.number,), right=right.number)
                continue
            currency = fee_table(right.jurisdiction, right.kind, entity=self.entity).currency
            if currency != self.currency:
                template = "the fees of {right} are in {got}, the model in {currency}; value it apart"
                yield finding(
                    "renewal.currency",
                    template,
                    path=(right.number,),
                    got=currency,
                    right=right.number,
                    currency=self.currency,
                )
