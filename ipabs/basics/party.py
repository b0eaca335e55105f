"""Parties: enterprise, patent owner, obligor, guarantor and servicer are one noun."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from ipabs.basics.units import Money
from ipabs.errors import Finding, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who owns, owes, guarantees or serves.

    One firm that licenses its patents, pays the fees and guarantees its neighbour is one `Party`, so that its
    default is one event wherever it acts.

    Examples
    --------
    >>> Party(id="district_fund", name="District Investment", limit=60_000_000)
    Party(id='district_fund', name='District Investment', sector='', district='', rating='', limit=60000000)
    """

    KEYED: ClassVar[str] = "id"

    id: Annotated[str, "the short name by which the other records refer to the party"]
    name: Annotated[str, "full name, for reports"] = ""
    sector: Annotated[str, "industry, for concentration and correlation"] = ""
    district: Annotated[str, "administrative district"] = ""
    rating: Annotated[str, "rating on the scale of the case"] = ""
    limit: Annotated[Money | None, "the most the party pays in support, over all it supports; empty: no limit"] = None

    def findings(self) -> Iterator[Finding]:
        """A party without an id."""
        if not self.id.strip():
            yield finding("party.id", "a party needs an id", path=("id",), got=self.id)
