"""Collections under default lists against sums done path by path in plain Python."""

from datetime import date

import numpy as np
import pytest

from ipabs.basics.party import Party
from ipabs.basics.schedule import add_months
from ipabs.basics.timeline import Timeline
from ipabs.errors import DataError, SpecError
from ipabs.pool import simulated
from ipabs.pool.fates import DefaultList
from ipabs.pool.kinds import PledgedLoan
from ipabs.pool.pool import Pool
from ipabs.pool.projection import UnderFates, project
from ipabs.pool.vectors import Vectors

EXACT = 1e-6
START = date(2024, 1, 1)
ENDS = tuple(add_months(START, 3 * k) for k in range(1, 9))
LINE = Timeline(cut_off=START, closing=START, collection_ends=ENDS, accrual_ends=ENDS, payments=ENDS)


def pool(guarantor: str = "", limit: float | None = None) -> Pool:
    loans = tuple(
        PledgedLoan(
            id=f"C{k}",
            obligor=f"F{k % 3}",
            principal=1e6 * (k + 1),
            start=START,
            maturity=date(2026, 1, 1),
            contract_rate=0.04 + 0.01 * k,
            amortization=("level", "linear", "bullet", "level")[k],  # type: ignore[arg-type]  # a Literal by place
            guarantor=guarantor,
        )
        for k in range(4)
    )
    return Pool(loans, (*(Party(id=f"F{k}") for k in range(3)), Party(id="G", limit=limit)))


def fates(*events: tuple[int, str, int], paths: int = 3) -> DefaultList:
    names = ("F2", "F0", "F1", "G")
    path, who, period = (
        np.array(column, dtype=np.int64)
        for column in zip(*((n, names.index(name), t) for n, name, t in events), strict=True)
    )
    return DefaultList(names, paths, path, who, period)


def by_hand(holding: Pool, defaults: dict[str, int], lag: int, severity: float) -> dict[str, list[float]]:
    """One path, contract by contract: pays until the default period, then recovers after `lag` periods."""
    paid = {name: [0.0] * 8 for name in ("interest", "principal", "defaulted", "recovery")}
    for one in holding.obligations:
        flows = one.contract_flows()
        stop, owed = defaults.get(one.obligor, 99), one.principal
        for t, (interest, principal) in enumerate(zip(flows.interest, flows.principal, strict=True)):
            if t == stop:
                paid["defaulted"][t] += owed
                if t + lag < 8:
                    paid["recovery"][t + lag] += (1 - severity) * owed
            elif t < stop:
                paid["interest"][t] += interest
                paid["principal"][t] += principal
                owed -= principal
    return paid


def test_each_path_is_what_its_contracts_pay() -> None:
    events = ((0, "F0", 2), (2, "F1", 0), (2, "F2", 7), (2, "F0", 4))
    got = project(pool(), LINE, Vectors(severity=0.6, recovery_lag=6), fates=fates(*events))
    for path in range(3):
        defaults = {name: t for p, name, t in events if p == path}
        for name, amounts in by_hand(pool(), defaults, 2, 0.6).items():
            assert got.series(name)[path] == pytest.approx(amounts, abs=EXACT)
    balance = got.opening[:, None] - np.cumsum(got.principal + got.prepayment + got.defaulted, axis=1)
    assert got.performing == pytest.approx(balance, abs=EXACT)


def test_no_default_is_the_contract() -> None:
    nobody = DefaultList(("F0",), 2, *[np.array([], dtype=np.int64)] * 3)
    got, contract = project(pool(), LINE, fates=nobody), project(pool(), LINE)
    assert got.interest == pytest.approx(np.repeat(contract.interest, 2, axis=0), abs=EXACT)
    assert got.performing == pytest.approx(np.repeat(contract.performing, 2, axis=0), abs=EXACT)


