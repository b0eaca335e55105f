"""Key paths: what is read and changed."""

import pytest

from ipabs.case.key_paths import leaves, parse_path, with_value
from ipabs.spec.tree import Tree

TREE: Tree = {
    "tranches": {"A": {"principal": "1"}},
    "waterfall": {"normal": [{"pay": "vat"}, {"pay": "A.interest"}]},
}


def test_with_value_changes_one_leaf_and_leaves_the_rest_alone() -> None:
    changed = with_value(TREE, parse_path("waterfall.normal[1].pay"), "A.principal")
    assert changed == {
        "tranches": {"A": {"principal": "1"}},
        "waterfall": {"normal": [{"pay": "vat"}, {"pay": "A.principal"}]},
    }
    assert list(leaves(TREE)) == list(leaves(changed))
    assert "A.interest" in str(TREE)


def test_with_value_makes_missing_tables() -> None:
    assert with_value({}, ("tranches", "B", "coupon"), "3%") == {"tranches": {"B": {"coupon": "3%"}}}


@pytest.mark.parametrize("path", [("tranches", "A", "principal", "x"), ("waterfall", "normal", 2), ("tranches", 0)])
def test_with_value_refuses_paths_through_values(path: tuple[str | int, ...]) -> None:
    with pytest.raises(LookupError):
        with_value(TREE, path, "1")


def test_every_leaf_is_found_once_and_can_be_changed() -> None:
    paths = list(leaves(TREE))
    assert len(paths) == len(set(paths)) == 3
    tree = TREE
    for path in paths:
        tree = with_value(tree, path, "new")
    assert str(tree).count("new") == 3
    assert list(leaves(tree)) == paths
