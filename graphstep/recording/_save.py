"""Write a recording to one file, and read it again without the user's code.

The file is a safetensors file. Its arrays are what the program took and returned, and
its metadata hold everything else as JSON; nothing is pickled. What was derived when it
was looked at is derived from a file too. Constants alone are computed when they are
saved, because computing them takes the program.

From a file, `outputs` and `in_cotangents` are NumPy arrays. Their dicts, lists, tuples
and `None` are as they were; every other node of the pytree (a namedtuple, a dataclass, a
module) is an `OrderedDict` of its fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_inexact, is_key, is_ref
from graphstep.errors import FileFormatError, GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording._plan import TRIPS, Plan, Planner
from graphstep.recording._recording import Recording
from graphstep.recording._saved import (
    SavedPlanner,
    SavedValues,
    StoredLeaves,
    StoredValues,
    is_stored_constant,
)
from graphstep.recording._serial_arrays import StoredArray, dtype_name
from graphstep.recording._serial_file import Entry, read_file, write_file
from graphstep.recording._serial_graph import (
    json_from_graph,
    json_from_plan,
    json_from_planner,
    json_from_trace,
)
from graphstep.recording._serial_json import (
    Malformed,
    field,
    flag,
    float_from_json,
    items,
    json_from_float,
    text,
    whole,
)
from graphstep.recording._serial_read import graph_from_json, plan_from_json
from graphstep.recording._values import RunArrays
from graphstep.recording._verify import Comparison, Verification


@dataclasses.dataclass(frozen=True, slots=True)
class _Slot:
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


def _slot(name: str, group: str, key: Any, aval: Any) -> _Slot:
    """Return the slot of an array of type `aval`; of keys, the data are kept."""
    kept = aval
    if is_key(aval):
        shape = jax.ShapeDtypeStruct(aval.shape, aval.dtype)
        kept = jax.eval_shape(jax.random.key_data, shape)
    return _Slot(Entry(name, dtype_name(kept.dtype), kept.shape), group, key, aval)


def _leaf_slots(graph: ProgramGraph, plan: Plan) -> Iterator[_Slot]:
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
    for source in sorted(graph.activity.constant):
        if is_stored_constant(columns, source):
            position, out = source
            name = f"constant/{columns.ids[position]}.{out}"
            yield _slot(name, "constants", source, columns.avals[position][out])


def _recorded_slots(planner: Planner, plan: Plan, prefix: str) -> Iterator[_Slot]:
    """Yield the slots of all that a plan records."""
    ids = planner.columns.ids
    for key in planner.record_keys(plan, 0, len(ids)):
        position, out = key
        is_count = out == TRIPS
        name = f"trips/{ids[position]}" if is_count else f"primal/{ids[position]}.{out}"
        aval = planner.record_type(key, plan)
        yield _slot(prefix + name, "records", key, aval)
        if plan.derivative == "tangent" and not is_count and is_inexact(aval):
            name = f"{prefix}tangent/{ids[position]}.{out}"
            yield _slot(name, "tangents", key, aval)
    for key in sorted(plan.taps):
        position, out = key
        name = f"cotangent/{ids[position]}.{out}"
        if out < 0:
            name = f"contribution/{ids[position]}.{-1 - out}"
        yield _slot(prefix + name, "taps", key, planner.tap_type(key, plan)[0])


# Saving ----------------------------------------------------------------------------


def save_recording(recording: Recording, path: Path) -> None:
    """Write `recording` to `path`, wholly or not at all.

    Raises:
        OutputError: If the file cannot be written.
        RecordingError: If the graph is too large for the format.
    """
    graph, planner = recording.graph, recording.planner
    document = {
        "graph": json_from_graph(graph),
        "trace": json_from_trace(graph),
        "planner": json_from_planner(planner),
        "plan": json_from_plan(recording.plan),
        "zooms": [json_from_plan(zoomed.plan) for zoomed in recording._zoomed],  # noqa: SLF001
        "blocked": [[int(p), why] for p, why in sorted(recording.blocked.items())],
        "notes": list(recording.notes),
        "timings": [[name, json_from_float(s)] for name, s in recording.timings],
        "seed_is_default": recording.seed_is_default,
        "verification": _json_from_verification(recording.verification),
    }
    with graph.trace.x64_context():
        slots = [(slot, recording) for slot in _leaf_slots(graph, recording.plan)]
        for prefix, holder in _holders(recording):
            found = _recorded_slots(planner, holder.plan, prefix)
            slots += [(slot, holder) for slot in found if _has(holder, slot)]
        arrays = [
            (slot.entry, lambda s=slot, h=holder: _host(h, s)) for slot, holder in slots
        ]
        write_file(path, document, arrays)


def _holders(recording: Recording) -> Iterator[tuple[str, Recording]]:
    yield "", recording
    for i, zoomed in enumerate(recording._zoomed):  # noqa: SLF001
        yield f"zoom{i}/", zoomed


def _has(holder: Recording, slot: _Slot) -> bool:
    # Of what no tangent reaches, the program returns none.
    return slot.group != "tangents" or slot.key in holder.run.tangents


def _host(holder: Recording, slot: _Slot) -> np.ndarray:
    if slot.group == "constants":
        value = holder.values._constant(slot.key)  # noqa: SLF001
    else:
        value = getattr(holder.run, slot.group)[slot.key]
    return np.asarray(jax.random.key_data(value) if is_key(slot.aval) else value)


def _json_from_verification(verification: Verification | None) -> Any:
    if verification is None:
        return None
    return [
        [c.what, c.path, json_from_float(c.ulp), json_from_float(c.norm_relative)]
        for c in verification.comparisons
    ]


# Loading ---------------------------------------------------------------------------


def load_recording(path: Path) -> Recording:
    """Return the recording in a file; its arrays are read when they are asked for.

    Raises:
        FileFormatError: If the file is truncated, altered or not a recording.
    """
    document, arrays = read_file(path)
    # The checks of the reader name what is wrong. What they leave is a file that was
    # made up with care, in which anything can be of any type.
    try:
        return _recording(document, arrays)
    except (GraphstepError, LookupError, TypeError, ValueError, AttributeError) as error:
        reason = str(error) if isinstance(error, Malformed) else type(error).__name__
        msg = f"`{path}` holds no recording that graphstep wrote: {reason}."
        raise FileFormatError(msg) from error
    except (RecursionError, OverflowError, MemoryError) as error:
        msg = f"`{path}` holds no recording that graphstep wrote: it is too deep or too large."
        raise FileFormatError(msg) from error


def _recording(document: Any, arrays: dict[str, StoredArray]) -> Recording:
    graph = graph_from_json(field(document, "graph"), field(document, "trace"))
    n = len(graph)
    silent = [False] * n
    for i in items(field(field(document, "planner"), "silent")):
        silent[whole(i, high=n)] = True
    planner = SavedPlanner(graph, silent)
    plan = plan_from_json(field(document, "plan"), graph)
    groups = _read_slots(_leaf_slots(graph, plan), arrays)
    graph.columns.const_values.update(dict(groups["consts"]))  # pyright: ignore
    run = RunArrays(
        inputs=_leaves(groups["inputs"], len(graph.inputs)),
        outputs=_leaves(groups["outputs"], len(graph.outputs)),
        **{
            name: StoredValues(groups[name])
            for name in ("consts", "seeds", "in_cotangents", "in_tangents")
        },
        **_read_recorded(planner, plan, "", arrays),
    )
    constants = StoredValues(groups["constants"])
    blocked = {
        whole(position, high=n): text(why)
        for position, why in (items(x, 2) for x in items(field(document, "blocked")))
    }
    whole_recording = _assembled(planner, plan, run, constants, document, blocked)
    for i, zoomed in enumerate(items(field(document, "zooms"))):
        zoom_plan = plan_from_json(zoomed, graph)
        found = _read_recorded(planner, zoom_plan, f"zoom{i}/", arrays)
        zoom_run = dataclasses.replace(run, **found)
        whole_recording._zoomed.append(  # noqa: SLF001
            _assembled(planner, zoom_plan, zoom_run, constants, document, blocked)
        )
    if arrays:
        raise Malformed("there are arrays that belong to nothing")
    return whole_recording


def _assembled(
    planner: Planner,
    plan: Plan,
    run: RunArrays,
    constants: Mapping[Any, Any],
    document: Any,
    blocked: dict[int, str],
) -> Recording:
    recording = Recording(
        planner,
        plan,
        run,
        blocked=blocked,
        notes=tuple(text(note) for note in items(field(document, "notes"))),
        timings=tuple(
            (text(stage), float_from_json(seconds))
            for stage, seconds in (items(x, 2) for x in items(field(document, "timings")))
        ),
        verification=_verification(field(document, "verification")),
        seed_is_default=flag(field(document, "seed_is_default")),
    )
    recording.values = SavedValues(planner, plan, run, constants)
    return recording


def _verification(value: Any) -> Verification | None:
    if value is None:
        return None
    return Verification(
        tuple(
            Comparison(text(what), text(path), float_from_json(ulp), float_from_json(norm))
            for what, path, ulp, norm in (items(row, 4) for row in items(value))
        )
    )


Groups = dict[str, dict[Any, tuple[StoredArray, Any]]]


def _read_slots(slots: Iterator[_Slot], arrays: dict[str, StoredArray]) -> Groups:
    """Take out of `arrays` those that belong into `slots`, by group and key."""
    names = [field.name for field in dataclasses.fields(RunArrays)]
    groups: Groups = {name: {} for name in [*names, "constants"]}
    for slot in slots:
        array = arrays.pop(slot.entry.name, None)
        if array is None:
            if slot.group == "tangents":
                continue
            raise Malformed(f"array `{slot.entry.name}` is missing")
        if (dtype_name(array.dtype), array.shape) != (slot.entry.dtype, slot.entry.shape):
            raise Malformed(f"array `{slot.entry.name}` is not of the graph's type")
        groups[slot.group][slot.key] = array, slot.aval
    return groups


def _read_recorded(
    planner: Planner, plan: Plan, prefix: str, arrays: dict[str, StoredArray]
) -> dict[str, Any]:
    groups = _read_slots(_recorded_slots(planner, plan, prefix), arrays)
    return {
        name: {key: array for key, (array, _) in groups[name].items()}
        for name in ("records", "taps", "tangents")
    }


def _leaves(
    found: Mapping[int, tuple[StoredArray, Any]], length: int
) -> StoredLeaves:
    return StoredLeaves([found.get(i) for i in range(length)])
