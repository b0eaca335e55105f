"""Eligibility, limits, stratification, replines and revolving, against sums by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, ModelError, SpecError
from ipabs.pool.eligibility import (
    EXCHANGE_LIMITS,
    AverageLimit,
    ConcentrationLimit,
    Criterion,
    MinimumNumber,
    limit_findings,
    screen,
)
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import project
from ipabs.pool.replines import replines
from ipabs.pool.revolving import revolving_collections, unit_profile
from ipabs.pool.stratification import diversity, stratify, top_names
from ipabs.pool.vectors import Vectors

EXACT = 1e-6
AS_OF = date(2024, 1, 1)


def test_screening_keeps_what_meets_all_criteria_and_names_what_fails(long_list: Pool) -> None:
    criteria = (
        Criterion(name="size", column="principal", minimum=3e6, maximum=15e6),
        Criterion(name="industry", column="sector", excluding=("energy",)),
        Criterion(name="life", column="remaining_months", maximum=25),
    )
    found = screen(long_list, criteria, as_of=AS_OF)
    assert found.eligible.ids == ("C03", "C04", "C06", "C07", "C09", "C10")
    assert [str(one) for one in found.findings()][:2] == [
        "C00: contract C00 is left out: it fails size",
        "C01: contract C01 is left out: it fails size",
    ]
    assert found.to_frame().loc["size"].tolist() == [3, 40e6, 2]


def test_criterion_of_an_unknown_column_and_of_no_contract(long_list: Pool) -> None:
    with pytest.raises(
        SpecError, match=r"life: the pool's table has no column 'remaning_months'; did you mean 'remaining_months'"
    ):
        screen(long_list, (Criterion(name="life", column="remaning_months"),), as_of=AS_OF)
    with pytest.raises(ModelError, match="no contract meets all criteria; the fewest fail size"):
        _ = screen(long_list, (Criterion(name="size", column="principal", minimum=1e9),), as_of=AS_OF).eligible


def test_exchange_limits_are_marked_as_assumptions(long_list: Pool) -> None:
    assert limit_findings(long_list) == ()
    few = long_list.select(["C00", "C03", "C04"])
    texts = [str(found) for found in limit_findings(few)]
    assert len(texts) == 2
    assert texts[0].startswith("unrelated debtors: unrelated debtors: 3 different by obligor; at least 10 (assumption:")
    assert texts[1].startswith(
        "five largest debtors: five largest debtors: the 5 largest by obligor hold 100.00%; at most 70"
    )
    assert all("assumption" in limit.note for limit in EXCHANGE_LIMITS)


def test_limits_by_group_and_average(long_list: Pool) -> None:
    limits = (
        ConcentrationLimit(name="sector", by="sector", maximum=0.3),
        MinimumNumber(name="sectors", by="sector", minimum=4),
        AverageLimit(name="rate", column="contract_rate", minimum=0.04),
    )
    mean = sum(size * (0.03 + 0.002 * k) for k, size in enumerate((20, 18, 15, 12, 10, 9, 8, 6, 5, 4, 3, 2))) / 112
    assert [found.message for found in limit_findings(long_list, limits)] == [
        "sector: the 1 largest by sector hold 41.07%; at most 30.00%",
        f"rate: the average contract_rate is {mean:.6g}; wanted 0.04 to inf",
    ]


def test_stratification_adds_up_on_both_levels(long_list: Pool) -> None:
    table = stratify(long_list, "principal", bands=[0, 5e6, 10e6], then="sector")
    assert table["principal"].sum() == 112e6
    assert table["contracts"].sum() == 12
    assert table["share"].sum() == pytest.approx(1, abs=1e-12)
    assert table.loc[("10000000 and above", "AI"), "principal"] == 32e6
    assert top_names(long_list, count=2)["principal"].tolist() == [22e6, 18e6]
    assert diversity(long_list).loc["obligor", "largest"] == pytest.approx(22 / 112, abs=1e-12)
    with pytest.raises(DataError, match=r"no column 'sektor'; did you mean 'sector'"):
        stratify(long_list, "sektor")
    with pytest.raises(DataError, match="bands need at least two rising edges"):
        stratify(long_list, "principal", bands=[5, 1])


def many(count: int) -> Pool:
    draw = np.random.default_rng(11)
    loans = tuple(
        PledgedLoan(
            id=f"C{k}", obligor="F", principal=float(draw.integers(1, 50)) * 1e5, start=date(2024, 1, 1),
            maturity=add_months(date(2024, 1, 1), int(draw.integers(6, 37))),
            contract_rate=round(float(draw.uniform(0.03, 0.07)), 4), frequency="monthly", day_count="30E/360",
            amortization="level" if k % 2 else "linear",
        )
        for k in range(count)
    )  # fmt: skip
    return Pool(loans, (Party(id="F"),))


def monthly(months: int) -> Timeline:
    ends = tuple(add_months(AS_OF, k) for k in range(1, months + 1))
    return Timeline(cut_off=AS_OF, closing=AS_OF, collection_ends=ends, accrual_ends=ends, payments=ends)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4])
def test_replines_keep_cash_within_the_tolerance(tolerance: float) -> None:
    pool, line = many(120), monthly(40)
    made = replines(pool, line, tolerance=tolerance)
    assert len(made) < len(pool)
    assert sum(one.principal for one in made) == pytest.approx(pool.principal, rel=1e-12)
    off = project(Pool(made, pool.parties), line).total - project(pool, line).total
    assert np.abs(off).max() <= tolerance * pool.principal


def test_replines_of_equal_dates_and_linear_terms_are_exact() -> None:
    loans = tuple(
        PledgedLoan(
            id=f"C{k}", obligor="F", principal=1e6 * (k + 1), start=AS_OF, maturity=date(2025, 1, 1),
            contract_rate=0.03 + 0.01 * k, amortization="linear",
        )
        for k in range(4)
    )  # fmt: skip
    made = replines(Pool(loans, (Party(id="F"),)), monthly(12), tolerance=1e-9)
    assert [one.principal for one in made] == [10e6]


def test_revolving_at_par_keeps_the_balance_and_then_runs_off() -> None:
    pool = many(10)
    first = project(pool, monthly(60), Vectors(smm=0.01))
    unit = unit_profile(project(pool, monthly(60), Vectors(smm=0.01)))
    net = revolving_collections(first, unit, periods=12)
    assert net.performing[0, :12] == pytest.approx(np.full(12, first.opening[0]), rel=1e-9)
    assert net.performing[0, -1] == pytest.approx(0, abs=1e-3)
    assert (net.principal + net.prepayment).sum() == pytest.approx(first.opening[0], rel=1e-9)
    assert net.interest[0, 12] > first.interest[0, 12]


def test_revolving_one_unit_by_hand() -> None:
    """A three-period unit repaid 0.5, 0.3, 0.2 that is reinvested twice."""
    days = tuple(add_months(AS_OF, k) for k in range(1, 6))
    line = Timeline(cut_off=AS_OF, closing=AS_OF, collection_ends=days, accrual_ends=days, payments=days)
    from ipabs.cashflow.collections import Collections

    unit = Collections(line, principal=[50.0, 30.0, 20.0, 0.0, 0.0], opening=100.0)
    net = revolving_collections(unit, unit_profile(unit), periods=2)
    # bought 50 after period 0; 30 + 25 = 55 after period 1
    assert net.principal[0] == pytest.approx([0, 0, 20 + 15 + 27.5, 10 + 16.5, 11], abs=EXACT)


@pytest.mark.parametrize(("given", "text"), [
    ({"periods": 9}, "9 revolving periods on 1 paths; at most 5 on one path"),
    ({"periods": 1, "reinvested": ("recovery",)}, "no series 'recovery' to reinvest; valid: principal, prepayment"),
])  # fmt: skip
def test_revolving_refuses_what_it_cannot_do(given: dict[str, Any], text: str) -> None:
    collections = project(many(3), monthly(5))
    with pytest.raises(DataError, match=text):
        revolving_collections(collections, unit_profile(collections), **given)


def test_bounds_and_bands_on_words_are_findings(long_list: Pool) -> None:
    with pytest.raises(SpecError, match="rating: column 'sector' holds no numbers"):
        screen(long_list, (Criterion(name="rating", column="sector", minimum=1.0),), as_of=date(2024, 1, 1))
    with pytest.raises(SpecError, match="mean: column 'sector' holds no numbers"):
        limit_findings(long_list, (AverageLimit(name="mean", column="sector", maximum=1.0),))
    with pytest.raises(DataError, match="then: column 'sector' holds no numbers"):
        stratify(long_list, "obligor", then="sector", then_bands=[0, 1])
    for wrong in (lambda: top_names(long_list, "region"), lambda: diversity(long_list, ("region",))):
        with pytest.raises(DataError, match="the pool's table has no column 'region'"):
            wrong()


def test_party_that_is_not_there_is_named(long_list: Pool) -> None:
    with pytest.raises(DataError, match="the pool has no party 'G9'; valid: "):
        long_list.party("G9")
