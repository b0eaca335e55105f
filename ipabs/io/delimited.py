"""Delimited text: encoding and delimiter are found out from the file and stated, never guessed per row."""

import csv
import io

from ipabs.errors import DataError, Place, finding

DELIMITERS = (",", ";", "\t", "|")
BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def delimited_rows(raw: bytes, *, file: str) -> tuple[list[list[str]], str]:
    """Every record of a delimited file and a line that says how it was read.

    A record is a row as Excel counts it: a quoted field may hold line breaks. Lines of comment (``# …``) above the
    headings come as one-field records.
    """
    text, encoding = decode(raw, file=file)
    comments, lines = [], io.StringIO(text, newline="")
    start = 0
    for line in lines:
        if line.strip() and not line.startswith("#"):
            break
        comments.append([line.strip()])
        start += len(line)
    delimiter = find_delimiter(line) if start < len(text) else ","
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise DataError(
            finding(
                "input.quoting",
                "the record that ends here cannot be read: {reason}",
                place=Place(file=file, line=len(comments) + reader.line_num),
                reason=error,
            )
        ) from error
    return [*comments, *rows], f"csv, {encoding}, delimiter {delimiter!r}"


def decode(raw: bytes, *, file: str) -> tuple[str, str]:
    """The text of a file in UTF-8 (with or without byte order mark) or, failing that, GB18030, and which it was.

    >>> decode("专利".encode("gb18030"), file="tape.csv")
    ('专利', 'gb18030')
    """
    for mark, name in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            raise _undecodable(file, 1, name)
    if raw.startswith(b"\xef\xbb\xbf"):
        encodings: tuple[str, ...] = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    furthest = 0
    for encoding in encodings:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    raise _undecodable(file, raw.count(b"\n", 0, furthest) + 1, "neither")


def _undecodable(file: str, line: int, got: str) -> DataError:
    return DataError(
        finding(
            "input.encoding",
            "the text is {got}; save the file as CSV in UTF-8 or GB18030",
            place=Place(file=file, line=line),
            got="neither UTF-8 nor GB18030" if got == "neither" else got,
        )
    )


def find_delimiter(heading: str) -> str:
    r"""The delimiter that splits the line of headings into the most fields; a comma if none does.

    >>> find_delimiter('id;"amount, yuan";start\n')
    ';'
    """
    unquoted = "".join(heading.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)
