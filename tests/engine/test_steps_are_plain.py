"""Steps use the closed set of operations only: traps that would break bitwise equality are found in their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "ipabs" / "engine"
STEPS = ("accruals", "books", "calls", "conditions", "measures", "principal", "sources", "steps", "targets", "run")
DATA = {"left", "limit", "available", "due", "payable", "paid", "owed", "balance", "amount", "gap", "outside", "failed"}


def traps(source: str) -> Iterator[tuple[int, str]]:
    """Compensated or pairwise sums, matrix products, unary minus, change in place, float literals, branches on data."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="sum" | "abs" | "max" | "min" | "round")):
                yield node.lineno, "built-in on amounts"
            case ast.Attribute(value=ast.Name(id="np"), attr="sum" | "cumsum" | "dot" | "maximum" | "where"):
                yield node.lineno, "numpy instead of the arithmetic"
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                pass  # the last of a list
            case ast.BinOp(op=ast.MatMult()) | ast.UnaryOp(op=ast.USub() | ast.Invert()):
                yield node.lineno, "operator"
            case ast.AugAssign():
                yield node.lineno, "change in place"
            case ast.Constant(value=float()):
                yield node.lineno, "float literal"
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                names = {part.id for part in ast.walk(test) if isinstance(part, ast.Name)}
                structural = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot | ast.In)
                if names & DATA and not structural and not isinstance(test, ast.BoolOp):
                    yield node.lineno, "branch on data"


@pytest.mark.parametrize("module", STEPS)
def test_steps_hold_no_traps(module: str) -> None:
    assert list(traps((ENGINE / f"{module}.py").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "sum(x)",
        "np.sum(x)",
        "a @ b",
        "-paid",
        "~failed",
        "x += 1",
        "0.0 * x",
        "if paid > 0: pass",
        "y = 1 if left else 2",
    ],
)
def test_traps_are_found(source: str) -> None:
    assert list(traps(source))
