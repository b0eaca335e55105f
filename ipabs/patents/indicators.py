"""Indicators of patent quality: the official high-value test, and scorecards as profiles."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from ipabs.basics.tables import read_toml
from ipabs.basics.units import Share
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.industry import IpcMap, ipc_map
from ipabs.patents.patent import Patent
from ipabs.patents.renewal_fees import is_amount
from ipabs.patents.statute import add_years, is_alive

MAINTAINED_YEARS = 10
WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class HighValue:
    """Which of the five official criteria a patent meets; none for anything but a valid invention patent.

    >>> found = HighValue(valid_invention=True, strategic_emerging=True, overseas_family=False,
    ...                   maintained_over_ten_years=True, pledged_for_high_amount=False, awarded=False)
    >>> found.criteria, bool(found)
    (('strategic_emerging', 'maintained_over_ten_years'), True)
    """

    valid_invention: bool
    strategic_emerging: bool
    overseas_family: bool
    maintained_over_ten_years: bool
    pledged_for_high_amount: bool
    awarded: bool

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria met."""
        names = (
            "strategic_emerging",
            "overseas_family",
            "maintained_over_ten_years",
            "pledged_for_high_amount",
            "awarded",
        )
        return tuple(name for name in names if getattr(self, name)) if self.valid_invention else ()

    def __bool__(self) -> bool:
        return bool(self.criteria)


def high_value(
    patent: Patent, *, as_of: date, pledged_amount: float, pledge_threshold: float, industries: IpcMap | None = None
) -> HighValue:
    """The official test of a Chinese high-value invention patent: valid, and any one of five criteria.

    Strategic emerging industry; a family member granted abroad; maintained for more than ten years (from filing);
    pledge financing of a higher amount; a National Science and Technology Award or a China Patent Award.

    Parameters
    ----------
    pledged_amount : float
        What was financed on the patent, in yuan.
    pledge_threshold : float
        What counts as a higher amount: no official figure is published, so the user states it.

    Source: CNIPA, statistics of high-value invention patents (14th five-year plan).

    Examples
    --------
    >>> old = Patent(number="ZL1", kind="invention", filing=date(2010, 1, 1), grant=date(2013, 1, 1), ipc=("E04B",))
    >>> high_value(old, as_of=date(2022, 1, 1), pledged_amount=0, pledge_threshold=5e6).criteria
    ('maintained_over_ten_years',)
    """
    amounts = {"pledged_amount": pledged_amount, "pledge_threshold": pledge_threshold}
    template = "an amount of {got}; wanted 0 or more"
    refuse(
        DataError,
        [finding("indicator.amount", template, path=(name,), got=one) for name, one in amounts.items() if not one >= 0],
    )
    strategic = patent.strategic_emerging
    if strategic is None and patent.kind == "invention":
        known = (industries or ipc_map()).industry_of
        strategic = any(known(symbol, as_of).strategic_emerging_industry for symbol in patent.ipc)
    return HighValue(
        valid_invention=patent.kind == "invention" and patent.status == "in_force" and is_alive(patent, as_of),
        strategic_emerging=bool(strategic),
        overseas_family=patent.overseas_granted,
        maintained_over_ten_years=bool(patent.filing) and as_of > add_years(patent.filing or as_of, MAINTAINED_YEARS),
        pledged_for_high_amount=pledged_amount > 0 and pledged_amount >= pledge_threshold,
        awarded=bool(patent.award),
    )


