"""Revenue streams and coverage from tables: one row a stream and period, one row a right and stream."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ipabs.basics.numerals import parse_integer
from ipabs.basics.units import MONEY_UNIT, RATE_UNIT, SHARE_UNIT, TEXT_UNIT, YEARS_UNIT
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.io.columns import Column, TypedColumns, read_columns
from ipabs.io.table import Table
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.revenue import RevenueStream

TERMS = (
    Column(name="product", read=TEXT_UNIT.read, headings=("产品",)),
    Column(name="country", read=TEXT_UNIT.read, headings=("国家", "地区")),
    Column(name="growth_rate", read=RATE_UNIT.read, headings=("增长率",)),
    Column(name="decay_rate", read=RATE_UNIT.read, headings=("衰减率",)),
    Column(name="royalty_rate", read=RATE_UNIT.read, headings=("许可费率", "分成率")),
    Column(name="tax_rate", read=RATE_UNIT.read, headings=("所得税率",)),
    Column(name="technical_life_years", read=YEARS_UNIT.read, headings=("技术寿命",)),
    Column(name="contract_life_years", read=YEARS_UNIT.read, headings=("合同期限",)),
)
TERM_NAMES = {column.name for column in TERMS}
STREAM_COLUMNS = (
    Column(name="stream", read=TEXT_UNIT.read, needed=True, headings=("收入流",)),
    Column(name="period", read=parse_integer, needed=True, headings=("期", "年序")),
    Column(name="revenue", read=MONEY_UNIT.read, needed=True, headings=("收入", "预测收入")),
    *TERMS,
)
COVERAGE_COLUMNS = (
    Column(name="right", read=TEXT_UNIT.read, needed=True, headings=("number", "专利号", "权利号")),
    Column(name="stream", read=TEXT_UNIT.read, needed=True, headings=("收入流",)),
    Column(name="share", read=SHARE_UNIT.read, headings=("保护比例",)),
)


def read_streams(table: Table) -> tuple[RevenueStream, ...]:
    """Revenue streams from a table with a row for each stream and period, in the order of first mention.

    Columns stream, period (1, 2, …) and revenue; and, stated in a stream's first row or in all alike, product, country,
    growth_rate, decay_rate, royalty_rate, tax_rate, technical_life_years, contract_life_years.

    Raises
    ------
    DataError
        With every fault at its cell: unreadable cells, periods that do not run from 1 without gaps, terms of one stream
        that differ.

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> text = "收入流,期,收入,增长率\\nA,1,1200万元,3%\\nA,2,1500万元,\\n"
    >>> stream = read_streams(parse_table(text.encode(), file="streams.csv"))[0]
    >>> stream.revenues, stream.growth_rate
    ((12000000.0, 15000000.0), 0.03)
    """
    read = read_columns(table, STREAM_COLUMNS)
    refuse(DataError, read.findings)
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(read.values["stream"]):
        rows[name].append(row)
    refuse(DataError, [one for at in rows.values() for one in _row_faults(read, at)])
    return tuple(_stream(read, name, at) for name, at in rows.items())


def _row_faults(read: TypedColumns, rows: list[int]) -> Iterator[Finding]:
    for expected, row in enumerate(rows, 1):
        period = read.values["period"][row]
        if period != expected:
            template = "period {got} where {expected} is expected; periods of a stream run from 1 without gaps"
            yield read.at(row, finding("stream_tape.period", template, got=period, expected=expected), field="period")
        for column in TERMS:
            here, first = (read.row(at).get(column.name) for at in (row, rows[0]))
            if here is not None and here != first:
                fault = finding("stream_tape.differs", "{field} is {got} here and {first} in the stream's first row",
                                got=here, field=column.name, first=first)  # fmt: skip
                yield read.at(row, fault, field=column.name)


def _stream(read: TypedColumns, name: str, rows: list[int]) -> RevenueStream:
    stated: dict[str, Any] = {key: value for key, value in read.row(rows[0]).items() if key in TERM_NAMES}
    return RevenueStream(name=name, revenues=tuple(read.values["revenue"][row] for row in rows), **stated)


def read_coverage(table: Table) -> CoverageMatrix:
    """A coverage matrix from a table with a row for each right and stream; an empty share is all of the stream.

    Whether the rights and streams exist is checked when a method values a portfolio.

    >>> from ipabs.io.table import parse_table
    >>> read_coverage(parse_table("专利号,收入流,保护比例\\nZL1,A,60%\\n".encode(), file="coverage.csv")).protections
    (Protection(right='ZL1', stream='A', share=0.6),)
    """
    read = read_columns(table, COVERAGE_COLUMNS)
    refuse(DataError, read.findings)
    return CoverageMatrix(protections=tuple(Protection(**read.row(row)) for row in range(len(table))))
