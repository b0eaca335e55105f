"""Every place where a deal uses a name, and what it means there."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from ipabs.errors import Finding, KeyPath, finding
from ipabs.structure.measures import Moment
from ipabs.structure.names import Names, parts
from ipabs.structure.tranche import Amount
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Options,
    Pay,
    PlacedLine,
    Purchase,
    Release,
    Residual,
    TopUp,
    Transfer,
    WriteDown,
    placed_lines,
)

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

Noun = Literal["claim", "account", "tranche", "fee", "support", "party", "payee", "test", "phase", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One use of a name. A measure is read at a moment; `amount` says that a ratio has no meaning there."""

    noun: Noun
    got: str
    path: KeyPath
    moment: Moment = "line"
    amount: bool = False


def references(deal: "Deal") -> Iterator[Reference]:
    """Every use of a name in `deal`, in the order of the file."""
    yield from tranche_references(deal)
    yield from fee_and_account_references(deal)
    yield from support_references(deal)
    yield from trigger_references(deal)
    yield from closing_references(deal)
    yield from state_references(deal)
    for priority in deal.waterfall:
        yield Reference(noun="phase", got=priority.phase, path=("waterfall", priority.phase))
        for placed in placed_lines(priority.lines):
            path = ("waterfall", priority.phase, *placed.path)
            yield from line_references(placed, path)


def amount_references(amount: Amount | None, path: KeyPath, moment: Moment = "line") -> Iterator[Reference]:
    """The measures that an amount adds up."""
    for name in amount.of if amount else ():
        yield Reference(noun="measure", got=name, path=path, moment=moment, amount=True)


def tranche_references(deal: "Deal") -> Iterator[Reference]:
    """Targets and notional balances of tranches."""
    for tranche in deal.tranches:
        path = ("tranches", tranche.name)
        yield from amount_references(tranche.target, (*path, "target"))
        yield from amount_references(tranche.notional, (*path, "notional"), "collection")


def fee_and_account_references(deal: "Deal") -> Iterator[Reference]:
    """What fees are charged on, what accounts aim at and empty into, where collections go."""
    for fee in deal.fees:
        if fee.on:
            path = ("fees", fee.name, "on")
            yield Reference(noun="measure", got=fee.on, path=path, moment="collection", amount=True)
    for account in deal.accounts:
        here: KeyPath = ("accounts", account.name)
        yield from amount_references(account.target, (*here, "target"))
        for name in account.until:
            yield Reference(noun="tranche", got=name, path=(*here, "until"))
        if account.sweep_to:
            yield Reference(noun="account", got=account.sweep_to, path=(*here, "sweep_to"))
    for field in fields(deal.collect):
        yield Reference(noun="account", got=getattr(deal.collect, field.name), path=("collect", field.name))


def support_references(deal: "Deal") -> Iterator[Reference]:
    """Who supports, which claims, after which accounts."""
    for support in deal.support:
        path = ("support", support.name)
        yield Reference(noun="party", got=support.by, path=(*path, "by"))
        for claim in support.covers:
            yield Reference(noun="claim", got=claim, path=(*path, "for"))
        for account in support.after:
            yield Reference(noun="account", got=account, path=(*path, "after"))
        yield Reference(noun="account", got=support.into, path=(*path, "into"))


def trigger_references(deal: "Deal") -> Iterator[Reference]:
    """What measures and tests read, which tests open phases, what a call pays."""
    for measure in deal.measures:
        for name in parts(measure):
            yield Reference(noun="measure", got=name, path=("measures", measure.name), moment="line")
    for test in deal.tests:
        yield Reference(noun="measure", got=test.measure, path=("tests", test.name, "measure"), moment=test.at)
    for phase in deal.phases:
        for name in (*phase.enter_if_failing.any, *phase.enter_if_failing.all):
            yield Reference(noun="test", got=name, path=("phases", phase.name, "enter_if_failing"))
    for call in deal.calls:
        path = ("calls", call.name)
        yield from amount_references(call.price, (*path, "price"), "collection")
        yield Reference(noun="account", got=call.into, path=(*path, "into"))


def closing_references(deal: "Deal") -> Iterator[Reference]:
    """Tranches that are sold, parties that contribute, accounts that are funded."""
    if deal.closing is None:
        return
    for source in deal.closing.sources:
        path = ("closing", "sources", source.name)
        if source.price is not None:
            yield Reference(noun="tranche", got=source.name, path=path)
        else:
            yield Reference(noun="party", got=source.by, path=(*path, "by"))
    for deposit in deal.closing.uses.accounts:
        funded = ("closing", "uses", "accounts", deposit.account)
        yield Reference(noun="account", got=deposit.account, path=funded)


