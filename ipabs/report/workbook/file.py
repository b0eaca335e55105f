"""One file written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from ipabs.errors import FileError, Place, finding


def write_workbook(path: str | os.PathLike[str], contents: bytes) -> Path:
    """Write `contents` to `path` and return its full path; an existing file is replaced in one step.

    Raises
    ------
    FileError
        The folder is missing or cannot be written, `path` is a folder, or the file is open in another program.
    """
    target = Path(path).resolve()
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(None, "is a folder")
        with fresh.open("wb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise FileError(
            finding(
                "workbook.write",
                "cannot write the workbook: {reason}; give a file in an existing folder, and close it where it is open",
                place=Place(file=str(target)),
                reason=error.strerror or type(error).__name__,
            )
        ) from error
    return target
