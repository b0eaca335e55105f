"""Plots of a deal as run: tranche balances, one payment date, coverage and tests."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.words import Language, label
from ipabs.engine.ledger import Ledger
from ipabs.readings import coverage as cover
from ipabs.readings import tranche as of
from ipabs.report.plots import style
from ipabs.report.plots.pool import periods_shown
from ipabs.report.titles import head_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RATIOS = (
    ("overcollateralization", cover.overcollateralization),
    ("interest_coverage", cover.interest_coverage),
    ("debt_service_coverage", cover.debt_service_coverage),
)
LEAST_TOP = 2.2  # times, so that the axis of coverage shows another figure beside 1


def currency(ledger: Ledger) -> str:
    """The deal's currency."""
    return ledger.deal.currency or "CNY"


def life_of_notes(ledger: Ledger, path: int) -> int:
    """Payment dates until the last one on which a tranche has a balance or receives cash."""
    names = [tranche.name for tranche in ledger.deal.tranches]
    return periods_shown(
        *(ledger.opening_balance(name)[path] for name in names), *(of.flows(ledger, name)[path] for name in names)
    )


def tranche_balances(
    ledger: Ledger, *, path: int = 0, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """Balance of each tranche from closing on, the most senior at the bottom; it steps down on payment dates.

    >>> from ipabs.engine.sample import small_ledger
    >>> ax = tranche_balances(small_ledger(), source="small deal").axes[0]
    >>> ax.get_ylabel(), [float(area.get_paths()[0].vertices[:, 1].max()) for area in ax.collections]
    ('Balance, yuan', [100.0, 120.0])
    """
    ax, lang = style.canvas(ax, lang)
    shown = life_of_notes(ledger, path)
    days = (of.start(ledger), *ledger.timeline.payments[:shown])
    at = style.ordinals(days)
    under = np.zeros(len(days))
    for number, tranche in enumerate(ledger.deal.tranches):
        balance = np.append(ledger.opening_balance(tranche.name)[path, :1], ledger.balance(tranche.name)[path, :shown])
        ax.fill_between(at, under, under + balance, step="post", label=tranche.name, linewidth=0.6,
                        **style.look(number))  # fmt: skip
        under = under + balance
    style.from_zero(ax, float(under.max()))
    style.money_axis(ax.yaxis, label("plot.balance", lang), float(under.max()), lang, currency(ledger))
    style.date_axis(ax, days)
    style.grid(ax)
    title = label("plot.title.tranches", lang).format(deal=ledger.deal.name)
    return style.finish(ax, lang=lang, title=title, x=label("plot.payment_date", lang), source=source, columns=6)


def tranche_payments(
    ledger: Ledger, *, path: int = 0, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """Cash to each tranche on each payment date, interest and principal together.

    >>> from ipabs.engine.sample import small_ledger
    >>> ax = tranche_payments(small_ledger()).axes[0]
    >>> [round(float(bar.get_height()), 2) for bar in ax.patches[:3]]
    [46.0, 46.0, 16.75]
    """
    ax, lang = style.canvas(ax, lang)
    shown = life_of_notes(ledger, path)
    days = ledger.timeline.payments[:shown]
    at, width = style.ordinals(days), style.bar_width(ledger.timeline.payments)
    under = np.zeros(shown)
    for number, tranche in enumerate(ledger.deal.tranches):
        cash = of.flows(ledger, tranche.name)[path, :shown]
        ax.bar(at, cash, width, under, label=tranche.name, linewidth=0.5, **style.look(number))
        under = under + cash
    style.from_zero(ax, float(under.max()))
    style.money_axis(ax.yaxis, label("plot.paid", lang), float(under.max()), lang, currency(ledger))
    style.date_axis(ax, days)
    style.grid(ax)
    title = label("plot.title.payments", lang).format(deal=ledger.deal.name)
    return style.finish(ax, lang=lang, title=title, x=label("plot.payment_date", lang), source=source, columns=6)


def cash_of_date(ledger: Ledger, day: int | str | date, path: int = 0) -> list[tuple[str, float]]:
    """What came in (positive) and went out (negative) on one payment date, in the order of payment.

    Held before, collected and called add up to what is paid and what is held after.

    >>> from ipabs.engine.sample import small_ledger
    >>> cash_of_date(small_ledger(), "2025-01-01")
    [('collections', 46.0), ('A.interest', -5.0), ('A.principal', -41.0)]
    """
    t = ledger.period(day)
    opening = sum(float(ledger.major(amount)) for amount in ledger.program.opening.held.values())
    held = [float(sum(ledger.held(account)[path, at] for account in ledger.accounts)) for at in range(t + 1)]
    order = dict.fromkeys(one.target for one in ledger.labels if one.target in ledger.claims)
    moves = [
        ("held", held[t - 1] if t else opening),
        ("collections", float(ledger.major(ledger.collected[:, t, path].sum()))),
        *((support, float(ledger.called(support)[path, t])) for support in ledger.supports),
        *((claim, -float(ledger.paid(claim)[path, t])) for claim in (*order, *ledger.claims) if claim in order),
        ("kept", -held[t]),
    ]
    return [(name, amount) for name, amount in dict(moves).items() if amount]


def waterfall_of_date(
    ledger: Ledger, day: int | str | date, *, path: int = 0, ax: "Axes | None" = None, lang: Language = "en",
    source: str = "",
) -> "Figure":  # fmt: skip
    """One payment date as a waterfall: cash comes in from the left, every payment takes its part, in order.

    >>> from ipabs.engine.sample import small_ledger
    >>> ax = waterfall_of_date(small_ledger(), "2025-01-01").axes[0]
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['collections', 'A: Interest', 'A: Principal']
    """
    moves = cash_of_date(ledger, day, path)
    ax, lang = style.canvas(ax, lang, (8.0, 1.4 + 0.3 * len(moves)))
    amounts = np.array([amount for _, amount in moves])
    ends = np.cumsum(amounts)
    starts = ends - amounts
    places = np.arange(len(moves))
    incoming = amounts > 0
    for chosen, color, hatch, name in (
        (incoming, style.PALETTE[0], "", "plot.in"),
        (~incoming, style.PALETTE[1], "//", "plot.out"),
    ):
        if chosen.any():
            ax.barh(places[chosen], amounts[chosen], left=starts[chosen], height=0.7, color=color, hatch=hatch,
                    edgecolor=style.EDGE, label=label(name, lang))  # fmt: skip
    for place in places[:-1]:
        ax.plot([ends[place]] * 2, [place - 0.35, place + 1.35], color=style.SOFT, linewidth=0.7)
    largest = float(ends.max(initial=0))
    for place, amount in zip(places, amounts, strict=True):
        right = max(starts[place], ends[place])
        text = style.amount_label(amount, lang, largest, signed=True)
        ax.annotate(text, (right, place), (4, 0), textcoords="offset points", va="center", fontsize=8, color=style.INK)
    words = {"held", "collections", "kept"}
    said = [label(f"plot.{name}", lang) if name in words else head_of(name, lang) for name, _ in moves]
    ax.set_yticks(places, [style.short_name(name) for name in said])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.16 * largest or 1.0)
    style.money_axis(ax.xaxis, label("plot.cash", lang), largest, lang, currency(ledger))
    style.grid(ax, "x")
    when = ledger.timeline.payments[ledger.period(day)]
    title = label("plot.title.date", lang).format(deal=ledger.deal.name, date=when)
    return style.finish(ax, lang=lang, title=title, x=ax.get_xlabel(), source=source)


def coverage_tests(
    ledger: Ledger, *, path: int = 0, ax: "Axes | None" = None, lang: Language = "en", source: str = ""
) -> "Figure":
    """Coverage after each payment date; dates on which a test of the deal stands failed are shaded.

    >>> from ipabs.engine.sample import small_ledger
    >>> ax = coverage_tests(small_ledger()).axes[0]
    >>> ax.lines[0].get_label(), [round(float(y), 2) for y in ax.lines[0].get_ydata()]
    ('Pool / notes', [1.36, 2.51, nan])
    """
    from matplotlib.ticker import LogLocator, NullLocator

    ax, lang = style.canvas(ax, lang)
    shown = life_of_notes(ledger, path)
    days = ledger.timeline.payments[:shown]
    at, width = style.ordinals(days), style.bar_width(ledger.timeline.payments) / 0.7
    for number, (name, reading) in enumerate(RATIOS):
        ratio = finite(np.asarray(reading(ledger))[path, :shown])
        if not np.isnan(ratio).all():
            ax.plot(at, ratio, color=style.PALETTE[(0, 1, 2)[number]], linestyle=style.DASHES[number],
                    marker=style.MARKERS[number], markersize=4, label=label(f"plot.{name}", lang))  # fmt: skip
    ax.axhline(1, color=style.INK, linewidth=0.8)
    for number, test in enumerate(ledger.deal.tests):
        failed = ledger.failed(test.name)[path, :shown]
        for place, day in enumerate(at):
            if failed[place]:
                said = label("plot.failed", lang).format(test=test.name) if not failed[:place].any() else ""
                ax.axvspan(day - width / 2, day + width / 2, facecolor=style.PALETTE[5], alpha=0.18,
                           hatch=style.HATCHES[number % 8], label=said, linewidth=0)  # fmt: skip
    ax.set_yscale("log")
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, max(top, LEAST_TOP))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}x")
    ax.yaxis.set_minor_locator(NullLocator())
    style.date_axis(ax, days)
    style.grid(ax)
    title = label("plot.title.coverage", lang).format(deal=ledger.deal.name)
    times = label("plot.times", lang)
    return style.finish(
        ax, lang=lang, title=title, x=label("plot.payment_date", lang), y=times, source=source, columns=2
    )


def finite(ratio: FloatArray) -> FloatArray:
    """A ratio with gaps where nothing is left to cover."""
    return np.where(np.isfinite(ratio), ratio, np.nan)
