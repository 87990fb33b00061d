"""Which arrays the file of a recording holds, and of what types they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax

from graphstep._jaxcompat import is_inexact, is_key, is_ref
from graphstep.graph import ProgramGraph
from graphstep.recording._keys import TRIPS, use_key
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._saved import is_stored_constant
from graphstep.recording._serial_arrays import dtype_name
from graphstep.recording._serial_file import Entry
from graphstep.recording._serial_graph import can_run_again


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """An array that the file of a recording holds.

    Attributes:
        entry: Its name, dtype and shape there.
        group: The field of `RunArrays` that it belongs to, or `constants`.
        key: Its key in that field.
        aval: The type that it has when it is looked at.
    """

    entry: Entry
    group: str
    key: Any
    aval: Any


def _slot(name: str, group: str, key: Any, aval: Any) -> Slot:
    """Return the slot of an array of type `aval`; of keys, the data are kept."""
    kept = aval
    if is_key(aval):
        shape = jax.ShapeDtypeStruct(aval.shape, aval.dtype)
        kept = jax.eval_shape(jax.random.key_data, shape)
    return Slot(Entry(name, dtype_name(kept.dtype), kept.shape), group, key, aval)


def leaf_slots(graph: ProgramGraph, plan: Plan) -> Iterator[Slot]:
    """Yield the slots of what went into the program and what came out."""
    columns, trace = graph.columns, graph.trace
    for i, node in enumerate(graph.inputs):
        aval = graph.aval(node)
        if is_ref(aval):
            continue
        yield _slot(f"input/{i}", "inputs", i, aval)
        if trace.differentiated[i] and plan.derivative == "reverse":
            yield _slot(f"in_cotangent/{i}", "in_cotangents", i, aval)
        if trace.differentiated[i] and plan.derivative == "tangent":
            yield _slot(f"in_tangent/{i}", "in_tangents", i, aval)
    for node in graph.consts:
        position = graph.position(node)
        if not is_ref(columns.avals[position][0]):
            yield _slot(f"const/{node}", "consts", position, graph.aval(node))
    for i, node in enumerate(graph.outputs):
        aval = graph.aval(node)
        yield _slot(f"output/{i}", "outputs", i, aval)
        is_seeded = i < trace.n_seeded and is_inexact(aval)
        if is_seeded and plan.derivative == "reverse":
            yield _slot(f"seed/{i}", "seeds", i, aval)


def constant_slots(graph: ProgramGraph) -> Iterator[Slot]:
    """Yield the slots of constants that take computing."""
    columns = graph.columns
    for source in sorted(graph.activity.constant):
        if is_stored_constant(columns, source):
            position, out = source
            name = f"constant/{columns.ids[position]}.{out}"
            yield _slot(name, "constants", source, columns.avals[position][out])


def recorded_slots(planner: Planner, plan: Plan, prefix: str) -> Iterator[Slot]:
    """Yield the slots of all that a plan records."""
    ids = planner.columns.ids
    for key in planner.record_keys(plan, 0, len(ids)):
        position, out = key
        is_count = out == TRIPS
        name = f"trips/{ids[position]}" if is_count else f"primal/{ids[position]}.{out}"
        aval = planner.record_type(key, plan)
        yield _slot(prefix + name, "records", key, aval)
        if plan.derivative == "tangent" and not is_count:
            if not is_inexact(planner.columns.avals[position][out]):
                continue
            name = f"{prefix}tangent/{ids[position]}.{out}"
            yield _slot(name, "tangents", key, aval)
    for key in sorted(plan.taps):
        position, out = key
        name = f"cotangent/{ids[position]}.{out}"
        if out < 0:
            name = f"contribution/{ids[position]}.{-1 - out}"
        yield _slot(prefix + name, "taps", key, planner.tap_type(key, plan)[0])


def pulled_slots(
    planner: Planner, plan: Plan, prefix: str, *, saving: bool
) -> Iterator[Slot]:
    """Yield the slots of contributions that come from running an equation again.

    Only those are saved whose equation a file does not tell all about.
    """
    if plan.derivative != "reverse":
        return
    columns, origins = planner.columns, planner.origins
    # Even of a summary these are whole arrays.
    plan = dataclasses.replace(plan, mode="full")
    for position, operands in enumerate(columns.operands):
        eqn: Any = columns.eqns[position]
        if eqn is None or planner.hidden[position]:
            continue
        for key, source in operands:
            if not isinstance(source, tuple) or source not in origins.live.active:
                continue
            if origins.contribution(position, key).kind != "pull":
                continue
            if saving and can_run_again(eqn):
                continue
            name = f"{prefix}contribution/{columns.ids[position]}.{key}"
            aval = planner.tap_type(use_key(position, key), plan)[0]
            yield _slot(name, "pulls", (position, key), aval)
