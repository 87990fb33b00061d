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


def type_of(graph: ProgramGraph, node: str, out: int = 0) -> str:
    """Return `f32[32,64]`, or `()` for a node without outputs."""
    avals = _avals(graph, node)
    if not avals:
        return "()"
    more = f" ×{len(avals)}" if len(avals) > 1 and out == 0 else ""
    return one_line(short_type(avals[out]), 60) + more


def _avals(graph: ProgramGraph, node: str) -> tuple[Any, ...]:
    # What else there is to a node takes ten times as long to put together.
    return graph.columns.avals[graph.position(node)]
