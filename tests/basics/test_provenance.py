"""Each input's origin is found by its key path, the most specific pattern first."""

import pytest

from ipabs.basics.provenance import Provenance, ProvenanceTable
from ipabs.errors import KeyPath

TABLE = ProvenanceTable(
    entries=(
        Provenance(path="costs.*", assumption="no fee schedule is published"),
        Provenance(path="costs.*.rate", derived="mean of three issues"),
        Provenance(path="deals.abs.tranches.A.coupon", published="futurescicity_guojin_1_2023", note="2023-11"),
        Provenance(path="deals.*.tranches.*.coupon", assumption="as in the exchange deal"),
        Provenance(path="waterfall.normal[3]", published="prospectus"),
    )
)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        (("costs", "audit", "timing"), "assumption"),
        (("costs", "audit", "rate"), "derived"),
        (("deals", "abs", "tranches", "A", "coupon"), "published"),
        (("deals", "abn", "tranches", "A", "coupon"), "assumption"),
        (("waterfall", "normal", 3), "published"),
    ],
)
def test_most_specific_pattern_speaks(path: KeyPath, origin: str) -> None:
    found = TABLE.of(path)
    assert found is not None
    assert found.origin == origin


@pytest.mark.parametrize("path", [("costs",), ("seed",), ("deals", "abs", "tranches", "A", "coupon", "x"), ()])
def test_path_without_pattern_is_missing(path: KeyPath) -> None:
    assert TABLE.of(path) is None
    assert [str(one.message) for one in TABLE.missing([path])] == [
        "this input has no provenance; state published, derived or assumption"
    ]


def test_entry_that_fits_nothing_is_a_warning() -> None:
    found = list(TABLE.unused([("costs", "audit", "rate"), ("deals", "abs", "tranches", "A", "coupon")]))
    assert [(one.severity, one.got) for one in found] == [("warning", "waterfall.normal[3]")]


def test_exactly_one_origin_is_stated() -> None:
    assert [one.message for one in Provenance(path="a", published="x", derived="y").findings()] == [
        "exactly one of published, derived and assumption is stated, not 2"
    ]
    assert [one.got for one in Provenance(path="a..b", note="x").findings()] == ["0", "a..b"]
    assert list(TABLE.entries[4].findings()) == []


def test_text_in_both_languages() -> None:
    assert TABLE.entries[2].text() == "published: futurescicity_guojin_1_2023 (2023-11)"
    assert TABLE.entries[2].text("zh") == "公开披露：futurescicity_guojin_1_2023（2023-11）"
