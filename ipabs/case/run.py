"""Run a case: project each pool, run each waterfall, compare what the money costs, and the same for every variant."""

from ipabs.case.case import Case, Comparator, QuotedLoan
from ipabs.case.firms import Quote
from ipabs.case.result import DealResult, Result
from ipabs.case.savings_exhibits import PROGRAMME
from ipabs.engine import run_waterfall
from ipabs.errors import DataError, finding
from ipabs.financing.comparison import Comparison, compare, programme
from ipabs.financing.facility import Facility, offer
from ipabs.financing.need import Need, contract_need
from ipabs.financing.securitization import Securitization
from ipabs.pool.projection import project


def run(case: Case) -> Result:
    """Run a case and its variants.

    Raises
    ------
    ModelError, NumericError, LimitError
        The model refuses an input, or one of its own checks breaks.
    """
    deals = tuple(run_deal(case, name) for name, _ in case.deals)
    comparison = compare_programme(case, deals)
    variants = tuple((variant, run(altered)) for variant, altered in case.variants)
    return Result(case=case, deal_results=deals, comparison=comparison, variants=variants)


def run_deal(case: Case, name: str) -> DealResult:
    """Project the pool of one deal and run its waterfall; an unknown deal is a `DataError`."""
    deals = dict(case.deals)
    if name not in deals:
        raise DataError(finding("case.no_deal", "the case has no deal {got!r}; {hint}", got=name, allowed=deals))
    deal, pool = deals[name], dict(case.pools)[name]
    collections = project(pool, deal.timeline(), case.file.vectors)
    ledger = run_waterfall(deal, collections)
    return DealResult(name=name, deal=deal, pool=pool, collections=collections, ledger=ledger)


def compare_programme(case: Case, deals: tuple[DealResult, ...]) -> Comparison:
    """The programme of all deals, and every comparator, measured against the comparator of the headline."""
    file, facts = case.file, case.firms.facts
    contracts = [contract for one in deals for contract in one.pool.obligations]
    needs = [contract_need(contract) for contract in contracts]
    taken = programme(
        Securitization.of_pool(one.pool, one.ledger, file.costs, subsidies=file.subsidies, tax=file.tax, facts=facts)
        for one in deals
    )
    facilities: dict[str, Facility] = {
        comparator.name: comparator_facility(case, comparator, needs) for comparator in file.comparators
    }
    return compare(
        {**facilities, PROGRAMME: taken},
        against=file.baseline,
        curve=file.discount_rate,
        as_of=file.as_of,
        facts=facts,
    )


def comparator_facility(case: Case, comparator: Comparator, needs: list[Need]) -> Facility:
    """A comparator offered to every firm; a quoted loan at each firm's own rate."""
    tax, facts = case.file.tax, case.firms.facts
    if not isinstance(comparator, QuotedLoan):
        return offer(comparator, *needs, tax=tax, facts=facts)
    quotes = dict(case.firms.quotes)
    by_quote: dict[Quote, list[Need]] = {}
    for need in needs:
        by_quote.setdefault(quotes[need.firms[0]], []).append(need)
    return programme(
        offer(comparator.at(quote.rate, quote.fees), *some, tax=tax, facts=facts) for quote, some in by_quote.items()
    )
