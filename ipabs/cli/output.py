"""What commands print: pages and tables as text, findings on the error stream, JSON for a machine."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from unicodedata import category

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
SEPARATORS = "\u2028\u2029"  # what breaks a line beside control characters


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
    """A page on the console: sentences broken between words on a terminal, whole in a pipe."""
    console = screen()
    whole = not console.is_terminal
    console.print(page.title, style="bold", markup=False)
    if page.banner:
        console.print(page.banner, style="yellow", markup=False, soft_wrap=whole)
    for section in page.sections:
        for sentence in section.text:
            console.print(sentence, markup=False, soft_wrap=whole)
        for heading, exhibit in section.exhibits:
            console.print()
            show(console, heading, exhibit, dict(page.headings), dict(page.words))


def show(console: "Console", heading: str, exhibit: "Exhibit", headings: dict[str, str], words: dict[str, str]) -> None:
    """One exhibit as a table, as wide as its numbers need even where the screen is narrower."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    from ipabs.report.exhibit import is_number

    rows = exhibit.shown(words)
    heads = [headings.get(column.name, column.name) for column in exhibit.columns]
    numbers = [is_number(column.unit) for column in exhibit.columns]
    wide, least = [], []
    for place, (head, number) in enumerate(zip(heads, numbers, strict=True)):
        cells = [row[place] for row in rows]
        wide.append(max(map(cell_len, (head, *cells))))
        least.append(max(map(cell_len, (*parts(head), *(cell for cell in cells if number or len(cell) < SHORT)))))
    between = len(wide) - 1
    widths = fitted(wide, least, console.width - between)
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False, width=sum(widths) + between)
    for head, number, width in zip(heads, numbers, widths, strict=True):
        table.add_column(Text(head), justify="right" if number else "left", width=width, overflow="fold")
    for place, row in enumerate(rows, start=1):
        last = exhibit.totals and place == len(rows)
        table.add_row(*(Text(cell) for cell in row), style="bold" if last else None)
    console.print(Text(heading, style="bold"), soft_wrap=True)
    console.print(table, crop=False, no_wrap=True, overflow="ignore")
    for note in exhibit.notes:
        console.print(note, markup=False, soft_wrap=not console.is_terminal)


def parts(head: str) -> list[str]:
    """What of a column's head stays together: words, and in Chinese what stands in brackets.

    >>> parts("Life, years"), parts("平均期限（年）")
    (['Life,', 'years'], ['平均期限', '（年）'])
    """
    return head.replace("（", " （").split() or [""]


def fitted(wide: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths of columns that share `room`: the one that can give most gives first, down to what each needs at least.

    >>> fitted([9, 30, 12], [9, 10, 8], 40)
    [9, 19, 12]
    """
    widths = list(wide)
    while sum(widths) > room and widths != list(least):
        gives = max(range(len(widths)), key=lambda column: widths[column] - least[column])
        widths[gives] -= 1
    return widths


def say(found: Iterable[Finding], lang: Lang) -> None:
    """Findings on the error stream, one a line."""
    from ipabs.basics.words import label, line

    for one in found:
        text = visible(line(one, lang))
        head = label(f"word.{one.severity}", lang) + ("：" if lang == "zh" else ": ")
        click.echo(text if one.severity == "error" else head + text, err=True)


def visible(text: str) -> str:
    """A text on one line, with characters that a terminal would obey or hide written out.

    >>> visible("A\\n\\x1b[2J专利")
    'A\\\\n\\\\x1b[2J专利'
    """
    return "".join(repr(one)[1:-1] if category(one)[0] == "C" or one in SEPARATORS else one for one in text)


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
