"""What a page is told of a program: nodes, regions, source, jaxpr."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from graphstep._jaxcompat import short_type
from graphstep.errors import RecordingError
from graphstep.export._jaxpr import jaxpr_places
from graphstep.export._kinds import kind_of_node
from graphstep.export._labels import literal_text, node_words, region_title
from graphstep.export.chain import (
    equation_text,
    label_of,
    loop_name,
    operand_index,
)
from graphstep.graph import Node, Operand, ProgramGraph
from graphstep.layout import Group, groups
from graphstep.tracing import SourceLocation, one_line, source_text

# Lines of source on either side of those that made the program.
_CONTEXT = 20
_LONGEST_LINE = 400
# Axes that NumPy counts through at most.
_AXES = 32


def program_payload(graph: ProgramGraph) -> dict[str, Any]:
    """Return nodes by position, regions, groups, source and jaxpr."""
    regions = list(graph.regions)
    number = {region: i for i, region in enumerate(regions)}
    files, places = _sources(graph)
    jaxpr, lines = _jaxpr(graph)
    return {
        "nodes": [
            _node(graph, node, number, places.get(node), lines.get(node))
            for node in graph.order
        ],
        "regions": [_region(graph, region, number) for region in regions],
        "groups": [_group(group) for group in groups(graph)],
        "files": files,
        "jaxpr": jaxpr,
    }


def _node(
    graph: ProgramGraph,
    node_id: str,
    regions: dict[str, int],
    place: list[Any] | None,
    line: list[int] | None,
) -> dict[str, Any]:
    node, words = graph.node(node_id), node_words(graph, node_id)
    found: dict[str, Any] = {
        "id": node_id,
        "kind": kind_of_node(node.role, node.primitive),
        "role": node.role,
        "name": one_line(words.name, 80),
        "operation": one_line(words.operation, 80),
        "equation": equation_text(graph, node_id),
        "region": regions[node.region],
        "loops": [regions[loop] for loop in graph.loops(node_id)],
        "outs": [
            [label_of(graph, node_id, out), one_line(short_type(aval), 60)]
            for out, aval in enumerate(node.avals)
        ],
        "operands": [
            [o.key, one_line(literal_text(o.literal), 30)]
            if o.source is None
            else [o.key, graph.position(o.source[0]), o.source[1]]
            for o in node.operands
        ],
    }
    steps = [_steps_in_operand(node, o) for o in node.operands]
    if any(steps):
        found["elements"] = steps
    if place is not None:
        found["place"] = place
    if line is not None:
        found["line"] = line
    return found


def _steps_in_operand(node: Node, operand: Operand) -> list[int] | None:
    """Return which element of an operand makes which one of the result.

    It is counted through the operand: where the first element comes from, and how far
    a step along each axis of the result leads. `None` if there is no such element.
    """
    shape = tuple(getattr(operand.aval, "shape", ()))
    result = tuple(getattr(node.avals[0], "shape", ())) if node.avals else ()
    if operand.source is None or not result or 0 in result or len(shape) > _AXES:
        return None
    origin = (0,) * len(result)
    ends = [origin]
    ends += [
        tuple(int(i == axis and n > 1) for i in range(len(result)))
        for axis, n in enumerate(result)
    ]
    found = [operand_index(node, shape, end) for end in ends]
    known = [index for index in found if index is not None]
    if len(known) < len(found):
        return None
    first, *others = [
        int(np.ravel_multi_index(index, shape)) if index else 0 for index in known
    ]
    return [first, *(other - first for other in others)]


def _region(
    graph: ProgramGraph, region_id: str, number: dict[str, int]
) -> dict[str, Any]:
    region = graph.regions[region_id]
    return {
        "id": region_id,
        "kind": region.kind,
        "title": one_line(region_title(region), 60),
        "loop": one_line(loop_name(region), 60),
        "parent": -1 if region.parent is None else number[region.parent],
        "start": region.start,
        "stop": region.stop,
        "isLoop": region.is_loop,
        "isOpaque": region.is_opaque,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "title": one_line(group.label, 60),
        "role": group.role,
        "parent": group.parent,
        "start": group.start,
        "stop": group.stop,
    }


def _sources(graph: ProgramGraph) -> tuple[list[dict[str, Any]], dict[str, list[Any]]]:
    """Return the lines around those that made the program, and each node's place."""
    wanted: dict[str, set[int]] = {}
    last: dict[str, Any] = {}
    located: dict[str, Any] = {}
    for node in graph.order:
        location = _location(graph, node)
        if location is None:
            continue
        located[node] = location
        last.setdefault(location.file, location)
        near = range(location.line - _CONTEXT, location.end_line + _CONTEXT + 1)
        wanted.setdefault(location.file, set()).update(near)
    files: list[dict[str, Any]] = []
    number: dict[str, int] = {}
    for file, near in wanted.items():
        text = source_text(file, max(1, last[file].line), last[file])
        shown = sorted(n for n in near if 1 <= n <= len(text.lines))
        number[file] = len(files)
        files.append(
            {
                "name": one_line(PurePath(file).name or file, 80),
                "problem": text.problem,
                "lines": [[n, _line(text.lines[n - 1])] for n in shown],
            }
        )
    places: dict[str, list[Any]] = {
        node: [
            number[at.file],
            at.line,
            at.column,
            at.end_line,
            at.end_column,
            one_line(at.function, 60),
        ]
        for node, at in located.items()
    }
    return files, places


def _location(graph: ProgramGraph, node_id: str) -> SourceLocation | None:
    """Return where a node was made; of what a loop is handed, where the loop was."""
    found = graph.source(node_id)
    node = graph.node(node_id)
    if found is not None or node.role != "binder":
        return found
    region = graph.regions[node.region]
    if region.id in graph:
        return graph.source(region.id)
    inside = graph.order[region.start : region.stop]
    return next(filter(None, map(graph.source, inside)), None)


def _line(text: str) -> str:
    return "".join(
        c if c.isprintable() or c == "\t" else one_line(c) for c in text[:_LONGEST_LINE]
    )


def _jaxpr(graph: ProgramGraph) -> tuple[Any, dict[str, list[int]]]:
    """Return the text, or why there is none, and where each node stands in it."""
    try:
        found = jaxpr_places(graph)
    except RecordingError as error:
        return str(error), {}
    if isinstance(found, str):
        return found, {}
    lines = [_line(line) for line in found.lines]
    return lines, {node: list(place) for node, place in found.places.items()}
