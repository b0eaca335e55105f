"""The driver: the same bits for any executor and memory, estimates with their errors, cash that is accounted for."""

import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ipabs import spec
from ipabs.basics.curve import Curve
from ipabs.cashflow.collections import Collections
from ipabs.engine import Program, run_waterfall
from ipabs.engine.run import PaymentDate
from ipabs.errors import DataError, LimitError, NumericError
from ipabs.readings.folds import Called, Fold, Life, Loss, Paid, Unaccounted, Value, read
from ipabs.simulation import UNIT, Block, Estimates, Stored, Until, replay, simulate
from ipabs.structure.deal import Deal

TEXT = """
ipabs: 1
name: Two classes
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-02-29
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2025-03-28
  legal_final: 2025-03-28
parties:
  fund: {limit: 60}
tranches:
  A: {principal: 800, coupon: 4%, day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry,
      amortization: pass_through}
  sub: {principal: 200, residual: true}
support:
  promise: {by: fund, for: [A.interest, A.principal], mode: into_account, limit_basis: cumulative}
closing: {sources: {A: 100%, sub: 100%}, uses: {assets: 1000}}
rounding: ROUNDING
waterfall:
  normal:
    - draw: promise
    - pay: [A.interest, A.principal]
    - pay: promise.reimbursement
    - residual: sub
"""


@dataclass(frozen=True)
class Lots:
    """A pool of 1000 that loses a part, by path number: u = frac(path * golden ratio)."""

    deal: Deal
    performing: bool = False
    weighted: bool = False

    def block(self, lo: int, hi: int) -> Block:
        u = np.arange(lo, hi) * 0.6180339887498949 % 1
        lost = np.round(500 * u, 2)[:, np.newaxis] * [0.0, 1, 0, 0]
        left = 1000 - np.cumsum(lost, axis=1)
        principal = np.hstack([np.full((hi - lo, 1), 250.0), np.round(left[:, 1:] - 250, 2) * [0, 0, 1.0]])
        flows = Collections(
            self.deal.timeline(), interest=left * 0.01, principal=principal, defaulted=lost, opening=1000
        )
        series = {"fund.performing": (u < 0.5)[:, np.newaxis] * np.ones(4)} if self.performing else {}
        return Block(flows, series, 2 * u if self.weighted else None)


def deal(rounding: str = "none") -> Deal:
    return spec.load(Deal, TEXT.replace("ROUNDING", rounding))


@dataclass(frozen=True)
class Given:
    """Always the same block."""

    same: Block

    def block(self, lo: int, hi: int) -> Block:
        return self.same


CURVE = Curve.flat(0.03, date(2024, 3, 28))
READINGS: tuple[Fold, ...] = (Loss("A"), Life("A"), Paid("sub.income"), Called("promise"), Value("A", CURVE))


@pytest.fixture(scope="module")
def estimates() -> Estimates:
    return simulate(deal(), Lots(deal()), READINGS, paths=6 * UNIT + 100)


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same_bits(estimates: Estimates, pool: Callable[..., ThreadPoolExecutor]) -> None:
    with pool(2) as executor:
        other = simulate(deal(), Lots(deal()), READINGS, paths=6 * UNIT + 100, executor=executor, memory=2**23)
    assert other.digest == estimates.digest
    assert other.paths == 6 * UNIT + 100


@pytest.mark.dask
def test_a_dask_cluster_gives_the_same_bits_as_one_process(estimates: Estimates) -> None:
    """Two workers in this process, fed by a scheduler as on any cluster."""
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        other = simulate(deal(), Lots(deal()), READINGS, paths=6 * UNIT + 100, executor=executor)
    assert other.digest == estimates.digest


