"""The look of every plot: one palette that is told apart without color, money and date axes, fonts, sources.

Colors are those of Okabe and Ito (2008), "Color Universal Design"; areas also differ by hatch and lines by dash, so
that a plot reads alike in grey.
"""

import warnings
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from ipabs.basics.words import Language, label
from ipabs.report.page import width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F")
GAIN, LOSS, SUM = PALETTE[0], PALETTE[5], "#4D4D4D"
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "++", "oo")
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P")
INK, SOFT, GRID = "#1b2733", "#5b6b7a", "#d5dce3"
EDGE = "#ffffff"
SIZE = (8.0, 4.2)  # inches
MOST_TICKS = 9
TITLE, SMALL_TITLE = 11.0, 8.0  # points of a title, at most and at least
LETTER = 0.6  # width of a letter over its size
LEGEND = 8.5  # points of its text
LONG_NAME = 30  # columns of a name beside a bar

# Drawn by the program of the reader, which brings its own fonts: the figure of a page carries this label.
BROWSER = "drawn by the browser"
LATIN = "DejaVu Sans"
CHINESE = (
    "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Zen Hei",
    "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans SC", "Arial Unicode MS",
)  # fmt: skip
# Names of font files, for fonts installed after matplotlib made its list.
CHINESE_FILES = ("notosanscjk", "notosanssc", "sourcehansans", "pingfang", "msyh", "simhei", "wqy")
NO_FONT = (
    "no font with Chinese characters was found, so the plot is labelled in English; install one, for instance "
    "fonts-noto-cjk (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora) or Noto Sans SC (fonts.google.com/noto)"
)


def canvas(ax: "Axes | None", lang: Language, size: tuple[float, float] = SIZE) -> "tuple[Axes, Language]":
    """The axes to draw into, those given or new ones, and the language that their fonts can write.

    Without a Chinese font the language is English, and one warning says what to install.
    """
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=size, layout="constrained").add_subplot()
    if lang == "zh" and figure_of(ax).get_label() != BROWSER and not chinese_font():
        warnings.warn(NO_FONT, UserWarning, stacklevel=2)
        return ax, "en"
    return ax, lang


def figure_of(ax: "Axes") -> "Figure":
    """The figure that holds the axes."""
    from matplotlib.figure import Figure

    figure = ax.get_figure()
    while not isinstance(figure, Figure):
        figure = figure.get_figure() if figure is not None else Figure()
    return figure


def finish(
    ax: "Axes", *, lang: Language, title: str, x: str = "", y: str = "", source: str = "", beside: "Axes | None" = None,
    columns: int = 4,
) -> "Figure":  # fmt: skip
    """Title, legend, axis labels, source, frame and fonts; returns the figure. `beside` shares the plot's x axis."""
    figure = figure_of(ax)
    above = legend(ax, beside, columns)
    text, size = fitted_title(ax, title)
    ax.set_title(text, loc="left", fontsize=size, fontweight="bold", color=INK, y=1.0, pad=6 + above)
    below = "\n".join(part for part in (x, source and f"{label('plot.source', lang)}{source}") if part)
    ax.set_xlabel(below, fontsize=8.5, color=SOFT)
    ax.set_ylabel(y or ax.get_ylabel(), fontsize=9, color=INK, labelpad=7)
    for one in (ax, beside) if beside is not None else (ax,):
        one.set_axisbelow(True)
        one.yaxis.label.set_fontsize(9)
        one.tick_params(labelsize=8.5, color=GRID, labelcolor=INK)
        for side, spine in one.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(GRID)
    if figure.get_label() != BROWSER:
        set_fonts(figure, lang)
    return figure


