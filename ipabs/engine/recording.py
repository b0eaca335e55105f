"""A run recorded once and played on block after block.

The run itself writes the list of its operations (see `tape`). Played, the list gives every path the bits of a direct
run, without asking in each block again what a line is, without the operations that no figure needs, and in a few arrays
that stay in the cache.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ipabs.engine.arithmetic import Amount, Arithmetic
from ipabs.engine.feed import Feed
from ipabs.engine.program import Program
from ipabs.engine.tape import Kind, Operation, Place, Tape, recording

Run: TypeAlias = Callable[[Feed, Arithmetic], Sequence[Amount]]  # what enters on each date -> figures of each path


class Day(NamedTuple):
    """A payment date: the names and places of what enters, then the operations."""

    entering: list[tuple[str, Place]]
    operations: list[Operation]


@dataclass(slots=True, eq=False)
class Recording:
    """The operations of a run in order, in as few arrays as they need; played by one thread at a time.

    Attributes
    ----------
    numbers : list
        By place: constants, and in the other places what the last block left there.
    arrays : mapping of place to Kind
        Arrays over paths that operations write into.
    spread : mapping of place to number
        Arrays over paths that hold one number.
    figures : sequence of Place
    paths : int
        How many the arrays are for.
    """

    numbers: list[Any]
    arrays: Mapping[Place, Kind]
    spread: Mapping[Place, Any]
    days: Sequence[Day]
    figures: Sequence[Place]
    paths: int = 0

    @classmethod
    def of(cls, program: Program, run: Run, names: Collection[str]) -> "Recording":
        """Write down a run into which series of these names enter.

        Raises
        ------
        UnrecordableError
            The run decides by the numbers of a block.
        """
        tape = Tape()
        m = recording(tape, program.arithmetic("array"), rounds=program.units.minor is not None)
        figures = run(lambda t: tape.today(names), m)
        return arranged(tape, [tape.place(figure) for figure in figures])

    def play(self, feed: Feed, paths: int) -> list[Any]:
        """The figures of a block, until the next one is written over them."""
        numbers = self.numbers
        if paths != self.paths:
            self.paths = paths
            for place, kind in self.arrays.items():
                numbers[place] = np.empty(paths, kind)
            for place, number in self.spread.items():
                numbers[place] = np.full(paths, number)
        for t, day in enumerate(self.days):
            today = feed(t)
            for name, place in day.entering:
                numbers[place] = today[name]
            for function, given, result, writes, _ in day.operations:
                if writes:
                    first, second = given
                    function(numbers[first], numbers[second], out=numbers[result])
                else:
                    numbers[result] = function(*[numbers[place] for place in given])
        return [numbers[place] for place in self.figures]


@dataclass(slots=True)
class Places:
    """Where numbers stand: in a place that is idle, or in one of their own."""

    stands: dict[Place, Place] = field(default_factory=dict)
    arrays: dict[Place, Kind] = field(default_factory=dict)
    idle: dict[Kind | None, list[Place]] = field(default_factory=lambda: defaultdict(list))  # None: without an array

    def give(self, place: Place, kind: Kind | None) -> Place:
        """The place of a number, with an array of this kind."""
        stands = self.stands[place] = self.idle[kind].pop() if self.idle[kind] else place
        if kind is not None:
            self.arrays[stands] = kind
        return stands

    def take(self, place: Place) -> None:
        """Nothing needs the number any more."""
        if place in self.stands:
            self.idle[self.arrays.get(self.stands[place])].append(self.stands[place])

    def of(self, given: Iterable[Place]) -> tuple[Place, ...]:
        """Where numbers stand; a constant has its own place."""
        return tuple([self.stands.get(place, place) for place in given])


def arranged(tape: Tape, figures: Sequence[Place]) -> Recording:
    """The operations that the figures need, date by date."""
    operations = needed(tape.operations, figures)
    last, ending = last_uses(operations, figures), defaultdict[int, list[Place]](list)
    for place, number in last.items():
        ending[number].append(place)
    places, days, numbered = Places(), [], deque(enumerate(operations))
    for t, inputs in enumerate(tape.inputs):
        day = Day([(name, places.give(place, None)) for name, place in inputs.items() if place in last], [])
        while numbered and numbered[0][1].t == t:
            number, one = numbered.popleft()
            given = places.of(one.given)
            for place in ending[number]:
                places.take(place)
            result = places.give(one.result, tape.kinds[one.result] if one.writes else None)
            day.operations.append(Operation(one.function, given, result, one.writes, t))
        days.append(day)
    return Recording(
        numbers=[tape.constants.get(place) for place in range(len(tape.kinds))],
        arrays=places.arrays,
        spread=tape.spread,
        days=days,
        figures=places.of(figures),
    )


def needed(operations: Sequence[Operation], figures: Sequence[Place]) -> list[Operation]:
    """Without those that no figure depends on."""
    wanted, kept = set(figures), []
    for one in reversed(operations):
        if one.result in wanted:
            wanted.update(one.given)
            kept.append(one)
    return kept[::-1]


def last_uses(operations: Sequence[Operation], figures: Sequence[Place]) -> dict[Place, int]:
    """The number of the last operation that needs what stands in a place.

    A result may be one of the arrays it was made of, where the operation does not write; then that is needed as long.
    """
    last = {place: at for at, one in enumerate(operations) for place in one.given}
    last |= dict.fromkeys(figures, len(operations))
    for one in reversed(operations):
        if not one.writes:
            last |= {place: max(last[place], last[one.result]) for place in one.given}
    return last
