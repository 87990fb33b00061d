"""Find the nodes that a breakpoint is set on."""

from __future__ import annotations

import re

from graphstep.errors import PatternError, SteppingError
from graphstep.graph import Pattern, ProgramGraph

LINE = re.compile(r"(?P<file>.*):(?P<line>\d+)")


def compile_pattern(pattern: str) -> Pattern:
    """Return a regular expression, ready to be searched for.

    Raises:
        SteppingError: If it is malformed, or could take for ever.
    """
    try:
        return Pattern(pattern)
    except PatternError as error:
        raise SteppingError(str(error)) from None


def _find_node(graph: ProgramGraph, value: str) -> set[str]:
    if value in graph:
        return {value}
    if value in graph.regions:
        region = graph.regions[value]
        return set(graph.order[region.start : region.stop])
    return set()


def _primitive(graph: ProgramGraph, position: int) -> str:
    eqn = graph.columns.eqns[position]
    return graph.columns.roles[position] if eqn is None else eqn.primitive.name


def _find_primitive(graph: ProgramGraph, value: str) -> set[str]:
    return {n for i, n in enumerate(graph.order) if _primitive(graph, i) == value}


def _names(graph: ProgramGraph, node: str) -> list[str]:
    n_out = len(graph.columns.avals[graph.position(node)])
    return [name for out in range(n_out) if (name := graph.name(node, out))]


def _find_name(graph: ProgramGraph, value: str) -> set[str]:
    pattern = compile_pattern(value)
    return {
        node
        for node in graph.order
        if any(pattern.search(name) for name in _names(graph, node))
    }


def _find_line(graph: ProgramGraph, value: str) -> set[str]:
    match = LINE.fullmatch(value)
    assert match is not None
    file, line = match["file"], int(match["line"])
    direct: set[str] = set()
    led_to: set[str] = set()
    for node in graph.order:
        location = graph.source(node)
        for frame in () if location is None else (location, *location.frames):
            if frame.line == line and _is_file(frame.file, file):
                (direct if frame is location else led_to).add(node)
                break
    return direct or led_to


def _is_file(path: str, file: str) -> bool:
    return not file or path == file or path.endswith((f"/{file}", f"\\{file}"))


def _find_query(graph: ProgramGraph, value: str) -> set[str]:
    named = {node for node in graph.order if value in _names(graph, node)}
    if named:
        return named
    found = _find_primitive(graph, value)
    if found:
        return found
    lettered = {
        node
        for i, node in enumerate(graph.order)
        for out in range(len(graph.columns.avals[i]))
        if graph.letter(node, out) == value
    }
    return lettered or _find_node(graph, value)


FINDERS = {
    "node": _find_node,
    "primitive": _find_primitive,
    "name": _find_name,
    "line": _find_line,
    "query": _find_query,
}
NOUNS = {
    "node": "node or region",
    "primitive": "primitive",
    "name": "name that matches",
    "line": "equation that comes from line",
    "query": "name, primitive, letter or region",
}
