"""Commands on a case: run, report, compare, check, explain; the schema of its files."""

import click

from ipabs.cli.group import ipabs
from ipabs.cli.output import Lang, ends_in, json_text, output_options, say, show_page
from ipabs.cli.plugins import known_kinds, plugin_option


@ipabs.command()
@click.argument("case")
@click.option("--out", help="Folder for tables, traces, manifest and page; written whole or not at all.")
@plugin_option
@output_options
def run(case: str, out: str | None, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Run CASE: pools, waterfalls, checks, cost against a loan.

    \b
    Example: ipabs run examples/yuhang/case.yaml --out out/yuhang
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case

    result = run_case(load_case(case, kinds=known_kinds(plugins)))
    folder = None if out is None else result.save(out, lang=lang)
    if as_json:
        click.echo(json_text({**result.to_dict(), "folder": str(folder) if folder else None}))
        return
    show_page(result.summary(lang))
    say(result.findings, lang)
    if folder:
        click.echo(f"\n{folder}")


@ipabs.command()
@click.argument("case")
@click.option("--out", required=True, help="The HTML file to write; replaced whole or not at all.")
@click.option("--tie-out", help="Table of figures to compare on the page: deal, date, tranche, item, value.")
@plugin_option
@output_options
def report(case: str, out: str, tie_out: str | None, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Write the report of CASE as one HTML file. It is self-contained and prints on A4.

    \b
    Example: ipabs report examples/yuhang/case.yaml --out yuhang.html --lang zh
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case
    from ipabs.io.file import write_file
    from ipabs.io.table import read_table
    from ipabs.report.page import page_bytes

    file = ends_in(out, ".html", ".htm")
    result = run_case(load_case(case, kinds=known_kinds(plugins)))
    page = result.page(lang, read_table(tie_out) if tie_out else None)
    path = write_file(file, page_bytes(page))
    if as_json:
        click.echo(json_text({"file": str(path), "warnings": [one.to_dict() for one in result.findings]}))
        return
    say(result.findings, lang)
    click.echo(path)


@ipabs.command()
@click.argument("case")
@click.option("--out", required=True, help="File to write, for instance workbook.xlsx; replaced in one step.")
@plugin_option
@output_options
def workbook(case: str, out: str, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Write the live Excel workbook of CASE. Change an input and the waterfall moves.

    \b
    Example: ipabs workbook examples/yuhang/case.yaml --out yuhang.xlsx
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case
    from ipabs.io.file import write_file

    file = ends_in(out, ".xlsx")
    path = write_file(file, run_case(load_case(case, kinds=known_kinds(plugins))).workbook(lang))
    click.echo(json_text({"file": str(path)}) if as_json else str(path))


@ipabs.command()
@click.argument("case")
@click.option("--firm", help="Rank the facilities of one firm instead.")
@plugin_option
@output_options
def compare(case: str, firm: str | None, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Compare what CASE costs its firms with other loans. Shows all-in cost, and the saving in its parts.

    \b
    Example: ipabs compare examples/yuhang/case.yaml --firm "Firm 01"
    """
    from ipabs.case.comparing import comparison_page, ranking_page
    from ipabs.case.load import load_case
    from ipabs.case.run import run as run_case
    from ipabs.report.exhibit import records

    result = run_case(load_case(case, kinds=known_kinds(plugins)))
    page = ranking_page(result, firm, lang) if firm else comparison_page(result, lang)
    if as_json:
        shown = [exhibit for section in page.sections for _, exhibit in section.exhibits]
        click.echo(json_text({one.name: records(one) for one in shown}))
        return
    show_page(page)
    say(result.findings, lang)


@ipabs.command()
@click.argument("file")
@plugin_option
@output_options
def check(file: str, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Check FILE: a deal, a case, or a tape. A case is checked with all its files; a clean file says nothing.

    \b
    Example: ipabs check examples/yuhang/case.yaml
    """
    from ipabs.case.load import check_file, error_of

    found = check_file(file, kinds=known_kinds(plugins))
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
@plugin_option
@output_options
def explain(case: str, deal: str, day: str, plugins: tuple[str, ...], as_json: bool, lang: Lang) -> None:
    """Explain one payment date of a deal of CASE. What was available, due, paid and short, line by line.

    \b
    Example: ipabs explain examples/yuhang/case.yaml --deal abs --date 2023-12-28
    """
    from ipabs.case.load import load_case
    from ipabs.case.run import run_deal
    from ipabs.report.exhibit import records

    page = run_deal(load_case(case, kinds=known_kinds(plugins)), deal).explain(day, lang)
    if as_json:
        section = page.sections[0]
        click.echo(json_text({"deal": deal, "text": list(section.text), "trace": records(section.exhibits[0][1])}))
    else:
        show_page(page)


@ipabs.command()
@click.argument("kind", type=click.Choice(["deal", "case"]), default="deal")
@output_options
def schema(kind: str, as_json: bool, lang: Lang) -> None:
    """Print the JSON Schema of a deal or a case file. An editor completes and checks files with it.

    \b
    Example: ipabs schema case > case.schema.json
    """
    from ipabs.case.load import file_schema

    click.echo(json_text(file_schema(kind)))
