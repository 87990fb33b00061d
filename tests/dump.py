"""Everything that a recording answers, as text, to compare one recording with another.

Imports no program, so that a process without the user's code can dump what it loaded.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import graphstep as gs
from graphstep._jaxcompat import short_type
from graphstep.errors import GraphstepError
from graphstep.recording import Absence
from graphstep.stepping import cursor

_ENDS = (0, -1)


def small_recording() -> Any:
    """Return a recording of a scan, a cond and views, whose file is small."""

    def fn(x: jax.Array, y: dict[str, jax.Array]) -> jax.Array:
        def step(c: jax.Array, t: jax.Array) -> Any:
            return jnp.sin(c) * t, c

        c, ys = jax.lax.scan(step, x, jnp.arange(3.0) * y["b"].T[::-1].sum())
        return jax.lax.cond(c[0] > 0, jnp.sum, jnp.prod, c * ys[1])

    return gs.record(fn, jnp.asarray([1.0, 2.0]), {"b": jnp.ones((2, 3))})


def dump(recording: Any) -> dict[str, str]:
    """Return what a recording answers, by question."""
    return dict(_answers(recording))


def described(value: Any) -> str:
    """Return a value as text; of an array, its type and a digest of its bytes."""
    if isinstance(value, Absence):
        return f"{value.kind}: {value.message}"
    if isinstance(value, dict | list | tuple):
        children = value.items() if isinstance(value, dict) else enumerate(value)
        return str([type(value).__name__, [(k, described(x)) for k, x in children]])
    if isinstance(value, jax.Array) and jax.dtypes.issubdtype(
        value.dtype, jax.dtypes.prng_key
    ):
        data = np.asarray(jax.random.key_data(value))
        return f"{value.dtype}{value.shape}{data.tolist()}"
    if isinstance(value, jax.Array | np.ndarray | np.generic):
        array = np.asarray(value)
        digest = hashlib.sha256(array.tobytes()).hexdigest()[:16]
        return f"{array.dtype.name}{array.shape}{digest}"
    return repr(value)


def _ask(question: Callable[..., Any], *args: Any) -> str:
    try:
        return described(question(*args))
    except GraphstepError as error:
        return f"{type(error).__name__}: {error}"


def _answers(rec: Any) -> Iterator[tuple[str, str]]:
    graph = rec.graph
    for name in ("mode", "fn_name", "notes", "timings", "seed_is_default"):
        yield name, repr(getattr(rec, name))
    yield "verification", repr(rec.verification)
    yield "outputs", _ask(lambda: rec.outputs)
    yield "in_cotangents", _ask(lambda: rec.in_cotangents)
    yield "zoom", str(rec.has_cotangents) + str(rec.has_tangents)
    yield from _graph_answers(graph)
    for region in graph.regions.values():
        ask = {"while": rec.trips_array, "scan": rec.trips_array}.get(region.kind)
        ask = rec.branch_array if region.kind == "cond" else ask
        if ask is not None:
            yield f"run {region.id}", _ask(ask, region.id)
        if region.kind == "call" and region.is_transparent and region.eqn.outvars:
            yield f"call {region.id}", _ask(rec.primal, region.id)
    for node in graph.order:
        for out in range(len(graph.node(node).avals)):
            yield from _value_answers(rec, node, out)
    for edge in graph.nx.edges(keys=True):
        yield f"contribution {edge}", _ask(rec.contribution, edge)
    walk = cursor(rec)
    places = range(0, len(walk.timeline), max(1, len(walk.timeline) // 9))
    yield "walk", str([walk.seek(i).step for i in places])


def _value_answers(rec: Any, node: str, out: int) -> Iterator[tuple[str, str]]:
    n_loops = len(rec.graph.loops(node))
    for what in ("primal", "cotangent", "tangent"):
        question = getattr(rec, what)
        yield f"{what} {node}.{out}", _ask(question, node, out)
        for end in _ENDS if n_loops else ():
            yield f"{what} {node}.{out}[{end}]", _ask(question, node, out, end)
            places = (end,) * n_loops
            yield f"{what} {node}.{out}{places}", _ask(question, node, out, places)
        yield f"stats of {what} {node}.{out}", _ask(rec.stats, node, out, what)


def _graph_answers(graph: Any) -> Iterator[tuple[str, str]]:
    yield "order", str(graph.order)
    yield "differentiable", str(sorted(graph.differentiable()))
    yield "feedback", str(graph.feedback())
    for expanded in (None, 1, "all"):
        view = graph.view(expanded)
        nodes = [(n, _attributes(a)) for n, a in view.nodes(data=True)]
        yield f"view {expanded}", str((nodes, sorted(view.edges(data="use"))))
    for region in graph.regions.values():
        fields = {name: getattr(region, name) for name in region.__slots__}
        yield f"region {region.id}", str(_attributes(fields))
    for node in graph.order:
        yield f"source {node}", repr(graph.source(node))
        yield f"loops {node}", str(graph.loops(node))
        operands = graph.operands(node)
        literals = [np.asarray(o.literal).tolist() for o in operands if not o.source]
        sources = [(o.key, o.source, short_type(o.aval)) for o in operands]
        yield f"operands {node}", str((sources, literals))
        for out in range(len(graph.node(node).avals)):
            names = [f(node, out) for f in (graph.letter, graph.name, graph.label)]
            uses = graph.uses(node, out)
            yield (
                f"value {node}.{out}",
                str((names, uses, _type(graph.aval(node, out)))),
            )
    for query in ("mul", "in0", "a", ":20", "s.n"):
        yield f"find {query}", str(graph.find(query))


def _type(aval: Any) -> tuple[str, bool]:
    return short_type(aval), bool(getattr(aval, "weak_type", False))


def _attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    shown = dict(attributes)
    if "avals" in shown:
        shown["avals"] = [_type(aval) for aval in shown["avals"]]
    eqn = shown.pop("eqn", None)
    return shown if eqn is None else {**shown, "eqn": eqn.primitive.name}


if __name__ == "__main__":
    dumps = {path: dump(gs.load(Path(path))) for path in sys.argv[1:]}
    assert not any(name.startswith("tests.programs") for name in sys.modules)
    print(json.dumps(dumps))
