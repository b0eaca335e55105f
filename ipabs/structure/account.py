"""Accounts of the vehicle, and the account each kind of collection is paid into."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from ipabs.errors import Finding, finding
from ipabs.structure.tranche import Amount

COLLECTIONS = "collections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Money held between payment dates, with or without a target.

    The target is 0 at legal final, in the phase `called`, and from the line at which the tranches in `until` are
    repaid. The account `collections` always exists and is never declared.

    >>> from ipabs import spec
    >>> from ipabs.structure import Amount
    >>> target = Amount(of=("A.balance",), percent=0.01, floor=200_000.0)
    >>> print(spec.dump(Account(name="reserve", target=target, until=("A",), sweep_to="collections")), end="")
    name: reserve
    target: {of: A.balance, percent: 1%, floor: 200000}
    until: A
    sweep_to: collections
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    target: Annotated[Amount | None, "what `top_up` fills it to and `release` leaves in it"] = None
    until: Annotated[tuple[str, ...], "when these tranches are repaid, the target is 0"] = ()
    sweep_to: Annotated[str, "the account that a release, and the end of the deal, empties it into"] = ""

    def findings(self) -> Iterator[Finding]:
        """An end of the target without a target; an account swept into itself."""
        if self.until and self.target is None:
            yield finding("account.until", "`until` ends the target, but no target is stated", path=("until",))
        if self.sweep_to == self.name:
            yield finding("account.self", "an account cannot be swept into itself", path=("sweep_to",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """The account that each kind of collection is paid into.

    >>> from ipabs import spec
    >>> routes = spec.load(Collect, "interest: revenue")
    >>> routes.interest, routes.principal
    ('revenue', 'collections')
    """

    interest: Annotated[str, "interest and licence fees"] = COLLECTIONS
    principal: Annotated[str, "scheduled principal"] = COLLECTIONS
    prepayment: Annotated[str, "principal paid early"] = COLLECTIONS
    recovery: Annotated[str, "recoveries on defaulted assets"] = COLLECTIONS
    guarantee: Annotated[str, "payments of the assets' guarantors"] = COLLECTIONS
    other: Annotated[str, "anything else"] = COLLECTIONS


EVERYTHING_TOGETHER = Collect()
