"""Operands, results and recorded values as data that JSON can hold."""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import short_type
from graphstep.export._labels import literal_text
from graphstep.graph import Operand, ProgramGraph
from graphstep.recording import Absence, Recording, Stats

NUMBERS = (
    "JSON has no NaN and no infinities: they are the strings NaN, Infinity and "
    "-Infinity. Complex numbers are [real, imaginary]."
)
# Arrays up to this size are given in full, besides their statistics.
_WHOLE = 16


def json_operand(operand: Operand) -> dict[str, Any]:
    """Return what a node takes as one of its operands."""
    return {
        "key": operand.key,
        "source": None if operand.source is None else list(operand.source),
        "literal": None if operand.source else literal_text(operand.literal),
        "type": short_type(operand.aval),
    }


def json_output(
    graph: ProgramGraph, rec: Recording | None, node_id: str, out: int, aval: Any
) -> dict[str, Any]:
    """Return name, type and, if they were recorded, values of one result."""
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
        if rec.has_tangents:
            tangent = rec.tangent(node_id, out)
            found["tangent"] = _values(tangent, rec.stats(node_id, out, "tangent"))
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
        "min": json_number(stats.min),
        "max": json_number(stats.max),
        "mean": json_number(stats.mean),
        "absmax": json_number(stats.absmax),
        "l2": json_number(stats.l2),
    }
    if not isinstance(array, Absence | jax.Array) and stats.size <= _WHOLE:
        found["shape"] = list(np.shape(array))
        found["data"] = json_nested(array)
    return found


def json_nested(array: Any) -> Any:
    """Return an array as nested lists of JSON's numbers and strings."""
    if np.ndim(array):
        return [json_nested(row) for row in array]
    value: Any = np.asarray(array)[()]
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if np.iscomplexobj(value):
        return [json_number(value.real), json_number(value.imag)]
    return json_number(float(value))


def json_number(value: float) -> float | str:
    """Return a float, or its name if it is one that JSON does not have."""
    value = float(value)
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
