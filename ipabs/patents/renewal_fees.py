"""Official renewal fees: what it costs to keep a right in force.

Fees are dated data (``ipabs/data/patents/renewal_fees.csv``); `FeeTable` objects of your own replace them.
"""

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ipabs.basics.schedule import add_months
from ipabs.basics.tables import read_csv
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.patent import Patent
from ipabs.patents.statute import add_years, statutory_expiry

Reduction = Literal["none", "sole", "joint"]
EntitySize = Literal["", "large", "small", "micro"]

# Share of the fee that remains, for ten years from the year of grant. CNIPA Announcement 272 (2018-08-01): 85 % off for
# one applicant (a person, or a firm with taxable income up to CNY 1 million), 70 % off for joint applicants.
REDUCED: dict[Reduction, float] = {"none": 1.0, "sole": 0.15, "joint": 0.30}
REDUCTION_YEARS = 10
# CNIPA Announcement 594 (2024-08-06): 15 % off while an open licence runs; not on top of another reduction.
OPEN_LICENCE = 0.85
# The same announcement: 8,000 yuan for each full year of a compensated term; a part of a year is free.
COMPENSATION_YEAR_FEE = 8000.0
# Implementing Regulations of the Patent Law, rule 98: 5 % of the fee for each month late, six months of grace.
LATE_RATE = 0.05
GRACE_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTable:
    """Fees of one office for one kind of right, from a date on.

    Attributes
    ----------
    years : tuple of float
        Patent years (from filing); for the US, years after grant.
    fees : tuple of float
        Fee for each entry of `years`, in `currency`.

    Examples
    --------
    >>> own = FeeTable(name="own", jurisdiction="CN", kind="design", currency="CNY", effective_from=date(2025, 1, 1),
    ...                years=(1.0, 2.0), fees=(600.0, 650.0))
    >>> own.fee(2), own.fee(3)
    (650.0, 0.0)
    """

    name: str
    jurisdiction: str
    kind: str
    currency: str
    effective_from: date
    years: tuple[float, ...]
    fees: tuple[float, ...]
    entity: str = ""

    def fee(self, year: float) -> float:
        """The fee for one patent year, without reductions; zero where none is due.

        >>> fee_table("CN", "invention").fee(5)
        1200.0
        """
        return dict(zip(self.years, self.fees, strict=True)).get(year, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalFee:
    """One fee: the patent year it pays for, when it is due, and how much.

    >>> design = Patent(number="ZL1", kind="design", filing=date(2022, 3, 1), grant=date(2022, 9, 1))
    >>> fee_schedule(design)[3]
    RenewalFee(year=4.0, due=datetime.date(2025, 3, 1), amount=900.0)
    """

    year: float
    due: date
    amount: float


@functools.cache
def fee_tables() -> tuple[FeeTable, ...]:
    """The fee tables of the package, in the order of the file.

    >>> sum(fee_tables()[0].fees), fee_tables()[0].effective_from
    (82300.0, datetime.date(2001, 7, 1))
    """
    data = read_csv("patents/renewal_fees.csv")
    rows = zip(*(data.column(name) for name in data.columns), strict=True)
    tables = []
    for key, group in itertools.groupby(rows, key=lambda row: row[:6]):
        name, jurisdiction, kind, entity, effective_from, currency = key
        entries = list(group)
        tables.append(
            FeeTable(
                name=name,
                jurisdiction=jurisdiction,
                kind=kind,
                entity=entity,
                currency=currency,
                effective_from=date.fromisoformat(effective_from),
                years=tuple(float(entry[6]) for entry in entries if entry[6]),  # a table without a year has no fees
                fees=tuple(float(entry[7]) for entry in entries if entry[6]),
            )
        )
    return tuple(tables)


def fee_table(jurisdiction: str, kind: str, *, entity: EntitySize = "") -> FeeTable:
    """The fee table of one office and kind; the US asks for the size of the entity.

    >>> fee_table("US", "invention", entity="small").fees
    (860.0, 1616.0, 3312.0)
    """
    for table in fee_tables():
        if (table.jurisdiction, table.kind, table.entity) == (jurisdiction, kind, entity):
            return table
    raise DataError(
        finding(
            "fees.no_table",
            "no renewal fees for {got}; {hint}",
            got=" ".join(word for word in (jurisdiction, kind, entity) if word),
            allowed=[f"{t.jurisdiction} {t.kind} {t.entity}".strip() for t in fee_tables()],
        )
    )


def fee_schedule(
    patent: Patent, *, reduction: Reduction = "none", entity: EntitySize = "", table: FeeTable | None = None
) -> tuple[RenewalFee, ...]:
    """All renewal fees of a granted patent from grant to expiry, in order of due date.

    China: one fee per patent year counted from filing, the first for the year of grant, due at the start of the year.
    Reductions run for ten years from the year of grant; an open licence takes 15 % off and does not stack with them.
    US: fees 3.5, 7.5 and 11.5 years after grant, none for a design. EP, UP: yearly, due at the start of the patent
    year. Nothing falls due from expiry on.

    Parameters
    ----------
    reduction : {"none", "sole", "joint"}
        Chinese fee reduction of the owner.
    entity : {"", "large", "small", "micro"}
        Size of the owner, for the US.

    Examples
    --------
    >>> patent = Patent(number="ZL1", kind="invention", filing=date(2020, 3, 1), grant=date(2021, 9, 1))
    >>> sum(fee.amount for fee in fee_schedule(patent))
    81400.0
    >>> round(sum(fee.amount for fee in fee_schedule(patent, reduction="sole")), 2)
    64910.0
    """
    if patent.filing is None or patent.grant is None:
        raise DataError(finding("fees.dates", "{right}: renewal fees need filing and grant dates", right=patent.number))
    refuse(DataError, (*patent.findings(), *_reduction_findings(reduction)))
    chosen = table or fee_table(patent.jurisdiction, patent.kind, entity=entity)
    if chosen.jurisdiction == "US":
        return _after_grant(patent, patent.grant, chosen)
    return _by_patent_year(patent, patent.filing, patent.grant, chosen, reduction)


def _reduction_findings(reduction: str) -> Iterator[Finding]:
    if reduction not in REDUCED:
        yield finding("fees.reduction", "no reduction {got!r}; {hint}", path=("reduction",), got=reduction,
                      allowed=REDUCED)  # fmt: skip


def _after_grant(patent: Patent, grant: date, table: FeeTable) -> tuple[RenewalFee, ...]:
    fees = (
        RenewalFee(year=year, due=add_months(grant, round(12 * year)), amount=fee)
        for year, fee in zip(table.years, table.fees, strict=True)
    )
    return tuple(fee for fee in fees if fee.due < statutory_expiry(patent))


def _by_patent_year(
    patent: Patent, filing: date, grant: date, table: FeeTable, reduction: Reduction
) -> tuple[RenewalFee, ...]:
    first = patent_year(filing, grant)
    expiry = statutory_expiry(patent)
    fees = []
    for year, full in zip(table.years, table.fees, strict=True):
        start = add_years(filing, int(year) - 1)
        if year < first or start >= expiry:
            continue
        reduced = REDUCED[reduction] if year < first + REDUCTION_YEARS else 1.0
        factor = OPEN_LICENCE if patent.open_licence and reduced == 1.0 else reduced
        fees.append(RenewalFee(year=year, due=grant if year == first else start, amount=full * factor))
    extra_years = patent.term_compensation_days // 365
    last = int(table.years[-1])
    fees += [
        RenewalFee(year=last + n, due=add_years(filing, last + n - 1), amount=COMPENSATION_YEAR_FEE)
        for n in range(1, extra_years + 1)
    ]
    return tuple(fees)


def patent_year(filing: date, day: date) -> int:
    """The patent year in which `day` falls; year 1 starts on the filing date.

    >>> patent_year(date(2020, 3, 1), date(2021, 2, 28)), patent_year(date(2020, 3, 1), date(2021, 3, 1))
    (1, 2)
    """
    years = day.year - filing.year
    return years + 1 if day >= add_years(filing, years) else years


def is_amount(value: object) -> bool:
    """Whether a value is one finite number of 0 or more; a cell of text is not.

    >>> is_amount(2000), is_amount("2000"), is_amount(float("nan"))
    (True, False, False)
    """
    return isinstance(value, int | float) and 0 <= value < math.inf


def late_fee(fee: float, months_late: int) -> float:
    """Surcharge for paying a Chinese renewal fee late: 5 % of the full fee for each full month, six at most.

    >>> round(late_fee(2000, 3), 2)
    300.0
    """
    if not is_amount(fee):
        raise DataError(finding("fees.amount", "a fee of {got}; wanted an amount of 0 or more", path=("fee",), got=fee))
    if not (is_amount(months_late) and months_late in range(GRACE_MONTHS + 1)):
        raise DataError(
            finding(
                "fees.grace",
                "{got} months late; whole months up to {grace}, after which the right has lapsed",
                got=months_late,
                grace=GRACE_MONTHS,
            )
        )
    return LATE_RATE * months_late * fee
