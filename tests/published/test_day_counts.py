"""ISDA's published day-count tables, row by row."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from ipabs.basics.daycount import accrual_fraction, year_fractions
from ipabs.basics.tables import Table, parse_table

HERE = Path(__file__).parent


def table(name: str) -> Table:
    return parse_table((HERE / name).read_text(encoding="utf-8"), name=name)


def thirty_360(convention: str) -> list[tuple[date, date, int, date | None]]:
    rows = (row for row in table("isda_30_360_2008.csv").rows if row[0] == convention)
    day = date.fromisoformat
    return [(day(start), day(end), int(days), day(last) if last else None) for _, start, end, days, last in rows]


@pytest.mark.parametrize(("convention", "count"), [("30/360 US", 27), ("30E/360", 33), ("30E/360 ISDA", 33)])
def test_days_of_30_360_agree_with_isda_workbook(convention: str, count: int) -> None:
    rows = thirty_360(convention)
    assert len(rows) == count
    for start, end, days, termination in rows:
        expected = Fraction(days, 360)
        assert accrual_fraction(start, end, convention, termination=termination) == expected, (start, end)
        assert year_fractions(start, end, convention, termination=termination) == float(expected)


def test_bond_basis_differs_from_30_360_us_only_when_a_period_starts_at_the_end_of_february() -> None:
    differing = [
        start
        for start, end, days, _ in thirty_360("Bond Basis")
        if accrual_fraction(start, end, "30/360 US") * 360 != days
    ]
    month_ends = [
        start
        for start, *_ in thirty_360("Bond Basis")
        if start.month == 2 and date.fromordinal(start.toordinal() + 1).month == 3
    ]
    assert differing == month_ends
    assert len(differing) == 5


def test_actual_actual_isda_agrees_with_isda_memorandum() -> None:
    rows = table("isda_actual_actual_1998.csv")
    ours = year_fractions(rows.dates("start"), rows.dates("end"), "ACT/ACT ISDA").tolist()
    printed = rows.column("year_fraction")
    assert len(printed) == 7
    assert [round(value, len(text) - 2) for value, text in zip(ours, printed, strict=True)] == [
        float(x) for x in printed
    ]


def test_actual_actual_isda_counts_170_days_of_2003_and_14_of_2004() -> None:
    # 15 July to 31 December 2003 is 17 + 31 + 30 + 31 + 30 + 31 = 170 days, 1 to 14 January 2004 is 14: by the rule
    # 170/365 + 14/366 = 0.504004790778, the value in the table.
    by_rule = Fraction(170, 365) + Fraction(14, 366)
    assert accrual_fraction(date(2003, 7, 15), date(2004, 1, 15), "ACT/ACT ISDA") == by_rule
    assert round(float(by_rule), 12) == 0.504004790778
