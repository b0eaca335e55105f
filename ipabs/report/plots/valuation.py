"""Plots of a portfolio and its value: the distribution, what moves it, when the rights expire."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ipabs.basics.words import Language, label, labels
from ipabs.errors import DataError, finding
from ipabs.patents.portfolio import Portfolio, concentration
from ipabs.patents.portfolio import expiry_ladder as ladder_of
from ipabs.report.plots import style
from ipabs.valuation.valuation import Valuation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BINS = 60
TAIL = 10  # a tenth of the draws at either end


def value_distribution(
    valuation: Valuation, *, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """How the draws of a value spread, with its mean and its quantiles at 5, 50 and 95 %.

    >>> from ipabs.report.sample import drawn_value
    >>> drawn = drawn_value()
    >>> ax = value_distribution(drawn).axes[0]
    >>> ax.get_title(loc="left"), int(sum(bar.get_height() for bar in ax.patches))
    ('Relief from royalty: value on 2024-01-01, 2,000 draws', 2000)
    """
    drawn(valuation)
    ax, lang = style.canvas(ax, lang)
    values = np.asarray(valuation.value, dtype=np.float64)
    ax.hist(values, bins=BINS, color=style.PALETTE[4], edgecolor=style.EDGE, linewidth=0.3)
    marks = [(valuation.quantile(level), f"{level:.0%}", ":") for level in (0.05, 0.5, 0.95)]
    largest = float(np.abs(values).max())
    for x, name, dash in (*marks, (valuation.mean, label("plot.mean", lang), "-")):
        text = f"{name}  {style.amount_label(x, lang, largest)}"
        color = style.PALETTE[5] if dash == "-" else style.INK
        ax.axvline(x, color=color, linestyle=dash, linewidth=1.2, label=text)
    style.money_axis(ax.xaxis, label("plot.value", lang), largest, lang, valuation.currency)
    style.grid(ax)
    title = distribution_title(valuation, lang)
    return style.finish(ax, lang=lang, title=title, x=ax.get_xlabel(), y=label("plot.draws", lang), source=source)


def distribution_title(valuation: Valuation, lang: Language) -> str:
    """What the drawing of a distribution is called."""
    return label("plot.title.distribution", lang).format(
        method=method_name(valuation, lang), draws=f"{valuation.draws:,}", date=valuation.as_of
    )


def method_name(valuation: Valuation, lang: Language) -> str:
    """The method's label; a user's own method goes by its name."""
    key = f"report.method.{valuation.method.replace(' ', '_')}"
    return label(key, lang) if key in labels() else valuation.method


def drawn(valuation: Valuation) -> None:
    """Refuse a value that is one number."""
    if valuation.draws < 2 * TAIL:
        template = "the value has {got} draws; a distribution needs at least {least}: value an Uncertain method"
        raise DataError(finding("plot.draws", template, got=valuation.draws, least=2 * TAIL))


def swings(valuation: Valuation) -> pd.DataFrame:
    """Mean value over the draws in which an input is in its lowest and in its highest tenth, widest swing first.

    Returns
    -------
    DataFrame
        Indexed by input: ``low``, ``high`` in the currency of the valuation.

    >>> from ipabs.report.sample import drawn_value
    >>> drawn = drawn_value()
    >>> swings(drawn).round(-4).loc["royalty_rate"].tolist()
    [2800000.0, 6300000.0]
    """
    drawn(valuation)
    values = np.asarray(valuation.value, dtype=np.float64)
    tenth = len(values) // TAIL
    rows = {}
    for one in valuation.inputs:
        if isinstance(one.value, np.ndarray) and one.value.shape == values.shape and np.ptp(one.value) > 0:
            order = np.argsort(one.value, kind="stable")
            rows[one.name] = {"low": values[order[:tenth]].mean(), "high": values[order[-tenth:]].mean()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"]).rename_axis("input")
    widths = (table["high"] - table["low"]).abs()
    return table.loc[widths.sort_values(ascending=False, kind="stable").index]


def tornado(valuation: Valuation, *, ax: "Axes | None" = None, lang: Language = "en", source: str = "") -> "Figure":
    """How far the mean value moves between the lowest and the highest tenth of each drawn input.

    >>> from ipabs.report.sample import drawn_value
    >>> drawn = drawn_value()
    >>> [tick.get_text() for tick in tornado(drawn).axes[0].get_yticklabels()]
    ['royalty_rate']
    """
    table = swings(valuation)
    ax, lang = style.canvas(ax, lang, (8.0, 1.6 + 0.38 * len(table)))
    places = np.arange(len(table))
    for column, color, hatch in (("low", style.PALETTE[1], "//"), ("high", style.PALETTE[0], "")):
        ax.barh(places, table[column] - valuation.mean, left=valuation.mean, height=0.62, color=color, hatch=hatch,
                edgecolor=style.EDGE, label=label(f"plot.tenth.{column}", lang))  # fmt: skip
    ax.axvline(valuation.mean, color=style.INK, linewidth=1.0)
    ax.set_yticks(places, [style.short_name(str(name)) for name in table.index])
    ax.invert_yaxis()
    style.money_axis(
        ax.xaxis, label("plot.mean_value", lang), float(np.abs(table).max().max()), lang, valuation.currency
    )
    style.grid(ax, "x")
    title = label("plot.title.tornado", lang).format(method=method_name(valuation, lang), draws=f"{valuation.draws:,}")
    return style.finish(ax, lang=lang, title=title, x=ax.get_xlabel(), source=source)


def expiry_ladder(
    portfolio: Portfolio, *, as_of: date, values: Mapping[str, float] | None = None, ax: "Axes | None" = None,
    lang: Language = "en", source: str = "",
) -> "Figure":  # fmt: skip
    """Rights that expire in each year (bars), and the share of value expired by then (line, right axis).

    >>> from ipabs.patents.patent import Patent
    >>> rights = (Patent(number="ZL1", kind="invention", filing=date(2012, 3, 1), grant=date(2016, 6, 1)),
    ...           Patent(number="ZL2", kind="invention", filing=date(2015, 3, 1), grant=date(2018, 6, 1)))
    >>> ax, beside = expiry_ladder(Portfolio(rights=rights), as_of=date(2024, 1, 1)).axes
    >>> [(round(bar.get_x() + 0.35), int(bar.get_height())) for bar in ax.patches], beside.lines[0].get_ydata().tolist()
    ([(2032, 1), (2035, 1)], [0.5, 1.0])
    """
    from matplotlib.ticker import MaxNLocator

    table = ladder_of(portfolio, as_of=as_of, values=values)
    if table.empty:
        raise DataError(
            finding("plot.rights", "no right is in force on {got}, so none has a date of expiry", got=as_of)
        )
    ax, lang = style.canvas(ax, lang)
    years = table.index.to_numpy(dtype=float)
    ax.bar(years, table["rights"], 0.7, color=style.PALETTE[4], label=label("plot.rights", lang))
    beside = ax.twinx()
    weight = "plot.value_expired" if values else "plot.rights_expired"
    beside.plot(years, table["cumulative_share"], color=style.PALETTE[5], marker="o", markersize=3.5, linestyle="--",
                label=label(weight, lang))  # fmt: skip
    beside.set_ylim(0, 1.05)
    style.percent_axis(beside.yaxis, label(weight, lang))
    ax.set_xlim(years.min() - 0.9, years.max() + 0.9)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    style.grid(ax)
    shape = concentration({right: values[right] for right in values}) if values else {}
    title = label("plot.title.expiry", lang).format(date=as_of)
    year = label("plot.year", lang)
    if shape:
        year += label("plot.effective_number", lang).format(number=f"{shape['effective_number']:.1f}")
    y = label("plot.rights", lang)
    figure = style.finish(ax, lang=lang, title=title, x=year, y=y, source=source, beside=beside)
    beside.spines["right"].set_visible(True)
    return figure
