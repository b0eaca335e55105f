"""The words of a tape: usual headings, units and words of cells, in Chinese and English, and how they are compared."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

from ipabs.errors import Finding, finding

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
NOTHING = ("-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "不适用", "n/a", "N/A", "NA")
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
