"""Pages on a screen: how wide their tables are, where their sentences break, what a terminal never gets to see."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from ipabs.basics.words import Language
from ipabs.cli import output
from ipabs.errors import Place, finding
from ipabs.report.exhibit import Column, Exhibit
from ipabs.report.page import Page, Section

SENTENCE = "Twenty firms borrow two hundred million yuan and save eight million of it against a loan of their own bank."


def printed(page: Page, width: int, monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> list[str]:
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=terminal, color_system=None, highlight=False)
    monkeypatch.setattr(output, "screen", lambda: console)
    output.show_page(page)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def page(*heads: str, cells: tuple[str | float, ...]) -> Page:
    columns = tuple(
        Column(name=head, unit="text" if isinstance(cell, str) else "money")
        for head, cell in zip(heads, cells, strict=True)
    )
    exhibit = Exhibit(name="table", columns=columns, rows=(cells,))
    return Page(title="Title", sections=(Section(heading="", text=(SENTENCE,), exhibits=(("Table", exhibit),)),))


def test_sentences_break_between_words_on_a_terminal_and_stay_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    short = page("Firm", cells=("F01",))
    shown = printed(short, 60, monkeypatch, terminal=True)
    assert " ".join(shown[1:3]) == SENTENCE
    assert printed(short, 60, monkeypatch, terminal=False)[1] == SENTENCE


def test_heads_give_way_before_numbers_and_a_table_fits_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = page("Firm", "Carried by others", "Before tax", cells=("F01", 1234567.5, 1234567.5))
    lines = printed(wide, 30, monkeypatch, terminal=True)
    at = lines.index("Table")
    assert lines[at + 1 :] == [
        "       Carried by",
        "Firm       others   Before tax",
        "──────────────────────────────",
        "F01  1,234,567.50 1,234,567.50",
    ]


def test_a_table_wider_than_the_screen_keeps_its_rows_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = page("企业", "平均期限（年）", "Net", cells=("F01", 1234567.5, 1234567.5))
    last = printed(wide, 20, monkeypatch, terminal=True)[-1]
    assert last == "F01  1,234,567.50 1,234,567.50"
    assert cell_len(last) > 20


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_file_says_cannot_steer_the_terminal(lang: Language, capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(file="firms.csv", line=3, path=("\x1b]0;x",))
    output.say([finding("columns.word", "no word {got!r}; {hint}", place=place, got="a\nb\x1b[2J\u202e")], lang)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert not set("\x1b\u202e") & set(said)
    assert "\\x1b[2J" in said