def test_estimates_are_the_means_of_all_paths_with_their_errors(estimates: Estimates) -> None:
    paths = 6 * UNIT + 100
    whole = Lots(deal()).block(0, paths)
    ledger = run_waterfall(deal(), whole.collections)
    for fold in READINGS:
        figure = read(ledger, fold)
        estimate = estimates[fold.name]
        assert estimate.mean == pytest.approx(figure.mean(), rel=1e-12)
        assert estimate.standard_error == pytest.approx(figure.std(ddof=1) / math.sqrt(paths), rel=1e-7)
        assert (estimate.lowest, estimate.highest) == (figure.min(), figure.max())
    assert estimates["A loss"].mean > 0
    assert f"({paths:,} paths)" in str(estimates["A loss"])
    assert estimates.to_frame().index.tolist() == [fold.name for fold in READINGS]


def test_a_weighted_mean_is_the_mean_of_weight_times_figure() -> None:
    weighted = simulate(deal(), Lots(deal(), weighted=True), [Loss("A")], paths=5000)["A loss"]
    source = Lots(deal()).block(0, 5000)
    loss = read(run_waterfall(deal(), source.collections), Loss("A"))
    weights = Lots(deal(), weighted=True).block(0, 5000).weights
    assert weights is not None
    assert weighted.mean == pytest.approx(float(np.mean(loss * weights)), rel=1e-12)


def test_a_simulated_path_replays_alone_bit_for_bit() -> None:
    source = Lots(deal("fen"), performing=True)
    whole = source.block(0, 40)
    batch = run_waterfall(deal("fen"), whole.collections, observables=whole.observables)
    for path in (0, 7, 39):
        alone = replay(deal("fen"), source, path)
        assert np.array_equal(alone.granted[..., 0], batch.granted[..., path])
    assert simulate(deal("fen"), source, [Called("promise")], paths=40)["promise called"].mean > 0


def test_until_stops_at_the_first_unit_that_is_good_enough_for_any_executor() -> None:
    until = Until(figure="A loss", standard_error=0.35, paths=40 * UNIT)
    alone = simulate(deal(), Lots(deal()), [Loss("A")], until=until)
    with ThreadPoolExecutor(2) as executor:
        other = simulate(deal(), Lots(deal()), [Loss("A")], until=until, executor=executor)
    assert alone.digest == other.digest
    assert alone["A loss"].standard_error <= 0.35
    assert UNIT <= alone.paths < 40 * UNIT


def test_stored_collections_are_a_source() -> None:
    source = Lots(deal(), performing=True)
    block = source.block(0, UNIT + 5)
    stored = Stored(block.collections, {**block.observables})
    assert simulate(deal(), stored, [Loss("A")], paths=UNIT + 5).digest == (
        simulate(deal(), source, [Loss("A")], paths=UNIT + 5).digest
    )
    flat = Stored(block.collections, {"fund.performing": np.ones((1, 4))})
    assert simulate(deal(), flat, [Loss("A")], paths=10).paths == 10


def test_wrong_questions_are_refused() -> None:
    one = deal()
    with pytest.raises(DataError, match="state either paths or until"):
        simulate(one, Lots(one), [Loss("A")])
    for readings, more in (
        ([Loss("A"), Loss("A")], {"paths": 10}),
        ([Loss("A")], {"paths": 0}),
        ([], {"paths": 10}),
        ([Loss("A")], {"until": Until(figure="B loss", standard_error=1.0, paths=10)}),
    ):
        with pytest.raises(DataError, match="figures of different names"):
            simulate(one, Lots(one), readings, **more)
    with pytest.raises(LimitError, match="one unit of 8192 paths takes 5 MiB, the limit is 1 MiB"):
        simulate(one, Lots(one), [Loss("A")], paths=10, memory=2**20)
    with pytest.raises(DataError, match="did you mean 'A loss'"):
        simulate(one, Lots(one), [Loss("A")], paths=10)["A los"]


