"""Tables in: a CSV, an Excel workbook or a Parquet file as columns of text with the place of every cell.

Nothing is interpreted here. `ipabs.pool.tape_rules` and the other readers decide what a text means, and they can name
file, row and column of every cell because a `Table` keeps them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ipabs.basics.tables import read_bytes
from ipabs.errors import DataError, Finding, Place, finding, refuse
from ipabs.io.delimited import BLANKS, CONTROL, MOST_CELLS, decode, delimited_rows, plain_block
from ipabs.io.parquet import parquet_rows
from ipabs.io.source import read_source
from ipabs.io.workbook import workbook_columns

TextColumn = npt.NDArray[np.object_]
Rows = Sequence[Sequence[str]]

MOST_ROWS = 1_000_000
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A rectangle of text with headings.

    Attributes
    ----------
    file, sheet : str
        Where it was read; `sheet` is empty outside a workbook.
    columns : tuple of str
        The headings as they stand in the file.
    cells : tuple of arrays
        One object array of text a column, all of one length; surrounding blanks removed, an empty cell is ``""``.
    first_row : int
        Row number in the file (1-based, as Excel shows it) of the first row of data.
    positions : tuple of int
        Column number in the file (1-based) of each column.
    notice : str
        The comment lines (``# …``) above the headings, without the mark.
    form : str
        How the file was read: format, encoding, delimiter.
    """

    file: str
    columns: tuple[str, ...]
    cells: tuple[TextColumn, ...]
    first_row: int
    positions: tuple[int, ...]
    sheet: str = ""
    notice: str = ""
    form: str = ""

    def __len__(self) -> int:
        return len(self.cells[0])

    def column(self, name: str) -> TextColumn:
        """The texts of one column."""
        return self.cells[self.columns.index(name)]

    def place(self, row: int, name: str) -> Place:
        """Where data row `row` (0-based) of column `name` stands.

        >>> table = parse_table(b"id,amount\\nC1,12\\n", file="tape.csv")
        >>> str(table.place(0, "amount"))
        'tape.csv:2:2 B2.amount'
        """
        line, column = self.first_row + row, self.positions[self.columns.index(name)]
        return Place(file=self.file, line=line, column=column, path=(cell_name(line, column, self.sheet), name))

    def heading_place(self, name: str = "") -> Place:
        """Where the heading `name` stands, or the row of headings."""
        column = self.positions[self.columns.index(name)] if name else 0
        return Place(file=self.file, line=self.first_row - 1, column=column)


