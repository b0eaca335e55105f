"""Rights and portfolios: what contradicts itself is found, what is counted adds up."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError
from ipabs.patents.examination import (
    FAST_TRACK_ROUTE,
    STANDARD_ROUTE,
    ExaminationRoute,
    months_gained,
    publication_date,
)
from ipabs.patents.indicators import example_profile, high_value, score
from ipabs.patents.industry import ipc_map
from ipabs.patents.landscape import Filing, landscape
from ipabs.patents.patent import IPRight, Patent, Pledge
from ipabs.patents.portfolio import (
    Portfolio,
    concentration,
    expiry_cliff,
    expiry_ladder,
    fee_budget,
    pledge_findings,
)
from ipabs.patents.renewal_fees import fee_schedule, fee_table, late_fee, patent_year
from ipabs.patents.statute import is_alive, remaining_years, statutory_expiry

AS_OF = date(2024, 1, 1)
GOOD = Patent(
    number="ZL1", kind="invention", owner="F1", filing=date(2018, 5, 1), grant=date(2020, 5, 1), ipc=("G06N",)
)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant": date(2018, 4, 30)}, "right.grant"),
        ({"publication": date(2018, 4, 1)}, "right.publication"),
        ({"status": "pending"}, "right.pending"),
        ({"grant": None}, "right.ungranted"),
        ({"co_owners": ("F1",)}, "right.co_owner"),
        ({"priority": date(2018, 6, 1)}, "right.priority"),
        ({"claims": 3, "independent_claims": 4}, "right.claims"),
        ({"kind": "trademark"}, "right.kind"),
    ],
)
def test_contradiction_is_found(changes: dict[str, object], code: str) -> None:
    assert not list(GOOD.findings())
    wrong = replace(GOOD, **changes)  # type: ignore[arg-type]  # fields of Patent, by name
    assert code in [found.code for found in wrong.findings()]


@given(days, st.sampled_from(["invention", "utility_model", "design"]))
def test_patent_lasts_its_term_from_filing(filing: date, kind: str) -> None:
    right = Patent(number="x", kind=kind, filing=filing, grant=filing + timedelta(days=400))  # type: ignore[arg-type]
    years = {"invention": 20, "utility_model": 10, "design": 15 if filing >= date(2021, 6, 1) else 10}[kind]
    end = statutory_expiry(right)
    assert end.year == filing.year + years
    assert (end.month, end.day) in {(filing.month, filing.day), (2, 28)}


def test_other_rights_last_as_their_law_says() -> None:
    mark = IPRight(number="T1", kind="trademark", grant=date(2015, 3, 14))
    assert statutory_expiry(mark) == date(2025, 3, 14)
    # A renewed mark and a certificate state the last day of protection; software is protected on 31 December itself.
    assert statutory_expiry(replace(mark, renewed_to=date(2035, 3, 13))) == date(2035, 3, 14)
    software = IPRight(number="S1", kind="software_copyright", publication=date(2020, 7, 1))
    assert [is_alive(software, day) for day in (date(2070, 12, 31), date(2071, 1, 1))] == [True, False]
    with pytest.raises(DataError, match="no statutory term of a data_right in CN; state its expiry"):
        statutory_expiry(IPRight(number="D1", kind="data_right", filing=date(2023, 1, 1)))
    stated = IPRight(number="D1", kind="data_right", stated_expiry=date(2026, 1, 1))
    assert [is_alive(stated, day) for day in (date(2026, 1, 1), date(2026, 1, 2))] == [True, False]
    with pytest.raises(DataError, match="the term counts from grant, which is missing"):
        statutory_expiry(IPRight(number="T2", kind="trademark"))


def test_dead_rights_have_no_remaining_life() -> None:
    assert remaining_years(replace(GOOD, status="lapsed"), AS_OF) == 0
    assert not is_alive(GOOD, statutory_expiry(GOOD))
    assert is_alive(GOOD, statutory_expiry(GOOD) - timedelta(days=1))


@given(days, st.integers(0, 8000))
def test_patent_year_holds_the_day(filing: date, after: int) -> None:
    day = filing + timedelta(days=after)
    year = patent_year(filing, day)
    assert (year - 1) * 365 <= after + 1
    assert after <= year * 366


@given(st.integers(0, 19 * 365))
def test_fees_run_from_the_year_of_grant_to_expiry(delay: int) -> None:
    patent = replace(GOOD, grant=GOOD.filing + timedelta(days=delay))  # type: ignore[operator]  # GOOD has a filing date
    fees = fee_schedule(patent)
    assert fees[0].year == patent_year(date(2018, 5, 1), patent.grant or AS_OF)
    assert fees[-1].year == 20
    assert [fee.due for fee in fees] == sorted(fee.due for fee in fees)
    assert sum(fee.amount for fee in fee_schedule(patent, reduction="sole")) < sum(fee.amount for fee in fees)


def test_fees_that_are_not_known_are_refused() -> None:
    with pytest.raises(DataError, match="no renewal fees for CN trademark"):
        fee_table("CN", "trademark")
    with pytest.raises(DataError, match="7 months late; whole months up to 6, after which the right has lapsed"):
        late_fee(900, 7)
    with pytest.raises(DataError, match="need filing and grant dates"):
        fee_schedule(replace(GOOD, grant=None, status="pending"))


def test_pledge_twice_missing_consent_and_dead_right_are_found() -> None:
    two = (Pledge(contract="C1", registered=date(2023, 1, 1)), Pledge(contract="C2", registered=date(2023, 6, 1)))
    rights = (
        replace(GOOD, pledges=two),
        replace(GOOD, number="ZL2", co_owners=("F2",)),
        replace(GOOD, number="ZL3", status="lapsed", pledges=two[:1]),
        replace(GOOD, number="ZL4", pledges=(replace(two[0], released=date(2023, 5, 1)), two[1])),
    )
    found = pledge_findings(Portfolio(rights=rights), AS_OF)
    assert [one.code for one in found] == ["pledge.twice", "pledge.co_owner", "pledge.not_alive"]
    assert "ZL1 is pledged to C1 and C2 at once" in str(found[0])


def test_portfolio_groups_families_and_finds_duplicates() -> None:
    rights = (GOOD, replace(GOOD, number="ZL2", family="X"), replace(GOOD, number="ZL3", family="X"), GOOD)
    portfolio = Portfolio(rights=rights)
    assert [(family.id, len(family.members)) for family in portfolio.families] == [("ZL1", 2), ("X", 2)]
    assert [found.code for found in portfolio.findings()] == ["portfolio.duplicate"]
    assert portfolio.of("F1").rights == rights
    assert portfolio.to_frame(AS_OF).loc["ZL2", "expiry"] == date(2038, 5, 1)


@given(st.lists(st.tuples(days, st.floats(0.1, 1e6)), min_size=1, max_size=30))
def test_expiry_ladder_adds_up(entries: list[tuple[date, float]]) -> None:
    rights = tuple(
        Patent(number=str(n), kind="invention", filing=filing, grant=filing + timedelta(days=1))
        for n, (filing, _) in enumerate(entries)
    )
    values = {str(n): value for n, (_, value) in enumerate(entries)}
    alive = [right.number for right in rights if is_alive(right, AS_OF)]
    ladder = expiry_ladder(Portfolio(rights=rights), as_of=AS_OF, values=values)
    assert ladder["rights"].sum() == len(alive)
    assert ladder["value"].sum() == pytest.approx(sum(values[number] for number in alive))
    if alive:
        assert ladder["cumulative_share"].iloc[-1] == pytest.approx(1)
        year, share = expiry_cliff(ladder)
        assert ladder.loc[year, "value_share"] == share == ladder["value_share"].max()


def test_expiry_ladder_names_the_right_without_a_value() -> None:
    with pytest.raises(DataError, match="no value for ZL1"):
        expiry_ladder(Portfolio(rights=(GOOD,)), as_of=AS_OF, values={"ZL9": 1.0})


def test_fee_budget_counts_every_fee_once() -> None:
    budget = fee_budget(Portfolio(rights=(GOOD, replace(GOOD, number="ZL2", kind="utility_model"))))
    assert budget["ZL1"].sum() == sum(fee.amount for fee in fee_schedule(GOOD))
    assert list(budget.columns) == ["ZL1", "ZL2"]


def test_no_us_fee_falls_due_after_expiry_and_none_for_a_design() -> None:
    # Filed 2000-01-01, so expired on 2020-01-01: the fee of 11.5 years after the late grant is never due.
    late = Patent(number="US1", jurisdiction="US", kind="invention", filing=date(2000, 1, 1), grant=date(2010, 1, 1))
    assert [fee.due for fee in fee_schedule(late, entity="large")] == [date(2013, 7, 1), date(2017, 7, 1)]
    design = Patent(number="US2", jurisdiction="US", kind="design", filing=date(2018, 1, 1), grant=date(2019, 1, 1))
    budget = fee_budget(Portfolio(rights=(late, design)), entity="large")
    assert budget.sum().to_dict() == {"US1": 2150 + 4040, "US2": 0}


def test_fee_budget_keeps_currencies_apart() -> None:
    abroad = replace(GOOD, number="US1", jurisdiction="US", grant=date(2020, 8, 31))
    with pytest.raises(DataError, match="fees in CNY and USD"):
        fee_budget(Portfolio(rights=(GOOD, abroad)), entity="large")
    budget = fee_budget(Portfolio(rights=(abroad,)), entity="large")
    assert budget["US1"].to_dict() == {2024: 2150.0, 2028: 4040.0, 2032: 8280.0}
    assert next(fee.due for fee in fee_schedule(abroad, entity="large")) == date(2024, 2, 29)


def test_concentration_of_a_published_example() -> None:
    found = concentration({str(n): v for n, v in enumerate([30, 20, 15, 10, 10, 5, 5, 3, 1, 1])})
    assert found["herfindahl"] == pytest.approx(0.1786, abs=1e-12)
    assert found["effective_number"] == pytest.approx(5.599104143337066, rel=1e-12)
    with pytest.raises(DataError, match="not negative"):
        concentration({"a": 1.0, "b": -1.0})


def test_longest_ipc_prefix_counts() -> None:
    assert ipc_map().industry_of("G06Q 20/38", AS_OF).industry == "software and computing"
    assert ipc_map().industry_of("g06n3/08", AS_OF).decay_rate == 0.3017
    assert ipc_map().industry_of("B01D", AS_OF).industry == "operations and transport"
    with pytest.raises(DataError, match="'9X' is no IPC symbol"):
        ipc_map().industry_of("9X", AS_OF)


def test_high_value_asks_the_ipc_map_and_the_stated_threshold() -> None:
    terms = {"as_of": AS_OF, "pledge_threshold": 5e6}
    assert high_value(GOOD, pledged_amount=0, **terms).criteria == ("strategic_emerging",)  # type: ignore[arg-type]
    plain = replace(GOOD, ipc=("E04B",))
    assert not high_value(plain, pledged_amount=4.9e6, **terms)  # type: ignore[arg-type]
    assert high_value(plain, pledged_amount=5e6, **terms).criteria == ("pledged_for_high_amount",)  # type: ignore[arg-type]


def test_scores_outside_the_scale_missing_or_unknown_are_all_named() -> None:
    scores = {f"D{n}": 5.0 for n in range(2, 15)} | {"D3": 11.0, "D99": 1.0}
    with pytest.raises(DataError) as caught:
        score(example_profile(), scores)
    assert [found.code for found in caught.value.findings] == [
        "scorecard.missing",
        "scorecard.scale",
        "scorecard.unknown",
    ]


def test_scorecard_weights_must_sum_to_one() -> None:
    profile = example_profile()
    lame = replace(profile, indicators=profile.indicators[1:])
    with pytest.raises(DataError, match=r"the weights sum to 0\.92"):
        score(lame, {f"D{n}": 5.0 for n in range(2, 15)})


@given(st.floats(0, 30), st.floats(0, 30), st.floats(0, 30), st.integers(1, 2**30 - 1))
def test_months_to_grant_invert_the_triangle(a: float, b: float, c: float, number: int) -> None:
    least, likely, most = sorted((a, b, c))
    route = ExaminationRoute(name="r", least_months=least, likely_months=likely, most_months=most, grant_probability=1)
    uniform = number / 2**30
    month = float(route.months_to_grant(np.array([uniform]))[0])
    assert least - 1e-9 <= month <= most + 1e-9
    if most - least > 1e-6:
        if month <= likely and likely > least:
            below = (month - least) ** 2 / ((most - least) * (likely - least))
        elif most > likely:
            below = 1 - (most - month) ** 2 / ((most - least) * (most - likely))
        else:
            return
        assert below == pytest.approx(uniform, abs=1e-6)


def test_fast_track_gains_thirteen_months_a_grant() -> None:
    # Zhejiang Daily 2023-08-08: 16 to 3 months
    assert months_gained(1820, standard=STANDARD_ROUTE, fast=FAST_TRACK_ROUTE) == 1820 * 13
    assert publication_date(date(2023, 8, 31)) == date(2025, 2, 28)
    wrong = replace(STANDARD_ROUTE, likely_months=20)
    assert [found.code for found in wrong.findings()] == ["examination.months"]


def test_landscape_measures_each_class() -> None:
    owners, years = ("c", "a", "a", "a", "b"), (2010, 2023, 2022, 2014, 2013)
    filings = [
        Filing(field="G06N" if at else "H01M", owner=owner, filing=date(year, 1, 1))
        for at, (owner, year) in enumerate(zip(owners, years, strict=True))
    ]
    table = landscape(filings, as_of=AS_OF)
    assert list(table.index) == ["G06N", "H01M"]
    assert table.loc["G06N", "leader"] == "a"
    assert table.loc["G06N", "leader_share"] == 0.75
    assert table.loc["G06N", "effective_owners"] == pytest.approx(1 / (0.75**2 + 0.25**2))
    assert table.loc["G06N", "share_of_last_three_years"] == 0.5