def per_ten_thousand(count: float, population: float) -> float:
    """High-value invention patents per 10,000 residents.

    >>> round(per_ten_thousand(2_155_352, 1_408_727_111), 1)
    15.3
    """
    if not (is_amount(count) and is_amount(population) and population):
        template = "{got} patents of {population} residents; wanted a count of 0 or more and a positive population"
        raise DataError(finding("indicator.population", template, got=count, population=population))
    return count / population * 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator of a scorecard.

    >>> one = example_profile().indicators[0]
    >>> one.id, one.group, one.weight
    ('D1', 'technology', 0.08)
    """

    KEYED: ClassVar[str] = "id"
    id: str
    group: str
    weight: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A least score for one indicator, or for the total.

    >>> [Gate(indicator="D1", above=5).passed(score) for score in (5, 5.1)]
    [False, True]
    """

    indicator: str
    at_least: float | None = None
    above: float | None = None

    def passed(self, score: float) -> bool:
        """Whether `score` passes the gate."""
        return (self.at_least is None or score >= self.at_least) and (self.above is None or score > self.above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade from a total on.

    >>> [(one.grade, one.at_least) for one in example_profile().grades[:2]]
    [('A', 8.0), ('B', 6.5)]
    """

    SHORT: ClassVar[str] = "at_least"
    grade: str
    at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreProfile:
    """A scorecard as its owner states it: indicators with weights, grades, gates. No profile is a national standard.

    >>> half = Indicator(id="scope", group="law", weight=0.5)
    >>> print(*ScoreProfile(name="own", source="2024", scale=(0, 10), indicators=(half,)).findings())
    indicators: the weights sum to 0.5, not to 1
    """

    name: str
    source: Annotated[str, "Who states this profile, and when."]
    scale: tuple[float, float]
    indicators: tuple[Indicator, ...]
    grades: tuple[Grade, ...] = ()
    gates: tuple[Gate, ...] = ()

    def findings(self) -> Iterable[Finding]:
        """Weights that do not sum to one, gates on unknown indicators."""
        total = sum(indicator.weight for indicator in self.indicators)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            yield finding("scorecard.weights", "the weights sum to {got}, not to 1", path=("indicators",), got=total)
        known = [indicator.id for indicator in self.indicators] + ["total"]
        for at, gate in enumerate(self.gates):
            if gate.indicator not in known:
                yield finding(
                    "scorecard.gate",
                    "no indicator {got!r}; {hint}",
                    path=("gates", at, "indicator"),
                    got=gate.indicator,
                    allowed=known,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result of a scorecard: total, share of each group in it, grade, gates failed.

    >>> flat = score(example_profile(), {f"D{n}": 8 for n in range(1, 15)})
    >>> {group: round(part, 9) for group, part in flat.by_group}
    {'technology': 3.2, 'law': 2.4, 'economics': 2.4}
    """

    total: float
    by_group: tuple[tuple[str, float], ...]
    grade: str
    failed_gates: tuple[str, ...]


@functools.cache
def example_profile() -> ScoreProfile:
    """A published 14-indicator profile of one firm, as an example.

    >>> profile = example_profile()
    >>> len(profile.indicators), profile.scale, round(sum(one.weight for one in profile.indicators), 9)
    (14, (0.0, 10.0), 1.0)
    """
    data = read_toml("patents/scorecard_14.toml")
    low, high = data["scale"]
    return ScoreProfile(
        name=data["name"],
        source=data["source"],
        scale=(float(low), float(high)),
        indicators=tuple(Indicator(**entry) for entry in data["indicators"]),
        grades=tuple(Grade(**entry) for entry in data["grades"]),
        gates=tuple(Gate(**entry) for entry in data["gates"]),
    )


def score(profile: ScoreProfile, scores: Mapping[str, float]) -> Score:
    """Total = Σ weight × score, with its grade and the gates it fails.

    Raises
    ------
    DataError
        Scores missing, unknown or outside the profile's scale; a profile with findings.

    Examples
    --------
    >>> flat = score(example_profile(), {f"D{n}": 7 for n in range(1, 15)})
    >>> round(flat.total, 9), flat.grade, flat.failed_gates
    (7.0, 'B', ())
    """
    refuse(DataError, [*profile.findings(), *_score_findings(profile, scores)])
    parts = [(one.group, one.weight * scores[one.id]) for one in profile.indicators]
    total = sum(part for _, part in parts)
    groups = dict.fromkeys(group for group, _ in parts)
    reached = [grade for grade in profile.grades if total >= grade.at_least]
    return Score(
        total=total,
        by_group=tuple((group, sum(part for name, part in parts if name == group)) for group in groups),
        grade=max(reached, key=lambda grade: grade.at_least).grade if reached else "",
        failed_gates=tuple(
            gate.indicator for gate in profile.gates if not gate.passed({**scores, "total": total}[gate.indicator])
        ),
    )


def _score_findings(profile: ScoreProfile, scores: Mapping[str, float]) -> Iterable[Finding]:
    known = [one.id for one in profile.indicators]
    low, high = profile.scale
    for name in known:
        if name not in scores:
            yield finding("scorecard.missing", "no score for {got}", path=(name,), got=name)
        elif not low <= scores[name] <= high:
            yield finding(
                "scorecard.scale",
                "score {got} is outside {low} to {high}",
                path=(name,),
                got=scores[name],
                low=low,
                high=high,
            )
    for name in scores:
        if name not in known:
            yield finding("scorecard.unknown", "no indicator {got!r}; {hint}", path=(name,), got=name, allowed=known)
