"""The case file: what it accepts, what it keeps, what it refuses by itself."""

import re
from pathlib import Path

import pytest

from ipabs.case.case import CaseFile
from ipabs.case.comparators import QuotedLoan
from ipabs.case.kinds import USUAL
from ipabs.errors import SpecError
from ipabs.financing.costs import Charge
from ipabs.spec import dump
from ipabs.spec import load as load_spec

ROOT = Path(__file__).parents[2]
YUHANG = (ROOT / "examples" / "yuhang" / "case.yaml").read_text(encoding="utf-8")
SAMPLE = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "case.md").read_text(encoding="utf-8"), re.DOTALL)[0]


def load(text: str) -> CaseFile:
    return load_spec(CaseFile, text, kinds=USUAL.open_sets)


@pytest.mark.parametrize("text", [YUHANG, SAMPLE], ids=["yuhang", "documentation"])
def test_case_file_survives_the_round_trip(text: str) -> None:
    case = load(text)
    assert load(dump(case, kinds=USUAL.open_sets)) == case


def test_first_comparator_is_the_baseline_unless_stated() -> None:
    assert load(SAMPLE).baseline == "pledged_loan"
    assert load(YUHANG.replace("against: quoted_loan", "against: average_loan", 1)).baseline == "average_loan"


def test_quoted_loan_takes_rate_and_guarantee_from_the_firm() -> None:
    loan = QuotedLoan(name="bank", appraisal=Charge(rate=0.005)).at(0.0525, 0.01)
    assert (loan.rate, loan.guarantee, loan.appraisal) == (
        0.0525,
        Charge(rate=0.01, timing="yearly_in_advance"),
        Charge(rate=0.005),
    )
    assert QuotedLoan(name="bank").at(0.05, 0.0).guarantee is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ipabs: 1", "ipabs: 2", "ipabs: '2' is not valid here; valid: 1"),
        ("kind: bank_loan", "kind: bond", "comparators.pledged_loan.kind: 'bond' is not valid here; valid: "),
        (
            "margin: 150bp",
            "margin: 150",
            "comparators.pledged_loan.margin: '150' without a unit looks like a percentage",
        ),
        ("{assumption: no fee schedule is published}", "{}", "provenance.costs.*: exactly one of published, derived"),
        ("severity: 75%", "severity: 175%", "vectors.severity: 1.75 is outside 0% to 100%"),
    ],
)
def test_case_file_refuses(old: str, new: str, said: str) -> None:
    assert old in SAMPLE
    with pytest.raises(SpecError) as raised:
        load(SAMPLE.replace(old, new, 1))
    assert said in str(raised.value)
