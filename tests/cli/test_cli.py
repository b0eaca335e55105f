"""The command line itself: help, version, wrong use, interrupts, faults of the package."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ipabs import __version__, cli
from ipabs.errors import IpabsError, LimitError, ModelError, NumericError, finding

ROOT = Path(__file__).parents[2]
TAPE = str(ROOT / "examples/yuhang/firms.csv")


PROGRAM = [sys.executable, "-c", "import sys; from ipabs.cli import main; sys.exit(main())"]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from ipabs.cli import main; status = main(['--help'])\n"
        "heavy = {'numpy', 'pandas', 'rich', 'ruamel', 'jinja2'} & {name.split('.')[0] for name in sys.modules}\n"
        "print(status, sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    for name in ("run", "check", "explain", "schema", "--version", "--json", "--lang"):
        assert name in done.stdout
    assert done.stdout.splitlines()[-1] == "0 []"


def test_version_is_printed_as_text_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"ipabs {__version__}\n"
    assert cli.main(["--version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


def test_language_and_json_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> str:
        assert cli.main(list(arguments)) == 0
        return capsys.readouterr().out

    chinese, english = printed("pool", TAPE, "--lang", "zh"), printed("pool", TAPE)
    assert printed("--lang", "zh", "pool", TAPE) == chinese != english
    assert printed("--lang", "zh", "pool", TAPE, "--lang", "en") == english
    assert printed("--json", "pool", TAPE) == printed("pool", TAPE, "--json")


def test_no_command_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert "Usage: ipabs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rnu"], "No such command 'rnu'"),
        (["run"], "Missing argument 'CASE'"),
        (["explain", "case.yaml"], "Missing option '--deal'"),
        (["run", "case.yaml", "--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_wrong_use_says_what_is_wrong(arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert expected in capsys.readouterr().err


def test_wrong_use_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 2
    assert told["findings"][0]["message"] == "Missing argument 'CASE'."


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (ModelError(finding("x.y", "refused")), 3),
        (NumericError(finding("x.y", "no root")), 4),
        (LimitError(finding("x.y", "too large")), 5),
        (PermissionError(13, "Permission denied", "tape.csv"), 6),
        (ZeroDivisionError("division by zero"), 4),
    ],
)
def test_exit_status_of_each_kind_of_error(
    error: BaseException, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("ipabs.case.load.load_case", stop)
    assert cli.main(["run", "case.yaml"]) == status
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert bool(told.err.strip()) == (status != 130)
    if isinstance(error, IpabsError):
        assert told.err == f"{error}\n"


def test_fault_of_the_package_says_so_and_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ipabs.case.load.load_case", lambda path, **options: 1 // 0)
    assert cli.main(["run", "case.yaml", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 4
    assert told["findings"][0]["code"] == "command.internal"
    assert "not of your input (ZeroDivisionError" in told["findings"][0]["message"]
    assert "test_cli.py" in told["findings"][0]["message"]


def test_a_closed_pipe_ends_quietly() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, "schema"], stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.close()
        assert writer.stderr.read() == ""
    assert writer.returncode == cli.BROKEN_PIPE


def test_a_missing_file_is_named() -> None:
    done = command("run", "no/such/case.yaml")
    assert done.returncode == 6
    assert "no/such/case.yaml: " in done.stderr
    assert "Traceback" not in done.stderr
