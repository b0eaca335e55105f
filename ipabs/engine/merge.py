"""The priorities of payments of all phases as one list: the shortest common supersequence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Merged(Generic[T]):
    """A line with its place (from 0) in the list of each phase that has it."""

    line: T
    places: Mapping[str, int]


def merge(lists: Mapping[str, Sequence[T]]) -> list[Merged[T]]:
    """Every list in its own order, equal lines once where the orders allow.

    >>> [(one.line, len(one.places)) for one in merge({"normal": "abcd", "accelerated": "bad"})]
    [('a', 1), ('b', 2), ('c', 1), ('a', 1), ('d', 2)]
    """
    result: list[Merged[T]] = []
    for phase, lines in lists.items():
        own = [Merged(line, {phase: place}) for place, line in enumerate(lines)]
        result = _merge_two(result, own)
    return result


def _merge_two(first: Sequence[Merged[T]], second: Sequence[Merged[T]]) -> list[Merged[T]]:
    lengths = _common_lengths(first, second)
    result: list[Merged[T]] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i].line == second[j].line:
            result.append(Merged(first[i].line, {**first[i].places, **second[j].places}))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            result.append(first[i])
            i += 1
        else:
            result.append(second[j])
            j += 1
    return [*result, *first[i:], *second[j:]]


def _common_lengths(first: Sequence[Merged[T]], second: Sequence[Merged[T]]) -> list[list[int]]:
    """Length of the longest common subsequence of ``first[i:]`` and ``second[j:]``."""
    lengths = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in reversed(range(len(first))):
        for j in reversed(range(len(second))):
            if first[i].line == second[j].line:
                lengths[i][j] = lengths[i + 1][j + 1] + 1
            else:
                lengths[i][j] = max(lengths[i + 1][j], lengths[i][j + 1])
    return lengths
