"""Plots of a pool: what it pays, what is left of it, how it spreads over paths."""

from typing import TYPE_CHECKING

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.cashflow.collections import CASH, ROWS, Collections
from ipabs.errors import DataError, finding
from ipabs.pool.pool import Pool
from ipabs.pool.stratification import top_names
from ipabs.report.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDS = ((0.05, 0.95), (0.25, 0.75))
LARGEST = 15
DUST = 1e-12  # of the largest amount


def periods_shown(*series: FloatArray) -> int:
    """How many periods hold anything: those after the last movement are left out, and dust of subtractions."""
    sizes = np.abs(np.array(series))
    moved = np.flatnonzero((sizes > DUST * sizes.max()).any(axis=0))
    return int(moved[-1]) + 1 if moved.size else 1


def balance_and_collections(
    collections: Collections, *, path: int = 0, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """What the pool pays in each period, by kind (bars), and its performing balance after it (line, right axis).

    >>> from ipabs.engine.sample import small_ledger
    >>> ax, beside = balance_and_collections(small_ledger().collections).axes
    >>> ax.get_ylabel(), [float(y) for y in beside.lines[0].get_ydata()]
    ('Collected in the period, yuan', [80.0, 40.0, 0.0])
    """
    ax, lang = style.canvas(ax, lang)
    series = {name: getattr(collections, name)[path] for name in CASH}
    shown = periods_shown(*series.values())
    days = collections.timeline.payments[:shown]
    at, width = style.ordinals(days), style.bar_width(collections.timeline.payments)
    under = np.zeros(shown)
    for number, (name, amounts) in enumerate(series.items()):
        if amounts.any():
            ax.bar(at, amounts[:shown], width, under, label=label(f"plot.{name}", lang), linewidth=0.5,
                   **style.look(number))  # fmt: skip
            under = under + amounts[:shown]
    beside = ax.twinx()
    balance = collections.performing[path, :shown]
    beside.plot(at, balance, color=style.INK, marker="o", markersize=3.5, linewidth=1.5,
                label=label("plot.pool_balance_right", lang))  # fmt: skip
    largest = float(max(balance.max(initial=0), collections.opening[path]))
    style.from_zero(ax, float(under.max()))
    style.from_zero(beside, largest)
    style.money_axis(ax.yaxis, label("plot.collected", lang), float(under.max()), lang)
    style.money_axis(beside.yaxis, label("plot.pool_balance", lang), largest, lang)
    style.date_axis(ax, days)
    style.grid(ax)
    title = label("plot.title.collections", lang)
    figure = style.finish(ax, lang=lang, title=title, x=label("plot.payment_date", lang), source=source, beside=beside)
    beside.spines["right"].set_visible(True)
    return figure


def scenario_fan(
    collections: Collections, series: str = "total", *, ax: "Axes | None" = None, lang: Language = "en",
    source: str = "",
) -> "Figure":  # fmt: skip
    """One series over all paths: median, mean, and the ranges of 50 and of 90 percent of the paths.

    >>> from ipabs.engine.sample import small_ledger
    >>> scenario_fan(small_ledger().collections, "interest").axes[0].get_title(loc="left")
    'Interest over 1 paths'
    """
    known = ("total", *ROWS)
    if series not in known:
        raise DataError(finding("plot.series", "no series {got!r}; {hint}", got=series, allowed=known))
    values = np.asarray(getattr(collections, series), dtype=np.float64)
    ax, lang = style.canvas(ax, lang)
    shown = periods_shown(values.max(axis=0))
    days = collections.timeline.payments[:shown]
    at = style.ordinals(days)
    for (low, high), shade in zip(BANDS, (0.22, 0.45), strict=True):
        bounds = np.quantile(values[:, :shown], [low, high], axis=0)
        said = label("plot.band", lang).format(low=f"{low:.0%}", high=f"{high:.0%}")
        ax.fill_between(at, bounds[0], bounds[1], color=style.PALETTE[0], alpha=shade, linewidth=0, label=said)
    ax.plot(at, np.quantile(values[:, :shown], 0.5, axis=0), color=style.PALETTE[0], label=label("plot.median", lang))
    ax.plot(at, values[:, :shown].mean(axis=0), color=style.PALETTE[5], linestyle="--", label=label("plot.mean", lang))
    name = label(f"plot.{series}", lang)
    style.from_zero(ax, float(ax.dataLim.y1))
    style.money_axis(ax.yaxis, name, float(values.max()), lang)
    style.date_axis(ax, days)
    style.grid(ax)
    title = label("plot.title.fan", lang).format(series=name, paths=f"{len(values):,}")
    return style.finish(ax, lang=lang, title=title, x=label("plot.payment_date", lang), source=source)


def largest_obligors(
    pool: Pool, *, count: int = LARGEST, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """Share of the pool's principal of its largest obligors.

    >>> from datetime import date
    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> from ipabs.pool.pool import Pool
    >>> loans = tuple(PledgedLoan(id=f"C{n}", obligor=f"F{n}", principal=n * 2e6, start=date(2022, 12, 20),
    ...                           contract_rate=0.038, maturity=date(2023, 12, 20)) for n in (1, 2, 3))
    >>> pool = Pool(loans, tuple(Party(id=f"F{n}") for n in (1, 2, 3)))
    >>> [round(float(bar.get_width()), 4) for bar in largest_obligors(pool).axes[0].patches]
    [0.5, 0.3333, 0.1667]
    """
    table = top_names(pool, count=count)
    ax, lang = style.canvas(ax, lang, (8.0, 1.2 + 0.24 * len(table)))
    places = np.arange(len(table))
    shares = table["share"].to_numpy()
    ax.barh(places, shares, color=style.PALETTE[0], height=0.7)
    ax.set_yticks(places, [style.short_name(str(name)) for name in table.index])
    ax.invert_yaxis()
    for place, share in zip(places, shares, strict=True):
        ax.annotate(f"{share:.1%}", (share, place), (3, 0), textcoords="offset points", va="center", fontsize=8)
    style.percent_axis(ax.xaxis, "")
    style.grid(ax, "x")
    title = label("plot.title.largest", lang).format(count=len(table))
    return style.finish(ax, lang=lang, title=title, x=label("plot.share_of_principal", lang), source=source)
