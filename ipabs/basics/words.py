"""Words in English and Chinese: texts of findings, labels, amounts and dates as people read them.

Each room keeps its words in ``ipabs/data/words/<room>.toml``: a table ``[finding]`` with the Chinese template of every
finding code (the English one stands at the rule), and a table ``[label]`` with both languages of every label.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from ipabs.basics import tables
from ipabs.errors import DataError, Finding, finding, nearest
from ipabs.errors import hint as english_hint

Language = Literal["en", "zh"]


@cache
def finding_templates() -> Mapping[str, str]:
    """Chinese template of every finding code, from all rooms.

    >>> finding_templates()["days.missing"]
    '第 {got} 个位置的日期缺失'
    """
    return _entries("finding")


@cache
def labels() -> Mapping[str, Mapping[Language, str]]:
    """Both languages of every label, from all rooms.

    >>> labels()["words.yuan"]["zh"]
    '元'
    """
    return _entries("label")


def _entries(table: str) -> Mapping[str, Any]:
    catalogues = [tables.read_toml(name) for name in tables.names("words")]
    return MappingProxyType({key: text for catalogue in catalogues for key, text in catalogue.get(table, {}).items()})


def message(found: Finding, lang: Language = "en") -> str:
    """The text of a finding without its place.

    >>> from ipabs.errors import finding
    >>> message(finding("unit.date", "{got!r} is no date; write 2024-03-28", got="28.3.2024"), "zh")
    '“28.3.2024”不是日期；请写 2024-03-28'
    """
    template = finding_templates().get(found.code) if lang == "zh" else None
    if template is None:
        return found.message
    words = {"got": found.got, "allowed": "、".join(found.allowed), "hint": hint(found.got, found.allowed, lang)}
    return template.format(**words, **dict(found.values))


def line(found: Finding, lang: Language = "en") -> str:
    """The text of a finding behind its place, as the command line prints it.

    >>> from ipabs.errors import Place
    >>> late = finding("unit.date", "{got!r} is no date; write 2024-03-28", got="28.3.2024",
    ...                place=Place(file="t.csv", line=2))
    >>> line(late), line(late, "zh")
    ("t.csv:2: '28.3.2024' is no date; write 2024-03-28", 't.csv:2：“28.3.2024”不是日期；请写 2024-03-28')
    """
    place = str(found.place)
    return f"{place}{'：' if lang == 'zh' else ': '}{message(found, lang)}" if place else message(found, lang)


def hint(word: str, allowed: Iterable[str], lang: Language = "en") -> str:
    """What to write instead of `word`: the nearest valid word, or all of them.

    >>> hint("sequental", ["sequential", "pro_rata"], "zh")
    '是否指“sequential”？'
    >>> hint("x", ["sequential", "pro_rata"], "zh")
    '可用：sequential、pro_rata'
    """
    valid = tuple(allowed)
    if lang == "zh":
        close = nearest(word, valid)
        return f"是否指“{close}”？" if close else f"可用：{'、'.join(valid) or '无'}"
    return english_hint(word, valid)


def label(key: str, lang: Language = "en") -> str:
    """The label `key`, for a heading or a column head.

    Raises
    ------
    DataError
        No room has the label.

    Examples
    --------
    >>> label("words.amount"), label("words.amount", "zh")
    ('Amount', '金额')
    """
    known = labels()
    if key not in known:
        raise DataError(finding("words.no_label", "no label {got!r}; {hint}", got=key, allowed=known))
    return known[key][lang]


def heading(key: str, lang: Language = "en", *, unit: str = "") -> str:
    """A column head: the label with the label of its unit in brackets.

    >>> heading("words.amount", "en", unit="words.yuan"), heading("words.amount", "zh", unit="words.yuan")
    ('Amount (yuan)', '金额（元）')
    """
    if not unit:
        return label(key, lang)
    brackets = "（{}）" if lang == "zh" else " ({})"
    return label(key, lang) + brackets.format(label(unit, lang))


def money(amount: float, lang: Language = "en", *, digits: int = 2) -> str:
    """An amount in the unit in which people say it.

    >>> money(1.2e8, "zh"), money(1.2e8, "en"), money(550000, "zh"), money(550000, "en")
    ('1.20亿元', '120.00 million', '55.00万元', '550,000.00')
    """
    size = abs(amount)
    if lang == "zh":
        scale, word = (1e8, "亿元") if size >= 1e8 else (1e4, "万元") if size >= 1e4 else (1.0, "元")
    else:
        scale, word = (1e6, " million") if size >= 1e6 else (1.0, "")
    return f"{amount / scale:z,.{digits}f}{word}"


def percent(value: float, *, digits: int = 2) -> str:
    """A rate or share in percent, alike in both languages.

    >>> percent(0.0325)
    '3.25%'
    """
    return f"{value * 100:z.{digits}f}%"


def day(when: date, lang: Language = "en") -> str:
    """A date as people read it.

    >>> day(date(2024, 3, 28), "zh"), day(date(2024, 3, 28), "en")
    ('2024年3月28日', '28 March 2024')
    """
    if lang == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
