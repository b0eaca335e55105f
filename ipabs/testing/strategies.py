"""Hypothesis strategies for deals, what their pools pay, and obligations.

Every generated deal is valid (``findings(deal) == ()``) and small: one to four classes of notes, one to six payment
dates. Five modes bend the cash (`stress`, `rich`, `high_spread`) and the support (`tiny_guarantee`), because relations
find little on deals that are always paid in full. Examples shrink to few tranches, few lines and small amounts.

>>> from ipabs.engine import run_waterfall
>>> from ipabs.structure.findings import findings
>>> from hypothesis import given, settings
>>> @settings(max_examples=10, database=None, derandomize=True)
... @given(runs())
... def test_cash_is_never_negative(run):
...     assert findings(run.deal) == ()
...     ledger = run_waterfall(run.deal, run.collections, **run.given)
...     assert (ledger.closing_held >= 0).all()
>>> test_cash_is_never_negative()
"""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from ipabs.basics.index_history import IndexHistory, index_history
from ipabs.basics.party import Party
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import ROWS, Collections
from ipabs.spec import dump
from ipabs.structure.account import EVERYTHING_TOGETHER, Account
from ipabs.structure.deal import Deal
from ipabs.structure.references import references
from ipabs.structure.support import Support
from ipabs.structure.term_rules import opens_with
from ipabs.structure.terms import Closing, Deposit, Rounding, Source, Uses
from ipabs.structure.tranche import Tranche
from ipabs.structure.trigger_tests import Phase, Trigger
from ipabs.testing import deal_events as events
from ipabs.testing import deal_terms as terms
from ipabs.testing.cash import collections_of
from ipabs.testing.known_measures import DECLARED, MONEY_AT_ANY_TIME, OUTSIDE
from ipabs.testing.money import LARGE, MODES, ROUNDINGS, Draws, Grain, Mode, chance, some
from ipabs.testing.priorities import Chunks, Plan, chunked, priority

NOTES = ("A", "B", "C", "D")
FEES = ("vat", "custodian", "trustee")
TESTS = ("losses", "coverage", "level")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """A deal with all that a run of it needs: ``run_waterfall(run.deal, run.collections, **run.given)``.

    It shows itself as the deal's file, then each series that is not 0 throughout, path by path.
    """

    deal: Deal
    collections: Collections
    observables: tuple[tuple[str, list[list[float]]], ...]
    indices: tuple[IndexHistory, ...]

    def __repr__(self) -> str:
        pool = self.collections
        series = [(name, row.T.tolist()) for name, row in zip(ROWS, pool.block, strict=True) if row.any()]
        opening = [("opening", pool.opening.tolist()), ("opening_delinquent", pool.opening_delinquent.tolist())]
        shown = "\n".join(f"{name} {values}" for name, values in (*opening, *series, *self.observables))
        return f"\n{dump(self.deal)}\n{shown}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints of a failing example."""
        printer.text(repr(self))

    @property
    def given(self) -> dict[str, Any]:
        """What comes from outside besides the collections."""
        return {"indices": self.indices, "observables": dict(self.observables)}

    def only(self, path: int) -> "Run":
        """The same on one of its paths."""
        observables = tuple((name, [series[path]]) for name, series in self.observables)
        return replace(self, collections=self.collections.path(path), observables=observables)


@st.composite
def timelines(draw: Draws) -> Timeline:
    """Time lines of one to six payments, moved to business days of one of the calendars."""
    return draw(terms.dates()).timeline()


@st.composite
def deals(draw: Draws, *, modes: tuple[Mode, ...] = MODES, roundings: tuple[Rounding, ...] = ROUNDINGS) -> Deal:
    """Valid deals of one to four classes of notes and what is left.

    Parameters
    ----------
    modes : tuple of {"normal", "stress", "rich", "high_spread", "tiny_guarantee"}
        Only the last bends the deal itself: it makes all support small.
    roundings : tuple of Rounding
    """
    rounding = draw(st.sampled_from(roundings))
    dates = draw(terms.dates())
    grain = Grain.of(rounding, LARGE if chance(draw, 12) else 1)
    d = terms.Drawn(draw, draw(st.sampled_from(modes)), grain, dates, dates.timeline())
    plan = plan_of(d)
    deposits = tuple(Deposit(account=one.name, amount=d.money(20_000)) for one in plan.accounts if d.chance(2))
    deal = Deal(
        version=1,
        name="Generated",
        market="none",
        vehicle="trust",
        currency="CNY",
        dates=dates,
        parties=(*plan.parties, *((Party(id="holder"),) if plan.payee == "holder" else ())),
        tranches=plan.tranches,
        fees=plan.fees,
        accounts=(*plan.accounts, *((Account(name="revenue"),) if plan.revenue else ())),
        collect=terms.collect(d, "revenue") if plan.revenue else EVERYTHING_TOGETHER,
        support=plan.supports,
        measures=DECLARED,
        observables=OUTSIDE,
        tests=plan.tests,
        phases=plan.phases,
        calls=plan.calls,
        closing=closing(plan.tranches, deposits, d.grain),
        rounding=rounding,
        waterfall=tuple(priority(plan, phase) for phase in plan.lists),
    )
    deal = without_unused(deal)
    return in_mid_life(d, deal) if d.line.periods > 1 and d.chance(3) else deal


