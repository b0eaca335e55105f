"""Tables are read with the place of every cell; what cannot be read says where and what to do."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError, FileError
from ipabs.io.table import Table, parse_table, read_table

HOLDS = "the workbook holds"
EMPTY = "the table is empty; the first row holds the headings, the next ones the data"
NOT_TEXT = "save the file in UTF-8 or GB18030"
VALUES_ONLY = "save the sheet alone, with values only"
OUTSIDE = "twice or outside the archive; save it again in Excel"
DOCUMENT_TYPE = "declares a document type or an encoding other than UTF-8; save the workbook again in Excel"


def workbook(rows: list[list[object]], *, sheet: str = "Tape", hidden_first: bool = False) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        if hidden_first:
            book.add_worksheet("Notes").write(0, 0, "not this one")
        page = book.add_worksheet(sheet)
        page.activate()
        page.set_first_sheet()
        if hidden_first:
            book.worksheets()[0].hide()
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                page.write(r, c, value)
    return stream.getvalue()


def repacked(raw: bytes, extra: dict[str, bytes]) -> bytes:
    """The archive with parts replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in extra:
                new.writestr(name, old.read(name))
        for name, content in extra.items():
            new.writestr(name, content)
    return stream.getvalue()


def faults(raw: bytes, *, file: str = "tape.csv", sheet: str = "") -> list[str]:
    with pytest.raises(DataError) as caught:
        parse_table(raw, file=file, sheet=sheet)
    return [str(found) for found in caught.value.findings]


def rows_of(table: Table) -> list[tuple[str, ...]]:
    return list(zip(*(column.tolist() for column in table.cells), strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_text_is_read_in_each_encoding(encoding: str) -> None:
    table = parse_table("合同号,企业\nC1,余杭某企业\n".encode(encoding), file="tape.csv")
    assert table.columns == ("合同号", "企业")
    assert rows_of(table) == [("C1", "余杭某企业")]
    assert table.form == f"csv, {encoding}, delimiter ','"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_and_stated(delimiter: str) -> None:
    table = parse_table(f'id{delimiter}"a,b;c"\nC1{delimiter}1\n'.encode(), file="tape.csv")
    assert table.columns == ("id", "a,b;c")
    assert table.form.endswith(repr(delimiter))


def test_comment_lines_are_the_notice_and_rows_keep_their_numbers() -> None:
    table = parse_table(b"# illustration, not real firms\n\nid,amount\nC1,5\n", file="tape.csv")
    assert table.notice == "illustration, not real firms"
    assert table.first_row == 4
    assert str(table.place(0, "amount")) == "tape.csv:4:2 B4.amount"
    assert str(table.heading_place("amount")) == "tape.csv:3:2"


def test_line_break_inside_a_field_keeps_the_row_numbers_of_excel() -> None:
    table = parse_table(b'id,note\nC1,"two\nlines"\nC2,x\n', file="tape.csv")
    assert table.column("note").tolist() == ["two\nlines", "x"]
    assert table.place(1, "id").line == 3


def test_trailing_blank_rows_and_columns_are_dropped() -> None:
    table = parse_table(b"id,amount,,\nC1,5,,\n,,,\n\n", file="tape.csv")
    assert table.columns == ("id", "amount")
    assert len(table) == 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", [f"tape.csv: {EMPTY}"]),
        (b"\n \n# only a comment\n", [f"tape.csv: {EMPTY}"]),
        (b"id,amount\n", ["tape.csv:1: there are headings but no row below them"]),
        (
            b"id,amount\nC1\nC2,1,2\n\nC3,1\n",
            [
                "tape.csv:2: the row has 1 fields, the headings 2; quote a field that holds the delimiter",
                "tape.csv:3: the row has 3 fields, the headings 2; quote a field that holds the delimiter",
                "tape.csv:4: the row is empty but others follow; delete it",
            ],
        ),
        (
            b"id,,id\nC1,2,3\n",
            [
                "tape.csv:1:2: column B holds values but has no heading",
                "tape.csv:1:3: heading 'id' stands in column A and again in column C",
            ],
        ),
        (b"id,b\nC\x001,1\nC2,\x07\n", [
            "tape.csv:2:1 A2: the cell holds the control character U+0000; delete it",
            "tape.csv:3:2 B3: the cell holds the control character U+0007; delete it",
        ]),
        (b"id,b\nC1,\xff\xff\n", [f"tape.csv:2: the text is neither UTF-8 nor GB18030; {NOT_TEXT}"]),
        ("id,b\nC1,1\n".encode("utf-16"), [f"tape.csv:1: the text is UTF-16; {NOT_TEXT}"]),
        (b'id,b\nC1,"open\n', ["tape.csv:2: the record that ends here cannot be read: unexpected end of data"]),
        (
            b"id,b\nC1," + b"x" * 200_000 + b"\n",
            ["tape.csv:2: the record that ends here cannot be read: field larger than field limit (131072)"],
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
            ["tape.csv: the file is an old or an encrypted Excel workbook; save it as .xlsx without a password"],
        ),
    ],
)  # fmt: skip
def test_faults_of_text_name_row_and_column(raw: bytes, expected: list[str]) -> None:
    assert faults(raw) == expected


