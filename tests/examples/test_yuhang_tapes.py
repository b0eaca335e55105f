"""The Yuhang tapes are what their generator draws, and keep the published frame."""

import csv
import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "yuhang"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tapes", FOLDER / "make_tapes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        assert next(file).startswith("# Illustration: ")
        return list(csv.DictReader(file))


def test_tapes_are_drawn_again_byte_for_byte(generator: ModuleType, tmp_path: Path) -> None:
    generator.main(tmp_path)
    for name in ("firms.csv", "patents.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize(("deal", "total", "firms"), [("abs", 200_000_000, 20), ("abn", 43_000_000, 5)])
def test_amounts_add_up_to_each_issue(deal: str, total: int, firms: int) -> None:
    amounts = [int(row["amount"]) for row in rows("firms.csv") if row["deal"] == deal]
    assert len(amounts) == firms
    assert sum(amounts) == total
    assert all(amount % 500_000 == 0 and 3_000_000 <= amount <= 20_000_000 for amount in amounts)


def test_firms_are_numbered_and_every_row_says_where_it_comes_from() -> None:
    firms = rows("firms.csv")
    assert [row["firm"] for row in firms] == [f"Firm {n:02}" for n in range(1, 26)]
    assert all(row["provenance"].startswith("assumption: drawn by make_tapes.py") for row in firms)
    assert all(("industry assumed" in row["provenance"]) == (row["industry"] == "biomedicine") for row in firms)


def test_advance_rates_tie_amounts_to_appraisals() -> None:
    for row in rows("firms.csv"):
        assert float(row["advance_rate"]) == round(int(row["amount"]) / int(row["appraised_value"]), 4)
        assert 0.35 <= float(row["advance_rate"]) <= 0.90


def test_patents_are_as_many_as_the_firm_tape_counts() -> None:
    patents = rows("patents.csv")
    for firm in rows("firms.csv"):
        mine = [row for row in patents if row["firm"] == firm["firm"]]
        counted = {"invention": int(firm["inventions"]), "utility_model": int(firm["utility_models"])}
        assert {kind: sum(row["kind"] == kind for row in mine) for kind in counted} == counted
        assert 2 <= len(mine) <= 10
    assert len({row["number"] for row in patents}) == len(patents)


def test_patents_are_granted_before_the_issue() -> None:
    for row in rows("patents.csv"):
        assert date.fromisoformat(row["filing"]) < date.fromisoformat(row["grant"]) < date(2022, 12, 20)


@pytest.mark.parametrize(
    ("shares", "total", "expected"),
    [([1.5, 1.5, 1.0], 4, [2, 1, 1]), ([0.2, 0.3, 0.5], 1, [0, 0, 1]), ([2.0, 3.0], 5, [2, 3])],
)
def test_largest_remainder_gives_ties_to_the_first(
    generator: ModuleType, shares: list[float], total: int, expected: list[int]
) -> None:
    assert generator.largest_remainder(shares, total) == expected
