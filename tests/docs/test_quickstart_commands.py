"""The commands of the quickstart do word for word what the page says."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ipabs.cli import ipabs, main

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/start/quickstart.md", "docs/zh/quickstart.md", "docs/howto/use_another_language.md")
BLOCK = re.compile(r"(<!-- set-up -->\n)?```(sh|text)\n(.*?)```", re.DOTALL)


def words(text: str) -> str:
    return " ".join(text.split())


def typed(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints; `ipabs` runs in this process."""
    if command.startswith("ipabs "):
        main(shlex.split(command)[1:])
        printed = capsys.readouterr()
        return printed.out + printed.err
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_commands_print_what_the_page_shows(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    printed, commands = "", 0
    for set_up, kind, text in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        if set_up:
            continue
        if kind == "sh":
            lines = text.splitlines()
            printed = "\n".join(typed(command, capsys) for command in lines)
            commands += len(lines)
        else:
            for line in text.splitlines():
                assert words(line) in words(printed)
    assert commands > 0


def test_clean_deal_of_the_quickstart_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(f"ipabs check {ROOT / 'examples/deals/first_deal.yaml'}", capsys) == ""


def test_quickstart_mistakes_are_found_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "examples/deals/first_deal.yaml").read_text(encoding="utf-8")
    Path("wrong.yaml").write_text(text.replace("coupon: 3.00%", "coupon: 3.00"), encoding="utf-8")
    printed = typed("ipabs check wrong.yaml --lang zh", capsys)
    assert printed.startswith("wrong.yaml:14:34 tranches.A.coupon：")


def test_reference_lists_every_command() -> None:
    page = (ROOT / "docs/reference/command_line.md").read_text(encoding="utf-8")
    assert [name for name in ipabs.commands if f"`ipabs {name}" not in page] == []
