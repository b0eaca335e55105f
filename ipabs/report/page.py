"""A report as one plain HTML page: no script, no outside file, prints on A4."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from ipabs.report.exhibit import Exhibit, Unit, is_number

LONG = 32  # columns of a text that is broken over lines
SHORT = 16  # rows of a table that stays on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of the page: an ``<svg>`` element made by this package, and what it shows."""

    svg: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page: a heading, sentences, drawings, and exhibits with their headings."""

    heading: str
    text: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
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
    headings : tuple of (column name, shown heading)
    words : tuple of (word, shown word)
        Of cells in columns with the unit ``word``.
    units : tuple of (unit, what it is)
        Said above each table that has such numbers.
    foot : str
        Last line of the page: where the figures come from.
    lang : str
        Language of the page, ``en`` or ``zh``.

    >>> from ipabs.report.exhibit import columns
    >>> table = Exhibit(name="x", columns=columns(tranche="text", life_years="years"), rows=(("A", 0.87),))
    >>> notes = Section(heading="Notes", exhibits=(("Lives", table),))
    >>> print(Page(title="Demo", banner="Illustration", lead=(("Size", "243 million"),), sections=(notes,)))
    Demo
    Illustration
    Size: 243 million
    <BLANKLINE>
    Notes
    <BLANKLINE>
    Lives
    tranche  life_years
    A              0.87
    """

    title: str
    banner: str = ""
    lead: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    headings: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[Unit, str], ...] = ()
    foot: str = ""
    lang: str = "en"

    def _repr_html_(self) -> str:
        return page_fragment(self)

    def __str__(self) -> str:
        """The page as plain text."""
        lines = [self.title, self.banner, *(f"{name}: {figure}" for name, figure in self.lead)]
        for section in self.sections:
            lines += ["", section.heading, *section.text]
            for heading, exhibit in section.exhibits:
                lines += ["", heading, *text_lines(exhibit, dict(self.headings), dict(self.words)), *exhibit.notes]
        return "\n".join(lines)


def page_fragment(page: Page) -> str:
    """The page's sentences and tables as HTML for a notebook, every text escaped.

    >>> page_fragment(Page(title="A & B", sections=(Section(heading="Notes", text=("Life 0.87 years.",)),)))
    '<h3>A &amp; B</h3><p>Life 0.87 years.</p>'
    """
    headings, words = dict(page.headings), dict(page.words)
    parts = [f"<h3>{escape(page.title)}</h3>", f"<p><strong>{escape(page.banner)}</strong></p>" if page.banner else ""]
    for section in page.sections:
        parts += [f"<p>{escape(sentence)}</p>" for sentence in section.text]
        for heading, exhibit in section.exhibits:
            parts += [f"<h4>{escape(heading)}</h4>", table_html(exhibit, headings, words)]
    return "".join(parts)


def table_html(exhibit: Exhibit, headings: Mapping[str, str], words: Mapping[str, str]) -> str:
    """An exhibit as an HTML table."""
    align = ["right" if is_number(column.unit) else "left" for column in exhibit.columns]

    def row(cells: Iterable[str], tag: str) -> str:
        pairs = zip(cells, align, strict=True)
        inner = (f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>' for cell, side in pairs)
        return f"<tr>{''.join(inner)}</tr>"

    head = row((headings.get(name, name) for name in exhibit.header), "th")
    body = "".join(row(cells, "td") for cells in exhibit.shown(words))
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def text_lines(exhibit: Exhibit, headings: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    """An exhibit as aligned lines of text.

    >>> from ipabs.report.exhibit import columns
    >>> table = Exhibit(name="x", columns=columns(firm="text", net="money"), rows=(("Firm 01", 1.5), ("Firm 02", 20.0)))
    >>> print("\\n".join(text_lines(table, {"net": "Net"}, {})))
    firm       Net
    Firm 01   1.50
    Firm 02  20.00
    """
    rows = [tuple(headings.get(name, name) for name in exhibit.header), *exhibit.shown(words)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    right = [is_number(column.unit) for column in exhibit.columns]
    return ["  ".join(map(padded, row, widths, right)).rstrip() for row in rows]


def width(text: str) -> int:
    """Columns a text takes in a terminal: a Chinese character takes two.

    >>> width("ABS"), width("证券")
    (3, 4)
    """
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, most: int) -> tuple[str, ...]:
    """A text on lines of at most `most` columns, broken at blanks, or anywhere where there are none.

    >>> wrapped("asset-backed special-purpose plan", 20)
    ('asset-backed', 'special-purpose plan')
    """
    lines = [""]
    for word in text.split():
        while width(word) > most and len(word) > 1:
            cut = next((at for at in range(len(word), 0, -1) if width(word[:at]) <= most), 1)
            lines += [word[:cut]] if lines[-1] else []
            lines[-1], word = word[:cut], word[cut:]
            lines.append("")
        joined = f"{lines[-1]} {word}".strip()
        if width(joined) <= most:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(line for line in lines if line) or ("",)


def padded(text: str, columns: int, right: bool) -> str:
    """A text filled up with blanks to a number of terminal columns.

    >>> padded("1.50", 6, right=True)
    '  1.50'
    """
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def page_bytes(page: Page) -> bytes:
    """The page as UTF-8 HTML; every text is escaped, the same page gives the same bytes.

    >>> html = page_bytes(Page(title="A & B", lead=(("Size", "243 million"),))).decode()
    >>> [line for line in html.splitlines() if "<h1>" in line or "<dt>" in line]
    ['<h1>A &amp; B</h1>', '<div><dt>Size</dt><dd>243 million</dd></div>']
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ipabs.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html")
    return template.render(
        page=page,
        kinds=cell_kinds,
        unit_line=unit_line,
        short=SHORT,
        units=dict(page.units),
        headings=dict(page.headings),
        words=dict(page.words),
    ).encode()


def cell_kinds(exhibit: Exhibit) -> list[str]:
    """How each column is set: numbers right-aligned and whole, long texts broken over lines, short ones not.

    >>> from ipabs.report.exhibit import columns
    >>> cell_kinds(Exhibit(name="x", columns=columns(firm="text", net="money"), rows=(("Firm 01", 1.0),)))
    ['', 'number']
    """
    return [
        "number"
        if is_number(column.unit)
        else "long"
        if any(width(str(row[at])) > LONG for row in exhibit.rows)
        else ""
        for at, column in enumerate(exhibit.columns)
    ]


def unit_line(exhibit: Exhibit, units: Mapping[Unit, str], lang: str) -> str:
    """What the numbers of a table are; nothing where it has none that need it.

    >>> from ipabs.report.exhibit import columns
    >>> unit_line(Exhibit(name="x", columns=columns(net="money"), rows=()), {"money": "amounts in yuan"}, "en")
    'amounts in yuan'
    """
    used = {column.unit for column in exhibit.columns}
    return ("；" if lang == "zh" else "; ").join(says for unit, says in units.items() if unit in used)