def state_references(deal: "Deal") -> Iterator[Reference]:
    """The names of a state in mid-life."""
    if deal.state is None:
        return
    nouns: tuple[tuple[Noun, str, tuple[str, ...]], ...] = (
        ("tranche", "tranches", tuple(one.name for one in deal.state.tranches)),
        ("fee", "fees", tuple(one.name for one in deal.state.fees)),
        ("account", "accounts", tuple(one.name for one in deal.state.accounts)),
        ("support", "support", tuple(one.name for one in deal.state.support)),
        ("test", "tests", tuple(one.name for one in deal.state.tests)),
    )
    for noun, key, names in nouns:
        for name in names:
            yield Reference(noun=noun, got=name, path=("state", key, name))


def line_references(placed: PlacedLine, path: KeyPath) -> Iterator[Reference]:
    """The names in one line of a waterfall."""
    for noun, names in target_names(placed.line):
        for name in names:
            yield Reference(noun=noun, got=name, path=path)
    yield from amount_references(line_amount(placed.line), path)
    for test in (*placed.line.if_passing, *placed.line.if_failing):
        yield Reference(noun="test", got=test, path=path)
    if takes_cash(placed.line):
        yield Reference(noun="account", got=placed.source, path=path)


def target_names(line: Options) -> tuple[tuple[Noun, tuple[str, ...]], ...]:
    """What kind of names a line's target holds."""
    match line:
        case Pay():
            return (("claim", line.target),)
        case TopUp():
            return (("account", line.target),)
        case Transfer():
            return (("account", (line.target.to,)),)
        case Release():
            return (("account", (line.target,)),)
        case Draw():
            return (("support", (line.target,)),)
        case WriteDown() | Capitalize():
            return (("tranche", line.target),)
        case Residual():
            return (("payee", (line.target,)),)
        case Purchase():
            return ()
    raise TypeError(f"no verb {type(line).__name__}")


def line_amount(line: Options) -> Amount | None:
    """The amount that bounds a line."""
    return line.target.up_to if isinstance(line, Transfer) else line.up_to


def takes_cash(line: Options) -> bool:
    """Whether a line takes cash from its source account."""
    return isinstance(line, Pay | TopUp | Transfer | Residual)


def names_exist(deal: "Deal", names: Names) -> bool:
    """Whether every name that the deal uses is one it has."""
    return not any(unknown(used, names) for used in references(deal))


def unknown(used: Reference, names: Names) -> Finding | None:
    """The finding about a name that nothing has, or None."""
    got, path = used.got, used.path
    match used.noun:
        case "claim" if got not in names.claims:
            return finding("claim.unknown", "no claim {got!r}; {hint}", path=path, got=got, allowed=names.claims)
        case "account" if got not in names.accounts:
            return finding("account.unknown", "no account {got!r}; {hint}", path=path, got=got, allowed=names.accounts)
        case "tranche" if got not in names.tranches:
            return finding("tranche.unknown", "no tranche {got!r}; {hint}", path=path, got=got, allowed=names.tranches)
        case "fee" if got not in names.fees:
            return finding("fee.unknown", "no fee {got!r}; {hint}", path=path, got=got, allowed=names.fees)
        case "support" if got not in names.support:
            return finding("support.unknown", "no support {got!r}; {hint}", path=path, got=got, allowed=names.support)
        case "party" if got not in names.parties:
            return finding("party.unknown", "no party {got!r}; {hint}", path=path, got=got, allowed=names.parties)
        case "payee" if got not in (*names.tranches, *names.parties):
            allowed = (*names.tranches, *names.parties)
            return finding("payee.unknown", "no tranche or party {got!r}; {hint}", path=path, got=got, allowed=allowed)
        case "test" if got not in names.tests:
            return finding("test.unknown", "no test {got!r}; {hint}", path=path, got=got, allowed=names.tests)
        case "phase" if got not in names.phases:
            return finding("phase.unknown", "no phase {got!r}; {hint}", path=path, got=got, allowed=names.phases)
        case "measure" if used.amount and got[:1].isdigit() and got not in names.measures:
            template = (
                "{got!r} is no measure; write a fixed amount as `amount`, a part of a measure as `percent` and `of`"
            )
            return finding("amount.bare", template, path=path, got=got)
        case "measure" if got not in names.measures:
            return finding("measure.unknown", "no measure {got!r}; {hint}", path=path, got=got, allowed=names.measures)
        case _:
            return None
