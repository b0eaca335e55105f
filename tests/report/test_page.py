"""The page carries what it is given, escaped, and nothing from outside."""

from datetime import datetime
from html.parser import HTMLParser

import pytest

from ipabs.io.folder import Cell
from ipabs.report.exhibit import Exhibit, Unit, columns, records, shown
from ipabs.report.page import Page, Section, page_bytes, wrapped

EXHIBIT = Exhibit(
    name="savings",
    columns=columns(firm="text", saving="money"),
    rows=(("<b>Firm 01</b>", 1234.5), ("total", 1234.5)),
    totals=True,
    notes=("a & b",),
)
PAGE = Page(
    title="Programme <script>",
    banner="Illustration",
    lead=(("Size", "243 million"),),
    sections=(Section(heading="Savings", text=("One.",), exhibits=(("By firm", EXHIBIT),)),),
    headings=(("saving", "节约"),),
)


class Tags(HTMLParser):
    """Collects tags, and attributes that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.outside += [name for name, _ in attrs if name in ("src", "href", "onclick")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_well_formed_and_self_contained() -> None:
    tags = Tags()
    tags.feed(page_bytes(PAGE).decode())
    assert tags.open == []
    assert tags.outside == []
    assert b"<script" not in page_bytes(PAGE)
    assert b"@import" not in page_bytes(PAGE)


def test_page_escapes_text_and_shows_labels_and_figures() -> None:
    html = page_bytes(PAGE).decode()
    assert "<title>Programme &lt;script&gt;</title>" in html
    assert "<td>&lt;b&gt;Firm 01&lt;/b&gt;</td>" in html
    assert '<td class="number">1,234.50</td>' in html
    assert '<th class="number">节约</th>' in html
    assert '<p class="banner">Illustration</p>' in html
    assert "a &amp; b" in html


def test_page_gives_the_same_bytes_twice() -> None:
    assert page_bytes(PAGE) == page_bytes(PAGE)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1234567.891, "money", "1,234,567.89"),
        (-0.004, "money", "0.00"),
        (-0.0, "rate", "0.000%"),
        (float("nan"), "money", "–"),
        (243_000_000, "count", "243,000,000"),
        (True, "text", "yes"),
        (1.0, "factor", "1.0000"),
        (-0.0206, "points", "-2.06"),
        (float("inf"), "factor", "∞"),
        (datetime(2024, 6, 28, 12), "date", "2024-06-28"),
    ],
)
def test_shown_values(value: Cell, unit: Unit, expected: str) -> None:
    assert shown(value, unit) == expected


def test_records_hold_raw_values() -> None:
    assert records(EXHIBIT)[1] == {"firm": "total", "saving": 1234.5}


@pytest.mark.parametrize(
    ("text", "most", "lines"), [("余杭区", 1, ("余", "杭", "区")), ("abc", 2, ("ab", "c")), ("", 5, ("",))]
)
def test_a_text_is_broken_even_where_no_character_fits(text: str, most: int, lines: tuple[str, ...]) -> None:
    assert wrapped(text, most) == lines
