"""The command on notes: what their investors read, and a trustee's figures compared."""

import click

from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, json_text, output_options, say, show_page
from ipabs.cli.plugins import known_kinds, plugin_option


@ipabs.command()
@click.argument("case")
@click.option("--deal", help="One deal of the case; all of them, if left out.")
@click.option("--speed", "speeds", multiple=True, help="Prepayment a year (CPR), for instance 5%; may be repeated.")
@click.option("--price", "prices", multiple=True, help="Price per 100 of balance, for instance 99.5; may be repeated.")
@click.option("--tie-out", "figures", help="Table of figures to compare instead: deal, date, tranche, item, value.")
@click.option("--tolerance", type=click.FloatRange(min=0), default=0.005, help="Largest difference that agrees.")
@plugin_option
@output_options
def notes(
    case: str,
    deal: str | None,
    speeds: tuple[str, ...],
    prices: tuple[str, ...],
    figures: str | None,
    tolerance: float,
    plugins: tuple[str, ...],
    as_json: bool,
    lang: Lang,
) -> None:
    """Show the notes of CASE as investors read them. How fast they repay at prepayment speeds, their yield at prices.

    With --tie-out, compare the figures of a trustee's report or a prospectus instead; exit status 3 if one differs.

    \b
    Example: ipabs notes examples/yuhang/case.yaml --deal abs --speed 0% --speed 10% --price 99.5
    """
    from ipabs.case.load import load_case
    from ipabs.case.note_tables import (
        PRICES,
        SPEEDS,
        differing,
        note_section,
        notes_page,
        prices_of,
        speeds_of,
        tie_out_sections,
    )
    from ipabs.case.run import run_deal
    from ipabs.errors import ModelError, refuse
    from ipabs.io.table import read_table
    from ipabs.report.exhibit import records

    loaded = load_case(case, kinds=known_kinds(plugins))
    deals = {name: run_deal(loaded, name) for name in ([deal] if deal else dict(loaded.deals))}
    if figures:
        sections = tie_out_sections(loaded, deals, read_table(figures), lang, tolerance=tolerance)
    else:
        asked = {"speeds": speeds_of(speeds) or SPEEDS, "prices": prices_of(prices) or PRICES}
        sections = {name: note_section(loaded, one, lang, **asked) for name, one in deals.items()}
    if as_json:
        tables = {name: {one.name: records(one) for _, one in section.exhibits} for name, section in sections.items()}
        click.echo(json_text(tables))
    else:
        show_page(notes_page(loaded, sections.values(), lang))
        say(loaded.findings, lang)
    if figures:
        refuse(ModelError, differing(sections.values(), tolerance))
