"""Rules of terms: dates, closing, tranches, support, accounts, tests, phases and the nouns that are planned."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from ipabs.basics.numerals import number_text
from ipabs.errors import Finding, KeyPath, finding
from ipabs.structure.date_rules import date_findings
from ipabs.structure.names import Names
from ipabs.structure.party_limits import own_limit
from ipabs.structure.references import references
from ipabs.structure.state_rules import state_findings
from ipabs.structure.terms import FEN
from ipabs.structure.tranche import HALF_A_CENT
from ipabs.structure.trigger_tests import Failing, Trigger
from ipabs.structure.waterfall import Draw, PlacedLine, Purchase, Release, TopUp, Transfer, placed_lines

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

LANGUAGE_VERSION = 1


def term_findings(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Every rule of terms."""
    if deal.version != LANGUAGE_VERSION:
        template = "version {got} of the deal language is not known; write ipabs: 1"
        yield finding("deal.version", template, path=("ipabs",), got=deal.version)
    yield from planned(deal)
    yield from silent_terms(deal)
    yield from date_findings(deal)
    yield from closing_findings(deal)
    yield from rounding_findings(deal)
    yield from call_findings(deal)
    yield from support_findings(deal)
    yield from account_findings(deal)
    yield from trigger_findings(deal, names)
    yield from state_findings(deal)


def planned(deal: "Deal") -> Iterator[Finding]:
    """Nouns that have a place in the language and that the engine does not run yet."""
    nouns = {"puts": deal.puts, "swaps": deal.swaps, "ledgers": deal.ledgers}
    found: list[tuple[KeyPath, str]] = [((key,), key) for key, stated in nouns.items() if stated]
    found += [(("calls", call.name), f"{call.kind} call") for call in deal.calls if call.kind != "clean_up"]
    for tranche in deal.tranches:
        path: KeyPath = ("tranches", tranche.name)
        if tranche.amortization in ("planned", "accrual"):
            found.append(((*path, "amortization"), f"{tranche.amortization} principal"))
        terms = {"extra_interest": tranche.extra_interest, "amortization_if": tranche.amortization_if}
        found += [((*path, term), term) for term, stated in terms.items() if stated is not None]
    for priority in deal.waterfall:
        for placed in placed_lines(priority.lines):
            if isinstance(placed.line, Purchase):
                found.append((("waterfall", priority.phase, *placed.path), "purchase"))
    for place, noun in found:
        yield finding("deal.planned", "{got} is planned; the engine does not run it yet", path=place, got=noun)


def silent_terms(deal: "Deal") -> Iterator[Finding]:
    """Terms that neither the deal nor its market states."""
    filled = deal.filled()
    words = ("vehicle", "currency", "rounding")
    silent: list[tuple[KeyPath, object]] = [((word,), getattr(filled, word)) for word in words]
    for tranche in filled.tranches:
        terms = {
            "day_count": tranche.day_count,
            "accrual": tranche.accrual,
            "unpaid_interest": tranche.unpaid_interest,
        }
        silent += [(("tranches", tranche.name, word), value) for word, value in terms.items() if tranche.coupon]
    for place, value in silent:
        if value is None:
            template = "{got} is not stated, and market: {market} does not state it"
            yield finding("deal.silent", template, path=place, got=place[-1], market=deal.market)
    for fee in filled.fees:
        path = ("fees", fee.name)
        if fee.rate is None and fee.amount is None:
            template = "state a rate or an amount: the market has no terms for a fee {got!r}"
            yield finding("fee.terms", template, path=path, got=fee.name)
        if fee.rate is not None and not fee.on:
            yield finding("fee.on", "state what the rate applies to (`on`)", path=path)


