"""What commands print: pages and tables as text, findings on the error stream, JSON for a machine."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click
from click.core import ParameterSource

from ipabs.errors import Finding, SpecError, finding

if TYPE_CHECKING:
    from rich.console import Console

    from ipabs.report.exhibit import Exhibit
    from ipabs.report.page import Page

Lang = Literal["en", "zh"]
Command = TypeVar("Command", bound=Callable[..., Any])
PLAIN_WIDTH = 120
SHORT = 28  # characters of a text that is not broken over lines


def output_options(command: Command) -> Command:
    """``--json`` and ``--lang``, which every command takes, before its name or after it."""
    as_json = click.option(
        "--json", "as_json", is_flag=True, callback=said_before, help="Print JSON for a machine instead of text."
    )
    lang = click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        default="en",
        callback=said_before,
        help="Language of texts and reports.",
    )
    return as_json(lang(command))


def said_before(context: click.Context, option: click.Parameter, value: object) -> object:
    """``ipabs --lang zh run`` is ``ipabs run --lang zh``; what stands after the command's name counts."""
    name, whole = str(option.name), context.find_root()
    unsaid = context.get_parameter_source(name) is ParameterSource.DEFAULT
    return whole.params.get(name, value) if unsaid and whole is not context else value


def json_text(value: object) -> str:
    """JSON for a machine; NaN and infinity are refused."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def screen() -> "Console":
    """Where text goes: colored on a terminal, plain and wide in a pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


def show_page(page: "Page") -> None:
    """A page on the console."""
    console = screen()
    console.print(page.title, style="bold", markup=False)
    if page.banner:
        console.print(page.banner, style="yellow", markup=False, soft_wrap=True)
    for section in page.sections:
        for sentence in section.text:
            console.print(sentence, markup=False, soft_wrap=True)
        for heading, exhibit in section.exhibits:
            console.print()
            show(console, heading, exhibit, dict(page.headings), dict(page.words))


def show(console: "Console", heading: str, exhibit: "Exhibit", headings: dict[str, str], words: dict[str, str]) -> None:
    """One exhibit as a table."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    from ipabs.report.exhibit import is_number

    table = Table(title=Text(heading, style="bold"), title_justify="left", box=SIMPLE_HEAD, padding=0)
    rows = exhibit.shown(words)
    least = 0
    for place, column in enumerate(exhibit.columns):
        number = is_number(column.unit)
        head = headings.get(column.name, column.name)
        unbroken = [*head.split(), *(row[place] for row in rows if number or len(row[place]) < SHORT)]
        width = max(map(cell_len, unbroken))
        least += width + 1
        table.add_column(Text(head), justify="right" if number else "left", min_width=width, overflow="fold")
    for place, row in enumerate(rows, start=1):
        last = exhibit.totals and place == len(rows)
        table.add_row(*(Text(cell) for cell in row), style="bold" if last else None)
    console.print(table, width=max(console.width, least + 1), crop=False, no_wrap=True, overflow="ignore")
    for note in exhibit.notes:
        console.print(note, markup=False, soft_wrap=True)


def say(found: Iterable[Finding], lang: Lang) -> None:
    """Findings on the error stream, one a line."""
    from ipabs.basics.words import label, line

    for one in found:
        text = line(one, lang)
        head = label(f"word.{one.severity}", lang) + ("：" if lang == "zh" else ": ")
        click.echo(text if one.severity == "error" else head + text, err=True)


def ends_in(out: str, *suffixes: str) -> str:
    """The name of a file to write.

    Raises
    ------
    SpecError
        Its ending belongs to another kind of file.
    """
    if not out.lower().endswith(suffixes):
        raise SpecError(
            finding("command.suffix", "{got!r}: give a name that ends in {allowed}", got=out, allowed=suffixes)
        )
    return out
