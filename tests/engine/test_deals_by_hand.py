"""Whole deals to the fen, each done again with whole fen and no engine: what an auditor would write for one deal."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.structure.deal import Deal

DEALS = Path(__file__).resolve().parents[1] / "deals"
Flows = dict[str, list[int]]  # fen, by payment date
Line = dict[str, int]


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


def load(name: str) -> Deal:
    return spec.load(Deal, (DEALS / f"{name}.yaml").read_text(encoding="utf-8"))


def run(deal: Deal, opening: int, flows: Flows) -> Ledger:
    left, performing = opening, []
    for principal, lost in zip(flows["principal"], flows["defaulted"], strict=True):
        left -= principal + lost
        performing.append(left / 100)
    series = {name: [fen / 100 for fen in amounts] for name, amounts in flows.items()}
    return run_waterfall(deal, Collections(deal.timeline(), opening=opening / 100, performing=performing, **series))


def days(dates: Sequence[object]) -> list[int]:
    return [(later - sooner).days for sooner, later in pairwise(dates)]  # type: ignore[operator]  # dates


def fen(amounts: object) -> list[int]:
    return [round(100 * float(amount)) for amount in amounts]  # type: ignore[attr-defined]  # an array


def assert_same(ledger: Ledger, hand: Sequence[Line]) -> None:
    """Every name of the hand's lines: a claim paid, ``held`` of an account, ``called`` of a support."""
    for name in hand[0]:
        what, _, of = name.partition(" ")
        series = {"held": ledger.held, "called": ledger.called}.get(what, ledger.paid)
        assert fen(series(of or what)[0]) == [line[name] for line in hand], name


