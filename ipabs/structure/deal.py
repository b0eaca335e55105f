"""The deal as agreed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from ipabs.basics.party import Party
from ipabs.basics.timeline import Timeline
from ipabs.basics.units import Key
from ipabs.basics.words import Language
from ipabs.errors import Finding, KeyPath
from ipabs.structure.account import EVERYTHING_TOGETHER, Account, Collect
from ipabs.structure.dates import Dates
from ipabs.structure.fee import Fee
from ipabs.structure.findings import rules_across
from ipabs.structure.markets import fill, from_template
from ipabs.structure.support import Support
from ipabs.structure.terms import (
    Call,
    Closing,
    PrincipalDeficiencyLedger,
    Put,
    Rounding,
    State,
    Swap,
)
from ipabs.structure.tranche import Tranche
from ipabs.structure.trigger_tests import DeclaredMeasure, Observable, Phase, Trigger
from ipabs.structure.waterfall import Priority
from ipabs.structure.words import explain

MarketName = Literal["exchange_abs", "interbank_abn", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What was agreed, and nothing else: no result, no assumption about collections.

    >>> from ipabs import spec
    >>> from ipabs.structure.samples import DEMO
    >>> deal = spec.load(Deal, DEMO)
    >>> [tranche.principal for tranche in deal.tranches], deal.parties[0].limit
    ([95000000.0, 5000000.0], 60000000.0)
    >>> spec.load(Deal, spec.dump(deal)) == deal
    True
    """

    version: Annotated[int, Key("ipabs"), "version of the language: 1"]
    name: Annotated[str, "name of the deal"]
    market: Annotated[MarketName, "the market whose conventions fill what the deal leaves silent; `none` fills nothing"]
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

    def findings(self) -> Iterator[Finding]:
        """The rules across the deal; `ipabs.structure.findings.findings` gives every finding."""
        yield from rules_across(self)

    def filled(self) -> "Deal":
        """The deal with what its market supplies where it is silent.

        >>> from ipabs import spec
        >>> from ipabs.structure.samples import DEMO
        >>> silent = spec.load(Deal, DEMO.replace("day_count: ACT/365F, amort", "amort"))
        >>> silent.tranches[0].day_count, silent.filled().tranches[0].day_count
        (None, 'ACT/365F')
        """
        return fill(self)

    def from_template(self) -> tuple[tuple[KeyPath, object], ...]:
        """What its market supplies, each with its place.

        >>> from ipabs import spec
        >>> from ipabs.structure.samples import DEMO
        >>> spec.load(Deal, DEMO).from_template()[1]
        (('currency',), 'CNY')
        """
        return from_template(self)

    def explain(self, lang: Language = "en") -> str:
        """The priority of payments in words, the deal's measures and tests, and what came from the market's template.

        Raises `SpecError` with every finding of a deal that has errors.

        >>> from ipabs import spec
        >>> from ipabs.structure.samples import DEMO
        >>> print("\\n".join(spec.load(Deal, DEMO).explain("zh").splitlines()[4:6]))
        2. 支付增值税及附加和托管费，按应付金额同比例〔第8.2(1)条〕。
        3. 支付A档利息。
        """
        return explain(self, lang)

    def timeline(self) -> Timeline:
        """The payment dates that are still to come: all of them, or those after the state of a deal in mid-life.

        >>> from ipabs import spec
        >>> from ipabs.structure.samples import DEMO
        >>> timeline = spec.load(Deal, DEMO).timeline()
        >>> timeline.periods, timeline.payments[0].isoformat(), timeline.payments[-1].isoformat()
        (20, '2024-06-28', '2029-03-28')
        """
        whole = self.dates.timeline()
        if self.state is None:
            return whole
        done = min(whole.period_on_or_after(self.state.as_of) + 1, whole.periods - 1)
        return Timeline(
            cut_off=whole.collection_ends[done - 1],
            closing=whole.accrual_ends[done - 1],
            collection_ends=whole.collection_ends[done:],
            accrual_ends=whole.accrual_ends[done:],
            payments=whole.payments[done:],
        )
