"""A workbook without its stored values, calculated anew by LibreOffice."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""  # 0: always
FORMULA_VALUE = re.compile(rb"(</f>)<v>[^<]*</v>")


def blanked(raw: bytes, path: Path, changes: dict[tuple[str, str], float] | None = None) -> None:
    """Write the workbook with the value of every formula taken out, and cells put in anew where `changes` says so."""
    source = path.with_suffix(".in.xlsx")
    source.write_bytes(raw)
    sheets = sheet_files(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                part = FORMULA_VALUE.sub(rb"\1", part)
                for (sheet, cell), value in (changes or {}).items():
                    if sheets[sheet] == item.filename:
                        pattern = rb'(<c r="' + cell.encode() + rb'"[^>]*>)<v>[^<]*</v>'
                        part, count = re.subn(pattern, rb"\g<1><v>" + repr(value).encode() + rb"</v>", part)
                        assert count == 1, (sheet, cell)
            new.writestr(item.filename, part)
    source.unlink()


def sheet_files(path: Path) -> dict[str, str]:
    """The part of each sheet; xlsxwriter numbers them in order."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    return {name: f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(names, start=1)}


def recalculated(raw: bytes, folder: Path, changes: dict[tuple[str, str], float] | None = None) -> Path:
    """The same workbook as LibreOffice calculates it."""
    soffice = shutil.which("soffice")
    assert soffice is not None, "install libreoffice-calc-nogui"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    source, out = folder / "book.xlsx", folder / "out"
    blanked(raw, source, changes)
    settings = [f"-env:UserInstallation=file://{profile}", "--headless"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(source)]
    subprocess.run([soffice, *settings, *convert], check=True, capture_output=True, timeout=180)
    return out / "book.xlsx"