def fitted_title(ax: "Axes", title: str) -> tuple[str, float]:
    """A title and its points, so that it stays within its plot: smaller letters first, then several lines.

    >>> from matplotlib.figure import Figure
    >>> ax = Figure(figsize=(6.0, 3.4)).add_subplot()
    >>> fitted_title(ax, "What the pool pays")
    ('What the pool pays', 11.0)
    """
    columns = room(ax) / LETTER
    size = min(TITLE, columns / max(width(title), 1))
    return (
        (title, size) if size >= SMALL_TITLE else ("\n".join(wrapped(title, int(columns / SMALL_TITLE))), SMALL_TITLE)
    )


def room(ax: "Axes") -> float:
    """Points across a plot."""
    return 72 * figure_of(ax).get_figwidth() * ax.get_position().width


def short_name(name: str, most: int = LONG_NAME) -> str:
    """A name that fits beside a bar; a Chinese character is as wide as two letters.

    >>> short_name("Firm 01"), short_name("余杭区知识产权资产支持专项计划", 12)
    ('Firm 01', '余杭区知识…')
    """
    if width(name) <= most:
        return name
    kept = next(at for at in range(len(name), 0, -1) if width(name[:at]) <= most - 1)
    return f"{name[:kept]}…"


def families() -> list[str]:
    """Fonts of a text in any language: the Latin one, and a Chinese one behind it where one is installed."""
    return [LATIN, *filter(None, [chinese_font()])]


def set_fonts(figure: "Figure", lang: Language) -> None:
    """Put a Chinese font behind the Latin one where the text needs it."""
    from matplotlib.text import Text

    texts = figure.findobj(Text)
    if lang == "zh" or any(is_chinese(one.get_text()) for one in texts):
        fonts = families()
        for one in texts:
            one.set_fontfamily(fonts)
        for ax in figure.axes:
            ax.tick_params(labelfontfamily=fonts)


def is_chinese(text: str) -> bool:
    """Whether a text holds characters that Latin fonts lack.

    >>> is_chinese("Firm 01 – 3.25 %"), is_chinese("企业 01")
    (False, True)
    """
    return any(east_asian_width(character) in "WF" for character in text)


def chinese_font() -> str:
    """Name of the first Chinese font installed, or nothing."""
    return first_installed(CHINESE)


