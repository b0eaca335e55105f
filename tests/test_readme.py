"""What the README shows and names is what the package does: the figures of the run, the pages."""

import re
from pathlib import Path

import pytest

from ipabs.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_console_shown_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    (command,) = re.findall(r"\.venv/bin/ipabs (run \S+) --out \S+", README)
    assert main(command.split()) == 0
    printed = " ".join(capsys.readouterr().out.split())
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    figures = [" ".join(line.split()).strip("─ ") for line in shown.splitlines()]
    assert [line for line in figures if line not in printed] == []


@pytest.mark.parametrize("link", re.findall(r"\]\((\w[\w./]+)\)|`((?:docs|examples|tests)/[\w./]*)`", README))
def test_every_page_and_folder_it_names_is_there(link: tuple[str, str]) -> None:
    assert (ROOT / "".join(link)).exists()