def plan_of(d: terms.Drawn) -> Plan:
    """Notes, fees, accounts, tests, phases and support that belong together, before the lists that use them."""
    tranches = classes(d)
    notes = terms.named(tuple(one for one in tranches if not one.residual))
    names = FEES[: d.draw(st.integers(0, len(FEES)))]
    fees = tuple(terms.fee(d, name, notes, names[:i]) for i, name in enumerate(names))
    accounts, revenue = own_accounts(d, notes), d.chance(4)
    tests = own_tests(d, tranches, names, accounts)
    phases = own_phases(d, tests)
    entered = ("collections", "revenue") if revenue else ("collections",)
    calls = (events.clean_up_call(d, entered),) if d.chance(5) else ()
    chunks = chunked(d, ordered_claims(d, names, tranches))
    parties = tuple(events.party(d, name) for name in ("fund", "park")[: d.draw(st.integers(0, 2))])
    covered = coverage(d, chunks, tranches) if parties else 0
    undertaking, guarantee = supports(d, chunks, covered, parties, accounts, revenue=revenue)
    return Plan(
        d=d,
        chunks=chunks,
        covered=covered if undertaking else 0,
        tranches=tranches,
        fees=fees,
        accounts=accounts,
        parties=parties,
        undertaking=undertaking,
        guarantee=guarantee,
        tests=tests,
        phases=phases,
        calls=calls,
        revenue=revenue,
    )


def own_phases(d: terms.Drawn, tests: tuple[Trigger, ...]) -> tuple[Phase, ...]:
    """Up to two phases, where a test is read early enough; none that another keeps from ever being in force."""
    opens = any(test.at != "line" for test in tests)
    names = ("accelerated", "locked")[: d.draw(st.integers(0, 2)) if opens else 0]
    phases = tuple(events.phase(d, name, tests) for name in names)
    return tuple(
        one
        for i, one in enumerate(phases)
        if not any(opens_with(earlier.enter_if_failing, one.enter_if_failing) for earlier in phases[:i])
    )


def classes(d: terms.Drawn) -> tuple[Tranche, ...]:
    """Classes of notes, and mostly one that takes what is left."""
    names = NOTES[: d.draw(st.integers(1, len(NOTES)))]
    notes = tuple(terms.note(d, name, names[:i]) for i, name in enumerate(names))
    return notes if d.chance(8) else (*notes, terms.note(d, "sub", (), residual=True))


def own_accounts(d: terms.Drawn, notes: tuple[str, ...]) -> tuple[Account, ...]:
    """Reserves with a target, and an account that is only moved through."""
    reserves = tuple(terms.reserve(d, name, notes) for name in ("reserve", "buffer")[: d.pick(0, 1, 2)])
    spare = Account(name="spare", sweep_to=d.pick("collections", *terms.named(reserves)))
    return (*reserves, spare) if d.chance(4) else reserves


def own_tests(
    d: terms.Drawn, tranches: tuple[Tranche, ...], fees: tuple[str, ...], accounts: tuple[Account, ...]
) -> tuple[Trigger, ...]:
    """Tests of ratios, of balances, and at the end of what was paid and is short."""
    held = tuple(f"{name}.balance" for name in (*terms.named(tranches), *terms.named(accounts)))
    excess = tuple(f"{one.name}.excess" for one in accounts if one.target is not None)
    money = (*MONEY_AT_ANY_TIME, "uncovered", *held, *excess)
    at_end = tuple(f"{claim}.{part}" for claim in ordered_claims(d, fees, tranches) for part in ("short", "paid"))
    count = d.draw(st.integers(0, len(TESTS)))
    return tuple(events.trigger(d, name, money, at_end, terms.named(OUTSIDE)) for name in TESTS[:count])


def ordered_claims(d: terms.Drawn, fees: tuple[str, ...], tranches: tuple[Tranche, ...]) -> list[str]:
    """Fees, then interest before principal, or class after class."""
    both = [
        f"{one.name}.{part}"
        for one in tranches
        for part, exists in (("interest", one.coupon), ("principal", one.amortization))
        if exists
    ]
    if not d.chance(3):
        both.sort(key=lambda claim: claim.endswith(".principal"))
    return [*fees, *both]


