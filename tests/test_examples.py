"""Every tutorial in examples/ runs as it stands."""

import os
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TUTORIALS = sorted((ROOT / "examples").glob("plot_*.py"))


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.setitem(os.environ, "MPLBACKEND", "Agg")
    monkeypatch.chdir(ROOT)
    plt.switch_backend("Agg")
    try:
        left = runpy.run_path(str(path), run_name="__main__")
    finally:
        plt.close("all")
    assert left["__doc__"], "a tutorial says in its first lines what it teaches"
