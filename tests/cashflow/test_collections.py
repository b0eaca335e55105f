"""Collections: identity, faults, tables of a trustee."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import CASH, ROWS, Collections
from ipabs.errors import DataError

ENDS = (date(2024, 6, 20), date(2024, 9, 20), date(2024, 12, 20))
PAYMENTS = (date(2024, 6, 28), date(2024, 9, 30), date(2024, 12, 30))
LINE = Timeline(
    cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=ENDS, accrual_ends=PAYMENTS, payments=PAYMENTS
)
OTHER_LINE = Timeline(
    cut_off=date(2024, 2, 28), closing=date(2024, 3, 28), collection_ends=ENDS, accrual_ends=PAYMENTS, payments=PAYMENTS
)


def faults(**given: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        Collections(LINE, **given)  # type: ignore[arg-type]  # hostile values on purpose
    return str(caught.value).splitlines()


def test_performing_follows_from_the_identity() -> None:
    pool = Collections(
        LINE,
        principal=[20, 20, 30],
        prepayment=[0, 5, 0],
        defaulted=[0, 0, 15],
        delinquent=[10, 0, 0],
        opening=80,
        opening_delinquent=10,
    )
    assert pool.performing.tolist() == [[60, 45, 0]]
    assert pool.opening.tolist() == [80]
    assert pool.paths == 1


def test_missing_series_are_zero_and_total_is_all_cash() -> None:
    pool = Collections(
        LINE, interest=[3, 2, 1], principal=[10, 10, 10], prepayment=1, recovery=2, guarantee=3, other=4, opening=33
    )
    assert pool.total.tolist() == [[23, 22, 21]]
    assert pool.defaulted.tolist() == pool.delinquent.tolist() == [[0, 0, 0]]
    assert set(CASH) < set(ROWS)


def test_one_path_stands_for_all_and_a_path_alone_is_its_row() -> None:
    pool = Collections(LINE, interest=[[1, 2, 3], [4, 5, 6]], principal=[10, 10, 10], opening=[30, 40])
    assert pool.performing.tolist() == [[20, 10, 0], [30, 20, 10]]
    alone = pool.path(1)
    assert alone.interest.tolist() == [[4, 5, 6]]
    assert alone.opening.tolist() == [40]
    assert pool.path(-1).performing.tolist() == alone.performing.tolist()


def test_block_is_row_period_path() -> None:
    pool = Collections(LINE, interest=[[1, 2, 3], [4, 5, 6]])
    assert pool.block.shape == (len(ROWS), 3, 2)
    assert pool.block[ROWS.index("interest"), 2].tolist() == [3, 6]
    assert all(pool.series(row).tolist() == getattr(pool, row).tolist() for row in ROWS)


def test_arrays_are_read_only_and_keep_no_hold_on_input() -> None:
    mine = np.array([1.0, 2.0, 3.0])
    pool = Collections(LINE, interest=mine)
    mine[:] = 0
    assert pool.interest.tolist() == [[1, 2, 3]]
    for array in (pool.interest, pool.block, pool.opening, pool.opening_delinquent):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0


def test_stack_puts_paths_one_after_the_other() -> None:
    first = Collections(LINE, interest=[1, 2, 3])
    second = Collections(LINE, interest=[[4, 5, 6], [7, 8, 9]])
    assert Collections.stack([first, second]).interest.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize("parts", [[], [Collections(LINE), Collections(OTHER_LINE)]], ids=["none", "two timelines"])
def test_stack_wants_one_timeline(parts: list[Collections]) -> None:
    with pytest.raises(DataError, match="only collections of one timeline can be stacked"):
        Collections.stack(parts)


def test_all_faults_of_shape_and_value_at_once() -> None:
    assert faults(interest=[1, 2], principal=[1, 2, np.inf], other="much", opening=-5, opening_delinquent="none") == [
        "interest[2]: interest has 2 periods, the timeline 3; the first that differs is period 2 (2024-12-30)",
        "principal[2]: principal is inf in period 2 (2024-12-30), path 0",
        "other: other is not a table of numbers (str)",
        "opening: opening is -5; wanted one amount of 0 or more a path",
        "opening_delinquent: opening_delinquent is none; wanted one amount of 0 or more a path",
    ]


def test_paths_that_differ_are_named() -> None:
    assert faults(interest=np.zeros((2, 3)), other=np.zeros((3, 3)), opening=[1, 2]) == [
        "interest: interest has 2 paths, another series 3",
        "opening: opening has 2 paths, another series 3",
    ]


def test_every_negative_series_is_named() -> None:
    assert faults(interest=[[0, 0, 0], [0, -1, -1]], recovery=[-2, 0, 0]) == [
        "interest[1]: interest is negative, -1.00, in period 1 (2024-09-30), path 1",
        "recovery[0]: recovery is negative, -2.00, in period 0 (2024-06-28), path 0",
    ]


def test_more_principal_than_balance_is_a_negative_balance() -> None:
    assert faults(principal=[60, 60, 0], opening=100) == [
        "performing[1]: performing is negative, -20.00, in period 1 (2024-09-30), path 0"
    ]


def test_first_period_that_does_not_roll_forward_is_named() -> None:
    assert faults(principal=[10, 10, 10], performing=[90, 81, 71], opening=100) == [
        "performing[1]: performing + delinquent is 81.00 at the end of period 1 (2024-09-30), path 0; "
        "opening + capitalized - principal - prepayment - defaulted leaves 80.00"
    ]


def test_float_residue_is_stored_as_zero() -> None:
    pool = Collections(LINE, principal=[0.1e8, 0.2e8, 0.7e8], opening=1e8, other=[-1e-9, 0, 0])
    assert pool.performing[0, -1] == 0
    assert pool.other[0, 0] == 0


def test_from_block_takes_over_without_a_copy() -> None:
    block = np.zeros((len(ROWS), 3, 4))
    pool = Collections.from_block(LINE, block, np.zeros(4), np.zeros(4))
    assert pool.block is block
    assert pool.paths == 4


# ---------------------------------------------------------------------------------------------- a trustee's own table
TABLE = pd.DataFrame({"date": ENDS, "interest": [3.0, 2.0, 1.0], "principal": [50.0, 30.0, 20.0]})


@pytest.mark.parametrize("dates", [ENDS, PAYMENTS, [day.isoformat() for day in ENDS], pd.to_datetime(list(PAYMENTS))])
def test_from_frame_takes_collection_ends_or_payment_dates(dates: object) -> None:
    pool = Collections.from_frame(LINE, TABLE.assign(date=dates), opening=100.0)
    assert pool.performing.tolist() == [[50, 20, 0]]
    assert pool.interest.tolist() == [[3, 2, 1]]


def test_from_frame_maps_the_tables_own_headings() -> None:
    table = pd.DataFrame({"归集日": ENDS, "利息": [3.0, 2.0, 1.0]})
    pool = Collections.from_frame(LINE, table, opening=0.0, columns={"归集日": "date", "利息": "interest"})
    assert pool.interest.tolist() == [[3, 2, 1]]


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.integers(0, 10**9))
@settings(max_examples=50)
def test_from_frame_reads_back_what_to_frame_shows(principal_fen: list[int], interest_fen: int) -> None:
    pool = Collections(
        LINE,
        principal=[fen / 100 for fen in principal_fen],
        interest=interest_fen / 100,
        opening=sum(principal_fen) / 100,
    )
    again = Collections.from_frame(LINE, pool.to_frame(), opening=float(pool.opening[0]))
    assert again.block.tolist() == pool.block.tolist()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.iloc[:2], r"row 3 is missing, wanted 2024-12-20"),
        (pd.concat([TABLE, TABLE.iloc[2:]]), r"row 4 is 2024-12-20, wanted no further row"),
        (TABLE.assign(date=[ENDS[0], "2024-09-21", ENDS[2]]), r"row 2 is 2024-09-21, wanted 2024-09-20"),
        (TABLE.assign(date=[PAYMENTS[0], ENDS[1], ENDS[2]]), r"row 2 is 2024-09-20, wanted 2024-09-30"),
        (TABLE.assign(date=["June", "Sept", ""]), r"row 1 is June, wanted 2024-06-20"),
        (TABLE.drop(columns="date"), r"row 1 is 0, wanted 2024-06-20"),
        (TABLE.iloc[:0], r"row 1 is missing, wanted 2024-06-20"),
    ],
)
def test_from_frame_names_the_first_row_that_differs(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=f"the collections do not fit the timeline: {message}"):
        Collections.from_frame(LINE, table, opening=100.0)


def test_from_frame_names_every_unknown_column() -> None:
    table = TABLE.rename(columns={"interest": "intrest"}).assign(blah=1.0)
    with pytest.raises(DataError) as caught:
        Collections.from_frame(LINE, table, opening=100.0)
    assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
        "intrest: no series 'intrest'",
        "blah: no series 'blah'",
    ]
    assert "did you mean 'interest'" in str(caught.value)


def test_from_frame_refuses_a_column_twice() -> None:
    table = pd.concat([TABLE, TABLE[["interest"]]], axis=1)
    with pytest.raises(DataError, match="column 'interest' stands twice"):
        Collections.from_frame(LINE, table, opening=100.0)


def test_from_frame_blank_cell_is_named() -> None:
    with pytest.raises(DataError, match=r"interest is nan in period 1 \(2024-09-30\)"):
        Collections.from_frame(LINE, TABLE.assign(interest=[1.0, None, 2.0]), opening=100.0)


def test_from_frame_names_columns_and_dates_at_once() -> None:
    table = TABLE.rename(columns={"interest": "intrest"}).iloc[:2]
    with pytest.raises(DataError) as caught:
        Collections.from_frame(LINE, table, opening=100.0)
    assert [found.code for found in caught.value.findings] == ["collections.column", "collections.timeline"]


def test_capitalized_interest_raises_the_balance_and_is_no_cash() -> None:
    pool = Collections(LINE, interest=[1, 0, 2], principal=[0, 0, 50], capitalized=[4, 6, 0], opening=100)
    assert pool.performing.tolist() == [[104, 110, 60]]
    assert pool.total.tolist() == [[1, 0, 52]]
    assert faults(capitalized=[4, 6, 0], performing=[104, 104, 104], opening=100) == [
        "performing[1]: performing + delinquent is 104.00 at the end of period 1 (2024-09-30), path 0; "
        "opening + capitalized - principal - prepayment - defaulted leaves 110.00"
    ]
