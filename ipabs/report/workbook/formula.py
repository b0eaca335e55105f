"""Numbers that write themselves down: the engine's steps run on them, and what comes out are the formulas of cells.

A `Formula` has the value the engine computes with and the operation it comes from. Where one stands in a cell, others
refer to that cell. Only what Excel and LibreOffice share is used: ``+ - * /``, comparisons, ``MIN MAX IF AND OR NOT
INT ROUND GCD``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Number: TypeAlias = Any  # a Formula, or a plain float, int or bool that no cell holds
INFIX = {"+": 3, "-": 3, "*": 4, "/": 4, ">": 2, "<": 2, ">=": 2, "<=": 2, "=": 2}
CONDITIONS = (">", "<", ">=", "<=", "=", "AND", "OR", "NOT")


@dataclass(slots=True, eq=False)
class Formula:
    """A number or a condition of a cell.

    Attributes
    ----------
    operation : str
        An infix operator, a function, or "" for what is put in.
    parts : tuple
        What it is made of: formulas and plain numbers.
    value : float or bool
        What the engine has here.
    cell : callable or None
        The reference of the cell where it stands, as text, once it stands in one.
    condition : bool
        Whether it is true or false; its cell holds 1 or 0.
    """

    operation: str
    parts: tuple[Number, ...]
    value: Any
    condition: bool = False
    cell: Callable[[], str] | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """A term that has a cell counts, whatever it holds; a condition cannot be decided here."""
        if self.condition:
            raise TypeError("a condition of a cell has no truth of its own")
        return True

    def __add__(self, other: Number) -> Number:
        return made("+", self, other)

    def __radd__(self, other: Number) -> Number:
        return made("+", other, self)

    def __sub__(self, other: Number) -> Number:
        return made("-", self, other)

    def __rsub__(self, other: Number) -> Number:
        return made("-", other, self)

    def __mul__(self, other: Number) -> Number:
        return made("*", self, other)

    def __rmul__(self, other: Number) -> Number:
        return made("*", other, self)

    def __truediv__(self, other: Number) -> Number:
        """A quotient that nothing uses where the divisor is 0 is 0 there, not an error."""
        return ratio(self, other, 0)

    def __rtruediv__(self, other: Number) -> Number:
        return ratio(other, self, 0)

    def __gt__(self, other: Number) -> "Formula":
        return made_condition(">", self, other)

    def __lt__(self, other: Number) -> "Formula":
        return made_condition("<", self, other)

    def __ge__(self, other: Number) -> "Formula":
        return made_condition(">=", self, other)

    def __le__(self, other: Number) -> "Formula":
        return made_condition("<=", self, other)

    def __and__(self, other: Number) -> Number:
        return both(self, other)

    def __rand__(self, other: Number) -> Number:
        return both(other, self)

    def __or__(self, other: Number) -> Number:
        return either(self, other)

    def __ror__(self, other: Number) -> Number:
        return either(other, self)


def value_of(number: Number) -> Any:
    """What a number is."""
    return number.value if isinstance(number, Formula) else number


def given(value: float) -> Formula:
    """A number that is put into a cell."""
    return Formula("", (), value)


# Operations; what does nothing leaves no trace in a formula

PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else 0.0,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "MIN": min,
    "MAX": max,
    "GCD": lambda a, b: float(math.gcd(int(a), int(b))),
}


def is_plain(number: Number, value: float) -> bool:
    """Whether it is a plain number, in no cell and no condition, of this value."""
    return not isinstance(number, Formula) and not isinstance(number, bool) and number == value


def made(operation: str, a: Number, b: Number) -> Number:
    """``a operation b``, shortened where one of them does nothing."""
    value = PLAIN[operation](value_of(a), value_of(b))
    if not isinstance(a, Formula) and not isinstance(b, Formula):
        return value
    if operation in "+-" and is_plain(b, 0):
        return a
    if operation == "+" and is_plain(a, 0):
        return b
    if operation in "*/" and is_plain(b, 1):
        return a
    if operation == "*" and is_plain(a, 1):
        return b
    if (operation == "*" and (is_plain(a, 0) or is_plain(b, 0))) or (operation == "/" and is_plain(a, 0)):
        return 0.0
    return Formula(operation, (a, b), value)


def made_condition(operation: str, a: Number, b: Number) -> Formula:
    """A comparison."""
    return Formula(operation, (a, b), PLAIN[operation](value_of(a), value_of(b)), condition=True)


def both(a: Number, b: Number) -> Number:
    """Both conditions."""
    if not isinstance(a, Formula):
        return b if a else False
    if not isinstance(b, Formula):
        return a if b else False
    return Formula("AND", (a, b), a.value and b.value, condition=True)


def either(a: Number, b: Number) -> Number:
    """One of two conditions."""
    if not isinstance(a, Formula):
        return True if a else b
    if not isinstance(b, Formula):
        return True if b else a
    return Formula("OR", (a, b), a.value or b.value, condition=True)


def invert(condition: Number) -> Number:
    """The contrary."""
    if not isinstance(condition, Formula):
        return not condition
    if condition.operation == "NOT":
        return condition.parts[0]
    return Formula("NOT", (condition,), not condition.value, condition=True)


def lo(a: Number, b: Number) -> Number:
    """The smaller."""
    return a if a is b else made("MIN", a, b)


def hi(a: Number, b: Number) -> Number:
    """The larger."""
    return made("MAX", a, b)


def pick(condition: Number, a: Number, b: Number) -> Number:
    """``a`` where the condition holds, else ``b``."""
    if not isinstance(condition, Formula):
        return a if condition else b
    if a is b or (not isinstance(a, Formula) and not isinstance(b, Formula) and a == b):
        return a
    if isinstance(a, bool) and isinstance(b, bool):
        return condition if a else invert(condition)
    conditional = any(isinstance(one, bool) or (isinstance(one, Formula) and one.condition) for one in (a, b))
    return Formula("IF", (condition, a, b), value_of(a) if condition.value else value_of(b), condition=conditional)


def ratio(a: Number, b: Number, at_zero: Number) -> Number:
    """``a / b``, and `at_zero` where ``b`` is 0."""
    if not isinstance(b, Formula):
        return made("/", a, b) if b else at_zero
    return pick(made_condition("=", b, 0), at_zero, made("/", a, b))


def floor(x: Number) -> Number:
    """The largest whole number not above."""
    return Formula("INT", (x,), float(math.floor(x.value))) if isinstance(x, Formula) else float(math.floor(x))


# As text


def text(number: Number) -> str:
    """The formula without its sign ``=``; what stands in a cell is that cell."""
    return written(number)[0]


def written(number: Number) -> tuple[str, int]:
    """Text and how tightly it binds."""
    if not isinstance(number, Formula):
        return plain_text(number), 9 if isinstance(number, bool) or number >= 0 else 1
    if number.cell is not None:
        return (f"{number.cell()}=1", 2) if number.condition else (number.cell(), 9)
    return expanded(number)


def expanded(formula: Formula) -> tuple[str, int]:
    """Text of the operation itself, whether or not it stands in a cell."""
    operation, parts = formula.operation, formula.parts
    if operation == "":
        return plain_text(formula.value), 9
    if operation in INFIX:
        binding = INFIX[operation]
        (left, tight), (right, other) = written(parts[0]), written(parts[1])
        if tight < binding or (tight == binding == 2):
            left = f"({left})"
        if other < binding or (other == binding and operation in ("-", "/", ">", "<", ">=", "<=", "=")):
            right = f"({right})"
        return f"{left}{operation}{right}", binding
    if operation in ("AND", "OR"):
        return f"{operation}({','.join(text(part) for part in flat(formula))})", 9
    return f"{operation}({','.join(text(part) for part in parts)})", 9


def flat(formula: Formula) -> list[Number]:
    """Parts of a chain of the same operation."""
    parts: list[Number] = []
    for part in formula.parts:
        same = isinstance(part, Formula) and part.operation == formula.operation and part.cell is None
        parts += flat(part) if same else [part]
    return parts


def plain_text(value: Any) -> str:
    """A number as a formula writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(int(value)) if float(value).is_integer() else repr(float(value)).upper()
