"""The command line: run a case, check a file, explain a payment date, print the schema.

A fault is said in words with its place, never as a traceback; ``--json`` says it for a machine. Exit status: 0 fine,
2 wrong input, 3 refused by the model, 4 numerical, 5 beyond a limit, 6 files, 130 interrupted. Everything heavy is
imported inside the command that needs it, so that ``ipabs --help`` is quick.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from ipabs import __version__
from ipabs.errors import FileError, Finding, IpabsError, NumericError, Place, finding

if TYPE_CHECKING:
    from rich.console import Console

    from ipabs.report.exhibit import Exhibit
    from ipabs.report.page import Page

Lang = Literal["en", "zh"]
Command = TypeVar("Command", bound=Callable[..., Any])
INTERRUPTED, BROKEN_PIPE = 130, 1
PLAIN_WIDTH = 120
SHORT = 28  # characters of a text that is not broken over lines


def output_options(command: Command) -> Command:
    """``--json`` and ``--lang``, which every command takes."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine instead of text.")
    lang = click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of texts and reports.")
    return as_json(lang(command))


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", "version", is_flag=True, help="Print the version.")
@output_options
@click.pass_context
def ipabs(context: click.Context, version: bool, as_json: bool, lang: Lang) -> None:
    """Intellectual-property securitization: from firm and patent tapes to tranches, waterfalls and financing cost."""
    if version:
        click.echo(json.dumps({"version": __version__}) if as_json else f"ipabs {__version__}")
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@ipabs.command()
@click.argument("case")
@click.option("--out", help="Folder for tables, traces, manifest and page; written whole or not at all.")
@output_options
def run(case: str, out: str | None, as_json: bool, lang: Lang) -> None:
    """Run CASE (a case file): pool, structures, checks, and what the money costs against a loan."""
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case

    result = run_case(load_case(case))
    folder = result.save(out, lang=lang) if out else None
    if as_json:
        click.echo(json_text({**result.to_dict(), "folder": str(folder) if folder else None}))
        return
    show_page(result.summary(lang))
    say(result.findings, lang)
    if folder:
        click.echo(f"\n{folder}")


@ipabs.command()
@click.argument("case")
@click.option("--out", required=True, help="File to write, for instance workbook.xlsx; replaced in one step.")
@output_options
def workbook(case: str, out: str, as_json: bool, lang: Lang) -> None:
    """Write the live Excel workbook of CASE: change an input and the waterfall moves.

    Example: ipabs workbook examples/yuhang/case.yaml --out yuhang.xlsx
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case
    from ipabs.report.workbook import write_workbook

    path = write_workbook(out, run_case(load_case(case)).workbook(lang))
    click.echo(json_text({"file": str(path)}) if as_json else str(path))


@ipabs.command()
@click.argument("file")
@output_options
def check(file: str, as_json: bool, lang: Lang) -> None:
    """Check FILE (a deal, a case with all its files, or a tape); silent when it is clean."""
    from ipabs.case.load import check_file, error_of

    found = check_file(file)
    error = error_of(found)
    if as_json:
        click.echo(json_text({"findings": [one.to_dict() for one in found]}))
    else:
        say(found, lang)
    if error is not None:
        raise SystemExit(error.exit_code)


@ipabs.command()
@click.argument("case")
@click.option("--deal", required=True, help="Name of the deal in the case.")
@click.option("--date", "day", required=True, help="Payment date, for instance 2023-03-28.")
@output_options
def explain(case: str, deal: str, day: str, as_json: bool, lang: Lang) -> None:
    """Explain one payment date of a deal of CASE: what was available, due, paid and short, line by line."""
    from ipabs.case.load import load_case
    from ipabs.case.run import run_deal
    from ipabs.report.exhibit import records

    page = run_deal(load_case(case), deal).explain(day, lang)
    if as_json:
        section = page.sections[0]
        click.echo(json_text({"deal": deal, "text": list(section.text), "trace": records(section.exhibits[0][1])}))
    else:
        show_page(page)


@ipabs.command()
@click.argument("kind", type=click.Choice(["deal", "case"]), default="deal")
@output_options
def schema(kind: str, as_json: bool, lang: Lang) -> None:
    """Print the JSON Schema of a deal or a case file, for completion in an editor."""
    from ipabs.case.load import file_schema

    click.echo(json_text(file_schema(kind)))


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
    from ipabs.basics.words import line

    for one in found:
        text = line(one, lang)
        click.echo(text if one.severity == "error" else f"{one.severity}: {text}", err=True)


def wanted(arguments: Sequence[str]) -> tuple[bool, Lang]:
    """Whether JSON was asked for and in which language, also where the arguments could not be read."""
    words = [*arguments, ""]
    chinese = "--lang=zh" in words or ("--lang", "zh") in pairwise(words)
    return "--json" in words, "zh" if chinese else "en"


def report_error(error: IpabsError, arguments: Sequence[str]) -> int:
    """Say every finding of an error in the form that was asked for; returns the exit status."""
    as_json, lang = wanted(arguments)
    if as_json:
        findings = [one.to_dict() for one in error.findings]
        click.echo(json_text({"exit_code": error.exit_code, "findings": findings}))
    else:
        say(error.findings, lang)
    return error.exit_code


def usage_error(error: click.ClickException, arguments: Sequence[str]) -> int:
    """Say what is wrong with the command line; returns the exit status."""
    as_json, _ = wanted(arguments)
    if as_json:
        found = finding("command.usage", "{got}", got=error.format_message())
        click.echo(json_text({"exit_code": error.exit_code, "findings": [found.to_dict()]}))
    else:
        error.show()
    return error.exit_code


def internal_error(error: Exception, arguments: Sequence[str]) -> int:
    """A fault of the package itself: said as such, with its place in the code for the report."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""
    found = finding(
        "command.internal",
        "this is a fault of ipabs {version}, not of your input ({got} at {where}); please report it with the file",
        got=f"{type(error).__name__}: {error}",
        version=__version__,
        where=where,
    )
    return report_error(NumericError(found), arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        ipabs.main(args=given, prog_name="ipabs", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as stop:
        return int(stop.code or 0)
    except click.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        return usage_error(error, given)
    except IpabsError as error:
        return report_error(error, given)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        place = Place(file=str(error.filename or ""))
        fault = finding("command.file", "{reason}", place=place, reason=error.strerror or type(error).__name__)
        return report_error(FileError(fault), given)
    except Exception as error:  # the border of the program: a traceback helps no user
        return internal_error(error, given)
    return 0
