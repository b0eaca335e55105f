"""What a user brings in files: scorecards, weights of a sharing rate, IPC maps, landscapes."""

from datetime import date

import pytest

from ipabs import spec
from ipabs.errors import DataError, SpecError
from ipabs.io.table import parse_table
from ipabs.patents.indicators import ScoreProfile, high_value, per_ten_thousand, score
from ipabs.patents.industry import read_ipc_map
from ipabs.patents.landscape import landscape, read_filings
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio, expiry_cliff, expiry_ladder
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


OWN_MAP = """# A park's own table, 2025-06
prefix,valid_from,industry,decay_sector,royalty_low,royalty_high
G06,2020-01-01,software,software,0.04,0.09
"""


def test_ipc_map_of_a_user_replaces_the_one_of_the_package() -> None:
    own = read_ipc_map(parse_table(OWN_MAP.encode(), file="own.csv"))
    patent = Patent(number="p", kind="invention", filing=date(2020, 1, 1), grant=date(2022, 1, 1), ipc=("G06N",))
    assert "2025-06" in own.source
    found = own.class_of(patent, AS_OF)
    assert (found.royalty_low, found.royalty_high, found.credit_sector) == (0.04, 0.09, "software")
    asked = {"as_of": AS_OF, "pledged_amount": 0.0, "pledge_threshold": 5e6}
    assert not high_value(patent, **asked, industries=own)  # type: ignore[arg-type]  # the three terms above
    assert high_value(patent, **asked)  # type: ignore[arg-type]  # the three terms above


def test_a_later_line_of_the_map_counts_from_its_day() -> None:
    text = OWN_MAP + "G06,2023-07-01,computing,it_hardware,,\nG06N,2022-01-01,learning,software,,\n"
    own = read_ipc_map(parse_table(text.encode(), file="own.csv"))
    assert own.industry_of("G06F", date(2023, 6, 30)).industry == "software"
    assert own.industry_of("G06F", date(2023, 7, 1)).industry == "computing"
    assert own.industry_of("G06N", date(2021, 12, 31)).industry == "software"
    assert own.industry_of("G06N", date(2024, 1, 1)).industry == "learning"  # the longer prefix, though older
    with pytest.raises(DataError, match="the map knows 'G06F' from 2020-01-01 on, not on 2019-12-31"):
        own.industry_of("G06F", date(2019, 12, 31))


def test_faults_of_a_map_stand_at_their_cells() -> None:
    text = """分类号,生效日,产业,衰减行业,衰减率,许可费率下限,许可费率上限
06G,2020-01-01,a,software,,,
G06,2020-13-01,a,sofware,,,
G07,2020-01-01,,software,,,
"""
    with pytest.raises(DataError) as caught:
        read_ipc_map(parse_table(text.encode("gb18030"), file="own.csv"))
    assert [str(found).split(";")[0] for found in caught.value.findings] == [
        "own.csv:2:1 A2.分类号: '06G' begins no IPC symbol",
        "own.csv:3:2 B3.生效日: '2020-13-01' is no date",
        "own.csv:4:3 C4.产业: industry is empty",
        "own.csv:3:4 D3.衰减行业: no word 'sofware'",
    ]
    text = """prefix,valid_from,industry,decay_rate,royalty_low,royalty_high
G06,2020-01-01,a,,,
G07,2020-01-01,a,20%,5%,4%
G08,2020-01-01,a,20%,5%,
G08,2020-01-01,b,20%,,
"""
    with pytest.raises(DataError) as caught:
        read_ipc_map(parse_table(text.encode(), file="own.csv"))
    assert [str(found) for found in caught.value.findings] == [
        "own.csv:2:4 D2.decay_rate: neither a decay_rate nor a decay_sector",
        "own.csv:3:5 E3.royalty_low: royalty rates from 0.05 to 0.04; state both, rising, or neither",
        "own.csv:4:5 E4.royalty_low: royalty rates from 0.05 to None; state both, rising, or neither",
        "own.csv:5:1 A5.prefix: G08 stands twice from 2020-01-01 on",
    ]


def test_symbols_that_no_map_knows_are_named() -> None:
    own = read_ipc_map(parse_table(OWN_MAP.encode(), file="own.csv"))
    rights = tuple(Patent(number=n, kind="invention", status="pending", ipc=ipc) for n, ipc in
                   (("p", ("G06N",)), ("q", ("H01M 4/00",)), ("r", ())))  # fmt: skip
    found = [str(one) for one in own.findings(Portfolio(rights=rights), AS_OF)]
    assert found == ["q.ipc: 'H01M 4/00' is no IPC symbol that the map knows"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_landscape_comes_from_a_file_with_its_rows_named(encoding: str) -> None:
    text = "技术分支,申请人,申请日,标题\na,x,2020-01-01,t\n, ,soon,t\nb,y,20250101,t\n"
    with pytest.raises(DataError) as caught:
        read_filings(parse_table(text.encode(encoding), file="field.csv"))
    assert [str(found) for found in caught.value.findings] == [
        "field.csv:3:1 A3.技术分支: field is empty",
        "field.csv:3:2 B3.申请人: owner is empty",
        "field.csv:3:3 C3.申请日: 'soon' is no date; write 2024-03-28",
    ]
    kept = parse_table(text.replace(", ,soon", "b,y,2021-01-01").encode(encoding), file="field.csv")
    assert [one.owner for one in read_filings(kept)] == ["x", "y", "y"]
    with pytest.raises(DataError, match=r"field.csv:4:3 C4.申请日: filed on 2025-01-01, after 2024-01-01"):
        read_filings(kept, as_of=AS_OF)
    with pytest.raises(DataError, match=r"3\.filing|\[3\].filing: filed on 2025-01-01"):
        landscape(read_filings(kept), as_of=AS_OF)
    with pytest.raises(DataError, match="no column gives owner; headings that do: owner, applicant, 申请人"):
        read_filings(parse_table("class,filing\na,2020-01-01\n".encode(encoding), file="field.csv"))


def test_a_filing_of_three_years_ago_is_recent_to_the_day() -> None:
    table = parse_table(b"class,owner,filing\nA,x,2020-06-01\nB,x,2020-05-31\n", file="field.csv")
    field = landscape(read_filings(table), as_of=date(2023, 6, 1))
    assert field["median_age_years"]["A"] == 3.0
    assert field["share_of_last_three_years"].to_dict() == {"A": 1.0, "B": 0.0}


def test_landscape_of_nothing_is_empty() -> None:
    assert landscape((), as_of=AS_OF).empty


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
    with pytest.raises(DataError, match="a fee of 900"):
        late_fee("900", 1)  # type: ignore[arg-type]  # a cell of text
    with pytest.raises(DataError, match="None patents of 10 residents"):
        per_ten_thousand(None, 10)  # type: ignore[arg-type]  # an empty cell
    with pytest.raises(DataError, match="nan patents of 10 residents"):
        per_ten_thousand(NAN, 10)
    with pytest.raises(DataError, match="reasonable_delay_days: -5 days of delay"):
        term_compensation_days(filing=date(2018, 1, 1), examination_request=date(2019, 1, 1), grant=AS_OF,
                               reasonable_delay_days=-5)  # fmt: skip
