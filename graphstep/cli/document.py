"""A program and its values as one JSON document."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from graphstep._api import Recording
from graphstep._jaxcompat import short_type
from graphstep.cli.session import Session
from graphstep.export import literal_text
from graphstep.graph import Operand, ProgramGraph, Region
from graphstep.recording import Absence, Stats

FORMAT, VERSION = "graphstep-show", 1
# Arrays up to this size are given in full, besides their statistics.
_WHOLE = 16
_NUMBERS = (
    "JSON has no NaN and no infinities: they are the strings NaN, Infinity and "
    "-Infinity. Complex numbers are [real, imaginary]."
)


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
        "numbers": _NUMBERS,
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
                "ulp": number(c.ulp),
                "norm_relative": number(c.norm_relative),
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
        found["trips"] = np.asarray(rec.trips_array(region.id)).tolist()
    if rec is not None and region.kind == "cond":
        found["branch"] = np.asarray(rec.branch_array(region.id)).tolist()
    return found


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
        "operands": [_operand(operand) for operand in node.operands],
        "outputs": [
            _output(graph, rec, node_id, out, aval)
            for out, aval in enumerate(node.avals)
        ],
    }


def _operand(operand: Operand) -> dict[str, Any]:
    return {
        "key": operand.key,
        "source": None if operand.source is None else list(operand.source),
        "literal": None if operand.source else literal_text(operand.literal),
        "type": short_type(operand.aval),
    }


def _output(
    graph: ProgramGraph, rec: Recording | None, node_id: str, out: int, aval: Any
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": graph.name(node_id, out),
        "letter": graph.letter(node_id, out),
        "type": short_type(aval),
        "shape": list(getattr(aval, "shape", ())),
        "dtype": str(getattr(aval, "dtype", "")),
    }
    if rec is not None:
        primal, cotangent = rec.primal(node_id, out), rec.cotangent(node_id, out)
        found["primal"] = _values(primal, rec.stats(node_id, out))
        found["cotangent"] = _values(cotangent, rec.stats(node_id, out, "cotangent"))
    return found


def _values(array: Any, stats: Stats | Absence) -> dict[str, Any]:
    if isinstance(stats, Absence):
        return {"absent": stats.kind, "message": stats.message}
    found: dict[str, Any] = {
        "size": stats.size,
        "nan": stats.nan,
        "neg_inf": stats.neg_inf,
        "negative": stats.negative,
        "zero": stats.zero,
        "positive": stats.positive,
        "pos_inf": stats.pos_inf,
        "min": number(stats.min),
        "max": number(stats.max),
        "mean": number(stats.mean),
        "absmax": number(stats.absmax),
        "l2": number(stats.l2),
    }
    if not isinstance(array, Absence | jax.Array) and stats.size <= _WHOLE:
        found["shape"] = list(np.shape(array))
        found["data"] = nested(array)
    return found


def nested(array: Any) -> Any:
    """Return an array as nested lists of JSON's numbers and strings."""
    if np.ndim(array):
        return [nested(row) for row in array]
    value: Any = np.asarray(array)[()]
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if np.iscomplexobj(value):
        return [number(value.real), number(value.imag)]
    return number(float(value))


def number(value: float) -> float | str:
    """Return a float, or its name if it is one that JSON does not have."""
    value = float(value)
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _edges(graph: ProgramGraph) -> Iterator[dict[str, Any]]:
    for u, v, key, data in graph.nx.edges(keys=True, data=True):
        yield {"from": u, "to": v, "key": key, "out": data["out"]}
