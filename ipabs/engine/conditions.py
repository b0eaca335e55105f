"""Tests and phases: which lines act on which paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.books import Books, Quantity


@dataclass(frozen=True, slots=True)
class Watch:
    """A test as the engine reads it: outside is `above` its limit of the period, or below it."""

    name: str
    value: Quantity
    above: bool
    limits: tuple[Amount, ...]
    at: Literal["collection", "line", "end"]
    run: int
    cure: int | None

    def outside(self, books: Books, m: Arithmetic) -> Condition:
        """Whether the measure is beyond its limit now."""
        value, limit = self.value(books, m), self.limits[books.t]
        return value > limit if self.above else value < limit

    def read(self, books: Books, m: Arithmetic, asked: Condition = True) -> Condition:
        """Whether it fails: outside `run` dates in a row, until `cure` dates in a row inside.

        On paths where it is not `asked` it stays as it was.
        """
        outside, before = self.outside(books, m), books.failed[self.name]
        failed = before
        if self.run == 1 and self.cure is None:
            failed = failed | outside
        else:
            out = m.pick(outside, books.outside[self.name] + 1, 0)
            back = m.pick(outside, 0, books.inside[self.name] + 1)
            failed = failed | (out >= self.run)
            if self.cure is not None:
                failed = failed & m.invert(back >= self.cure)
            if asked is not True:
                known = (books.outside[self.name], books.inside[self.name])
                out_today, back_today = books.counting.get(self.name, known)  # where another line asked today
                out, back = m.pick(asked, out, out_today), m.pick(asked, back, back_today)
            books.counting[self.name] = (out, back)
        books.failed[self.name] = failed if asked is True else m.pick(asked, failed, before)
        return books.failed[self.name]


def keep_counts(books: Books) -> None:
    """The counters of today's tests stand for the next date."""
    for name, (out, back) in books.counting.items():
        books.outside[name], books.inside[name] = out, back


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """When a phase is in force: `any` test of a list fails, or `all` of it."""

    name: str
    any: tuple[str, ...]
    all: tuple[str, ...]
    principal_due: bool

    def holds(self, failed: Mapping[str, Condition]) -> Condition:
        """Whether the tests open it."""
        condition: Condition = False
        for name in self.any:
            condition = condition | failed[name]
        if self.all:
            every: Condition = True
            for name in self.all:
                every = every & failed[name]
            condition = condition | every
        return condition


CALLED, NORMAL = "called", "normal"


def choose_phase(rules: tuple[PhaseRule, ...], books: Books, m: Arithmetic, *, callable_: bool) -> None:
    """The first phase whose tests fail is in force, `called` before all, `normal` when there is none."""
    free: Condition = m.invert(books.called) if callable_ else True
    all_due: Condition = books.called
    phases: dict[str, Condition] = {CALLED: books.called} if callable_ else {}
    for rule in rules:
        holds = rule.holds(books.failed)
        phases[rule.name] = holds & free
        free = free & m.invert(holds)
        if rule.principal_due:
            all_due = all_due | phases[rule.name]
    phases[NORMAL] = free
    books.phases, books.all_due = phases, all_due


@dataclass(frozen=True, slots=True)
class Gate:
    """When a step acts: in some phases, while tests pass or fail; all that is stated must hold.

    With `final`, from that period on or once the deal is called, and nothing else counts.
    """

    phases: tuple[str, ...] = ()
    passing: tuple[Watch, ...] = ()
    failing: tuple[Watch, ...] = ()
    final: int | None = None

    def in_force(self, books: Books) -> Condition:
        """Whether the phase in force has the step, per path."""
        if self.final is not None:
            return books.t >= self.final or agreed(books.called)
        if not self.phases:
            return True
        condition: Condition = False
        for phase in self.phases:
            condition = condition | books.phases[phase]
        return agreed(condition)

    def read(self, books: Books, m: Arithmetic, in_force: Condition) -> Condition:
        """Whether the step acts, per path, of those where it is in force."""
        if not self.failing and not self.passing:
            return in_force
        condition = in_force
        for watch in self.failing:
            condition = condition & state(watch, books, m, in_force)
        for watch in self.passing:
            condition = condition & m.invert(state(watch, books, m, in_force))
        return agreed(condition)


def state(watch: Watch, books: Books, m: Arithmetic, asked: Condition) -> Condition:
    """A test's state: read anew at the line, or as it stands."""
    return watch.read(books, m, asked) if watch.at == "line" else books.failed[watch.name]


def agreed(condition: Condition) -> Condition:
    """True or False where all paths agree, so that a block does not compute what none of its paths needs."""
    if isinstance(condition, np.ndarray):
        return True if condition.all() else condition if condition.any() else False
    return condition
