"""Relief from royalty: value moves as finance says, parts add up, every fault is found."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipabs.errors import DataError
from ipabs.patents.patent import IPRight, Patent
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.coverage import CoverageMatrix, Protection
from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
from ipabs.valuation.revenue import RevenueStream
from ipabs.valuation.tax_amortization import TaxAmortization

CLOSED_FORM = 1e-12
AS_OF = date(2024, 1, 1)

rates = st.floats(0.001, 0.5)
revenues = st.lists(st.floats(0, 1e9), min_size=1, max_size=12).map(tuple)


def right(number: str, years_left: int, kind: str = "invention") -> Patent:
    filing = date(2024 + years_left - 20, 1, 1)
    return Patent(number=number, kind="invention", filing=filing, grant=date(filing.year + 1, 1, 1))


def relief(*streams: RevenueStream, **changes: object) -> ReliefFromRoyalty:
    terms: dict[str, object] = {"royalty_rate": 0.05, "tax_rate": 0.25, "discount_rate": 0.12}
    return ReliefFromRoyalty(streams=streams, **(terms | changes))  # type: ignore[arg-type]  # terms of a test


EIGHT = Portfolio(rights=(right("p1", 8),))
FLAT = RevenueStream(name="A", revenues=(100.0,), growth_rate=0.0)


def test_level_revenue_is_an_annuity_to_expiry() -> None:
    result = relief(FLAT).value(EIGHT, as_of=AS_OF)
    assert result.value == pytest.approx(100 * 0.05 * 0.75 * (1 - 1.12**-8) / 0.12, rel=CLOSED_FORM)
    assert (result.parts[0].life_years, result.parts[0].binding) == (8.0, "legal")


def test_stub_period_ends_with_the_financial_year() -> None:
    stream = RevenueStream(name="A", revenues=(50.0, 100.0))
    method = relief(stream, first_period_years=0.5, timing="mid")
    expected = 0.05 * 0.75 * (50 / 1.12**0.25 + 100 / 1.12**1.0)
    assert method.value(EIGHT, as_of=AS_OF).value == pytest.approx(expected, rel=CLOSED_FORM)


def test_ramp_growth_and_decay_multiply() -> None:
    stream = RevenueStream(name="A", revenues=(100.0,), ramp=(0.5,), growth_rate=0.1, decay_rate=0.2)
    flows = [100 * 0.5, 110 * 0.8, 121 * 0.64]
    expected = 0.05 * 0.75 * sum(flow / 1.12**t for t, flow in enumerate(flows, 1))
    value = relief(replace(stream, technical_life_years=3.0)).value(EIGHT, as_of=AS_OF)
    assert value.value == pytest.approx(expected, rel=CLOSED_FORM)
    assert value.parts[0].binding == "technical"


def test_a_stream_may_have_its_own_royalty_and_tax() -> None:
    abroad = replace(FLAT, name="B", royalty_rate=0.03, tax_rate=0.15)
    result = relief(FLAT, abroad).value(EIGHT, as_of=AS_OF)
    annuity = (1 - 1.12**-8) / 0.12
    assert result.part("B").value == pytest.approx(100 * 0.03 * 0.85 * annuity, rel=CLOSED_FORM)


def test_trademark_is_a_growing_perpetuity() -> None:
    mark = IPRight(number="T1", kind="trademark", grant=date(2020, 1, 1))
    stream = RevenueStream(name="brand", revenues=(100.0, 104.0), growth_rate=0.02, perpetual=True)
    result = relief(stream).value(Portfolio(rights=(mark,)), as_of=AS_OF)
    expected = 0.05 * 0.75 * (100 / 1.12 + 104 / 1.12**2 + 104 * 1.02 / (0.12 - 0.02) / 1.12**2)
    assert result.value == pytest.approx(expected, rel=CLOSED_FORM)
    assert result.parts[0].binding == "none"


def test_perpetuities_over_draws_are_those_of_each_draw() -> None:
    growth = np.array([0.0, 0.02])
    stream = RevenueStream(name="brand", revenues=(100.0,), growth_rate=growth, perpetual=True)
    result = relief(stream).value(Portfolio(rights=()), as_of=AS_OF)
    assert result.value == pytest.approx(0.05 * 0.75 * 100 * (1 + (1 + growth) / (0.12 - growth)) / 1.12)


def test_what_ends_a_stream_is_named() -> None:
    short = relief(RevenueStream(name="A", revenues=(100.0,) * 3)).value(EIGHT, as_of=AS_OF).parts[0]
    assert (short.life_years, short.binding) == (3.0, "forecast")
    endless = relief(FLAT).value(Portfolio(rights=()), as_of=AS_OF)
    assert [found.code for found in endless.findings] == ["stream.endless"]
    assert endless.mean == pytest.approx(100 * 0.05 * 0.75 * (1 - 1.12**-100) / 0.12, rel=CLOSED_FORM)


def test_loss_of_rights_acts_like_survival_to_mid_year() -> None:
    result = relief(FLAT, loss_rate=0.03).value(EIGHT, as_of=AS_OF)
    expected = 100 * 0.05 * 0.75 * sum(0.97 ** (t - 0.5) / 1.12**t for t in range(1, 9))
    assert result.value == pytest.approx(expected, rel=CLOSED_FORM)


@given(revenues, rates, rates)
def test_value_falls_in_the_discount_rate(amounts: tuple[float, ...], low: float, more: float) -> None:
    stream = RevenueStream(name="A", revenues=amounts)
    dear = relief(stream, discount_rate=min(low + more, 1.0)).value(EIGHT, as_of=AS_OF).mean
    assert dear <= relief(stream, discount_rate=low).value(EIGHT, as_of=AS_OF).mean


@given(revenues, rates, rates)
def test_value_rises_in_the_royalty_rate(amounts: tuple[float, ...], low: float, more: float) -> None:
    stream = RevenueStream(name="A", revenues=amounts)
    high = relief(stream, royalty_rate=low + more).value(EIGHT, as_of=AS_OF).mean
    assert high >= relief(stream, royalty_rate=low).value(EIGHT, as_of=AS_OF).mean


@given(st.floats(0.1, 12), st.floats(0, 5), st.sampled_from(["end", "mid", "start"]))
def test_value_rises_in_life(life: float, more: float, timing: str) -> None:
    short = relief(replace(FLAT, technical_life_years=life), timing=timing).value(EIGHT, as_of=AS_OF).mean
    longer = relief(replace(FLAT, technical_life_years=life + more), timing=timing).value(EIGHT, as_of=AS_OF).mean
    assert longer >= short * (1 - CLOSED_FORM)


@given(revenues, st.floats(0.01, 1000))
def test_value_scales_with_revenue(amounts: tuple[float, ...], scale: float) -> None:
    one = relief(RevenueStream(name="A", revenues=amounts)).value(EIGHT, as_of=AS_OF).mean
    many = relief(RevenueStream(name="A", revenues=amounts, level=scale)).value(EIGHT, as_of=AS_OF).mean
    assert many == pytest.approx(scale * one, rel=1e-9)


@given(st.lists(revenues, min_size=1, max_size=5))
def test_parts_sum_to_the_whole(many: list[tuple[float, ...]]) -> None:
    streams = [RevenueStream(name=str(n), revenues=amounts) for n, amounts in enumerate(many)]
    result = relief(*streams, tax_amortization=TaxAmortization(years=10)).value(EIGHT, as_of=AS_OF)
    assert sum(part.mean for part in result.parts) == pytest.approx(result.mean, rel=1e-12)
    alone = sum(relief(stream, tax_amortization=TaxAmortization(years=10)).value(EIGHT, as_of=AS_OF).mean
                for stream in streams)  # fmt: skip
    assert alone == pytest.approx(result.mean, rel=1e-9)


def test_draws_are_the_values_of_each_draw() -> None:
    royalty, discount, life = np.array([0.03, 0.05, 0.08]), np.array([0.1, 0.12, 0.2]), np.array([3.0, 7.5, 20.0])
    stream = replace(FLAT, technical_life_years=life, growth_rate=np.array([0.0, 0.03, -0.1]))
    result = relief(stream, royalty_rate=royalty, discount_rate=discount, loss_rate=0.01).value(EIGHT, as_of=AS_OF)
    for n in range(3):
        one = replace(FLAT, technical_life_years=float(life[n]), growth_rate=float(stream.growth_rate[n]))  # type: ignore[index]  # draws
        alone = relief(one, royalty_rate=float(royalty[n]), discount_rate=float(discount[n]), loss_rate=0.01)
        assert np.asarray(result.value)[n] == pytest.approx(alone.value(EIGHT, as_of=AS_OF).mean, rel=CLOSED_FORM)
    assert result.draws == 3
    assert result.quantile(0.5) == pytest.approx(float(np.median(result.value)))


def test_draws_of_loss_and_life_meet_the_values_of_each_draw() -> None:
    rights = Portfolio(rights=(replace(right("a", 8), filing=date(2004, 7, 1), grant=date(2005, 7, 1)), right("b", 3)))
    loss, life = np.array([0.0, 0.04, 0.3]), np.array([0.3, 1.4, 12.0])
    method = relief(replace(FLAT, technical_life_years=life), loss_rate=loss)
    values = np.asarray(method.value(rights, as_of=AS_OF).value)
    for n in range(3):
        one = relief(replace(FLAT, technical_life_years=float(life[n])), loss_rate=float(loss[n]))
        assert values[n] == pytest.approx(one.value(rights, as_of=AS_OF).mean, rel=CLOSED_FORM)
    only_loss = relief(FLAT, loss_rate=loss).value(rights, as_of=AS_OF)
    assert np.asarray(only_loss.value)[0] == pytest.approx(relief(FLAT).value(rights, as_of=AS_OF).mean)


def test_two_rights_on_one_stream_end_within_one_year() -> None:
    rights = (replace(right("a", 8), filing=date(2004, 7, 1), grant=date(2005, 7, 1)), right("b", 1))
    coverage = CoverageMatrix(
        protections=(Protection(right="a", stream="A", share=0.6), Protection(right="b", stream="A", share=0.5))
    )
    result = relief(FLAT, coverage=coverage).value(Portfolio(rights=rights), as_of=AS_OF)
    half = 182 / 366
    expected = (half * (1 - 0.4 * 0.5) + (1 - half) * 0.5) * 100 * 0.05 * 0.75 / 1.12
    assert result.value == pytest.approx(expected, rel=CLOSED_FORM)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"royalty_rate": 1.2}, "range.outside", r"rate of 1\.2 is outside \[0, 1\]"),
        ({"discount_rate": -1.0}, "range.outside", r"discount_rate of -1 is outside \(-1, 1\]"),
        ({"tax_rate": np.array([0.1, np.nan])}, "range.outside", "tax_rate of nan"),
        ({"first_period_years": 0.0}, "range.outside", "first_period_years of 0"),
        ({"royalty_rate": np.ones(2) / 9, "tax_rate": np.ones(3) / 9}, "valuation.draws", r"\(2,\); tax_rate has"),
    ],
)
def test_terms_out_of_range_are_refused(changes: dict[str, object], code: str, text: str) -> None:
    with pytest.raises(DataError, match=text) as caught:
        relief(FLAT, **changes).value(EIGHT, as_of=AS_OF)
    assert code in [found.code for found in caught.value.findings]


def test_dead_right_grant_before_filing_and_double_number_are_named_at_once() -> None:
    rights = (
        replace(right("p1", 8), status="lapsed"),
        replace(right("p2", 8), grant=date(2000, 1, 1)),
        right("p3", -1),
        right("p4", 3),
        right("p4", 4),
    )
    with pytest.raises(DataError) as caught:
        relief(FLAT).value(Portfolio(rights=rights), as_of=AS_OF)
    assert [str(found) for found in caught.value.findings] == [
        "right p4 stands 2 times",
        "p1.status: p1 is lapsed on 2024-01-01 and has no value; leave it out",
        "p2.grant: grant 2000-01-01 is before filing 2012-01-01",
        "p3.status: p3 is expired on 2024-01-01 and has no value; leave it out",
    ]


def test_perpetuity_needs_a_rate_above_growth_and_rights_without_end() -> None:
    forever = replace(FLAT, growth_rate=np.array([0.02, 0.13]), perpetual=True)
    with pytest.raises(DataError, match=r"streams\.A\.growth_rate: discount rate 0\.12 does not exceed growth 0\.13"):
        relief(forever).value(Portfolio(rights=()), as_of=AS_OF)
    with pytest.raises(DataError, match="rights and contracts that do not end, but p1 does"):
        relief(replace(forever, growth_rate=0.0)).value(EIGHT, as_of=AS_OF)
    with pytest.raises(DataError, match="a perpetual stream states its growth rate"):
        relief(replace(forever, growth_rate=None)).value(EIGHT, as_of=AS_OF)


def test_coverage_names_unknown_rights_and_streams_and_warns_of_bare_streams() -> None:
    wrong = CoverageMatrix(
        protections=(
            Protection(right="p9", stream="A"),
            Protection(right="p1", stream="Z", share=1.5),
            Protection(right="p1", stream="Z"),
        )
    )
    found = [one.code for one in wrong.findings(EIGHT, ["A", "B"])]
    assert found == [
        "coverage.right", "coverage.stream", "range.outside", "coverage.stream", "coverage.twice",
        "coverage.unprotected",
    ]  # fmt: skip
    bare = relief(
        FLAT, replace(FLAT, name="B"), coverage=CoverageMatrix(protections=(Protection(right="p1", stream="A"),))
    )
    result = bare.value(EIGHT, as_of=AS_OF)
    assert result.part("B").value == 0
    assert [one.code for one in result.findings] == ["coverage.unprotected"]


def test_pending_application_is_a_warning() -> None:
    pending = replace(right("p1", 8), status="pending", grant=None)
    result = relief(FLAT).value(Portfolio(rights=(pending,)), as_of=AS_OF)
    assert [one.code for one in result.findings] == ["valuation.pending"]


def test_inputs_carry_their_paths() -> None:
    result = relief(FLAT, tax_amortization=TaxAmortization(years=10)).value(EIGHT, as_of=AS_OF)
    assert result.input("streams.A.revenues").value == (100.0,)
    assert result.input("tax_amortization.years").value == 10
    with pytest.raises(DataError, match="did you mean 'royalty_rate'"):
        result.input("royalty_rates")
