"""The kinds of obligation and of financing that the files of a case may name: the package's and a user's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, cast

from ipabs.case.comparators import Comparator, QuotedLoan
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.kinds import FACILITY_KINDS
from ipabs.pool.kinds import KINDS
from ipabs.pool.obligation import Obligation
from ipabs.spec import OpenSets


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenKinds:
    """What a tape's column ``kind`` and a comparator's key ``kind`` may say."""

    obligations: tuple[type[Obligation], ...] = KINDS
    comparators: tuple[type[Comparator], ...] = (*cast(tuple[type[Comparator], ...], FACILITY_KINDS), QuotedLoan)

    @property
    def open_sets(self) -> OpenSets:
        """For the reader of case files."""
        return {Comparator: self.comparators}

    @property
    def plugins(self) -> tuple[str, ...]:
        """The types that are not the package's, by their full names."""
        own = (*KINDS, *FACILITY_KINDS, QuotedLoan)
        return tuple(
            f"{kind.__module__}.{kind.__qualname__}"
            for kind in (*self.obligations, *self.comparators)
            if kind not in own
        )


USUAL = OpenKinds()


def open_kinds(kinds: Sequence[type[Any]]) -> OpenKinds:
    """Types told apart by what they do: an obligation has ``contract_flows``, terms of financing ``cash_items``.

    The package's own terms of financing are always among them; of obligations exactly the given ones.

    Raises
    ------
    SpecError
        A type that is neither, is no frozen dataclass, has no word KIND, or has one that stands twice.
    """
    refuse(SpecError, kind_findings(kinds))
    obligations = tuple(kind for kind in kinds if hasattr(kind, "contract_flows"))
    terms = tuple(kind for kind in kinds if hasattr(kind, "cash_items") and kind not in USUAL.comparators)
    return OpenKinds(obligations=obligations, comparators=(*USUAL.comparators, *terms))


def kind_findings(kinds: Sequence[type[Any]]) -> Iterator[Finding]:
    """Types that no file could name."""
    words: dict[tuple[bool, str], type[Any]] = {
        (False, str(getattr(kind, "KIND", ""))): kind for kind in USUAL.comparators
    }
    for kind in kinds:
        owes, lends = hasattr(kind, "contract_flows"), hasattr(kind, "cash_items")
        word = getattr(kind, "KIND", "")
        if not (is_dataclass(kind) and word and owes != lends):
            template = "{got} is no kind: a frozen dataclass with a word KIND, and contract_flows or cash_items"
            yield finding("case.kind", template, got=getattr(kind, "__name__", kind))
        elif lends and getattr(kind, "KEYED", "") != "name":
            template = 'terms have a field name and say KEYED = "name"; {got} does not'
            yield finding("case.kind_name", template, got=kind.__name__)
        elif words.setdefault((owes, word), kind) is not kind:
            template = "{got} and {other} are both called {word!r}"
            other = words[owes, word].__name__
            yield finding("case.kind_twice", template, got=kind.__name__, other=other, word=word)


def plugin_kinds(modules: Sequence[object]) -> tuple[type[Any], ...]:
    """The package's obligations and the tuple ``KINDS`` of each module, as ``--plugin`` gives them to `load_case`.

    Raises
    ------
    SpecError
        A module without a tuple ``KINDS``.
    """
    found = [
        finding(
            "case.plugin",
            "module {got} has no tuple KINDS of types",
            got=getattr(module, "__name__", module),
        )
        for module in modules
        if not isinstance(getattr(module, "KINDS", None), tuple)
    ]
    refuse(SpecError, found)
    return (*KINDS, *(kind for module in modules for kind in cast(Any, module).KINDS))