def abn_bullet(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """Early principal waits; at maturity what is missing is called; later collections pay it back."""
    timeline = deal.timeline()
    interest_days = days([timeline.closing, *timeline.accrual_ends])
    pool_days = days([timeline.cut_off, *timeline.collection_ends])
    balance, junior, kept, owed, pool = 40_850_000_00, 2_150_000_00, 0, 0, opening
    hand = []
    for t in range(timeline.periods):
        cash = flows["interest"][t] + flows["principal"][t]
        vat = half_up(flows["interest"][t] * Fraction(326, 10_000))
        trustee = half_up(pool * Fraction(5, 10_000) * pool_days[t] / 365)
        interest = half_up(balance * Fraction(36, 1000) * interest_days[t] / 365)
        due = balance if timeline.accrual_ends[t].isoformat() >= "2024-12-20" else 0
        if t == timeline.periods - 1:
            cash, kept = cash + kept, 0
        moved = min(kept, due)
        cash, kept = cash + moved, kept - moved
        gap = max(vat + trustee + interest + due - cash, 0)
        from_kept = min(kept, gap)
        called = gap - from_kept
        cash, kept = cash + gap, kept - from_kept
        cash -= vat + trustee + interest + due
        balance -= due
        filled = 0 if t == timeline.periods - 1 else min(max(balance - kept, 0), cash, flows["principal"][t])
        released = max(kept + filled - balance, 0)
        cash, kept = cash - filled + released, kept + filled - released
        owed += called
        back = min(cash, owed)
        cash, owed = cash - back, owed - back
        first = min(cash, junior)
        junior -= first
        pool -= flows["principal"][t] + flows["defaulted"][t]
        hand.append(
            {
                "vat": vat,
                "trustee": trustee,
                "A.interest": interest,
                "A.principal": due,
                "called undertaking": called,
                "held principal_account": kept,
                "undertaking.reimbursement": back,
                "sub.principal": first,
                "sub.income": cash - first,
            }
        )
    return hand


def test_abn_bullet_with_a_shortfall_undertaking() -> None:
    """Of 43 million 2.5 default; the fund pays two quarters' interest and 3,000,000 and more at maturity."""
    deal = load("abn_bullet")
    flows = {
        "interest": [61234567, 40000011, 20000000, 41234500, 39000017, 0, 38111111, 31234567, 900000, 123457, 0, 1],
        "principal": [
            500000000,
            480000033,
            0,
            510000000,
            520000000,
            0,
            530000077,
            1000000000,
            30000000,
            9,
            0,
            479999881,
        ],
        "defaulted": [0, 0, 0, 100000000, 0, 150000000, 0, 0, 0, 0, 0, 0],
    }
    opening = 4_300_000_000
    hand = abn_bullet(deal, opening, flows)
    assert hand[0]["A.interest"] == 36_261_370  # 40,850,000 x 3.6 % x 90/365 = 362,613.698...
    assert hand[0]["vat"] == 1_996_247  # 612,345.67 x 3.26 % = 19,962.468842
    assert hand[7]["A.principal"] == 4_085_000_000
    assert hand[7]["called undertaking"] > 300_000_00
    assert 0 < hand[8]["undertaking.reimbursement"] < hand[7]["called undertaking"]
    assert_same(run(deal, opening, flows), hand)


def licence_fees(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """Down to the fen; A1 and A2 share interest by what is due, principal goes to A1, then A2."""
    timeline = deal.timeline()
    note_days, pool_days = (
        days([timeline.closing, *timeline.accrual_ends]),
        days([timeline.cut_off, *timeline.collection_ends]),
    )
    notes, arrears = {"A1": 120_000_000_00, "A2": 150_000_000_00}, {"A1": 0, "A2": 0}
    rates = {"A1": Fraction(32, 1000), "A2": Fraction(38, 1000)}
    junior, kept, pool, fees = 30_000_000_00, 3_000_000_00, opening, {"trustee": 0, "audit": 0}
    hand = []
    for t in range(timeline.periods):
        final = t == timeline.periods - 1
        cash, kept = flows["interest"][t] + flows["principal"][t] + flows["recovery"][t] + kept, 0
        line: Line = {}
        fees["trustee"] += int(pool * Fraction(12, 10_000) * pool_days[t] / 365)
        fees["audit"] += 60_000_00 if timeline.accrual_ends[t].month == 6 else 0
        for name in fees:
            line[name] = min(cash, fees[name])
            fees[name] -= line[name]
            cash -= line[name]
        due = {name: arrears[name] + int(notes[name] * rates[name] * note_days[t] / 365) for name in notes}
        paid = dict(due)
        if cash < sum(due.values()):
            parts = {name: Fraction(cash * due[name], sum(due.values())) for name in due}
            paid = {name: int(part) for name, part in parts.items()}
            if cash > sum(paid.values()):
                paid[max(parts, key=lambda name: parts[name] - paid[name])] += 1
        arrears = {name: due[name] - paid[name] for name in due}
        cash -= sum(paid.values())
        if not final and any(notes.values()):
            kept = min(cash, 3_000_000_00)
            cash -= kept
        for name in notes:
            line[f"{name}.interest"], line[f"{name}.principal"] = paid[name], min(cash, notes[name])
            notes[name] -= line[f"{name}.principal"]
            cash -= line[f"{name}.principal"]
        if not any(notes.values()):
            cash, kept = cash + kept, 0
        first = min(cash, junior)
        junior -= first
        pool -= flows["principal"][t] + flows["defaulted"][t]
        hand.append(line | {"held reserve": kept, "Sub.principal": first, "Sub.income": cash - first})
    return hand


def test_licence_fee_abs_under_stress() -> None:
    """Defaults of 45 % in the second year: the reserve pays interest, then interest is short, then A2 loses."""
    deal = load("licence_fee_abs")
    flows = {
        "interest": [
            4_500_000_00,
            4_111_111_11,
            3_700_000_07,
            2_000_000_00,
            0,
            1_12,
            150_000_00,
            900_000_01,
            0,
            0,
            300_000_33,
            0,
            1,
        ],
        "principal": [
            25_000_000_00,
            24_000_000_01,
            20_000_000_00,
            9_999_999_99,
            0,
            0,
            350_000_00,
            5_000_000_03,
            0,
            17,
            21_000_000_00,
            0,
            2,
        ],
        "defaulted": [0, 0, 30_000_000_00, 45_000_000_00, 60_000_000_00, 0, 0, 0, 0, 0, 0, 0, 0],
        "recovery": [0, 0, 0, 0, 1_000_000_00, 0, 2_345_678_90, 0, 0, 1_000_000_00, 0, 9_000_000_00, 123_45],
    }
    hand = licence_fees(deal, 300_000_000_00, flows)
    assert any(line["A1.interest"] > 0 and line["A1.principal"] == 0 for line in hand)
    assert hand[4]["held reserve"] < 3_000_000_00
    assert (
        sum(line["A1.principal"] for line in hand)
        < 120_000_000_00
        < sum(line["A1.principal"] for line in hand) + 60_000_000_00
    )
    assert_same(run(deal, 300_000_000_00, flows), hand)


def auto_loans(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """The reserve comes in first and is filled again from what interest and the principal paid leave."""
    timeline = deal.timeline()
    note_days = days([timeline.closing, *timeline.accrual_ends])
    notes, owed = {"A": 850_000_000_00, "B": 80_000_000_00}, {"A": 0, "B": 0}
    rates = {"A": Fraction(243, 10_000), "B": Fraction(305, 10_000)}
    junior, kept, pool = 70_000_000_00, 10_000_000_00, opening
    hand = []
    for t in range(timeline.periods):
        cash, kept = flows["interest"][t] + flows["principal"][t] + kept, 0
        vat = half_up(flows["interest"][t] * Fraction(326, 10_000))
        servicing = half_up(pool * Fraction(5, 1000) / 12)
        cash -= vat + servicing
        line: Line = {"vat": vat, "servicing": servicing}
        for name in notes:
            owed[name] += half_up(notes[name] * rates[name] * note_days[t] / 365)
            line[f"{name}.interest"] = min(cash, owed[name])
            owed[name] -= line[f"{name}.interest"]
            cash -= line[f"{name}.interest"]
            line[f"{name}.principal"] = 0
        limit = flows["principal"][t] + flows["defaulted"][t]
        for step in ("as collected or lost", "reserve", "all that is left"):
            if step == "reserve":
                target = max(half_up(sum(notes.values()) * Fraction(15, 1000)), 5_000_000_00)
                if sum(notes.values()) == 0 or t == timeline.periods - 1:
                    target = 0
                kept = min(cash, target)
                cash -= kept
                continue
            most = min(cash, limit) if step == "as collected or lost" else cash
            for name in notes:
                paid = min(most, notes[name])
                most, cash, notes[name] = most - paid, cash - paid, notes[name] - paid
                line[f"{name}.principal"] += paid
        first = min(cash, junior)
        junior -= first
        pool -= limit
        hand.append(line | {"held reserve": kept, "sub.principal": first, "sub.income": cash - first})
    return hand


@pytest.mark.parametrize("lost", [0, 9, 40])
def test_auto_loans_with_a_reserve_and_value_added_tax(lost: int) -> None:
    deal = load("auto_reserve")
    opening, left = 1_000_000_000_00, 1_000_000_000_00
    flows: Flows = {"interest": [], "principal": [], "defaulted": []}
    for t in range(deal.timeline().periods):
        gone = left * lost // 1000 * (t % 3)
        paid = (left - gone) // (deal.timeline().periods - t)
        flows["interest"].append(left * 49 // 12_000)
        flows["principal"].append(paid)
        flows["defaulted"].append(gone)
        left -= gone + paid
    hand = auto_loans(deal, opening, flows)
    assert hand[0]["servicing"] == 416_666_67
    assert hand[0]["A.interest"] == 1_754_260_27  # 850,000,000 x 2.43 % x 31/365 = 1,754,260.2739...
    assert hand[0]["held reserve"] < 10_000_000_00 + 4_000_000_00
    assert (sum(line["B.principal"] for line in hand) < 80_000_000_00) == (lost == 40)
    assert_same(run(deal, opening, flows), hand)
