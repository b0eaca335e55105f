"""What a folder of results holds: tables as CSV, the page, the manifest."""

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from ipabs import __version__
from ipabs.case.case import Case
from ipabs.errors import Finding
from ipabs.io.folder import csv_bytes
from ipabs.report.exhibit import Exhibit
from ipabs.report.page import Page, page_bytes

LIBRARIES = ("numpy", "scipy", "pandas", "ruamel.yaml", "holidays", "jinja2", "xlsxwriter")


def library_versions() -> dict[str, str]:
    """The installed versions of the libraries that figures depend on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def manifest(case: Case, findings: Iterable[Finding]) -> dict[str, object]:
    """What a result depends on: versions, hashes of inputs, seed, warnings."""
    return {
        "case": case.file.name,
        "as_of": case.file.as_of.isoformat(),
        "seed": case.file.seed,
        "ipabs": __version__,
        "python": platform.python_version(),
        "libraries": library_versions(),
        "inputs": dict(case.hashes),
        "plugins": list(case.plugins),
        "notice": case.notice,
        "warnings": [str(one) for one in findings],
    }


def files(
    exhibits: Sequence[Exhibit],
    payments: Sequence[tuple[str, Exhibit]],
    traces: Sequence[tuple[str, Exhibit]],
    page: Page,
    workbook: bytes,
    about: dict[str, object],
    notice: str,
) -> dict[str, bytes]:
    """Every file of the folder by name; the manifest holds the hashes of the others."""
    contents = {f"{one.name}.csv": table_bytes(one, notice) for one in exhibits}
    contents |= {f"{name}_payments.csv": table_bytes(one, notice) for name, one in payments}
    contents |= {f"{name}_trace.csv": table_bytes(one, notice) for name, one in traces}
    contents["page.html"] = page_bytes(page)
    contents["workbook.xlsx"] = workbook
    hashes = {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)}
    text = json.dumps({**about, "outputs": hashes}, ensure_ascii=False, indent=1, allow_nan=False)
    return contents | {"manifest.json": f"{text}\n".encode()}


def table_bytes(exhibit: Exhibit, notice: str) -> bytes:
    """An exhibit as CSV under the tape's notice; money to the fen."""
    rows = (
        [
            round(value, 2) if isinstance(value, float) and column.unit == "money" else value
            for value, column in zip(row, exhibit.columns, strict=True)
        ]
        for row in exhibit.rows
    )
    return csv_bytes(exhibit.header, rows, comment=notice)