def test_order_of_defaults_and_of_drawn_parties_changes_nothing() -> None:
    events = [(0, "F0", 2), (2, "F1", 0), (2, "F2", 7), (2, "F0", 4)]
    one = project(pool(), LINE, Vectors(severity=0.6), fates=fates(*events))
    other = project(pool(), LINE, Vectors(severity=0.6), fates=fates(*events[::-1]))
    assert np.array_equal(one.block[:7], other.block[:7])


def test_order_of_the_entries_changes_no_bit() -> None:
    loans = tuple(
        PledgedLoan(id=f"C{k}", obligor=f"F{k}", principal=1e6 / (k + 3), start=START, maturity=date(2026, 1, 1),
                    contract_rate=0.041 + k / 977)
        for k in range(60)
    )  # fmt: skip
    holding, names = Pool(loans, tuple(Party(id=one.obligor) for one in loans)), tuple(f"F{k}" for k in range(60))
    draw = np.random.default_rng(3)
    party, path = np.nonzero(draw.random((60, 40)) < 0.4)
    period = draw.integers(0, 8, len(path))
    vectors = Vectors(severity=0.61, recovery_lag=6)
    first = project(holding, LINE, vectors, fates=DefaultList(names, 40, path, party, period)).block.tobytes()
    for _ in range(5):
        order = draw.permutation(len(path))
        mixed = DefaultList(names, 40, path[order], party[order], period[order])
        assert project(holding, LINE, vectors, fates=mixed).block.tobytes() == first


def test_order_of_the_tape_changes_no_bit() -> None:
    drawn = fates((0, "F0", 2), (2, "F1", 0), (2, "F2", 7), (2, "F0", 4))
    one, turned = pool(), Pool(pool().obligations[::-1], pool().parties)
    first, second = (project(holding, LINE, Vectors(severity=0.6), fates=drawn) for holding in (one, turned))
    assert first.block.tobytes() == second.block.tobytes()


def test_a_pool_made_ready_once_serves_every_block() -> None:
    ready = UnderFates.of(pool(), LINE, Vectors(severity=0.6))
    for drawn in (fates((0, "F0", 2)), fates((1, "F1", 3), (2, "F2", 1))):
        again = project(pool(), LINE, Vectors(severity=0.6), fates=drawn)
        assert np.array_equal(ready.collections(drawn).block, again.block)


def test_prepayment_lowers_what_defaults_later() -> None:
    got = project(pool(), LINE, Vectors(smm=0.02, severity=0.5), fates=fates((1, "F2", 4)))
    healthy = project(pool().select(["C2"]), LINE, Vectors(smm=0.02))
    assert got.defaulted[1, 4] == pytest.approx(healthy.performing[0, 3], abs=EXACT)


def test_collateral_is_recovered_at_its_value_and_never_above_what_is_owed() -> None:
    value = np.array([5e5] * 4 + [9e9] * 4)
    got = project(
        pool(), LINE, Vectors(recovery_lag=6), fates=fates((0, "F2", 1), (1, "F2", 3)), collateral={"F2": value}
    )
    assert got.recovery[0, 3] == pytest.approx(5e5, abs=EXACT)
    assert got.recovery[1, 5] == pytest.approx(got.defaulted[1, 3], abs=EXACT)


def test_guarantor_pays_the_loss_up_to_its_limit_and_only_while_it_stands() -> None:
    events = ((0, "F2", 1), (1, "F2", 1), (1, "G", 2), (2, "F2", 1), (2, "F1", 2))
    got = project(pool("G", limit=3e6), LINE, Vectors(severity=0.5, recovery_lag=3), fates=fates(*events))
    assert got.guarantee[0, 2] == pytest.approx(0.5 * got.defaulted[0, 1], abs=EXACT)
    assert got.guarantee[1].sum() == 0
    assert got.guarantee[2].sum() == pytest.approx(0.5 * got.defaulted[2].sum(), abs=EXACT)
    short = project(pool("G", limit=1e6), LINE, Vectors(severity=0.5, recovery_lag=3), fates=fates(*events))
    assert short.guarantee[2].sum() == pytest.approx(1e6, abs=EXACT)


