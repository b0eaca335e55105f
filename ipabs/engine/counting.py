"""Numbers that count the operations done with them: a guard against work that a deal did not ask for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ipabs.engine.arithmetic import Amount, Arithmetic


class Counted(float):
    """A float whose every operation, of numbers or of conditions, adds one to a tally."""

    tally: Counter[str]

    def __new__(cls, value: float, tally: Counter[str]) -> "Counted":
        """A number on a tally."""
        made = super().__new__(cls, value)
        made.tally = tally
        return made


def _operator(word: str) -> Callable[[Counted, Any], Counted]:
    plain = getattr(float, word)

    def operate(self: Counted, other: Any) -> Counted:
        self.tally[word.strip("_")] += 1
        return Counted(plain(float(self), float(other)), self.tally)

    return operate


for _word in ("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__"):
    setattr(Counted, _word, _operator(_word))


def counting(m: Arithmetic, tally: Counter[str]) -> Arithmetic:
    """The operations of `m`, each on the tally.

    >>> from ipabs.engine.arithmetic import arithmetic
    >>> tally = Counter()
    >>> m = counting(arithmetic("float"), tally)
    >>> m.lo(Counted(1.0, tally) + 2, 5.0), dict(tally)
    (3.0, {'add': 1, 'lo': 1})
    """

    def counted(word: str, operation: Callable[..., Amount]) -> Callable[..., Amount]:
        def operate(*given: Any) -> Amount:
            tally[word] += 1
            result = operation(*given)
            return [Counted(one, tally) for one in result] if word == "share" else Counted(result, tally)

        return operate

    names = ("lo", "hi", "pick", "ratio", "share", "rounded", "floor")
    return replace(m, **{name: counted(name, getattr(m, name)) for name in names})
