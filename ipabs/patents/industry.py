"""The IPC map: from the symbol of a patent to its industry, decay, royalty band and credit sector, in one lookup."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ipabs.basics.tables import Table, read_csv
from ipabs.errors import DataError, finding
from ipabs.patents.patent import Patent


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustryClass:
    """What the IPC map says of one prefix.

    Attributes
    ----------
    strategic_emerging_industry : str
        Its name in the official catalogue, empty for none.
    decay_sector : str
        Sector of `decay_rates`.
    credit_sector : str
        The common factor that ties the defaults of firms of this industry.
    royalty_low, royalty_high : float, optional
        Royalty band of the industry on sales; None where no figure is stated for it.
    """

    prefix: str
    industry: str
    strategic_emerging_industry: str
    decay_sector: str
    credit_sector: str = ""
    royalty_low: float | None = None
    royalty_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpcMap:
    """IPC prefix to industry; the longest prefix counts."""

    source: str
    classes: tuple[IndustryClass, ...]

    def industry_of(self, ipc: str) -> IndustryClass:
        """The class of an IPC symbol.

        >>> ipc_map().industry_of("G06N 3/08").industry
        'artificial intelligence'
        """
        symbol = ipc.replace(" ", "").upper()
        hits = [entry for entry in self.classes if symbol.startswith(entry.prefix)]
        if not hits:
            raise DataError(finding("ipc.unknown", "{got!r} is no IPC symbol that the map knows", got=ipc))
        return max(hits, key=lambda entry: len(entry.prefix))

    def class_of(self, patent: Patent) -> IndustryClass:
        """The class of a patent's first IPC symbol.

        >>> drug = Patent(number="ZL1", kind="invention", status="pending", ipc=("A61K 31/00",))
        >>> ipc_map().class_of(drug).credit_sector
        'biomedicine'
        """
        if not patent.ipc:
            raise DataError(finding("ipc.missing", "{right}: no IPC symbol", right=patent.number))
        return self.industry_of(patent.ipc[0])


def read_ipc_map(table: Table) -> IpcMap:
    """An IPC map from a table.

    Columns prefix, industry, strategic_emerging_industry, decay_sector; and, where stated, credit_sector, royalty_low
    and royalty_high (an empty cell: not stated).
    """
    needed = ("prefix", "industry", "strategic_emerging_industry", "decay_sector")
    rows = zip(*(table.column(name) for name in needed), *(_optional(table, name) for name in OPTIONAL), strict=True)
    return IpcMap(
        source=table.source,
        classes=tuple(
            IndustryClass(
                prefix=prefix,
                industry=industry,
                strategic_emerging_industry=strategic,
                decay_sector=decay,
                credit_sector=credit or industry,
                royalty_low=float(low) if low else None,
                royalty_high=float(high) if high else None,
            )
            for prefix, industry, strategic, decay, credit, low, high in rows
        ),
    )


OPTIONAL = ("credit_sector", "royalty_low", "royalty_high")


def _optional(table: Table, name: str) -> tuple[str, ...]:
    return table.column(name) if name in table.columns else ("",) * len(table.rows)


@functools.cache
def ipc_map() -> IpcMap:
    """The map of the package, an illustration (see its source)."""
    return read_ipc_map(read_csv("patents/ipc_map.csv"))


@functools.cache
def decay_rates() -> Mapping[str, float]:
    """Yearly decay of technology by sector (Li, BEA; Mamuneas): a scenario, not a constant."""
    table = read_csv("patents/decay_rates.csv")
    return dict(zip(table.column("sector"), table.numbers("decay_rate"), strict=True))


def decay_rate_of(patent: Patent, *, industries: IpcMap | None = None) -> float:
    """The decay rate of the sector of a patent's first IPC symbol.

    >>> decay_rate_of(Patent(number="ZL1", kind="invention", status="pending", ipc=("A61K 31/00",)))
    0.1182
    """
    return decay_rates()[(industries or ipc_map()).class_of(patent).decay_sector]


@functools.cache
def all_industry_royalty_band() -> tuple[float, float]:
    """Quartiles of technology royalty rates on sales over all industries (Parr, 6th edition, appendix C).

    >>> [round(rate, 4) for rate in all_industry_royalty_band()]
    [0.0233, 0.066]
    """
    table = read_csv("patents/royalty_rates.csv")
    low, high = np.interp([0.25, 0.75], table.numbers("share_at_most"), table.numbers("royalty_rate"))
    return float(low), float(high)


def royalty_band_of(patent: Patent, *, industries: IpcMap | None = None) -> tuple[float, float]:
    """Lowest and highest usual royalty rate on sales: the industry's where the map states one, else all industries'.

    >>> [round(r, 4) for r in royalty_band_of(Patent(number="ZL1", kind="invention", status="pending", ipc=("G06N",)))]
    [0.0233, 0.066]
    """
    found = (industries or ipc_map()).class_of(patent)
    if found.royalty_low is None or found.royalty_high is None:
        return all_industry_royalty_band()
    return found.royalty_low, found.royalty_high
