"""Exhibits on the rights behind the contracts: their value, what it covers, and when they expire."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from ipabs.basics.index_history import IndexHistory
from ipabs.basics.words import Language, label, percent
from ipabs.case.case import Case
from ipabs.case.valuations import Appraised, deals_of
from ipabs.cashflow.discounting import Values
from ipabs.io.folder import Cell
from ipabs.patents.landscape import landscape
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.statute import statutory_expiry
from ipabs.pool.pool import Pool
from ipabs.report.exhibit import Exhibit, columns
from ipabs.report.titles import amount
from ipabs.valuation.firm_appraisal import ADVANCE_TOLERANCE, FirmAppraisal
from ipabs.valuation.simulated import mean_error, spread
from ipabs.valuation.valuation import total

PROGRAMME = "programme"


def whole(appraised: Appraised) -> Values:
    """The market value of all firms together in each draw; common factors make it wider than independence would."""
    return total([one.valuation.value for one in appraised.firms])


def valuations(case: Case, appraisals: Sequence[Appraised]) -> Exhibit:
    """Market value of each firm's rights and of all together, with standard error and quantiles."""
    deals = deals_of(case.pools)
    portfolio = case.portfolio or Portfolio(rights=())

    def rows(appraised: Appraised) -> Iterator[tuple[Cell, ...]]:
        name = appraised.method.name
        for one in appraised.firms:
            rights = len(portfolio.of(one.facts.firm).alive(case.file.as_of).rights)
            head = (name, one.facts.firm, deals[one.facts.firm], rights)
            yield (*head, *spread(one.valuation.value).values(), one.facts.stated_value, appraised.method.draws)
        stated = [one.facts.stated_value for one in appraised.firms if one.facts.stated_value is not None]
        head = (name, PROGRAMME, "", len(portfolio.alive(case.file.as_of).rights))
        yield (*head, *spread(whole(appraised)).values(), sum(stated) if stated else None, appraised.method.draws)

    return Exhibit(
        name="valuations",
        columns=columns(
            valuation="text",
            firm="name",
            deal="text",
            rights="count",
            market_value="money",
            standard_error="money",
            q05="money",
            q05_error="money",
            median="money",
            median_error="money",
            q95="money",
            q95_error="money",
            stated_value="money",
            draws="count",
        ),
        rows=tuple(row for appraised in appraisals for row in rows(appraised)),
    )


def coverage(case: Case, appraisals: Sequence[Appraised]) -> Exhibit:
    """Each contract against the advance that the deal states, and against what would be lent and realized."""
    deals = deals_of(case.pools)

    def row(appraised: Appraised, one: FirmAppraisal) -> tuple[Cell, ...]:
        facts = one.facts
        return (
            appraised.method.name,
            facts.firm,
            deals[facts.firm],
            facts.contract_amount,
            facts.stated_value,
            facts.stated_advance_rate,
            within_advance(facts.contract_amount, facts.stated_value, facts.stated_advance_rate),
            one.values.lending,
            one.values.lending_error,
            one.coverage,
            one.values.lending_error / facts.contract_amount,
            float(np.mean(one.values.liquidation)),
            mean_error(one.values.liquidation),
            appraised.method.draws,
        )

    return Exhibit(
        name="coverage",
        columns=columns(
            valuation="text",
            firm="name",
            deal="text",
            principal="money",
            stated_value="money",
            advance_rate="rate",
            advance="word",
            lending_value="money",
            standard_error="money",
            coverage="factor",
            coverage_error="factor",
            liquidation_value="money",
            liquidation_error="money",
            draws="count",
        ),
        rows=tuple(row(appraised, one) for appraised in appraisals for one in appraised.firms),
    )


def within_advance(amount: float, value: float | None, rate: float | None) -> str:
    """Whether a contract stays within the advance that its deal states on its own appraisal."""
    if value is None or rate is None:
        return "not stated"
    return "within" if amount <= (rate + ADVANCE_TOLERANCE) * value else "above"


def principal_due(pool: Pool, indices: Sequence[IndexHistory]) -> dict[int, float]:
    """Contract principal that falls due in each calendar year."""
    due: dict[int, float] = {}
    for contract in pool.obligations:
        flows = contract.contract_flows(indices)
        for day, repaid in zip(flows.dates.tolist(), flows.principal, strict=True):
            due[day.year] = due.get(day.year, 0.0) + float(repaid)
    return due


