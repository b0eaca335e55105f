"""Structures of the trade to the cent, each done again in whole cents with no engine, in the order of its list."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.structure.deal import Deal
from tests.engine.test_deals_by_hand import Flows, Line, assert_same, days, half_up, load


def flows_of(opening: int, shares: Sequence[int], lost: Sequence[int], rate: Fraction, late: Sequence[int]) -> Flows:
    """Collections in cents: parts per thousand of the opening pool that are paid and lost, interest on the pool before,
    and arrears in parts per thousand of the pool after."""
    left, flows = opening, Flows(interest=[], principal=[], defaulted=[], delinquent=[])
    for paid, gone, arrears in zip(shares, lost, late, strict=True):
        flows["interest"].append(half_up(left * rate))
        flows["principal"].append(opening * paid // 1000)
        flows["defaulted"].append(opening * gone // 1000)
        left -= flows["principal"][-1] + flows["defaulted"][-1]
        flows["delinquent"].append(left * arrears // 1000)
    return flows


def closing_pools(opening: int, flows: Flows) -> list[int]:
    """The pool after each collection period."""
    pools = [opening]
    for paid, gone in zip(flows["principal"], flows["defaulted"], strict=True):
        pools.append(pools[-1] - paid - gone)
    return pools


def run(deal: Deal, opening: int, flows: Flows) -> Ledger:
    pools = closing_pools(opening, flows)[1:]
    performing = [(pool - late) / 100 for pool, late in zip(pools, flows["delinquent"], strict=True)]
    series = {name: [cents / 100 for cents in amounts] for name, amounts in flows.items()}
    return run_waterfall(deal, Collections(deal.timeline(), opening=opening / 100, performing=performing, **series))


def overcollateralized(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """Notes down to the pool less hi(4.5 % of it, 15 million), A before B."""
    pools, last = closing_pools(opening, flows), deal.timeline().periods - 1
    notes, rates = {"A": 800_000_000_00, "B": 150_000_000_00}, {"A": Fraction(51, 1000), "B": Fraction(62, 1000)}
    owed, kept, hand = {"A": 0, "B": 0}, 5_000_000_00, []
    for t in range(last + 1):
        cash, kept = flows["interest"][t] + flows["principal"][t] + kept, 0
        line: Line = {"servicing": half_up(pools[t] * Fraction(1, 1200))}
        cash -= line["servicing"]
        for name in notes:
            owed[name] += half_up(notes[name] * rates[name] / 12)
            line[f"{name}.interest"] = min(cash, owed[name])
            owed[name] -= line[f"{name}.interest"]
            cash -= line[f"{name}.interest"]
        cover = max(half_up(pools[t + 1] * Fraction(45, 1000)), 15_000_000_00)
        for name, other in (("A", "B"), ("B", "A")):
            target = max(pools[t + 1] - cover - notes[other], 0) if t < last else 0
            line[f"{name}.principal"] = min(cash, max(notes[name] - target, 0))
            notes[name] -= line[f"{name}.principal"]
            cash -= line[f"{name}.principal"]
        kept = min(cash, 4_950_000_00) if any(notes.values()) and t < last else 0
        hand.append(line | {"held reserve": kept, "depositor.income": cash - kept})
    return hand


def test_auto_loans_are_paid_down_to_a_target_overcollateralization() -> None:
    """The cover is 4.5 % of the pool, then its floor of 15 million, until losses are larger than income."""
    deal = load("target_overcollateralization")
    opening = 990_000_000_00
    flows = flows_of(
        opening, [95] * 9 + [50, 40, 30], [0, 2, 4, 6, 2, 0, 0, 3, 5, 2, 1, 0], Fraction(8, 1200), [0] * 12
    )
    hand = overcollateralized(deal, opening, flows)
    pools = closing_pools(opening, flows)[1:]
    left = [
        950_000_000_00 - sum(sum(one[f"{name}.principal"] for name in "AB") for one in hand[: t + 1]) for t in range(12)
    ]
    assert pools[4] - left[4] == half_up(pools[4] * Fraction(45, 1000)) > 15_000_000_00
    assert pools[6] - left[6] == pools[7] - left[7] == 15_000_000_00
    assert hand[9]["A.principal"] == 0 < hand[9]["B.principal"]
    assert_same(run(deal, opening, flows), hand)


def two_promises(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """Liquidity counts while it is outstanding, the shortfall for good, and both together never above 30 million."""
    timeline, pools = deal.timeline(), closing_pools(opening, flows)
    note_days = days([timeline.closing, *timeline.accrual_ends])
    pool_days = days([timeline.cut_off, *timeline.collection_ends])
    yearly = {"manager": Fraction(1, 1000), "custodian": Fraction(1, 10_000), "servicer": Fraction(1, 1000)}
    balance, junior, kept = 195_000_000_00, 11_000_000_00, 3_900_000_00
    liquidity, drawn, owed, hand, last = 0, 0, 0, [], timeline.periods - 1
    for t in range(timeline.periods):
        cash = flows["interest"][t] + flows["principal"][t]
        if t == last:
            cash, kept = cash + kept, 0
        line: Line = {"vat": half_up(flows["interest"][t] * Fraction(326, 10_000))}
        line |= {name: half_up(pools[t] * rate * pool_days[t] / 365) for name, rate in yearly.items()}
        line["senior.interest"] = half_up(balance * Fraction(38, 1000) * note_days[t] / 365)
        costs = sum(line.values())
        gap = max(costs - cash, 0)
        moved = min(kept, gap)
        line["called liquidity"] = min(gap - moved, 10_000_000_00 - liquidity, 30_000_000_00 - liquidity - drawn)
        kept, liquidity = kept - moved, liquidity + line["called liquidity"]
        cash += moved + line["called liquidity"] - costs
        assert cash >= 0  # the flows below leave no cost unpaid
        paid = min(cash, balance)
        cash, balance = cash - paid, balance - paid
        due = balance if timeline.accrual_ends[t].isoformat() >= "2023-04-14" else 0
        line["called shortfall"] = min(due, 30_000_000_00 - drawn - liquidity)
        drawn, owed = drawn + line["called shortfall"], owed + line["called shortfall"]
        balance -= line["called shortfall"]
        line["senior.principal"] = paid + line["called shortfall"]
        line["liquidity.reimbursement"] = min(cash, liquidity)
        liquidity, cash = liquidity - line["liquidity.reimbursement"], cash - line["liquidity.reimbursement"]
        line["shortfall.reimbursement"] = min(cash, owed)
        owed, cash = owed - line["shortfall.reimbursement"], cash - line["shortfall.reimbursement"]
        target = min(max(half_up(balance * Fraction(2, 100)), 500_000_00), 3_900_000_00) if balance and t < last else 0
        filled = min(cash, max(target - kept, 0))
        released = max(kept + filled - target, 0)
        kept, cash = kept + filled - released, cash - filled + released
        line["sub.principal"] = min(cash, junior)
        junior -= line["sub.principal"]
        hand.append(line | {"held reserve": kept, "sub.income": cash - line["sub.principal"]})
    return hand


def test_one_guarantor_gives_liquidity_and_the_shortfall_of_principal() -> None:
    """Without collections the reserve pays, then liquidity; at maturity all that is left of the capacity is called."""
    deal = load("two_promises")
    opening = 202_100_000_00
    flows = flows_of(opening, [60, 0, 0, 600, 180, 0, 40, 20], [0, 20, 0, 40, 0, 0, 20, 20], Fraction(0), [0] * 8)
    flows["interest"] = [3_000_000_00, 0, 1_01, 1_500_000_07, 400_000_00, 500_000_00, 100_000_00, 33]
    hand = two_promises(deal, opening, flows)
    assert 0 < hand[2]["called liquidity"] < 10_000_000_00
    assert hand[3]["called shortfall"] + hand[2]["called liquidity"] == 30_000_000_00  # liquidity is still outstanding
    assert hand[4]["liquidity.reimbursement"] == hand[2]["called liquidity"]
    assert 0 < hand[4]["shortfall.reimbursement"] < hand[3]["called shortfall"]
    assert_same(run(deal, opening, flows), hand)


def locked_out(deal: Deal, opening: int, flows: Flows) -> list[Line]:
    """Arrears above 5 % turn all cash to principal, until two payment dates in a row are at or below it."""
    timeline, pools, last = deal.timeline(), closing_pools(opening, flows), deal.timeline().periods - 1
    note_days = days([timeline.closing, *timeline.accrual_ends])
    balance, junior, kept, arrears, inside, locked, hand = 100_000_000_00, 10_000_000_00, 3_300_000_00, 0, 0, 0, []
    for t in range(timeline.periods):
        cash = flows["interest"][t] + flows["principal"][t]
        if t == last:
            cash, kept = cash + kept, 0
        outside = 20 * flows["delinquent"][t] > pools[t + 1]
        inside = 0 if outside else inside + 1
        locked = 1 if outside else 0 if inside >= 2 else locked
        arrears += half_up(balance * Fraction(3, 100) * note_days[t] / 365)
        line: Line = {"A.interest": min(cash, arrears)}
        arrears, cash = arrears - line["A.interest"], cash - line["A.interest"]
        due = timeline.accrual_ends[t].isoformat() >= "2025-01-20"
        most = cash if locked or due else min(cash, flows["principal"][t])
        line["A.principal"] = min(most, balance)
        balance, cash = balance - line["A.principal"], cash - line["A.principal"]
        target = max(half_up(pools[t + 1] * Fraction(3, 100)), 1_000_000_00) if balance and t < last else 0
        filled = min(cash, max(target - kept, 0))
        kept, cash = kept + filled, cash - filled
        if not locked:
            released = max(kept - target, 0)
            kept, cash = kept - released, cash + released
        line["sub.principal"] = min(cash, junior)
        junior -= line["sub.principal"]
        hand.append(line | {"held reserve": kept, "sub.income": cash - line["sub.principal"], "locked": locked})
    return hand


def test_lockout_ends_after_two_payment_dates_within_the_limit() -> None:
    """Arrears of 6 % in the third month lock; 4 % twice unlock; on the limit of 5 % is within it."""
    deal = load("cured_lockout")
    opening = 110_000_000_00
    late = [0, 20, 60, 40, 51, 40, 50, 0, 0, 90, 90, 0, 0, 0, 0, 0, 0, 0]
    flows = flows_of(
        opening, [50] * 18, [0, 0, 1, 2, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0], Fraction(5, 1200), late
    )
    hand = locked_out(deal, opening, flows)
    assert [line.pop("locked") for line in hand][:13] == [0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0]
    ledger = run(deal, opening, flows)
    assert_same(ledger, hand)


@pytest.mark.parametrize("name", ["target_overcollateralization", "two_promises", "cured_lockout"])
def test_structure_is_balanced_at_closing(name: str) -> None:
    closing = load(name).closing
    assert closing is not None
    spent = closing.uses.assets + sum(deposit.amount for deposit in closing.uses.accounts)
    assert spent == sum(tranche.principal for tranche in load(name).tranches)
