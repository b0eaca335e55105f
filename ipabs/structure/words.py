"""A deal in words: its priority of payments as a prospectus would say it, in English and Chinese."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipabs.basics.numerals import number_text
from ipabs.basics.words import Language, label, labels
from ipabs.errors import SpecError, key_path_text, refuse
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.findings import findings
from ipabs.structure.names import names_of
from ipabs.structure.party_limits import own_limit
from ipabs.structure.tranche import Amount
from ipabs.structure.trigger_tests import Phase, Trigger
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Options,
    Pay,
    PlacedLine,
    Priority,
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


def explain(deal: "Deal", lang: Language = "en") -> str:
    """The priority of payments of `deal` in words, its measures and tests, and what came from its market's template.

    A deal with errors has no such words: they are raised as a `SpecError`.

    >>> from ipabs import spec
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import DEMO
    >>> text = spec.load(Deal, DEMO).explain()
    >>> print("\\n".join(text.splitlines()[4:7]))
    2. Pay value-added tax and the custodian's fee, pro rata by amount due [clause 8.2(1)].
    3. Pay interest on A.
    4. Pay principal of A.
    """
    refuse(SpecError, findings(deal))
    lists = (line for one in deal.waterfall for line in said_priority(deal, one, lang))
    return "\n".join((deal.name, *lists, *said_measures(deal, lang), *said_tests(deal, lang), *supplied(deal, lang)))


def said_priority(deal: "Deal", priority: Priority, lang: Language) -> Iterator[str]:
    """One list: its heading, when it is in force, its lines."""
    known = f"deal.phase.{priority.phase}"
    phase = label(known, lang) if known in labels() else priority.phase
    yield ""
    yield label("deal.priority", lang).format(phase=phase)
    for one in deal.phases:
        if one.name == priority.phase:
            yield said_phase(one, lang)
    for number, placed in enumerate(placed_lines(priority.lines), start=1):
        yield f"{number}. {said_line(deal, placed, lang)}"


def said_phase(phase: Phase, lang: Language) -> str:
    """When a phase is in force."""
    which = phase.enter_if_failing
    tests = joined(which.any, lang, last="deal.or") if which.any else joined(which.all, lang)
    all_due = label("deal.all_due", lang) if phase.principal_due == "all" else ""
    return label("deal.in_force", lang).format(tests=tests) + all_due


def said_measures(deal: "Deal", lang: Language) -> Iterator[str]:
    """The deal's own measures under their heading."""
    if deal.measures:
        yield ""
        yield label("deal.measures", lang)
    for one in deal.measures:
        parts = {"of": one.of, "less": one.less, "to": one.to}
        said = {key: joined([said_measure(name, lang) for name in names], lang) for key, names in parts.items()}
        text = label("deal.sum", lang).format(measures=said["of"]) if len(one.of) > 1 else said["of"]
        text += label("deal.less", lang).format(measures=said["less"]) if one.less else ""
        text += label("deal.divided", lang).format(measures=said["to"]) if one.to else ""
        yield label("deal.defined", lang).format(name=one.name, text=text)


def said_tests(deal: "Deal", lang: Language) -> Iterator[str]:
    """The tests under their heading: when each fails, and whether it can pass again."""
    if deal.tests:
        yield ""
        yield label("deal.tests", lang)
    for test in deal.tests:
        key, limit = ("deal.above", test.maximum) if test.maximum is not None else ("deal.below", test.minimum)
        shown = said_limit(deal, test, limit or 0.0)
        for step in test.steps:
            later = said_limit(deal, test, step.limit)
            shown += label("deal.limit_since", lang).format(limit=later, since=step.since.isoformat())
        text = label(key, lang).format(measure=said_measure(test.measure, lang), limit=shown)
        text += label(f"deal.at.{test.at}", lang) if test.at != "collection" else ""
        text += label("deal.run", lang).format(count=test.run) if test.run > 1 else ""
        cure = "deal.no_cure" if test.cure is None else "deal.cure_once" if test.cure == 1 else "deal.cure"
        text += label(cure, lang).format(count=test.cure)
        yield label("deal.defined", lang).format(name=test.name, text=text)


def said_limit(deal: "Deal", test: Trigger, limit: float) -> str:
    """A limit in the unit of its measure."""
    names = names_of(deal)
    if names.is_ratio(test.measure):
        return f"{number_text(limit, 2)}%"
    return number_text(limit) if names.measures[test.measure].unit == "any" else f"{limit:,.2f}"


def said_line(deal: "Deal", placed: PlacedLine, lang: Language) -> str:
    """One line as a sentence with its clause."""
    line = placed.line
    text = said_verb(deal, line, lang) + said_options(placed, lang)
    clause = label("deal.clause", lang).format(clause=placed.clause) if placed.clause else ""
    stop = "。" if lang == "zh" else "."
    return f"{text[0].upper()}{text[1:]}{clause}{stop}"


def said_verb(deal: "Deal", line: Options, lang: Language) -> str:
    """What the line does."""
    match line:
        case Pay():
            return label("deal.pay", lang).format(targets=said_claims(line.target, lang))
        case TopUp():
            return label("deal.top_up", lang).format(targets=said_targets(deal, line.target, lang))
        case Transfer():
            source, to = said_account(line.target.source, lang), said_account(line.target.to, lang)
            return label("deal.transfer", lang).format(source=source, to=to)
        case Release():
            to = next((one.sweep_to for one in deal.accounts if one.name == line.target), COLLECTIONS)
            return label("deal.release", lang).format(source=line.target, to=said_account(to, lang))
        case Draw():
            return said_draw(deal, line, lang)
        case WriteDown():
            return label("deal.write_down", lang).format(targets=joined(line.target, lang))
        case Capitalize():
            return label("deal.capitalize", lang).format(targets=joined(line.target, lang))
        case Purchase():
            return label("deal.purchase", lang).format(targets=line.target)
        case Residual():
            is_tranche = any(tranche.name == line.target for tranche in deal.tranches)
            key = "deal.residual_tranche" if is_tranche else "deal.residual"
            return label(key, lang).format(name=line.target)
    raise TypeError(f"no verb {type(line).__name__}")


