"""Published terms, fees and tests of Chinese, US and European patents."""

from datetime import date, timedelta

import pytest

from ipabs.errors import DataError
from ipabs.patents.indicators import example_profile, high_value, per_ten_thousand, score
from ipabs.patents.patent import Patent, RightKind
from ipabs.patents.renewal_fees import REDUCED, fee_schedule, fee_table, late_fee
from ipabs.patents.statute import drug_term_extension, is_alive, statutory_expiry, term_compensation_days

EXACT_FEN = 0.005


def invention(**changes: object) -> Patent:
    """A Chinese invention patent filed 2020-03-01 and granted in its second patent year."""
    terms: dict[str, object] = {
        "number": "ZL1",
        "kind": "invention",
        "filing": date(2020, 3, 1),
        "grant": date(2021, 9, 1),
    }
    return Patent(**(terms | changes))  # type: ignore[arg-type]  # terms of a test, checked by Patent itself


@pytest.mark.parametrize(("kind", "total"), [("invention", 82300), ("utility_model", 11200), ("design", 26200)])
def test_cnipa_fees_sum_to_the_published_totals(kind: str, total: float) -> None:
    # CNIPA fee schedule; NDRC 2022/465 for design years 11 to 15
    assert sum(fee_table("CN", kind).fees) == total


@pytest.mark.parametrize(("reduction", "total"), [("none", 81400), ("sole", 64910), ("joint", 67820)])
def test_invention_granted_in_year_two_costs_the_published_totals(reduction: str, total: float) -> None:
    # CNIPA Announcement 272: 85 % or 70 % off for ten years from the year of grant
    fees = fee_schedule(invention(), reduction=reduction)  # type: ignore[arg-type]  # one of the three words
    assert sum(fee.amount for fee in fees) == pytest.approx(total, abs=EXACT_FEN)


def test_present_value_of_years_two_to_twenty_at_six_percent() -> None:
    fees = fee_schedule(invention())
    value = sum(fee.amount / 1.06 ** (fee.year - 2) for fee in fees)
    assert value == pytest.approx(40875.42158401871, rel=1e-12)


def test_open_licence_takes_fifteen_percent_off_and_does_not_stack() -> None:
    # CNIPA Announcement 594 (2024-08-06)
    by_year = {fee.year: fee.amount for fee in fee_schedule(invention(open_licence=True))}
    assert by_year[5] == pytest.approx(1020.0, abs=EXACT_FEN)
    both = {fee.year: fee.amount for fee in fee_schedule(invention(open_licence=True), reduction="sole")}
    assert both[5] == pytest.approx(1200 * REDUCED["sole"], abs=EXACT_FEN)


def test_late_fee_is_five_percent_a_month() -> None:
    assert late_fee(fee_table("CN", "invention").fee(8), 3) == pytest.approx(300.0, abs=EXACT_FEN)


def test_compensated_term_of_800_days_pays_two_full_years() -> None:
    # CNIPA Announcement 594: 8,000 yuan a year, nothing for a part of a year
    extra = sum(fee.amount for fee in fee_schedule(invention(term_compensation_days=800)) if fee.year > 20)
    assert extra == 16000


@pytest.mark.parametrize(("entity", "total"), [("large", 14470), ("small", 5788), ("micro", 2894)])
def test_us_maintenance_fees_sum_to_the_published_totals(entity: str, total: float) -> None:
    # USPTO fee schedule from 2025-01-19
    assert sum(fee_table("US", "invention", entity=entity).fees) == total  # type: ignore[arg-type]  # a size


def test_us_fees_fall_due_3_7_and_11_and_a_half_years_after_grant() -> None:
    patent = Patent(number="US1", jurisdiction="US", kind="invention", filing=date(2018, 1, 5), grant=date(2020, 8, 4))
    due = [fee.due for fee in fee_schedule(patent, entity="small")]
    assert due == [date(2024, 2, 4), date(2028, 2, 4), date(2032, 2, 4)]


def test_epo_renewal_fees_of_every_year() -> None:
    # williamspowell.com, European Patent Office fees from 1 April 2024; mondaq.com 1426844 for years 3 to 5
    printed = {3: 690, 4: 845, 5: 1000, 6: 1155, 7: 1310, 8: 1465, 9: 1620} | dict.fromkeys(range(10, 21), 1775)
    assert {year: fee_table("EP", "invention").fee(year) for year in range(1, 21)} == {1: 0, 2: 0} | printed


def test_epo_and_unitary_patent_totals() -> None:
    # EPO fees from 2024-04-01, OJ EPO 2022 for the unitary patent
    epo = fee_table("EP", "invention")
    assert sum(epo.fee(year) for year in range(3, 11)) == 9860
    assert {epo.fee(year + 1) - epo.fee(year) for year in range(3, 10)} == {155}
    assert sum(fee_table("UP", "invention").fees) == 35555


def test_term_compensation_of_the_2024_regulations() -> None:
    # wsgr.com and managingip.com on the 2024 Implementing Regulations
    dates = {"filing": date(2018, 3, 1), "examination_request": date(2019, 9, 1)}
    assert term_compensation_days(**dates, grant=date(2024, 3, 1)) == 547
    delays = {"reasonable_delay_days": 100, "applicant_delay_days": 60}
    assert term_compensation_days(**dates, grant=date(2024, 3, 1), **delays) == 387
    assert term_compensation_days(**dates, grant=date(2022, 9, 1)) == 0


