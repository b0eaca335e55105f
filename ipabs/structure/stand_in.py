"""Stand-in for the unit types of the ground floor until they land."""

from dataclasses import dataclass
from datetime import date

Rate = float
Money = float
Share = float
Ratio = float
Percent = float


class Key(str):
    """The word for a field in a file, where Python needs another one (`from`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """When the deal pays."""

    first: date
    frequency: str
    calendar: str
    roll: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRule:
    """When a collection period ends."""

    day: int
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who supports the deal."""

    id: str
    name: str = ""
    limit: Money | None = None