def expiry_ladder(case: Case) -> Exhibit:
    """Rights that expire in each year beside the principal of the contracts that falls due, deal by deal."""

    def rows(name: str, pool: Pool, portfolio: Portfolio) -> Iterator[tuple[Cell, ...]]:
        owners = {contract.obligor for contract in pool.obligations}
        alive = [right for right in portfolio.alive(case.file.as_of).rights if right.owner in owners]
        years = [statutory_expiry(right).year for right in alive]
        due = principal_due(pool, case.indices)
        left, owed = len(alive), sum(due.values())
        for year in range(case.file.as_of.year, max([*years, *due]) + 1):
            left, owed = left - years.count(year), owed - due.get(year, 0.0)
            if year in years or year in due:
                yield name, year, years.count(year), left, due.get(year, 0.0), owed if owed > 0.005 else 0.0

    ladder = [row for name, pool in case.pools if case.portfolio for row in rows(name, pool, case.portfolio)]
    return Exhibit(
        name="expiry_ladder",
        columns=columns(
            deal="text", year="text", rights="count", rights_left="count", principal_due="money", principal_left="money"
        ),
        rows=tuple((deal, str(year), *rest) for deal, year, *rest in ladder),
    )


def rights_and_contracts(case: Case) -> Exhibit:
    """Each firm's rights against the maturity of its contract."""

    def row(name: str, firm: str, maturity: date, portfolio: Portfolio) -> tuple[Cell, ...]:
        ends = sorted(statutory_expiry(right) for right in portfolio.of(firm).alive(case.file.as_of).rights)
        early = sum(end < maturity for end in ends)
        first, last = (ends[0], ends[-1]) if ends else (None, None)
        return firm, name, maturity, len(ends), first, last, early

    def maturities(pool: Pool) -> dict[str, date]:
        last: dict[str, date] = {}
        for contract in pool.obligations:
            end = contract.contract_flows(case.indices).dates[-1].item()
            last[contract.obligor] = max(end, last.get(contract.obligor, end))
        return last

    return Exhibit(
        name="rights_and_contracts",
        columns=columns(
            firm="text",
            deal="text",
            maturity="date",
            rights="count",
            first_expiry="date",
            last_expiry="date",
            expiring_before="count",
        ),
        rows=tuple(
            row(name, firm, maturity, case.portfolio)
            for name, pool in case.pools
            if case.portfolio
            for firm, maturity in maturities(pool).items()
        ),
    )


def field_landscape(case: Case) -> Exhibit:
    """The classes of the field: who leads, how crowded, how old; patent navigation for what it says of money."""
    table = landscape(case.filings, as_of=case.file.as_of)
    return Exhibit(
        name="landscape",
        columns=columns(
            field="text",
            filings="count",
            owners="count",
            leader="text",
            leader_share="rate",
            effective_owners="factor",
            median_age="years",
            recent_share="rate",
        ),
        rows=tuple(table.itertuples(name=None)),
    )


def value_exhibits(case: Case, appraisals: Sequence[Appraised]) -> tuple[Exhibit, ...]:
    """Every exhibit on rights and their value; none without a patent tape."""
    values = (valuations(case, appraisals), coverage(case, appraisals)) if appraisals else ()
    rights = (expiry_ladder(case), rights_and_contracts(case)) if case.portfolio else ()
    return (*values, *rights, *((field_landscape(case),) if case.filings else ()))


def value_sentences(appraisals: Sequence[Appraised], lang: Language) -> Iterator[str]:
    """What each valuation says of the programme, in words."""
    for appraised in appraisals:
        found = spread(whole(appraised))
        stated = [one.facts.stated_value for one in appraised.firms]
        known = sum(value for value in stated if value is not None)
        owed = sum(one.facts.contract_amount for one in appraised.firms)
        yield label("sentence.value", lang).format(
            name=appraised.method.name,
            kind=label(f"word.{appraised.method.KIND}", lang),
            mean=amount(found["mean"], lang),
            error=percent(found["standard_error"] / found["mean"] if found["mean"] else 0.0),
            draws=f"{appraised.method.draws:,}",
            low=amount(found["q05"], lang),
            high=amount(found["q95"], lang),
            stated=amount(known, lang),
        )
        yield label("sentence.enforced" if appraised.method.enforce else "sentence.coverage", lang).format(
            share=percent(sum(one.values.lending for one in appraised.firms) / owed),
            short=sum(one.coverage < 1 for one in appraised.firms),
            firms=len(appraised.firms),
        )
