"""Which rows and columns of the Jacobian are looked at: `x[0, :], out[2]`."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep.analysis import (
    LIMIT,
    Accumulated,
    Coordinate,
    accumulated,
    input_leaves,
    output_leaves,
)
from graphstep.errors import EditError
from graphstep.tracing import Trace, one_line
from graphstep.tui.edit_index import index_of, shape_of
from graphstep.tui.edit_literals import parsed

Leaf = tuple[int, str, Any]


def read_choice(text: str, program: Trace) -> Accumulated:
    """Return an empty Jacobian of the inputs and outputs that a line names.

    Args:
        text: Names of inputs and outputs, with commas, each perhaps with an index.
            Empty for all; of what is not named at all, so of inputs if only outputs
            are, everything counts.
        program: What is differentiated.

    Raises:
        EditError: If something is named that is neither.
        RecordingError: If there is no Jacobian.
    """
    inputs, outputs = input_leaves(program), output_leaves(program)
    columns: list[Coordinate] = []
    rows: list[Coordinate] = []
    for node in _expressions(text):
        part = _part(node, inputs)
        columns += part or ()
        if part is None:
            part = _part(node, outputs)
            rows += part or ()
        if part is None:
            names = ", ".join(name for _, name, _ in (*inputs, *outputs))
            said = one_line(ast.unparse(node), 60)
            msg = f"`{said}` is neither an input nor an output; there are {names}."
            raise EditError(msg)
    for noun, chosen in (("columns", columns), ("rows", rows)):
        if len(chosen) > LIMIT:
            msg = f"These are {len(chosen):,} {noun}; choose {LIMIT} at the most."
            raise EditError(msg)
    return accumulated(program, rows or None, columns or None)


def _expressions(text: str) -> Sequence[ast.expr]:
    if not text.strip():
        return ()
    body = parsed(text)
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        msg = (
            f"`{one_line(text, 60)}` names no inputs and outputs, such as `x[0], out`."
        )
        raise EditError(msg)
    node = body[0].value
    return node.elts if isinstance(node, ast.Tuple) else (node,)


def _part(node: ast.expr, leaves: Sequence[Leaf]) -> list[Coordinate] | None:
    """Return the elements that an expression names, if it names one of the leaves."""
    text = ast.unparse(node)
    for leaf, name, aval in leaves:
        index: Any = None
        if text == name:
            index = (...,)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == name:
            index = index_of(node.slice)
            shape_of(index, aval.shape, name)
        if index is None:
            continue
        flat = np.arange(math.prod(aval.shape)).reshape(aval.shape)[index]
        return [
            Coordinate(leaf, name, tuple(map(int, np.unravel_index(i, aval.shape))))
            for i in np.ravel(flat)
        ]
    return None
