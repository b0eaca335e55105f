"""What the command ``compare`` shows: every facility over all firms, or those of one firm."""

from typing import TYPE_CHECKING

from ipabs.basics.words import Language, label
from ipabs.financing.rates import RUNGS
from ipabs.report.exhibit import Exhibit, columns, in_millions
from ipabs.report.page import Page, Section
from ipabs.report.titles import headings_of, page_units, titled, words_of

if TYPE_CHECKING:
    from ipabs.case.result import Result


def comparison_page(result: "Result", lang: Language) -> Page:
    """All-in cost and saving of every facility, and the programme's saving part by part."""
    exhibits = [in_millions(result.exhibit("facilities")), result.exhibit("savings_by_part"),
                result.exhibit("savings_by_status")]  # fmt: skip
    against = label("sentence.against", lang).format(against=result.comparison.against)
    return page_of(result, exhibits, against, lang)


def ranking_page(result: "Result", firm: str, lang: Language) -> Page:
    """The facilities of one firm, cheapest first; those closed to it come last and say why."""
    table = result.comparison.ranking(firm)
    compared = result.comparison
    rows = []
    for name, row in table.iterrows():
        one = compared[str(name)]
        rates = one.ladder.facility_rates[:, one.firms.index(firm)]
        before_tax = float(rates[RUNGS.index("subsidy")])
        rank = None if row["rank"] is None or row["closed"] else int(row["rank"])
        days, certainty = one.description.days_to_money, one.description.certainty or ""
        rows.append((rank, str(name), before_tax, float(row["all_in"]), days, certainty, str(row["closed"])))
    ranking = Exhibit(
        name="ranking",
        columns=columns(rank="count", facility="name", all_in_before_tax="rate", all_in_after_tax="rate",
                        days_to_money="count", certainty="word", closed="text"),
        rows=tuple(rows),
    )  # fmt: skip
    return page_of(result, [ranking], firm, lang)


def page_of(result: "Result", exhibits: list[Exhibit], text: str, lang: Language) -> Page:
    """Exhibits under the name of the case."""
    return Page(
        title=result.case.file.name,
        banner=result.case.notice,
        sections=(Section(heading=text, text=(text,), exhibits=titled(exhibits, lang)),),
        headings=headings_of(exhibits, lang),
        words=words_of(exhibits, lang),
        units=page_units(lang),
        lang=lang,
    )
