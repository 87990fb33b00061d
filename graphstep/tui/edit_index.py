"""Subscripts as NumPy takes them, read from an expression of literals."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from graphstep.errors import EditError
from graphstep.tracing import one_line
from graphstep.tui.edit_literals import literal


def index_of(node: ast.expr) -> tuple[Any, ...]:
    """Return the subscript: integers, slices, `...`, and lists of integers.

    Raises:
        EditError: If it has anything else in it.
    """
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(_part(part) for part in parts)


def shape_of(index: tuple[Any, ...], shape: tuple[int, ...], name: str) -> Any:
    """Return the shape of what an array of `shape` has at an index.

    Raises:
        EditError: If the array has no such place.
    """
    # An array of one element that is seen everywhere takes no memory, however large.
    everywhere = np.broadcast_to(np.zeros((), np.bool_), shape)
    try:
        return everywhere[index].shape
    except (IndexError, ValueError, MemoryError) as error:
        msg = f"`{name}` has the shape {shape_text(shape)}: {one_line(str(error), 90)}."
        raise EditError(msg) from error


def shape_text(shape: tuple[int, ...]) -> str:
    """Return `[3,4]`."""
    return f"[{','.join(map(str, shape))}]"


def _part(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        return slice(_bound(node.lower), _bound(node.upper), _bound(node.step))
    if isinstance(node, ast.Constant) and node.value is Ellipsis:
        return Ellipsis
    value = literal(node)
    if isinstance(value, list):
        array = np.asarray(value)
        if array.dtype.kind not in "ib":
            raise EditError(_complaint(node))
        return array
    if not isinstance(value, int) or isinstance(value, bool):
        raise EditError(_complaint(node))
    return value


def _bound(node: ast.expr | None) -> int | None:
    if node is None:
        return None
    value = literal(node)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EditError(_complaint(node))
    return value


def _complaint(node: ast.expr) -> str:
    text = one_line(ast.unparse(node), 60)
    return f"`{text}` is not an index: use integers, slices and lists of integers."
