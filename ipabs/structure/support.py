"""Support from outside: a shortfall undertaking, a guarantee, a liquidity facility."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Key, Money
from ipabs.errors import Finding, finding
from ipabs.structure.account import COLLECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A party's promise to pay what the deal is short of.

    `into_account`: the gap is the dues of `covers` less the account; first min(held, gap) moves from each account of
    `after`, then the rest is called. `to_claims`: the remaining dues of `covers` are paid in order. A party has one
    capacity, shared by all it supports. What was called is owed back as the claim `<name>.reimbursement`.

    >>> from ipabs import spec
    >>> undertaking = Support(name="undertaking", by="fund", covers=("A.interest", "A.principal"), mode="into_account",
    ...                       after=("reserve",), limit=60e6, limit_basis="cumulative")
    >>> print(spec.dump(undertaking), end="")
    name: undertaking
    by: fund
    for: [A.interest, A.principal]
    mode: into_account
    after: reserve
    limit: 60000000
    limit_basis: cumulative
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

    def findings(self) -> Iterator[Finding]:
        """A claim covered twice, or terms that the mode does not use."""
        if len(set(self.covers)) < len(self.covers):
            yield finding("support.twice", "a claim stands twice", path=("for",))
        if self.mode == "to_claims" and self.after:
            template = "`after` has no effect with mode to_claims: draw the accounts by lines"
            yield finding("support.after", template, path=("after",))
        if self.mode == "into_account" and self.into in self.after:
            yield finding("support.after_into", "cash moves from {got} to itself", path=("after",), got=self.into)
        if self.mode == "to_claims" and self.into != COLLECTIONS:
            yield finding("support.into", "`into` has no effect with mode to_claims", path=("into",))
        if self.limit == "unlimited" and self.limit_basis is not None:
            template = "limit_basis {got} has no effect without a limit"
            yield finding("support.limit_basis_unused", template, path=("limit_basis",), got=self.limit_basis)
