"""Published decrement tables, from loans through the pool and the waterfall: every printed cell and average life.

- Fannie Mae REMIC Trust 2019-2, group 3: one pass-through class at seven PSA speeds. Prospectus supplement of
  24 January 2019, S-4 to S-14. Its 0 PSA column assumes new 30-year loans at 7.5 %, and its lives count
  (30 k - 5) / 360 years from 30 January 2019.
- Ally Auto Receivables Trust 2017-3: six sequential classes at seven ABS speeds. Form 8-K of 17 September 2018, exhibit
  99.4. The balance of class A-2 is not printed; 112,026,644 fits the table.
"""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project
from ipabs.pool.vectors import Vectors
from ipabs.structure.deal import Deal

HERE = Path(__file__).parent
REMIC_PERCENT = 0.5  # whole percents
REMIC_LIFE = 0.05 + 1e-9  # one decimal
ALLY_PERCENT = 0.0065  # two decimals, and the balance of A-2 read off the table
ALLY_LIFE = 0.00501  # two decimals

REMIC = """
ipabs: 1
name: REMIC 2019-2 group 3
market: none
vehicle: trust
currency: USD
dates:
  cut_off: 2019-01-25
  closing: 2019-01-30
  payment: {first: 2019-02-25, frequency: monthly, calendar: every_day, roll: none}
  collection_end: {day: 25, of: payment_month}
  expected_maturity: 2049-01-25
  legal_final: 2049-01-25
tranches:
  AB: {principal: 148372434, coupon: 3.25%, day_count: 30E/360, accrual: unadjusted, unpaid_interest: carry,
       amortization: pass_through}
  R: {principal: 0, residual: true}
closing:
  sources: {AB: 100%, R: 100%}
  uses: {assets: 148372434}
rounding: none
waterfall:
  normal:
    - pay: AB.interest
    - pay: AB.principal
      up_to: principal_collections
    - residual: R
"""

ALLY_CLASSES = {
    "A-2": (112_026_644, "1.53%"),
    "A-3": (271_370_000, "1.74%"),
    "A-4": (86_010_000, "2.01%"),
    "B": (22_220_000, "2.24%"),
    "C": (18_510_000, "2.37%"),
    "D": (13_750_000, "2.91%"),
}
ALLY = """
ipabs: 1
name: Ally Auto Receivables Trust 2017-3
market: none
vehicle: trust
currency: USD
dates:
  cut_off: 2018-09-15
  closing: 2018-09-15
  payment: {first: 2018-10-15, frequency: monthly, calendar: every_day, roll: none}
  collection_end: {day: 15, of: payment_month}
  expected_maturity: 2024-09-15
  legal_final: 2024-09-15
tranches:
TRANCHES
  R: {principal: 0, residual: true}
closing:
  sources: {SOURCES, R: 100%}
  uses: {assets: 523886644}
rounding: none
CALL
waterfall:
  normal:
    - pay: [INTEREST]
    - pay: [PRINCIPAL]
      up_to: principal_collections
    - residual: R
CALLED"""
# The pool may be called at a tenth of the original pool; 105.5 million of the 537.6 million left is within the bracket
# that gives the printed lives.
CALL = """
calls:
  clean_up: {kind: clean_up, pool_percent: 19.62%, price: {of: pool_closing, percent: 100%}}
"""


def rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def remic_pool(remaining: int, age: int, rate: float) -> Pool:
    start = date(2019, 1, 25)
    loan = PledgedLoan(
        id="G3", obligor="borrowers", principal=148_372_434.0, start=start, maturity=add_months(start, remaining),
        contract_rate=rate, frequency="monthly", day_count="30E/360", seasoning=age,
    )  # fmt: skip
    return Pool((loan,), (Party(id="borrowers"),))


REMIC_SPEEDS = (0, 100, 198, 300, 400, 700, 1000)
REMIC_LIVES = (20.2, 6.1, 4.7, 3.7, 2.9, 1.7, 1.1)


@pytest.fixture(scope="module")
def remic() -> Ledger:
    deal = spec.load(Deal, REMIC)
    seasoned, new = remic_pool(173, 175, 0.05451), remic_pool(360, 0, 0.075)
    paths = [project(seasoned if speed else new, deal.timeline(), Vectors(psa=speed)) for speed in REMIC_SPEEDS]
    return run_waterfall(deal, Collections.stack(paths))


@pytest.mark.parametrize(("path", "speed"), list(enumerate(REMIC_SPEEDS)))
def test_remic_percent_outstanding_each_january(remic: Ledger, path: int, speed: int) -> None:
    percent = 100 * remic.balance("AB")[path] / 148_372_434
    seen = 0
    for row in rows("fnma_remic_2019_2_group_3.csv"):
        if row[str(speed)]:
            payment = 12 * (int(row["year"]) - 2019)  # the January payment of a year, counting from February 2019 as 1
            assert percent[payment - 1] == pytest.approx(float(row[str(speed)]), abs=REMIC_PERCENT)
            seen += 1
    assert seen >= 20


@pytest.mark.parametrize(("path", "life"), list(enumerate(REMIC_LIVES)))
def test_remic_average_life(remic: Ledger, path: int, life: float) -> None:
    paid = remic.paid("AB.principal")[path]
    years = (30 * np.arange(1, len(paid) + 1) - 5) / 360
    assert (years * paid).sum() / paid.sum() == pytest.approx(life, abs=REMIC_LIFE)


