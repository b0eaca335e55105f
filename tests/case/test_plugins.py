"""A user's own obligation and terms of financing: named by word in tapes and case files, given as types in Python."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest

from ipabs import cli
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.units import Money, Rate
from ipabs.case.kinds import USUAL, open_kinds
from ipabs.case.load import load_case
from ipabs.case.run import run
from ipabs.errors import SpecError
from ipabs.financing.cash_items import CashItems
from ipabs.financing.facility import Description
from ipabs.financing.loan import BankLoan
from ipabs.financing.need import Need
from ipabs.pool.kinds import KINDS
from ipabs.pool.obligation import ContractFlows
from tests.case.conftest import Spoiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """An obligation of a user's own: everything back at once, with a fixed part on top."""

    KIND: ClassVar[str] = "prize"

    id: str
    obligor: str
    principal: Money
    start: date
    maturity: date
    contract_rate: Rate = 0.0
    guarantor: str = ""

    def contract_flows(self, indices: Sequence[IndexHistory] = ()) -> ContractFlows:
        """One payment at maturity."""
        paid = np.array([self.principal])
        return ContractFlows(
            dates=np.array([self.maturity], dtype="datetime64[D]"),
            interest=paid * self.contract_rate,
            principal=paid,
            balance=np.zeros(1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendlyLoan:
    """Terms of a user's own: a loan of a friend at a flat rate."""

    KEYED: ClassVar[str] = "name"
    KIND: ClassVar[str] = "friendly_loan"

    name: str = ""
    rate: Rate

    @property
    def description(self) -> Description:
        """A friend's loan is sure."""
        return Description(kind=self.KIND, certainty="committed")

    def on_profile(self) -> "FriendlyLoan":
        """It follows whatever repayment is wanted."""
        return self

    def cash_items(self, need: Need, indices: Sequence[IndexHistory] = ()) -> CashItems:
        """A plain loan's."""
        return BankLoan(rate=self.rate, day_count="ACT/365F", repayment="like_obligation").cash_items(need, indices)


MINE = (*KINDS, Prize, FriendlyLoan)


@pytest.fixture
def own(yuhang: Spoiled) -> Spoiled:
    """The example with a contract and a comparator of a user's own."""
    yuhang.replace("firms.csv", "abs,pledged_loan,4500000", "abs,prize,4500000")
    text = yuhang.case.read_text(encoding="utf-8")
    head, tail = text.split("variants:\n")
    text = head + "valuations:" + tail.split("valuations:", 1)[1]
    text = text.replace("comparators:\n", "comparators:\n  friend: {kind: friendly_loan, rate: 5%}\n", 1)
    text = text.replace("  costs.*:", "  comparators.friend.*: {assumption: a friend}\n  costs.*:", 1)
    yuhang.write("case.yaml", text.encode())
    return yuhang


def test_own_kinds_run_like_the_packages(own: Spoiled) -> None:
    """Firm 01 pays 3.80 % of 4.5 million at the end; a friend's loan at the contract rate would be as dear."""
    case = load_case(own.case, kinds=MINE)
    assert case.plugins == (f"{__name__}.Prize", f"{__name__}.FriendlyLoan")
    result = run(case)
    assert isinstance(dict(case.pools)["abs"].obligations[0], Prize)
    friend = result.comparison["friend"]
    assert friend.description.kind == "friendly_loan"
    at = friend.firms.index("Firm 01")
    # Interest of a whole year at once, of which the tax of 15 % gives its part back on the same day.
    assert friend.all_in[at] == pytest.approx(0.05 * (1 - 0.15), abs=1e-12)
    assert result.manifest["plugins"] == list(case.plugins)


def test_without_the_types_their_words_are_unknown(own: Spoiled) -> None:
    status, lines = own.check()
    assert status == 2
    words = ", ".join(kind.KIND for kind in USUAL.comparators)
    assert lines == [
        f"case.yaml:12:18 comparators.friend.kind: 'friendly_loan' is not valid here; valid: {words}",
        f"firms.csv:3:6 F3.kind: no word 'prize'; valid: {', '.join(kind.KIND for kind in KINDS)}",
    ]


def test_the_command_line_takes_a_module_and_no_file_names_one(own: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("my_kinds")
    module.KINDS = (Prize, FriendlyLoan)  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "my_kinds", module)
    assert cli.main(["check", str(own.case), "--plugin", "my_kinds"]) == 0
    assert own.output() == ("", "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such_module", "the module 'no_such_module' cannot be loaded"),
        ("json", "module json has no tuple KINDS of types"),
    ],
)
def test_a_plugin_that_is_none(own: Spoiled, name: str, said: str) -> None:
    assert cli.main(["check", str(own.case), "--plugin", name]) == 2
    assert said in own.output()[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Another obligation with a word that is taken."""

    KIND: ClassVar[str] = "pledged_loan"

    id: str

    def contract_flows(self) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """Terms without a name."""

    KIND: ClassVar[str] = "nameless"

    def cash_items(self, need: Need) -> None:
        """Nothing."""


def test_types_that_no_file_could_name() -> None:
    with pytest.raises(SpecError) as raised:
        open_kinds((*KINDS, Second, Nameless, Path))
    assert [str(one) for one in raised.value.findings] == [
        "Second and PledgedLoan are both called 'pledged_loan'",
        'terms have a field name and say KEYED = "name"; Nameless does not',
        "Path is no kind: a frozen dataclass with a word KIND, and contract_flows or cash_items",
    ]
    assert open_kinds(KINDS) == USUAL
    assert replace(USUAL).plugins == ()
