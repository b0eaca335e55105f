"""Commands on tapes: stratify a pool, value the rights behind it, make a tape to fill in."""

import click

from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, json_text, output_options, say, show_page

TAPES = (".csv", ".tsv", ".xlsx", ".parquet")


@ipabs.command()
@click.argument("file")
@click.option("--by", multiple=True, help="A column to stratify by, beside industry, size and kind; may be repeated.")
@output_options
def pool(file: str, by: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Show the pool of FILE (a case, or a tape of contracts): stratification and largest names.

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
@click.option("--terms", help="File of appraisal terms; without it the usual ones, which are assumptions.")
@output_options
def value(case: str, terms: str | None, as_json: bool, lang: Lang) -> None:
    """Value the rights on the patent tape of CASE, firm by firm, against what is lent on them.

    \b
    Example: ipabs value examples/yuhang/case.yaml
    """
    from ipabs.basics.words import label
    from ipabs.case.appraisal import appraisal_exhibit, appraise_case
    from ipabs.report.exhibit import in_millions, records
    from ipabs.report.page import Page, Section
    from ipabs.report.titles import headings_of, titled, words_of

    appraisals = appraise_case(case, terms)
    found = tuple(one for each in appraisals for one in each.findings)
    exhibit = appraisal_exhibit(appraisals)
    if as_json:
        click.echo(json_text({"appraisal": records(exhibit), "warnings": [one.to_dict() for one in found]}))
        return
    first = appraisals[0].valuation
    said = label("sentence.appraisal", lang).format(date=first.as_of, draws=f"{first.draws:,}")
    shown = in_millions(exhibit)
    section = Section(heading=said, text=(said,), exhibits=titled([shown], lang))
    heads, words = headings_of([shown], lang), words_of([shown], lang)
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
    """Write a workbook to fill in, one row a contract, with a sheet that explains every column.

    \b
    Example: ipabs tape template --out contracts.xlsx --lang zh
    """
    from ipabs.io.file import write_file
    from ipabs.pool.tape_workbook import tape_template

    path = write_file(out, tape_template(lang=lang))
    click.echo(json_text({"file": str(path)}) if as_json else path)
