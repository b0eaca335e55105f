"""The patent tape: one right a row, from CSV or a workbook, with every fault at its cell."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from ipabs.basics.numerals import parse_integer
from ipabs.basics.units import UNIT_OF_TYPE
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.io.columns import Column, TypedColumns, read_columns, read_date, read_flag, read_list, read_words
from ipabs.io.table import Table
from ipabs.patents.patent import ALIVE, PATENT_KINDS, IPRight, Patent, Pledge
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.statute import statutory_expiry

KIND_WORDS: Mapping[str, str] = {
    "invention": "invention", "发明": "invention", "发明专利": "invention", "发明专利权": "invention",
    "发明授权": "invention", "授权发明": "invention", "发明公开": "invention", "发明申请": "invention",
    "发明专利申请": "invention",
    "utility_model": "utility_model", "utility model": "utility_model", "实用新型": "utility_model",
    "实用新型专利": "utility_model", "实用新型专利权": "utility_model",
    "design": "design", "外观设计": "design", "外观设计专利": "design", "外观设计专利权": "design",
    "trademark": "trademark", "商标": "trademark", "注册商标": "trademark", "商标权": "trademark",
    "software_copyright": "software_copyright", "软件著作权": "software_copyright", "软著": "software_copyright",
    "计算机软件著作权": "software_copyright",
    "layout_design": "layout_design", "集成电路布图设计": "layout_design", "布图设计": "layout_design",
    "data_right": "data_right", "数据知识产权": "data_right",
}  # fmt: skip
STATUS_WORDS: Mapping[str, str] = {
    "in_force": "in_force", "有效": "in_force", "授权": "in_force", "有权": "in_force", "专利权维持": "in_force",
    "等年费滞纳金": "in_force", "部分无效": "in_force", "已注册": "in_force",
    "pending": "pending", "审中": "pending", "实质审查": "pending", "公开": "pending", "审查中": "pending",
    "实质审查的生效": "pending", "等待实审提案": "pending",
    "lapsed": "lapsed", "失效": "lapsed", "终止": "lapsed", "未缴年费": "lapsed", "专利权终止": "lapsed",
    "专利权的终止": "lapsed", "未缴年费终止失效": "lapsed", "未缴年费专利权终止": "lapsed", "放弃": "lapsed",
    "主动放弃": "lapsed", "避重放弃": "lapsed", "注销": "lapsed", "已注销": "lapsed",
    "expired": "expired", "期限届满": "expired", "届满终止失效": "expired",
    "invalidated": "invalidated", "无效": "invalidated", "全部无效": "invalidated", "全部撤销": "invalidated",
    "withdrawn": "withdrawn", "撤回": "withdrawn", "驳回": "withdrawn", "主动撤回": "withdrawn",
    "视为撤回": "withdrawn", "逾期视撤失效": "withdrawn", "驳回失效": "withdrawn",
}  # fmt: skip
JURISDICTION_WORDS: Mapping[str, str] = {
    "CN": "CN", "中国": "CN", "US": "US", "美国": "US", "EP": "EP", "EPO": "EP", "欧洲": "EP", "欧洲专利局": "EP",
    "UP": "UP",
}  # fmt: skip

CN_APPLICATION = re.compile(r"(?:ZL|CN)?((?:19|20)[0-9]{2}[12389][0-9]{7})[0-9X]?")


def _count(text: str) -> int | Finding:
    number = parse_integer(text)
    if isinstance(number, int) and number < 0:
        return finding("patent_tape.count", "{got} is negative", got=text)
    return number


def _text(text: str) -> str | Finding:
    fault = UNIT_OF_TYPE[str].check(text)
    return fault or text


def owners_of(text: str) -> tuple[str, ...]:
    """The owners that one cell names, each once; the first owns the right, the others are co-owners.

    >>> owners_of("甲公司；乙大学"), owners_of("Firm A | Firm B")
    (('甲公司', '乙大学'), ('Firm A', 'Firm B'))
    """
    return tuple(dict.fromkeys(name.strip() for name in re.split("[;；、|｜]", text) if name.strip()))


COLUMNS = (
    Column(
        name="number", read=_text, needed=True, headings=("专利号", "申请号", "权利号", "注册号", "登记号", "patent")
    ),
    Column(name="kind", read=read_words(KIND_WORDS), needed=True, headings=("类型", "专利类型", "权利类型", "种类")),
    Column(
        name="owner",
        read=_text,
        headings=(
            "firm",
            "企业",
            "权利人",
            "专利权人",
            "申请人",
            "申请(专利权)人",
            "申请（专利权）人",
            "当前专利权人",
            "当前申请(专利权)人",
        ),
    ),
    Column(name="jurisdiction", read=read_words(JURISDICTION_WORDS), headings=("国别", "国家", "法域", "country")),
    Column(name="status", read=read_words(STATUS_WORDS), headings=("法律状态", "状态", "legal_status")),
    Column(name="filing", read=read_date, headings=("申请日", "filing_date")),
    Column(name="publication", read=read_date, headings=("公开日", "公布日", "首次发表日")),
    Column(name="grant", read=read_date, headings=("授权日", "授权公告日", "注册日", "登记日", "grant_date")),
    Column(name="priority", read=read_date, headings=("优先权日",)),
    Column(name="examination_request", read=read_date, headings=("实审请求日",)),
    Column(name="renewed_to", read=read_date, headings=("续展至", "专用权期限至")),
    Column(name="stated_expiry", read=read_date, headings=("证载届满日", "有效期至")),
    Column(name="ipc", read=read_list, headings=("IPC", "IPC分类号", "分类号")),
    Column(name="claims", read=_count, headings=("权利要求数", "权利要求")),
    Column(name="independent_claims", read=_count, headings=("独立权利要求数",)),
    Column(name="forward_citations", read=_count, headings=("citations", "被引次数", "被引用数")),
    Column(name="family", read=_text, headings=("同族", "同族编号")),
    Column(name="family_members", read=_count, headings=("同族数", "同族成员数")),
    Column(name="term_compensation_days", read=_count, headings=("期限补偿天数",)),
    Column(name="overseas_granted", read=read_flag, headings=("海外同族授权",)),
    Column(name="strategic_emerging", read=read_flag, headings=("战略性新兴产业",)),
    Column(name="award", read=_text, headings=("奖项", "获奖")),
    Column(name="open_licence", read=read_flag, headings=("开放许可",)),
    Column(name="co_owners", read=read_list, headings=("共有人", "共同权利人")),
    Column(name="co_owners_consent", read=read_flag, headings=("共有人同意",)),
    Column(name="pledges", read=read_list, headings=("质押合同", "pledge", "pledged_to")),
)


def read_portfolio(table: Table, *, mapping: Mapping[str, str] | None = None, as_of: date | None = None) -> Portfolio:
    """The rights of a tape, one a row.

    Parameters
    ----------
    table : from `ipabs.io.table.read_table`
        Headings are the names of fields, usual Chinese ones, or what `mapping` (heading to field) says. A cell of
        several words has ``;`` between them; of several owners in one cell the first owns the right, and the others
        are co-owners. Without a status, a right with a grant date is in force, one without is pending.
    as_of : date, optional
        Also refuse rights that the tape calls in force or pending but that are not filed yet, or whose term is over, on
        this day.

    Raises
    ------
    DataError
        With every fault of the tape, each at its cell.

    Examples
    --------
    >>> from ipabs.io.table import parse_table
    >>> heading, row = "专利号,专利权人,专利类型,申请日,授权公告日", "ZL2019,甲公司；乙大学,发明,2019-03-21,2021/6/18"
    >>> right = read_portfolio(parse_table(f"{heading}\\n{row}\\n".encode(), file="patents.csv")).rights[0]
    >>> right.owner, right.co_owners, right.status
    ('甲公司', ('乙大学',), 'in_force')
    """
    read = read_columns(table, COLUMNS, mapping=mapping)
    found = [*read.findings]
    rights: dict[int, IPRight] = {}
    faulty = {fault.place.line - table.first_row for fault in found}
    for row in range(len(table)):
        if row not in faulty and not {"number", "kind"} - read.row(row).keys():
            rights[row] = _right(read.row(row))
            found += [read.at(row, fault) for fault in _row_findings(rights[row], as_of)]
    found += _twice(read)
    refuse(DataError, sorted(found, key=lambda one: (one.place.line, one.place.column)))
    return Portfolio(rights=tuple(rights.values()))


def check_patent_tape(
    table: Table, *, mapping: Mapping[str, str] | None = None, as_of: date | None = None
) -> tuple[Finding, ...]:
    """Every fault of a tape, and a note for each column that is not read.

    >>> from ipabs.io.table import parse_table
    >>> text = "number,kind,filing,grant,colour\\nZL1,design,2022-06-01,2022-01-01,red\\n"
    >>> for found in check_patent_tape(parse_table(text.encode(), file="t.csv")):
    ...     print(found)
    t.csv:2:4 D2.grant: grant 2022-01-01 is before filing 2022-06-01
    t.csv:1:5: column 'colour' is not read
    """
    unread = read_columns(table, COLUMNS, mapping=mapping).unread
    notes = tuple(
        finding("patent_tape.unread", "column {got!r} is not read", severity="note", got=name,
                place=table.heading_place(name))
        for name in unread
    )  # fmt: skip
    try:
        read_portfolio(table, mapping=mapping, as_of=as_of)
    except DataError as fault:
        return (*fault.findings, *notes)
    return notes


def _right(given: dict[str, Any]) -> IPRight:
    contracts = given.pop("pledges", ())
    owner, *joint = owners_of(given.pop("owner", "")) or ("",)
    given["co_owners"] = tuple(dict.fromkeys((*joint, *given.get("co_owners", ()))))
    kind: type[IPRight] = Patent if given["kind"] in PATENT_KINDS else IPRight
    names = {field.name for field in fields(kind)}
    given.setdefault("status", "in_force" if given.get("grant") or kind is IPRight else "pending")
    return kind(
        owner=owner,
        **{name: value for name, value in given.items() if name in names},
        pledges=tuple(Pledge(contract=contract) for contract in contracts),
    )


def _row_findings(right: IPRight, as_of: date | None) -> Iterator[Finding]:
    faults = list(right.findings())
    yield from faults
    if not faults:
        yield from _term_findings(right, as_of)


def _term_findings(right: IPRight, as_of: date | None) -> Iterator[Finding]:
    try:
        expiry = statutory_expiry(right)
    except DataError as fault:
        yield from fault.findings
        return
    if as_of is None or right.status not in ALIVE:
        return
    if expiry <= as_of:
        template = "{right} is called {got}, but its term ended on {expiry}"
        yield finding("patent_tape.expired", template, path=("status",), got=right.status, right=right.number,
                      expiry=expiry)  # fmt: skip
    if right.filing and as_of < right.filing:
        template = "{right} is called {status} on {as_of}, but was filed on {got}"
        yield finding("patent_tape.not_filed", template, path=("filing",), got=right.filing, right=right.number,
                      status=right.status, as_of=as_of)  # fmt: skip


def register_number(number: str) -> str:
    """A number as the register has it, however a tape writes it: full width, blanks, small letters, dots.

    A Chinese application (year, kind, serial number) is the same one with ZL, with CN, and without its check digit.

    >>> register_number("ｚｌ 201910000001.X"), register_number("201910000001"), register_number("cn109999999b")
    ('201910000001', '201910000001', 'CN109999999B')
    """
    plain = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", number)).upper()
    application = CN_APPLICATION.fullmatch(plain)
    return application[1] if application else plain


def _twice(read: TypedColumns) -> Iterator[Finding]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, number in enumerate(read.values.get("number", ())):
        if number:
            rows[register_number(number)].append(row)
    for many in rows.values():
        for row in many[1:]:
            number = read.values["number"][row]
            fault = finding("patent_tape.twice", "right {got} stands in row {first} already", got=number,
                            first=read.table.first_row + many[0])  # fmt: skip
            yield read.at(row, fault, field="number")
