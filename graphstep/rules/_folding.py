"""Simpler formulas of the same value: numbers worked out, factors of one left out."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from typing import Any

from graphstep.rules._formula import parsed

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
}


def folded(formula: str, given: Mapping[str, Any]) -> str:
    """Return a formula with given numbers put in and trivial operations left out.

    `n * x ** (n - 1)` becomes `2 * x` for `{"n": 2}`.
    """
    numeric = [
        (symbol, value)
        for symbol, value in given.items()
        if isinstance(value, int | float)
    ]
    return _folded(formula, tuple(numeric))


@functools.lru_cache(1 << 12)
def _folded(formula: str, numeric: tuple[tuple[str, float], ...]) -> str:
    # The parsed formula is kept for others, and this one is changed.
    fresh = ast.parse(ast.unparse(parsed(formula)), mode="eval").body
    return ast.unparse(_Folder(dict(numeric)).visit(fresh))


class _Folder(ast.NodeTransformer):
    def __init__(self, numeric: Mapping[str, Any]) -> None:
        self.numeric = numeric

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _constant(self.numeric[node.id]) if node.id in self.numeric else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        node.operand = self.visit(node.operand)
        if isinstance(node.op, ast.USub):
            return _negative(node.operand)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        a, b = _number(node.left), _number(node.right)
        work = _ARITHMETIC.get(type(node.op))
        if work is not None and a is not None and b is not None:
            return _constant(work(a, b))
        match node.op:
            case ast.Mult():
                return _product(node)
            case ast.Pow() if b == 1:
                return node.left
            case ast.Add() if _is_negative(node.right):
                return ast.BinOp(node.left, ast.Sub(), _negative(node.right))
            case ast.Sub() if _is_negative(node.right):
                return ast.BinOp(node.left, ast.Add(), _negative(node.right))
            case ast.Add() | ast.Sub() if b == 0:
                return node.left
            case _:
                return node


def _product(node: ast.BinOp) -> ast.expr:
    left, right = node.left, node.right
    if _number(left) == 1:
        return right
    if _number(right) == 1:
        return left
    if _is_negative(left):
        return _negative(_product(ast.BinOp(_negative(left), ast.Mult(), right)))
    match left:
        case ast.BinOp(left=one, op=ast.Div(), right=below) if _number(one) == 1:
            return ast.BinOp(right, ast.Div(), below)
        case _:
            return node


@functools.singledispatch
def _negative(part: ast.expr) -> ast.expr:
    """Return minus something, without two signs in a row."""
    return ast.UnaryOp(ast.USub(), part)


@_negative.register
def _(part: ast.UnaryOp) -> ast.expr:
    is_minus = isinstance(part.op, ast.USub)
    return part.operand if is_minus else ast.UnaryOp(ast.USub(), part)


@_negative.register
def _(part: ast.Constant) -> ast.expr:
    value = part.value
    if isinstance(value, int | float):
        return ast.Constant(-value) if value < 0 else ast.UnaryOp(ast.USub(), part)
    return ast.UnaryOp(ast.USub(), part)


def _is_negative(part: ast.expr) -> bool:
    return isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)


def _constant(value: Any) -> ast.expr:
    """Return a number; a minus sign stands apart, as in what Python parses."""
    value = int(value) if float(value).is_integer() else float(value)
    return _negative(ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _number(part: ast.expr) -> Any:
    match part:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(n) | float(n))):
            return -n
        case ast.Constant(value=int(n) | float(n)):
            return n
        case _:
            return None