def column_letters(column: int) -> str:
    """The letters Excel gives to a column.

    >>> [column_letters(n) for n in (1, 26, 27, 702, 703)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int, sheet: str = "") -> str:
    """The name Excel gives to a cell.

    >>> cell_name(7, 5, "Tape")
    'Tape!E7'
    """
    name = f"{column_letters(column)}{row}"
    return f"{sheet}!{name}" if sheet else name


def read_table(path: str | Path, *, sheet: str = "") -> Table:
    """Read a table file; the content, not the name, says whether it is a workbook, Parquet or delimited text.

    Parameters
    ----------
    path : path of a ``.csv``, ``.tsv``, ``.txt``, ``.xlsx`` or ``.parquet`` file
    sheet : name of the sheet of a workbook; the first visible one with content by default

    Raises
    ------
    FileError, LimitError
        If the file is not there, cannot be read, or is too large.
    DataError
        With every fault of the content: encoding, ragged rows, headings, formula errors, what a workbook may not hold.

    Examples
    --------
    >>> table = read_table("examples/yuhang/firms.csv")
    >>> len(table), table.columns[0], table.first_row, str(table.place(0, "amount"))
    (25, 'firm', 3, 'firms.csv:3:7 G3.amount')
    """
    source = read_source(Path(path), Path(path).name)
    return parse_table(source.raw, file=source.file, sheet=sheet)


def package_table(name: str) -> Table:
    """The CSV file `name` of the package's data, read as a user's own is that may take its place."""
    return parse_table(read_bytes(name), file=name)


def parse_table(raw: bytes, *, file: str, sheet: str = "") -> Table:
    """The table in the bytes of a file; see `read_table`.

    >>> table = parse_table("# 示例\\n合同号,金额\\nC1, 12 \\n".encode("gb18030"), file="tape.csv")
    >>> table.columns, list(table.column("金额")), table.first_row, table.notice
    (('合同号', '金额'), ['12'], 3, '示例')
    >>> table.form
    "csv, gb18030, delimiter ','"
    """
    if raw.startswith(b"PK\x03\x04"):
        sheet, whole, found = workbook_columns(raw, file=file, sheet=sheet)
        return _rectangle(whole, file=file, sheet=sheet, found=found)
    if raw.startswith(COMPOUND_FILE):
        raise DataError(
            finding(
                "input.old_workbook",
                "the file is an old or an encrypted Excel workbook; save it as .xlsx without a password",
                place=Place(file=file),
            )
        )
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        template = "the file is a web page or XML, whatever its name says; open it in Excel and save it as .xlsx"
        raise DataError(finding("input.markup", template, place=Place(file=file)))
    if raw.startswith(b"PAR1"):
        return _table(parquet_rows(raw, file=file), file=file, sheet="", form="parquet", found=[])
    text = decode(raw, file=file)
    comments, headings, cells = plain_block(text)
    if headings:
        columns = [cells[:, k] for k in range(cells.shape[1])]
        return _checked(
            headings, columns, file=file, sheet="", top=len(comments), form=text.form, notice=comments, clean=text.clean
        )
    return _table(delimited_rows(text, file=file), file=file, sheet="", form=text.form, found=[])


def _table(rows: Rows, *, file: str, sheet: str, form: str, found: list[Finding]) -> Table:
    """Headings and columns of the rows of a file; row 0 is the file's first."""
    notice: list[str] = []
    top = 0
    while top < len(rows) and (not any(rows[top]) or rows[top][0].startswith("#")):
        notice += rows[top][:1]
        top += 1
    end = len(rows)
    while end > top and not any(rows[end - 1]):
        end -= 1
    if end - top < 2:
        refuse(DataError, [*found, _empty(file, sheet, top, end)])
    headings = rows[top]
    if (end - top - 1) * len(headings) > MOST_CELLS:
        found.append(
            finding(
                "input.too_many_cells",
                "the table has {got} cells; at most {limit} are read",
                place=Place(file=file),
                got=(end - top - 1) * len(headings),
                limit=MOST_CELLS,
            )
        )
        raise DataError(*found)
    body = rows[top + 1 : end]
    if len(headings) == 1 and len(body[0]) > 2:
        raise DataError(*found, _title(headings[0], Place(file=file, line=top + 1)))
    found += _ragged(body, len(headings), file=file, first_row=top + 2)
    refuse(DataError, found)
    columns = [_text_array(column) for column in zip(*body, strict=True)]
    return _checked(headings, columns, file=file, sheet=sheet, top=top, form=form, notice=notice, clean=False)


def _rectangle(whole: list[list[str]], *, file: str, sheet: str, found: list[Finding]) -> Table:
    """The table in the columns of a sheet, without making its rows."""
    size = len(whole[0]) if whole else 0
    top, notice = 0, []
    while top < size and (whole[0][top].startswith("#") or not any(column[top] for column in whole)):
        notice.append(whole[0][top])
        top += 1
    end = size
    while end > top and not any(column[end - 1] for column in whole):
        end -= 1
    if end - top < 2:
        refuse(DataError, [*found, _empty(file, sheet, top, end)])
    found += [
        _blank_row(file, row + 1)
        for row in range(top + 1, end)
        if not whole[0][row] and not any(column[row] for column in whole)
    ]
    columns = [_text_array(column[top + 1 : end]) for column in whole]
    headings = [column[top] for column in whole]
    return _checked(
        headings, columns, file=file, sheet=sheet, top=top, form="xlsx", notice=notice, clean=False, found=found
    )


