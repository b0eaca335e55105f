"""Findings and the errors that carry them.

A `Finding` says one thing that is wrong: a stable code, the place, what was got, what would be valid. An error
carries every finding of one look at the input, never only the first. The English text stands beside the rule that
makes it; `ipabs.basics.words.message` gives the Chinese text of the same code.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "note"]
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: a file with line and column (1-based, 0 = unknown) and a key path inside it.

    >>> str(Place(file="deal.yaml", line=23, column=11, path=("waterfall", "normal", 3)))
    'deal.yaml:23:11 waterfall.normal[3]'
    """

    file: str = ""
    line: int = 0
    column: int = 0
    path: KeyPath = ()

    def __str__(self) -> str:
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return " ".join(part for part in (position, key_path_text(self.path)) if part)


def key_path_text(path: KeyPath) -> str:
    """A key path as text.

    >>> key_path_text(("tranches", "A", "schedule", 0))
    'tranches.A.schedule[0]'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault, warning or note about an input or a result.

    Attributes
    ----------
    code : str
        Stable machine name, ``room.what`` (for instance ``claim.unknown``).
    template : str
        English text with ``{got}``, ``{hint}``, ``{allowed}`` and the names in `values`.
    got : str
        What stood there.
    allowed : tuple of str
        The valid words, where the set is closed.
    values : tuple of (name, text)
        Further parameters of the text.

    Examples
    --------
    >>> found = finding("rate.range", "a coupon of {got} is above 100%", path=("tranches", "A", "coupon"), got="325%")
    >>> print(found.at(file="deal.yaml", line=12, column=22))
    deal.yaml:12:22 tranches.A.coupon: a coupon of 325% is above 100%
    >>> found.to_dict()["code"], found.severity
    ('rate.range', 'error')
    """

    code: str
    template: str
    place: Place = Place()
    severity: Severity = "error"
    got: str = ""
    allowed: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        place = str(self.place)
        return f"{place}: {self.message}" if place else self.message

    @property
    def message(self) -> str:
        """The English text without the place."""
        return self.template.format(
            got=self.got, allowed=", ".join(self.allowed), hint=hint(self.got, self.allowed), **dict(self.values)
        )

    def at(self, *, file: str = "", line: int = 0, column: int = 0) -> "Finding":
        """The same finding with the file position filled in, keeping what is already known."""
        here = self.place
        place = replace(here, file=here.file or file, line=here.line or line, column=here.column or column)
        return replace(self, place=place)

    def under(self, *path: str | int) -> "Finding":
        """The same finding with `path` put in front of its key path.

        >>> print(finding("rate.range", "130% is too much", path=("coupon",)).under("tranches", "A"))
        tranches.A.coupon: 130% is too much
        """
        return replace(self, place=replace(self.place, path=(*path, *self.place.path)))

    def to_dict(self) -> dict[str, object]:
        """The machine form, as ``--json`` prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "path": key_path_text(self.place.path),
            "got": self.got,
            "allowed": list(self.allowed),
            "message": self.message,
        }


def finding(
    code: str,
    template: str,
    *,
    path: KeyPath = (),
    place: Place | None = None,
    severity: Severity = "error",
    got: object = "",
    allowed: Iterable[str] = (),
    **values: object,
) -> Finding:
    """Make a finding; `path` is short for ``place=Place(path=path)``.

    >>> print(finding("claim.unknown", "no claim {got!r}; {hint}", path=("waterfall", "normal", 3),
    ...               got="A.intrest", allowed=["A.interest", "A.principal"]))
    waterfall.normal[3]: no claim 'A.intrest'; did you mean 'A.interest'?
    """
    return Finding(
        code=code,
        template=template,
        place=place or Place(path=path),
        severity=severity,
        got=str(got),
        allowed=tuple(allowed),
        values=tuple((name, str(value)) for name, value in values.items()),
    )


def nearest(word: str, allowed: Iterable[str], *, closeness: float = 0.6) -> str | None:
    """The allowed word closest in spelling, if one is close; `closeness` 1 is the same word.

    Among close words one that begins with `word` comes first.

    >>> nearest("30/360", ["30E/360", "30/360 US"])
    '30/360 US'
    """
    close = difflib.get_close_matches(word, list(allowed), 3, closeness)
    return next((one for one in close if one.startswith(word)), close[0] if close else None)


def hint(word: str, allowed: Iterable[str]) -> str:
    """What to write instead of `word`: the nearest valid word, or all of them.

    >>> hint("sequental", ["sequential", "pro_rata"])
    "did you mean 'sequential'?"
    >>> hint("x", ["sequential", "pro_rata"])
    'valid: sequential, pro_rata'
    >>> hint("LPR1Y", [])
    'valid: none'
    """
    words = list(allowed)
    close = nearest(word, words)
    return f"did you mean {close!r}?" if close else f"valid: {', '.join(words) or 'none'}"


class IpabsError(Exception):
    """Base of all errors of this package; carries the findings and the exit status of the command line.

    >>> try:
    ...     raise DataError(finding("tape.empty", "the tape has no rows"), finding("tape.dates", "no start date"))
    ... except IpabsError as error:
    ...     print(error.exit_code, *error.findings, sep=" | ")
    2 | the tape has no rows | no start date
    """

    exit_code = 3

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*findings)
        self.findings = findings

    def __str__(self) -> str:
        return "\n".join(str(found) for found in self.findings)


class SpecError(IpabsError, ValueError):
    """A file or an object that states a deal, a case or a rule is wrong."""

    exit_code = 2


class DataError(IpabsError, ValueError):
    """A tape, a table or a series of numbers is wrong."""

    exit_code = 2


class ModelError(IpabsError, ValueError):
    """The input is well formed, but the model refuses it."""

    exit_code = 3


class NumericError(IpabsError, ArithmeticError):
    """A numerical method found no answer, or one of our own checks broke."""

    exit_code = 4


class LimitError(IpabsError):
    """An estimate of size, depth, memory or work is above its limit."""

    exit_code = 5


class FileError(IpabsError, OSError):
    """A file cannot be read or a folder cannot be written."""

    exit_code = 6


def refuse(error: type[IpabsError], found: Iterable[Finding]) -> None:
    """Raise `error` with all findings of severity ``error``, if there are any.

    >>> refuse(DataError, [finding("calendar.projected", "2027 is projected", severity="warning")])
    """
    faults = tuple(one for one in found if one.severity == "error")
    if faults:
        raise error(*faults)
