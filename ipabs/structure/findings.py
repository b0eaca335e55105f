"""Everything that is wrong with a deal, at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipabs import spec
from ipabs.errors import Finding
from ipabs.structure.cash_rules import cash_findings
from ipabs.structure.name_rules import name_findings
from ipabs.structure.names import names_of
from ipabs.structure.term_rules import term_findings

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal


def findings(deal: "Deal") -> tuple[Finding, ...]:
    """Every finding about `deal`: types and ranges, rules of each record, rules across the deal.

    A deal with an error among them never starts. A warning does not stop it.

    >>> from ipabs.structure.samples import DEMO
    >>> from ipabs.structure.deal import Deal
    >>> findings(spec.load(Deal, DEMO))
    ()
    """
    return spec.check(deal)


def rules_across(deal: "Deal") -> Iterator[Finding]:
    """The rules that need more than one record of the deal."""
    names = names_of(deal)
    yield from name_findings(deal, names)
    yield from term_findings(deal, names)
    yield from cash_findings(deal, names)
