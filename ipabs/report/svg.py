"""Plots as SVG for a page: text stays text, the same plot gives the same bytes."""

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipabs.basics.words import Language
from ipabs.report.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PROLOG = re.compile(r"^.*?(?=<svg)", re.DOTALL)
METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"|(<svg[^>]*?) height="[^"]*"([^>]*?) width="[^"]*"')
REFERENCE = re.compile(r'(\bid="|href="#|url\(#)')
PAGE_SIZE = (6.0, 3.4)  # inches; smaller than a plot of its own, so that its text stays legible on paper
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
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained", label=style.BROWSER)
    plot(*given, ax=figure.add_subplot(), lang=lang, **options)
    figure.patch.set_alpha(0.0)
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ipabs"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", MISSING_GLYPH, UserWarning)  # the reader's browser has the fonts
        # Not `savefig`, which draws twice.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(stream, metadata={"Date": None, "Creator": None})
    return inline(stream.getvalue(), name)


def inline(svg: str, name: str) -> str:
    """A stand-alone SVG as an element of a page: no prolog, no size of its own, ids that begin with `name`."""
    text = METADATA.sub("", PROLOG.sub("", svg))
    text = SIZE.sub(r"\1\2\3", text, count=1)
    text = text.replace("<svg", '<svg role="img"', 1)
    return REFERENCE.sub(rf"\g<1>{name}-", text).strip()