def _checked(
    headings: Sequence[str],
    columns: list[TextColumn],
    *,
    file: str,
    sheet: str,
    top: int,
    form: str,
    notice: Sequence[str],
    clean: bool,
    found: Iterable[Finding] = (),
) -> Table:
    """The table of named columns below `top` rows of comment; `clean` text has no blanks or control characters.

    Raises `found` and all that is wrong with headings and cells.
    """
    if len(columns[0]) > MOST_ROWS:
        template = "the table has {got} rows; at most {limit} are read"
        place = Place(file=file)
        raise DataError(finding("input.too_many_rows", template, place=place, got=len(columns[0]), limit=MOST_ROWS))
    headings = [heading.strip() for heading in headings]
    joined = [] if clean else ["\n".join(column) for column in columns]
    for k, text in enumerate(joined):
        if any(blank in text for blank in BLANKS):
            columns[k] = _text_array(list(map(str.strip, columns[k])))
    kept = [k for k, heading in enumerate(headings) if heading or any(columns[k])]
    below = [str(columns[k][0]) for k in kept]
    found = [
        *found,
        *(
            _layout_fault(headings, kept, below, place=Place(file=file, line=top + 1))
            or _heading_faults(headings, kept, file=file, row=top + 1)
        ),
    ]
    for k in kept:
        if joined and CONTROL.search(joined[k]):
            found += _cell_faults(columns[k], k, file=file, sheet=sheet, first_row=top + 2)
    refuse(DataError, found)
    return Table(
        file=file,
        columns=tuple(headings[k] for k in kept),
        cells=tuple(columns[k] for k in kept),
        first_row=top + 2,
        positions=tuple(k + 1 for k in kept),
        sheet=sheet,
        notice="\n".join(line.lstrip("# ") for line in notice if line.strip()),
        form=form,
    )


def _text_array(texts: Sequence[str]) -> TextColumn:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _empty(file: str, sheet: str, top: int, end: int) -> Finding:
    if end > top:
        return finding(
            "input.no_rows",
            "there are headings but no row below them{where}",
            place=Place(file=file, line=top + 1),
            where=f" in sheet {sheet}" if sheet else "",
        )
    return finding(
        "input.empty",
        "the table is empty; the first row holds the headings, the next ones the data",
        place=Place(file=file),
    )


def _ragged(body: Rows, width: int, *, file: str, first_row: int) -> Iterable[Finding]:
    for row, cells in enumerate(body, first_row):
        if len(cells) != width and any(cells):
            yield finding(
                "input.ragged",
                "the row has {got} fields, the headings {width}; quote a field that holds the delimiter",
                place=Place(file=file, line=row),
                got=len(cells),
                width=width,
            )
        elif len(cells) != width or not (cells[0] or any(cells)):
            yield _blank_row(file, row)


def _blank_row(file: str, row: int) -> Finding:
    return finding("input.blank_row", "the row is empty but others follow; delete it", place=Place(file=file, line=row))


def _layout_fault(headings: list[str], kept: list[int], below: list[str], *, place: Place) -> list[Finding]:
    """A title above the headings, or headings in two rows: what cells merged for the eye leave behind."""
    named = [headings[k] for k in kept if headings[k]]
    if len(named) == len(kept) or len(kept) < 3:
        return []
    if len(named) == 1:
        return [_title(named[0], place)]
    if not any(text[:1].isdigit() for text in below) and all(below[n] or headings[k] for n, k in enumerate(kept)):
        template = "the headings take two rows, as merged cells do ({got}); keep one row with a heading for each column"
        return [finding("input.two_heading_rows", template, place=place, got=", ".join(named))]
    return []


def _title(text: str, place: Place) -> Finding:
    template = "the row is a title ({got}), not the headings; delete it or begin it with #"
    return finding("input.title_row", template, place=place, got=text)


def _heading_faults(headings: list[str], kept: list[int], *, file: str, row: int) -> Iterable[Finding]:
    first: dict[str, int] = {}
    for k in kept:
        heading, place = headings[k], Place(file=file, line=row, column=k + 1)
        if not heading:
            yield finding(
                "input.no_heading",
                "column {letters} holds values but has no heading",
                place=place,
                letters=column_letters(k + 1),
            )
        elif heading in first:
            yield finding(
                "input.heading_twice",
                "heading {got!r} stands in column {first} and again in column {letters}",
                place=place,
                got=heading,
                first=column_letters(first[heading] + 1),
                letters=column_letters(k + 1),
            )
        first.setdefault(heading, k)


def _cell_faults(texts: TextColumn, k: int, *, file: str, sheet: str, first_row: int) -> Iterable[Finding]:
    for row, text in enumerate(texts, first_row):
        if hit := CONTROL.search(text):
            yield finding(
                "input.control_character",
                "the cell holds the control character {got}; delete it",
                place=Place(file=file, line=row, column=k + 1, path=(cell_name(row, k + 1, sheet),)),
                got=f"U+{ord(hit[0]):04X}",
            )