@cache
def first_installed(names: tuple[str, ...]) -> str:
    """The first of these fonts that is installed, or nothing; looked for once, since that reads every font file."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    for look_again in (True, False):
        installed = {entry.name for entry in fontManager.ttflist}
        found = next((name for name in names if name in installed), "")
        if found or not look_again:
            return found
        for path in findSystemFonts():
            if any(stem in path.lower() for stem in CHINESE_FILES):
                fontManager.addfont(path)
    return ""


def legend(ax: "Axes", beside: "Axes | None", columns: int) -> float:
    """The legend above the plot, where it covers nothing, in at most so many columns; returns the points it takes."""
    parts = [one.get_legend_handles_labels() for one in (ax, beside) if one is not None]
    handles = [handle for some, _ in parts for handle in some]
    names = [short_name(name, 2 * LONG_NAME) for _, some in parts for name in some]
    if not handles:
        return 0.0
    across = next((n for n in range(min(columns, len(names)), 1, -1) if legend_width(names, n) <= room(ax)), 1)
    drawn = ax.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0, 1), ncols=across, frameon=False, fontsize=LEGEND,
        borderaxespad=0.2, borderpad=0.2, handlelength=2.2, columnspacing=1.4, labelspacing=0.3,
    )  # fmt: skip
    drawn.set_zorder(3)
    return 3 + 13.5 * -(-len(handles) // across)


def legend_width(names: Sequence[str], columns: int) -> float:
    """Points across a legend of so many columns, each as wide as its longest name."""
    rows = -(-len(names) // columns)
    longest = (max(map(width, names[at : at + rows])) for at in range(0, len(names), rows))
    return LEGEND * (
        sum(0.9 * LETTER * letters + 4.4 for letters in longest) - 1.4
    )  # no letter is bold, no gap at the end


def money_scale(largest: float, lang: Language) -> tuple[float, str]:
    """What to divide amounts by, and the key of the unit's label.

    >>> money_scale(2.4e8, "en"), money_scale(2.4e8, "zh"), money_scale(5e4, "en")
    ((1000000.0, 'plot.million'), (10000.0, 'plot.ten_thousand'), (1000.0, 'plot.thousand'))
    """
    if lang == "zh":
        return (1e4, "plot.ten_thousand") if abs(largest) >= 1e4 else (1.0, "plot.unit")
    if abs(largest) >= 1e6:
        return 1e6, "plot.million"
    return (1e3, "plot.thousand") if abs(largest) >= 1e3 else (1.0, "plot.unit")


def money_axis(axis: "Axis", what: str, largest: float, lang: Language, currency: str = "CNY") -> None:
    """Ticks of an axis whose data are amounts in the major unit, and its label with the unit."""
    scale, unit = money_scale(largest, lang)
    axis.set_major_formatter(lambda value, _: amount_text(value, scale))
    money = label("plot.yuan", lang) if currency == "CNY" else currency
    axis.set_label_text(label("plot.in_unit", lang).format(what=what, unit=label(unit, lang).format(money=money)))


def amount_text(value: float, scale: float = 1.0) -> str:
    """A tick's amount, without digits that say nothing.

    >>> amount_text(2.5e6, 1e6), amount_text(-0.0), amount_text(1.2e8, 1e4)
    ('2.5', '0', '12,000')
    """
    text = f"{value / scale:,.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent_axis(axis: "Axis", what: str) -> None:
    """Ticks of an axis whose data are decimals, as percent."""
    axis.set_major_formatter(lambda value, _: f"{amount_text(100 * value)} %")
    axis.set_label_text(what)


def date_axis(ax: "Axes", days: Sequence[date]) -> None:
    """Ticks on the payment dates themselves; on some of them where they are many."""
    step = -(-len(days) // MOST_TICKS)
    ax.set_xticks(ordinals(days[::step]), [day.isoformat() for day in days[::step]], rotation=25, ha="right")


def ordinals(days: Iterable[date]) -> list[float]:
    """Dates as matplotlib counts them: days since 1970-01-01."""
    return [float((day - date(1970, 1, 1)).days) for day in days]


def bar_width(days: Sequence[date]) -> float:
    """Width in days at which bars on dates do not touch."""
    steps = [(after - before).days for before, after in pairwise(days)]
    return 0.7 * min(steps, default=30)


def amount_label(value: float, lang: Language, largest: float, *, signed: bool = False) -> str:
    """An amount written beside its bar, in the unit of the axis and to a thousand yuan.

    >>> amount_label(4_060_719.2, "en", 8e6), amount_label(4_060_719.2, "zh", 8e6), amount_label(-5e3, "en", 9e6)
    ('4.061', '406.1', '-0.005')
    """
    scale, _ = money_scale(largest, lang)
    digits = {1e6: 3, 1e4: 1}.get(scale, 0)
    return f"{value / scale:{'+' if signed else ''},.{digits}f}"


def look(number: int) -> dict[str, Any]:
    """Color and hatch of the areas of one of many; sixty-four are told apart.

    >>> look(0) == look(8), look(1)["hatch"], look(9)["hatch"]
    (False, '//', '..')
    """
    return {"facecolor": PALETTE[number % 8], "hatch": HATCHES[(number + number // 8) % 8], "edgecolor": EDGE}


def from_zero(ax: "Axes", largest: float) -> None:
    """The axis of amounts from nothing to a little above the largest; of nothing at all, to one."""
    ax.set_ylim(0, 1.05 * largest or 1.0)


def grid(ax: "Axes", axis: str = "y") -> None:
    """Quiet lines behind the data."""
    ax.grid(visible=True, axis="x" if axis == "x" else "y", color=GRID, linewidth=0.6)
