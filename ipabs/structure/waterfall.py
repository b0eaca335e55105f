"""The lines of a priority of payments: few verbs, the same options on each."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.structure.account import COLLECTIONS
from ipabs.structure.stand_in import Key
from ipabs.structure.tranche import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every line may say; the verb's own word replaces `target`."""

    target: tuple[str, ...] | object
    source: Annotated[str, Key("from"), "the account that pays; silent: the group's, or collections"] = ""
    split: Annotated[Literal["sequential", "pro_rata"], "several targets: one after another, or side by side"] = (
        "sequential"
    )
    by: Annotated[
        Literal["due", "balance", "original", "weights"] | None, "what a pro-rata split follows; silent: due"
    ] = None
    weights: Annotated[tuple[float, ...], "one weight for each target, with `by: weights`"] = ()
    up_to: Annotated[Amount | None, "the most the line moves; silent: all that is payable"] = None
    if_passing: Annotated[tuple[str, ...], "the line acts only while all these tests pass"] = ()
    if_failing: Annotated[tuple[str, ...], "the line acts only while all these tests fail"] = ()
    clause: Annotated[str, "where the prospectus says so"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Options):
    """Pay claims."""

    target: Annotated[tuple[str, ...], Key("pay"), "the claims, in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp(Options):
    """Fill accounts up to their targets."""

    target: Annotated[tuple[str, ...], Key("top_up"), "the accounts, in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """From one account to another."""

    source: Annotated[str, Key("from"), "the account that gives"] = COLLECTIONS
    to: Annotated[str, "the account that receives"] = COLLECTIONS
    up_to: Annotated[Amount | None, "the most that moves; silent: all of it"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Options):
    """Move cash between accounts."""

    target: Annotated[Movement, Key("transfer"), "from which account to which"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Options):
    """Move what an account holds above its target to its `sweep_to` account."""

    target: Annotated[str, Key("release"), "the account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw(Options):
    """Call a support for what is missing."""

    target: Annotated[str, Key("draw"), "the support"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDown(Options):
    """Write tranche balances down, in order, without cash; `up_to` says by how much."""

    target: Annotated[tuple[str, ...], Key("write_down"), "the tranches, first loss first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capitalize(Options):
    """Turn interest that is owed into balance, without cash."""

    target: Annotated[tuple[str, ...], Key("capitalize"), "the tranches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase(Options):
    """Buy further assets (planned)."""

    target: Annotated[str, Key("purchase"), "what is bought"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual(Options):
    """Pay all that is left: the tranche's principal first, then income."""

    target: Annotated[str, Key("residual"), "a tranche marked residual, or a party"]


Verb = Pay | TopUp | Transfer | Release | Draw | WriteDown | Capitalize | Purchase | Residual


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that share a source account."""

    lines: Annotated[tuple[Verb, ...], "the lines"]
    source: Annotated[str, Key("from"), "the account that pays"]
    clause: Annotated[str, "where the prospectus says so"] = ""


Line = Verb | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """The priority of payments of one phase."""

    KEYED: ClassVar[str] = "phase"
    SHORT: ClassVar[str] = "lines"

    phase: Annotated[str, "`normal`, `called`, or a declared phase"]
    lines: Annotated[tuple[Line, ...], "the lines, in order"]
