"""The sharing rate: by range and comprehensive score, by the licensor's share of profit, by published licences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from ipabs.basics.units import Share
from ipabs.cashflow.discounting import Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.valuation.checks import weight_findings
from ipabs.valuation.ranges import check_ranges, outside


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFactor:
    """One factor y_ij of a comprehensive score, with its weight w_ij in its group.

    >>> ScoreFactor(name="scope", weight=0.3).weight
    0.3
    """

    KEYED: ClassVar[str] = "name"
    name: str
    weight: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGroup:
    """A group of factors (law, technology, economics) with its weight w_i.

    >>> law = ScoreGroup(name="law", weight=0.4, factors=(ScoreFactor(name="scope", weight=0.3),
    ...                                                  ScoreFactor(name="validity", weight=0.7)))
    >>> [round(law.weight * factor.weight, 6) for factor in law.factors]
    [0.12, 0.28]
    """

    KEYED: ClassVar[str] = "name"
    name: str
    weight: Share
    factors: tuple[ScoreFactor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingProfile:
    """The weights of a comprehensive score, as their user states them; no weights are a national standard.

    >>> law = ScoreGroup(name="law", weight=0.4, factors=(ScoreFactor(name="scope", weight=1.0),))
    >>> print(*SharingProfile(source="own weights", groups=(law,)).findings())
    groups: the weights sum to 0.4, not to 1
    """

    source: Annotated[str, "Who states these weights, and when."]
    groups: tuple[ScoreGroup, ...]

    def findings(self) -> Iterator[Finding]:
        """Weights of groups, and of the factors in each, that do not sum to one; a factor twice."""
        yield from weight_findings(tuple(group.weight for group in self.groups), path=("groups",))
        for group in self.groups:
            yield from weight_findings(
                tuple(one.weight for one in group.factors), path=("groups", group.name, "factors")
            )
        names = [factor.name for group in self.groups for factor in group.factors]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                yield finding("sharing.twice", "factor {got} stands twice", path=("groups",), got=name)


def comprehensive_score(profile: SharingProfile, scores: Mapping[str, Values]) -> Values:
    """``r = Σ_i w_i Σ_j w_ij × y_ij`` with every y from 0 to 1.

    Raises
    ------
    DataError
        Weights that do not sum to one; scores missing, unknown or outside 0 to 1.

    Examples
    --------
    >>> law = ScoreGroup(name="law", weight=0.4, factors=(ScoreFactor(name="scope", weight=1.0),))
    >>> technology = ScoreGroup(name="technology", weight=0.6, factors=(ScoreFactor(name="advance", weight=0.5),
    ...                                                                ScoreFactor(name="maturity", weight=0.5)))
    >>> profile = SharingProfile(source="own weights", groups=(law, technology))
    >>> round(comprehensive_score(profile, {"scope": 0.5, "advance": 0.8, "maturity": 0.6}), 6)
    0.62
    """
    names = [factor.name for group in profile.groups for factor in group.factors]
    found = [*profile.findings()]
    for name in names:
        if name not in scores:
            found.append(finding("sharing.missing", "no score for {got}", path=(name,), got=name))
        else:
            found += outside(name, scores[name], "[0, 1]")
    found += [
        finding("sharing.unknown", "no factor {got!r}; {hint}", path=(name,), got=name, allowed=names)
        for name in scores
        if name not in names
    ]
    refuse(DataError, found)
    return value_or_array(
        sum(
            (group.weight * factor.weight * np.asarray(scores[factor.name])
             for group in profile.groups for factor in group.factors),
            np.zeros(()),
        )
    )  # fmt: skip


def sharing_rate_by_range(*, low: Values, high: Values, score: Values) -> Values:
    """``K = m + (n − m) × r``: from the low m to the high n of the industry's rates, by the comprehensive score r.

    >>> round(sharing_rate_by_range(low=0.007, high=0.021, score=0.6), 6)
    0.0154
    """
    found = [
        *outside("low", low, "[0, 1]"),
        *outside("high", high, "[0, 1]"),
        *outside("score", score, "[0, 1]"),
    ]
    if not found and np.any(np.asarray(low) > high):
        found.append(
            finding("sharing.range", "the low rate {got} is above the high one", path=("low",), got=np.max(low))
        )
    refuse(DataError, found)
    return value_or_array(np.asarray(low) + (np.asarray(high) - np.asarray(low)) * score)


FACTORS: Mapping[Literal["three", "four"], tuple[str, ...]] = {
    "three": ("capital", "organization", "technology"),
    "four": ("capital", "labor", "technology", "management"),
}


def technology_share(factors: Literal["three", "four"], *, weights: Mapping[str, float] | None = None) -> float:
    """Share of profit due to technology when profit is the work of three or four factors, equal unless weighted.

    Three: capital, organization (labor and management), technology. Four: capital, labor, technology, management.

    >>> technology_share("four"), technology_share("four", weights={"capital": 0.4, "labor": 0.2, "technology": 0.3,
    ...                                                           "management": 0.1})
    (0.25, 0.3)
    """
    if factors not in FACTORS:
        raise DataError(finding("sharing.factors", "no {got!r} factors; {hint}", got=factors, allowed=FACTORS))
    names = FACTORS[factors]
    if weights is None:
        return 1 / len(names)
    found = [
        finding("sharing.unknown", "no factor {got!r}; {hint}", path=(name,), got=name, allowed=names)
        for name in weights
        if name not in names
    ]
    refuse(DataError, [*found, *weight_findings(tuple(weights.values()))])
    return weights.get("technology", 0.0)


def licensor_share_of_profit(*, royalty_rate: Values, profit_margin: Values) -> Values:
    """LSLP, licensor's share of the licensee's profit: ``royalty on sales / margin on sales``.

    >>> licensor_share_of_profit(royalty_rate=0.03, profit_margin=0.12)
    0.25
    """
    refuse(DataError, [*outside("royalty_rate", royalty_rate, "[0, 1]"),
                       *outside("profit_margin", profit_margin, "(0, 1]")])  # fmt: skip
    return value_or_array(np.asarray(royalty_rate) / np.asarray(profit_margin))


def royalty_from_profit(*, share_of_profit: Values, profit_margin: Values) -> Values:
    """Royalty or sharing rate on sales, ``K = k × margin``.

    >>> round(royalty_from_profit(share_of_profit=technology_share("three"), profit_margin=0.15), 6)
    0.05
    """
    refuse(DataError, [*outside("share_of_profit", share_of_profit, "[0, 1]"),
                       *outside("profit_margin", profit_margin, "[-1, 1]")])  # fmt: skip
    return value_or_array(np.asarray(share_of_profit) * profit_margin)


def equivalent_investment_share(
    *, technology_cost: Values, technology_margin: Values, other_cost: Values, other_margin: Values
) -> Values:
    """Technology's share of profit by equivalent investment (约当投资分成), ``A / (A + B)``.

    ``A = cost × (1 + margin)`` of the technology and B of the assets it works with: costs of replacement, each raised
    by the profit on cost that is usual for its kind.

    Source: the equivalent-investment form of profit sharing in Chinese asset-appraisal teaching.

    >>> share = equivalent_investment_share(technology_cost=100, technology_margin=5, other_cost=3000, other_margin=0.1)
    >>> round(share, 4)
    0.1538
    """
    check_ranges(
        technology_cost=(technology_cost, "(0, inf)"),
        technology_margin=(technology_margin, "[0, inf)"),
        other_cost=(other_cost, "[0, inf)"),
        other_margin=(other_margin, "[0, inf)"),
    )
    technology = np.asarray(technology_cost) * (1 + np.asarray(technology_margin))
    return value_or_array(technology / (technology + np.asarray(other_cost) * (1 + np.asarray(other_margin))))
