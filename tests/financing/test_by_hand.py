"""Comparisons rebuilt by hand: items in exact fractions with a date each, parts as sums, rates by pyxirr.

Nothing of the package is used to make the expected figures but the published history of the prime rate.
"""

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest
import pyxirr

from ipabs.basics.index_history import index_history
from ipabs.financing.compared import Compared
from ipabs.financing.comparison import compare
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import FirmFacts, offer
from ipabs.financing.leasing import FinancialLease
from ipabs.financing.loan import BankLoan, Deposit, SmallLoan
from ipabs.financing.need import bullet_need
from ipabs.financing.savings import Savings
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Band, Subsidy
from ipabs.financing.tax import Tax

FEN = 0.005
RATE = 1e-9
PARTS = ("spread", "fees", "carried", "subsidy", "tax", "net", "market", "public_cost")


@dataclass(frozen=True)
class Item:
    """An amount on a date: + is received by the firm."""

    day: date
    kind: str
    amount: Fraction
    bearer: str = "firm"


def later(day: date, months: int) -> date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def back_from(end: date, start: date, step: int) -> list[date]:
    """Payment dates every `step` months, counted back from the end."""
    days: list[date] = []
    while later(end, -step * len(days)) > start:
        days.append(later(end, -step * len(days)))
    return days[::-1]


def loan_years(start: date, end: date) -> list[date]:
    return [later(start, 12 * n) for n in range(50) if later(start, 12 * n) < end]


def bullet(days: list[date]) -> list[Fraction]:
    return [Fraction(day == days[-1]) for day in days]


def lent(
    amount: Fraction, start: date, days: list[date], shares: list[Fraction], rate: Callable[[date], Fraction], base: int
) -> list[Item]:
    """Principal, and interest = balance × rate × days / base."""
    items, balance, before = [Item(start, "principal", amount)], amount, start
    for day, share in zip(days, shares, strict=True):
        items.append(Item(day, "interest", -balance * rate(before) * (day - before).days / base))
        items.append(Item(day, "principal", -amount * share))
        balance, before = balance - amount * share, day
    return items


def taxed(items: Iterable[Item], rate: Fraction, *, untaxed: bool = False) -> list[Item]:
    """Relief on interest and own fees, tax on subsidies, on the same date."""
    kinds = ("interest", "fee") if untaxed else ("interest", "fee", "subsidy")
    return [Item(one.day, "tax", -rate * one.amount) for one in items if one.bearer == "firm" and one.kind in kinds]


Weight = Callable[[date], float]


def total(items: Iterable[Item], kind: str, weight: Weight, *bearers: str) -> float:
    some = (one for one in items if one.kind == kind and (not bearers or one.bearer in bearers))
    return sum(float(one.amount) * weight(one.day) for one in some)


def parts_of(comparator: list[Item], facility: list[Item], weight: Weight = lambda day: 1.0) -> dict[str, float]:
    """A to E and their sums, as defined."""

    def saved(kind: str, *bearers: str) -> float:
        return total(facility, kind, weight, *bearers) - total(comparator, kind, weight, *bearers)

    others = ("originator", "guarantor", "district", "vehicle")
    parts = {
        "spread": saved("interest"),
        "fees": saved("fee"),
        "carried": -saved("fee", *others),
        "subsidy": saved("subsidy"),
        "tax": saved("tax"),
    }
    return parts | {
        "net": sum(parts.values()),
        "market": parts["spread"] + parts["fees"],
        "public_cost": -saved("fee", "district") + parts["subsidy"] + parts["tax"],
    }


def own_flows(items: Iterable[Item]) -> dict[date, float]:
    flows: dict[date, float] = defaultdict(float)
    for one in items:
        if one.bearer == "firm":
            flows[one.day] += float(one.amount)
    return flows


def rate_of(items: list[Item]) -> float:
    flows = own_flows(items)
    rate = pyxirr.xirr(list(flows), list(flows.values()))
    assert rate is not None
    return rate


