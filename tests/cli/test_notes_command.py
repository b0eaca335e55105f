"""notes: decrement tables and yields, a trustee's figures tied out, on the console and on the page."""

import json
from pathlib import Path

import pytest

from ipabs import cli

CASE = str(Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml")
Capture = pytest.CaptureFixture[str]

# 136,000,000 x 2.80 % x 98 / 365 = 1,022,421.92 for class A of the ABS; 40,850,000 x 2.95 % x 98 / 365 = 323,554.38.
FIGURES = """deal,date,tranche,item,value
abs,2023-03-28,A,interest,1022421.92
abn,2023-03-28,A,interest,323554.38
"""


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "figures.csv"
    path.write_text(FIGURES, encoding="utf-8")
    return path


def test_notes_tell_outstanding_and_yield_by_speed(capsys: Capture) -> None:
    assert cli.main(["notes", CASE, "--deal", "abs", "--speed", "0%", "--speed", "20%", "--price", "99", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["abs"]
    assert list(tables) == ["A.decrement", "A.price_yield", "B.decrement", "B.price_yield"]
    lives = tables["A.decrement"][-1]
    assert lives["20 %"] < lives["0 %"]
    assert len(tables["A.price_yield"]) == 1
    assert tables["A.price_yield"][0]["20 %"] > tables["A.price_yield"][0]["0 %"]  # bought below par, repaid sooner


def test_notes_in_chinese_have_every_heading(capsys: Capture) -> None:
    assert cli.main(["notes", CASE, "--deal", "abn", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "A：未偿本金占初始本金的百分比（按提前还款率 CPR）" in out
    assert "平均期限（年）" in out


def test_tie_out_agrees_and_a_difference_is_status_3(figures: Path, capsys: Capture) -> None:
    assert cli.main(["notes", CASE, "--tie-out", str(figures)]) == 0
    assert capsys.readouterr().out.count("agrees") == 4  # two rows, two notes on the tolerance
    figures.write_text(FIGURES.replace("323554.38", "323554.39"), encoding="utf-8")
    assert cli.main(["notes", CASE, "--tie-out", str(figures)]) == 3
    assert "1 of 2 figures differ by more than 0.005" in capsys.readouterr().err
    assert cli.main(["notes", CASE, "--tie-out", str(figures), "--tolerance", "0.02"]) == 0
    assert cli.main(["notes", CASE, "--tie-out", str(figures), "--deal", "abs"]) == 0


def test_tie_out_says_every_fault_with_its_line(figures: Path, capsys: Capture) -> None:
    figures.write_text("deal,date,tranche,item,value\nabs,2023-03-29,C,intrest,x\nabx,,,,\n", encoding="utf-8")
    assert cli.main(["notes", CASE, "--tie-out", str(figures), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["code"].removeprefix("tie_out.") for one in found] == ["deal", "date", "tranche", "item", "value"]
    assert [one["line"] for one in found] == [3, 2, 2, 2, 2]
    figures.write_text("date,tranche,item,value\n2023-03-28,A,interest,1\n", encoding="utf-8")
    assert cli.main(["notes", CASE, "--tie-out", str(figures)]) == 2
    assert "no column 'deal', and there are several deals: abs, abn" in capsys.readouterr().err
    assert cli.main(["notes", CASE, "--tie-out", str(figures.parent / "nothing.csv")]) == 6


def test_speed_above_everything_is_refused(capsys: Capture) -> None:
    assert cli.main(["notes", CASE, "--speed", "120%", "--speed", "fast"]) == 2
    err = capsys.readouterr().err
    assert "'120%' is no prepayment speed a year" in err
    assert "'fast' is no prepayment speed a year" in err


def test_report_ties_out_on_the_page(figures: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert cli.main(["report", CASE, "--out", str(out), "--tie-out", str(figures)]) == 0
    html = out.read_text(encoding="utf-8")
    assert "Deal abn: tie-out" in html
    assert "A: yield by price per 100 and prepayment speed (CPR)" in html


@pytest.mark.parametrize("price", ["nan", "0", "-5", "inf", "par"])
def test_a_price_that_is_none_is_refused(price: str, capsys: Capture) -> None:
    assert cli.main(["notes", CASE, "--deal", "abn", "--price", price]) == 2
    told = f"price: '{price}' is no price per 100 of balance; give a number above 0, for instance 99.5\n"
    assert capsys.readouterr().err == told
