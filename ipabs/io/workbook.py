"""Excel workbooks in: the archive is inspected before any sheet is read.

A workbook is a ZIP archive of XML parts. What a table does not need and an attacker may use is refused: parts that
unpack to far more than they weigh, names that leave the archive, macros, embedded objects, links to other files,
document type definitions. Formulas are read by the value Excel stored; a formula without one, or with an error, is a
finding with its cell, because the reading library would hand over an empty cell.
"""

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ipabs.errors import DataError, Finding, Place, finding

if TYPE_CHECKING:
    import python_calamine

UNPACKED_BYTES = 200_000_000
UNPACKED_RATIO = 100
MOST_PARTS = 10_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]+)"[^>]*\bt="e"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
_FORMULA_CELL = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]+)"[^>]*><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".7z", ".rar", ".gz")

Value = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def workbook_columns(raw: bytes, *, file: str, sheet: str) -> tuple[str, list[list[str]], list[Finding]]:
    """Name of the sheet read, its columns as text from row 1 on, and the findings about its formulas.

    Raises
    ------
    DataError
        If the archive holds what a table may not, or the sheet is not there.
    """
    import python_calamine

    parts = _safe_parts(raw, file)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        chosen = _choose(workbook, sheet, file)
        name, values = chosen.name, chosen.to_python(skip_empty_area=False)
        part = _sheet_part(parts, name)
    except (python_calamine.CalamineError, python_calamine.ZipError, python_calamine.XmlError) as error:
        raise _unreadable(file, error) from None
    except (ElementTree.ParseError, KeyError) as error:
        raise _unreadable(file, error) from error
    found = list(_formula_faults(part, file, name))
    return name, [_texts(column) for column in zip(*values, strict=True)], found


def _unreadable(file: str, reason: Exception | str) -> DataError:
    return DataError(
        finding(
            "input.workbook_unreadable", "the workbook cannot be read: {reason}", place=Place(file=file), reason=reason
        )
    )


def _safe_parts(raw: bytes, file: str) -> dict[str, bytes]:
    """Every part of the archive, unpacked within the limits; all that a table may not hold is a finding."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            faults = list(_archive_faults(entries, file))
            if faults:
                raise DataError(*faults)
            parts = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except DataError:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError) as error:
        raise _unreadable(file, error) from error
    faults = [
        finding(
            "input.document_type",
            "part {got} declares a document type or an encoding other than UTF-8; save the workbook again in Excel",
            place=Place(file=file),
            got=name,
        )
        for name, content in parts.items()
        if name.endswith((".xml", ".rels", ".vml")) and _declares_type(content)
    ]
    if faults:
        raise DataError(*faults)
    return parts


def _declares_type(content: bytes) -> bool:
    return (
        content[:2] in (b"\xff\xfe", b"\xfe\xff")
        or b"\0" in content[:4]
        or b"<!DOCTYPE" in content
        or b"<!ENTITY" in content
    )


def _archive_faults(entries: Sequence[zipfile.ZipInfo], file: str) -> Iterable[Finding]:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    place = Place(file=file)
    if unpacked > UNPACKED_BYTES or unpacked > UNPACKED_RATIO * max(packed, 1) or len(entries) > MOST_PARTS:
        yield finding(
            "input.unpacks_too_large",
            "the workbook unpacks to {got} bytes from {packed} in {parts} parts; at most {limit} bytes, {ratio} times "
            "its size and {most_parts} parts are read",
            place=place,
            got=unpacked,
            packed=packed,
            parts=len(entries),
            limit=UNPACKED_BYTES,
            ratio=UNPACKED_RATIO,
            most_parts=MOST_PARTS,
        )
    names: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name in names or name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            yield finding(
                "input.part_name",
                "the workbook holds a part named {got!r}, twice or outside the archive; save it again in Excel",
                place=place,
                got=name,
            )
        names.add(name)
        if reason := _not_a_table(entry):
            yield finding(
                "input.not_only_data",
                "the workbook holds {reason} ({got}); save the sheet alone, with values only",
                place=place,
                got=name,
                reason=reason,
            )


def _not_a_table(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.lower()
    if entry.flag_bits & 0x1:
        return "an encrypted part"
    if "vbaproject" in name or "macrosheets/" in name:
        return "macros"
    if "externallinks/" in name:
        return "links to other files"
    if "embeddings/" in name or name.endswith(_ARCHIVES):
        return "an embedded file"
    return ""


def _choose(workbook: "python_calamine.CalamineWorkbook", sheet: str, file: str) -> "python_calamine.CalamineSheet":
    """The sheet asked for, or the first visible one with content."""
    import python_calamine

    names = workbook.sheet_names
    if not names:
        raise _unreadable(file, "it has no sheet")
    if sheet and sheet not in names:
        raise DataError(
            finding("input.sheet_unknown", "no sheet {got!r}; {hint}", place=Place(file=file), got=sheet, allowed=names)
        )
    if sheet:
        return workbook.get_sheet_by_name(sheet)
    visible = [
        metadata.name
        for metadata in workbook.sheets_metadata
        if metadata.visible == python_calamine.SheetVisibleEnum.Visible
        and metadata.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    for name in visible:
        if (found := workbook.get_sheet_by_name(name)).height:
            return found
    return workbook.get_sheet_by_name(names[0])


def _sheet_part(parts: dict[str, bytes], name: str) -> bytes:
    """The XML of a sheet, found by its relation in the workbook part."""
    workbook = ElementTree.fromstring(parts["xl/workbook.xml"])
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in (*workbook.iter(f"{_MAIN}sheet"), *workbook.iter(f"{_STRICT}sheet")):
        if element.get("name") == name:
            keys = [value for key, value in element.attrib.items() if key.endswith("}id")]
            target = targets.get(keys[0], "") if keys else ""
            return parts.get(target.lstrip("/") if target.startswith("/") else f"xl/{target}", b"")
    return b""


def _formula_faults(part: bytes, file: str, sheet: str) -> Iterable[Finding]:
    hits = [(match, match[3].decode()) for match in _ERROR_CELL.finditer(part)] if b't="e"' in part else []
    hits += [(match, "") for match in _FORMULA_CELL.finditer(part)] if b"<f" in part or b":f" in part else []
    for match, value in hits:
        letters, row = match[1].decode(), int(match[2])
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - ord("A") + 1
        place = Place(file=file, line=row, column=column, path=(f"{sheet}!{letters}{row}",))
        if value:
            yield finding(
                "input.formula_error",
                "the cell's formula gives the error {got}; correct it or type the value",
                place=place,
                got=value,
            )
        else:
            yield finding(
                "input.formula_unsaved",
                "the cell's formula has no stored value; open the workbook in Excel and save it, or type the value",
                place=place,
            )


def _texts(column: Sequence[Value]) -> list[str]:
    """The cells of a column as a person would type them.

    >>> _texts(["C1", 95000000.0, 0.0325, True, datetime.date(2024, 2, 29)])
    ['C1', '95000000', '0.0325', 'TRUE', '2024-02-29']
    """
    return list(map(str, column)) if set(map(type, column)) == {str} else list(map(_text, column))


def _text(value: Value) -> str:
    match value:
        case str():
            return value
        case float():
            return repr(value).removesuffix(".0")
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.isoformat(sep=" ")
        case datetime.date():
            return value.isoformat()
    return str(value)
