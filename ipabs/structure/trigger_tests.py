"""Tests: a measure against a limit, read at a stated moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Count, Factor
from ipabs.errors import Finding, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStep:
    """Another limit from a date on.

    >>> from ipabs import spec
    >>> print(spec.dump(LimitStep(since=date(2026, 3, 28), limit=0.1)), end="")
    since: 2026-03-28
    limit: 0.1
    """

    since: Annotated[date, "from the first payment date on or after this date"]
    limit: Annotated[Factor, "the limit that replaces the first one"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A test of one measure: it passes at or below `maximum`, at or above `minimum`.

    It fails once the measure has been outside for `run` payment dates in a row, and then stays failed, unless `cure`
    payment dates in a row inside the limit let it pass again.

    >>> from ipabs import spec
    >>> losses = Trigger(name="losses", measure="cumulative_default_ratio", maximum=0.08, run=2, cure=3)
    >>> print(spec.dump(losses), end="")
    name: losses
    measure: cumulative_default_ratio
    maximum: 0.08
    run: 2
    cure: 3
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name"]
    measure: Annotated[str, "the measure that is tested"]
    maximum: Annotated[Factor | None, "passes at or below"] = None
    minimum: Annotated[Factor | None, "passes at or above"] = None
    at: Annotated[
        Literal["collection", "line", "end"],
        "read before line 1 (today's collections, opening balances), at the line that asks, or after the last line",
    ] = "collection"
    run: Annotated[Count, "payment dates in a row outside the limit before it fails"] = 1
    cure: Annotated[Count | None, "payment dates in a row inside the limit before it passes again; silent: never"] = (
        None
    )
    steps: Annotated[tuple[LimitStep, ...], "later limits, by date"] = ()

    def findings(self) -> Iterator[Finding]:
        """Neither or both limits, a count below 1, steps out of order."""
        if (self.maximum is None) == (self.minimum is None):
            yield finding("test.limit", "state either a maximum or a minimum")
        for word, count in (("run", self.run), ("cure", self.cure)):
            if count is not None and count < 1:
                yield finding("test.count", "{got} payment dates are fewer than 1", path=(word,), got=count)
        days = [step.since for step in self.steps]
        if days != sorted(set(days)):
            yield finding("test.steps", "the dates of the steps do not rise", path=("steps",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """Which failing tests open a phase: any of a list, or all of it.

    >>> from ipabs import spec
    >>> spec.load(Failing, "[losses, cover]").any, spec.load(Failing, "all: [losses, cover]").all
    (('losses', 'cover'), ('losses', 'cover'))
    """

    SHORT: ClassVar[str] = "any"

    any: Annotated[tuple[str, ...], "one of these is enough"] = ()
    all: Annotated[tuple[str, ...], "these must all fail"] = ()

    def findings(self) -> Iterator[Finding]:
        """No test, or both ways of combining them."""
        if bool(self.any) == bool(self.all):
            yield finding("phase.tests", "name the tests that open the phase, under either `any` or `all`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the deal's life with its own priority of payments.

    On each date the first phase listed whose tests fail is in force, otherwise `normal`.

    >>> from ipabs import spec
    >>> phase = Phase(name="turbo", enter_if_failing=Failing(any=("losses",)), principal_due="all")
    >>> print(spec.dump(phase), end="")
    name: turbo
    enter_if_failing: losses
    principal_due: all
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "short name, also of its list in the waterfall"]
    enter_if_failing: Annotated[Failing, "the tests that open it"]
    principal_due: Annotated[Literal["as_scheduled", "all"], "all: every balance is due"] = "as_scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredMeasure:
    """A measure of the deal's own: (sum of `of` - sum of `less`, not below 0), divided by the sum of `to` if stated.

    >>> from ipabs import spec
    >>> cover = DeclaredMeasure(name="cover", of=("performing",), to=("A.balance",), at_zero="infinite")
    >>> print(spec.dump(cover), end="")
    name: cover
    of: performing
    to: A.balance
    at_zero: infinite
    """

    KEYED: ClassVar[str] = "name"

    name: Annotated[str, "the name by which tests, targets and lines read it"]
    of: Annotated[tuple[str, ...], "measures added up"]
    less: Annotated[tuple[str, ...], "measures taken off"] = ()
    to: Annotated[tuple[str, ...], "measures whose sum divides"] = ()
    at_zero: Annotated[
        Literal["zero", "infinite"] | None,
        "its value when the divisor is 0: a minimum fails at zero, passes at infinite",
    ] = None

    def findings(self) -> Iterator[Finding]:
        """A division without its value at zero, or the other way round."""
        if self.to and self.at_zero is None:
            yield finding("measure.at_zero", "state its value when {got} is 0: at_zero", got=" + ".join(self.to))
        if not self.to and self.at_zero is not None:
            yield finding("measure.at_zero_unused", "at_zero has no effect: nothing divides", path=("at_zero",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observable:
    """A series from outside the deal, by period and path, read by its name.

    >>> from ipabs import spec
    >>> spec.load(Observable, "{name: leverage, meaning: debt / EBITDA}").meaning
    'debt / EBITDA'
    """

    KEYED: ClassVar[str] = "name"
    SHORT: ClassVar[str] = "meaning"

    name: Annotated[str, "the name by which measures and tests read it"]
    meaning: Annotated[str, "what it is, with its unit"]