def test_missing_file_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file or directory"):
        read_table(tmp_path / "nothing.csv")


def test_workbook_gives_the_texts_a_person_would_type(tmp_path: Path) -> None:
    import datetime

    path = tmp_path / "tape.xlsx"
    path.write_bytes(
        workbook(
            [["id", "amount", "rate", "start", "ok"], ["001", 95_000_000, 0.0325, datetime.date(2024, 2, 29), True]]
        )
    )
    table = read_table(path)
    assert rows_of(table) == [("001", "95000000", "0.0325", "2024-02-29", "TRUE")]
    assert str(table.place(0, "rate")) == "tape.xlsx:2:3 Tape!C2.rate"
    assert (table.sheet, table.form) == ("Tape", "xlsx")


def test_workbook_and_csv_of_the_same_tape_agree() -> None:
    rows: list[list[object]] = [["# notice"], ["id", "amount"], ["C1", 12.5], ["C2", 3]]
    sheet = parse_table(workbook([[*row, ""][:2] for row in rows]), file="tape.xlsx")
    text = parse_table(b"# notice\nid,amount\nC1,12.5\nC2,3\n", file="tape.csv")
    assert (rows_of(sheet), sheet.columns, sheet.first_row, sheet.notice) == (
        rows_of(text), text.columns, text.first_row, text.notice,
    )  # fmt: skip


def test_hidden_sheet_is_not_the_default_and_a_wrong_name_is_helped() -> None:
    raw = workbook([["id"], ["C1"]], hidden_first=True)
    assert parse_table(raw, file="tape.xlsx").sheet == "Tape"
    assert faults(raw, file="tape.xlsx", sheet="Tap") == ["tape.xlsx: no sheet 'Tap'; did you mean 'Tape'?"]


def test_formula_error_and_formula_without_value_name_their_cells() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Tape")
        page.write_row(0, 0, ["id", "amount", "rate"])
        page.write_row(1, 0, ["C1", 1, 2])
        page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(2, 2, "=1+1", None, "")
        page.write(2, 0, "C2")
    assert faults(stream.getvalue(), file="t.xlsx") == [
        "t.xlsx:3:2 Tape!B3: the cell's formula gives the error #DIV/0!; correct it or type the value",
        "t.xlsx:3:3 Tape!C3: the cell's formula has no stored value; "
        "open the workbook in Excel and save it, or type the value",
    ]


def test_workbook_that_unpacks_too_large_is_refused_unread() -> None:
    bomb = repacked(workbook([["id"], ["C1"]]), {"xl/worksheets/sheet1.xml": b" " * 20_000_000})
    [text] = faults(bomb, file="bomb.xlsx")
    assert text.startswith("bomb.xlsx: the workbook unpacks to 20")
    assert "100 times its size" in text


