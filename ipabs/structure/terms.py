"""Terms around the notes: closing, rounding, clean-up call, mid-life state, and the nouns that are planned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Count, Factor, Money, Share
from ipabs.errors import Finding, finding
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.tranche import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where money at closing comes from: a tranche at its issue price, or a contribution of a party.

    >>> from ipabs import spec
    >>> spec.load(Closing, "{sources: {A: 99.5%}, uses: {assets: 0}}").sources[0].price
    0.995
    """

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "price"

    name: Annotated[str, "a tranche, or a name for the contribution"]
    price: Annotated[Factor | None, "issue price, as a part of principal"] = None
    by: Annotated[str, "the party that contributes"] = ""
    amount: Annotated[Money | None, "what it contributes"] = None

    def findings(self) -> Iterator[Finding]:
        """Neither a price nor a contribution, or both."""
        if (self.price is None) == (not self.by or self.amount is None):
            yield finding("source.kind", "state an issue price, or a contribution with `by` and `amount`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money put into an account at closing.

    >>> from ipabs import spec
    >>> spec.load(Uses, "{assets: 9850万元, accounts: {reserve: 95万元}}").accounts[0]
    Deposit(account='reserve', amount=950000.0)
    """

    KEYED: ClassVar[str] = "account"
    SHORT: ClassVar[str] = "amount"

    account: Annotated[str, "the account"]
    amount: Annotated[Money, "the amount"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Where money at closing goes.

    >>> from ipabs import spec
    >>> uses = Uses(assets=98.5e6, upfront_fees=550e3, accounts=(Deposit(account="reserve", amount=950e3),))
    >>> print(spec.dump(uses), end="")
    assets: 98500000
    upfront_fees: 550000
    accounts: {reserve: 950000}
    """

    assets: Annotated[Money, "paid for the assets"]
    upfront_fees: Annotated[Money, "paid for the issue"] = 0.0
    accounts: Annotated[tuple[Deposit, ...], "put into accounts"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The column before period 0: sources and uses balance.

    >>> from ipabs import spec
    >>> text = "{sources: {A: 100%, sub: 100%}, uses: {assets: 9905万元, accounts: {reserve: 95万元}}}"
    >>> closing = spec.load(Closing, text)
    >>> closing.uses.assets + closing.uses.accounts[0].amount
    100000000.0
    """

    sources: Annotated[tuple[Source, ...], "where the money comes from"]
    uses: Annotated[Uses, "where it goes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How amounts are rounded: a preset, or every term stated.

    >>> from ipabs import spec
    >>> spec.load(Rounding, "fen").preset
    'fen'
    >>> print(spec.dump(Rounding(unit=0.01, mode="down", share="largest_remainder", per_face=100.0)), end="")
    unit: 0.01
    mode: down
    share: largest_remainder
    per_face: 100
    """

    SHORT: ClassVar[str] = "preset"

    preset: Annotated[
        Literal["fen", "none"] | None, "`fen`: unit 0.01, half up, largest remainder; `none`: not rounded"
    ] = None
    unit: Annotated[Money | None, "smallest amount paid"] = None
    mode: Annotated[Literal["half_up", "half_even", "down"] | None, "how an amount between two units is rounded"] = None
    share: Annotated[Literal["largest_remainder", "down_rest_stays"] | None, "how a split is rounded"] = None
    per_face: Annotated[Money | None, "round the amount for this much face value first, for instance 100"] = None

    def findings(self) -> Iterator[Finding]:
        """A preset with further terms, or terms that are not whole."""
        stated = {"unit": self.unit, "mode": self.mode, "share": self.share}
        if self.preset is not None and self != Rounding(preset=self.preset):
            yield finding(
                "rounding.preset", "{got} is whole by itself; state the preset or every term", got=self.preset
            )
        for word, value in stated.items():
            if self.preset is None and value is None:
                yield finding("rounding.missing", "without a preset {got} must be stated", got=word)
        for word, size in (("unit", self.unit), ("per_face", self.per_face)):
            if size is not None and size <= 0:
                yield finding("rounding.size", "{got} must be above 0", path=(word,), got=size)


FEN = Rounding(unit=0.01, mode="half_up", share="largest_remainder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The clean-up call: once the pool is small enough, the assets are sold and the deal ends in the phase `called`.

    >>> from ipabs import spec
    >>> price = Amount(of=("pool_closing",))
    >>> print(spec.dump(Call(name="clean_up", kind="clean_up", pool_percent=0.1, price=price)), end="")
    name: clean_up
    kind: clean_up
    pool_percent: 10%
    price: pool_closing
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    kind: Annotated[
        Literal["clean_up", "optional", "tax", "regulatory"], "only `clean_up` runs, the others are planned"
    ]
    pool_percent: Annotated[Share | None, "allowed once pool_closing is at or below this part of pool_original"] = None
    price: Annotated[Amount | None, "what is paid for the assets"] = None
    into: Annotated[str, "the account the price is paid into"] = COLLECTIONS
    exercise: Annotated[Literal["when_allowed", "never"], "whether it is assumed to be exercised"] = "when_allowed"

    def findings(self) -> Iterator[Finding]:
        """A clean-up call without its threshold or its price."""
        stated = {"pool_percent": self.pool_percent, "price": self.price}
        for word, value in stated.items():
            if self.kind == "clean_up" and value is None:
                yield finding("call.missing", "a clean-up call needs {got}", got=word)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrancheState:
    """A tranche in mid-life."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "the tranche"]
    balance: Annotated[Money, "outstanding principal"]
    owed_interest: Annotated[Money, "interest in arrears"] = 0.0
    written_down: Annotated[Money, "written down so far"] = 0.0
    capitalized: Annotated[Money, "interest turned into balance so far"] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeState:
    """A fee in mid-life."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "the fee"]
    owed: Annotated[Money, "in arrears"] = 0.0
    paid_this_year: Annotated[Money, "counted against the cap per year"] = 0.0
    paid_life: Annotated[Money, "counted against the cap over life"] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account in mid-life."""

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "held"

    name: Annotated[str, "the account"]
    held: Annotated[Money, "what it holds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportState:
    """A support in mid-life."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "the support"]
    drawn: Annotated[Money, "called and paid so far"] = 0.0
    outstanding: Annotated[Money, "of it not reimbursed"] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerState:
    """A test in mid-life."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "the test"]
    failed: Annotated[bool, "it is failing now"] = False
    outside: Annotated[Count, "payment dates in a row outside the limit"] = 0
    inside: Annotated[Count, "payment dates in a row inside the limit since it failed"] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a deal stands that is joined in mid-life, after the payments of one date.

    >>> from ipabs import spec
    >>> text = "{as_of: 2024-06-28, pool_original: 1亿元, tranches: {A: {balance: 9000万元, owed_interest: 1500.25}}}"
    >>> state = spec.load(State, text)
    >>> state.tranches[0].balance, state.tranches[0].owed_interest
    (90000000.0, 1500.25)
    """

    as_of: Annotated[date, "the payment date after which it stands so"]
    pool_original: Annotated[Money, "performing pool balance at cut-off"]
    cumulative_defaulted: Annotated[Money, "defaulted so far"] = 0.0
    tranches: Annotated[tuple[TrancheState, ...], "every tranche"] = ()
    fees: Annotated[tuple[FeeState, ...], "fees with arrears or counters"] = ()
    accounts: Annotated[tuple[AccountState, ...], "accounts with money"] = ()
    support: Annotated[tuple[SupportState, ...], "supports that were called"] = ()
    tests: Annotated[tuple[TriggerState, ...], "tests that failed or count"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalDeficiencyLedger:
    """Planned: losses debited bottom up, with the claim `<tranche>.deficiency`."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    debit: Annotated[str, "the measure that is debited"]
    tranches: Annotated[tuple[str, ...], "the tranches, first loss first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Planned: an exchange of interest with a party."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    by: Annotated[str, "the counterparty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Planned: holders may sell a tranche back on a date."""

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    tranche: Annotated[str, "the tranche"]
    on: Annotated[date, "when"]
