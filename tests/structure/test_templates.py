"""The usual deals of each market: whatever nouns they have, they are whole, and come back from their own text."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs import spec
from ipabs.structure import (
    Account,
    Amount,
    Call,
    Capacity,
    Closing,
    CollectionRule,
    Coupon,
    Dates,
    Deal,
    Deposit,
    Failing,
    Fee,
    FeeCap,
    Party,
    PaymentRule,
    Phase,
    Rounding,
    ScheduledPrincipal,
    Source,
    Support,
    Tranche,
    Trigger,
    Uses,
    Yearly,
    abn_deal,
    abs_deal,
    capacities,
)
from ipabs.structure.findings import findings

DATES = Dates(
    cut_off=date(2022, 11, 30),
    closing=date(2022, 12, 20),
    payment=PaymentRule(first=date(2023, 3, 20), frequency="quarterly", calendar="CIBM"),
    collection_end=CollectionRule(of="month_end"),
    expected_maturity=date(2024, 12, 20),
    legal_final=date(2025, 12, 20),
)
PARTIES = (Party(id="fund", limit=30e6), Party(id="bank"))

rates = st.integers(0, 1200).map(lambda basis_points: basis_points / 10_000)
sizes = st.integers(1, 900).map(lambda hundred_thousands: hundred_thousands * 1e5)


@st.composite
def coupons(draw: st.DrawFn) -> Coupon:
    if draw(st.booleans()):
        return Coupon(rate=draw(rates))
    floor = draw(st.none() | rates)
    return Coupon(index="LPR1Y", margin=draw(rates), floor=floor, cap=None if floor is None else floor + 0.01)


@st.composite
def seniors(draw: st.DrawFn, name: str) -> Tranche:
    kind = draw(st.sampled_from(["pass_through", "bullet", "scheduled", "target"]))
    schedule = (
        ScheduledPrincipal(due=date(2023, 6, 20), percent=draw(st.sampled_from([0.1, 0.25, 0.5]))),
        ScheduledPrincipal(due=date(2024, 6, 20), amount=1e4),
    )
    return Tranche(
        name=name,
        principal=draw(sizes),
        coupon=draw(st.none() | coupons()),
        day_count=draw(st.sampled_from([None, "ACT/360", "30E/360"])),
        unpaid_interest=draw(st.sampled_from([None, "carry_with_interest", "forgive", "capitalize"])),
        amortization=kind,
        schedule=schedule if kind == "scheduled" else (),
        target=Amount(of=("performing", "delinquent"), percent=0.75, floor=1e4) if kind == "target" else None,
        expected_maturity=draw(st.sampled_from([None, date(2024, 6, 20)])),
    )


fee_sets = st.lists(
    st.sampled_from(
        [
            Fee(name="vat"),
            Fee(name="custodian", rate=0.0001),
            Fee(name="audit", amount=6e4, yearly=Yearly(month=2, day=28), cap=FeeCap(per_year=5e4, life=2e5)),
            Fee(name="rating", amount=5e4, dates=(date(2023, 7, 1), date(2024, 7, 1))),
            Fee(name="agent", rate=0.0005, on="A.opening", over="interest_period", day_count="ACT/360"),
        ]
    ),
    unique=True,
).map(tuple)


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """A usual deal of either market with any of its parts."""
    notes = tuple(draw(seniors(name)) for name in draw(st.sampled_from([("A",), ("A", "B"), ("A", "B", "C")])))
    notes = (*notes, Tranche(name="sub", principal=draw(sizes), residual=True))
    fees = draw(fee_sets)
    reserve = draw(st.sampled_from([None, 1e6]))
    account = Account(
        name="reserve", target=Amount(of=("A.balance",), percent=0.01, floor=1e5), until=("A",), sweep_to="collections"
    )
    accounts = () if reserve is None else (account,)
    deposits = () if reserve is None else (Deposit(account="reserve", amount=reserve),)
    raised = sum(note.principal for note in notes)
    gift = (Source(name="gift", by="bank", amount=2e6),)
    closing = Closing(
        sources=(*(Source(name=note.name, price=1.0) for note in notes), *gift),
        uses=Uses(assets=raised + 2e6 - (reserve or 0.0), accounts=deposits),
    )
    covers = tuple(fee.name for fee in fees) + tuple(
        f"{note.name}.{part}"
        for note in notes[:-1]
        for part, has in (("interest", note.coupon), ("principal", note.amortization))
        if has
    )
    undertaking = Support(
        name="undertaking",
        by="fund",
        covers=covers,
        mode="into_account",
        after=("reserve",) if accounts else (),
        limit_basis=draw(st.sampled_from(["cumulative", "outstanding"])),
        on_acceleration="as_scheduled",
    )
    losses = Trigger(name="losses", measure="cumulative_default_ratio", maximum=0.08, run=draw(st.integers(1, 3)))
    accelerated = Phase(name="accelerated", enter_if_failing=Failing(any=("losses",)), principal_due="all")
    has_phase = draw(st.booleans())
    clean_up = Call(name="clean_up", kind="clean_up", pool_percent=0.1, price=Amount(of=("pool_closing",)))
    make = draw(st.sampled_from([abs_deal, abn_deal]))
    return make(
        name=draw(st.sampled_from(["余杭知识产权1期", "Demo: 1", "no"])),
        dates=DATES,
        tranches=notes,
        closing=closing,
        fees=fees,
        parties=PARTIES,
        accounts=accounts,
        support=(undertaking,) if draw(st.booleans()) else (),
        tests=(losses,) if has_phase else (),
        phases=(accelerated,) if has_phase else (),
        calls=(clean_up,) if draw(st.booleans()) else (),
        rounding=draw(st.sampled_from([Rounding(preset="fen"), Rounding(preset="none")])),
    )


@settings(max_examples=60)
@given(deal=deals())
def test_usual_deal_has_no_findings_and_comes_back_from_its_text(deal: Deal) -> None:
    assert findings(deal) == ()
    assert spec.load(Deal, spec.dump(deal)) == deal


@settings(max_examples=30)
@given(deal=deals())
def test_usual_deal_is_said_in_both_languages_and_lists_its_template(deal: Deal) -> None:
    supplied = dict(deal.from_template())
    assert supplied[("vehicle",)] in deal.explain()
    assert supplied[("waterfall", "normal")]
    assert f"由市场模板 {deal.market} 补足" in deal.explain("zh")


def simple(**terms: object) -> Deal:
    notes = (
        Tranche(name="A", principal=40e6, coupon=Coupon(rate=0.036), amortization="bullet"),
        Tranche(name="sub", principal=3e6, residual=True),
    )
    closing = Closing(sources=(Source(name="A", price=1.0), Source(name="sub", price=1.0)), uses=Uses(assets=43e6))
    return abn_deal(name="Demo", dates=DATES, tranches=notes, closing=closing, **terms)  # type: ignore[arg-type] # any terms


def test_note_of_the_interbank_market_is_issued_by_a_trust() -> None:
    filled = simple().filled()
    assert (filled.vehicle, filled.currency) == ("special-purpose trust", "CNY")
    assert filled.rounding == Rounding(preset="fen")
    assert (filled.tranches[0].day_count, filled.tranches[0].unpaid_interest) == ("ACT/365F", "carry")


def test_what_a_deal_states_is_never_replaced() -> None:
    stated = replace(simple(), vehicle="company", rounding=Rounding(preset="none"))
    assert (stated.filled().vehicle, stated.filled().rounding) == ("company", Rounding(preset="none"))
    assert ("vehicle",) not in dict(stated.from_template())


def test_tax_takes_the_market_rate_and_a_stated_rate_stays() -> None:
    # 3 % / 1.03 x 1.12, the simplified levy of Caishui [2017] No. 56 with surcharges, rounded as it is quoted
    assert simple(fees=(Fee(name="vat"),)).filled().fees[0].rate == pytest.approx(0.03 / 1.03 * 1.12, abs=5e-5)
    assert simple(fees=(Fee(name="vat", rate=0.03),)).filled().fees[0].rate == 0.03


def test_fixed_fee_of_a_usual_name_gets_no_rate_terms() -> None:
    fee = Fee(name="custodian", amount=1e4)
    assert simple(fees=(fee,)).filled().fees == (fee,)


def test_fee_without_terms_is_refused() -> None:
    assert [found.code for found in findings(simple(fees=(Fee(name="custodian"),)))] == ["fee.terms"]


def test_supports_of_one_party_share_its_capacity() -> None:
    both = tuple(
        Support(name=name, by="fund", covers=(claim,), mode="to_claims", limit_basis="cumulative")
        for name, claim in (("first", "A.interest"), ("second", "A.principal"))
    )
    deal = simple(parties=PARTIES, support=both)
    assert capacities(deal) == (Capacity(party="fund", limit=30e6, supports=("first", "second")),)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tranches": [1]}, "spec.type"),
        ({"tranches": ()}, "spec.empty_table"),
        ({"name": 3}, "unit.text_type"),
        ({"market": "nyse"}, "spec.word"),
        ({"rounding": "fen"}, "spec.type"),
        ({"waterfall": ()}, "spec.empty_table"),
        ({"fees": (Fee(name="vat", rate=float("nan"), on="defaulted"),)}, "number.finite"),
        ({"tranches": (Tranche(name="A", principal=-1.0, amortization="bullet"),)}, "unit.negative_money"),
    ],
)
def test_faults_of_deals_built_in_python_are_findings(change: dict[str, object], code: str) -> None:
    found = findings(replace(simple(), **change))  # type: ignore[arg-type] # wrong types are the point
    assert code in {one.code for one in found}
