"""The deal as agreed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from ipabs.structure.account import EVERYTHING_TOGETHER, Account, Collect
from ipabs.structure.fee import Fee
from ipabs.structure.stand_in import Key, Party
from ipabs.structure.support import Support
from ipabs.structure.terms import (
    Call,
    Closing,
    Dates,
    PrincipalDeficiencyLedger,
    Put,
    Rounding,
    State,
    Swap,
)
from ipabs.structure.tranche import Tranche
from ipabs.structure.trigger_tests import DeclaredMeasure, Observable, Phase, Trigger
from ipabs.structure.waterfall import Priority

Market = Literal["exchange_abs", "interbank_abn", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What was agreed, and nothing else: no result, no assumption about collections."""

    version: Annotated[int, Key("ipabs"), "version of the language: 1"] = 1
    name: Annotated[str, "name of the deal"]
    market: Annotated[Market, "the market whose conventions fill what the deal leaves silent; `none` fills nothing"]
    vehicle: Annotated[str | None, "legal form of the issuer; the market's, if silent"] = None
    currency: Annotated[str | None, "ISO code of the currency; the market's, if silent"] = None
    dates: Annotated[Dates, "the dates"]
    parties: Annotated[tuple[Party, ...], "those who support, contribute or receive"] = ()
    tranches: Annotated[tuple[Tranche, ...], "the classes of notes"]
    fees: Annotated[tuple[Fee, ...], "fees and taxes of the vehicle"] = ()
    accounts: Annotated[tuple[Account, ...], "accounts besides `collections`"] = ()
    collect: Annotated[Collect, "which account each kind of collection is paid into"] = EVERYTHING_TOGETHER
    support: Annotated[tuple[Support, ...], "support from outside"] = ()
    measures: Annotated[tuple[DeclaredMeasure, ...], "measures of the deal's own"] = ()
    observables: Annotated[tuple[Observable, ...], "series from outside"] = ()
    tests: Annotated[tuple[Trigger, ...], "tests"] = ()
    phases: Annotated[
        tuple[Phase, ...], "phases besides `normal` and `called`, the first that applies is in force"
    ] = ()
    calls: Annotated[tuple[Call, ...], "the clean-up call"] = ()
    puts: Annotated[tuple[Put, ...], "planned"] = ()
    swaps: Annotated[tuple[Swap, ...], "planned"] = ()
    ledgers: Annotated[tuple[PrincipalDeficiencyLedger, ...], "planned"] = ()
    closing: Annotated[Closing | None, "sources and uses at closing; a deal joined in mid-life may be silent"] = None
    state: Annotated[State | None, "where a deal stands that is joined in mid-life"] = None
    rounding: Annotated[Rounding | None, "how amounts are rounded; the market's, if silent"] = None
    waterfall: Annotated[tuple[Priority, ...], "the priority of payments of each phase"]
