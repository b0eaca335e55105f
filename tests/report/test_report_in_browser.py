"""The report of the Yuhang case in a real browser: it renders, its drawings are visible, it prints on A4."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import ipabs
from ipabs.basics.words import Language
from ipabs.report.page import page_bytes

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("lang", ["en", "zh"])]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--v=0")
CONSOLE = re.compile(r"CONSOLE\(\d+\)|Uncaught")


def chromium(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("chromium") or "chromium"
    own = f"--user-data-dir={page.parent / 'profile'}"
    command = [program, *FLAGS, own, *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


@pytest.fixture
def page(yuhang: ipabs.Result, lang: Language, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(page_bytes(yuhang.page(lang)))
    return path


def test_page_renders_without_console_errors(page: Path) -> None:
    done = chromium(page, "--dump-dom")
    assert not CONSOLE.search(done.stderr)
    assert done.stdout.count("<svg") == 18  # two drawings of the saving, two of the rights, seven of each of two deals
    assert done.stdout.rstrip().endswith("</html>")


def test_drawings_are_visible_and_nothing_is_wider_than_the_page(page: Path) -> None:
    script = (
        "<script>addEventListener('load', () => {"
        "const wide = [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length;"
        "const small = [...document.querySelectorAll('svg')].filter("
        "e => e.getBoundingClientRect().width < 300 || e.getBoundingClientRect().height < 100).length;"
        "const thin = [...document.querySelectorAll('td')].filter("
        "e => e.innerText.length > 3 && e.clientWidth < 16).length;"
        "document.title = `wide ${wide} small ${small} thin ${thin} body ${document.body.scrollWidth > innerWidth}`;"
        "})</script>"
    )
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8")
    done = chromium(page, "--window-size=1280,1000", "--virtual-time-budget=2000", "--dump-dom")
    assert "<title>wide 0 small 0 thin 0 body false</title>" in done.stdout


def test_every_drawing_leaves_ink(page: Path) -> None:
    from matplotlib.image import imread

    drawings = re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    style = re.search(r"<style>.*?</style>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert style is not None
    for drawing in drawings[:11]:  # those of the saving and of the rights, and those of the first deal
        alone = page.parent / "one.html"
        alone.write_text(f"<meta charset=utf-8>{style[0]}<figure>{drawing}</figure>", encoding="utf-8")
        chromium(alone, f"--screenshot={page.parent / 'one.png'}", "--window-size=700,500")
        pixels = imread(page.parent / "one.png")[..., :3]
        assert np.mean(np.any(pixels < 0.9, axis=2)) > 0.01


def test_page_prints_on_a4_landscape(page: Path) -> None:
    paper = page.parent / "page.pdf"
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    raw = paper.read_bytes()
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", raw)
    assert 8 <= len(boxes) <= 16
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} <= {(842, 595), (841, 595), (842, 596)}
