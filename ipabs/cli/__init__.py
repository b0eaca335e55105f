"""The command line.

A fault is said in words with its place, never as a traceback; ``--json`` says it for a machine. Exit status: 0 fine,
2 wrong input, 3 refused by the model, 4 numerical, 5 beyond a limit, 6 files, 130 interrupted. Everything heavy is
imported inside the command that needs it, so that ``ipabs --help`` is quick.
"""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from ipabs import __version__
from ipabs.cli import cases, notes, start, tapes
from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, json_text, say
from ipabs.errors import FileError, IpabsError, NumericError, Place, finding

INTERRUPTED, BROKEN_PIPE = 130, 1

__all__ = ["BROKEN_PIPE", "INTERRUPTED", "cases", "ipabs", "main", "notes", "start", "tapes"]


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
    """Run the command line and return its exit status.

    >>> main(["check", "examples/deals/first_deal.yaml"])
    0
    """
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
