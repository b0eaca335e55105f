"""A portfolio of IP rights: checks across rights, remaining life, fees, expiry ladder, concentration."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ipabs.basics.concentration import effective_number, herfindahl, top_share
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.patent import IPRight, Patent, PatentFamily
from ipabs.patents.renewal_fees import EntitySize, Reduction, fee_schedule, fee_table
from ipabs.patents.statute import is_alive, remaining_years, statutory_expiry, why_dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """IP rights that belong together.

    >>> Portfolio(rights=(Patent(number="ZL1", kind="design", filing=date(2022, 1, 1), grant=date(2022, 6, 1)),))
    Portfolio: 1 right (1 design)
    """

    rights: tuple[IPRight, ...]

    def __repr__(self) -> str:
        kinds = Counter(right.kind for right in self.rights)
        parts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(kinds.items()))
        return f"Portfolio: {len(self.rights)} right{'s' * (len(self.rights) != 1)}" + f" ({parts})" * bool(parts)

    @property
    def patents(self) -> tuple[Patent, ...]:
        """The patents and applications among the rights."""
        return tuple(right for right in self.rights if isinstance(right, Patent))

    @property
    def families(self) -> tuple[PatentFamily, ...]:
        """Patents grouped by family identifier, in order of first appearance; a patent without one stands alone.

        >>> held, dead = (
        ...     Patent(number=f"ZL{year}", kind="utility_model", family="F1", filing=date(year, 1, 1),
        ...            grant=date(year, 9, 1)) for year in (2016, 2012))
        >>> [(family.id, len(family.members)) for family in Portfolio(rights=(held, dead)).families]
        [('F1', 2)]
        """
        groups: dict[str, list[Patent]] = {}
        for patent in self.patents:
            groups.setdefault(patent.family or patent.number, []).append(patent)
        return tuple(PatentFamily(id=name, members=tuple(members)) for name, members in groups.items())

    def of(self, owner: str) -> "Portfolio":
        """The rights of one owner.

        >>> mark = IPRight(number="T1", kind="trademark", owner="B", grant=date(2020, 1, 1))
        >>> Portfolio(rights=(mark,)).of("B"), Portfolio(rights=(mark,)).of("A")
        (Portfolio: 1 right (1 trademark), Portfolio: 0 rights)
        """
        return Portfolio(rights=tuple(right for right in self.rights if right.owner == owner))

    def alive(self, as_of: date) -> "Portfolio":
        """The rights in force or pending on `as_of`, and not past their expiry.

        >>> held, dead = (
        ...     Patent(number=f"ZL{year}", kind="utility_model", family="F1", filing=date(year, 1, 1),
        ...            grant=date(year, 9, 1)) for year in (2016, 2012))
        >>> [right.number for right in Portfolio(rights=(held, dead)).alive(date(2024, 1, 1)).rights]
        ['ZL2016']
        """
        return Portfolio(rights=tuple(right for right in self.rights if is_alive(right, as_of)))

    def findings(self) -> Iterator[Finding]:
        """A number that stands twice."""
        for number, count in Counter(right.number for right in self.rights).items():
            if count > 1:
                yield finding("portfolio.duplicate", "right {got} stands {count} times", got=number, count=count)

    def to_frame(self, as_of: date) -> pd.DataFrame:
        """One row a right: number, kind, owner, status, filing, grant, expiry and remaining life in years.

        >>> held, dead = (
        ...     Patent(number=f"ZL{year}", kind="utility_model", family="F1", filing=date(year, 1, 1),
        ...            grant=date(year, 9, 1)) for year in (2016, 2012))
        >>> Portfolio(rights=(held, dead)).to_frame(date(2024, 1, 1))["remaining_life_years"].to_dict()
        {'ZL2016': 2.0, 'ZL2012': 0.0}
        """
        return pd.DataFrame(
            {
                "kind": [right.kind for right in self.rights],
                "owner": [right.owner for right in self.rights],
                "status": [right.status for right in self.rights],
                "filing": [right.filing for right in self.rights],
                "grant": [right.grant for right in self.rights],
                "expiry": [statutory_expiry(right) for right in self.rights],
                "remaining_life_years": [remaining_years(right, as_of) for right in self.rights],
            },
            index=pd.Index([right.number for right in self.rights], name="number"),
        )


def pledge_findings(portfolio: Portfolio, as_of: date) -> tuple[Finding, ...]:
    """What forbids pledging these rights: pledged twice, a co-owner's consent missing, not alive.

    Source: Patent Law of China art. 14 (co-owners); Civil Code art. 444; CNIPA measures on patent pledges.

    >>> owned = Patent(number="ZL1", kind="design", filing=date(2022, 1, 1), grant=date(2022, 6, 1), co_owners=("B",))
    >>> print(*pledge_findings(Portfolio(rights=(owned,)), date(2024, 1, 1)))
    ZL1.co_owners_consent: ZL1: consent of co-owner B is missing
    """
    return tuple(found for right in portfolio.rights for found in _pledge_findings(right, as_of))


def _pledge_findings(right: IPRight, as_of: date) -> Iterable[Finding]:
    standing = [pledge for pledge in right.pledges if pledge.stands(as_of)]
    if len({pledge.contract for pledge in standing}) > 1:
        yield finding(
            "pledge.twice",
            "{right} is pledged to {got} at once",
            path=(right.number, "pledges"),
            got=" and ".join(pledge.contract for pledge in standing),
            right=right.number,
        )
    if right.co_owners and not right.co_owners_consent:
        yield finding(
            "pledge.co_owner",
            "{right}: consent of co-owner {got} is missing",
            path=(right.number, "co_owners_consent"),
            got=", ".join(right.co_owners),
            right=right.number,
        )
    if standing and (reason := why_dead(right, as_of)):
        yield finding(
            "pledge.not_alive",
            "{right} is pledged, but {got} on {as_of}",
            path=(right.number, "status"),
            got=reason,
            right=right.number,
            as_of=as_of,
        )


def fee_budget(portfolio: Portfolio, *, reduction: Reduction = "none", entity: EntitySize = "") -> pd.DataFrame:
    """Renewal fees of the granted patents by calendar year of their due date (rows) and patent (columns).

    `reduction` is the Chinese owner's, `entity` the size that the US office asks for.

    Raises
    ------
    DataError
        Patents whose fees are in different currencies: take one office at a time.

    Examples
    --------
    >>> one = Patent(number="ZL1", kind="utility_model", filing=date(2020, 3, 1), grant=date(2021, 1, 1))
    >>> float(fee_budget(Portfolio(rights=(one,))).to_numpy().sum())
    11200.0
    """
    granted = [patent for patent in portfolio.patents if patent.grant]
    tables = {
        patent.number: fee_table(patent.jurisdiction, patent.kind, entity=entity if patent.jurisdiction == "US" else "")
        for patent in granted
    }
    currencies = sorted({table.currency for table in tables.values()})
    if len(currencies) > 1:
        template = "fees in {got}; take the patents of one currency at a time"
        raise DataError(finding("portfolio.currencies", template, got=" and ".join(currencies)))
    years: dict[str, dict[int, float]] = {}
    for patent in granted:
        row = years.setdefault(patent.number, {})
        for fee in fee_schedule(patent, reduction=reduction, table=tables[patent.number]):
            row[fee.due.year] = row.get(fee.due.year, 0.0) + fee.amount
    frame = pd.DataFrame(years).sort_index().fillna(0.0)
    frame.index.name = "year"
    return frame


def expiry_ladder(portfolio: Portfolio, *, as_of: date, values: Mapping[str, float] | None = None) -> pd.DataFrame:
    """How many rights, and how much value, expire in each calendar year.

    Returns
    -------
    DataFrame
        Indexed by year: rights, value, value_share, cumulative_share; rights not alive on `as_of` are left out.

    Examples
    --------
    >>> rights = tuple(
    ...     Patent(number=f"ZL{n}", kind="utility_model", filing=date(2015 + n, 1, 1), grant=date(2016 + n, 1, 1))
    ...     for n in range(3)
    ... )
    >>> expiry_ladder(Portfolio(rights=rights), as_of=date(2024, 1, 1))["rights"].to_dict()
    {2025: 1, 2026: 1, 2027: 1}
    """
    alive = [right for right in portfolio.rights if is_alive(right, as_of)]
    worth = values or {right.number: 1.0 for right in alive}
    refuse(DataError, _value_findings(alive, worth))
    frame = pd.DataFrame(
        {
            "year": [statutory_expiry(right).year for right in alive],
            "rights": 1,
            "value": [float(worth[right.number]) for right in alive],
        }
    )
    ladder = frame.groupby("year").sum()
    total = ladder["value"].sum()
    ladder["value_share"] = ladder["value"] / total if total else 0.0
    ladder["cumulative_share"] = ladder["value_share"].cumsum()
    return ladder


def _value_findings(alive: Iterable[IPRight], worth: Mapping[str, float]) -> Iterator[Finding]:
    for right in alive:
        if right.number not in worth:
            yield finding("portfolio.value", "no value for {got}", path=(right.number,), got=right.number)
        elif not 0 <= worth[right.number] < math.inf:
            template = "a value of {got}; wanted an amount of 0 or more"
            yield finding("portfolio.amount", template, path=(right.number,), got=worth[right.number])


def expiry_cliff(ladder: pd.DataFrame) -> tuple[int, float]:
    """The calendar year in which the largest share of value expires, and that share.

    Raises
    ------
    DataError
        A ladder without a right: nothing expires.

    Examples
    --------
    >>> rights = tuple(
    ...     Patent(number=f"ZL{n}", kind="utility_model", filing=date(2015 + n, 1, 1), grant=date(2016 + n, 1, 1))
    ...     for n in range(2)
    ... )
    >>> worth = {"ZL0": 3e6, "ZL1": 1e6}
    >>> expiry_cliff(expiry_ladder(Portfolio(rights=rights), as_of=date(2024, 1, 1), values=worth))
    (2025, 0.75)
    """
    if ladder.empty:
        raise DataError(finding("portfolio.no_ladder", "no right is alive, so none expires"))
    shares = ladder["value_share"].to_numpy(dtype=float)
    return int(ladder.index.to_numpy()[shares.argmax()]), float(shares.max())


def concentration(values: Mapping[str, float]) -> dict[str, float]:
    """Herfindahl index, effective number and top shares of a portfolio's values.

    >>> result = concentration({str(n): v for n, v in enumerate([30, 20, 15, 10, 10, 5, 5, 3, 1, 1])})
    >>> round(result["herfindahl"], 4), round(result["effective_number"], 3), result["top_1"], result["top_3"]
    (0.1786, 5.599, 0.3, 0.65)
    """
    amounts = list(values.values())
    return {
        "herfindahl": herfindahl(amounts),
        "effective_number": effective_number(amounts),
        "top_1": top_share(amounts, 1),
        "top_3": top_share(amounts, 3),
    }
