"""Run a case: project each pool, run each waterfall, compare what the money costs, and the same for every variant."""

from collections.abc import Sequence
from typing import cast

from ipabs.case.case import Case
from ipabs.case.comparators import Comparator, QuotedLoan
from ipabs.case.deal_result import DealResult
from ipabs.case.firms import Quote
from ipabs.case.result import Result
from ipabs.case.savings_exhibits import PROGRAMME
from ipabs.case.valuations import Appraised, Known, appraise, pledged_firms
from ipabs.case.waterfalls import collections_of, ledger_of
from ipabs.errors import DataError, finding
from ipabs.financing.comparison import Comparison, compare, programme
from ipabs.financing.facility import Facility, Terms, offer
from ipabs.financing.need import Need, joined
from ipabs.financing.programme import Issue
from ipabs.financing.securitization import Securitization, pool_need


def run(case: Case) -> Result:
    """Run a case and its variants.

    Raises
    ------
    ModelError, NumericError, LimitError
        The model refuses an input, or one of its own checks breaks.

    Examples
    --------
    >>> from ipabs.case.load import load_case
    >>> result = run(load_case("examples/yuhang/case.yaml"))
    >>> print(f"{result.savings.loc['programme', 'net']:,.2f} yuan against {result.comparison.against}")
    6,907,400.15 yuan against quoted_loan
    """
    return run_beside(case, {})


def run_beside(case: Case, known: Known) -> Result:
    """Run a case; market values that stand in `known` are not drawn again."""
    deals = tuple(run_deal(case, name) for name, _ in case.deals)
    comparison = compare_programme(case, deals, case.file.comparators)
    appraisals = appraise_case(case, known)
    variants = tuple((variant, run_beside(altered, known)) for variant, altered in case.variants)
    return Result(
        case=case,
        deal_results=deals,
        comparison=comparison,
        issues=issues_of(case, deals, comparison),
        appraisals=appraisals,
        variants=variants,
    )


def appraise_case(case: Case, known: Known) -> tuple[Appraised, ...]:
    """The rights of every firm valued by every method of the case."""
    file, portfolio = case.file, case.portfolio
    if portfolio is None:
        return ()
    contracts = (contract for _, pool in case.pools for contract in pool.obligations)
    pledged = pledged_firms(contracts, case.firms, file.tax)
    return tuple(
        appraise(method, portfolio, pledged, as_of=file.as_of, seed=file.seed, industries=case.industries, known=known)
        for method in file.valuations
    )


def value_case(case: Case) -> tuple[Appraised, ...]:
    """The rights of every firm, for a case that states how to value them.

    Raises
    ------
    DataError
        The case names no patent tape, or no method.
    """
    if case.portfolio is None:
        template = "the case names no patent tape; state tapes.patents"
        raise DataError(finding("case.no_patents", template, path=("tapes", "patents")))
    if not case.file.valuations:
        template = "the case states no method of valuation; add one under valuations"
        raise DataError(finding("case.no_valuation", template, path=("valuations",)))
    return appraise_case(case, {})


def run_deal(case: Case, name: str) -> DealResult:
    """Run the waterfall of one deal on its pool, or on what its trustee reports; an unknown deal is a `DataError`."""
    collections = collections_of(case, name)
    return DealResult(
        name=name,
        deal=dict(case.deals)[name],
        pool=dict(case.pools).get(name),
        collections=collections,
        ledger=ledger_of(case, name, collections),
    )


def issues_of(case: Case, deals: tuple[DealResult, ...], comparison: Comparison) -> tuple[Issue, ...]:
    """Each deal with firms as an issue of the programme, measured by itself against the comparator."""
    with_firms = [one for one in deals if one.pool is not None]
    terms = {one.name: one for one in case.file.deals}
    alone = len(with_firms) == 1
    baseline = [one for one in case.file.comparators if one.name == case.file.baseline]
    return tuple(
        Issue(
            name=one.name,
            closing=one.deal.dates.closing,
            market=one.deal.market,
            compared=(comparison if alone else compare_programme(case, (one,), baseline))[PROGRAMME],
            contingent_cost=terms[one.name].contingent_cost,
        )
        for one in with_firms
    )


def compare_programme(case: Case, deals: tuple[DealResult, ...], comparators: Sequence[Comparator]) -> Comparison:
    """The programme of all deals, and comparators, measured against the comparator of the headline."""
    file, facts = case.file, case.firms.facts
    terms = {one.name: one for one in file.deals}
    with_firms = [(terms[one.name], one.pool, one.ledger) for one in deals if one.pool is not None]
    need = joined(pool_need(pool, case.indices)[0] for _, pool, _ in with_firms)
    taken = programme(
        Securitization.of_pool(
            pool,
            ledger,
            file.costs,
            subsidies=file.all_subsidies,
            tax=file.tax,
            facts=facts,
            indices=case.indices,
            days_to_money=own.days_to_money,
            certainty=own.certainty,
        )
        for own, pool, ledger in with_firms
    )
    facilities: dict[str, Facility] = {
        comparator.name: comparator_facility(case, comparator, need) for comparator in comparators
    }
    return compare(
        {**facilities, PROGRAMME: taken},
        against=file.baseline,
        curve=file.discount_rate,
        as_of=file.as_of,
        facts=facts,
    )


def comparator_facility(case: Case, comparator: Comparator, need: Need) -> Facility:
    """A comparator offered to every firm; a quoted loan at each firm's own rate."""
    tax, facts = case.file.tax, case.firms.facts
    if not isinstance(comparator, QuotedLoan):
        return offer(cast(Terms, comparator), need, tax=tax, facts=facts, indices=case.indices)
    quotes = dict(case.firms.quotes)
    by_quote: dict[Quote, list[int]] = {}
    for row, firm in enumerate(need.firms):
        by_quote.setdefault(quotes[firm], []).append(row)
    return programme(
        offer(comparator.at(quote.rate, quote.fees), need.of_rows(rows), tax=tax, facts=facts)
        for quote, rows in by_quote.items()
    )
