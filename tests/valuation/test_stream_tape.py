"""Streams and coverage from tables: read whole, or every fault at its cell."""

import numpy as np
import pytest

from ipabs.errors import DataError
from ipabs.io.table import Table, parse_table
from ipabs.valuation.coverage import Protection
from ipabs.valuation.stream_tape import read_coverage, read_streams


def table(text: str) -> Table:
    return parse_table(text.encode(), file="t.csv")


def test_streams_are_read_in_order_of_first_mention() -> None:
    text = """stream,product,period,revenue,decay_rate,technical_life_years,royalty_rate
B,terminal,1,900万元,15%,6 years,4%
A,platform,1,1000,,,
B,,2,1000万元,15%,,
"""
    second, first = read_streams(table(text))
    assert (second.name, second.revenues, second.product) == ("B", (9e6, 1e7), "terminal")
    assert (second.decay_rate, second.technical_life_years, second.royalty_rate) == (0.15, 6.0, 0.04)
    assert (first.revenues, first.growth_rate, first.technical_life_years) == ((1000.0,), None, np.inf)


def test_gaps_and_terms_that_differ_are_told_at_their_cells() -> None:
    with pytest.raises(DataError) as caught:
        read_streams(table("stream,period,revenue,growth_rate\nA,1,10,3%\nA,3,12,4%\nB,2,5,\n"))
    assert [str(found.place).split(" ")[0] for found in caught.value.findings] == [
        "t.csv:3:2",
        "t.csv:3:4",
        "t.csv:4:2",
    ]
    assert "period 3 where 2 is expected" in str(caught.value)
    assert "growth_rate is 0.04 here and 0.03 in the stream's first row" in str(caught.value)


def test_unreadable_cells_are_all_named() -> None:
    with pytest.raises(DataError) as caught:
        read_streams(table("stream,period,revenue\nA,one,-5\n,1,3\n"))
    codes = [found.code for found in caught.value.findings]
    assert codes == ["columns.empty", "unit.integer", "unit.negative_money"]
    with pytest.raises(DataError, match="no column gives revenue"):
        read_streams(table("stream,period\nA,1\n"))


def test_coverage_has_whole_shares_where_none_is_stated() -> None:
    found = read_coverage(table("number,stream,share\nZL1,A,\nZL2,A,40%\n"))
    assert found.protections == (Protection(right="ZL1", stream="A"), Protection(right="ZL2", stream="A", share=0.4))
    with pytest.raises(DataError, match=r"1\.4 is outside 0% to 100%"):
        read_coverage(table("number,stream,share\nZL1,A,140%\n"))
