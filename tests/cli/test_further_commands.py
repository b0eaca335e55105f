"""report, compare, pool, value, new, tape template, completion: what they write, print and refuse."""

import json
from pathlib import Path

import pytest

from ipabs import cli

ROOT = Path(__file__).parents[2]
CASE = str(ROOT / "examples" / "yuhang" / "case.yaml")
TAPE = str(ROOT / "examples" / "yuhang" / "firms.csv")
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("kind", ["abs", "abn", "both"])
def test_new_case_is_clean_and_runs(kind: str, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "mine"
    assert cli.main(["new", str(folder), "--kind", kind]) == 0
    case = str(folder / "case.yaml")
    capsys.readouterr()
    assert cli.main(["check", case]) == 0
    assert capsys.readouterr() == ("", "")
    assert cli.main(["run", case]) == 0
    out = capsys.readouterr().out
    assert "undertaking pays" not in out
    assert ("abn " in out.splitlines()[2]) == (kind != "abs")


def test_new_leaves_what_is_there_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["new", str(tmp_path)]) == 6
    assert "is there already and not empty; give a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_report_is_one_file_written_at_once(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "sub" / "report.html"
    assert cli.main(["report", CASE, "--out", str(out), "--lang", "zh"]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    html = out.read_text(encoding="utf-8")
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh">')
    assert html.count("<svg") == 18
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]


def test_new_that_fails_leaves_no_half_of_a_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(path: Path, contents: bytes) -> None:
        if path.name == "firms.csv":
            raise OSError(28, "No space left on device")
        path.write_bytes(contents)

    monkeypatch.setattr("ipabs.io.folder.write_flushed", full)
    (tmp_path / "empty").mkdir()
    for name in ("mine", "empty"):
        assert cli.main(["new", str(tmp_path / name)]) == 6
        assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_new_in_place_of_a_file_is_a_fault_of_files(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert cli.main(["new", str(tmp_path / "taken" / "case")]) == 6
    assert "give a place where you may write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "ending"),
    [(("report", CASE), ".html"), (("workbook", CASE), ".xlsx"), (("tape", "template"), ".xlsx")],
)
def test_file_under_the_name_of_another_kind_is_refused(
    arguments: tuple[str, ...], ending: str, tmp_path: Path, capsys: Capture
) -> None:
    assert cli.main([*arguments, "--out", str(tmp_path / "out.pdf")]) == 2
    assert f"give a name that ends in {ending}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_report_into_a_folder_is_refused_and_says_so(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "page.html").mkdir()
    assert cli.main(["report", CASE, "--out", str(tmp_path / "page.html")]) == 6
    assert "is a folder; give a file" in capsys.readouterr().err


def test_compare_prints_facilities_and_one_firm(capsys: Capture) -> None:
    assert cli.main(["compare", CASE]) == 0
    out = capsys.readouterr().out
    assert "Measured against quoted_loan." in out
    assert cli.main(["compare", CASE, "--firm", "Firm 01", "--json"]) == 0
    ranking = json.loads(capsys.readouterr().out)["ranking"]
    rates = [row["all_in_before_tax"] for row in ranking]
    assert rates == sorted(rates)
    assert [row["rank"] for row in ranking] == [1, 2, 3, 4]
    assert cli.main(["compare", CASE, "--firm", "Firm 99"]) == 2
    assert "Firm 99" in capsys.readouterr().err


def test_pool_of_a_tape_and_of_a_case(capsys: Capture) -> None:
    assert cli.main(["pool", TAPE, "--by", "guarantor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["firms.csv"]
    assert told["stratification_guarantor"][-1]["principal"] == 243e6
    assert cli.main(["pool", CASE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [tables["stratification_principal"][-1]["principal"] for tables in told.values()] == [200e6, 43e6]
    assert cli.main(["pool", TAPE, "--by", "no_such"]) == 2
    assert "no column 'no_such'" in capsys.readouterr().err
    assert cli.main(["pool", TAPE, "--lang", "zh"]) == 0
    assert "按行业分布" in capsys.readouterr().out


def test_value_shows_the_values_that_a_run_shows(capsys: Capture) -> None:
    assert cli.main(["value", CASE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert cli.main(["run", CASE, "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    for table in ("valuations", "coverage", "expiry_ladder"):
        assert told[table] == run["exhibits"][table], table


def test_value_needs_a_patent_tape(tmp_path: Path, capsys: Capture) -> None:
    assert cli.main(["new", str(tmp_path / "mine")]) == 0
    assert cli.main(["value", str(tmp_path / "mine" / "case.yaml")]) == 2
    assert "the case names no patent tape; state tapes.patents" in capsys.readouterr().err


def test_tape_template_is_a_workbook(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "tape.xlsx"
    assert cli.main(["tape", "template", "--out", str(out), "--lang", "zh"]) == 0
    assert out.read_bytes()[:2] == b"PK"
    assert cli.main(["pool", str(out)]) == 0  # its one example is a contract


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_the_script(shell: str, capsys: Capture) -> None:
    assert cli.main(["completion", shell]) == 0
    assert "_IPABS_COMPLETE" in capsys.readouterr().out


def test_every_help_text_has_an_example(capsys: Capture) -> None:
    for name, command in cli.ipabs.commands.items():
        inner = getattr(command, "commands", None)
        for one in (inner or {name: command}).values():
            assert "Example: ipabs " in (one.help or ""), name


def test_the_list_of_commands_fits_a_terminal(capsys: Capture) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "..." not in told.split("Commands:")[1]
    assert max(map(len, told.splitlines())) <= 80


def test_no_colors_in_a_pipe(capsys: Capture) -> None:
    assert cli.main(["pool", TAPE]) == 0
    assert "\x1b" not in capsys.readouterr().out
