"""Where an input comes from: published with its source, derived, or assumed with its reason.

A `ProvenanceTable` says it by key path, where ``*`` stands for one part and a trailing ``*`` for all below:

``deals.abs.tranches.A.coupon: {published: futurescicity_guojin_1_2023, note: comparable issue of 2023-11}``
``costs.*: {assumption: no fee schedule is published}``
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.basics import words
from ipabs.errors import Finding, KeyPath, finding, key_path_text

Origin = Literal["published", "derived", "assumption"]
ORIGINS: tuple[Origin, ...] = ("published", "derived", "assumption")
PART = re.compile(r"[^.\[\]]+|\[[0-9]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where an input comes from; exactly one of `published`, `derived` and `assumption` is stated.

    >>> Provenance(published="lpr_monthly", note="month of closing").text()
    'published: lpr_monthly (month of closing)'
    """

    KEYED: ClassVar[str] = "path"

    path: Annotated[str, "Key path of the input; * stands for one part, a trailing * for all below."] = "*"
    published: Annotated[str, "Source in which the figure can be read."] = ""
    derived: Annotated[str, "What it was computed from."] = ""
    assumption: Annotated[str, "Why this value was assumed."] = ""
    note: Annotated[str, "Further remarks."] = ""

    @property
    def origin(self) -> Origin:
        """Which of the three it is; an input that states several counts as the weakest."""
        return next((origin for origin in reversed(ORIGINS) if getattr(self, origin)), "assumption")

    def text(self, lang: words.Language = "en") -> str:
        """The line that a report prints."""
        stated = getattr(self, self.origin)
        remark = (f"（{self.note}）" if lang == "zh" else f" ({self.note})") if self.note else ""
        colon = "：" if lang == "zh" else ": "
        return f"{words.label(f'provenance.{self.origin}', lang)}{colon}{stated}{remark}"

    def findings(self) -> Iterator[Finding]:
        """Exactly one origin, and a path that can be one."""
        stated = sum(bool(getattr(self, origin).strip()) for origin in ORIGINS)
        if stated != 1:
            template = "exactly one of published, derived and assumption is stated, not {got}"
            yield finding("provenance.one_origin", template, got=stated)
        if key_path_text(_parts(self.path)) != self.path:
            template = "{got!r} is no key path; write deals.abs.tranches.A.coupon or costs.*"
            yield finding("provenance.pattern", template, got=self.path)


def _parts(pattern: str) -> KeyPath:
    """A key path from its text: ``waterfall.normal[3]`` → ``("waterfall", "normal", 3)``."""
    return tuple(int(part[1:-1]) if part.startswith("[") else part for part in PART.findall(pattern))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceTable:
    """Origins by key-path pattern; the most specific pattern that fits a path speaks for it.

    >>> table = ProvenanceTable(entries=(Provenance(path="costs.*", assumption="no schedule is published"),
    ...                                  Provenance(path="costs.audit.rate", published="tariff_2023")))
    >>> table.of(("costs", "audit", "rate")).origin, table.of(("costs", "rating", "rate")).origin
    ('published', 'assumption')
    """

    entries: tuple[Provenance, ...] = ()

    def of(self, path: KeyPath) -> Provenance | None:
        """The provenance of the input at `path`."""
        fitting = [
            (specificity, at) for at, entry in enumerate(self.entries) if (specificity := _fit(entry.path, path))
        ]
        return self.entries[max(fitting)[1]] if fitting else None

    def missing(self, paths: Iterable[KeyPath]) -> Iterator[Finding]:
        """A finding for each input without a provenance."""
        for path in paths:
            if self.of(path) is None:
                template = "this input has no provenance; state published, derived or assumption"
                yield finding("provenance.missing", template, path=path)

    def unused(self, paths: Iterable[KeyPath]) -> Iterator[Finding]:
        """A warning for each entry that fits no input."""
        inputs = tuple(paths)
        for entry in self.entries:
            if not any(_fit(entry.path, path) for path in inputs):
                yield finding(
                    "provenance.unused",
                    "{got!r} fits no input; {hint}",
                    path=(entry.path,),
                    severity="warning",
                    got=entry.path,
                    allowed=map(key_path_text, inputs),
                )


def _fit(pattern: str, path: KeyPath) -> tuple[int, ...]:
    """How closely `pattern` fits `path`, part by part (2 the same word, 1 a star); empty when it does not fit."""
    parts = _parts(pattern)
    if len(parts) > len(path) or (len(parts) < len(path) and (not parts or parts[-1] != "*")):
        return ()
    fits = tuple(2 if part == here else int(part == "*") for part, here in zip(parts, path, strict=False))
    return fits if all(fits) else ()
