"""Parties: faults of their fields."""

import pytest

from ipabs.basics.party import Party


def test_party_without_faults() -> None:
    assert list(Party(id="fund", limit=0.0).findings()) == []
    assert Party.KEYED == "id"


@pytest.mark.parametrize("limit", [-1.0, float("nan")])
def test_negative_or_missing_limit_and_empty_id_are_findings(limit: float) -> None:
    found = list(Party(id=" ", limit=limit).findings())
    assert [str(one) for one in found] == [
        "id: a party needs an id",
        f"limit: limit is {limit}; it must be 0 or more",
    ]
