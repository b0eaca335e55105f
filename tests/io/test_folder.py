"""Folders of results: whole or not at all, and safe to open in a spreadsheet."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipabs.errors import FileError
from ipabs.io import folder as module
from ipabs.io.file import write_file
from ipabs.io.folder import cell_text, csv_bytes, write_folder

FILES = {"a.csv": b"1\n", "页.html": "<p>一</p>".encode()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_write_folder_holds_the_files_and_their_checksums(tmp_path: Path) -> None:
    written = write_folder(tmp_path / "deep" / "out", FILES)
    sums = "".join(f"{hashlib.sha256(FILES[name]).hexdigest()}  {name}\n" for name in sorted(FILES)).encode()
    assert contents(written) == {**FILES, "SHA256SUMS": sums}
    assert [path.name for path in written.parent.iterdir()] == ["out"]


def test_write_folder_replaces_its_own_earlier_output(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"old.csv": b"0"})
    write_folder(tmp_path / "out", FILES)
    assert set(contents(tmp_path / "out")) == {*FILES, "SHA256SUMS"}


def test_write_folder_leaves_a_folder_with_other_files_alone(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"a.csv": b"0"})
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(FileError, match=r"out: holds 'notes.txt', not written here by ipabs \(1 such\)"):
        write_folder(tmp_path / "out", FILES)
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"0"


def test_write_folder_refuses_a_file_and_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").write_text("")
    with pytest.raises(FileError, match="is a file; give a folder"):
        write_folder(tmp_path / "plain", FILES)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match="the folder you are in"):
        write_folder(".", FILES)


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "..", ".hidden", "a/b", "a\\b", "CON", "nul.txt", "x" * 81, "x.", "a\nb", "", "-rf"]
)
def test_write_folder_refuses_names_that_are_not_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="is not a name for an output file; valid: up to 80 letters"):
        write_folder(tmp_path / "out", {name: b""})
    assert list(tmp_path.iterdir()) == []


def test_write_folder_that_fails_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(write_folder(tmp_path / "out", FILES))

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_flushed", full)
    with pytest.raises(FileError, match="cannot be written: No space left on device"):
        write_folder(tmp_path / "out", {"b.csv": b"2"})
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_write_folder_under_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    with pytest.raises(FileError, match=r"cannot be written: Not a directory|cannot be written: File exists"):
        write_folder(tmp_path / "plain" / "out", FILES)


def test_write_folder_sweeps_what_a_killed_writer_left(tmp_path: Path) -> None:
    pid = dead_process()
    (tmp_path / f".out.tmp-{pid}").mkdir()
    (tmp_path / f".out.tmp-{os.getppid()}").mkdir()
    (tmp_path / ".out.tmp-notes").mkdir()
    write_folder(tmp_path / "out", FILES)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"out", f".out.tmp-{os.getppid()}", ".out.tmp-notes"}


def test_write_folder_restores_the_old_folder_after_a_kill_between_renames(tmp_path: Path) -> None:
    old = write_folder(tmp_path / "out", FILES)
    old.rename(tmp_path / f".out.old-{dead_process()}")
    module.sweep(tmp_path / "out")
    assert set(contents(tmp_path / "out")) == {*FILES, "SHA256SUMS"}


def test_a_killed_writer_never_leaves_half_a_folder(tmp_path: Path) -> None:
    code = (
        "import itertools; from ipabs.io.folder import write_folder\n"
        "for n in itertools.count(): write_folder('out', {f'{i}.bin': bytes([n % 256]) * 50000 for i in range(9)})"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for delay in (0.25, 0.31, 0.37, 0.43):
        writer = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment)
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        module.sweep(tmp_path / "out")
        if (tmp_path / "out").exists():
            found = contents(tmp_path / "out")
            assert len(found) == 10
            assert len({data for name, data in found.items() if name != "SHA256SUMS"}) == 1
    write_folder(tmp_path / "out", FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_cell_text_that_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    assert cell_text(text) == "'" + text


def test_csv_bytes_keeps_a_comment_on_one_line() -> None:
    assert csv_bytes(["a,b"], [("x\ny",)], comment="two\nlines") == b'# two lines\n"a,b"\n"x\ny"\n'


def test_what_cannot_be_reached_through_a_loop_of_links_is_a_fault_of_files(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileError, match="cannot be written: "):
        write_folder(tmp_path / "loop" / "out", {"a.csv": b""})
    with pytest.raises(FileError, match="cannot be written: "):
        write_file(tmp_path / "loop" / "page.html", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]
