"""Plots as SVG for a page: text stays text, the same plot gives the same bytes."""

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipabs.basics.words import Language
from ipabs.report.plots import style

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure

PROLOG = re.compile(r"^.*?(?=<svg)", re.DOTALL)
METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"|(<svg[^>]*?) height="[^"]*"([^>]*?) width="[^"]*"')
REFERENCE = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')
PAGE_SIZE = (6.0, 3.4)  # inches; smaller than a plot of its own, so that its text stays legible on paper
POINTS = 72  # an inch
PAD = 3.0  # points around a drawing
USUAL = (0.1, 0.2, 0.86, 0.62)  # where axes stand before their texts are measured
MOST_ROUNDS = 3
LEAST = 40.0  # points that are left for the data
MISSING_GLYPH = "Glyph .* missing from"


def svg_of(
    plot: "Callable[..., Figure]",
    *given: object,
    name: str,
    lang: Language,
    size: tuple[float, float] = PAGE_SIZE,
    **options: Any,
) -> str:
    """A plot drawn as an ``<svg>`` element for a page.

    Parameters
    ----------
    plot : callable
        A plot of `ipabs.report.plots`; `given` and `options` are passed on.
    name : str
        Distinct on the page: it stands before every id of the drawing.

    >>> from ipabs.report.plots.notes import tranche_balances
    >>> from ipabs.engine.sample import small_ledger
    >>> svg_of(tranche_balances, small_ledger(), name="one", lang="en").count(">2025-01-01</text>")
    1
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.figure import Figure

    render: Any = RendererSVG  # matplotlib has no types for it
    figure = Figure(figsize=size, dpi=POINTS, label=style.BROWSER)
    stream = io.StringIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "ipabs", "font.family": style.families()}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", MISSING_GLYPH, UserWarning)  # the reader's browser has the fonts
        plot(*given, ax=figure.add_axes(USUAL), lang=lang, **options)
        figure.patch.set_visible(False)
        # Not `savefig`, which draws twice.
        renderer = render(POINTS * size[0], POINTS * size[1], stream, metadata={"Date": None, "Creator": None})
        fit(figure, renderer)
        figure.draw(renderer)
        renderer.finalize()
    return inline(stream.getvalue(), name)


def fit(figure: "Figure", renderer: "RendererBase") -> None:
    """Give the axes all the room that their texts leave.

    A constrained layout gives the same, but measures every text four times; here once, and again only where the new
    room changed the ticks. Axes that share the place of the first move with it.
    """
    from matplotlib.transforms import Bbox

    ax, wide, high = figure.axes[0], figure.bbox.width, figure.bbox.height
    axes = (ax.xaxis, *(one.yaxis for one in figure.axes))
    ticks: list[list[float]] = []
    for _ in range(MOST_ROUNDS):
        before, ticks = ticks, [axis.get_majorticklocs().tolist() for axis in axes]
        if ticks == before:
            return
        whole = Bbox.union([box for one in figure.axes if (box := one.get_tightbbox(renderer)) is not None])
        frame = ax.get_window_extent(renderer)
        left, low = PAD + frame.x0 - whole.x0, PAD + frame.y0 - whole.y0
        across, up = (max(room, LEAST) for room in (wide - left - PAD - whole.x1 + frame.x1,
                                                   high - low - PAD - whole.y1 + frame.y1))  # fmt: skip
        ax.set_position((left / wide, low / high, across / wide, up / high))


def inline(svg: str, name: str) -> str:
    """A stand-alone SVG as an element of a page: no prolog, no size of its own, ids ``name-0``, ``name-1``, ….

    Some ids of matplotlib come from places in memory; numbered as they appear, they are the same in every run.
    """
    names: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return found[1] + names.setdefault(found[2], f"{name}-{len(names)}")

    text = METADATA.sub("", PROLOG.sub("", svg))
    text = SIZE.sub(r"\1\2\3", text, count=1)
    text = text.replace("<svg", '<svg role="img"', 1)
    return REFERENCE.sub(numbered, text).strip()