def closing_findings(deal: "Deal") -> Iterator[Finding]:
    """Sources that differ from uses, and tranches that nobody pays for."""
    if deal.closing is None:
        if deal.state is None:
            yield finding("closing.missing", "state the closing, or the state of a deal in mid-life", path=("closing",))
        return
    principal = {tranche.name: tranche.principal for tranche in deal.tranches}
    sources, uses = deal.closing.sources, deal.closing.uses
    raised = sum((one.price or 0.0) * principal.get(one.name, 0.0) + (one.amount or 0.0) for one in sources)
    spent = uses.assets + uses.upfront_fees + sum(deposit.amount for deposit in uses.accounts)
    if abs(raised - spent) > HALF_A_CENT:
        template = "sources {got} differ from uses {spent} by {difference}"
        gap, path = f"{raised - spent:.2f}", ("closing",)
        yield finding(
            "closing.unbalanced", template, path=path, got=f"{raised:.2f}", spent=f"{spent:.2f}", difference=gap
        )
    sold = {source.name for source in sources}
    for name in (name for name, size in principal.items() if size > 0 and name not in sold):
        template = "tranche {got} has no issue price among the sources"
        yield finding("closing.not_sold", template, path=("closing", "sources"), got=name)


def rounding_findings(deal: "Deal") -> Iterator[Finding]:
    """Principal that is no whole number of the smallest amount, or of the face value that interest is rounded for."""
    rounding = deal.filled().rounding
    if rounding is None or rounding.preset == "none":
        return
    unit, face = FEN.unit if rounding.preset == "fen" else rounding.unit, rounding.per_face
    for tranche in deal.tranches:
        path = ("tranches", tranche.name, "principal")
        if unit and not is_multiple(tranche.principal, unit):
            template = "principal {got} is not a whole number of the smallest amount, {unit}"
            yield finding("rounding.principal", template, path=path, got=tranche.principal, unit=unit)
        if face and tranche.coupon is not None and not is_multiple(tranche.principal, face):
            template = "principal {got} is not a whole number of face values of {face}"
            yield finding("rounding.face", template, path=path, got=tranche.principal, face=face)


def is_multiple(amount: float, unit: float) -> bool:
    """Whether an amount is a whole number of units, both as they are written in decimals.

    >>> is_multiple(0.3, 0.1)
    True
    """
    return (Fraction(repr(float(amount))) / Fraction(repr(float(unit)))).denominator == 1


def call_findings(deal: "Deal") -> Iterator[Finding]:
    """A second call that is assumed to be exercised: the first ends the deal."""
    exercised = [call.name for call in deal.calls if call.exercise == "when_allowed"]
    for name in exercised[1:]:
        template = "{first} is assumed to be exercised and ends the deal; write exercise: never for {got}"
        yield finding("call.twice", template, path=("calls", name), got=name, first=exercised[0])


def support_findings(deal: "Deal") -> Iterator[Finding]:
    """Limits and acceleration that a promise leaves open; supports that no line draws."""
    limits = {party.id: party.limit for party in deal.parties}
    accelerates = bool(deal.calls) or any(phase.principal_due == "all" for phase in deal.phases)
    drawn = {placed.line.target for placed in all_lines(deal) if isinstance(placed.line, Draw)}
    for support in deal.support:
        path = ("support", support.name)
        own, capacity = own_limit(support), limits.get(support.by)
        if support.limit is None and capacity is None:
            template = "neither the support nor {got} states a limit; write limit: unlimited if there is none"
            yield finding("support.limit", template, path=path, got=support.by)
        elif support.limit != "unlimited" and support.limit_basis is None:
            template = "state whether the limit counts all calls or those outstanding: limit_basis"
            yield finding("support.limit_basis", template, path=path, allowed=("cumulative", "outstanding"))
        if own is not None and capacity is not None and own > capacity:
            template = "the limit {got} is above the limit of its party, {limit}"
            yield finding("support.limit_above", template, path=path, got=own, limit=capacity)
        if accelerates and support.on_acceleration is None:
            template = "state what it covers once all principal is due: on_acceleration"
            yield finding("support.acceleration", template, path=path, allowed=("all_due", "as_scheduled"))
        if support.name not in drawn:
            yield finding("support.unused", "no line draws {got!r}", path=path, got=support.name)


