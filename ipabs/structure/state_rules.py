"""Rules of a deal's state in mid-life: it stands on a payment date, and what it says can have come about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipabs.errors import Finding, IpabsError, KeyPath, finding
from ipabs.structure.party_limits import capacities, own_limit
from ipabs.structure.terms import State, SupportState
from ipabs.structure.tranche import HALF_A_CENT

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal


def state_findings(deal: "Deal") -> Iterator[Finding]:
    """Every rule of a state, where there is one."""
    if deal.state is not None:
        yield from date_findings(deal, deal.state)
        yield from balance_findings(deal, deal.state)
        yield from call_findings(deal, deal.state)
        yield from count_findings(deal, deal.state)


def date_findings(deal: "Deal", state: State) -> Iterator[Finding]:
    """A state that does not stand on a payment date."""
    try:
        timeline = deal.dates.timeline()
    except IpabsError:
        return  # the dates themselves are at fault, and their rule says why
    if state.as_of not in (*timeline.accrual_ends[:-1], *timeline.payments[:-1]):
        template = "{got} is no payment date before the last one"
        yield finding("state.as_of", template, path=("state", "as_of"), got=state.as_of)


def balance_findings(deal: "Deal", state: State) -> Iterator[Finding]:
    """A tranche left out, one that grew without interest being capitalized, arrears of one that bears none."""
    stated = {one.name: one for one in state.tranches}
    for tranche in deal.tranches:
        if tranche.name not in stated:
            template = "the state leaves tranche {got} out"
            yield finding("state.tranche", template, path=("state", "tranches"), got=tranche.name)
            continue
        one, path = stated[tranche.name], ("state", "tranches", tranche.name)
        most = tranche.principal + one.capitalized
        if one.balance + one.written_down > most + HALF_A_CENT:
            template = "balance and write-downs of {got} are above principal and capitalized interest of {most}"
            yield finding("state.balance", template, path=path, got=one.balance + one.written_down, most=most)
        if one.owed_interest and tranche.coupon is None:
            template = "{got} of interest is owed, but the tranche has no coupon"
            yield finding("state.no_interest", template, path=(*path, "owed_interest"), got=one.owed_interest)


def call_findings(deal: "Deal", state: State) -> Iterator[Finding]:
    """More outstanding than was called, or more called than a promise or its party allows."""
    stated = {one.name: one for one in state.support}
    supports = {one.name: one for one in deal.support}

    def used(one: SupportState) -> float:
        return one.outstanding if supports[one.name].limit_basis == "outstanding" else one.drawn

    for one in (one for one in state.support if one.name in supports):
        path: KeyPath = ("state", "support", one.name)
        if one.outstanding > one.drawn + HALF_A_CENT:
            template = "{got} is outstanding, more than the {drawn} that was called"
            yield finding("state.outstanding", template, path=path, got=one.outstanding, drawn=one.drawn)
        limit = own_limit(supports[one.name])
        if limit is not None and used(one) > limit + HALF_A_CENT:
            template = "calls of {got} exceed the limit of {limit}"
            yield finding("state.over_limit", template, path=path, got=used(one), limit=limit)
    for shared in capacities(deal):
        together = sum(used(stated[name]) for name in shared.supports if name in stated)
        if shared.limit is not None and together > shared.limit + HALF_A_CENT:
            template = "calls of {got} on {party} exceed its limit of {limit}"
            path = ("state", "support")
            yield finding(
                "state.over_limit_of_party", template, path=path, got=together, party=shared.party, limit=shared.limit
            )


def count_findings(deal: "Deal", state: State) -> Iterator[Finding]:
    """A test outside its limit for as many dates as make it fail, and said to pass."""
    runs = {test.name: test.run for test in deal.tests}
    for one in state.tests:
        if not one.failed and one.outside >= runs.get(one.name, one.outside + 1):
            template = "{got} dates outside the limit let the test fail: write failed: true"
            yield finding("state.count", template, path=("state", "tests", one.name), got=one.outside)
