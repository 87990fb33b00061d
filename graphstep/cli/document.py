"""A program and its values as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from graphstep._api import Recording
from graphstep.cli.session import Session
from graphstep.errors import NotCapturedError
from graphstep.export import NUMBERS, json_number, json_operand, json_output
from graphstep.graph import ProgramGraph, Region

FORMAT, VERSION = "graphstep-show", 1


def document(session: Session, rec: Recording | None) -> Iterator[str]:
    """Yield the lines of the document, one per node, edge and region.

    Args:
        session: What was traced.
        rec: Its values, or `None` for the graph alone.
    """
    graph = session.trace.graph
    head = {
        "format": FORMAT,
        "version": VERSION,
        "function": session.target.name,
        "module": session.target.place,
        "x64": session.trace.program.x64,
        "has_values": rec is not None,
        "numbers": NUMBERS,
        "inputs": list(graph.inputs),
        "outputs": list(graph.outputs),
    }
    if rec is not None:
        head |= _recording(rec)
    yield "{"
    for name, value in head.items():
        yield f"{_json(name)}: {_json(value)},"
    yield from _list("regions", (_region(r, rec) for r in graph.regions.values()))
    yield from _list("nodes", (_node(graph, rec, node_id) for node_id in graph.order))
    yield from _list("edges", _edges(graph), end="")
    yield "}"


def _list(name: str, items: Iterable[Any], end: str = ",") -> Iterator[str]:
    yield f"{_json(name)}: ["
    waiting: str | None = None
    for item in items:
        if waiting is not None:
            yield f"{waiting},"
        waiting = _json(item)
    if waiting is not None:
        yield waiting
    yield f"]{end}"


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _recording(rec: Recording) -> dict[str, Any]:
    comparisons = rec.verification.comparisons if rec.verification else ()
    return {
        "mode": rec.mode,
        "seed_is_default": rec.seed_is_default,
        "notes": list(rec.notes),
        "timings": [{"stage": s, "seconds": seconds} for s, seconds in rec.timings],
        "verification": [
            {
                "what": c.what,
                "path": c.path,
                "ulp": json_number(c.ulp),
                "norm_relative": json_number(c.norm_relative),
            }
            for c in comparisons
        ],
    }


def _region(region: Region, rec: Recording | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": region.id,
        "kind": region.kind,
        "name": region.name,
        "primitive": region.primitive,
        "parent": region.parent,
        "children": list(region.children),
        "start": region.start,
        "stop": region.stop,
        "length": region.length,
        "branches": region.branches,
        "depth": region.depth,
        "loops": list(region.loops),
    }
    if rec is not None and region.kind in ("scan", "while"):
        found["trips"] = _captured(rec.trips_array, region.id)
    if rec is not None and region.kind == "cond":
        found["branch"] = _captured(rec.branch_array, region.id)
    return found


def _captured(read: Callable[[str], Any], region: str) -> Any:
    """Return how often a loop ran, or which branch was taken; `None` if unknown."""
    try:
        return np.asarray(read(region)).tolist()
    except NotCapturedError:
        return None


def _node(graph: ProgramGraph, rec: Recording | None, node_id: str) -> dict[str, Any]:
    node = graph.node(node_id)
    source = graph.source(node_id)
    return {
        "id": node_id,
        "role": node.role,
        "primitive": node.primitive,
        "region": node.region,
        "index": node.index,
        "source": None
        if source is None
        else {
            "file": source.file,
            "line": source.line,
            "column": source.column,
            "end_line": source.end_line,
            "end_column": source.end_column,
            "function": source.function,
        },
        "operands": [json_operand(operand) for operand in node.operands],
        "outputs": [
            json_output(graph, rec, node_id, out, aval)
            for out, aval in enumerate(node.avals)
        ],
    }


def _edges(graph: ProgramGraph) -> Iterator[dict[str, Any]]:
    for u, v, key, data in graph.nx.edges(keys=True, data=True):
        yield {"from": u, "to": v, "key": key, "out": data["out"]}
