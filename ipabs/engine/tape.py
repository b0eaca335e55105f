"""A run written down instead of done: numbers that note every operation, and the list they write.

Steps decide nothing by amounts (see `arithmetic`), so a run of any block of paths is the same list of numpy operations.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from ipabs.engine.arithmetic import Amount, Arithmetic, Condition
from ipabs.engine.conditions import agreed

Place: TypeAlias = int  # where a number stands
Kind: TypeAlias = np.dtype[Any]
AMOUNTS: Final[Kind] = np.dtype(np.float64)
CONDITIONS: Final[Kind] = np.dtype(np.bool_)
LISTS: Final[Kind] = np.dtype(object)
SLOW_WITH_NUMBERS = (np.minimum, np.maximum)  # twice as quick on two arrays as on an array and a number


class UnrecordableError(TypeError):
    """A run decides by the numbers of a block: another block would need another list."""


class Operation(NamedTuple):
    """A function of the numbers in some places, the place of its result, and its date.

    One that `writes` puts its result into an array that is there already; others make theirs, or return what they are
    given.
    """

    function: Callable[..., Any]
    given: tuple[Place, ...]
    result: Place
    writes: bool
    t: int


class Recorded(NDArrayOperatorsMixin):
    """A number or condition of every path that is not there yet: what numpy does with it is written down."""

    def __init__(self, tape: "Tape", place: Place, kind: Kind) -> None:
        self.tape, self.place, self.kind = tape, place, kind

    def __array_ufunc__(self, function: np.ufunc, method: str, *given: Any, **options: Any) -> "Recorded":
        if method != "__call__" or options:
            raise UnrecordableError(f"{function.__name__}.{method}")
        return self.tape.write(function, given)

    def __array_function__(self, function: Any, types: Any, given: tuple[Any, ...], options: Any) -> "Recorded":
        if function is not np.where or options:
            raise UnrecordableError(function.__name__)
        return self.tape.write(function, given)

    def __bool__(self) -> bool:
        raise UnrecordableError("bool")

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        raise UnrecordableError("array")


@dataclass(slots=True)
class Tape:
    """The list as it is written; the same operation on the same numbers is written once.

    Attributes
    ----------
    kinds : list of Kind
        By place: what stands there.
    constants, spread : mapping of place to number
        Constants that stand there once, and those that stand there for every path.
    inputs : list of mapping of name to place
        By date: what enters.
    """

    kinds: list[Kind] = field(default_factory=list)
    constants: dict[Place, Any] = field(default_factory=dict)
    spread: dict[Place, Any] = field(default_factory=dict)
    inputs: list[dict[str, Place]] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    _constant: dict[tuple[Any, ...], Place] = field(default_factory=dict)
    _written: dict[tuple[Callable[..., Any], tuple[Place, ...]], Recorded] = field(default_factory=dict)

    def today(self, names: Iterable[str]) -> dict[str, Amount]:
        """What enters on the next date."""
        entering = {name: self._new(AMOUNTS) for name in names}
        self.inputs.append({name: number.place for name, number in entering.items()})
        return entering

    def write(self, function: Callable[..., Any], given: Sequence[Any], kind: Kind | None = None) -> Recorded:
        """Note an operation; a numpy function tells the kind of its result itself."""
        spread = function in SLOW_WITH_NUMBERS
        key = function, tuple([self.place(number, spread=spread) for number in given])
        result = self._written.get(key)
        if result is None:
            result = self._written[key] = self._new(kind or self.kind_of(function, given))
            writes = isinstance(function, np.ufunc) and len(given) == 2
            self.operations.append(Operation(*key, result.place, writes, len(self.inputs) - 1))
        return result

    def place(self, number: Any, *, spread: bool = False) -> Place:
        """Where a number stands; a constant stands there as an array, which numpy reads more quickly."""
        if isinstance(number, Recorded):
            return number.place
        plain = isinstance(number, int | float | np.generic)
        key = (type(number), repr(number), spread) if plain else (id(number),)
        if key not in self._constant:
            self._constant[key] = len(self.kinds)
            constants = self.spread if plain and spread else self.constants
            constants[len(self.kinds)] = stands = np.asarray(number) if plain else number
            self.kinds.append(stands.dtype if isinstance(stands, np.ndarray) else LISTS)
        return self._constant[key]

    def kind_of(self, function: Callable[..., Any], given: Iterable[Any]) -> Kind:
        """What a numpy function makes of such numbers."""
        return made_of(function, *[self.kinds[self.place(number)] for number in given])

    def _new(self, kind: Kind) -> Recorded:
        self.kinds.append(kind)
        return Recorded(self, len(self.kinds) - 1, kind)


@cache
def made_of(function: Callable[..., Any], *kinds: Kind) -> Kind:
    """What numpy makes of such kinds, tried on empty arrays."""
    kind: Kind = function(*(np.empty(0, kind) for kind in kinds)).dtype
    return kind


def recording(tape: Tape, m: Arithmetic, *, rounds: bool) -> Arithmetic:
    """The operations of `m` on a tape: those that look at the numbers of a block are noted as one, not looked into."""

    def noted(given: Sequence[Any]) -> bool:
        return any(isinstance(number, Recorded) for number in given)

    def whole(function: Callable[..., Amount]) -> Callable[..., Amount]:
        return lambda *given: tape.write(function, given, AMOUNTS) if noted(given) else function(*given)

    def pick(*given: Any) -> Amount:
        condition, a, b = given
        if not noted(given):
            return m.pick(condition, a, b)
        if noted((condition,)):
            condition = tape.write(agreed, (condition,), CONDITIONS)
        return tape.write(picked, (condition, a, b), tape.kind_of(np.where, (condition, a, b)))

    def share(available: Amount, wants: Sequence[Amount], weights: Sequence[Amount] | None) -> list[Amount]:
        given, count = (available, *wants, *(weights or ())), len(wants)
        parts = tape.write(lambda cut, *rest: m.share(cut, rest[:count], rest[count:] or None), given, LISTS)
        return [tape.write(itemgetter(at), (parts,), AMOUNTS) for at in range(count)]

    return replace(m, pick=pick, ratio=whole(m.ratio), share=share, rounded=whole(m.rounded) if rounds else m.rounded)


def picked(condition: Condition, a: Amount, b: Amount) -> Amount:
    """Where the paths of a block agree, nothing is copied."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, a, b)
    return a if condition else b
