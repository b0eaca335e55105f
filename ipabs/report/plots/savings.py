"""Plots of what the money costs: where a saving comes from, where two offers cost the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ipabs.basics.words import Language, label
from ipabs.financing.break_even import WHOLE_NUMBERS, Measure, Question, Variable, break_even, turns, vary
from ipabs.financing.compared import Value
from ipabs.financing.comparison import Comparison
from ipabs.financing.facility import offer
from ipabs.financing.rates import RUNGS, Rung, all_in_cost
from ipabs.report.plots import style
from ipabs.report.titles import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

STEPS = ("spread", "fees", "market", "carried", "before_subsidy", "subsidy", "before_tax", "tax", "net")
TOTALS: tuple[Measure, ...] = ("market", "before_subsidy", "before_tax", "net")
POINTS = 41
CENT = 0.01


def savings_waterfall(
    comparison: Comparison, facility: str, *, value: Value = "nominal", ax: "Axes | None" = None,
    lang: Language = "en", source: str = "",
) -> "Figure":  # fmt: skip
    """The saving of a facility over all its firms: its five parts, and the sums between them.

    >>> from datetime import date
    >>> from ipabs.financing.comparison import compare
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(9_720_000, date(2022, 12, 20), date(2025, 12, 20))
    >>> terms = {"loan": BankLoan(rate=0.0525), "note": BankLoan(rate=0.0325, day_count="ACT/365F")}
    >>> result = compare({name: offer(one, need) for name, one in terms.items()}, against="loan")
    >>> ax = savings_waterfall(result, "note").axes[0]
    >>> round(float(ax.patches[0].get_height()), 2), ax.get_xlabel()
    (605014.52, 'nominal amounts')
    """
    ax, lang = style.canvas(ax, lang)
    sums = comparison[facility].value(value).programme()
    heights = {name: float(getattr(sums, name)[0]) for name in STEPS}
    level = 0.0
    places = np.arange(len(STEPS))
    largest = max(map(abs, heights.values()))
    for place, name in enumerate(STEPS):
        height = heights[name]
        total = name in TOTALS
        start = 0.0 if total else level
        color = style.SUM if total else style.GAIN if height >= 0 else style.LOSS
        ax.bar(
            place, height, 0.72, start, color=color, edgecolor=style.EDGE, hatch="" if total or height >= 0 else "//"
        )
        level = start + height
        if place + 1 < len(STEPS):
            ax.plot([place - 0.36, place + 1.36], [level, level], color=style.SOFT, linewidth=0.7)
        text = style.amount_label(height, lang, largest)
        ax.annotate(text, (place, max(start, level)), (0, 3), textcoords="offset points", ha="center", fontsize=8.5,
                    fontweight="bold" if total else "normal")  # fmt: skip
    ax.set_xticks(places, [label(f"plot.{name}", lang) for name in STEPS])
    ax.axhline(0, color=style.INK, linewidth=0.8)
    lowest, highest = (end if abs(end) >= CENT else 0.0 for end in (min(ax.dataLim.y0, 0.0), max(ax.dataLim.y1, 0.0)))
    space = 0.1 * (highest - lowest) or 1.0
    ax.set_ylim(lowest - (space if lowest else 0.0), highest + space)
    style.money_axis(ax.yaxis, label("plot.saving", lang), largest, lang)
    style.grid(ax)
    title = label("plot.title.savings", lang).format(
        facility=spoken(facility, lang), against=spoken(comparison.against, lang)
    )
    return style.finish(ax, lang=lang, title=title, x=label(f"plot.{value}", lang), source=source)


def facility_costs(
    comparison: Comparison, *, through: Rung = "subsidy", ax: "Axes | None" = None, lang: Language = "en",
    source: str = "",
) -> "Figure":  # fmt: skip
    """All-in cost of every facility over its firms, cheapest first.

    >>> from datetime import date
    >>> from ipabs.financing.comparison import compare
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> need = bullet_need(9_720_000, date(2022, 12, 20), date(2025, 12, 20))
    >>> terms = {"loan": BankLoan(rate=0.0525), "note": BankLoan(rate=0.0325, day_count="ACT/365F")}
    >>> result = compare({name: offer(one, need) for name, one in terms.items()}, against="loan")
    >>> [f"{bar.get_width():.2%}" for bar in facility_costs(result).axes[0].patches]
    ['3.29%', '5.43%']
    """
    at = RUNGS.index(through)
    costs = sorted((float(one.programme_ladder.facility_rates[at, 0]), one.name) for one in comparison.compared)
    ax, lang = style.canvas(ax, lang, (8.0, 1.3 + 0.42 * len(costs)))
    places = np.arange(len(costs))
    rates = np.array([rate for rate, _ in costs])
    names = [name for _, name in costs]
    for place, (rate, name) in enumerate(costs):
        against = name == comparison.against
        ax.barh(place, rate, 0.65, color=style.PALETTE[1 if against else 0], hatch="//" if against else "",
                edgecolor=style.EDGE)  # fmt: skip
        ax.annotate(f"{rate:.2%}", (rate, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    beside = label("plot.comparator", lang)
    ax.set_yticks(
        places, [style.short_name(spoken(name, lang)) + beside * (name == comparison.against) for name in names]
    )
    ax.invert_yaxis()
    ax.set_xlim(0, 1.12 * float(rates.max()))
    style.percent_axis(ax.xaxis, "")
    style.grid(ax, "x")
    x = label(f"plot.all_in.{through}", lang)
    return style.finish(ax, lang=lang, title=label("plot.title.costs", lang), x=x, source=source)


def cost_crossover(
    question: Question, variable: Variable, low: float, high: float, *, through: Rung = "tax",
    ax: "Axes | None" = None, lang: Language = "en", source: str = "",
) -> "Figure":  # fmt: skip
    """All-in cost of the loan and of the deal as one thing varies, and where the two cross.

    >>> from datetime import date
    >>> from ipabs.financing.costs import CostItem
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> from ipabs.financing.securitization import Participation
    >>> note = Participation(rate=0.0325, day_count="ACT/365F", costs=(CostItem(name="letter", rate=0.01),))
    >>> question = Question(need=bullet_need(10_000_000, date(2023, 11, 17), date(2024, 11, 17)),
    ...                     loan=BankLoan(rate=0.05), participation=note)
    >>> ax = cost_crossover(question, "loan_rate", 0.03, 0.07).axes[0]
    >>> round(float(ax.lines[2].get_xdata()[0]), 5)
    0.04216
    """
    ax, lang = style.canvas(ax, lang)
    if variable in WHOLE_NUMBERS:
        points = np.arange(round(low), round(high) + 1, dtype=np.float64)
    else:
        points = np.linspace(low, high, POINTS)
    for number, (name, side) in enumerate((("loan", loan_cost), ("deal", deal_cost))):
        rates = [side(vary(question, variable, float(point)), through) for point in points]
        ax.plot(points, rates, color=style.PALETTE[(1, 0)[number]], linestyle=style.DASHES[number],
                label=label(f"plot.{name}", lang))  # fmt: skip
    for crossing in crossings(question, variable, points, through):
        ax.axvline(crossing, color=style.INK, linewidth=0.8, linestyle=":")
        text = variable_text(crossing, variable, lang)
        ax.annotate(text, (crossing, 1), (3, -10), xycoords=("data", "axes fraction"), textcoords="offset points",
                    fontsize=8.5, color=style.INK)  # fmt: skip
    style.percent_axis(ax.yaxis, label(f"plot.all_in.{through}", lang))
    variable_axis(ax.xaxis, variable, high, lang)
    style.grid(ax)
    return style.finish(ax, lang=lang, title=label("plot.title.crossover", lang), x=ax.get_xlabel(), source=source)


def loan_cost(question: Question, through: Rung) -> float:
    """All-in cost of the loan, all firms together."""
    terms = question.loan.on_profile() or question.loan
    return float(all_in_cost(offer(terms, question.need, tax=question.tax, facts=question.facts), through=through))


def deal_cost(question: Question, through: Rung) -> float:
    """All-in cost of the participation, all firms together."""
    taken = offer(
        question.participation, question.need, subsidies=question.subsidies, tax=question.tax, facts=question.facts
    )
    return float(all_in_cost(taken, through=through))


def crossings(
    question: Question, variable: Variable, points: Sequence[float] | np.ndarray, through: Rung
) -> list[float]:
    """Where the two costs are equal; of whole numbers, the first on the other side."""

    def gap(value: float) -> float:
        asked = vary(question, variable, value)
        return loan_cost(asked, through) - deal_cost(asked, through)

    if variable in WHOLE_NUMBERS:
        signs = [gap(float(point)) > 0 for point in points]
        return [float(points[at]) for at in range(1, len(signs)) if signs[at] != signs[at - 1]]
    return [turn.value for turn in turns(gap, float(points[0]), float(points[-1]), steps=len(points) - 1)]


def break_even_lines(
    question: Question, variable: Variable, low: float, high: float, *, across: Variable, values: Sequence[float],
    measures: Sequence[Measure] = TOTALS, steps: int = 20, ax: "Axes | None" = None, lang: Language = "en",
    source: str = "",
) -> "Figure":  # fmt: skip
    """The value of one variable at which the deal begins to pay, for each value of another: one line a measure.

    Every sign change of the saving between `low` and `high` is a point; where there is none, the line has a gap.

    >>> from datetime import date
    >>> from ipabs.financing.costs import CostItem
    >>> from ipabs.financing.loan import BankLoan
    >>> from ipabs.financing.need import bullet_need
    >>> from ipabs.financing.securitization import Participation
    >>> note = Participation(rate=0.0325, day_count="ACT/365F", costs=(CostItem(name="letter", rate=0.01),))
    >>> question = Question(need=bullet_need(10_000_000, date(2023, 11, 17), date(2024, 11, 17)),
    ...                     loan=BankLoan(rate=0.05), participation=note)
    >>> lines = break_even_lines(question, "loan_rate", 0.02, 0.10, across="firm_share", values=[0.0, 1.0],
    ...                          measures=["net"]).axes[0].lines
    >>> [round(float(y), 5) for y in lines[0].get_ydata()]
    [0.03205, 0.04189]
    """
    ax, lang = style.canvas(ax, lang)
    for number, measure in enumerate(measures):
        asked = replace(question, measure=measure)
        found = [break_even(vary(asked, across, value), variable, low, high, steps=steps) for value in values]
        first = [turned[0].value if turned else np.nan for turned in found]
        more = [(value, turn.value) for value, turned in zip(values, found, strict=True) for turn in turned[1:]]
        color, marker = style.PALETTE[number % 8], style.MARKERS[number % 6]
        ax.plot(values, first, color=color, linestyle=style.DASHES[number % 4], marker=marker, markersize=4,
                label=label(f"plot.{measure}", lang).replace("\n", " "))  # fmt: skip
        ax.plot([x for x, _ in more], [y for _, y in more], color=color, marker=marker, linestyle="none", markersize=4)
    variable_axis(ax.yaxis, variable, high, lang)
    variable_axis(ax.xaxis, across, max(values), lang)
    ax.set_ylim(low, high)
    style.grid(ax)
    title = label("plot.title.break_even", lang)
    return style.finish(ax, lang=lang, title=title, x=ax.get_xlabel(), source=source)


def variable_axis(axis: "Axis", variable: Variable, largest: float, lang: Language) -> None:
    """An axis of a variable in its unit."""
    name = label(f"plot.variable.{variable}", lang)
    if variable == "deal_size":
        style.money_axis(axis, name, largest, lang)
    elif variable in WHOLE_NUMBERS:
        axis.set_label_text(name)
    else:
        style.percent_axis(axis, name)


def variable_text(value: float, variable: Variable, lang: Language) -> str:
    """A value of a variable in a few characters."""
    if variable == "deal_size":
        return style.amount_text(value, style.money_scale(value, lang)[0])
    return f"{value:.0f}" if variable in WHOLE_NUMBERS else f"{value:.2%}"