@pytest.mark.parametrize(
    ("part", "content", "expected"),
    [
        ("xl/vbaProject.bin", b"x", f"{HOLDS} macros (xl/vbaProject.bin); {VALUES_ONLY}"),
        ("xl/externalLinks/a.xml", b"<a/>", f"{HOLDS} links to other files (xl/externalLinks/a.xml); {VALUES_ONLY}"),
        ("xl/embeddings/ole1.bin", b"x", f"{HOLDS} an embedded file (xl/embeddings/ole1.bin); {VALUES_ONLY}"),
        ("inner.zip", b"PK", f"{HOLDS} an embedded file (inner.zip); {VALUES_ONLY}"),
        ("../evil.xml", b"<a/>", f"the workbook holds a part named '../evil.xml', {OUTSIDE}"),
        ("/etc/passwd", b"x", f"the workbook holds a part named '/etc/passwd', {OUTSIDE}"),
        ("xl/styles.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', f"part xl/styles.xml {DOCUMENT_TYPE}"),
        ("xl/styles.xml", "<a/>".encode("utf-16"), f"part xl/styles.xml {DOCUMENT_TYPE}"),
    ],
)  # fmt: skip
def test_workbook_parts_that_a_table_may_not_hold_are_refused(part: str, content: bytes, expected: str) -> None:
    assert faults(repacked(workbook([["id"], ["C1"]]), {part: content}), file="t.xlsx") == [f"t.xlsx: {expected}"]


def damaged_sheet(raw: bytes) -> bytes:
    """The packed bytes of a sheet overwritten."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 30 + len(entry.filename)
    return raw[:start] + b"\xff" * entry.compress_size + raw[start + entry.compress_size :]


def moved_directory(raw: bytes) -> bytes:
    """The place of the archive's directory as another than it is."""
    return raw[:-6] + (int.from_bytes(raw[-6:-2], "little") + 10**6).to_bytes(4, "little") + raw[-2:]


def without_sheets(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        part = archive.read("xl/workbook.xml")
    return repacked(raw, {"xl/workbook.xml": re.sub(rb"<sheets>.*</sheets>", b"<sheets></sheets>", part)})


def wrong_declaration(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        part = archive.read("xl/workbook.xml")
    return repacked(raw, {"xl/workbook.xml": part.replace(b"<?xml version=", b"<?xml versixn=")})


@pytest.mark.parametrize("damage", [damaged_sheet, moved_directory, without_sheets, wrong_declaration])
def test_a_workbook_whose_parts_are_damaged_is_a_finding(damage: Callable[[bytes], bytes]) -> None:
    [text] = faults(damage(workbook([["id"], ["C1"]])), file="t.xlsx")
    assert text.startswith("t.xlsx: the workbook cannot be read: ")


@pytest.mark.parametrize("cut", [30, 400, -30])
def test_damaged_workbook_is_a_finding(cut: int) -> None:
    [text] = faults(workbook([["id"], ["C1"]])[:cut], file="t.xlsx")
    assert text.startswith("t.xlsx: the workbook cannot be read: ")


def test_workbook_without_its_parts_is_a_finding() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "not a workbook")
    [text] = faults(stream.getvalue(), file="t.xlsx")
    assert text.startswith("t.xlsx: the workbook cannot be read: ")


def test_empty_sheet_is_empty() -> None:
    assert faults(workbook([]), file="t.xlsx") == [f"t.xlsx: {EMPTY}"]


def test_parquet_is_read_through_the_store_extra(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "tape.parquet"
    duckdb.sql("select 'C1' as id, 12.5 as amount, date '2024-02-29' as \"起始日\", null as note").write_parquet(
        str(path)
    )
    table = read_table(path)
    assert table.columns == ("id", "amount", "起始日", "note")
    assert rows_of(table) == [("C1", "12.5", "2024-02-29", "")]
    [text] = faults(b"PAR1 not really", file="t.parquet")
    assert text.startswith("t.parquet: the Parquet file cannot be read: ")


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)] * 2), min_size=1, max_size=5
    )
)
def test_any_text_survives_csv(rows: list[tuple[str, str]]) -> None:
    import csv

    rows = [("x" + a, "y" + b) for a, b in rows]
    stream = io.StringIO()
    csv.writer(stream).writerows([("id", "b"), *rows])
    table = parse_table(stream.getvalue().encode(), file="t.csv")
    assert rows_of(table) == [(a.strip(), b.strip()) for a, b in rows]
    assert all(isinstance(text, str) for column in table.cells for text in column)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_findings(raw: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"id,b\n"):
        try:
            places = [parse_table(head + raw, file="t").heading_place()]
        except DataError as error:
            places = [found.place for found in error.findings]
        assert {place.file for place in places} == {"t"}


def test_a_table_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing.csv", ".", "pipe", "a\0b"):
        with pytest.raises(FileError):
            read_table(tmp_path / name)
