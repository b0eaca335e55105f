"""A result put into words: the summary, one payment date explained, the whole report."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ipabs.basics import words
from ipabs.basics.provenance import Provenance
from ipabs.basics.words import Language, label, percent
from ipabs.case import deal_exhibits
from ipabs.case.case import Case
from ipabs.case.key_paths import leaves, value_at
from ipabs.case.savings_exhibits import BEFORE_TAX, PROGRAMME, average_life
from ipabs.case.valuations import Appraised
from ipabs.case.value_exhibits import value_sentences
from ipabs.engine.ledger import Ledger
from ipabs.errors import Finding, key_path_text
from ipabs.financing.comparison import Comparison
from ipabs.financing.savings import implied_spread
from ipabs.pool.pool import Pool
from ipabs.report.exhibit import Exhibit, brief, columns
from ipabs.report.page import Page, Section
from ipabs.report.titles import amount, headings_of, spoken, titled, words_of
from ipabs.spec import to_tree
from ipabs.structure.deal import Deal

# What of the wide exhibits fits on a console of 80 columns.
FIRM_COLUMNS = (
    "firm", "principal", "comparator_rate", "facility_rate", "spread", "fees", "carried", "subsidy", "tax", "net",
)  # fmt: skip
VARIANT_COLUMNS = (
    "variant", "comparator", "life_years", "spread", "fees", "carried", "before_tax", "net", "implied_spread",
)  # fmt: skip


def strains(ledgers: Sequence[tuple[str, Ledger]], lang: Language) -> Iterator[str]:
    """What supports pay and what tranches lose; nothing when all goes well."""
    for name, ledger in ledgers:
        for support in ledger.supports:
            if paid := float(ledger.called(support).sum()):
                yield label("sentence.support", lang).format(deal=name, support=support, amount=amount(paid, lang))
        for tranche in ledger.deal.tranches:
            if left := float(ledger.balance(tranche.name)[0, -1]):
                yield label("sentence.loss", lang).format(deal=name, tranche=tranche.name, amount=amount(left, lang))


def points(rate: float, lang: Language) -> str:
    """A difference of rates in percentage points."""
    return f"{100 * rate:.2f}{' 个百分点' if lang == 'zh' else ' pp'}"


def headline(
    case: Case,
    comparison: Comparison,
    ledgers: Sequence[tuple[str, Ledger]],
    appraisals: Sequence[Appraised],
    lang: Language,
) -> tuple[str, ...]:
    """Who, how much, what it costs against what, what is saved, at what public cost, and the published claim."""
    return (
        size_sentence(case, comparison, lang),
        cost_sentence(comparison, lang),
        saving_sentence(case, comparison, lang),
        *strains(ledgers, lang),
        *value_sentences(appraisals, lang),
        *unreal_sentences(comparison, lang),
        *claim_sentences(case, comparison, lang),
    )


def size_sentence(case: Case, comparison: Comparison, lang: Language) -> str:
    """How many firms borrow how much, deal by deal."""
    one = comparison[PROGRAMME]
    deals = ("、" if lang == "zh" else ", ").join(
        label("sentence.deal", lang).format(deal=name, size=amount(pool.principal, lang), firms=len(obligors(pool)))
        for name, pool in case.pools
    )
    return label("sentence.size", lang).format(
        firms=len(one.firms), size=amount(float(one.principal.sum()), lang), deals=deals
    )


def cost_sentence(comparison: Comparison, lang: Language) -> str:
    """What the money costs before tax, all in, on both sides."""
    one = comparison[PROGRAMME]
    rates = one.programme_ladder
    return label("sentence.cost", lang).format(
        cost=percent(float(rates.facility_rates[BEFORE_TAX, 0])),
        comparator_cost=percent(float(rates.comparator_rates[BEFORE_TAX, 0])),
        comparator=comparison.against,
        life=f"{average_life(one):.2f}",
    )


def saving_sentence(case: Case, comparison: Comparison, lang: Language) -> str:
    """What is saved, nominal and in present value, and what it costs the public."""
    one = comparison[PROGRAMME]
    nominal, present = one.nominal.programme(), one.present_value.programme()
    parts = ("market", "before_tax", "net", "public_cost")
    return label("sentence.saving", lang).format(
        **{name: amount(getattr(nominal, name)[0], lang) for name in parts},
        present_value=amount(present.before_tax[0], lang),
        rate=discounting(case.file.discount_rate, lang),
        as_of=case.file.as_of,
    )


def unreal_sentences(comparison: Comparison, lang: Language) -> Iterator[str]:
    """How much of the saving is against loans that could hardly have been had."""
    unreal = [fact.firm for fact in comparison.facts if fact.comparator_status == "no_bank_access"]
    if unreal:
        saved = float(comparison[PROGRAMME].nominal.of_firms(unreal).before_tax.sum())
        yield label("sentence.unreal", lang).format(amount=amount(saved, lang), firms=len(unreal))


def claim_sentences(case: Case, comparison: Comparison, lang: Language) -> Iterator[str]:
    """What spread the published saving needs, and what this case gives."""
    claim, one = case.file.claim, comparison[PROGRAMME]
    if claim is None:
        return
    life = average_life(one)
    saved = float(one.nominal.programme().before_tax[0])
    yield label("sentence.claim", lang).format(
        claim=amount(claim.amount, lang),
        share=percent(claim.amount / claim.principal),
        principal=amount(claim.principal, lang),
        life=f"{life:.2f}",
        needed=points(implied_spread(claim.principal, claim.amount, life), lang),
        own=points(implied_spread(float(one.principal.sum()), saved, life), lang),
    )
    yield label("sentence.nothing_fitted", lang)


def discounting(rate: float | None, lang: Language) -> str:
    """At which rate present values are taken."""
    return label("sentence.own_rate", lang) if rate is None else percent(rate)


def obligors(pool: Pool) -> set[str]:
    """The firms that owe a pool."""
    return {contract.obligor for contract in pool.obligations}


def summary_page(
    case: Case,
    comparison: Comparison,
    exhibits: Sequence[Exhibit],
    ledgers: Sequence[tuple[str, Ledger]],
    appraisals: Sequence[Appraised],
    lang: Language,
) -> Page:
    """What the console shows."""
    by_name = {exhibit.name: exhibit for exhibit in exhibits}
    chosen = [
        brief(by_name["savings"], "savings_in_brief", *FIRM_COLUMNS),
        by_name["savings_by_part"],
        brief(by_name["variants"], "variants_in_brief", *VARIANT_COLUMNS),
        *(by_name[name] for name in ("implied_spreads",) if name in by_name),
    ]
    section = Section(
        heading=label("section.headline", lang),
        text=headline(case, comparison, ledgers, appraisals, lang),
        exhibits=titled(chosen, lang),
    )
    return Page(
        title=case.file.name,
        banner=case.notice,
        sections=(section,),
        headings=headings_of(chosen, lang),
        words=words_of(chosen, lang),
        lang=lang,
    )


def date_page(name: str, deal: Deal, ledger: Ledger, t: int, lang: Language) -> Page:
    """One payment date of a deal, line by line in words and numbers."""
    exhibit = deal_exhibits.trace(ledger, t)
    facts = {
        "deal": ledger.deal.name,
        "date": ledger.timeline.payments[t],
        "phase": spoken(ledger.program.phases[int(ledger.phase[t, 0])], lang),
    }
    supplied = ", ".join(from_market(deal, ledger.deal))
    text = [
        label("sentence.explain", lang).format(**facts),
        *([label("sentence.template", lang).format(market=deal.market, supplied=supplied)] if supplied else []),
        *(line_sentence(exhibit, row, lang) for row in exhibit.shown(dict(words_of([exhibit], lang)))),
    ]
    section = Section(heading=name, text=tuple(text), exhibits=titled([exhibit], lang))
    return Page(
        title=ledger.deal.name,
        sections=(section,),
        headings=headings_of([exhibit], lang),
        words=words_of([exhibit], lang),
        lang=lang,
    )


def from_market(deal: Deal, complete: Deal) -> Iterator[str]:
    """What the market's template supplies where the deal is silent, as ``key path: value``."""
    stated, filled = to_tree(deal), to_tree(complete)
    known = set(leaves(stated))
    for path in leaves(filled):
        if path not in known:
            yield f"{key_path_text(path)}: {value_at(filled, path)}"


