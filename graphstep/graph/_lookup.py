"""Find nodes by what people know of them: a name, a letter, a line, a primitive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep._jaxcompat import Literal
from graphstep.errors import NodeNotFoundError
from graphstep.tracing import SourceLocation, program_names

if TYPE_CHECKING:
    from graphstep.graph._program import ProgramGraph

_LINE = re.compile(r"(?P<file>[^:]*):(?P<line>\d+)")

Names = tuple[str | None, ...]


def user_names(graph: ProgramGraph) -> dict[str, Names]:
    """Return the name of each output of each node that has one."""
    trace = graph.trace
    names: dict[str, Names] = {}
    names.update((i, (n,)) for i, n in zip(graph.inputs, trace.in_names, strict=True))
    names.update((i, (n,)) for i, n in zip(graph.outputs, trace.out_names, strict=True))
    found = program_names(trace.closed_jaxpr.jaxpr, graph.user_code)
    names.update((i, n) for i, n in found.items() if i in graph)
    _name_binders(graph, names)
    return names


def _name_binders(graph: ProgramGraph, names: dict[str, Names]) -> None:
    """Give a binder the name of the value that it stands for inside."""
    columns = graph.columns
    for position, role in enumerate(columns.roles):
        if role != "binder":
            continue
        source = columns.operands[position][0][1]
        if isinstance(source, Literal):
            continue
        outer = names.get(columns.ids[source[0]], ())
        if source[1] < len(outer) and outer[source[1]]:
            names[columns.ids[position]] = (outer[source[1]],)


def find(graph: ProgramGraph, query: str) -> tuple[str, ...]:
    """Return the nodes that `query` names, by the first reading that finds any."""
    if query in graph:
        return (query,)
    exact = tuple(node_id for node_id in graph.order if query in _texts(graph, node_id))
    if exact:
        return exact
    line = _LINE.fullmatch(query)
    if line:
        on_line = tuple(
            node_id
            for node_id in graph.order
            if _is_on_line(graph.source(node_id), line["file"], int(line["line"]))
        )
        if on_line:
            return on_line
    try:
        pattern = re.compile(query)
    except re.error as error:
        msg = f"`{query}` names no node and is no regular expression: {error}."
        raise NodeNotFoundError(msg) from None
    return tuple(
        node_id
        for node_id in graph.order
        if any(pattern.search(text) for text in _texts(graph, node_id))
    )


def _texts(graph: ProgramGraph, node_id: str) -> list[str]:
    position = graph.position(node_id)
    eqn = graph.columns.eqns[position]
    outs = range(len(graph.columns.avals[position]))
    texts = [graph.letter(node_id, out) for out in outs]
    texts += [name for out in outs if (name := graph.name(node_id, out))]
    texts.append(graph.columns.roles[position] if eqn is None else eqn.primitive.name)
    return texts


def _is_on_line(location: SourceLocation | None, file: str, line: int) -> bool:
    return (
        location is not None
        and location.line == line
        and (not file or location.file == file or location.file.endswith(f"/{file}"))
    )