ALLY_SPEEDS = ("0.00", "0.50", "0.90", "1.10", "1.30", "1.50", "1.80")
ALLY_LIVES = {  # to maturity
    "A-2": (0.37, 0.32, 0.28, 0.25, 0.23, 0.21, 0.18),
    "A-3": (1.51, 1.34, 1.18, 1.10, 1.00, 0.91, 0.75),
    "A-4": (2.78, 2.59, 2.36, 2.22, 2.05, 1.85, 1.52),
    "B": (3.32, 3.16, 2.94, 2.77, 2.57, 2.34, 1.90),
    "C": (3.53, 3.41, 3.24, 3.09, 2.88, 2.60, 2.11),
    "D": (3.84, 3.69, 3.52, 3.39, 3.20, 2.90, 2.33),
}
ALLY_LIVES_TO_CALL = {
    "A-2": (0.37, 0.32, 0.28, 0.25, 0.23, 0.21, 0.18),
    "A-3": (1.51, 1.34, 1.18, 1.10, 1.00, 0.91, 0.75),
    "A-4": (2.70, 2.49, 2.30, 2.14, 1.98, 1.80, 1.48),
    "B": (2.83, 2.58, 2.42, 2.25, 2.08, 1.92, 1.58),
    "C": (2.83, 2.58, 2.42, 2.25, 2.08, 1.92, 1.58),
    "D": (2.83, 2.58, 2.42, 2.25, 2.08, 1.92, 1.58),
}


def ally_pool() -> Pool:
    start = date(2018, 9, 15)
    loans = tuple(
        PledgedLoan(
            id=row["number"], obligor="borrowers", principal=float(row["balance"]), start=start,
            maturity=add_months(start, int(row["remaining_term"])), contract_rate=float(row["apr"]),
            frequency="monthly", day_count="30E/360", seasoning=int(row["age"]),
        )
        for row in rows("ally_auto_2017_3_pools.csv")
    )  # fmt: skip
    return Pool(loans, (Party(id="borrowers"),))


def ally_ledger(call: str) -> Ledger:
    rest = "day_count: 30E/360, accrual: unadjusted, unpaid_interest: carry, amortization: pass_through"
    classes = [
        f"  {name}: {{principal: {size}, coupon: {rate}, {rest}}}" for name, (size, rate) in ALLY_CLASSES.items()
    ]
    called = "  called:\n    - pay: [INTEREST]\n    - pay: [PRINCIPAL]\n    - residual: R\n" if call else ""
    text = ALLY.replace("CALLED", called).replace("CALL", call)
    text = text.replace("TRANCHES", "\n".join(classes))
    for word, form in (("SOURCES", "{}: 100%"), ("INTEREST", "{}.interest"), ("PRINCIPAL", "{}.principal")):
        text = text.replace(word, ", ".join(form.format(name) for name in ALLY_CLASSES))
    deal = spec.load(Deal, text)
    pool = ally_pool()
    speeds = [Vectors(abs_speed=float(speed) / 100) for speed in ALLY_SPEEDS]
    return run_waterfall(deal, Collections.stack(project(pool, deal.timeline(), speed) for speed in speeds))


@pytest.fixture(scope="module")
def ally() -> Ledger:
    return ally_ledger("")


@pytest.fixture(scope="module")
def ally_called() -> Ledger:
    return ally_ledger(CALL)


@pytest.mark.parametrize("name", ALLY_CLASSES)
def test_ally_percent_outstanding_on_every_date(ally: Ledger, name: str) -> None:
    percent = 100 * ally.balance(name) / ALLY_CLASSES[name][0]
    printed = [row for row in rows("ally_auto_2017_3_outstanding.csv") if row["class"] == name]
    assert len(printed) > 5
    for row in printed:
        t = ally.timeline.payments.index(date.fromisoformat(row["date"]))
        expected = [float(row[speed]) for speed in ALLY_SPEEDS]
        assert percent[:, t] == pytest.approx(expected, abs=ALLY_PERCENT)


def life(paid: Sequence[float]) -> float:
    months = np.arange(1, len(paid) + 1)
    return float((months * np.asarray(paid)).sum() / np.sum(paid) / 12)


@pytest.mark.parametrize("name", ALLY_CLASSES)
def test_ally_average_life_to_maturity(ally: Ledger, name: str) -> None:
    found = [life(paid) for paid in ally.paid(f"{name}.principal")]
    assert found == pytest.approx(ALLY_LIVES[name], abs=ALLY_LIFE)


@pytest.mark.parametrize("name", ALLY_CLASSES)
def test_ally_average_life_to_call(ally_called: Ledger, name: str) -> None:
    found = [life(paid) for paid in ally_called.paid(f"{name}.principal")]
    assert found == pytest.approx(ALLY_LIVES_TO_CALL[name], abs=ALLY_LIFE)


def test_sequential_collateral_of_the_handbook() -> None:
    """CMO-1: $400 million, 8.125 %, 357 months left, three months old, 165 PSA (Fabozzi, *Handbook*, table 30.3)."""
    start = date(2000, 1, 1)
    loan = PledgedLoan(
        id="P", obligor="borrowers", principal=4e8, start=start, maturity=add_months(start, 357), contract_rate=0.08125,
        frequency="monthly", day_count="30E/360", seasoning=3,
    )  # fmt: skip
    ends = tuple(add_months(start, k) for k in range(1, 358))
    line = Timeline(cut_off=start, closing=start, collection_ends=ends, accrual_ends=ends, payments=ends)
    paid = project(Pool((loan,), (Party(id="borrowers"),)), line, Vectors(psa=165))
    principal = paid.principal[0] + paid.prepayment[0]
    assert principal[0] == pytest.approx(709_923, abs=1.0)
    assert life(principal.tolist()) - 5 / 360 == pytest.approx(8.76, abs=0.0051)
