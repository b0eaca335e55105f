"""The values of a case: recomputed from its tapes alone, counted once, on its own map, and cut only where enforced."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from ipabs.case.case import Case
from ipabs.case.load import load_case
from ipabs.case.run import run, value_case
from ipabs.case.valuations import deals_of
from tests.case.conftest import Spoiled

YUHANG = Path(__file__).parents[2] / "examples" / "yuhang"
AS_OF = date(2022, 12, 20)
STANDARD_ERRORS = 4
TERM = {"invention": 20, "utility_model": 10}
# Parr, Royalty Rates for Technology, 6th edition, appendix C, with the assumed ends 0 and 20 %.
ROYALTY = (0, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10, 0.20)
LICENCES = (0, 0.20, 0.35, 0.43, 0.67, 0.72, 0.77, 0.81, 0.82, 0.92, 1.0)
# Decay of the classes on the tape: software, hardware and pharma by Li (BEA), electrical by Mamuneas.
DECAY = dict.fromkeys(("G06F", "G06N", "G06Q", "G06T", "G16H", "H04L"), 0.3017) | {
    "H04W": 0.3764, "A61K": 0.1182, "C12N": 0.1182, "H02J": 0.29, "H02S": 0.29,
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    lines = (YUHANG / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def mean_value(firm: dict[str, str], rights: list[dict[str, str]]) -> float:
    """``R (1 - T) E[royalty] E[share] E[sum of (1 - d)^(t-1) (1 + k)^-(t - 1/2) within the longest term]``."""
    expiries = [date.fromisoformat(one["filing"]) for one in rights]
    ends = [day.replace(year=day.year + TERM[one["kind"]]) for day, one in zip(expiries, rights, strict=True)]
    life = max((end - AS_OF).days for end in ends if end > AS_OF) / 365.25
    rate = np.mean([DECAY[one["ipc"]] for one, end in zip(rights, ends, strict=True) if end > AS_OF])
    years = np.arange(1, int(np.ceil(life)) + 1)
    within = np.minimum(life - (years - 1), 1.0)

    def annuity(discount_rate: float) -> float:
        return float((within * (1 - rate) ** (years - 1) * (1 + discount_rate) ** -(years - 0.5)).sum())

    spread = beta(1 + 4 * 0.04 / 0.12, 1 + 4 * 0.08 / 0.12, loc=0.12, scale=0.12)  # PERT of 12, 16 and 24 %
    discounted = quad(lambda k: annuity(k) * spread.pdf(k), 0.12, 0.24)[0]
    royalty = float((np.diff(LICENCES) * (np.array(ROYALTY[1:]) + ROYALTY[:-1]) / 2).sum())
    share = (0.2 + 4 * 0.5 + 0.9) / 6
    tax = float(firm["tax_rate"].rstrip("%")) / 100
    return float(firm["revenue"]) * (1 - tax) * royalty * share * discounted


def test_mean_of_every_firm_is_what_its_tape_and_the_published_royalties_give() -> None:
    (appraised,) = value_case(load_case(YUHANG / "case.yaml"))
    rights = rows("patents.csv")
    expected = {
        firm["firm"]: mean_value(firm, [right for right in rights if right["firm"] == firm["firm"]])
        for firm in rows("firms.csv")
    }
    for one in appraised.firms:
        error = STANDARD_ERRORS * one.valuation.standard_error
        assert one.valuation.mean == pytest.approx(expected[one.facts.firm], abs=error)
    whole = sum(one.valuation.mean for one in appraised.firms)
    assert whole == pytest.approx(sum(expected.values()), rel=0.02)


def alone(yuhang: Spoiled) -> Spoiled:
    """The example without its variants, which state amounts of their own."""
    text = yuhang.case.read_text(encoding="utf-8")
    head, rest = text.split("variants:\n")
    return yuhang.write("case.yaml", (head + "valuations:" + rest.split("valuations:", 1)[1]).encode())


def lent_amounts(case: Case) -> dict[str, float]:
    """What each contract is cut to: the lesser of contract and lending value, in whole fen below."""
    (appraised,) = value_case(case)
    return {
        one.facts.firm: min(one.facts.contract_amount, int(one.values.lending * 100) / 100) for one in appraised.firms
    }


def test_enforced_contracts_run_in_deals_of_their_new_size(yuhang: Spoiled) -> None:
    before = load_case(alone(yuhang).case)
    lent = lent_amounts(before)
    sizes = {name: round(sum(lent[one.obligor] for one in pool.obligations), 2) for name, pool in before.pools}
    for deal, shares in {"abs": {"136000000": 0.68, "53000000": 0.265}, "abn": {"40850000": 0.95}}.items():
        left = sizes[deal]
        for old, share in shares.items():
            principal = round(sizes[deal] * share, 2)
            left = round(left - principal, 2)
            yuhang.replace(f"{deal}.yaml", old, f"{principal:.2f}")
        yuhang.replace(f"{deal}.yaml", {"abs": "11000000", "abn": "2150000"}[deal], f"{left:.2f}")
        yuhang.replace(f"{deal}.yaml", {"abs": "200000000", "abn": "43000000"}[deal], f"{sizes[deal]:.2f}")
    yuhang.replace("case.yaml", "    draws: 4000", "    draws: 4000\n    enforce: true")
    result = run(load_case(yuhang.case))
    cut = {one.obligor: one.principal for _, pool in result.case.pools for one in pool.obligations}
    assert cut == pytest.approx(lent, abs=0.01)
    assert all(one.coverage >= 1 for one in result.appraisals[0].firms)
    # The value of the rights is what it was: the contracts changed, not the rights.
    (free,) = value_case(before)
    for ours, theirs in zip(result.appraisals[0].firms, free.firms, strict=True):
        assert ours.valuation.mean == theirs.valuation.mean
    assert result.deals["abn"].tranches["principal"].sum() == pytest.approx(sizes["abn"], abs=0.01)
    assert "cut" in str(result.summary())


def test_without_enforcement_no_value_however_low_cuts_a_contract(yuhang: Spoiled) -> None:
    alone(yuhang).replace("case.yaml", "lending: {quantile: 50%}", "lending: {quantile: 50%, prior_claims: 900000000}")
    result = run(load_case(yuhang.case))
    assert [one.values.lending for one in result.appraisals[0].firms] == [0.0] * 25
    assert sum(one.principal for _, pool in result.case.pools for one in pool.obligations) == 243e6


def test_contracts_with_other_amounts_are_not_cut_in_part(yuhang: Spoiled) -> None:
    alone(yuhang).replace("case.yaml", "    draws: 4000", "    draws: 4000\n    enforce: true")
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    text[1:] = [f"{line},{extra}" for line, extra in zip(text[1:], ["balloon", "1000000", *[""] * 24], strict=True)]
    text[2] = text[2].replace(",bullet,", ",linear,")
    yuhang.write("firms.csv", "\n".join(text).encode())
    status, lines = yuhang.check()
    assert status == 2
    assert any("contract Firm 01 states amounts beside its principal and cannot be cut to " in line for line in lines)


def test_nothing_is_lent_where_prior_claims_take_all(yuhang: Spoiled) -> None:
    alone(yuhang).replace("case.yaml", "lending: {quantile: 50%}", "lending: {prior_claims: 900000000}")
    yuhang.replace("case.yaml", "    draws: 4000", "    draws: 4000\n    enforce: true")
    status, lines = yuhang.check()
    assert status == 2
    assert sum("nothing would be lent on the rights of Firm" in line for line in lines) == 25


def test_a_firm_in_two_deals_is_valued_once(yuhang: Spoiled) -> None:
    """Firm 01 gives up half of its contract in the ABS to one in the ABN."""
    alone(yuhang)
    text = (yuhang.folder / "firms.csv").read_text(encoding="utf-8").splitlines()
    text[1] = "contract," + text[1]
    text[2:] = [f"C{at}," + line for at, line in enumerate(text[2:])]
    text[2] = text[2].replace("4500000", "2250000", 1).replace("5800000", "2900000", 1)
    text.append(text[2].replace("C0,", "C99,").replace(",abs,", ",abn,"))
    yuhang.write("firms.csv", "\n".join(text).encode())
    for deal, old, new in (("abs", "200000000", "197750000"), ("abs", "11000000", "8750000"),
                           ("abn", "43000000", "45250000"), ("abn", "2150000", "4400000")):  # fmt: skip
        yuhang.replace(f"{deal}.yaml", old, new)
    case = load_case(yuhang.case)
    (appraised,) = value_case(case)
    (one,) = (one for one in appraised.firms if one.facts.firm == "Firm 01")
    assert (one.facts.contract_amount, one.facts.stated_value) == (4_500_000, 5_800_000)
    assert len(appraised.firms) == 25
    assert dict(deals_of(case.pools))["Firm 01"] == "abs, abn"
    (before,) = value_case(load_case(YUHANG / "case.yaml"))
    assert one.coverage == pytest.approx(before.firms[0].coverage)


@pytest.mark.parametrize(
    ("file", "old", "new", "status", "said"),
    [
        (
            "firms.csv",
            "5800000,0.7759",
            "5800000,1.2",
            0,
            "valuations.relief.lending: advance rates above 100% are stated: Firm 01 120.00%; relief lends the whole "
            "value and no more",
        ),
        (
            "firms.csv",
            "38800000,15%",
            "38800000,",
            0,
            "",
        ),
        (
            "patents.csv",
            "fast_track,H04L",
            "fast_track,9X",
            2,
            "patents.csv:3:8 H3.ipc: '9X' begins no IPC symbol; write G06N 3/08",
        ),
    ],
)
def test_what_a_tape_says_of_rights(yuhang: Spoiled, file: str, old: str, new: str, status: int, said: str) -> None:
    got, lines = yuhang.replace(file, old, new).check()
    assert got == status, lines
    assert not said or any(said in line for line in lines), lines


def test_taxes_are_never_taken_for_nothing(yuhang: Spoiled) -> None:
    yuhang.replace("firms.csv", "38800000,15%", "38800000,").replace("case.yaml", "tax: {rate: 15%}\n", "")
    _, lines = yuhang.check()
    assert any("relief reads the column tax_rate of the firm tape; it is empty or missing for Firm 01" in line
               for line in lines), lines  # fmt: skip


OWN_MAP = """# Map of the district, 2022-06
分类号,生效日,产业,衰减率
A,2020-01-01,life,10%
G,2020-01-01,computing,10%
C,2020-01-01,life,10%
H,2020-01-01,electric,10%
"""
FIELD = """技术分支,申请人,申请日
语音识别,甲公司,2022-03-01
语音识别,甲公司,2016-03-01
语音识别,乙大学,2019-07-15
图像识别,丙公司,2021-05-06
"""


def with_tapes(yuhang: Spoiled, **tapes: str) -> Spoiled:
    for name, text in tapes.items():
        yuhang.write(f"{name}.csv", text.encode("gb18030"))
    named = "".join(f", {name}: {name}.csv" for name in tapes)
    return yuhang.replace("case.yaml", "patents: patents.csv}", f"patents: patents.csv{named}}}")


def test_a_map_of_the_case_replaces_the_one_of_the_package(yuhang: Spoiled) -> None:
    (usual,) = value_case(load_case(yuhang.case))
    (own,) = value_case(load_case(with_tapes(alone(yuhang), ipc_map=OWN_MAP).case))
    assert all(ours.valuation.mean > theirs.valuation.mean for ours, theirs in zip(own.firms, usual.firms, strict=True))
    yuhang.write("ipc_map.csv", OWN_MAP.replace("10%", "110%", 1).encode())
    status, lines = yuhang.check()
    assert (status, lines[0]) == (2, "ipc_map.csv:3:4 D3.衰减率: 1.1 is outside 0% to 100%")


def test_the_landscape_of_a_named_field_stands_among_the_results(yuhang: Spoiled) -> None:
    result = run(load_case(with_tapes(alone(yuhang), filings=FIELD).case))
    table = result.to_frame("landscape")
    assert table.iloc[0].tolist()[:5] == ["语音识别", 3, 2, "甲公司", pytest.approx(2 / 3)]
    headings = [heading for section in result.page("zh").sections for heading, _ in section.exhibits]
    assert any(heading.startswith("技术领域导航") for heading in headings)
    yuhang.write("filings.csv", FIELD.replace("2021-05-06", "2023-05-06").encode())
    status, lines = yuhang.check()
    assert (status, lines[0]) == (2, "filings.csv:5:3 C5.申请日: filed on 2023-05-06, after 2022-12-20")


def test_without_filings_there_is_no_landscape() -> None:
    case = load_case(YUHANG / "case.yaml")
    assert case.filings == ()
    assert case.industries.source.startswith("IPC prefix to industry")
