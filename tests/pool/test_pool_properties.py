"""What holds for every contract and every pool, whatever its terms."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.index_history import IndexHistory
from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.pool import DefaultList, PledgedLoan, Pool, Vectors, project
from ipabs.pool.repayment import flows_of

SUMMED = 1e-9  # relative: sums of the same amounts in another order
FIRST = date(2001, 1, 1)
# The pattern of weekdays and leap years repeats after 28 years between 1901 and 2099.
LEAP_CYCLE = 28
INDEX = IndexHistory(
    name="own",
    dates=tuple(date(year, 1, 15) for year in range(1999, 2075)),
    rates=tuple(0.02 + 0.001 * (year % LEAP_CYCLE) for year in range(1999, 2075)),
    known_until=date(2075, 1, 1),
)


@st.composite
def loans(draw: st.DrawFn) -> PledgedLoan:
    start = FIRST + timedelta(draw(st.integers(0, 3_000)))
    months = draw(st.integers(2, 60))
    maturity = add_months(start, months) + timedelta(draw(st.integers(0, 27)))
    inside = st.integers(1, (maturity - start).days - 1).map(lambda days: start + timedelta(days))
    amortization = draw(st.sampled_from(["level", "linear", "bullet", "negative"]))
    principal = float(draw(st.integers(10_000, 10_000_000)))
    early = draw(st.sampled_from(["none", "in_advance", "anchor", "principal", "grace"]))
    floating = draw(st.booleans())
    return PledgedLoan(
        id="C1",
        obligor="F1",
        principal=principal,
        start=start,
        maturity=maturity,
        contract_rate=draw(st.integers(0, 1_200)) / 10_000,
        amortization=amortization,
        frequency=draw(st.sampled_from(["monthly", "bimonthly", "quarterly", "semiannual", "annual"])),
        principal_frequency=draw(st.sampled_from([None, "quarterly", "annual"])),
        first_payment={"in_advance": start, "anchor": draw(inside)}.get(early),
        first_principal=draw(inside) if early == "principal" else None,
        grace=draw(st.integers(1, months - 1)) if early == "grace" and months > 1 else 0,
        capitalized_until=draw(st.none() | inside),
        stub=draw(st.sampled_from(["short_last", "long_last"])),
        end_of_month=draw(st.booleans()),
        day_count=draw(st.sampled_from(["ACT/365F", "ACT/360", "30E/360", "ACT/ACT ISDA"])),
        calendar="weekends",
        roll=draw(st.sampled_from(["none", "none", "following", "modified_following"])),
        accrual=draw(st.sampled_from(["unadjusted", "adjusted"])),
        installment=principal / months if amortization == "negative" else None,
        amortized_until=add_months(maturity, draw(st.integers(0, 60))) if amortization == "level" else None,
        index="own" if floating else "",
        reset=draw(st.sampled_from(["quarterly", "annual"])),
        first_reset=draw(st.none() | inside) if floating else None,
    )


def scaled(loan: PledgedLoan, share: float, id: str) -> PledgedLoan:
    installment = None if loan.installment is None else share * loan.installment
    return replace(loan, id=id, principal=share * loan.principal, installment=installment)


def shifted(loan: PledgedLoan, years: int) -> PledgedLoan:
    names = (
        "start",
        "maturity",
        "first_payment",
        "first_principal",
        "capitalized_until",
        "amortized_until",
        "first_reset",
    )
    days = {name: getattr(loan, name) for name in names}
    return replace(loan, **{name: add_months(day, 12 * years) for name, day in days.items() if day is not None})


def line_of(pool: Pool) -> Timeline:
    """Quarters from before the first start until after the last payment."""
    first = min(one.start for one in pool.obligations) - timedelta(1)
    last = max(one.maturity for one in pool.obligations) + timedelta(10)  # type: ignore[attr-defined]  # loans
    ends = [add_months(first, 3 * k) for k in range(1, 1 + (last.year - first.year + 1) * 4)]
    days = tuple(ends)
    return Timeline(cut_off=first, closing=first, collection_ends=days, accrual_ends=days, payments=days)


def pool_of(*members: PledgedLoan) -> Pool:
    return Pool(members, (Party(id="F1"),))


@settings(max_examples=80)
@given(loans())
def test_schedules_repay_exactly(loan: PledgedLoan) -> None:
    assert list(loan.findings()) == []
    flows = loan.contract_flows((INDEX,))
    assert flows.balance[-1] == 0
    assert flows.principal.sum() == pytest.approx(loan.principal, rel=SUMMED)
    before = np.r_[loan.principal, flows.balance[:-1]]
    assert flows.balance == pytest.approx(before - flows.principal, rel=SUMMED, abs=SUMMED * loan.principal)
    assert (np.diff(flows.dates.astype(int)) >= 0).all()
    assert (flows.cash >= -SUMMED * loan.principal).all()


@settings(max_examples=50)
@given(loans(), st.integers(1, 99))
def test_splitting_a_contract_changes_nothing(loan: PledgedLoan, percent: int) -> None:
    parts = [scaled(loan, percent / 100, "C1"), scaled(loan, 1 - percent / 100, "C2")]
    whole = loan.contract_flows((INDEX,))
    one, other = (flows_of(parts, (INDEX,)).of(row) for row in (0, 1))
    assert one.dates.tolist() == other.dates.tolist() == whole.dates.tolist()
    for name in ("interest", "principal", "balance"):
        together = getattr(one, name) + getattr(other, name)
        assert together == pytest.approx(getattr(whole, name), rel=SUMMED, abs=SUMMED * loan.principal)


@settings(max_examples=50)
@given(loans())
def test_zero_stress_gives_the_contract(loan: PledgedLoan) -> None:
    plain = replace(loan, capitalized_until=None, amortized_until=None, amortization="linear", installment=None)
    pool = pool_of(plain)
    line, flows = line_of(pool), plain.contract_flows((INDEX,))
    nobody = DefaultList(("F1",), 1, *[np.array([], dtype=np.int64)] * 3)
    for vectors, fates in ((Vectors(), None), (Vectors(advances=True), None), (Vectors(), nobody)):
        paid = project(pool, line, vectors, fates=fates, indices=(INDEX,))
        assert paid.interest.sum() == pytest.approx(flows.interest.sum(), rel=SUMMED)
        assert paid.principal.sum() == pytest.approx(loan.principal, rel=SUMMED)
        period = np.searchsorted(np.array(line.collection_ends, dtype="datetime64[D]"), flows.dates)
        by_period = np.bincount(period, flows.interest + flows.principal, line.periods)
        cash = (paid.interest + paid.principal)[0]
        assert cash == pytest.approx(by_period, rel=SUMMED, abs=SUMMED * loan.principal)
        for name in ("prepayment", "recovery", "guarantee", "defaulted"):
            assert not paid.series(name).any()


@settings(max_examples=30)
@given(st.lists(loans(), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(drawn: list[PledgedLoan], random: object) -> None:
    members = [
        replace(loan, id=f"C{k}", capitalized_until=None, amortized_until=None, amortization="bullet", installment=None)
        for k, loan in enumerate(drawn)
    ]
    mixed = list(members)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # a random.Random
    one, other = pool_of(*members), pool_of(*mixed)
    line = line_of(one)
    for vectors in (Vectors(), Vectors(cpr=0.1, cdr=0.03, severity=0.4, recovery_lag=3)):
        first, second = (project(pool, line, vectors, indices=(INDEX,)) for pool in (one, other))
        assert second.block == pytest.approx(first.block, rel=SUMMED, abs=SUMMED * one.principal)


@settings(max_examples=50)
@given(loans())
def test_shifting_by_a_leap_cycle_changes_no_bit(loan: PledgedLoan) -> None:
    here, there = loan.contract_flows((INDEX,)), shifted(loan, LEAP_CYCLE).contract_flows((INDEX,))
    assert [add_months(day, 12 * LEAP_CYCLE) for day in here.dates.tolist()] == there.dates.tolist()
    for name in ("interest", "principal", "balance"):
        assert np.array_equal(getattr(here, name), getattr(there, name))


@settings(max_examples=50)
@given(loans(), st.integers(1, 20))
def test_shifting_by_years_changes_no_amount_where_years_are_alike(loan: PledgedLoan, years: int) -> None:
    """In months of 30 days all years are alike, except where a date falls on the end of February."""
    plain = replace(
        loan, day_count="30E/360", start=loan.start.replace(day=15), maturity=loan.maturity.replace(day=20), index="",
        roll="none", end_of_month=False, first_payment=None, first_principal=None, capitalized_until=None,
        first_reset=None, grace=0, amortized_until=None,
    )  # fmt: skip
    here, there = plain.contract_flows(), shifted(plain, years).contract_flows()
    assert [add_months(day, 12 * years) for day in here.dates.tolist()] == there.dates.tolist()
    assert np.array_equal(here.cash, there.cash)
