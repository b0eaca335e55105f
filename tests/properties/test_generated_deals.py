"""The generator of deals: everything it makes is valid, comes back from its file, and it makes everything."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings

from ipabs import spec
from ipabs.structure.deal import Deal
from ipabs.structure.findings import findings
from ipabs.structure.references import references
from ipabs.testing.strategies import Run, deals, runs, timelines
from tests.numbered import numbered

# What no generated deal has: planned nouns, titles, terms whose only effect is on reports.
NOT_GENERATED = {
    ("Deal", "puts"),
    ("Deal", "swaps"),
    ("Deal", "ledgers"),
    ("Tranche", "extra_interest"),
    ("Tranche", "amortization_if"),
    ("Tranche", "rating"),
    ("Dates", "check_offset"),
    ("PaymentRule", "frequency"),
    ("PaymentRule", "end_of_month"),
    ("PaymentRule", "then_day"),
    ("PaymentRule", "notice"),
    ("Party", "name"),
    ("Party", "sector"),
    ("Party", "district"),
    ("Party", "rating"),
    ("Source", "by"),
    ("Source", "amount"),
    ("Uses", "upfront_fees"),
    ("TriggerState", "inside"),
    ("Residual", "source"),
    ("Pay", "source"),
    ("TopUp", "source"),
}
LINES_DO_NOT_HEED = {"source", "split", "by", "weights", "up_to", "clause", "if_passing", "if_failing"}


def stated(record: Any) -> Iterator[tuple[type, str, Any]]:
    """Every field of every record that is not silent."""
    if isinstance(record, tuple):
        for one in record:
            yield from stated(one)
    elif is_dataclass(record):
        for field in fields(record):
            value = getattr(record, field.name)
            if value != field.default:
                yield type(record), field.name, value
            yield from stated(value)


@settings(max_examples=80)
@given(deals())
def test_every_generated_deal_is_valid_and_comes_back_from_its_file(deal: Deal) -> None:
    assert findings(deal) == ()
    assert spec.load(Deal, spec.dump(deal)) == deal


@settings(max_examples=50)
@given(runs(paths=2))
def test_collections_roll_forward_on_the_deal_s_own_dates(run: Run) -> None:
    pool = run.collections
    assert pool.timeline == run.deal.timeline()
    opening = pool.opening + pool.opening_delinquent
    left = opening[:, None] - (pool.principal + pool.prepayment + pool.defaulted).cumsum(axis=1)
    assert abs(left - pool.performing - pool.delinquent).max() < 1e-12 * max(1.0, opening.max())


@settings(max_examples=50)
@given(timelines())
def test_time_lines_are_short(timeline: Any) -> None:
    assert 1 <= timeline.periods <= 6


@pytest.mark.slow
def test_generator_states_every_term_of_the_language() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    records: set[type] = set()
    measures: Counter[str] = Counter()
    words: Counter[tuple[str, Any]] = Counter()

    for number in range(1500):
        deal = numbered(deals(), number)
        for record, field, value in stated(deal):
            seen[record.__name__, field] += 1
            records.add(record)
            if isinstance(value, str):
                words[field, value] += 1
        measures.update({one.got.rpartition(".")[2] for one in references(deal) if one.noun == "measure"})
    missing = {
        (record.__name__, field.name)
        for record in records
        for field in fields(record)
        if not seen[record.__name__, field.name]
        and not (field.name in LINES_DO_NOT_HEED and field.name not in getattr(record, "USES", (field.name,)))
    }
    assert missing <= NOT_GENERATED
    for word in ("pass_through", "scheduled", "bullet", "target"):
        assert words["amortization", word] > 20
    for word in ("carry", "carry_with_interest", "capitalize", "forgive"):
        assert words["unpaid_interest", word] > 20
    for part in ("due", "paid", "short", "excess", "unfunded", "drawn", "outstanding", "available", "cover"):
        assert measures[part] > 2, part
