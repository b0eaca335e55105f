"""Index histories: values by change dates, horizons, projections, a user's own rows."""

from dataclasses import replace
from datetime import date

import pytest

from ipabs.basics.curve import Curve
from ipabs.basics.index_history import INDICES, IndexHistory, history_of, index_history, parse_history
from ipabs.errors import DataError, SpecError

FLAT = Curve.flat(0.04, date(2025, 1, 1))


def test_value_changes_on_the_day_of_the_fixing() -> None:
    history = index_history("LPR1Y")
    assert [history.at(day) for day in (date(2019, 8, 20), date(2024, 10, 20), date(2024, 10, 21))] == [
        0.0425, 0.0335, 0.031,
    ]  # fmt: skip
    assert history.rates_at([["2022-08-21"], ["2022-08-22"]]).tolist() == [[0.037], [0.0365]]


@pytest.mark.parametrize("name", INDICES)
def test_package_history_has_source_and_horizon(name: str) -> None:
    history = index_history(name)
    assert "National Interbank Funding Center" in history.source
    assert history.known_until == date(2025, 6, 19)
    assert history.tenor_months == {"LPR1Y": 12, "LPR5Y": 60}[name]


def test_date_before_the_first_fixing_is_refused() -> None:
    with pytest.raises(DataError, match="index LPR1Y starts on 2019-08-20; it has no value on 2019-08-19"):
        index_history("LPR1Y").rates_at(["2024-01-01", "2019-08-19"])


def test_last_value_goes_on_and_is_a_warning() -> None:
    history = index_history("LPR5Y")
    assert history.at(date(2030, 1, 1)) == 0.035
    (found,) = history.findings(["2025-06-19", "2026-03-01", "2025-06-20"], path=("loan", "index"))
    assert (found.code, found.severity) == ("index.carried", "warning")
    assert str(found) == (
        "loan.index: index LPR5Y is known until 2025-06-19; 2 of the dates, the first 2025-06-20, lie after it and "
        "take the last value, 3.50%"
    )
    assert list(history.findings("2025-06-19")) == []


def test_forward_rates_of_a_curve_project_beyond_the_horizon() -> None:
    history = index_history("LPR1Y").projected_with(FLAT)
    assert history.rates_at(["2025-06-19", "2025-06-20", "2027-06-30"]) == pytest.approx([0.03, 0.04, 0.04], rel=1e-12)
    (found,) = history.findings(["2026-01-01"])
    assert (found.code, found.severity) == ("index.forward", "warning")
    assert str(found).endswith("lie after it and take forward rates of the curve of 2025-01-01")


def test_tenor_is_the_period_of_the_forward_rates() -> None:
    curve = Curve.from_forward_rates(
        date(2025, 6, 30),
        [date(2026, 6, 30), date(2030, 6, 30)],
        [0.03, 0.05],
        compounding="annual",
        day_count="30E/360",
    )
    one, five = (index_history(name).projected_with(curve) for name in ("LPR1Y", "LPR5Y"))
    assert one.at(date(2025, 6, 30)) == pytest.approx(0.03, rel=1e-12)
    assert five.at(date(2025, 6, 30)) == pytest.approx((1.03 * 1.05**4) ** (1 / 5) - 1, rel=1e-12)


def test_user_history_is_read_with_its_source() -> None:
    history = parse_history("# treasury desk\ndate,rate\n2024-01-02,3.25%\n2024-07-01,0.031\n", name="BASE")
    assert history.source == "treasury desk"
    assert history.known_until == date(2024, 7, 1)
    assert history.at(date(2024, 6, 30)) == 0.0325
    longer = parse_history("date,rate\n2024-01-02,3.25%\n", name="BASE", known_until=date(2024, 12, 31))
    assert list(longer.findings("2024-12-31")) == []


def test_bad_rates_are_told_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        parse_history("date,rate\n2024-01-02,3.25\n2024-07-01,three\n2024-08-01,3%\n", name="BASE")
    assert [str(one.place) for one in caught.value.findings] == ["BASE:2:2 rate", "BASE:3:2 rate"]
    assert "write 3.25%" in str(caught.value)


def test_faults_of_rows_are_told_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        IndexHistory(
            name="BASE",
            dates=(date(2024, 1, 2), date(2024, 1, 2), date(2024, 3, 1)),
            rates=(0.03, 3.0, float("nan")),
            known_until=date(2024, 2, 1),
        )
    places = [str(one).split(":")[0] for one in caught.value.findings]
    assert places == ["dates[1]", "rates[1]", "rates[2]", "known_until"]
    assert "index BASE changed on 2024-03-01, after 2024-02-01, until when it is said to be known" in str(caught.value)


def test_faults_across_rows_are_placed_at_their_cells() -> None:
    with pytest.raises(DataError) as caught:
        parse_history("# desk\ndate,rate\n2024-01-02,3%\n2024-01-01,3%\n", name="BASE", file="base.csv")
    assert str(caught.value) == "base.csv:4:1 date: 2024-01-01 is not after 2024-01-02"


@pytest.mark.parametrize("text", ["date,rate\n", "date,rate\n# nothing\n"])
def test_history_without_rows_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        parse_history(text, name="BASE")


def test_unknown_index_names_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"no index 'LPR1'; did you mean 'LPR1Y'\?"):
        index_history("LPR1")


def test_history_of_takes_the_given_one_first_and_names_it_among_the_known() -> None:
    own = parse_history("date,rate\n2024-01-02,3.25%\n", name="LPR1Y")
    base = replace(own, name="BASE")
    assert history_of("LPR1Y", [base, own]) is own
    assert history_of("LPR5Y", [base, own]) is index_history("LPR5Y")
    with pytest.raises(SpecError, match=r"no index 'BAS'; did you mean 'BASE'\?"):
        history_of("BAS", [base])
