"""Support from outside: a shortfall undertaking, a guarantee, a liquidity facility."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.structure.account import COLLECTIONS
from ipabs.structure.stand_in import Key, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A party's promise to pay what the deal is short of.

    `into_account`: the gap is the dues of `covers` less the account; first min(held, gap) moves from each account of
    `after`, then the rest is called. `to_claims`: the remaining dues of `covers` are paid in order. A party has one
    capacity, shared by all it supports. What was called is owed back as the claim `<name>.reimbursement`.
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    by: Annotated[str, "the party that pays"]
    covers: Annotated[tuple[str, ...], Key("for"), "the claims it covers, in order"]
    mode: Annotated[Literal["into_account", "to_claims"], "paid into the account before line 1, or to the claims"]
    after: Annotated[tuple[str, ...], "accounts that are used up first"] = ()
    limit: Annotated[Money | Literal["unlimited"] | None, "the most this promise pays; silent: the party's limit"] = (
        None
    )
    limit_basis: Annotated[
        Literal["cumulative", "outstanding"] | None, "the limit counts all calls, or calls not yet reimbursed"
    ] = None
    on_acceleration: Annotated[
        Literal["all_due", "as_scheduled"] | None, "in a phase with all principal due, what the promise covers"
    ] = None
    reimbursed: Annotated[Literal["by_line", "never"], "whether a line pays `<name>.reimbursement`"] = "by_line"
    into: Annotated[str, "the account it is paid into"] = COLLECTIONS
