"""Collections of a pool: the contract exactly without stress, closed forms under vectors."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months, month_end
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, ModelError
from ipabs.pool.fates import DefaultList
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project
from ipabs.pool.vectors import Vectors

EXACT = 1e-6


def line(cut_off: date, months: int, *, step: int = 1) -> Timeline:
    ends = tuple(
        add_months(cut_off, step * k, end_of_month=cut_off == month_end(cut_off)) for k in range(1, months + 1)
    )
    return Timeline(cut_off=cut_off, closing=cut_off, collection_ends=ends, accrual_ends=ends, payments=ends)


def pool(*terms: dict[str, Any]) -> Pool:
    plain = {
        "obligor": "F1",
        "principal": 1e6,
        "start": date(2024, 1, 1),
        "maturity": date(2026, 1, 1),
        "contract_rate": 0.06,
        "frequency": "monthly",
        "day_count": "30E/360",
    }
    loans = tuple(PledgedLoan(id=f"C{k}", **(plain | one)) for k, one in enumerate(terms))
    return Pool(loans, (Party(id="F1"),))


def test_zero_stress_is_the_contract_schedule() -> None:
    holding = pool({}, {"amortization": "linear", "start": date(2023, 7, 1)})
    paid = project(holding, line(date(2024, 1, 1), 8, step=3))
    flows = holding.contract_flows()
    after = flows.days > np.datetime64("2024-01-01")
    assert paid.interest.sum() == pytest.approx(flows.interest[after].sum(), abs=EXACT)
    assert paid.principal.sum() == pytest.approx(flows.principal[after].sum(), abs=EXACT)
    assert paid.opening[0] == pytest.approx(2e6 - flows.principal[~after].sum(), abs=EXACT)
    assert paid.performing[0, -1] == pytest.approx(0, abs=EXACT)


def test_zero_vectors_walk_gives_the_same_as_the_schedule() -> None:
    holding = pool({}, {"amortization": "linear"})
    schedule = project(holding, line(date(2024, 1, 1), 24))
    almost = project(holding, line(date(2024, 1, 1), 24), Vectors(cpr=(0.0, 0.0)))
    assert almost.total == pytest.approx(schedule.total, abs=EXACT)


def test_constant_prepayment_of_a_bullet_is_a_geometric_series() -> None:
    paid = project(pool({"amortization": "bullet"}), line(date(2024, 1, 1), 24), Vectors(smm=0.02))
    assert paid.prepayment[0, :23] == pytest.approx(1e6 * 0.02 * 0.98 ** np.arange(23), abs=EXACT)
    assert paid.principal[0, -1] == pytest.approx(1e6 * 0.98**23, abs=EXACT)


@pytest.mark.parametrize(("order", "left"), [("sifma", 1 - 0.03 - 0.02), ("sequential", (1 - 0.03) * (1 - 0.02))])
def test_order_of_application_decides_what_survives(order: Any, left: float) -> None:
    paid = project(
        pool({"amortization": "bullet"}),
        line(date(2024, 1, 1), 24),
        Vectors(smm=0.02, mdr=0.03, severity=0.4, order=order),
    )
    assert paid.performing[0, :23] == pytest.approx(1e6 * left ** np.arange(1, 24), abs=EXACT)
    assert paid.defaulted[0, :23] == pytest.approx(0.03e6 * left ** np.arange(23), abs=EXACT)
    assert paid.recovery == pytest.approx(0.6 * paid.defaulted, abs=EXACT)


def test_recovery_comes_after_its_lag_and_later_recoveries_are_outside() -> None:
    paid = project(
        pool({"amortization": "bullet"}), line(date(2024, 1, 1), 24), Vectors(mdr=0.01, severity=0.75, recovery_lag=18)
    )
    assert paid.recovery[0, :18].tolist() == [0.0] * 18
    assert paid.recovery[0, 18:] == pytest.approx(0.25 * paid.defaulted[0, :6], abs=EXACT)


def test_quarterly_periods_compound_the_months_in_them() -> None:
    bullet = pool({"amortization": "bullet", "maturity": date(2027, 1, 1)})
    monthly = project(bullet, line(date(2024, 1, 1), 24), Vectors(cpr=0.10, cdr=0.05))
    quarterly = project(bullet, line(date(2024, 1, 1), 8, step=3), Vectors(cpr=0.10, cdr=0.05))
    assert quarterly.prepayment[0] == pytest.approx(monthly.prepayment[0].reshape(8, 3).sum(axis=1), abs=EXACT)
    assert quarterly.defaulted[0] == pytest.approx(monthly.defaulted[0].reshape(8, 3).sum(axis=1), abs=EXACT)


def test_too_much_in_one_month_is_refused() -> None:
    with pytest.raises(ModelError, match=r"add up to 110.00% of the balance"):
        project(pool({}), line(date(2024, 1, 1), 3), Vectors(smm=0.5, mdr=0.6))


@settings(max_examples=30)
@given(st.permutations(range(4)), st.integers(0, 500), st.integers(0, 400))
def test_order_of_contracts_changes_nothing(order: list[int], prepaying: int, defaulting: int) -> None:
    terms = [{"principal": 1e6 * (k + 1), "amortization": ["level", "linear", "bullet", "level"][k]} for k in range(4)]
    vectors = Vectors(cpr=prepaying / 1000, cdr=defaulting / 1000, severity=0.5)
    one = project(pool(*terms), line(date(2024, 1, 1), 24), vectors)
    other = project(pool(*[terms[k] for k in order]), line(date(2024, 1, 1), 24), vectors)
    assert other.block == pytest.approx(one.block, rel=1e-12, abs=EXACT)


@settings(max_examples=30)
@given(st.floats(0.01, 0.99), st.sampled_from(["level", "linear", "bullet"]))
def test_splitting_a_contract_changes_nothing(share: float, amortization: str) -> None:
    vectors = Vectors(cpr=0.1, cdr=0.03, severity=0.5)
    whole = project(pool({"amortization": amortization}), line(date(2024, 1, 1), 24), vectors)
    parts = [{"amortization": amortization, "principal": 1e6 * part} for part in (share, 1 - share)]
    split = project(pool(*parts), line(date(2024, 1, 1), 24), vectors)
    assert split.block == pytest.approx(whole.block, rel=1e-9, abs=EXACT)


def test_pool_names_what_is_wrong_between_obligations_and_parties() -> None:
    loan = pool({}).obligations[0]
    with pytest.raises(DataError) as caught:
        Pool((loan, loan), (Party(id="F2"),))
    assert [str(found) for found in caught.value.findings] == [
        "obligations: id 'C0' stands 2 times",
        "obligations.C0.obligor: obligation C0: no party 'F1'; valid: F2",
        "obligations.C0.obligor: obligation C0: no party 'F1'; valid: F2",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"cpr": 0.1, "psa": 165}, "psa: cpr and psa are given together; keep one"),
        (
            {"cumulative_default": 0.1, "default_timing": (0.5, 0.4)},
            "default_timing: the timing adds up to 90.0000%; it must add up to 100%",
        ),
        ({"smm": ()}, "smm: the list is empty; write 0%"),
    ],
)  # fmt: skip
def test_vectors_that_do_not_fit_are_findings(given: dict[str, Any], expected: str) -> None:
    assert [str(found) for found in Vectors(**given).findings()] == [expected]


def test_default_timing_spreads_the_total_over_the_years() -> None:
    vectors = Vectors(cumulative_default=0.06, default_timing=(0.75, 0.25), severity=0.5)
    paid = project(pool({"amortization": "bullet", "maturity": date(2027, 1, 1)}), line(date(2024, 1, 1), 36), vectors)
    assert paid.defaulted[0, :12] == pytest.approx(np.full(12, 0.045e6 / 12), abs=EXACT)
    assert paid.defaulted[0, 12:24] == pytest.approx(np.full(12, 0.015e6 / 12), abs=EXACT)
    assert paid.defaulted[0, 24:].sum() == pytest.approx(0, abs=EXACT)


def test_default_timing_never_takes_more_than_is_left() -> None:
    vectors = Vectors(cumulative_default=1.0, default_timing=(0.0, 1.0))
    paid = project(pool({"amortization": "linear"}), line(date(2024, 1, 1), 24), vectors)
    assert paid.performing[0, -1] == pytest.approx(0, abs=EXACT)
    assert paid.defaulted.sum() + paid.principal.sum() == pytest.approx(1e6, abs=EXACT)


def test_missed_payments_are_cured_or_default_after_the_lag() -> None:
    vectors = Vectors(delinquency=0.2, cure=0.75, cure_lag=3, severity=0.4)
    paid, due = (
        project(pool({"amortization": "linear"}), line(date(2024, 1, 1), 28), one) for one in (vectors, Vectors())
    )
    missed = 0.2 * due.principal[0]
    assert paid.principal[0, :3] == pytest.approx(0.8 * due.principal[0, :3], abs=EXACT)
    assert paid.principal[0, 3:24] == pytest.approx(0.8 * due.principal[0, 3:24] + 0.75 * missed[:21], abs=EXACT)
    assert paid.defaulted[0, 3:] == pytest.approx(0.25 * missed[:25], abs=EXACT)
    assert paid.recovery == pytest.approx(0.6 * paid.defaulted, abs=EXACT)
    assert paid.delinquent[0, :24] == pytest.approx(
        np.cumsum(missed)[:24] - np.r_[[0] * 3, np.cumsum(missed)[:21]], abs=EXACT
    )
    assert paid.interest.sum() == pytest.approx((0.8 + 0.2 * 0.75) * due.interest.sum(), abs=EXACT)


def test_prepayment_fee_is_paid_on_what_is_repaid_early() -> None:
    paid = project(
        pool({"amortization": "bullet", "prepayment_fee": 0.02}, {"amortization": "bullet"}),
        line(date(2024, 1, 1), 20),
        Vectors(smm=0.01),
    )
    assert paid.other == pytest.approx(0.02 * paid.prepayment / 2, abs=EXACT)


def test_seasoning_moves_a_loan_along_the_ramp() -> None:
    """100 PSA is 0.2 % a year in the first month of a loan and 6 % from month 30 on."""
    new, old = ({"amortization": "bullet"}, {"amortization": "bullet", "seasoning": 29})
    for terms, cpr in ((new, 0.002), (old, 0.06)):
        paid = project(pool(terms), line(date(2024, 1, 1), 1), Vectors(psa=100))
        assert paid.prepayment[0, 0] == pytest.approx(1e6 * (1 - (1 - cpr) ** (1 / 12)), abs=EXACT)
    assert project(pool(new), line(date(2024, 1, 1), 3), Vectors(sda=100)).defaulted[0, 0] == pytest.approx(
        1e6 * (1 - (1 - 0.0002) ** (1 / 12)), abs=EXACT
    )


# Against 15,000 of interest a quarter at first.
GROWING = {"frequency": "quarterly", "amortization": "negative", "installment": 10_000.0}


def grown(quarter: int) -> float:
    """The balance after so many quarters: 1.015^k less the worth of the payments then."""
    growth = 1.015**quarter
    return 1_000_000 * growth - 10_000 * (growth - 1) / 0.015


def test_interest_added_to_the_balance_is_no_cash() -> None:
    paid = project(pool(GROWING), line(date(2024, 1, 1), 3, step=3))
    added = [0.015 * grown(k) - 10_000 for k in range(3)]
    assert paid.capitalized[0] == pytest.approx(added, abs=1e-6)
    assert paid.interest[0] == pytest.approx([10_000] * 3, abs=1e-6)
    assert paid.principal[0].tolist() == [0, 0, 0]
    assert paid.performing[0] == pytest.approx([grown(1), grown(2), grown(3)], abs=1e-6)


def test_interest_capitalized_at_first_is_repaid_with_the_principal() -> None:
    capitalizing = pool({"frequency": "quarterly", "amortization": "bullet", "capitalized_until": date(2024, 7, 1)})
    paid = project(capitalizing, line(date(2024, 1, 1), 8, step=3))
    owed = 1_000_000 * 1.015**2
    assert paid.capitalized[0, :3] == pytest.approx([15_000, 15_225, 0], abs=1e-6)
    assert paid.interest[0] == pytest.approx([0, 0, *[0.015 * owed] * 6], abs=1e-6)
    assert paid.principal[0, -1] == pytest.approx(owed, abs=1e-6)


def test_growing_balances_survive_prepayment_and_default() -> None:
    # Everything is linear in the contract: a share of 0.9^(1/4) is left after each quarter, prepaid or defaulted.
    dates, left = line(date(2024, 1, 1), 3, step=3), [0.9 ** (k / 4) for k in range(4)]
    slow = project(pool(GROWING), dates, Vectors(cpr=0.1))
    assert slow.performing[0] == pytest.approx([left[k] * grown(k) for k in (1, 2, 3)], abs=1e-6)
    bad = project(pool(GROWING), dates, Vectors(cdr=0.1))
    assert bad.performing[0] == pytest.approx([left[k] * grown(k) for k in (1, 2, 3)], abs=1e-6)
    assert bad.capitalized[0] == pytest.approx([left[k + 1] * (0.015 * grown(k) - 10_000) for k in range(3)], abs=1e-6)


def test_what_a_growing_loan_owes_defaults_and_opens_a_seasoned_pool() -> None:
    dates = line(date(2024, 1, 1), 4, step=3)
    stopped = project(pool(GROWING), dates, fates=DefaultList(("F1",), 1, [0], [0], [2]))  # type: ignore[arg-type]  # lists
    assert stopped.defaulted[0] == pytest.approx([0, 0, grown(2), 0], abs=1e-6)
    assert stopped.performing[0] == pytest.approx([grown(1), grown(2), 0, 0], abs=1e-6)
    assert project(pool(GROWING), line(date(2024, 7, 1), 2, step=3)).opening[0] == pytest.approx(grown(2), abs=1e-6)


@pytest.mark.parametrize("vectors", [Vectors(), Vectors(cpr=0.1, cdr=0.02)])
def test_a_pool_that_was_repaid_before_the_cut_off_pays_nothing(vectors: Vectors) -> None:
    # Level payments on real days leave float residue in the sum of the repaid parts, and none in the balance.
    repaid = pool({"amortization": "level", "day_count": "ACT/365F"})
    paid = project(repaid, line(date(2027, 1, 1), 2), vectors)
    assert paid.opening.tolist() == [0]
    assert not paid.block.any()
