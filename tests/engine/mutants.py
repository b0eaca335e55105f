"""Small faults put into the engine's steps, one at a time: does the comparison with the oracle notice?"""

import ast
import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

MODULES = ("accruals", "books", "calls", "conditions", "measures", "principal", "sources", "steps", "targets", "run")
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
WORDS = {"lo": "hi", "hi": "lo"}


@dataclass(frozen=True)
class Mutant:
    """One function of the engine with one fault."""

    module: str
    function: str
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.module}.{self.function}: {self.before} -> {self.after}"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """The faults that one piece of a step can have."""
    match node:
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(op)](), node.right)  # type: ignore[arg-type]  # an operator
            yield node.left
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in OPERATORS:
            yield ast.Compare(left, [OPERATORS[type(op)]()], right)  # type: ignore[list-item]  # a comparison
        case ast.Call(func=ast.Attribute(value=owner, attr=word), args=[first, second]) if word in WORDS:
            yield ast.Call(ast.Attribute(owner, WORDS[word], ast.Load()), [first, second], [])
            yield first
        case ast.Call(func=ast.Attribute(attr="pick"), args=[_, yes, no]):
            yield yes
            yield no
        case ast.Call(func=ast.Attribute(attr="invert"), args=[condition]):
            yield condition
        case ast.Constant(value=bool(word)):
            yield ast.Constant(not word)
        case ast.Constant(value=0 | 1 as number):
            yield ast.Constant(1 - number)
        case ast.Return(value=ast.Tuple(elts=[first, second])):
            yield ast.Return(ast.Tuple([second, first], ast.Load()))
        case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()


class Replace(ast.NodeTransformer):
    """The tree with one node put in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def mutants(name: str) -> Iterator[Mutant]:
    """Every fault in the functions of one module of the engine."""
    module = importlib.import_module(f"ipabs.engine.{name}")
    tree = ast.parse(inspect.getsource(module))
    for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for function in (node for node in owner.body if isinstance(node, ast.FunctionDef)):
            path = function.name if owner is tree else f"{owner.name}.{function.name}"  # type: ignore[attr-defined]
            for node in (part for line in function.body for part in steps(line)):
                for change in (one for one in changes(node) if ast.unparse(one) != ast.unparse(node)):
                    yield mutant(module, path, function, node, change)


def steps(node: ast.AST) -> Iterator[ast.AST]:
    """The pieces of a line of code, but for types and the word by which `zip` checks lengths."""
    yield node
    hint = node.annotation if isinstance(node, ast.AnnAssign) else None
    for part in ast.iter_child_nodes(node):
        if part is not hint and not (isinstance(part, ast.keyword) and part.arg == "strict"):
            yield from steps(part)


def mutant(module: ModuleType, path: str, function: ast.FunctionDef, node: ast.AST, change: ast.AST) -> Mutant:
    """The function with `change` in the place of `node`, compiled."""
    copied = deepcopy((function, node), memo := {id(change): change})
    changed = Replace(memo[id(node)], deepcopy(change)).visit(copied[0])
    changed.decorator_list = []
    compiled = compile(ast.fix_missing_locations(ast.Module([changed], [])), f"<mutant of {path}>", "exec")
    code = next(one for one in compiled.co_consts if isinstance(one, CodeType) and one.co_name == function.name)
    return Mutant(module.__name__.rpartition(".")[2], path, ast.unparse(node), ast.unparse(change), code)


@contextmanager
def put_in(one: Mutant) -> Iterator[None]:
    """The engine with the fault, for a while."""
    found: Any = importlib.import_module(f"ipabs.engine.{one.module}")
    for part in one.function.split("."):
        found = inspect.getattr_static(found, part)
    function: FunctionType = {property: lambda: found.fget, classmethod: lambda: found.__func__}.get(
        type(found), lambda: found
    )()
    sound = function.__code__
    function.__code__ = one.code.replace(co_firstlineno=sound.co_firstlineno)
    try:
        yield
    finally:
        function.__code__ = sound
