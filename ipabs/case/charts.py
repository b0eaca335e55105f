"""The drawings of a report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ipabs.basics.words import Language, label
from ipabs.case.case import Case
from ipabs.case.savings_exhibits import PROGRAMME
from ipabs.case.valuations import Appraised
from ipabs.case.value_exhibits import whole
from ipabs.financing.comparison import Comparison
from ipabs.report.page import Chart
from ipabs.report.plots import notes, pool
from ipabs.report.plots import savings as savings_plots
from ipabs.report.plots import valuation as value_plots
from ipabs.report.structure_diagram import structure_diagram
from ipabs.report.svg import svg_of
from ipabs.report.titles import spoken

# A value whose draws differ by less than this share of the largest is one number, and has no distribution to draw.
NO_SPREAD = 1e-9

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ipabs.case.deal_result import DealResult


def source(case: Case, lang: Language) -> str:
    """What stands under each drawing."""
    return label("source.case", lang).format(case=case.file.name)


def savings(comparison: Comparison, said: str, lang: Language) -> tuple[Chart, ...]:
    """The saving in its parts, and the cost of every facility."""
    parts = svg_of(savings_plots.savings_waterfall, comparison, PROGRAMME, name="savings", lang=lang, source=said)
    costs = svg_of(savings_plots.facility_costs, comparison, name="costs", lang=lang, source=said)
    title = label("plot.title.savings", lang).format(facility=spoken(PROGRAMME, lang), against=comparison.against)
    return Chart(svg=parts, says=title), Chart(svg=costs, says=label("plot.title.costs", lang))


def values(case: Case, appraisals: Sequence[Appraised], lang: Language) -> Iterator[Chart]:
    """How the value of all firms' rights spreads under each valuation, and when the rights expire."""
    said = source(case, lang)
    for number, appraised in enumerate(appraisals):
        drawn = np.atleast_1d(whole(appraised))
        if np.ptp(drawn) <= NO_SPREAD * np.abs(drawn).max():
            continue
        valuation = replace(appraised.firms[0].valuation, value=drawn, inputs=(), parts=())
        named = f"{said}, {appraised.method.name}"
        svg = svg_of(value_plots.value_distribution, valuation, name=f"value-{number}", lang=lang, source=named)
        yield Chart(svg=svg, says=value_plots.distribution_title(valuation, lang))
    as_of = case.file.as_of
    if case.portfolio is not None and case.portfolio.alive(as_of).rights:
        yield Chart(
            svg=svg_of(value_plots.expiry_ladder, case.portfolio, name="expiry", lang=lang, as_of=as_of, source=said),
            says=label("plot.title.expiry", lang).format(date=as_of),
        )


def structure(one: "DealResult", lang: Language) -> tuple[Chart, ...]:
    """Who owes, who issues, who invests, who supports."""
    firms = len({contract.obligor for contract in one.pool.obligations}) if one.pool else None
    drawn = structure_diagram(one.deal, lang, firms=firms)
    return (Chart(svg=drawn, says=label("diagram.title", lang).format(deal=one.deal.name)),)


def deal(one: "DealResult", said: str, lang: Language) -> tuple[Chart, ...]:
    """Pool, largest obligors, tranche balances, payments, coverage, and the date on which most is paid."""
    cash = one.ledger.major(one.ledger.collected).sum(axis=0)[:, 0]
    busiest = int(np.argmax(cash))
    drawn: tuple[tuple[str, Callable[..., Figure], tuple[Any, ...]], ...] = (
        ("collections", pool.balance_and_collections, (one.collections,)),
        *([("largest", pool.largest_obligors, (one.pool,))] if one.pool else []),
        ("tranches", notes.tranche_balances, (one.ledger,)),
        ("payments", notes.tranche_payments, (one.ledger,)),
        ("coverage", notes.coverage_tests, (one.ledger,)),
        ("date", notes.waterfall_of_date, (one.ledger, busiest)),
    )
    facts = {"deal": one.deal.name, "date": one.ledger.timeline.payments[busiest], "count": pool.LARGEST}
    return tuple(
        Chart(
            svg=svg_of(plot, *given, name=f"{one.name}-{name}", lang=lang, source=said),
            says=label(f"plot.title.{name}", lang).format(**facts),
        )
        for name, plot, given in drawn
    )
