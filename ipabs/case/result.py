"""What a case gives: each deal's ledger, the comparison, the variants; and how to read, print and save them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from ipabs.basics.provenance import Provenance
from ipabs.basics.units import parse_date
from ipabs.basics.words import Language
from ipabs.case import deal_exhibits, pages, savings_exhibits
from ipabs.case.case import Case, Variant
from ipabs.case.contents import files, manifest
from ipabs.case.report_page import report_page
from ipabs.case.savings_exhibits import PROGRAMME
from ipabs.cashflow.collections import Collections
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError, Finding
from ipabs.financing.comparison import Comparison
from ipabs.io.folder import write_folder
from ipabs.pool.pool import Pool
from ipabs.report.exhibit import Exhibit, records
from ipabs.report.page import Page
from ipabs.report.workbook import workbook_bytes
from ipabs.structure.deal import Deal


def frame(exhibit: Exhibit) -> pd.DataFrame:
    """An exhibit as a table to compute with."""
    return pd.DataFrame(list(exhibit.rows), columns=list(exhibit.header))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DealResult:
    """One deal run on its pool."""

    name: str
    deal: Deal
    pool: Pool
    collections: Collections
    ledger: Ledger

    @property
    def tranches(self) -> pd.DataFrame:
        """One row a tranche: principal, coupon, life, yield, shortfall."""
        table = frame(deal_exhibits.tranches([(self.name, self.ledger)]))
        return table.drop(columns="deal").set_index("tranche")

    def trace(self, date: int | str | date) -> pd.DataFrame:
        """Every line of one payment date: available, due, payable, paid, short, clause."""
        return self.ledger.trace(date)

    def explain(self, day: str | date, lang: Language = "en") -> Page:
        """One payment date in words and numbers.

        Raises
        ------
        DataError
            `day` is no payment date; the message lists them.
        """
        when = parse_date(day) if isinstance(day, str) else day
        if isinstance(when, Finding):
            raise DataError(when)
        return pages.date_page(self.name, self.deal, self.ledger, self.ledger.period(when), lang)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """A case as run.

    Attributes
    ----------
    case : Case
    deal_results : tuple of DealResult
    comparison : Comparison
        The facility ``programme`` and every comparator, against the comparator of the headline.
    variants : tuple of (Variant, Result)
    """

    case: Case
    deal_results: tuple[DealResult, ...]
    comparison: Comparison
    variants: "tuple[tuple[Variant, Result], ...]" = ()

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
        own = (*self.case.findings, *self.comparison.findings)
        return (*own, *(one for _, result in self.variants for one in result.comparison.findings))

    @property
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
            savings_exhibits.variants([(name, result.comparison) for name, result in rows]),
            *((savings_exhibits.implied_spreads(claim, life),) if claim else ()),
            deal_exhibits.pools(self.case),
            deal_exhibits.tranches(self.ledgers),
            deal_exhibits.all_checks(self.ledgers),
            pages.provenance_exhibit(self.case),
            pages.findings_exhibit(self.findings),
        )

    def exhibit(self, name: str) -> Exhibit:
        """One table by name."""
        return next(one for one in self.exhibits if one.name == name)

    @property
    def manifest(self) -> dict[str, object]:
        """Versions of package and libraries, hashes of inputs, seed, warnings."""
        return manifest(self.case, self.findings)

    def summary(self, lang: Language = "en") -> Page:
        """The headline: who, how much, what it costs against what, and the saving in its parts."""
        return pages.summary_page(self.case, self.comparison, self.exhibits, self.ledgers, lang)

    def page(self, lang: Language = "en") -> Page:
        """The whole report."""
        return report_page(self, lang)

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
