"""Where formulas stand: every line gets a row, every date a column, and what is needed twice a cell of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ipabs.report.workbook.formula import Formula, Number, expanded
from ipabs.report.workbook.lines import Key, Line, Lines

LONGEST = 40  # parts of one formula, before a part of it is worked out in a cell of its own
FIRST_DATE = 2  # column of the first payment date; the one before shows the opening


def column_name(column: int) -> str:
    """Letters of a column, from 0.

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def reference(row: int, column: int, *, sheet: str = "", fixed: bool = False) -> str:
    """A cell by row and column from 0, with its sheet where it is another.

    >>> reference(4, 2, sheet="abs pool"), reference(0, 0, fixed=True)
    ("'abs pool'!C5", '$A$1')
    """
    mark = "$" if fixed else ""
    cell = f"{mark}{column_name(column)}{mark}{row + 1}"
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}" if sheet else cell


@dataclass(slots=True)
class Grid:
    """The lines of a deal with their rows.

    Attributes
    ----------
    blocks : list of (key, lines)
        In the order of the sheet; a line's working follows it.
    """

    blocks: list[tuple[Key, list[Line]]]
    weights: dict[Formula, int] = field(default_factory=dict)

    def rows(self) -> Iterator[Line]:
        """Every line and its working."""
        for _, lines in self.blocks:
            for line in lines:
                yield line
                yield from line.working


def place(lines: Lines, first_row: int) -> Grid:
    """Give every formula that is shown, or needed more than once, a cell."""
    grid = Grid(list(lines.blocks()))
    shown = [line for _, block in grid.blocks for line in block]
    for line in shown:
        for t, value in line.values.items():
            if isinstance(value, Formula) and value.cell is None:
                stand(value, line, t)
    uses: dict[Formula, int] = {}
    roots = [(t, line, value) for line in shown for t, value in line.values.items() if isinstance(value, Formula)]
    roots.sort(key=lambda root: root[0])
    for _, _, value in roots:
        count(value, uses)
    done: set[Formula] = set()
    for t, line, value in roots:
        work_out(value, line, t, uses, grid.weights, done, {id(line): 0})
    row = first_row
    for _, block in grid.blocks:
        row += 1  # the heading of the block
        for line in block:
            for one in (line, *line.working):
                one.row = row
                row += 1
        row += 1
    return grid


def stand(value: Formula, line: Line, t: int) -> None:
    """The cell of a line on a date."""
    value.cell = lambda: reference(line.row, FIRST_DATE + t)


def parts_of(value: Formula) -> Iterator[Formula]:
    """Parts that may stand in other cells."""
    for part in value.parts:
        if isinstance(part, Formula):
            yield part


def count(root: Formula, uses: dict[Formula, int]) -> None:
    """How often each part without a cell is needed."""
    waiting = [root]
    while waiting:
        for part in parts_of(waiting.pop()):
            if part.cell is None and part.operation:
                uses[part] = uses.get(part, 0) + 1
                if uses[part] == 1:
                    waiting.append(part)


def work_out(
    value: Formula,
    line: Line,
    t: int,
    uses: dict[Formula, int],
    weights: dict[Formula, int],
    done: set[Formula],
    used: dict[int, int],
) -> int:
    """Give cells to the parts below `value` that need one, and return how long its own formula is."""
    if value in done:
        return 1 if value.cell is not None else weights[value]
    done.add(value)
    weight = 1
    for part in parts_of(value):
        if part.cell is not None and part in done:
            weight += 1
            continue
        own = work_out(part, line, t, uses, weights, done, used) if part.cell is None else 1
        if part.cell is None and part.operation and (uses.get(part, 0) > 1 or own > LONGEST):
            stand_below(part, line, t)
            own = 1
        weight += own
    weights[value] = weight
    return weight


def stand_below(part: Formula, line: Line, t: int) -> None:
    """An intermediate result gets the next cell below the line on its date."""
    at = next((at for at, one in enumerate(line.working) if t not in one.values), len(line.working))
    if at == len(line.working):
        line.working.append(Line(line.block, "", "count" if not part.condition else "flag"))
    below = line.working[at]
    below.values[t] = part
    stand(part, below, t)


def content(line: Line, t: int) -> tuple[str | None, Number]:
    """Formula and value of a cell; no formula where a number is put in or fixed by the contract."""
    value = line.values.get(t)
    if not isinstance(value, Formula):
        return None, value
    here = reference(line.row, FIRST_DATE + t)
    there = value.cell() if value.cell is not None else here
    if there != here:
        return f"={there}", value.value
    if not value.operation:
        return None, value.value
    body = expanded(value)[0]
    return (f"=IF({body},1,0)" if value.condition else f"={body}"), value.value