def said_draw(deal: "Deal", line: Draw, lang: Language) -> str:
    """A call on a support: for what, after which accounts, up to which limit."""
    support = next(one for one in deal.support if one.name == line.target)
    party = next(one for one in deal.parties if one.id == support.by)
    limits = [limit for limit in (own_limit(support), party.limit) if limit is not None]
    limit = label("deal.unlimited", lang)
    if limits:
        key = "deal.limit" if support.limit_basis == "cumulative" else "deal.limit_outstanding"
        limit = label(key, lang).format(limit=f"{min(limits):,.2f}")
    words = {"claims": said_claims(support.covers, lang), "support": support.name, "limit": limit}
    if support.mode == "to_claims":
        return label("deal.draw_claims", lang).format(party=party.name or party.id, **words)
    after = label("deal.after", lang).format(accounts=joined(support.after, lang)) if support.after else ""
    into = said_account(support.into, lang)
    return label("deal.draw_into", lang).format(party=party.name or party.id, into=into, after=after, **words)


def said_options(placed: PlacedLine, lang: Language) -> str:
    """The options of a line: split, amount, account, tests."""
    line, text = placed.line, ""
    several = isinstance(line.target, tuple) and len(line.target) > 1
    if several and line.split == "pro_rata":
        by = label(f"deal.by.{line.by or 'due'}", lang)
        text += label("deal.pro_rata", lang).format(by=by.format(weights=" : ".join(map(number_text, line.weights))))
    elif several:
        text += label("deal.in_order", lang)
    amount = line.target.up_to if isinstance(line, Transfer) else line.up_to
    if amount is not None:
        text += label("deal.up_to", lang).format(amount=said_amount(amount, lang))
    if placed.source != COLLECTIONS and isinstance(line, Pay | TopUp | Residual):
        text += label("deal.from", lang).format(account=said_account(placed.source, lang))
    if line.if_passing:
        text += label("deal.if_passing", lang).format(tests=joined(line.if_passing, lang))
    if line.if_failing:
        text += label("deal.if_failing", lang).format(tests=joined(line.if_failing, lang))
    return text


def said_amount(amount: Amount, lang: Language) -> str:
    """An amount: a part of measures, a fixed part, floor and cap."""
    measures = joined([said_measure(name, lang) for name in amount.of], lang)
    if not amount.of:
        return f"{amount.amount or amount.floor:,.2f}"
    text = measures
    if amount.percent != 1.0:
        text = label("deal.part_of", lang).format(percent=f"{number_text(amount.percent, 2)}%", measures=measures)
    if amount.amount:
        text = label("deal.plus", lang).format(first=text, amount=f"{amount.amount:,.2f}")
    if amount.floor:
        text = label("deal.at_least", lang).format(first=text, amount=f"{amount.floor:,.2f}")
    if amount.cap is not None:
        text = label("deal.not_above", lang).format(first=text, amount=f"{amount.cap:,.2f}")
    return text


def said_claims(claims: tuple[str, ...], lang: Language) -> str:
    """Claims in words, in order."""
    return joined([said_claim(claim, lang) for claim in claims], lang)


def said_claim(claim: str, lang: Language) -> str:
    """`A.interest` is "interest on A"; a usual fee has its trade name."""
    name, _, part = claim.rpartition(".")
    known = f"deal.{part}" if name else f"fee.{claim}"
    return label(known, lang).format(name=name) if known in labels() else claim


def said_measure(measure: str, lang: Language) -> str:
    """A measure in words; one of the deal's own keeps its name."""
    name, _, part = measure.rpartition(".")
    known = f"measure.{part}"
    return label(known, lang).format(name=said_claim(name, lang)) if known in labels() else measure


def said_targets(deal: "Deal", names: tuple[str, ...], lang: Language) -> str:
    """Accounts with their targets."""
    targets = {account.name: account.target for account in deal.accounts}
    template = label("deal.target", lang)
    said = [
        template.format(name=name, amount=said_amount(amount, lang)) if (amount := targets.get(name)) else name
        for name in names
    ]
    return joined(said, lang)


def said_account(name: str, lang: Language) -> str:
    """An account; silent means the collection account."""
    return label("account.collections", lang) if name in ("", COLLECTIONS) else name


def joined(words: tuple[str, ...] | list[str], lang: Language, *, last: str = "deal.and") -> str:
    """Words as an enumeration: "a, b and c", or as `last` says."""
    if len(words) < 2:
        return "".join(words)
    first = label("deal.comma", lang).join(words[:-1])
    return label(last, lang).format(first=first, last=words[-1])


def supplied(deal: "Deal", lang: Language) -> Iterator[str]:
    """What the market's template supplied, marked as such."""
    found = deal.from_template()
    if found:
        yield ""
        yield label("deal.supplied", lang).format(market=deal.market)
    for path, value in found:
        shown = label("deal.usual_order", lang) if path[0] == "waterfall" else getattr(value, "preset", value)
        yield f"- {key_path_text(path)}: {shown}"
