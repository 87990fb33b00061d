"""Formulas of the rules: one text that is evaluated, typeset and looked through.

A formula is an expression in Python's syntax over arrays: `-sin(x) * ȳ`. Operators
mean what they mean in NumPy, and functions are the words of the vocabulary. What is
shown to a person and what the tests evaluate are therefore the same thing.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphstep.rules._vocabulary import WORDS

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.Pow: np.float_power,
    ast.MatMult: np.matmul,
}
# Truth values are numbers here, as in Iverson's brackets: 1 where it holds, else 0.
_TRUTHS: dict[type[ast.operator | ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.BitAnd: np.logical_and,
    ast.BitOr: np.logical_or,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
CONSTANTS = {"π": np.pi}


@functools.cache
def parsed(formula: str) -> ast.expr:
    """Return the expression that a formula is.

    Raises:
        ValueError: It uses a function that is no word of the vocabulary.
    """
    expression = ast.parse(formula, mode="eval").body
    for part in ast.walk(expression):
        if isinstance(part, ast.Call):
            name = getattr(part.func, "id", "")
            if name not in WORDS:
                raise ValueError(f"`{name}` in `{formula}` is not in the vocabulary.")
    return expression


@functools.cache
def symbols_in(formula: str) -> frozenset[str]:
    """Return the symbols a formula refers to, without the words it uses."""
    tree = parsed(formula)
    called = {id(part.func) for part in ast.walk(tree) if isinstance(part, ast.Call)}
    return frozenset(
        part.id
        for part in ast.walk(tree)
        if isinstance(part, ast.Name)
        and id(part) not in called
        and part.id not in CONSTANTS
    )


def evaluate(formula: str, values: Mapping[str, Any]) -> Any:
    """Return the value of a formula.

    Args:
        formula: What to evaluate.
        values: Arrays and parameters by symbol.
    """
    with np.errstate(all="ignore"):
        return _value(parsed(formula), values)


def renamed(formula: str, names: Mapping[str, str]) -> str:
    """Return a formula with other symbols: for `{"x": "ẋ"}`, `2 * ẋ` of `2 * x`."""
    return ast.unparse(_Renamer(names).visit(ast.parse(formula, mode="eval")))


def _value(part: ast.expr, values: Mapping[str, Any]) -> Any:
    match part:
        case ast.Constant():
            return part.value
        case ast.Name():
            return CONSTANTS[part.id] if part.id in CONSTANTS else values[part.id]
        case ast.BinOp():
            left, right = _value(part.left, values), _value(part.right, values)
            return _combined(part.op, left, right)
        case ast.UnaryOp(op=ast.USub()):
            return -_value(part.operand, values)
        case ast.UnaryOp(op=ast.Invert()):
            return _number(np.logical_not(_value(part.operand, values)))
        case ast.Compare(ops=[op], comparators=[right]):
            return _combined(op, _value(part.left, values), _value(right, values))
        case ast.Attribute(attr="T"):
            return np.swapaxes(_value(part.value, values), -1, -2)
        case ast.Call(func=ast.Name(id=word)):
            return WORDS[word].evaluate(*(_value(a, values) for a in part.args))
        case _:
            raise ValueError(f"A formula cannot hold `{ast.unparse(part)}`.")


def _combined(op: ast.operator | ast.cmpop, left: Any, right: Any) -> Any:
    if isinstance(op, ast.operator) and type(op) in _BINARY:
        return _BINARY[type(op)](left, right)
    return _number(_TRUTHS[type(op)](left, right))


def _number(truth: Any) -> Any:
    return np.asarray(truth, np.float64)


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)
