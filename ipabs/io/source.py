"""Input files as read once: bytes, their hash, their text."""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from ipabs.errors import FileError, LimitError, Place, finding
from ipabs.io.delimited import decode

FILE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An input file.

    Attributes
    ----------
    file : str
        What messages and manifests call it.
    raw : bytes
    """

    file: str
    raw: bytes

    @property
    def sha256(self) -> str:
        """Hash of the bytes, for the manifest."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def text(self) -> str:
        """The text, from UTF-8 (with or without byte order mark) or GB18030; otherwise a `DataError`."""
        return decode(self.raw, file=self.file).content


def read_source(path: Path, name: str = "") -> Source:
    """Read a whole file, called `name` in messages about what it says.

    Raises
    ------
    FileError
        It is not there, is no plain file, or cannot be read.
    LimitError
        It is larger than 200 million bytes.

    >>> source = read_source(Path("examples/deals/first_deal.yaml"), "first_deal.yaml")
    >>> "name: First deal" in source.text.splitlines()
    True
    """
    place = Place(file=str(path))
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            kind = "a folder" if stat.S_ISDIR(state.st_mode) else "no plain file"
            raise FileError(finding("file.kind", "is {got}; name a file", place=place, got=kind))
        if state.st_size > FILE_BYTES:
            template = "the file has {got} bytes; at most {limit} are read"
            raise LimitError(finding("limit.file", template, place=place, got=state.st_size, limit=FILE_BYTES))
        return Source(file=name or str(path), raw=path.read_bytes())
    except FileError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fault = finding("file.unreadable", "the file cannot be read: {reason}", place=place, reason=reason)
        raise FileError(fault) from error