def paid(items: list[Item]) -> float:
    return -sum(own_flows(items).values())


def assert_parts(found: Savings, wanted: dict[str, float], at: int = 0) -> None:
    assert {name: float(getattr(found, name)[at]) for name in PARTS} == pytest.approx(wanted, abs=FEN)


def assert_rates(one: Compared, comparator: list[Item], facility: list[Item], at: int = 0) -> None:
    assert one.ladder.comparator_rates[-1, at] == pytest.approx(rate_of(comparator), abs=RATE)
    assert one.ladder.facility_rates[-1, at] == pytest.approx(rate_of(facility), abs=RATE)


def test_yearly_resets_against_a_note_with_servicer_district_and_subsidy_in_arrears() -> None:
    start, end, amount = date(2019, 9, 2), date(2023, 9, 2), Fraction("3333333.33")
    prime, days = index_history("LPR1Y"), back_from(end, start, 3)

    def reset(day: date) -> Fraction:
        read = max(one for one in loan_years(start, end) if one <= day)
        return Fraction(str(prime.at(read))) + Fraction("0.0085")

    bank = lent(amount, start, days, bullet(days), reset, 360)
    bank.append(Item(start, "fee", -amount * Fraction("0.004")))
    bank += [Item(later(day, 12), "fee", -amount * Fraction("0.012")) for day in loan_years(start, end)]
    before_tax = list(bank)
    bank += taxed(bank, Fraction(1, 4))
    note = lent(amount, start, days, bullet(days), lambda day: Fraction("0.041"), 365)
    for before, day in zip([start, *days], days, strict=False):
        note.append(Item(day, "fee", -amount * Fraction("0.002") * (day - before).days / 365, "originator"))
    note.append(Item(start, "fee", -amount * Fraction("0.0015")))
    note.append(Item(start, "fee", -amount * Fraction("0.0045"), "district"))
    subsidized = [one for one in note if one.kind == "interest"]
    note += [Item(date(one.day.year + 1, 6, 15), "subsidy", -one.amount * 3 / 10) for one in subsidized]
    note += taxed(note, Fraction(1, 4), untaxed=True)

    need, tax = bullet_need(float(amount), start, end), Tax(rate=0.25)
    terms = BankLoan(
        index="LPR1Y",
        margin=0.0085,
        resets="yearly",
        appraisal=Charge(rate=0.004),
        guarantee=Charge(rate=0.012, timing="yearly_in_arrears"),
    )
    split = (Bearing(bearer="firm", share=0.25), Bearing(bearer="district", share=0.75))
    costs = (
        CostItem(name="servicer", rate=0.002, timing="each_payment", borne_by="originator"),
        CostItem(name="issue", rate=0.006, borne_by=split),
    )
    rule = Subsidy(name="arrears", share=0.3, timing="after_year", month=6, day=15, taxed=False)
    taken = offer(Participation(rate=0.041, day_count="ACT/365F", costs=costs), need, subsidies=[rule], tax=tax)
    one = compare({"bank": offer(terms, need, tax=tax), "note": taken}, against="bank")["note"]
    assert_parts(one.nominal, parts_of(bank, note))
    discount = rate_of(before_tax)
    assert_parts(one.present_value, parts_of(bank, note, lambda day: (1 + discount) ** (-(day - start).days / 365)))
    assert_rates(one, bank, note)