def coverage(d: terms.Drawn, chunks: Chunks, tranches: tuple[Tranche, ...]) -> int:
    """How many lines an undertaking may cover: up to the first that passes principal through."""
    through = {f"{one.name}.principal" for one in tranches if one.amortization == "pass_through"}
    stops = [i + 1 for i, chunk in enumerate(chunks) if set(chunk) & through]
    return int(d.draw(st.integers(1, min([len(chunks), *stops])))) if chunks else 0


def supports(
    d: terms.Drawn,
    chunks: Chunks,
    covered: int,
    parties: tuple[Party, ...],
    accounts: tuple[Account, ...],
    *,
    revenue: bool,
) -> tuple[Support | None, Support | None]:
    """An undertaking into the account, a guarantee to the claims, or both, perhaps of one party."""
    if not covered:
        return None, None
    kinds = d.pick("undertaking", "guarantee", "both")
    undertaking = guarantee = None
    if kinds != "guarantee":
        claims = tuple(claim for chunk in chunks[:covered] for claim in chunk)
        after = tuple(one.name for one in accounts if not d.chance(3))
        into = "revenue" if revenue and d.chance(2) else "collections"
        undertaking = events.support(d, "undertaking", parties, claims, mode="into_account", after=after, into=into)
    if kinds != "undertaking":
        claims = some(d.draw, *(claim for chunk in chunks for claim in chunk))
        if undertaking is not None and undertaking.reimbursed == "by_line" and d.chance(3):
            claims = (*claims, f"{undertaking.name}.reimbursement")
        guarantee = events.support(d, "guarantee", parties, claims, mode="to_claims")
    return undertaking, guarantee


def closing(tranches: tuple[Tranche, ...], deposits: tuple[Deposit, ...], grain: Grain) -> Closing:
    """Notes sold at par; deposits as far as they raise enough, and the rest pays for the assets."""
    left = sum(grain.count(one.principal) for one in tranches)
    funded = []
    for deposit in deposits:
        if grain.count(deposit.amount) <= left:
            funded.append(deposit)
            left -= grain.count(deposit.amount)
    sources = tuple(Source(name=one.name, price=1.0) for one in tranches)
    return Closing(sources=sources, uses=Uses(assets=grain.amount(left), accounts=tuple(funded)))


def without_unused(deal: Deal) -> Deal:
    """The deal without tests, measures and observables that nothing reads: they would be findings."""
    while True:
        used = {(one.noun, one.got) for one in references(deal)}
        leaner = replace(
            deal,
            tests=tuple(one for one in deal.tests if ("test", one.name) in used),
            measures=tuple(one for one in deal.measures if ("measure", one.name) in used),
            observables=tuple(one for one in deal.observables if ("measure", one.name) in used),
        )
        if leaner == deal:
            return deal
        deal = leaner


def in_mid_life(d: terms.Drawn, deal: Deal) -> Deal:
    """The same deal, joined after one of its payments."""
    nouns: dict[str, tuple[Any, ...]] = {
        "fees": deal.fees,
        "accounts": deal.accounts,
        "parties": deal.parties,
        "support": deal.support,
        "tests": deal.tests,
    }
    return replace(deal, state=events.state(d, deal.tranches, **nouns), closing=None)


@st.composite
def runs(
    draw: Draws,
    *,
    modes: tuple[Mode, ...] = MODES,
    roundings: tuple[Rounding, ...] = ROUNDINGS,
    paths: int = 1,
) -> Run:
    """Deals with collections that fit them, rolled forward period by period, on one path or several."""
    mode = draw(st.sampled_from(modes))
    deal = draw(deals(modes=(mode,), roundings=roundings))
    return draw(runs_of(deal, modes=(mode,), paths=paths))


@st.composite
def runs_of(draw: Draws, deal: Deal, *, modes: tuple[Mode, ...] = MODES, paths: int = 1) -> Run:
    """What may be paid into one given deal, its observables and its index histories with it."""
    collections = collections_of(draw, deal, draw(st.sampled_from(modes)), paths)
    periods = collections.timeline.periods
    levels = st.lists(st.sampled_from((0.5, 0.0, 1.0, 2.5, 1000.29)), min_size=periods, max_size=periods)
    series = [(one.name, [draw(levels) for _ in range(paths)]) for one in deal.observables]
    for supporter in sorted({one.by for one in deal.support}):
        if draw(st.integers(0, 3)) == 3:
            alive = [draw(st.integers(0, periods)) for _ in range(paths)]
            series.append((f"{supporter}.performing", [[float(t < last) for t in range(periods)] for last in alive]))
    wanted = {one.coupon.index for one in deal.tranches if one.coupon and one.coupon.index}
    return Run(
        deal=deal,
        collections=collections,
        observables=tuple(series),
        indices=tuple(index_history(name) for name in ("LPR1Y", "LPR5Y") if name in wanted),
    )
