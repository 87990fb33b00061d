"""What people call the values of a program, and their types, each on one safe line."""

from __future__ import annotations

from typing import Any

from graphstep._jaxcompat import short_type
from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line


def label_of(graph: ProgramGraph, node: str, out: int | None = None) -> str:
    """Return what people call a node, or one of its outputs; one safe line."""
    n_out = len(_avals(graph, node))
    if not n_out:
        return node
    if out is not None or n_out == 1:
        return one_line(graph.label(node, out or 0), 80)
    shown = [graph.label(node, each) for each in range(min(n_out, 4))]
    return one_line(", ".join(shown) + (", …" if n_out > len(shown) else ""), 80)


def type_of(graph: ProgramGraph, node: str, out: int | None = None) -> str:
    """Return the type of an output such as `f32[32,64]`, or that of all of a node's.

    Args:
        graph: The program.
        node: Node id.
        out: Which output. Without it, several of one type are written `f32[3] ×2`,
            others `2 values`, and none `()`.
    """
    avals = _avals(graph, node)
    if not avals:
        return "()"
    first = one_line(short_type(avals[out or 0]), 60)
    if out is not None or len(avals) == 1:
        return first
    is_one = all(short_type(aval) == short_type(avals[0]) for aval in avals[1:])
    return f"{first} ×{len(avals)}" if is_one else f"{len(avals)} values"


def _avals(graph: ProgramGraph, node: str) -> tuple[Any, ...]:
    # What else there is to a node takes ten times as long to put together.
    return graph.columns.avals[graph.position(node)]
