"""The files that a case names: tapes, deals, trustees' tables, index histories, notices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from ipabs.basics.calendar import CalendarName
from ipabs.basics.units import Count, Money
from ipabs.errors import Finding, finding
from ipabs.financing.facility import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """A tape, by its file: CSV, a workbook or Parquet."""

    SHORT: ClassVar[str] = "file"

    file: Annotated[str, "path of the tape"]
    mapping: Annotated[str, "path of a file that says what the tape's own headings and words mean"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapes:
    """The tapes of a case; paths are read from the case file's folder."""

    firms: Annotated[Tape, "one row a contract, assigned by the column `deal`"]
    patents: Annotated[Tape | None, "one row a right, held against the firm tape"] = None
    ipc_map: Annotated[Tape | None, "IPC prefix to industry, decay and royalty, instead of the package's map"] = None
    filings: Annotated[Tape | None, "filings of the field by all owners, for its landscape"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFile:
    """A deal of the case, by its file."""

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "file"

    name: Annotated[str, "the word in the firm tape's column `deal`"]
    file: Annotated[str, "path of the deal file"]
    days_to_money: Annotated[Count | None, "days from a firm's application to its money"] = None
    certainty: Annotated[Certainty, "how sure the money is"] = "subject_to_issue"
    contingent_cost: Annotated[Money, "the guarantor's fair fee less the fee charged, from a credit model"] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesColumn:
    """A heading of a trustee's table and the series it stands for."""

    KEYED: ClassVar[str] = "heading"
    SHORT: ClassVar[str] = "series"

    heading: str
    series: Annotated[str, "date, interest, principal, prepayment, recovery, guarantee, other, defaulted, …"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeFile:
    """A trustee's own table of collections, one row a period, instead of a projection of contracts."""

    KEYED: ClassVar[str] = "deal"
    SHORT: ClassVar[str] = "file"

    deal: str
    file: Annotated[str, "path of the table; its rows run through the collection ends or payment dates"]
    opening: Annotated[Money | None, "performing balance at the cut-off; the assets that the deal buys, if silent"] = (
        None
    )
    columns: Annotated[tuple[SeriesColumn, ...], "headings of its own"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFile:
    """An index history of the user's own, by its file: lines ``date,rate``."""

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "file"

    name: Annotated[str, "as contracts and coupons call it; a published name replaces the published history"]
    file: Annotated[str, "path of the history"]
    known_until: Annotated[date | None, "last day for which it is known; that of the last row, if silent"] = None
    tenor_months: Annotated[Count, "length of the loan that the index stands for"] = 12

    def findings(self) -> Iterator[Finding]:
        """A loan of no length."""
        if not self.tenor_months:
            template = "a tenor of {got} months; it has at least 1"
            yield finding("case.tenor", template, path=("tenor_months",), got=self.tenor_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """Days that differ from a calendar, by a file of lines ``date,day,note``, where `day` is open or closed."""

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "file"

    name: Annotated[CalendarName, "the calendar, as deals and contracts call it"]
    file: Annotated[str, "path of the notice"]
    known_until: Annotated[date | None, "last announced day; that of the calendar itself, if silent"] = None
