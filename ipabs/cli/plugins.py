"""Types of the user's own, by the module that holds them: given on the command line, never named in a file."""

from collections.abc import Sequence
from typing import Any

import click

from ipabs.cli.output import Command
from ipabs.errors import SpecError, finding


def plugin_option(command: Command) -> Command:
    """``--plugin``, which every command that reads a case takes."""
    says = "Module with a tuple KINDS of obligations and terms of financing of your own; may be repeated."
    return click.option("--plugin", "plugins", multiple=True, metavar="MODULE", help=says)(command)


def known_kinds(plugins: Sequence[str]) -> tuple[type[Any], ...]:
    """The package's obligations and what the user's modules add.

    Raises
    ------
    SpecError
        A module that cannot be loaded, or holds no tuple ``KINDS``.
    """
    from importlib import import_module

    from ipabs.case.kinds import plugin_kinds

    modules = []
    for name in plugins:
        try:
            modules.append(import_module(name))
        except (ImportError, ValueError, TypeError) as error:
            template = "the module {got!r} cannot be loaded: {reason}"
            raise SpecError(finding("command.plugin", template, got=name, reason=error)) from error
    return plugin_kinds(modules)
