"""The notes of a deal as investors read them: decrement tables, price and yield, figures of a report tied out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ipabs.basics.units import parse_number, parse_share
from ipabs.basics.words import Language, label
from ipabs.case.case import Case
from ipabs.case.waterfalls import at_speeds
from ipabs.errors import DataError, Finding, Place, SpecError, finding, refuse
from ipabs.io.table import Table
from ipabs.report import trustee
from ipabs.report.exhibit import Exhibit
from ipabs.report.page import Page, Section
from ipabs.report.titles import headings_of, page_units, words_of

if TYPE_CHECKING:
    from ipabs.case.deal_result import DealResult

SPEEDS = (0.0, 0.05, 0.10, 0.20)  # a year, as a share of the balance
PRICES = (98.0, 99.0, 100.0, 101.0, 102.0)  # per 100 of balance


def speeds_of(texts: Iterable[str]) -> tuple[float, ...]:
    """Prepayment speeds as a user writes them.

    Raises
    ------
    SpecError
        Every text that is no share of at most 100 %.

    >>> speeds_of(["5%", "0.1"])
    (0.05, 0.1)
    """
    read = {text: parse_share(text) for text in texts}
    template = "{got!r} is no prepayment speed a year; give 0% to 100%"
    refuse(
        SpecError,
        [
            finding("notes.speed", template, path=("speed",), got=text)
            for text, speed in read.items()
            if isinstance(speed, Finding) or not 0 <= speed <= 1
        ],
    )
    return tuple(speed for speed in read.values() if not isinstance(speed, Finding))


def prices_of(texts: Iterable[str]) -> tuple[float, ...]:
    """Prices per 100 of balance as a user writes them.

    Raises
    ------
    SpecError
        Every text that is no number above 0.

    >>> prices_of(["99.5", "101"])
    (99.5, 101.0)
    """
    read = {text: parse_number(text) for text in texts}
    template = "{got!r} is no price per 100 of balance; give a number above 0, for instance 99.5"
    refuse(
        SpecError,
        [
            finding("notes.price", template, path=("price",), got=text)
            for text, price in read.items()
            if isinstance(price, Finding) or not price > 0
        ],
    )
    return tuple(price for price in read.values() if not isinstance(price, Finding))


def note_section(
    case: Case,
    one: "DealResult",
    lang: Language = "en",
    *,
    speeds: Sequence[float] = SPEEDS,
    prices: Sequence[float] = PRICES,
) -> Section:
    """Decrement table and yields by price of every note with a coupon."""
    ledgers = at_speeds(case, one.name, speeds, lang)
    notes = [tranche.name for tranche in one.ledger.deal.tranches if tranche.coupon is not None]
    exhibits = [
        (label(f"exhibit.{table.name}", lang).format(tranche=name), replace(table, name=f"{name}.{table.name}"))
        for name in notes
        for table in (trustee.decrement(ledgers, name, lang), trustee.price_yield(ledgers, name, prices))
    ]
    reported = one.name in dict(case.collections)
    return Section(
        heading=label("section.notes", lang).format(deal=one.name),
        text=(label("sentence.reported" if reported else "sentence.speeds", lang),),
        exhibits=tuple(exhibits),
    )


def tie_out_sections(
    case: Case,
    deals: Mapping[str, "DealResult"],
    figures: Table,
    lang: Language = "en",
    *,
    tolerance: float = trustee.TOLERANCE,
) -> dict[str, Section]:
    """The figures of a table against the same figures recomputed, by deal.

    Parameters
    ----------
    figures : Table
        Columns date, tranche, item, value, and deal where there are several; rows of the case's other deals wait.

    Raises
    ------
    DataError
        Everything that is wrong with the table, each with its row.
    """
    columns = {name: [str(cell) for cell in figures.column(name)] for name in figures.columns}
    table = pd.DataFrame(columns, index=range(len(figures)))
    found = list(deal_findings(figures, deals, dict(case.deals)))
    compared: dict[str, Exhibit] = {}
    for name, one in deals.items():
        own = table[table["deal"] == name] if "deal" in table.columns else table
        try:
            compared[name] = trustee.tie_out(one.ledger, own, tolerance=tolerance, lang=lang)
        except DataError as error:
            found += (in_file(fault, figures, list(own.index)) for fault in error.findings)
    if not found and not any(exhibit.rows for exhibit in compared.values()):
        found.append(finding("tie_out.empty", "the table holds no figure", place=Place(file=figures.file)))
    if found:
        raise DataError(*dict.fromkeys(found))
    heading, title = label("section.tie_out", lang), label("exhibit.tie_out", lang)
    return {
        name: Section(heading=heading.format(deal=name), exhibits=((title, exhibit),))
        for name, exhibit in compared.items()
        if exhibit.rows
    }


def deal_findings(figures: Table, deals: Mapping[str, object], known: Mapping[str, object]) -> Iterator[Finding]:
    """Rows that name no deal, where the deal must be named."""
    if "deal" not in figures.columns:
        if len(deals) > 1:
            template = "the table has no column 'deal', and there are several deals: {got}"
            yield finding("tie_out.no_deal", template, place=Place(file=figures.file), got=", ".join(deals))
        return
    for row, name in enumerate(figures.column("deal")):
        if str(name) not in known:
            template = "no deal {got!r}; {hint}"
            yield finding("tie_out.deal", template, place=figures.place(row, "deal"), got=name, allowed=known)


def in_file(fault: Finding, figures: Table, rows: Sequence[int]) -> Finding:
    """A fault of a row, counted from 1, placed in its file."""
    at = fault.place.path[-1] if fault.place.path else None
    line = figures.first_row + rows[at - 1] if isinstance(at, int) else 0
    return replace(fault, place=Place(file=figures.file, line=line))


def differing(sections: Iterable[Section], tolerance: float) -> tuple[Finding, ...]:
    """One fault if any figure that was tied out differs by more than the tolerance."""
    results = [row[-1] for section in sections for _, exhibit in section.exhibits for row in exhibit.rows]
    count = results.count("differs")
    template = "{got} of {all} figures differ by more than {tolerance}"
    fault = finding("tie_out.differs", template, got=count, all=len(results), tolerance=f"{tolerance:g}")
    return (fault,) if count else ()


def notes_page(case: Case, sections: Iterable[Section], lang: Language) -> Page:
    """What the console shows of the notes."""
    shown = tuple(sections)
    exhibits = [exhibit for section in shown for _, exhibit in section.exhibits]
    return Page(
        title=case.file.name,
        banner=case.notice,
        sections=shown,
        headings=headings_of(exhibits, lang),
        words=words_of(exhibits, lang),
        units=page_units(lang),
        lang=lang,
    )
