"""Rules of cash: every claim has a line, all cash a way out, and no line reads what comes after it."""

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from ipabs.errors import Finding, KeyPath, finding
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.names import Names
from ipabs.structure.references import line_amount, names_exist
from ipabs.structure.support import Support
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Pay,
    PlacedLine,
    Priority,
    Release,
    Residual,
    TopUp,
    Transfer,
    placed_lines,
)

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

Placed = tuple[PlacedLine, ...]


def cash_findings(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Every rule of cash, list by list, then over all lists.

    What compares names waits until every name exists, so that one misspelt claim is one finding.
    """
    sound = names_exist(deal, names)
    for priority in deal.waterfall:
        lines = placed_lines(priority.lines)
        yield from residual_findings(deal, priority, lines)
        yield from stuck_cash(deal, priority, lines)
        yield from line_findings(deal, priority, lines)
        if sound:
            yield from draw_findings(deal, priority, lines)
            yield from later_lines(deal, names, priority, lines)
            yield from swept_early(deal, priority, lines)
    if sound:
        yield from unpaid_claims(deal, names)
        yield from unpaid_residuals(deal)


def is_gated(placed: PlacedLine) -> bool:
    """Whether the line acts only under a test."""
    return bool(placed.line.if_passing or placed.line.if_failing)


def at(priority: Priority, placed: PlacedLine) -> KeyPath:
    """Where the line stands in the file."""
    return ("waterfall", priority.phase, *placed.path)


def residual_findings(deal: "Deal", priority: Priority, lines: Placed) -> Iterator[Finding]:
    """No residual, a second one, or one before other payments from the same account."""
    residual = {tranche.name for tranche in deal.tranches if tranche.residual}
    parties = {party.id for party in deal.parties}
    tranches = {tranche.name for tranche in deal.tranches}
    last = [one for one in lines if isinstance(one.line, Residual)]
    if not last:
        template = "the list of {got!r} has no residual: cash would be left over"
        yield finding("residual.missing", template, path=("waterfall", priority.phase), got=priority.phase)
    always: set[str] = set()
    for placed in lines:
        if isinstance(placed.line, Residual):
            name = placed.line.target
            if name in tranches - residual - parties:
                yield finding("residual.tranche", "{got} is not marked residual", path=at(priority, placed), got=name)
            if placed.source in always:
                template = "a second residual from {got}: the first leaves nothing"
                yield finding("residual.twice", template, path=at(priority, placed), got=placed.source)
            elif not is_gated(placed):
                always.add(placed.source)
        elif placed.source in always and isinstance(placed.line, Pay | TopUp | Transfer):
            template = "the residual before this line leaves nothing in {got}"
            yield finding("residual.early", template, path=at(priority, placed), got=placed.source)
            always.remove(placed.source)  # said once


def stuck_cash(deal: "Deal", priority: Priority, lines: Placed) -> Iterator[Finding]:
    """Accounts that receive cash and that no line empties by legal final."""
    sweeps = {account.name: account.sweep_to for account in deal.accounts}
    emptied = {one.source for one in lines if isinstance(one.line, Residual) and not is_gated(one)}
    emptied |= {
        one.source
        for one in lines
        if isinstance(one.line, Transfer) and line_amount(one.line) is None and not is_gated(one)
    }
    gated = {one.source for one in lines if isinstance(one.line, Residual) and is_gated(one)}
    paid_out = any(isinstance(one.line, Residual) for one in lines)  # without any, `residual_findings` has said so
    for name in sorted(receivers(deal, lines) - emptied):
        path = ("waterfall", priority.phase)
        if sweeps.get(name):
            continue
        if name in gated:
            template = "the residual from {got} acts only under a test: hold cash back in an account instead"
            yield finding("residual.gated", template, path=path, got=name)
        elif paid_out or name != COLLECTIONS:
            template = (
                "cash in {got} has no way out by legal final: write a residual, a transfer of it all, or sweep_to"
            )
            yield finding("account.stuck", template, path=path, got=name)


def receivers(deal: "Deal", lines: Placed) -> set[str]:
    """The accounts that cash enters: collections, deposits, sweeps, support, a call, and the lines of a list."""
    entered = {getattr(deal.collect, field.name) for field in fields(deal.collect)}
    entered |= {account.sweep_to for account in deal.accounts} - {""}
    entered |= {support.into for support in deal.support if support.mode == "into_account"}
    entered |= {call.into for call in deal.calls}
    entered |= {deposit.account for deposit in deal.closing.uses.accounts} if deal.closing else set()
    entered |= {account.name for account in deal.state.accounts} if deal.state else set()
    for placed in lines:
        if isinstance(placed.line, Transfer):
            entered.add(placed.line.target.to)
        if isinstance(placed.line, TopUp):
            entered.update(placed.line.target)
    return entered & {COLLECTIONS, *(account.name for account in deal.accounts)}


def swept_early(deal: "Deal", priority: Priority, lines: Placed) -> Iterator[Finding]:
    """Claims paid from an account that legal final empties before line 1, and from nowhere else."""
    paid = {(one.source, claim): one for one in lines if isinstance(one.line, Pay) for claim in one.line.target}
    sweeps = {account.name: account.sweep_to for account in deal.accounts if account.sweep_to}
    for (source, claim), placed in paid.items():
        if source in sweeps and (sweeps[source], claim) not in paid:
            template = "legal final sweeps {source} to {to} before line 1, and no line pays {got} from {to}"
            yield finding(
                "account.swept_early", template, path=at(priority, placed), got=claim, source=source, to=sweeps[source]
            )


def draw_findings(deal: "Deal", priority: Priority, lines: Placed) -> Iterator[Finding]:
    """Lines that take cash which a draw has fetched for the claims it covers."""
    supports = {support.name: support for support in deal.support}
    passed_through = {
        f"{tranche.name}.principal" for tranche in deal.tranches if tranche.amortization == "pass_through"
    }
    accelerated = {phase.name for phase in deal.phases if phase.principal_due == "all"} | {"called"}
    all_due = priority.phase in accelerated
    for i, placed in enumerate(lines):
        support = supports.get(placed.line.target) if isinstance(placed.line, Draw) else None
        if support is None or support.mode == "to_claims":
            continue
        after = lines[i + 1 :]
        reached: dict[str, int] = {}
        for j, one in enumerate(after):
            for claim in one.line.target if isinstance(one.line, Pay) else ():
                reached.setdefault(claim, j)  # a later line pays what a cap leaves
        for claim in (name for name in support.covers if name not in reached):
            template = "{support} covers {got}, but no line after the draw pays it"
            yield finding("draw.unreached", template, path=at(priority, placed), got=claim, support=support.name)
        last = max((reached[claim] for claim in support.covers if claim in reached), default=0)
        early = set() if all_due else passed_through
        for one in after[:last]:
            yield from taken(support, one, at(priority, one), early)


def taken(support: Support, placed: PlacedLine, path: KeyPath, passed_through: set[str]) -> Iterator[Finding]:
    """What one line between a draw and the last claim it covers takes away from those claims."""
    line = placed.line
    takes = isinstance(line, Pay | TopUp | Transfer | Residual) and placed.source == support.into
    if not takes:
        return
    targets = line.target if isinstance(line, Pay) else ()
    uncovered = [name for name in targets if name not in support.covers] if targets else ["this line"]
    if uncovered:
        template = "{got} takes cash that {support} was drawn for, and is not among the claims it covers"
        yield finding("draw.uncovered", template, path=path, got=", ".join(uncovered), support=support.name)
    early = [name for name in targets if name in passed_through and name in support.covers]
    if early:
        template = "{got} is paid before it is due, with cash that {support} was drawn for: pay it after what it covers"
        yield finding("draw.early_principal", template, path=path, got=", ".join(early), support=support.name)


def later_lines(deal: "Deal", names: Names, priority: Priority, lines: Placed) -> Iterator[Finding]:
    """Lines that read what only a later line makes: an amount paid, a call not funded."""
    tests = {test.name: test for test in deal.tests}
    targets = {account.name: account.target for account in deal.accounts}
    made: set[str] = set()
    for placed in lines:
        line = placed.line
        amounts = [line_amount(line)]
        amounts += [targets.get(name) for name in line.target] if isinstance(line, TopUp) else []
        amounts += [targets.get(line.target)] if isinstance(line, Release) else []
        read = [name for amount in amounts if amount for name in amount.of]
        asked = (tests.get(name) for name in (*line.if_passing, *line.if_failing))
        read += [test.measure for test in asked if test is not None and test.at == "line"]
        for name, measure in sorted({found for one in read for found in names.built_in_reads(one)}, key=lambda x: x[0]):
            if measure.made_by and name not in made:
                template = "{got!r} is known only after a line that makes it; none stands before this line"
                yield finding("measure.later_line", template, path=at(priority, placed), got=name)
        if isinstance(line, Pay):
            made |= {f"{claim}.paid" for claim in line.target}
        if isinstance(line, Draw):
            made.add(f"{line.target}.unfunded")


def line_findings(deal: "Deal", priority: Priority, lines: Placed) -> Iterator[Finding]:
    """Cash moved to where it came from; interest of no coupon; a split by balances that fees do not have."""
    without_coupon = {tranche.name for tranche in deal.tranches if tranche.coupon is None}
    tranche_claims = {f"{tranche.name}.{part}" for tranche in deal.tranches for part in ("interest", "principal")}
    for placed in lines:
        line, path = placed.line, at(priority, placed)
        to = line.target.to if isinstance(line, Transfer) else ""
        if placed.source in ((to,) if to else line.target if isinstance(line, TopUp) else ()):
            yield finding("line.nowhere", "cash moves from {got} to itself", path=path, got=placed.source)
        if isinstance(line, Capitalize):
            for name in (name for name in line.target if name in without_coupon):
                template = "{got} has no coupon, and so no interest to turn into balance"
                yield finding("capitalize.no_interest", template, path=path, got=name)
        if isinstance(line, Pay) and line.by in ("balance", "original"):
            for claim in (name for name in line.target if name not in tranche_claims):
                template = "{got} has no {by} to split by"
                yield finding("line.split_by", template, path=path, got=claim, by=line.by)


def unpaid_claims(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Claims that no line pays, or that one list leaves out."""
    paid = {
        priority.phase: {
            claim for one in placed_lines(priority.lines) if isinstance(one.line, Pay) for claim in one.line.target
        }
        for priority in deal.waterfall
    }
    capitalized = {f"{tranche.name}.interest" for tranche in deal.tranches if tranche.unpaid_interest == "capitalize"}
    residual = {f"{tranche.name}.principal" for tranche in deal.tranches if tranche.residual}
    for claim in (name for name in names.claims if name not in capitalized | residual):
        if not any(claim in claims for claims in paid.values()):
            if claim.endswith(".reimbursement"):
                template = "no line pays {got}; write reimbursed: never if none shall"
                path: KeyPath = ("support", claim.removesuffix(".reimbursement"))
                yield finding("claim.no_reimbursement", template, path=path, got=claim)
            else:
                yield finding("claim.unpaid", "no line pays {got}", path=("waterfall",), got=claim)
            continue
        for phase in (phase for phase, claims in paid.items() if claim not in claims):
            template = "the list of {phase!r} does not pay {got}: unpaid at legal final, it is a loss"
            path = ("waterfall", phase)
            yield finding("claim.left_out", template, path=path, got=claim, phase=phase, severity="warning")


def unpaid_residuals(deal: "Deal") -> Iterator[Finding]:
    """Tranches marked residual that no residual line pays."""
    paid = {
        one.line.target
        for priority in deal.waterfall
        for one in placed_lines(priority.lines)
        if isinstance(one.line, Residual)
    }
    for tranche in deal.tranches:
        if tranche.residual and tranche.name not in paid:
            template = "tranche {got} is marked residual, but no residual line pays it"
            yield finding("residual.unpaid", template, path=("tranches", tranche.name), got=tranche.name)
