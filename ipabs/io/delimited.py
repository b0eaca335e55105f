"""Delimited text: encoding and delimiter are found out from the file and stated, never guessed per row."""

import csv
import io
import re
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt

from ipabs.errors import DataError, Place, finding

DELIMITERS = (",", ";", "\t", "|")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Bytes below 32 and 127 stand for themselves in UTF-8 and in GB18030.
CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
BLANKS = (" ", "\t", "\xa0", "\u3000")
LONGEST_LINE = 131_072
MOST_CELLS = 20_000_000
BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, what it was encoded in, and how its fields are parted.

    In a `clean` text there is nothing to strip and nothing to refuse in any field.
    """

    content: str
    encoding: str
    delimiter: str
    comments: int
    clean: bool

    @property
    def form(self) -> str:
        """How the file was read."""
        return f"csv, {self.encoding}, delimiter {self.delimiter!r}"


def plain_block(text: Text) -> tuple[list[str], list[str], npt.NDArray[np.object_]]:
    """Comments, headings and cells of a text without quotes whose lines all have the same number of fields.

    Most tapes are like this, and are read several times faster than by the reader of quoted records. Without headings
    in the answer the text is not like this.
    """
    nothing: npt.NDArray[np.object_] = np.empty((0, 0), dtype=object)
    content = text.content.replace("\r\n", "\n")
    lines = content.rstrip("\n").split("\n")
    comments, body = lines[: text.comments], lines[text.comments :]
    width = body[0].count(text.delimiter) + 1 if body else 0
    if (
        len(body) < 2
        or '"' in content
        or "\r" in content
        or set(map(str.count, body, repeat(text.delimiter))) != {width - 1}
        or max(map(len, body)) > LONGEST_LINE
        or width * (len(body) - 1) > MOST_CELLS
        or (f"\n{text.delimiter}" in content and not all(any(line.split(text.delimiter)) for line in body))
        or not all(body)
    ):
        return [], [], nothing
    flat = text.delimiter.join(body[1:]).split(text.delimiter)
    cells = np.array(flat, dtype=object).reshape(-1, width)
    return comments, body[0].split(text.delimiter), cells


def delimited_rows(text: Text, *, file: str) -> list[list[str]]:
    """Every record of a delimited file.

    A record is a row as Excel counts it: a quoted field may hold line breaks. Lines of comment (``# …``) above the
    headings come as one-field records.
    """
    lines = text.content.splitlines(keepends=True)
    comments = [[line.strip()] for line in lines[: text.comments]]
    rest = text.content[sum(map(len, lines[: text.comments])) :]
    reader = csv.reader(io.StringIO(rest, newline=""), delimiter=text.delimiter, strict=True)
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
    return [*comments, *rows]


def decode(raw: bytes, *, file: str) -> Text:
    """The text of a file in UTF-8 (with or without byte order mark) or, failing that, GB18030.

    >>> decode("专利;金额".encode("gb18030"), file="tape.csv")
    Text(content='专利;金额', encoding='gb18030', delimiter=';', comments=0, clean=True)
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
        if encoding == "gb18030" and (line := _line_in_utf8(raw)):
            raise _mixed(file, line, raw.count(b"\n", 0, furthest) + 1)
        try:
            return _parted(raw.decode(encoding), encoding, len(raw.translate(None, CONTROL_BYTES)) == len(raw))
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    raise _undecodable(file, raw.count(b"\n", 0, furthest) + 1, "neither")


def _line_in_utf8(raw: bytes) -> int:
    """Number of the first line that is Chinese in UTF-8, in a text that as a whole is not UTF-8; 0: none."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.isascii():
            try:
                if max(line.decode()) >= "\u0800":  # three bytes; Chinese in GB18030 may look like two of UTF-8
                    return number
            except UnicodeDecodeError:
                continue
    return 0


def _mixed(file: str, utf8: int, other: int) -> DataError:
    template = "line {utf8} is UTF-8, line {other} is not; save the whole file in one encoding"
    place = Place(file=file, line=other)
    return DataError(finding("input.mixed_encodings", template, place=place, utf8=utf8, other=other))


def _parted(content: str, encoding: str, plain: bool) -> Text:
    """The text with its delimiter, found in the first line that is neither blank nor a comment."""
    clean = plain and not any(character in content for character in BLANKS)
    comments = at = 0
    while at < len(content):
        end = content.find("\n", at) + 1 or len(content)
        line = content[at:end]
        if line.strip() and not line.startswith("#"):
            return Text(content, encoding, find_delimiter(line), comments, clean)
        comments, at = comments + 1, end
    return Text(content, encoding, ",", comments, clean)


def _undecodable(file: str, line: int, got: str) -> DataError:
    return DataError(
        finding(
            "input.encoding",
            "the text is {got}; save the file in UTF-8 or GB18030",
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
