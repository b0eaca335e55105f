"""What a case gives: its deals, the comparison, the variants; and how to read, print and save them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from ipabs.basics.provenance import Provenance
from ipabs.basics.words import Language
from ipabs.case import deal_exhibits, pages, savings_exhibits
from ipabs.case.case import Case, Variant
from ipabs.case.contents import files, manifest
from ipabs.case.deal_result import DealResult
from ipabs.case.frames import chosen_exhibit, frame, frame_with_units
from ipabs.case.pool_rules import pool_exhibits
from ipabs.case.report_page import report_page
from ipabs.case.savings_exhibits import PROGRAMME
from ipabs.case.valuations import Appraised
from ipabs.case.value_exhibits import valuations, value_exhibits
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError, Finding
from ipabs.financing.comparison import Comparison
from ipabs.financing.programme import Issue
from ipabs.io.folder import write_folder
from ipabs.io.table import Table
from ipabs.report.exhibit import Exhibit, records
from ipabs.report.page import Page, page_fragment
from ipabs.report.workbook import workbook_bytes

# That a contract is not what its deal says it advances is told of the tape already.
STATED = "valuation.stated"


@dataclass(frozen=True, kw_only=True, eq=False)  # without slots: its tables are made once, when first asked for
class Result:
    """A case as run.

    >>> import ipabs
    >>> result = ipabs.run(ipabs.load_case("examples/yuhang/case.yaml"))
    >>> print(result.summary().sections[0].text[0])
    25 firms borrow 243.000 million yuan: abs 200.000 million (20 firms), abn 43.000 million (5 firms).
    >>> result.deals["abs"].tranches["principal"].to_dict()
    {'A': 136000000.0, 'B': 53000000.0, 'sub': 11000000.0}

    Attributes
    ----------
    case : Case
    deal_results : tuple of DealResult
    comparison : Comparison
        The facility ``programme`` and every comparator, against the comparator of the headline.
    issues : tuple of Issue
        Each deal with firms, measured by itself.
    appraisals : tuple of Appraised
        The patents of every firm, by each method of the case.
    variants : tuple of (Variant, Result)
    """

    case: Case
    deal_results: tuple[DealResult, ...]
    comparison: Comparison
    issues: tuple[Issue, ...] = ()
    appraisals: tuple[Appraised, ...] = ()
    variants: "tuple[tuple[Variant, Result], ...]" = ()

    def __repr__(self) -> str:
        one = self.comparison[PROGRAMME]
        net = float(one.nominal.programme().net[0])
        size = float(one.principal.sum())
        deals = ", ".join(self.deals)
        against = self.comparison.against
        said = f"{size:,.0f} for {len(one.firms)} firms in {deals}; saves {net:,.2f} net against {against}"
        return f"Result({self.case.file.name}: {said})"

    def _repr_html_(self) -> str:
        return page_fragment(self.summary())

    @property
    def deals(self) -> Mapping[str, DealResult]:
        """The deals by name."""
        return MappingProxyType({one.name: one for one in self.deal_results})

    @property
    def ledgers(self) -> tuple[tuple[str, Ledger], ...]:
        """Name and ledger of each deal."""
        return tuple((one.name, one.ledger) for one in self.deal_results)

    @property
    def savings(self) -> pd.DataFrame:
        """One row a firm and a last row ``programme``: both all-in rates and the saving in its parts, nominal."""
        return frame(self.exhibit("savings")).set_index("firm")

    @property
    def valuations(self) -> pd.DataFrame:
        """One row a firm and method: market value with standard error and quantiles; empty without a valuation."""
        return frame(valuations(self.case, self.appraisals))

    @property
    def checks(self) -> pd.DataFrame:
        """Every identity of every ledger with its largest residual; a broken one would have stopped the run."""
        return frame(self.exhibit("checks"))

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Where the inputs come from."""
        return self.case.file.provenance

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Warnings and notes of the input and of the run, its variants included."""
        rights = (found for appraised in self.appraisals for one in appraised.firms for found in one.findings)
        own = (*self.case.findings, *self.comparison.findings, *(one for one in rights if one.code != STATED))
        return (*own, *(one for _, result in self.variants for one in result.comparison.findings))

    @cached_property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every table of the case, in the order of the page."""
        deals = {contract.obligor: name for name, pool in self.case.pools for contract in pool.obligations}
        rows = [("this case", self), *((variant.name, result) for variant, result in self.variants)]
        claim = self.case.file.claim
        life = savings_exhibits.average_life(self.comparison[PROGRAMME])
        return (
            savings_exhibits.savings_by_part(self.comparison),
            savings_exhibits.savings(self.comparison, deals),
            savings_exhibits.savings_by_status(self.comparison),
            savings_exhibits.facilities(self.comparison),
            *((savings_exhibits.issues(self.issues, self.case.file.eligible_firms),) if self.issues else ()),
            savings_exhibits.variants([(name, result.comparison) for name, result in rows]),
            *((savings_exhibits.implied_spreads(claim, life),) if claim else ()),
            deal_exhibits.pools(self.case),
            *pool_exhibits(self.case),
            *value_exhibits(self.case, self.appraisals),
            deal_exhibits.tranches(self.ledgers),
            deal_exhibits.all_checks(self.ledgers),
            pages.provenance_exhibit(self.case),
            pages.findings_exhibit(self.findings),
        )

    def exhibit(self, name: str) -> Exhibit:
        """One table by name; an unknown name is a `DataError` that lists them."""
        return chosen_exhibit(self.exhibits, name)

    def to_frame(self, name: str) -> pd.DataFrame:
        """One table by name, units in the column names; ``<deal>.<table>`` is a table of one deal.

        Raises
        ------
        DataError
            No such table; the message lists them.
        """
        deal, _, table = name.partition(".")
        if deal in self.deals and table:
            return self.deals[deal].to_frame(table)
        return frame_with_units(self.exhibit(name))

    def trace(self, date: int | str | date) -> pd.DataFrame:
        """Every line of one date of every deal that pays on it, the deal in the first column.

        Raises
        ------
        DataError
            No deal pays on that date.
        """
        parts, faults = [], []
        for one in self.deal_results:
            try:
                table = one.trace(date)
            except DataError as fault:
                faults.append(fault)
                continue
            table.insert(0, "deal", one.name)
            parts.append(table)
        if not parts:
            raise faults[0]
        return pd.concat(parts, ignore_index=True)

    @property
    def manifest(self) -> dict[str, object]:
        """Versions of package and libraries, hashes of inputs, seed, warnings."""
        return manifest(self.case, self.findings)

    def summary(self, lang: Language = "en") -> Page:
        """The headline: who, how much, what it costs against what, and the saving in its parts."""
        return pages.summary_page(self.case, self.comparison, self.exhibits, self.ledgers, self.appraisals, lang)

    def page(self, lang: Language = "en", figures: Table | None = None) -> Page:
        """The whole report; `figures` (date, tranche, item, value, and deal) are tied out on it."""
        return report_page(self, lang, figures)

    def to_dict(self) -> dict[str, object]:
        """Every table and the manifest as JSON holds them."""
        return {
            "name": self.case.file.name,
            "notice": self.case.notice,
            "exhibits": {one.name: records(one) for one in self.exhibits},
            "manifest": self.manifest,
        }

    def workbook(self, lang: Language = "en") -> bytes:
        """The live Excel workbook: inputs, pools, waterfalls as formulas, tranches, savings, checks."""
        return workbook_bytes(
            self.ledgers,
            self.comparison[PROGRAMME],
            against=self.comparison.against,
            title=self.case.file.name,
            banner=self.case.notice,
            lang=lang,
        )

    def save(self, folder: str | PathLike[str], lang: Language = "en") -> Path:
        """Write tables, traces, manifest, page and workbook into `folder`, whole or not at all; returns its path."""
        traces = [(name, deal_exhibits.whole_trace(ledger)) for name, ledger in self.ledgers]
        flows = [(name, deal_exhibits.payments(ledger)) for name, ledger in self.ledgers]
        return write_folder(
            folder,
            files(self.exhibits, flows, traces, self.page(lang), self.workbook(lang), self.manifest, self.case.notice),
        )
