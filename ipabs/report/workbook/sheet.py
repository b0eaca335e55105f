"""What all sheets share: names, print setup, headings."""

import re
from collections.abc import Iterable
from itertools import chain, count
from typing import Any

from ipabs.report.workbook.style import Styles

A4 = 9
LONGEST_NAME = 31


def sheet_name(deal: str, what: str, taken: Iterable[str] = ()) -> str:
    """A name that Excel takes: at most 31 characters, none of ``[]:*?/\\``, one sheet's alone whatever its case.

    >>> sheet_name("abs", "waterfall"), sheet_name("a/b: " + "x" * 40, "pool")
    ('abs waterfall', 'a b  xxxxxxxxxxxxxxxxxxxxx pool')
    >>> sheet_name("ABS", "pool", ["abs pool", "abs 2 pool"])
    'ABS 3 pool'
    """
    plain, used = re.sub(r"[\[\]:*?/\\']", " ", deal), {name.lower() for name in taken}
    ends = chain([f" {what}"], (f" {number} {what}" for number in count(2)))
    names = (f"{plain[: LONGEST_NAME - len(end)]}{end}" for end in ends)
    return next(name for name in names if name.lower() not in used)


def set_up(sheet: Any, footer: str, rows: int, columns: int) -> None:
    """A4 landscape, one page wide, the heads on every page, heads that stay when scrolled."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(rows - 1)
    sheet.freeze_panes(rows, columns)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L&8{footer.replace('&', '&&')}&C&8&A&R&8&P / &N")


def heading_rows(sheet: Any, styles: Styles, title: str, note: str) -> None:
    """Title and note at the top."""
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, title, styles.title)
    sheet.write_string(1, 0, note, styles.note)
