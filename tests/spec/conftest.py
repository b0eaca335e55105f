"""Small specs that use every way of writing a value."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Annotated, ClassVar, Literal, Protocol

import pytest

from ipabs.basics.units import Count, Key, Money, Months, Rate, Share, Years
from ipabs.errors import Finding, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """An amount on a date."""

    KEYED: ClassVar[str] = "on"
    SHORT: ClassVar[str] = "amount"
    on: date
    amount: Money
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """A class of notes."""

    KEYED: ClassVar[str] = "name"
    name: str
    principal: Annotated[Money, "Issued amount."]
    coupon: Annotated[Rate, "Fixed annual coupon."] = 0.0
    amortization: Literal["pass_through", "scheduled", "bullet"] = "pass_through"
    residual: bool = False
    schedule: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A share of a measure, with a floor."""

    percent: Share
    of: str
    floor: Money = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who bears a cost."""

    KEYED: ClassVar[str] = "party"
    SHORT: ClassVar[str] = "share"
    party: str
    share: Share
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account."""

    KEYED: ClassVar[str] = "name"
    name: str
    target: Money | Target = 0.0
    until: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """From one account to another."""

    source: Annotated[str, Key("from")]
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Pay claims."""

    claims: Annotated[tuple[str, ...], Key("pay")]
    source: Annotated[str, Key("from")] = "collections"
    split: Literal["sequential", "pro_rata"] = "sequential"
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Move cash."""

    transfer: Route | str
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that share a source."""

    source: Annotated[str, Key("from")]
    lines: "tuple[Step, ...]"


Step = Pay | Transfer | Group


class Facility(Protocol):
    """An open set."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLoan:
    """A bank loan."""

    KIND: ClassVar[str] = "bank_loan"
    KEYED: ClassVar[str] = "name"
    name: str
    margin: Rate
    term: Months = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease."""

    KIND: ClassVar[str] = "lease"
    KEYED: ClassVar[str] = "name"
    name: str
    rent: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How amounts are rounded."""

    unit: float = 0.01
    per_face: Count | None = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What was agreed."""

    ipabs: Literal[1] = 1
    name: str
    market: Literal["exchange_abs", "interbank_abn"] = "exchange_abs"
    closing: date
    legal_final: date | None = None
    tranches: tuple[Tranche, ...]
    accounts: tuple[Account, ...] = ()
    limit: Money | Literal["unlimited"] = "unlimited"
    collection_end: Target | Literal["month_end"] = "month_end"
    borne_by: tuple[Bearer, ...] = ()
    comparators: tuple[Facility, ...] = ()
    rounding: Rounding | Literal["fen", "none"] = "fen"
    window: tuple[date, date] | None = None
    life: Years = 1.0
    step: Step | None = None
    waterfall: tuple[Step, ...] = ()

    def findings(self) -> Iterator[Finding]:
        if self.legal_final and self.legal_final <= self.closing:
            yield finding(
                "deal.dates", "legal final {got} is not after closing", path=("legal_final",), got=self.legal_final
            )


KINDS = {Facility: (BankLoan, Lease)}


@pytest.fixture(scope="session")
def specs() -> SimpleNamespace:
    return SimpleNamespace(KINDS=KINDS, **{name: kind for name, kind in globals().items() if isinstance(kind, type)})
