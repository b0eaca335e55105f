"""The date rules of a deal, as they stand in a file."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipabs.basics.calendar import CALENDARS, ROLLS
from ipabs.basics.deal_dates import CollectionRule, PaymentRule
from ipabs.basics.schedule import FREQUENCIES
from ipabs.errors import SpecError
from ipabs.spec import dump, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The two rules as a deal holds them."""

    payment: PaymentRule
    collection_end: CollectionRule


days_of_month = st.integers(1, 31)
rhythms = st.sampled_from([{"frequency": word} for word in FREQUENCIES]) | st.builds(
    lambda months: {"months": months}, st.integers(1, 24)
)
payments = st.builds(
    lambda rhythm, **fields: PaymentRule(**rhythm, **fields),
    rhythms,
    first=st.dates(date(2008, 1, 1), date(2060, 1, 1)),
    calendar=st.sampled_from(CALENDARS),
    roll=st.sampled_from(ROLLS),
    then_day=st.none() | days_of_month,
)
collection_ends = st.just(CollectionRule(of="month_end")) | st.builds(
    CollectionRule, day=days_of_month, of=st.sampled_from(["payment_month", "previous_month"])
)


@given(payment=payments, collection_end=collection_ends)
@settings(max_examples=60)
def test_rules_come_back_from_a_file(payment: PaymentRule, collection_end: CollectionRule) -> None:
    dates = Dates(payment=payment, collection_end=collection_end)
    assert load(Dates, dump(dates)) == dates


def test_month_end_stands_as_one_word() -> None:
    dates = load(
        Dates,
        "payment: {first: 2024-06-28, frequency: quarterly, calendar: SSE, roll: following}\n"
        "collection_end: month_end\n",
    )
    assert dates.payment == PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE")
    assert dates.collection_end == CollectionRule(of="month_end")


def test_faults_carry_line_and_column() -> None:
    with pytest.raises(SpecError) as caught:
        load(
            Dates,
            "payment:\n  first: 2024-06-31\n  frequency: quaterly\n  calendar: SSEE\ncollection_end: month_ends\n",
            file="deal.yaml",
        )
    places = {str(found.place).split(" ")[0] for found in caught.value.findings}
    assert places == {"deal.yaml:2:10", "deal.yaml:3:14", "deal.yaml:4:13", "deal.yaml:5:17"}
    assert "did you mean 'quarterly'?" in str(caught.value)
    assert "did you mean 'month_end'?" in str(caught.value)
