"""The rows of `graphstep show`: regions and nodes in program order, as a tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from graphstep._jaxcompat import short_type
from graphstep.cli.summaries import Summary, summarize
from graphstep.errors import NotCapturedError
from graphstep.graph import ProgramGraph, Region
from graphstep.recording import Recording


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One line of the tree.

    Attributes:
        ends: Per level, outermost first, whether this is the last item of its level.
        label: Name, or letter.
        primitive: The primitive, or the role.
        type: Type of the value.
        primal: The value, if it was recorded.
        cotangent: Its cotangent, if it was recorded.
        source: File and line.
        heading: For a region, the words of its line; the other columns are empty.
        is_open: For a region, whether its rows follow.
    """

    ends: tuple[bool, ...]
    label: str = ""
    primitive: str = ""
    type: str = ""
    primal: Summary | None = None
    cotangent: Summary | None = None
    source: str = ""
    heading: str = ""
    is_open: bool = True


def rows(
    graph: ProgramGraph,
    rec: Recording | None,
    depth: int | None = None,
    file: str | None = None,
) -> Iterator[Row]:
    """Yield the rows of a graph.

    Args:
        graph: What to show.
        rec: The values, if there are any.
        depth: How many levels of regions to open; all by default.
        file: The file that most of it is from; its lines are given without its name.
    """
    # One iterator per open level: nesting may be deeper than Python's stack.
    stack = [_items(graph, graph.regions.root)]
    ends: list[bool] = []
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
            ends = ends[: len(stack) - 1]
            continue
        content, is_last = item
        ends = [*ends[: len(stack) - 1], is_last]
        if isinstance(content, str):
            yield from _node_rows(graph, rec, content, tuple(ends), file)
            continue
        is_open = depth is None or content.depth <= depth
        heading = _heading(content, rec)
        yield Row(tuple(ends), heading=heading, is_open=is_open)
        if is_open:
            stack.append(_items(graph, content))


def source_text(graph: ProgramGraph, node_id: str, file: str | None = None) -> str:
    """Return `file.py:12`, or nothing if it is not known where a node was made.

    A line of `file` is given as `:12`.
    """
    source = graph.source(node_id)
    if source is None:
        return ""
    name = "" if source.file == file else Path(source.file).name
    return f"{name}:{source.line}"


def _items(graph: ProgramGraph, region: Region) -> Iterator[tuple[str | Region, bool]]:
    """Yield what is directly inside a region, each with whether it is the last."""
    position = region.start
    children = [c for c in map(graph.regions.__getitem__, region.children) if c.size]
    for child in [*children, None]:
        stop = region.stop if child is None else child.start
        for i in range(position, stop):
            yield graph.order[i], i + 1 == region.stop
        if child is not None:
            yield child, child.stop == region.stop
            position = child.stop


def _node_rows(
    graph: ProgramGraph,
    rec: Recording | None,
    node_id: str,
    ends: tuple[bool, ...],
    file: str | None,
) -> Iterator[Row]:
    node = graph.node(node_id)
    what = node.primitive
    if node.role == "binder":
        what = node_id.rpartition("/")[2]
    elif node.role == "eqn" and node.region == node_id:
        what = f"end of {node.primitive}"
    if not node.avals:
        yield Row(ends, "", what, source=source_text(graph, node_id, file))
    for out, aval in enumerate(node.avals):
        yield Row(
            ends,
            graph.label(node_id, out),
            what if out == 0 else "",
            short_type(aval),
            summarize(rec, node_id, out, "primal") if rec else None,
            summarize(rec, node_id, out, "cotangent") if rec else None,
            source_text(graph, node_id, file) if out == 0 else "",
        )


def _heading(region: Region, rec: Recording | None) -> str:
    """Return a region's name, kind, how often it ran and its size."""
    words = region.name
    if region.kind == "branch":
        words = f"branch {region.name}"
    elif region.eqn is not None and region.primitive != region.name:
        words = f"{region.name} ({region.primitive})"
    words += _turns(region, rec)
    noun = "node" if region.size == 1 else "nodes"
    return f"{words}, {region.size} {noun}"


def _turns(region: Region, rec: Recording | None) -> str:
    """Return how often a loop ran, or which branch was taken."""
    try:
        if rec is not None and region.kind in ("scan", "while"):
            return f", {_counts(rec.trips_array(region.id))} iterations"
        if rec is not None and region.kind == "cond":
            return f", branch {_counts(rec.branch_array(region.id))} taken"
    except NotCapturedError:
        return ", not captured"
    return "" if region.length is None else f", {region.length} iterations"


def _counts(counts: object) -> str:
    """Return a number, or the range of an array of them."""
    if isinstance(counts, int):
        return str(counts)
    values = sorted({int(c) for c in getattr(counts, "flat", ())})
    return f"{values[0]} to {values[-1]}" if values else "0"