def test_other_tenor_and_repayment_are_a_sixth_part_and_a_weighted_life() -> None:
    start, amount = date(2021, 1, 31), Fraction(5_000_000)
    own_days, days = back_from(date(2023, 1, 31), start, 3), back_from(date(2024, 1, 31), start, 6)
    fee = Item(start, "fee", Fraction(-50_000))
    six, less = Fraction(6, 100), Fraction(45, 1000)
    own = [*lent(amount, start, own_days, [Fraction(1, 8)] * 8, lambda day: six, 365), fee]
    recut = [*lent(amount, start, days, bullet(days), lambda day: six, 365), fee]
    note = lent(amount, start, days, bullet(days), lambda day: less, 365)

    need = bullet_need(5e6, start, date(2024, 1, 31), frequency="semiannual")
    terms = BankLoan(
        rate=0.06,
        day_count="ACT/365F",
        repayment="linear",
        term_months=24,
        frequency="quarterly",
        origination=Charge(rate=0.01),
    )
    offers = {"bank": offer(terms, need), "note": offer(BankLoan(rate=0.045, day_count="ACT/365F"), need)}
    result = compare(offers, against="bank")
    one = result["note"]
    assert_parts(one.nominal, parts_of(recut, note))
    assert one.nominal.profile[0] == pytest.approx(paid(own) - paid(recut), abs=FEN)
    assert one.nominal.with_profile[0] == pytest.approx(paid(own) - paid(note), abs=FEN)
    own_life = sum((day - start).days for day in own_days) / 8 / 365
    assert one.life_adjusted[0] == pytest.approx(paid(own) * (1095 / 365) / own_life - paid(note), abs=FEN)
    assert_rates(one, recut, note)
    (warning,) = result.findings
    assert f"against {own_life:.3f}" in warning.message
    assert warning.severity == "warning"


def test_a_flat_rate_with_a_deposit_against_a_plain_loan() -> None:
    start, amount = date(2023, 2, 28), Fraction(1_000_000)
    days = back_from(date(2024, 2, 28), start, 1)
    small = [Item(start, "principal", amount), Item(start, "fee", -amount / 10), Item(days[-1], "fee", amount / 10)]
    small += [Item(day, "principal", -amount / 12) for day in days] + [
        Item(day, "interest", -amount / 100) for day in days
    ]
    small.append(Item(days[-1], "fee", amount / 10 * Fraction("0.0035")))
    plain = lent(amount, start, days, [Fraction(1, 12)] * 12, lambda day: Fraction(8, 100), 360)

    need = bullet_need(1e6, start, date(2024, 2, 28), frequency="monthly")
    flat = SmallLoan(flat_monthly_rate=0.01, repayment="level", deposit=Deposit(share=0.1, rate=0.0035))
    offers = {"small": offer(flat, need), "bank": offer(BankLoan(rate=0.08, repayment="linear"), need)}
    one = compare(offers, against="small")["bank"]
    assert_parts(one.nominal, parts_of(small, plain))
    assert_rates(one, small, plain)


