"""How long a right lasts by law: terms, compensation for delay, extension for drugs.

Terms are dated data (``ipabs/data/patents/statute.toml``) with the article of each law.
"""

import functools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ipabs.basics.schedule import add_months
from ipabs.basics.tables import read_toml
from ipabs.errors import DataError, finding, refuse
from ipabs.patents.patent import ALIVE, IPRight, Patent


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One statutory term: `years` from filing, grant or publication, for rights filed in [filed_from, filed_before).

    >>> Term(jurisdiction="CN", kind="layout_design", years=10, counted_from="filing") in terms()
    True
    """

    jurisdiction: str
    kind: str
    years: int
    counted_from: str
    filed_from: date = date.min
    filed_before: date = date.max
    renewable: bool = False
    year_end: bool = False


@functools.cache
def terms() -> tuple[Term, ...]:
    """The statutory terms in force, as package data.

    >>> [(one.years, str(one.filed_before)) for one in terms() if (one.jurisdiction, one.kind) == ("CN", "design")]
    [(15, '9999-12-31'), (10, '2021-06-01')]
    """
    return tuple(_term(dict(entry)) for entry in read_toml("patents/statute.toml")["term"])


def _term(entry: dict[str, Any]) -> Term:
    return Term(counted_from=entry.pop("from"), **entry)


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; 29 February gives 28 February where there is none.

    Source: Implementing Regulations of the Patent Law of China, rule 5 (a period without a corresponding day ends on
    the last day of that month).

    >>> add_years(date(2004, 2, 29), 10)
    datetime.date(2014, 2, 28)
    """
    return add_months(day, 12 * years)


def statutory_expiry(right: IPRight) -> date:
    """The first day without protection by law, fees and validity apart.

    ``expiry = (filing | grant | publication) + term``, plus days of term compensation. The last day that a certificate
    states, `stated_expiry` or the `renewed_to` of a renewed trademark, is still one of protection.

    Source: Guidelines for Patent Examination of CNIPA, part V, chapter 9, section 2.1 (a utility model filed on
    1999-09-06 lasts to 2009-09-05 and ends on 2009-09-06, holiday or not).

    Raises
    ------
    DataError
        When the date the term is counted from is missing, or no term is known for the kind and jurisdiction.

    Examples
    --------
    >>> statutory_expiry(Patent(number="ZL1999", kind="utility_model", filing=date(1999, 9, 6), grant=date(2000, 5, 1)))
    datetime.date(2009, 9, 6)
    >>> statutory_expiry(Patent(number="ZL2020", kind="design", filing=date(2021, 5, 31), grant=date(2021, 12, 1)))
    datetime.date(2031, 5, 31)
    >>> statutory_expiry(Patent(number="ZL2021", kind="design", filing=date(2021, 6, 1), grant=date(2021, 12, 1)))
    datetime.date(2036, 6, 1)
    """
    if last_day := right.stated_expiry or right.renewed_to:
        return last_day + timedelta(days=1)
    term = _term_of(right)
    start = {"filing": right.filing, "grant": right.grant, "publication": right.publication}[term.counted_from]
    if start is None:
        raise DataError(
            finding(
                "right.term_start",
                "{right}: the term counts from {start}, which is missing",
                path=(term.counted_from,),
                right=right.number,
                start=term.counted_from,
            )
        )
    end = date(start.year + term.years + 1, 1, 1) if term.year_end else add_years(start, term.years)
    return end + timedelta(days=right.term_compensation_days) if isinstance(right, Patent) else end


def _term_of(right: IPRight) -> Term:
    filed = right.filing or right.grant or date.max - timedelta(days=1)
    for term in terms():
        if (term.jurisdiction, term.kind) == (right.jurisdiction, right.kind) and (
            term.filed_from <= filed < term.filed_before
        ):
            return term
    raise DataError(
        finding(
            "right.no_term",
            "{right}: no statutory term of a {got} in {jurisdiction}; state its expiry",
            path=("stated_expiry",),
            got=right.kind,
            right=right.number,
            jurisdiction=right.jurisdiction,
        )
    )


