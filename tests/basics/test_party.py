"""Parties: faults of their fields."""

from ipabs.basics.party import Party


def test_party_without_faults() -> None:
    assert list(Party(id="fund", limit=0.0).findings()) == []
    assert Party.KEYED == "id"


def test_empty_id_is_a_finding() -> None:
    assert [str(one) for one in Party(id=" ").findings()] == ["id: a party needs an id"]
