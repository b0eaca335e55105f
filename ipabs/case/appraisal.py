"""The rights behind a case's contracts, valued firm by firm with stated or usual terms."""

from os import PathLike
from pathlib import Path

import numpy as np

from ipabs import spec
from ipabs.case.load import load_case
from ipabs.errors import DataError, finding
from ipabs.io.source import read_source
from ipabs.report.exhibit import Exhibit, columns
from ipabs.valuation.firm_appraisal import AppraisalTerms, FirmAppraisal, PledgedFirm, appraise_firms


def appraise_case(path: str | PathLike[str], terms: str | PathLike[str] | None = None) -> tuple[FirmAppraisal, ...]:
    """Value the patent tape of a case: relief from royalty over draws, with liquidation and lending value.

    Parameters
    ----------
    terms : path, optional
        File of `AppraisalTerms`. Without it the usual terms hold, under the seed of the case; they are assumptions.

    Raises
    ------
    DataError
        The case has no patent tape, or a firm states no revenue or tax rate.
    """
    case = load_case(path)
    if case.portfolio is None:
        template = "the case names no patent tape; state tapes.patents"
        raise DataError(finding("case.no_patents", template, path=("tapes", "patents")))
    held = case.firms.facts
    lacking = [fact.firm for fact in held if fact.revenue is None or fact.tax_rate is None]
    if lacking:
        template = "a valuation needs revenue and tax_rate on the firm tape; they are missing for {got}"
        raise DataError(finding("case.no_revenue", template, path=("tapes", "firms"), got=", ".join(lacking)))
    stated = AppraisalTerms(seed=case.file.seed)
    if terms is not None:
        source = read_source(Path(terms), Path(terms).name)
        stated = spec.load(AppraisalTerms, source.text, file=source.file)
    lent: dict[str, float] = {}
    for _, pool in case.pools:
        for contract in pool.obligations:
            lent[contract.obligor] = lent.get(contract.obligor, 0.0) + contract.principal
    firms = tuple(
        PledgedFirm(firm=fact.firm, revenue=fact.revenue or 0.0, tax_rate=fact.tax_rate or 0.0,
                    contract_amount=lent[fact.firm])
        for fact in held
    )  # fmt: skip
    return appraise_firms(case.portfolio, firms, stated, as_of=case.file.as_of)


def appraisal_exhibit(appraisals: tuple[FirmAppraisal, ...]) -> Exhibit:
    """One row a firm: value with its range, lending value, contract, coverage; the whole in the last row."""
    levels = (0.05, 0.5, 0.95)

    def row(name: str, values: np.ndarray, lending: float, lent: float) -> tuple[str | float | None, ...]:
        return (
            name, float(values.mean()), *(float(np.quantile(values, level)) for level in levels), lending, lent,
            lent / float(values.mean()) if values.mean() else None, lending / lent if lent else None,
        )  # fmt: skip

    draws = [np.asarray(one.valuation.value) for one in appraisals]
    rows = [
        row(one.facts.firm, values, one.values.lending, one.facts.contract_amount)
        for one, values in zip(appraisals, draws, strict=True)
    ]
    whole = np.asarray(sum(draws))
    lending = sum(one.values.lending for one in appraisals)
    rows.append(row("programme", whole, lending, sum(one.facts.contract_amount for one in appraisals)))
    return Exhibit(
        name="appraisal",
        columns=columns(firm="name", market_value="money", q05="money", q50="money", q95="money",
                        lending_value="money", principal="money", advance_rate="rate", coverage="factor"),
        rows=tuple(rows),
        totals=True,
    )  # fmt: skip