def term_compensation_days(
    *,
    filing: date,
    examination_request: date,
    grant: date,
    reasonable_delay_days: int = 0,
    applicant_delay_days: int = 0,
) -> int:
    """Days of compensation for delay in granting a Chinese invention patent.

    ``grant − max(filing + 4 y, request + 3 y) − reasonable delay − applicant's delay``, not below zero. To be requested
    within three months of grant.

    Parameters
    ----------
    filing : date
        Of an international application its entry into the national phase, of a divisional one its own submission.
    examination_request : date
        The later of the request and the publication of the application.

    Raises
    ------
    DataError
        Negative days of delay; a grant before filing or request.

    Source: Patent Law of China art. 42(2); Implementing Regulations (2024) rules 77 to 79; Guidelines for Patent
    Examination (2023), part V, chapter 9, section 2.2.

    >>> term_compensation_days(filing=date(2018, 3, 1), examination_request=date(2019, 9, 1), grant=date(2024, 3, 1),
    ...                        reasonable_delay_days=100, applicant_delay_days=60)
    387
    """
    delays = {"reasonable_delay_days": reasonable_delay_days, "applicant_delay_days": applicant_delay_days}
    template = "{got} days of delay; 0 or more"
    found = [finding("right.delay", template, path=(name,), got=days) for name, days in delays.items() if not days >= 0]
    if grant < max(filing, examination_request):
        template = "grant {got} is before filing {filing} or request {request}"
        found.append(
            finding("right.before", template, path=("grant",), got=grant, filing=filing, request=examination_request)
        )
    refuse(DataError, found)
    threshold = max(add_years(filing, 4), add_years(examination_request, 3))
    days = (grant - threshold).days - reasonable_delay_days - applicant_delay_days
    return max(days, 0)


def drug_term_extension(*, filing: date, approval: date) -> date:
    """New expiry of a Chinese invention patent for a new drug, after marketing approval.

    ``expiry + (approval − filing − 5 y)``, at most 5 years and at most 14 years after approval.

    Source: Patent Law of China art. 42(3); Implementing Regulations (2024) rule 82.

    >>> drug_term_extension(filing=date(2010, 1, 1), approval=date(2017, 7, 1))
    datetime.date(2031, 7, 1)
    """
    expiry = add_years(filing, 20)
    gained = add_years(filing, 5)
    months = (approval.year - gained.year) * 12 + approval.month - gained.month
    extended = add_months(expiry, months) + timedelta(days=approval.day - gained.day)
    return max(expiry, min(extended, add_years(expiry, 5), add_years(approval, 14)))


def is_alive(right: IPRight, as_of: date) -> bool:
    """Whether the right is filed and in force or pending on `as_of`, and not past its expiry.

    >>> model = Patent(number="ZL1", kind="utility_model", filing=date(2014, 1, 1), grant=date(2015, 1, 1))
    >>> is_alive(model, date(2023, 12, 31)), is_alive(model, date(2024, 1, 1))
    (True, False)
    """
    return not why_dead(right, as_of)


def why_dead(right: IPRight, as_of: date) -> str:
    """Why the right has no effect on `as_of`: its status, ``not filed``, ``expired``; empty for one that is alive.

    >>> design = Patent(number="ZL1", kind="design", filing=date(2022, 1, 1), grant=date(2022, 6, 1))
    >>> [why_dead(design, day) for day in (date(2021, 12, 31), date(2022, 1, 1), date(2037, 1, 1))]
    ['not filed', '', 'expired']
    """
    if right.status not in ALIVE:
        return right.status
    if right.filing and as_of < right.filing:
        return "not filed"
    return "" if as_of < statutory_expiry(right) else "expired"


def years_between(first: date, last: date) -> float:
    """Years from one day to a later one: whole years by the calendar, the rest in days of the year it falls in.

    An anniversary gives a whole number.

    >>> years_between(date(2024, 1, 1), date(2034, 1, 1)), round(years_between(date(2024, 7, 1), date(2034, 1, 1)), 4)
    (10.0, 9.5041)
    """
    whole = last.year - first.year
    whole -= add_years(first, whole) > last
    begun = add_years(first, whole)
    return whole + (last - begun).days / (add_years(first, whole + 1) - begun).days


def remaining_years(right: IPRight, as_of: date) -> float:
    """Years from `as_of` to expiry (see `years_between`); zero for a right that is not alive.

    >>> right = Patent(number="ZL1", kind="invention", filing=date(2014, 1, 1), grant=date(2016, 1, 1))
    >>> remaining_years(right, date(2024, 1, 1)), round(remaining_years(right, date(2024, 7, 1)), 4)
    (10.0, 9.5041)
    """
    return years_between(as_of, statutory_expiry(right)) if is_alive(right, as_of) else 0.0


def is_renewable(right: IPRight) -> bool:
    """Whether the right may be renewed without end, as a trademark is.

    >>> is_renewable(IPRight(number="T1", kind="trademark", grant=date(2020, 1, 1)))
    True
    """
    return any(term.renewable for term in terms() if (term.jurisdiction, term.kind) == (right.jurisdiction, right.kind))
