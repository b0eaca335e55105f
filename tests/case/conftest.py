"""A copy of the Yuhang example that a test may spoil, and the command line run on it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ipabs import cli

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang"


@dataclass(frozen=True)
class Spoiled:
    """A copy of the example in a folder of its own."""

    folder: Path
    output: Callable[[], tuple[str, str]]

    @property
    def case(self) -> Path:
        return self.folder / "case.yaml"

    def replace(self, file: str, old: str, new: str) -> "Spoiled":
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def write(self, file: str, raw: bytes) -> "Spoiled":
        (self.folder / file).write_bytes(raw)
        return self

    def check(self) -> tuple[int, list[str]]:
        """Exit status of ``ipabs check`` and the lines it says."""
        status = cli.main(["check", str(self.case)])
        out, err = self.output()
        assert out == ""
        assert "Traceback" not in err
        return status, err.splitlines()


@pytest.fixture
def yuhang(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Spoiled:
    """The example, copied."""
    shutil.copytree(YUHANG, tmp_path / "yuhang", ignore=shutil.ignore_patterns("__pycache__"))

    def output() -> tuple[str, str]:
        told = capsys.readouterr()
        return told.out, told.err

    return Spoiled(tmp_path / "yuhang", output)
