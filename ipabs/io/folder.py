"""A folder of results, written whole or not at all.

Everything is written to a temporary sibling first, flushed to the disk, and renamed: a reader sees the old folder or
the new one, never half of one, whenever the writer is killed. The same contents give the same bytes.
"""

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from ipabs.errors import FileError, Finding, Place, finding, refuse

CHECKSUMS = "SHA256SUMS"
NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.-]{0,79}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Cell = str | int | float | date | bool | None


def write_folder(folder: str | os.PathLike[str], files: Mapping[str, bytes]) -> Path:
    """Write `files` (name -> contents) as the whole contents of `folder`, and return its full path.

    ``SHA256SUMS`` is added, so that ``sha256sum -c SHA256SUMS`` proves the folder later. An existing folder is
    replaced if it is empty or holds nothing but files an earlier call listed there; any other is left alone.

    Raises
    ------
    FileError
        A name is not a plain file name, the folder holds something else, or the disk refuses.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     sorted(file.name for file in write_folder(f"{parent}/out", {"savings.csv": b"net\\n"}).iterdir())
    ['SHA256SUMS', 'savings.csv']
    """
    target = Path(os.path.realpath(folder))
    refuse(FileError, [*name_findings(files), *target_findings(target)])
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    put_folder(target, {**files, CHECKSUMS: sums.encode()})
    return target


def put_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of `files` in the place of `target`, whole or not at all; a `FileError` where the disk refuses."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        fresh = sibling(target, "tmp")
        fresh.mkdir()
        try:
            for name, contents in sorted(files.items()):
                write_flushed(fresh / name, contents)
            flush_folder(fresh)
            exchange(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise FileError(disk_finding(target, error)) from error


def name_findings(names: Iterable[str]) -> Iterable[Finding]:
    """Names that are not plain file names on every system."""
    for name in names:
        if not NAME.fullmatch(name) or RESERVED.fullmatch(name) or name.endswith("."):
            yield finding(
                "folder.name",
                "{got!r} is not a name for an output file; valid: up to 80 letters, digits, '_', '-', '.'",
                got=name,
            )


def target_findings(target: Path) -> Iterable[Finding]:
    """Why `target` must not be replaced."""
    place = Place(file=str(target))
    if target.exists() and not target.is_dir():
        yield finding("folder.file", "is a file; give a folder", place=place)
    elif target == Path.cwd() or target in Path.cwd().parents:
        yield finding("folder.working", "is, or holds, the folder you are in; give another folder", place=place)
    elif target.is_dir():
        foreign = sorted({entry.name for entry in target.iterdir()} - listed(target))
        if foreign:
            yield finding(
                "folder.foreign",
                "holds {got!r}, not written here by ipabs ({count} such); give a new folder or move it away",
                place=place,
                got=foreign[0],
                count=len(foreign),
            )


def listed(target: Path) -> set[str]:
    """The files an earlier call wrote, by the folder's own list."""
    sums = target / CHECKSUMS
    if not sums.is_file():
        return set()
    return {CHECKSUMS, *(line[66:] for line in sums.read_text(encoding="utf-8", errors="replace").splitlines())}


def sibling(target: Path, role: str) -> Path:
    """The hidden folder beside `target` that this process uses in a role."""
    return target.with_name(f".{target.name}.{role}-{os.getpid()}")


def sweep(target: Path) -> None:
    """Finish or clear what a killed writer left beside `target`."""
    for left in sorted(target.parent.glob(f".{target.name}.*-*")):
        role, _, owner = left.name.removeprefix(f".{target.name}.").partition("-")
        if role not in ("tmp", "old") or not owner.isdigit() or alive(int(owner)):
            continue
        if role == "old" and not target.exists():
            left.rename(target)
        else:
            shutil.rmtree(left, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether another process with this number runs; where that cannot be asked, assume it does."""
    if process == os.getpid():
        return False
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_flushed(path: Path, contents: bytes) -> None:
    """Write a file through to the disk."""
    with path.open("wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush a folder's entries; some systems cannot, and need not."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`; a kill between the two renames is mended by the next `sweep`."""
    old = sibling(target, "old")
    replaced = target.exists()
    if replaced:
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if replaced:
            old.rename(target)
        raise
    flush_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def disk_finding(target: Path, error: OSError) -> Finding:
    """What the system said when the folder was written."""
    return finding(
        "folder.write",
        "cannot be written: {reason}; give a place where you may write, and close the file where it is open",
        place=Place(file=str(target)),
        reason=error.strerror or type(error).__name__,
    )


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, comment: str = "") -> bytes:
    r"""A table as CSV: UTF-8, one `comment` line first, text that a spreadsheet would run as a formula escaped.

    Numbers stay numbers (shortest form that reads back the same), an unknown value is an empty cell.

    >>> print(csv_bytes(["firm", "saving"], [("=cmd()", -1.5), ("Firm 02", None)], comment="Illustration").decode())
    # Illustration
    firm,saving
    '=cmd(),-1.5
    Firm 02,
    """
    text = io.StringIO()
    if comment:
        text.write("# " + " ".join(comment.split()) + "\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell_text(name) for name in columns])
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def cell_text(cell: Cell) -> str:
    """One cell: text escaped, numbers in their shortest exact form.

    >>> [cell_text(c) for c in ("@SUM(A1)", -1.0, -0.0, 0.1, float("nan"), None, date(2024, 6, 28), True)]
    ["'@SUM(A1)", '-1', '0', '0.1', '', '', '2024-06-28', 'true']
    """
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            value = float(cell)
            if value != value:
                return ""
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case date():
            return cell.isoformat()
        case _:
            return f"'{cell}" if cell.startswith(FORMULA) else cell
