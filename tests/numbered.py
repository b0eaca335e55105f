"""Numbered examples of a Hypothesis strategy: number 7,467 is the same deal on every machine and in every run.

Hypothesis itself mixes constants of whatever modules are loaded into its draws, so its examples differ between a test
run alone and one among others. Here the choices come from a generator seeded with the number alone.
"""

from random import Random
from typing import Any, TypeVar

from hypothesis.control import BuildContext
from hypothesis.errors import StopTest
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class ByNumber(HypothesisProvider):
    """Whole numbers: one in ten at an end of its range, one in four small, the others anywhere."""

    def draw_integer(self, min_value: int | None = None, max_value: int | None = None, **_: Any) -> int:
        """A whole number of a range, which every strategy for deals states."""
        if self._random is None or min_value is None or max_value is None:
            raise TypeError("a numbered example needs bounds for every whole number")
        kind, width = self._random.randrange(20), max_value - min_value
        if kind < 2:
            return (min_value, max_value)[kind]
        if kind < 7:
            width >>= self._random.randrange(width.bit_length() + 1)
        return min_value + self._random.randrange(width + 1)


def numbered(strategy: SearchStrategy[T], number: int) -> T:
    """The example of that number; where a strategy turns it down, the next attempt under the same number."""
    random = Random(number)
    while True:
        data = ConjectureData(random=random, provider=ByNumber)
        try:
            with BuildContext(data, is_final=False, wrapped_test=numbered):
                return data.draw(strategy)
        except StopTest:
            continue
