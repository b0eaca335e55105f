"""Notices of a case: days that differ from a calendar, carried by every deal and contract that keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ipabs.basics.calendar import CalendarName
from ipabs.basics.notice import Notice, parse_notice
from ipabs.case.inputs import Inputs
from ipabs.errors import Finding, IpabsError, finding
from ipabs.pool.contract import Contract
from ipabs.pool.obligation import Obligation
from ipabs.pool.pool import Pool
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings

Notices = Mapping[CalendarName, Notice]


def read_notices(inputs: Inputs, found: list[Finding]) -> dict[CalendarName, Notice]:
    """The notices that the case names, by calendar; what is wrong with one is added to `found`."""
    stated = inputs.case.value.calendars if inputs.case.value else ()
    sources = dict(inputs.notices)
    notices = {}
    for one in stated:
        if one.name in sources:
            source = sources[one.name]
            try:
                notices[one.name] = parse_notice(source.text, name=source.file, known_until=one.known_until)
            except IpabsError as error:
                found.extend(error.findings)
    return notices


def noticed_deals(deals: Mapping[str, Deal], notices: Notices, found: list[Finding]) -> dict[str, Deal]:
    """The deals with the notices of their calendars; what no longer fits is added to `found`."""
    return {name: noticed_deal(name, deal, notices, found) for name, deal in deals.items()}


def noticed_deal(name: str, deal: Deal, notices: Notices, found: list[Finding]) -> Deal:
    """One deal with the notice of its calendar."""
    rule = deal.dates.payment
    if rule.calendar not in notices:
        return deal
    if rule.notice is not None:
        template = "{deal} states a notice, and the case names a file for calendar {got}; keep one"
        path = ("deals", name, "dates", "payment", "notice")
        found.append(finding("case.notice_twice", template, path=path, got=rule.calendar, deal=name))
        return deal
    noticed = replace(deal, dates=replace(deal.dates, payment=replace(rule, notice=notices[rule.calendar])))
    known = set(findings(deal))
    found += (one.under("deals", name) for one in findings(noticed) if one not in known)
    return noticed


def noticed_pool(pool: Pool, notices: Notices) -> Pool:
    """The contracts with the notices of their calendars."""
    return replace(pool, obligations=tuple(noticed_contracts(pool.obligations, notices))) if notices else pool


def noticed_contracts(obligations: tuple[Obligation, ...], notices: Notices) -> Iterator[Obligation]:
    """Each contract that keeps a calendar with a notice, carrying it."""
    for one in obligations:
        if isinstance(one, Contract) and one.notice is None and one.calendar in notices:
            yield replace(one, notice=notices[one.calendar])
        else:
            yield one
