"""A report as one plain HTML page: no script, no outside file, prints on A4."""

from collections.abc import Sequence
from dataclasses import dataclass

from ipabs.report.exhibit import Exhibit, is_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page: a heading, sentences, and exhibits with their headings."""

    heading: str
    text: tuple[str, ...] = ()
    exhibits: tuple[tuple[str, Exhibit], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page says.

    Attributes
    ----------
    title, banner : str
        Heading of the page; a line that must not be missed (for instance that the input is an illustration).
    lead : tuple of (label, figure)
        The headline figures.
    sections : tuple of Section
    labels : tuple of (column name, shown label)
    lang : str
        Language of the page, ``en`` or ``zh``.
    """

    title: str
    banner: str = ""
    lead: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    lang: str = "en"


def page_bytes(page: Page) -> bytes:
    """The page as UTF-8 HTML; every text is escaped, the same page gives the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ipabs.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels = dict(page.labels)
    template = environment.get_template("page.html")
    return template.render(page=page, grid=grid, label=lambda name: labels.get(name, name)).encode()


def grid(exhibit: Exhibit) -> Sequence[Sequence[tuple[str, str]]]:
    """Rows of (cell, class): numbers right-aligned, the sum set off."""
    kinds = ["number" if is_number(column.unit) else "text" for column in exhibit.columns]
    return [list(zip(row, kinds, strict=True)) for row in exhibit.shown()]
