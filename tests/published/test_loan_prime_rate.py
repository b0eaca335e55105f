"""The loan prime rate by change dates gives the published value of every month."""

from datetime import date
from itertools import pairwise
from pathlib import Path

from ipabs.basics.index_history import index_history
from ipabs.basics.schedule import month_end
from ipabs.basics.tables import parse_table

TABLE = parse_table((Path(__file__).parent / "lpr_monthly.csv").read_text(encoding="utf-8"), name="lpr_monthly.csv")


def test_value_at_the_end_of_each_month() -> None:
    ends = [month_end(date.fromisoformat(f"{month}-01")) for month in TABLE.column("month")]
    assert len(ends) == 77
    for name, column in (("LPR1Y", "lpr_1y_pct"), ("LPR5Y", "lpr_5y_pct")):
        ours = index_history(name).rates_at(ends)
        assert [round(100 * rate, 2) for rate in ours.tolist()] == list(TABLE.numbers(column))


def test_every_change_is_a_change_of_the_monthly_table() -> None:
    changed = {month for (_, *before), (month, *after) in pairwise(TABLE.rows) if before != after}
    assert {f"{day:%Y-%m}" for day in index_history("LPR1Y").dates} == changed | {"2019-08"}
