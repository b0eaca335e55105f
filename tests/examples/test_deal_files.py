"""Every deal file in examples/deals is whole, and is the same after being written and read again."""

from pathlib import Path

import pytest

from ipabs import spec
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings

ROOT = Path(__file__).resolve().parents[2]
DEALS = sorted((ROOT / "examples" / "deals").glob("*.yaml"))


@pytest.mark.parametrize("path", DEALS, ids=lambda path: path.stem)
def test_deal_file_has_no_findings_and_survives_writing(path: Path) -> None:
    deal = spec.load(Deal, path.read_text(encoding="utf-8"), file=path.name)
    assert findings(deal) == ()
    assert spec.load(Deal, spec.dump(deal)) == deal