def test_cash_that_goes_astray_withholds_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Unaccounted.close
    monkeypatch.setattr(Unaccounted, "close", lambda self, kept, program: plain(self, kept, program) + 0.01)
    with pytest.raises(NumericError, match=r"cash of 0\.01 is not accounted for"):
        simulate(deal("fen"), Lots(deal("fen")), [Loss("A")], paths=10)


def test_one_path_has_no_standard_error() -> None:
    assert simulate(deal(), Lots(deal()), [Loss("A")], paths=1)["A loss"].standard_error == math.inf


def test_a_support_of_limit_zero_is_called_for_nothing() -> None:
    none = replace(deal(), parties=(replace(deal().parties[0], limit=0.0),))
    assert simulate(none, Lots(none), [Called("promise")], paths=100)["promise called"].highest == 0


@dataclass(frozen=True)
class Deciding:
    """The loss of a tranche, by a reading that looks at the numbers of its block."""

    some: Callable[[Any], bool]
    name: str = "A loss"

    def start(self, program: Program) -> Any:
        return 0

    def add(self, kept: Any, today: PaymentDate) -> Any:
        balance = today.owed["A.principal"]
        return balance if self.some(balance) else 0

    def close(self, kept: Any, program: Program) -> Any:
        return kept / program.units.per_major


@pytest.mark.parametrize(
    "some",
    [lambda x: np.any(x > 0), lambda x: (x > 0).any(), lambda x: x[0] is not None, lambda x: len(x) > 0, np.size],
)
def test_a_reading_that_cannot_be_recorded_is_run_directly(some: Callable[[Any], bool]) -> None:
    paths = 4 * UNIT
    own, recorded = (simulate(deal(), Lots(deal()), [fold], paths=paths) for fold in (Deciding(some), Loss("A")))
    assert own.digest == recorded.digest


def test_a_fault_of_a_reading_shows_itself() -> None:
    with pytest.raises(TypeError, match="not callable"):
        simulate(deal(), Lots(deal()), [Deciding(None)], paths=4 * UNIT)  # type: ignore[arg-type]  # that is the fault


def test_flat_series_are_recorded_as_well() -> None:
    block = Lots(deal(), performing=True).block(0, 5 * UNIT)
    half = {"fund.performing": np.array([[1.0, 1.0, 0.0, 0.0]])}
    flat = Stored(block.collections, half)
    whole = Stored(block.collections, {"fund.performing": np.repeat(half["fund.performing"], 5 * UNIT, axis=0)})
    first, other = (simulate(deal(), source, READINGS, paths=5 * UNIT) for source in (flat, whole))
    assert first.digest == other.digest
    ledger = run_waterfall(deal(), block.collections, observables=half)
    assert first["promise called"].mean == pytest.approx(float(read(ledger, Called("promise")).mean()), rel=1e-12)
    assert first["promise called"].mean > 0


def test_a_source_gives_as_many_paths_as_asked() -> None:
    stored = Stored(Lots(deal()).block(0, 20).collections)
    assert simulate(deal(), stored, READINGS, paths=20).paths == 20
    with pytest.raises(DataError, match="the source gives 20 paths for 0 up to, not including, 25; wanted 25"):
        simulate(deal(), stored, READINGS, paths=25)
    for path in (20, -1):
        with pytest.raises(DataError, match=f"the source gives 0 paths for {path} up to"):
            replay(deal(), stored, path)


@pytest.mark.parametrize("weights", [[1.0] * 19, [[1.0] * 20], [-1.0] * 20, [math.nan] * 20, [math.inf] * 20])
def test_weights_are_one_finite_number_a_path(weights: Any) -> None:
    block = replace(Lots(deal()).block(0, 20), weights=np.array(weights))
    with pytest.raises(DataError, match="wanted 20 finite numbers, none below 0"):
        simulate(deal(), Given(block), READINGS, paths=20)


def test_estimates_print_one_figure_a_line(estimates: Estimates) -> None:
    assert str(estimates).splitlines() == [str(estimates[fold.name]) for fold in READINGS]
