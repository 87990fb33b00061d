"""Numbers and lists of numbers as Python writes them, read without evaluating code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphstep.errors import EditError
from graphstep.tracing import one_line

_CONSTANTS = {"nan": float("nan"), "inf": float("inf")}
_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
# No integer type has more bits than this, and longer powers take for ever.
_MOST_BITS = 1024


def parsed(text: str) -> list[ast.stmt]:
    """Return the statements of a line.

    Raises:
        EditError: If it is not Python.
    """
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        msg = f"`{one_line(text, 60)}` is not an edit: {one_line(said, 80)}."
        raise EditError(msg) from error


def operator_of(node: ast.operator) -> Callable[[Any, Any], Any]:
    """Return what an operator does.

    Raises:
        EditError: If it is not arithmetic.
    """
    found = _OPERATORS.get(type(node))
    if found is None:
        msg = f"`{type(node).__name__}` is not arithmetic; use + - * / // % **."
        raise EditError(msg)
    return found


def literal(node: ast.expr) -> Any:
    """Return the number, or the nested list of numbers, that an expression writes.

    Numbers, `True`, `False`, `nan` and `inf`, arithmetic on them, and lists or tuples
    of these.

    Raises:
        EditError: If it is anything else.
    """
    try:
        return _value(node)
    except (ArithmeticError, TypeError, ValueError) as error:
        msg = f"`{_text(node)}` has no value: {one_line(str(error), 80)}."
        raise EditError(msg) from error
    except RecursionError as error:
        raise EditError("The expression is nested too deeply.") from error


def literal_array(node: ast.expr) -> np.ndarray:
    """Return what `literal` returns, as an array.

    Raises:
        EditError: If it is no literal or its lists are not of equal lengths.
    """
    value = literal(node)
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError) as error:
        msg = f"The lists in `{_text(node)}` are not of equal lengths."
        raise EditError(msg) from error
    if array.dtype.kind not in "biufc":
        if array.size:
            msg = f"`{_text(node)}` holds a number too large for any array."
            raise EditError(msg)
        array = array.astype(np.float64)
    return array


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
        return node.value
    if isinstance(node, ast.Name) and node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        operand = _number(node.operand)
        return -operand if isinstance(node.op, ast.USub) else +operand
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Pow) and _is_long_power(left, right):
            raise OverflowError("the power is too large")
        return operator_of(node.op)(left, right)
    msg = (
        f"`{_text(node)}` is not a number or a list of numbers, such as 0.5, -inf or "
        "[1, 2]."
    )
    raise EditError(msg)


def _is_long_power(base: Any, exponent: Any) -> bool:
    if not (isinstance(base, int) and isinstance(exponent, int)):
        return False
    return abs(exponent) * base.bit_length() > _MOST_BITS


def _number(node: ast.expr) -> Any:
    value = _value(node)
    if isinstance(value, list):
        msg = f"`{_text(node)}` is a list; only numbers are added and multiplied here."
        raise EditError(msg)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise OverflowError("the number is too large")
    return value


def _text(node: ast.expr) -> str:
    return one_line(ast.unparse(node), 60)