def account_findings(deal: "Deal") -> Iterator[Finding]:
    """Top-ups and releases without a target, a target that ends without a release, accounts nobody uses."""
    lines = [placed.line for placed in all_lines(deal)]
    released = {line.target for line in lines if isinstance(line, Release)}
    moved = {line.target.source for line in lines if isinstance(line, Transfer)}
    filled = {name for line in lines if isinstance(line, TopUp) for name in line.target}
    for account in deal.accounts:
        path = ("accounts", account.name)
        if account.target is None and account.name in (filled | released):
            yield finding("account.target", "a line tops up or releases it, but no target is stated", path=path)
        if account.until and account.name not in released | moved:
            template = "its target ends with {got}, but no line releases it"
            yield finding("account.no_release", template, path=path, got=", ".join(account.until))
        if account.name in released and not account.sweep_to:
            template = "a line releases it: state the account it goes to (sweep_to)"
            yield finding("account.sweep_to", template, path=path)
    used = {used.got for used in references(deal) if used.noun == "account"}
    used |= {used.got.removesuffix(".target") for used in references(deal) if used.noun == "measure"}
    for account in deal.accounts:
        if account.name not in used:
            yield finding("account.unused", "nothing uses {got!r}", path=("accounts", account.name), got=account.name)


def trigger_findings(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Tests and measures nobody reads, phases opened by a test that is read too late, phases without a list."""
    used = [used for used in references(deal) if used.path[0] != "state"]
    asked = {one.got for one in used if one.noun == "test"}
    read = {one.got for one in used if one.noun == "measure"}
    for test in deal.tests:
        if test.name not in asked:
            yield finding("test.unused", "no line or phase asks {got!r}", path=("tests", test.name), got=test.name)
        yield from limit_findings(test, names)
    for key, own in (("measures", deal.measures), ("observables", deal.observables)):
        for one in own:
            if one.name not in read:
                template = "nothing in the deal reads {got!r}"
                yield finding("measure.unused", template, path=(key, one.name), got=one.name, severity="warning")
    moments = {test.name: test.at for test in deal.tests}
    for phase in deal.phases:
        for name in (*phase.enter_if_failing.any, *phase.enter_if_failing.all):
            if moments.get(name) == "line":
                template = "{got!r} is read at a line, too late to open a phase; use at: collection or at: end"
                yield finding("phase.line_test", template, path=("phases", phase.name, "enter_if_failing"), got=name)
    for i, phase in enumerate(deal.phases):
        for earlier in deal.phases[:i]:
            if opens_with(earlier.enter_if_failing, phase.enter_if_failing):
                template = "{got} is never in force: {earlier}, listed before it, is whenever it would be"
                path = ("phases", phase.name, "enter_if_failing")
                yield finding(
                    "phase.never", template, path=path, got=phase.name, earlier=earlier.name, severity="warning"
                )
    listed = {priority.phase for priority in deal.waterfall}
    for name in names.phases:
        if name not in listed:
            template = "phase {got!r} has no priority of payments"
            yield finding("phase.no_list", template, path=("waterfall",), got=name)


def limit_findings(test: Trigger, names: Names) -> Iterator[Finding]:
    """A limit that a share of a whole cannot reach: mostly a percentage without its sign."""
    measure = names.measures.get(test.measure)
    if measure is None or measure.unit != "share":
        return
    limits: list[tuple[KeyPath, float | None]] = [(("maximum",), test.maximum), (("minimum",), test.minimum)]
    limits += [(("steps", i, "limit"), step.limit) for i, step in enumerate(test.steps)]
    for place, limit in limits:
        if limit is not None and limit > 1:
            template = "{measure} is at most 1, so a limit of {got} is never reached; a percentage is written {got}%"
            path = ("tests", test.name, *place)
            yield finding("test.limit_share", template, path=path, got=number_text(limit), measure=test.measure)


def opens_with(earlier: Failing, later: Failing) -> bool:
    """Whether the earlier phase is open whenever the later one would be.

    >>> opens_with(Failing(any=("losses", "cover")), Failing(any=("losses",)))
    True
    """
    if later.any:
        return all(name in earlier.any or earlier.all == (name,) for name in later.any)
    return bool({*earlier.any} & {*later.all}) or bool(earlier.all and {*earlier.all} <= {*later.all})


def all_lines(deal: "Deal") -> Iterator[PlacedLine]:
    """Every line of every list."""
    for priority in deal.waterfall:
        yield from placed_lines(priority.lines)
