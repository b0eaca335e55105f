"""The IPC map: from the symbol of a patent to its industry, decay, royalty band and credit sector, in one lookup.

The map is dated: each line is valid from a day on, and a later line for the same prefix replaces an earlier one. The
package's map (``ipabs/data/patents/ipc_map.csv``) is an illustration; a file of your own replaces it.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ipabs.basics.tables import read_csv
from ipabs.basics.units import RATE_UNIT, SHARE_UNIT, TEXT_UNIT
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.io.columns import Column, TypedColumns, read_columns, read_date, read_words
from ipabs.io.table import Table, package_table
from ipabs.patents.patent import Patent
from ipabs.patents.portfolio import Portfolio

SYMBOL = re.compile(r"[A-H](?:[0-9]{2}(?:[A-Z](?:[0-9]{1,4}(?:/[0-9]{2,6})?)?)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustryClass:
    """What the IPC map says of one prefix from one day on.

    Attributes
    ----------
    strategic_emerging_industry : str
        Its name in the official catalogue, empty for none.
    decay_rate : float
        Yearly decay of the industry's technology.
    credit_sector : str
        The common factor that ties the defaults of firms of this industry.
    royalty_low, royalty_high : float
        Usual royalty rates on sales; the quartiles of all industries where none is stated for this one.

    Examples
    --------
    >>> found = ipc_map().industry_of("H01L 21/00", date(2024, 1, 1))
    >>> found.industry, found.decay_rate, found.credit_sector
    ('semiconductors', 0.1795, 'electronics')
    """

    prefix: str
    valid_from: date
    industry: str
    strategic_emerging_industry: str
    decay_rate: float
    credit_sector: str
    royalty_low: float
    royalty_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IpcMap:
    """IPC prefix to industry; of the lines valid on a day the longest prefix counts, and of these the latest.

    >>> ipc_map().industry_of("A61K 31/00", date(2024, 1, 1)).strategic_emerging_industry
    'biology'
    """

    source: str
    classes: tuple[IndustryClass, ...]

    def industry_of(self, ipc: str, as_of: date) -> IndustryClass:
        """The class of an IPC symbol on a day.

        Raises
        ------
        DataError
            A symbol that no line begins, or none that is valid yet.

        Examples
        --------
        >>> ipc_map().industry_of("G06N 3/08", date(2024, 1, 1)).industry
        'artificial intelligence'
        """
        symbol = ipc.replace(" ", "").upper()
        known = [entry for entry in self.classes if symbol.startswith(entry.prefix)]
        if not known:
            raise DataError(finding("ipc.unknown", "{got!r} is no IPC symbol that the map knows", got=ipc))
        valid = [entry for entry in known if entry.valid_from <= as_of]
        if not valid:
            first = min(entry.valid_from for entry in known)
            template = "the map knows {got!r} from {first} on, not on {as_of}"
            raise DataError(finding("ipc.not_yet", template, got=ipc, first=first, as_of=as_of))
        return max(valid, key=lambda entry: (len(entry.prefix), entry.valid_from))

    def class_of(self, patent: Patent, as_of: date) -> IndustryClass:
        """The class of a patent's first IPC symbol on a day.

        >>> drug = Patent(number="ZL1", kind="invention", status="pending", ipc=("A61K 31/00",))
        >>> found = ipc_map().class_of(drug, date(2024, 1, 1))
        >>> found.credit_sector, found.decay_rate, round(found.royalty_low, 4), round(found.royalty_high, 4)
        ('biomedicine', 0.1182, 0.0233, 0.066)
        """
        if not patent.ipc:
            raise DataError(finding("ipc.missing", "{right}: no IPC symbol", right=patent.number))
        return self.industry_of(patent.ipc[0], as_of)

    def findings(self, portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
        """Patents with symbols whose first the map does not know on a day; designs have no IPC class."""
        for patent in classified(portfolio):
            try:
                self.class_of(patent, as_of)
            except DataError as fault:
                yield from (one.under(patent.number, "ipc") for one in fault.findings)


def classified(portfolio: Portfolio) -> Iterator[Patent]:
    """The inventions and utility models that state an IPC symbol.

    >>> speech = Patent(number="ZL1", kind="invention", ipc=("G10L",))
    >>> shape = Patent(number="ZL2", kind="design", ipc=("14-02",))
    >>> [patent.number for patent in classified(Portfolio(rights=(speech, shape)))]
    ['ZL1']
    """
    return (patent for patent in portfolio.patents if patent.ipc and patent.kind != "design")


def _prefix(text: str) -> str | Finding:
    symbol = text.replace(" ", "").upper()
    template = "{got!r} begins no IPC symbol; write A, A61, A61K or A61K31/00"
    return symbol if SYMBOL.fullmatch(symbol) else finding("ipc_map.prefix", template, got=text)


def map_columns() -> tuple[Column, ...]:
    """The columns that an IPC map may have.

    >>> [column.name for column in map_columns() if column.needed]
    ['prefix', 'valid_from', 'industry']
    """
    sectors = {sector: sector for sector in decay_rates()}
    return (
        Column(name="prefix", read=_prefix, needed=True, headings=("ipc", "IPC", "IPC分类号", "分类号")),
        Column(name="valid_from", read=read_date, needed=True, headings=("生效日", "起始日")),
        Column(name="industry", read=TEXT_UNIT.read, needed=True, headings=("产业", "行业")),
        Column(name="strategic_emerging_industry", read=TEXT_UNIT.read, headings=("战略性新兴产业",)),
        Column(name="decay_rate", read=SHARE_UNIT.read, headings=("衰减率", "技术衰减率")),
        Column(name="decay_sector", read=read_words(sectors), headings=("衰减行业",)),
        Column(name="credit_sector", read=TEXT_UNIT.read, headings=("信用行业", "信用因子")),
        Column(name="royalty_low", read=RATE_UNIT.read, headings=("许可费率下限",)),
        Column(name="royalty_high", read=RATE_UNIT.read, headings=("许可费率上限",)),
    )


def read_ipc_map(table: Table, *, mapping: Mapping[str, str] | None = None) -> IpcMap:
    """An IPC map from a table with a line for each prefix and the day from which it is valid.

    Columns prefix, valid_from and industry; a decay_rate, or the decay_sector of `decay_rates` that gives it; and,
    where stated, strategic_emerging_industry, credit_sector (the industry, if silent), royalty_low with royalty_high.

    Raises
    ------
    DataError
        With every fault at its cell.

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> text = "# 园区对照表\\nIPC,生效日,产业,衰减率,许可费率下限,许可费率上限\\nH01L,2024-01-01,集成电路,18%,3%,7%\\n"
    >>> own = read_ipc_map(parse_table(text.encode(), file="own.csv"))
    >>> found = own.industry_of("H01L 21/00", date(2024, 6, 1))
    >>> found.industry, found.decay_rate, found.royalty_high, own.source
    ('集成电路', 0.18, 0.07, '园区对照表')
    """
    read = read_columns(table, map_columns(), mapping=mapping)
    refuse(DataError, read.findings)
    refuse(DataError, _row_findings(read))
    return IpcMap(source=table.notice, classes=tuple(_industry_class(read.row(row)) for row in range(len(table))))


def _row_findings(read: TypedColumns) -> Iterator[Finding]:
    seen = Counter[tuple[str, date]]()
    for row in range(len(read.table)):
        given = read.row(row)
        low, high = given.get("royalty_low"), given.get("royalty_high")
        if "decay_rate" not in given and "decay_sector" not in given:
            fault = finding("ipc_map.decay", "neither a decay_rate nor a decay_sector", path=("decay_rate",))
            yield read.at(row, fault)
        if (low is None) != (high is None) or (low is not None and high is not None and low > high):
            template = "royalty rates from {got} to {high}; state both, rising, or neither"
            fault = finding("ipc_map.royalty", template, path=("royalty_low", "royalty_high"), got=low, high=high)
            yield read.at(row, fault)
        key = given["prefix"], given["valid_from"]
        seen[key] += 1
        if seen[key] > 1:
            fault = finding("ipc_map.twice", "{got} stands twice from {day} on", got=key[0], day=key[1])
            yield read.at(row, fault, field="prefix")


def _industry_class(given: dict[str, Any]) -> IndustryClass:
    low, high = all_industry_royalty_band()
    sector = given.pop("decay_sector", None)
    usual = {
        "strategic_emerging_industry": "",
        "decay_rate": decay_rates()[sector] if sector else None,
        "credit_sector": given["industry"],
        "royalty_low": low,
        "royalty_high": high,
    }
    return IndustryClass(**{**usual, **given})


@functools.cache
def ipc_map() -> IpcMap:
    """The map of the package, an illustration (see its source).

    >>> ipc_map().industry_of("H04L", date(2024, 1, 1)).credit_sector
    'information technology'
    """
    return read_ipc_map(package_table("patents/ipc_map.csv"))


@functools.cache
def decay_rates() -> Mapping[str, float]:
    """Yearly decay of technology by sector (Li, BEA; Mamuneas): a scenario, not a constant.

    >>> decay_rates()["semiconductor"], decay_rates()["pharma"]
    (0.1795, 0.1182)
    """
    table = read_csv("patents/decay_rates.csv")
    return dict(zip(table.column("sector"), table.numbers("decay_rate"), strict=True))


@functools.cache
def all_industry_royalty_band() -> tuple[float, float]:
    """Quartiles of technology royalty rates on sales over all industries (Parr, 6th edition, appendix C).

    >>> [round(rate, 4) for rate in all_industry_royalty_band()]
    [0.0233, 0.066]
    """
    table = read_csv("patents/royalty_rates.csv")
    low, high = np.interp([0.25, 0.75], table.numbers("share_at_most"), table.numbers("royalty_rate"))
    return float(low), float(high)
