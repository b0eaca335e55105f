"""Headings of exhibits and of their columns, and the words of their cells, in the language of the reader."""

from collections.abc import Iterable

from ipabs.basics import words
from ipabs.basics.words import Language, label
from ipabs.report.exhibit import Exhibit, Unit

SAID: tuple[Unit, ...] = ("money", "millions", "rate", "points", "percent", "years", "factor", "per_face")


def headings_of(exhibits: Iterable[Exhibit], lang: Language) -> tuple[tuple[str, str], ...]:
    """Heads of every column; names of the deal's own stay as they are, ``A.interest`` becomes ``A: Interest``.

    >>> from ipabs.report.exhibit import columns
    >>> headings_of([Exhibit(name="x", columns=columns(tranche="text", principal="money"), rows=())], "zh")
    (('tranche', '分层'), ('principal', '本金'))
    """
    names = dict.fromkeys(column.name for exhibit in exhibits for column in exhibit.columns)
    return tuple((name, head_of(name, lang)) for name in names)


def head_of(name: str, lang: Language) -> str:
    """The head of a column or the name of a claim; a name that this package does not know stays as it is.

    >>> head_of("A.interest", "en"), head_of("A.interest", "zh"), head_of("vat", "zh"), head_of("my_fee", "zh")
    ('A: Interest', 'A：利息', '增值税及附加', 'my_fee')
    """
    known = words.labels()
    owner, _, what = name.rpartition(".")
    if f"column.{name}" in known:
        return label(f"column.{name}", lang)
    if f"column.{what}" in known:
        return f"{owner}{'：' if lang == 'zh' else ': '}{label(f'column.{what}', lang)}"
    return label(f"fee.{name}", lang) if lang == "zh" and f"fee.{name}" in known else name


def words_of(exhibits: Iterable[Exhibit], lang: Language) -> tuple[tuple[str, str], ...]:
    """Every word that stands in a cell; of names, those that are words of this package, not of the user.

    >>> from ipabs.report.exhibit import columns
    >>> words_of([Exhibit(name="x", columns=columns(result="word"), rows=(("passed",),))], "zh")
    (('passed', '通过'),)
    """
    cells = dict.fromkeys(
        (column.unit, str(row[place]))
        for exhibit in exhibits
        for place, column in enumerate(exhibit.columns)
        if column.unit in ("word", "name")
        for row in exhibit.rows
    )
    return tuple(
        (cell, label(f"word.{cell}", lang) if unit == "word" else spoken(cell, lang)) for unit, cell in cells if cell
    )


def spoken(name: str, lang: Language) -> str:
    """A word or a measure of this package in the reader's language; a name of the user's own as it is.

    >>> spoken("programme", "zh"), spoken("my_loan", "zh")
    ('整个项目', 'my_loan')
    """
    known = words.labels()
    keys = (key for key in (f"word.{name}", f"measure.{name}") if key in known)
    return next((label(key, lang) for key in keys), name)


def amount(value: float, lang: Language) -> str:
    """Money in a sentence: in English millions to the thousand, in Chinese to a hundredth of what is counted in.

    >>> amount(8_452_272.95, "en"), amount(8_452_272.95, "zh"), amount(523_651.541, "en")
    ('8.452 million', '845.23万元', '523,651.54')
    """
    millions = lang == "en" and abs(value) >= 1e6
    return words.money(float(value), lang, digits=3 if millions else 2)


def titled(exhibits: Iterable[Exhibit], lang: Language) -> tuple[tuple[str, Exhibit], ...]:
    """Exhibits with their headings.

    >>> titled([Exhibit(name="tranches", columns=(), rows=())], "en")[0][0]
    'Tranches'
    """
    return tuple((label(f"exhibit.{exhibit.name}", lang), exhibit) for exhibit in exhibits)


def page_units(lang: Language, currency: str = "CNY") -> tuple[tuple[Unit, str], ...]:
    """What the numbers of each unit are, in words.

    >>> dict(page_units("en"))["money"], dict(page_units("zh", "USD"))["millions"]
    ('amounts in yuan', '金额单位：百万USD')
    """
    money = label("plot.yuan", lang) if currency == "CNY" else currency
    return tuple((unit, label(f"unit.{unit}", lang).format(money=money)) for unit in SAID)
