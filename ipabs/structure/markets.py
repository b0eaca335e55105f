"""What each market supplies where a deal is silent: vehicle, conventions, the shape of usual fees."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

from ipabs.basics.daycount import DayCount
from ipabs.errors import KeyPath
from ipabs.structure.fee import Fee
from ipabs.structure.priorities import usual_priorities
from ipabs.structure.terms import Rounding
from ipabs.structure.tranche import Tranche, UnpaidInterest

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

# 3 % simplified levy on asset-management products (Caishui [2017] No. 56), on the price without tax, with surcharges of
# 12 % of the tax (city maintenance 7 %, education 3 % and 2 %): 3 % / 1.03 x 1.12 = 3.26 %.
VALUE_ADDED_TAX_RATE = 0.0326
VALUE_ADDED_TAX = Fee(name="vat", rate=VALUE_ADDED_TAX_RATE, on="interest_collections")


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The terms a market supplies. A fee without a rate supplies only what its rate is charged on."""

    name: str
    vehicle: str
    currency: str
    day_count: DayCount
    accrual: Literal["unadjusted", "adjusted"]
    unpaid_interest: UnpaidInterest
    rounding: Rounding
    fees: tuple[Fee, ...]


def on_pool(name: str) -> Fee:
    """A yearly rate on the pool at the start of the collection period."""
    return Fee(name=name, on="pool_opening", over="collection_period", day_count="ACT/365F")


MARKETS: tuple[Market, ...] = (
    Market(
        name="exchange_abs",
        vehicle="asset-backed special-purpose plan",
        currency="CNY",
        day_count="ACT/365F",
        accrual="unadjusted",
        unpaid_interest="carry",
        rounding=Rounding(preset="fen"),
        fees=(VALUE_ADDED_TAX, on_pool("manager"), on_pool("custodian"), on_pool("servicer")),
    ),
    Market(
        name="interbank_abn",
        vehicle="special-purpose trust",
        currency="CNY",
        day_count="ACT/365F",
        accrual="unadjusted",
        unpaid_interest="carry",
        rounding=Rounding(preset="fen"),
        fees=(VALUE_ADDED_TAX, on_pool("trustee"), on_pool("custodian"), on_pool("servicer")),
    ),
)


def market_of(name: str) -> Market | None:
    """The market of that name; None for `none`."""
    return next((market for market in MARKETS if market.name == name), None)


def fill(deal: "Deal") -> "Deal":
    """The deal with the terms of its market where it is silent; what it states stays."""
    market = market_of(deal.market)
    if market is None:
        return deal
    return replace(
        deal,
        vehicle=market.vehicle if deal.vehicle is None else deal.vehicle,
        currency=market.currency if deal.currency is None else deal.currency,
        rounding=market.rounding if deal.rounding is None else deal.rounding,
        tranches=tuple(fill_tranche(tranche, market) for tranche in deal.tranches),
        fees=tuple(fill_fee(fee, market) for fee in deal.fees),
    )


def fill_tranche(tranche: Tranche, market: Market) -> Tranche:
    """Conventions of interest; a tranche without a coupon needs none."""
    if tranche.coupon is None:
        return tranche
    return replace(
        tranche,
        day_count=market.day_count if tranche.day_count is None else tranche.day_count,
        accrual=market.accrual if tranche.accrual is None else tranche.accrual,
        unpaid_interest=market.unpaid_interest if tranche.unpaid_interest is None else tranche.unpaid_interest,
    )


def fill_fee(fee: Fee, market: Market) -> Fee:
    """The usual terms of a fee of that name, unless the deal says what it is charged on or states an amount alone."""
    usual = next((one for one in market.fees if one.name == fee.name), None)
    if usual is None or fee.on or (fee.amount is not None and fee.rate is None):
        return fee
    return replace(
        fee,
        rate=usual.rate if fee.rate is None else fee.rate,
        on=usual.on,
        over=usual.over if fee.over is None else fee.over,
        day_count=usual.day_count if fee.day_count is None else fee.day_count,
    )


def from_template(deal: "Deal") -> tuple[tuple[KeyPath, object], ...]:
    """Every term the market supplied, with its place: what differs between the deal and the filled deal."""
    if market_of(deal.market) is None:
        return ()
    filled = fill(deal)
    found: list[tuple[KeyPath, object]] = [
        ((word,), getattr(filled, word))
        for word in ("vehicle", "currency", "rounding")
        if getattr(filled, word) != getattr(deal, word)
    ]
    for tranche, filled_tranche in zip(deal.tranches, filled.tranches, strict=True):
        found += supplied(("tranches", tranche.name), tranche, filled_tranche)
    for fee, filled_fee in zip(deal.fees, filled.fees, strict=True):
        found += supplied(("fees", fee.name), fee, filled_fee)
    usual = usual_priorities(deal)
    found += [(("waterfall", one.phase), "the market's usual order") for one in deal.waterfall if one in usual]
    return tuple(found)


def supplied(path: KeyPath, stated: Tranche | Fee, filled: Tranche | Fee) -> list[tuple[KeyPath, object]]:
    """The fields in which a filled record differs from what was stated."""
    names = [field.name for field in fields(filled)]
    return [((*path, name), getattr(filled, name)) for name in names if getattr(filled, name) != getattr(stated, name)]
