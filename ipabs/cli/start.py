"""Commands that start something: a new case, completion in the shell."""

from pathlib import Path

import click

from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, json_text, output_options
from ipabs.cli.starter import KINDS, Kind, starter
from ipabs.errors import FileError, Place, finding

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_IPABS_COMPLETE"


@ipabs.command()
@click.argument("folder")
@click.option("--kind", type=click.Choice(KINDS), default="both", help="Deals of the case: an ABS, an ABN, or both.")
@output_options
def new(folder: str, kind: Kind, as_json: bool, lang: Lang) -> None:
    """Start a commented case in a new FOLDER. It passes the check and runs.

    \b
    Example: ipabs new my_programme --kind abs
    """
    from ipabs.io.folder import put_folder

    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        template = "is there already and not empty; give a new folder"
        raise FileError(finding("command.not_empty", template, place=Place(file=str(target))))
    files = starter(kind)
    put_folder(target, {name: text.encode() for name, text in files.items()})
    if as_json:
        click.echo(json_text({"folder": str(target), "files": sorted(files)}))
    else:
        click.echo(f"{target / 'case.yaml'}")


@ipabs.command()
@click.argument("shell", type=click.Choice(SHELLS))
@output_options
def completion(shell: str, as_json: bool, lang: Lang) -> None:
    """Print the script that completes commands in SHELL.

    \b
    Example: ipabs completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    script = kind(ipabs, {}, "ipabs", VARIABLE).source() if kind is not None else ""
    click.echo(json_text({"shell": shell, "script": script}) if as_json else script)
