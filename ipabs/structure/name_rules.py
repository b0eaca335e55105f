"""Rules of names: each stands for one thing, each use finds it, each measure is known when it is read."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ipabs.errors import Finding, KeyPath, finding
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.measures import BUILT_IN
from ipabs.structure.names import Names, parts
from ipabs.structure.references import Reference, references, unknown

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

RESERVED = (COLLECTIONS, "normal", "called", "unlimited", *BUILT_IN)
REIMBURSEMENT = ".reimbursement"
NAME = re.compile(r"[^\W_][\w-]{0,59}")


def name_findings(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Names that stand twice, are reserved or malformed; uses of names that do not exist."""
    yield from own_names(deal)
    for used in references(deal):
        fault = unknown(used, names)
        if fault is not None:
            yield fault
        elif used.noun == "measure":
            yield from reading(used, names)
    yield from cycles(deal, names)


def own_names(deal: "Deal") -> Iterator[Finding]:
    """Two things under one name, and names that cannot be used."""
    nouns: dict[str, tuple[str, ...]] = {
        "parties": tuple(party.id for party in deal.parties),
        "tranches": tuple(tranche.name for tranche in deal.tranches),
        "fees": tuple(fee.name for fee in deal.fees),
        "accounts": tuple(account.name for account in deal.accounts),
        "support": tuple(support.name for support in deal.support),
        "measures": tuple(measure.name for measure in deal.measures),
        "observables": tuple(observable.name for observable in deal.observables),
        "tests": tuple(test.name for test in deal.tests),
        "phases": tuple(phase.name for phase in deal.phases),
        "calls": tuple(call.name for call in deal.calls),
    }
    first: dict[str, str] = {}
    for noun, own in nouns.items():
        for name in own:
            path = (noun, name)
            if name in RESERVED:
                template = "{got!r} has a meaning of its own here; take another name"
                yield finding("name.reserved", template, path=path, got=name)
            elif NAME.fullmatch(name) is None:
                template = "{got!r} is no name: letters, digits, _ and -, at most 60, beginning with a letter or digit"
                yield finding("name.form", template, path=path, got=name)
            elif first.setdefault(name, noun) != noun:
                template = "{got!r} already stands under {noun}; a name has one meaning in a deal"
                yield finding("name.twice", template, path=path, got=name, noun=first[name])


def reading(used: Reference, names: Names) -> Iterator[Finding]:
    """A measure read before it is known, or a ratio where an amount is needed."""
    if used.amount and names.is_ratio(used.got):
        yield finding("measure.unit", "{got!r} is a ratio; an amount is needed here", path=used.path, got=used.got)
    if used.path[0] == "measures":
        return
    for name, measure in names.built_in_reads(used.got):
        if used.moment not in measure.readable:
            template = "{got!r} is not known at: {moment}; it is known at: {allowed}"
            yield finding(
                "measure.moment", template, path=used.path, got=name, allowed=measure.readable, moment=used.moment
            )


def cycles(deal: "Deal", names: Names) -> Iterator[Finding]:
    """Measures, fees, targets, sweeps and supports that need themselves."""
    paid_back = {
        support.name: {claim.removesuffix(REIMBURSEMENT) for claim in support.covers if claim.endswith(REIMBURSEMENT)}
        for support in deal.support
    }
    for start, ring in rings(paid_back):
        template = "support pays back support in a circle: {got}"
        yield finding("support.cycle", template, path=("support", start, "for"), got=" -> ".join(ring))
    yield from circular(needs(deal, names))
    for measure in deal.measures:
        added = [name for name in (*measure.of, *measure.less) if name in names.measures]
        if len({names.is_ratio(name) for name in added if names.measures[name].unit != "any"}) > 1:
            template = "{got} adds amounts to ratios"
            yield finding("measure.mixed", template, path=("measures", measure.name), got=measure.name)
    sweeps = {account.name: {account.sweep_to} - {""} for account in deal.accounts}
    for start, ring in rings(sweeps):
        path = ("accounts", start, "sweep_to")
        yield finding("account.cycle", "accounts are swept in a circle: {got}", path=path, got=" -> ".join(ring))


def circular(needed: Mapping[str, set[str]]) -> Iterator[Finding]:
    """One finding for each circle of needs."""
    for start, ring in rings(needed):
        noun, _, name = start.partition(" ")
        places: dict[str, KeyPath] = {
            "measure": ("measures", name),
            "fee": ("fees", name, "on"),
            "account": ("accounts", name, "target"),
            "notional": ("tranches", name, "notional"),
            "tranche": ("tranches", name, "target"),
        }
        text = " -> ".join(step.partition(" ")[2] for step in ring)
        template = "it cannot be worked out: {got} needs itself"
        yield finding("measure.cycle", template, path=places[noun], got=text)


def needs(deal: "Deal", names: Names) -> dict[str, set[str]]:
    """What each measure, fee, account target and tranche target needs, as `noun name`."""
    due = ("due", "short")
    makers = {f"{fee.name}.{part}": f"fee {fee.name}" for fee in deal.fees for part in due}
    makers |= {f"{one.name}.{part}": f"account {one.name}" for one in deal.accounts for part in ("target", "excess")}
    makers |= {f"{one.name}.principal.{part}": f"tranche {one.name}" for one in deal.tranches for part in due}
    makers |= {f"{one.name}.interest.{part}": f"notional {one.name}" for one in deal.tranches for part in due}
    makers |= {name: f"measure {name}" for name in names.declared}

    def made(read: tuple[str, ...]) -> set[str]:
        return {makers[name] for name in read if name in makers}

    needed = {f"measure {one.name}": made(parts(one)) for one in deal.measures}
    needed |= {f"fee {fee.name}": made((fee.on,)) for fee in deal.fees}
    needed |= {f"account {one.name}": made(one.target.of) for one in deal.accounts if one.target}
    needed |= {f"notional {one.name}": made(one.notional.of) for one in deal.tranches if one.notional}
    needed |= {f"tranche {one.name}": made(one.target.of) for one in deal.tranches if one.target}
    return needed


def rings(needed: Mapping[str, set[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The circles in a graph of needs, each once, with the name that closes it at both ends.

    >>> list(rings({"a": {"b"}, "b": {"a", "c"}, "c": set()}))
    [('a', ('a', 'b', 'a'))]
    """
    done: set[str] = set()
    for start in needed:
        path: list[str] = []
        waiting = [(start, False)]
        while waiting:
            here, leaving = waiting.pop()
            if leaving:
                path.pop()
                done.add(here)
            elif here in path:
                ring = path[path.index(here) :]
                yield ring[0], (*ring, here)
            elif here not in done:
                path.append(here)
                waiting.append((here, True))
                waiting.extend((after, False) for after in sorted(needed.get(here, ())))
