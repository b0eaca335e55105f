"""Compare 10,000 firms under four facilities, beside the plain way of one firm at a time.

Run: ``python benchmarks/bench_financing.py``
"""

import time
from datetime import date

import numpy as np

from ipabs.cashflow.irr import xirr
from ipabs.financing.comparison import Comparison, compare
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import Facility, offer
from ipabs.financing.loan import BankLoan
from ipabs.financing.need import Need, bullet_need
from ipabs.financing.securities import CorporateBond
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax

FIRMS = 10_000
PLAIN_FIRMS = 200
HALVES = (Bearing(bearer="firm", share=0.5), Bearing(bearer="district", share=0.5))


def needs(firms: int) -> list[Need]:
    """Firms that draw on 24 different days for one, two or three years."""
    generator = np.random.Generator(np.random.Philox(20240328))
    principal = np.round(generator.lognormal(np.log(9e6), 0.45, firms), -4)
    groups = np.arange(firms) % 72
    made = []
    for group in range(72):
        own = np.flatnonzero(groups == group)
        if len(own):
            start = date(2022 + group % 24 // 12, group % 12 + 1, 20)
            maturity = date(start.year + 1 + group // 24, start.month, 20)
            made.append(bullet_need(principal[own], start, maturity, firms=[f"Firm {n:05d}" for n in own]))
    return made


def needs_on_own_days(firms: int) -> list[Need]:
    """Firms that draw on any day of two years, each for a term of its own of ten months to three years."""
    generator = np.random.Generator(np.random.Philox(20240329))
    principal = np.round(generator.lognormal(np.log(9e6), 0.45, firms), -4)
    starts = np.datetime64("2022-01-01") + generator.integers(0, 730, firms)
    maturities = starts + generator.integers(300, 1096, firms)
    return [bullet_need(principal, starts, maturities, firms=[f"Firm {n:05d}" for n in range(firms)])]


def facilities(wanted: list[Need]) -> dict[str, Facility]:
    """A bank loan, a participation, a bond and a loan of a small lender, with fees, subsidy and tax."""
    tax = Tax(rate=0.15)
    costs = (
        CostItem(name="guarantee", rate=0.01, timing="yearly_in_advance", borne_by=HALVES),
        CostItem(name="issue_cost", rate=0.008, borne_by=HALVES),
    )
    guarantee = Charge(rate=0.01, timing="yearly_in_advance")
    support = Subsidy(name="support", share=0.2, timing="after_year")
    bank = BankLoan(rate=0.0515, guarantee=guarantee, appraisal=Charge(rate=0.005))
    note = Participation(rate=0.038, day_count="ACT/365F", costs=costs)
    bond = CorporateBond(rate=0.045, day_count="ACT/365F", origination=Charge(rate=0.01))
    return {
        "bank": offer(bank, *wanted, tax=tax),
        "note": offer(note, *wanted, subsidies=(support,), tax=tax),
        "bond": offer(bond, *wanted, tax=tax),
        "lender": offer(BankLoan(rate=0.09), *wanted, tax=tax),
    }


def plainly(made: dict[str, Facility], firms: int) -> None:
    """One firm, one facility, one rung at a time, in a loop over rows of a table."""
    for facility in made.values():
        rows = facility.cash_items().table()
        for _, own in list(rows.groupby("firm"))[:firms]:
            own = own[own["bearer"] == "firm"].sort_values("date")
            for kinds in (("interest",), ("interest", "fee"), ("interest", "fee", "subsidy", "tax")):
                some = own[own["kind"].isin(("principal", *kinds))]
                xirr(some["date"].to_numpy(), some["amount"].to_numpy())


def seconds(wanted: list[Need], rounds: int = 3) -> tuple[float, float, Comparison]:
    """Best wall and CPU time from terms to savings and ladders, and the comparison."""
    best_wall = best_cpu = float("inf")
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        result = compare(facilities(wanted), against="bank")
        best_wall = min(best_wall, time.perf_counter() - wall)
        best_cpu = min(best_cpu, time.process_time() - cpu)
    return best_wall, best_cpu, result


def main() -> None:
    """Print the time for shared and for own dates, and beside the plain loop."""
    for label, wanted in (("72 schedules", needs(FIRMS)), ("a schedule each", needs_on_own_days(FIRMS))):
        wall, cpu, result = seconds(wanted)
        print(f"{FIRMS:,} firms x 4 facilities, {label}: {wall:.2f} s, {cpu:.2f} s CPU (goal: under 1 s)")
        print(f"net saving of the note over all firms: {result['note'].nominal.programme().net[0]:,.2f}")
    start = time.process_time()
    plainly(facilities(needs(PLAIN_FIRMS)), PLAIN_FIRMS)
    slow = (time.process_time() - start) * FIRMS / PLAIN_FIRMS
    print(f"plain loop, all-in rates only, from {PLAIN_FIRMS} firms: {slow:.1f} s CPU, {slow / cpu:.0f}x")


if __name__ == "__main__":
    main()
