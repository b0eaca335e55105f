"""The firms of a case: what the firm tape says of each beyond its contract."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from ipabs.basics.units import check_factor, parse_factor, parse_money, parse_rate
from ipabs.errors import Finding, finding
from ipabs.financing.facility import ComparatorStatus, FirmFacts, Stage
from ipabs.io.table import Table

FIRM = ("obligor", "firm", "企业", "企业编号", "债务人")
HEADINGS = {
    "deal": ("所属产品", "产品"),
    "revenue": ("营业收入", "年营业收入"),
    "tax_rate": ("所得税率",),
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


def multiple(text: str) -> Any:
    """Reads a multiple that is not negative."""
    factor = parse_factor(text)
    return factor if isinstance(factor, Finding) else check_factor(factor) or factor


COUNTED = ("invention", "utility_model")
COLUMNS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("revenue", parse_money),
    ("tax_rate", parse_rate),
    ("stage", word(get_args(Stage))),
    ("comparator_status", word(get_args(ComparatorStatus))),
    ("comparator_rate", parse_rate),
    ("comparator_fees", parse_rate),
    ("appraised_value", parse_money),
    ("advance_rate", multiple),
)


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
    facts: dict[str, FirmFacts] = {}
    quotes: dict[str, Quote] = {}
    stated: list[tuple[str, StatedValue]] = []
    provenance = []
    for row, firm in enumerate(table.column(name_column(table))):
        given = {name: values[row] for name, values in read.items() if values[row] is not None}
        rate, fees = given.pop("comparator_rate", None), given.pop("comparator_fees", 0.0)
        value = StatedValue(value=given.pop("appraised_value", None), advance_rate=given.pop("advance_rate", None))
        stated.append((firm, value))
        facts.setdefault(firm, FirmFacts(firm=firm, **given))
        if rate is not None:
            quotes.setdefault(firm, Quote(rate=rate, fees=fees))
        if "provenance" in table.columns:
            provenance.append((firm, str(table.column("provenance")[row])))
    return Firms(
        facts=tuple(facts.values()),
        quotes=tuple(quotes.items()),
        stated=tuple(stated),
        provenance=tuple(provenance),
    )


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
