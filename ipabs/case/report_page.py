"""The report of a case: every section of the page, with its drawings and tables."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ipabs import __version__
from ipabs.basics.words import Language, label, percent
from ipabs.case import charts, deal_exhibits, pages
from ipabs.case.note_tables import note_section, tie_out_sections
from ipabs.case.savings_exhibits import BEFORE_TAX, PROGRAMME
from ipabs.case.value_exhibits import value_sentences
from ipabs.financing.comparison import Comparison
from ipabs.io.table import Table
from ipabs.pool.pool import Pool
from ipabs.report import trustee
from ipabs.report.exhibit import Exhibit, columns, in_millions
from ipabs.report.page import Chart, Page, Section
from ipabs.report.titles import amount, headings_of, page_units, titled, words_of

if TYPE_CHECKING:
    from ipabs.case.deal_result import DealResult
    from ipabs.case.result import Result

VALUES = ("valuations", "coverage", "rights_and_contracts", "expiry_ladder", "landscape")
SIZE_BANDS = (0.0, 5e6, 10e6, 15e6, 20e6, 50e6)
STRATA = ("sector", "principal", "kind")


def report_page(result: "Result", lang: Language, figures: Table | None = None) -> Page:
    """The page of the results folder; `figures` of a report or a prospectus are tied out on it."""
    case, by_name = result.case, {exhibit.name: exhibit for exhibit in result.exhibits}
    sections = [*opening_sections(result, by_name, lang)]
    for one in result.deal_results:
        sections += deal_sections(one, case.file.name, lang)
        sections.append(note_section(case, one, lang))
    if figures is not None:
        sections += tie_out_sections(case, result.deals, figures, lang).values()
    sections += closing_sections(result, by_name, lang)
    exhibits = [exhibit for section in sections for _, exhibit in section.exhibits]
    return Page(
        title=case.file.name,
        banner=case.notice,
        lead=lead(result.comparison, lang),
        sections=tuple(sections),
        headings=headings_of(exhibits, lang),
        words=words_of(exhibits, lang),
        units=page_units(lang),
        foot=label("sentence.foot", lang).format(version=__version__),
        lang=lang,
    )


def opening_sections(result: "Result", by_name: Mapping[str, Exhibit], lang: Language) -> Iterator[Section]:
    """Headline, what the money costs and saves, the readings of the published saving, pools and tranches together."""
    case, source = result.case, charts.source(result.case, lang)

    def section(name: str, *chosen: Exhibit, text: tuple[str, ...] = (), drawn: tuple[Chart, ...] = ()) -> Section:
        some = [one for one in chosen if one.rows]
        return Section(heading=label(f"section.{name}", lang), text=text, charts=drawn, exhibits=titled(some, lang))

    headline = pages.headline(case, result.comparison, result.ledgers, result.appraisals, lang)
    yield section(
        "headline", by_name["savings_by_part"], text=headline, drawn=charts.savings(result.comparison, source, lang)
    )
    firms = in_millions(by_name["savings"])
    by_issue = [in_millions(by_name[one]) for one in ("issues",) if one in by_name]
    yield section("savings", firms, by_name["savings_by_status"], by_name["facilities"], *by_issue)
    notes = tuple(f"{variant.name}: {variant.note}" for variant, _ in case.variants)
    readings = [in_millions(by_name["variants"])] + [by_name[one] for one in ("implied_spreads",) if one in by_name]
    if case.variants or case.file.claim is not None:
        yield section("variants", *readings, text=notes)
    rules = [by_name[one] for one in ("pool_rules",) if one in by_name]
    yield section("deals", by_name["pool"], *rules, patents_exhibit(result), by_name["tranches"])
    if case.portfolio is not None or case.filings:
        values = [in_millions(by_name[one]) for one in VALUES if one in by_name]
        said = tuple(value_sentences(result.appraisals, lang))
        yield section("values", *values, text=said, drawn=tuple(charts.values(case, result.appraisals, lang)))


def deal_sections(one: "DealResult", name: str, lang: Language) -> Iterator[Section]:
    """One deal: its structure, its pool, what its notes receive, its tests."""
    source = label("source.case", lang).format(case=name)
    paid, balances = deal_exhibits.split_payments(one.ledger)
    strata = [] if one.pool is None else list(strata_of(one.pool))
    factors = deal_exhibits.factors(one.ledger)
    tests = trustee.trigger_tests(one.ledger)
    exhibits = [*strata, paid, balances, factors, *([tests] if tests.rows else [])]
    yield Section(
        heading=label("section.deal", lang).format(deal=one.name),
        charts=(*charts.structure(one, lang), *charts.deal(one, source, lang)),
        exhibits=titled(exhibits, lang),
    )


def strata_of(pool: Pool) -> Iterator[Exhibit]:
    """The usual tables of a pool; a column with one value makes none."""
    for by in STRATA:
        if by == "principal" or pool.to_frame()[by].nunique() > 1:
            yield trustee.stratification(pool, by, bands=SIZE_BANDS if by == "principal" else None)


def closing_sections(result: "Result", by_name: Mapping[str, Exhibit], lang: Language) -> Iterator[Section]:
    """Checks and warnings, provenance, manifest."""
    chosen = {
        "checks": [by_name["checks"], pages.findings_exhibit(result.findings, lang)],
        "provenance": [by_name["provenance"]],
        "manifest": [manifest_exhibit(result.manifest, lang)],
    }
    for name, exhibits in chosen.items():
        shown = [one for one in exhibits if one.rows]
        yield Section(heading=label(f"section.{name}", lang), exhibits=titled(shown, lang))


def lead(comparison: Comparison, lang: Language) -> tuple[tuple[str, str], ...]:
    """The headline figures with their labels."""
    one = comparison[PROGRAMME]
    nominal, rates = one.nominal.programme(), one.programme_ladder
    figures = {
        "size": amount(one.principal.sum(), lang),
        "firms": str(len(one.firms)),
        "cost": percent(float(rates.facility_rates[BEFORE_TAX, 0])),
        "comparator": percent(float(rates.comparator_rates[BEFORE_TAX, 0])),
        **{name: amount(getattr(nominal, name)[0], lang) for name in ("market", "before_tax", "net", "public_cost")},
    }
    return tuple(
        (label(f"lead.{name}", lang).format(comparator=comparison.against), figure) for name, figure in figures.items()
    )


def patents_exhibit(result: "Result") -> Exhibit:
    """How many rights of each kind stand on the patent tape."""
    rows = tuple(result.case.patents)
    return Exhibit(name="patents", columns=columns(kind="word", count="count"), rows=rows)


def manifest_exhibit(manifest: dict[str, object], lang: Language) -> Exhibit:
    """The manifest as a table, its warnings left to their own."""
    rows: list[tuple[str, str]] = []
    for key, value in manifest.items():
        if key == "warnings" or value in ("", []):
            continue
        said = label(f"manifest.{key}", lang)
        if isinstance(value, dict):
            rows += [(f"{said} {name}", str(entry)) for name, entry in value.items()]
        else:
            rows.append((said, ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return Exhibit(name="manifest", columns=columns(item="text", value="text"), rows=tuple(rows))
