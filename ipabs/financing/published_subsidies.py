"""The published rules of subsidy that ship with the package, each with its source."""

from dataclasses import dataclass
from typing import Any

from ipabs.basics.tables import names, read_toml
from ipabs.errors import DataError, finding
from ipabs.financing.subsidy import Band, Subsidy


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSubsidy:
    """Rules of one place as published.

    Attributes
    ----------
    name : str
        File name below ``ipabs/data/subsidies``.
    place, year, text, url : str
        Where and when, the rule in words, where it was read.
    reading : str
        What the data add to the words: an assumption, or what they leave out.
    rules : tuple of Subsidy

    Examples
    --------
    >>> rule = published_subsidy("nanshan_2025")
    >>> rule.place, rule.rules[0].revenue_cap
    ('Shenzhen Nanshan', 0.008)
    """

    name: str
    place: str
    year: str
    text: str
    url: str
    reading: str
    rules: tuple[Subsidy, ...]


def published_subsidies() -> tuple[PublishedSubsidy, ...]:
    """All published rules, by name.

    >>> [rule.name for rule in published_subsidies()][:3]
    ['baoan_2021', 'chengdu', 'fujian_2022']
    """
    return tuple(_read(name) for name in names("subsidies"))


def published_subsidy(name: str) -> PublishedSubsidy:
    """The rules of one place; an unknown name lists the known ones.

    >>> published_subsidy("nanshan_2025").rules[0].bands[0]
    Band(up_to=10000000.0, share=0.7)
    """
    known = {one.name: one for one in published_subsidies()}
    if name not in known:
        raise DataError(finding("subsidy.unknown", "no published subsidy {got!r}; {hint}", got=name, allowed=known))
    return known[name]


def _read(path: str) -> PublishedSubsidy:
    data = read_toml(path)
    words = {key: str(data[key]) for key in ("place", "year", "text", "url", "reading")}
    name = path.rsplit("/", 1)[-1].removesuffix(".toml")
    return PublishedSubsidy(name=name, rules=tuple(_rule(rule) for rule in data["rule"]), **words)


def _rule(fields: dict[str, Any]) -> Subsidy:
    listed = {name: tuple(fields.get(name, ())) for name in ("fees", "if_fees", "unless_fees")}
    bands = tuple(Band(**band) for band in fields.get("bands", ()))
    return Subsidy(**(fields | listed | {"bands": bands}))
