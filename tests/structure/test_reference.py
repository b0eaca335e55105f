"""The page of the deal language is the one the types make."""

from dataclasses import fields
from pathlib import Path
from typing import get_args

from ipabs.structure.deal import Deal
from ipabs.structure.measures import MEASURES
from ipabs.structure.reference import RECORDS, VERBS, keys_of, reference
from ipabs.structure.waterfall import Verb

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deal_language.md"


def test_page_is_the_one_the_types_make() -> None:
    write = "python -m ipabs.structure.reference > docs/deal_language.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), f"write it again: {write}"


def test_every_key_has_a_meaning() -> None:
    records = [record for _, section in RECORDS for record in section]
    silent = [
        f"{record.__name__}.{key}" for record in (*records, *VERBS) for key, _, _, about in keys_of(record) if not about
    ]
    assert silent == []


def test_page_names_every_key_of_a_deal_every_verb_and_measure() -> None:
    page = reference()
    assert set(VERBS) == set(get_args(Verb))
    for word in (*(field.name for field in fields(Deal) if field.name != "version"), *(one.name for one in MEASURES)):
        assert f"| `{word}` |" in page
