"""Panels: shapes, units, faults."""

from datetime import date

import numpy as np
import pytest

from ipabs.basics.timeline import Timeline
from ipabs.cashflow.panel import Panel, Series
from ipabs.errors import DataError

DAYS = (date(2024, 6, 20), date(2024, 9, 20), date(2024, 12, 20))
LINE = Timeline(
    cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), collection_ends=DAYS, accrual_ends=DAYS, payments=DAYS
)


def test_panel_one_path_stands_for_all() -> None:
    panel = Panel(LINE, (Series(name="a", values=[[1, 2, 3], [4, 5, 6]]), Series(name="b", values=7.0)))
    assert panel.paths == 2
    assert panel.names == ("a", "b")
    assert panel["b"].tolist() == [[7, 7, 7], [7, 7, 7]]


def test_panel_is_read_only_and_keeps_no_hold_on_its_input() -> None:
    mine = np.array([[1.0, 2.0, 3.0]])
    panel = Panel(LINE, (Series(name="a", values=mine),))
    mine[0, 0] = 99.0
    assert panel["a"][0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        panel["a"][0, 0] = 5.0


def test_panel_to_frame_has_payment_dates_and_units() -> None:
    panel = Panel(LINE, (Series(name="rate", values=[[1, 2, 3], [4, 5, 6]], unit="per year"),))
    frame = panel.to_frame(path=1)
    assert frame.columns.tolist() == ["rate [per year]"]
    assert [day.date() for day in frame.index] == list(DAYS)
    assert frame["rate [per year]"].tolist() == [4, 5, 6]


def test_panel_all_faults_at_once() -> None:
    with pytest.raises(DataError) as caught:
        Panel(
            LINE,
            (
                Series(name="short", values=[1.0, 2.0]),
                Series(name="long", values=[1.0] * 4),
                Series(name="holes", values=[1.0, np.nan, np.inf]),
                Series(name="text", values=["x", "y", "z"]),
                Series(name="cube", values=np.zeros((1, 1, 3))),
                Series(name="two", values=np.zeros((2, 3))),
                Series(name="three", values=np.zeros((3, 3))),
                Series(name="three", values=0.0),
            ),
        )
    assert str(caught.value).splitlines() == [
        "short[2]: short has 2 periods, the timeline 3; the first that differs is period 2 (2024-12-20)",
        "long[3]: long has 4 periods, the timeline 3; the first that differs is period 3 (after the last payment date)",
        "holes[1]: holes is nan in period 1 (2024-09-20), path 0",
        "text: text is not a table of numbers (list)",
        "cube: cube has shape (1, 1, 3); wanted (path, period) with 3 periods",
        "three: series 'three' stands twice",
        "two: two has 2 paths, another series 3",
    ]


def test_panel_unknown_series_gets_a_hint() -> None:
    panel = Panel(LINE, (Series(name="interest", values=0.0),))
    with pytest.raises(DataError, match="no series 'intrest'; did you mean 'interest'"):
        panel["intrest"]
