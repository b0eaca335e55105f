"""Rules of dates: in order, within the life of the deal, and on a time line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ipabs.errors import Finding, IpabsError, Place, finding

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

RULE_OF_SERIES = {"collection_ends": "collection_end", "accrual_ends": "payment", "payments": "payment"}


def date_findings(deal: "Deal") -> Iterator[Finding]:
    """Dates out of order, dates outside the deal's life, and a legal final that is no payment date."""
    dates = deal.dates
    order = (
        ("cut_off", dates.cut_off, "closing", dates.closing, True),
        ("closing", dates.closing, "payment", dates.payment.first, False),
        ("closing", dates.closing, "expected_maturity", dates.expected_maturity, False),
        ("expected_maturity", dates.expected_maturity, "legal_final", dates.legal_final, True),
    )
    wrong = [(earlier, a, later, b) for earlier, a, later, b, same in order if a > b or (a == b and not same)]
    for earlier, a, later, b in wrong:
        template = "{later} {got} is not after {earlier} {before}"
        yield finding("dates.order", template, path=("dates", later), got=b, later=later, earlier=earlier, before=a)
    for tranche in deal.tranches:
        due = tranche.expected_maturity
        if due is not None and not dates.closing < due <= dates.legal_final:
            template = "{got} does not lie after closing {closing} and by legal final {legal_final}"
            path = ("tranches", tranche.name, "expected_maturity")
            yield finding(
                "tranche.maturity", template, path=path, got=due, closing=dates.closing, legal_final=dates.legal_final
            )
        late = [entry.due for entry in tranche.schedule if not dates.closing < entry.due <= dates.legal_final]
        for day in late:
            template = "{got} does not lie after closing and by legal final"
            yield finding("amortization.outside", template, path=("tranches", tranche.name, "schedule"), got=day)
    for fee in deal.fees:
        for day in (day for day in fee.dates if not dates.closing < day <= dates.legal_final):
            template = "{got} does not lie after closing and by legal final: the fee never falls due"
            yield finding("fee.dates_outside", template, path=("fees", fee.name, "dates"), got=day)
    for test in deal.tests:
        for step in (step for step in test.steps if not dates.closing < step.since <= dates.legal_final):
            template = "{got} does not lie after closing and by legal final: one of the limits never counts"
            yield finding("test.step_outside", template, path=("tests", test.name, "steps"), got=step.since)
    rules_at_fault = [*dates.payment.findings(), *dates.collection_end.findings()]
    if not wrong and not rules_at_fault:  # each rule says what is wrong with itself
        yield from timeline_findings(deal)


def timeline_findings(deal: "Deal") -> Iterator[Finding]:
    """Dates that make no time line: a legal final off the grid, payments before collection ends.

    A rule that makes many dates wrong is one fault, at the rule and with the first of its dates.
    """
    try:
        deal.dates.timeline()
    except IpabsError as error:
        told: set[str] = set()
        for fault in error.findings:
            rule = RULE_OF_SERIES.get(str(fault.place.path[0]) if fault.place.path else "")
            if fault.code not in told:
                yield (replace(fault, place=Place(path=(rule,))) if rule else fault).under("dates")
            told.add(fault.code)
