"""The firms of a case: what the firm tape says of each beyond its contract."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from ipabs.basics.units import FACTOR_UNIT, MONEY_UNIT, RATE_UNIT, SHARE_UNIT
from ipabs.errors import Finding, finding
from ipabs.financing.facility import ComparatorStatus, FirmFacts, Stage
from ipabs.io.columns import read_date, read_flag
from ipabs.io.table import Table

FIRM = ("obligor", "firm", "企业", "企业编号", "债务人")
HEADINGS = {
    "deal": ("所属产品", "产品"),
    "revenue": ("营业收入", "年营业收入"),
    "tax_rate": ("所得税率",),
    "loss_making": ("是否亏损",),
    "profitable_from": ("预计盈利日期",),
    "stage": ("发展阶段",),
    "appraised_value": ("评估价值", "评估值"),
    "advance_rate": ("质押率",),
    "comparator_rate": ("对比利率", "银行贷款利率"),
    "comparator_fees": ("对比费率", "担保费率"),
    "provenance": ("数据来源", "出处"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The loan a firm was offered, or could have had: annual rate and yearly guarantee fee."""

    rate: float
    fees: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValue:
    """What the deal itself says of a firm's rights: their appraisal, and how much of it the contract advances."""

    value: float | None = None
    advance_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """Facts, quotes and stated appraisals by firm, and where each row's figures come from."""

    facts: tuple[FirmFacts, ...]
    quotes: tuple[tuple[str, Quote], ...]
    stated: tuple[tuple[str, StatedValue], ...]  # one a contract
    provenance: tuple[tuple[str, str], ...]

    def stated_of(self, firm: str) -> StatedValue:
        """The appraisals of a firm's contracts added up, with their advance rates averaged by value."""
        own = [one for name, one in self.stated if name == firm]
        values = [one.value for one in own if one.value is not None]
        rates = [one.advance_rate for one in own if one.advance_rate is not None]
        whole = sum(values) if values else None
        if whole and len(values) == len(rates) == len(own):
            return StatedValue(
                value=whole, advance_rate=sum(v * rate for v, rate in zip(values, rates, strict=True)) / whole
            )
        return StatedValue(value=whole, advance_rate=max(rates, default=None))


def word(allowed: tuple[str, ...]) -> Callable[[str], Any]:
    """Reads one of a closed set of words."""

    def read(text: str) -> Any:
        return text if text in allowed else finding("case.word", "no word {got!r}; {hint}", got=text, allowed=allowed)

    return read


COUNTED = ("invention", "utility_model")
COLUMNS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("revenue", MONEY_UNIT.read),
    ("tax_rate", SHARE_UNIT.read),
    ("stage", word(get_args(Stage))),
    ("comparator_status", word(get_args(ComparatorStatus))),
    ("comparator_rate", RATE_UNIT.read),
    ("comparator_fees", RATE_UNIT.read),
    ("appraised_value", MONEY_UNIT.read),
    ("advance_rate", FACTOR_UNIT.read),
    ("loss_making", read_flag),
    ("profitable_from", read_date),
)
OF_CONTRACTS = ("appraised_value", "advance_rate")  # the others are said of the firm


def in_own_words(table: Table, mapping: Mapping[str, str]) -> Table:
    """A firm tape with the headings that the case reads in place of mapped and of usual Chinese ones."""
    words = {heading: name for name, headings in HEADINGS.items() for heading in headings} | dict(mapping)
    return replace(table, columns=tuple(words.get(heading, heading) for heading in table.columns))


def name_column(table: Table) -> str:
    """The column that names the firm."""
    return next((heading for heading in table.columns if heading in FIRM), table.columns[0])


def read_firms(table: Table, found: list[Finding]) -> Firms:
    """The firms of a firm tape; what is wrong with a cell is added to `found`."""
    read = {name: read_column(table, name, reader, found) for name, reader in COLUMNS if name in table.columns}
    names = [str(name) for name in table.column(name_column(table))]
    facts = {name: of_firms(table, name, names, read[name], found) for name in read if name not in OF_CONTRACTS}
    rates, fees = facts.pop("comparator_rate", {}), facts.pop("comparator_fees", {})
    blank = [None] * len(table)
    values, advances = (read.get(name, blank) for name in OF_CONTRACTS)
    origins = table.column("provenance") if "provenance" in table.columns else ()
    known = tuple(
        FirmFacts(firm=firm, **{name: stated[firm] for name, stated in facts.items() if firm in stated})
        for firm in dict.fromkeys(names)
    )
    for fact in known:
        at = names.index(fact.firm)
        found += (replace(one, place=table.place(at, str(one.place.path[0]))) for one in fact.findings())
    return Firms(
        facts=known,
        quotes=tuple((firm, Quote(rate=rate, fees=fees.get(firm, 0.0))) for firm, rate in rates.items()),
        stated=tuple(
            (firm, StatedValue(value=value, advance_rate=rate))
            for firm, value, rate in zip(names, values, advances, strict=True)
        ),
        provenance=tuple(zip(names, map(str, origins), strict=False)),
    )


def of_firms(
    table: Table, column: str, firms: Sequence[str], values: Sequence[Any], found: list[Finding]
) -> dict[str, Any]:
    """What a column says of each firm in any of its rows; rows that differ are added to `found`."""
    first: dict[str, int] = {}
    texts = [str(text) for text in table.column(column)]
    for row, (firm, value) in enumerate(zip(firms, values, strict=True)):
        if value is None:
            continue
        before = first.setdefault(firm, row)
        if value != values[before]:
            found.append(
                finding(
                    "case.firm_differs",
                    "{column} of {firm} is {got!r} here and {first!r} in row {row}; a firm has one",
                    place=table.place(row, column),
                    got=texts[row],
                    column=column,
                    firm=firm,
                    first=texts[before],
                    row=table.place(before, column).line,
                )
            )
    return {firm: values[row] for firm, row in first.items()}


def read_column(table: Table, name: str, reader: Callable[[str], Any], found: list[Finding]) -> list[Any]:
    """The values of a column; None where the cell is empty or wrong."""
    values: list[Any] = []
    for row, text in enumerate(table.column(name)):
        value = reader(text) if text else None
        if isinstance(value, Finding):
            found.append(replace(value, place=table.place(row, name)))
            value = None
        values.append(value)
    return values