def test_full_recovery_at_once_is_no_loss() -> None:
    got = project(pool(), LINE, Vectors(severity=0.0), fates=fates((0, "F0", 2), (2, "F1", 0)))
    assert got.recovery == pytest.approx(got.defaulted, abs=EXACT)


def test_default_vectors_beside_fates_are_refused() -> None:
    with pytest.raises(SpecError, match="cdr is given beside fates, which say who defaults; set it to 0"):
        project(pool(), LINE, Vectors(cdr=0.02), fates=fates((0, "F0", 2)))


def test_fates_and_collateral_that_do_not_fit_are_findings() -> None:
    with pytest.raises(DataError) as caught:
        project(pool(), LINE, fates=fates((5, "F0", 9)), collateral={"F9": np.ones(8), "F0": -np.ones(8)})
    assert [str(found) for found in caught.value.findings] == [
        "path: path runs from 5 to 5; the fates have 3",
        "period: period runs from 9 to 9; the fates have 8",
        "collateral of 'F9', who is no drawn obligor; valid: F0, F1, F2",
        "F0: collateral of F0 needs one value of 0 or more a period",
    ]


def test_many_obligors_are_added_up_group_by_group(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = fates((0, "F0", 2), (2, "F1", 0), (2, "F2", 7), (2, "F0", 4))
    whole = project(pool(), LINE, Vectors(severity=0.6), fates=drawn)
    monkeypatch.setattr(simulated, "TABLE", 1)
    apart = project(pool(), LINE, Vectors(severity=0.6), fates=drawn)
    assert apart.block == pytest.approx(whole.block, abs=EXACT)


def test_guarantor_stands_only_for_the_contracts_that_name_it() -> None:
    one, two = (
        PledgedLoan(id=id, obligor="F0", principal=1e6, start=START, maturity=date(2026, 1, 1), contract_rate=0.04,
                    amortization=kind, guarantor=guarantor)
        for id, kind, guarantor in (("C1", "bullet", "G"), ("C2", "linear", ""))
    )  # fmt: skip
    holding = Pool((one, two), (Party(id="F0"), Party(id="G")))
    got = project(holding, LINE, Vectors(severity=0.5), fates=fates((0, "F0", 4), paths=1))
    assert got.defaulted[0, 4] == pytest.approx(1e6 + 0.5e6, abs=EXACT)  # half of the linear loan is repaid
    assert got.guarantee[0] == pytest.approx([0, 0, 0, 0, 0.5e6, 0, 0, 0], abs=EXACT)


def test_default_lists_that_contradict_themselves_are_findings() -> None:
    with pytest.raises(DataError, match="F0 defaults twice on path 1; a party has one default or none"):
        project(pool(), LINE, fates=fates((1, "F0", 2), (0, "F1", 3), (1, "F0", 5)))
    with pytest.raises(DataError, match="paths, parties and periods of the defaults are 1, 2, 2"):
        DefaultList(("F0", "F1"), 1, [0], [0, 1], [1, 2])


def test_vectors_outside_their_ranges_are_findings() -> None:
    wrong = Vectors(severity=-0.5, cpr=1.5, recovery_lag=-3)
    for fates_or_none in (None, fates((1, "F0", 2))):
        with pytest.raises(SpecError) as caught:
            project(pool(), LINE, wrong, fates=fates_or_none)
        assert [str(found) for found in caught.value.findings] == [
            "cpr: 1.5 is outside 0% to 100%",
            "severity: -0.5 is outside 0% to 100%",
            "recovery_lag: -3 is outside 0 to 12000 months",
        ]


def test_pool_refuses_contracts_whose_terms_do_not_fit() -> None:
    loan = PledgedLoan(id="C1", obligor="F1", principal=1e6, start=START, maturity=date(2023, 1, 1), contract_rate=0.04)
    with pytest.raises(DataError, match=r"obligations\.C1\.maturity: maturity 2023-01-01 is not after the start 2024"):
        Pool((loan,), (Party(id="F1"),))
