"""Commands on tapes: stratify a pool, value the rights behind it, make a tape to fill in."""

import click

from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, ends_in, json_text, output_options, say, show_page
from ipabs.cli.plugins import known_kinds, plugin_option

TAPES = (".csv", ".tsv", ".xlsx", ".parquet")


@ipabs.command()
@click.argument("file")
@click.option("--by", multiple=True, help="A column to stratify by, beside industry, size and kind; may be repeated.")
@output_options
def pool(file: str, by: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Show the pool of FILE, a case or a tape of contracts. Stratification and largest names.

    \b
    Example: ipabs pool examples/yuhang/firms.csv --by guarantor
    """
    from ipabs.case.pool_page import pool_page, pools_of
    from ipabs.report.exhibit import records

    pages = [pool_page(name, one, lang, by=by) for name, one in pools_of(file)]
    if as_json:
        tables = {
            page.title: {one.name: records(one) for section in page.sections for _, one in section.exhibits}
            for page in pages
        }
        click.echo(json_text(tables))
        return
    for page in pages:
        show_page(page)


@ipabs.command()
@click.argument("case")
@plugin_option
@output_options
def value(case: str, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Value the rights on the patent tape of CASE. By the methods it states, against what is lent on them.

    \b
    Example: ipabs value examples/yuhang/case.yaml
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import value_case
    from ipabs.case.value_exhibits import value_exhibits, value_sentences
    from ipabs.report.exhibit import in_millions, records
    from ipabs.report.page import Page, Section
    from ipabs.report.titles import headings_of, titled, words_of

    loaded = load_case(case, kinds=known_kinds(plugins))
    appraisals = value_case(loaded)
    exhibits = value_exhibits(loaded, appraisals)
    found = tuple(found for one in appraisals for each in one.firms for found in each.findings)
    if as_json:
        tables = {one.name: records(one) for one in exhibits}
        click.echo(json_text({**tables, "warnings": [one.to_dict() for one in found]}))
        return
    shown = [in_millions(one) for one in exhibits]
    said = tuple(value_sentences(appraisals, lang))
    section = Section(heading=loaded.file.name, text=said, exhibits=titled(shown, lang))
    heads, words = headings_of(shown, lang), words_of(shown, lang)
    show_page(Page(title=case, sections=(section,), headings=heads, words=words, lang=lang))
    say(found, lang)


@ipabs.group(invoke_without_command=True)
@click.pass_context
def tape(context: click.Context) -> None:
    """Make tapes of contracts."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@tape.command()
@click.option("--out", required=True, help="The workbook to write.")
@output_options
def template(out: str, as_json: bool, lang: Lang) -> None:
    """Write a workbook to fill in, one row a contract. A second sheet explains every column.

    \b
    Example: ipabs tape template --out contracts.xlsx --lang zh
    """
    from ipabs.io.file import write_file
    from ipabs.pool.tape_workbook import tape_template

    path = write_file(ends_in(out, ".xlsx"), tape_template(lang=lang))
    click.echo(json_text({"file": str(path)}) if as_json else path)
