"""The command ``ipabs`` itself."""

import json

import click

from ipabs import __version__
from ipabs.cli.output import Lang, output_options


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
