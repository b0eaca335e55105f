"""The commands on the Yuhang case: what is printed, what is written, what a machine reads."""

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from ipabs import cli
from ipabs.case.case import CaseFile
from ipabs.case.kinds import USUAL
from ipabs.spec import load, to_tree
from ipabs.structure.deal import Deal

CASE = str(Path(__file__).parents[2] / "examples" / "yuhang" / "case.yaml")
Capture = pytest.CaptureFixture[str]


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_run_prints_the_headline_and_writes_the_folder(tmp_path: Path, capsys: Capture) -> None:
    assert cli.main(["run", CASE, "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert "Illustration: " in out.splitlines()[1]
    assert out.rstrip().endswith(str(tmp_path / "out"))
    files = written(tmp_path / "out")
    expected = {
        *("manifest.json", "page.html", "savings.csv", "variants.csv", "tranches.csv", "checks.csv", "provenance.csv"),
        *("abs_trace.csv", "abn_trace.csv", "abs_payments.csv", "abn_payments.csv", "SHA256SUMS"),
        "workbook.xlsx",
    }
    assert expected <= files.keys()
    tables = [text for name, text in files.items() if name.endswith(".csv")]
    assert all(text.startswith(b"# Illustration: ") for text in tables)
    assert b"Illustration: " in files["page.html"]
    hashes = json.loads(files["manifest.json"])["outputs"]
    assert hashes == {
        name: hashlib.sha256(text).hexdigest()
        for name, text in files.items()
        if name not in ("manifest.json", "SHA256SUMS")
    }


def test_run_twice_gives_the_same_bytes(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.main(["run", CASE, "--out", str(tmp_path / "one")]) == 0
    monkeypatch.chdir(Path(CASE).parent)
    assert cli.main(["run", "case.yaml", "--out", str(tmp_path / "two")]) == 0
    assert written(tmp_path / "one") == written(tmp_path / "two")


def test_workbook_is_written_and_its_path_printed(tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "yuhang.xlsx"
    assert cli.main(["workbook", CASE, "--out", str(target), "--lang", "zh"]) == 0
    assert capsys.readouterr() == (f"{target}\n", "")
    assert target.read_bytes()[:2] == b"PK"


def test_workbook_where_a_folder_or_a_file_bars_the_way_is_a_fault_of_files(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "yuhang.xlsx").mkdir()
    assert cli.main(["workbook", CASE, "--out", str(tmp_path / "yuhang.xlsx")]) == 6
    assert "is a folder; give a file" in capsys.readouterr().err
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert cli.main(["workbook", CASE, "--out", str(tmp_path / "taken" / "yuhang.xlsx")]) == 6
    assert "give a place where you may write" in capsys.readouterr().err


def test_run_as_json_holds_every_exhibit(capsys: Capture) -> None:
    assert cli.main(["run", CASE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["notice"].startswith("Illustration: ")
    assert told["exhibits"]["savings"][-1]["firm"] == "programme"
    assert told["exhibits"]["variants"][1]["before_tax"] == pytest.approx(12.993e6, abs=500)


def test_explain_in_words_and_as_json(capsys: Capture) -> None:
    assert cli.main(["explain", CASE, "--deal", "abn", "--date", "2023-03-28"]) == 0
    out = capsys.readouterr().out
    assert "Yuhang IP interbank ABN (illustration), payment date 2023-03-28, phase normal." in out
    assert "2. Pay vat from collections: available " in out
    assert cli.main(["explain", CASE, "--deal", "abn", "--date", "2023-03-28", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["target"] for row in told["trace"]][1:3] == ["vat", "trustee"]


@pytest.mark.parametrize(
    ("deal", "day", "said"),
    [
        ("abc", "2023-03-28", "the case has no deal 'abc'; did you mean 'abs'?"),
        ("abs", "2023-03-29", "2023-03-29 is no payment date; did you mean '2023-03-28'?"),
        ("abs", "soon", "'soon' is no date; write 2024-03-28"),
    ],
)
def test_explain_says_which_deals_and_dates_there_are(deal: str, day: str, said: str, capsys: Capture) -> None:
    assert cli.main(["explain", CASE, "--deal", deal, "--date", day]) == 2
    assert said in capsys.readouterr().err


def test_check_is_silent_on_case_deal_and_tape(capsys: Capture) -> None:
    for name in ("case.yaml", "abs.yaml", "abn.yaml", "firms.csv"):
        assert cli.main(["check", str(Path(CASE).parent / name)]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_as_json(tmp_path: Path, capsys: Capture) -> None:
    deal = (Path(CASE).parent / "abs.yaml").read_text(encoding="utf-8").replace("coupon: 2.80%", "coupon: 3.25")
    (tmp_path / "deal.yaml").write_text(deal, encoding="utf-8")
    assert cli.main(["check", str(tmp_path / "deal.yaml"), "--json"]) == 2
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["file"], found["line"], found["column"]) == ("deal.yaml", 16, 37)
    assert found["path"] == "tranches.A.coupon"


def as_an_editor_reads(text: str) -> object:
    """YAML with numbers and truth values by their looks; dates stay text, as in JSON."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))
    return json.loads(json.dumps(yaml.load(text)))


def fields_without_words(schema: object) -> list[str]:
    """Properties of a schema that an editor would show without a description."""
    if isinstance(schema, list):
        return [name for one in schema for name in fields_without_words(one)]
    if not isinstance(schema, dict):
        return []
    own = [name for name, one in schema.get("properties", {}).items() if "description" not in one]
    return own + [name for one in schema.values() for name in fields_without_words(one)]


@pytest.mark.parametrize(("kind", "file"), [("deal", "abs.yaml"), ("deal", "abn.yaml"), ("case", "case.yaml")])
def test_schema_accepts_the_example_and_refuses_a_wrong_key(kind: str, file: str, capsys: Capture) -> None:
    assert cli.main(["schema", kind]) == 0
    schema = json.loads(capsys.readouterr().out)
    validator = jsonschema.Draft202012Validator(schema)
    assert fields_without_words(schema) == []
    text = (Path(CASE).parent / file).read_text(encoding="utf-8")
    sets = USUAL.open_sets
    tree = to_tree(load(Deal if kind == "deal" else CaseFile, text, kinds=sets), kinds=sets)
    assert isinstance(tree, dict)
    validator.validate(tree)
    validator.validate(as_an_editor_reads(text))
    assert not validator.is_valid({**tree, "tranchs": {}})
