"""One file, written whole or not at all."""

import os
from pathlib import Path

from ipabs.errors import FileError, Place, finding
from ipabs.io.folder import disk_finding, flush_folder, write_flushed


def write_file(path: str | os.PathLike[str], contents: bytes) -> Path:
    """Write `contents` to a file and return its full path; a file that stands there is replaced at once.

    Raises
    ------
    FileError
        The path is a folder, or the disk refuses; the old file is untouched then.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(f"{folder}/page.html", b"<p>").read_bytes()
    b'<p>'
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise FileError(finding("file.folder", "is a folder; give a file", place=Place(file=str(target))))
    fresh = target.with_name(f".{target.name}.tmp-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_flushed(fresh, contents)
            os.replace(fresh, target)
            flush_folder(target.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(disk_finding(target, error)) from error
    return target