def test_a_lease_in_advance_is_compared_with_a_loan_of_what_the_firm_keeps() -> None:
    """The first rental falls due on the first day, so the re-cut loan lends the price less this rental."""
    start, end, price = date(2024, 3, 20), date(2026, 3, 20), Fraction(1_000_000)
    days, quarter = back_from(end, start, 3), Fraction(6, 400)
    rental = price / sum((1 / (1 + quarter)) ** n for n in range(8))
    lease = [Item(start, "principal", price), Item(start, "principal", -rental), Item(start, "fee", Fraction(-20_000))]
    lease += [Item(start, "fee", -price / 10), Item(end, "fee", price / 10), Item(end, "fee", Fraction(-100))]
    balance, shares = price - rental, []
    for day in days[:-1]:
        lease += [Item(day, "interest", -balance * quarter), Item(day, "principal", balance * quarter - rental)]
        shares.append((rental - balance * quarter) / (price - rental))
        balance -= rental - balance * quarter
    assert balance == 0

    def bank(amount: Fraction, on: list[date], repaid: list[Fraction]) -> list[Item]:
        return [
            *lent(amount, start, on, repaid, lambda day: Fraction(5, 100), 365),
            Item(start, "fee", -amount / 100),
        ]

    own, recut = bank(price, days, bullet(days)), bank(price - rental, days[:-1], shares)
    need = bullet_need(1e6, start, end)
    terms = FinancialLease(
        rate=0.06,
        rentals="in_advance",
        deposit=Deposit(share=0.1),
        handling=Charge(rate=0.02),
        purchase_price=100.0,
    )
    loan = BankLoan(rate=0.05, day_count="ACT/365F", origination=Charge(rate=0.01))
    one = compare({"bank": offer(loan, need), "lease": offer(terms, need)}, against="bank")["lease"]
    assert_parts(one.nominal, parts_of(recut, lease))
    assert one.nominal.profile[0] == pytest.approx(paid(own) - paid(recut), abs=FEN)
    assert_rates(one, recut, lease)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_bands_joint_caps_and_losses_that_wait_or_expire(at: int) -> None:
    """Two rules of one group, capped a year and over the life; tax settled in May, from 2025 on, or never."""
    start, end = date(2023, 7, 10), date(2026, 7, 10)
    sizes = [8_000_000, 24_000_000, 65_000_000]
    amount, days = Fraction(sizes[at]), back_from(end, start, 3)
    inside = (min(sizes[at], 10**7), min(max(sizes[at] - 10**7, 0), 4 * 10**7), max(sizes[at] - 5 * 10**7, 0))
    share = Fraction(7 * inside[0] + 5 * inside[1] + 3 * inside[2], 10 * sizes[at])
    bank = lent(amount, start, days, bullet(days), lambda day: Fraction(52, 1000), 360)
    note = lent(amount, start, days, bullet(days), lambda day: Fraction(38, 1000), 365)
    for day in loan_years(start, end):
        note += [Item(day, "fee", -amount / 200), Item(day, "fee", -amount / 200, "district")]
    asked: dict[int, Fraction] = defaultdict(Fraction)
    for one in note:
        if one.bearer == "firm" and one.kind != "principal":
            asked[one.day.year] -= one.amount * (share if one.kind == "interest" else Fraction(6, 10))
    yearly = {year: min(value, Fraction(500_000)) for year, value in asked.items()}
    cut = min(Fraction(1), Fraction(1_200_000) / sum(yearly.values()))
    note += [Item(date(year + 1, 3, 20), "subsidy", value * cut) for year, value in yearly.items()]

    def settled(items: list[Item]) -> list[Item]:
        from_profit = [date.min, date(2025, 1, 1), None][at]
        if from_profit is None:
            return items
        relief = taxed(items, Fraction(1, 4))
        return items + [Item(date(max(one.day, from_profit).year + 1, 5, 31), "tax", one.amount) for one in relief]

    need = bullet_need([float(size) for size in sizes], start, end, firms=["a", "b", "c"])
    bands = (Band(up_to=1e7, share=0.7), Band(up_to=5e7, share=0.5), Band(share=0.3))
    halves = (Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5))
    caps = {"group": "g", "cap": 1_200_000.0, "yearly_cap": 500_000.0, "timing": "after_year", "month": 3, "day": 20}
    rules = (
        Subsidy(name="interest", bands=bands, **caps),  # type: ignore[arg-type]  # shared terms
        Subsidy(name="fees", on="fees", fees=("guarantee",), share=0.6, **caps),  # type: ignore[arg-type]  # shared terms
    )
    facts = (
        FirmFacts(firm="b", loss_making=True, profitable_from=date(2025, 1, 1)),
        FirmFacts(firm="c", loss_making=True),
    )
    tax = Tax(rate=0.25, timing="annual_settlement")
    guarantee = CostItem(name="guarantee", rate=0.01, timing="yearly_in_advance", borne_by=halves)
    terms = Participation(rate=0.038, day_count="ACT/365F", costs=(guarantee,))
    taken = offer(terms, need, subsidies=rules, tax=tax, facts=facts)
    found = compare({"bank": offer(BankLoan(rate=0.052), need, tax=tax, facts=facts), "note": taken}, against="bank")[
        "note"
    ]
    assert_parts(found.nominal, parts_of(settled(bank), settled(note)), at)
    assert_rates(found, settled(bank), settled(note), at)
