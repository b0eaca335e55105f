"""Input files read once, with their hash."""

import hashlib
import os
from pathlib import Path

import pytest

from ipabs.errors import DataError, FileError, LimitError
from ipabs.io import source
from ipabs.io.source import read_source


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_each_encoding(encoding: str, tmp_path: Path) -> None:
    raw = "name: 余杭区知识产权证券化\n".encode(encoding)
    (tmp_path / "case.yaml").write_bytes(raw)
    read = read_source(tmp_path / "case.yaml")
    assert read.text == "name: 余杭区知识产权证券化\n"
    assert read.sha256 == hashlib.sha256(raw).hexdigest()


def test_text_in_utf_16_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("name: x", encoding="utf-16")
    with pytest.raises(DataError, match=r"case.yaml:1: the text is UTF-16; save the file"):
        _ = read_source(tmp_path / "case.yaml").text


def test_two_encodings_in_one_file_are_told_with_both_lines(tmp_path: Path) -> None:
    raw = "a: 专利\n".encode("gb18030") + "b: 余杭区\n".encode()
    (tmp_path / "case.yaml").write_bytes(raw)
    with pytest.raises(DataError, match=r"case.yaml:1: line 2 is UTF-8, line 1 is not; save the whole file"):
        _ = read_source(tmp_path / "case.yaml").text


def test_missing_files_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"nothing.yaml: the file cannot be read: No such file or directory"):
        read_source(tmp_path / "nothing.yaml")
    with pytest.raises(FileError, match="is a folder; name a file"):
        read_source(tmp_path)
    with pytest.raises(FileError, match="is no plain file; name a file"):
        read_source(tmp_path / "pipe")
    with pytest.raises(FileError, match="null"):
        read_source(tmp_path / "a\0b")


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "case.yaml").write_text("name: x")
    monkeypatch.setattr(source, "FILE_BYTES", 3)
    with pytest.raises(LimitError, match="the file has 7 bytes; at most 3 are read"):
        read_source(tmp_path / "case.yaml")
