"""What the command ``pool`` shows: the pools of a case or of a tape, stratified."""

from collections.abc import Sequence
from pathlib import Path

from ipabs.basics.words import Language, label
from ipabs.case.load import TAPE_SUFFIXES, load_case
from ipabs.io.table import read_table
from ipabs.pool.pool import Pool
from ipabs.pool.stratification import top_names
from ipabs.pool.tape_rules import read_tape
from ipabs.report import trustee
from ipabs.report.exhibit import Exhibit, columns
from ipabs.report.page import Page, Section
from ipabs.report.titles import amount, headings_of, page_units, words_of

BANDS = (0.0, 1e6, 5e6, 10e6, 15e6, 20e6, 50e6, 100e6)
STRATA = ("sector", "principal", "kind")


def pools_of(file: str) -> tuple[tuple[str, Pool], ...]:
    """The pool of each deal of a case, or the pool of a tape under the tape's name."""
    path = Path(file)
    if path.suffix.lower() in TAPE_SUFFIXES:
        return ((path.name, read_tape(read_table(path))),)
    return load_case(path).pools


def pool_page(name: str, pool: Pool, lang: Language, *, by: Sequence[str] = ()) -> Page:
    """One pool: its size, its strata, its largest obligors."""
    table = pool.to_frame()
    strata = [one for one in STRATA if one == "principal" or table[one].nunique() > 1]
    exhibits = [
        trustee.stratification(pool, one, bands=BANDS if one == "principal" else None) for one in (*strata, *by)
    ]
    exhibits.append(largest(pool))
    said = label("sentence.pool", lang).format(
        contracts=len(pool),
        firms=table["obligor"].nunique(),
        size=amount(pool.principal, lang),
    )
    headed = tuple((heading(one, lang), one) for one in exhibits)
    return Page(
        title=name,
        sections=(Section(heading=name, text=(said,), exhibits=headed),),
        headings=headings_of(exhibits, lang),
        words=words_of(exhibits, lang),
        units=page_units(lang),
        lang=lang,
    )


def heading(exhibit: Exhibit, lang: Language) -> str:
    """The heading of an exhibit; a stratum by a column of the user's own names the column."""
    key = f"exhibit.{exhibit.name}"
    stratum = exhibit.name.removeprefix("stratification_")
    if stratum != exhibit.name and stratum not in STRATA:
        return label("exhibit.stratification", lang).format(column=stratum)
    return label(key, lang)


def largest(pool: Pool) -> Exhibit:
    """The ten largest obligors with their shares."""
    table = top_names(pool)
    return Exhibit(
        name="largest",
        columns=columns(firm="text", principal="money", share="rate", together="rate"),
        rows=tuple((str(name), *map(float, row)) for name, row in table.iterrows()),
    )
