"""Package data: parsing, typed columns, names that must not leave the folder."""

from datetime import date

import pytest

from ipabs.basics import tables
from ipabs.errors import DataError, FileError

RATES = "# People's Bank of China\n# 2024\ndate,rate\n2024-02-20, 0.0345\n2024-07-22,0.0335\n"


def test_table_has_source_columns_and_typed_values() -> None:
    table = tables.parse_table(RATES, name="rates")
    assert table.source == "People's Bank of China\n2024"
    assert table.columns == ("date", "rate")
    assert table.dates("date") == (date(2024, 2, 20), date(2024, 7, 22))
    assert table.numbers("rate") == (0.0345, 0.0335)


def test_quoted_cells_and_byte_order_mark_are_read() -> None:
    table = tables.parse_table('\ufeffname,note\nA,"one, two"\n\n')
    assert table.rows == (("A", "one, two"),)


def test_unknown_column_names_the_nearest() -> None:
    with pytest.raises(DataError, match=r"rates: no column 'rates'; did you mean 'rate'\?"):
        tables.parse_table(RATES, name="rates").column("rates")


def test_unreadable_cells_are_told_all_at_once() -> None:
    table = tables.parse_table("day,x\n2024-02-30,1\n2024-01-01,one\nnever,two\n", name="t")
    with pytest.raises(DataError) as caught:
        table.dates("day")
    assert str(caught.value).splitlines() == [
        "t:2:1 day: '2024-02-30' is no date; write 2024-03-28",
        "t:4:1 day: 'never' is no date; write 2024-03-28",
    ]
    with pytest.raises(DataError, match="'one' is no number") as caught:
        table.numbers("x")
    assert len(caught.value.findings) == 2


def test_misshapen_rows_and_double_columns_are_told_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        tables.parse_table("a,b,a\n1,2,3\n1,2\n1,2,3,4\n", name="t")
    assert str(caught.value).splitlines() == [
        "t:1: column 'a' stands twice",
        "t:3: row has 2 cells, the header has 3",
        "t:4: row has 4 cells, the header has 3",
    ]


def test_a_cell_that_cannot_be_read_is_told_at_its_line() -> None:
    with pytest.raises(DataError, match="t:3: the row that ends here cannot be read: field larger than field limit"):
        tables.parse_table(f"# source\na\n{'x' * 200_000}\n", name="t")


@pytest.mark.parametrize("text", ["", "# only a source\n"])
def test_text_without_header_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="t: there is no header row"):
        tables.parse_table(text, name="t")


@pytest.mark.parametrize(
    "name", ["none.csv", "../__init__.py", "/etc/passwd", "words", "words/../words/basics.toml", ""]
)
def test_missing_data_is_refused(name: str) -> None:
    with pytest.raises(FileError, match="no package data named"):
        tables.read_text(name)


def test_toml_and_digest_of_package_data() -> None:
    assert "finding" in tables.read_toml("words/basics.toml")
    assert "words/basics.toml" in tables.names("words")
    assert tables.names("nowhere") == ()
    assert len(tables.digest("words/basics.toml")) == 64
