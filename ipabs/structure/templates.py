"""Deals in the usual form of each market."""

from dataclasses import replace
from typing import TypedDict, Unpack

from ipabs.basics.party import Party
from ipabs.structure.account import Account
from ipabs.structure.dates import Dates
from ipabs.structure.deal import Deal, MarketName
from ipabs.structure.fee import Fee
from ipabs.structure.priorities import principal_account, usual_priorities
from ipabs.structure.support import Support
from ipabs.structure.terms import Call, Closing, Rounding
from ipabs.structure.tranche import Tranche
from ipabs.structure.trigger_tests import DeclaredMeasure, Phase, Trigger


class FurtherTerms(TypedDict, total=False):
    """What a usual deal may have besides dates, tranches and closing."""

    fees: tuple[Fee, ...]
    parties: tuple[Party, ...]
    support: tuple[Support, ...]
    accounts: tuple[Account, ...]
    measures: tuple[DeclaredMeasure, ...]
    tests: tuple[Trigger, ...]
    phases: tuple[Phase, ...]
    calls: tuple[Call, ...]
    rounding: Rounding


def abs_deal(
    *, name: str, dates: Dates, tranches: tuple[Tranche, ...], closing: Closing, **terms: Unpack[FurtherTerms]
) -> Deal:
    """An exchange ABS: asset-backed special-purpose plan, with the usual priority of payments.

    What stays silent (vehicle, currency, rounding, day counts, terms of usual fees) is the market's, and
    `Deal.from_template` lists it. The result is an ordinary `Deal`: every part can be replaced.

    >>> from ipabs import spec
    >>> from ipabs.structure.findings import findings
    >>> from ipabs.structure.samples import DEMO
    >>> demo = spec.load(Deal, DEMO)
    >>> deal = abs_deal(name="Usual", dates=demo.dates, tranches=demo.tranches, closing=demo.closing,
    ...                 accounts=demo.accounts, fees=(Fee(name="vat"), Fee(name="custodian", rate=0.0001)))
    >>> findings(deal)
    ()
    >>> deal.filled().fees[0].rate
    0.0326
    """
    return usual("exchange_abs", name, dates, tranches, closing, terms)


def abn_deal(
    *, name: str, dates: Dates, tranches: tuple[Tranche, ...], closing: Closing, **terms: Unpack[FurtherTerms]
) -> Deal:
    """An inter-bank ABN: special-purpose trust, with the usual priority of payments.

    Principal collected before a bullet falls due is held in the account `principal_account` until the maturity.

    >>> from ipabs import spec
    >>> from ipabs.structure.findings import findings
    >>> from ipabs.structure.samples import DEMO
    >>> demo = spec.load(Deal, DEMO)
    >>> bullet = replace(demo.tranches[0], amortization="bullet")
    >>> deal = abn_deal(name="Usual", dates=demo.dates, tranches=(bullet, demo.tranches[1]), closing=demo.closing,
    ...                 accounts=demo.accounts, fees=(Fee(name="vat"),))
    >>> findings(deal), [account.name for account in deal.accounts]
    ((), ['reserve', 'principal_account'])
    """
    bullets = tuple(tranche for tranche in tranches if tranche.amortization == "bullet")
    held = (principal_account(bullets),) if bullets else ()
    with_account: FurtherTerms = {**terms, "accounts": (*terms.get("accounts", ()), *held)}
    return usual("interbank_abn", name, dates, tranches, closing, with_account)


def usual(
    market: MarketName,
    name: str,
    dates: Dates,
    tranches: tuple[Tranche, ...],
    closing: Closing,
    terms: FurtherTerms,
) -> Deal:
    """A deal of a market with the priority of payments that its own nouns make."""
    deal = Deal(
        version=1, name=name, market=market, dates=dates, tranches=tranches, closing=closing, waterfall=(), **terms
    )
    return replace(deal, waterfall=usual_priorities(deal))
