"""What a user brings in files: scorecards, weights of a sharing rate, IPC maps, landscapes."""

from datetime import date

import pandas as pd
import pytest

from ipabs import spec
from ipabs.basics.tables import parse_table
from ipabs.errors import DataError, SpecError
from ipabs.patents.indicators import ScoreProfile, high_value, per_ten_thousand, score
from ipabs.patents.industry import read_ipc_map, royalty_band_of
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio, expiry_cliff, expiry_ladder, landscape
from ipabs.patents.renewal_fees import fee_schedule, late_fee
from ipabs.patents.statute import term_compensation_days
from ipabs.valuation.sharing_rate import SharingProfile, comprehensive_score

AS_OF = date(2024, 1, 1)
NAN = float("nan")
PROFILE = """
name: House profile
source: A bank's own weights, 2024
scale: [0, 10]
indicators:
  novelty: {group: technology, weight: 60%}
  scope: {group: law, weight: 40%}
grades: [{grade: A, at_least: 8}, {grade: B, at_least: 0}]
gates: [{indicator: scope, at_least: 3}]
"""
WEIGHTS = """
source: An appraiser's own weights, 2024
groups:
  law: {weight: 30%, factors: {status: {weight: 100%}}}
  technology: {weight: 70%, factors: {advance: {weight: 50%}, maturity: {weight: 50%}}}
"""


def test_scorecard_comes_from_a_file() -> None:
    profile = spec.load(ScoreProfile, PROFILE)
    found = score(profile, {"novelty": 9, "scope": 2})
    assert (found.total, found.grade, found.failed_gates) == (pytest.approx(6.2), "B", ("scope",))
    assert spec.load(ScoreProfile, spec.dump(profile)) == profile
    with pytest.raises(SpecError, match=r"the weights sum to 0\.9"):
        spec.load(ScoreProfile, PROFILE.replace("60%", "50%"))


def test_weights_of_a_sharing_rate_come_from_a_file() -> None:
    profile = spec.load(SharingProfile, WEIGHTS)
    assert comprehensive_score(profile, {"status": 1, "advance": 0.5, "maturity": 0.3}) == pytest.approx(0.58)
    with pytest.raises(SpecError, match="the weights sum to"):
        spec.load(SharingProfile, WEIGHTS.replace("70%", "80%"))


def test_ipc_map_of_a_user_replaces_the_one_of_the_package() -> None:
    head = "prefix,industry,strategic_emerging_industry,decay_sector,royalty_low,royalty_high"
    table = parse_table(f"# A park's own table, 2025-06\n{head}\nG06,software,,software,0.04,0.09\n", name="own.csv")
    own = read_ipc_map(table)
    patent = Patent(number="p", kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1), ipc=("G06N",))
    assert "2025-06" in own.source
    assert royalty_band_of(patent, industries=own) == (0.04, 0.09)
    asked = {"as_of": AS_OF, "pledged_amount": 0.0, "pledge_threshold": 5e6}
    assert not high_value(patent, **asked, industries=own)  # type: ignore[arg-type]  # the three terms above
    assert high_value(patent, **asked)  # type: ignore[arg-type]  # the three terms above


def test_landscape_names_rows_without_owner_class_or_date() -> None:
    filings = pd.DataFrame({"class": ["a", None], "owner": ["x", " "], "filing": ["2020-01-01", "soon"]})
    with pytest.raises(DataError) as caught:
        landscape(filings, as_of=AS_OF)
    assert [str(found) for found in caught.value.findings] == [
        "[2].class: row 2 has no class",
        "[2].owner: row 2 has no owner",
        "[2].filing: row 2: 'soon' is no date",
    ]
    whole = landscape(filings.iloc[:1], as_of=AS_OF)
    assert whole.loc["a", "leader"] == "x"


def test_odd_amounts_are_refused() -> None:
    patent = Patent(number="p", kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1))
    empty = expiry_ladder(Portfolio(rights=()), as_of=AS_OF)
    with pytest.raises(DataError, match="no right is alive, so none expires"):
        expiry_cliff(empty)
    with pytest.raises(DataError, match="p: a value of nan; wanted an amount of 0 or more"):
        expiry_ladder(Portfolio(rights=(patent,)), as_of=AS_OF, values={"p": NAN})
    with pytest.raises(DataError, match="no reduction 'half'; valid: none, sole, joint"):
        fee_schedule(patent, reduction="half")  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(DataError, match="grant 2019-01-01 is before filing 2020-01-01"):
        fee_schedule(Patent(number="p", kind="invention", filing=date(2020, 1, 1), grant=date(2019, 1, 1)))
    with pytest.raises(DataError, match=r"1\.5 months late; whole months up to 6"):
        late_fee(100, 1.5)  # type: ignore[arg-type]  # half a month
    with pytest.raises(DataError, match="a fee of nan"):
        late_fee(NAN, 1)
    with pytest.raises(DataError, match="nan patents of 10 residents"):
        per_ten_thousand(NAN, 10)
    with pytest.raises(DataError, match="reasonable_delay_days: -5 days of delay"):
        term_compensation_days(filing=date(2018, 1, 1), examination_request=date(2019, 1, 1), grant=AS_OF,
                               reasonable_delay_days=-5)  # fmt: skip
