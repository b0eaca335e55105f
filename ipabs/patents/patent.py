"""An IP right and a patent: the facts of one line of a register."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Count
from ipabs.errors import Finding, finding

RightKind = Literal[
    "invention", "utility_model", "design", "trademark", "software_copyright", "layout_design", "data_right"
]
PATENT_KINDS: tuple[RightKind, ...] = ("invention", "utility_model", "design")
Jurisdiction = Literal["CN", "US", "EP", "UP"]
LegalStatus = Literal["pending", "in_force", "lapsed", "expired", "invalidated", "withdrawn"]
# Section and class; designs have classes of the Locarno Agreement instead.
IPC_START = re.compile("[A-HY][0-9]{2}")
ALIVE: tuple[LegalStatus, ...] = ("pending", "in_force")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """A pledge registered on a right.

    >>> pledge = Pledge(contract="C1", pledgee="Bank A", registered=date(2023, 5, 1), released=date(2024, 5, 1))
    >>> [pledge.stands(day) for day in (date(2023, 4, 30), date(2023, 5, 1), date(2024, 5, 1))]
    [False, True, False]
    """

    KEYED: ClassVar[str] = "contract"
    contract: Annotated[str, "The obligation that the pledge secures."]
    pledgee: Annotated[str, "Who holds the pledge."] = ""
    registered: date | None = None
    released: date | None = None

    def stands(self, as_of: date) -> bool:
        """Whether the pledge is registered and not released on `as_of`."""
        return (self.registered is None or self.registered <= as_of) and (
            self.released is None or as_of < self.released
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IPRight:
    """A registered right other than a patent, or what a patent shares with it.

    Attributes
    ----------
    number : str
        Number in the register, unique in a portfolio.
    filing, publication, grant : date, optional
        Application (of an international one the international filing, of a divisional the parent's), publication (for
        software: first publication) and grant or registration.
    renewed_to : date, optional
        Last day of the current term of a renewable right (trademark).
    stated_expiry : date, optional
        Last day of protection from the certificate, for kinds whose term no statute fixes (data rights), and for terms
        that `ipabs.patents.statute` does not know.

    Examples
    --------
    >>> mark = IPRight(number="T1", kind="trademark", grant=date(2014, 1, 7), owner="A", co_owners=("A",))
    >>> print(*mark.findings())
    co_owners: 'A' is owner and co-owner at once
    """

    KEYED: ClassVar[str] = "number"
    number: str
    kind: RightKind
    jurisdiction: Jurisdiction = "CN"
    owner: Annotated[str, "Party that owns the right."] = ""
    co_owners: tuple[str, ...] = ()
    co_owners_consent: Annotated[bool, "Whether every co-owner agreed in writing to the pledge or licence."] = False
    status: LegalStatus = "in_force"
    filing: date | None = None
    publication: date | None = None
    grant: date | None = None
    renewed_to: date | None = None
    stated_expiry: date | None = None
    pledges: tuple[Pledge, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """Dates and rights that contradict each other."""
        yield from right_findings(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patent(IPRight):
    """An invention patent, utility model or design patent, or its application.

    Attributes
    ----------
    term_compensation_days : int
        Days granted beyond the statutory term (see `ipabs.patents.statute`).
    overseas_granted : bool
        Whether a family member is granted abroad.
    ipc : tuple of str
        Symbols of the International Patent Classification, the first one counts; of a design, Locarno classes.
    strategic_emerging : bool, optional
        Whether it belongs to a strategic emerging industry; None asks the IPC map.

    Examples
    --------
    >>> early = Patent(number="ZL1", kind="invention", filing=date(2020, 3, 1), grant=date(2019, 9, 1), claims=3)
    >>> print(*early.findings())
    grant: grant 2019-09-01 is before filing 2020-03-01
    """

    priority: date | None = None
    examination_request: date | None = None
    ipc: tuple[str, ...] = ()
    claims: Count = 0
    independent_claims: Count = 0
    forward_citations: Count = 0
    family: str = ""
    family_members: Count = 1
    term_compensation_days: Count = 0
    overseas_granted: bool = False
    strategic_emerging: bool | None = None
    award: Annotated[str, "National Science and Technology Award or China Patent Award, if any."] = ""
    open_licence: bool = False

    def findings(self) -> Iterator[Finding]:
        """Dates and rights that contradict each other."""
        yield from right_findings(self)
        if self.kind not in PATENT_KINDS:
            yield finding(
                "right.kind", "a patent is not a {got}; {hint}", path=("kind",), got=self.kind, allowed=PATENT_KINDS
            )
        if self.priority and self.filing and self.priority > self.filing:
            yield finding(
                "right.priority",
                "priority {got} is after filing {filing}",
                path=("priority",),
                got=self.priority,
                filing=self.filing,
            )
        for symbol in self.ipc if self.kind != "design" else ():
            if not IPC_START.match(symbol.replace(" ", "").upper()):
                template = "{got!r} begins no IPC symbol; write G06N 3/08"
                yield finding("right.ipc", template, path=("ipc",), got=symbol)
        if self.independent_claims > self.claims:
            yield finding(
                "right.claims",
                "{got} independent claims, but {claims} claims in all",
                path=("independent_claims",),
                got=self.independent_claims,
                claims=self.claims,
            )


def right_findings(right: IPRight) -> Iterator[Finding]:
    """What is wrong within one right, whatever its kind.

    >>> print(*right_findings(Patent(number="ZL1", kind="design", filing=date(2022, 1, 1))))
    grant: a patent in force needs its grant date
    """
    if right.filing and right.grant and right.grant < right.filing:
        yield finding(
            "right.grant",
            "grant {got} is before filing {filing}",
            path=("grant",),
            got=right.grant,
            filing=right.filing,
        )
    if right.filing and right.publication and right.publication < right.filing and right.kind in PATENT_KINDS:
        yield finding(
            "right.publication",
            "publication {got} is before filing {filing}",
            path=("publication",),
            got=right.publication,
            filing=right.filing,
        )
    if right.status == "pending" and right.grant:
        yield finding("right.pending", "a pending right has no grant date, but {got}", path=("grant",), got=right.grant)
    if right.status == "in_force" and right.kind in PATENT_KINDS and not right.grant:
        yield finding("right.ungranted", "a patent in force needs its grant date", path=("grant",))
    if right.owner and right.owner in right.co_owners:
        yield finding("right.co_owner", "{got!r} is owner and co-owner at once", path=("co_owners",), got=right.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentFamily:
    """Patents for one invention, by family identifier.

    >>> first = Patent(number="ZL1", kind="invention", status="pending", filing=date(2022, 3, 1))
    >>> abroad = Patent(number="US1", kind="invention", jurisdiction="US", status="pending", filing=date(2023, 2, 1))
    >>> family = PatentFamily(id="F1", members=(first, abroad))
    >>> family.jurisdictions, family.first_filing
    (('CN', 'US'), datetime.date(2022, 3, 1))
    """

    id: str
    members: tuple[Patent, ...]

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Where the family is protected, sorted."""
        return tuple(sorted({member.jurisdiction for member in self.members}))

    @property
    def first_filing(self) -> date | None:
        """The earliest priority or filing date of the family."""
        dates = [day for member in self.members for day in (member.priority or member.filing,) if day]
        return min(dates) if dates else None
