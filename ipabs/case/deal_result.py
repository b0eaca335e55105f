"""What one deal of a case gives: its ledger, read into tables, pages and traces."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from ipabs.basics.durations import parse_date
from ipabs.basics.words import Language
from ipabs.case import deal_exhibits, pages
from ipabs.case.frames import chosen_exhibit, frame, frame_with_units
from ipabs.cashflow.collections import Collections
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError, Finding
from ipabs.pool.pool import Pool
from ipabs.report import trustee
from ipabs.report.exhibit import Exhibit
from ipabs.report.page import Page, Section, page_fragment
from ipabs.report.titles import headings_of, titled
from ipabs.structure.deal import Deal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DealResult:
    """One deal run on its pool, or on what its trustee reports."""

    name: str
    deal: Deal
    pool: Pool | None
    collections: Collections
    ledger: Ledger

    def __repr__(self) -> str:
        pool = "reported by its trustee"
        if self.pool is not None:
            pool = f"{self.pool.principal:,.0f} of {len({one.obligor for one in self.pool.obligations})} firms"
        notes = ", ".join(f"{one.name} {one.principal:,.0f}" for one in self.deal.tranches)
        return f"DealResult({self.name}: {pool}; tranches {notes})"

    def _repr_html_(self) -> str:
        return page_fragment(self.page())

    @property
    def tranches(self) -> pd.DataFrame:
        """One row a tranche: principal, coupon, life, yield, shortfall."""
        table = frame(deal_exhibits.tranches([(self.name, self.ledger)]))
        return table.drop(columns="deal").set_index("tranche")

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every table of the deal."""
        return (
            deal_exhibits.tranches([(self.name, self.ledger)]),
            deal_exhibits.payments(self.ledger),
            deal_exhibits.factors(self.ledger),
            deal_exhibits.whole_trace(self.ledger),
            trustee.trigger_tests(self.ledger),
            deal_exhibits.all_checks([(self.name, self.ledger)]),
        )

    def to_frame(self, name: str) -> pd.DataFrame:
        """One table by name, on real payment dates, with units in the column names.

        Raises
        ------
        DataError
            No such table; the message lists them.
        """
        return frame_with_units(chosen_exhibit(self.exhibits, name), self.ledger.deal.currency or "CNY")

    def page(self, lang: Language = "en") -> Page:
        """Tranches and payments in short."""
        shown = [deal_exhibits.tranches([(self.name, self.ledger)]), deal_exhibits.payments(self.ledger)]
        section = Section(heading=self.name, exhibits=titled(shown, lang))
        return Page(title=self.ledger.deal.name, sections=(section,), headings=headings_of(shown, lang), lang=lang)

    def payment_date(self, day: int | str | date, lang: Language = "en") -> Page:
        """The trustee-style report of one payment date: balances, factors, cash, tests."""
        return trustee.payment_date_page(self.ledger, day, lang)

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