def line_sentence(exhibit: Exhibit, row: Sequence[str], lang: Language) -> str:
    """One line of a waterfall as a sentence."""
    cells = dict(zip(exhibit.header, row, strict=True))
    clause = label("sentence.clause", lang).format(clause=cells["clause"]) if cells["clause"] else ""
    return label("sentence.pay", lang).format(**{**cells, "clause": clause})


def provenance_exhibit(case: Case) -> Exhibit:
    """Where each input comes from, and how many rows of the firm tape are of which kind."""
    stated = [(one.path, str(one.origin), source_text(one)) for one in case.file.provenance]
    tape: dict[str, int] = {}
    for _, text in case.firms.provenance:
        tape[text] = tape.get(text, 0) + 1
    rows = [(f"tapes.firms ({count})", *split_origin(text)) for text, count in tape.items()]
    return Exhibit(name="provenance", columns=columns(path="text", origin="word", source="text"), rows=(*stated, *rows))


def source_text(origin: Provenance) -> str:
    """Source or reason, with the note."""
    stated = getattr(origin, origin.origin)
    return f"{stated} ({origin.note})" if origin.note else stated


def split_origin(text: str) -> tuple[str, str]:
    """A cell of the tape's provenance: its kind and the rest; without a kind it counts as an assumption.

    >>> split_origin("derived: from the plan of 2022-07")
    ('derived', 'from the plan of 2022-07')
    """
    match = re.fullmatch(r"(published|derived|assumption): (.*)", text)
    return (match[1], match[2]) if match else ("assumption", text)


def findings_exhibit(findings: Iterable[Finding], lang: Language = "en") -> Exhibit:
    """Warnings and notes."""
    return Exhibit(
        name="findings",
        columns=columns(severity="word", place="text", message="text"),
        rows=tuple((str(one.severity), str(one.place), words.message(one, lang)) for one in findings),
    )
