"""The columns that a tape of contracts may have, and the words its cells may use."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, cast, get_args, get_origin, get_type_hints

from ipabs.basics.units import MONEY_UNIT, UNIT_OF_TYPE, Unit
from ipabs.errors import Finding, finding
from ipabs.io.columns import read_date
from ipabs.pool.obligation import Obligation

Form = Literal["number", "text", "other"]
PARTY_COLUMNS = ("obligor_name", "sector", "district", "rating")

# Headings that stand for a field, beside its own name; the first is the one the Chinese template shows.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("合同编号", "合同号", "借款合同编号", "贷款合同编号", "contract", "contract_id", "contract_no",
               "contract_number", "loan_id", "loan_no"),
        "obligor": ("企业编号", "企业", "债务人", "借款人", "借款企业", "融资企业", "承租人", "firm", "obligor_id",
                    "borrower", "debtor", "lessee", "licensee"),
        "obligor_name": ("企业名称", "债务人名称", "借款人名称", "承租人名称", "firm_name", "borrower_name"),
        "sector": ("行业", "所属行业", "industry"),
        "district": ("区县", "所在地", "region"),
        "rating": ("信用评级", "评级"),
        "kind": ("债权类型", "业务类型", "obligation"),
        "principal": ("本金", "融资金额", "融资额", "金额", "贷款金额", "借款金额", "贷款本金", "amount",
                      "loan_amount", "principal_amount"),
        "start": ("起始日", "起息日", "放款日", "发放日", "贷款起始日", "合同起始日", "start_date",
                  "issue_date", "origination_date"),
        "maturity": ("到期日", "贷款到期日", "合同到期日", "maturity_date"),
        "contract_rate": ("合同利率", "年利率", "利率", "贷款利率", "执行利率", "rate", "interest_rate", "annual_rate"),
        "amortization": ("还款方式", "还本方式", "repayment"),
        "frequency": ("付息频率", "还款频率", "结息频率"),
        "principal_frequency": ("还本频率",),
        "first_payment": ("首次付款日", "首次还款日"),
        "first_principal": ("首次还本日",),
        "capitalized_until": ("利息资本化截止日",),
        "payment_day": ("付款日", "结息日", "interest_day"),
        "stub": ("零头期",),
        "end_of_month": ("月末付款",),
        "day_count": ("计息基准", "计息方式"),
        "calendar": ("工作日日历",),
        "roll": ("节假日调整",),
        "accrual": ("计息日调整",),
        "grace": ("宽限期", "还本宽限期"),
        "balloon": ("尾款",),
        "amortized_until": ("摊还期止日",),
        "installment": ("每期金额", "每期租金", "每期许可费"),
        "refixed": ("逐期重算",),
        "step_up": ("递增比例",),
        "step": ("递增间隔",),
        "schedule": ("还款计划",),
        "index": ("基准利率",),
        "index_multiple": ("基准利率倍数", "浮动倍数"),
        "margin": ("加点", "利差"),
        "reset": ("重定价周期",),
        "first_reset": ("首次重定价日",),
        "rate_cap": ("利率上限",),
        "rate_floor": ("利率下限",),
        "prepayment_fee": ("提前还款违约金",),
        "rounding": ("取整方式",),
        "lender": ("放款人",),
        "licence": ("许可方式",),
        "price": ("购买价款",),
        "lease_rate": ("租赁利率",),
        "deposit": ("保证金",),
        "nominal_price": ("留购价款",),
        "rents": ("付租方式", "租金支付"),
        "face": ("票面金额",),
        "discount_rate": ("贴现率",),
        "supplier": ("供应商编号", "供应商"),
        "sales": ("预期销售额",),
        "royalty_rate": ("许可费率",),
        "deal": ("所属产品", "产品"),
        "guarantor": ("担保人", "担保方"),
        "seasoning": ("账龄",),
    }
)  # fmt: skip

# Words in cells that stand for a value, beside the value itself; the first is the one the Chinese template shows.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "等额本息": "level",
        "等额本金": "linear",
        "到期还本": "bullet",
        "先息后本": "bullet",
        "到期一次还本": "bullet",
        "interest_only": "bullet",
        "interest-only": "bullet",
        "负摊还": "negative",
        "自定义": "custom",
        "按月": "monthly",
        "按双月": "bimonthly",
        "按季": "quarterly",
        "按半年": "semiannual",
        "按年": "annual",
        "到期一次": "at_maturity",
        "质押贷款": "pledged_loan",
        "知识产权质押贷款": "pledged_loan",
        "许可": "licence_back",
        "二次许可": "licence_back",
        "售后回租": "lease_back",
        "应收账款": "receivable",
        "首期短": "short_first",
        "首期长": "long_first",
        "末期短": "short_last",
        "末期长": "long_last",
        "银行间": "CIBM",
        "上交所": "SSE",
        "深交所": "SZSE",
        "仅周末休息": "weekends",
        "不分节假日": "every_day",
        "顺延": "following",
        "顺延不跨月": "modified_following",
        "提前": "preceding",
        "提前不跨月": "modified_preceding",
        "不调整": "none",
        "不取整": "none",
        "按名义日计息": "unadjusted",
        "按实际付款日计息": "adjusted",
        "取整到分": "fen",
        "舍去到分": "fen_down",
        "小额贷款公司": "small_loan",
        "信托": "trust",
        "委托贷款": "entrusted",
        "独占许可": "exclusive",
        "排他许可": "sole",
        "普通许可": "ordinary",
        "先付": "in_advance",
        "期初付": "in_advance",
        "后付": "in_arrears",
        "期末付": "in_arrears",
        "许可费收益权": "royalty_stream",
        "TRUE": "true",
        "FALSE": "false",
        "是": "true",
        "否": "false",
    }
)


# What a heading may say in brackets about its numbers, and what is then put behind each of them.
UNITS: Mapping[str, str] = MappingProxyType(
    {"万元": "万元", "亿元": "亿元", "元": "元", "人民币元": "元", "CNY": "元", "RMB": "元", "千元": "千元",
     "百万元": "百万元", "%": "%", "％": "%", "bp": "bp", "BP": "bp", "月": "个月", "个月": "个月"}
)  # fmt: skip
BRACKETS = re.compile(r"(.+?)[(（\[【](.+?)[)）\]】]")
# Words in a row that adds up the others.
TOTALS = ("合计", "总计", "小计", "共计", "合计数", "total", "sum", "subtotal", "grandtotal")
# Words with which people say that a cell has no value, and errors of formulas that a file of text has kept.
NOTHING = ("-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "不适用", "n/a", "N/A", "NA", "none", "null")
FORMULA_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def plain_heading(heading: str) -> tuple[str, str]:
    """A heading without line breaks, blanks, the mark of a needed column and its unit; and the unit.

    >>> plain_heading("本金\\n（万元）*"), plain_heading("利率(%)"), plain_heading("地址(省)")
    (('本金', '万元'), ('利率', '%'), ('地址(省)', ''))
    """
    text = "".join(heading.split()).strip("*＊")
    match = BRACKETS.fullmatch(text)
    return (match[1], UNITS[match[2]]) if match and match[2] in UNITS else (text, "")


def folded(text: str) -> str:
    """A heading or word without what people vary: case, width, blanks, points, lines.

    >>> folded("Start Date"), folded("start_date"), folded("合 计："), folded("Ｉｄ")
    ('startdate', 'startdate', '合计', 'id')
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def synonyms(names: Collection[str]) -> dict[str, str]:
    """Every usual heading of the fields `names`, folded, and the field it stands for.

    >>> synonyms({"rate_cap"})
    {'利率上限': 'rate_cap', 'ratecap': 'rate_cap'}
    """
    usual = {folded(heading): name for name, words in HEADINGS.items() for heading in words if name in names}
    return usual | {folded(name): name for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of somebody else's tape and the field it stands for.

    >>> Heading(heading="融资额(万元)", field="principal", unit="万元").field
    'principal'
    """

    KEYED: ClassVar[str] = "heading"
    SHORT: ClassVar[str] = "field"

    heading: Annotated[str, "the heading in the tape"]
    field: Annotated[str, "the field it stands for, or a name of your own for further details"]
    unit: Annotated[str, "unit of its numbers, put behind each: 万元, %, months"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that holds for every contract of a tape.

    >>> Constant(field="kind", value="pledged_loan").value
    'pledged_loan'
    """

    KEYED: ClassVar[str] = "field"
    SHORT: ClassVar[str] = "value"

    field: Annotated[str, "the field"]
    value: Annotated[str, "its value, as a cell would give it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of somebody else's tape and the value it stands for.

    >>> Word(word="按季付息到期还本", means="bullet").means
    'bullet'
    """

    KEYED: ClassVar[str] = "word"
    SHORT: ClassVar[str] = "means"

    word: Annotated[str, "the word in a cell"]
    means: Annotated[str, "the value it stands for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeMapping:
    """How to read a tape with headings and words of its own.

    In a file::

        columns: {融资额(万元): {field: principal, unit: 万元}, 借款企业: obligor}
        constants: {kind: pledged_loan, day_count: ACT/360}
        words: {按季付息到期还本: bullet}

    >>> from ipabs.io.table import parse_table
    >>> from ipabs.pool.tape_rules import read_tape
    >>> mapping = TapeMapping(columns=(Heading(heading="放款(万)", field="principal", unit="万元"),),
    ...                       constants=(Constant(field="kind", value="pledged_loan"),),
    ...                       words=(Word(word="按季付息到期还本", means="bullet"),))
    >>> tape = "合同号,借款人,放款(万),起息日,到期日,利率,还款方式\\n"
    >>> tape += "C1,F1,900,2024-03-28,2025-03-28,3.8%,按季付息到期还本\\n"
    >>> read_tape(parse_table(tape.encode(), file="tape.csv"), mapping=mapping).principal
    9000000.0
    """

    columns: Annotated[tuple[Heading, ...], "headings and the fields they stand for"] = ()
    constants: Annotated[tuple[Constant, ...], "values that hold for every row"] = ()
    words: Annotated[tuple[Word, ...], "words in cells and what they mean"] = ()


def constant_findings(mapping: TapeMapping, headings: Mapping[str, str], known: Collection[str]) -> Iterator[Finding]:
    """Constants of a mapping that would not be read: of an unknown field, or of one that a column gives.

    Parameters
    ----------
    headings : field to the heading of the tape that gives it
    known : the fields that a tape may give

    Examples
    --------
    >>> mapping = TapeMapping(constants=(Constant(field="currency", value="CNY"),))
    >>> print(*constant_findings(mapping, {}, {"principal"}))
    mapping.constants.currency: a constant is given for 'currency', which is no field of a contract; valid: principal
    """
    for one in mapping.constants:
        path = ("mapping", "constants", one.field)
        if one.field not in known:
            template = "a constant is given for {got!r}, which is no field of a contract; {hint}"
            yield finding("tape.constant", template, path=path, got=one.field, allowed=sorted(known))
        elif one.field in headings:
            template = "{got} is a constant of the mapping, and column {heading!r} gives it too; leave one of them out"
            yield finding("tape.constant_column", template, path=path, got=one.field, heading=headings[one.field])


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of the kinds: how its cells are read, which kinds need it, and what it says."""

    name: str
    read: Callable[[str], Any]
    form: Form
    says: str
    needed_by: tuple[int, ...] = ()


def tape_fields(kinds: tuple[type[Obligation], ...]) -> dict[str, Field]:
    """The fields that columns may give to contracts of these kinds.

    >>> from ipabs.pool.kinds import KINDS
    >>> field = tape_fields(KINDS)["contract_rate"]
    >>> field.read("3.8%"), field.says
    (0.038, 'rate a year; with an index, the rate until the first reset')
    """
    found: dict[str, Field] = {}
    for number, kind in enumerate(kinds):
        hints = get_type_hints(kind, include_extras=True)
        for one in fields(cast(Any, kind)):
            if is_dataclass(_inner(hints[one.name])):
                continue  # terms of their own, which no cell can hold
            field = found.setdefault(one.name, _field(one.name, hints[one.name]))
            if one.default is MISSING and one.default_factory is MISSING:
                found[one.name] = replace(field, needed_by=(*field.needed_by, number))
    return found


def _inner(hint: Any) -> Any:
    """The type itself, without notes and without None."""
    if get_origin(hint) is Annotated:
        return _inner(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return _inner(next(option for option in get_args(hint) if option is not NoneType))
    return hint


def _field(name: str, hint: Any) -> Field:
    notes = [note for note in getattr(hint, "__metadata__", ()) if isinstance(note, str)]
    read, form = _reader(hint, None)
    return Field(name, read, form, notes[0] if notes else "")


def _reader(hint: Any, unit: Unit | None) -> tuple[Callable[[str], Any], Form]:
    """How the cells of a type hint are read, and whether a column of plain numbers or texts may be read all at once."""
    if get_origin(hint) is Annotated:
        notes = [note for note in hint.__metadata__ if isinstance(note, Unit)]
        return _reader(get_args(hint)[0], notes[0] if notes else unit)
    if get_origin(hint) in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        if all(get_origin(option) is Literal for option in options):
            return _choice(tuple(word for option in options for word in get_args(option))), "other"
        return _reader(options[0], unit)
    if get_origin(hint) is Literal:
        return _choice(get_args(hint)), "other"
    if get_origin(hint) is tuple:
        return _dated_amounts(get_args(hint)[0]), "other"
    if hint is date:
        return read_date, "other"
    unit = unit or UNIT_OF_TYPE[hint]
    forms: dict[str, Form] = {"money": "number", "number": "number", "multiple": "number", "text": "text"}
    return unit.read, forms.get(unit.name, "other")


def _choice(words: tuple[str, ...]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text in words:
            return text
        return unknown_word(text, words)

    return read


def unknown_word(text: str, words: Collection[str]) -> Finding:
    """That a cell has none of the words of a closed set, with those that it may have; in Chinese too, as the cell.

    >>> print(unknown_word("bulet", ("level", "bullet")))
    no word 'bulet'; did you mean 'bullet'?
    """
    allowed = (*words, *(() if text.isascii() else chinese_words(words)))
    return finding("tape.word", "no word {got!r}; {hint}", got=text, allowed=allowed)


def chinese_words(words: Collection[str]) -> list[str]:
    """The Chinese words that stand for some of `words`.

    >>> chinese_words(("level", "linear"))
    ['等额本息', '等额本金']
    """
    return [word for word, meant in WORDS.items() if meant in words and not word.isascii()]


def _dated_amounts(record: type[Any]) -> Callable[[str], Any]:
    """Reads records of a date and an amount, ``2024-06-20 500万元; 2024-12-20 400万元``."""

    def read(text: str) -> Any:
        records = []
        for part in filter(None, (part.strip() for part in text.replace("；", ";").split(";"))):
            day, _, amount = part.partition(" ")
            when, money = read_date(day), MONEY_UNIT.read(amount.strip() or "-")
            if isinstance(when, Finding) or isinstance(money, Finding):
                return finding("tape.schedule", "{got!r} is no date and amount; write 2024-06-20 500万元", got=part)
            records.append(_record(record, when, money))
        return tuple(records)

    return read


def _record(record: type[Any], when: date, money: float) -> Any:
    first, second = (one.name for one in fields(record))
    return record(**{first: when, second: money})
