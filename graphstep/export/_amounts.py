"""Values as a picture shows them: a number, or what is to be said of an array."""

from __future__ import annotations

import math
from typing import Any, Literal, cast

import jax
import numpy as np

from graphstep.export._drawing import Amount, Of
from graphstep.export.chain import number
from graphstep.graph import ProgramGraph
from graphstep.recording import Absence, Recording, Stats, stats_from_array
from graphstep.stepping import FORWARD, Cursor

# An array of no more elements is written out, and one of no more has a cell for each.
_WRITTEN = 4
_ELEMENTS = 32
_BINS = 24
# Elements beyond which a histogram is made of evenly spaced ones.
_SAMPLED = 1 << 20
# Results of one node that are shown.
_RESULTS = 3
# Why a value is not there, shorter than its own words.
_ABSENT = {
    "stop_gradient": "stopped",
    "not_differentiated": "not asked for",
    "not_captured": "not kept",
}


def amounts_at(cursor: Cursor, node_id: str) -> tuple[Amount, ...]:
    """Return what is known of a node's values at a step: primals, then derivatives.

    Inside loops that is said of the iteration that the cursor sees.
    """
    graph, recording = cursor.timeline.graph, cast("Recording", cursor.recording)
    n_out = len(graph.node(node_id).avals)
    iteration = cursor.iteration_of(node_id)
    if not n_out or iteration is None:
        return ()
    shown = range(min(n_out, _RESULTS))
    is_reverse = cursor.pass_ != FORWARD
    found: list[Amount] = []
    if is_reverse or cursor.state(node_id) != "pending":
        passes: list[Of] = ["primal"]
        if recording.has_tangents:
            passes.append("tangent")
        found += [
            _amount(recording, graph, node_id, out, of, iteration)
            for of in passes
            for out in shown
        ]
    if is_reverse:
        found += [
            _amount(recording, graph, node_id, out, "cotangent", iteration)
            for out in shown
            if cursor.has_complete_cotangent(node_id, out)
        ]
    return tuple(found)


def _amount(
    recording: Any,
    graph: ProgramGraph,
    node_id: str,
    out: int,
    of: Of,
    iteration: tuple[int, ...],
) -> Amount:
    several = len(graph.node(node_id).avals) > 1
    name = graph.label(node_id, out) if several else ""
    array = getattr(recording, of)(node_id, out, iteration)
    if isinstance(array, Absence):
        stats = _kept_stats(recording, array, node_id, out, of, iteration)
        if stats is not None:
            return Amount(of, name, _words(stats), _flag(stats), stats=stats)
        why = _ABSENT.get(array.kind) or array.kind.replace("_", " ")
        return Amount(of, name, why, is_absent=True)
    if isinstance(array, jax.Array):
        return Amount(of, name, "key" if array.ndim == 0 else f"{array.size} keys")
    if array.size == 0:
        return Amount(of, name, "empty")
    return _of_array(of, name, np.asarray(array))


def _kept_stats(
    recording: Recording,
    absence: Absence,
    node_id: str,
    out: int,
    of: str,
    iteration: tuple[int, ...],
) -> Stats | None:
    if absence.kind != "not_captured" or recording.mode != "summary":
        return None
    stats = recording.stats(node_id, out, of, iteration)
    return None if isinstance(stats, Absence) else stats


def _of_array(of: Of, name: str, x: np.ndarray) -> Amount:
    stats = stats_from_array(x)
    flag = _flag(stats)
    if x.size == 1:
        value = x.reshape(-1)[0]
        plain = value.item() if hasattr(value, "item") else value
        return Amount(of, name, number(plain), flag, stats=stats)
    if x.dtype.kind == "b":
        text = f"{stats.positive} of {x.size} true"
    elif x.dtype.kind in "iu":
        text = f"{number(x.min())} … {number(x.max())}"
    else:
        text = _words(stats)
    if x.size <= _WRITTEN:
        text = ", ".join(number(value, 3) for value in x.reshape(-1).tolist())
    if x.size <= _ELEMENTS:
        cells = _elements(x, stats)
        return Amount(
            of, name, text, flag, strip=cells, strip_kind="elements", stats=stats
        )
    counts = _histogram(x, stats)
    kind = "histogram" if counts else ""
    return Amount(of, name, text, flag, strip=counts, strip_kind=kind, stats=stats)


def _words(stats: Stats) -> str:
    if stats.nan or stats.neg_inf or stats.pos_inf:
        bad = {"NaN": stats.nan, "Inf": stats.neg_inf + stats.pos_inf}
        if stats.size == 1:
            return "NaN" if stats.nan else "Inf" if stats.pos_inf else "−Inf"
        return ", ".join(f"{n} {word}" for word, n in bad.items() if n)
    if stats.size == 1:
        return number(stats.mean)
    return f"‖·‖ {number(stats.l2, 3)}"


def _flag(stats: Stats) -> Literal["", "N", "I"]:
    return "N" if stats.nan else "I" if stats.neg_inf or stats.pos_inf else ""


def _reals(x: np.ndarray) -> np.ndarray:
    if x.dtype.kind == "c":
        with np.errstate(all="ignore"):
            x = np.abs(x)
    return x.astype(np.float64).reshape(-1)


def _elements(x: np.ndarray, stats: Stats) -> tuple[float, ...]:
    scaled = _reals(x) / (stats.absmax or 1.0)
    return tuple(float(v) if math.isfinite(v) else math.nan for v in scaled)


def _histogram(x: np.ndarray, stats: Stats) -> tuple[float, ...]:
    scale = max(abs(stats.min), abs(stats.max))
    if not stats.min < stats.max:
        return ()
    ends = stats.min / scale, stats.max / scale
    if not ends[0] < ends[1]:
        return ()
    flat = x.reshape(-1)
    values = _reals(flat[:: max(1, flat.size // _SAMPLED)]) / scale
    values = values[np.isfinite(values)]
    counts = np.histogram(np.clip(values, *ends), _BINS, ends)[0]
    top = counts.max(initial=0) or 1
    return tuple(float(n) for n in counts / top)