@pytest.mark.parametrize(
    ("filing", "kind", "last_day"),
    [
        (date(1999, 9, 6), "utility_model", date(2009, 9, 5)),  # the example of the Guidelines
        (date(2021, 5, 31), "design", date(2031, 5, 30)),  # ten years: filed on the last day of the old law
        (date(2021, 6, 1), "design", date(2036, 5, 31)),  # fifteen: filed on the first day of the new one
        (date(2004, 2, 29), "invention", date(2024, 2, 28)),  # 2024 has the corresponding day
        (date(2016, 2, 29), "utility_model", date(2026, 2, 27)),  # 2026 has none: the month's last day takes its place
        (date(2080, 2, 29), "invention", date(2100, 2, 27)),  # 2100 is no leap year
    ],
)
def test_last_day_of_protection(filing: date, kind: RightKind, last_day: date) -> None:
    # Patent Law art. 42; Implementing Regulations rule 5; Guidelines for Patent Examination, part V, ch. 9, sec. 2.1
    right = Patent(number="x", kind=kind, filing=filing, grant=filing + timedelta(days=365))
    assert [is_alive(right, last_day + timedelta(days=after)) for after in (0, 1)] == [True, False]


def test_priority_does_not_start_the_term() -> None:
    # Implementing Regulations (2024) rule 12: in article 42 the filing date is not the priority date.
    right = Patent(number="x", kind="invention", priority=date(2019, 5, 1), filing=date(2020, 4, 30), status="pending")
    assert statutory_expiry(right) == date(2040, 4, 30)


def test_compensation_of_a_grant_before_its_request_is_refused() -> None:
    with pytest.raises(DataError, match="grant 2019-01-01 is before filing 2018-03-01 or request 2019-09-01"):
        term_compensation_days(filing=date(2018, 3, 1), examination_request=date(2019, 9, 1), grant=date(2019, 1, 1))


@pytest.mark.parametrize(
    ("filing", "approval", "expiry"),
    [
        (date(2010, 1, 1), date(2021, 6, 1), date(2035, 1, 1)),
        (date(2010, 1, 1), date(2016, 1, 1), date(2030, 1, 1)),
        (date(2010, 1, 1), date(2017, 7, 1), date(2031, 7, 1)),
        (date(2012, 3, 1), date(2019, 3, 1), date(2033, 3, 1)),
    ],
)
def test_drug_term_extension_is_capped_at_five_and_fourteen_years(filing: date, approval: date, expiry: date) -> None:
    assert drug_term_extension(filing=filing, approval=approval) == expiry


@pytest.mark.parametrize(
    ("changes", "pledged", "expected"),
    [
        ({"strategic_emerging": False}, 0, ()),
        (
            {"strategic_emerging": False, "filing": date(2010, 1, 1), "grant": date(2013, 1, 1)},
            0,
            ("maintained_over_ten_years",),
        ),
        ({"kind": "utility_model", "strategic_emerging": True, "overseas_granted": True, "award": "x"}, 9e6, ()),
        ({"status": "lapsed", "strategic_emerging": True, "overseas_granted": True, "award": "x"}, 9e6, ()),
    ],
)
def test_high_value_cases(changes: dict[str, object], pledged: float, expected: tuple[str, ...]) -> None:
    # CNIPA criteria: valid invention patents only, any one of five
    found = high_value(invention(**changes), as_of=date(2024, 1, 1), pledged_amount=pledged, pledge_threshold=5e6)
    assert found.criteria == expected
    assert bool(found) == bool(expected)


def test_high_value_patents_per_ten_thousand_agree_with_the_press_conference() -> None:
    # State Council press conference 2025-07-17: 15.3 per 10,000; 1.651 million of firms are 76.6 %
    total = 1_651_000 / 0.766
    assert per_ten_thousand(total, 1_408_000_000) == pytest.approx(15.3, rel=0.005)


SAMPLES = [
    ([10, 9, 7, 6, 8, 10, 10, 10, 3, 8, 3, 7, 6, 5], 7.243, "B", ()),
    ([7, 4, 2, 2, 1, 10, 6, 7, 1, 4, 3, 1, 0, 1], 3.107, "E", ("total",)),
]


@pytest.mark.parametrize(("scores", "total", "grade", "failed"), SAMPLES)
def test_scorecard_samples(scores: list[float], total: float, grade: str, failed: tuple[str, ...]) -> None:
    result = score(example_profile(), {f"D{n}": value for n, value in enumerate(scores, 1)})
    assert result.total == pytest.approx(total, abs=1e-9)
    assert (result.grade, result.failed_gates) == (grade, failed)
    assert sum(part for _, part in result.by_group) == pytest.approx(total, abs=1e-12)


def test_scorecard_dimensions_weigh_40_30_30() -> None:
    weights: dict[str, float] = {}
    for one in example_profile().indicators:
        weights[one.group] = weights.get(one.group, 0) + one.weight
    assert weights == pytest.approx({"technology": 0.4, "law": 0.3, "economics": 0.3}, abs=1e-12)
